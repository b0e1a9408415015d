import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'

/** What a thread may hold of what is new before it looks which of it is still needed: of attempts that were read, little is. */
const YOUNG_MEGABYTES = 32

/** When the next one is made ready: the page of what was worked out is set first. */
const AFTER_MS = 500

// One for the process: to load what they need takes longer than to read the answers of a thousand.
let ready: Worker | null = null
let preparing = false

function start (): Worker {
  const worker = new Worker(new URL(`./statistics-worker${extname(import.meta.filename)}`, import.meta.url), { resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MEGABYTES } })
  // A process that has nothing else to do ends.
  worker.unref()
  return worker
}

/** Has a thread ready for the first who asks for statistics, and from now on another whenever one is done. A server that is starting does
 * so as early as it can. */
export function prepareStatistics (): void {
  preparing = true
  if (ready !== null) return
  const worker = ready = start()
  // One that could not be started is started again when it is needed, and says then what is wrong.
  worker.on('error', () => undefined).on('exit', () => { if (ready === worker) ready = null })
}

/** The one that is ready, or one that has yet to load. Whoever takes it ends it by `endThread`. */
export function takeThread (): Worker {
  const worker = ready ?? start()
  ready = null
  worker.ref()
  return worker
}

export async function endThread (worker: Worker): Promise<void> {
  await worker.terminate()
  setTimeout(() => { if (preparing) prepareStatistics() }, AFTER_MS).unref()
}

/** Ends the one that is ready: no more are. */
export async function endPreparing (): Promise<void> {
  preparing = false
  await ready?.terminate()
}
