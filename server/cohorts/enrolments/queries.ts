import type { Tx } from '../../db/database.ts'
import { batches, inList } from '../../db/lists.ts'
import type { EnrolmentTable, NoShowTable } from '../../db/tables/cohorts.ts'
import type { Named } from '../instructors/queries.ts'

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
