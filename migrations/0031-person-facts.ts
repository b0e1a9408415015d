import { sql, type Kysely } from 'kysely'

/** A person's facts are edited on the desk: its edition tells a stale edit, a name in Latin letters stands beside the one in their own
 * script, and addresses they had are kept, so that whatever went there is found when their data is copied or erased. */
export async function up (db: Kysely<unknown>): Promise<void> {
  for (const statement of [
    'alter table person add column latin_name text',
    'alter table person add column latin_key text',
    'create index person_by_latin_key on person (latin_key) where latin_key is not null',
    'alter table person add column edition integer not null default 0',
    'alter table nomination add column birth_day text',
    `create table former_address (
      id text primary key,
      person_id text not null references person (id),
      email text not null,
      until text not null
    )`,
    'create index former_address_by_person on former_address (person_id)'
  ]) await sql.raw(statement).execute(db)
}
