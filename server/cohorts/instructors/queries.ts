import type { Tx } from '../../db/database.ts'
import { inList } from '../../db/lists.ts'

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
