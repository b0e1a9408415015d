import type { Tx } from '../db/database.ts'
import { prepared, preparedChange, type Value } from '../db/prepared.ts'
import { addDays, dayStart } from '../cohorts/days.ts'
import { rootIn, selectMergedPeople } from './one-person/queries.ts'
import type { CountableCertificate, CountingRule, Scope } from './rule.ts'

/** How many people are asked about at once. */
const BATCH = 500

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

/** The quotas that count somebody, each with the certificate it counts. */
export async function selectCountingPersons (tx: Tx, personId: string): Promise<Array<{ quota: Quota, certificateId: string }>> {
  const rows = await quotas(tx).innerJoin('quota_person', 'quota_person.quota_id', 'quota.id').select('quota_person.certificate_id as certificateId')
    .where('quota_person.person_id', '=', personId).orderBy('quota.id').execute()
  return rows.map(({ certificateId, ...row }) => ({ quota: quotaOf(row), certificateId }))
}

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

/** The hash of the figures that the log says a quota was closed with; null where it says none. */
export async function selectLoggedFigures (tx: Tx, quotaId: string): Promise<string | null> {
  const entry = await tx.selectFrom('audit_entry').select('detail').where('subject_type', '=', 'quota').where('subject_id', '=', quotaId).where('action', '=', 'quota.closed').executeTakeFirst()
  const { figures } = JSON.parse(entry?.detail ?? '{}') as { readonly figures?: string }
  return figures ?? null
}

/** A target that was closed, by whom and when. */
export interface Closing {
  readonly quotaId: string
  readonly name: string
  /** By name; null for somebody whose record is no longer there. */
  readonly by: string | null
  readonly at: string
}

/** Of some targets, those that are closed. */
export async function selectClosings (tx: Tx, ids: readonly string[]): Promise<Closing[]> {
  const rows = await tx.selectFrom('quota')
    .leftJoin('audit_entry as entry', (join) => join.on('entry.subject_type', '=', 'quota').onRef('entry.subject_id', '=', 'quota.id').on('entry.action', '=', 'quota.closed'))
    .leftJoin('person', 'person.id', 'entry.actor_id')
    .select(['quota.id as quotaId', 'quota.name', 'person.name as by', 'closed_at as at']).where('quota.id', 'in', [...ids]).where('closed_at', 'is not', null).orderBy('quota.id').execute()
  return rows.map(({ at, ...row }) => ({ ...row, at: at ?? '' }))
}
