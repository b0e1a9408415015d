import { selectQuizzes } from '../courses/queries.ts'
import { cursorOf, readCursor } from '../cursor.ts'
import type { Database, Tx } from '../db/database.ts'
import type { Person } from '../person.ts'
import type { Text } from '../quiz/text.ts'
import type { World } from '../world.ts'
import { cohortOf, countsOf, percentOf, seenCohort, stateOf, type Cohort, type Counts } from './cohorts.ts'
import { countNoShows } from './enrolments/queries.ts'
import { selectTrainees, selectUsedUp, type TraineeRow, type TraineesFilter } from './trainees/queries.ts'
import { sumsByCountry, type CohortRow, type Sums } from './queries.ts'
import { STUCK_REASONS, stuckReason, stuckSince, type StuckReason } from './stuck.ts'

/** A trainee of a cohort, to somebody who may see them: no e-mail address. */
export interface TraineeProgress {
  readonly enrolmentId: string
  readonly personId: string
  readonly name: string
  readonly country: string | null
  readonly agency: string | null
  readonly state: TraineeRow['state']
  readonly done: number
  readonly total: number
  /** 0..100, rounded down. */
  readonly percent: number
  readonly enrolledAt: string
  /** The last time they did anything; null before the first. */
  readonly activeAt: string | null
  readonly stuck: StuckReason | null
  readonly certificateSerial: string | null
  /** It is marked that they did not come. */
  readonly noShow: boolean
  /** Since when nothing was done that could have been; null for who is not stuck by it. */
  readonly idleSince: string | null
  /** Quizzes whose attempts are used up without a pass, by their keys. */
  readonly usedUp: readonly string[]
}

export type Show = NonNullable<TraineesFilter['state']> | 'stuck'
export const SHOWS: readonly Show[] = ['enrolled', 'active', 'not-started', 'completed', 'withdrawn', 'no-show', 'stuck']

export interface ProgressInput {
  /** Left out: everybody, the withdrawn too. */
  readonly show?: Show | undefined
  /** ISO 3166-1 alpha-2. */
  readonly country?: string | undefined
  /** `next` of the list before. */
  readonly after?: string | undefined
  /** null: all. */
  readonly limit: number | null
}

/** Who is where, by name. A liaison gets only their country's people.
 * @throws Refusal not-found */
export async function cohortProgress (db: Database, world: World, person: Person, cohortId: string, input: ProgressInput): Promise<{ items: TraineeProgress[], next: string | null }> {
  const tx = db.read
  const { cohort, countries } = await seenCohort(tx, person, cohortId)
  const stuckOf = await stuckRule(tx, world, cohort)
  const { show, country, limit } = input
  const filter = { countries: within(countries, country), after: readNameCursor(input.after) }
  // Who is stuck is a rule, not a column: all who may be are read, and the page is cut from those who are.
  const rows = show === 'stuck'
    ? (await selectTrainees(tx, cohortId, { ...filter, state: 'active', limit: null })).filter((row) => stuckOf(row) !== null)
    : await selectTrainees(tx, cohortId, { ...filter, state: show ?? null, limit: limit === null ? null : limit + 1 })
  const shown = limit === null ? rows : rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    items: shown.map((row) => progressOf(row, stuckOf)),
    next: rows.length > shown.length && last !== undefined ? cursorOf([last.name, last.enrolmentId]) : null
  }
}

export interface CountryProgress extends Counts {
  readonly country: string | null
  readonly stuck: number
}

export interface CohortOverview {
  readonly cohort: Cohort
  readonly stuck: { readonly count: number, readonly first: readonly TraineeProgress[] }
  readonly byCountry: readonly CountryProgress[]
  readonly quizzes: ReadonlyArray<{ readonly key: string, readonly title: Text }>
  readonly noShows: number
}

/** How a cohort stands, at a glance, of the people whom the asker may see.
 * @param most how many of the stuck are named, the most urgent first
 * @throws Refusal not-found */
export async function cohortOverview (db: Database, world: World, person: Person, cohortId: string, most: number): Promise<CohortOverview> {
  const tx = db.read
  const { cohort, instructors, countries } = await seenCohort(tx, person, cohortId)
  const now = world.now().toISOString()
  const stuckOf = await stuckRule(tx, world, cohort)
  const stuck = stateOf(cohort, now) === 'running'
    ? (await selectTrainees(tx, cohortId, { countries, state: 'active', after: null, limit: null })).filter((trainee) => stuckOf(trainee) !== null)
    : []
  const stuckIn = Map.groupBy(stuck, ({ country }) => country)
  const byCountry = (await sumsByCountry(tx, cohortId, countries))
    .map((sums) => ({ country: sums.country, ...countsOf(sums), stuck: stuckIn.get(sums.country)?.length ?? 0 }))
  return {
    cohort: cohortOf(cohort, instructors, countsOf(total(byCountry)), now),
    stuck: {
      count: stuck.length,
      first: stuck.map((trainee) => progressOf(trainee, stuckOf)).sort((a, b) => urgency(a) - urgency(b)).slice(0, most)
    },
    byCountry,
    quizzes: (await selectQuizzes(tx, cohort.versionId)).map(({ key, title }) => ({ key, title })),
    noShows: await countNoShows(tx, cohortId, countries)
  }
}

/** Why somebody is stuck, and at which quizzes. */
type StuckOf = ((row: TraineeRow) => StuckReason | null) & { readonly usedUp: (enrolmentId: string) => readonly string[], readonly startsAt: string }

async function stuckRule (tx: Tx, world: World, cohort: CohortRow): Promise<StuckOf> {
  const since = stuckSince(cohort, world.now())
  const rule = (of: (row: TraineeRow) => StuckReason | null, usedUp: (enrolmentId: string) => readonly string[]): StuckOf => Object.assign(of, { usedUp, startsAt: cohort.startsAt })
  if (since === null) return rule(() => null, () => [])
  const limits = (await selectQuizzes(tx, cohort.versionId)).flatMap(({ key, attempts }) => attempts === undefined ? [] : [{ quizKey: key, attempts }])
  const usedUp = await selectUsedUp(tx, cohort.id, limits, world.now().toISOString())
  // Whoever did not come is known not to work: nobody has to look for them.
  return rule((row) => row.noShowAt !== null ? null : stuckReason({ ...row, attemptsUsedUp: usedUp.has(row.enrolmentId) }, since), (id) => usedUp.get(id) ?? [])
}

/** Those come first whom only somebody else can help on. */
function urgency ({ stuck }: TraineeProgress): number {
  return stuck === null ? STUCK_REASONS.length : STUCK_REASONS.indexOf(stuck)
}

function progressOf (row: TraineeRow, stuckOf: StuckOf): TraineeProgress {
  const { noShowAt, ...rest } = row
  const stuck = stuckOf(row)
  const couldStart = row.enrolledAt > stuckOf.startsAt ? row.enrolledAt : stuckOf.startsAt
  return {
    ...rest, percent: percentOf(row), stuck, noShow: noShowAt !== null,
    idleSince: stuck === 'silent' ? row.activeAt : stuck === 'not-started' ? couldStart : null,
    usedUp: stuck === null ? [] : stuckOf.usedUp(row.enrolmentId)
  }
}

function total (parts: readonly Sums[]): Sums {
  const sum = (name: keyof Sums): number => parts.reduce((sum, part) => sum + part[name], 0)
  return { enrolled: sum('enrolled'), completed: sum('completed'), notStarted: sum('notStarted'), withdrawn: sum('withdrawn'), done: sum('done'), total: sum('total') }
}

/** One country of those that may be seen; asking for another finds nobody. */
function within (countries: readonly string[] | null, country: string | undefined): readonly string[] | null {
  if (country === undefined) return countries
  return countries === null || countries.includes(country) ? [country] : []
}

/** Where a list of people by name goes on.
 * @throws Refusal bad-input for text that no such list gave */
export function readNameCursor (cursor: string | undefined): { name: string, id: string } | null {
  const place = readCursor(cursor ?? null, ['string', 'string'])
  return place === null ? null : { name: String(place[0]), id: String(place[1]) }
}
