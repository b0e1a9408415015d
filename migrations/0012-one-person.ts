import { sql, type Kysely } from 'kysely'
import { nameKey } from '../server/people/name-key.ts'

/** Two records of one human being, held together by a pointer that can be taken back, and a ledger in which a certificate may
 * begin and cease to count more than once. */
export async function up (db: Kysely<unknown>): Promise<void> {
  for (const statement of [
    'alter table person add column merged_into text references person (id)',
    // Filled below: names that were there before.
    "alter table person add column name_key text not null default ''",
    'create index person_by_name_key on person (name_key, country)',
    'create index person_by_merged_into on person (merged_into) where merged_into is not null',
    `create table person_merge (
      id text primary key, person_id text not null references person (id), into_id text not null references person (id),
      reason text not null, merged_by text not null references person (id), merged_at text not null,
      unmerged_by text references person (id), unmerged_at text)`,
    'create index person_merge_by_person on person_merge (person_id)',
    // `turn` counts the lines of a certificate in a quota: odd ones add, even ones take back. Its key decides races, as
    // (quota, certificate, delta) did while a certificate could count only once.
    'alter table quota_entry rename to quota_entry_before',
    'drop index quota_entry_by_day',
    `create table quota_entry (
      id text primary key, quota_id text not null references quota (id),
      certificate_id text not null references certificate (id), serial text not null,
      person_id text not null references person (id), delta integer not null check (delta in (-1, 1)), turn integer not null,
      cause text not null check (cause in ('issue', 'revocation', 'merge', 'unmerge')),
      at text not null, day text not null, country text, course_slug text not null,
      unique (quota_id, certificate_id, turn))`,
    `insert into quota_entry (id, quota_id, certificate_id, serial, person_id, delta, turn, cause, at, day, country, course_slug)
      select id, quota_id, certificate_id, serial, person_id, delta, case delta when 1 then 1 else 2 end,
        case delta when 1 then 'issue' else 'revocation' end, at, day, country, course_slug from quota_entry_before`,
    'drop table quota_entry_before',
    'create index quota_entry_by_day on quota_entry (quota_id, day, id)',
    'create index quota_person_by_person on quota_person (person_id)'
  ]) await sql.raw(statement).execute(db)
  const { rows } = await sql<{ id: string, name: string }>`select id, name from person`.execute(db)
  for (const { id, name } of rows) await sql`update person set name_key = ${nameKey(name)} where id = ${id}`.execute(db)
}
