import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import t from 'tap'

const run = promisify(execFile)

t.test('servers that start at once on an empty SQLite file bring it up to date once', async (t) => {
  const env = { PATH: process.env['PATH'], DATABASE_URL: `sqlite:${t.testdir()}/data/muster.db` }
  const migrate = async (): Promise<string[]> => (await run(process.execPath, ['server/main.ts', 'migrate'], { env })).stdout.split('\n').filter((line) => /^\d{4}-/.test(line))
  const ran = await Promise.all([migrate(), migrate(), migrate()])
  t.equal(new Set(ran.flat()).size, ran.flat().length, 'each migration ran in one of them')
  t.ok(ran.flat().length > 1)
  t.same(await migrate(), [])
})
