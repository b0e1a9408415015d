import { execFile } from 'node:child_process'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
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

interface Format { readonly read: (text: string) => Imported, readonly write: (questions: readonly NamedQuestion[]) => Exported }

const FORMATS: Readonly<Record<string, Format>> = {
  gift: { read: text => importGift(text), write: questions => exportGift(questions) },
  aiken: { read: text => importAiken(text), write: questions => exportAiken(questions) },
  'moodle-xml': { read: text => importMoodleXml(text), write: questions => exportMoodleXml(questions) }
}

export interface Import { readonly questions: number, readonly megabytes: number, readonly seconds: number, readonly peakMegabytes: number }

/** Imports a bank of a format: the kinds' samples that it can say, over and over.
 * @returns how long it took, and the most memory that the process held while it did, in MB */
export function benchImport (name: string, count = 10_000): Import {
  const { read, write } = FORMATS[name]!
  const sayable = Object.values(kinds).flatMap(({ samples }) => samples.map(({ definition }) => ({ name: definition.key, definition })))
    .filter(question => read(write([question]).text).questions.length === 1)
  const text = write(Array.from({ length: count }, (_, index) => sayable[index % sayable.length]!)).text
  const start = performance.now()
  const { questions } = read(text)
  const seconds = (performance.now() - start) / 1000
  return { questions: questions.length, megabytes: text.length / 1e6, seconds, peakMegabytes: process.resourceUsage().maxRSS / 1024 }
}

/** In a process of its own: the peak of memory is a process's. */
async function benchApart (name: string, count: number): Promise<Import> {
  const { stdout } = await promisify(execFile)(process.execPath, [fileURLToPath(import.meta.url), name, String(count)], { timeout: 120_000 })
  return JSON.parse(stdout) as Import
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [name = 'gift', count] = process.argv.slice(2)
  console.log(JSON.stringify(benchImport(name, count === undefined ? undefined : Number(count))))
}
