import t from 'tap'
import { sendReminders } from '../../server/cohorts/reminders/reminders.ts'
import { loadMessages } from '../../server/http/messages.ts'
import { testApp, type Somebody } from '../app.ts'
import { openBrowser } from '../browser.ts'
import { call, enrol } from '../trainee.ts'

const test = await testApp(t, { courses: 'test/fixtures/courses', now: '2026-06-01T12:00:00Z' })
const admin = await test.somebody('Ada Admin', [{ role: 'administrator' }])
const instructor = await test.somebody('Ines Instructor', [{ role: 'instructor' }])
const messages = loadMessages('templates/locales')
const deps = { world: test.world, messages, settings: { programme: 'P', timeZone: 'Asia/Shanghai', publicUrl: 'http://localhost' } }
const mails = async (who: Somebody): Promise<Array<{ subject: string, body: string }>> => await test.db.read.selectFrom('mail').select(['subject', 'body']).where('to_email', '=', who.email).orderBy('id').execute()
const subjects = async (who: Somebody): Promise<string[]> => (await mails(who)).map(({ subject }) => subject)

// In Riyadh, three hours ahead: it begins on 1 July, is examined on 20 July and closes on 31 July.
const { json: { id } } = await call(test, admin, 'POST', '/cohorts', {
  name: 'July', course: 'first-steps', startsAt: '2026-06-30T21:00:00Z', endsAt: '2026-07-31T20:59:59Z', timeZone: 'Asia/Riyadh', examDay: '2026-07-20', instructors: [instructor.personId]
}) as { json: { id: string } }
const [amina, omar, sara] = [
  await test.somebody('Amina', [{ role: 'trainee' }], { country: 'ZM' }), await test.somebody('Omar', [{ role: 'trainee' }], { country: 'SA', locale: 'ar' }), await test.somebody('Sara', [{ role: 'trainee' }], { country: 'SA' })
]
const ids = { amina: await enrol(test, admin, id, amina), omar: await enrol(test, admin, id, omar) }
const at = async (iso: string): Promise<number> => {
  test.world.setNow(iso)
  return await sendReminders(test.db, deps)
}

t.test('30 days, 7 days and a day before, at eight in the cohort’s time zone, once however many servers there are', async (t) => {
  t.equal(await at('2026-06-01T04:59:00Z'), 0, 'a minute to eight in Riyadh')
  test.world.setNow('2026-06-01T05:00:00Z')
  const beside = await test.beside()
  const sent = await Promise.all([sendReminders(test.db, deps), sendReminders(beside.db, deps), sendReminders(test.db, deps)])
  t.equal(sent.reduce((sum, count) => sum + count, 0), 2)
  t.same(await subjects(amina), ['July begins in 30 days'])
  t.match(await mails(omar), [{ subject: /تبدأ July بعد 30 يوما/, body: new RegExp(`http://localhost/enrolments/${ids.omar}`) }], 'in the language of whoever receives it')
  t.match((await mails(amina))[0]?.body, /1 July 2026 \(Asia\/Riyadh\)/)
  t.equal(await at('2026-06-03T05:00:00Z'), 0, 'once')
  await enrol(test, admin, id, sara)
  t.equal(await at('2026-06-03T06:00:00Z'), 1, 'whoever came two days late is told, and of the days that are left')
  t.same(await subjects(sara), ['July begins in 28 days'])
  t.equal(await at('2026-06-10T06:00:00Z'), 0)
  t.equal(await at('2026-06-24T06:00:00Z'), 3)
  t.equal(await at('2026-06-30T06:00:00Z'), 3, 'a day before the start')
})

t.test('whoever is done, withdrawn or did not come is left alone; whoever is allowed longer has a close of their own', async (t) => {
  test.world.setNow('2026-07-02T05:30:00Z')
  await sendReminders(test.db, deps)
  await call(test, admin, 'POST', `/enrolments/${ids.omar}/no-show`, { reason: 'Not at the opening' })
  await call(test, admin, 'POST', `/people/${sara.personId}/accommodations`, { laterDays: 10, reason: 'Was in hospital' })
  const before = { omar: (await mails(omar)).length, sara: (await mails(sara)).length, amina: (await mails(amina)).length }
  await at('2026-07-13T06:00:00Z')
  await at('2026-07-19T06:00:00Z')
  t.same((await subjects(amina)).slice(before.amina), ['Exam in 7 days: July', 'Exam tomorrow: July'])
  await at('2026-07-24T06:00:00Z')
  t.same((await subjects(amina)).slice(before.amina + 2), ['July closes in 7 days'])
  t.same((await subjects(sara)).slice(before.sara), ['Exam in 7 days: July', 'Exam tomorrow: July'], 'not the close of the others')
  await at('2026-08-03T06:00:00Z')
  t.same((await subjects(sara)).slice(before.sara + 2), ['July closes in 7 days'])
  t.equal((await mails(omar)).length, before.omar)
})

t.test('texts are edited with a preview; what is wrong with them is said', async (t) => {
  const { json } = await call(test, admin, 'GET', '/reminders')
  t.equal(json.items.length, 10)
  t.match(json.items[0], { kind: 'start', language: 'en', version: 0, written: false, preview: { subject: 'Spring cohort begins in 7 days' } })
  const put = async (body: object, query = '', language = 'en') => await call(test, admin, 'PUT', `/reminders/start/${language}${query}`, { version: 0, ...body })
  const bad = await put({ subject: 'Two\nlines', body: 'In {dayz, plural, one {a day} other {{nights}}} and {name' })
  t.same(bad.json.problems, [{ path: 'subject', message: 'A subject is one line.' }, { path: 'body', message: 'A brace is missing or stands where none may: placeholders are written like this: {name}.' }])
  t.same((await put({ subject: 'S', body: '{days, plural, one {{when}} other {{who}}}' })).json.problems.map(({ message }: { message: string }) => message), ['There is no placeholder “when”.', 'There is no placeholder “who”.'])
  t.match((await put({ subject: 'Pack, {name}', body: '<b>{days}</b>' }, '?dryRun=true')).json.preview, { subject: 'Pack, Amina Yusuf', body: '<b>7</b>' })
  t.equal((await put({ subject: 'S', body: 'B' }, '', 'xx')).status, 404)
  t.match(await put({ subject: 'Pack, {name}', body: 'It begins {days, plural, one {tomorrow} other {in # days}}.' }), { status: 200, json: { version: 1, written: true } })
  t.match(await put({ subject: 'Other', body: 'Other' }), { status: 409, json: { type: '/problems/edited-meanwhile', now: { subject: 'Pack, {name}' } } })
  const { json: { id: next } } = await call(test, admin, 'POST', '/cohorts', { name: 'Next', course: 'first-steps', startsAt: '2026-09-02T00:00:00Z', endsAt: '2026-10-01T00:00:00Z' }) as { json: { id: string } }
  await enrol(test, admin, next, amina)
  await at('2026-09-01T06:00:00Z')
  t.match((await mails(amina)).at(-1), { subject: 'Pack, Amina', body: 'It begins tomorrow.' })

  const page = openBrowser(test.app)
  page.cookies.set('muster', admin.token)
  t.match((await page.get('/desk/reminders')).body, /Pack, Amina Yusuf[^]*written here/)
  t.match((await page.get('/desk/reminders/start/ar')).body, /name="version" value="0"[^]*dir="rtl"/)
  t.match((await page.post('/desk/reminders/start/ar', { subject: 'مرحبا {name}', body: 'نص', version: '0', step: 'preview' })).body, /مرحبا أمينة يوسف/)
  t.match(await page.post('/desk/reminders/start/ar', { subject: '{x}', body: 'نص', version: '0', step: 'save' }), { status: 422, body: /id="subject-error"/ })
  t.match(await page.post('/desk/reminders/start/en', { subject: 'Late', body: 'Late', version: '0', step: 'save' }), { status: 409, body: /Somebody else changed this[^]*Pack, \{name\}[^]*value="Late"/ })
  t.match(await page.post('/desk/reminders/start/en', { subject: 'Late', body: 'Late', version: '1', step: 'save' }), { status: 303 })
})

t.test('who needs help is told why in words, and is reminded once a day', async (t) => {
  test.world.setNow('2026-07-15T08:00:00Z')
  const page = openBrowser(test.app)
  page.cookies.set('muster', instructor.token)
  const { body } = await page.get(`/desk/cohorts/${id}`)
  t.match(body, /could have begun 14 days ago and has not/)
  const chosen = [...body.matchAll(/name="ids" value="([^"]+)" checked/g)].map(([, one]) => one ?? '')
  t.equal(chosen.length, 2, 'whoever did not come is not among them')
  const { location = '' } = await page.post(`/desk/cohorts/${id}/remind`, { ids: chosen })
  t.match((await page.get(location)).body, /2 people are reminded by mail/)
  t.match((await mails(amina)).at(-1), { subject: 'Can we help you? July', body: /31 July 2026, 16 more days/ })
  t.match((await mails(sara)).at(-1)?.body, /31 July 2026|10 August 2026/)
  t.match((await call(test, instructor, 'POST', `/cohorts/${id}/remind`, { ids: chosen })).json, { reminded: 0 })
  t.match((await call(test, instructor, 'GET', `/cohorts/${id}/reminders`)).json.items.find(({ what }: { what: string }) => what.startsWith('help')), { what: 'help-2026-07-15', count: 2 })
  test.world.advance(86_400)
  t.match((await call(test, instructor, 'POST', `/cohorts/${id}/remind`, { ids: chosen })).json, { reminded: 2 })
})
