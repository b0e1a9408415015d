import t from 'tap'
import { testApp, type Somebody } from '../app.ts'
import { openBrowser } from '../browser.ts'
import { call, enrol } from '../trainee.ts'

// Two administrators who work at once: what one does is never lost by what the other had open.
const test = await testApp(t, { courses: 'test/fixtures/courses', now: '2026-06-15T08:00:00Z' })
const ada = await test.somebody('Ada Admin', [{ role: 'administrator' }])
const bea = await test.somebody('Bea Admin', [{ role: 'administrator' }])
const desk = (who: Somebody) => {
  const one = openBrowser(test.app)
  one.cookies.set('muster', who.token)
  return one
}
const cohort = async (more: object = {}): Promise<string> =>
  (await call(test, ada, 'POST', '/cohorts', { name: 'Summer', course: 'first-steps', startsAt: '2026-06-01T00:00:00Z', endsAt: '2026-08-01T00:00:00Z', ...more })).json.id as string
const HEAD = 'name,email,country,agency,rank,locale'

/** The fields of a page's form as they stand, by name. */
function fieldsOf (body: string): Record<string, string> {
  const fields: Record<string, string> = {}
  for (const [, name = '', value = ''] of body.matchAll(/<input[^>]* name="(\w+)"[^>]* value="([^"]*)"/g)) fields[name] ??= value
  for (const [, name = '', value = ''] of body.matchAll(/<textarea[^>]* name="(\w+)"[^>]*>([^<]*)<\/textarea>/g)) fields[name] ??= value
  // Each browser has its own.
  delete fields['_csrf']
  return fields
}

t.test('name, days and seats of a cohort: a stale edit is refused, with what was changed beside what was typed', async (t) => {
  const id = await cohort({ seats: 20, timeZone: 'Africa/Lusaka' })
  const [first, second] = [desk(ada), desk(bea)]
  const { name, first: begins, last, seats, version } = fieldsOf((await first.get(`/desk/cohorts/${id}/settings`)).body)
  const form = { name: name ?? '', first: begins ?? '', last: last ?? '', seats: seats ?? '', countries: '', language: '', timeZone: 'Africa/Lusaka', examDay: '', nominationsUntil: '', version: version ?? '' }
  t.match(form, { name: 'Summer', first: '2026-06-01', last: '2026-08-01', seats: '20' })
  await second.get(`/desk/cohorts/${id}/settings`)

  t.match(await first.post(`/desk/cohorts/${id}/settings`, { ...form, name: 'Summer course', last: '2026-08-15', countries: 'Zambia: 5\nماليزيا: ٣' }), { status: 422 }, 'names are read in the reader’s language and in English')
  t.match(await first.post(`/desk/cohorts/${id}/settings`, { ...form, name: 'Summer course', last: '2026-08-15', countries: 'Zambia: 5\nMY 3' }), { status: 303 })
  const seen = (await call(test, ada, 'GET', `/cohorts/${id}/settings`)).json
  t.match(seen, { name: 'Summer course', startsAt: '2026-06-01T00:00:00.000Z', endsAt: '2026-08-15T21:59:59.000Z', seatsByCountry: { ZM: 5, MY: 3 } }, 'a day that stayed keeps its hour; one that changed is of the cohort’s zone')

  const stale = await second.post(`/desk/cohorts/${id}/settings`, { ...form, name: 'My course', seats: '30' })
  t.equal(stale.status, 409)
  t.match(stale.body, /Somebody else changed this meanwhile[^]*<dt>Name<\/dt>[^]*Summer course[^]*My course[^]*<dt>Last day<\/dt>[^]*2026-08-15[^]*Zambia: 5[^]*name="version" value="2"[^]*value="My course"/)
  t.match((await call(test, ada, 'GET', `/cohorts/${id}`)).json, { name: 'Summer course', seats: 20 }, 'nothing of it is lost')
  t.match(await second.post(`/desk/cohorts/${id}/settings`, { ...form, name: ' ', first: '2026-09-01', version: '2' }), { status: 422, body: /id="name-error"[^]*id="last-error"/ })
  t.match(await call(test, bea, 'PUT', `/cohorts/${id}/settings`, { ...seen, startsAt: 'soon' }), { status: 422, json: { problems: [{ path: 'startsAt' }] } })

  // People are reminded of a new day, of one that stayed only once.
  t.match((await second.get(`/desk/cohorts/${id}/settings`)).body, /30 days before the close[^]*16 Jul 2026[^]*to come/)
  await test.db.write(async (tx) => { await tx.insertInto('reminder_sent').values([{ cohort_id: id, person_id: ada.personId, what: 'start-7', at: '2026-05-25T06:00:00.000Z' }, { cohort_id: id, person_id: ada.personId, what: 'close-30', at: '2026-07-16T06:00:00.000Z' }]).execute() })
  await call(test, ada, 'PUT', `/cohorts/${id}/settings`, { ...seen, endsAt: '2026-08-20T21:59:59Z' })
  t.match((await call(test, ada, 'GET', `/cohorts/${id}/reminders`)).json, { items: [{ what: 'start-7', count: 1 }], planned: [{ what: 'start-30' }, { what: 'start-7' }, { what: 'start-1' }, { what: 'close-30', day: '2026-07-21' }, { what: 'close-7' }, { what: 'close-1' }] })
  t.match((await second.get(`/desk/cohorts/${id}/settings`)).body, /7 days before the start[^]*sent to one person/)
})

t.test('a plan that was carried out is not carried out again', async (t) => {
  const csv = 'course,first,last,name,countries\nfirst-steps,2027-01-01,2027-01-31,January,Zambia:3 MY:2\nfirst-steps,2027-02-01,2027-02-28,February,\n'
  const [first, second] = [desk(ada), desk(bea)]
  for (const one of [first, second]) await one.get('/desk/cohorts/plan')
  t.match((await second.post('/desk/cohorts/plan', { csv })).body, /Create 2 cohorts/)
  t.match(await first.post('/desk/cohorts/plan', { csv, step: 'confirm' }), { status: 303, location: /made=2/ })
  t.match(await second.post('/desk/cohorts/plan', { csv, step: 'confirm' }), { status: 422, body: /line 2[^]*has a cohort of this name already/i })
  t.match((await second.post('/desk/cohorts/plan', { csv: `${csv}first-steps,2027-02-01,2027-03-28,February,\n` })).body, /line 4[^]*has a cohort of this name already/i, 'not twice in one plan either')
})

t.test('people who were moved or withdrawn meanwhile are named, and the others are changed', async (t) => {
  const [here, there] = [await cohort(), await cohort({ name: 'Elsewhere' })]
  const people = await Promise.all(['Mary', 'Noah', 'Olive'].map(async (name) => await test.somebody(name, [{ role: 'trainee' }], { country: 'ZM' })))
  const ids: string[] = []
  for (const one of people) ids.push(await enrol(test, ada, here, one))
  const second = desk(bea)
  await second.get(`/desk/cohorts/${here}`)
  await call(test, ada, 'POST', `/enrolments/${ids[0] ?? ''}/move`, { to: there, reason: 'Asked for it' })
  await call(test, ada, 'POST', `/enrolments/${ids[1] ?? ''}/withdraw`, { reason: 'Called home' })
  const { status, body } = await second.post(`/desk/cohorts/${here}/changes`, { ids, action: 'withdraw', step: 'do', reason: 'Called home too' })
  t.equal(status, 200)
  t.match(body, /One person was withdrawn[^]*Somebody of the list<\/bdi><\/b>: No longer in this cohort[^]*Noah<\/bdi><\/b>: This is so already/)
  t.match((await call(test, ada, 'GET', `/cohorts/${there}/enrolments`)).json.items, [{ name: 'Mary', state: 'active' }])

  // What goes out can be sent in again, in whatever columns it has.
  t.match((await second.get(`/desk/enrolments/${ids[0] ?? ''}`)).body, /name="action" value="move"[^]*value="no-show"/)
  const list = await second.get(`/desk/cohorts/${there}/enrolments.csv`)
  t.match(list.body, new RegExp(`^\\uFEFF?${HEAD}\\r\\nMary,${people[0]?.email ?? ''},ZM,,,en`))
  t.match((await second.get(`/desk/cohorts/${there}/enrolments.xlsx`)).body.slice(0, 2), 'PK')
  await second.get(`/desk/cohorts/${there}/enrol`)
  t.match((await second.post(`/desk/cohorts/${there}/enrol`, { csv: list.body })).body, /Everybody on this list is enrolled already/)
})

t.test('a nomination that was decided meanwhile is not decided again: by whom and when is said', async (t) => {
  const liaison = await test.somebody('Lena Liaison', [{ role: 'liaison', country: 'ZM' }])
  const id = await cohort({ seats: 5 })
  await test.app.inject({ method: 'POST', url: `/api/v1/cohorts/${id}/nominations`, headers: { ...liaison.bearer, 'content-type': 'text/csv' }, payload: `${HEAD}\nAmina Yusuf,amina@zm.example,ZM,,,en\nBwalya Phiri,bwalya@zm.example,ZM,,,en\n` })
  const items = (await call(test, ada, 'GET', `/cohorts/${id}/nominations`)).json.items as Array<{ id: string }>
  const ids = items.map((one) => one.id)
  const [first, second] = [desk(ada), desk(bea)]
  for (const one of [first, second]) await one.get(`/desk/cohorts/${id}/nominations`)
  await first.post(`/desk/cohorts/${id}/nominations`, { ids, decision: 'accept' })
  const declined = await second.post(`/desk/cohorts/${id}/nominations`, { ids, decision: 'decline', step: 'do', reason: 'Too late' })
  t.match(declined.body, /Nobody was declined[^]*Amina Yusuf<\/bdi><\/b>: It stands as “accepted” already: Ada Admin, 15 Jun 2026/)

  // A substitute for somebody who is no longer there.
  const substitute = `/desk/nominations/${ids[0] ?? ''}/substitute`
  t.equal((await second.get(substitute)).status, 200)
  await first.post(`/desk/cohorts/${id}/nominations`, { ids: [ids[0] ?? ''], decision: 'withdraw', step: 'do', reason: 'Has left' })
  t.match(await second.post(substitute, { name: 'Chanda Zulu', email: 'chanda@zm.example', reason: 'In his place' }), { status: 409, body: /Nobody was put in their place[^]*It stands as “withdrawn” already: Ada Admin/ })
  t.equal((await second.get(substitute)).status, 409)

  const csv = (await second.get(`/desk/cohorts/${id}/nominations.csv`)).body
  t.match(csv, /name,email,country,agency,rank,locale,# state,/)
  const other = await cohort({ name: 'Autumn' })
  await second.get(`/desk/cohorts/${other}/nominate`)
  t.match((await second.post(`/desk/cohorts/${other}/nominate`, { csv })).body, /Nominate 2 people/, 'the list that went out can be sent in')
})

t.test('a liaison sees the cohorts that have room for their country', async (t) => {
  const liaison = await test.somebody('Malik Liaison', [{ role: 'liaison', country: 'MY' }])
  const open = async (): Promise<string[]> => ((await call(test, liaison, 'GET', '/nominations')).json.items as Array<{ name: string }>).map(({ name }) => name)
  await cohort({ name: 'For Zambia alone', seats: 4, seatsByCountry: { ZM: 4 } })
  await cohort({ name: 'Zambia, and one for others', seats: 5, seatsByCountry: { ZM: 4 } })
  const closed = await cohort({ name: 'Without Malaysia', seats: 5, seatsByCountry: { MY: 0 } })
  await cohort({ name: 'For Malaysia', seats: 4, seatsByCountry: { MY: 4 } })
  const names = await open()
  t.ok(names.includes('Zambia, and one for others') && names.includes('For Malaysia') && names.includes('Summer course'))
  t.notOk(names.some((name) => name === 'For Zambia alone' || name === 'Without Malaysia'))
  t.match(await call(test, liaison, 'GET', `/cohorts/${closed}/nominations`), { status: 404 })
  t.match((await call(test, ada, 'GET', '/nominations')).json.items.find(({ name }: { name: string }) => name === 'For Malaysia'), { free: 4, counts: { nominated: 0 } }, 'an administrator is told of all free seats')
})

t.test('what a person is allowed: a form that overlooks another’s is refused, and nothing is ended twice', async (t) => {
  const { personId } = await test.somebody('Tariq Trainee', [{ role: 'trainee' }])
  const page = `/desk/people/${personId}/accommodations`
  const [first, second] = [desk(ada), desk(bea)]
  const { version = '' } = fieldsOf((await first.get(page)).body)
  await second.get(page)
  const form = { extraPercent: '25', reason: 'Reads slowly', version }
  t.match(await first.post(page, form), { status: 303 })
  const stale = await second.post(page, { ...form, extraPercent: '50' })
  t.match(stale, { status: 409, body: /Somebody else has changed what this person is allowed[^]*25% more time[^]*name="version" value="1"[^]*value="50"/ })
  const [one] = (await call(test, ada, 'GET', `/people/${personId}/accommodations`)).json.items as [{ id: string }]
  t.match(await call(test, bea, 'POST', `/people/${personId}/accommodations`, { extraPercent: 50, reason: 'Reads slowly', version: 0 }), { status: 409, json: { now: { version: 1 } } })
  t.match(await first.post(`/desk/accommodations/${one.id}/end`), { status: 303, location: /ended=now/ })
  const again = await second.post(`/desk/accommodations/${one.id}/end`)
  t.match((await second.get(again.location ?? '')).body, /Somebody else had ended it already[^]*Ended by Ada Admin/)
})

t.test('the text of a reminder: a stale edit is refused, and the programme’s own can be put back', async (t) => {
  const page = '/desk/reminders/start/en'
  const [first, second] = [desk(ada), desk(bea)]
  const form = fieldsOf((await first.get(page)).body)
  await second.get(page)
  t.match(await first.post(page, { ...form, subject: 'Soon, {name}', step: 'save' }), { status: 303 })
  t.match(await second.post(page, { ...form, subject: 'Later, {name}', step: 'save' }), { status: 409, body: /Somebody else changed this meanwhile[^]*Soon, \{name\}[^]*value="Later, \{name\}"/ })
  t.match(await second.post(page, { ...form, version: '0', step: 'reset' }), { status: 409 })
  t.match((await call(test, ada, 'GET', '/reminders')).json.items.find(({ kind, language }: { kind: string, language: string }) => kind === 'start' && language === 'en'), { written: true, version: 1 })
  t.match(await first.post(page, { ...form, version: '1', step: 'reset' }), { status: 303 })
  t.match((await call(test, ada, 'DELETE', '/reminders/start/en?version=0')).json, { written: false, subject: form['subject'] ?? '' })
})
