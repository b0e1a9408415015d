import { audit } from '../audit/audit.ts'
import { cursorOf, readCursor } from '../cursor.ts'
import { selectOptionalLatestVersion } from '../courses/queries.ts'
import type { Database, Tx } from '../db/database.ts'
import { reachOf } from '../people/access.ts'
import { lineHas, wordLine } from '../people/words.ts'
import { assertAdministrator, type Person } from '../person.ts'
import { Refusal } from '../refusals.ts'
import type { World } from '../world.ts'
import { canManageCohort, sightOf } from './access.ts'
import { areSeats, readFacts, settingsProblems, writeSettings, type CohortSettings, type FactsProblemCode, type SettingsProblemCode } from './settings-rules.ts'
import {
  deleteInstructor, insertInstructor, selectInstructors, selectInstructorsOfCohorts, selectPeopleWhoInstruct, type Named
} from './instructors/queries.ts'
import { insertCohort, selectCohorts, selectOptionalCohort, sumsByCohort, sumsByCountry, type CohortRow, type CohortState, type Sums } from './queries.ts'

export interface NewCohort {
  readonly name: string
  /** By its slug; the latest published version is the one the cohort keeps. */
  readonly course: string
  /** ISO 8601 with an offset or Z. */
  readonly startsAt: string
  readonly endsAt: string
  /** Left out or null: as many as wished. */
  readonly seats?: number | null
  /** Persons with the role of instructor. */
  readonly instructors?: readonly string[]
  /** What else it may be told of; each may be changed later. */
  readonly settings?: CohortSettings
}

export type CohortProblemCode = FactsProblemCode | 'course-unknown' | 'seats' | 'not-an-instructor' | SettingsProblemCode

/** One thing wrong with a new cohort: which part, and the code of the message that says what. */
export interface CohortProblem {
  readonly path: keyof NewCohort | keyof CohortSettings
  readonly code: CohortProblemCode
}

export interface Cohort extends Omit<CohortRow, 'versionId'> {
  readonly state: CohortState
  readonly instructors: readonly Named[]
  /** Of the people the asker may see. */
  readonly counts: Counts
}

export interface Counts extends Sums {
  /** Activities done of all there are, 0..100, rounded down: 100 means that nothing is left to do. */
  readonly percent: number
}

/** Makes a cohort and pins it to the course's latest published version.
 * @returns its id, or everything that is wrong with the input; then nothing is written
 * @throws Refusal not-allowed for anybody but an administrator */
export async function createCohort (db: Database, world: World, person: Person, input: NewCohort): Promise<{ readonly id: string } | { readonly problems: readonly CohortProblem[] }> {
  assertAdministrator(person)
  return await db.write(async (tx) => await createIn(tx, world, person, input))
}

/** The same in the caller's unit of work, for somebody who may. */
export async function createIn (tx: Tx, world: World, person: Pick<Person, 'id'>, input: NewCohort): Promise<{ readonly id: string } | { readonly problems: readonly CohortProblem[] }> {
  const seats = input.seats ?? null
  const { facts, problems: wrong } = readFacts(input)
  const instructors = [...new Set(input.instructors ?? [])]
  const version = await selectOptionalLatestVersion(tx, input.course)
  const known = instructors.length === 0 ? [] : await selectPeopleWhoInstruct(tx, instructors)
  // In the order in which the form asks.
  const problems: CohortProblem[] = wrong.filter(({ path }) => path === 'name')
  if (version === undefined) problems.push({ path: 'course', code: 'course-unknown' })
  problems.push(...wrong.filter(({ path }) => path !== 'name'))
  if (!areSeats(seats)) problems.push({ path: 'seats', code: 'seats' })
  if (input.settings !== undefined) problems.push(...settingsProblems(input.settings, seats))
  if (known.length < instructors.length) problems.push({ path: 'instructors', code: 'not-an-instructor' })
  if (problems.length > 0 || version === undefined || facts === null) return { problems }

  const { name, startsAt, endsAt } = facts
  const id = world.newId()
  await insertCohort(tx, { id, name, course_version_id: version.id, starts_at: startsAt, ends_at: endsAt, seats, created_at: world.now().toISOString() })
  await audit(tx, world, {
    actorId: person.id,
    action: 'cohort.created',
    subjectType: 'cohort',
    subjectId: id,
    detail: { name, course: version.slug, version: version.number, startsAt, endsAt, seats, ...input.settings }
  })
  if (input.settings !== undefined) await writeSettings(tx, id, input.settings, 0)
  for (const instructorId of instructors) await assign(tx, world, person, id, instructorId)
  return { id }
}

export interface ListCohorts {
  readonly state?: CohortState | undefined
  /** A course by its slug. */
  readonly course?: string | undefined
  /** `next` of the list before. */
  readonly after?: string | undefined
  readonly limit: number
}

/** The cohorts somebody may see, the latest to start first. Administrators: all; instructors: their own; liaisons: those
 * that have people of their country, with counts of only these. */
export async function listCohorts (db: Database, world: World, person: Person, { state, course, after, limit }: ListCohorts): Promise<{ items: Cohort[], next: string | null }> {
  const reach = reachOf(person)
  const now = world.now().toISOString()
  const place = readCursor(after ?? null, ['string', 'string'])
  const rows = await selectCohorts(db.read, {
    of: reach.reach === 'everything' ? null : reach,
    state: state ?? null,
    course: course ?? null,
    now,
    after: place === null ? null : { startsAt: String(place[0]), id: String(place[1]) },
    limit: limit + 1
  })
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    items: await withCounts(db.read, person, shown, now),
    next: rows.length > limit && last !== undefined ? cursorOf([last.startsAt, last.id]) : null
  }
}

/** The cohorts somebody may see whose name or course has every word that was typed, in whatever order, the latest to start first.
 * @param input.nearly whether words that sound alike will do as well */
export async function findCohorts (db: Database, world: World, person: Person, input: { readonly typed: string, readonly nearly: boolean, readonly limit: number }): Promise<Cohort[]> {
  const reach = reachOf(person)
  const now = world.now().toISOString()
  const rows = await selectCohorts(db.read, { of: reach.reach === 'everything' ? null : reach, state: null, course: null, now, after: null, limit: null })
  const has = lineHas(input.typed, input.nearly)
  const found = rows.filter(({ name, course }) => has(wordLine(name, course.title, course.slug)))
  return await withCounts(db.read, person, found.slice(0, input.limit), now)
}

/** Two queries whatever the length of the list, three for somebody who sees some cohorts in full and others in part. */
async function withCounts (tx: Tx, person: Person, rows: readonly CohortRow[], now: string): Promise<Cohort[]> {
  const named = await selectInstructorsOfCohorts(tx, rows.map(({ id }) => id))
  const instructors = new Map(rows.map(({ id }) => [id, named.filter(({ cohortId }) => cohortId === id).map(({ id, name }) => ({ id, name }))]))
  const whole: string[] = []
  const part: string[] = []
  let countries: readonly string[] = []
  for (const { id } of rows) {
    const sight = sightOf(person, { instructorIds: (instructors.get(id) ?? []).map(({ id }) => id) })
    if (sight.sees === 'everyone') whole.push(id)
    if (sight.sees === 'countries') {
      part.push(id)
      countries = sight.countries
    }
  }
  const sums = new Map([...await sumsByCohort(tx, whole, null), ...await sumsByCohort(tx, part, countries)])
  return rows.map((row) => cohortOf(row, instructors.get(row.id) ?? [], countsOf(sums.get(row.id)), now))
}

export function cohortOf ({ id, name, startsAt, endsAt, seats, timeZone, createdAt, course }: CohortRow, instructors: readonly Named[], counts: Counts, now: string): Cohort {
  return { id, name, startsAt, endsAt, seats, timeZone, createdAt, course, state: stateOf({ startsAt, endsAt }, now), instructors, counts }
}

/** @throws Refusal not-found when there is no such cohort, or it is not the person's to know of */
export async function getCohort (db: Database, world: World, person: Person, id: string): Promise<Cohort> {
  const { cohort, instructors, countries } = await seenCohort(db.read, person, id)
  const sums = await sumsByCohort(db.read, [id], countries)
  return cohortOf(cohort, instructors, countsOf(sums.get(id)), world.now().toISOString())
}

/** A cohort as one person sees it. */
export interface Seen {
  readonly cohort: CohortRow
  readonly instructors: readonly Named[]
  /** Only people of these may be shown; null for everybody. */
  readonly countries: readonly string[] | null
}

/** @throws Refusal not-found */
export async function seenCohort (tx: Tx, person: Person, id: string): Promise<Seen> {
  const cohort = await selectOptionalCohort(tx, id)
  if (cohort === undefined) throw new Refusal('not-found')
  const instructors = await selectInstructors(tx, id)
  const sight = sightOf(person, { instructorIds: instructors.map(({ id }) => id) })
  switch (sight.sees) {
    case 'everyone': return { cohort, instructors, countries: null }
    case 'nothing': throw new Refusal('not-found')
    case 'countries': {
      // A cohort without anybody of their country is none of theirs.
      const theirs = await sumsByCountry(tx, id, sight.countries)
      if (theirs.length === 0) throw new Refusal('not-found')
      return { cohort, instructors, countries: sight.countries }
    }
  }
}

/** @throws Refusal not-found when the person may not know of the cohort, not-allowed when they may only read it */
export async function managedCohort (tx: Tx, person: Person, id: string): Promise<CohortRow> {
  const { cohort, instructors } = await seenCohort(tx, person, id)
  if (!canManageCohort(person, { instructorIds: instructors.map(({ id }) => id) })) throw new Refusal('not-allowed')
  return cohort
}

/** Assigning twice changes nothing.
 * @throws Refusal not-allowed; not-found for an unknown cohort, or a person who is no instructor */
export async function assignInstructor (db: Database, world: World, person: Person, cohortId: string, instructorId: string): Promise<void> {
  assertAdministrator(person)
  await db.write(async (tx) => {
    await managedCohort(tx, person, cohortId)
    if ((await selectPeopleWhoInstruct(tx, [instructorId])).length === 0) throw new Refusal('not-found')
    await assign(tx, world, person, cohortId, instructorId)
  })
}

/** Removing somebody who does not instruct it changes nothing.
 * @throws Refusal not-allowed, not-found */
export async function removeInstructor (db: Database, world: World, person: Person, cohortId: string, instructorId: string): Promise<void> {
  assertAdministrator(person)
  await db.write(async (tx) => {
    await managedCohort(tx, person, cohortId)
    if (!await deleteInstructor(tx, cohortId, instructorId)) return
    await audit(tx, world, { actorId: person.id, action: 'cohort.instructor-removed', subjectType: 'cohort', subjectId: cohortId, detail: { personId: instructorId } })
  })
}

async function assign (tx: Tx, world: World, person: Pick<Person, 'id'>, cohortId: string, instructorId: string): Promise<void> {
  if (!await insertInstructor(tx, cohortId, instructorId)) return
  await audit(tx, world, { actorId: person.id, action: 'cohort.instructor-assigned', subjectType: 'cohort', subjectId: cohortId, detail: { personId: instructorId } })
}

/** Everybody an administrator may name an instructor. */
export async function listInstructors (db: Database): Promise<readonly Named[]> {
  return await selectPeopleWhoInstruct(db.read, null)
}

/** A cohort runs from its first instant up to its last. */
export function stateOf ({ startsAt, endsAt }: { readonly startsAt: string, readonly endsAt: string }, now: string): CohortState {
  if (now < startsAt) return 'coming'
  return now < endsAt ? 'running' : 'past'
}

const NOBODY: Sums = { enrolled: 0, completed: 0, notStarted: 0, withdrawn: 0, done: 0, total: 0 }

export function countsOf (sums: Sums = NOBODY): Counts {
  return { ...sums, percent: percentOf(sums) }
}

/** 0..100, rounded down. */
export function percentOf ({ done, total }: { readonly done: number, readonly total: number }): number {
  return total === 0 ? 0 : Math.floor(100 * done / total)
}
