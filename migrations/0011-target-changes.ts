import { sql, type Kysely } from 'kysely'

/** Targets that are moved between quotas by two administrators, and the signed figures of a closed one. */
export async function up (db: Kysely<unknown>): Promise<void> {
  for (const statement of [
    'alter table quota add column first_target integer not null default 0',
    'update quota set first_target = target',
    `create table quota_change (
      id text primary key, kind text not null check (kind in ('reallocation', 'carry-over')),
      from_quota_id text not null references quota (id), to_quota_id text not null references quota (id),
      amount integer not null, reason text not null,
      state text not null check (state in ('proposed', 'approved', 'rejected', 'withdrawn')),
      proposed_by text not null references person (id), proposed_at text not null,
      decided_by text references person (id), decided_at text)`,
    'create index quota_change_by_state on quota_change (state, id)',
    'create index quota_change_by_from on quota_change (from_quota_id)',
    'create index quota_change_by_to on quota_change (to_quota_id)',
    `create table quota_snapshot (
      quota_id text primary key references quota (id), content text not null, public_key text not null, signature text not null,
      at text not null)`
  ]) await sql.raw(statement).execute(db)
}
