import { createHash } from 'node:crypto'
import type { SourceFile } from './source-files.ts'

/** A file, and the hash that its bytes are kept under. */
export interface HashedFile extends SourceFile {
  /** SHA-256 of the bytes, hexadecimal. */
  readonly hash: string
}

export function hashed ({ path, bytes }: SourceFile): HashedFile {
  return { path, bytes, hash: createHash('sha256').update(bytes).digest('hex') }
}
