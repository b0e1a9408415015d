import { StorageUnavailable } from './faults.ts'

/** Brings what SQLite has written into its log onto the disk, beside the server's thread (docs/decisions/0016). One sync serves
 * all commits that were written before it began. */
export interface LogSync {
  /** @param settle called with nothing after a sync that began after this call, with the error when it failed */
  readonly wait: (settle: Settle) => void
  /** Whether one runs. */
  readonly running: () => boolean
  /** null when all that was committed is on disk; else what resolves when it is. */
  readonly pending: () => Promise<void> | null
  /** Resolves with the first error of a sync, if there ever is one: nobody is told any more that anything is saved. */
  readonly broken: Promise<Error>
  /** The same, at once. */
  readonly failed: () => Error | null
  /** Log or file could not be brought to the disk elsewhere. */
  readonly fail: (cause: unknown) => void
}

type Settle = (failed?: Error) => void

/** @param sync resolves when everything that was written into the log before it was called is on disk */
export function makeLogSync (sync: () => Promise<void>): LogSync {
  /** Those whom the sync that runs will serve, and those who came after it began: what they wrote may not be in it. */
  let served: Settle[] = []
  let waiting: Settle[] = []
  let running = false
  let failed: Error | null = null
  const broken = Promise.withResolvers<Error>()

  async function run (): Promise<void> {
    running = true
    while (waiting.length > 0) {
      served = waiting
      waiting = []
      await sync().catch(fail)
      // By whatever failed meanwhile, all are told so already.
      for (const settle of served.splice(0)) settle()
    }
    running = false
  }

  /** A system says once that it could not write a page, and takes it for written from then on: a later sync that succeeds says
   * nothing about it. The log is read up to its first gap, so whatever came after is in doubt too. */
  function fail (cause: unknown): void {
    if (failed !== null) return
    failed = new StorageUnavailable(cause)
    for (const settle of [...served.splice(0), ...waiting.splice(0)]) settle(failed)
    broken.resolve(failed)
  }

  return {
    wait (settle) {
      if (failed !== null) { settle(failed); return }
      waiting.push(settle)
      if (!running) void run()
    },
    running: () => running,
    pending () {
      // After a failure nothing is written, and what is read is in doubt for as long as the server still runs.
      if (!running || failed !== null) return null
      return new Promise((resolve, reject) => { (waiting.length > 0 ? waiting : served).push((error) => { if (error === undefined) resolve(); else reject(error) }) })
    },
    broken: broken.promise,
    failed: () => failed,
    fail
  }
}
