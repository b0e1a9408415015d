import t from 'tap'
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
  readonly snapshot: { readonly isSigned: boolean } | null
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

  test.world.setNow('2026-07-02T08:00:00Z')
  await call(test, walk.admin, 'POST', `/quotas/${id}/close`)
  await call(test, walk.admin, 'POST', `/certificates/${serial}/revoke`, { reason: 'Issued in error' })
  t.match(await report(), { counted: 1, snapshot: { isSigned: true }, by: { country: [{ key: 'NI', closed: 1, now: 1 }, { key: 'ZM', closed: 1, now: 0 }], course: [{ closed: 2, now: 1 }] } })

  const browser = openBrowser(test.app)
  browser.cookies.set('muster', walk.admin.token)
  const { body } = await browser.get(`/desk/quotas/${id}/report`)
  t.match(body, /closed on .* with 2 counted of 3 promised/)
  t.match(body, /Restated since by −1: 1/)
  t.match(body, /still bear their signature/)
  t.match((await browser.get(`/desk/quotas/${id}/entries?rank=Inspector`)).body, new RegExp(serial))

  const arabic = await test.app.inject({ url: `/desk/quotas/${id}/report`, headers: { ...walk.admin.bearer, cookie: 'muster-language=ar' } })
  t.match(arabic.body, /\u2066−1\u2069[^]*<td[^>]*>\u2066−1\u2069</, 'the sign stays before the number from right to left')
  const pdf = await test.app.inject({ url: `/desk/quotas/${id}/report.pdf`, headers: walk.admin.bearer })
  t.equal(pdf.headers['content-type'], 'application/pdf')
  t.equal(pdf.rawPayload.subarray(0, 5).toString(), '%PDF-')
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
  t.equal((await decider.post(`/desk/quotas/changes/${id}`, { decision: 'approve' })).status, 409)
  t.match((await call(test, second, 'GET', '/quota-changes?state=approved')).json, { items: [{ amount: 100, decidedBy: { name: 'Second' } }] })
  t.equal((await call(test, first, 'POST', '/quota-changes', { fromId: zambia, toId: zambia, amount: 1, reason: 'No use' })).status, 422)
  const third = await call(test, second, 'POST', '/quota-changes', { fromId: zambia, toId: malaysia, amount: 5, reason: 'Back again' })
  t.equal((await call(test, first, 'POST', `/quota-changes/${String(third.json.id)}/reject`)).status, 204)
  t.equal((await call(test, second, 'POST', `/quota-changes/${String(third.json.id)}/withdraw`)).status, 409)
})
