import type { Tx } from '../db/database.ts'
import { prepared, preparedChange, type Value } from '../db/prepared.ts'
import type { EnrolmentTable } from '../db/tables/cohorts.ts'
import type { AttemptResult } from '../quiz/quiz.ts'

export interface Enrolment {
  readonly id: string
  readonly personId: string
  readonly state: EnrolmentTable['state']
  readonly enrolledAt: string
  readonly completedAt: string | null
  readonly done: number
  readonly total: number
  readonly cohort: { readonly id: string, readonly name: string, readonly startsAt: string, readonly endsAt: string, /** Null: the programme's. */ readonly timeZone: string | null }
  readonly courseVersionId: string
  readonly person: { readonly name: string, readonly country: string | null }
  readonly certificateSerial: string | null
}

function enrolments (tx: Tx) {
  return tx.selectFrom('enrolment')
    .innerJoin('cohort', 'cohort.id', 'enrolment.cohort_id').leftJoin('cohort_setting', 'cohort_setting.cohort_id', 'enrolment.cohort_id')
    .innerJoin('person', 'person.id', 'enrolment.person_id')
    .leftJoin('certificate', (join) => join.onRef('certificate.enrolment_id', '=', 'enrolment.id').on('certificate.revoked_at', 'is', null))
    .select([
      'enrolment.id', 'enrolment.person_id as personId', 'enrolment.state', 'enrolment.enrolled_at as enrolledAt',
      'enrolment.completed_at as completedAt', 'enrolment.done', 'enrolment.total', 'cohort.id as cohortId',
      'cohort.name as cohortName', 'cohort.starts_at as startsAt', 'cohort.ends_at as endsAt', 'cohort_setting.time_zone as timeZone',
      'cohort.course_version_id as courseVersionId', 'person.name as personName', 'person.country as personCountry',
      'certificate.serial as certificateSerial'
    ])
}

type Row = Awaited<ReturnType<ReturnType<typeof enrolments>['execute']>>[number]

function enrolmentOf (row: Row): Enrolment {
  return {
    id: row.id,
    personId: row.personId,
    state: row.state,
    enrolledAt: row.enrolledAt,
    completedAt: row.completedAt,
    done: row.done,
    total: row.total,
    cohort: { id: row.cohortId, name: row.cohortName, startsAt: row.startsAt, endsAt: row.endsAt, timeZone: row.timeZone },
    courseVersionId: row.courseVersionId,
    person: { name: row.personName, country: row.personCountry },
    certificateSerial: row.certificateSerial
  }
}

export async function selectOptionalEnrolment (tx: Tx, id: string): Promise<Enrolment | undefined> {
  const [row] = await enrolmentById(tx, { id })
  return row === undefined ? undefined : enrolmentOf(row)
}

const enrolmentById = prepared((tx, value: Value<{ id: string }>) => enrolments(tx).where('enrolment.id', '=', value('id')))

/** @throws Error for an enrolment that is not there */
export async function selectProgress (tx: Tx, id: string): Promise<Pick<Enrolment, 'done' | 'total' | 'certificateSerial'>> {
  const [row] = await progressById(tx, { id })
  if (row === undefined) throw new Error(`no enrolment ${id}`)
  return row
}

const progressById = prepared((tx, value: Value<{ id: string }>) => tx.selectFrom('enrolment')
  .leftJoin('certificate', (join) => join.onRef('certificate.enrolment_id', '=', 'enrolment.id').on('certificate.revoked_at', 'is', null))
  .select(['done', 'total', 'certificate.serial as certificateSerial']).where('enrolment.id', '=', value('id')))

/** One person's enrolments, the latest cohort first. */
export async function selectEnrolmentsOf (tx: Tx, personId: string): Promise<Enrolment[]> {
  return (await enrolmentsByPerson(tx, { personId })).map(enrolmentOf)
}

const enrolmentsByPerson = prepared((tx, value: Value<{ personId: string }>) => enrolments(tx)
  .where('enrolment.person_id', '=', value('personId')).where('enrolment.state', '!=', 'withdrawn')
  .orderBy('cohort.starts_at', 'desc').orderBy('enrolment.id'))

export async function selectInstructorIds (tx: Tx, cohortId: string): Promise<string[]> {
  return (await instructorsByCohort(tx, { cohortId })).map(({ personId }) => personId)
}

const instructorsByCohort = prepared((tx, value: Value<{ cohortId: string }>) => tx.selectFrom('cohort_instructor')
  .select('person_id as personId').where('cohort_id', '=', value('cohortId')))

export async function selectDoneKeys (tx: Tx, enrolmentId: string): Promise<Set<string>> {
  return new Set((await doneByEnrolment(tx, { enrolmentId })).map(({ key }) => key))
}

const doneByEnrolment = prepared((tx, value: Value<{ enrolmentId: string }>) => tx.selectFrom('activity_done')
  .select('activity_key as key').where('enrolment_id', '=', value('enrolmentId')))

/** @returns false when it was done before */
export async function insertActivityDone (tx: Tx, row: { enrolmentId: string, key: string, kind: 'lesson' | 'quiz', at: string }): Promise<boolean> {
  return await newActivityDone(tx, row) > 0
}

const newActivityDone = preparedChange((tx, value: Value<{ enrolmentId: string, key: string, kind: 'lesson' | 'quiz', at: string }>) => tx.insertInto('activity_done')
  .values({ enrolment_id: value('enrolmentId'), activity_key: value('key'), kind: value('kind'), at: value('at') })
  .onConflict((conflict) => conflict.columns(['enrolment_id', 'activity_key']).doNothing()))

export async function updateActive (tx: Tx, enrolmentId: string, at: string): Promise<void> {
  await activeAt(tx, { enrolmentId, at })
}

const activeAt = preparedChange((tx, value: Value<{ enrolmentId: string, at: string }>) => tx.updateTable('enrolment')
  .set({ active_at: value('at') }).where('id', '=', value('enrolmentId')))

export async function addDone (tx: Tx, enrolmentId: string, at: string): Promise<void> {
  await oneMoreDone(tx, { enrolmentId, at })
}

const oneMoreDone = preparedChange((tx, value: Value<{ enrolmentId: string, at: string }>) => tx.updateTable('enrolment')
  .set((set) => ({ done: set('done', '+', 1), active_at: value('at') })).where('id', '=', value('enrolmentId')))

/** @returns false when another request completed it first, or it was withdrawn */
export async function completeEnrolment (tx: Tx, enrolmentId: string, at: string): Promise<boolean> {
  return await completed(tx, { enrolmentId, at }) === 1
}

const completed = preparedChange((tx, value: Value<{ enrolmentId: string, at: string }>) => tx.updateTable('enrolment')
  .set({ state: 'completed', completed_at: value('at') }).where('id', '=', value('enrolmentId')).where('state', '=', 'active'))

export interface QuizStanding {
  readonly quizKey: string
  readonly used: number
  readonly openAttemptId: string | null
  readonly openDueAt: string | null
  /** of every attempt, the first first */
  readonly results: readonly AttemptResult[]
}

/** How far each quiz of an enrolment has come. */
export async function selectQuizStandings (tx: Tx, enrolmentId: string): Promise<QuizStanding[]> {
  const rows = await attemptsByEnrolment(tx, { enrolmentId })
  const standings = new Map<string, QuizStanding>()
  for (const row of rows) {
    const before = standings.get(row.quizKey)
    const open = row.state === 'open'
    standings.set(row.quizKey, {
      quizKey: row.quizKey,
      used: (before?.used ?? 0) + 1,
      openAttemptId: open ? row.id : before?.openAttemptId ?? null,
      openDueAt: open ? row.dueAt : before?.openDueAt ?? null,
      results: [...before?.results ?? [], { number: row.number, state: row.state, percent: row.percent, passed: row.passed === null ? null : row.passed === 1 }]
    })
  }
  return [...standings.values()]
}

const attemptsByEnrolment = prepared((tx, value: Value<{ enrolmentId: string }>) => tx.selectFrom('attempt')
  .select(['id', 'quiz_key as quizKey', 'number', 'state', 'due_at as dueAt', 'percent', 'passed']).where('enrolment_id', '=', value('enrolmentId')).orderBy('number'))

/** A cohort that has a version of a course. */
export interface CohortOnVersion {
  readonly id: string
  readonly name: string
  readonly startsAt: string
  readonly endsAt: string
  readonly versionId: string
  readonly version: number
  readonly enrolled: number
}

/** Cohorts of a course, the latest to start first.
 * @param instructorId only those of this instructor; null for all */
export async function selectCohortsOfCourse (tx: Tx, slug: string, instructorId: string | null): Promise<CohortOnVersion[]> {
  let query = tx.selectFrom('cohort').innerJoin('course_version', 'course_version.id', 'cohort.course_version_id').innerJoin('course', 'course.id', 'course_version.course_id')
    .select(['cohort.id', 'cohort.name', 'starts_at as startsAt', 'ends_at as endsAt', 'course_version.id as versionId', 'course_version.number as version'])
    .select(({ selectFrom }) => selectFrom('enrolment').select(({ fn }) => fn.countAll().as('count')).whereRef('cohort_id', '=', 'cohort.id').where('state', '!=', 'withdrawn').as('enrolled'))
    .where('course.slug', '=', slug).orderBy('starts_at', 'desc').orderBy('cohort.id', 'desc')
  if (instructorId !== null) query = query.where('cohort.id', 'in', (of) => of.selectFrom('cohort_instructor').select('cohort_id').where('person_id', '=', instructorId))
  return (await query.execute()).map((row) => ({ ...row, enrolled: Number(row.enrolled) }))
}

/** @returns false when the cohort has another version than was seen */
export async function updateCohortVersion (tx: Tx, cohortId: string, from: string, to: string): Promise<boolean> {
  const result = await tx.updateTable('cohort').set({ course_version_id: to }).where('id', '=', cohortId).where('course_version_id', '=', from).executeTakeFirst()
  return Number(result.numUpdatedRows) === 1
}

/** Attempts that were sat on the version that their cohort leaves keep it. */
export async function keepVersionOfAttempts (tx: Tx, cohortId: string, versionId: string): Promise<void> {
  await tx.updateTable('attempt').set({ course_version_id: versionId }).where('course_version_id', 'is', null)
    .where('enrolment_id', 'in', (of) => of.selectFrom('enrolment').select('id').where('cohort_id', '=', cohortId)).execute()
}

/** Counts what is done anew for those who have not completed, by the activities there now are. */
export async function recountDone (tx: Tx, cohortId: string, keys: readonly string[]): Promise<void> {
  await tx.updateTable('enrolment').set(({ selectFrom, fn, lit }) => ({
    total: keys.length,
    done: fn.coalesce(selectFrom('activity_done').select(({ fn }) => fn.countAll<number>().as('count')).whereRef('enrolment_id', '=', 'enrolment.id').where('activity_key', 'in', [...keys]), lit(0))
  })).where('cohort_id', '=', cohortId).where('state', '!=', 'completed').execute()
}

export interface StandingEnrolment { readonly id: string, readonly personId: string, readonly state: EnrolmentTable['state'], readonly done: number, readonly total: number }

export async function selectEnrolmentsIn (tx: Tx, cohortId: string): Promise<StandingEnrolment[]> {
  return await tx.selectFrom('enrolment').select(['id', 'person_id as personId', 'state', 'done', 'total']).where('cohort_id', '=', cohortId).orderBy('id').execute()
}

/** How many attempts of each quiz a cohort has. */
export async function countAttemptsByQuiz (tx: Tx, cohortId: string): Promise<Map<string, { readonly all: number, readonly open: number }>> {
  const rows = await tx.selectFrom('attempt').innerJoin('enrolment', 'enrolment.id', 'attempt.enrolment_id').where('cohort_id', '=', cohortId)
    .select(({ fn }) => ['quiz_key as key', 'attempt.state', fn.countAll().as('count')]).groupBy(['quiz_key', 'attempt.state']).execute()
  const counts = new Map<string, { all: number, open: number }>()
  for (const { key, state, count } of rows) {
    const before = counts.get(key) ?? { all: 0, open: 0 }
    counts.set(key, { all: before.all + Number(count), open: before.open + (state === 'open' ? Number(count) : 0) })
  }
  return counts
}

/** Somebody who has passed and was never issued a certificate. */
export interface Uncertified {
  readonly id: string
  readonly personId: string
  readonly name: string
  readonly country: string | null
  readonly cohortId: string
  readonly cohort: string
  readonly course: string
  readonly courseVersionId: string
  readonly state: 'active' | 'completed'
}

/** Those who have done everything, the oldest enrolment first. @param cohortId null for every cohort */
export async function selectUncertified (tx: Tx, cohortId: string | null, limit: number): Promise<Uncertified[]> {
  let query = tx.selectFrom('enrolment').innerJoin('person', 'person.id', 'enrolment.person_id').innerJoin('cohort', 'cohort.id', 'enrolment.cohort_id')
    .innerJoin('course_version', 'course_version.id', 'cohort.course_version_id')
    .select(['enrolment.id', 'person_id as personId', 'person.name', 'person.country', 'cohort_id as cohortId', 'cohort.name as cohort', 'course_version.title as course', 'course_version.id as courseVersionId', 'state'])
    .where((where) => where.or([where('state', '=', 'completed'), where.and([where('state', '=', 'active'), where('total', '>', 0), where('done', '>=', where.ref('total'))])]))
    .where('person.erased_at', 'is', null)
    .where(({ not, exists, selectFrom }) => not(exists(selectFrom('certificate').select('certificate.id').whereRef('certificate.person_id', '=', 'enrolment.person_id').whereRef('certificate.enrolment_id', '=', 'enrolment.id'))))
    .orderBy('enrolment.id').limit(limit)
  if (cohortId !== null) query = query.where('cohort_id', '=', cohortId)
  return (await query.execute()).map(({ state, ...row }) => ({ ...row, state: state === 'active' ? state : 'completed' }))
}

/** Of some enrolments, those that were issued a certificate, standing or not. */
export async function selectCertified (tx: Tx, enrolmentIds: readonly string[]): Promise<Set<string>> {
  if (enrolmentIds.length === 0) return new Set()
  return new Set((await tx.selectFrom('certificate').select('enrolment_id as id').where('enrolment_id', 'in', [...enrolmentIds]).execute()).map(({ id }) => id))
}

/** The serial of a certificate that some records hold of a course and that is valid after an instant. */
export async function selectHeldLonger (tx: Tx, personIds: readonly string[], courseSlug: string, after: string): Promise<string | null> {
  const row = await tx.selectFrom('certificate').select('serial').where('person_id', 'in', [...personIds]).where('course_slug', '=', courseSlug).where('revoked_at', 'is', null)
    .where((where) => where.or([where('expires_at', 'is', null), where('expires_at', '>', after)])).executeTakeFirst()
  return row?.serial ?? null
}

/** People of a country whose names are alike, under other addresses. */
export async function selectNamesakes (tx: Tx, key: string, country: string, email: string): Promise<Array<{ readonly id: string, readonly name: string }>> {
  return await tx.selectFrom('person').leftJoin('account', 'account.person_id', 'person.id').select(['person.id', 'person.name'])
    .where('name_key', '=', key).where('country', '=', country).where('merged_into', 'is', null).where((where) => where.or([where('account.email', 'is', null), where('account.email', '<>', email)])).limit(5).execute()
}
