import { sql, type Kysely } from 'kysely'

/** Downloads of many certificates: what each is to hold, and its parts, which any server may make. `bytea` is PostgreSQL's name; SQLite
 * keeps bytes as bytes under any. */
export async function up (db: Kysely<unknown>): Promise<void> {
  for (const statement of [
    `create table certificate_zip (
      id text primary key, by_id text not null references person (id), search text not null, language text not null, serials text not null,
      total integer not null, parts integer not null, created_at text not null, ready_at text, failed_at text, expires_at text not null)`,
    `create table certificate_zip_part (
      zip_id text not null references certificate_zip (id), number integer not null, lease_until text, tries integer not null,
      entries text, made integer not null, size integer not null, bytes bytea, primary key (zip_id, number))`,
    'create index certificate_zip_part_open on certificate_zip_part (zip_id, number) where bytes is null'
  ]) await sql.raw(statement).execute(db)
}
