import { sql, type Kysely } from 'kysely'

/** What reminders say, where an administrator has written it, and which were sent. */
export async function up (db: Kysely<unknown>): Promise<void> {
  for (const statement of [
    `create table reminder_text (
      kind text not null check (kind in ('start', 'exam', 'close', 'help')), language text not null, subject text not null, body text not null,
      version integer not null, edited_by text not null references person (id), edited_at text not null, primary key (kind, language))`,
    // However many servers look at once, one of them sends it.
    `create table reminder_sent (
      cohort_id text not null references cohort (id), person_id text not null references person (id), what text not null, at text not null,
      primary key (cohort_id, person_id, what))`
  ]) await sql.raw(statement).execute(db)
}
