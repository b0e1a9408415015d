import t, { type Test } from 'tap'
import { testApp, type Somebody, type TestApp } from '../app.ts'
import { openBrowser, type Browser } from '../browser.ts'
import { programmeOn, type Programme } from '../certificates/programme.ts'

interface Desk extends TestApp {
  readonly p: Programme
  readonly administrator: Somebody
}

async function desk (t: Test, prefix = ''): Promise<Desk> {
  const test = await testApp(t, { now: '2026-11-23T09:00:00Z', prefix })
  const p = await programmeOn(test.db, { world: test.world, at: test.world.setNow })
  return { ...test, p, administrator: await test.somebody('Ada Min', [{ role: 'administrator' }]) }
}

const YEAR = { name: 'Officers trained', period: { from: '2026-09-09', to: '2027-09-08' }, counts: 'persons', target: 300 }

async function make (d: Desk, more: object = {}): Promise<string> {
  const answer = await d.app.inject({ method: 'POST', url: d.app.url('/api/v1/quotas'), headers: d.administrator.bearer, payload: { ...YEAR, ...more } })
  if (answer.statusCode !== 201) throw new Error(answer.body)
  return answer.json<{ id: string }>().id
}

/** A browser in which somebody is signed in. */
function browser (d: Desk, who: Somebody, language = 'en'): Browser {
  const at = openBrowser(d.app)
  at.cookies.set('muster', who.token)
  at.cookies.set('muster-language', language)
  return at
}

t.test('a quota is made, read, counted, listed and closed through the API', async (t) => {
  const d = await desk(t)
  const headers = d.administrator.bearer
  const amina = await d.p.trainee('ZM')
  const early = await d.p.certify(amina)
  const made = await d.app.inject({ method: 'POST', url: '/api/v1/quotas', headers, payload: { ...YEAR, scope: { country: 'ZM' } } })
  t.equal(made.statusCode, 201)
  const { id } = made.json<{ id: string }>()
  t.equal(made.headers.location, `/api/v1/quotas/${id}`)
  t.strictSame(made.json(), {
    id, name: 'Officers trained', period: { from: '2026-09-09', to: '2027-09-08' }, timeZone: 'Asia/Shanghai', scope: { country: 'ZM' }, counts: 'persons', target: 300,
    counted: 1, expectedToday: 62, forecast: made.json<{ forecast: unknown }>().forecast, closedAt: null, closedCount: null
  })
  t.match(made.json(), { forecast: { low: Number, likely: Number, high: Number } })
  const late = await d.p.certify(await d.p.trainee('ZM'))
  await d.p.certify(await d.p.trainee('MY'))
  t.equal((await d.app.inject({ url: `/api/v1/quotas/${id}`, headers })).json<{ counted: number }>().counted, 2)
  const entries = (await d.app.inject({ url: `/api/v1/quotas/${id}/entries`, headers })).json<{ items: Array<{ serial: string, personId: string, delta: number }>, next: null }>()
  t.match(entries, { items: [{ serial: early, personId: amina, delta: 1, day: '2026-11-23', restatement: false }, { serial: late, delta: 1 }], next: null })
  t.equal(entries.items.length, 2)

  const revoked = await d.app.inject({ method: 'POST', url: `/api/v1/certificates/${late}/revoke`, headers, payload: { reason: 'Not the holder' } })
  t.match(revoked.json(), { serial: late, state: 'revoked', reason: 'Not the holder' })
  t.equal((await d.app.inject({ url: `/api/v1/quotas/${id}`, headers })).json<{ counted: number }>().counted, 1)

  t.match((await d.app.inject({ method: 'POST', url: `/api/v1/quotas/${id}/close`, headers })).json(), { status: 409, type: '/problems/quota-not-ended', endsOn: '2027-09-08' })
  d.world.setNow('2027-09-09T00:00:00Z')
  t.match((await d.app.inject({ method: 'POST', url: `/api/v1/quotas/${id}/close`, headers })).json(), { id, closedCount: 1 })
  t.equal((await d.app.inject({ method: 'POST', url: `/api/v1/quotas/${id}/close`, headers })).statusCode, 409)
  d.world.advance(60)
  await d.app.inject({ method: 'POST', url: `/api/v1/certificates/${early}/revoke`, headers, payload: { reason: 'Found out later' } })
  t.match((await d.app.inject({ url: `/api/v1/quotas/${id}/entries`, headers })).json(), { items: { 3: { serial: early, delta: -1, restatement: true } } })
  t.match((await d.app.inject({ url: '/api/v1/quotas', headers })).json(), { items: [{ id, counted: 0, closedCount: 1 }], next: null })

  const bad = await d.app.inject({ method: 'POST', url: '/api/v1/quotas', headers, payload: { ...YEAR, name: '', scope: { country: 'XX' } } })
  t.match(bad.json(), { status: 422, problems: [{ path: 'name', message: 'Give the target a name.' }, { path: 'scope.country' }] })
})

t.test('only administrators and the liaison of its country reach a quota', async (t) => {
  const d = await desk(t)
  const whole = await make(d)
  const zambia = await make(d, { scope: { country: 'ZM' } })
  const malaysia = await make(d, { scope: { country: 'MY' } })
  const liaison = await d.somebody('Lia', [{ role: 'liaison', country: 'ZM' }])
  const instructor = await d.somebody('Ina', [{ role: 'instructor' }])
  const status = async (url: string, who: Somebody | null, method: 'GET' | 'POST' = 'GET'): Promise<number> =>
    (await d.app.inject({ method, url, headers: { accept: 'application/json', ...who?.bearer }, ...(method === 'POST' ? { payload: YEAR } : {}) })).statusCode
  for (const base of ['/api/v1/quotas', '/desk/quotas']) {
    t.equal(await status(base, liaison), 200)
    t.equal(await status(base, instructor), 403)
    t.equal(await status(base, null), 401)
    for (const tail of ['', '/entries']) {
      t.same([await status(`${base}/${zambia}${tail}`, liaison), await status(`${base}/${malaysia}${tail}`, liaison), await status(`${base}/${whole}${tail}`, liaison)], [200, 404, 404])
      t.equal(await status(`${base}/${zambia}${tail}`, instructor), 403)
      t.equal(await status(`${base}/${whole}${tail}`, d.administrator), 200)
    }
  }
  t.same((await d.app.inject({ url: '/api/v1/quotas', headers: liaison.bearer })).json<{ items: Array<{ id: string }> }>().items.map(({ id }) => id), [zambia])
  t.same([await status('/api/v1/quotas', liaison, 'POST'), await status(`/api/v1/quotas/${zambia}/close`, liaison, 'POST'), await status('/desk/quotas/new', liaison)], [403, 403, 403])
  const page = await browser(d, liaison).get(`/desk/quotas/${zambia}`)
  t.notMatch(page.body, /desk\/quotas\/new|\/close/)
  t.notMatch((await browser(d, liaison).get('/desk/quotas')).body, new RegExp(malaysia))
})

t.test('a quota is made on its form, and its page opens every total into serials', async (t) => {
  const d = await desk(t)
  const at = browser(d, d.administrator)
  t.match((await at.get('/desk/quotas')).body, /No target yet/)
  t.match((await at.get('/desk/quotas/new')).body, /<option value="ZM">Zambia<\/option>/)
  const form = { name: 'Officers <trained>', from: '2026-09-09', to: '2027-09-08', target: '3,000', counts: 'persons', country: '', course: '', agency: '' }
  const wrong = await at.post('/desk/quotas/new', { ...form, name: ' ', to: '2026-09-08', target: '1.5' })
  t.equal(wrong.status, 422)
  for (const says of [/<a href="#name">Name: Give the target a name\./, /id="to-error">The last day is before the first\./, /aria-invalid="true" aria-describedby="target-error"/, /value="1\.5"/, /value="2026-09-08"/]) t.match(wrong.body, says)
  const [amina, second] = [await d.p.trainee('ZM'), await d.p.trainee('MY', null, 'Ørsted <b>')]
  const serial = await d.p.certify(amina)
  await d.p.certify(amina, 'drugs')
  const taken = await d.p.certify(second, 'drugs')
  const made = await at.post('/desk/quotas/new', form)
  t.equal(made.status, 303)
  const address = String(made.location)
  await make(d, { name: 'Zambia', scope: { country: 'ZM' }, target: 120 })
  await make(d, { name: 'Nicaragua', scope: { country: 'NI' }, target: 90 })
  const page = (await at.get(address)).body.replaceAll('&#x3D;', '=')
  for (const says of [
    /Officers &lt;trained&gt;/, /<a href="\/desk\/quotas\/[^"]+\/entries">2<\/a> <small>of 3,000<\/small>/, /behind the pace by 623/, /Counts each person once, on the day a certificate in any course/,
    /by the clock of Asia\/Shanghai/, /<svg class="chart"/, /entries\?country=ZM">1 serial</, /entries\?country=NI">0 serials</, /">90<\/a>/, /entries\?course=fraud" aria-label="1 serial">1</, /entries\?month=2026-11">November 2026/
  ]) t.match(page, says)
  t.notMatch(page, /style=|\/close"/)
  await at.get(`/desk/certificates/${taken}`)
  t.equal((await at.post(`/desk/certificates/${taken}/revoke`, { reason: 'Not the holder' })).status, 303)
  const evidence = (await at.get(`${address}/entries`)).body
  for (const says of [new RegExp(`href="/certificates/${serial}">${serial}`), /Ørsted &lt;b&gt;/, /<b>1<\/b> <span>counted/, /<b>2<\/b> <span>added/, /−1 taken back/]) t.match(evidence, says)
  t.match((await at.get(`${address}/entries?country=ZM&course=&month=`)).body, /Evidence: <bdi>Zambia/)
  t.match((await at.get(`${address}/entries?country=ZM&course=drugs&month=`)).body, /No entry here/)
  t.equal((await at.get(`${address}/entries?month=nonsense`)).status, 422)

  d.world.setNow('2027-09-09T00:00:00Z')
  t.match((await at.get(address)).body, /Close with this count/)
  t.equal((await at.post(`${address}/close`, {})).status, 303)
  t.match((await at.get(address)).body, /Closed on 9 Sept? 2027 with 1\./)
  const list = (await at.get('/desk/quotas')).body
  for (const says of [/closed, 2,999 short/, /ended 119 short/]) t.match(list, says)
  t.equal((await at.post(`${address}/close`, { _csrf: 'forged' })).status, 403)
})

t.test('the pages are said in Arabic from right to left, under a prefix too', async (t) => {
  const d = await desk(t, '/training')
  const id = await make(d)
  await d.p.certify(await d.p.trainee('ZM'))
  const at = browser(d, d.administrator, 'ar')
  for (const path of ['/desk/quotas', '/desk/quotas/new', `/desk/quotas/${id}`, `/desk/quotas/${id}/entries`, '/desk/certificates']) {
    const { status, body } = await at.get(`/training${path}`)
    t.equal(status, 200, path)
    t.match(body, /<html lang="ar" dir="rtl">/)
    const main = body.slice(body.indexOf('<main'), body.indexOf('</main>'))
    t.notMatch(main, /(href|action)="\/(?!training)/, path)
    t.notMatch(main, /%\u200e/, `${path}: no mark of direction behind a percentage turns the number that follows`)
    t.match(main, /<h1[^>]*>(?:<bdi>)?(الأهداف|هدف جديد|Officers trained|الأدلة|الشهادات)/, path)
  }
})
