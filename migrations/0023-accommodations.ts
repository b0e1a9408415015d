import { sql, type Kysely } from 'kysely'

/** What single trainees are allowed beyond what a quiz or a cohort gives everybody: once for the person, in force everywhere. */
export async function up (db: Kysely<unknown>): Promise<void> {
  for (const statement of [
    `create table accommodation (
      id text primary key, person_id text not null references person (id),
      extra_percent integer not null, extra_minutes integer not null, extra_attempts integer not null, later_days integer not null,
      reason text not null, starts_at text not null, ends_at text,
      given_by text not null references person (id), given_at text not null,
      ended_by text references person (id), ended_at text, applied_at text)`,
    'create index accommodation_by_person on accommodation (person_id)',
    // Those that begin later, until they reach the attempts that are then open.
    'create index accommodation_to_apply on accommodation (starts_at) where applied_at is null'
  ]) await sql.raw(statement).execute(db)
}
