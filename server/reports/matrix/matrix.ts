import { selectAllowedIn } from '../../cohorts/accommodations/queries.ts'
import { cohortOf, countsOf, seenCohort, type Cohort } from '../../cohorts/cohorts.ts'
import { addDays, daysBetween } from '../../cohorts/days.ts'
import { readNameCursor } from '../../cohorts/progress.ts'
import { sumsByCohort } from '../../cohorts/queries.ts'
import type { CourseCache } from '../../courses/courses.ts'
import { activitiesOf, type CourseOutline } from '../../courses/outline.ts'
import { selectQuizzes } from '../../courses/queries.ts'
import { makeRecent } from '../../recent.ts'
import { cursorOf } from '../../cursor.ts'
import type { Database, Tx } from '../../db/database.ts'
import type { EnrolmentTable } from '../../db/tables/cohorts.ts'
import type { Person } from '../../person.ts'
import { Refusal } from '../../refusals.ts'
import type { World } from '../../world.ts'
import { countDone, selectCountries, selectDone, selectPeople, selectStamp, selectTried, type MatrixPerson, type PeopleFilter, type Tried } from './queries.ts'

/** Where a trainee stands with an activity, a letter each: done; begun and not done; answers wait for a person to mark them;
 * all attempts used up without a pass; nothing yet. */
export const CELLS = { d: 'done', b: 'begun', m: 'marking', f: 'failed', '-': 'open' } as const
export type Cell = keyof typeof CELLS

export interface MatrixRow {
  readonly enrolmentId: string
  readonly personId: string
  readonly name: string
  readonly country: string | null
  readonly state: EnrolmentTable['state'] | 'no-show'
  readonly done: number
  /** 0..100, rounded down. */
  readonly percent: number
  readonly behind: boolean
  /** A letter for each activity of the course, in its order. */
  readonly cells: string
}

export interface MatrixInput {
  /** ISO 3166-1 alpha-2. */
  readonly country?: string | undefined
  readonly state?: EnrolmentTable['state'] | undefined
  readonly activity?: string | undefined
  /** Of that activity. */
  readonly is?: 'done' | 'not-done' | 'begun' | undefined
  readonly behind?: boolean | undefined
  readonly after?: string | undefined
  /** null: all. */
  readonly limit: number | null
}

export interface Matrix {
  readonly cohort: Cohort
  readonly outline: CourseOutline
  readonly rows: readonly MatrixRow[]
  readonly next: string | null
  /** How many activities an even pace from the first to the last moment asks for by now. */
  readonly pace: number
  readonly countries: readonly string[]
}

/** Trainees by activities. People by name, a page at a time or all of them; a liaison gets those of their country.
 * Behind is whose done activities are more than a tenth of the course fewer than an even pace asks for by now.
 * @throws Refusal not-found, bad-input for a cursor or an activity that there is not */
export async function cohortMatrix (db: Database, deps: { readonly world: World, readonly courses: CourseCache }, person: Person, cohortId: string, input: MatrixInput): Promise<Matrix> {
  const tx = db.read
  const { cohort, instructors, countries } = await seenCohort(tx, person, cohortId)
  const at = deps.world.now().toISOString()
  const outline = await deps.courses.outline(tx, cohort.versionId)
  const activities = activitiesOf(outline)
  if (input.activity !== undefined && !activities.some(({ key }) => key === input.activity)) throw new Refusal('bad-input', {}, [{ path: 'activity', message: 'is no activity of this course' }])
  const pace = paceOf(cohort, activities.length, at)
  const filter: PeopleFilter = {
    countries: input.country === undefined ? countries : countries === null || countries.includes(input.country) ? [input.country] : [],
    state: input.state ?? 'enrolled',
    doneAtMost: input.behind === true ? leastOf(pace, activities.length) : null,
    activity: input.activity === undefined ? null : { key: input.activity, is: input.is ?? 'not-done' },
    after: readNameCursor(input.after),
    limit: input.limit === null ? null : input.limit + 1
  }
  const people = await selectPeople(tx, cohortId, filter)
  const shown = input.limit === null ? people : people.slice(0, input.limit)
  const last = shown.at(-1)
  const sums = await sumsByCohort(tx, [cohortId], countries)
  return {
    cohort: cohortOf(cohort, instructors, countsOf(sums.get(cohortId)), at),
    outline,
    rows: await rowsOf(tx, cohort, shown, activities, leastOf(pace, activities.length), at),
    next: people.length > shown.length && last !== undefined ? cursorOf([last.name, last.enrolmentId]) : null,
    pace,
    countries: await selectCountries(tx, cohortId, countries)
  }
}

/** Some hundred people are asked for by their ids, more by their cohort. */
const BY_ID = 500

async function rowsOf (tx: Tx, cohort: { readonly id: string, readonly versionId: string }, people: readonly MatrixPerson[], activities: ReturnType<typeof activitiesOf>, least: number, at: string): Promise<MatrixRow[]> {
  const ids = people.length > BY_ID ? null : people.map(({ enrolmentId }) => enrolmentId)
  const done = await selectDone(tx, cohort.id, ids)
  const tried = new Map((await selectTried(tx, cohort.id, ids)).map((one) => [`${one.enrolmentId} ${one.quizKey}`, one]))
  const limits = new Map((await selectQuizzes(tx, cohort.versionId)).map(({ key, attempts }) => [key, attempts]))
  const extra = new Map<string, number>()
  for (const { personId, extraAttempts } of await selectAllowedIn(tx, cohort.id, at)) extra.set(personId, Math.max(extra.get(personId) ?? 0, extraAttempts))
  const place = new Map(activities.map(({ key }, index) => [key, index]))
  const quizzes = activities.flatMap(({ key, kind }, index) => kind === 'quiz' ? [{ key, index }] : [])
  return people.map((person): MatrixRow => {
    const cells: Cell[] = Array.from({ length: activities.length }, () => '-')
    for (const key of done.get(person.enrolmentId) ?? []) {
      const index = place.get(key)
      if (index !== undefined) cells[index] = 'd'
    }
    for (const { key, index } of quizzes) {
      const one = cells[index] === '-' ? tried.get(`${person.enrolmentId} ${key}`) : undefined
      if (one !== undefined) cells[index] = cellOf(one, limits.get(key), extra.get(person.personId) ?? 0)
    }
    return {
      enrolmentId: person.enrolmentId, personId: person.personId, name: person.name, country: person.country,
      state: person.noShowAt !== null && person.state === 'active' ? 'no-show' : person.state,
      done: person.done,
      percent: person.total === 0 ? 0 : Math.floor(100 * person.done / person.total),
      behind: person.state === 'active' && person.noShowAt === null && person.done <= least,
      cells: cells.join('')
    }
  })
}

function cellOf ({ open, needsMarking, attempts }: Tried, limit: number | undefined, extra: number): Cell {
  if (open) return 'b'
  if (needsMarking) return 'm'
  return limit !== undefined && attempts >= limit + extra ? 'f' : 'b'
}

/** What an even pace asks for by now: all of it at the end, nothing at the start. */
export function paceOf ({ startsAt, endsAt }: { readonly startsAt: string, readonly endsAt: string }, activities: number, at: string): number {
  const [start, end, now] = [startsAt, endsAt, at].map((iso) => Date.parse(iso)) as [number, number, number]
  return Math.floor(activities * Math.min(1, Math.max(0, (now - start) / (end - start))))
}

/** Whoever has done at most so many is behind; -1 while nobody can be. */
function leastOf (pace: number, activities: number): number {
  return Math.max(-1, pace - Math.ceil(activities / 10) - 1)
}

/** What a cohort did day by day, and how many have done each activity. */
export interface CohortActivity {
  /** Every day from the first on which something could be done up to today or the last, UTC. */
  readonly days: ReadonlyArray<{ readonly day: string, readonly count: number }>
  /** How many have done it, by the activity's key. */
  readonly done: ReadonlyMap<string, number>
}

type Counted = Awaited<ReturnType<typeof countDone>>
/** What was counted of cohorts lately, by cohort and countries, as long as nothing in them changes. */
export type ActivityCache = ReturnType<typeof makeActivityCache>

export function makeActivityCache () {
  return makeRecent<{ readonly stamp: string, readonly counted: Counted }>(50)
}

/** @throws Refusal not-found */
export async function cohortActivity (db: Database, { world, cache }: { readonly world: World, readonly cache: ActivityCache }, person: Person, cohortId: string): Promise<CohortActivity> {
  const { cohort, countries } = await seenCohort(db.read, person, cohortId)
  const name = JSON.stringify([cohortId, countries])
  // Asked for before it is counted: what happens in between is counted too, and the next stamp tells.
  const stamp = await selectStamp(db.read, cohortId, countries)
  const known = cache.get(name)
  const { counted } = known?.stamp === stamp ? known : cache.keep(name, { stamp, counted: await countDone(db.read, cohortId, countries) })
  const done = new Map<string, number>()
  const byDay = new Map<string, number>()
  for (const { key, day, count } of counted) {
    done.set(key, (done.get(key) ?? 0) + count)
    byDay.set(day, (byDay.get(day) ?? 0) + count)
  }
  const today = world.now().toISOString().slice(0, 10)
  const busy = [...byDay.keys()].sort()
  const first = [cohort.startsAt.slice(0, 10), ...busy].sort()[0] ?? today
  const last = [cohort.endsAt.slice(0, 10) < today ? cohort.endsAt.slice(0, 10) : today, ...busy].sort().at(-1) ?? today
  const length = Math.max(0, daysBetween(first, last)) + 1
  return { days: Array.from({ length }, (_, index) => addDays(first, index)).map((day) => ({ day, count: byDay.get(day) ?? 0 })), done }
}
