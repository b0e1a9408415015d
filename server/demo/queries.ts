import { CompiledQuery } from 'kysely'
import { insertEnrolments } from '../cohorts/enrolments/queries.ts'
import type { Tx } from '../db/database.ts'
import { insertPeople } from '../people/queries.ts'
import type { Rows } from './rows.ts'

/** Rows a statement: times at most 17 columns. Larger statements take longer a row. */
const BATCH = 100

export async function existsPerson (tx: Tx): Promise<boolean> {
  return await tx.selectFrom('person').select('id').limit(1).executeTakeFirst() !== undefined
}

/** Everything but the audit log, in the order in which rows refer to each other. */
export async function insertRows (tx: Tx, rows: Rows): Promise<void> {
  await insertPeople(tx, rows.people, rows.accounts, rows.roles)
  await insertAll(tx, rows.cohorts, (some) => tx.insertInto('cohort').values(some).compile())
  await insertAll(tx, rows.instructors, (some) => tx.insertInto('cohort_instructor').values(some).compile())
  await insertEnrolments(tx, rows.enrolments)
  await insertAll(tx, rows.activities, (some) => tx.insertInto('activity_done').values(some).compile())
  await insertAll(tx, rows.attempts, (some) => tx.insertInto('attempt').values(some).compile())
  await insertAll(tx, rows.steps, (some) => tx.insertInto('attempt_step').values(some).compile())
  await insertAll(tx, rows.certificates, (some) => tx.insertInto('certificate').values(some).compile())
}

/** Hundreds of thousands of rows: the statement of a full batch is built once, which halves the time.
 * Needs rows that all have the same columns in the same order, as rows of one literal do. */
async function insertAll<Row extends object> (tx: Tx, rows: readonly Row[], compile: (some: readonly Row[]) => CompiledQuery): Promise<void> {
  let text = ''
  for (let from = 0; from < rows.length; from += BATCH) {
    const some = rows.slice(from, from + BATCH)
    if (text === '' || some.length < BATCH) text = compile(some).sql
    const values: unknown[] = []
    for (const row of some) values.push(...Object.values<unknown>(row as Record<string, unknown>))
    await tx.executeQuery(CompiledQuery.raw(text, values))
  }
}
