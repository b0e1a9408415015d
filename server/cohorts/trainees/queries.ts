import { sql } from 'kysely'
import type { Tx } from '../../db/database.ts'
import { inList } from '../../db/lists.ts'
import type { EnrolmentTable } from '../../db/tables/cohorts.ts'

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
