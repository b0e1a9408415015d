import t from 'tap'
import { paceOf } from '../../server/reports/matrix/matrix.ts'
import { testApp } from '../app.ts'
import { openBrowser } from '../browser.ts'
import { answerRightly, call, enrol, start, startWalk, walkToTheEnd } from '../trainee.ts'

t.test('trainees by activities, filtered, as page, API and table', async (t) => {
  const test = await testApp(t, { courses: 'test/fixtures/courses', now: '2026-06-15T08:00:00Z' })
  const walk = await startWalk(test)
  const { admin, cohortId } = walk
  const liaison = await test.somebody('Liaison', [{ role: 'liaison', country: 'MY' }])
  const [failing, idle] = [await test.somebody('Failing <b>', [{ role: 'trainee' }], { country: 'MY' }), await test.somebody('Idle', [{ role: 'trainee' }], { country: 'MY' })]
  const failingId = await enrol(test, admin, cohortId, failing)
  await enrol(test, admin, cohortId, idle)
  const exam = await walkToTheEnd(test, walk)
  await call(test, walk.trainee, 'POST', `/attempts/${exam.id}/finish`)
  await call(test, failing, 'POST', `/enrolments/${failingId}/lessons/welcome/done`)
  const matrix = async (query = '', who = admin) => (await call(test, who, 'GET', `/cohorts/${cohortId}/matrix${query}`)).json as { items: Array<{ name: string, cells: string, behind: boolean, percent: number }>, activities: Array<{ key: string, done: number }>, days: Array<{ day: string, count: number }>, pace: number, next: string | null }
  const rows = async (query = ''): Promise<string[]> => (await matrix(query)).items.map(({ name, cells }) => `${name} ${cells}`)
  t.same(await rows(), ['Failing <b> d--', 'Idle ---', 'Tariq Trainee ddd'])
  const practice = await start(test, walk, 'practice', failing, failingId)
  t.same((await rows())[0], 'Failing <b> db-')
  await answerRightly(test, walk, practice, failing)
  await call(test, failing, 'POST', `/attempts/${practice.id}/finish`)
  for (const left of ['b', 'f']) {
    const { id } = await start(test, walk, 'exam', failing, failingId)
    await call(test, failing, 'POST', `/attempts/${id}/finish`)
    t.same((await rows())[0], `Failing <b> dd${left}`)
  }
  await call(test, admin, 'POST', `/people/${failing.personId}/accommodations`, { extraAttempts: 1, reason: 'Was ill at the exam' })
  t.same((await rows())[0], 'Failing <b> ddb', 'another attempt is allowed')

  t.match(await matrix(), { activities: [{ key: 'welcome', done: 2 }, { key: 'practice', done: 2 }, { key: 'exam', done: 1 }], days: [{ day: '2026-06-14', count: 0 }, { day: '2026-06-15', count: 5 }] })
  t.same(await rows('?activity=exam&is=not-done'), ['Failing <b> ddb', 'Idle ---'])
  t.same(await rows('?activity=exam&is=begun'), ['Failing <b> ddb'])
  t.same(await rows('?activity=exam&is=done'), ['Tariq Trainee ddd'])
  t.same(await rows('?country=ZM&state=completed'), ['Tariq Trainee ddd'])
  t.equal((await call(test, admin, 'GET', `/cohorts/${cohortId}/matrix?activity=none`)).status, 422)
  t.same((await matrix('', liaison)).items.map(({ name }) => name), ['Failing <b>', 'Idle'], 'a liaison sees those of the own country')
  t.match((await matrix('', liaison)).activities[2], { done: 0 }, 'and counts only them')
  const first = await matrix('?limit=1')
  t.same([first.items.length, (await matrix(`?limit=5&after=${first.next ?? ''}`)).items.map(({ name }) => name)], [1, ['Idle', 'Tariq Trainee']])

  test.world.advance(20 * 86400)
  t.match(await matrix('?behind=true'), { pace: 2, items: [{ name: 'Idle', behind: true }] })
  await call(test, idle, 'GET', '/me')
  const page = openBrowser(test.app)
  page.cookies.set('muster', admin.token)
  const { body } = await page.get(`/desk/cohorts/${cohortId}/matrix`)
  t.match(body, /<td class="c d" aria-label="done">✓<\/td>/)
  t.match(body, /Failing &lt;b&gt;/)
  t.match(body, /<svg class="spark"[^>]*aria-label="Activities done day by day from 14 Jun 2026 to 5 Jul 2026: 5 in all, the most on 15 Jun 2026, 5\."/)
  t.match(body, /the pace is 2 of 3/)
  t.match((await page.get(`/desk/cohorts/${cohortId}/matrix?country=&state=&activity=exam&is=begun&behind=`)).body, /value="exam" selected[^]*Failing/)
  t.match((await page.get(`/desk/cohorts/${cohortId}/matrix.csv`)).body, /Failing <b>,MY,active,66,done,done,begun/)
  t.match((await page.get(`/desk/cohorts/${cohortId}/matrix.xlsx`)).body.slice(0, 2), 'PK')
  page.cookies.set('muster-language', 'ar')
  t.match((await page.get(`/desk/cohorts/${cohortId}/matrix`)).body, /aria-label="منجز">✓/)
})

t.test('an even pace asks for nothing at the start and for all at the end', async (t) => {
  const cohort = { startsAt: '2026-01-01T00:00:00Z', endsAt: '2026-01-11T00:00:00Z' }
  for (const [at, pace] of [['2025-12-01T00:00:00Z', 0], ['2026-01-01T00:00:00Z', 0], ['2026-01-06T00:00:00Z', 50], ['2026-01-11T00:00:00Z', 100], ['2027-01-01T00:00:00Z', 100]] as const) t.equal(paceOf(cohort, 100, at), pace, at)
})
