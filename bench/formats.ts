import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { readBankBytes, type BankFile } from '../server/courses/bank-file.ts'
import { FORMATS as FORMATS_OF_BANKS, type FormatName } from '../server/courses/bank-formats.ts'
import type { NamedQuestion } from '../server/quiz/formats/format.ts'
import { kinds } from '../server/quiz/quiz.ts'
import { inThread } from '../server/thread.ts'
import { tableOf, type Scenario } from './bench.ts'

export const scenario: Scenario = {
  title: 'Imports of 10,000 questions',
  mostMinutes: 4,
  run: async ({ quick }) => {
    const imports: Record<string, Import> = {}
    for (const name of FORMATS) imports[name] = await benchApart(name, quick ? 1000 : 10_000)
    return {
      figures: { imports },
      table: tableOf(['format', 'questions', 'MB', 'seconds', 'peak memory'], Object.entries(imports)
        .map(([name, { questions, megabytes, seconds, peakMegabytes }]) => [name, questions, megabytes.toFixed(1), seconds.toFixed(2), `${Math.round(peakMegabytes)} MB`]))
    }
  }
}

const FORMATS: readonly FormatName[] = ['gift', 'aiken', 'moodle-xml', 'qti12', 'canvas', 'qti22', 'qti3', 'csv', 'xlsx']

export interface Import { readonly questions: number, readonly megabytes: number, readonly seconds: number, readonly peakMegabytes: number }

/** Writes a bank of a format: the kinds' samples that it can say, over and over. */
export async function writeBank (name: FormatName, path: string, count: number): Promise<void> {
  const { write } = FORMATS_OF_BANKS[name]
  const bytesOf = async (questions: readonly NamedQuestion[]): Promise<Uint8Array> => Buffer.from((await write(questions, {})).body)
  const samples = Object.values(kinds).flatMap(({ samples }) => samples.map(({ definition }) => ({ name: definition.key, definition })))
  const sayable: NamedQuestion[] = []
  for (const question of samples) if (readBankBytes({ format: name, bytes: await bytesOf([question]), taken: [] }).questions.length === 1) sayable.push(question)
  // Each with a key of its own: a sheet takes rows of one key for one question in several languages.
  await writeFile(path, await bytesOf(Array.from({ length: count }, (_, index) => {
    const { name, definition } = sayable[index % sayable.length]!
    return { name, definition: { ...definition, key: `q${index}` } }
  })))
}

/** Imports a file as the server does: in a thread of its own, with its HTML made safe.
 * @returns how long it took, and the most memory that the process held while it did, in MB */
export async function benchImport (name: FormatName, path: string): Promise<Import> {
  const bytes = await readFile(path)
  const start = performance.now()
  const { questions } = await inThread<BankFile>(new URL('../server/courses/bank-worker.ts', import.meta.url), { format: name, bytes, taken: [] }, { megabytes: 1024, seconds: 120 })
  const seconds = (performance.now() - start) / 1000
  return { questions: questions.length, megabytes: bytes.length / 1e6, seconds, peakMegabytes: process.resourceUsage().maxRSS / 1024 }
}

/** The file is written in one process and read in another: the peak of memory is a process's. */
async function benchApart (name: FormatName, count: number): Promise<Import> {
  const folder = await mkdtemp(join(tmpdir(), 'muster-formats-'))
  try {
    const run = async (...given: readonly string[]): Promise<string> => (await promisify(execFile)(process.execPath, [fileURLToPath(import.meta.url), ...given], { timeout: 240_000 })).stdout
    await run('write', name, join(folder, 'bank'), String(count))
    return JSON.parse(await run('read', name, join(folder, 'bank'))) as Import
  } finally {
    await rm(folder, { recursive: true })
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [step = 'gift', name = 'gift', more = '', count = '10000'] = process.argv.slice(2)
  if (step === 'write') await writeBank(name as FormatName, more, Number(count))
  else if (step === 'read') console.log(JSON.stringify(await benchImport(name as FormatName, more)))
  // `node bench/formats.ts gift 1000`
  else console.log(JSON.stringify(await benchApart(step as FormatName, Number(process.argv[3] ?? 10_000))))
}
