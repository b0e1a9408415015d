import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import pg from 'pg'
import t, { type Test } from 'tap'
import { verifyChain } from '../server/audit/audit.ts'
import { sweepOverdue } from '../server/attempts/attempts.ts'
import { makeCourseCache } from '../server/courses/courses.ts'
import { makeTransport, queueMails, sendDueMails } from '../server/people/outbox.ts'
import { revokeCertificate } from '../server/certificates/certificates.ts'
import { createQuota } from '../server/quotas/quotas.ts'
import { recount } from '../server/quotas/recount.ts'
import { testApp, type TestApp } from './app.ts'
import { dialect } from './database.ts'
import { answerRightly, call, enrol, personOf, start, startWalk, walkToTheEnd, type Walk } from './trainee.ts'

const courses = 'test/fixtures/courses'

/** Two servers on one database, as two machines have: they share nothing else. */
async function two (t: Test, now?: string): Promise<readonly [TestApp, TestApp, Walk]> {
  const one = await testApp(t, { courses, ...(now === undefined ? {} : { now }) })
  return [one, await one.beside(), await startWalk(one)]
}

async function yearOf (test: TestApp, walk: Walk): Promise<string> {
  const year = String(test.world.now().getUTCFullYear())
  const made = await createQuota(test.db, test.world, personOf(walk.admin, 'administrator'), {
    name: 'Officers trained', period: { from: `${year}-01-01`, to: `${year}-12-31` }, timeZone: 'Asia/Shanghai', scope: {}, counts: 'persons', target: 100
  })
  if (made.id === null) throw new Error(JSON.stringify(made.problems))
  return made.id
}

t.test('what one server did, the other knows at once: sessions, attempts, answers', async (t) => {
  const [one, other, walk] = await two(t)
  const exam = await start(one, walk, 'exam')
  const slot = exam.questions.find(({ kind }) => kind === 'choice')?.slot ?? 0
  const put = async (test: TestApp, body: object): ReturnType<typeof call> => await call(test, walk.trainee, 'PUT', `/attempts/${exam.id}/answers/${slot}`, body)
  t.match(await put(one, { answer: { choices: ['a'] }, seq: 1 }), { status: 200 })
  t.match(await put(other, { answer: { choices: ['b'] }, seq: 2 }), { status: 200, json: { seq: 2 } })
  t.match(await put(one, { answer: { choices: ['c'] }, seq: 2 }), { status: 409, json: { seq: 2, answer: { choices: ['b'] } } })
  t.match(await call(other, walk.trainee, 'GET', `/attempts/${exam.id}`), { status: 200 })
  await call(one, walk.trainee, 'POST', '/sign-out')
  t.match(await call(other, walk.trainee, 'GET', `/attempts/${exam.id}`), { status: 401 }, 'signed out on one is signed out on all')
})

t.test('the same answer sent to two servers at once is stored once, and both are told so', async (t) => {
  const [one, other, walk] = await two(t)
  const exam = await start(one, walk, 'exam')
  for (let seq = 1; seq <= 10; seq++) {
    const answers = await Promise.all([one, other].map(async (test) => await call(test, walk.trainee, 'PUT', `/attempts/${exam.id}/answers/1`, { answer: null, seq })))
    t.same(answers.map(({ status }) => status), [200, 200])
  }
  for (let seq = 11; seq <= 15; seq++) {
    const slot = exam.questions.find(({ kind }) => kind === 'choice')?.slot ?? 0
    const [a, b] = await Promise.all([one, other].map(async (test, index) => await call(test, walk.trainee, 'PUT', `/attempts/${exam.id}/answers/${slot}`, { answer: { choices: [index === 0 ? 'a' : 'b'] }, seq })))
    t.same([a?.status, b?.status].sort(), [200, 409], 'of two different ones, one is refused with what is stored')
  }
})

t.test('an attempt starts once, and its time ends once, whichever server notices', async (t) => {
  const [one, other, walk] = await two(t, '2026-06-15T08:00:00Z')
  const path = `/enrolments/${walk.enrolmentId}/quizzes/exam/attempts`
  const both = await Promise.all([one, other].map(async (test) => await call(test, walk.trainee, 'POST', path)))
  t.same(both.map(({ status }) => status).sort(), [200, 201])
  t.equal(both[0]?.json.id, both[1]?.json.id)
  const sittings = []
  for (let index = 0; index < 20; index++) {
    const trainee = await one.somebody(`Trainee ${index}`, [{ role: 'trainee' }], { country: 'ZM' })
    const enrolmentId = await enrol(one, walk.admin, walk.cohortId, trainee)
    sittings.push({ trainee, exam: await start(one, walk, 'exam', trainee, enrolmentId) })
  }
  one.world.advance(31 * 60)
  const deps = (test: TestApp): Parameters<typeof sweepOverdue>[1] => ({ world: test.world, courses: makeCourseCache(), settings: { timeZone: 'UTC' } as never })
  const [mine, theirs, ...seen] = await Promise.all([
    sweepOverdue(one.db, deps(one)), sweepOverdue(other.db, deps(other)),
    ...sittings.slice(0, 5).map(async ({ trainee, exam }) => (await call(other, trainee, 'POST', `/attempts/${exam.id}/finish`)).status)
  ])
  t.ok((mine) + (theirs) <= 21, 'none was ended twice')
  t.same(seen, [200, 200, 200, 200, 200])
  const rows = await one.db.read.selectFrom('attempt').select(['id', 'state', 'ended_by']).execute()
  t.equal(rows.filter(({ state, ended_by }) => state === 'graded' && ended_by === 'expiry').length, 21)
  const finals = await one.db.read.selectFrom('attempt_step').select(({ fn }) => ['attempt_id', 'slot', fn.countAll<number>().as('count')]).where('action', '=', 'finish').groupBy(['attempt_id', 'slot']).execute()
  t.ok(finals.length > 0 && finals.every(({ count }) => Number(count) === 1))
})

t.test('an answer that is acknowledged is in the grade, also when the finish comes from another server before it is stored', async (t) => {
  const [one, other, walk] = await two(t)
  const exam = await start(one, walk, 'exam')
  const key = await call(one, walk.instructor, 'GET', `/attempts/${exam.id}/key`)
  // Whoever wants to write a step waits here, between what it read and what it writes.
  const gate = dialect === 'postgres' ? await closeGate(t, one.url) : async () => undefined
  const saves = exam.questions.slice(0, 3).map(async ({ slot }) => await call(one, walk.trainee, 'PUT', `/attempts/${exam.id}/answers/${slot}`, { answer: key.json.answers[slot] as object }))
  await new Promise((resolve) => setTimeout(resolve, 500))
  const finishing = call(other, walk.trainee, 'POST', `/attempts/${exam.id}/finish`)
  await new Promise((resolve) => setTimeout(resolve, 500))
  await gate()
  const finished = await finishing
  const acknowledged = (await Promise.all(saves)).filter(({ status }) => status === 200)
  t.ok(acknowledged.length > 0)
  t.equal(finished.json.mark, acknowledged.length)
})

/** Nobody writes a step until the gate is opened. */
async function closeGate (t: Test, url: string): Promise<() => Promise<undefined>> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  t.teardown(async () => { await client.end() })
  await client.query('begin; lock table attempt_step in share mode')
  return async () => {
    await client.query('commit')
    return undefined
  }
}

t.test('certificates, counts and the audit chain agree after finishes, revocations and a new quota at once', async (t) => {
  const [one, other, walk] = await two(t)
  const exams = []
  for (let index = 0; index < 16; index++) {
    const trainee = await one.somebody(`Trainee ${index}`, [{ role: 'trainee' }], { country: 'ZM' })
    exams.push({ trainee, exam: await walkToTheEnd(one, walk, trainee, await enrol(one, walk.admin, walk.cohortId, trainee)) })
  }
  await yearOf(one, walk)
  const administrator = personOf(walk.admin, 'administrator')
  const finished = await Promise.all(exams.flatMap(({ trainee, exam }, index) => [one, other].map(async (test) => {
    const serial = (await call(test, trainee, 'POST', `/attempts/${exam.id}/finish`)).json.certificateSerial as string
    if (index % 4 === 0 && test === one) await revokeCertificate(other.db, other.world, administrator, serial, 'Entered in error')
    if (index % 4 === 1 && test === other) await yearOf(other, walk)
    return serial
  })))
  t.equal(new Set(finished.filter((serial) => serial !== null)).size, 16)
  const result = await recount(one.db.read)
  t.same(result.quotas.flatMap(({ problems }) => problems), [])
  t.same(result.quotas.map(({ ledger }) => ledger), [12, 12, 12, 12, 12])
  t.match(await verifyChain(one.db.read), { brokenAt: null })
})

t.test('the last two activities of a course, done at once on two servers, complete it', async (t) => {
  const [one, other, walk] = await two(t)
  for (let round = 0; round < 8; round++) {
    const trainee = await one.somebody(`Trainee ${round}`, [{ role: 'trainee' }], { country: 'ZM' })
    const enrolmentId = await enrol(one, walk.admin, walk.cohortId, trainee)
    const practice = await start(one, walk, 'practice', trainee, enrolmentId)
    await answerRightly(one, walk, practice, trainee)
    await call(one, trainee, 'POST', `/attempts/${practice.id}/finish`)
    const exam = await start(one, walk, 'exam', trainee, enrolmentId)
    await answerRightly(one, walk, exam, trainee)
    await Promise.all([
      call(one, trainee, 'POST', `/enrolments/${enrolmentId}/lessons/welcome/done`),
      call(other, trainee, 'POST', `/attempts/${exam.id}/finish`)
    ])
    t.match((await call(one, trainee, 'GET', `/enrolments/${enrolmentId}`)).json, { state: 'completed', certificateSerial: String, progress: { done: 3, total: 3 } })
  }
})

t.test('mails leave once, and guesses are counted over all servers', async (t) => {
  const [one, other] = await two(t)
  const taken: string[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData (stream, session, done) {
      stream.resume()
      stream.on('end', () => { taken.push(session.envelope.rcptTo[0]?.address ?? ''); done() })
    }
  })
  const listening = server.listen(0, '127.0.0.1')
  await once(listening, 'listening')
  t.teardown(() => { server.close() })
  const transports = await Promise.all([1, 2].map(async () => await makeTransport(`smtp://127.0.0.1:${(listening.address() as AddressInfo).port}`)))
  t.teardown(() => { for (const transport of transports) transport.close() })
  await one.db.write(async (tx) => {
    await queueMails(tx, one.world, Array.from({ length: 120 }, (_, n) => ({ to: `officer${n}@b.example`, subject: 's', body: 'b' })))
  })
  for (let rounds = 0; rounds < 3; rounds++) {
    await Promise.all([one, other].map(async (test, index) => await sendDueMails(test.db, test.world, transports[index] as (typeof transports)[0], 'a@b.example')))
  }
  t.equal(taken.length, 120)
  t.equal(new Set(taken).size, 120)

  const guess = async (test: TestApp): Promise<number> => (await call(test, null, 'POST', '/sign-in', { email: 'nobody@b.example', password: 'guess' })).status
  const answers = []
  for (let tries = 0; tries < 14; tries++) answers.push(await guess(tries % 2 === 0 ? one : other))
  t.same(answers, [...Array.from({ length: 10 }, () => 401), 429, 429, 429, 429])
})
