import t from 'tap'
import { sweepOverdue } from '../../server/attempts/attempts.ts'
import { makeCourseCache } from '../../server/courses/courses.ts'
import { testApp, type Somebody, type TestApp } from '../app.ts'
import { openBrowser } from '../browser.ts'
import { addCohort, call, enrol, start, startWalk, type ApiAttempt, type Walk } from '../trainee.ts'

const courses = 'test/fixtures/behaviours'
const NOW = '2026-06-15T08:00:00Z'

async function scene (t: Parameters<typeof testApp>[0]): Promise<{ test: TestApp, walk: Walk }> {
  const test = await testApp(t, { courses, now: NOW })
  return { test, walk: await startWalk(test, 'every-behaviour') }
}

function slotOf (attempt: ApiAttempt, kind: string): number {
  return attempt.questions.find((question) => question.kind === kind)?.slot ?? 0
}

/** Sits a quiz with these answers, by kind of question, and hands it in. */
async function sit (test: TestApp, walk: Walk, quiz: string, answers: Readonly<Record<string, object>>, who = walk.trainee, enrolmentId = walk.enrolmentId): Promise<ApiAttempt & { result: { passed: boolean, percent: number, state: string } }> {
  const attempt = await start(test, walk, quiz, who, enrolmentId)
  for (const [kind, answer] of Object.entries(answers)) {
    const { status, json } = await call(test, who, 'PUT', `/attempts/${attempt.id}/answers/${slotOf(attempt, kind)}`, { answer })
    if (status !== 200) throw new Error(`${status} ${JSON.stringify(json)}`)
  }
  return { ...attempt, result: (await call(test, who, 'POST', `/attempts/${attempt.id}/finish`)).json }
}

const RIGHT = { 'short-text': { text: 'mule' }, choice: { choices: ['bank'] } }

/** Passes all but the exam. */
async function passTheRest (test: TestApp, walk: Walk, who = walk.trainee, enrolmentId = walk.enrolmentId): Promise<void> {
  const byHand = await sit(test, walk, 'by-hand', RIGHT, who, enrolmentId)
  for (const slot of [1, 2]) await call(test, walk.instructor, 'POST', `/attempts/${byHand.id}/marks`, { slot, fraction: 1 })
  for (const quiz of ['tries', 'grace', 'discarded']) await sit(test, walk, quiz, { 'short-text': { text: 'mule' } }, who, enrolmentId)
  await sit(test, walk, 'sure', { 'short-text': { text: 'mule', certainty: 3 } }, who, enrolmentId)
  await sit(test, walk, 'unseen', { 'true-false': { choices: ['true'] } }, who, enrolmentId)
}

const serialOf = async (test: TestApp, who: Somebody): Promise<string | null> => (await call(test, who, 'GET', '/enrolments')).json.items[0].certificateSerial as string | null

t.test('a person marks what waits; with the last mark the attempt is graded, and passing it leads on to certificate and count', async (t) => {
  const { test, walk } = await scene(t)
  const quota = await call(test, walk.admin, 'POST', '/quotas', { name: 'Officers', period: { from: '2026-01-01', to: '2026-12-31' }, scope: {}, counts: 'persons', target: 10 })
  const counted = async (): Promise<number> => (await call(test, walk.admin, 'GET', `/quotas/${quota.json.id as string}`)).json.counted as number
  for (const quiz of ['tries', 'grace', 'discarded']) await sit(test, walk, quiz, { 'short-text': { text: 'mule' } })
  await sit(test, walk, 'sure', { 'short-text': { text: 'mule', certainty: 3 } })
  await sit(test, walk, 'unseen', { 'true-false': { choices: ['true'] } })
  await sit(test, walk, 'exam', RIGHT)
  const waiting = await start(test, walk, 'by-hand')
  const mark = async (body: object, who = walk.instructor): ReturnType<typeof call> => await call(test, who, 'POST', `/attempts/${waiting.id}/marks`, body)
  t.match(await mark({ slot: 1, fraction: 1 }), { status: 409, json: { type: '/problems/attempt-not-finished' } })
  const [word, place] = [slotOf(waiting, 'short-text'), slotOf(waiting, 'choice')]
  await call(test, walk.trainee, 'PUT', `/attempts/${waiting.id}/answers`, { answers: { [word]: { text: 'a kind of mule' }, [place]: { choices: ['court'] } } })
  t.match(await call(test, walk.trainee, 'POST', `/attempts/${waiting.id}/finish`), { json: { state: 'needs-marking', passed: false, markMax: 4 } })

  t.match(await mark({ slot: word, mark: 2, comment: ' Well put. ' }), { status: 200, json: { slot: word, fraction: 1, state: 'needs-marking', mark: 2, percent: 50, passed: false } })
  t.equal(await serialOf(test, walk.trainee), null)
  for (const [body, path] of [
    [{ slot: place, mark: 2.5 }, 'mark'], [{ slot: place, fraction: -1 }, 'fraction'], [{ slot: place, rubric: { a: 'b' } }, 'rubric'],
    [{ slot: place }, 'mark'], [{ slot: place, mark: 1, fraction: 1 }, 'mark']
  ] as const) t.match(await mark(body), { status: 422, json: { problems: [{ path }] } })
  t.equal((await mark({ slot: 9, mark: 1 })).status, 404)
  t.equal((await mark({ slot: place, mark: 1 }, walk.trainee)).status, 403)

  t.match(await mark({ slot: place, fraction: 0.25 }), { status: 200, json: { state: 'graded', mark: 2.5, percent: 62.5, passed: true, certificateSerial: /^M26-/ } })
  t.ok(await serialOf(test, walk.trainee))
  t.equal(await counted(), 1)
  const steps = async (): Promise<number> => (await test.db.read.selectFrom('attempt_step').select('seq').where('attempt_id', '=', waiting.id).execute()).length
  const before = await steps()
  t.equal((await mark({ slot: place, fraction: 0.25 })).status, 200)
  t.equal(await steps(), before, 'the same mark again is no other mark')

  // What was passed stays passed, whatever a second look says; the attempt itself says what it is worth.
  t.match(await mark({ slot: word, fraction: 0 }), { json: { passed: false, certificateSerial: /^M26-/ } })
  t.equal(await counted(), 1)
  const review = await call(test, walk.trainee, 'GET', `/attempts/${waiting.id}/review`)
  t.match(review.json.items[place - 1], { mark: 0.5, fraction: 0.25, state: 'partly-right' })
  t.notOk('comment' in (review.json.items[place - 1] as object))
  const log = await test.db.read.selectFrom('audit_entry').select('detail').where('action', '=', 'attempt.marked').execute()
  t.match(log.map(({ detail }) => JSON.parse(detail) as object), [{ slot: word, fraction: 1, before: null }, { fraction: 0.25 }, { slot: word, fraction: 0, before: 1 }])
})

t.test('nobody marks an attempt of their own', async (t) => {
  const { test, walk } = await scene(t)
  await enrol(test, walk.admin, walk.cohortId, walk.instructor)
  const { json } = await call(test, walk.instructor, 'GET', '/enrolments')
  const own = await sit(test, walk, 'by-hand', RIGHT, walk.instructor, json.items[0].id as string)
  t.equal((await call(test, walk.instructor, 'POST', `/attempts/${own.id}/marks`, { slot: 1, fraction: 1 })).status, 403)
  t.equal((await call(test, walk.admin, 'POST', `/attempts/${own.id}/marks`, { slot: 1, fraction: 1 })).status, 200)
})

t.test('a wrong answer may be tried again after a hint, with and without scripts', async (t) => {
  const { test, walk } = await scene(t)
  const attempt = await start(test, walk, 'tries')
  const check = async (text: string): ReturnType<typeof call> => await call(test, walk.trainee, 'POST', `/attempts/${attempt.id}/answers/1/check`, { answer: { text } })
  t.match(await check('horse'), { json: { state: 'wrong', tries: 1, triesLeft: 2, hint: 'An **animal**.' } })
  t.match((await call(test, walk.trainee, 'GET', `/attempts/${attempt.id}`)).json.questions[0], { state: 'wrong', locked: false, tries: 1, triesLeft: 2, hint: 'An **animal**.' })
  const review = await call(test, walk.trainee, 'GET', `/attempts/${attempt.id}/review`)
  t.equal(review.status, 200)
  t.notMatch(JSON.stringify(review.json), /rightAnswer|"mule"|A mule/, 'nothing gives the answer away while it may be tried')

  const browser = openBrowser(test.app)
  browser.cookies.set('muster', walk.trainee.token)
  const page = (await browser.get(`/attempts/${attempt.id}?page=1`)).body
  t.match(page, /<strong>animal<\/strong>/)
  t.match(page, /2 tries left/)
  t.match(page, /Wrong/)
  t.match(page, /<input[^>]*name="q1"(?![^>]*disabled)[^>]*>/)
  await browser.post(`/attempts/${attempt.id}?page=1`, { slots: '1', seq1: '2', q1: 'smurf', go: 'check:1' })
  t.match((await browser.get(`/attempts/${attempt.id}?page=1`)).body, /Half a horse\.[\s\S]*1 try left|1 try left[\s\S]*Half a horse\./)
  t.match(await check('mule'), { json: { state: 'right' } })
  t.match(await call(test, walk.trainee, 'POST', `/attempts/${attempt.id}/finish`), { json: { percent: 33.33, passed: false } })
})

t.test('certainty: asked for beside each answer, and scored, with and without scripts', async (t) => {
  const { test, walk } = await scene(t)
  const attempt = await start(test, walk, 'sure')
  t.match(attempt, { asksCertainty: true, questions: [{ markMax: 3 }] })
  const browser = openBrowser(test.app)
  browser.cookies.set('muster', walk.trainee.token)
  t.match((await browser.get(`/attempts/${attempt.id}?page=1`)).body, /How sure are you\?/)
  await browser.post(`/attempts/${attempt.id}?page=1`, { slots: '1', seq1: '0', q1: 'horse', go: 'check:1' })
  t.match((await browser.get(`/attempts/${attempt.id}?page=1`)).body, /Say how sure you are/)
  await browser.post(`/attempts/${attempt.id}?page=1`, { slots: '1', seq1: '1', q1: 'horse', 'certainty1': '2', go: 'check:1' })
  const checked = (await browser.get(`/attempts/${attempt.id}?page=1`)).body
  t.match(checked, /<input[^>]*name="certainty1"[^>]*value="2"[^>]*checked/)
  t.match(checked, /Wrong · -2 of 3/)
  t.match(await call(test, walk.trainee, 'POST', `/attempts/${attempt.id}/finish`), { json: { mark: -2, markMax: 3, percent: -66.67 } })
  t.match((await call(test, walk.trainee, 'GET', `/attempts/${attempt.id}/review`)).json.items[0], { certainty: 2, answer: { text: 'horse', certainty: 2 } })
})

t.test('grace: an attempt goes on after its time, and what is answered then counts', async (t) => {
  const { test, walk } = await scene(t)
  test.world.setNow(NOW)
  const attempt = await start(test, walk, 'grace')
  t.match(attempt, { dueAt: /^2026-06-15T08:10:0/, endsAt: /^2026-06-15T08:12:0/ })
  test.world.setNow('2026-06-15T08:11:30Z')
  const browser = openBrowser(test.app)
  browser.cookies.set('muster', walk.trainee.token)
  t.match((await browser.get(`/attempts/${attempt.id}?page=1`)).body, /id="grace"><p>The time is up\. This is extra time/)
  t.equal((await call(test, walk.trainee, 'PUT', `/attempts/${attempt.id}/answers/1`, { answer: { text: 'mule' } })).status, 200)
  const deps = { world: test.world, courses: makeCourseCache(), settings: { programme: '', timeZone: 'UTC', publicUrl: '', prefix: '', secure: false, demo: false } }
  t.equal(await sweepOverdue(test.db, deps), 0)
  test.world.setNow('2026-06-15T08:13:00Z')
  t.equal(await sweepOverdue(test.db, deps), 1)
  t.match((await call(test, walk.trainee, 'GET', `/attempts/${attempt.id}/review`)).json, { endedBy: 'expiry', finishedAt: /^2026-06-15T08:12:0/, passed: true })
})

t.test('discard: an attempt that is not handed in earns nothing', async (t) => {
  const { test, walk } = await scene(t)
  const attempt = await start(test, walk, 'discarded')
  await call(test, walk.trainee, 'PUT', `/attempts/${attempt.id}/answers/1`, { answer: { text: 'mule' } })
  test.world.setNow('2026-06-15T08:30:00Z')
  const browser = openBrowser(test.app)
  browser.cookies.set('muster', walk.trainee.token)
  t.match((await browser.get(`/attempts/${attempt.id}/review`)).body, /was not handed in/)
  t.match((await call(test, walk.trainee, 'GET', `/attempts/${attempt.id}/review`)).json, { state: 'graded', endedBy: 'discarded', mark: 0, passed: false, items: [{ answer: { text: 'mule' }, mark: 0 }] })
})

t.test('another attempt asks what was not seen; the average of all counts', async (t) => {
  const { test, walk } = await scene(t)
  const ids: string[] = []
  for (const choice of ['false', 'true', 'true']) {
    const attempt = await sit(test, walk, 'unseen', { 'true-false': { choices: [choice] } })
    const { paper } = await test.db.read.selectFrom('attempt').select('paper').where('id', '=', attempt.id).executeTakeFirstOrThrow()
    ids.push((JSON.parse(paper) as { slots: Array<{ questionId: string }> }).slots[0]?.questionId ?? '')
    const state = (await call(test, walk.trainee, 'GET', `/enrolments/${walk.enrolmentId}`)).json.modules[0].activities.find(({ key }: { key: string }) => key === 'unseen').state as string
    t.equal(state, ids.length === 1 ? 'begun' : 'done', 'half of two passes at 50')
  }
  t.not(ids[0], ids[1])
  t.equal(new Set(ids).size, 2, 'of three questions one is not in English')
})

t.test('what a review shows depends on when it is read', async (t) => {
  const { test, walk } = await scene(t)
  const exam = await sit(test, walk, 'exam', RIGHT)
  const seen = async (): Promise<object> => (await call(test, walk.trainee, 'GET', `/attempts/${exam.id}/review`)).json.items[0] as object
  const now = await seen()
  t.strictSame(['mark' in now, 'rightAnswer' in now], [false, false])
  test.world.setNow('2026-06-15T08:05:00Z')
  const later = await seen()
  t.strictSame(['mark' in later, 'rightAnswer' in later], [true, false])
  test.world.setNow('2026-12-15T08:00:00Z')
  const closed = await seen()
  t.strictSame(['mark' in closed, 'rightAnswer' in closed], [true, true])
})

t.test('a corrected question: who changes is shown first, then done and on record; the newly passed get their certificate, and nobody loses one', async (t) => {
  const { test, walk } = await scene(t)
  const people = []
  for (const [name, word] of [['Ana', 'mule'], ['Bo', 'smurf'], ['Cy', 'horse']] as const) {
    const who = await test.somebody(name, [{ role: 'trainee' }], { country: 'ZM' })
    const enrolmentId = await enrol(test, walk.admin, walk.cohortId, who)
    await passTheRest(test, walk, who, enrolmentId)
    const exam = await sit(test, walk, 'exam', { 'short-text': { text: word }, choice: { choices: ['bank'] } }, who, enrolmentId)
    people.push({ who, exam })
  }
  const [ana, bo, cy] = people as [typeof people[0], typeof people[0], typeof people[0]]
  t.match([ana, bo, cy].map(({ exam }) => exam.result.passed), [true, false, false], 'half right is not all of a section')
  const open = await start(test, walk, 'exam')
  const original = await test.db.read.selectFrom('question').select(['id', 'definition']).where('key', '=', 'word').executeTakeFirstOrThrow()
  const definition = { ...JSON.parse(original.definition) as object, accept: ['smurf'] }
  const path = `/cohorts/${walk.cohortId}/quizzes/exam/regrade`
  const body = { reason: 'A smurf was meant', corrections: [{ question: 'word', definition }] }

  const steps = async (): Promise<number> => (await test.db.read.selectFrom('attempt_step').select('seq').execute()).length
  const before = await steps()
  const dry = await call(test, walk.instructor, 'POST', `${path}?dryRun=true`, body)
  t.match(dry, {
    status: 200,
    json: {
      applied: false, attempts: 3, open: 1,
      changes: [
        { trainee: 'Ana', slots: [{ question: 'word', old: { state: 'right', fraction: 1, mark: 1 }, new: { state: 'wrong', fraction: 0, mark: 0 } }], old: { percent: 100, passed: true }, new: { percent: 50, passed: false } },
        { trainee: 'Bo', old: { percent: 75, passed: false }, new: { percent: 100, passed: true } }
      ],
      newlyPassed: [{ trainee: 'Bo', certificateSerial: null }],
      newlyFailed: [{ trainee: 'Ana', certificateSerial: /^M26-/ }]
    }
  })
  t.equal(await steps(), before, 'a dry run changes nothing')
  t.equal((await call(test, walk.instructor, 'POST', path, body)).status, 403, 'a correction reaches every cohort: administrators make it')
  for (const [corrections, at] of [
    [[{ question: 'gone', definition }], 'corrections/0/question'],
    [[{ question: 'word', definition: { ...definition, accept: [] } }], 'corrections/0/definition/accept'],
    [[{ question: 'word', definition: null }], 'corrections/0/definition'],
    [[{ question: 'word', definition: { ...definition, key: 'other' } }], 'corrections/0/definition/key'],
    [[{ question: 'word', definition }, { question: 'word', definition }], 'corrections/1/question']
  ] as const) t.match(await call(test, walk.admin, 'POST', path, { ...body, corrections }), { status: 422, json: { problems: [{ path: at }] } })

  const done = await call(test, walk.admin, 'POST', path, body)
  t.match(done.json, { applied: true, changes: [{ trainee: 'Ana' }, { trainee: 'Bo' }], newlyPassed: [{ trainee: 'Bo', certificateSerial: /^M26-/ }], newlyFailed: [{ trainee: 'Ana', certificateSerial: /^M26-/ }] })
  t.match([await serialOf(test, ana.who), await serialOf(test, bo.who), await serialOf(test, cy.who)], [/^M26-/, /^M26-/, null])
  t.equal((await call(test, null, 'GET', `/certificates/${await serialOf(test, ana.who) ?? ''}`)).json.state, 'valid', 'a person decides on it')
  t.match((await call(test, ana.who, 'GET', `/attempts/${ana.exam.id}/review`)).json, { percent: 50, passed: false })
  t.match((await call(test, walk.admin, 'GET', `/attempts/${cy.exam.id}/review`)).json.items.find(({ answer }: { answer: { text?: string } }) => answer.text === 'horse'), { rightAnswer: { text: 'smurf' } }, 'the corrected question is shown to all')

  const after = await steps()
  t.match((await call(test, walk.admin, 'POST', path, body)).json, { changes: [], newlyPassed: [], newlyFailed: [] }, 'doing it again changes nothing')
  t.match((await call(test, walk.instructor, 'POST', path, { reason: 'Once more' })).json, { applied: true, changes: [] }, 'and others may regrade by what stands')
  t.equal(await steps(), after)
  t.equal((await test.db.read.selectFrom('question_correction').select('id').execute()).length, 1)
  t.equal((await test.db.read.selectFrom('question').select('definition').where('id', '=', original.id).executeTakeFirstOrThrow()).definition, original.definition, 'what was published stays as it was')

  // An attempt that was open keeps the question it was served until it is regraded; one that begins now asks the corrected one.
  const put = async (id: string, slot: number): Promise<void> => { await call(test, walk.trainee, 'PUT', `/attempts/${id}/answers/${slot}`, { answer: { text: 'smurf' } }) }
  await put(open.id, slotOf(open, 'short-text'))
  t.match((await call(test, walk.trainee, 'POST', `/attempts/${open.id}/finish`)).json, { mark: 0.5 })
  const next = await start(test, walk, 'exam')
  await put(next.id, slotOf(next, 'short-text'))
  t.match((await call(test, walk.trainee, 'POST', `/attempts/${next.id}/finish`)).json, { mark: 1 })
  t.match((await call(test, walk.instructor, 'POST', path, { reason: 'The one that was open' })).json, { changes: [{ trainee: 'Tariq Trainee', number: 1 }] })
  const log = await test.db.read.selectFrom('audit_entry').select(['action', 'detail']).where('action', 'in', ['question.corrected', 'attempt.regraded', 'quiz.regraded']).orderBy('seq').execute()
  t.match(log[0], { action: 'question.corrected', detail: /A smurf was meant/ })
  t.equal(log.filter(({ action }) => action === 'attempt.regraded').length, 3)
})

t.test('a correction by an instructor waits for an administrator, who accepts or declines it; the instructor sees what became of it', async (t) => {
  const { test, walk } = await scene(t)
  const exam = await sit(test, walk, 'exam', { 'short-text': { text: 'smurf' }, choice: { choices: ['bank'] } })
  const desk = async (who: Somebody): Promise<ReturnType<typeof openBrowser>> => {
    const browser = openBrowser(test.app)
    browser.cookies.set('muster', who.token)
    await browser.get('/')
    return browser
  }
  const todo = async (who: Somebody): Promise<string[]> => (await call(test, who, 'GET', '/todo')).json.items.map(({ text }: { text: string }) => text)
  const [instructor, admin] = [await desk(walk.instructor), await desk(walk.admin)]
  const path = `/desk/cohorts/${walk.cohortId}/quizzes/exam/regrade`
  const form = { question: 'word', languages: 'en', seed: 's', answer: 'null', 'f.prompt.en': 'What is a person called who passes on the proceeds?', 'f.accept.0.accepted': 'smurf', reason: 'A smurf was meant' }
  await instructor.get(`${path}?question=word`)
  t.match((await instructor.post(path, { ...form, do: 'save' })).body, /value="save:propose"/)
  t.equal((await instructor.post(path, { ...form, reason: ' ', do: 'save:propose' })).status, 422)
  const { status, location } = await instructor.post(path, { ...form, do: 'save:propose' })
  t.equal(status, 303)
  t.match(await instructor.get(location ?? ''), { status: 200, body: /A smurf was meant[^]*passes on the proceeds[^]*smurf<\/ins>[^]*Attempts that change<\/dt><dd>1<[^]*value="withdraw"/ })
  t.notMatch((await instructor.get(location ?? '')).body, /value="accept"/)
  t.same(await test.db.read.selectFrom('question_correction').selectAll().execute(), [], 'nothing is corrected yet')
  t.match((await call(test, walk.trainee, 'GET', `/attempts/${exam.id}/review`)).json, { passed: false })
  t.match(await todo(walk.admin), [/^1 correction of a question to decide$/])
  t.match((await admin.get('/desk/corrections')).body, /word in [^]*A smurf was meant[^]*Proposed by /)

  // Another of the same question takes its place; one that changes nothing is none.
  const original = JSON.parse((await test.db.read.selectFrom('question').select('definition').where('key', '=', 'word').executeTakeFirstOrThrow()).definition) as object
  const asked = { cohortId: walk.cohortId, quizKey: 'exam', question: 'word', reason: 'Either was meant', definition: { ...original, accept: ['smurf', 'mule'] } }
  t.match(await call(test, walk.instructor, 'POST', '/correction-proposals', { ...asked, definition: original }), { status: 422, json: { problems: [{ path: 'definition' }] } })
  t.match(await call(test, walk.instructor, 'POST', '/correction-proposals', { ...asked, definition: { ...original, accept: [] } }), { status: 422, json: { problems: [{ path: 'corrections/0/definition/accept' }] } })
  const made = await call(test, walk.instructor, 'POST', '/correction-proposals', asked)
  t.equal(made.status, 201)
  const id = made.json.id as string
  t.match((await call(test, walk.admin, 'GET', '/correction-proposals?state=proposed')).json.items, [{ id, reason: 'Either was meant', figures: { attempts: 1, changed: 1, gain: 1, lose: 0, newlyPassed: 1, newlyFailed: 0, holding: 0 } }])
  t.match((await call(test, walk.instructor, 'GET', '/correction-proposals')).json.items.map(({ state }: { state: string }) => state), ['proposed', 'withdrawn'])
  const elsewhere = await test.somebody('Ida Instructor', [{ role: 'instructor' }])
  t.same((await call(test, elsewhere, 'GET', '/correction-proposals')).json.items, [])
  t.equal((await call(test, elsewhere, 'GET', `/correction-proposals/${id}`)).status, 404)
  t.equal((await call(test, elsewhere, 'POST', '/correction-proposals', asked)).status, 404)

  await admin.get(`/desk/corrections/${id}`)
  t.match(await admin.post(`/desk/corrections/${id}`, { decision: 'decline', answer: ' ', seen: '' }), { status: 422, body: /Say why, in 3 to 1,000 characters/ })
  t.equal((await admin.post(`/desk/corrections/${id}`, { decision: 'decline', answer: 'A mule carries money', seen: '' })).status, 303)
  t.match((await instructor.get(`/desk/corrections/${id}`)).body, /Declined by [^]*A mule carries money/)
  t.match(await todo(walk.instructor), [/^A correction you proposed was answered$/])
  t.same(await todo(walk.admin), [])
  const mails = async (): Promise<string[]> => (await test.db.read.selectFrom('mail').select('body').where('to_email', '=', walk.instructor.email).where('subject', 'like', 'Your correction%').orderBy('id').execute()).map(({ body }) => body)
  t.match(await mails(), [/was declined[^]*The answer: A mule carries money[^]*\/desk\/corrections\//])
  t.match(await call(test, walk.admin, 'POST', `/correction-proposals/${id}/accept`, {}), { status: 409, json: { type: '/problems/change-decided' } })

  // Accepted: only what was looked at, once, and the trainee gets what follows.
  const again = (await call(test, walk.instructor, 'POST', '/correction-proposals', { ...asked, reason: 'The course says smurf' })).json.id as string
  const looked = (await call(test, walk.admin, 'GET', `/correction-proposals/${again}`)).json
  t.match(looked, { standing: { accept: ['mule'] }, definition: { accept: ['smurf', 'mule'] }, report: { applied: false, newlyPassed: [{ trainee: walk.trainee.name }] } })
  const page = (await admin.get(`/desk/corrections/${again}`)).body
  t.match(page, /1 attempt changes[^]*value="accept"/)
  t.equal((await admin.post(`/desk/corrections/${again}`, { decision: 'accept', answer: '', seen: 'x' })).status, 409)
  t.equal((await call(test, walk.instructor, 'POST', `/correction-proposals/${again}/accept`, {})).status, 403)
  t.equal((await admin.post(`/desk/corrections/${again}`, { decision: 'accept', answer: 'Thank you', seen: looked.report.fingerprint as string })).status, 303)
  t.match((await call(test, walk.trainee, 'GET', `/attempts/${exam.id}/review`)).json, { passed: true, percent: 100 })
  t.match((await instructor.get(`/desk/corrections/${again}`)).body, /Accepted by [^]*Thank you[^]*What it changed[^]*Newly passed<\/dt><dd>1</)
  t.equal((await mails()).length, 2)

  // Cut short after it was accepted, it is carried on with.
  await test.db.write(async (tx) => { await tx.updateTable('correction_proposal').set({ outcome: null }).where('id', '=', again).execute() })
  t.match((await admin.get(`/desk/corrections/${again}`)).body, /cut short/)
  t.match(await call(test, walk.admin, 'POST', `/correction-proposals/${again}/accept`, {}), { status: 200, json: { applied: true, changes: [] } })
  t.equal((await mails()).length, 2, 'and told once')
  t.equal((await test.db.read.selectFrom('question_correction').select('id').execute()).length, 1)
  const withdrawn = (await call(test, walk.instructor, 'POST', '/correction-proposals', { ...asked, definition: original })).json.id as string
  t.equal((await call(test, walk.admin, 'POST', `/correction-proposals/${withdrawn}/withdraw`)).status, 403)
  t.equal((await call(test, walk.instructor, 'POST', `/correction-proposals/${withdrawn}/withdraw`)).status, 204)
  t.same((await call(test, walk.admin, 'GET', '/audit?action=correction.')).json.items.map(({ action }: { action: string }) => action.slice(11)), ['withdrawn', 'proposed', 'accepted', 'proposed', 'declined', 'proposed', 'proposed'])
})

t.test('a regrade reaches the cohort it is asked for, of a quiz that its course has', async (t) => {
  const { test, walk } = await scene(t)
  const elsewhere = await addCohort(test, walk.admin, 'every-behaviour')
  const body = { reason: 'For the test' }
  t.match(await call(test, walk.admin, 'POST', `/cohorts/${elsewhere}/quizzes/exam/regrade`, body), { status: 200, json: { attempts: 0, changes: [] } })
  t.equal((await call(test, walk.instructor, 'POST', `/cohorts/${elsewhere}/quizzes/exam/regrade`, body)).status, 404)
  t.equal((await call(test, walk.admin, 'POST', `/cohorts/${walk.cohortId}/quizzes/gone/regrade`, body)).status, 404)
  t.equal((await call(test, walk.admin, 'POST', `/cohorts/${walk.cohortId}/quizzes/exam/regrade`, { reason: ' ' })).status, 422)
})

t.test('the desk: marking on the review page, and regrading by a page of its own', async (t) => {
  const { test, walk } = await scene(t)
  const exam = await sit(test, walk, 'exam', { 'short-text': { text: 'smurf' }, choice: { choices: ['bank'] } })
  const byHand = await sit(test, walk, 'by-hand', RIGHT)
  const desk = async (who: Somebody): Promise<ReturnType<typeof openBrowser>> => {
    const browser = openBrowser(test.app)
    browser.cookies.set('muster', who.token)
    await browser.get('/')
    return browser
  }
  const instructor = await desk(walk.instructor)
  const review = await instructor.get(`/attempts/${byHand.id}/review`)
  t.match(review.body, /Mark this answer/)
  t.match(await instructor.post(`/attempts/${byHand.id}/marks`, { slot: '1', mark: '1,5', comment: 'Nearly' }), { status: 303, location: `/attempts/${byHand.id}/review#q1` })
  t.equal((await instructor.post(`/attempts/${byHand.id}/marks`, { slot: '1', mark: '' })).status, 422)
  const trainee = await desk(walk.trainee)
  const own = (await trainee.get(`/attempts/${byHand.id}/review`)).body
  t.match(own, /1\.5 of 2[\s\S]*Comment:<\/bdi> <bdi>Nearly/)
  t.notMatch(own, /Mark this answer/)

  t.match((await instructor.get(`/desk/cohorts/${walk.cohortId}`)).body, /quizzes\/exam\/regrade/)
  const path = `/desk/cohorts/${walk.cohortId}/quizzes/exam/regrade`
  t.match((await instructor.get(path)).body, /<option value="word">[^<]+ \(word\)<\/option>/)
  const chosen = (await instructor.get(`${path}?question=word`)).body
  t.match(chosen, /name="f\.accept\.0\.accepted" value="mule"/, 'the editor of the bank, on the question as it stands')
  t.notMatch(chosen, /name="f\.topic"/)
  const form = { question: 'word', languages: 'en', seed: 's', answer: 'null', 'f.prompt.en': 'What is a person called who passes on the proceeds?', 'f.accept.0.accepted': 'smurf', 'f.accept.1.accepted': '' }
  const added = await instructor.post(path, { ...form, do: 'add:accept' })
  t.match(added, { status: 200, body: /name="f\.accept\.2\.accepted"/ }, 'rows are added without a script, and before there is a reason')
  t.match((await instructor.post(path, { ...form, q1: 'smurf', do: 'try' })).body, /class="feedback right"/)
  t.equal((await instructor.post(path, { ...form, question: 'gone', do: 'save' })).status, 404)
  const tried = await instructor.post(path, { ...form, reason: 'A smurf was meant', do: 'save' })
  t.match(tried.body, /1 attempt changes[\s\S]*1 attempt gains and nobody loses[\s\S]*word: 0\.5 to 1[\s\S]*Newly passed/)
  t.match(tried.body, /an administrator has to apply it/)
  t.notMatch(tried.body, /value="save:apply"/)
  t.equal((await instructor.post(path, { ...form, reason: 'A smurf was meant', do: 'save:apply' })).status, 403)

  const admin = await desk(walk.admin)
  for (const [fields, words] of [
    [{ ...form, 'f.accept.0.accepted': '', reason: 'A reason' }, /href="#f-accept">/], [{ ...form, 'f.prompt.en': '', reason: 'A reason' }, /href="#f-prompt">Question: is missing/],
    [{ ...form, reason: ' ' }, /Say why/]
  ] as const) {
    const { status, body } = await admin.post(path, { ...fields, do: 'save' })
    t.equal(status, 422)
    t.match(body, words)
  }
  t.match((await admin.post(path, { ...form, reason: 'A smurf was meant', do: 'save' })).body, /value="save:apply"/)
  t.match((await admin.post(path, { ...form, reason: 'A smurf was meant', do: 'save:apply' })).body, /Done\.[\s\S]*\(word\) \(corrected\)/)
  t.match((await call(test, walk.trainee, 'GET', `/attempts/${exam.id}/review`)).json, { percent: 100, passed: true })
  t.match((await instructor.post(path, { question: '', reason: 'Once more', do: 'save' })).body, /Nobody&#x27;s result changes|Nobody's result changes/)
  t.match((await trainee.get(`/enrolments/${walk.enrolmentId}/quizzes/exam`)).body, /the last one counts[\s\S]*at least 100% is also needed/)
})
