import { sql } from 'kysely'
import type { Tx } from '../../db/database.ts'
import { holds } from '../../db/like.ts'
import { batches } from '../../db/lists.ts'
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

/** Every record of some people.
 * @param rootIds records that stand for somebody
 * @returns each record with the one that stands for it */
export async function selectRecordsOf (tx: Tx, rootIds: readonly string[]): Promise<Map<string, string>> {
  const rootOf = new Map(rootIds.map((id) => [id, id]))
  for (let from: readonly string[] = rootIds; from.length > 0;) {
    const found: string[] = []
    for (const some of batches(from)) {
      for (const { id, into } of await tx.selectFrom('person').select(['id', 'merged_into as into']).where('merged_into', 'in', some).execute()) {
        if (rootOf.has(id)) continue
        rootOf.set(id, rootOf.get(into ?? '') ?? id)
        found.push(id)
      }
    }
    from = found
  }
  return rootOf
}

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
 * without a letter in the name is like nobody.
 * @param but records that are known to be theirs, or somebody else's */
export async function selectAlike (tx: Tx, { id, name, latinName, country, birthDay }: Pick<Human, 'id' | 'name' | 'latinName' | 'country' | 'birthDay'>, but: readonly string[]): Promise<Human[]> {
  const keys = [nameKey(name), latinName === null ? '' : nameKey(latinName)].filter((key) => key !== '')
  if (keys.length === 0) return []
  const parts = [...new Set([name, latinName ?? ''].flatMap(partsOf))]
  const query = humans(tx).where('person.id', 'not in', [id, ...but]).where('person.erased_at', 'is', null).orderBy('person.name').orderBy('person.id').limit(20).where(({ eb, or, and }) => {
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

/** Records of days of birth that several have, the earliest day first: those of whole days, of so many days and about so many people.
 * @returns the last day looked at, to go on after; null when there is none after it */
export async function selectBornTogether (tx: Tx, afterDay: string, most: { readonly days: number, readonly people: number }): Promise<{ readonly people: Human[], readonly last: string | null }> {
  const several = (await tx.selectFrom('person').select(({ fn }) => ['birth_day as day', fn.countAll<number>().as('count')]).where('birth_day', '>', afterDay).where('merged_into', 'is', null).where('erased_at', 'is', null)
    .groupBy('birth_day').having((having) => having(having.fn.countAll(), '>', 1)).orderBy('birth_day').limit(most.days).execute()).flatMap(({ day, count }) => day === null ? [] : [{ day, count: Number(count) }])
  let sum = 0
  const some = several.filter(({ count }, at) => { sum += count; return at === 0 || sum <= most.people }).map(({ day }) => day)
  if (some.length === 0) return { people: [], last: null }
  const rows = await humans(tx).where('person.birth_day', 'in', some).where('person.merged_into', 'is', null).where('person.erased_at', 'is', null).orderBy('person.birth_day').orderBy('person.name').orderBy('person.id').execute()
  return { people: rows.map(humanOf), last: some.length === several.length && several.length < most.days ? null : some.at(-1) ?? null }
}

/** What several records that are not merged have in common: the key of one of their names, and a country. In order of both.
 * Names in their own script and those in Latin letters are looked through apart, each along its index, as far as the page goes. */
export async function selectAlikeKeys (tx: Tx, after: { readonly key: string, readonly country: string } | null, limit: number): Promise<Array<{ readonly key: string, readonly country: string }>> {
  const from = after?.key ?? ''
  const later = (column: string) => after === null ? sql<boolean>`${sql.ref(column)} <> ''` : sql<boolean>`(${sql.ref(column)} > ${after.key} or country > ${after.country})`
  const own = await tx.selectFrom('person').select(['name_key as key', 'country']).where('name_key', '>=', from).where(later('name_key'))
    .where('merged_into', 'is', null).where('country', 'is not', null)
    .groupBy(['name_key', 'country']).having((having) => having(having.fn.countAll(), '>', 1)).orderBy('name_key').orderBy('country').limit(limit).execute()
  const latin = await tx.selectFrom('person').select(['latin_key as key', 'country']).distinct().where('latin_key', 'is not', null).where('latin_key', '>=', from).where(later('latin_key'))
    .where('merged_into', 'is', null).where('country', 'is not', null)
    .where(({ or, exists, selectFrom }) => or((['name_key', 'latin_key'] as const).map((column) => exists(selectFrom('person as other').select('other.id')
      .whereRef(`other.${column}`, '=', 'person.latin_key').whereRef('other.country', '=', 'person.country').whereRef('other.id', '!=', 'person.id').where('other.merged_into', 'is', null)))))
    .orderBy('latin_key').orderBy('country').limit(limit).execute()
  const found = new Map([...own, ...latin].flatMap(({ key, country }) => key === null || country === null ? [] : [[`${key}\n${country}`, { key, country }] as const]))
  return [...found.values()].sort((one, other) => compare(one.key, other.key) || compare(one.country, other.country)).slice(0, limit)
}

/** As both databases order text. */
function compare (one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other))
}

export async function selectHumansOfKey (tx: Tx, key: string, country: string): Promise<Human[]> {
  const ofKey = (column: 'name_key' | 'latin_key') => tx.selectFrom('person').select('id').where(column, '=', key).where('country', '=', country).where('merged_into', 'is', null)
  const rows = await humans(tx).where('person.id', 'in', ofKey('name_key').union(ofKey('latin_key'))).orderBy('person.name').orderBy('person.id').limit(20).execute()
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

/** That two records were held not to be one human being, and perhaps that it was taken back. */
export interface HeldApart {
  readonly id: string
  readonly one: { readonly id: string, readonly name: string }
  readonly other: { readonly id: string, readonly name: string }
  readonly reason: string
  readonly judgedBy: { readonly id: string, readonly name: string }
  readonly judgedAt: string
  readonly endedBy: string | null
  readonly endedAt: string | null
}

/** @returns false when the two are held apart already */
export async function insertApart (tx: Tx, apart: { readonly id: string, readonly personId: string, readonly otherId: string, readonly reason: string, readonly by: string, readonly at: string }): Promise<boolean> {
  const [first, second] = apart.personId < apart.otherId ? [apart.personId, apart.otherId] : [apart.otherId, apart.personId]
  const result = await tx.insertInto('person_apart').values({
    id: apart.id, person_id: first, other_id: second, reason: apart.reason, judged_by: apart.by, judged_at: apart.at, ended_by: null, ended_at: null
  }).onConflict((conflict) => conflict.columns(['person_id', 'other_id']).where('ended_at', 'is', null).doNothing()).executeTakeFirst()
  return Number(result.numInsertedOrUpdatedRows) === 1
}

/** Ends whatever holds any record of one person apart from any of another.
 * @returns how many did */
export async function endApart (tx: Tx, mine: readonly string[], theirs: readonly string[], by: string, at: string): Promise<number> {
  let ended = 0
  for (const [ones, others] of [[mine, theirs], [theirs, mine]] as const) {
    const result = await tx.updateTable('person_apart').set({ ended_by: by, ended_at: at }).where('person_id', 'in', ones).where('other_id', 'in', others).where('ended_at', 'is', null).executeTakeFirst()
    ended += Number(result.numUpdatedRows)
  }
  return ended
}

function apart (tx: Tx) {
  return tx.selectFrom('person_apart as apart').innerJoin('person as one', 'one.id', 'apart.person_id').innerJoin('person as other', 'other.id', 'apart.other_id')
    .innerJoin('person as judge', 'judge.id', 'apart.judged_by').leftJoin('person as ender', 'ender.id', 'apart.ended_by')
    .select(['apart.id', 'person_id as personId', 'one.name as personName', 'other_id as otherId', 'other.name as otherName', 'reason', 'judged_by as judgedBy', 'judge.name as judgeName', 'judged_at as judgedAt', 'ender.name as endedBy', 'ended_at as endedAt'])
}

function apartOf ({ id, personId, personName, otherId, otherName, reason, judgedBy, judgeName, judgedAt, endedBy, endedAt }: {
  id: string, personId: string, personName: string, otherId: string, otherName: string, reason: string, judgedBy: string, judgeName: string, judgedAt: string, endedBy: string | null, endedAt: string | null
}): HeldApart {
  return { id, one: { id: personId, name: personName }, other: { id: otherId, name: otherName }, reason, judgedBy: { id: judgedBy, name: judgeName }, judgedAt, endedBy, endedAt }
}

/** What some records are held apart from, or were: the newest first. */
export async function selectApartOf (tx: Tx, personIds: readonly string[]): Promise<HeldApart[]> {
  const rows = await apart(tx).where((where) => where.or([where('person_id', 'in', personIds), where('other_id', 'in', personIds)])).orderBy('apart.id', 'desc').limit(200).execute()
  return rows.map(apartOf)
}

/** Pairs that are held apart, the newest judgement first.
 * @param before the last one already seen */
export async function selectApart (tx: Tx, before: string | null, limit: number): Promise<HeldApart[]> {
  let query = apart(tx).where('ended_at', 'is', null).orderBy('apart.id', 'desc').limit(limit)
  if (before !== null) query = query.where('apart.id', '<', before)
  return (await query.execute()).map(apartOf)
}

/** Of pairs of some records, those that are held apart. */
export async function selectApartAmong (tx: Tx, personIds: readonly string[]): Promise<Array<readonly [string, string]>> {
  const pairs: Array<readonly [string, string]> = []
  for (const some of batches(personIds)) {
    const rows = await tx.selectFrom('person_apart').select(['person_id as one', 'other_id as other']).where('person_id', 'in', some).where('ended_at', 'is', null).execute()
    pairs.push(...rows.map(({ one, other }) => [one, other] as const))
  }
  return pairs
}
