import t from 'tap'
import { keepOutcomes } from '../../server/quotas/pipeline/pipeline.ts'
import { testApp } from '../app.ts'
import { programmeOn } from '../certificates/programme.ts'
import { call } from '../trainee.ts'

t.test('the forecast goes by who is on the way and by what came of those before them', async (t) => {
  const test = await testApp(t, { now: '2026-06-01T08:00:00Z' })
  const { db, world } = test
  const admin = await test.somebody('Ada Administrator', [{ role: 'administrator' }])
  const liaison = await test.somebody('Lars Liaison', [{ role: 'liaison', country: 'MY' }])
  const p = await programmeOn(db, { world, at: test.world.setNow })
  const { id: version } = await db.read.selectFrom('course_version').innerJoin('course', 'course.id', 'course_version.course_id').select('course_version.id').where('slug', '=', 'fraud').executeTakeFirstOrThrow()
  const cohort = async (name: string, endsAt: string): Promise<string> => await db.write(async (tx) => {
    const id = world.newId()
    await tx.insertInto('cohort').values({ id, name, course_version_id: version, starts_at: '2026-01-01T00:00:00.000Z', ends_at: endsAt, seats: null, created_at: '2026-01-01T00:00:00.000Z' }).execute()
    return id
  })
  /** Brings a certified enrolment of somebody new into a cohort, or one that was left where it is. */
  const enrol = async (cohortId: string, how: 'certified' | 'started' | 'enrolled', country = 'ZM', personId?: string): Promise<string> => {
    const person = personId ?? await p.trainee(country, null, `Somebody ${country} ${how}`)
    if (how === 'certified') await p.certify(person)
    const active = how === 'enrolled' ? null : world.now().toISOString()
    const last = await db.read.selectFrom('enrolment').select('id').where('person_id', '=', person).where('state', '=', 'completed').executeTakeFirst()
    await db.write(async (tx) => {
      if (how === 'certified' && last !== undefined) await tx.updateTable('enrolment').set({ cohort_id: cohortId }).where('id', '=', last.id).execute()
      else await tx.insertInto('enrolment').values({ id: world.newId(), cohort_id: cohortId, person_id: person, state: 'active', enrolled_at: world.now().toISOString(), active_at: active, completed_at: null, done: 0, total: 4 }).execute()
    })
    return person
  }
  const make = async (scope: object, counts = 'persons'): Promise<string> => (await call(test, admin, 'POST', '/quotas', { name: 'Officers', period: { from: '2026-01-01', to: '2026-12-31' }, scope, counts, target: 100 })).json['id'] as string
  const [whole, malaysia, certificates] = [await make({}), await make({ country: 'MY' }), await make({}, 'certificates')]

  // Three cohorts of twelve: of each nine started, six were certified.
  const trained: string[] = []
  for (const month of ['02', '03', '04']) {
    const id = await cohort(`Past ${month}`, `2026-${month}-20T00:00:00.000Z`)
    for (let one = 0; one < 12; one++) {
      const person = await enrol(id, one < 6 ? 'certified' : one < 9 ? 'started' : 'enrolled')
      if (one < 2) trained.push(person)
    }
  }
  const running = await cohort('Running', '2026-09-30T00:00:00.000Z')
  for (let one = 0; one < 20; one++) await enrol(running, 'enrolled', one < 8 ? 'MY' : 'ZM')
  await enrol(running, 'started', 'MY')
  await enrol(running, 'started', 'ZM', trained[0])
  // Somebody counted, under a third record of theirs: merged into one that was merged later.
  const again = await enrol(running, 'enrolled', 'ZM')
  const between = await p.trainee('ZM', null, 'Between Two')
  for (const [from, into] of [[again, between], [between, trained[1]]]) await call(test, admin, 'POST', `/people/${from}/merge`, { intoId: into, reason: 'The agency has confirmed it' })
  await enrol(await cohort('Next year', '2027-02-01T00:00:00.000Z'), 'started')
  // One who is nominated is new, the other was certified this year.
  const certified = await test.somebody('Certified Cai', [{ role: 'trainee' }], { country: 'ZM' })
  await p.certify(certified.personId)
  for (const [name, email, country] of [['Nominated Nora', 'nora@test.example', 'MY'], ['Certified Cai', certified.email, 'ZM']] as const) await db.write(async (tx) => {
    await tx.insertInto('nomination').values({
      id: world.newId(), cohort_id: running, name, name_key: name, email, country, agency: null, rank: null, locale: 'en', birth_day: null, state: 'nominated', reason: '',
      nominated_by: liaison.personId, nominated_at: world.now().toISOString(), decided_by: null, decided_at: null, waiting_at: null, enrolment_id: null, replaces: null
    }).execute()
  })

  const stages = async (id: string) => ((await call(test, admin, 'GET', `/quotas/${id}/pipeline`)).json['stages'] as Array<{ stage: string, people: number, expected: number | null }>).map(({ stage, people, expected }) => [stage, people, expected === null ? null : Math.round(expected * 10) / 10])
  t.same(await stages(whole), [['nominated', 1, null], ['enrolled', 20, null], ['started', 1, null], ['passed', 0, null]], 'before anything is known, nobody is reckoned with; who is counted already is not on the way')
  t.match((await test.app.inject({ url: `/desk/quotas/${whole}`, headers: admin.bearer })).body, /too few to know[^]*22 people are at a stage of which too little is known/)

  t.equal(await keepOutcomes(db, world), 3, 'kept for each cohort that ended')
  t.equal(await keepOutcomes(db, world), 0, 'once')
  // Of 36 enrolled 18 were certified, of 27 who started 18: fewer than thirty people.
  t.same(await stages(whole), [['nominated', 1, null], ['enrolled', 20, 10], ['started', 1, null], ['passed', 0, null]])
  t.same(await stages(malaysia), [['nominated', 1, null], ['enrolled', 8, 4], ['started', 1, null], ['passed', 0, null]], 'a part has its own people, and the shares of all')
  t.same((await stages(certificates))[2], ['started', 2, null], 'a second certificate of somebody counts where certificates are counted')
  const { forecast } = (await call(test, admin, 'GET', `/quotas/${malaysia}`)).json as { forecast: { low: number, likely: number, high: number } }
  t.match(forecast, { likely: 4 })
  t.ok(forecast.low < 4 && forecast.high > 4 && forecast.high <= 8, JSON.stringify(forecast))

  const page = (await test.app.inject({ url: `/desk/quotas/${whole}/pipeline?stage=enrolled`, headers: admin.bearer })).body
  t.equal(page.match(/Somebody (MY|ZM) enrolled/g)?.length, 20, 'the figure opens into its list')
  const ofMalaysia = (await test.app.inject({ url: `/desk/quotas/${whole}/pipeline?country=MY`, headers: admin.bearer })).body
  t.equal(ofMalaysia.match(/Somebody (MY|ZM) (enrolled|started)|Nominated Nora/g)?.length, 10, 'of one country too')
  t.notMatch(ofMalaysia, /Somebody ZM/)
  t.equal(((await call(test, admin, 'GET', `/quotas/${whole}/pipeline?country=MY`)).json['items'] as unknown[]).length, 10)
  t.match((await test.app.inject({ url: `/desk/quotas/${whole}`, headers: admin.bearer })).body, /pipeline\?country&#x3D;MY"[^>]*>10</, 'the page of the target leads there')
  t.match(page, /Past 04[^]*6 of 12[^]*6 of 9[^]*6 of 6[^]*Past 03/, 'and the share into the cohorts it comes from')
  t.notMatch(page, 'Next year')
  const theirs = (await test.app.inject({ url: `/desk/quotas/${malaysia}/pipeline`, headers: liaison.bearer })).body
  t.match(theirs, 'Nominated Nora')
  t.notMatch(theirs, /Past 04|Somebody ZM/)
})
