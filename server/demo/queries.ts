import { insertPeople } from '../people/queries.ts'
import { insertEnrolments } from '../cohorts/queries.ts'
import type { Tx } from '../db/database.ts'
import type { Rows } from './rows.ts'

/** Rows a statement: times at most 17 columns, below the 32,766 values that one SQLite statement may bind. */
const BATCH = 1000

export async function existsPerson (tx: Tx): Promise<boolean> {
  return await tx.selectFrom('person').select('id').limit(1).executeTakeFirst() !== undefined
}

/** Everything but the audit log, in the order in which rows refer to each other. */
export async function insertRows (tx: Tx, rows: Rows): Promise<void> {
  await insertPeople(tx, rows.people, rows.accounts, rows.roles)
  for (const some of batches(rows.cohorts)) await tx.insertInto('cohort').values(some).execute()
  for (const some of batches(rows.instructors)) await tx.insertInto('cohort_instructor').values(some).execute()
  await insertEnrolments(tx, rows.enrolments)
  for (const some of batches(rows.activities)) await tx.insertInto('activity_done').values(some).execute()
  for (const some of batches(rows.attempts)) await tx.insertInto('attempt').values(some).execute()
  for (const some of batches(rows.steps)) await tx.insertInto('attempt_step').values(some).execute()
  for (const some of batches(rows.certificates)) await tx.insertInto('certificate').values(some).execute()
}

function * batches<T> (rows: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < rows.length; from += BATCH) yield rows.slice(from, from + BATCH)
}
