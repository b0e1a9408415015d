/** What the package gives as `muster/quiz`: the engine, and the formats of other systems beside it. The server itself imports the
 * engine alone (`quiz.ts`) and a format where it reads or writes one.
 * @example
 * import { exportMoodleXml, importGift } from 'muster/quiz'
 *
 * const { questions, problems } = importGift('Who recalls it? {=the bank ~the court}')
 * const { text, problems: unsaid } = exportMoodleXml(questions)       // questions: { name, category?, definition }[]
 * @module */
export * from './quiz.ts'
export { exportAiken, importAiken } from './formats/aiken.ts'
export type {
  Exported, ExportOptions, FormatProblem, Imported, ImportedQuestion, ImportOptions, NamedQuestion, QuestionFile
} from './formats/format.ts'
export { importGift } from './formats/gift-read.ts'
export { exportGift } from './formats/gift-write.ts'
export { importMoodleXml } from './formats/moodle-read.ts'
export { exportMoodleXml } from './formats/moodle-write.ts'
export { decodeXml } from './formats/xml.ts'
