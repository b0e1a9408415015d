import { isDeepStrictEqual } from 'node:util'
import { audit } from '../../audit/audit.ts'
import type { Database, Tx } from '../../db/database.ts'
import type { Person } from '../../person.ts'
import { checkQuestion, type QuestionDefinition } from '../../quiz/definition.ts'
import { keyMaker, keyOf } from '../../quiz/formats/format.ts'
import { textIn } from '../../quiz/text.ts'
import { Refusal, type Problem } from '../../refusals.ts'
import type { World } from '../../world.ts'
import type { CourseCache } from '../courses.ts'
import { readableText } from '../markdown.ts'
import { selectBankKeys, selectOptionalBank, type Bank } from '../queries.ts'
import { alikeTo } from './duplicates.ts'
import { indexed, signatureOf, wordsOf } from './indexed.ts'
import { insertBankVersion, retireVersion, selectBankVersions, selectEntries, selectLastPlace, selectWords, updateBank, type BankVersion } from './queries.ts'
import { usesOf, type Use } from './uses.ts'

export type { BankVersion } from './queries.ts'

/** A question of a bank as it stands, or stood last, with all that led to it. */
export interface BankQuestionDetail {
  readonly bank: Bank
  /** The newest version; it does not stand when the question was removed. */
  readonly latest: BankVersion
  /** The newest first. */
  readonly versions: readonly BankVersion[]
  readonly uses: readonly Use[]
}

/** @throws Refusal not-found */
export async function bankQuestion (db: Database, courses: CourseCache, bankId: string, key: string): Promise<BankQuestionDetail> {
  const bank = await selectOptionalBank(db.read, bankId)
  const versions = bank === undefined ? [] : await selectBankVersions(db.read, bankId, key)
  const [latest] = versions
  if (bank === undefined || latest === undefined) throw new Refusal('not-found')
  return { bank, latest, versions, uses: (await usesOf(db.read, courses)).get(signatureOf(latest.definition)) ?? [] }
}

/** Questions of a bank that say the same as one, or nearly, those most alike first. */
export async function alikeInBank (db: Database, bankId: string, definition: QuestionDefinition): Promise<Array<{ readonly key: string, readonly name: string, readonly share: number }>> {
  const rows = (await selectWords(db.read, bankId)).filter(({ key }) => key !== definition.key)
  const names = new Map(rows.map(({ key, name }) => [key, name]))
  return alikeTo(wordsOf(definition), rows).slice(0, 5).map(({ key, share }) => ({ key, share, name: names.get(key) ?? key }))
}

/** What is saved of a question. */
export interface BankQuestionInput {
  /** For lists; made of the prompt when empty. */
  readonly name?: string | undefined
  /** Meets the schema of its kind, or is refused. For a new question the key may be left out. */
  readonly definition: unknown
  /** Why it is changed. */
  readonly note?: string | undefined
}

/** Puts a new question into a bank.
 * @throws Refusal not-found; bad-input with what is wrong with the definition */
export async function addBankQuestion (db: Database, world: World, person: Person, bankId: string, input: BankQuestionInput): Promise<BankVersion> {
  const bank = await selectOptionalBank(db.read, bankId)
  if (bank === undefined) throw new Refusal('not-found')
  return await db.write(async (tx) => {
    const wanted = isRecord(input.definition) && typeof input.definition['key'] === 'string' ? input.definition['key'] : ''
    const definition = checked({ ...isRecord(input.definition) ? input.definition : {}, key: wanted === '' ? 'question' : wanted })
    const name = nameOf(input, definition, bank)
    const key = keyMaker(await selectBankKeys(tx, bankId))(wanted === '' ? keyOf(name, 'question') : wanted)
    const version = { name, category: [], definition: { ...definition, key }, version: 1, place: await selectLastPlace(tx, bankId) + 1, note: input.note?.trim() ?? '' }
    await insert(tx, world, person, bankId, version, 'bank.question-added')
    return await versionOf(tx, bankId, key)
  })
}

/** The "no" to what overlooks a version: with the one that stands. */
function overtaken ({ version, name, definition, standing, byName, at }: BankVersion): Refusal {
  return new Refusal('edited-meanwhile', { version, now: { version, name, definition, stands: standing, by: byName, at } })
}

/** Saves a question as a new version, unless nothing is changed.
 * @param version the one that was changed: when another stands by now, nothing is saved
 * @throws Refusal not-found; edited-meanwhile with the version that stands; bad-input with what is wrong with the definition */
export async function saveBankQuestion (db: Database, world: World, person: Person, bankId: string, key: string, input: BankQuestionInput & { readonly version: number }): Promise<BankVersion> {
  const bank = await selectOptionalBank(db.read, bankId)
  if (bank === undefined) throw new Refusal('not-found')
  return await db.write(async (tx) => {
    const [latest] = await selectBankVersions(tx, bankId, key)
    if (latest === undefined) throw new Refusal('not-found')
    if (latest.version !== input.version) throw overtaken(latest)
    const definition = checked({ ...isRecord(input.definition) ? input.definition : {}, key })
    if (definition.kind !== latest.definition.kind) throw new Refusal('bad-input', {}, [{ path: 'kind', message: 'the kind of a question cannot be changed; add a new question' }])
    const name = nameOf(input, definition, bank)
    const isSame = latest.standing && latest.name === name && isDeepStrictEqual(definition, latest.definition)
    if (isSame) return latest
    if (latest.standing && !await retireVersion(tx, bankId, key, latest.version)) throw overtaken(latest)
    await insert(tx, world, person, bankId, { name, category: latest.category, definition, version: latest.version + 1, place: latest.place, note: input.note?.trim() ?? '' }, 'bank.question-saved')
    return await versionOf(tx, bankId, key)
  })
}

/** Makes an earlier version the newest again, as a version of its own; also of a question that was removed.
 * @param version the one that stands now, or stood last
 * @throws Refusal not-found, edited-meanwhile */
export async function restoreBankQuestion (db: Database, world: World, person: Person, bankId: string, key: string, input: { readonly from: number, readonly version: number }): Promise<BankVersion> {
  return await db.write(async (tx) => {
    const versions = await selectBankVersions(tx, bankId, key)
    const [latest] = versions
    const from = versions.find(({ version }) => version === input.from)
    if (latest === undefined || from === undefined) throw new Refusal('not-found')
    if (latest.version !== input.version) throw overtaken(latest)
    if (latest.standing && !await retireVersion(tx, bankId, key, latest.version)) throw overtaken(latest)
    await insert(tx, world, person, bankId, { ...from, version: latest.version + 1, place: latest.place, note: '' }, 'bank.question-restored', { from: input.from })
    return await versionOf(tx, bankId, key)
  })
}

/** Takes a question out of a bank's lists. Its versions stay, and any of them can be restored. Courses that have it are not touched.
 * @throws Refusal not-found, edited-meanwhile */
export async function removeBankQuestion (db: Database, world: World, person: Person, bankId: string, key: string, version: number): Promise<void> {
  await db.write(async (tx) => {
    const [latest] = await selectBankVersions(tx, bankId, key)
    if (latest === undefined) throw new Refusal('not-found')
    if (!latest.standing) return
    if (latest.version !== version || !await retireVersion(tx, bankId, key, version)) throw overtaken(latest)
    await audit(tx, world, { actorId: person.id, action: 'bank.question-removed', subjectType: 'bank', subjectId: bankId, detail: { question: key, version } })
  })
}

/** @param seen what it was called and written in when that was changed; where it is otherwise by now, nothing is
 * @throws Refusal not-found, bad-input, edited-meanwhile */
export async function renameBank (db: Database, world: World, person: Person, bankId: string, { name, language, seen }: { readonly name: string, readonly language: string, readonly seen?: { readonly name: string, readonly language: string } }): Promise<void> {
  if (name.trim() === '') throw new Refusal('bad-input', {}, [{ path: 'name', message: 'must not be empty', words: { key: 'refused.bank-name' } }])
  await db.write(async (tx) => {
    const bank = await selectOptionalBank(tx, bankId)
    if (bank === undefined) throw new Refusal('not-found')
    if (seen !== undefined && (seen.name !== bank.name || seen.language !== bank.language)) throw new Refusal('edited-meanwhile', { now: { name: bank.name, language: bank.language } })
    await updateBank(tx, { id: bankId, name: name.trim(), language })
    await audit(tx, world, { actorId: person.id, action: 'bank.renamed', subjectType: 'bank', subjectId: bankId, detail: { name: name.trim(), language } })
  })
}

/** The stimuli of a bank, for questions that refer to one. */
export async function stimuliOf (db: Database, bankId: string): Promise<Array<{ readonly key: string, readonly name: string }>> {
  const bank = await selectOptionalBank(db.read, bankId)
  return bank === undefined ? [] : await selectEntries(db.read, bank, { topic: '', difficulty: '', language: '', words: '', kind: 'stimulus' }, 0, 500)
}

async function insert (
  tx: Tx, world: World, person: Person, bankId: string, row: Pick<BankVersion, 'name' | 'category' | 'definition' | 'version' | 'place' | 'note'>, action: string, more: object = {}
): Promise<void> {
  await insertBankVersion(tx, bankId, { ...row, id: world.newId(), byId: person.id, at: world.now().toISOString() }, indexed(row.name, row.definition))
  await audit(tx, world, { actorId: person.id, action, subjectType: 'bank', subjectId: bankId, detail: { question: row.definition.key, version: row.version, ...more } })
}

async function versionOf (tx: Tx, bankId: string, key: string): Promise<BankVersion> {
  const [latest] = await selectBankVersions(tx, bankId, key)
  if (latest === undefined) throw new Error(`question ${key} of bank ${bankId} was saved and is not there`)
  return latest
}

function checked (definition: unknown): QuestionDefinition {
  const found = checkQuestion(definition)
  if ('problems' in found) throw new Refusal('bad-input', {}, found.problems.map((problem): Problem => problem))
  return found.question
}

/** The beginning of the prompt, for a question without a name. */
function nameOf ({ name = '' }: BankQuestionInput, { prompt }: QuestionDefinition, { language }: Bank): string {
  if (name.trim() !== '') return name.trim()
  const words = readableText(textIn(prompt, language)).replace(/\s+/g, ' ').trim()
  return words.length > 80 ? `${words.slice(0, 79)}…` : words
}

function isRecord (value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
