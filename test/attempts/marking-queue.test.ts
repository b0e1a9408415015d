import t from 'tap'
import { needsSecond, standingOf, USUAL, type GivenMark } from '../../server/attempts/marking/rules.ts'
import { testApp, type Somebody, type TestApp } from '../app.ts'
import { openBrowser, type Browser } from '../browser.ts'
import { addCohort, call, enrol, start, type ApiAttempt } from '../trainee.ts'

const courses = 'test/fixtures/behaviours'
const given = (role: GivenMark['role'], fraction: number, marking: Partial<GivenMark['marking']> = {}): GivenMark =>
  ({ id: role, attemptId: 'a', slot: 1, seq: 2, role, byId: role, byName: role, at: '', fraction, marking: { by: role, ...marking } })

t.test('one marker decides, two come to their average, and a third decides where they differ too much', async (t) => {
  const at = { attemptId: 'a', slot: 1 }
  const both = { ...USUAL, secondPercent: 100, thresholdPercent: 20 }
  t.match(standingOf(USUAL, at, []), { wants: 'first', decided: null })
  t.match(standingOf(USUAL, at, [given('first', 0.5)]), { wants: null, decided: { fraction: 0.5 } })
  t.match(standingOf(both, at, [given('first', 0.5)]), { wants: 'second', decided: null })
  t.match(standingOf(both, at, [given('first', 0.5, { comment: 'Good.' }), given('second', 0.7, { comment: 'Better.' })]), { wants: null, decided: { fraction: 0.6, marking: { by: 'second', comment: 'Good.\n\nBetter.' } } })
  t.match(standingOf(both, at, [given('first', 0.5), given('second', 0.71)]), { wants: 'third', decided: null })
  t.match(standingOf(both, at, [given('first', 0.5), given('second', 1), given('third', 0.9)]), { wants: null, decided: { fraction: 0.9, marking: { by: 'third' } } })
  t.match(standingOf(both, at, [given('first', 1, { rubric: { a: 'x' } }), given('second', 1, { rubric: { a: 'x' } })]).decided?.marking.rubric, { a: 'x' })
  const share = Array.from({ length: 2000 }, (_, index) => needsSecond({ secondPercent: 30 }, { attemptId: `attempt-${index}`, slot: 1 })).filter(Boolean).length
  t.ok(share > 520 && share < 680, `${share} of 2000 are near 30 %`)
})

interface Scene { readonly test: TestApp, readonly ines: Somebody, readonly omar: Somebody, readonly admin: Somebody, readonly trainees: readonly Somebody[], readonly attempts: readonly ApiAttempt[], readonly cohortId: string }

async function scene (t: Parameters<typeof testApp>[0], count: number): Promise<Scene> {
  const test = await testApp(t, { courses, now: '2026-06-15T08:00:00Z' })
  const admin = await test.somebody('Ada Admin', [{ role: 'administrator' }])
  const [ines, omar] = [await test.somebody('Ines Instructor', [{ role: 'instructor' }]), await test.somebody('Omar Other', [{ role: 'instructor' }])]
  const cohortId = await addCohort(test, admin, 'every-behaviour', [ines, omar])
  const trainees: Somebody[] = []
  const attempts: ApiAttempt[] = []
  for (let index = 0; index < count; index++) {
    const trainee = await test.somebody(`Trainee ${index}`, [{ role: 'trainee' }], { country: 'ZM' })
    const attempt = await start(test, { admin, instructor: ines, trainee, cohortId, enrolmentId: '' }, 'by-hand', trainee, await enrol(test, admin, cohortId, trainee))
    const [word, place] = [slotOf(attempt, 'short-text'), slotOf(attempt, 'choice')]
    await call(test, trainee, 'PUT', `/attempts/${attempt.id}/answers`, { answers: { [word]: { text: `mule ${index}` }, [place]: { choices: ['bank'] } } })
    await call(test, trainee, 'POST', `/attempts/${attempt.id}/finish`)
    test.world.advance(60)
    trainees.push(trainee)
    attempts.push(attempt)
  }
  return { test, ines, omar, admin, trainees, attempts, cohortId }
}

function slotOf (attempt: ApiAttempt, kind: string): number {
  return attempt.questions.find((question) => question.kind === kind)?.slot ?? 0
}

t.test('the queue goes from answer to answer, without a script; two who mark one answer do not overwrite each other', async (t) => {
  const { test, ines, omar, attempts, trainees, cohortId } = await scene(t, 3)
  const open = (who: Somebody): Browser => { const browser = openBrowser(test.app); browser.cookies.set('muster', who.token); return browser }
  const [hers, his] = [open(ines), open(omar)]
  const { items } = (await call(test, ines, 'GET', '/marking')).json as { items: ReadonlyArray<{ waiting: object, next: { attemptId: string, slot: number } }> }
  t.match(items, [{ waiting: { first: 3, second: 0, third: 0, held: 0 }, next: { attemptId: attempts[0]?.id } }, { waiting: { first: 3 } }])
  t.match((await hers.get('/desk/marking')).body, /3 to mark[^]*oldest of 15 Jun 2026/)
  const [first, second] = attempts as [ApiAttempt, ApiAttempt]
  const word = slotOf(first, 'short-text')
  const at = (attempt: ApiAttempt): string => `/desk/marking/${attempt.id}/${slotOf(attempt, 'short-text')}`
  const page = await hers.get(at(first))
  t.match(page.body, /Answer of Trainee 0[^]*1 of 3[^]*value="mule 0"/)
  t.match(page.body, new RegExp(`rel="next" href="${at(second)}" data-key="j"`))
  await his.get(at(first))
  t.equal((await hers.post(at(first), { role: 'first', mark: '9' })).status, 422, 'more than there is')
  t.equal((await hers.post(at(first), { role: 'first', mark: '1', comment: 'Nearly.' })).location, at(second), 'saved, and on to the next')
  const late = await his.post(at(first), { role: 'first', mark: '2', comment: 'Mine' })
  t.match(late, { status: 409, body: /Somebody marked this answer while you looked at it[^]*Mine/ }, 'what was typed is not lost')
  t.match((await call(test, trainees[0] ?? null, 'GET', `/attempts/${first.id}/review`)).json.items[word - 1], { mark: 1, comment: 'Nearly.' }, 'what was marked first stands, and is in force at once')
  t.match(await call(test, omar, 'POST', `/attempts/${first.id}/marks`, { slot: word, mark: 2, role: 'first' }), { status: 409, json: { type: '/problems/edited-meanwhile' } })
  t.match((await call(test, omar, 'GET', `/marking/${first.id}/${word}`)).json, { waits: false })
  t.equal((await call(test, trainees[1] ?? null, 'GET', '/marking')).status, 403)
  const rules = `/cohorts/${cohortId}/quizzes/by-hand/marking`
  const { rule } = (await call(test, omar, 'GET', rules)).json as { rule: object }
  const seen = /name="seen" value="([^"]+)"/.exec((await his.get(`/desk${rules}`)).body)?.[1] ?? ''
  t.equal((await call(test, ines, 'PUT', rules, { ...rule, anonymous: true, seen: rule })).status, 200)
  t.match(await call(test, omar, 'PUT', rules, { ...rule, hold: true, seen: rule }), { status: 409, json: { now: { anonymous: true } } })
  t.match(await his.post(`/desk${rules}`, { hold: 'on', secondPercent: '0', thresholdPercent: '20', seen }), { status: 409, body: /Somebody else changed this meanwhile[^]*Markers do not see names[^]*You typed: <bdi[^>]*>[^<]*when they are released[^]*name="hold" value="on" checked/ })
  his.cookies.set('muster-language', 'ar')
  t.match(await his.post(`/desk${rules}`, { secondPercent: 'half', thresholdPercent: '20', seen }), { status: 422, body: /نسبة ما يصححه اثنان: يجب أن يكون عددًا من 0 إلى 100[^]*value="half"/ }, 'in the language of the page, and what was typed stays')
  t.match((await call(test, omar, 'PUT', rules, { ...rule, secondPercent: -1 })).json.problems, [{ path: 'secondPercent', message: 'must be >= 0' }])
  his.cookies.delete('muster-language')
  await call(test, ines, 'PUT', rules, rule)
  const list = `/cohorts/${cohortId}/quizzes/by-hand/attempts`
  t.match((await call(test, ines, 'GET', list)).json, { items: [{ id: first.id, trainee: 'Trainee 0', state: 'needs-marking' }, {}, {}], next: null })
  t.match((await call(test, ines, 'GET', `${list}?search=NEE+2`)).json.items, [{ trainee: 'Trainee 2' }])
  t.match((await hers.get(`/desk${list}`)).body, new RegExp(`${first.id}/review"><bdi>Trainee 0`), 'the way to what a trainee answered')
  const poor = (await hers.get(`/desk/cohorts/${cohortId}/quizzes/by-hand/statistics`)).body
  t.match(poor, /of the mark was earned on average by[^]*quizzes\/by-hand\/regrade\?question(=|&#x3D;)/, 'from the figures of a question to its correction')
})

t.test('a second marker, a third who decides, and marks that are held until they are released', async (t) => {
  const { test, ines, omar, admin, attempts, trainees, cohortId } = await scene(t, 2)
  const rules = `/cohorts/${cohortId}/quizzes/by-hand/marking`
  t.match(await call(test, ines, 'PUT', rules, { anonymous: true, secondPercent: 100, thresholdPercent: 25, hold: true }), { json: { rule: { hold: true }, waiting: { first: 4 }, ready: 0 } })
  t.equal((await call(test, ines, 'PUT', rules, { anonymous: true, secondPercent: 101, thresholdPercent: 25, hold: true })).status, 422)
  const [one, two] = attempts as [ApiAttempt, ApiAttempt]
  const [word, place] = [slotOf(one, 'short-text'), slotOf(one, 'choice')]
  const mark = async (who: Somebody, attempt: ApiAttempt, slot: number, fraction: number, role: string): Promise<{ status: number, json: { type?: string, state?: string } }> => await call(test, who, 'POST', `/attempts/${attempt.id}/marks`, { slot, fraction, role, comment: `${role} says` })
  const browser = openBrowser(test.app)
  browser.cookies.set('muster', ines.token)
  const page = await browser.get(`/desk/marking/${one.id}/${word}`)
  t.match(page.body, /Answer of [0-9A-F]{6}/)
  t.notMatch(page.body, /Trainee 0/, 'no name is shown')
  t.match(await mark(ines, one, word, 1, 'first'), { status: 200, json: { state: 'needs-marking' } })
  t.match(await mark(ines, one, word, 1, 'second'), { status: 409, json: { type: '/problems/second-marker-needed' } }, 'nobody is their own second marker')
  t.match(await mark(omar, one, word, 1, 'first'), { status: 409, json: { type: '/problems/edited-meanwhile' } })
  t.notMatch((await call(test, omar, 'GET', `/marking/${one.id}/${word}`)).json, { given: [{}] }, 'a second marker is not told what the first gave')
  t.match(await mark(omar, one, word, 0.25, 'second'), { status: 200 })
  t.match((await call(test, admin, 'GET', `/marking/${one.id}/${word}`)).json, { wants: 'third', given: [{ by: 'Ines Instructor', fraction: 1 }, { by: 'Omar Other', fraction: 0.25 }] })
  const asAdmin = openBrowser(test.app)
  asAdmin.cookies.set('muster', admin.token)
  t.match((await asAdmin.get(`/desk/marking/${one.id}/${word}`)).body, /Two markers differ[^]*What both gave[^]*first says[^]*second says[^]*Your decision/)
  t.match(await mark(admin, one, word, 0.75, 'third'), { status: 200, json: { state: 'needs-marking' } })
  await mark(ines, one, place, 1, 'first')
  await mark(omar, one, place, 0.8, 'second')
  t.match((await call(test, ines, 'GET', rules)).json, { waiting: { first: 2, second: 0, third: 0, held: 2 }, ready: 1 })
  t.match((await call(test, trainees[0] ?? null, 'GET', `/attempts/${one.id}/review`)).json.items[word - 1], { state: 'needs-marking' }, 'the trainee sees nothing before the release')
  await mark(ines, two, word, 0, 'first')
  t.match(await call(test, ines, 'POST', `${rules}/release`), { json: { released: 1 } }, 'only what is complete')
  t.match((await call(test, trainees[0] ?? null, 'GET', `/attempts/${one.id}/review`)).json, { state: 'graded', percent: 82.5, items: [{}, {}] })
  t.match((await call(test, trainees[0] ?? null, 'GET', `/attempts/${one.id}/review`)).json.items[word - 1], { mark: 1.5, comment: 'third says' })
  t.match(await call(test, ines, 'POST', `${rules}/release`), { json: { released: 0 } })
  t.match((await browser.get(`/desk/cohorts/${cohortId}/quizzes/by-hand/marking`)).body, /Markers do not see names\. Two people mark each answer/)
  await browser.post(`/desk/cohorts/${cohortId}/quizzes/by-hand/marking`, { secondPercent: '0', thresholdPercent: '20' })
  t.match((await call(test, ines, 'GET', rules)).json.rule, { anonymous: false, secondPercent: 0, hold: false })
  t.same((await test.db.read.selectFrom('audit_entry').select('action').where('action', 'like', 'marking.%').execute()).map(({ action }) => action), ['marking.rule-set', 'marking.released', 'marking.rule-set'])
})
