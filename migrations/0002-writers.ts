import { PostgresAdapter, sql, type Kysely } from 'kysely'

/** PostgreSQL alone: a row for each connection that writes, with the number of its last committed unit of work. It answers
 * whether a commit took place whose answer was lost. SQLite has no connection to lose. */
export async function up (db: Kysely<unknown>): Promise<void> {
  if (!(db.getExecutor().adapter instanceof PostgresAdapter)) return
  await sql`create table writer (id text primary key, unit integer not null, at timestamptz not null)`.execute(db)
}
