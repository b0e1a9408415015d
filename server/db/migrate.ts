import { sql } from 'kysely'
import { migrations } from '../../migrations/index.ts'
import type { Database, Tx } from './database.ts'

/** Brings the schema up to date: each migration once, in order, in a unit of work of its own.
 * Forward only; one that has landed is never edited.
 * @param only as far as an older database that is being brought over; default: all there are
 * @returns the names of those that ran */
export async function migrate (db: Database, only?: readonly string[]): Promise<string[]> {
  await db.write(async (tx) => {
    await sql`create table if not exists migration (name text primary key, at text not null)`.execute(tx)
  })
  const ran: string[] = []
  for (const { name, up } of migrations.filter(({ name }) => only?.includes(name) ?? true)) {
    const fresh = await db.write(async (tx) => {
      // The check is inside the unit of work, so two servers that start together do not both run it.
      const found = await sql<{ name: string }>`select name from migration where name = ${name}`.execute(tx)
      if (found.rows.length > 0) return false
      await up(tx)
      if (db.dialect === 'postgres') await compareBytes(tx)
      await sql`insert into migration (name, at) values (${name}, ${new Date().toISOString()})`.execute(tx)
      return true
    })
    if (fresh) ran.push(name)
  }
  return ran
}

/** Text is compared byte by byte, as SQLite does, whatever the database's own collation: lists are in the same order on both, and
 * a change of the system's locale data spoils no index. */
async function compareBytes (tx: Tx): Promise<void> {
  const found = await sql<{ table: string, column: string }>`
    select c.relname as "table", a.attname as "column" from pg_attribute a
    join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and n.nspname = current_schema() and a.attnum > 0 and not a.attisdropped
    and a.atttypid = 'text'::regtype and a.attcollation = 'pg_catalog."default"'::regcollation order by c.relname, a.attnum`.execute(tx)
  const columns = Map.groupBy(found.rows, ({ table }) => table)
  for (const [table, some] of columns) {
    const changes = some.map(({ column }) => sql`alter column ${sql.ref(column)} type text collate "C"`)
    await sql`alter table ${sql.table(table)} ${sql.join(changes)}`.execute(tx)
  }
}

/** The migrations among `names` that this release does not know: of a newer one. */
export function unknownMigrations (names: readonly string[]): string[] {
  return names.filter((name) => !migrations.some((known) => known.name === name))
}

/** True when every migration has run: what `/ready` asks, and commands that only read. */
export async function isMigrated (db: Database): Promise<boolean> {
  const known = db.dialect === 'postgres'
    ? sql`select 1 where to_regclass('migration') is not null`
    : sql`select 1 from sqlite_schema where name = 'migration'`
  if ((await known.execute(db.read)).rows.length === 0) return false
  const found = await sql<{ name: string }>`select name from migration`.execute(db.read)
  const names = new Set(found.rows.map((row) => row.name))
  return migrations.every(({ name }) => names.has(name))
}
