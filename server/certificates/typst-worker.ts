import { parentPort, workerData } from 'node:worker_threads'
import initTypst, { TypstCompilerBuilder, type TypstCompiler } from '@myriaddreamin/typst-ts-web-compiler'
import { readFonts } from './fonts.ts'

/** What `typst.ts` asks of this thread. */
export interface TypstRequest {
  readonly id: number
  readonly source: string
  readonly inputs: Readonly<Record<string, string>>
  /** Whether fonts beyond the common ones are needed. */
  readonly further: boolean
  /** Pictures, by the paths under which the source asks for them. The same path always holds the same bytes. */
  readonly files?: Readonly<Record<string, Uint8Array>>
}

export type TypstAnswer =
  | { readonly id: number, readonly pdf: Uint8Array }
  | { readonly id: number, readonly problem: string }

const MAIN = '/main.typ'

/** The compiler's way of saying where a problem is: `path:line:column: severity: words`. */
const UNIX_DIAGNOSTICS = 2

const compilers = new Map<boolean, Promise<TypstCompiler>>()
// Compiled once for every thread (typst.ts).
const started = initTypst({ module_or_path: (workerData as { readonly module: WebAssembly.Module }).module })
const held = new Map<TypstCompiler, Set<string>>()

async function compilerWith (further: boolean): Promise<TypstCompiler> {
  await started
  const builder = new TypstCompilerBuilder()
  // No files, no packages: a document has its inputs and nothing else.
  builder.set_dummy_access_model()
  for (const font of await readFonts(further)) await builder.add_raw_font(font)
  return await builder.build()
}

async function answer ({ id, source, inputs, further, files = {} }: TypstRequest): Promise<TypstAnswer> {
  let compiler = compilers.get(further)
  if (compiler === undefined) compilers.set(further, compiler = compilerWith(further))
  const typst = await compiler
  typst.add_source(MAIN, source)
  const paths = held.get(typst) ?? new Set<string>()
  held.set(typst, paths)
  for (const [path, bytes] of Object.entries(files)) {
    if (paths.has(path)) continue
    typst.map_shadow(path, bytes)
    paths.add(path)
  }
  const { result, diagnostics } = typst.compile(MAIN, Object.entries(inputs), 'pdf', UNIX_DIAGNOSTICS) as { result?: Uint8Array, diagnostics?: readonly string[] }
  return result === undefined ? { id, problem: (diagnostics ?? []).join('\n') } : { id, pdf: result }
}

parentPort?.on('message', (request: TypstRequest) => {
  answer(request)
    .catch((error: unknown): TypstAnswer => ({ id: request.id, problem: String(error) }))
    .then((done) => { parentPort?.postMessage(done) }, (error: unknown) => { throw error })
})
