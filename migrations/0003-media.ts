import { sql, type Kysely } from 'kysely'

/** Pictures of courses, once for the same bytes. `bytea` is PostgreSQL's name; SQLite keeps bytes as bytes under any. */
export async function up (db: Kysely<unknown>): Promise<void> {
  await sql.raw(`create table media (
    hash text primary key, type text not null, width integer not null, height integer not null, bytes bytea not null, created_at text not null)`).execute(db)
}
