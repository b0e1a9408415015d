import { randomBytes } from 'node:crypto'
import { copyFileSync, rmSync } from 'node:fs'
import pg from 'pg'
import type { Database } from '../server/db/database.ts'
import { migrate } from '../server/db/migrate.ts'
import { openDatabase } from '../server/db/open.ts'
import { temporaryFolder } from './temporary-folder.ts'

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

/** What is in a database before a test begins. */
export interface Beginning {
  /** The same name, the same beginning: it is made once and copied. */
  readonly name: string
  readonly make: (db: Database) => Promise<void>
}

const MIGRATED: Beginning = { name: 'migrated', make: async () => undefined }

/** A migrated database of a test's own, closed when the test ends.
 * @param options.on one that is there already
 * @param options.beginning what else is in it, on a database that is migrated */
export async function testDatabase (t: Ending, options: { on?: string, beginning?: Beginning } = {}): Promise<TestDatabase> {
  const { on, beginning } = options
  const opened: Database[] = []
  const folder = on === undefined && template === undefined ? temporaryFolder('muster-') : null
  const url = on ?? (template === undefined ? `sqlite:${folder}/muster.db` : await copyOf(await begun(beginning ?? MIGRATED)))
  const open = (): Database => {
    const db = openDatabase(url, { connections: 8 })
    opened.push(db)
    return db
  }
  t.teardown(async () => {
    for (const db of opened) await db.close()
    if (folder !== null) rmSync(folder, { recursive: true, force: true })
  })
  if (folder !== null) copyFileSync(await begun(beginning ?? MIGRATED), `${folder}/muster.db`)
  const db = open()
  if (on !== undefined) {
    await migrate(db)
    await beginning?.make(db)
  }
  return { db, url, again: open }
}

const beginnings = new Map<string, Promise<string>>()

/** @returns the path of a closed SQLite file to copy, or the url of a database on PostgreSQL: made once in this process */
async function begun ({ name, make }: Beginning): Promise<string> {
  let from = beginnings.get(name)
  if (from === undefined) beginnings.set(name, from = template === undefined ? makeFile(make) : makeOnPostgres(template, make))
  return await from
}

async function makeFile (make: Beginning['make']): Promise<string> {
  const folder = temporaryFolder('muster-')
  process.once('exit', () => { rmSync(folder, { recursive: true, force: true }) })
  const path = `${folder}/begun.db`
  await begin(`sqlite:${path}`, make)
  return path
}

async function makeOnPostgres (template: string, make: Beginning['make']): Promise<string> {
  if (make === MIGRATED.make) return template
  const url = await copyOf(template)
  await begin(url, make)
  return url
}

async function begin (url: string, make: Beginning['make']): Promise<void> {
  const db = openDatabase(url)
  await migrate(db)
  await make(db)
  await db.close()
}

async function copyOf (from: string): Promise<string> {
  const name = `t${randomBytes(8).toString('hex')}`
  const client = new pg.Client({ connectionString: from.replace(/\/[^/]+$/, '/postgres') })
  await client.connect()
  try {
    await client.query(`create database ${name} template ${from.split('/').at(-1) ?? ''} strategy file_copy`)
  } finally {
    await client.end()
  }
  return from.replace(/\/[^/]+$/, `/${name}`)
}
