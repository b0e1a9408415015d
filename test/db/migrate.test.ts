import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import t from 'tap'

const run = promisify(execFile)

/** What a server does first, without the rest of it. */
const MIGRATE = `
  import { migrate } from './server/db/migrate.ts'
  import { openDatabase } from './server/db/open.ts'
  console.log((await migrate(openDatabase(process.env.DATABASE_URL))).join('\\n'))
  process.exit()
`

t.test('servers that start at once on an empty SQLite file bring it up to date once', async (t) => {
  const env = { PATH: process.env['PATH'], NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'], DATABASE_URL: `sqlite:${t.testdir()}/data/muster.db` }
  const printed = async (...args: readonly string[]): Promise<string[]> => (await run(process.execPath, args, { env })).stdout.trim().split('\n').filter((line) => line !== '')
  const migrate = async (): Promise<string[]> => await printed('--input-type=module', '--eval', MIGRATE)
  const ran = (await Promise.all([migrate(), migrate(), migrate()])).flat()
  t.equal(new Set(ran).size, ran.length, 'each migration ran in one of them')
  t.ok(ran.length > 1 && ran.every((name) => /^\d{4}-/.test(name)), ran.join(', '))
  t.same(await printed('server/main.ts', 'migrate'), ['Nothing to do.'])
})
