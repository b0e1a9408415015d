import { sql, type Kysely } from 'kysely'

/** How a quiz of a cohort is marked; marks that are not in force yet: of a first and a second marker, and what was decided. */
export async function up (db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  `create table marking_rule (
    cohort_id text not null references cohort (id), quiz_key text not null, anonymous integer not null, second_percent integer not null,
    threshold_percent integer not null, hold integer not null, by_id text not null references person (id), at text not null,
    primary key (cohort_id, quiz_key))`,
  `create table mark_given (
    id text primary key, attempt_id text not null references attempt (id), slot integer not null, seq integer not null,
    role text not null check (role in ('first', 'second', 'third')),
    by_id text not null references person (id), at text not null, fraction double precision not null, marking text not null,
    unique (attempt_id, slot, seq, role))`,
  "create index attempt_marking on attempt (finished_at) where state = 'needs-marking'"
]
