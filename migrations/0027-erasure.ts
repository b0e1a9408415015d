import { sql, type Kysely } from 'kysely'

/** People whose data was erased keep a record without a name, so that counts stay provable. A birthday tells namesakes apart. */
export async function up (db: Kysely<unknown>): Promise<void> {
  for (const statement of [
    'alter table person add column erased_at text',
    'alter table person add column birth_day text',
    'create index person_by_birth_day on person (birth_day) where birth_day is not null'
  ]) await sql.raw(statement).execute(db)
}
