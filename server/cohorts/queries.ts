import { sql } from 'kysely'
import type { Tx } from '../db/database.ts'
import type { CohortTable, EnrolmentTable, NoShowTable } from '../db/tables.ts'

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

/** Rows a statement: times at most ten columns, far below the 32,766 values that one SQLite statement may bind. */
const BATCH = 1000

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

// instructors

export interface Named { readonly id: string, readonly name: string }

export async function selectInstructors (tx: Tx, cohortId: string): Promise<Named[]> {
  return await tx.selectFrom('cohort_instructor').innerJoin('person', 'person.id', 'cohort_instructor.person_id')
    .select(['person.id', 'person.name']).where('cohort_id', '=', cohortId).orderBy('person.name').orderBy('person.id').execute()
}

export async function selectInstructorsOfCohorts (tx: Tx, cohortIds: readonly string[]): Promise<Array<Named & { readonly cohortId: string }>> {
  if (cohortIds.length === 0) return []
  return await tx.selectFrom('cohort_instructor').innerJoin('person', 'person.id', 'cohort_instructor.person_id')
    .select(['cohort_id as cohortId', 'person.id', 'person.name']).where('cohort_id', 'in', cohortIds).orderBy('person.name').orderBy('person.id').execute()
}

/** Everybody who may be named an instructor, by name.
 * @param ids only those of these; null for all */
export async function selectPeopleWhoInstruct (tx: Tx, ids: readonly string[] | null): Promise<Named[]> {
  let query = tx.selectFrom('role_grant').innerJoin('person', 'person.id', 'role_grant.person_id')
    .select(['person.id', 'person.name']).where('role', '=', 'instructor').orderBy('person.name').orderBy('person.id')
  if (ids !== null) query = query.where('person.id', 'in', inList(ids))
  return await query.execute()
}

/** Those of these addresses who may be named an instructor, by their address. */
export async function selectInstructorsByEmail (tx: Tx, emails: readonly string[]): Promise<Map<string, string>> {
  const rows = await tx.selectFrom('account').innerJoin('role_grant', 'role_grant.person_id', 'account.person_id')
    .select(['account.email', 'account.person_id as personId']).where('role', '=', 'instructor').where('account.email', 'in', inList(emails)).execute()
  return new Map(rows.map(({ email, personId }) => [email, personId]))
}

/** @returns false when they instruct it already */
export async function insertInstructor (tx: Tx, cohortId: string, personId: string): Promise<boolean> {
  const result = await tx.insertInto('cohort_instructor').values({ cohort_id: cohortId, person_id: personId })
    .onConflict((conflict) => conflict.columns(['cohort_id', 'person_id']).doNothing()).executeTakeFirst()
  return Number(result.numInsertedOrUpdatedRows) > 0
}

/** @returns false when they did not instruct it */
export async function deleteInstructor (tx: Tx, cohortId: string, personId: string): Promise<boolean> {
  const result = await tx.deleteFrom('cohort_instructor').where('cohort_id', '=', cohortId).where('person_id', '=', personId).executeTakeFirst()
  return Number(result.numDeletedRows) > 0
}

// enrolments

export async function selectCountry (tx: Tx, personId: string): Promise<string | null> {
  return (await tx.selectFrom('person').select('country').where('id', '=', personId).executeTakeFirst())?.country ?? null
}

export interface EnrolmentFacts {
  readonly id: string
  readonly cohortId: string
  readonly personId: string
  readonly name: string
  readonly country: string | null
  readonly state: EnrolmentTable['state']
  readonly done: number
  readonly noShowAt: string | null
}

export async function selectOptionalEnrolment (tx: Tx, id: string): Promise<EnrolmentFacts | undefined> {
  return await tx.selectFrom('enrolment').innerJoin('person', 'person.id', 'enrolment.person_id').leftJoin('no_show', 'no_show.enrolment_id', 'enrolment.id')
    .select(['enrolment.id', 'cohort_id as cohortId', 'person_id as personId', 'person.name', 'person.country', 'enrolment.state', 'enrolment.done', 'no_show.at as noShowAt'])
    .where('enrolment.id', '=', id).executeTakeFirst()
}

/** By name. */
export async function selectNames (tx: Tx, cohortId: string, ids: readonly string[]): Promise<Named[]> {
  const names: Named[] = []
  for (const batch of batches(ids)) {
    names.push(...await tx.selectFrom('enrolment').innerJoin('person', 'person.id', 'enrolment.person_id').select(['enrolment.id', 'person.name'])
      .where('cohort_id', '=', cohortId).where('enrolment.id', 'in', batch).orderBy('person.name').orderBy('enrolment.id').execute())
  }
  return names
}

export async function selectOptionalEnrolmentOf (tx: Tx, cohortId: string, personId: string): Promise<{ id: string, state: EnrolmentTable['state'] } | undefined> {
  return await tx.selectFrom('enrolment').select(['id', 'state']).where('cohort_id', '=', cohortId).where('person_id', '=', personId).executeTakeFirst()
}

export interface Known {
  readonly email: string
  readonly personId: string
  readonly name: string
  readonly country: string | null
  readonly deactivated: boolean
  readonly isTrainee: boolean
  readonly enrolmentId: string | null
  /** In this cohort; null when there is none. */
  readonly enrolmentState: EnrolmentTable['state'] | null
}

/** Who there is of a list of addresses, with how they stand to one cohort. */
export async function selectKnown (tx: Tx, cohortId: string, emails: readonly string[]): Promise<Map<string, Known>> {
  const known = new Map<string, Known>()
  for (const batch of batches(emails)) {
    const rows = await tx.selectFrom('account').innerJoin('person', 'person.id', 'account.person_id')
      .leftJoin('enrolment', (join) => join.onRef('enrolment.person_id', '=', 'person.id').on('enrolment.cohort_id', '=', cohortId))
      .leftJoin('role_grant', (join) => join.onRef('role_grant.person_id', '=', 'person.id').on('role_grant.role', '=', 'trainee'))
      .select(['account.email', 'person.id as personId', 'person.name', 'person.country', 'account.state as accountState', 'role_grant.id as grantId', 'enrolment.id as enrolmentId', 'enrolment.state as enrolmentState'])
      .where('account.email', 'in', batch).execute()
    for (const { accountState, grantId, ...row } of rows) {
      known.set(row.email, { ...row, deactivated: accountState === 'deactivated', isTrainee: grantId !== null })
    }
  }
  return known
}

/** Seats are taken by everybody who is not withdrawn, those who did not come among them. */
export async function selectTaken (tx: Tx, cohortId: string): Promise<Map<string, number>> {
  const rows = await tx.selectFrom('enrolment').innerJoin('person', 'person.id', 'enrolment.person_id')
    .select(({ fn }) => ['person.country', fn.countAll<number>().as('taken')])
    .where('cohort_id', '=', cohortId).where('state', '<>', 'withdrawn').groupBy('person.country').execute()
  return new Map(rows.map(({ country, taken }) => [country ?? '', Number(taken)]))
}

export async function selectHeldSeats (tx: Tx, cohortId: string): Promise<Map<string, number>> {
  const rows = await tx.selectFrom('cohort_seat').select(['country', 'seats']).where('cohort_id', '=', cohortId).orderBy('country').execute()
  return new Map(rows.map(({ country, seats }) => [country, seats]))
}

/** In place of whatever was held before. */
export async function replaceHeldSeats (tx: Tx, cohortId: string, held: ReadonlyMap<string, number>): Promise<void> {
  await tx.deleteFrom('cohort_seat').where('cohort_id', '=', cohortId).execute()
  if (held.size > 0) await tx.insertInto('cohort_seat').values([...held].map(([country, seats]) => ({ cohort_id: cohortId, country, seats }))).execute()
}

export async function updateCohort (tx: Tx, cohortId: string, { name, startsAt, endsAt, seats }: { readonly name: string, readonly startsAt: string, readonly endsAt: string, readonly seats: number | null }): Promise<void> {
  await tx.updateTable('cohort').set({ name, starts_at: startsAt, ends_at: endsAt, seats }).where('id', '=', cohortId).execute()
}

export interface SettingsRow {
  readonly language: string | null
  readonly timeZone: string | null
  readonly examDay: string | null
  readonly nominationsUntil: string | null
  /** 0 before the first edit. */
  readonly version: number
}

export async function selectSettings (tx: Tx, cohortId: string): Promise<SettingsRow> {
  const row = await tx.selectFrom('cohort_setting').select(['language', 'time_zone as timeZone', 'exam_day as examDay', 'nominations_until as nominationsUntil', 'version'])
    .where('cohort_id', '=', cohortId).executeTakeFirst()
  return row ?? { language: null, timeZone: null, examDay: null, nominationsUntil: null, version: 0 }
}

/** @returns false when somebody else changed them since `version` */
export async function saveSettings (tx: Tx, cohortId: string, { version, ...settings }: SettingsRow): Promise<boolean> {
  const columns = { language: settings.language, time_zone: settings.timeZone, exam_day: settings.examDay, nominations_until: settings.nominationsUntil, version: version + 1 }
  if (version === 0) {
    const result = await tx.insertInto('cohort_setting').values({ cohort_id: cohortId, ...columns }).onConflict((conflict) => conflict.column('cohort_id').doNothing()).executeTakeFirst()
    return Number(result.numInsertedOrUpdatedRows) === 1
  }
  const result = await tx.updateTable('cohort_setting').set(columns).where('cohort_id', '=', cohortId).where('version', '=', version).executeTakeFirst()
  return Number(result.numUpdatedRows) === 1
}

// those who did not come

/** @returns false when it is marked already */
export async function insertNoShow (tx: Tx, row: NoShowTable): Promise<boolean> {
  const result = await tx.insertInto('no_show').values(row).onConflict((conflict) => conflict.column('enrolment_id').doNothing()).executeTakeFirst()
  return Number(result.numInsertedOrUpdatedRows) === 1
}

/** @returns false when it was not marked */
export async function deleteNoShow (tx: Tx, enrolmentId: string): Promise<boolean> {
  const result = await tx.deleteFrom('no_show').where('enrolment_id', '=', enrolmentId).executeTakeFirst()
  return Number(result.numDeletedRows) === 1
}

export async function countNoShows (tx: Tx, cohortId: string, countries: readonly string[] | null): Promise<number> {
  let query = tx.selectFrom('no_show').innerJoin('enrolment', 'enrolment.id', 'no_show.enrolment_id').innerJoin('person', 'person.id', 'enrolment.person_id')
    .select(({ fn }) => fn.countAll<number>().as('count')).where('cohort_id', '=', cohortId).where('state', '<>', 'withdrawn')
  if (countries !== null) query = query.where('person.country', 'in', inList(countries))
  return Number((await query.executeTakeFirstOrThrow()).count)
}

// moving to another cohort

/** @returns false when it is of another state meanwhile */
export async function moveEnrolmentRow (tx: Tx, id: string, cohortId: string): Promise<boolean> {
  const result = await tx.updateTable('enrolment').set({ cohort_id: cohortId }).where('id', '=', id).where('state', '=', 'active').executeTakeFirst()
  return Number(result.numUpdatedRows) === 1
}

export async function existsOpenAttempt (tx: Tx, enrolmentId: string): Promise<boolean> {
  return await tx.selectFrom('attempt').select('id').where('enrolment_id', '=', enrolmentId).where('state', '=', 'open').limit(1).executeTakeFirst() !== undefined
}

/** What was done in one enrolment, brought into another: only these activities, and the last of them left out where there are more
 * than `most`: whoever has done everything by a move would have completed without anybody's doing.
 * @returns how many there were */
export async function copyDone (tx: Tx, from: string, to: string, keys: readonly string[], most: number): Promise<number> {
  const rows = await tx.selectFrom('activity_done').select(['activity_key', 'kind', 'at']).where('enrolment_id', '=', from).where('activity_key', 'in', inList(keys))
    .orderBy('at').limit(most).execute()
  if (rows.length > 0) await tx.insertInto('activity_done').values(rows.map((row) => ({ enrolment_id: to, ...row }))).execute()
  return rows.length
}

export async function setDone (tx: Tx, enrolmentId: string, done: number, activeAt: string | null): Promise<void> {
  await tx.updateTable('enrolment').set({ done, active_at: activeAt }).where('id', '=', enrolmentId).execute()
}

export async function insertEnrolments (tx: Tx, rows: readonly EnrolmentTable[]): Promise<void> {
  for (const batch of batches(rows)) await tx.insertInto('enrolment').values(batch).execute()
}


/** Everybody with a seat in a cohort, by name, as a list that can be sent has them. */
export async function selectEnrolledList (tx: Tx, cohortId: string): Promise<Array<{ readonly name: string, readonly email: string, readonly country: string | null, readonly agency: string | null, readonly rank: string | null, readonly locale: string }>> {
  return await tx.selectFrom('enrolment').innerJoin('person', 'person.id', 'enrolment.person_id').innerJoin('account', 'account.person_id', 'person.id')
    .select(['person.name', 'account.email', 'person.country', 'person.agency', 'person.rank', 'person.locale'])
    .where('cohort_id', '=', cohortId).where('enrolment.state', '<>', 'withdrawn').orderBy('person.name').orderBy('enrolment.id').execute()
}

/** @returns false when it was not in state `from` */
export async function updateEnrolmentState (tx: Tx, id: string, from: EnrolmentTable['state'], to: EnrolmentTable['state']): Promise<boolean> {
  const result = await tx.updateTable('enrolment').set({ state: to }).where('id', '=', id).where('state', '=', from).executeTakeFirst()
  return Number(result.numUpdatedRows) === 1
}

// progress

export interface TraineeRow {
  readonly enrolmentId: string
  readonly personId: string
  readonly name: string
  readonly country: string | null
  readonly agency: string | null
  readonly state: EnrolmentTable['state']
  readonly enrolledAt: string
  readonly activeAt: string | null
  readonly done: number
  readonly total: number
  /** Of the certificate that stands; null when there is none, or it was revoked. */
  readonly certificateSerial: string | null
  /** Since when it is marked that they did not come; null when it is not. */
  readonly noShowAt: string | null
}

export interface TraineesFilter {
  readonly countries: readonly string[] | null
  readonly state: 'enrolled' | 'active' | 'not-started' | 'completed' | 'withdrawn' | 'no-show' | null
  readonly after: { readonly name: string, readonly id: string } | null
  /** null for all. */
  readonly limit: number | null
}

/** By name. */
export async function selectTrainees (tx: Tx, cohortId: string, filter: TraineesFilter): Promise<TraineeRow[]> {
  const { countries, state, after, limit } = filter
  let query = tx.selectFrom('enrolment').innerJoin('person', 'person.id', 'enrolment.person_id')
    .leftJoin('certificate', (join) => join.onRef('certificate.enrolment_id', '=', 'enrolment.id').on('certificate.revoked_at', 'is', null))
    .leftJoin('no_show', 'no_show.enrolment_id', 'enrolment.id')
    .select([
      'enrolment.id as enrolmentId', 'enrolment.person_id as personId', 'person.name', 'person.country', 'person.agency', 'enrolment.state',
      'enrolled_at as enrolledAt', 'active_at as activeAt', 'done', 'total', 'certificate.serial as certificateSerial', 'no_show.at as noShowAt'
    ])
    .where('cohort_id', '=', cohortId).orderBy('person.name').orderBy('enrolment.id')
  if (limit !== null) query = query.limit(limit)
  if (countries !== null) query = query.where('person.country', 'in', inList(countries))
  if (state === 'enrolled') query = query.where('enrolment.state', '<>', 'withdrawn')
  else if (state === 'no-show') query = query.where('no_show.at', 'is not', null).where('enrolment.state', '<>', 'withdrawn')
  else if (state === 'not-started') query = query.where('enrolment.state', '=', 'active').where('active_at', 'is', null)
  else if (state !== null) query = query.where('enrolment.state', '=', state)
  if (after !== null) {
    query = query.where((where) => where.or([
      where('person.name', '>', after.name),
      where.and([where('person.name', '=', after.name), where('enrolment.id', '>', after.id)])
    ]))
  }
  return await query.execute()
}

/** A quiz and the number of its last attempt. */
export interface AttemptLimit { readonly quizKey: string, readonly attempts: number }

/** Enrolments whose last attempt of a limited quiz is graded while the quiz is not passed. Attempts are numbered from 1
 * without gaps, so the last is found by its number, and one that is passed stands in `activity_done`. Whoever is allowed more
 * attempts at this moment has used them up by those.
 * @returns the quizzes, by the enrolment */
export async function selectUsedUp (tx: Tx, cohortId: string, limits: readonly AttemptLimit[], at: string): Promise<Map<string, string[]>> {
  const used = new Map<string, string[]>()
  for (const { quizKey, attempts } of limits) {
    const rows = await tx.selectFrom('enrolment')
      .innerJoin('attempt', (join) => join.onRef('attempt.enrolment_id', '=', 'enrolment.id').on('quiz_key', '=', quizKey)
        .on('number', '=', sql<number>`${attempts} + coalesce((select max(extra_attempts) from accommodation where accommodation.person_id = enrolment.person_id
          and accommodation.starts_at <= ${at} and (accommodation.ends_at is null or accommodation.ends_at > ${at}) and accommodation.ended_at is null), 0)`))
      .leftJoin('activity_done', (join) => join.onRef('activity_done.enrolment_id', '=', 'enrolment.id').on('activity_key', '=', quizKey))
      .select('enrolment.id').where('cohort_id', '=', cohortId).where('enrolment.state', '=', 'active')
      .where('attempt.state', '=', 'graded').where('activity_done.enrolment_id', 'is', null).execute()
    for (const { id } of rows) used.set(id, [...used.get(id) ?? [], quizKey])
  }
  return used
}

/** `in ()` is no SQL; no id or country is empty. */
function inList (values: readonly string[]): readonly string[] {
  return values.length > 0 ? values : ['']
}

function * batches<T> (items: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < items.length; from += BATCH) yield items.slice(from, from + BATCH)
}
