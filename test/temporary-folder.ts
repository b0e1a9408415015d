import { existsSync, mkdtempSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const SHARED_MEMORY = '/dev/shm'

/** A new folder. Where there is memory that looks like a disk, a test does not wait for the disk; what must survive a crash is
 * tested elsewhere.
 * @param bytes how much room it may need: a container's memory disk is often small */
export function temporaryFolder (prefix: string, bytes = 0): string {
  return mkdtempSync(join(hasRoom(bytes) ? SHARED_MEMORY : tmpdir(), prefix))
}

function hasRoom (bytes: number): boolean {
  if (!existsSync(SHARED_MEMORY)) return false
  const { bavail, bsize } = statfsSync(SHARED_MEMORY)
  return bavail * bsize >= bytes
}
