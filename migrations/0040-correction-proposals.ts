import { sql, type Kysely } from 'kysely'

/** A correction that somebody who runs a cohort asks an administrator to carry out, with what it would change at the time, and what became of it. */
export async function up (db: Kysely<unknown>): Promise<void> {
  for (const statement of [
    `create table correction_proposal (
      id text primary key, cohort_id text not null references cohort (id), course_version_id text not null references course_version (id),
      quiz_key text not null, question_id text not null references question (id), definition text not null, reason text not null,
      figures text not null, proposed_by text not null references person (id), proposed_at text not null,
      state text not null check (state in ('proposed', 'accepted', 'declined', 'withdrawn')),
      decided_by text references person (id), decided_at text, answer text not null, outcome text)`,
    "create unique index correction_proposal_open on correction_proposal (cohort_id, quiz_key, question_id, proposed_by) where state = 'proposed'",
    'create index correction_proposal_by_proposer on correction_proposal (proposed_by, decided_at)',
    'create index correction_proposal_by_state on correction_proposal (state, id)'
  ]) await sql.raw(statement).execute(db)
}
