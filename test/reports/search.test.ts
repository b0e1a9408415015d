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
  const none = { people: [], trainees: [], cohorts: [], courses: [], certificates: [], nearly: false }
  t.same(await search(admin, 'o'), none, 'one letter is in everything')
  t.same(await search(admin, '%_%'), none, 'what a database would take for any letter is a letter')

  const ids = async (q: string): Promise<string[]> => (await search(admin, q))['people']?.map(({ id }) => id) ?? []
  const jose = (await test.somebody('José María Núñez', [{ role: 'trainee' }], { country: 'NI' })).personId
  const ahmad = (await test.somebody('محمد الأحمد', [{ role: 'trainee' }], { country: 'JO' })).personId
  const wang = (await test.somebody('王小明', [{ role: 'trainee' }], { country: 'CN' })).personId
  for (const [typed, meant] of [['nunez jose', jose], ['NÚÑEZ', jose], ['Orlova Yulia', yulia.personId], ['орлова юлия', yulia.personId], ['محمد', ahmad], ['Mohammed al-Ahmad', ahmad], ['Wang Xiaoming', wang], ['小明 王', wang], ['王', wang]] as const) {
    t.same(await ids(typed), [meant], typed)
  }
  for (const [typed, meant] of [['Nunes', jose], ['Nuñze', jose], ['Orlowa', yulia.personId], ['Muhamed Ahmed', ahmad]] as const) {
    const found = await search(admin, typed)
    t.same([found['people']?.map(({ id }) => id), found['nearly']], [[meant], true], `${typed} is meant for somebody`)
  }
  t.same(await search(admin, 'Zbigniew'), none, 'what is like nothing finds nothing')
  for (const part of [String(serial).slice(0, 8), String(serial).slice(4, 13), String(serial).slice(0, 13).replaceAll('-', ' ').toLowerCase()]) {
    if (/\d/.test(part)) t.match(await search(admin, part), { certificates: [{ id: serial }] }, part)
  }
  t.equal((await search(admin, 'steps first'))['cohorts']?.length, 2, "by the course's name, in another order")
  t.match(await search(admin, 'frist-steps'), { courses: [{ id: 'first-steps' }], nearly: true })

  const ofInstructor = await search(instructor, 'or')
  t.same([ofInstructor['people'], ofInstructor['certificates']], [[], []])
  t.same((await search(instructor, 'орлова'))['trainees'], [], 'not of their cohorts')
  t.match(await search(instructor, walk.trainee.name), { trainees: [{ id: walk.enrolmentId }], people: [] })
  t.match(await search(instructor, String(serial)), { certificates: [{ id: serial, href: `/certificates/${serial}` }] }, 'of their cohort, as everybody may see it')
  t.match(await search(liaison, 'орлова'), { trainees: [{ id: enrolmentId, href: `/enrolments/${enrolmentId}` }], courses: [] })
  t.same((await search(liaison, walk.trainee.name))['trainees'], [], 'not of their country')
  t.same((await search(liaison, String(serial)))['certificates'], [], 'nor a certificate of another')

  const page = async (q: string): Promise<string> => (await test.app.inject({ url: `/desk/search?q=${encodeURIComponent(q)}`, headers: admin.bearer })).body
  t.match(await page('орлова'), `<a href="/desk/people/${yulia.personId}"><b><bdi>Юлия Орлова</bdi></b>`)
  t.match(await page('<b>nobody</b>'), 'Nothing found')
  t.match(await page('Orlowa'), 'sound like them')
  t.match((await test.app.inject({ url: '/desk/people?search=Orlowa', headers: admin.bearer })).body, 'sound like')
  t.match(await page('x'), 'Type two letters or more.')
})
