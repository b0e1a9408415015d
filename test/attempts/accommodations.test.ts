import t from 'tap'
import { applyAccommodations } from '../../server/attempts/allow.ts'
import { sweepOverdue } from '../../server/attempts/attempts.ts'
import { makeCourseCache } from '../../server/courses/courses.ts'
import { testApp } from '../app.ts'
import { openBrowser } from '../browser.ts'
import { call, enrol, start, startWalk } from '../trainee.ts'

const test = await testApp(t, { courses: 'test/fixtures/courses', now: '2026-06-15T08:00:00Z' })
const walk = await startWalk(test)
const { admin, instructor, trainee, cohortId, enrolmentId } = walk
const settings = { programme: 'P', timeZone: 'Asia/Shanghai', publicUrl: 'http://localhost', prefix: '', secure: false, demo: false }
const deps = { world: test.world, courses: makeCourseCache(), settings }
const give = async (body: object, personId = trainee.personId, who = admin) => await call(test, who, 'POST', `/people/${personId}/accommodations`, { reason: 'Reads slowly after an injury', ...body })
const minutesOf = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / 60_000
const browser = openBrowser(test.app)
browser.cookies.set('muster', admin.token)

t.test('extra time lengthens an attempt that is running, and its next save says so', async (t) => {
  const exam = await start(test, walk, 'exam')
  const before = (await call(test, trainee, 'GET', `/attempts/${exam.id}`)).json
  t.equal(minutesOf(before.startedAt, before.dueAt), 30)
  test.world.advance(10 * 60)
  const given = await give({ extraPercent: 50 })
  t.match(given, { status: 201, json: { state: 'in-force', lengthened: 1, givenBy: { name: 'Ada Admin' }, endsAt: null } })
  const saved = await call(test, trainee, 'PUT', `/attempts/${exam.id}/answers/1`, { answer: null })
  t.equal(minutesOf(before.startedAt, saved.json.dueAt), 45, 'told by the next save')
  t.equal((await call(test, trainee, 'GET', `/attempts/${exam.id}`)).json.dueAt, saved.json.dueAt, 'and by the heartbeat')
  test.world.advance(31 * 60)
  t.equal(await sweepOverdue(test.db, deps), 0, '41 minutes after its start it is not over')
  t.equal((await call(test, trainee, 'PUT', `/attempts/${exam.id}/answers/2`, { answer: null })).status, 200)

  t.match(await call(test, admin, 'POST', `/accommodations/${given.json.id as string}/end`), { status: 200 })
  t.equal((await call(test, trainee, 'GET', `/attempts/${exam.id}`)).json.dueAt, saved.json.dueAt, 'what was given to it stays with it')
  test.world.advance(5 * 60)
  t.equal(await sweepOverdue(test.db, deps), 1)
  t.match(await give({ extraPercent: 100 }), { json: { lengthened: 0 } }, 'what is over stays over')
  const log = await test.db.read.selectFrom('audit_entry').select(['action', 'detail']).where('action', 'in', ['accommodation.given', 'accommodation.ended', 'attempt.lengthened']).orderBy('seq').execute()
  t.same(log.map(({ action }) => action), ['accommodation.given', 'attempt.lengthened', 'accommodation.ended', 'accommodation.given'])
  t.notMatch(JSON.stringify(log), /injury/, 'why is not in the log, which cannot be erased')
})

t.test('it holds in every quiz that begins later, with extra attempts and later deadlines', async (t) => {
  t.match(await give({ extraAttempts: 1, laterDays: 3, extraMinutes: 5 }), { status: 201 })
  const browser = openBrowser(test.app)
  browser.cookies.set('muster', trainee.token)
  const page = (await browser.get(`/enrolments/${enrolmentId}/quizzes/exam`)).body
  t.match(page, /60 minutes/, '100 % of 30 minutes is more than five')
  t.match(page, /2 of 3/)
  t.match(page, /more than the quiz gives everybody/)
  t.match((await browser.get(`/enrolments/${enrolmentId}`)).body, /You are allowed more than others[^]*deadlines 3 days later/)
  for (const number of [2, 3]) {
    const { id } = await start(test, walk, 'exam')
    const { json } = await call(test, trainee, 'GET', `/attempts/${id}`)
    t.same([json.number, minutesOf(json.startedAt, json.dueAt)], [number, 60])
    if (number === 2) t.notMatch((await call(test, admin, 'GET', `/cohorts/${cohortId}/progress`)).json.items[0], { stuck: 'attempts-used-up' }, 'one is left')
    await call(test, trainee, 'POST', `/attempts/${id}/finish`)
  }
  t.match(await call(test, trainee, 'POST', `/enrolments/${enrolmentId}/quizzes/exam/attempts`), { status: 409, json: { type: '/problems/attempts-used-up', attempts: 3 } })
  t.match((await call(test, admin, 'GET', `/cohorts/${cohortId}/progress`)).json.items[0], { stuck: 'attempts-used-up' })

  const other = await test.somebody('Olga Other', [{ role: 'trainee' }], { country: 'ZM' })
  const otherEnrolment = await enrol(test, admin, cohortId, other)
  const now = test.world.now().toISOString()
  test.world.advance(31 * 86_400)
  t.match(await call(test, other, 'POST', `/enrolments/${otherEnrolment}/lessons/welcome/done`), { status: 409, json: { type: '/problems/cohort-not-running' } })
  t.match(await call(test, trainee, 'POST', `/enrolments/${enrolmentId}/lessons/welcome/done`), { status: 200 }, 'for whom everything closes later')
  t.match((await call(test, trainee, 'GET', '/enrolments')).json.items[0].cohort.endsAt, /^2026-07-18/)
  const { json } = await call(test, trainee, 'POST', `/enrolments/${enrolmentId}/quizzes/practice/attempts`)
  t.match(json.dueAt, /^2026-07-18/)
  test.world.setNow(now)
  await call(test, trainee, 'POST', `/attempts/${json.id as string}/finish`)

  // Two records of one human being: what one is allowed holds for the other.
  await call(test, admin, 'POST', `/people/${other.personId}/merge`, { intoId: trainee.personId, reason: 'The same passport' })
  const exam = await start(test, walk, 'exam', other, otherEnrolment)
  const seen = (await call(test, other, 'GET', `/attempts/${exam.id}`)).json
  t.equal(minutesOf(seen.startedAt, seen.dueAt), 60)
  t.match(await give({ extraMinutes: 45 }), { json: { lengthened: 1 } })
})

t.test('one that begins later reaches the attempt that is open then, once', async (t) => {
  const late = await test.somebody('Lara Later', [{ role: 'trainee' }], { country: 'ZM' })
  const enrolment = await enrol(test, admin, cohortId, late)
  test.world.setNow('2026-06-17T15:50:00Z')
  const exam = await start(test, walk, 'exam', late, enrolment)
  t.match(await give({ extraMinutes: 20, from: '2026-06-18', until: '2026-06-18' }, late.personId), { json: { state: 'coming', lengthened: 0, startsAt: '2026-06-17T16:00:00.000Z', endsAt: '2026-06-18T16:00:00.000Z' } })
  t.equal(await applyAccommodations(test.db, deps), 0)
  test.world.setNow('2026-06-17T16:00:01Z')
  const beside = await test.beside()
  const counts = await Promise.all([applyAccommodations(test.db, deps), applyAccommodations(beside.db, { ...deps, courses: makeCourseCache() })])
  t.same(counts.sort(), [0, 1], 'by one of two servers')
  const { json } = await call(test, late, 'GET', `/attempts/${exam.id}`)
  t.equal(minutesOf(json.startedAt, json.dueAt), 50)
})

t.test('who needs to know sees it, and nobody else; what was typed wrong is said field by field', async (t) => {
  t.match((await call(test, trainee, 'GET', '/me/accommodations')).json.items[0], { state: 'in-force', extraMinutes: 45 })
  t.notMatch((await call(test, trainee, 'GET', '/me/accommodations')).response.body, /injury|Ada Admin/)
  t.equal((await call(test, trainee, 'GET', `/people/${trainee.personId}/accommodations`)).status, 403)
  for (const who of [instructor, trainee]) t.equal((await give({ extraPercent: 25 }, trainee.personId, who)).status, 403)
  t.equal((await give({ extraPercent: 25 }, 'nobody')).status, 404)
  const bad = await give({ extraPercent: 25, extraMinutes: 5, extraAttempts: 21, laterDays: 1000, reason: 'x', from: '2026-02-30', until: '2026-01-01' })
  t.same(bad.json.problems.map(({ path }: { path: string }) => path), ['extraAttempts', 'laterDays', 'extraMinutes', 'reason', 'from', 'until'])
  t.match((await give({})).json.problems, [{ path: 'extraPercent', message: 'Allow at least one thing.' }])

  const path = `/desk/people/${trainee.personId}/accommodations`
  t.match((await browser.get(`/desk/people/${trainee.personId}`)).body, path)
  t.match((await browser.get(path)).body, /45 more minutes[^]*in force[^]*Reads slowly after an injury[^]*Given by Ada Admin/)
  const wrong = await browser.post(path, { extraPercent: 'a lot', reason: 'Too much' })
  t.match(wrong, { status: 422, body: /href="#extraPercent">The percentage must be a whole number[^]*value="a lot"/ })
  const { location = '' } = await browser.post(path, { extraPercent: '25', reason: 'A longer look', until: '2026-12-31' })
  t.match((await browser.get(location)).body, /It is in force\.[^]*25% more time[^]*31 Dec 2026/)
  const end = /action="(\/desk\/accommodations\/[^"]+)"/.exec((await browser.get(path)).body)?.[1] ?? ''
  t.match(await browser.post(end), { status: 303, location: path })
  t.match((await browser.get(path)).body, /Ended by Ada Admin/)
  const staff = openBrowser(test.app)
  staff.cookies.set('muster', instructor.token)
  const enrolment = (await staff.get(`/desk/enrolments/${enrolmentId}`)).body
  t.match(enrolment, /Accommodations:[^]*45 more minutes/, 'those who run the cohort know what')
  t.notMatch(enrolment, /injury/, 'and not why')
})
