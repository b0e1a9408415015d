import { execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { statSync, writeFileSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { copySqliteFile } from '../server/db/sqlite-rows.ts'
import { restore, backup, verify } from '../server/keep.ts'
import { testApp, type Somebody, type TestApp } from './app.ts'
import { NO_POSTGRES, startPostgres } from './postgres.ts'
import { startServer, type RunningServer } from './server.ts'
import { enrol, start, startWalk } from './trainee.ts'

t.setTimeout(180_000)
const folder = t.testdir()

interface Sitting { readonly trainee: Somebody, readonly examId: string, readonly slot: number, seq: number, acknowledged: number }

async function sit (test: TestApp): Promise<Sitting> {
  const walk = await startWalk(test)
  const trainee = await test.somebody('Sara Sitting', [{ role: 'trainee' }], { country: 'ZM' })
  const exam = await start(test, walk, 'exam', trainee, await enrol(test, walk.admin, walk.cohortId, trainee))
  return { trainee, examId: exam.id, slot: exam.questions.find(({ kind }) => kind === 'short-text')?.slot ?? 0, seq: 0, acknowledged: 0 }
}

/** Sends the next answer, or the one that was not acknowledged once more, as the browser does. */
async function save (server: RunningServer, sitting: Sitting, text = ''): Promise<Response> {
  const seq = sitting.acknowledged + 1
  const answer = await fetch(`${server.url}/api/v1/attempts/${sitting.examId}/answers/${sitting.slot}`, {
    method: 'PUT', headers: { ...sitting.trainee.bearer, 'content-type': 'application/json' }, body: JSON.stringify({ answer: { text: `answer ${seq}${text}` }, seq })
  })
  if (answer.status === 200) sitting.acknowledged = seq
  return answer
}

async function isRefused (t: Test, answer: Response): Promise<void> {
  t.equal(answer.status, 503)
  t.equal(answer.headers.get('retry-after'), '5')
  t.match(await answer.json(), { type: '/problems/storage-unavailable', title: 'The programme cannot save at the moment' })
}

async function stored (server: RunningServer, sitting: Sitting): Promise<string> {
  const seen = await (await fetch(`${server.url}/api/v1/attempts/${sitting.examId}`, { headers: sitting.trainee.bearer })).json() as { questions: Array<{ answer: { text: string } }> }
  return seen.questions[sitting.slot - 1]?.answer.text ?? ''
}

async function status (server: RunningServer, path: string): Promise<number> {
  return (await fetch(server.url + path)).status
}

t.test('PostgreSQL goes and comes back: refused meanwhile, saved afterwards, by the same process', { skip: NO_POSTGRES ?? false }, async (t) => {
  const postgres = await startPostgres()
  t.teardown(async () => { await postgres.remove() })
  const test = await testApp(t, { courses: 'test/fixtures/courses' })
  const sitting = await sit(test)
  const url = await postgres.createDatabase()
  await backup(test.url, `${folder}/moved.gz`)
  t.match(await restore(`${folder}/moved.gz`, url), { agrees: true })
  const server = await startServer(['serve'], { DATABASE_URL: url, LOG_LEVEL: 'silent' })
  t.equal((await save(server, sitting)).status, 200)
  await postgres.stop()
  await isRefused(t, await save(server, sitting))
  t.equal(await status(server, '/ready'), 503)
  t.equal(await status(server, '/health'), 200)
  const page = await fetch(`${server.url}/enrolments/x`, { headers: { ...sitting.trainee.bearer, 'accept-language': 'ar' } })
  t.equal(page.status, 503)
  t.match(await page.text(), /لا يمكن للبرنامج الحفظ/, 'people get a page, in their language')
  await postgres.start()
  t.equal((await save(server, sitting)).status, 200)
  t.equal(await status(server, '/ready'), 200)
  t.equal(await stored(server, sitting), 'answer 2')
  await postgres.kill()
  await postgres.start()
  t.equal((await save(server, sitting)).status, 200, 'a killed one too')
  t.equal(await stored(server, sitting), 'answer 3')
  t.equal(await server.stop(), 0)
  t.match(await verify(url), { agrees: true })
})

t.test('a SQLite file that another process has locked: waited for, then refused; reading goes on', async (t) => {
  const test = await testApp(t, { courses: 'test/fixtures/courses' })
  const sitting = await sit(test)
  const server = await startServer(['serve'], { DATABASE_URL: test.url, LOG_LEVEL: 'silent' })
  t.equal((await save(server, sitting)).status, 200)
  const other = new Sqlite(test.url.slice('sqlite:'.length))
  t.teardown(() => { other.close() })
  other.exec('begin immediate')
  const waiting = save(server, sitting)
  const asked = performance.now()
  t.equal(await stored(server, sitting), 'answer 1', 'others read meanwhile')
  t.ok(performance.now() - asked < 4000, 'and do not wait for it')
  other.exec('commit')
  t.equal((await waiting).status, 200, 'a short lock is waited for')
  other.exec('begin immediate')
  await isRefused(t, await save(server, sitting))
  other.exec('rollback')
  t.equal((await save(server, sitting)).status, 200)
  t.equal(await stored(server, sitting), 'answer 3')
  await server.stop()
})

const canLimit = process.platform === 'linux' && spawnSync('prlimit', ['--version']).status === 0

t.test('a disk that is full: refused, nothing acknowledged is lost, and saved again as soon as there is room', { skip: canLimit ? false : 'needs prlimit' }, async (t) => {
  const test = await testApp(t, { courses: 'test/fixtures/courses' })
  const sitting = await sit(test)
  const server = await startServer(['serve'], { DATABASE_URL: test.url, LOG_LEVEL: 'silent' })
  const size = (limit: string): void => { execFileSync('prlimit', [`--pid=${server.process.pid ?? 0}`, `--fsize=${limit}`]) }
  t.equal((await save(server, sitting)).status, 200)
  const path = test.url.slice('sqlite:'.length)
  // No file may grow beyond this: what a full disk says, without filling one.
  size(`${Math.max(statSync(path).size, statSync(`${path}-wal`).size) + 40_000}:unlimited`)
  let answer = await save(server, sitting, 'x'.repeat(150))
  for (let tries = 0; tries < 200 && answer.status === 200; tries++) answer = await save(server, sitting, 'x'.repeat(150))
  await isRefused(t, answer)
  t.match(await stored(server, sitting), new RegExp(`^answer ${sitting.acknowledged}x`), 'what was acknowledged can be read')
  t.equal(await status(server, '/health'), 200)
  size('unlimited:unlimited')
  t.equal((await save(server, sitting)).status, 200)
  t.equal(await server.stop(), 0)
  t.match(await verify(test.url), { agrees: true })
})

t.test('a database that became read-only: refused, and still read', async (t) => {
  const test = await testApp(t, { courses: 'test/fixtures/courses' })
  const sitting = await sit(test)
  const put = async (seq: number): Promise<number> => (await test.app.inject({
    method: 'PUT', url: `/api/v1/attempts/${sitting.examId}/answers/${sitting.slot}`, headers: sitting.trainee.bearer, payload: { answer: { text: `answer ${seq}` }, seq }
  })).statusCode
  t.equal(await put(1), 200)
  await test.db.write(async (tx) => { await sql`pragma query_only = on`.execute(tx) })
  t.equal(await put(2), 503)
  t.equal(await put(2), 503)
  const seen = await test.app.inject({ url: `/api/v1/attempts/${sitting.examId}`, headers: sitting.trainee.bearer })
  t.match(seen.body, '"answer 1"')
})

t.test('a drive that dies: nobody is told any more that anything is saved, and the server ends as if it were cut off', async (t) => {
  const test = await testApp(t, { courses: 'test/fixtures/courses' })
  const sitting = await sit(test)
  const path = `${folder}/dying.db`
  copySqliteFile(test.url.slice('sqlite:'.length), path)
  const dead = `${folder}/dead`
  const server = await startServer(['serve'], { DATABASE_URL: `sqlite:${path}`, FAILING_DISK: dead }, './test/failing-disk.mjs')
  t.equal((await save(server, sitting)).status, 200)
  writeFileSync(dead, '')
  const ended = once(server.process, 'exit')
  await isRefused(t, await save(server, sitting))
  await isRefused(t, await save(server, sitting))
  t.same(await ended, [null, 'SIGKILL'])
  t.match(server.output(), /the disk failed/)

  const anew = await startServer(['serve'], { DATABASE_URL: `sqlite:${path}` })
  t.match(await stored(anew, sitting), /^answer [12]$/, 'what was acknowledged is there; what was refused may be')
  t.equal((await save(anew, sitting)).status, 200, 'and its browser sends it once more')
  t.equal(await stored(anew, sitting), 'answer 2')
  t.equal(await anew.stop(), 0)
  t.match(await verify(`sqlite:${path}`), { agrees: true })
})
