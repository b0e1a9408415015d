import { audit } from '../audit/audit.ts'
import type { Database } from '../db/database.ts'
import type { Person } from '../person.ts'
import { checkQuestion } from '../quiz/definition.ts'
import { exportAiken, importAiken } from '../quiz/formats/aiken.ts'
import type { Exported, ExportOptions, FormatProblem, Imported, ImportedQuestion, ImportOptions, NamedQuestion } from '../quiz/formats/format.ts'
import { importGift } from '../quiz/formats/gift-read.ts'
import { exportGift } from '../quiz/formats/gift-write.ts'
import { importMoodleXml } from '../quiz/formats/moodle-read.ts'
import { exportMoodleXml } from '../quiz/formats/moodle-write.ts'
import { decodeXml } from '../quiz/formats/xml.ts'
import { Refusal } from '../refusals.ts'
import type { World } from '../world.ts'
import { cleanHtml, lostInCleaning } from './markdown.ts'
import { withPicturesInside, withStoredPictures } from './bank/pictures.ts'
import { insertBankPicture, selectLastPlace } from './bank/queries.ts'
import { insertBank, insertBankQuestions, insertMedia, selectBankKeys, selectBankQuestions, selectBanks, selectOptionalBank, type Bank } from './queries.ts'

export type { Bank } from './queries.ts'

interface Format {
  readonly read: (text: string, options: ImportOptions) => Imported
  readonly write: (questions: readonly NamedQuestion[], options: ExportOptions) => Exported
  readonly type: string
  readonly ending: string
}

export const FORMAT_NAMES = ['gift', 'aiken', 'moodle-xml'] as const
export type FormatName = typeof FORMAT_NAMES[number]

const FORMATS: Readonly<Record<FormatName, Format>> = {
  gift: { read: importGift, write: exportGift, type: 'text/plain; charset=utf-8', ending: 'gift' },
  aiken: { read: importAiken, write: exportAiken, type: 'text/plain; charset=utf-8', ending: 'txt' },
  'moodle-xml': { read: importMoodleXml, write: exportMoodleXml, type: 'application/xml; charset=utf-8', ending: 'xml' }
}

/** Most questions that one file may hold, and most problems that are told. */
const MAX_QUESTIONS = 20_000
const MAX_PROBLEMS = 1000

export async function listBanks (db: Database): Promise<Bank[]> {
  return await selectBanks(db.read)
}

/** @param language what its plain texts are written in */
export async function createBank (db: Database, world: World, person: Person, { name, language = 'en' }: { readonly name: string, readonly language?: string }): Promise<Bank> {
  const bank = { id: world.newId(), name: name.trim(), language, createdAt: world.now().toISOString() }
  if (bank.name === '') throw new Refusal('bad-input', {}, [{ path: 'name', message: 'must not be empty' }])
  await db.write(async (tx) => {
    await insertBank(tx, { ...bank, createdBy: person.id })
    await audit(tx, world, { actorId: person.id, action: 'bank.created', subjectType: 'bank', subjectId: bank.id, detail: { name: bank.name } })
  })
  return bank
}

export interface BankImport {
  readonly imported: number
  readonly questions: ReadonlyArray<{ readonly name: string, readonly kind: string, readonly key: string }>
  readonly problems: readonly FormatProblem[]
}

/** Reads a file into a bank: its questions, with HTML made safe, each under a key that is free in the bank. A file of which
 * nothing can be taken, or whose end is missing, is refused whole.
 * @param options.dryRun says what would happen, and writes nothing
 * @param options.only places of the questions wanted among those read, from 0; all when left out
 * @throws Refusal not-found; bad-input with the problems */
export async function importIntoBank (
  db: Database, world: World, person: Person, bankId: string, format: FormatName, bytes: Uint8Array, options: { readonly dryRun: boolean, readonly only?: readonly number[] }
): Promise<BankImport> {
  const { questions: read, problems } = await readForBank(db, bankId, format, bytes)
  const { only } = options
  const questions = only === undefined ? read : read.filter((_, index) => only.includes(index))
  if (!options.dryRun && questions.length > 0) {
    const made = { by: person.id, at: world.now().toISOString() }
    const stored = withStoredPictures(questions)
    await db.write(async (tx) => {
      // Two imports at once: the second finds keys taken that were free when it was read.
      const taken = new Set(await selectBankKeys(tx, bankId))
      if (questions.some(({ definition }) => taken.has(definition.key))) throw new Refusal('bad-input', {}, [{ message: 'the bank was changed meanwhile; send the file again' }])
      await insertMedia(tx, stored.pictures, made.at)
      for (const { hash, path } of stored.pictures) await insertBankPicture(tx, bankId, { hash, name: path, byId: person.id, at: made.at })
      await insertBankQuestions(tx, bankId, stored.questions.map((question) => ({ id: world.newId(), ...question })), { ...made, after: await selectLastPlace(tx, bankId) })
      await audit(tx, world, { actorId: person.id, action: 'bank.imported', subjectType: 'bank', subjectId: bankId, detail: { format, questions: questions.length } })
    })
  }
  return {
    imported: questions.length,
    questions: questions.map(({ name, definition }) => ({ name, kind: definition.kind, key: definition.key })),
    problems
  }
}

/** The questions of a file as a bank would take them, and what is wrong with it.
 * @throws Refusal not-found; bad-input with the problems for a file that is refused whole */
export async function readForBank (db: Database, bankId: string, format: FormatName, bytes: Uint8Array): Promise<{ readonly questions: readonly ImportedQuestion[], readonly problems: readonly FormatProblem[] }> {
  if (await selectOptionalBank(db.read, bankId) === undefined) throw new Refusal('not-found')
  const text = decoded(format, bytes)
  const read = FORMATS[format].read(text, { taken: await selectBankKeys(db.read, bankId) })
  const problems: FormatProblem[] = [...read.problems]
  const questions = read.questions.flatMap((question) => cleaned(question, problems))
  const broken = read.problems.some(({ message }) => message.startsWith('the file is read up to here'))
  if (questions.length > MAX_QUESTIONS) throw new Refusal('bad-input', {}, [{ message: `the file holds ${questions.length} questions; ${MAX_QUESTIONS} at a time are taken` }])
  if (questions.length === 0 || broken) throw new Refusal('bad-input', {}, questions.length === 0 && problems.length === 0 ? [{ message: 'the file holds no question' }] : told(problems))
  return { questions, problems: told(problems) }
}

/** A bank as a file of a format.
 * @param keys of the questions wanted; all when left out
 * @returns besides the file, what it could not say */
export async function exportBank (db: Database, bankId: string, format: FormatName, language: string, keys?: readonly string[]): Promise<Exported & { readonly type: string, readonly fileName: string }> {
  if (await selectOptionalBank(db.read, bankId) === undefined) throw new Refusal('not-found')
  const { write, type, ending } = FORMATS[format]
  const wanted = keys === undefined ? undefined : new Set(keys)
  const questions = (await selectBankQuestions(db.read, bankId)).filter(({ definition }) => wanted?.has(definition.key) ?? true)
  return { ...write(await withPicturesInside(db.read, questions), { language }), type, fileName: `bank.${ending}` }
}

function decoded (format: FormatName, bytes: Uint8Array): string {
  if (format === 'moodle-xml') {
    const found = decodeXml(bytes)
    if ('problem' in found) throw new Refusal('bad-input', {}, [{ line: 1, message: found.problem }])
    return found.text
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new Refusal('bad-input', {}, [{ line: 1, message: 'it is not written in UTF-8' }])
  }
}

function told (problems: readonly FormatProblem[]): readonly FormatProblem[] {
  if (problems.length <= MAX_PROBLEMS) return problems
  return [...problems.slice(0, MAX_PROBLEMS), { message: `and ${problems.length - MAX_PROBLEMS} problems more`, severity: 'refused' }]
}

/** What is typed, or named, and no text to be shown. */
const NO_TEXT = new Set(['accept', 'key', 'topic', 'formula', 'unit', 'units', 'options', 'template', 'sampleAnswer', 'labels', 'image', 'src', 'markup', 'kind'])

/** A question with its HTML made safe; [] and a problem where that leaves too little of it. */
function cleaned (question: ImportedQuestion, problems: FormatProblem[]): ImportedQuestion[] {
  const { name, definition, line, files = [] } = question
  const at = line === undefined ? { path: name } : { line }
  const say = (message: string, severity: FormatProblem['severity']): void => { problems.push({ ...at, message: `'${name}': ${message}`, severity }) }
  if (files.length > 0 && !('image' in definition)) say(`its files are left out: ${files.map((file) => file.name).join(', ')}`, 'left-out')
  if (definition.markup !== 'html') return [question]
  const lost = new Set<string>()
  const clean = (value: unknown, isText: boolean): unknown => {
    if (typeof value === 'string') {
      if (!isText) return value
      for (const tag of lostInCleaning(value)) lost.add(tag)
      return cleanHtml(value)
    }
    if (Array.isArray(value)) return value.map((inner) => clean(inner, isText))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, NO_TEXT.has(key) ? inner : clean(inner, typeof inner !== 'string' || TEXTS.has(key))]))
  }
  const checked = checkQuestion(clean(definition, false))
  if (lost.size > 0) say(`what is not allowed in a text is left out: ${[...lost].map((tag) => `<${tag}>`).join(', ')}`, 'left-out')
  if ('question' in checked) return [{ ...question, definition: checked.question }]
  say(`is not taken: ${checked.problems.map(({ path, message }) => `${path}: ${message}`).join('; ')}`, 'refused')
  return []
}

const TEXTS = new Set(['prompt', 'text', 'feedback', 'feedbackTrue', 'feedbackFalse', 'hints', 'label'])
