import t, { type Test } from 'tap'
import { verifyChain } from '../../server/audit/audit.ts'
import { signToken } from '../../server/http/session.ts'
import { testApp, type Somebody, type TestApp } from '../app.ts'
import { openBrowser, type Browser } from '../browser.ts'
import { addCohort, answerRightly, call, enrol, start, startWalk, walkToTheEnd } from '../trainee.ts'

const courses = 'test/fixtures/courses'
const NOW = '2026-06-15T08:00:00Z'
const HEADER = 'name,email,country,agency,rank,locale'
const LIST = `${HEADER}
Amina Yusuf,amina@police.example,ZM,Zambia Police,Inspector,en
محمد العلي,mohamed@police.example,SA,Public Security,Captain,ar
Nur binti Ahmad,nur@police.example,MY,,,ms
`

async function sendList (test: TestApp, who: Somebody, cohortId: string, list: string, query = '', type = 'text/csv'): Promise<{ status: number, json: any }> { // eslint-disable-line @typescript-eslint/no-explicit-any -- whatever the server says
  const response = await test.app.inject({ method: 'POST', url: `/api/v1/cohorts/${cohortId}/enrolments${query}`, headers: { ...who.bearer, 'content-type': type }, payload: list })
  return { status: response.statusCode, json: response.json<unknown>() }
}

async function counts (test: TestApp): Promise<Record<string, number>> {
  const count = async (table: 'person' | 'account' | 'enrolment' | 'mail' | 'link' | 'audit_entry'): Promise<number> =>
    (await test.db.read.selectFrom(table).select(({ fn }) => fn.countAll<number>().as('count')).executeTakeFirstOrThrow()).count
  return { persons: await count('person'), accounts: await count('account'), enrolments: await count('enrolment'), mails: await count('mail'), links: await count('link'), entries: await count('audit_entry') }
}

/** A browser that is signed in as somebody. */
async function browse (test: TestApp, who: Somebody): Promise<Browser> {
  const browser = openBrowser(test.app)
  const session = await test.db.read.selectFrom('session').select('id').where('account_id', '=', who.accountId).executeTakeFirstOrThrow()
  browser.cookies.set('muster', signToken(test.app, session.id, who.personId))
  return browser
}

async function setUp (t: Test): Promise<TestApp & { admin: Somebody, instructor: Somebody, stranger: Somebody, zambia: Somebody, trainee: Somebody, cohortId: string }> {
  const test = await testApp(t, { courses, now: NOW })
  const admin = await test.somebody('Ada Admin', [{ role: 'administrator' }])
  const instructor = await test.somebody('Ines Instructor', [{ role: 'instructor' }])
  const stranger = await test.somebody('Otto Other', [{ role: 'instructor' }])
  const zambia = await test.somebody('Lena Liaison', [{ role: 'liaison', country: 'ZM' }])
  const trainee = await test.somebody('Tariq Trainee', [{ role: 'trainee' }], { country: 'ZM' })
  return { ...test, admin, instructor, stranger, zambia, trainee, cohortId: await addCohort(test, admin, 'first-steps', [instructor]) }
}

t.test('a cohort is made by an administrator and keeps the version it was made with', async (t) => {
  const test = await setUp(t)
  const { admin, instructor, trainee, zambia, stranger } = test
  const input = { name: ' Spring 2027 ', course: 'first-steps', startsAt: '2027-03-01T08:00:00+08:00', endsAt: '2027-04-01T00:00:00Z', seats: 20, instructors: [instructor.personId] }
  const made = await call(test, admin, 'POST', '/cohorts', input)
  t.equal(made.status, 201)
  t.match(made.json, {
    name: 'Spring 2027', state: 'coming', startsAt: '2027-03-01T00:00:00.000Z', endsAt: '2027-04-01T00:00:00.000Z', seats: 20,
    course: { slug: 'first-steps', title: 'First steps', version: 1 }, instructors: [{ id: instructor.personId, name: 'Ines Instructor' }],
    counts: { enrolled: 0, completed: 0, notStarted: 0, withdrawn: 0, done: 0, total: 0, percent: 0 }
  })
  t.equal(made.response.headers['location'], `/api/v1/cohorts/${made.json.id as string}`)
  t.same((await call(test, instructor, 'GET', `/cohorts/${made.json.id as string}`)).json, made.json)

  const wrong = await call(test, admin, 'POST', '/cohorts', { name: ' ', course: 'none', startsAt: '2027-03-01', endsAt: '2027-02-30T99:00:00Z', seats: 0, instructors: [trainee.personId] })
  t.equal(wrong.status, 422)
  t.same(wrong.json.problems.map(({ path }: { path: string }) => path), ['name', 'course', 'startsAt', 'endsAt', 'seats', 'instructors'], 'every problem at once')
  t.ok(wrong.json.problems.every(({ message }: { message: string }) => /^[A-Z].*\.$/.test(message)), 'each in a sentence')
  const backwards = await call(test, admin, 'POST', '/cohorts', { ...input, endsAt: input.startsAt })
  t.same([backwards.status, backwards.json.problems[0].path], [422, 'endsAt'])
  for (const [who, status] of [[instructor, 403], [zambia, 403], [trainee, 403], [null, 401]] as const) {
    t.equal((await call(test, who, 'POST', '/cohorts', input)).status, status)
  }

  const path = `/cohorts/${made.json.id as string}/instructors/${stranger.personId}`
  const before = (await counts(test))['entries'] as number
  t.equal((await call(test, stranger, 'GET', `/cohorts/${made.json.id as string}`)).status, 404)
  for (let twice = 0; twice < 2; twice++) t.equal((await call(test, admin, 'PUT', path)).status, 204)
  t.equal((await call(test, stranger, 'GET', `/cohorts/${made.json.id as string}`)).status, 200)
  for (let twice = 0; twice < 2; twice++) t.equal((await call(test, admin, 'DELETE', path)).status, 204)
  t.equal((await call(test, stranger, 'GET', `/cohorts/${made.json.id as string}`)).status, 404)
  t.equal((await counts(test))['entries'], before + 2, 'what changes nothing is not noted')
  t.equal((await call(test, admin, 'PUT', `/cohorts/${made.json.id as string}/instructors/${trainee.personId}`)).status, 404, 'a trainee is no instructor')
  t.equal((await call(test, instructor, 'PUT', path)).status, 403)
  t.same(await verifyChain(test.db.read), { entries: before + 2, brokenAt: null })
})

t.test('everybody sees the cohorts that are theirs to see', async (t) => {
  const test = await setUp(t)
  const { admin, instructor, stranger, zambia, trainee, cohortId } = test
  const other = await addCohort(test, admin, 'first-steps', [stranger])
  const malaysian = await test.somebody('Nur', [{ role: 'trainee' }], { country: 'MY' })
  await enrol(test, admin, cohortId, trainee)
  await enrol(test, admin, cohortId, malaysian)
  await enrol(test, admin, other, malaysian)
  const listOf = async (who: Somebody, query = ''): Promise<unknown[]> =>
    (await call(test, who, 'GET', `/cohorts${query}`)).json.items.map(({ id, counts }: { id: string, counts: { enrolled: number } }) => [id, counts.enrolled])
  t.same(await listOf(admin), [[other, 1], [cohortId, 2]])
  t.same(await listOf(instructor), [[cohortId, 2]])
  t.same(await listOf(stranger), [[other, 1]])
  t.same(await listOf(zambia), [[cohortId, 1]], 'a liaison: cohorts with people of their country, counting only these')
  t.equal((await call(test, trainee, 'GET', '/cohorts')).status, 403)
  t.equal((await call(test, zambia, 'GET', `/cohorts/${cohortId}`)).json.counts.enrolled, 1)
  t.equal((await call(test, zambia, 'GET', `/cohorts/${other}`)).status, 404)
  t.equal((await call(test, zambia, 'GET', `/cohorts/${other}/progress`)).status, 404)
  t.same((await call(test, zambia, 'GET', `/cohorts/${cohortId}/progress`)).json.items.map(({ name }: { name: string }) => name), ['Tariq Trainee'])
  t.same((await call(test, zambia, 'GET', `/cohorts/${cohortId}/progress?country=MY`)).json.items, [], 'asking for another country finds nobody')
  t.notMatch((await call(test, zambia, 'GET', `/cohorts/${cohortId}/enrolments`)).response.body, /@/, 'names, no addresses')
  t.equal((await sendList(test, zambia, cohortId, LIST)).status, 403)
  t.equal((await sendList(test, stranger, cohortId, LIST)).status, 404)

  const first = await call(test, admin, 'GET', '/cohorts?limit=1')
  t.equal(first.json.items[0].id, other)
  const second = await call(test, admin, 'GET', `/cohorts?limit=1&after=${encodeURIComponent(first.json.next as string)}`)
  t.same([second.json.items[0].id, second.json.next], [cohortId, null])
  t.same([await listOf(admin, '?state=running&course=first-steps'), await listOf(admin, '?state=past'), await listOf(admin, '?course=other')].map(({ length }) => length), [2, 0, 0])
  t.equal((await call(test, admin, 'GET', '/cohorts?after=x')).status, 422)
})

t.test('a list is enrolled whole or not at all, and the same list twice changes nothing', async (t) => {
  const test = await setUp(t)
  const { admin, cohortId } = test
  const before = await counts(test)
  t.same((await sendList(test, admin, cohortId, LIST, '?dryRun=true')).json, { created: 3, enrolled: 3, unchanged: 0, problems: [] })
  t.same(await counts(test), before, 'a dry run writes nothing')

  t.same(await sendList(test, admin, cohortId, LIST), { status: 200, json: { created: 3, enrolled: 3, unchanged: 0, problems: [] } })
  const after = await counts(test)
  t.match(after, { persons: before['persons'] as number + 3, accounts: before['accounts'] as number + 3, enrolments: 3, mails: 3, links: 3 })
  const mails = await test.db.read.selectFrom('mail').select(['to_email', 'body']).execute()
  t.match(mails.find(({ to_email }) => to_email === 'mohamed@police.example')?.body, /[\u0600-\u06ff]{4}/, 'an invitation is in the language of whoever receives it')
  t.same(await test.db.read.selectFrom('enrolment').innerJoin('person', 'person.id', 'person_id').select(['person.name', 'person.country', 'state', 'done', 'total']).orderBy('person.country').execute(), [
    { name: 'Nur binti Ahmad', country: 'MY', state: 'active', done: 0, total: 3 },
    { name: 'محمد العلي', country: 'SA', state: 'active', done: 0, total: 3 },
    { name: 'Amina Yusuf', country: 'ZM', state: 'active', done: 0, total: 3 }
  ])
  t.same(await sendList(test, admin, cohortId, LIST, '', 'text/plain'), { status: 200, json: { created: 0, enrolled: 0, unchanged: 3, problems: [] } })
  t.same(await counts(test), after, 'the same list again')
  t.equal((await verifyChain(test.db.read)).brokenAt, null)

  const bad = await sendList(test, admin, cohortId, `${LIST}New Person,new@police.example,ZM,,,\nAmina Y.,AMINA@police.example,ZM,,,\nNobody,nobody,XX,,,\n`)
  t.equal(bad.status, 422)
  t.same(bad.json.problems.map(({ line, field }: { line: number, field: string }) => [line, field]), [[6, 'email'], [7, 'email'], [7, 'country']], 'an address twice in the list is told before what it stands for')
  const other = await sendList(test, admin, cohortId, `${HEADER}\nNew Person,new@police.example,ZM,,,\nAmina Y.,AMINA@police.example,ZM,,,\nNur binti Ahmad,nur@police.example,ZM,,,`)
  t.same(other.json.problems, [
    { line: 3, field: 'name', message: 'This address belongs to Amina Yusuf.' },
    { line: 4, field: 'country', message: 'This person is recorded with another country.' }
  ])
  t.same(await counts(test), after, 'one problem, and nobody is enrolled')
  t.same((await sendList(test, admin, cohortId, `${HEADER}\nNew,new@police.example,ZM,,,\nOld,old,ZM,,,`, '?dryRun=true')).json, {
    created: 1, enrolled: 1, unchanged: 0, problems: [{ line: 3, field: 'email', message: '“old” is not an e-mail address.' }]
  }, 'a dry run answers 200 with the problems')
  t.equal((await call(test, admin, 'POST', `/cohorts/${cohortId}/enrolments`, { name: 'x' })).status, 422, 'JSON is no list')
  t.equal((await sendList(test, admin, 'unknown', LIST)).status, 404)
})

t.test('people who have an account keep it, and get the role of a trainee', async (t) => {
  const test = await setUp(t)
  const { admin, instructor, stranger, trainee, cohortId } = test
  const staff = `Otto Other,${stranger.email},MY,,,`
  t.same((await sendList(test, instructor, cohortId, `${HEADER}\nTariq Trainee,${trainee.email},ZM,,,\n${staff}`)).json, { created: 0, enrolled: 2, unchanged: 0, problems: [] }, 'the instructor of a cohort may enrol')
  t.same(await test.db.read.selectFrom('role_grant').select('role').where('person_id', '=', stranger.personId).orderBy('role').execute(), [{ role: 'instructor' }, { role: 'trainee' }])
  t.equal((await counts(test))['mails'], 0, 'whoever has an account is not invited')
  t.equal((await sendList(test, instructor, cohortId, `${HEADER}\nSomebody Else,${trainee.email},ZM,,,`)).json.problems[0].message, 'This address belongs to somebody with another name.', 'only an administrator is told whose it is')
  const { id } = await test.db.read.selectFrom('enrolment').select('id').where('person_id', '=', trainee.personId).executeTakeFirstOrThrow()
  await call(test, admin, 'POST', `/enrolments/${id}/withdraw`, { reason: 'posted abroad' })
  t.match((await sendList(test, admin, cohortId, `${HEADER}\nTariq Trainee,${trainee.email},ZM,,,`)).json.problems, [{ line: 2, field: 'email', message: /withdrawn/ }])
  await test.db.write(async (tx) => { await tx.updateTable('account').set({ state: 'deactivated' }).where('id', '=', admin.accountId).execute() })
  t.match((await sendList(test, instructor, cohortId, `${HEADER}\nAda Admin,${admin.email},ZM,,,`)).json.problems, [{ message: 'This account is deactivated.' }])
})

t.test('seats are kept, also when two lists come at once', async (t) => {
  const test = await setUp(t)
  const { admin, trainee } = test
  const { json: cohort } = await call(test, admin, 'POST', '/cohorts', { name: 'Small', course: 'first-steps', startsAt: '2026-06-01T00:00:00Z', endsAt: '2026-07-01T00:00:00Z', seats: 2 })
  const listOf = (name: string): string => `${HEADER}\n${[1, 2].map((n) => `${name} ${n},${name}${n}@police.example,ZM,,,`).join('\n')}`
  const three = await sendList(test, admin, cohort.id as string, `${listOf('a')}\na 3,a3@police.example,ZM,,,`, '?dryRun=true')
  t.match(three.json.problems, [{ line: 4, field: '', message: /2 free, 3 wanted/ }])
  const both = await Promise.all([sendList(test, admin, cohort.id as string, listOf('a')), sendList(test, admin, cohort.id as string, listOf('b'))])
  t.same(both.map(({ status }) => status).sort(), [200, 422], 'one of them has the seats')
  t.equal((await call(test, admin, 'GET', `/cohorts/${cohort.id as string}`)).json.counts.enrolled, 2)
  await t.rejects(enrol(test, admin, cohort.id as string, trainee), { code: 'cohort-full' })

  const { items } = (await call(test, admin, 'GET', `/cohorts/${cohort.id as string}/enrolments`)).json
  const path = `/enrolments/${items[0].id as string}`
  for (let twice = 0; twice < 2; twice++) t.same((await call(test, admin, 'POST', `${path}/withdraw`, { reason: 'left the service' })).json, { state: 'withdrawn' })
  const enrolmentId = await enrol(test, admin, cohort.id as string, trainee)
  t.equal(await enrol(test, admin, cohort.id as string, trainee), enrolmentId, 'enrolling twice changes nothing')
  t.match((await call(test, admin, 'POST', `${path}/reinstate`)).json, { status: 409, type: '/problems/cohort-full' })
  await call(test, admin, 'POST', `/enrolments/${enrolmentId}/withdraw`, { reason: 'a mistake' })
  t.same((await call(test, admin, 'POST', `${path}/reinstate`)).json, { state: 'active' })
  t.equal((await call(test, admin, 'POST', `${path}/withdraw`, { reason: ' x ' })).status, 422, 'a reason is asked for')
  t.equal((await call(test, test.stranger, 'POST', `${path}/withdraw`, { reason: 'not mine' })).status, 404)
  t.equal((await call(test, test.zambia, 'POST', `${path}/withdraw`, { reason: 'not mine' })).status, 403)
  const entries = await test.db.read.selectFrom('audit_entry').select(['action', 'detail']).where('subject_type', '=', 'enrolment').orderBy('seq').execute()
  t.same(entries.map(({ action }) => action), ['enrolment.created', 'enrolment.created', 'enrolment.withdrawn', 'enrolment.created', 'enrolment.withdrawn', 'enrolment.reinstated'])
  t.match(JSON.parse(entries[2]?.detail ?? ''), { reason: 'left the service' })
})

t.test('progress shows who is where and who is stuck', async (t) => {
  const test = await testApp(t, { courses, now: NOW })
  const walk = await startWalk(test)
  const { admin, cohortId } = walk
  const [silent, failing, idle] = [
    await test.somebody('Silent', [{ role: 'trainee' }], { country: 'MY' }), await test.somebody('Failing', [{ role: 'trainee' }], { country: 'MY' }), await test.somebody('Idle', [{ role: 'trainee' }])
  ]
  const ids = { silent: await enrol(test, admin, cohortId, silent), failing: await enrol(test, admin, cohortId, failing), idle: await enrol(test, admin, cohortId, idle) }
  const progress = async (query = ''): Promise<Array<{ name: string, stuck: string | null, percent: number, state: string, certificateSerial: string | null }>> =>
    (await call(test, admin, 'GET', `/cohorts/${cohortId}/progress${query}`)).json.items
  t.same((await progress()).map(({ name, stuck }) => [name, stuck]), [['Failing', null], ['Idle', null], ['Silent', null], ['Tariq Trainee', null]])

  const exam = await walkToTheEnd(test, walk)
  await call(test, walk.trainee, 'POST', `/attempts/${exam.id}/finish`)
  await call(test, silent, 'POST', `/enrolments/${ids.silent}/lessons/welcome/done`)
  await call(test, failing, 'POST', `/enrolments/${ids.failing}/lessons/welcome/done`)
  const practice = await start(test, walk, 'practice', failing, ids.failing)
  await answerRightly(test, walk, practice, failing)
  await call(test, failing, 'POST', `/attempts/${practice.id}/finish`)
  for (const attempt of [1, 2]) {
    t.same(await progress('?show=stuck'), [], `attempt ${attempt} is still to come`)
    const { id } = await start(test, walk, 'exam', failing, ids.failing)
    t.equal((await progress('?show=stuck')).length, 0, 'nobody is stuck while an attempt is open')
    await call(test, failing, 'POST', `/attempts/${id}/finish`)
  }
  t.same((await progress('?show=stuck')).map(({ name, stuck }) => [name, stuck]), [['Failing', 'attempts-used-up']])
  test.world.advance(8 * 86400)
  t.same((await progress()).map(({ name, stuck, percent, state }) => [name, stuck, percent, state]), [
    ['Failing', 'attempts-used-up', 66, 'active'], ['Idle', 'not-started', 0, 'active'], ['Silent', 'silent', 33, 'active'], ['Tariq Trainee', null, 100, 'completed']
  ])
  t.ok((await progress('?show=completed'))[0]?.certificateSerial)
  t.same((await progress('?show=not-started')).map(({ name }) => name), ['Idle'])
  t.same((await progress('?country=MY')).map(({ name }) => name), ['Failing', 'Silent'])
  t.match((await call(test, admin, 'GET', `/cohorts/${cohortId}`)).json.counts, { enrolled: 4, completed: 1, notStarted: 1, done: 6, total: 12, percent: 50 })
  t.equal((await call(test, admin, 'POST', `/enrolments/${walk.enrolmentId}/withdraw`, { reason: 'too late' })).json.type, '/problems/enrolment-completed')

  const seen: string[] = []
  for (let after = ''; ;) {
    const { json } = await call(test, admin, 'GET', `/cohorts/${cohortId}/progress?limit=1&show=stuck${after}`)
    seen.push(...json.items.map(({ name }: { name: string }) => name))
    if (json.next === null) break
    after = `&after=${json.next as string}`
  }
  t.same(seen, ['Failing', 'Idle', 'Silent'])

  const page = await browse(test, admin)
  const { body, status } = await page.get(`/desk/cohorts/${cohortId}`)
  t.equal(status, 200)
  t.match(body, /<b>50%<\/b>/)
  for (const words of ['attempts used up', 'no activity', 'not started', 'Malaysia', 'Tariq Trainee', '3 days', '7 days']) t.match(body, words)
  t.notMatch(body, /@test\.example/)
  t.match((await page.get(`/desk/cohorts/${cohortId}?show=stuck&country=MY`)).body, /selected>Malaysia/)
  const csv = await page.get(`/desk/cohorts/${cohortId}/progress.csv`)
  t.match(csv.headers, { 'content-type': 'text/csv; charset=utf-8', 'content-disposition': /attachment/ })
  t.equal(csv.body.split('\r\n').length, 6)
  t.match(csv.body, '\uFEFFName,Country')
})

t.test('cohorts and enrolments are run from plain pages', async (t) => {
  const test = await setUp(t)
  const page = await browse(test, test.admin)
  t.match((await page.get('/desk/cohorts')).body, /Test cohort/)
  t.match((await page.get('/desk/cohorts/new')).body, /First steps, version 1/)
  const wrong = await page.post('/desk/cohorts/new', { name: '<b>', course: 'first-steps', first: '2026-07-31', last: '2026-07-01', seats: 'many', instructors: test.instructor.personId })
  t.equal(wrong.status, 422)
  t.match(wrong.body, /<a href="#last">Last day: The end must come after the start\.<\/a>/)
  t.match(wrong.body, /id="seats-error"/)
  t.match(wrong.body, /value="&lt;b&gt;"/)
  t.match(wrong.body, new RegExp(`value="${test.instructor.personId}" checked`))
  const { location = '' } = await page.post('/desk/cohorts/new', { name: 'July', course: 'first-steps', first: '2026-07-01', last: '2026-07-31', seats: '', instructors: [test.instructor.personId, test.stranger.personId] })
  t.match(location, /^\/desk\/cohorts\/[0-9a-f-]+\/enrol$/)
  const id = location.split('/')[3] as string
  t.match((await call(test, test.stranger, 'GET', `/cohorts/${id}`)).json, { startsAt: '2026-06-30T16:00:00.000Z', endsAt: '2026-07-31T15:59:59.000Z', seats: null }, 'days are those of the programme')

  t.match((await page.get(location)).body, /csv-file\.js/)
  const bad = await page.post(location, { csv: `${HEADER}\n<i>,x,ZM,,,\n` })
  t.equal(bad.status, 422)
  t.match(bad.body, /Line 2: <b><bdi>email<\/bdi><\/b>: “x” is not an e-mail address\./)
  t.notMatch(bad.body, '<i>')
  t.notMatch(bad.body, /value="confirm"/)
  const good = await page.post(location, { csv: LIST })
  t.equal(good.status, 200)
  t.match(good.body, /Enrol 3 people and send 3 invitations/)
  t.equal((await counts(test))['enrolments'], 0, 'nothing is written before it is confirmed')
  const done = await page.post(location, { csv: LIST.replaceAll('\n', '\r\n'), step: 'confirm' })
  t.equal(done.location, `/desk/cohorts/${id}?enrolled=3&created=3`)
  const cohort = await page.get(done.location ?? '')
  t.match(cohort.body, /3 people were enrolled; 3 of them have a new account/)
  t.match((await page.post(location, { csv: LIST })).body, /enrolled already\. There is nothing to do/)

  await page.get(`/desk/cohorts/${id}`)
  t.equal((await page.post(`/desk/cohorts/${id}/instructors`, { personId: test.stranger.personId, action: 'remove' })).status, 303)
  t.equal((await call(test, test.stranger, 'GET', `/cohorts/${id}`)).status, 404)
  const enrolment = /href="(\/desk\/enrolments\/[^"]+)"/.exec(cohort.body)?.[1] ?? ''
  t.match((await page.get(enrolment)).body, /Withdraw from the cohort/)
  t.equal((await page.post(`${enrolment}/withdraw`, { reason: '' })).status, 422)
  t.equal((await page.post(`${enrolment}/withdraw`, { reason: 'wrong list' })).status, 303)
  t.match((await page.get(enrolment)).body, /Take up again/)
  t.equal((await page.post(`${enrolment}/reinstate`)).status, 303)
  t.equal((await page.post(`${enrolment}/reinstate`, { _csrf: 'forged' })).status, 403)

  const liaison = await browse(test, test.zambia)
  const seen = await liaison.get(`/desk/cohorts/${id}`)
  t.match(seen.body, /Amina Yusuf/)
  t.notMatch(seen.body, /Nur binti Ahmad|Malaysia|\/enrol"|@police/)
  t.equal((await liaison.get(location)).status, 403)
  liaison.cookies.set('muster-language', 'ar')
  t.match((await liaison.get(`/desk/cohorts/${id}`)).body, /<html lang="ar" dir="rtl">[^]*زامبيا/)
})

t.test('the courses of the desk show what is published', async (t) => {
  const test = await setUp(t)
  const { json } = await call(test, test.instructor, 'GET', '/courses')
  t.same(json.items.map(({ slug }: { slug: string }) => slug), ['all-kinds', 'first-steps'])
  const listed = json.items.find(({ slug }: { slug: string }) => slug === 'first-steps')
  t.match(listed, { title: 'First steps', version: 1, validMonths: 12, cohorts: 1 })
  const detail = (await call(test, test.instructor, 'GET', '/courses/first-steps')).json
  t.match(detail, {
    questions: listed.questions,
    modules: [{ key: 'basics', activities: [{ key: 'welcome', kind: 'lesson' }, { key: 'practice', kind: 'quiz' }] }, { key: 'final', activities: [{ key: 'exam', minutes: 30 }] }],
    versions: [{ number: 1, cohorts: 1 }]
  })
  t.equal((await call(test, test.instructor, 'GET', '/courses/none')).status, 404)
  t.equal((await call(test, test.instructor, 'GET', '/courses/first-steps?version=2')).status, 404)
  for (const who of [test.trainee, test.zambia]) t.equal((await call(test, who, 'GET', '/courses')).status, 403)

  const page = await browse(test, test.instructor)
  t.match((await page.get('/desk/courses')).body, /href="\/desk\/courses\/first-steps"><bdi>First steps/)
  const course = (await page.get('/desk/courses/first-steps')).body
  t.match(course, /Quiz · 7 questions · 70% to pass · 2 attempts · 30 minutes · feedback at the end/)
  t.match(course, /Quiz · 2 questions · 50% to pass · as many attempts as wished · no time limit · feedback after each question/)
  t.notMatch(course, /desk\/cohorts\/new/, 'an instructor makes no cohorts')
  const lesson = await page.get('/desk/courses/first-steps/lessons/welcome')
  t.match(lesson.body, /<article class="prose" lang="en" dir="ltr">/)
  page.cookies.set('muster-language', 'ar')
  t.match((await page.get('/desk/courses/first-steps/lessons/welcome')).body, /<article class="prose" lang="ar" dir="rtl">/)
  t.equal((await page.get('/desk/courses/first-steps/lessons/none')).status, 404)
})

t.test('three thousand people are enrolled and shown', async (t) => {
  const test = await setUp(t)
  const { admin, cohortId } = test
  const many = `${HEADER}\n${Array.from({ length: 3000 }, (_, n) => `Officer ${n},officer${n}@police.example,${['ZM', 'MY', 'NI', 'MM'][n % 4] as string},Police,Sergeant,${n % 2 === 0 ? 'en' : 'ar'}`).join('\n')}`
  t.match(await sendList(test, admin, cohortId, many), { status: 200, json: { created: 3000, enrolled: 3000 } })
  t.match(await sendList(test, admin, cohortId, many), { json: { unchanged: 3000, enrolled: 0 } })
  test.world.advance(4 * 86400)
  t.equal((await call(test, admin, 'GET', `/cohorts/${cohortId}/progress?limit=5000`)).json.items.length, 3000)
  const page = await browse(test, admin)
  t.match((await page.get(`/desk/cohorts/${cohortId}`)).body, /All 3,000 who need help/)
  t.ok((await page.get(`/desk/cohorts/${cohortId}?show=stuck&country=MY`)).body.length < 200_000)
  t.match((await page.get('/desk/cohorts')).body, /3,000/)
})
