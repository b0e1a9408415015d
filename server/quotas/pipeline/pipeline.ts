import { addDays, dayStart, localDay } from '../../cohorts/days.ts'
import type { Database, Tx } from '../../db/database.ts'
import type { World } from '../../world.ts'
import { conversionOf, STAGES, type Conversion, type PipelineItem, type Stage } from '../forecast.ts'
import { rootIn, selectMergedPeople } from '../one-person/queries.ts'
import type { Quota } from '../queries.ts'
import {
  insertOutcome, selectCountedOnTheWay, selectOnTheWay, selectOutcomes, selectWithoutOutcome, type OnTheWay, type Outcome
} from './queries.ts'

export type { OnTheWay, Outcome } from './queries.ts'

/** What a forecast goes by besides the pace. */
export interface Pipeline {
  readonly items: readonly PipelineItem[]
  readonly conversion: Readonly<Partial<Record<Stage, Conversion>>>
  /** Who is on the way, by name. */
  readonly people: readonly OnTheWay[]
  /** The past cohorts the shares come from. */
  readonly outcomes: readonly Outcome[]
}

/** Shares are taken of cohorts that ended in so many months. */
export const LOOK_BACK_MONTHS = 24
/** Certificates of the last days of a cohort may come late. */
const SETTLED_DAYS = 7
const DAY_MS = 86_400_000

/** Who is on the way to being counted in each of these quotas by the end of its period, and what came of those before them.
 * Nobody is on the way in a quota that is closed, or whose period is over. */
export async function pipelinesOf (tx: Tx, world: World, quotas: readonly Quota[]): Promise<ReadonlyMap<string, Pipeline>> {
  const now = world.now()
  const open = quotas.filter(({ closedAt, period, timeZone }) => closedAt === null && period.from <= localDay(now.toISOString(), timeZone) && localDay(now.toISOString(), timeZone) <= period.to)
  const ends = open.map(({ period, timeZone }) => dayStart(addDays(period.to, 1), timeZone)).sort()
  const until = ends.at(-1)
  if (until === undefined) return new Map()
  const since = new Date(now.getTime() - LOOK_BACK_MONTHS * 30.44 * DAY_MS).toISOString()
  const people = await selectOnTheWay(tx, now.toISOString(), until)
  const merged = people.length === 0 ? new Map<string, string>() : await selectMergedPeople(tx)
  const others = new Set(people.flatMap(({ personId, stage }) => personId !== null && (stage === 'nominated' || merged.has(personId)) ? [rootIn(merged, personId)] : []))
  const counted = await selectCountedOnTheWay(tx, open.map(({ id }) => id), now.toISOString(), until, [...others])
  const outcomes = await selectOutcomes(tx, since)
  return new Map(open.map((quota) => {
    const mine = ofQuota(quota, people, counted, (id) => rootIn(merged, id))
    const past = outcomesFor(quota, outcomes)
    return [quota.id, { items: itemsOf(mine, quota.timeZone), conversion: Object.fromEntries(STAGES.flatMap((stage) => conversionOf(past.filter((outcome) => outcome.stage === stage)) ?? []).map((one) => [one.stage, one])), people: mine, outcomes: past }]
  }))
}

/** Of a course's own cohorts, where there are enough of them; else of all. */
function outcomesFor ({ scope: { course } }: Quota, outcomes: readonly Outcome[]): readonly Outcome[] {
  const own = outcomes.filter((outcome) => outcome.course === course)
  return course !== undefined && conversionOf(own.filter(({ stage }) => stage === 'enrolled')) !== null ? own : outcomes
}

function ofQuota ({ id, scope, counts, period, timeZone }: Quota, people: readonly OnTheWay[], counted: ReadonlySet<string>, rootOf: (id: string) => string): OnTheWay[] {
  const furthest = new Map<string, OnTheWay>()
  for (const one of people) {
    if ((scope.country ?? one.country) !== one.country || (scope.agency ?? one.agency) !== one.agency || (scope.course ?? one.course) !== one.course) continue
    if (localDay(one.endsAt, timeZone) > period.to) continue
    const person = one.personId === null ? null : rootOf(one.personId)
    if (counts === 'persons' && person !== null && counted.has(`${id} ${person}`)) continue
    // Somebody on two ways is counted once: by the one on which they are further.
    const key = counts === 'persons' && person !== null ? person : `${one.cohortId} ${one.enrolmentId ?? one.name}`
    const before = furthest.get(key)
    if (before === undefined || STAGES.indexOf(one.stage) > STAGES.indexOf(before.stage)) furthest.set(key, one)
  }
  return [...furthest.values()]
}

function itemsOf (people: readonly OnTheWay[], timeZone: string): PipelineItem[] {
  return [...Map.groupBy(people, ({ stage, cohortId }) => `${stage} ${cohortId}`).values()].flatMap((group) => {
    const [first] = group
    return first === undefined ? [] : [{ stage: first.stage, people: group.length, due: localDay(first.endsAt, timeZone) }]
  })
}

/** Keeps how cohorts came out a week after their end, each once. Safe to run on every server at once.
 * @returns how many were new */
export async function keepOutcomes (db: Database, world: World): Promise<number> {
  const now = world.now()
  const ids = await selectWithoutOutcome(db.read, new Date(now.getTime() - SETTLED_DAYS * DAY_MS).toISOString(), 100)
  for (const id of ids) await db.write(async (tx) => { await insertOutcome(tx, id, now.toISOString()) })
  return ids.length
}
