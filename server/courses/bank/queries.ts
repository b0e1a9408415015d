import { sql } from 'kysely'
import type { Tx } from '../../db/database.ts'
import type { QuestionDefinition } from '../../quiz/definition.ts'
import type { Bank } from '../queries.ts'
import type { Indexed } from './indexed.ts'

/** What a list of questions is narrowed to; '' for whatever. */
export interface BankFilter {
  readonly topic: string
  readonly difficulty: string
  readonly language: string
  readonly kind: string
  /** Normalised: what must stand in its wordings or its name. */
  readonly words: string
}

/** A question of a bank as lists show it: the version that stands. */
export interface BankEntry {
  readonly key: string
  readonly version: number
  readonly place: number
  readonly name: string
  readonly kind: string
  readonly topic: string
  readonly difficulty: string
  readonly languages: readonly string[]
  readonly signature: string
  readonly at: string
}

const ENTRY = ['key', 'version', 'place', 'name', 'kind', 'topic', 'difficulty', 'languages', 'signature', 'at'] as const

function standing (tx: Tx, bank: Pick<Bank, 'id' | 'language'>, { topic, difficulty, language, kind, words }: BankFilter) {
  let query = tx.selectFrom('bank_question').where('bank_id', '=', bank.id).where('standing', '=', 1)
  if (topic !== '') query = query.where('topic', '=', topic)
  if (difficulty !== '') query = query.where('difficulty', '=', difficulty)
  if (kind !== '') query = query.where('kind', '=', kind)
  // A plain prompt is written in the bank's own language.
  if (language !== '') query = query.where((eb) => eb.or([eb('languages', 'like', `% ${language} %`), ...language === bank.language ? [eb('languages', '=', '')] : []]))
  // Normalised words hold neither of the signs that `like` reads.
  if (words !== '') query = query.where('words', 'like', `%${words}%`)
  return query
}

/** @param after the place that the page before ended at */
export async function selectEntries (tx: Tx, bank: Bank, filter: BankFilter, after: number, limit: number): Promise<BankEntry[]> {
  const rows = await standing(tx, bank, filter).select(ENTRY).where('place', '>', after).orderBy('place').limit(limit).execute()
  return rows.map((row) => ({ ...row, languages: row.languages === '' ? [bank.language] : row.languages.trim().split(' ') }))
}

export async function countEntries (tx: Tx, bank: Bank, filter: BankFilter): Promise<number> {
  const { count } = await standing(tx, bank, filter).select(({ fn }) => fn.countAll<number>().as('count')).executeTakeFirstOrThrow()
  return Number(count)
}

/** How many questions of a bank there are of each sort. */
export async function countBy (tx: Tx, bankId: string, column: 'topic' | 'difficulty' | 'kind' | 'languages'): Promise<Array<{ readonly value: string, readonly count: number }>> {
  const rows = await tx.selectFrom('bank_question').select((eb) => [eb.ref(column).as('value'), eb.fn.countAll<number>().as('count')])
    .where('bank_id', '=', bankId).where('standing', '=', 1).groupBy(column).orderBy(column).execute()
  return rows.map(({ value, count }) => ({ value: String(value), count: Number(count) }))
}

/** Which of some signatures stand in a bank. */
export async function selectKeysBySignatures (tx: Tx, bankId: string, signatures: readonly string[]): Promise<Array<{ readonly key: string, readonly signature: string }>> {
  if (signatures.length === 0) return []
  return await tx.selectFrom('bank_question').select(['key', 'signature']).where('bank_id', '=', bankId).where('standing', '=', 1).where('signature', 'in', [...signatures]).execute()
}

/** The wordings of every question that stands, without its name. */
export async function selectWords (tx: Tx, bankId: string): Promise<Array<{ readonly key: string, readonly name: string, readonly kind: string, readonly words: string }>> {
  const rows = await tx.selectFrom('bank_question').select(['key', 'name', 'kind', 'words']).where('bank_id', '=', bankId).where('standing', '=', 1).orderBy('place').execute()
  return rows.map((row) => ({ ...row, words: row.words.slice(0, row.words.indexOf('\n')) }))
}

export interface BankSummary extends Bank {
  readonly questions: number
  /** When a question was last added or changed; null for an empty bank. */
  readonly changedAt: string | null
}

export async function selectBankSummaries (tx: Tx): Promise<BankSummary[]> {
  const rows = await tx.selectFrom('bank').leftJoin('bank_question', (join) => join.onRef('bank_question.bank_id', '=', 'bank.id').on('bank_question.standing', '=', 1))
    .select(({ fn }) => ['bank.id', 'bank.name', 'bank.language', 'bank.created_at as createdAt', fn.count<number>('bank_question.id').as('questions'), fn.max('bank_question.at').as('changedAt')])
    .groupBy(['bank.id', 'bank.name', 'bank.language', 'bank.created_at']).orderBy('bank.name').orderBy('bank.id').execute()
  return rows.map((row) => ({ ...row, questions: Number(row.questions), changedAt: row.changedAt }))
}

/** One version of a question, and who made it. */
export interface BankVersion {
  readonly id: string
  readonly key: string
  readonly version: number
  readonly place: number
  readonly name: string
  readonly category: readonly string[]
  readonly definition: QuestionDefinition
  readonly byId: string
  readonly byName: string
  readonly at: string
  readonly note: string
  readonly standing: boolean
}

function versions (tx: Tx, bankId: string) {
  return tx.selectFrom('bank_question').innerJoin('person', 'person.id', 'bank_question.by_id').where('bank_id', '=', bankId).select([
    'bank_question.id', 'key', 'version', 'place', 'bank_question.name', 'category', 'definition', 'by_id as byId', 'person.name as byName', 'at', 'note', 'standing'
  ])
}

function versionOf ({ category, definition, standing, ...row }: Awaited<ReturnType<ReturnType<typeof versions>['execute']>>[number]): BankVersion {
  return { ...row, category: JSON.parse(category) as string[], definition: JSON.parse(definition) as QuestionDefinition, standing: standing === 1 }
}

/** Every version of a question, the newest first. */
export async function selectBankVersions (tx: Tx, bankId: string, key: string): Promise<BankVersion[]> {
  return (await versions(tx, bankId).where('key', '=', key).orderBy('version', 'desc').execute()).map(versionOf)
}

/** Questions as they stand; all of them when no keys are given. In the order in which they came. */
export async function selectStanding (tx: Tx, bankId: string, keys?: readonly string[]): Promise<BankVersion[]> {
  let query = versions(tx, bankId).where('standing', '=', 1).orderBy('place')
  if (keys !== undefined) query = query.where('key', 'in', keys.length === 0 ? [''] : [...keys])
  return (await query.execute()).map(versionOf)
}

/** Versions of questions, in whatever bank, that have one of some signatures. */
export async function selectVersionsLike (tx: Tx, signatures: readonly string[]): Promise<Array<{ readonly bankId: string, readonly key: string, readonly version: number, readonly signature: string }>> {
  const found = []
  for (let from = 0; from < signatures.length; from += 500) {
    found.push(...await tx.selectFrom('bank_question').select(['bank_id as bankId', 'key', 'version', 'signature']).where('signature', 'in', signatures.slice(from, from + 500)).execute())
  }
  return found
}

/** Every version of some questions of whatever banks. */
export async function selectVersionsOf (tx: Tx, questions: ReadonlyArray<{ readonly bankId: string, readonly bankKey: string }>): Promise<Array<{ readonly bankId: string, readonly key: string, readonly version: number, readonly standing: boolean, readonly definition: QuestionDefinition }>> {
  const found = []
  for (const [bankId, of] of Map.groupBy(questions, ({ bankId }) => bankId)) {
    for (let from = 0; from < of.length; from += 500) {
      const rows = await tx.selectFrom('bank_question').select(['bank_id as bankId', 'key', 'version', 'standing', 'definition'])
        .where('bank_id', '=', bankId).where('key', 'in', of.slice(from, from + 500).map(({ bankKey }) => bankKey)).execute()
      found.push(...rows.map((row) => ({ ...row, standing: row.standing === 1, definition: JSON.parse(row.definition) as QuestionDefinition })))
    }
  }
  return found
}

/** @returns false when that version does not stand any more */
export async function retireVersion (tx: Tx, bankId: string, key: string, version: number): Promise<boolean> {
  const { numUpdatedRows } = await tx.updateTable('bank_question').set({ standing: 0 }).where('bank_id', '=', bankId).where('key', '=', key).where('version', '=', version).where('standing', '=', 1).executeTakeFirst()
  return Number(numUpdatedRows) === 1
}

export async function insertBankVersion (tx: Tx, bankId: string, row: Omit<BankVersion, 'byName' | 'standing' | 'key'>, index: Indexed): Promise<void> {
  await tx.insertInto('bank_question').values({
    id: row.id,
    bank_id: bankId,
    key: row.definition.key,
    version: row.version,
    place: row.place,
    name: row.name,
    category: JSON.stringify(row.category),
    kind: row.definition.kind,
    definition: JSON.stringify(row.definition),
    by_id: row.byId,
    at: row.at,
    note: row.note,
    standing: 1,
    ...index
  }).execute()
}

export async function selectLastPlace (tx: Tx, bankId: string): Promise<number> {
  const { place } = await tx.selectFrom('bank_question').select(({ fn }) => fn.max('place').as('place')).where('bank_id', '=', bankId).executeTakeFirstOrThrow()
  return Number(place ?? 0)
}

export async function updateBank (tx: Tx, { id, name, language }: Pick<Bank, 'id' | 'name' | 'language'>): Promise<void> {
  await tx.updateTable('bank').set({ name, language }).where('id', '=', id).execute()
}

export interface BankPicture {
  readonly hash: string
  readonly name: string
  readonly width: number
  readonly height: number
}

export async function selectBankPictures (tx: Tx, bankId: string): Promise<BankPicture[]> {
  return await tx.selectFrom('bank_picture').innerJoin('media', 'media.hash', 'bank_picture.hash').select(['media.hash', 'name', 'width', 'height'])
    .where('bank_id', '=', bankId).orderBy('at', 'desc').orderBy('media.hash').execute()
}

export async function insertBankPicture (tx: Tx, bankId: string, picture: { readonly hash: string, readonly name: string, readonly byId: string, readonly at: string }): Promise<void> {
  await tx.insertInto('bank_picture').values({ bank_id: bankId, hash: picture.hash, name: picture.name, by_id: picture.byId, at: picture.at })
    .onConflict((of) => of.columns(['bank_id', 'hash']).doNothing()).execute()
}

/** A file that somebody looks at before it is taken. */
export interface BankFile {
  readonly id: string
  readonly format: string
  readonly name: string
  readonly bytes: Buffer
  /** Places in the file, from 0, of questions that are not wanted. */
  readonly leftOut: readonly number[]
}

/** Keeps a file; whatever the same person kept before for this bank is dropped. */
export async function insertBankFile (tx: Tx, bankId: string, byId: string, at: string, { id, format, name, bytes }: Omit<BankFile, 'leftOut'>): Promise<void> {
  await tx.deleteFrom('bank_file').where('bank_id', '=', bankId).where('by_id', '=', byId).execute()
  await tx.insertInto('bank_file').values({ id, bank_id: bankId, by_id: byId, format, name, bytes, left_out: '[]', at }).execute()
}

export async function selectOptionalBankFile (tx: Tx, bankId: string, byId: string, id: string): Promise<BankFile | undefined> {
  const row = await tx.selectFrom('bank_file').select(['id', 'format', 'name', 'bytes', 'left_out as leftOut'])
    .where('id', '=', id).where('bank_id', '=', bankId).where('by_id', '=', byId).executeTakeFirst()
  return row === undefined ? undefined : { ...row, bytes: Buffer.from(row.bytes), leftOut: JSON.parse(row.leftOut) as number[] }
}

export async function updateLeftOut (tx: Tx, id: string, leftOut: readonly number[]): Promise<void> {
  await tx.updateTable('bank_file').set({ left_out: JSON.stringify(leftOut) }).where('id', '=', id).execute()
}

export async function deleteBankFile (tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom('bank_file').where('id', '=', id).execute()
}

/** Versions of courses, whose questions may be those of a bank: the newest of each course first. */
export async function selectPublishedVersions (tx: Tx): Promise<Array<{ readonly id: string, readonly slug: string, readonly number: number }>> {
  return await tx.selectFrom('course_version').innerJoin('course', 'course.id', 'course_version.course_id')
    .select(['course_version.id', 'course.slug', 'course_version.number']).orderBy('course.slug').orderBy(sql`course_version.number desc`).execute()
}
