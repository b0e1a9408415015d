import t from 'tap'
import { REFUSED_FROM_MS, startLoadMeter } from '../../server/http/load.ts'
import { testApp } from '../app.ts'
import { call, start, startWalk } from '../trainee.ts'

t.test('a server that cannot keep up refuses reports first, then pages, and answers last', async (t) => {
  let late = 0
  const test = await testApp(t, { courses: 'test/fixtures/courses', load: { lateMs: () => late, stop: () => undefined } })
  const walk = await startWalk(test)
  const exam = await start(test, walk, 'exam')
  const slot = exam.questions.find(({ kind }) => kind === 'true-false')?.slot ?? 0
  let seq = 0
  const asked = {
    report: async () => await call(test, walk.admin, 'GET', '/cohorts'),
    desk: async () => ({ ...await call(test, walk.admin, 'GET', '/cohorts'), response: await test.app.inject({ url: '/desk/cohorts', headers: walk.admin.bearer }) }),
    page: async () => ({ response: await test.app.inject({ url: `/attempts/${exam.id}`, headers: walk.trainee.bearer }) }),
    answer: async () => await call(test, walk.trainee, 'PUT', `/attempts/${exam.id}/answers/${slot}`, { answer: { choices: ['true'] }, seq: ++seq }),
    health: async () => ({ response: await test.app.inject('/health') })
  }
  const statuses = async (): Promise<Record<string, number>> => Object.fromEntries(await Promise.all(Object.entries(asked).map(async ([name, ask]) => [name, (await ask()).response.statusCode] as const)))

  t.same(await statuses(), { report: 200, desk: 200, page: 200, answer: 200, health: 200 })
  late = REFUSED_FROM_MS.report
  t.same(await statuses(), { report: 503, desk: 503, page: 200, answer: 200, health: 200 })
  late = REFUSED_FROM_MS.page
  t.same(await statuses(), { report: 503, desk: 503, page: 503, answer: 200, health: 200 })
  const refused = await call(test, walk.admin, 'GET', '/cohorts')
  t.match(refused.json, { type: '/problems/busy', status: 503, title: 'Very busy just now', retryAfterSeconds: 30 })
  t.equal(refused.response.headers['retry-after'], '30')
  const page = (await asked.page()).response
  t.match(page.headers, { 'retry-after': '10', 'content-type': /html/ })
  t.match(page.body, /Answers are saved first/)
  late = REFUSED_FROM_MS.answer
  t.same(await statuses(), { report: 503, desk: 503, page: 503, answer: 503, health: 200 })
  late = 0
  t.same(await statuses(), { report: 200, desk: 200, page: 200, answer: 200, health: 200 })
  const saved = await call(test, walk.trainee, 'GET', `/attempts/${exam.id}`)
  t.match(saved.json.questions.find((question: { slot: number }) => question.slot === slot), { answer: { choices: ['true'] } })
})

t.test('lateness is that of the event loop: one moment of standing still does not count, and it passes', async (t) => {
  const meter = startLoadMeter()
  t.teardown(() => { meter.stop() })
  const pause = async (): Promise<void> => { await new Promise((resolve) => setTimeout(resolve, 20)) }
  const stand = async (): Promise<void> => {
    const until = performance.now() + 600
    while (performance.now() < until) { /* nobody else is served */ }
    await pause()
  }
  t.equal(meter.lateMs(), 0)
  await stand()
  t.ok(meter.lateMs() < REFUSED_FROM_MS.report, `${meter.lateMs()} ms`)
  for (let turn = 0; turn < 3; turn++) await stand()
  t.ok(meter.lateMs() >= REFUSED_FROM_MS.report, `${meter.lateMs()} ms`)
  for (let tries = 0; tries < 500 && meter.lateMs() >= REFUSED_FROM_MS.report; tries++) await pause()
  t.ok(meter.lateMs() < REFUSED_FROM_MS.report, `${meter.lateMs()} ms`)
})
