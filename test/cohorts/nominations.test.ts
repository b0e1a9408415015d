import t from 'tap'
import { verifyChain } from '../../server/audit/audit.ts'
import { xlsxOf } from '../../server/sheets/write-xlsx.ts'
import { testApp, type Somebody } from '../app.ts'
import { openBrowser } from '../browser.ts'
import { call, enrol, start } from '../trainee.ts'

const test = await testApp(t, { courses: 'test/fixtures/courses', now: '2026-06-15T08:00:00Z' })
const admin = await test.somebody('Ada Admin', [{ role: 'administrator' }])
const instructor = await test.somebody('Ines Instructor', [{ role: 'instructor' }])
const zambia = await test.somebody('Lena Liaison', [{ role: 'liaison', country: 'ZM' }])
const malaysia = await test.somebody('Malik Liaison', [{ role: 'liaison', country: 'MY' }], { locale: 'ar' })
const HEAD = 'name,email,country,agency,rank,locale'
const browser = (who: Somebody) => {
  const one = openBrowser(test.app)
  one.cookies.set('muster', who.token)
  return one
}

async function cohort (more: object = {}): Promise<string> {
  const made = await call(test, admin, 'POST', '/cohorts', { name: 'Spring', course: 'first-steps', startsAt: '2026-07-01T00:00:00Z', endsAt: '2026-08-01T00:00:00Z', instructors: [instructor.personId], ...more })
  if (made.status !== 201) throw new Error(JSON.stringify(made.json))
  return made.json.id as string
}

async function nominate (who: Somebody, id: string, lines: readonly string[], query = ''): Promise<{ status: number, json: any }> { // eslint-disable-line @typescript-eslint/no-explicit-any -- whatever the server says
  const answer = await test.app.inject({ method: 'POST', url: `/api/v1/cohorts/${id}/nominations${query}`, headers: { ...who.bearer, 'content-type': 'text/csv' }, payload: `${HEAD}\n${lines.join('\n')}\n` })
  return { status: answer.statusCode, json: answer.json<unknown>() }
}

interface Item { readonly id: string, readonly name: string, readonly state: string, readonly place: number | null, readonly enrolmentId: string, readonly noShow: boolean }
const list = async (id: string, who = admin): Promise<Item[]> => (await call(test, who, 'GET', `/cohorts/${id}/nominations`)).json.items as Item[]
const states = async (id: string): Promise<string[]> => (await list(id)).map(({ name, state, place }) => `${name}: ${state}${place === null ? '' : ` ${place}`}`).sort()
const idOf = async (id: string, name: string): Promise<string> => (await list(id)).find((one) => one.name === name)?.id ?? ''
const decide = async (id: string, names: readonly string[], decision: string, reason = '', who = admin) =>
  await call(test, who, 'POST', `/cohorts/${id}/nominations/decisions`, { ids: await Promise.all(names.map(async (name) => await idOf(id, name))), decision, reason })
const mailsTo = async (email: string): Promise<string[]> => (await test.db.read.selectFrom('mail').select('subject').where('to_email', '=', email).orderBy('id').execute()).map(({ subject }) => subject)

t.test('countries nominate, administrators decide, and those who wait move up when a seat is free', async (t) => {
  const id = await cohort({ seats: 3, seatsByCountry: { ZM: 1 } })
  t.match(await nominate(zambia, id, ['Amina Yusuf,amina@zm.example,ZM,Police,Inspector,en', 'Bwalya Phiri,bwalya@zm.example,ZM,,,en', 'Chanda Zulu,chanda@zm.example,ZM,,,en']), { status: 200, json: { nominated: 3, problems: [] } })
  t.match(await nominate(malaysia, id, ['Nur Ahmad,nur@my.example,MY,,,ms']), { status: 200 })
  t.equal((await test.db.read.selectFrom('account').select('id').where('email', '=', 'amina@zm.example').execute()).length, 0, 'nobody has an account by being nominated')
  t.same((await list(id, zambia)).length, 3, 'a liaison sees those of the own country')
  t.match((await call(test, zambia, 'GET', `/cohorts/${id}/nominations`)).json, { open: true, free: { ZM: 1 } })
  t.match((await call(test, admin, 'GET', `/cohorts/${id}/nominations`)).json.free, { ZM: 1, '': 2 })

  const accepted = await decide(id, ['Amina Yusuf', 'Bwalya Phiri', 'Nur Ahmad'], 'accept')
  t.match(accepted.json, { done: 2, refused: [{ name: 'Bwalya Phiri', message: /No seat is free/ }] }, 'one seat is held for Zambia')
  t.match(await mailsTo('amina@zm.example'), [/invite|Invitation|account/i, 'You have a seat: Spring'])
  t.match(await mailsTo(zambia.email), ['Accepted: your nominations for Spring'])
  t.match((await mailsTo(malaysia.email))[0], /[\u0600-\u06ff]/, 'in the language of whoever receives it')
  test.world.advance(1)
  t.match((await decide(id, ['Chanda Zulu'], 'wait')).json, { done: 1 })
  test.world.advance(1)
  t.match((await decide(id, ['Bwalya Phiri'], 'wait', 'As soon as somebody leaves')).json, { done: 1 })
  t.same(await states(id), ['Amina Yusuf: accepted', 'Bwalya Phiri: waiting 2', 'Chanda Zulu: waiting 1', 'Nur Ahmad: accepted'])

  // A seat of another country is none of theirs; one of their own is, and the first who waits has it.
  t.match((await decide(id, ['Nur Ahmad'], 'withdraw', 'Cannot be spared', malaysia)).json, { done: 1 })
  t.match(await states(id), ['Amina Yusuf: accepted', 'Bwalya Phiri: waiting 2', 'Chanda Zulu: waiting 1', 'Nur Ahmad: withdrawn'])
  const amina = (await list(id)).find(({ name }) => name === 'Amina Yusuf') as Item
  t.match(await call(test, instructor, 'POST', `/enrolments/${amina.enrolmentId}/withdraw`, { reason: 'Has left the service' }), { status: 200 })
  t.same(await states(id), ['Amina Yusuf: withdrawn', 'Bwalya Phiri: waiting 1', 'Chanda Zulu: accepted', 'Nur Ahmad: withdrawn'])
  t.ok((await mailsTo('chanda@zm.example')).includes('A seat has become free for you: Spring'))
  t.ok((await mailsTo(zambia.email)).includes('Moved up: your nominations for Spring'))
  const settings = (await call(test, admin, 'GET', `/cohorts/${id}/settings`)).json
  t.match(settings, { seats: 3, seatsByCountry: { ZM: 1 }, taken: { ZM: 1 }, version: 1 })
  t.match((await call(test, admin, 'PUT', `/cohorts/${id}/settings`, { ...settings, seatsByCountry: { ZM: 2 } })).json, { movedUp: 1, version: 2 }, 'more seats move them up too')
  t.match(await call(test, admin, 'PUT', `/cohorts/${id}/settings`, { ...settings, seats: 9 }), { status: 409, json: { type: '/problems/edited-meanwhile', now: { seatsByCountry: { ZM: 2 } } } })
  t.match((await call(test, admin, 'PUT', `/cohorts/${id}/settings`, { ...settings, seats: 1, seatsByCountry: { ZM: 2 }, language: '?', timeZone: 'Moon', examDay: 'x' })).json.problems.map(({ path }: { path: string }) => path), ['seatsByCountry', 'language', 'timeZone', 'examDay'])
  t.equal((await verifyChain(test.db.read)).brokenAt, null)
})

t.test('a substitute is of the same country and keeps the seat; a no-show is counted and frees nothing', async (t) => {
  const id = await cohort({ seats: 2 })
  await nominate(admin, id, ['Dalitso Banda,dalitso@zm.example,ZM,,,en', 'Esther Mwale,esther@zm.example,ZM,,,en', 'Faiz Omar,faiz@my.example,MY,,,en'])
  await decide(id, ['Dalitso Banda', 'Esther Mwale'], 'accept')
  await decide(id, ['Faiz Omar'], 'wait')
  const dalitso = (await list(id)).find(({ name }) => name === 'Dalitso Banda') as Item
  const substitute = async (who: Somebody, body: object) => await call(test, who, 'POST', `/nominations/${dalitso.id}/substitute`, { name: 'Gift Tembo', email: 'gift@zm.example', reason: 'Is ill', ...body })
  t.match(await substitute(zambia, { country: 'MY' }), { status: 422, json: { problems: [{ path: 'country' }] } })
  t.match(await substitute(zambia, { name: 'MWALE Esther', email: 'other@zm.example' }), { status: 422, json: { problems: [{ path: 'name', message: /may be the same person as Esther Mwale/ }] } })
  t.equal((await substitute(malaysia, {})).status, 404)
  t.equal((await substitute(instructor, {})).status, 403)
  t.match(await substitute(zambia, {}), { status: 201, json: { state: 'accepted', replaces: dalitso.id, reason: 'Is ill' } })
  t.same(await states(id), ['Dalitso Banda: substituted', 'Esther Mwale: accepted', 'Faiz Omar: waiting 1', 'Gift Tembo: accepted'], 'nobody moved up')
  t.match(await substitute(zambia, {}), { status: 409, json: { type: '/problems/nomination-decided' } })

  const esther = (await list(id)).find(({ name }) => name === 'Esther Mwale') as Item
  const noShow = async (who: Somebody) => await call(test, who, 'POST', `/enrolments/${esther.enrolmentId}/no-show`, { reason: 'Not at the opening' })
  t.match(await noShow(admin), { status: 409, json: { type: '/problems/cohort-not-begun' } })
  test.world.setNow('2026-07-06T08:00:00Z')
  t.equal((await noShow(instructor)).status, 403)
  t.match(await noShow(admin), { status: 200, json: { noShow: true } })
  t.same((await states(id))[2], 'Faiz Omar: waiting 1')
  t.match((await call(test, admin, 'GET', `/cohorts/${id}/progress?show=no-show`)).json.items, [{ name: 'Esther Mwale', noShow: true, stuck: null }], 'and nobody has to look for them')
  t.match((await call(test, admin, 'GET', `/cohorts/${id}/progress?show=stuck`)).json.items.map(({ name }: { name: string }) => name), ['Gift Tembo'])
  t.match((await browser(admin).get(`/desk/cohorts/${id}`)).body, /<b>1<\/b> <span>did not come/)
  t.match(await call(test, admin, 'POST', `/enrolments/${esther.enrolmentId}/came`), { status: 200, json: { noShow: false } })
  t.match(await substitute(zambia, {}), { status: 409, json: { type: '/problems/nominations-closed' } }, 'a liaison names substitutes until the start')
  test.world.setNow('2026-06-15T09:00:00Z')
})

t.test('nobody is nominated twice, by the rule on who may be one person', async (t) => {
  const id = await cohort()
  const member = await test.somebody('Hope Lungu', [{ role: 'trainee' }], { country: 'ZM' })
  await enrol(test, admin, id, member)
  t.match(await nominate(zambia, id, ['Isaac Sata,isaac@zm.example,ZM,,,en']), { status: 200 })
  const again = await nominate(zambia, id, [
    'Isaac Sata,ISAAC@zm.example,ZM,,,en', 'SATA Isak,isak@zm.example,ZM,,,en', `Hope Lungu,${member.email},ZM,,,en`, 'Hope Lungu,hope2@zm.example,ZM,,,en', 'Nur Ahmad,nur@my.example,MY,,,en'
  ])
  t.equal(again.status, 422)
  t.same(again.json.problems.map(({ line, field }: { line: number, field: string }) => [line, field]), [[2, 'email'], [3, 'name'], [4, 'email'], [5, 'name'], [6, 'country']])
  t.match(await nominate(zambia, id, ['SATA Isak,isak@zm.example,ZM,,,en'], '?dryRun=true'), { json: { nominated: 0, onlyAlike: true } })
  t.match(await nominate(zambia, id, ['SATA Isak,isak@zm.example,ZM,,,en'], '?twoPersons=true'), { json: { nominated: 1 } }, 'unless they are said to be two')
  // Another record of somebody who is enrolled.
  const record = await test.somebody('Hope L', [{ role: 'trainee' }], { country: 'ZM' })
  await call(test, admin, 'POST', `/people/${record.personId}/merge`, { intoId: member.personId, reason: 'The same passport' })
  t.match((await nominate(zambia, id, [`Hope L,${record.email},ZM,,,en`])).json.problems, [{ line: 2, field: 'email', message: /in this cohort already/ }])
  t.match(await nominate(instructor, id, ['X Y,xy@zm.example,ZM,,,en']), { status: 403 })
  // Afterwards a nomination that was declined may be made again.
  t.equal((await decide(id, ['Isaac Sata'], 'decline')).status, 422, 'a reason is asked for')
  t.match((await decide(id, ['Isaac Sata'], 'decline', 'Not of the unit')).json, { done: 1 })
  t.match((await decide(id, ['Isaac Sata'], 'accept')).json, { done: 0, refused: [{ message: /declined/ }] })
  t.equal((await decide(id, ['SATA Isak'], 'accept', '', zambia)).status, 403)
  t.match(await nominate(zambia, id, ['Isaac Sata,isaac@zm.example,ZM,,,en'], '?twoPersons=true'), { status: 200 })
  const settings = (await call(test, admin, 'GET', `/cohorts/${id}/settings`)).json
  await call(test, admin, 'PUT', `/cohorts/${id}/settings`, { ...settings, nominationsUntil: '2026-06-14' })
  t.match(await nominate(zambia, id, ['Jo Jo,jo@zm.example,ZM,,,en']), { status: 409, json: { type: '/problems/nominations-closed' } })
  t.match(await call(test, malaysia, 'GET', `/cohorts/${id}/nominations`), { status: 404 }, 'a closed cohort without anybody of theirs is none of theirs')
})

t.test('people move to another cohort with what can be kept', async (t) => {
  const [from, same, other] = [await cohort({ startsAt: '2026-06-01T00:00:00Z' }), await cohort({ seats: 1 }), await cohort({ course: 'all-kinds' })]
  const [one, two] = [await test.somebody('Kim One', [{ role: 'trainee' }], { country: 'ZM' }), await test.somebody('Lee Two', [{ role: 'trainee' }], { country: 'ZM' })]
  const [first, second] = [await enrol(test, admin, from, one), await enrol(test, admin, from, two)]
  await call(test, one, 'POST', `/enrolments/${first}/lessons/welcome/done`)
  const move = async (id: string, to: string, who = admin) => await call(test, who, 'POST', `/enrolments/${id}/move`, { to, reason: 'On leave in June' })
  const { id: attempt } = await start(test, { admin, instructor, trainee: one, cohortId: from, enrolmentId: first }, 'practice')
  t.match(await move(first, same), { status: 409, json: { type: '/problems/attempt-running' } })
  await call(test, one, 'POST', `/attempts/${attempt}/finish`)
  t.equal((await move(first, from)).status, 422)
  t.match((await move(first, same)).json, { enrolmentId: first, kept: 'all', done: 1, total: 3 })
  t.match((await call(test, admin, 'GET', `/cohorts/${same}/progress`)).json.items, [{ name: 'Kim One', done: 1 }])
  t.match(await move(second, same), { status: 409, json: { type: '/problems/cohort-full' } })
  const moved = await move(second, other)
  t.match(moved.json, { kept: 'nothing', done: 0 })
  t.match((await call(test, admin, 'GET', `/cohorts/${from}/progress`)).json.items, [{ name: 'Lee Two', state: 'withdrawn' }])
  const log = await test.db.read.selectFrom('audit_entry').select('detail').where('action', '=', 'enrolment.moved').execute()
  t.match(JSON.parse(log[0]?.detail ?? ''), { reason: 'On leave in June', kept: 'all', to: 'Spring' })
})

t.test('a plan makes the cohorts of a year, all of them or none', async (t) => {
  const count = async (): Promise<number> => Number((await test.db.read.selectFrom('cohort').select(({ fn }) => fn.countAll<number>().as('count')).executeTakeFirstOrThrow()).count)
  const before = await count()
  const send = async (payload: string | Buffer, query = '', type = 'text/csv', who = admin) => await test.app.inject({ method: 'POST', url: `/api/v1/cohorts/plan${query}`, headers: { ...who.bearer, 'content-type': type }, payload })
  const good = `course;first;last;name;seats;countries;exam;timezone;language;instructors\nfirst-steps;2027-03-01;2027-03-31;March;20;ZM:5 MY:5;2027-03-30;Asia/Riyadh;ar;${instructor.email}\nall-kinds;2027-04-01;2027-04-30;;;;;;;\n`
  const tried = await send(good, '?dryRun=true')
  t.match(tried.json(), { created: 0, rows: [{ line: 2, name: 'March', countries: 'MY:5, ZM:5' }, { line: 3, name: /, 2027-04$/, seats: null }], problems: [] })
  t.equal(await count(), before, 'a dry run writes nothing')
  const bad = await send('course,first,last,seats,countries,instructors\nnone,2027-03-01,2027-02-30,many,ZM:x,who@x.example\nfirst-steps,2027-03-01,2027-03-31,5,ZM:10,\n')
  t.equal(bad.statusCode, 422)
  t.same(bad.json<{ problems: Array<{ line: number, field: string }> }>().problems.map(({ line, field }) => `${line} ${field}`), ['2 countries', '2 instructors', '2 course', '2 last', '2 seats', '3 countries'])
  t.equal(await count(), before)
  t.match((await send('course,first\nx,y\n')).json(), { problems: [{ line: 1, field: 'last', message: 'The column is missing.' }] })
  const sheet = Buffer.from(xlsxOf([{ name: 'Plan', rows: [['course', 'first', 'last', 'seats'], ['first-steps', { date: '2027-05-01' }, { date: '2027-05-31' }, 12]] }]))
  const type = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
  t.match((await send(sheet, '?dryRun=true', type)).json(), { rows: [{ first: '2027-05-01', last: '2027-05-31', seats: 12 }], problems: [] }, 'a workbook too')
  t.equal((await send(Buffer.from('PK nothing'), '', type)).statusCode, 422)
  t.equal((await send(good, '', 'text/csv', instructor)).statusCode, 403)
  const made = (await send(good)).json<{ created: number, ids: string[] }>()
  t.equal(made.created, 2)
  t.match((await call(test, admin, 'GET', `/cohorts/${made.ids[0] ?? ''}`)).json, { startsAt: '2027-02-28T21:00:00.000Z', seats: 20, instructors: [{ name: 'Ines Instructor' }] }, 'days are those of the cohort')

  const page = browser(admin)
  await page.get('/desk/cohorts/plan')
  t.match(await page.post('/desk/cohorts/plan', { csv: 'course,first,last\nnone,2027-01-01,2027-01-02\n' }), { status: 422, body: /Line 2: <b><bdi>course[^]*Nothing is created/ })
  const csv = 'course,first,last\nfirst-steps,2027-06-01,2027-06-30\n'
  t.match((await page.post('/desk/cohorts/plan', { csv })).body, /First steps, 2027-06[^]*Create one cohort/)
  const { location = '' } = await page.post('/desk/cohorts/plan', { csv, step: 'confirm' })
  t.match((await page.get(location)).body, /One cohort was created\./)
})

t.test('all of it from plain pages, chosen by ticking', async (t) => {
  const id = await cohort({ seats: 2, startsAt: '2026-06-01T00:00:00Z' })
  const liaison = browser(zambia)
  t.match((await liaison.get('/desk/nominations')).body, new RegExp(`/desk/cohorts/${id}/nominations`))
  const csv = `${HEAD}\nMary Tembo,mary@zm.example,ZM,,,en\nNoah Daka,noah@zm.example,ZM,,,en\nOlive Ngoma,olive@zm.example,ZM,,,en\n`
  await liaison.get(`/desk/cohorts/${id}/nominate`)
  t.match((await liaison.post(`/desk/cohorts/${id}/nominate`, { csv })).body, /Nominate 3 people/)
  const { location = '' } = await liaison.post(`/desk/cohorts/${id}/nominate`, { csv, step: 'confirm' })
  t.match((await liaison.get(location)).body, /3 people were nominated\.[^]*Take back/)
  t.match(await liaison.post(`/desk/cohorts/${id}/nominate`, { csv: `${HEAD}\nTEMBO Mary,m2@zm.example,ZM,,,en\n` }), { status: 422, body: /may be the same person as Mary Tembo[^]*name="twoPersons"/ })

  const desk = browser(admin)
  const page = (await desk.get(`/desk/cohorts/${id}/nominations`)).body
  const ids = [...page.matchAll(/name="ids" value="([^"]+)"/g)].map(([, one]) => one ?? '')
  t.equal(ids.length, 3)
  t.match((await desk.post(`/desk/cohorts/${id}/nominations`, { decision: 'accept' })).location, /chosen=none/)
  t.match((await desk.post(`/desk/cohorts/${id}/nominations`, { ids, decision: 'accept' })).body, /2 people were accepted[^]*Olive Ngoma<\/bdi><\/b>: No seat is free/)
  t.match((await desk.post(`/desk/cohorts/${id}/nominations`, { ids: [ids[2] ?? ''], decision: 'wait' })).location, /decided=1/)
  t.match((await desk.get(`/desk/cohorts/${id}/nominations.csv`)).body, /olive@zm\.example,ZM,,,en,waiting,1/)
  t.match((await desk.get(`/desk/cohorts/${id}/nominations.xlsx`)).body.slice(0, 2), 'PK')
  t.match((await desk.get(`/desk/cohorts/${id}/progress.xlsx`)).headers, { 'content-type': /spreadsheetml/ })

  const cohortPage = (await desk.get(`/desk/cohorts/${id}`)).body
  const enrolments = [...cohortPage.matchAll(/name="ids" value="([^"]+)"/g)].map(([, one]) => one ?? '')
  t.equal(enrolments.length, 2)
  t.match((await desk.post(`/desk/cohorts/${id}/changes`, { ids: enrolments, action: 'withdraw' })).body, /2 people[^]*Mary Tembo[^]*name="reason"/)
  t.match(await desk.post(`/desk/cohorts/${id}/changes`, { ids: enrolments, action: 'withdraw', step: 'do', reason: '' }), { status: 422, body: /id="reason-error"/ })
  const done = await desk.post(`/desk/cohorts/${id}/changes`, { ids: [enrolments[0] ?? ''], action: 'withdraw', step: 'do', reason: 'Called home' })
  t.match((await desk.get((done.location ?? '').split('#')[0] ?? '')).body, /One person was withdrawn\./)
  t.same(await states(id), ['Mary Tembo: withdrawn', 'Noah Daka: accepted', 'Olive Ngoma: accepted'])
  t.match((await desk.post(`/desk/cohorts/${id}/changes`, { ids: enrolments, action: 'no-show', step: 'do', reason: 'Not at the opening' })).body, /One person is marked[^]*Mary Tembo<\/bdi><\/b>: /)
  t.match((await desk.post(`/desk/cohorts/${id}/changes`, { ids: enrolments, action: 'move', step: 'do', reason: 'Later' })).body, /Choose the cohort/)

  const form = await desk.get(`/desk/cohorts/${id}/settings`)
  t.match(form.body, /name="version" value="0"/)
  const fields = { seats: '2', countries: 'ZM:2', language: 'en', timeZone: '', examDay: '2026-07-20', nominationsUntil: '', version: '0' }
  t.match(await desk.post(`/desk/cohorts/${id}/settings`, { ...fields, countries: 'ZM' }), { status: 422, body: /“ZM” cannot be read/ })
  t.match(await desk.post(`/desk/cohorts/${id}/settings`, fields), { status: 303, location: /movedUp=0/ })
  t.match(await desk.post(`/desk/cohorts/${id}/settings`, { ...fields, examDay: '2026-07-21' }), { status: 409, body: /Somebody else changed this meanwhile[^]*2026-07-20[^]*value="2026-07-21"/ })

  const accepted = (await list(id)).find(({ name }) => name === 'Noah Daka') as Item
  const substitute = `/desk/nominations/${accepted.id}/substitute`
  t.match((await desk.get(substitute)).body, /Somebody else of Zambia comes in place of Noah Daka/)
  t.match(await desk.post(substitute, { name: '', email: 'x', reason: '' }), { status: 422, body: /id="name-error"[^]*id="email-error"[^]*id="reason-error"/ })
  t.match(await desk.post(substitute, { name: 'Peter Zimba', email: 'peter@zm.example', reason: 'Another post' }), { status: 303, location: /decision=substitute/ })
  desk.cookies.set('muster-language', 'ar')
  for (const path of ['nominations', 'nominate', 'settings', '']) t.match((await desk.get(`/desk/cohorts/${id}/${path}`)).body, /dir="rtl"/)
})
