import { audit } from '../audit/audit.ts'
import type { Database, Tx } from '../db/database.ts'
import { lock } from '../db/locks.ts'
import { assertAdministrator, hasRole, liaisonCountries, type Person } from '../person.ts'
import { Refusal } from '../refusals.ts'
import type { World } from '../world.ts'
import { cursorOf, readCursor } from '../cursor.ts'
import { forecast, type DayCount, type Forecast } from './forecast.ts'
import { quotasOf } from './ledger.ts'
import { localDay } from '../cohorts/days.ts'
import {
  countEntries, insertCountedPersons, insertEntries, insertParts, selectBreakdown, selectCountedByAgency, selectCountedByCountry, selectCountedByCourse, selectDayDeltas, selectEntries, selectLastEntryAt, selectQuotasCounting, sumRestatements, type DayDelta, type Entry, type EntryFilter
} from './lines/queries.ts'
import { rootIn, selectMergedPeople } from './one-person/queries.ts'
import {
  insertQuota, selectAgencies, selectCertificatesUnder, selectClosings, selectCourses, selectOptionalQuota, selectQuotas, selectQuotasOfPeriod, updateClosed, type Closing, type Quota
} from './queries.ts'
import { pipelinesOf, type Pipeline } from './pipeline/pipeline.ts'
import { readSnapshot, takeSnapshot, type SeenSnapshot, type Signer } from './snapshot.ts'
import { problemsOf, tidied, type QuotaInput, type QuotaProblem } from './quota-input.ts'
import { replay, type CountableCertificate } from './rule.ts'

export type { Entry, EntryFilter } from './lines/queries.ts'
export type { Closing } from './queries.ts'

/** Of a closed quota: the lines it was closed with, or those written since. */
export type When = 'closing' | 'since'

/** The part of a ledger's filter that follows from the closing; all of it while the books are open. */
export function spanOf ({ closedAt }: Pick<Quota, 'closedAt'>, when: When | null): Pick<EntryFilter, 'since' | 'until'> {
  return closedAt === null || when === null ? {} : when === 'closing' ? { until: closedAt } : { since: closedAt }
}
export type { Quota } from './queries.ts'

/** `count`: what is counted and the pace of it. `ahead`: who is on the way too, which takes a look at everybody in a cohort. */
export type Look = 'count' | 'ahead'

/** A quota with where it stands today. */
export interface QuotaStanding extends Quota {
  /** Who is on the way; null when its period is not now, or nobody looked ahead. */
  readonly pipeline: Pipeline | null
  /** Today in the quota's time zone. */
  readonly today: string
  readonly forecast: Forecast
  /** The count at the end of each day that changed it, by the certificates' days of issue. */
  readonly cumulative: readonly DayCount[]
}

/** Makes a quota and counts at once what was certified before it: its ledger is the one it would have, had it existed all along.
 * @returns the new quota's id, or what is wrong with the input: then nothing is written
 * @throws Refusal not-allowed for anybody but an administrator */
export async function createQuota (db: Database, world: World, person: Person, input: QuotaInput): Promise<{ readonly id: string, readonly problems: readonly [] } | { readonly id: null, readonly problems: readonly QuotaProblem[] }> {
  assertAdministrator(person)
  const asked = tidied(input)
  return await db.write(async (tx) => {
    const problems = problemsOf(asked, new Set((await selectCourses(tx)).map(({ slug }) => slug)))
    if (problems.length > 0) return { id: null, problems }
    const id = world.newId()
    // A certificate that is being issued is either among these, or waits and finds the quota.
    await lock(tx, 'ledger')
    const merged = await selectMergedPeople(tx)
    const { lines, standing } = replay(asked, await selectCertificatesUnder(tx, asked), (personId) => rootIn(merged, personId))
    const counted = lines.reduce((sum, { delta }) => sum + delta, 0)
    await insertQuota(tx, { ...asked, id, firstTarget: asked.target, counted, createdAt: world.now().toISOString(), closedAt: null, closedCount: null })
    await insertEntries(tx, lines.map((line) => ({ ...line, id: world.newId(), quotaId: id, cause: line.delta === 1 ? 'issue' as const : 'revocation' as const })))
    await insertParts(tx, id)
    await insertCountedPersons(tx, id, [...standing])
    await audit(tx, world, { actorId: person.id, action: 'quota.created', subjectType: 'quota', subjectId: id, detail: { ...asked, counted } })
    return { id, problems: [] as const }
  })
}

/** Closes the books: the figures of this moment are kept and signed, and whatever changes it later is shown as a restatement.
 * @throws Refusal not-allowed, not-found, quota-not-ended while its period lasts, quota-closed the second time */
export async function closeQuota (db: Database, world: World, person: Person, id: string, signer: Signer): Promise<void> {
  assertAdministrator(person)
  await db.write(async (tx) => {
    // What is being issued is either in the figures that are closed, or a restatement of them.
    await lock(tx, 'ledger')
    const quota = await selectOptionalQuota(tx, id)
    if (quota === undefined) throw new Refusal('not-found')
    if (quota.closedAt !== null) throw new Refusal('quota-closed')
    const at = later(world.now().toISOString(), await selectLastEntryAt(tx, id))
    if (!hasEnded(quota, at)) throw new Refusal('quota-not-ended', { endsOn: quota.period.to })
    if (!await updateClosed(tx, id, at)) throw new Refusal('quota-closed')
    const figures = await takeSnapshot(tx, signer, quota, at)
    await audit(tx, world, { actorId: person.id, action: 'quota.closed', subjectType: 'quota', subjectId: id, detail: { counted: quota.counted, target: quota.target, figures } })
  })
}

// By a clock that was set back, the closing would stand before lines that it closes with.
function later (now: string, last: string | null): string {
  return last !== null && last > now ? last : now
}

/** Of some targets those that are closed, by whom and when. @throws Refusal not-allowed */
export async function closingsOf (db: Database, person: Person, ids: readonly string[]): Promise<Closing[]> {
  assertAdministrator(person)
  return await selectClosings(db.read, ids)
}

/** Its last day is over in its time zone. */
export function hasEnded (quota: Quota, at: string): boolean {
  return localDay(at, quota.timeZone) > quota.period.to
}

const PAGE = 100

/** The quotas somebody may read, the latest period first: all for an administrator, those about their own country for a liaison.
 * @throws Refusal not-allowed for everybody else */
export async function listQuotas (db: Database, world: World, person: Person, cursor: string | null = null, look: Look = 'count'): Promise<{ items: QuotaStanding[], next: string | null }> {
  const place = readCursor(cursor, ['string', 'string', 'string'])
  const after = place === null ? null : { toDay: String(place[0]), fromDay: String(place[1]), id: String(place[2]) }
  const found = await selectQuotas(db.read, { countries: readableCountries(person), after, limit: PAGE + 1 })
  const items = await standings(db.read, world, found.slice(0, PAGE), look)
  const last = items.at(-1)
  return { items, next: found.length > PAGE && last !== undefined ? cursorOf([last.period.to, last.period.from, last.id]) : null }
}

/** @throws Refusal not-found when there is none or it is not the asker's to read, not-allowed for those who may read none */
export async function getQuota (db: Database, world: World, person: Person, id: string, look: Look = 'ahead'): Promise<QuotaStanding> {
  const [standing] = await standings(db.read, world, [await readableQuota(db.read, person, id)], look)
  return standing as QuotaStanding
}

/** A part of a quota: what it counts of one course or country, and the quota that promises this part, if there is one. */
export interface QuotaPart {
  /** A slug or a country's code; null for people without a country. */
  readonly key: string | null
  readonly counted: number
  /** The quota of the same period and way of counting about this part alone, with its pace of today. It may count more: a person with certificates of
   * two courses counts in the whole under one of them, and in the quota of each. */
  readonly promised: { readonly id: string, readonly target: number, readonly counted: number, readonly expectedToday: number } | null
}

export interface QuotaDetail {
  readonly quota: QuotaStanding
  readonly courses: ReadonlyArray<QuotaPart & { readonly title: string }>
  readonly countries: readonly QuotaPart[]
  /** Of a quota about a country; none for others. */
  readonly agencies: readonly QuotaPart[]
  /** A month (`YYYY-MM`) and the change of the count in it, in order; months without a change are left out. */
  readonly months: ReadonlyArray<{ readonly month: string, readonly counted: number, readonly total: number }>
  /** What changed since it was closed. */
  readonly restated: { readonly lines: number, readonly delta: number } | null
  /** The last closed quota before this one with the same scope and way of counting. */
  readonly before: Quota | null
  readonly courseTitles: ReadonlyMap<string, string>
}

/** A quota with what it is made of. @throws as `getQuota` */
export async function quotaDetail (db: Database, world: World, person: Person, id: string, look: Look = 'ahead'): Promise<QuotaDetail> {
  const quota = await getQuota(db, world, person, id, look)
  const siblings = (await selectQuotasOfPeriod(db.read, quota)).filter((other) => other.id !== id)
  const courses = await selectCourses(db.read)
  const courseTitles = new Map(courses.map(({ slug, title }) => [slug, title]))
  const part = (key: string | null, counted: number, scope: Quota['scope']): QuotaPart => {
    const match = key === null ? undefined : siblings.find((other) => sameScope(other.scope, scope))
    return { key, counted, promised: match === undefined ? null : { id: match.id, target: match.target, counted: match.counted, expectedToday: expected(match, quota) } }
  }
  const ofCourse = (course: string, counted: number): QuotaPart => part(course, counted, { ...quota.scope, course })
  const ofCountry = (country: string | null, counted: number): QuotaPart => part(country, counted, country === null ? quota.scope : { ...quota.scope, country })
  const byCourse = await selectCountedByCourse(db.read, id)
  const byCountry = await selectCountedByCountry(db.read, id)
  // A part that was promised is shown before anybody is counted in it.
  const promised = (part: 'course' | 'country' | 'agency', known: ReadonlyArray<string | null>): string[] => [...new Set(siblings.flatMap((other) => {
    const key = other.scope[part]
    return key !== undefined && !known.includes(key) && quota.scope[part] === undefined && sameScope(other.scope, { ...quota.scope, [part]: key }) ? [key] : []
  }))]
  const byAgency = quota.scope.country === undefined || quota.scope.agency !== undefined ? null : await selectCountedByAgency(db.read, id)
  const ofAgency = (agency: string | null, counted: number): QuotaPart => part(agency, counted, agency === null ? quota.scope : { ...quota.scope, agency })
  return {
    quota,
    agencies: byAgency === null ? [] : [
      ...byAgency.map(({ agency, counted }) => ofAgency(agency, counted)),
      ...promised('agency', byAgency.map(({ agency }) => agency)).map((agency) => ofAgency(agency, 0))
    ],
    courses: [
      ...byCourse.map(({ course, counted }) => ({ ...ofCourse(course, counted), title: courseTitles.get(course) ?? course })),
      ...promised('course', byCourse.map(({ course }) => course)).map((course) => ({ ...ofCourse(course, 0), title: courseTitles.get(course) ?? course }))
    ],
    countries: [
      ...byCountry.map(({ country, counted }) => ofCountry(country, counted)),
      ...promised('country', byCountry.map(({ country }) => country)).map((country) => ofCountry(country, 0))
    ],
    months: monthsOf(quota.cumulative),
    restated: quota.closedAt === null ? null : await sumRestatements(db.read, id, quota.closedAt),
    before: await closedBefore(db.read, quota),
    courseTitles
  }
}

/** The pace of a quota of the same period, by the day the other is at. */
function expected (part: Quota, whole: QuotaStanding): number {
  return forecast({ period: part.period, today: whole.today, cumulative: [], target: part.target }).expectedToday
}

function sameScope (one: Quota['scope'], other: Quota['scope']): boolean {
  return one.country === other.country && one.agency === other.agency && one.course === other.course
}

function monthsOf (cumulative: readonly DayCount[]): Array<{ month: string, counted: number, total: number }> {
  const totals = new Map<string, number>()
  for (const { day, counted } of cumulative) totals.set(day.slice(0, 7), counted)
  let before = 0
  return [...totals].map(([month, total]) => {
    const counted = total - before
    before = total
    return { month, counted, total }
  })
}

async function closedBefore (tx: Tx, quota: Quota): Promise<Quota | null> {
  const candidates = await selectQuotas(tx, { countries: quota.scope.country === undefined ? null : [quota.scope.country], after: { toDay: quota.period.from, fromDay: '0', id: '' }, limit: 200 })
  return candidates.find((other) => other.closedAt !== null && other.counts === quota.counts && sameScope(other.scope, quota.scope)) ?? null
}

/** A quota's ledger in the order in which it was written. @throws as `getQuota` */
export async function quotaEntries (db: Database, person: Person, id: string, cursor: string | null = null, filter: EntryFilter = {}): Promise<{ items: Entry[], next: string | null }> {
  await readableQuota(db.read, person, id)
  const place = readCursor(cursor, ['string', 'number', 'string'])
  const after = place === null ? null : { at: String(place[0]), delta: Number(place[1]), id: String(place[2]) }
  const found = await selectEntries(db.read, id, filter, after, PAGE + 1)
  const items = found.slice(0, PAGE)
  const last = items.at(-1)
  return { items, next: found.length > PAGE && last !== undefined ? cursorOf([last.at, last.delta, last.id]) : null }
}

/** What a quota counts by country, course, rank and month, and the signed figures it was closed with. @throws as `getQuota` */
export async function partsOf (db: Database, person: Person, id: string): Promise<{ parts: Awaited<ReturnType<typeof selectBreakdown>>, snapshot: SeenSnapshot | null }> {
  await readableQuota(db.read, person, id)
  return { parts: await selectBreakdown(db.read, id, null), snapshot: await readSnapshot(db.read, id) }
}

/** How many lines added and took back: what the entries under a filter come to. @throws as `getQuota` */
export async function quotaEntryTotals (db: Database, person: Person, id: string, filter: EntryFilter = {}): Promise<{ added: number, taken: number }> {
  await readableQuota(db.read, person, id)
  return await countEntries(db.read, id, filter)
}

/** Titles of courses by slug, for the words of a scope. */
export async function courseTitles (db: Database): Promise<ReadonlyMap<string, string>> {
  return new Map((await selectCourses(db.read)).map(({ slug, title }) => [slug, title]))
}

/** The quotas in which a certificate counts now; for administrators. */
export async function quotasCounting (db: Database, person: Person, certificate: CountableCertificate): Promise<Quota[]> {
  assertAdministrator(person)
  const near = await quotasOf(db.read, certificate)
  const counting = new Set(await selectQuotasCounting(db.read, certificate.id, near.map(({ id }) => id)))
  return near.filter(({ id }) => counting.has(id))
}

/** What a new quota's scope may name. */
export async function scopeChoices (db: Database, person: Person): Promise<{ courses: Array<{ slug: string, title: string }>, agencies: string[] }> {
  assertAdministrator(person)
  return { courses: await selectCourses(db.read), agencies: await selectAgencies(db.read) }
}

async function standings (tx: Tx, world: World, quotas: readonly Quota[], look: Look): Promise<QuotaStanding[]> {
  const deltas = new Map<string, DayDelta[]>(quotas.map(({ id }) => [id, []]))
  for (const delta of await selectDayDeltas(tx, quotas.map(({ id }) => id))) deltas.get(delta.quotaId)?.push(delta)
  const pipelines = look === 'ahead' ? await pipelinesOf(tx, world, quotas) : new Map<string, Pipeline>()
  return quotas.map((quota) => {
    const pipeline = pipelines.get(quota.id) ?? null
    let counted = 0
    const cumulative = (deltas.get(quota.id) ?? []).map(({ day, delta }) => ({ day, counted: counted += delta }))
    const today = localDay(world.now().toISOString(), quota.timeZone)
    return {
      ...quota,
      today,
      cumulative,
      pipeline,
      forecast: forecast({ period: quota.period, today, cumulative, target: quota.target, ...pipeline !== null && { pipeline: pipeline.items, conversion: pipeline.conversion } })
    }
  })
}

async function readableQuota (tx: Tx, person: Person, id: string): Promise<Quota> {
  const countries = readableCountries(person)
  const quota = await selectOptionalQuota(tx, id)
  const { country } = quota?.scope ?? {}
  if (quota === undefined || (countries !== null && (country === undefined || !countries.includes(country)))) throw new Refusal('not-found')
  return quota
}

/** Null for all of them. */
function readableCountries (person: Person): readonly string[] | null {
  if (hasRole(person, 'administrator')) return null
  if (hasRole(person, 'liaison')) return liaisonCountries(person)
  throw new Refusal('not-allowed')
}
