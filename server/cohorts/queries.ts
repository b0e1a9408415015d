import { sql } from 'kysely'
import type { Tx } from '../db/database.ts'
import { inList } from '../db/lists.ts'
import type { CohortTable } from '../db/tables/cohorts.ts'

export interface CohortRow {
  readonly id: string
  readonly name: string
  readonly startsAt: string
  readonly endsAt: string
  readonly seats: number | null
  /** IANA; in it its days are days. Null: the programme's. */
  readonly timeZone: string | null
  readonly createdAt: string
  readonly versionId: string
  readonly course: { readonly slug: string, readonly title: string, readonly version: number }
}

/** Sums over enrolments that are not withdrawn; `withdrawn` counts the others. */
export interface Sums {
  readonly enrolled: number
  readonly completed: number
  /** Active, and nothing done yet. */
  readonly notStarted: number
  readonly withdrawn: number
  /** Activities done, and activities there are, over all who are enrolled. */
  readonly done: number
  readonly total: number
}

export type CohortState = 'running' | 'coming' | 'past'

function cohorts (tx: Tx) {
  return tx.selectFrom('cohort')
    .innerJoin('course_version', 'course_version.id', 'cohort.course_version_id')
    .innerJoin('course', 'course.id', 'course_version.course_id')
    .leftJoin('cohort_setting', 'cohort_setting.cohort_id', 'cohort.id')
    .select([
      'cohort.id', 'cohort.name', 'starts_at as startsAt', 'ends_at as endsAt', 'seats', 'time_zone as timeZone', 'cohort.created_at as createdAt',
      'course_version_id as versionId', 'course.slug', 'course_version.title', 'course_version.number'
    ])
}

interface FlatCohort extends Omit<CohortRow, 'course'> { readonly slug: string, readonly title: string, readonly number: number }

function unflat ({ slug, title, number, ...cohort }: FlatCohort): CohortRow {
  return { ...cohort, course: { slug, title, version: number } }
}

export async function selectOptionalCohort (tx: Tx, id: string): Promise<CohortRow | undefined> {
  const row = await cohorts(tx).where('cohort.id', '=', id).executeTakeFirst()
  return row === undefined ? undefined : unflat(row)
}

/** Whose cohorts: `instructorId`'s own and those with people of `countries`; null for all. */
export interface CohortsFilter {
  readonly of: { readonly instructorId: string | null, readonly countries: readonly string[] } | null
  readonly state: CohortState | null
  /** A course by its slug. */
  readonly course: string | null
  readonly now: string
  /** The last one seen. */
  readonly after: { readonly startsAt: string, readonly id: string } | null
  /** Null for all. */
  readonly limit: number | null
}

/** The latest to start first. */
export async function selectCohorts (tx: Tx, filter: CohortsFilter): Promise<CohortRow[]> {
  let query = cohorts(tx).orderBy('starts_at', 'desc').orderBy('cohort.id', 'desc')
  const { of, state, course, now, after, limit } = filter
  if (of !== null) {
    query = query.where((where) => where.or([
      where.exists(where.selectFrom('cohort_instructor').select('cohort_id')
        .whereRef('cohort_id', '=', 'cohort.id').where('person_id', '=', of.instructorId ?? '')),
      where.exists(where.selectFrom('enrolment').innerJoin('person', 'person.id', 'enrolment.person_id').select('enrolment.id')
        .whereRef('cohort_id', '=', 'cohort.id').where('person.country', 'in', inList(of.countries)))
    ]))
  }
  if (limit !== null) query = query.limit(limit)
  if (course !== null) query = query.where('course.slug', '=', course)
  if (state === 'running') query = query.where('starts_at', '<=', now).where('ends_at', '>', now)
  if (state === 'coming') query = query.where('starts_at', '>', now)
  if (state === 'past') query = query.where('ends_at', '<=', now)
  if (after !== null) {
    query = query.where((where) => where.or([
      where('starts_at', '<', after.startsAt),
      where.and([where('starts_at', '=', after.startsAt), where('cohort.id', '<', after.id)])
    ]))
  }
  return (await query.execute()).map(unflat)
}

const one = (condition: ReturnType<typeof sql<boolean>>) => sql<number>`coalesce(sum(case when ${condition} then 1 else 0 end), 0)`

const SUMS = [
  one(sql`state <> 'withdrawn'`).as('enrolled'),
  one(sql`state = 'completed'`).as('completed'),
  one(sql`state = 'active' and active_at is null`).as('notStarted'),
  one(sql`state = 'withdrawn'`).as('withdrawn'),
  sql<number>`coalesce(sum(case when state <> 'withdrawn' then done else 0 end), 0)`.as('done'),
  sql<number>`coalesce(sum(case when state <> 'withdrawn' then total else 0 end), 0)`.as('total')
] as const

/** @param countries only people of these; null for everybody
 * @returns by cohort; one that nobody is enrolled in is not there */
export async function sumsByCohort (tx: Tx, cohortIds: readonly string[], countries: readonly string[] | null): Promise<Map<string, Sums>> {
  if (cohortIds.length === 0) return new Map()
  let query = tx.selectFrom('enrolment').select('cohort_id as cohortId').select(SUMS).where('cohort_id', 'in', cohortIds).groupBy('cohort_id')
  if (countries !== null) {
    query = query.where('person_id', 'in', (where) => where.selectFrom('person').select('person.id').where('country', 'in', inList(countries)))
  }
  return new Map((await query.execute()).map(({ cohortId, ...sums }) => [cohortId, numbers(sums)]))
}

/** One cohort by the countries of its people. */
export async function sumsByCountry (tx: Tx, cohortId: string, countries: readonly string[] | null): Promise<Array<Sums & { readonly country: string | null }>> {
  let query = tx.selectFrom('enrolment').innerJoin('person', 'person.id', 'enrolment.person_id')
    .select('person.country').select(SUMS).where('cohort_id', '=', cohortId).groupBy('person.country')
  if (countries !== null) query = query.where('person.country', 'in', inList(countries))
  return (await query.execute()).map(({ country, ...sums }) => ({ country, ...numbers(sums) }))
}

/** PostgreSQL answers sums as text. */
function numbers (sums: { readonly [Name in keyof Sums]: number | string }): Sums {
  return {
    enrolled: Number(sums.enrolled),
    completed: Number(sums.completed),
    notStarted: Number(sums.notStarted),
    withdrawn: Number(sums.withdrawn),
    done: Number(sums.done),
    total: Number(sums.total)
  }
}

export async function insertCohort (tx: Tx, row: CohortTable): Promise<void> {
  await tx.insertInto('cohort').values(row).execute()
}

/** Whether a course has a cohort of this name that begins at this instant. */
export async function existsCohort (tx: Tx, { course, name, startsAt }: { readonly course: string, readonly name: string, readonly startsAt: string }): Promise<boolean> {
  return await tx.selectFrom('cohort').innerJoin('course_version', 'course_version.id', 'cohort.course_version_id').innerJoin('course', 'course.id', 'course_version.course_id')
    .select('cohort.id').where('course.slug', '=', course).where('cohort.name', '=', name).where('starts_at', '=', startsAt).limit(1).executeTakeFirst() !== undefined
}

export async function updateCohort (tx: Tx, cohortId: string, { name, startsAt, endsAt, seats }: { readonly name: string, readonly startsAt: string, readonly endsAt: string, readonly seats: number | null }): Promise<void> {
  await tx.updateTable('cohort').set({ name, starts_at: startsAt, ends_at: endsAt, seats }).where('id', '=', cohortId).execute()
}
