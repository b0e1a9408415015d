import { createHash, createPublicKey, verify } from 'node:crypto'
import t from 'tap'
import { readZip } from '../../server/zip/read-zip.ts'
import { testApp, type Somebody, type TestApp } from '../app.ts'
import { openBrowser } from '../browser.ts'
import { call, enrol, startWalk, walkToTheEnd, type Walk } from '../trainee.ts'

async function graduate (test: TestApp, walk: Walk, somebody: Somebody): Promise<string> {
  const exam = await walkToTheEnd(test, walk, somebody, await enrol(test, walk.admin, walk.cohortId, somebody))
  return (await call(test, somebody, 'POST', `/attempts/${exam.id}/finish`)).json.certificateSerial as string
}

interface Report {
  readonly counted: number
  readonly by: Readonly<Record<'country' | 'course' | 'rank' | 'month', ReadonlyArray<{ key: string | null, closed: number | null, now: number }>>>
  readonly snapshot: { readonly isSigned: boolean, readonly publicKey: string } | null
  readonly forecast: { readonly low: number, readonly likely: number, readonly high: number, readonly by: string, readonly stages: readonly unknown[] } | null
}

t.test('the annual report: every figure opens into its serials; after closing, restatements stand beside', async (t) => {
  const test = await testApp(t, { courses: 'test/fixtures/courses', now: '2026-06-15T08:00:00Z' })
  const walk = await startWalk(test)
  const ada = await test.somebody('Ada Able', [{ role: 'trainee' }], { country: 'ZM' })
  const bo = await test.somebody('Bo Brave', [{ role: 'trainee' }], { country: 'NI' })
  await test.db.write(async (tx) => { await tx.updateTable('person').set({ rank: 'Inspector' }).where('id', '=', ada.personId).execute() })
  const serial = await graduate(test, walk, ada)
  await graduate(test, walk, bo)
  const { json: { id } } = await call(test, walk.admin, 'POST', '/quotas', { name: 'Officers trained', period: { from: '2026-01-01', to: '2026-06-30' }, target: 3 }) as { json: { id: string } }
  const report = async (): Promise<Report> => (await call(test, walk.admin, 'GET', `/quotas/${id}/report`)).json

  const open = await report()
  t.match(open, { counted: 2, snapshot: null, by: { country: [{ key: 'NI', now: 1, closed: null }, { key: 'ZM', now: 1 }], rank: [{ key: null, now: 1 }, { key: 'Inspector', now: 1 }], course: [{ key: 'first-steps', now: 2 }], month: [{ key: '2026-06', now: 2 }] } })
  for (const [dimension, lines] of Object.entries(open.by)) {
    for (const { key, now } of lines) {
      const { json } = await call(test, walk.admin, 'GET', `/quotas/${id}/entries?${dimension}=${encodeURIComponent(key ?? '')}`)
      t.equal((json.items as Array<{ delta: number }>).reduce((sum, { delta }) => sum + delta, 0), now, `${dimension} ${key ?? 'none'} opens into ${now}`)
    }
  }

  t.match(open.forecast, { by: 'rate', stages: [{ stage: 'nominated', people: 0 }, { stage: 'enrolled' }, { stage: 'started' }, { stage: 'passed' }] }, 'a year that lasts has a range')
  t.ok(open.forecast !== null && open.forecast.low <= open.forecast.likely && open.forecast.likely <= open.forecast.high)
  t.equal((await call(test, walk.admin, 'GET', `/quotas/${id}/closing`)).status, 409, 'nothing is signed while the books are open')
  const page = async (path: string): Promise<string> => (await test.app.inject({ url: path, headers: walk.admin.bearer })).body
  t.match(await page(`/desk/quotas/${id}/report`), /Where the year will end[^]*at least[^]*most likely[^]*at most[^]*of ten years that stood as this one[^]*Nominated[^]*Passed a quiz/)

  test.world.setNow('2026-07-02T08:00:00Z')
  t.match((await report()).forecast, { by: 'count', low: 2, high: 2 }, 'once the period is over it is the count')
  await call(test, walk.admin, 'POST', `/quotas/${id}/close`)
  await call(test, walk.admin, 'POST', `/certificates/${serial}/revoke`, { reason: 'Issued in error' })
  t.match(await report(), { counted: 1, forecast: null, snapshot: { isSigned: true }, by: { country: [{ key: 'NI', closed: 1, now: 1 }, { key: 'ZM', closed: 1, now: 0 }], course: [{ closed: 2, now: 1 }] } })

  t.equal((await call(test, walk.admin, 'GET', `/quotas/${id}`)).json.forecast, null, 'a closed year has no forecast')
  const lines = async (when: string): Promise<number[]> => ((await call(test, walk.admin, 'GET', `/quotas/${id}/entries?when=${when}`)).json.items as Array<{ delta: number }>).map(({ delta }) => delta)
  t.same([await lines('closing'), await lines('since'), await lines('')], [[1, 1], [-1], [1, 1, -1]], 'what it was closed with, and what was written since')

  const signed = (await test.app.inject({ url: `/api/v1/quotas/${id}/closing`, headers: walk.admin.bearer })).rawPayload
  const zip = readZip(signed)
  const file = (name: string): Buffer => Buffer.from('files' in zip ? zip.files.get(name) ?? '' : '')
  t.ok(verify(null, file('figures.json'), createPublicKey(file('key.pem').toString()), file('figures.sig')), 'whoever has the files can check the signature')
  t.equal(createHash('sha256').update(file('serials.txt')).digest('hex'), (JSON.parse(file('figures.json').toString()) as { serialsHash: string }).serialsHash, 'and the serials that counted')
  t.match(file('serials.txt').toString(), new RegExp(serial), 'one that was revoked later is among them: what was signed does not change')
  t.match(file('README.txt').toString(), /openssl pkeyutl -verify[^]*Signature Verified Successfully[^]*\/api\/v1\/signing-key[^]*sha256sum serials\.txt/)
  const key = (await test.app.inject({ url: '/api/v1/signing-key' })).json<{ publicKey: string, pem: string }>()
  t.same([key.publicKey, key.pem], [(await report()).snapshot?.publicKey, file('key.pem').toString()], 'anybody may ask for the key')

  const browser = openBrowser(test.app)
  browser.cookies.set('muster', walk.admin.token)
  const { body } = await browser.get(`/desk/quotas/${id}/report`)
  t.notMatch(body, /Where the year will end/)
  const figures = [...body.matchAll(/<td class="n" data-label="(At closing|Restated|Now)">(?:<a href="([^"]+)">([\d−+]+)<)?/g)]
  t.ok(figures.length > 20, `${figures.length} figures`)
  for (const [, label = '', href = '', text = ''] of figures) {
    if (text === '') continue
    const [, net = ''] = /<b>(−?\d+)<\/b> <span>counted/.exec(await page(href.replaceAll('&amp;', '&').replaceAll('&#x3D;', '='))) ?? []
    t.equal(Number(net.replace('−', '-')), Number(text.replace('−', '-').replace('+', '')), `${label} ${text} opens into as many: ${href}`)
  }
  t.match(body, /closed on .* with 2 counted of 3 promised/)
  t.match(body, /Restated since by −1: 1/)
  t.match(body, /still bear their signature/)
  t.match((await browser.get(`/desk/quotas/${id}/entries?rank=Inspector`)).body, new RegExp(serial))

  const arabic = await test.app.inject({ url: `/desk/quotas/${id}/report`, headers: { ...walk.admin.bearer, cookie: 'muster-language=ar' } })
  t.match(arabic.body, /\u2066−1\u2069[^]*<td[^>]*><a[^>]*>\u2066−1\u2069</, 'the sign stays before the number from right to left')
  const pdf = await test.app.inject({ url: `/desk/quotas/${id}/report.pdf`, headers: walk.admin.bearer })
  t.equal(pdf.headers['content-type'], 'application/pdf')
  t.equal(pdf.rawPayload.subarray(0, 5).toString(), '%PDF-')
  t.match(pdf.rawPayload.toString('latin1'), /\/URI \(http:\/\/localhost[^)]*\/desk\/quotas\/[0-9a-f-]+\/entries\?country=ZM&when=since\)/, 'the figures of the sheet are links')
})

t.test('targets are moved in the browser by two administrators', async (t) => {
  const test = await testApp(t, { courses: 'test/fixtures/courses', now: '2026-06-15T08:00:00Z' })
  const first = await test.somebody('First', [{ role: 'administrator' }])
  const second = await test.somebody('Second', [{ role: 'administrator' }])
  const quota = async (name: string, country: string, target: number): Promise<string> =>
    (await call(test, first, 'POST', '/quotas', { name, period: { from: '2026-01-01', to: '2026-12-31' }, scope: { country }, target })).json.id as string
  const zambia = await quota('Zambia', 'ZM', 60)
  const malaysia = await quota('Malaysia', 'MY', 1000)
  const as = async (somebody: Somebody): Promise<ReturnType<typeof openBrowser>> => {
    const browser = openBrowser(test.app)
    browser.cookies.set('muster', somebody.token)
    await browser.get('/desk/quotas/changes')
    return browser
  }
  const proposer = await as(first)
  const wrong = await proposer.post('/desk/quotas/changes', { fromId: malaysia, toId: zambia, amount: 'a few', reason: 'Seats' })
  t.equal(wrong.status, 422)
  t.match(wrong.body, /Write a whole number/)
  t.equal((await proposer.post('/desk/quotas/changes', { fromId: malaysia, toId: zambia, amount: '100', reason: 'Seats given back' })).status, 303)
  const page = await proposer.get('/desk/quotas/changes')
  const id = /changes\/([0-9a-f-]{36})/.exec(page.body)?.[1] ?? ''
  t.match(page.body, /Withdraw/)
  t.notMatch(page.body, /Approve/, 'nobody approves what they proposed')
  t.equal((await proposer.post(`/desk/quotas/changes/${id}`, { decision: 'approve' })).status, 403)
  const decider = await as(second)
  t.equal((await decider.post(`/desk/quotas/changes/${id}`, { decision: 'approve' })).status, 303)
  t.match((await decider.get(`/desk/quotas/${zambia}`)).body, /Of 60 first promised; \+100/)
  t.match(await decider.post(`/desk/quotas/changes/${id}`, { decision: 'approve' }), { status: 409, body: /This was decided already[^]*\+?100[^]*approved[^]*Second[^]*<table/i }, 'who decided is told')
  t.match((await call(test, second, 'GET', '/quota-changes?state=approved')).json, { items: [{ amount: 100, decidedBy: { name: 'Second' } }] })
  t.equal((await call(test, first, 'POST', '/quota-changes', { fromId: zambia, toId: zambia, amount: 1, reason: 'No use' })).status, 422)
  const third = await call(test, second, 'POST', '/quota-changes', { fromId: zambia, toId: malaysia, amount: 5, reason: 'Back again' })
  t.equal((await call(test, first, 'POST', `/quota-changes/${String(third.json.id)}/reject`)).status, 204)
  t.equal((await call(test, second, 'POST', `/quota-changes/${String(third.json.id)}/withdraw`)).status, 409)
})
