import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import Sqlite from 'better-sqlite3'
import t, { type Test } from 'tap'
import { backup, copyProgramme, restore, verify } from '../server/keep.ts'
import { createQuota } from '../server/quotas/quotas.ts'
import { testApp, type TestApp } from './app.ts'
import { NO_POSTGRES, startPostgres } from './postgres.ts'
import { startServer } from './server.ts'
import { call, enrol, personOf, start, startWalk, walkToTheEnd, type Walk } from './trainee.ts'

t.setTimeout(180_000)

const postgres = NO_POSTGRES === null ? await startPostgres() : null
t.teardown(async () => { await postgres?.remove() })
const folder = t.testdir()

/** A programme with something in nearly every table: a certificate that counts, one that was revoked, an open exam. */
async function programme (test: TestApp): Promise<Walk> {
  const walk = await startWalk(test)
  const year = String(test.world.now().getUTCFullYear())
  await createQuota(test.db, test.world, personOf(walk.admin, 'administrator'), {
    name: 'Officers trained', period: { from: `${year}-01-01`, to: `${year}-12-31` }, timeZone: 'Asia/Shanghai', scope: {}, counts: 'persons', target: 100
  })
  for (const name of ['Amina Yusuf', 'Łukasz Żółć', 'فاطمة الزهراء', 'Quote " and \\ and \n line']) {
    const trainee = await test.somebody(name, [{ role: 'trainee' }], { country: 'ZM', agency: 'Police' })
    const exam = await walkToTheEnd(test, walk, trainee, await enrol(test, walk.admin, walk.cohortId, trainee))
    const { json } = await call(test, trainee, 'POST', `/attempts/${exam.id}/finish`)
    if (name.startsWith('Quote')) await call(test, walk.admin, 'POST', `/certificates/${json.certificateSerial as string}/revoke`, { reason: 'Entered in error' })
  }
  await start(test, walk, 'exam')
  return walk
}

const GOOD = [/^agrees .*one by one$/, /^agrees .*references between tables$/, /^agrees .*can be read$/, /^agrees .*ledger 3, recounted 3$/, /^agrees .*certificates: \d+, and \d+ documents/, /^agrees .*audit chain: \d+ entries$/]

/** One that is only read. */
const kept = testApp(t, { courses: 'test/fixtures/courses' }).then(async (test) => {
  await programme(test)
  return test
})

let count = 0
const fresh = (end: string): string => join(folder, `${++count}${end}`)
const freshSqlite = (): string => `sqlite:${fresh('.db')}`

t.test('a programme goes from one dialect to the other and back, row by row the same', async (t) => {
  const { url: from } = await kept
  const first = postgres === null ? freshSqlite() : await postgres.createDatabase()
  const there = await copyProgramme(from, first)
  t.match(there, { agrees: true, lines: GOOD })
  const back = freshSqlite()
  t.match(await copyProgramme(first, back), { agrees: true, lines: GOOD })
  const [a, b] = [fresh('.gz'), fresh('.gz')]
  await backup(from, a)
  await backup(back, b)
  const sorted = (file: string): string[] => gunzipSync(readFileSync(file)).toString().split('\n').sort()
  t.same(sorted(a), sorted(b), 'every row came back as it was')
  await t.rejects(copyProgramme(from, first), /the target is not empty: table \w+ has rows/)
  await t.rejects(copyProgramme(from, back), /the target is not empty/)
  await t.rejects(copyProgramme(`sqlite:${folder}/none.db`, freshSqlite()), /there is no such file/)
  t.notOk(existsSync(join(folder, 'none.db')))
})

t.test('a backup of either form brings back either dialect, and a damaged one is refused whole', async (t) => {
  const { url: from } = await kept
  const [portable, plain] = [fresh('.gz'), fresh('.db')]
  t.match(await backup(from, portable), { agrees: true, lines: [/ rows of \d+ tables$/] })
  t.match(await backup(from, plain), { agrees: true, lines: [/ rows of \d+ tables$/] })
  t.equal(statSync(portable).mode & 0o077, 0, 'nobody else may read it')
  t.notOk(existsSync(`${portable}.unfinished`))
  await t.rejects(backup(from, portable), /is there already/)
  t.match(await restore(portable, freshSqlite()), { agrees: true, lines: GOOD })
  t.match(await restore(plain, freshSqlite()), { agrees: true, lines: GOOD })
  t.match(await verify(`sqlite:${plain}`), { agrees: true }, 'the plain one can be served as it is')
  if (postgres !== null) {
    const url = await postgres.createDatabase()
    t.match(await restore(portable, url), { agrees: true, lines: GOOD })
    const fromPostgres = fresh('.sqlite')
    await backup(url, fromPostgres)
    t.match(await verify(`sqlite:${fromPostgres}`), { agrees: true })
    t.match(await restore(fromPostgres, await postgres.createDatabase()), { agrees: true, lines: GOOD })
  }

  const text = gunzipSync(readFileSync(portable)).toString()
  const damaged = async (change: (text: string) => string | Buffer): Promise<Error> => {
    const file = fresh('.gz')
    const changed = change(text)
    writeFileSync(file, typeof changed === 'string' ? gzipSync(changed) : changed)
    const target = freshSqlite()
    const error = await restore(file, target).then(() => new Error('restored'), (error: Error) => error)
    if (existsSync(target.slice(7))) {
      const db = new Sqlite(target.slice(7))
      t.equal(db.prepare('select count(*) from person').pluck().get(), 0, 'nothing of it stays')
      db.close()
    }
    return error
  }
  t.match(await damaged(() => readFileSync(portable).subarray(0, -100)), /unexpected end of file/)
  t.match(await damaged((text) => text.split('\n').slice(0, -2).join('\n') + '\n'), /cut short/)
  t.match(await damaged((text) => text.replace('Amina Yusuf', 'Amina Yusof')), /damaged: table \w+ has other content/)
  t.match(await damaged((text) => text.replace(/\n\[[^\n]*Amina Yusuf[^\n]*/, '')), /damaged: table \w+ has \d+ rows, not \d+/)
  t.match(await damaged((text) => text.replace('"0001-first"', '"0001-first","9999-later"')), /newer release: it has 9999-later/)
  t.match(await damaged((text) => text.replace('"format":1', '"format":2')), /format 2/)
  t.match(await damaged(() => Buffer.from('not a backup')), /no backup of a programme/)
  t.match(await damaged(() => gzipSync('{"x":1}\n')), /no backup of a programme/)
})

t.test('verify finds what does not fit', async (t) => {
  const { url: from } = await kept
  const broken = async (statement: string): Promise<string[]> => {
    const file = fresh('.db')
    await backup(from, file)
    const db = new Sqlite(file)
    db.unsafeMode(true)
    db.pragma('foreign_keys = OFF')
    db.exec(statement)
    db.close()
    const { lines, agrees } = await verify(`sqlite:${file}`)
    t.equal(agrees, false, statement)
    return lines.filter((line) => !line.startsWith('agrees'))
  }
  t.match(await broken("update audit_entry set detail = '{}' where seq = 3"), [/audit chain: broken at entry 3/])
  t.match(await broken('update quota set counted = counted + 1'), [/Officers trained/, /the total kept is 4/])
  t.match(await broken('delete from account'), [/integrity/, /refers to a row of account that is not there/])
  t.match(await broken('pragma writable_schema = on; delete from sqlite_schema where name = \'person_by_country\''), [/integrity/])
  if (postgres !== null) {
    const url = await postgres.createDatabase()
    await copyProgramme(from, url)
    const name = url.split('/').at(-1) ?? ''
    await postgres.query('alter table session drop constraint session_account_id_fkey; delete from link; delete from mail; delete from account where person_id in (select id from person where name like \'Amina%\'); alter table session add constraint session_account_id_fkey foreign key (account_id) references account (id) not valid', name)
    t.match(await verify(url), { agrees: false, lines: [/DIFFERS/, /session_account_id_fkey is not enforced/, /table session: 1 rows refer to rows of account that are not there/] })
  }
})

/** The drill: what an operator does the day after. */
async function drill (t: Test, test: TestApp, into: ReadonlyArray<() => Promise<string>>): Promise<void> {
  const walk = await programme(test)
  const sittings = []
  for (let index = 0; index < 8; index++) {
    const trainee = await test.somebody(`Trainee ${index}`, [{ role: 'trainee' }], { country: 'ZM' })
    sittings.push({ trainee, exam: await walkToTheEnd(test, walk, trainee, await enrol(test, walk.admin, walk.cohortId, trainee)), sent: 0 })
  }
  const server = await startServer(['serve'], { DATABASE_URL: test.url })
  let stop = false
  let saved = 0
  const load = sittings.map(async (sitting, index) => {
    const slot = sitting.exam.questions.find(({ kind }) => kind === 'short-text')?.slot ?? 0
    while (!stop) {
      sitting.sent += 1
      const answer = await fetch(`${server.url}/api/v1/attempts/${sitting.exam.id}/answers/${slot}`, {
        method: 'PUT', headers: { ...sitting.trainee.bearer, 'content-type': 'application/json' }, body: JSON.stringify({ answer: { text: `answer ${sitting.sent}` } })
      })
      if (answer.status === 200) saved += 1
      if (index % 2 === 0 && saved > 40 * (index + 1)) {
        await fetch(`${server.url}/api/v1/attempts/${sitting.exam.id}/finish`, { method: 'POST', headers: sitting.trainee.bearer })
        return
      }
    }
  })
  const until = async (most: number): Promise<void> => { while (saved < most) await new Promise((resolve) => setTimeout(resolve, 10)) }
  const files = []
  await until(30)
  for (const end of ['.gz', '.db']) {
    const before = saved
    const file = fresh(end)
    t.match(await backup(test.url, file), { agrees: true })
    files.push(file)
    await until(before + 40)
  }
  await until(320)
  stop = true
  await Promise.all(load)
  await server.stop()
  t.ok(saved >= 320, 'the programme was served meanwhile')
  for (const file of files) {
    for (const target of into) t.match(await restore(file, await target()), { agrees: true, lines: [GOOD[0], GOOD[1], GOOD[2], /^agrees .*ledger \d+, recounted \d+$/, GOOD[4]] })
  }
}

t.test('drill: backups made while trainees save and finish are whole, and serve elsewhere', async (t) => {
  const targets = [async () => freshSqlite(), ...(postgres === null ? [] : [async () => await postgres.createDatabase()])]
  const test = await testApp(t, { courses: 'test/fixtures/courses' })
  await drill(t, test, targets)
})
