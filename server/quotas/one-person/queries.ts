import { sql } from 'kysely'
import type { Tx } from '../../db/database.ts'
import { holds } from '../../db/like.ts'
import { named, type Asked } from '../../people/named/queries.ts'
import { nameKey } from '../../people/name-key.ts'
import type { PersonFacts } from '../../people/queries.ts'
import { prepared, preparedRows, type Value } from '../../db/prepared.ts'
import { partsOf, swapped } from './likeness.ts'

/** Every record that is merged, and what into. */
export async function selectMergedPeople (tx: Tx): Promise<Map<string, string>> {
  const rows = await tx.selectFrom('person').select(['id', 'merged_into as into']).where('merged_into', 'is not', null).execute()
  return new Map(rows.flatMap(({ id, into }) => into === null ? [] : [[id, into] as const]))
}

export function rootIn (merged: ReadonlyMap<string, string>, id: string): string {
  let root = id
  for (let next = merged.get(root); next !== undefined; next = merged.get(root)) root = next
  return root
}

/** The record that stands for a person: itself unless it is merged. */
export async function selectRoot (tx: Tx, personId: string): Promise<string> {
  let root = personId
  for (;;) {
    const [found] = await mergedInto(tx, { id: root })
    if (found?.into == null) return root
    root = found.into
  }
}

const mergedInto = prepared((tx, value: Value<{ id: string }>) => tx.selectFrom('person').select('merged_into as into').where('id', '=', value('id')))

/** Every record of a person whose root this is, the root first. */
export async function selectGroup (tx: Tx, rootId: string): Promise<string[]> {
  const group = [rootId]
  for (let from = 0; from < group.length;) {
    const some = group.slice(from)
    from = group.length
    const rows = await mergedIntoThese(tx, some.map((id) => ({ id })))
    group.push(...rows.map(({ id }) => id))
  }
  return group
}

const mergedIntoThese = preparedRows<{ readonly id: string }, { readonly id: string }>(['id'], (tx, rows) => tx.selectFrom('person').select('id').where('merged_into', 'in', rows.map(({ id }) => id)).orderBy('id'))

export interface Human extends Pick<PersonFacts, 'name' | 'latinName' | 'country' | 'agency' | 'rank' | 'birthDay'> {
  readonly id: string
  readonly email: string | null
  readonly mergedInto: string | null
  /** Standing certificates. */
  readonly certificates: number
}

function humans (tx: Tx) {
  return tx.selectFrom('person').leftJoin('account', 'account.person_id', 'person.id').select((select) => [
    'person.id', 'person.name', 'person.latin_name as latinName', 'person.country', 'person.agency', 'person.rank', 'person.birth_day as birthDay', 'account.email', 'person.merged_into as mergedInto',
    select.selectFrom('certificate').select((inner) => inner.fn.countAll<number>().as('count')).whereRef('certificate.person_id', '=', 'person.id')
      .where('revoked_at', 'is', null).as('certificates')
  ])
}

export async function selectOptionalHuman (tx: Tx, id: string): Promise<Human | undefined> {
  const row = await humans(tx).where('person.id', '=', id).executeTakeFirst()
  return row === undefined ? undefined : humanOf(row)
}

/** Records whose names may be the same in whatever script and that were not born on different days, of one country or born on one day;
 * and those born on one day in one country with a part of the name in common, as a new passport may have another name. Somebody
 * without a letter in the name is like nobody. */
export async function selectAlike (tx: Tx, { id, name, latinName, country, birthDay }: Pick<Human, 'id' | 'name' | 'latinName' | 'country' | 'birthDay'>): Promise<Human[]> {
  const keys = [nameKey(name), latinName === null ? '' : nameKey(latinName)].filter((key) => key !== '')
  if (keys.length === 0) return []
  const parts = [...new Set([name, latinName ?? ''].flatMap(partsOf))]
  const query = humans(tx).where('person.id', '!=', id).where('person.erased_at', 'is', null).orderBy('person.name').orderBy('person.id').limit(20).where(({ eb, or, and }) => {
    const key = or([eb('person.name_key', 'in', keys), eb('person.latin_key', 'in', keys)])
    const here = country === null ? [] : [or([eb('person.country', '=', country), eb('person.country', 'is', null)])]
    const born = birthDay === null ? [] : [or([eb('person.birth_day', 'in', [birthDay, swapped(birthDay)]), eb('person.birth_day', 'is', null)])]
    const ways = [and([key, ...here, ...born])]
    if (birthDay !== null) {
      ways.push(and([key, eb('person.birth_day', '=', birthDay)]))
      const shared = parts.flatMap((part) => (['person.name_key', 'person.latin_key'] as const).map((column) => sql<boolean>`' ' || ${sql.ref(column)} || ' ' like ${`% ${part} %`}`))
      if (shared.length > 0) ways.push(and([eb('person.birth_day', '=', birthDay), ...here, or(shared)]))
    }
    return or(ways)
  })
  return (await query.execute()).map(humanOf)
}

/** Records by parts of a name, an address, or the serial of a certificate or a part of one. By name.
 * @param serial its symbols, without hyphens; null for what is none */
export async function selectHumansFound (tx: Tx, asked: Asked, serial: string | null, limit: number): Promise<Human[]> {
  const query = humans(tx).where('person.erased_at', 'is', null).orderBy('person.name').orderBy('person.id').limit(limit).where((where) => where.or([
    named(asked),
    holds('account.email', asked.typed),
    ...serial === null
      ? []
      : [
          where('person.id', 'in', where.selectFrom('certificate').select('person_id').where(symbols('serial'), 'like', `%${serial}%`)),
          where('person.id', 'in', where.selectFrom('certificate_document as document').innerJoin('certificate', 'certificate.id', 'document.certificate_id').select('person_id').where(symbols('document.serial'), 'like', `%${serial}%`))
        ]
  ]))
  return (await query.execute()).map(humanOf)
}

function symbols (column: string) {
  return sql<string>`replace(${sql.ref(column)}, '-', '')`
}

function humanOf (row: Omit<Human, 'certificates'> & { readonly certificates: number | string | null }): Human {
  return { ...row, certificates: Number(row.certificates ?? 0) }
}

/** Records of days of birth that several have, the earliest day first: those of whole days. */
export async function selectBornTogether (tx: Tx, afterDay: string, days: number): Promise<Human[]> {
  const several = await tx.selectFrom('person').select('birth_day as day').where('birth_day', '>', afterDay).where('merged_into', 'is', null).where('erased_at', 'is', null)
    .groupBy('birth_day').having((having) => having(having.fn.countAll(), '>', 1)).orderBy('birth_day').limit(days).execute()
  const found = several.flatMap(({ day }) => day === null ? [] : [day])
  if (found.length === 0) return []
  return (await humans(tx).where('person.birth_day', 'in', found).where('person.merged_into', 'is', null).where('person.erased_at', 'is', null).orderBy('person.birth_day').orderBy('person.name').orderBy('person.id').execute()).map(humanOf)
}

/** What several records that are not merged have in common: the key of one of their names, and a country. In order of both. */
export async function selectAlikeKeys (tx: Tx, after: { readonly key: string, readonly country: string } | null, limit: number): Promise<Array<{ readonly key: string, readonly country: string }>> {
  const own = tx.selectFrom('person').select(['id', 'name_key as key', 'country']).where('merged_into', 'is', null).where('name_key', '!=', '').where('country', 'is not', null)
  const latin = tx.selectFrom('person').select(['id', sql<string>`latin_key`.as('key'), 'country']).where('merged_into', 'is', null).where('latin_key', '!=', '').where('country', 'is not', null)
  let query = tx.selectFrom(own.union(latin).as('named')).select(['key', 'country'])
    .groupBy(['key', 'country']).having((having) => having(having.fn.countAll(), '>', 1)).orderBy('key').orderBy('country').limit(limit)
  if (after !== null) query = query.where((where) => where.or([where('key', '>', after.key), where.and([where('key', '=', after.key), where('country', '>', after.country)])]))
  return (await query.execute()).flatMap(({ key, country }) => country === null ? [] : [{ key, country }])
}

export async function selectHumansOfKey (tx: Tx, key: string, country: string): Promise<Human[]> {
  const rows = await humans(tx).where((where) => where.or([where('person.name_key', '=', key), where('person.latin_key', '=', key)])).where('person.country', '=', country).where('person.merged_into', 'is', null).orderBy('person.name').orderBy('person.id').limit(20).execute()
  return rows.map(humanOf)
}

/** @returns false when it is merged already */
export async function setMerged (tx: Tx, personId: string, intoId: string): Promise<boolean> {
  const result = await tx.updateTable('person').set({ merged_into: intoId }).where('id', '=', personId).where('merged_into', 'is', null).executeTakeFirst()
  return Number(result.numUpdatedRows) === 1
}

/** @returns false when it is not merged */
export async function clearMerged (tx: Tx, personId: string): Promise<boolean> {
  const result = await tx.updateTable('person').set({ merged_into: null }).where('id', '=', personId).where('merged_into', 'is not', null).executeTakeFirst()
  return Number(result.numUpdatedRows) === 1
}

export interface MergeRecord {
  readonly personId: string
  readonly personName: string
  readonly intoId: string
  readonly intoName: string
  readonly reason: string
  readonly mergedBy: string
  readonly mergedAt: string
  readonly unmergedBy: string | null
  readonly unmergedAt: string | null
}

export async function insertMerge (tx: Tx, merge: { readonly id: string, readonly personId: string, readonly intoId: string, readonly reason: string, readonly by: string, readonly at: string }): Promise<void> {
  await tx.insertInto('person_merge').values({
    id: merge.id, person_id: merge.personId, into_id: merge.intoId, reason: merge.reason, merged_by: merge.by, merged_at: merge.at, unmerged_by: null, unmerged_at: null
  }).execute()
}

export async function endMerge (tx: Tx, personId: string, by: string, at: string): Promise<void> {
  await tx.updateTable('person_merge').set({ unmerged_by: by, unmerged_at: at }).where('person_id', '=', personId).where('unmerged_at', 'is', null).execute()
}

/** Merges of some records, the newest first. */
export async function selectMergeHistory (tx: Tx, personIds: readonly string[]): Promise<MergeRecord[]> {
  return await tx.selectFrom('person_merge as merge').innerJoin('person as one', 'one.id', 'merge.person_id').innerJoin('person as other', 'other.id', 'merge.into_id')
    .innerJoin('person as merger', 'merger.id', 'merge.merged_by').leftJoin('person as splitter', 'splitter.id', 'merge.unmerged_by')
    .select(['merge.person_id as personId', 'one.name as personName', 'into_id as intoId', 'other.name as intoName', 'reason', 'merger.name as mergedBy', 'merged_at as mergedAt', 'splitter.name as unmergedBy', 'unmerged_at as unmergedAt'])
    .where((where) => where.or([where('merge.person_id', 'in', [...personIds]), where('merge.into_id', 'in', [...personIds])]))
    .orderBy('merge.id', 'desc').limit(100).execute()
}

/** What merging and taking apart changed in a target. */
export interface Followed {
  readonly quotaId: string
  readonly quota: string
  readonly delta: number
  readonly serial: string
  readonly at: string
  /** In the target as it stands today. */
  readonly counted: number
}

/** Lines of the ledger that merges of some records brought about, the newest first. */
export async function selectFollowed (tx: Tx, personIds: readonly string[]): Promise<Followed[]> {
  return await tx.selectFrom('quota_entry as entry').innerJoin('quota', 'quota.id', 'entry.quota_id')
    .select(['quota.id as quotaId', 'quota.name as quota', 'entry.delta', 'entry.serial', 'entry.at', 'quota.counted'])
    .where('entry.person_id', 'in', [...personIds]).where('entry.cause', 'in', ['merge', 'unmerge']).orderBy('entry.at', 'desc').orderBy('entry.id', 'desc').limit(100).execute()
}
