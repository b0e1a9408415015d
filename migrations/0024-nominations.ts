import { sql, type Kysely } from 'kysely'

/** Seats that are held for countries, who is nominated for them, who did not come, and what else a cohort is told of. */
export async function up (db: Kysely<unknown>): Promise<void> {
  for (const statement of [
    `create table cohort_setting (
      cohort_id text primary key references cohort (id), language text, time_zone text, exam_day text, nominations_until text,
      version integer not null)`,
    `create table cohort_seat (
      cohort_id text not null references cohort (id), country text not null, seats integer not null, primary key (cohort_id, country))`,
    `create table no_show (
      enrolment_id text primary key references enrolment (id), reason text not null, by_id text not null references person (id), at text not null)`,
    `create table nomination (
      id text primary key, cohort_id text not null references cohort (id), name text not null, name_key text not null, email text not null,
      country text not null, agency text, rank text, locale text not null,
      state text not null check (state in ('nominated', 'waiting', 'accepted', 'declined', 'withdrawn', 'substituted')),
      reason text not null, nominated_by text not null references person (id), nominated_at text not null,
      decided_by text references person (id), decided_at text, waiting_at text,
      enrolment_id text references enrolment (id), replaces text references nomination (id))`,
    // However many requests nominate one address at once, one stands.
    "create unique index nomination_standing on nomination (cohort_id, email) where state in ('nominated', 'waiting', 'accepted')",
    'create index nomination_by_enrolment on nomination (enrolment_id) where enrolment_id is not null',
    "create index nomination_waiting on nomination (cohort_id, waiting_at) where state = 'waiting'"
  ]) await sql.raw(statement).execute(db)
}
