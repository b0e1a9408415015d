import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { extname } from 'node:path'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { TypstAnswer, TypstRequest } from './typst-worker.ts'

/** Documents after which a compiler is replaced: it keeps parts of each, some 2 MB, and cannot be told to let them go. */
const DOCUMENTS_EACH = 64

/** A compiler without work for so long gives its memory back. */
const IDLE_MS = 60_000

/** How many documents of a pile are set at once: as many as there are cores, and never so many that memory is short. */
export const LANES = Math.min(4, Math.max(1, availableParallelism()))

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

const current = new Map<number, Compiler>()
let module: Promise<WebAssembly.Module> | undefined

/** The compiler's code, compiled once: threads share it, so that one that takes another's place begins at full speed. */
function compiledModule (): Promise<WebAssembly.Module> {
  return module ??= readFile(createRequire(import.meta.url).resolve('@myriaddreamin/typst-ts-web-compiler/wasm')).then(async (bytes) => await WebAssembly.compile(bytes))
}

/** Sets a Typst document as PDF, on a thread of its own: the compiler is WebAssembly, the same on every platform, and
 * takes tens of milliseconds a page and half a second to start.
 * @param request.source the document's text; `inputs` reach it as `sys.inputs`
 * @param lane which thread: 0 for what somebody waits for, 1 to `LANES` for piles of documents
 * @throws Error with the compiler's words when it does not compile */
export async function setDocument (request: Omit<TypstRequest, 'id'>, lane = 0): Promise<Uint8Array> {
  const code = await compiledModule()
  let compiler = current.get(lane)
  if (compiler === undefined) current.set(lane, compiler = startCompiler(lane, code))
  const id = compiler.taken += 1
  if (id >= DOCUMENTS_EACH) current.delete(lane)
  clearTimeout(compiler.idle)
  compiler.worker.ref()
  try {
    return await new Promise<Uint8Array>((resolve, reject) => {
      compiler.waiting.set(id, { resolve, reject })
      compiler.worker.postMessage({ ...request, id } satisfies TypstRequest)
    })
  } finally {
    compiler.waiting.delete(id)
    if (compiler.waiting.size === 0) rest(compiler, lane)
  }
}

/** Nothing waits: it holds no process open, and ends, at once when its work is done. */
function rest (compiler: Compiler, lane: number): void {
  compiler.worker.unref()
  if (compiler !== current.get(lane)) {
    void compiler.worker.terminate()
    return
  }
  compiler.idle = setTimeout(() => {
    forget(compiler, lane)
    void compiler.worker.terminate()
  }, IDLE_MS).unref()
}

function forget (compiler: Compiler, lane: number): void {
  if (compiler === current.get(lane)) current.delete(lane)
}

function startCompiler (lane: number, code: WebAssembly.Module): Compiler {
  const worker = new Worker(new URL(`./typst-worker${extname(import.meta.url)}`, import.meta.url), { workerData: { module: code } })
  const compiler: Compiler = { worker, waiting: new Map(), taken: 0, idle: undefined }
  const end = (error: Error): void => {
    forget(compiler, lane)
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
