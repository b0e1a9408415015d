import { sql } from 'kysely'
import type { Tx } from '../../db/database.ts'
import type { EnrolmentTable } from '../../db/tables/cohorts.ts'

export interface MatrixPerson {
  readonly enrolmentId: string
  readonly personId: string
  readonly name: string
  readonly country: string | null
  readonly state: EnrolmentTable['state']
  readonly enrolledAt: string
  readonly done: number
  readonly total: number
  readonly noShowAt: string | null
}

export interface PeopleFilter {
  /** null for all. */
  readonly countries: readonly string[] | null
  readonly state: EnrolmentTable['state'] | 'enrolled' | null
  /** Only active people with at most so many activities done, those who did not come left out; null for all. */
  readonly doneAtMost: number | null
  readonly activity: { readonly key: string, readonly is: 'done' | 'not-done' | 'begun' } | null
  /** The last one seen. */
  readonly after: { readonly name: string, readonly id: string } | null
  /** null for all. */
  readonly limit: number | null
}

/** The people of a cohort, by name. */
export async function selectPeople (tx: Tx, cohortId: string, { countries, state, doneAtMost, activity, after, limit }: PeopleFilter): Promise<MatrixPerson[]> {
  let query = tx.selectFrom('enrolment').innerJoin('person', 'person.id', 'enrolment.person_id').leftJoin('no_show', 'no_show.enrolment_id', 'enrolment.id')
    .select(['enrolment.id as enrolmentId', 'enrolment.person_id as personId', 'person.name', 'person.country', 'enrolment.state', 'enrolled_at as enrolledAt', 'done', 'total', 'no_show.at as noShowAt'])
    .where('cohort_id', '=', cohortId).orderBy('person.name').orderBy('enrolment.id')
  if (countries !== null) query = query.where('person.country', 'in', countries.length > 0 ? countries : [''])
  if (state === 'enrolled') query = query.where('enrolment.state', '<>', 'withdrawn')
  else if (state !== null) query = query.where('enrolment.state', '=', state)
  if (doneAtMost !== null) query = query.where('enrolment.state', '=', 'active').where('no_show.at', 'is', null).where('done', '<=', doneAtMost)
  if (activity !== null) {
    const { key, is } = activity
    query = query.where((where) => {
      const done = where.exists(where.selectFrom('activity_done').select('activity_key').whereRef('activity_done.enrolment_id', '=', 'enrolment.id').where('activity_key', '=', key))
      const tried = where.exists(where.selectFrom('attempt').select('attempt.id').whereRef('attempt.enrolment_id', '=', 'enrolment.id').where('quiz_key', '=', key))
      return is === 'done' ? done : is === 'not-done' ? where.not(done) : where.and([tried, where.not(done)])
    })
  }
  if (after !== null) {
    query = query.where((where) => where.or([
      where('person.name', '>', after.name),
      where.and([where('person.name', '=', after.name), where('enrolment.id', '>', after.id)])
    ]))
  }
  if (limit !== null) query = query.limit(limit)
  return await query.execute()
}

/** What each of these has done, or everybody of the cohort: the keys of activities, in one text for each, so that hundreds of
 * thousands of them are not as many rows. Keys hold no spaces. */
export async function selectDone (tx: Tx, cohortId: string, ids: readonly string[] | null): Promise<Map<string, readonly string[]>> {
  let query = tx.selectFrom('activity_done').select(['enrolment_id as id', sql<string>`string_agg(activity_key, ' ')`.as('keys')]).groupBy('enrolment_id')
  query = ids === null
    ? query.where('enrolment_id', 'in', (select) => select.selectFrom('enrolment').select('enrolment.id').where('cohort_id', '=', cohortId))
    : query.where('enrolment_id', 'in', ids.length > 0 ? ids : [''])
  return new Map((await query.execute()).map(({ id, keys }) => [id, keys.split(' ')]))
}

/** How a quiz stands that is not passed. */
export interface Tried {
  readonly enrolmentId: string
  readonly quizKey: string
  readonly attempts: number
  readonly open: boolean
  readonly needsMarking: boolean
}

/** Quizzes that were tried, of some people or of the whole cohort. */
export async function selectTried (tx: Tx, cohortId: string, ids: readonly string[] | null): Promise<Tried[]> {
  const one = (state: string) => sql<number>`max(case when attempt.state = ${state} then 1 else 0 end)`
  let query = tx.selectFrom('attempt')
    .leftJoin('activity_done', (join) => join.onRef('activity_done.enrolment_id', '=', 'attempt.enrolment_id').onRef('activity_done.activity_key', '=', 'attempt.quiz_key'))
    .select(({ fn }) => ['attempt.enrolment_id as enrolmentId', 'attempt.quiz_key as quizKey', fn.max('attempt.number').as('attempts'), one('open').as('open'), one('needs-marking').as('needsMarking')])
    .where('activity_done.enrolment_id', 'is', null).groupBy(['attempt.enrolment_id', 'attempt.quiz_key'])
  query = ids === null
    ? query.where('attempt.enrolment_id', 'in', (select) => select.selectFrom('enrolment').select('enrolment.id').where('cohort_id', '=', cohortId))
    : query.where('attempt.enrolment_id', 'in', ids.length > 0 ? ids : [''])
  return (await query.execute()).map(({ open, needsMarking, attempts, ...row }) => ({ ...row, attempts: Number(attempts), open: Number(open) === 1, needsMarking: Number(needsMarking) === 1 }))
}

/** What changes whenever somebody of a cohort does something, comes or goes: as long as it is the same, so is what was counted. */
export async function selectStamp (tx: Tx, cohortId: string, countries: readonly string[] | null): Promise<string> {
  let query = tx.selectFrom('enrolment').innerJoin('person', 'person.id', 'enrolment.person_id')
    .select(({ fn }) => [fn.countAll().as('people'), fn.sum('done').as('done'), fn.max('active_at').as('activeAt'), fn.max('enrolled_at').as('enrolledAt')])
    .where('cohort_id', '=', cohortId).where('state', '<>', 'withdrawn')
  if (countries !== null) query = query.where('person.country', 'in', countries.length > 0 ? countries : [''])
  return JSON.stringify(await query.executeTakeFirstOrThrow())
}

/** How often each activity was done on each day (UTC), by those who are enrolled. */
export async function countDone (tx: Tx, cohortId: string, countries: readonly string[] | null): Promise<Array<{ readonly key: string, readonly day: string, readonly count: number }>> {
  const people = countries === null
    ? sql`select id from enrolment where cohort_id = ${cohortId} and state <> 'withdrawn'`
    : sql`select enrolment.id from enrolment join person on person.id = enrolment.person_id
        where cohort_id = ${cohortId} and state <> 'withdrawn' and person.country in (${sql.join(countries.length > 0 ? countries : [''])})`
  const { rows } = await sql<{ key: string, day: string, count: number | string }>`select activity_key as key, substr(at, 1, 10) as day, count(*) as count
    from activity_done where enrolment_id in (${people}) group by activity_key, substr(at, 1, 10)`.execute(tx)
  return rows.map((row) => ({ ...row, count: Number(row.count) }))
}

/** Where the people of a cohort come from. */
export async function selectCountries (tx: Tx, cohortId: string, countries: readonly string[] | null): Promise<string[]> {
  let query = tx.selectFrom('enrolment').innerJoin('person', 'person.id', 'enrolment.person_id').select('person.country').distinct()
    .where('cohort_id', '=', cohortId).where('person.country', 'is not', null)
  if (countries !== null) query = query.where('person.country', 'in', countries.length > 0 ? countries : [''])
  return (await query.execute()).flatMap(({ country }) => country === null ? [] : [country])
}
