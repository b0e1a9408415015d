import { sql, type Kysely } from 'kysely'

/** Banks of questions outside of courses. A question is never changed: another version of it is added. */
export async function up (db: Kysely<unknown>): Promise<void> {
  for (const statement of [
    'create table bank (id text primary key, name text not null, created_by text not null references person (id), created_at text not null)',
    `create table bank_question (
      id text primary key, bank_id text not null references bank (id), key text not null, version integer not null,
      place integer not null, name text not null,
      category text not null, kind text not null, definition text not null, by_id text not null references person (id), at text not null,
      unique (bank_id, key, version))`
  ]) await sql.raw(statement).execute(db)
}
