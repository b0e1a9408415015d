import { execFile } from 'node:child_process'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { FORMATS as FORMATS_OF_BANKS, type FormatName } from '../server/courses/bank-formats.ts'
import { exportAiken, importAiken } from '../server/quiz/formats/aiken.ts'
import type { Exported, Imported, NamedQuestion } from '../server/quiz/formats/format.ts'
import { importGift } from '../server/quiz/formats/gift-read.ts'
import { exportGift } from '../server/quiz/formats/gift-write.ts'
import { importMoodleXml } from '../server/quiz/formats/moodle-read.ts'
import { exportMoodleXml } from '../server/quiz/formats/moodle-write.ts'
import { kinds } from '../server/quiz/quiz.ts'
import { tableOf, type Scenario } from './bench.ts'

export const scenario: Scenario = {
  title: 'Imports of 10,000 questions',
  mostMinutes: 4,
  run: async ({ quick }) => {
    const imports: Record<string, Import> = {}
    for (const name of Object.keys(FORMATS)) imports[name] = await benchApart(name, quick ? 1000 : 10_000)
    return {
      figures: { imports },
      table: tableOf(['format', 'questions', 'MB', 'seconds', 'peak memory'], Object.entries(imports)
        .map(([name, { questions, megabytes, seconds, peakMegabytes }]) => [name, questions, megabytes.toFixed(1), seconds.toFixed(2), `${Math.round(peakMegabytes)} MB`]))
    }
  }
}

interface Format { readonly read: (file: string | Uint8Array) => Imported, readonly write: (questions: readonly NamedQuestion[]) => string | Uint8Array | Promise<string | Uint8Array> }

const ofText = (read: (text: string) => Imported, write: (questions: readonly NamedQuestion[]) => Exported): Format => ({ read: file => read(String(file)), write: questions => write(questions).text })

/** A format as a bank's route has it: its bytes, packed or not. */
function ofBytes (name: FormatName): Format {
  const { read, write } = FORMATS_OF_BANKS[name]
  return {
    read: file => {
      const found = read(Buffer.from(file), {})
      return 'refused' in found ? { questions: [], problems: found.refused } : found
    },
    write: async questions => (await write(questions, {})).body
  }
}

const FORMATS: Readonly<Record<string, Format>> = {
  gift: ofText(importGift, exportGift),
  aiken: ofText(importAiken, exportAiken),
  'moodle-xml': ofText(importMoodleXml, exportMoodleXml),
  qti12: ofBytes('qti12'),
  canvas: ofBytes('canvas'),
  qti3: ofBytes('qti3'),
  csv: ofBytes('csv'),
  xlsx: ofBytes('xlsx')
}

export interface Import { readonly questions: number, readonly megabytes: number, readonly seconds: number, readonly peakMegabytes: number }

/** Imports a bank of a format: the kinds' samples that it can say, over and over.
 * @returns how long it took, and the most memory that the process held while it did, in MB */
export async function benchImport (name: string, count = 10_000): Promise<Import> {
  const { read, write } = FORMATS[name]!
  const samples = Object.values(kinds).flatMap(({ samples }) => samples.map(({ definition }) => ({ name: definition.key, definition })))
  const sayable: NamedQuestion[] = []
  for (const question of samples) if (read(await write([question])).questions.length === 1) sayable.push(question)
  // Each with a key of its own: a sheet takes rows of one key for one question in several languages.
  const file = await write(Array.from({ length: count }, (_, index) => {
    const { name, definition } = sayable[index % sayable.length]!
    return { name, definition: { ...definition, key: `q${index}` } }
  }))
  const start = performance.now()
  const { questions } = read(file)
  const seconds = (performance.now() - start) / 1000
  return { questions: questions.length, megabytes: file.length / 1e6, seconds, peakMegabytes: process.resourceUsage().maxRSS / 1024 }
}

/** In a process of its own: the peak of memory is a process's. */
async function benchApart (name: string, count: number): Promise<Import> {
  const { stdout } = await promisify(execFile)(process.execPath, [fileURLToPath(import.meta.url), name, String(count)], { timeout: 120_000 })
  return JSON.parse(stdout) as Import
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [name = 'gift', count] = process.argv.slice(2)
  console.log(JSON.stringify(await benchImport(name, count === undefined ? undefined : Number(count))))
}
