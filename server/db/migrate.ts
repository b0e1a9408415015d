import { sql } from 'kysely'
import { migrations } from '../../migrations/index.ts'
import type { Database } from './database.ts'

/** Brings the schema up to date: each migration once, in order, in a unit of work of its own.
 * Forward only; one that has landed is never edited.
 * @returns the names of those that ran */
export async function migrate (db: Database): Promise<string[]> {
  await db.write(async (tx) => {
    await sql`create table if not exists migration (name text primary key, at text not null)`.execute(tx)
  })
  const ran: string[] = []
  for (const { name, up } of migrations) {
    const fresh = await db.write(async (tx) => {
      // The check is inside the unit of work, so two servers that start together do not both run it.
      const found = await sql<{ name: string }>`select name from migration where name = ${name}`.execute(tx)
      if (found.rows.length > 0) return false
      await up(tx)
      await sql`insert into migration (name, at) values (${name}, ${new Date().toISOString()})`.execute(tx)
      return true
    })
    if (fresh) ran.push(name)
  }
  return ran
}

/** True when every migration has run: what `/ready` asks, and commands that only read. */
export async function isMigrated (db: Database): Promise<boolean> {
  if (!(await db.read.introspection.getTables()).some(({ name }) => name === 'migration')) return false
  const found = await sql<{ name: string }>`select name from migration`.execute(db.read)
  const names = new Set(found.rows.map((row) => row.name))
  return migrations.every(({ name }) => names.has(name))
}
