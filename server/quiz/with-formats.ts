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
export type { PackageFiles } from './formats/package-files.ts'
export { importQtiPackage } from './formats/qti-package.ts'
export type { QtiVersion } from './formats/qti-pen.ts'
export {
  scoreQtiItem, scoreQtiTest, type ItemResult as QtiItemResult, type QtiResponses, type QtiScore, type ScoreOptions as QtiScoreOptions
} from './formats/qti-processing.ts'
export { importQti } from './formats/qti-read.ts'
export type { PlainValue } from './formats/qti-values.ts'
export { exportQti, type ExportedPackage } from './formats/qti-write.ts'
export { exportQti12Package, importQti12Package } from './formats/qti12-package.ts'
export { importQti12 } from './formats/qti12-read.ts'
export { exportQti12 } from './formats/qti12-write.ts'
export type { SheetRow } from './formats/sheet-columns.ts'
export { importSheet } from './formats/sheet-read.ts'
export { exportSheet } from './formats/sheet-write.ts'
export { decodeXml } from './formats/xml.ts'
