import t from 'tap'
import { testApp } from '../app.ts'
import { addCohort, call, enrol, sendFile, start, startWalk } from '../trainee.ts'

t.test('the start page says what waits for each role, and nothing when nothing does', async (t) => {
  const test = await testApp(t, { courses: 'test/fixtures/courses' })
  const walk = await startWalk(test)
  const { admin, instructor, trainee } = walk
  const liaison = await test.somebody('Lina Liaison', [{ role: 'liaison', country: 'ZM' }])
  const todo = async (who: typeof admin): Promise<Array<{ kind: string, text: string, href: string }>> => (await call(test, who, 'GET', '/todo')).json.items
  t.same(await todo(admin), [])
  t.match(await todo(trainee), [{ kind: 'learn', text: /^First steps: \d+ steps left, by /, href: `/enrolments/${walk.enrolmentId}` }])
  t.same(await todo(await test.somebody('Nobody Yet', [{ role: 'trainee' }])), [])
  t.match((await test.app.inject({ url: '/', headers: admin.bearer })).body, 'Nothing waits for you today.')

  const cohortId = await addCohort(test, admin, 'all-kinds', [instructor])
  const attempt = await start(test, walk, 'files', trainee, await enrol(test, admin, cohortId, trainee))
  t.match(await todo(trainee), [{ kind: 'attempt', text: /^Continue: .+ · .+, open until /, href: `/attempts/${attempt.id}` }, { kind: 'learn' }, { kind: 'learn' }], 'what is open comes first')
  await sendFile(test, trainee, attempt.id, 1, 'note.txt', 'Seen at noon.')
  await call(test, trainee, 'POST', `/attempts/${attempt.id}/finish`)
  await test.app.inject({ method: 'POST', url: `/api/v1/cohorts/${cohortId}/nominations`, headers: { ...liaison.bearer, 'content-type': 'text/csv' }, payload: 'name,email,country,agency,rank,locale\nNew Officer,new@nominated.example,ZM,,,en\n' })

  t.match(await todo(instructor), [{ kind: 'mark', text: /^1 answer to mark, handed in on /, href: '/desk/marking' }])
  t.match((await todo(admin)).find(({ kind }) => kind === 'decide'), { text: '1 nomination to decide: Test cohort', href: `/desk/cohorts/${cohortId}/nominations` })
  t.match(await todo(liaison), [{ kind: 'nominate', href: '/desk/nominations' }])
  await call(test, admin, 'POST', '/teams', { name: 'Joint patrol', courses: ['first-steps'], people: [trainee.personId] })
  await call(test, admin, 'POST', '/quotas', { name: 'Year of old', period: { from: '2020-01-01', to: '2020-12-31' }, target: 10 })
  t.match((await todo(admin)).filter(({ kind }) => ['close', 'lapse'].includes(kind)), [
    { text: 'The period of Year of old is over: its books can be closed' }, { text: '1 person on the list “Joint patrol” with a certificate that lapses soon or is no longer valid' }
  ])
  t.match((await test.app.inject({ url: '/', headers: admin.bearer })).body, '<bdi>1 nomination to decide: Test cohort</bdi>')

  // What begins within the week, who has not begun, and a certificate that ends.
  const day = (days: number): string => new Date(test.world.now().getTime() + days * 86_400_000).toISOString()
  const soon = (await call(test, admin, 'POST', '/cohorts', { name: 'Next week', course: 'first-steps', startsAt: day(3), endsAt: day(30), seats: 20, instructors: [instructor.personId] })).json.id as string
  await call(test, admin, 'POST', '/cohorts', { name: 'Next year', course: 'first-steps', startsAt: day(90), endsAt: day(120), instructors: [instructor.personId] })
  t.match((await todo(instructor)).filter(({ kind }) => kind === 'begins'), [{ text: /^Next week begins on .*: nobody is enrolled yet for 20 seats$/, href: `/desk/cohorts/${soon}` }])
  await enrol(test, admin, soon, trainee)
  t.match((await todo(trainee)).filter(({ kind }) => kind === 'starts'), [{ text: /^First steps begins on / }])
  test.world.advance(5 * 86_400)
  t.match((await todo(instructor)).filter(({ kind }) => kind === 'help').map(({ href }) => href), [/show=stuck$/])
  t.same((await todo(liaison)).filter(({ kind }) => kind === 'begins'), [], 'for whoever runs it alone')

  const exam = await start(test, walk, 'exam')
  test.world.advance(600)
  t.match((await todo(trainee))[0], { text: 'Continue: Final exam · First steps, 20 minutes left', href: `/attempts/${exam.id}` })
  t.match((await test.app.inject({ url: '/', headers: { ...trainee.bearer, cookie: 'muster-language=ar' } })).body, /تابع: ⁨Final exam⁩ · ⁨الخطوات الأولى⁩، بقيت 20 دقيقة/)
})
