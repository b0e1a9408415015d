import { sql, type Kysely } from 'kysely'

/** Files that answer a question. The same bytes are kept once, whoever sends them. */
export async function up (db: Kysely<unknown>): Promise<void> {
  for (const statement of [
    'create table upload_content (hash text primary key, type text not null, size integer not null, bytes bytea not null, created_at text not null)',
    `create table upload (
      id text primary key, attempt_id text not null references attempt (id), slot integer not null, name text not null,
      hash text not null references upload_content (hash), at text not null)`,
    'create index upload_by_attempt on upload (attempt_id, slot)',
    'create index upload_by_hash on upload (hash)'
  ]) await sql.raw(statement).execute(db)
}
