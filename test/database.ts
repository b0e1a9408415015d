import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { Database } from '../server/db/database.ts'
import { migrate } from '../server/db/migrate.ts'
import { openDatabase } from '../server/db/open.ts'

/** The url of a migrated database on a running PostgreSQL, to copy new ones from: set by test/on-postgres.ts, which runs a test
 * file a second time. Without it tests run on SQLite. */
const template = process.env['TEST_POSTGRES']

export const dialect: Database['dialect'] = template === undefined ? 'sqlite' : 'postgres'

/** What is asked of a test: to be told of its end. */
export interface Ending { readonly teardown: (work: () => unknown) => void }

export interface TestDatabase {
  readonly db: Database
  readonly url: string
  /** The same database, opened once more: what another server has. */
  readonly again: () => Database
}

/** A migrated database of a test's own, closed when the test ends.
 * @param on one that is there already */
export async function testDatabase (t: Ending, on?: string): Promise<TestDatabase> {
  const folder = on === undefined && template === undefined ? mkdtempSync(join(tmpdir(), 'muster-')) : null
  const url = on ?? (template === undefined ? `sqlite:${folder}/muster.db` : await copyOf(template))
  const opened: Database[] = []
  const open = (): Database => {
    const db = openDatabase(url, { connections: 8 })
    opened.push(db)
    return db
  }
  t.teardown(async () => {
    for (const db of opened) await db.close()
    if (folder !== null) rmSync(folder, { recursive: true, force: true })
  })
  const db = open()
  await migrate(db)
  return { db, url, again: open }
}

async function copyOf (from: string): Promise<string> {
  const name = `t${randomBytes(8).toString('hex')}`
  const client = new pg.Client({ connectionString: from.replace(/\/[^/]+$/, '/postgres') })
  await client.connect()
  try {
    await client.query(`create database ${name} template ${from.split('/').at(-1) ?? ''}`)
  } finally {
    await client.end()
  }
  return from.replace(/\/[^/]+$/, `/${name}`)
}
