import { Worker } from 'node:worker_threads'

/** What a thread may use at most. */
export interface ThreadBounds {
  /** of its heap; what it was given and what it answers in bytes are not counted */
  readonly megabytes: number
  readonly seconds: number
  /** buffers that are handed over to it and are the caller's no more */
  readonly transfer?: readonly ArrayBuffer[]
}

/** The work needed more memory or time than it was given. */
export class ThreadExhausted extends Error {
  readonly what: 'memory' | 'time'
  constructor (what: 'memory' | 'time') {
    super(`a thread needed more ${what} than it may use`)
    this.name = 'ThreadExhausted'
    this.what = what
  }
}

/** What a thread may hold of what is new before it looks which of it is still needed: more makes it little faster, and far larger. */
const YOUNG_MEGABYTES = 24

let queue: Promise<unknown> = Promise.resolve()

/** Has a module work beside the server's thread. It finds `order` as its `workerData` and posts its one answer. One at a time, in
 * the order of asking: the machine is there for those who sit an exam.
 * @throws ThreadExhausted; whatever the module throws */
export async function inThread<Answer> (module: URL, order: unknown, bounds: ThreadBounds): Promise<Answer> {
  const answer = queue.then(async () => await run<Answer>(module, order, bounds))
  queue = answer.catch(() => {})
  return await answer
}

async function run<Answer> (module: URL, order: unknown, { megabytes, seconds, transfer = [] }: ThreadBounds): Promise<Answer> {
  const worker = new Worker(module, {
    workerData: order, transferList: [...transfer], resourceLimits: { maxOldGenerationSizeMb: megabytes, maxYoungGenerationSizeMb: YOUNG_MEGABYTES }
  })
  let timer: NodeJS.Timeout | undefined
  try {
    return await new Promise<Answer>((resolve, reject) => {
      timer = setTimeout(() => { reject(new ThreadExhausted('time')) }, seconds * 1000)
      worker.once('message', resolve)
      worker.once('error', (error: NodeJS.ErrnoException) => { reject(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? new ThreadExhausted('memory') : error) })
      worker.once('exit', () => { reject(new Error('a thread ended without an answer')) })
    })
  } finally {
    clearTimeout(timer)
    await worker.terminate()
  }
}
