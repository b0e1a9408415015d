import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { TypstAnswer, TypstRequest } from './typst-worker.ts'

/** Documents after which a compiler is replaced: it keeps parts of each, some 2 MB, and cannot be told to let them go. */
const DOCUMENTS_EACH = 64

/** A compiler without work for so long gives its memory back. */
const IDLE_MS = 60_000

interface Waiting {
  readonly resolve: (pdf: Uint8Array) => void
  readonly reject: (error: Error) => void
}

interface Compiler {
  readonly worker: Worker
  readonly waiting: Map<number, Waiting>
  taken: number
  idle: NodeJS.Timeout | undefined
}

let current: Compiler | undefined

/** Sets a Typst document as PDF, on a thread of its own: the compiler is WebAssembly, the same on every platform, and
 * takes tens of milliseconds a page and half a second to start.
 * @param request.source the document's text; `inputs` reach it as `sys.inputs`
 * @throws Error with the compiler's words when it does not compile */
export async function setDocument (request: Omit<TypstRequest, 'id'>): Promise<Uint8Array> {
  const compiler = current ??= startCompiler()
  const id = compiler.taken += 1
  if (id >= DOCUMENTS_EACH) current = undefined
  clearTimeout(compiler.idle)
  compiler.worker.ref()
  try {
    return await new Promise<Uint8Array>((resolve, reject) => {
      compiler.waiting.set(id, { resolve, reject })
      compiler.worker.postMessage({ ...request, id } satisfies TypstRequest)
    })
  } finally {
    compiler.waiting.delete(id)
    if (compiler.waiting.size === 0) rest(compiler)
  }
}

/** Nothing waits: it holds no process open, and ends, at once when its work is done. */
function rest (compiler: Compiler): void {
  compiler.worker.unref()
  if (compiler !== current) {
    void compiler.worker.terminate()
    return
  }
  compiler.idle = setTimeout(() => {
    if (compiler === current) current = undefined
    void compiler.worker.terminate()
  }, IDLE_MS).unref()
}

function startCompiler (): Compiler {
  const worker = new Worker(new URL(`./typst-worker${extname(import.meta.url)}`, import.meta.url))
  const compiler: Compiler = { worker, waiting: new Map(), taken: 0, idle: undefined }
  const end = (error: Error): void => {
    if (compiler === current) current = undefined
    for (const { reject } of compiler.waiting.values()) reject(error)
  }
  worker.on('message', ({ id, ...answer }: TypstAnswer) => {
    const waiting = compiler.waiting.get(id)
    if ('pdf' in answer) waiting?.resolve(answer.pdf)
    else waiting?.reject(new Error(answer.problem))
  })
  worker.on('error', (cause) => { end(new Error('the PDF compiler failed', { cause })) })
  worker.on('exit', (code) => { end(new Error(`the PDF compiler ended with ${code}`)) })
  return compiler
}
