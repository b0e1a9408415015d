import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { CheckpointAnswer } from './checkpoint-worker.ts'

/** What `pragma wal_checkpoint` says: pages in SQLite's log, and how many of them are in the file. */
export interface LogState { readonly busy: number, readonly log: number, readonly checkpointed: number }

/** Takes what is in SQLite's log over into its file, on a thread of its own: it waits for the disk for as long as it takes. */
export interface Checkpoints {
  /** To be told after each commit how the log stands. */
  readonly look: (state: LogState) => void
  /** When nothing may be written for a moment, so that all of the log can be taken over and the next commit begins it anew: what
   * resolves when one may write again. Only under a load without pauses; in any pause it happens by itself. */
  readonly hold: () => Promise<void> | null
  readonly close: () => Promise<void>
}

/** Pages in the log, 4 KiB each, after which a pass begins: SQLite's own number. */
const PASS_FROM = 1000
/** And after which writing waits for one. */
const HOLD_FROM = 4000
/** A pass that can take nothing over, because somebody reads at a moment of the past, is not begun again at once. */
const PAUSE_MS = 500

/** @param path the file
 * @param onBroken told when log or file could not be brought to the disk */
export function makeCheckpoints (path: string, onBroken: (error: Error) => void): Checkpoints {
  let worker: Worker | null = null
  let passing: Promise<void> | null = null
  let answered: ((answer: CheckpointAnswer) => void) | null = null
  let state: LogState = { busy: 0, log: 0, checkpointed: 0 }
  let holdFrom = HOLD_FROM
  let notBefore = 0

  function start (): Worker {
    const made = new Worker(new URL(`./checkpoint-worker${extname(import.meta.filename)}`, import.meta.url), { workerData: path })
    made.unref()
    made.on('message', (answer: CheckpointAnswer) => { answered?.(answer) })
    const end = (problem: string): void => {
      if (worker === made) worker = null
      answered?.({ problem, code: '' })
    }
    made.on('error', (error) => { end(String(error)) })
    made.on('exit', () => { end('the thread ended') })
    return made
  }

  function pass (): Promise<void> {
    worker ??= start()
    const running = worker
    return passing = new Promise<CheckpointAnswer>((resolve) => {
      answered = resolve
      // A process that only waits for this goes on.
      running.ref()
      running.postMessage('pass')
    }).then((answer) => {
      passing = answered = null
      running.unref()
      if ('problem' in answer) {
        notBefore = performance.now() + PAUSE_MS
        // Any other problem, such as a disk that is full, leaves the log as it is: the next pass tries again.
        if (/^SQLITE_IOERR_(DIR_)?FSYNC$/.test(answer.code)) onBroken(new Error(answer.problem))
        return
      }
      if (answer.checkpointed === state.checkpointed) notBefore = performance.now() + PAUSE_MS
      state = answer
    })
  }

  return {
    look (now) {
      state = now
      if (now.log < HOLD_FROM) holdFrom = HOLD_FROM
      if (passing === null && now.log - now.checkpointed >= PASS_FROM && performance.now() >= notBefore) void pass()
    },
    hold () {
      if (state.log < holdFrom) return null
      // Once for each time that the log has grown so much: what is read at a moment of the past may keep it for long.
      holdFrom = state.log + HOLD_FROM
      return (passing ?? Promise.resolve()).then(pass)
    },
    async close () {
      await passing
      const ending = worker
      if (ending === null) return
      ending.ref()
      await new Promise<void>((resolve) => {
        ending.once('exit', () => { resolve() })
        ending.postMessage('close')
      })
    }
  }
}
