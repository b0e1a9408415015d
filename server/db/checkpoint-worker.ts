import { parentPort, workerData } from 'node:worker_threads'
import Sqlite from 'better-sqlite3'
import type { LogState } from './checkpoints.ts'

/** What `checkpoints.ts` is told. */
export type CheckpointAnswer = LogState | { readonly problem: string, readonly code: string }

const db = new Sqlite(workerData as string)
// Log, then file, each brought to the disk before the next step counts on it.
db.pragma('synchronous = FULL')
db.pragma('busy_timeout = 0')
const pass = db.prepare<[], LogState>('pragma wal_checkpoint(passive)')

parentPort?.on('message', (ask: 'pass' | 'close') => {
  if (ask === 'close') {
    db.close()
    parentPort?.close()
    return
  }
  let answer: CheckpointAnswer
  try {
    answer = pass.get() as LogState
  } catch (error) {
    answer = { problem: String(error), code: error instanceof Sqlite.SqliteError ? error.code : '' }
  }
  parentPort?.postMessage(answer)
})
