import { sql, type Kysely } from 'kysely'

/** Two records that somebody held not to be one human being, until that is taken back: a pair stands once, in the order of its ids.
 * Indexes by which whoever is alike is found answer without the rows. */
export async function up (db: Kysely<unknown>): Promise<void> {
  for (const statement of [
    `create table person_apart (
      id text primary key, person_id text not null references person (id), other_id text not null references person (id),
      reason text not null, judged_by text not null references person (id), judged_at text not null,
      ended_by text references person (id), ended_at text, check (person_id < other_id))`,
    'create unique index person_apart_standing on person_apart (person_id, other_id) where ended_at is null',
    'create index person_apart_by_other on person_apart (other_id)',
    'create index person_apart_by_person on person_apart (person_id)',
    'drop index person_by_name_key',
    'create index person_by_name_key on person (name_key, country, merged_into)',
    'drop index person_by_birth_day',
    'create index person_by_birth_day on person (birth_day, merged_into, erased_at) where birth_day is not null'
  ]) await sql.raw(statement).execute(db)
}
