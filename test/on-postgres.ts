import t from 'tap'
import { migrate } from '../server/db/migrate.ts'
import { openDatabase } from '../server/db/open.ts'
import { NO_POSTGRES, startPostgres } from './postgres.ts'
import { runTogether } from './together/together.ts'

/** Runs test files a second time, together, on a PostgreSQL of their own: each test there has a database of its own. The server
 * sorts text as people do, not by bytes: what comes out in the right order does so by the schema. */
export async function onPostgres (files: readonly string[]): Promise<void> {
  if (NO_POSTGRES !== null) {
    t.pass(`PostgreSQL is left out: ${NO_POSTGRES}`, { skip: NO_POSTGRES })
    return
  }
  const postgres = await startPostgres({ initdb: ['--locale-provider=icu', '--icu-locale=und'] })
  t.teardown(async () => { await postgres.remove() })
  const template = await postgres.createDatabase()
  const db = openDatabase(template)
  await migrate(db)
  await db.close()
  // Read by test/database.ts, which no file has loaded yet.
  process.env['TEST_POSTGRES'] = template
  await runTogether(files)
}
