import { gunzipSync } from 'node:zlib'
import t from 'tap'
import { loadMessages } from '../../server/http/messages.ts'
import { formatDate } from '../../server/http/pages.ts'
import { readXlsx } from '../../server/sheets/read-xlsx.ts'
import { warnTeams } from '../../server/reports/teams.ts'
import { testApp, type Somebody, type TestApp } from '../app.ts'
import { openBrowser } from '../browser.ts'
import { programmeOn } from '../certificates/programme.ts'
import { call, enrol, startWalk, walkToTheEnd, type Walk } from '../trainee.ts'

interface Scene { readonly walk: Walk, readonly ada: Somebody, readonly bo: Somebody, readonly serial: string, readonly warn: () => Promise<number> }

/** Ada of Zambia and Bo of Nicaragua hold the certificate of `first-steps`; the walk's own trainee does not. */
async function scene (test: TestApp): Promise<Scene> {
  const walk = await startWalk(test)
  const graduate = async (somebody: Somebody): Promise<string> => {
    const exam = await walkToTheEnd(test, walk, somebody, await enrol(test, walk.admin, walk.cohortId, somebody))
    return (await call(test, somebody, 'POST', `/attempts/${exam.id}/finish`)).json.certificateSerial as string
  }
  const ada = await test.somebody('Ada Able', [{ role: 'trainee' }], { country: 'ZM', locale: 'ar' })
  const bo = await test.somebody('Bo Brave', [{ role: 'trainee' }], { country: 'NI' })
  const serial = await graduate(ada)
  await graduate(bo)
  const messages = loadMessages('templates/locales')
  const warn = async (): Promise<number> => await warnTeams(test.db, test.world, {
    messages, programme: 'Test programme', link: (id) => `http://localhost/desk/readiness/teams/${id}`, day: (iso, language) => formatDate(iso, { language, timeZone: 'UTC' })
  })
  return { walk, ada, bo, serial, warn }
}

const names = ({ json }: { json: Record<string, unknown> }): string[] => (json.items as Array<{ name: string }>).map(({ name }) => name)

t.test('those with valid certificates are found by course, country, language, rank and day', async (t) => {
  const test = await testApp(t, { courses: 'test/fixtures/courses', now: '2026-06-15T08:00:00Z' })
  const { walk, serial } = await scene(test)
  const find = async (query: string, who: Somebody = walk.admin): Promise<string[]> => names(await call(test, who, 'GET', `/readiness${query}`))

  t.same(await find(''), ['Ada Able', 'Bo Brave'], 'nobody without a certificate')
  t.same(await find('?course=first-steps'), ['Ada Able', 'Bo Brave'])
  t.same(await find('?course=first-steps&course=unknown'), [], 'a certificate of each is needed')
  t.same(await find('?country=ZM'), ['Ada Able'])
  t.same(await find('?language=ar'), ['Ada Able'])
  t.same(await find('?rank=inspector'), [])
  await test.db.write(async (tx) => { await tx.updateTable('person').set({ rank: 'Chief Inspector' }).where('name', '=', 'Bo Brave').execute() })
  t.same(await find('?rank=inspector'), ['Bo Brave'], 'part of a rank, in any case')
  t.same(await find('?validOn=2027-01-01'), ['Ada Able', 'Bo Brave'])
  t.same(await find('?validOn=2099-01-01'), [], 'they have lapsed by then')
  t.equal((await call(test, walk.admin, 'GET', '/readiness?validOn=2027-02-30')).status, 422)

  const first = await call(test, walk.admin, 'GET', '/readiness?limit=1')
  t.same(names(first), ['Ada Able'])
  t.same(names(await call(test, walk.admin, 'GET', `/readiness?limit=1&cursor=${String(first.json.next)}`)), ['Bo Brave'])

  const liaison = await test.somebody('Liaison of Nicaragua', [{ role: 'liaison', country: 'NI' }])
  t.same(await find('', liaison), ['Bo Brave'], 'a liaison sees the own country')

  // Bo came a second time, under another address, for the second course.
  const again = await test.somebody('Bo B.', [{ role: 'trainee' }], { country: 'NI' })
  const [bo] = (await call(test, walk.admin, 'GET', '/readiness?country=NI')).json.items as Array<{ personId: string }>
  const programme = await programmeOn(test.db, { world: test.world, at: test.world.setNow }, { drugs: null })
  await programme.certify(again.personId, 'drugs')
  t.same(await find('?course=drugs'), ['Bo B.'])
  const list = (await call(test, walk.admin, 'POST', '/teams', { name: 'Both', courses: ['first-steps', 'drugs'], people: [bo?.personId, again.personId] })).json.id as string
  const ready = async (): Promise<unknown[]> => ((await call(test, walk.admin, 'GET', `/teams/${list}`)).json.members as Array<{ name: string, needs: Array<{ state: string }> }>).map(({ name, needs }) => [name, ...needs.map(({ state }) => state)])
  t.same(await ready(), [['Bo B.', 'missing', 'valid'], ['Bo Brave', 'valid', 'missing']])
  const third = await test.somebody('B. Brave', [{ role: 'trainee' }], { country: 'NI' })
  for (const [from, into] of [[again.personId, third.personId], [third.personId, bo?.personId]]) t.equal((await call(test, walk.admin, 'POST', `/people/${from}/merge`, { intoId: into, reason: 'The agency has confirmed it' })).status, 204)
  t.same(await find(''), ['Ada Able', 'Bo Brave'], 'one human being is found once')
  t.same(await find('?course=first-steps&course=drugs'), ['Bo Brave'], 'with the certificates of every record')
  t.same(await ready(), [['Bo B.', 'valid', 'valid'], ['Bo Brave', 'valid', 'valid']], 'and is ready by them')
  t.same(await find('?country=ZM', liaison), [])

  await call(test, walk.admin, 'POST', `/certificates/${serial}/revoke`, { reason: 'Issued in error' })
  t.same(await find(''), ['Bo Brave'], 'what is revoked makes nobody ready')
})

t.test('a saved list: made in the browser, edited by two at once, warned of once, exported and ended', async (t) => {
  const test = await testApp(t, { courses: 'test/fixtures/courses', now: '2026-06-15T08:00:00Z' })
  const { walk, ada, bo, serial, warn } = await scene(test)
  const browser = openBrowser(test.app)
  browser.cookies.set('muster', walk.admin.token)
  await browser.get('/desk/readiness?course=first-steps')

  const nobody = await browser.post('/desk/readiness', { course: 'first-steps', name: 'Joint patrol' })
  t.equal(nobody.status, 422)
  t.match(nobody.body, /Tick at least one person/)
  const nameless = await browser.post('/desk/readiness', { course: 'first-steps', people: ada.personId, name: ' ' })
  t.equal(nameless.status, 422)
  t.match(nameless.body, /Give the list a name/)
  t.match(nameless.body, new RegExp(`value="${ada.personId}" checked`), 'what was ticked is still ticked')

  const made = await browser.post('/desk/readiness', { course: 'first-steps', people: ada.personId, name: 'Joint patrol' })
  t.equal(made.status, 303)
  const id = /teams\/([^?]+)/.exec(made.location ?? '')?.[1] ?? ''
  t.match((await browser.get(`/desk/readiness/teams/${id}`)).body, /Ada Able/)
  await browser.post('/desk/readiness', { team: id, people: bo.personId })
  await browser.post('/desk/readiness', { team: id, people: bo.personId })
  const team = (await call(test, walk.admin, 'GET', `/teams/${id}`)).json as { members: Array<{ name: string, needs: Array<{ state: string }> }>, version: number }
  t.same(team.members.map(({ name }) => name), ['Ada Able', 'Bo Brave'], 'adding somebody twice changes nothing')
  t.ok(team.members.every(({ needs }) => needs[0]?.state === 'valid'))

  const edit = { name: 'Joint patrol, March', purpose: 'Border', courses: ['first-steps'], version: team.version }
  t.equal((await call(test, walk.admin, 'PUT', `/teams/${id}`, edit)).status, 200)
  const stale = await call(test, walk.admin, 'PUT', `/teams/${id}`, { ...edit, name: 'Something else' })
  t.equal(stale.status, 409)
  t.match(stale.json, { type: '/problems/edited-meanwhile', now: { name: 'Joint patrol, March' } }, 'a stale edit is refused with what stands there now')
  t.match(await browser.post(`/desk/readiness/teams/${id}`, { name: 'Mine', purpose: 'Border', courses: 'first-steps', version: String(team.version) }), {
    status: 409, body: new RegExp(`Somebody else changed this[^]*<dt>Name[^]*Joint patrol, March[^]*You typed: <bdi[^>]*>Mine[^]*name="version" value="${team.version + 1}"[^]*value="Mine"`)
  })
  t.equal((await call(test, walk.admin, 'PUT', `/teams/${id}`, { ...edit, version: team.version + 1, courses: [] })).status, 422)

  t.equal(await warn(), 0, 'nothing lapses yet')
  await call(test, walk.admin, 'POST', `/certificates/${serial}/revoke`, { reason: 'Issued in error' })
  t.equal(await warn(), 1, 'its owner is told')
  t.equal(await warn(), 0, 'once')
  const [mail] = await test.db.read.selectFrom('mail').selectAll().where('to_email', '=', walk.admin.email).execute()
  t.match(mail?.body, /Ada Able: no valid certificate/)
  test.world.setNow('2027-05-25T08:00:00Z')
  t.equal(await warn(), 1, 'and 30 days before an end')
  t.match((await test.db.read.selectFrom('mail').selectAll().where('to_email', '=', walk.admin.email).execute()).at(-1)?.body, /Bo Brave: .* is valid until/)
  test.world.setNow('2026-06-16T08:00:00Z')

  const file = await browser.get(`/desk/readiness/teams/${id}/list.csv`)
  t.match(file.body, /Ada Able[^\r\n]*none valid/)
  t.match((await browser.get('/desk/readiness.csv')).body, /Bo Brave/)
  const sheet = async (path: string): Promise<readonly (readonly string[])[]> => {
    const { headers, rawPayload } = await test.app.inject({ url: path, headers: walk.admin.bearer })
    t.match(headers['content-disposition'], /\.xlsx"$/)
    const read = readXlsx(rawPayload)
    return 'rows' in read ? read.rows : []
  }
  t.match(await sheet('/desk/readiness.xlsx?country=NI'), [['Name', 'Rank'], ['Bo Brave', '', 'NI']])
  t.match(await sheet(`/api/v1/teams/${id}/export?format=xlsx`), [['Name'], ['Ada Able'], ['Bo Brave']])
  t.match((await test.app.inject({ url: '/api/v1/readiness/export', headers: walk.admin.bearer })).body, /Bo Brave/)
  await browser.post(`/desk/readiness/teams/${id}/members/${ada.personId}/remove`, {})
  t.notMatch((await browser.get(`/desk/readiness/teams/${id}`)).body, /Ada Able/)

  const liaison = await test.somebody('Liaison of Nicaragua', [{ role: 'liaison', country: 'NI' }])
  t.equal((await call(test, liaison, 'POST', '/teams', { name: 'Mine', courses: ['first-steps'], people: [ada.personId] })).status, 404, 'nobody of another country')
  t.equal((await call(test, liaison, 'POST', '/teams', { name: 'Mine', courses: ['first-steps'], people: [bo.personId] })).status, 201)
  t.equal((await call(test, liaison, 'GET', `/teams/${id}`)).status, 404)
  // A keeper who is gone, or may no longer send anybody, is told nothing: the administrators are.
  const mailsTo = async (email: string): Promise<string[]> => (await test.db.read.selectFrom('mail').select('body').where('to_email', '=', email).execute()).map(({ body }) => body).filter((body) => body.includes('“Mine”'))
  await test.db.write(async (tx) => { await tx.updateTable('account').set({ state: 'deactivated' }).where('person_id', '=', liaison.personId).execute() })
  test.world.setNow('2027-05-25T08:00:00Z')
  t.equal(await warn(), 1)
  t.match(await mailsTo(walk.admin.email), [/Bo Brave: .* is valid until[^]*because Liaison of Nicaragua, who keeps the list, no longer uses the programme/])
  t.same(await mailsTo(liaison.email), [])
  t.equal(await warn(), 0, 'once')
  test.world.setNow('2026-06-16T08:00:00Z')
  t.equal((await call(test, walk.admin, 'POST', '/teams', { name: 'Unknown', courses: ['nothing-such'] })).status, 422)

  // Whoever ends a list that another has changed meanwhile is told what, and by whom; and so is who comes to one that was ended.
  const seen = (await call(test, walk.admin, 'GET', `/teams/${id}`)).json.version as number
  const bea = await test.somebody('Bea Busy', [{ role: 'administrator' }])
  const beas = openBrowser(test.app)
  beas.cookies.set('muster', bea.token)
  const packed = (await test.app.inject({ url: `/desk/readiness/teams/${id}`, headers: { cookie: `muster=${bea.token}`, 'accept-encoding': 'gzip' } })).rawPayload
  const tokens = [...gunzipSync(packed).toString().matchAll(/name="_csrf" value="([^"]+)"/g)].map(([, token]) => token)
  t.ok(tokens.length > 2)
  t.equal(new Set(tokens).size, 1, 'a browser that was closed and opened again still has its session: every form of its first page is good, not the last alone')
  await beas.get(`/desk/readiness/teams/${id}`)
  await call(test, bea, 'PUT', `/teams/${id}/members/${ada.personId}`)
  await call(test, bea, 'PUT', `/teams/${id}/members/${ada.personId}`)
  t.match(await browser.post(`/desk/readiness/teams/${id}/end`, { version: String(seen) }), {
    status: 409, body: /It was not ended[^]*What was changed meanwhile<\/h2><ul><li>16 Jun 2026[^<]*, Bea Busy: people put on a list<\/li><\/ul>/
  })
  t.match(await call(test, walk.admin, 'DELETE', `/teams/${id}?version=${seen}`), { status: 409, json: { now: { version: seen + 1 }, changes: [{ what: 'team.members-added', by: 'Bea Busy', at: /^2026-06-16T08:00:00/ }] } })
  t.equal((await call(test, walk.admin, 'DELETE', `/teams/${id}`)).status, 422, 'a version has to be said')
  t.equal((await beas.post(`/desk/readiness/teams/${id}/end`, { version: String(seen + 1) })).status, 303)
  for (const address of ['', '/end', `/members/${ada.personId}/remove`]) {
    const late = await browser.post(`/desk/readiness/teams/${id}${address}`, { name: 'Mine', courses: 'first-steps', version: String(seen + 1) })
    t.match(late, { status: 410, body: /The list “Joint patrol, March” was ended by Bea Busy, 16 Jun 2026/ }, address)
  }
  t.equal((await call(test, liaison, 'GET', `/desk/readiness/teams/${id}`)).status, 404)
  t.equal((await call(test, walk.admin, 'GET', `/teams/${id}`)).status, 404)
})
