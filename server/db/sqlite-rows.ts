import { existsSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { batchOf, OWN_TABLES, type Row, type RowSource, type RowTarget, type TableRows } from './rows.ts'

/** Reads a SQLite file at one moment, while others write to it.
 * @throws Error when there is no such file, or it is no programme's */
export function readSqlite (path: string): RowSource {
  if (!existsSync(path)) throw new Error(`${path}: there is no such file`)
  const db = new Sqlite(path, { readonly: true })
  db.exec('begin')
  const migrations = tablesOf(db).includes('migration')
    ? db.prepare<[], { name: string }>('select name from migration order by name').all().map(({ name }) => name)
    : []
  return {
    migrations,
    async * tables (): AsyncGenerator<TableRows> {
      for (const name of tablesOf(db).filter((table) => !OWN_TABLES.has(table))) {
        const statement = db.prepare<[], unknown[]>(`select * from ${quoted(name)}`).raw()
        yield { name, columns: statement.columns().map((column) => column.name), batches: inBatches(statement.iterate() as IterableIterator<Row>, batchOf(name)) }
      }
    },
    expected: () => null,
    close: async () => { db.close() }
  }
}

/** @throws Error when the file has rows in it */
export function fillSqlite (path: string): RowTarget {
  const db = new Sqlite(path)
  db.pragma('synchronous = FULL')
  db.pragma('foreign_keys = ON')
  db.exec('begin immediate')
  // Rows may come before those they refer to; at the commit all must be there.
  db.pragma('defer_foreign_keys = ON')
  try {
    for (const table of tablesOf(db).filter((name) => !OWN_TABLES.has(name))) {
      if (db.prepare(`select 1 from ${quoted(table)} limit 1`).get() !== undefined) throw new Error(`the target is not empty: table ${table} has rows`)
    }
  } catch (error) {
    db.close()
    throw error
  }
  return {
    async insert (table, columns, rows) {
      const statement = db.prepare(`insert into ${quoted(table)} (${columns.map(quoted).join(', ')}) values (${columns.map(() => '?').join(', ')})`)
      for (const row of rows) statement.run(...row)
    },
    commit: async () => { db.exec('commit') },
    close: async () => { db.close() }
  }
}

/** Writes what a SQLite file holds at this moment into a new file, while others write to it: complete, defragmented and without
 * a journal. (SQLite's backup interface would begin anew with each write of another process.) */
export function copySqliteFile (path: string, to: string): void {
  if (!existsSync(path)) throw new Error(`${path}: there is no such file`)
  const db = new Sqlite(path, { readonly: true })
  try {
    db.prepare('vacuum into ?').run(to)
  } finally {
    db.close()
  }
}

/** @returns what SQLite finds wrong with its own file, and rows that refer to nothing */
export function checkSqlite (path: string): { readonly references: number, readonly problems: string[] } {
  if (!existsSync(path)) throw new Error(`${path}: there is no such file`)
  const db = new Sqlite(path, { readonly: true })
  try {
    const integrity = (db.pragma('integrity_check(20)') as Array<{ integrity_check: string }>).map((row) => row.integrity_check).filter((line) => line !== 'ok')
    const orphans = db.pragma('foreign_key_check') as Array<{ table: string, rowid: number | null, parent: string }>
    const references = tablesOf(db).reduce((sum, table) => sum + new Set((db.pragma(`foreign_key_list(${quoted(table)})`) as Array<{ id: number }>).map(({ id }) => id)).size, 0)
    return { references, problems: [...integrity, ...orphans.slice(0, 20).map(({ table, rowid, parent }) => `table ${table}, row ${rowid ?? '?'}: refers to a row of ${parent} that is not there`)] }
  } finally {
    db.close()
  }
}

function tablesOf (db: Sqlite.Database): string[] {
  return db.prepare<[], { name: string }>("select name from sqlite_schema where type = 'table' and name not like 'sqlite\\_%' escape '\\' order by name").all().map(({ name }) => name)
}

async function * inBatches (rows: IterableIterator<Row>, size: number): AsyncGenerator<readonly Row[]> {
  let batch: Row[] = []
  for (const row of rows) {
    batch.push(row)
    if (batch.length === size) {
      yield batch
      batch = []
    }
  }
  if (batch.length > 0) yield batch
}

function quoted (name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
