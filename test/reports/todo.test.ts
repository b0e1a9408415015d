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
  t.same(await todo(trainee), [])
  t.notMatch((await test.app.inject({ url: '/', headers: admin.bearer })).body, 'Waiting for you')

  const cohortId = await addCohort(test, admin, 'all-kinds', [instructor])
  const attempt = await start(test, walk, 'files', trainee, await enrol(test, admin, cohortId, trainee))
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
})
