import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Worker } from 'node:worker_threads'
import t from 'tap'
import { quizStatistics, type QuestionDefinition } from '../../server/quiz/quiz.ts'
import { statisticsView } from '../../server/reports/statistics-views.ts'
import type { Delivery, WorkOrder } from '../../server/reports/statistics-worker.ts'
import { testApp, type TestApp } from '../app.ts'
import { manySit } from '../many-sit.ts'
import { answerRightly, call, start, startWalk, type Walk } from '../trainee.ts'

const NOW = '2026-06-15T08:00:00Z'

async function page (test: TestApp, walk: Walk, language = 'en'): Promise<string> {
  const { body, statusCode } = await test.app.inject({ url: test.app.url('/desk/cohorts/:id/quizzes/:key/statistics', { id: walk.cohortId, key: 'exam' }), headers: { ...walk.instructor.bearer, accept: 'text/html', 'accept-language': language } })
  if (statusCode !== 200) throw new Error(`${statusCode} ${body}`)
  return body
}

t.test('statistics of a quiz: nobody yet, then one, then many; page and API say the same', async (t) => {
  const test = await testApp(t, { courses: 'test/fixtures/courses', now: NOW })
  const walk = await startWalk(test)
  const path = `/cohorts/${walk.cohortId}/quizzes/exam/statistics`

  const empty = await call(test, walk.instructor, 'GET', path)
  t.equal(empty.status, 200)
  t.match(empty.json, { quiz: { key: 'exam', title: 'Final exam' }, attempts: 'first-finished', test: { count: 0, mean: null }, slots: [], questions: [], differences: [], similarities: [] })
  t.match(await page(test, walk), /Nobody has finished this quiz yet/)
  t.equal((await call(test, walk.instructor, 'GET', `/cohorts/${walk.cohortId}/quizzes/nothing/statistics`)).status, 404)

  const practice = await start(test, walk, 'practice')
  await answerRightly(test, walk, practice)
  await call(test, walk.trainee, 'POST', `/attempts/${practice.id}/finish`)
  const one = await call(test, walk.instructor, 'GET', `/cohorts/${walk.cohortId}/quizzes/practice/statistics`)
  t.match(one.json, { test: { count: 1, standardDeviation: null }, questions: [{ count: 1, facilityPercent: 100, concerns: [] }, {}] })
  t.same((await call(test, walk.instructor, 'GET', path)).json, empty.json, 'another quiz changes nothing here')

  await manySit(test, walk, 140)
  const many = await call(test, walk.instructor, 'GET', path)
  t.equal(many.status, 200)
  t.match(many.json, { test: { count: 140, items: 'questions' } })
  t.equal(many.json.questions.length, 7)
  t.equal(many.json.differences.length, 7, 'seventy in each language')
  const choice = many.json.questions.find(({ question }: { question: string }) => question === 'one')
  t.equal(choice.medianSeconds, 30)
  t.ok(choice.rasch !== null && choice.discriminationIndexPercent > 20)
  t.equal(choice.responses.reduce((sum: number, { count }: { count: number }) => sum + count, 0), 140)
  const { mean } = await test.db.read.selectFrom('attempt').select(({ fn }) => fn.avg('mark').as('mean')).where('quiz_key', '=', 'exam').executeTakeFirstOrThrow()
  t.ok(Math.abs(many.json.test.mean - Number(mean)) < 0.01, 'the mean is that of the stored marks')
  t.same((await call(test, walk.instructor, 'GET', path)).json, many.json, 'asked again, it answers the same')

  const html = await page(test, walk)
  for (const words of ['140 trainees', 'Internal consistency', 'Questions to look at', 'Discrimination', 'hints for you to look at, never a finding', 'What the figures say', 'Places in the paper']) t.match(html, words)
  t.notMatch(html, /NaN|undefined|\bnull\b|\*\*/)
  const arabic = await test.app.inject({ url: test.app.url('/desk/cohorts/:id/quizzes/:key/statistics', { id: walk.cohortId, key: 'exam' }), headers: { authorization: walk.instructor.bearer.authorization, accept: 'text/html', 'accept-language': 'ar' } })
  t.equal(arabic.statusCode, 200)
  const cohort = await test.app.inject({ url: test.app.url('/desk/cohorts/:id', { id: walk.cohortId }), headers: { ...walk.instructor.bearer, accept: 'text/html' } })
  t.match(cohort.body, `/desk/cohorts/${walk.cohortId}/quizzes/exam/statistics`, 'the cohort leads there')

  // A second attempt of somebody, and a mark that changes, are seen at once.
  const exam = await start(test, walk, 'exam')
  await call(test, walk.trainee, 'POST', `/attempts/${exam.id}/finish`)
  t.equal((await call(test, walk.instructor, 'GET', path)).json.test.count, 141)
  const again = await start(test, walk, 'exam')
  await answerRightly(test, walk, again)
  await call(test, walk.trainee, 'POST', `/attempts/${again.id}/finish`)
  t.equal((await call(test, walk.instructor, 'GET', path)).json.test.count, 141, 'the first attempt counts')
})

t.test('the page breaks a question down by version and by the values drawn', (t) => {
  const definition: QuestionDefinition = { key: 'c', kind: 'calculated', topic: 't', difficulty: 'easy', prompt: 'Twice {a}?', variables: [{ key: 'a', values: [1, 2] }], formula: '{a} * 2' }
  const sittings = Array.from({ length: 40 }, (_, index) => ({
    id: `s${index}`, items: [{ slot: 1, question: 'c', version: index < 10 ? 'v1' : 'v2', variant: JSON.stringify({ a: index % 2 + 1 }), markMax: 1, fraction: index % 2, answer: { text: '2' } }]
  }))
  const view = statisticsView({
    cohort: { id: 'k', name: 'Cohort' }, quiz: { key: 'z', title: 'Quiz', behaviour: 'deferred', passPercent: 50, sections: [{ questions: ['c'] }] }, language: 'en',
    statistics: quizStatistics(sittings, () => definition, 'en'), questions: new Map([['c', definition]]), people: new Map(), versions: [], versionOf: new Map([['v1', 1], ['v2', 2]])
  }, { language: 'en', timeZone: 'UTC', t: Object.assign((key: string, values = {}) => [key, ...Object.values(values)].join(' '), { sentence: (english: string) => english }), url: (path: string) => path })
  t.match(view, { places: [], poor: [], sound: [{ parts: [
    { by: 'version', rows: [{ name: 'statistics.version 1', count: '10', facility: '50%' }, { name: 'statistics.version 2', count: '30' }] },
    { by: 'variant', rows: [{ name: 'a = 1', count: '20', facility: '0%' }, { name: 'a = 2', facility: '100%' }] }
  ] }] })
  t.end()
})

t.test('the server goes on answering while it works statistics out', async (t) => {
  const test = await testApp(t, { courses: 'test/fixtures/courses', now: NOW })
  const walk = await startWalk(test)
  await manySit(test, walk, 200)
  await call(test, walk.instructor, 'GET', `/cohorts/${walk.cohortId}/quizzes/practice/statistics`)
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const answers = await Promise.all([1, 2, 3].map(async () => await call(test, walk.instructor, 'GET', `/cohorts/${walk.cohortId}/quizzes/exam/statistics`)))
  delay.disable()
  t.ok(answers.every(({ status, json }) => status === 200 && json.test.count === 200))
  t.comment(`longest turn of the event loop: ${(delay.max / 1e6).toFixed(1)} ms; the 99th of 100: ${(delay.percentile(99) / 1e6).toFixed(1)} ms`)
  // Far above what it takes, for a machine that is busy with other things as well.
  t.ok(delay.percentile(99) / 1e6 < 100)
})

t.test('what goes wrong in the second thread ends the first as well, and is told', async (t) => {
  const worker = new Worker(new URL('../../server/reports/statistics-worker.ts', import.meta.url))
  t.teardown(async () => await worker.terminate())
  const failed = new Promise<Error>((resolve) => { worker.once('error', resolve) })
  const ended = new Promise<number>((resolve) => { worker.once('exit', resolve) })
  const order: WorkOrder = { language: 'en', questions: [{ id: 'one', definition: { kind: 'of the future', key: 'q' } as unknown as QuestionDefinition }] }
  const delivery: Delivery = [{
    group: 'en',
    stored: { id: 's', startedAt: NOW, paper: JSON.stringify({ seed: '', slots: [{ slot: 1, page: 1, section: 0, questionId: 'one', kind: 'choice', mark: 1, order: [] }] }), steps: `1 1 finish right 1 ${NOW} {"choices":["a"]}` }
  }]
  for (const message of [order, delivery, []]) worker.postMessage(message)
  t.match((await failed).stack, /item-statistics-worker/)
  t.equal(await ended, 1)
})
