import { extname } from 'node:path'
import { audit } from '../audit/audit.ts'
import type { Database } from '../db/database.ts'
import type { Person } from '../person.ts'
import type { FormatProblem, ImportedQuestion } from '../quiz/formats/format.ts'
import { Refusal } from '../refusals.ts'
import { inThread, ThreadExhausted } from '../thread.ts'
import type { World } from '../world.ts'
import { inflatedSize } from '../zip/read-zip.ts'
import { readBankBytes, type BankFile, type BankOrder } from './bank-file.ts'
import { FORMATS, type FormatName, type WrittenFile } from './bank-formats.ts'
import { textPictureHashes, withoutTextPictures, withTextPictures } from './bank/pictures-in-texts.ts'
import { withPicturesInside, withStoredPictures } from './bank/pictures.ts'
import { insertBankPicture, selectLastPlace } from './bank/queries.ts'
import type { Picture } from './picture.ts'
import { insertBank, insertBankQuestions, insertMedia, isMediaStored, selectBankKeys, selectBankQuestions, selectBanks, selectOptionalBank, type Bank } from './queries.ts'

export type { Bank } from './queries.ts'
export { FORMAT_NAMES, type FormatName } from './bank-formats.ts'

/** So many bytes, unpacked, are read within some 20 ms; more of them beside the server's thread. */
const AT_ONCE = 64 * 1024
const BOUNDS = { megabytes: 1024, seconds: 120 } as const

export async function listBanks (db: Database): Promise<Bank[]> {
  return await selectBanks(db.read)
}

/** @param language what its plain texts are written in */
export async function createBank (db: Database, world: World, person: Person, { name, language = 'en' }: { readonly name: string, readonly language?: string }): Promise<Bank> {
  const bank = { id: world.newId(), name: name.trim(), language, createdAt: world.now().toISOString() }
  if (bank.name === '') throw new Refusal('bad-input', {}, [{ path: 'name', message: 'must not be empty', words: { key: 'refused.bank-name' } }])
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
  const { questions: read, pictures, problems } = await readForBank(db, bankId, format, bytes)
  const { only } = options
  const questions = only === undefined ? read : read.filter((_, index) => only.includes(index))
  if (!options.dryRun && questions.length > 0) {
    const made = { by: person.id, at: world.now().toISOString() }
    const stored = withStoredPictures(questions)
    const shown = JSON.stringify(questions.map(({ definition }) => definition))
    const taking = [...stored.pictures, ...pictures.filter(({ hash }) => shown.includes(hash))]
    await db.write(async (tx) => {
      // Two imports at once: the second finds keys taken that were free when it was read.
      const taken = new Set(await selectBankKeys(tx, bankId))
      if (questions.some(({ definition }) => taken.has(definition.key))) throw new Refusal('bad-input', {}, [{ message: 'the bank was changed meanwhile; send the file again' }])
      await insertMedia(tx, taking, made.at)
      for (const { hash, path } of taking) await insertBankPicture(tx, bankId, { hash, name: path, byId: person.id, at: made.at })
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

/** The questions of a file as a bank would take them, with the pictures that their texts show, and what is wrong with it.
 * @throws Refusal not-found; bad-input with the problems for a file that is refused whole */
export async function readForBank (db: Database, bankId: string, format: FormatName, bytes: Uint8Array): Promise<{ readonly questions: readonly ImportedQuestion[], readonly pictures: readonly Picture[], readonly problems: readonly FormatProblem[] }> {
  if (await selectOptionalBank(db.read, bankId) === undefined) throw new Refusal('not-found')
  const { isBroken, ...read } = await readBeside({ format, bytes, taken: await selectBankKeys(db.read, bankId) })
  if (isBroken) throw new Refusal('bad-input', {}, read.problems)
  const brought = new Set(read.pictures.map(({ hash }) => hash))
  const unknown = new Set<string>()
  for (const hash of new Set(read.questions.flatMap(textPictureHashes))) {
    if (!brought.has(hash) && !await isMediaStored(db.read, hash)) unknown.add(hash)
  }
  if (unknown.size === 0) return read
  // Written in another house, where they are.
  const { questions, problems } = withoutTextPictures(read.questions, unknown)
  return { questions, pictures: read.pictures, problems: [...read.problems, ...problems] }
}

/** Reads a file, a large one in a thread of its own, within bounds of time and memory. */
async function readBeside (order: BankOrder): Promise<BankFile> {
  if (order.bytes.length <= AT_ONCE && inflatedSize(order.bytes) <= AT_ONCE) return readBankBytes(order)
  try {
    return await inThread<BankFile>(new URL(`./bank-worker${extname(import.meta.filename)}`, import.meta.url), order, BOUNDS)
  } catch (error) {
    if (!(error instanceof ThreadExhausted)) throw error
    throw new Refusal('bad-input', {}, [{ message: `it takes more ${error.what} to read than one file may` }])
  }
}

/** A bank as a file of a format.
 * @param keys of the questions wanted; all when left out
 * @returns besides the file, what it could not say */
export async function exportBank (db: Database, bankId: string, format: FormatName, language: string, keys?: readonly string[]): Promise<WrittenFile & { readonly type: string, readonly fileName: string }> {
  if (await selectOptionalBank(db.read, bankId) === undefined) throw new Refusal('not-found')
  const { write, type, ending, pictures } = FORMATS[format]
  const wanted = keys === undefined ? undefined : new Set(keys)
  const questions = (await selectBankQuestions(db.read, bankId)).filter(({ definition }) => wanted?.has(definition.key) ?? true)
  const inside = await withPicturesInside(db.read, questions)
  const { questions: said, problems } = pictures === 'words' ? withoutTextPictures(inside) : { questions: pictures === 'files' ? await withTextPictures(db.read, inside) : inside, problems: [] }
  const written = await write(said, { language })
  return { body: written.body, problems: [...problems, ...written.problems], type, fileName: `bank.${ending}` }
}
