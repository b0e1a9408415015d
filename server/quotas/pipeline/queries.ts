import { sql, type SqlBool } from 'kysely'
import type { Tx } from '../../db/database.ts'
import type { Stage } from '../forecast.ts'

/** Somebody in a cohort that has not ended, or nominated for it, without a certificate of it. */
export interface OnTheWay {
  readonly stage: Stage
  readonly cohortId: string
  readonly cohort: string
  readonly endsAt: string
  readonly course: string
  /** Null for somebody who is only nominated and has no record. */
  readonly personId: string | null
  readonly enrolmentId: string | null
  readonly name: string
  readonly country: string | null
  readonly agency: string | null
}

/** Everybody on the way in cohorts that end from `from` on, before `until`, by name. */
export async function selectOnTheWay (tx: Tx, from: string, until: string): Promise<OnTheWay[]> {
  const enrolled = await tx.selectFrom('cohort').innerJoin('enrolment', 'enrolment.cohort_id', 'cohort.id').innerJoin('person', 'person.id', 'enrolment.person_id')
    .innerJoin('course_version', 'course_version.id', 'cohort.course_version_id').innerJoin('course', 'course.id', 'course_version.course_id')
    .select((select) => [
      'cohort.id as cohortId', 'cohort.name as cohort', 'cohort.ends_at as endsAt', 'course.slug as course', 'person.id as personId', 'enrolment.id as enrolmentId',
      'person.name', 'person.country', 'person.agency', 'enrolment.active_at as activeAt',
      select.exists(select.selectFrom('attempt').select('attempt.id').whereRef('attempt.enrolment_id', '=', 'enrolment.id').where('attempt.passed', '=', 1)).as('passed')
    ])
    .where('cohort.ends_at', '>=', from).where('cohort.ends_at', '<', until).where('enrolment.state', '=', 'active').where('person.erased_at', 'is', null)
    .orderBy('person.name').orderBy('enrolment.id').execute()
  const nominated = await tx.selectFrom('cohort').innerJoin('nomination', 'nomination.cohort_id', 'cohort.id')
    .innerJoin('course_version', 'course_version.id', 'cohort.course_version_id').innerJoin('course', 'course.id', 'course_version.course_id')
    .leftJoin('account', 'account.email', 'nomination.email')
    .select([
      'cohort.id as cohortId', 'cohort.name as cohort', 'cohort.ends_at as endsAt', 'course.slug as course', 'account.person_id as personId', 'nomination.name',
      'nomination.country', 'nomination.agency'
    ])
    .where('cohort.ends_at', '>=', from).where('cohort.ends_at', '<', until).where('nomination.state', 'in', ['nominated', 'waiting'])
    .orderBy('nomination.name').orderBy('nomination.id').execute()
  return [
    ...enrolled.map(({ activeAt, passed, ...row }): OnTheWay => ({ ...row, stage: Boolean(passed) ? 'passed' : activeAt === null ? 'enrolled' : 'started' })),
    ...nominated.map((row): OnTheWay => ({ ...row, enrolmentId: null, stage: 'nominated' }))
  ]
}

/** Who is counted already of those on the way: `${quotaId} ${personId}` (the record that stands for a person).
 * @param others who is looked up by the record that stands for them: whose own is merged, or who is not enrolled yet */
export async function selectCountedOnTheWay (tx: Tx, quotaIds: readonly string[], from: string, until: string, others: readonly string[]): Promise<Set<string>> {
  if (quotaIds.length === 0) return new Set()
  const key = ({ quotaId, personId }: { readonly quotaId: string, readonly personId: string }): string => `${quotaId} ${personId}`
  const counted = new Set<string>()
  for (let start = 0; start < others.length; start += 500) {
    const found = await tx.selectFrom('quota_person').select(['quota_id as quotaId', 'person_id as personId']).where('quota_id', 'in', [...quotaIds]).where('person_id', 'in', others.slice(start, start + 500)).execute()
    for (const row of found) counted.add(key(row))
  }
  const rows = await tx.selectFrom('cohort').innerJoin('enrolment', 'enrolment.cohort_id', 'cohort.id').innerJoin('quota_person', 'quota_person.person_id', 'enrolment.person_id')
    .select(['quota_person.quota_id as quotaId', 'quota_person.person_id as personId'])
    // Said so that no index of quotas helps: SQLite would go through all who are counted, and not through the few who are on the way.
    .where('cohort.ends_at', '>=', from).where('cohort.ends_at', '<', until).where('enrolment.state', '=', 'active').where(sql<string>`quota_person.quota_id || ''`, 'in', [...quotaIds]).execute()
  for (const row of rows) counted.add(key(row))
  return counted
}

export interface Outcome {
  readonly cohortId: string
  readonly cohort: string
  readonly endsAt: string
  readonly course: string
  readonly stage: Stage
  readonly people: number
  readonly certified: number
}

/** Of cohorts that ended after an instant, the latest first. */
export async function selectOutcomes (tx: Tx, since: string): Promise<Outcome[]> {
  return await tx.selectFrom('cohort_outcome as outcome').innerJoin('cohort', 'cohort.id', 'outcome.cohort_id')
    .innerJoin('course_version', 'course_version.id', 'cohort.course_version_id').innerJoin('course', 'course.id', 'course_version.course_id')
    .select(['cohort.id as cohortId', 'cohort.name as cohort', 'cohort.ends_at as endsAt', 'course.slug as course', 'outcome.stage', 'outcome.people', 'outcome.certified'])
    .where('cohort.ends_at', '>=', since).orderBy('cohort.ends_at', 'desc').orderBy('cohort.id').execute()
}

/** Cohorts that ended before an instant and of which it is not kept yet how they came out. */
export async function selectWithoutOutcome (tx: Tx, before: string, limit: number): Promise<string[]> {
  const rows = await tx.selectFrom('cohort').select('id').where('ends_at', '<', before)
    .where(({ not, exists, selectFrom }) => not(exists(selectFrom('cohort_outcome').select('stage').whereRef('cohort_outcome.cohort_id', '=', 'cohort.id'))))
    .orderBy('ends_at').limit(limit).execute()
  return rows.map(({ id }) => id)
}

/** Counts how far the people of a cohort came and who was certified, and keeps it. Once: what is there already stays. Whoever
 * was certified came through every stage before, also where it was taught in a room and nothing else is known of it. */
export async function insertOutcome (tx: Tx, cohortId: string, at: string): Promise<void> {
  const certified = sql<SqlBool>`exists (select 1 from certificate where certificate.enrolment_id = enrolment.id and certificate.revoked_at is null)`
  const passed = sql<SqlBool>`(${certified} or exists (select 1 from attempt where attempt.enrolment_id = enrolment.id and attempt.passed = 1))`
  const count = (what: ReturnType<typeof sql<SqlBool>>) => sql<number | null>`sum(case when ${what} then 1 else 0 end)`
  const enrolments = await tx.selectFrom('enrolment').where('cohort_id', '=', cohortId).select([
    count(sql`1 = 1`).as('enrolled'), count(sql`(active_at is not null or ${passed})`).as('started'), count(passed).as('passed'), count(certified).as('certified')
  ]).executeTakeFirstOrThrow()
  const nominations = await tx.selectFrom('nomination').leftJoin('enrolment', 'enrolment.id', 'nomination.enrolment_id').where('nomination.cohort_id', '=', cohortId)
    .select([count(sql`1 = 1`).as('nominated'), count(certified).as('certified')]).executeTakeFirstOrThrow()
  const row = (stage: Stage, people: number | null, ofThem: number | null) => ({ cohort_id: cohortId, stage, people: Number(people ?? 0), certified: Number(ofThem ?? 0), at })
  await tx.insertInto('cohort_outcome').values([
    row('nominated', nominations.nominated, nominations.certified), row('enrolled', enrolments.enrolled, enrolments.certified),
    row('started', enrolments.started, enrolments.certified), row('passed', enrolments.passed, enrolments.certified)
  ]).onConflict((conflict) => conflict.columns(['cohort_id', 'stage']).doNothing()).execute()
}
