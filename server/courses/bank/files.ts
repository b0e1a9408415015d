import type { Database } from '../../db/database.ts'
import type { Person } from '../../person.ts'
import type { FormatProblem, ImportedQuestion } from '../../quiz/formats/format.ts'
import { Refusal } from '../../refusals.ts'
import type { Recent } from '../../recent.ts'
import type { World } from '../../world.ts'
import { FORMAT_NAMES, importIntoBank, readForBank, type BankImport, type FormatName } from '../banks.ts'
import type { Picture } from '../picture.ts'
import { selectOptionalMedia, type Bank } from '../queries.ts'
import { bankOf } from './browse.ts'
import { alikeTo } from './duplicates.ts'
import { wordsOf } from './indexed.ts'
import { withStoredPictures } from './pictures.ts'
import { deleteBankFile, insertBankFile, selectOptionalBankFile, selectWords, updateLeftOut, type BankFile } from './queries.ts'

/** Questions of a file that are looked at on one page. */
export const FILE_PAGE = 40

/** Keeps a file of questions so that it can be looked at before it is taken.
 * @throws Refusal not-found; bad-input with the problems for a file that is refused whole */
export async function keepBankFile (db: Database, world: World, person: Person, bankId: string, file: { readonly format: FormatName, readonly name: string, readonly bytes: Buffer }): Promise<string> {
  await readForBank(db, bankId, file.format, file.bytes)
  const id = world.newId()
  await db.write(async (tx) => { await insertBankFile(tx, bankId, person.id, world.now().toISOString(), { id, ...file }) })
  return id
}

export interface BankFilePage {
  readonly bank: Bank
  readonly file: Pick<BankFile, 'id' | 'name' | 'leftOut'> & { readonly format: FormatName }
  readonly count: number
  /** From 1. */
  readonly page: number
  readonly pages: number
  readonly questions: ReadonlyArray<{
    /** In the file, from 0. */
    readonly place: number
    readonly question: ImportedQuestion
    readonly chosen: boolean
    readonly problems: readonly FormatProblem[]
    /** The question of the bank that is most like it. */
    readonly alike: { readonly key: string, readonly name: string, readonly share: number } | null
  }>
  /** Those that belong to no question of the file that is taken. */
  readonly problems: readonly FormatProblem[]
}

/** Pictures of files that are looked at, by file: a file is not read again for each picture that a page of it shows. */
export type FilePictures = Recent<readonly Picture[]>

/** A page of a kept file's questions with what is wrong with each.
 * @param pictures is given those of the file
 * @throws Refusal not-found */
export async function bankFilePage (db: Database, person: Person, bankId: string, fileId: string, page: number, pictures: FilePictures): Promise<BankFilePage> {
  const bank = await bankOf(db, bankId)
  const file = await kept(db, person, bankId, fileId)
  const { questions, problems, inside } = await readWithPictures(db, bankId, file)
  pictures.keep(fileId, inside)
  const pages = Math.max(1, Math.ceil(questions.length / FILE_PAGE))
  const at = Math.min(page, pages)
  const words = await selectWords(db.read, bankId)
  const names = new Map(words.map(({ key, name }) => [key, name]))
  const shown = questions.slice((at - 1) * FILE_PAGE, at * FILE_PAGE)
  return {
    bank,
    file: { id: file.id, name: file.name, format: file.format, leftOut: file.leftOut },
    count: questions.length,
    page: at,
    pages,
    questions: shown.map((question, index) => {
      const place = (at - 1) * FILE_PAGE + index
      const [alike] = alikeTo(wordsOf(question.definition), words)
      return {
        place,
        question,
        chosen: !file.leftOut.includes(place),
        problems: problemsOf(question, problems),
        alike: alike === undefined ? null : { ...alike, name: names.get(alike.key) ?? alike.key }
      }
    }),
    problems: problems.filter((problem) => !questions.some((question) => problemsOf(question, [problem]).length > 0))
  }
}

/** A picture of a kept file, by its hash, as long as the file is looked at; or one that the house has already.
 * @throws Refusal not-found */
export async function bankFilePicture (db: Database, person: Person, bankId: string, fileId: string, hash: string, pictures: FilePictures): Promise<{ readonly type: string, readonly bytes: Buffer }> {
  const file = await kept(db, person, bankId, fileId)
  const inside = pictures.get(fileId) ?? pictures.keep(fileId, (await readWithPictures(db, bankId, file)).inside)
  const found = inside.find((picture) => picture.hash === hash) ?? await selectOptionalMedia(db.read, hash)
  if (found === undefined) throw new Refusal('not-found')
  return found
}

/** A file's questions as they will be kept, with every picture that came inside of it. */
async function readWithPictures (db: Database, bankId: string, { format, bytes }: { readonly format: FormatName, readonly bytes: Buffer }) {
  const { questions, pictures, problems } = await readForBank(db, bankId, format, bytes)
  const stored = withStoredPictures(questions)
  return { questions: stored.questions, problems, inside: [...stored.pictures, ...pictures] }
}

function problemsOf ({ name, line }: ImportedQuestion, problems: readonly FormatProblem[]): FormatProblem[] {
  return problems.filter((problem) => problem.severity !== 'refused' && (line !== undefined && problem.line !== undefined ? problem.line === line : problem.path === name || problem.message.startsWith(`'${name}'`)))
}

/** Notes which questions of one page of a kept file are wanted.
 * @param chosen places in the file
 * @throws Refusal not-found */
export async function chooseOfBankFile (db: Database, person: Person, bankId: string, fileId: string, page: number, chosen: readonly number[]): Promise<void> {
  const { leftOut } = await kept(db, person, bankId, fileId)
  const from = (page - 1) * FILE_PAGE
  const others = leftOut.filter((place) => place < from || place >= from + FILE_PAGE)
  const here = Array.from({ length: FILE_PAGE }, (_, index) => from + index).filter((place) => !chosen.includes(place))
  await db.write(async (tx) => { await updateLeftOut(tx, fileId, [...others, ...here]) })
}

/** Takes the chosen questions of a kept file into its bank, and drops the file.
 * @throws Refusal not-found; bad-input when nothing is chosen or the bank was changed meanwhile */
export async function importBankFile (db: Database, world: World, person: Person, bankId: string, fileId: string): Promise<BankImport> {
  const file = await kept(db, person, bankId, fileId)
  const { questions } = await readForBank(db, bankId, file.format, file.bytes)
  const only = questions.flatMap((_, place) => file.leftOut.includes(place) ? [] : [place])
  if (only.length === 0) throw new Refusal('bad-input', {}, [{ path: 'chosen', message: 'no question is chosen' }])
  const imported = await importIntoBank(db, world, person, bankId, file.format, file.bytes, { dryRun: false, only })
  await db.write(async (tx) => { await deleteBankFile(tx, fileId) })
  return imported
}

async function kept (db: Database, person: Person, bankId: string, fileId: string): Promise<BankFile & { readonly format: FormatName }> {
  const file = await selectOptionalBankFile(db.read, bankId, person.id, fileId)
  const format = FORMAT_NAMES.find((name) => name === file?.format)
  if (file === undefined || format === undefined) throw new Refusal('not-found')
  return { ...file, format }
}
