import type { Problem } from '../refusals.ts'

/** One thing wrong with a course file. */
export interface FileProblem extends Problem {
  /** From the folder that was read, with `/`: `banks/scam-networks.yaml`. */
  readonly file: string
  /** 1-based. */
  readonly line: number
  /** From the root of the file's content: `questions/3/choices/1/key`; '' for the file itself, or for prose. */
  readonly path: string
}

/** As compilers print it, so that a terminal or an editor can jump there.
 * @example fileProblemLine(problem)   // 'banks/a.yaml:12: questions/3/kind: is missing' */
export function fileProblemLine ({ file, line, path, message }: FileProblem): string {
  return `${file}:${line}: ${path === '' ? '' : `${path}: `}${message}`
}
