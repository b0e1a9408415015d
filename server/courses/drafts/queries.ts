import { sql } from 'kysely'
import type { Tx } from '../../db/database.ts'
import type { DraftTable } from '../../db/tables/drafts.ts'

/** A course that is being written. */
export interface Draft {
  readonly id: string
  readonly slug: string
  readonly title: string
  readonly state: DraftTable['state']
  readonly base: { readonly versionId: string, readonly slug: string, readonly number: number } | null
  readonly createdAt: string
  readonly createdBy: string
  readonly changedAt: string
  readonly changedBy: string
  readonly publishedVersionId: string | null
}

/** A file of a draft as it stands. */
export interface DraftFile {
  readonly path: string
  /** 1, 2, 3 … of this path. */
  readonly version: number
  readonly hash: string
  /** In bytes. */
  readonly size: number
  readonly at: string
  /** By name. */
  readonly by: string
}

/** One save of one file. */
export interface DraftChange {
  readonly path: string
  readonly version: number
  /** Null: the file was taken away. */
  readonly hash: string | null
  readonly what: string
  readonly at: string
  /** By name. */
  readonly by: string
}

function drafts (tx: Tx) {
  return tx.selectFrom('draft')
    .innerJoin('person as creator', 'creator.id', 'draft.created_by').innerJoin('person as changer', 'changer.id', 'draft.changed_by')
    .leftJoin('course_version as base', 'base.id', 'draft.base_version_id').leftJoin('course', 'course.id', 'base.course_id')
    .select([
      'draft.id', 'draft.slug', 'draft.title', 'draft.state', 'draft.created_at as createdAt', 'creator.name as createdBy',
      'draft.changed_at as changedAt', 'changer.name as changedBy', 'draft.published_version_id as publishedVersionId',
      'base.id as baseId', 'base.number as baseNumber', 'course.slug as baseSlug'
    ])
}

type Row = Awaited<ReturnType<ReturnType<typeof drafts>['execute']>>[number]

function draftOf ({ baseId, baseNumber, baseSlug, ...row }: Row): Draft {
  return { ...row, base: baseId === null || baseNumber === null || baseSlug === null ? null : { versionId: baseId, slug: baseSlug, number: baseNumber } }
}

/** Those that are being written, the latest changed first.
 * @param authorId only drafts of this person; null for all */
export async function selectOpenDrafts (tx: Tx, authorId: string | null): Promise<Draft[]> {
  let query = drafts(tx).where('draft.state', '=', 'open').orderBy('draft.changed_at', 'desc').orderBy('draft.id')
  if (authorId !== null) query = query.where('draft.id', 'in', (of) => of.selectFrom('draft_author').select('draft_id').where('person_id', '=', authorId))
  return (await query.execute()).map(draftOf)
}

export async function selectOptionalDraft (tx: Tx, id: string): Promise<Draft | undefined> {
  const row = await drafts(tx).where('draft.id', '=', id).executeTakeFirst()
  return row === undefined ? undefined : draftOf(row)
}

export interface Author { readonly id: string, readonly name: string }

export async function selectAuthors (tx: Tx, draftId: string): Promise<Author[]> {
  return await tx.selectFrom('draft_author').innerJoin('person', 'person.id', 'draft_author.person_id')
    .select(['person.id', 'person.name']).where('draft_id', '=', draftId).orderBy('person.name').orderBy('person.id').execute()
}

/** Everybody who may write courses and has an account in use, by name. */
export async function selectWriters (tx: Tx): Promise<Author[]> {
  return await tx.selectFrom('person').select(['person.id', 'person.name']).where('person.merged_into', 'is', null)
    .where('person.id', 'in', (of) => of.selectFrom('role_grant').select('person_id').where('role', 'in', ['instructor', 'administrator']))
    .where('person.id', 'in', (of) => of.selectFrom('account').select('person_id').where('state', '!=', 'deactivated'))
    .orderBy('person.name').orderBy('person.id').execute()
}

/** @returns false for one who is an author already */
export async function insertAuthor (tx: Tx, draftId: string, personId: string): Promise<boolean> {
  const result = await tx.insertInto('draft_author').values({ draft_id: draftId, person_id: personId })
    .onConflict((of) => of.columns(['draft_id', 'person_id']).doNothing()).executeTakeFirst()
  return Number(result.numInsertedOrUpdatedRows) > 0
}

/** @returns false for one who is none */
export async function deleteAuthor (tx: Tx, draftId: string, personId: string): Promise<boolean> {
  const result = await tx.deleteFrom('draft_author').where('draft_id', '=', draftId).where('person_id', '=', personId).executeTakeFirst()
  return Number(result.numDeletedRows) > 0
}

export async function insertDraft (tx: Tx, row: DraftTable): Promise<void> {
  await tx.insertInto('draft').values(row).execute()
}

/** @returns false when it is no longer open */
export async function updateDraft (tx: Tx, id: string, to: Partial<Pick<DraftTable, 'slug' | 'title' | 'state' | 'published_version_id' | 'base_version_id'>> & Pick<DraftTable, 'changed_by' | 'changed_at'>): Promise<boolean> {
  const result = await tx.updateTable('draft').set(to).where('id', '=', id).where('state', '=', 'open').executeTakeFirst()
  return Number(result.numUpdatedRows) === 1
}

/** Its files as they stand, by path. */
export async function selectDraftFiles (tx: Tx, draftId: string): Promise<DraftFile[]> {
  const rows = await tx.selectFrom('draft_file').innerJoin('person', 'person.id', 'by_id')
    .select(['path', 'version', 'hash', 'size', 'at', 'person.name as by'])
    .where('draft_id', '=', draftId).where('latest', '=', 1).where('hash', 'is not', null).orderBy('path').execute()
  return rows.flatMap(({ hash, ...row }) => hash === null ? [] : [{ ...row, hash }])
}

/** The last save of a path, of a file that was taken away too. */
export async function selectOptionalLatest (tx: Tx, draftId: string, path: string): Promise<DraftChange | undefined> {
  return await changes(tx, draftId).where('path', '=', path).where('latest', '=', 1).executeTakeFirst()
}

export async function selectOptionalChange (tx: Tx, draftId: string, path: string, version: number): Promise<DraftChange | undefined> {
  return await changes(tx, draftId).where('path', '=', path).where('version', '=', version).executeTakeFirst()
}

/** Every save, the latest first, but for those that the draft began with.
 * @param path of one file; null for all */
export async function selectChanges (tx: Tx, draftId: string, path: string | null, limit: number): Promise<DraftChange[]> {
  let query = changes(tx, draftId).orderBy('at', 'desc').orderBy('path').orderBy('version', 'desc').limit(limit)
  query = path === null ? query.where('what', '!=', 'begun') : query.where('path', '=', path)
  return await query.execute()
}

function changes (tx: Tx, draftId: string) {
  return tx.selectFrom('draft_file').innerJoin('person', 'person.id', 'by_id')
    .select(['path', 'version', 'hash', 'what', 'at', 'person.name as by']).where('draft_id', '=', draftId)
}

export interface NewSave {
  readonly draftId: string
  readonly path: string
  /** The version it follows; 0 for the first of its path. */
  readonly after: number
  readonly hash: string | null
  readonly size: number
  readonly what: string
  readonly byId: string
  readonly at: string
}

/** @returns false when another save of this path came first */
export async function insertSave (tx: Tx, { draftId, path, after, hash, size, what, byId, at }: NewSave): Promise<boolean> {
  if (after > 0) {
    const result = await tx.updateTable('draft_file').set({ latest: 0 })
      .where('draft_id', '=', draftId).where('path', '=', path).where('version', '=', after).where('latest', '=', 1).executeTakeFirst()
    if (Number(result.numUpdatedRows) !== 1) return false
  }
  const result = await tx.insertInto('draft_file').values({ draft_id: draftId, path, version: after + 1, hash, size, latest: 1, what, by_id: byId, at })
    .onConflict((of) => of.columns(['draft_id', 'path', 'version']).doNothing()).executeTakeFirst()
  return Number(result.numInsertedOrUpdatedRows) > 0
}

/** How many files of each draft were saved since it was begun. */
export async function countSaves (tx: Tx, draftIds: readonly string[]): Promise<Map<string, number>> {
  if (draftIds.length === 0) return new Map()
  const rows = await tx.selectFrom('draft_file').select(['draft_id as id', sql<number>`count(*)`.as('count')])
    .where('draft_id', 'in', draftIds).where('what', '!=', 'begun').groupBy('draft_id').execute()
  return new Map(rows.map(({ id, count }) => [id, Number(count)]))
}

/** Where a draft's question was taken from. */
export interface OriginRow {
  /** In the draft. */
  readonly key: string
  readonly bankId: string
  readonly bankKey: string
  readonly version: number
}

export async function selectOrigins (tx: Tx, draftId: string): Promise<OriginRow[]> {
  return await tx.selectFrom('draft_bank_question').select(['key', 'bank_id as bankId', 'bank_key as bankKey', 'version']).where('draft_id', '=', draftId).execute()
}

export async function upsertOrigin (tx: Tx, draftId: string, { key, bankId, bankKey, version }: OriginRow): Promise<void> {
  const set = { bank_id: bankId, bank_key: bankKey, version }
  await tx.insertInto('draft_bank_question').values({ draft_id: draftId, key, ...set }).onConflict((of) => of.columns(['draft_id', 'key']).doUpdateSet(set)).execute()
}

/** The draft that a version was published from; undefined for one that was imported. */
export async function selectOptionalDraftOf (tx: Tx, versionId: string): Promise<string | undefined> {
  return (await tx.selectFrom('draft').select('id').where('published_version_id', '=', versionId).executeTakeFirst())?.id
}
