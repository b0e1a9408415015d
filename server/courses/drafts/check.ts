import { createHash } from 'node:crypto'
import type { Tx } from '../../db/database.ts'
import type { CourseSource } from '../course-source.ts'
import type { FileProblem } from '../file-problem.ts'
import { courseOf } from '../read-course.ts'
import { makeRecent } from '../../recent.ts'
import { readSource } from '../source-files.ts'
import { allFiles, type DraftFile } from './drafts.ts'
import { lessonParts } from './lesson-text.ts'

/** A draft as an import would find it. */
export interface Checked {
  /** [] when it could be published. */
  readonly problems: readonly FileProblem[]
  /** Undefined while a problem stands. */
  readonly course: CourseSource | undefined
  /** Of lessons, by `<key>.<language>`, as far as they can be read. */
  readonly titles: ReadonlyMap<string, string>
}

/** Checks drafts, and remembers those that have not changed since. One for each app. */
export interface Checker {
  readonly check: (tx: Tx, files: readonly DraftFile[]) => Promise<Checked>
}

/** A course of six banks takes about 150 ms to check, and each page of its draft tells its problems. */
const KEPT = 8

export function makeChecker (): Checker {
  const kept = makeRecent<Checked>(KEPT)
  return {
    async check (tx, files) {
      const name = fingerprintOf(files)
      const known = kept.get(name)
      if (known !== undefined) return known
      const source = readSource(await allFiles(tx, files))
      const found = courseOf(source)
      const titles = new Map([...source.texts].flatMap(([path, text]) => path.startsWith('lessons/') ? [[path.slice('lessons/'.length, -'.md'.length), lessonParts(text)?.title ?? ''] as const] : []))
      return kept.keep(name, 'course' in found ? { problems: [], course: found.course, titles } : { problems: found.problems, course: undefined, titles })
    }
  }
}

/** The same for the same files. */
export function fingerprintOf (files: readonly DraftFile[]): string {
  return createHash('sha256').update(JSON.stringify(files.map(({ path, hash }) => [path, hash]))).digest('hex')
}
