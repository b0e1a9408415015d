import { pathToFileURL } from 'node:url'
import { exportAiken, importAiken } from '../server/quiz/formats/aiken.ts'
import type { Exported, Imported, NamedQuestion } from '../server/quiz/formats/format.ts'
import { importGift } from '../server/quiz/formats/gift-read.ts'
import { exportGift } from '../server/quiz/formats/gift-write.ts'
import { importMoodleXml } from '../server/quiz/formats/moodle-read.ts'
import { exportMoodleXml } from '../server/quiz/formats/moodle-write.ts'
import { kinds } from '../server/quiz/quiz.ts'

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

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  // The peak is the process's: one format at a time is measured by naming it.
  for (const name of process.argv[2] === undefined ? Object.keys(FORMATS) : [process.argv[2]]) {
    const { questions, megabytes, seconds, peakMegabytes } = benchImport(name)
    console.log(`${name.padEnd(12)} ${questions} questions (${megabytes.toFixed(1)} MB) imported in ${seconds.toFixed(2)} s, peak memory ${Math.round(peakMegabytes)} MB`)
  }
}
