import { sql } from 'kysely'
import type { Tx } from '../db/database.ts'
import type { QuotaPartTable } from '../db/tables.ts'
import { nameKey } from '../people/name-key.ts'
import { prepared, preparedChange, preparedInsert, preparedRows, type Value } from '../db/prepared.ts'
import { addDays, dayStart } from '../cohorts/days.ts'
import type { CountableCertificate, CountingRule, Scope } from './rule.ts'

export interface Quota extends CountingRule {
  readonly id: string
  readonly name: string
  readonly target: number
  /** Before any part of it was moved or carried over. */
  readonly firstTarget: number
  readonly counted: number
  readonly createdAt: string
  readonly closedAt: string | null
  /** The count at closing. */
  readonly closedCount: number | null
}

function quotas (tx: Tx) {
  return tx.selectFrom('quota').select([
    'id', 'name', 'from_day as fromDay', 'to_day as toDay', 'time_zone as timeZone', 'country', 'agency', 'course_slug as course',
    'counts', 'target', 'first_target as firstTarget', 'counted', 'created_at as createdAt', 'closed_at as closedAt', 'closed_count as closedCount'
  ])
}

type Row = Awaited<ReturnType<ReturnType<typeof quotas>['execute']>>[number]

function quotaOf ({ fromDay, toDay, country, agency, course, ...row }: Row): Quota {
  const scope: Scope = {
    ...(country === null ? {} : { country }), ...(agency === null ? {} : { agency }), ...(course === null ? {} : { course })
  }
  return { ...row, period: { from: fromDay, to: toDay }, scope }
}

export async function selectOptionalQuota (tx: Tx, id: string): Promise<Quota | undefined> {
  const row = await quotas(tx).where('id', '=', id).executeTakeFirst()
  return row === undefined ? undefined : quotaOf(row)
}

export interface QuotaPlace {
  readonly toDay: string
  readonly fromDay: string
  readonly id: string
}

/** The latest period first, and in a period the oldest quota. `countries` null for every quota, else only those about one of them. */
export async function selectQuotas (tx: Tx, filter: { countries: readonly string[] | null, after: QuotaPlace | null, limit: number }): Promise<Quota[]> {
  const { countries, after, limit } = filter
  let query = quotas(tx).orderBy('to_day', 'desc').orderBy('from_day', 'desc').orderBy('id').limit(limit)
  if (countries !== null) query = query.where('country', 'in', countries.length > 0 ? [...countries] : ['--'])
  if (after !== null) {
    query = query.where((where) => where.or([
      where('to_day', '<', after.toDay),
      where.and([where('to_day', '=', after.toDay), where('from_day', '<', after.fromDay)]),
      where.and([where('to_day', '=', after.toDay), where('from_day', '=', after.fromDay), where('id', '>', after.id)])
    ]))
  }
  return (await query.execute()).map(quotaOf)
}

/** Every quota, oldest first. */
export async function selectAllQuotas (tx: Tx): Promise<Quota[]> {
  return (await quotas(tx).orderBy('id').execute()).map(quotaOf)
}

/** Quotas of the same period and way of counting: a quota's parts, and what it is a part of. */
export async function selectQuotasOfPeriod (tx: Tx, { period, timeZone, counts }: Pick<CountingRule, 'period' | 'timeZone' | 'counts'>): Promise<Quota[]> {
  const rows = await quotas(tx).where('to_day', '=', period.to).where('from_day', '=', period.from)
    .where('time_zone', '=', timeZone).where('counts', '=', counts).orderBy('id').execute()
  return rows.map(quotaOf)
}

/** Quotas whose scope lets a certificate in and whose period is within a day of its issue by UTC: the period in the
 * quota's own time zone is still to be asked. */
export async function selectQuotasNear (tx: Tx, certificate: CountableCertificate): Promise<Quota[]> {
  const day = certificate.issuedAt.slice(0, 10)
  const { country, agency, courseSlug } = certificate
  // Nobody's country is '': somebody without one falls under quotas without one alone.
  return (await quotasNear(tx, { from: addDays(day, -1), to: addDays(day, 1), country: country ?? '', agency: agency ?? '', courseSlug })).map(quotaOf)
}

const quotasNear = prepared((tx, value: Value<{ from: string, to: string, country: string, agency: string, courseSlug: string }>) => quotas(tx)
  .where('to_day', '>=', value('from')).where('from_day', '<=', value('to'))
  .where((where) => where.or([where('country', 'is', null), where('country', '=', value('country'))]))
  .where((where) => where.or([where('agency', 'is', null), where('agency', '=', value('agency'))]))
  .where((where) => where.or([where('course_slug', 'is', null), where('course_slug', '=', value('courseSlug'))]))
  .orderBy('id'))

export async function insertQuota (tx: Tx, quota: Quota): Promise<void> {
  await tx.insertInto('quota').values({
    id: quota.id,
    name: quota.name,
    from_day: quota.period.from,
    to_day: quota.period.to,
    time_zone: quota.timeZone,
    country: quota.scope.country ?? null,
    agency: quota.scope.agency ?? null,
    course_slug: quota.scope.course ?? null,
    counts: quota.counts,
    target: quota.target,
    first_target: quota.firstTarget,
    counted: quota.counted,
    created_at: quota.createdAt,
    closed_at: quota.closedAt,
    closed_count: quota.closedCount
  }).execute()
}

/** The same change to the total of each. */
export async function addCounted (tx: Tx, ids: readonly string[], delta: number): Promise<void> {
  // One after another in one order: two units of work that change the same totals cannot wait for each other.
  for (const id of [...ids].sort()) {
    await countedMore(tx, { id, delta })
  }
}

const countedMore = preparedChange((tx, value: Value<{ id: string, delta: number }>) => tx.updateTable('quota')
  .set((set) => ({ counted: set('counted', '+', value('delta')) })).where('id', '=', value('id')))

/** @returns false when another request closed it first */
export async function updateClosed (tx: Tx, id: string, at: string): Promise<boolean> {
  const result = await tx.updateTable('quota').set((set) => ({ closed_at: at, closed_count: set.ref('counted') }))
    .where('id', '=', id).where('closed_at', 'is', null).executeTakeFirst()
  return Number(result.numUpdatedRows) === 1
}

export interface EntryRow {
  readonly id: string
  readonly quotaId: string
  readonly certificate: CountableCertificate
  readonly delta: 1 | -1
  readonly turn: number
  readonly cause: EntryCause
  readonly at: string
  readonly day: string
}

/** Why a line was written: a person who turns out to be another is counted once, two who were taken for one are counted twice. */
export type EntryCause = 'issue' | 'revocation' | 'merge' | 'unmerge'

function entryValues (entry: EntryRow) {
  return {
    id: entry.id,
    quota_id: entry.quotaId,
    certificate_id: entry.certificate.id,
    serial: entry.certificate.serial,
    person_id: entry.certificate.personId,
    delta: entry.delta,
    turn: entry.turn,
    cause: entry.cause,
    at: entry.at,
    day: entry.day,
    country: entry.certificate.country,
    course_slug: entry.certificate.courseSlug
  }
}

/** Lines that stand there already are left alone.
 * @returns the quotas in which a line is new */
export async function insertNewEntries (tx: Tx, entries: readonly EntryRow[]): Promise<string[]> {
  return (await newEntries(tx, entries.map(entryValues))).map(({ quotaId }) => quotaId)
}

const newEntries = preparedRows<ReturnType<typeof entryValues>, { readonly quotaId: string }>(
  ['id', 'quota_id', 'certificate_id', 'serial', 'person_id', 'delta', 'turn', 'cause', 'at', 'day', 'country', 'course_slug'],
  (tx, rows) => tx.insertInto('quota_entry').values(rows)
    .onConflict((conflict) => conflict.columns(['quota_id', 'certificate_id', 'turn']).doNothing()).returning('quota_id as quotaId'))

/** Ten values a row: well under what one statement may carry (32,766 on SQLite, 65,535 on PostgreSQL). */
const BATCH = 500

export async function insertEntries (tx: Tx, entries: readonly EntryRow[]): Promise<void> {
  for (let start = 0; start < entries.length; start += BATCH) {
    await tx.insertInto('quota_entry').values(entries.slice(start, start + BATCH).map(entryValues)).execute()
  }
}

/** Adds new lines to what their quotas come to by day, country, course and rank. Their totals are held (`addCounted`), so that two
 * units of work cannot wait for each other. */
export async function addToParts (tx: Tx, entries: readonly EntryRow[]): Promise<void> {
  if (entries.length === 0) return
  await newParts(tx, entries.flatMap(({ quotaId, certificate, delta, day }) => {
    const sums = { quota_id: quotaId, added: delta === 1 ? 1 : 0, taken: delta === 1 ? 0 : 1 }
    return [
      { ...sums, part: 'day' as const, key: day },
      { ...sums, part: 'country' as const, key: certificate.country ?? '' },
      { ...sums, part: 'course' as const, key: certificate.courseSlug },
      { ...sums, part: 'rank' as const, key: certificate.rank ?? '' }
    ]
  }))
}

const newParts = preparedInsert<{ [Column in keyof QuotaPartTable]: QuotaPartTable[Column] }>(['quota_id', 'part', 'key', 'added', 'taken'],
  (tx, rows) => tx.insertInto('quota_part').values(rows).onConflict((conflict) => conflict.columns(['quota_id', 'part', 'key']).doUpdateSet((set) => ({
    added: set('quota_part.added', '+', set.ref('excluded.added')), taken: set('quota_part.taken', '+', set.ref('excluded.taken'))
  }))))

/** What the ledger of one quota comes to by one of its parts, by its lines alone. */
function partsFromLines (tx: Tx, quotaId: string, part: QuotaPartTable['part']) {
  const key = {
    day: sql<string>`quota_entry.day`,
    country: sql<string>`coalesce(quota_entry.country, '')`,
    course: sql<string>`quota_entry.course_slug`,
    rank: sql<string>`coalesce(certificate.rank, '')`
  }[part]
  return tx.selectFrom('quota_entry').innerJoin('certificate', 'certificate.id', 'quota_entry.certificate_id').where('quota_id', '=', quotaId).groupBy(['quota_id', key]).select([
    'quota_id', sql<QuotaPartTable['part']>`${sql.lit(part)}`.as('part'), key.as('key'),
    sql<number>`sum(case when delta = 1 then 1 else 0 end)`.as('added'), sql<number>`sum(case when delta = 1 then 0 else 1 end)`.as('taken')
  ])
}

const PARTS = ['day', 'country', 'course', 'rank'] as const satisfies ReadonlyArray<QuotaPartTable['part']>

/** For a quota whose lines were all written at once. */
export async function insertParts (tx: Tx, quotaId: string): Promise<void> {
  for (const part of PARTS) {
    await tx.insertInto('quota_part').columns(['quota_id', 'part', 'key', 'added', 'taken']).expression(partsFromLines(tx, quotaId, part)).execute()
  }
}

/** Where the parts that are kept are not what the lines come to. @returns such as `country ZM` */
export async function selectWrongParts (tx: Tx, quotaId: string): Promise<string[]> {
  const wrong: string[] = []
  for (const part of PARTS) {
    const kept = await tx.selectFrom('quota_part').select(['key', 'added', 'taken']).where('quota_id', '=', quotaId).where('part', '=', part).execute()
    const counted = await partsFromLines(tx, quotaId, part).execute()
    const text = (rows: ReadonlyArray<{ key: string, added: number, taken: number }>): Map<string, string> =>
      new Map(rows.map(({ key, added, taken }) => [key, `${Number(added)} ${Number(taken)}`]))
    const [is, must] = [text(kept), text(counted)]
    for (const key of new Set([...is.keys(), ...must.keys()])) if (is.get(key) !== must.get(key)) wrong.push(`${part} ${key}`)
  }
  return wrong
}

/** Counts somebody by a certificate, in each quota where they are not counted yet.
 * @param personId the root of their records
 * @returns those quotas */
export async function insertCountedPerson (tx: Tx, quotaIds: readonly string[], personId: string, certificateId: string): Promise<string[]> {
  return (await newCountedPersons(tx, quotaIds.map((quotaId) => ({ quota_id: quotaId, person_id: personId, certificate_id: certificateId })))).map(({ quotaId }) => quotaId)
}

const newCountedPersons = preparedRows<{ readonly quota_id: string, readonly person_id: string, readonly certificate_id: string }, { readonly quotaId: string }>(
  ['quota_id', 'person_id', 'certificate_id'], (tx, rows) => tx.insertInto('quota_person').values(rows)
    .onConflict((conflict) => conflict.columns(['quota_id', 'person_id']).doNothing()).returning('quota_id as quotaId'))

/** @param standing who is counted (root of their records), by which certificate */
export async function insertCountedPersons (tx: Tx, quotaId: string, standing: ReadonlyArray<readonly [string, CountableCertificate]>): Promise<void> {
  for (let start = 0; start < standing.length; start += BATCH) {
    await tx.insertInto('quota_person').values(standing.slice(start, start + BATCH)
      .map(([personId, { id }]) => ({ quota_id: quotaId, person_id: personId, certificate_id: id }))).execute()
  }
}

/** @returns false when the person is not counted by this certificate */
export async function deleteCountedPerson (tx: Tx, quotaId: string, personId: string, certificateId: string): Promise<boolean> {
  const result = await tx.deleteFrom('quota_person').where('quota_id', '=', quotaId)
    .where('person_id', '=', personId).where('certificate_id', '=', certificateId).executeTakeFirst()
  return Number(result.numDeletedRows) > 0
}

/** The same certificate counts for another record of the person from now on. */
export async function moveCountedPerson (tx: Tx, quotaId: string, from: string, to: string): Promise<void> {
  await tx.updateTable('quota_person').set({ person_id: to }).where('quota_id', '=', quotaId).where('person_id', '=', from).execute()
}

/** The quotas that count somebody, each with the certificate it counts. */
export async function selectCountingPersons (tx: Tx, personId: string): Promise<Array<{ quota: Quota, certificateId: string }>> {
  const rows = await quotas(tx).innerJoin('quota_person', 'quota_person.quota_id', 'quota.id').select('quota_person.certificate_id as certificateId')
    .where('quota_person.person_id', '=', personId).orderBy('quota.id').execute()
  return rows.map(({ certificateId, ...row }) => ({ quota: quotaOf(row), certificateId }))
}

/** How many lines a certificate has in each quota; those without any are left out. */
export async function selectTurns (tx: Tx, certificateId: string, quotaIds: readonly string[]): Promise<Map<string, number>> {
  const rows = await turns(tx, quotaIds.map((quotaId) => ({ quotaId, certificateId })))
  return new Map(rows.map(({ quotaId, turn }) => [quotaId, Number(turn)]))
}

const turns = preparedRows<{ readonly quotaId: string, readonly certificateId: string }, { readonly quotaId: string, readonly turn: number }>(
  ['quotaId', 'certificateId'], (tx, rows) => tx.selectFrom('quota_entry').select((select) => ['quota_id as quotaId', select.fn.max('turn').as('turn')])
    .where('quota_id', 'in', rows.map(({ quotaId }) => quotaId)).where('certificate_id', '=', rows[0]?.certificateId ?? '').groupBy('quota_id'))

export async function selectOptionalCertificate (tx: Tx, id: string): Promise<CountableCertificate | undefined> {
  return await tx.selectFrom('certificate').select(CERTIFICATE).where('id', '=', id).executeTakeFirst()
}

/** Certificates under a rule. The period's days in its time zone become two instants, so that the database compares text. */
function certificatesUnder (tx: Tx, { scope, period, timeZone }: CountingRule) {
  let query = tx.selectFrom('certificate')
    .where('issued_at', '>=', dayStart(period.from, timeZone)).where('issued_at', '<', dayStart(addDays(period.to, 1), timeZone))
  if (scope.country !== undefined) query = query.where('country', '=', scope.country)
  if (scope.agency !== undefined) query = query.where('agency', '=', scope.agency)
  if (scope.course !== undefined) query = query.where('course_slug', '=', scope.course)
  return query
}

const CERTIFICATE = [
  'id', 'serial', 'person_id as personId', 'country', 'agency', 'rank', 'course_slug as courseSlug', 'issued_at as issuedAt', 'revoked_at as revokedAt'
] as const

/** In order of issue, revoked ones too. */
export async function selectCertificatesUnder (tx: Tx, rule: CountingRule): Promise<CountableCertificate[]> {
  return await certificatesUnder(tx, rule).select(CERTIFICATE).orderBy('issued_at').orderBy('id').execute()
}

/** The earliest certificate of a person, in whichever of their records, under a rule that is not revoked. */
export async function selectOptionalValidCertificate (tx: Tx, rule: CountingRule, group: readonly string[]): Promise<CountableCertificate | undefined> {
  return await certificatesUnder(tx, rule).select(CERTIFICATE).where('person_id', 'in', [...group]).where('revoked_at', 'is', null)
    .orderBy('issued_at').orderBy('id').limit(1).executeTakeFirst()
}

/** The count by the certificates alone: the ledger is not asked. */
export async function countFromCertificates (tx: Tx, rule: CountingRule): Promise<number> {
  const merged = await selectMergedPeople(tx)
  const people = [...new Set([...merged].flat())]
  const found = await certificatesUnder(tx, rule).where('revoked_at', 'is', null)
    .select((select) => rule.counts === 'persons'
      ? select.fn.count<number>('person_id').distinct().as('count')
      : select.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  if (rule.counts === 'certificates') return Number(found.count)
  // Records of one human being are one: however many of them hold a certificate here.
  const holders: string[] = []
  for (let start = 0; start < people.length; start += BATCH) {
    const rows = await certificatesUnder(tx, rule).where('revoked_at', 'is', null).where('person_id', 'in', people.slice(start, start + BATCH)).select('person_id as id').distinct().execute()
    holders.push(...rows.map(({ id }) => id))
  }
  const humans = new Set(holders.map((id) => rootIn(merged, id)))
  return Number(found.count) - holders.length + humans.size
}

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
    const rows = await tx.selectFrom('person').select('id').where('merged_into', 'in', some).orderBy('id').execute()
    group.push(...rows.map(({ id }) => id))
  }
  return group
}

export interface Human {
  readonly id: string
  readonly name: string
  readonly country: string | null
  readonly agency: string | null
  readonly rank: string | null
  readonly birthDay: string | null
  readonly email: string | null
  readonly mergedInto: string | null
  /** Standing certificates. */
  readonly certificates: number
}

function humans (tx: Tx) {
  return tx.selectFrom('person').leftJoin('account', 'account.person_id', 'person.id').select((select) => [
    'person.id', 'person.name', 'person.country', 'person.agency', 'person.rank', 'person.birth_day as birthDay', 'account.email', 'person.merged_into as mergedInto',
    select.selectFrom('certificate').select((inner) => inner.fn.countAll<number>().as('count')).whereRef('certificate.person_id', '=', 'person.id')
      .where('revoked_at', 'is', null).as('certificates')
  ])
}

export async function selectOptionalHuman (tx: Tx, id: string): Promise<Human | undefined> {
  const row = await humans(tx).where('person.id', '=', id).executeTakeFirst()
  return row === undefined ? undefined : { ...row, certificates: Number(row.certificates ?? 0) }
}

/** People of the same country whose names may be the same, and who were not born on different days; somebody without a letter in
 * the name is like nobody. */
export async function selectAlike (tx: Tx, { id, name, country, birthDay }: Pick<Human, 'id' | 'name' | 'country' | 'birthDay'>): Promise<Human[]> {
  const key = nameKey(name)
  if (key === '') return []
  let query = humans(tx).where('person.name_key', '=', key).where('person.id', '!=', id).orderBy('person.name').orderBy('person.id').limit(20)
  if (country !== null) query = query.where((where) => where.or([where('person.country', '=', country), where('person.country', 'is', null)]))
  if (birthDay !== null) query = query.where((where) => where.or([where('person.birth_day', '=', birthDay), where('person.birth_day', 'is', null)]))
  return (await query.execute()).map((row) => ({ ...row, certificates: Number(row.certificates ?? 0) }))
}

/** What several records that are not merged have in common: the key of their names, and a country. In order of both. */
export async function selectAlikeKeys (tx: Tx, after: { readonly key: string, readonly country: string } | null, limit: number): Promise<Array<{ readonly key: string, readonly country: string }>> {
  let query = tx.selectFrom('person').select(['name_key as key', 'country']).where('merged_into', 'is', null).where('name_key', '!=', '').where('country', 'is not', null)
    .groupBy(['name_key', 'country']).having((having) => having(having.fn.countAll(), '>', 1)).orderBy('name_key').orderBy('country').limit(limit)
  if (after !== null) query = query.where((where) => where.or([where('name_key', '>', after.key), where.and([where('name_key', '=', after.key), where('country', '>', after.country)])]))
  return (await query.execute()).flatMap(({ key, country }) => country === null ? [] : [{ key, country }])
}

export async function selectHumansOfKey (tx: Tx, key: string, country: string): Promise<Human[]> {
  const rows = await humans(tx).where('person.name_key', '=', key).where('person.country', '=', country).where('person.merged_into', 'is', null).orderBy('person.name').orderBy('person.id').limit(20).execute()
  return rows.map((row) => ({ ...row, certificates: Number(row.certificates ?? 0) }))
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

export interface EntryFilter {
  readonly country?: string | undefined
  readonly course?: string | undefined
  /** As on the certificate; empty for those without one. */
  readonly rank?: string | undefined
  /** `YYYY-MM` of the certificate's day of issue. */
  readonly month?: string | undefined
  /** Only what was written after this instant. */
  readonly since?: string | undefined
}

export interface EntryPlace {
  readonly at: string
  readonly delta: number
  readonly id: string
}

export interface Entry {
  readonly id: string
  readonly serial: string
  readonly personId: string
  readonly holder: string
  readonly country: string | null
  readonly courseSlug: string
  readonly courseTitle: string
  readonly delta: number
  readonly at: string
  readonly day: string
  readonly revokedAt: string | null
}

function entries (tx: Tx, quotaId: string, { country, course, rank, month, since }: EntryFilter) {
  let query = tx.selectFrom('quota_entry').where('quota_id', '=', quotaId)
  // A certificate of somebody without a country is asked for by an empty one.
  if (country !== undefined) query = query.where('quota_entry.country', country === '' ? 'is' : '=', country === '' ? null : country)
  if (course !== undefined) query = query.where('quota_entry.course_slug', '=', course)
  if (rank !== undefined) {
    query = query.where('quota_entry.certificate_id', 'in', (of) => {
      const holders = of.selectFrom('certificate as ranked').select('ranked.id')
      return rank === '' ? holders.where('ranked.rank', 'is', null) : holders.where('ranked.rank', '=', rank)
    })
  }
  if (since !== undefined) query = query.where('at', '>', since)
  if (month !== undefined) query = query.where('day', '>=', `${month}-01`).where('day', '<=', `${month}-31`)
  return query
}

/** In the order in which they were written: at one instant, what ceased to count before what began to. */
export async function selectEntries (tx: Tx, quotaId: string, filter: EntryFilter, after: EntryPlace | null, limit: number): Promise<Entry[]> {
  let query = entries(tx, quotaId, filter).innerJoin('certificate', 'certificate.id', 'quota_entry.certificate_id').select([
    'quota_entry.id', 'quota_entry.serial', 'quota_entry.person_id as personId', 'holder', 'quota_entry.country',
    'quota_entry.course_slug as courseSlug', 'course_title as courseTitle', 'delta', 'at', 'day', 'revoked_at as revokedAt'
  ]).orderBy('at').orderBy('delta').orderBy('quota_entry.id').limit(limit)
  if (after !== null) {
    // Said twice, so that the index is entered at the place: what is within `or` is only looked through.
    query = query.where('at', '>=', after.at).where((where) => where.or([
      where('at', '>', after.at),
      where.and([where('at', '=', after.at), where('delta', '>', after.delta)]),
      where.and([where('at', '=', after.at), where('delta', '=', after.delta), where('quota_entry.id', '>', after.id)])
    ]))
  }
  return await query.execute()
}

/** Lines that added and lines that took back, under a filter. */
export async function countEntries (tx: Tx, quotaId: string, filter: EntryFilter): Promise<{ added: number, taken: number }> {
  const kept = await sumParts(tx, quotaId, filter)
  if (kept !== null) return kept
  const rows = await entries(tx, quotaId, filter).select((select) => ['delta', select.fn.countAll<number>().as('count')]).groupBy('delta').execute()
  const of = (delta: number): number => Number(rows.find((row) => row.delta === delta)?.count ?? 0)
  return { added: of(1), taken: of(-1) }
}

/** From the parts that are kept; null when the filter asks for more than one of them. */
async function sumParts (tx: Tx, quotaId: string, { country, course, rank, month, since }: EntryFilter): Promise<{ added: number, taken: number } | null> {
  if (since !== undefined || [country, course, rank, month].filter((asked) => asked !== undefined).length > 1) return null
  let query = tx.selectFrom('quota_part').where('quota_id', '=', quotaId)
  if (country !== undefined) query = query.where('part', '=', 'country').where('key', '=', country)
  else if (course !== undefined) query = query.where('part', '=', 'course').where('key', '=', course)
  else if (rank !== undefined) query = query.where('part', '=', 'rank').where('key', '=', rank)
  else query = query.where('part', '=', 'day')
  if (month !== undefined) query = query.where('key', '>=', `${month}-01`).where('key', '<=', `${month}-31`)
  const sums = await query.select((select) => [select.fn.sum<number | null>('added').as('added'), select.fn.sum<number | null>('taken').as('taken')]).executeTakeFirstOrThrow()
  return { added: Number(sums.added ?? 0), taken: Number(sums.taken ?? 0) }
}

export interface DayDelta {
  readonly quotaId: string
  readonly day: string
  readonly delta: number
}

/** What each day of issue adds to each quota, in order of day; days that add up to nothing are left out. */
export async function selectDayDeltas (tx: Tx, quotaIds: readonly string[]): Promise<DayDelta[]> {
  if (quotaIds.length === 0) return []
  const rows = await tx.selectFrom('quota_part').select(['quota_id as quotaId', 'key as day', 'added', 'taken'])
    .where('quota_id', 'in', [...quotaIds]).where('part', '=', 'day').orderBy('quota_id').orderBy('key').execute()
  return rows.map(({ quotaId, day, added, taken }) => ({ quotaId, day, delta: added - taken })).filter(({ delta }) => delta !== 0)
}

/** The count by country, the greatest first; null for people without one. */
export async function selectCountedByCountry (tx: Tx, quotaId: string): Promise<Array<{ country: string | null, counted: number }>> {
  return (await countedBy(tx, quotaId, 'country')).map(({ key, counted }) => ({ country: key === '' ? null : key, counted }))
}

/** The count by course, the greatest first. */
export async function selectCountedByCourse (tx: Tx, quotaId: string): Promise<Array<{ course: string, counted: number }>> {
  return (await countedBy(tx, quotaId, 'course')).map(({ key, counted }) => ({ course: key, counted }))
}

async function countedBy (tx: Tx, quotaId: string, part: QuotaPartTable['part']): Promise<Array<{ key: string, counted: number }>> {
  return await tx.selectFrom('quota_part').select(['key', sql<number>`added - taken`.as('counted')]).where('quota_id', '=', quotaId).where('part', '=', part)
    .orderBy('counted', 'desc').orderBy('key').execute()
}

/** Lines written after a quota was closed, added up. */
export async function sumRestatements (tx: Tx, quotaId: string, closedAt: string): Promise<{ lines: number, delta: number }> {
  const found = await tx.selectFrom('quota_entry').where('quota_id', '=', quotaId).where('at', '>', closedAt)
    .select((select) => [select.fn.countAll<number>().as('lines'), select.fn.sum<number | null>('delta').as('delta')]).executeTakeFirstOrThrow()
  return { lines: Number(found.lines), delta: Number(found.delta ?? 0) }
}

/** The quotas in which a certificate counts now. */
export async function selectQuotasCounting (tx: Tx, certificateId: string, near: readonly string[]): Promise<string[]> {
  if (near.length === 0) return []
  const rows = await tx.selectFrom('quota_entry').select((select) => ['quota_id as quotaId', select.fn.sum<number>('delta').as('net')])
    .where('certificate_id', '=', certificateId).where('quota_id', 'in', [...near]).groupBy('quota_id').execute()
  return rows.filter(({ net }) => Number(net) === 1).map(({ quotaId }) => quotaId)
}

/** Every line of a quota with the certificate it names, for the recount. */
export async function selectLinesWithCertificates (tx: Tx, quotaId: string): Promise<Array<EntryRow & { readonly found: CountableCertificate | null }>> {
  const rows = await tx.selectFrom('quota_entry').leftJoin('certificate', 'certificate.id', 'quota_entry.certificate_id').select([
    'quota_entry.id', 'quota_entry.certificate_id as certificateId', 'quota_entry.serial', 'quota_entry.person_id as personId', 'quota_entry.country',
    'quota_entry.course_slug as courseSlug', 'delta', 'turn', 'cause', 'at', 'day', 'certificate.id as foundId', 'certificate.serial as foundSerial',
    'certificate.person_id as foundPersonId', 'certificate.country as foundCountry', 'certificate.agency as foundAgency', 'certificate.rank as foundRank',
    'certificate.course_slug as foundCourse', 'certificate.issued_at as issuedAt', 'certificate.revoked_at as revokedAt'
  ]).where('quota_id', '=', quotaId).orderBy('day').orderBy('quota_entry.id').execute()
  return rows.map((row) => {
    const { foundId, foundSerial, foundPersonId, foundCourse, issuedAt } = row
    const found = foundId === null || foundSerial === null || foundPersonId === null || foundCourse === null || issuedAt === null
      ? null
      : { id: foundId, serial: foundSerial, personId: foundPersonId, country: row.foundCountry, agency: row.foundAgency, rank: row.foundRank, courseSlug: foundCourse, issuedAt, revokedAt: row.revokedAt }
    return {
      id: row.id,
      quotaId,
      certificate: {
        id: row.certificateId, serial: row.serial, personId: row.personId, country: row.country, agency: row.foundAgency, rank: row.foundRank, courseSlug: row.courseSlug,
        issuedAt: issuedAt ?? '', revokedAt: row.revokedAt
      },
      delta: row.delta === 1 ? 1 : -1,
      turn: row.turn,
      cause: row.cause,
      at: row.at,
      day: row.day,
      found
    }
  })
}

export async function selectCountedPersons (tx: Tx, quotaId: string): Promise<Array<{ personId: string, certificateId: string }>> {
  return await tx.selectFrom('quota_person').select(['person_id as personId', 'certificate_id as certificateId']).where('quota_id', '=', quotaId).execute()
}

/** Slugs and titles of courses that are published, by title: what a scope may name. */
export async function selectCourses (tx: Tx): Promise<Array<{ slug: string, title: string }>> {
  const rows = await tx.selectFrom('course').innerJoin('course_version', 'course_version.course_id', 'course.id')
    .select(['slug', 'title', 'number']).orderBy('slug').orderBy('number').execute()
  // The last version of each is the one that stays.
  return [...new Map(rows.map(({ slug, title }) => [slug, { slug, title }])).values()].sort((a, b) => a.title.localeCompare(b.title))
}

/** Agencies that people of the programme have: offered when a scope is chosen. */
export async function selectAgencies (tx: Tx): Promise<string[]> {
  const rows = await tx.selectFrom('person').select('agency').distinct().where('agency', 'is not', null).where('agency', '!=', '').orderBy('agency').limit(1000).execute()
  return rows.flatMap(({ agency }) => agency === null ? [] : [agency])
}

export interface Part {
  /** null for people without one. */
  readonly key: string | null
  readonly counted: number
}

/** What a quota counts, by country, course, rank and month of issue; the keys in order.
 * @param until only lines written up to this instant; null for all */
export async function selectBreakdown (tx: Tx, quotaId: string, until: string | null): Promise<Readonly<Record<'country' | 'course' | 'rank' | 'month', readonly Part[]>>> {
  if (until === null) return await keptBreakdown(tx, quotaId)
  const query = tx.selectFrom('quota_entry').innerJoin('certificate', 'certificate.id', 'quota_entry.certificate_id').where('quota_id', '=', quotaId).where('at', '<=', until)
  const sum = sql<number>`sum(delta)`.as('counted')
  const parts = (rows: ReadonlyArray<{ key: string | null, counted: number }>): Part[] => rows
    .map(({ key, counted }) => ({ key, counted: Number(counted) })).filter(({ counted }) => counted !== 0)
    .sort((a, b) => (a.key ?? '') < (b.key ?? '') ? -1 : 1)
  const month = sql<string>`substr(day, 1, 7)`
  return {
    country: parts(await query.select(['quota_entry.country as key', sum]).groupBy('quota_entry.country').execute()),
    course: parts(await query.select(['quota_entry.course_slug as key', sum]).groupBy('quota_entry.course_slug').execute()),
    rank: parts(await query.select(['certificate.rank as key', sum]).groupBy('certificate.rank').execute()),
    month: parts(await query.select([month.as('key'), sum]).groupBy(month).execute())
  }
}

async function keptBreakdown (tx: Tx, quotaId: string): Promise<Readonly<Record<'country' | 'course' | 'rank' | 'month', readonly Part[]>>> {
  const rows = await tx.selectFrom('quota_part').select(['part', 'key', 'added', 'taken']).where('quota_id', '=', quotaId).orderBy('key').execute()
  const parts = (part: QuotaPartTable['part']): Part[] => rows.filter((row) => row.part === part && row.added !== row.taken)
    .map(({ key, added, taken }) => ({ key: key === '' ? null : key, counted: added - taken }))
  const months = new Map<string, number>()
  for (const { key, counted } of parts('day')) months.set((key ?? '').slice(0, 7), (months.get((key ?? '').slice(0, 7)) ?? 0) + counted)
  return {
    country: parts('country'), course: parts('course'), rank: parts('rank'),
    month: [...months].filter(([, counted]) => counted !== 0).map(([key, counted]) => ({ key, counted }))
  }
}

/** The serials that count, in order. @param until as above */
export async function selectCountingSerials (tx: Tx, quotaId: string, until: string | null): Promise<string[]> {
  let query = tx.selectFrom('quota_entry').select('serial').where('quota_id', '=', quotaId).groupBy('serial').having(sql<number>`sum(delta)`, '=', 1)
  if (until !== null) query = query.where('at', '<=', until)
  return (await query.orderBy('serial').execute()).map(({ serial }) => serial)
}

/** When the last line of a quota was written; null before the first. */
export async function selectLastEntryAt (tx: Tx, quotaId: string): Promise<string | null> {
  const found = await tx.selectFrom('quota_entry').select((select) => select.fn.max<string | null>('at').as('at')).where('quota_id', '=', quotaId).executeTakeFirst()
  return found?.at ?? null
}

export interface SnapshotRow {
  readonly quotaId: string
  readonly content: string
  readonly publicKey: string
  readonly signature: string
  readonly at: string
}

export async function insertSnapshot (tx: Tx, { quotaId, content, publicKey, signature, at }: SnapshotRow): Promise<void> {
  await tx.insertInto('quota_snapshot').values({ quota_id: quotaId, content, public_key: publicKey, signature, at }).execute()
}

export async function selectOptionalSnapshot (tx: Tx, quotaId: string): Promise<SnapshotRow | undefined> {
  return await tx.selectFrom('quota_snapshot').select(['quota_id as quotaId', 'content', 'public_key as publicKey', 'signature', 'at'])
    .where('quota_id', '=', quotaId).executeTakeFirst()
}

export type ChangeKind = 'reallocation' | 'carry-over'
export type ChangeState = 'proposed' | 'approved' | 'rejected' | 'withdrawn'

export interface TargetChange {
  readonly id: string
  readonly kind: ChangeKind
  readonly fromId: string
  readonly fromName: string
  readonly toId: string
  readonly toName: string
  /** What the target of the second gains; below 0 when a surplus is carried over. */
  readonly amount: number
  readonly reason: string
  readonly state: ChangeState
  readonly proposedBy: string
  readonly proposerName: string
  readonly proposedAt: string
  readonly decidedBy: string | null
  readonly deciderName: string | null
  readonly decidedAt: string | null
}

function changes (tx: Tx) {
  return tx.selectFrom('quota_change as change')
    .innerJoin('quota as source', 'source.id', 'change.from_quota_id').innerJoin('quota as goal', 'goal.id', 'change.to_quota_id')
    .innerJoin('person as proposer', 'proposer.id', 'change.proposed_by').leftJoin('person as decider', 'decider.id', 'change.decided_by')
    .select([
      'change.id', 'change.kind', 'from_quota_id as fromId', 'source.name as fromName', 'to_quota_id as toId', 'goal.name as toName', 'amount', 'reason',
      'change.state', 'proposed_by as proposedBy', 'proposer.name as proposerName', 'proposed_at as proposedAt', 'decided_by as decidedBy',
      'decider.name as deciderName', 'decided_at as decidedAt'
    ])
}

export async function selectOptionalChange (tx: Tx, id: string): Promise<TargetChange | undefined> {
  return await changes(tx).where('change.id', '=', id).executeTakeFirst()
}

/** The newest first. @param filter.quotaId those that take from or give to a quota */
export async function selectChanges (tx: Tx, filter: { readonly quotaId?: string, readonly state?: ChangeState, readonly before?: string | null, readonly limit: number }): Promise<TargetChange[]> {
  const { quotaId, state, before = null, limit } = filter
  let query = changes(tx).orderBy('change.id', 'desc').limit(limit)
  if (quotaId !== undefined) query = query.where((where) => where.or([where('from_quota_id', '=', quotaId), where('to_quota_id', '=', quotaId)]))
  if (state !== undefined) query = query.where('change.state', '=', state)
  if (before !== null) query = query.where('change.id', '<', before)
  return await query.execute()
}

export async function insertChange (tx: Tx, change: Pick<TargetChange, 'id' | 'kind' | 'fromId' | 'toId' | 'amount' | 'reason' | 'proposedBy' | 'proposedAt'>): Promise<void> {
  await tx.insertInto('quota_change').values({
    id: change.id,
    kind: change.kind,
    from_quota_id: change.fromId,
    to_quota_id: change.toId,
    amount: change.amount,
    reason: change.reason,
    state: 'proposed',
    proposed_by: change.proposedBy,
    proposed_at: change.proposedAt,
    decided_by: null,
    decided_at: null
  }).execute()
}

/** @returns false when somebody else decided it first */
export async function updateDecided (tx: Tx, id: string, state: Exclude<ChangeState, 'proposed'>, by: string, at: string): Promise<boolean> {
  const result = await tx.updateTable('quota_change').set({ state, decided_by: by, decided_at: at }).where('id', '=', id).where('state', '=', 'proposed').executeTakeFirst()
  return Number(result.numUpdatedRows) === 1
}

export async function addTarget (tx: Tx, quotaId: string, amount: number): Promise<void> {
  await tx.updateTable('quota').set((set) => ({ target: set('target', '+', amount) })).where('id', '=', quotaId).execute()
}

/** What approved changes add to each target they touch, in all. */
export async function sumChanges (tx: Tx): Promise<Map<string, number>> {
  const sums = new Map<string, number>()
  const rows = await tx.selectFrom('quota_change').select(['kind', 'from_quota_id as fromId', 'to_quota_id as toId', 'amount']).where('state', '=', 'approved').execute()
  for (const { kind, fromId, toId, amount } of rows) {
    sums.set(toId, (sums.get(toId) ?? 0) + amount)
    // What is carried over leaves the closed target as it was promised.
    if (kind === 'reallocation') sums.set(fromId, (sums.get(fromId) ?? 0) - amount)
  }
  return sums
}

/** What was carried over from a closed quota so far. */
export async function sumCarried (tx: Tx, quotaId: string): Promise<number> {
  const found = await tx.selectFrom('quota_change').select((select) => select.fn.sum<number | null>('amount').as('sum'))
    .where('from_quota_id', '=', quotaId).where('kind', '=', 'carry-over').where('state', '=', 'approved').executeTakeFirstOrThrow()
  return Number(found.sum ?? 0)
}
