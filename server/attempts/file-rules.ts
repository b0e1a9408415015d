import type { Controls } from '../quiz/quiz.ts'
import { contentOf, fileName, isAsNamed, isOfType, typeOf } from './file-type.ts'

const MEGABYTE = 1024 * 1024

/** What a server takes, whatever a question allows: files are rows of the database, and are read whole (docs/decisions/0015). */
export const MAX_FILE_BYTES = 20 * MEGABYTE
/** Of all files of one attempt. */
export const MAX_ATTEMPT_BYTES = 60 * MEGABYTE

/** Why a file is not taken.
 * - `type`: not what the question asks for; `content`: not what its own name says
 * - `attempt-full`: with it the attempt's files would be too large together */
export type FileFault = 'empty' | 'too-large' | 'too-many' | 'type' | 'content' | 'program' | 'attempt-full'

export type FilesControl = Extract<Controls, { control: 'files' }>

/** A file that may be kept. */
export interface GoodFile {
  readonly name: string
  readonly type: string
}

/** Most bytes of a file that answers a question. */
export function mostBytes ({ maxBytes }: Pick<FilesControl, 'maxBytes'>): number {
  return Math.min(maxBytes, MAX_FILE_BYTES)
}

/** Holds a file against its question and against what the attempt has already.
 * @param sent cut: it was larger than what is read
 * @param held in the slot: how many files; in the attempt: how many bytes */
export function checkFile (controls: FilesControl, sent: { readonly name: string, readonly bytes: Buffer, readonly cut: boolean }, held: { readonly files: number, readonly attemptBytes: number }): GoodFile | { readonly fault: FileFault } {
  const { bytes, cut } = sent
  if (cut || bytes.length > mostBytes(controls)) return { fault: 'too-large' }
  if (bytes.length === 0) return { fault: 'empty' }
  const content = contentOf(bytes)
  if (content === 'program') return { fault: 'program' }
  const name = fileName(sent.name, content)
  if (!isAsNamed(name, content)) return { fault: 'content' }
  if (!isOfType(controls.types, name, content)) return { fault: 'type' }
  if (held.files >= controls.maxFiles) return { fault: 'too-many' }
  if (held.attemptBytes + bytes.length > MAX_ATTEMPT_BYTES) return { fault: 'attempt-full' }
  return { name, type: typeOf(content) }
}
