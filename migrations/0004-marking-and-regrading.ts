import { sql, type Kysely } from 'kysely'

/** Steps by persons (mark, regrade) and tries; attempts that end after a grace or are discarded; corrected questions.
 * A column's check cannot be changed on SQLite, so the two columns with a longer list of values are made anew. */
export async function up (db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  `alter table attempt_step add column done text not null default 'answer'
    check (done in ('answer', 'try', 'check', 'finish', 'mark', 'regrade'))`,
  'update attempt_step set done = action',
  'alter table attempt_step drop column action',
  'alter table attempt_step rename column done to action',
  'alter table attempt_step add column marking text',
  "alter table attempt add column ending text check (ending in ('trainee', 'expiry', 'discarded'))",
  'update attempt set ending = ended_by',
  'alter table attempt drop column ended_by',
  'alter table attempt rename column ending to ended_by',
  'alter table attempt add column ends_at text',
  'update attempt set ends_at = due_at',
  'alter table attempt add column corrected_at text',
  'drop index attempt_due',
  "create index attempt_end on attempt (ends_at) where state = 'open' and ends_at is not null",
  `create table question_correction (
    id text primary key, question_id text not null references question (id),
    course_version_id text not null references course_version (id), definition text not null, reason text not null,
    by_id text not null references person (id), at text not null)`,
  'create index question_correction_by_question on question_correction (question_id, at)',
  'create index question_correction_by_version on question_correction (course_version_id, at)'
]
