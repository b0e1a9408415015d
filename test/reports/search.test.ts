import t from 'tap'
import { testApp } from '../app.ts'
import { addCohort, call, enrol, startWalk, walkToTheEnd } from '../trainee.ts'

t.test('one field finds people, cohorts, courses and serials, for each what they may open', async (t) => {
  const test = await testApp(t, { courses: 'test/fixtures/courses' })
  const walk = await startWalk(test)
  const { admin, instructor } = walk
  const exam = await walkToTheEnd(test, walk)
  const { json: { certificateSerial: serial } } = await call(test, walk.trainee, 'POST', `/attempts/${exam.id}/finish`)
  const cohortId = await addCohort(test, admin, 'first-steps')
  const yulia = await test.somebody('Юлия Орлова', [{ role: 'trainee' }], { country: 'RS' })
  const enrolmentId = await enrol(test, admin, cohortId, yulia)
  const liaison = await test.somebody('Lina Liaison', [{ role: 'liaison', country: 'RS' }])
  const search = async (who: typeof admin, q: string): Promise<Record<string, Array<{ id: string, href: string }>>> => {
    const { status, json } = await call(test, who, 'GET', `/search?q=${encodeURIComponent(q)}`)
    t.equal(status, 200)
    return json
  }

  t.match(await search(admin, 'орлова'), { people: [{ id: yulia.personId, href: `/desk/people/${yulia.personId}` }], trainees: [] })
  t.match(await search(admin, yulia.email.toUpperCase()), { people: [{ id: yulia.personId }] })
  t.match(await search(admin, String(serial).toLowerCase().replaceAll('-', ' ')), { certificates: [{ id: serial }], people: [] })
  t.match(await search(admin, walk.trainee.name), { certificates: [{ id: serial }], people: [{ id: walk.trainee.personId }] })
  t.match(await search(admin, 'FIRST-st'), { courses: [{ id: 'first-steps' }] })
  t.equal((await search(admin, 'cohort'))['cohorts']?.length, 2)
  t.same(Object.values(await search(admin, 'o')).flat(), [], 'one letter is in everything')
  t.same(Object.values(await search(admin, '%_%')).flat(), [], 'what a database would take for any letter is a letter')

  const ofInstructor = await search(instructor, 'or')
  t.same([ofInstructor['people'], ofInstructor['certificates']], [[], []])
  t.same((await search(instructor, 'орлова'))['trainees'], [], 'not of their cohorts')
  t.match(await search(instructor, walk.trainee.name), { trainees: [{ id: walk.enrolmentId }] })
  t.match(await search(liaison, 'орлова'), { trainees: [{ id: enrolmentId, href: `/enrolments/${enrolmentId}` }], courses: [] })
  t.same((await search(liaison, walk.trainee.name))['trainees'], [], 'not of their country')

  const page = async (q: string): Promise<string> => (await test.app.inject({ url: `/desk/search?q=${encodeURIComponent(q)}`, headers: admin.bearer })).body
  t.match(await page('орлова'), `<a href="/desk/people/${yulia.personId}"><bdi>Юлия Орлова</bdi></a>`)
  t.match(await page('<b>nobody</b>'), 'Nothing found')
  t.match(await page('x'), 'Type two letters or more.')
})
