import { sql } from 'kysely'
import type { Database } from './database.ts'

/** What time it is for everybody who uses this database: by PostgreSQL's own clock, one for all servers; beside a SQLite file by
 * the machine's, which is the only one. @returns Unix time in milliseconds */
export async function databaseTime (db: Database): Promise<number> {
  if (db.dialect === 'sqlite') return Date.now()
  const { rows } = await sql<{ now: number }>`select extract(epoch from clock_timestamp())::double precision * 1000 as now`.execute(db.read)
  return rows[0]?.now ?? Date.now()
}
