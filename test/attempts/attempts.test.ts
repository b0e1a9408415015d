import t from 'tap'
import { sweepOverdue } from '../../server/attempts/attempts.ts'
import { makeCourseCache } from '../../server/courses/courses.ts'
import { recount } from '../../server/quotas/recount.ts'
import { testApp, type TestApp } from '../app.ts'
import { addCohort, answerRightly, call, enrol, start, startWalk, walkToTheEnd } from '../trainee.ts'

const courses = 'test/fixtures/courses'

async function quota (test: TestApp, admin: Parameters<typeof call>[1], more: object = {}): Promise<string> {
  const day = test.world.now().toISOString().slice(0, 4)
  const { status, json } = await call(test, admin, 'POST', '/quotas', { name: 'Officers trained', period: { from: `${day}-01-01`, to: `${day}-12-31` }, scope: {}, counts: 'persons', target: 10, ...more })
  if (status !== 201) throw new Error(`${status} ${JSON.stringify(json)}`)
  return json.id as string
}

t.test('the main job: lessons, quizzes, certificate, and every quota it counts for rises by exactly one', async (t) => {
  const test = await testApp(t, { courses, now: '2026-06-15T08:00:00Z' })
  const walk = await startWalk(test)
  const quotas = [
    await quota(test, walk.admin), await quota(test, walk.admin, { scope: { country: 'ZM' } }), await quota(test, walk.admin, { scope: { course: 'first-steps' }, counts: 'certificates' })
  ]
  const elsewhere = await quota(test, walk.admin, { scope: { country: 'NI' } })
  const counted = async (id: string): Promise<number> => (await call(test, walk.admin, 'GET', `/quotas/${id}`)).json.counted as number

  const list = await call(test, walk.trainee, 'GET', '/enrolments')
  t.match(list.json, { items: [{ id: walk.enrolmentId, course: { slug: 'first-steps', title: 'First steps', version: 1 }, state: 'active', progress: { done: 0, total: 3 }, certificateSerial: null }], next: null })
  const detail = await call(test, walk.trainee, 'GET', `/enrolments/${walk.enrolmentId}`)
  t.match(detail.json.modules, [
    { key: 'basics', activities: [{ key: 'welcome', kind: 'lesson', state: 'open' }, { key: 'practice', kind: 'quiz', state: 'open' }] },
    { key: 'final', activities: [{ key: 'exam', kind: 'quiz' }] }
  ])
  const exam = await walkToTheEnd(test, walk)
  t.equal((await call(test, walk.trainee, 'GET', '/enrolments')).json.items[0].progress.done, 2)
  t.same(await Promise.all(quotas.map(counted)), [0, 0, 0])

  const finished = await call(test, walk.trainee, 'POST', `/attempts/${exam.id}/finish`)
  t.match(finished, { status: 200, json: { state: 'graded', mark: 7, markMax: 7, percent: 100, passed: true } })
  const serial = finished.json.certificateSerial as string
  t.match(serial, /^M26-/)
  t.match(await call(test, null, 'GET', `/certificates/${serial}`), {
    status: 200, json: { serial, state: 'valid', holder: 'Tariq Trainee', country: 'ZM', course: { slug: 'first-steps', version: 1 }, mark: 100, issuedAt: '2026-06-15T', expiresAt: '2027-06-15T' }
  })
  t.same(await Promise.all(quotas.map(counted)), [1, 1, 1])
  t.equal(await counted(elsewhere), 0)

  t.test('finishing again, or from two clients at once, changes nothing more', async (t) => {
    const again = await Promise.all([1, 2, 3].map(async () => await call(test, walk.trainee, 'POST', `/attempts/${exam.id}/finish`)))
    for (const { status, json } of again) t.match({ status, json }, { status: 200, json: finished.json as object })
    t.same(await Promise.all(quotas.map(counted)), [1, 1, 1])
  })

  t.test('revocation takes the count back, once', async (t) => {
    const revoke = async (): Promise<number> => (await call(test, walk.admin, 'POST', `/certificates/${serial}/revoke`, { reason: 'Sat by somebody else' })).status
    t.same((await Promise.all([revoke(), revoke()])).sort(), [200, 409])
    t.same(await Promise.all(quotas.map(counted)), [0, 0, 0])
    t.match((await call(test, null, 'GET', `/certificates/${serial}`)).json, { state: 'revoked', reason: 'Sat by somebody else' })
    t.match(await recount(test.db.read), { agrees: true })
  })
})

t.test('many trainees finishing in the same moment are each counted once', async (t) => {
  const test = await testApp(t, { courses })
  const walk = await startWalk(test)
  const id = await quota(test, walk.admin)
  const exams = []
  for (let i = 0; i < 12; i++) {
    const trainee = await test.somebody(`Trainee ${i}`, [{ role: 'trainee' }], { country: 'ZM' })
    const enrolmentId = await enrol(test, walk.admin, walk.cohortId, trainee)
    exams.push({ trainee, exam: await walkToTheEnd(test, walk, trainee, enrolmentId) })
  }
  const results = await Promise.all(exams.flatMap(({ trainee, exam }) => [1, 2].map(async () => await call(test, trainee, 'POST', `/attempts/${exam.id}/finish`))))
  t.equal(new Set(results.map(({ json }) => json.certificateSerial as string)).size, 12)
  t.equal((await call(test, walk.admin, 'GET', `/quotas/${id}`)).json.counted, 12)
  const entries = await call(test, walk.admin, 'GET', `/quotas/${id}/entries`)
  t.equal(entries.json.items.length, 12)
})

t.test('a person with certificates of two cohorts is counted once, and stays counted while one is valid', async (t) => {
  const test = await testApp(t, { courses })
  const walk = await startWalk(test)
  const id = await quota(test, walk.admin)
  const second = await addCohort(test, walk.admin, 'first-steps', [walk.instructor])
  const secondEnrolment = await enrol(test, walk.admin, second, walk.trainee)
  const serials = []
  for (const enrolmentId of [walk.enrolmentId, secondEnrolment]) {
    const exam = await walkToTheEnd(test, walk, walk.trainee, enrolmentId)
    serials.push((await call(test, walk.trainee, 'POST', `/attempts/${exam.id}/finish`)).json.certificateSerial as string)
  }
  const counted = async (): Promise<number> => (await call(test, walk.admin, 'GET', `/quotas/${id}`)).json.counted as number
  t.equal(await counted(), 1)
  await call(test, walk.admin, 'POST', `/certificates/${serials[0]}/revoke`, { reason: 'Entered twice' })
  t.equal(await counted(), 1)
  await call(test, walk.admin, 'POST', `/certificates/${serials[1]}/revoke`, { reason: 'Entered in error' })
  t.equal(await counted(), 0)
  t.match(await recount(test.db.read), { agrees: true })
})

t.test('starting twice gives the same attempt; the number of attempts holds', async (t) => {
  const test = await testApp(t, { courses })
  const walk = await startWalk(test)
  const path = `/enrolments/${walk.enrolmentId}/quizzes/exam/attempts`
  const both = await Promise.all([1, 2].map(async () => await call(test, walk.trainee, 'POST', path)))
  t.same(both.map(({ status }) => status).sort(), [200, 201])
  t.equal(both[0]?.json.id, both[1]?.json.id)
  await call(test, walk.trainee, 'POST', `/attempts/${both[0]?.json.id as string}/finish`)
  const second = await call(test, walk.trainee, 'POST', path)
  t.match(second, { status: 201, json: { number: 2 } })
  await call(test, walk.trainee, 'POST', `/attempts/${second.json.id as string}/finish`)
  t.match(await call(test, walk.trainee, 'POST', path), { status: 409, json: { type: '/problems/attempts-used-up' } })
})

t.test('answers are saved in order, repeated safely, and never overtaken', async (t) => {
  const test = await testApp(t, { courses })
  const walk = await startWalk(test)
  const exam = await start(test, walk, 'exam')
  const slot = exam.questions.find(({ kind }) => kind === 'choice')?.slot ?? 0
  const put = async (body: object): ReturnType<typeof call> => await call(test, walk.trainee, 'PUT', `/attempts/${exam.id}/answers/${slot}`, body)
  t.match(await put({ answer: { choices: ['a'] }, seq: 1 }), { status: 200, json: { slot, seq: 1, state: 'answered' } })
  t.match(await put({ answer: { choices: ['a'] }, seq: 1 }), { status: 200, json: { seq: 1 } }, 'a repeated request answers the same')
  t.match(await put({ answer: { choices: ['b'] }, seq: 5 }), { status: 200, json: { seq: 5 } })
  t.match(await put({ answer: { choices: ['c'] }, seq: 3 }), { status: 409, json: { type: '/problems/answer-out-of-date', seq: 5, answer: { choices: ['b'] } } })
  t.match(await put({ answer: { choices: ['c'] } }), { status: 200, json: { seq: 6 } })
  t.match(await put({ answer: null }), { status: 200, json: { seq: 7, state: 'not-answered' } })
  t.match(await put({ answer: { text: 'no choice' } }), { status: 422, json: { problems: [{ path: `answers/${slot}` }] } })
  t.match(await call(test, walk.trainee, 'PUT', `/attempts/${exam.id}/answers/99`, { answer: null }), { status: 404 })
  const both = await call(test, walk.trainee, 'PUT', `/attempts/${exam.id}/answers`, { answers: { [slot]: { choices: ['a'] }, 99: { choices: ['a'] } } })
  t.equal(both.status, 404)
  const seen = await call(test, walk.trainee, 'GET', `/attempts/${exam.id}`)
  t.equal(seen.json.questions[slot - 1].answer, null, 'of several answers, all are saved or none')
  t.notMatch(JSON.stringify(seen.json), /correct|fraction/, 'an open attempt tells nothing of what is right')
})

t.test('time: kept by the server, one ending whoever notices it', async (t) => {
  const courseCache = makeCourseCache()
  const endings = []
  for (const noticed of ['finish', 'save', 'view', 'sweep'] as const) {
    const test = await testApp(t, { courses, now: '2026-06-15T08:00:00Z' })
    const walk = await startWalk(test)
    test.world.setNow('2026-06-15T08:00:00Z')
    const exam = await start(test, walk, 'exam')
    const slot = exam.questions.find(({ kind }) => kind === 'true-false')?.slot ?? 0
    test.world.setNow('2026-06-15T08:30:03Z')
    t.equal((await call(test, walk.trainee, 'PUT', `/attempts/${exam.id}/answers/${slot}`, { answer: { choices: ['false'] } })).status, 200, 'an answer on its way when the time ends is taken')
    test.world.setNow('2026-06-15T08:31:00Z')
    if (noticed === 'finish') await call(test, walk.trainee, 'POST', `/attempts/${exam.id}/finish`)
    if (noticed === 'save') t.match(await call(test, walk.trainee, 'PUT', `/attempts/${exam.id}/answers/${slot}`, { answer: { choices: ['true'] } }), { status: 409, json: { type: '/problems/time-is-up' } })
    if (noticed === 'sweep') t.equal(await sweepOverdue(test.db, { world: test.world, courses: courseCache, settings: { programme: '', timeZone: 'UTC', publicUrl: '', prefix: '', secure: false, demo: false } }), 1)
    const { json } = await call(test, walk.trainee, 'GET', `/attempts/${exam.id}/review`)
    endings.push({ state: json.state as string, mark: json.mark as number, finishedAt: String(json.finishedAt).slice(0, 19), endedBy: json.endedBy as string })
  }
  t.same(endings, Array(4).fill({ state: 'graded', mark: 1, finishedAt: '2026-06-15T08:30:00', endedBy: 'expiry' }))
})

t.test('a clock that is set back neither ends nor extends an attempt', async (t) => {
  const test = await testApp(t, { courses, now: '2026-06-15T08:00:00Z' })
  const walk = await startWalk(test)
  test.world.setNow('2026-06-15T08:00:00Z')
  const exam = await start(test, walk, 'exam')
  test.world.setNow('2026-06-15T07:00:00Z')
  const seen = await call(test, walk.trainee, 'GET', `/attempts/${exam.id}`)
  t.match(seen.json, { state: 'open', dueAt: /^2026-06-15T08:30:00/ })
})

t.test('immediate feedback: a checked answer is marked and locked; what is blank stays open', async (t) => {
  const test = await testApp(t, { courses })
  const walk = await startWalk(test)
  const practice = await start(test, walk, 'practice')
  const check = async (slot: number, body?: object): ReturnType<typeof call> => await call(test, walk.trainee, 'POST', `/attempts/${practice.id}/answers/${slot}/check`, body ?? {})
  t.match(await check(1), { status: 200, json: { state: 'not-answered' } })
  const key = await call(test, walk.instructor, 'GET', `/attempts/${practice.id}/key`)
  t.match(await check(1, { answer: key.json.answers['1'] as object }), { status: 200, json: { state: 'right' } })
  t.equal((await call(test, walk.trainee, 'PUT', `/attempts/${practice.id}/answers/1`, { answer: null })).status, 409)
  const review = await call(test, walk.trainee, 'GET', `/attempts/${practice.id}/review`)
  t.match(review.json.items[0], { state: 'right', mark: 1 })
  t.notOk('rightAnswer' in (review.json.items[1] as object), 'the others show nothing yet')
  const exam = await start(test, walk, 'exam')
  t.match(await call(test, walk.trainee, 'POST', `/attempts/${exam.id}/answers/1/check`, {}), { status: 409, json: { type: '/problems/check-not-offered' } })
  t.equal((await call(test, walk.trainee, 'GET', `/attempts/${exam.id}/review`)).status, 403, 'a deferred attempt is not reviewed before its end')
})

t.test('a review shows what its policy allows, and all of it to those who teach', async (t) => {
  const test = await testApp(t, { courses })
  const walk = await startWalk(test)
  const exam = await walkToTheEnd(test, walk)
  await call(test, walk.trainee, 'POST', `/attempts/${exam.id}/finish`)
  const own = await call(test, walk.trainee, 'GET', `/attempts/${exam.id}/review`)
  t.equal(own.json.items.length, 7)
  t.ok((own.json.items as object[]).every((item) => !('rightAnswer' in item)))
  const taught = await call(test, walk.instructor, 'GET', `/attempts/${exam.id}/review`)
  t.ok((taught.json.items as object[]).every((item) => 'rightAnswer' in item))
  const log = await test.db.read.selectFrom('audit_entry').select('action').where('action', '=', 'attempt.key-read').execute()
  t.ok(log.length >= 2, 'who read an answer key is on record')
})

t.test('without scripts: a form for each page, and a page left open elsewhere overwrites nothing', async (t) => {
  const test = await testApp(t, { courses })
  const walk = await startWalk(test)
  const exam = await start(test, walk, 'exam')
  const slot = (kind: string): number => exam.questions.find((question) => question.kind === kind)?.slot ?? 0
  const pageOf = (slotNumber: number): number => Math.ceil(slotNumber / 3)
  const browser = await signedInBrowser(test, walk.trainee.token)
  const page = await browser.get(`/attempts/${exam.id}?page=${pageOf(slot('numeric'))}`)
  t.equal(page.statusCode, 200)
  const post = async (number: number, fields: Record<string, string | string[]>): Promise<ReturnType<TestApp['app']['inject']> extends Promise<infer R> ? R : never> =>
    await browser.post(`/attempts/${exam.id}?page=${number}`, fields)

  const hours = slot('numeric')
  const saved = await post(pageOf(hours), { slots: String(hours), [`seq${hours}`]: '0', [`q${hours}`]: '72', go: 'next' })
  t.equal(saved.statusCode, 303)
  t.match((await call(test, walk.trainee, 'GET', `/attempts/${exam.id}`)).json.questions[hours - 1], { answer: { text: '72' }, seq: 1 })

  // A second device answers again; the first one's page, which still shows 72, is turned: the newer answer stays.
  await call(test, walk.trainee, 'PUT', `/attempts/${exam.id}/answers/${hours}`, { answer: { text: '96' } })
  await post(pageOf(hours), { slots: String(hours), [`seq${hours}`]: '1', [`q${hours}`]: '72', go: 'next' })
  t.match((await call(test, walk.trainee, 'GET', `/attempts/${exam.id}`)).json.questions[hours - 1], { answer: { text: '96' } })
  // But what was changed on that page is the later will.
  await post(pageOf(hours), { slots: String(hours), [`seq${hours}`]: '1', [`q${hours}`]: '48', go: 'next' })
  t.match((await call(test, walk.trainee, 'GET', `/attempts/${exam.id}`)).json.questions[hours - 1], { answer: { text: '48' } })

  const steps = slot('order')
  await post(pageOf(steps), { slots: String(steps), [`q${steps}.recall`]: '1', [`q${steps}.freeze`]: '2', [`q${steps}.statement`]: '3' })
  const pairs = slot('match')
  await post(pageOf(pairs), { slots: String(pairs), [`q${pairs}.recruiter`]: 'finds', [`q${pairs}.mule`]: '' })
  const several = exam.questions.filter(({ kind }) => kind === 'choice').map((question) => question.slot)
  for (const choice of several) await post(pageOf(choice), { slots: String(choice), [`q${choice}`]: ['a', 'b'] })
  const { questions } = (await call(test, walk.trainee, 'GET', `/attempts/${exam.id}`)).json
  t.match(questions[steps - 1], { answer: { order: ['recall', 'freeze', 'statement'] } })
  t.match(questions[pairs - 1], { answer: { pairs: { recruiter: 'finds' } } })
  for (const choice of several) t.match(questions[choice - 1], { answer: { choices: ['a', 'b'] } })
  t.match((await post(1, { slots: '1', go: 'end' })).headers, { location: `/attempts/${exam.id}?page=end` })
  const finish = await browser.post(`/attempts/${exam.id}/finish`, {})
  t.match([finish.statusCode, finish.headers.location], [303, `/attempts/${exam.id}/review`])
  t.equal((await browser.get(`/attempts/${exam.id}/review`)).statusCode, 200)
})

/** A browser's cookies, and the token that its forms carry. */
async function signedInBrowser (test: TestApp, token: string) {
  const cookies = { muster: token } as Record<string, string>
  const first = await test.app.inject({ method: 'GET', url: '/', cookies })
  for (const { name, value } of first.cookies) cookies[name] = value
  const csrf = /name="_csrf" value="([^"]+)"/.exec(first.body)?.[1] ?? ''
  return {
    get: async (url: string) => await test.app.inject({ method: 'GET', url, cookies }),
    post: async (url: string, fields: Record<string, string | string[]>) => {
      const body = new URLSearchParams({ _csrf: csrf })
      for (const [name, value] of Object.entries(fields)) for (const one of [value].flat()) body.append(name, one)
      return await test.app.inject({ method: 'POST', url, cookies, headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload: body.toString() })
    }
  }
}

t.test('an attempt that nobody finished in time is the same in every way for the trainee', async (t) => {
  const test = await testApp(t, { courses, now: '2026-06-15T08:00:00Z' })
  const walk = await startWalk(test)
  const exam = await start(test, walk, 'exam')
  await answerRightly(test, walk, exam)
  test.world.setNow('2026-06-15T09:00:00Z')
  const list = await call(test, walk.trainee, 'GET', `/attempts/${exam.id}/review`)
  t.match(list.json, { state: 'graded', passed: true, endedBy: 'expiry' })
})
