import fc from 'fast-check'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { revokeCertificate } from '../../server/certificates/certificates.ts'
import { migrate } from '../../server/db/migrate.ts'
import { cursorOf } from '../../server/cursor.ts'
import { countIssue } from '../../server/quotas/ledger.ts'
import { closeQuota, createQuota, getQuota, listQuotas, quotaDetail, quotaEntries, quotaEntryTotals, type Entry } from '../../server/quotas/quotas.ts'
import type { QuotaInput } from '../../server/quotas/quota-input.ts'
import { recount } from '../../server/quotas/recount.ts'
import { programme, somebody, type Programme } from '../certificates/programme.ts'
import { dialect } from '../database.ts'
import { makeSigner } from '../../server/quotas/snapshot.ts'
import { apartText } from '../../server/quotas/views.ts'

/** Says each message as its key. */
const KEYS = Object.assign((key: string) => key, { sentence: (english: string) => english })
const SIGNER = makeSigner('a secret that only the tests know, long enough')

const YEAR: QuotaInput = { name: 'Officers trained', period: { from: '2026-09-09', to: '2027-09-08' }, timeZone: 'Asia/Shanghai', scope: {}, counts: 'persons', target: 3000 }

async function quota (p: Programme, more: Partial<QuotaInput> = {}): Promise<string> {
  const { id, problems } = await createQuota(p.db, p.world, p.administrator, { ...YEAR, ...more })
  if (id === null) throw new Error(JSON.stringify(problems))
  return id
}

async function counted (p: Programme, id: string): Promise<number> {
  return (await getQuota(p.db, p.world, p.administrator, id)).counted
}

async function entries (p: Programme, id: string): Promise<Entry[]> {
  const all: Entry[] = []
  let cursor: string | null = null
  do {
    const page: { items: Entry[], next: string | null } = await quotaEntries(p.db, p.administrator, id, cursor)
    all.push(...page.items)
    cursor = page.next
  } while (cursor !== null)
  return all
}

const brief = ({ serial, personId, delta, day }: Entry): unknown[] => [serial, personId, delta, day]

async function agrees (t: Test, p: Programme): Promise<void> {
  const result = await p.db.write(recount)
  t.strictSame(result.quotas.filter(({ problems }) => problems.length > 0), [])
  t.ok(result.agrees && result.quotas.length > 0)
}

async function refused (t: Test, work: Promise<unknown>, code: string): Promise<void> {
  await t.rejects(work, { code })
}

t.test('a person with two certificates is counted once, and stays counted while one is valid', async (t) => {
  const p = await programme(t)
  const persons = await quota(p)
  const certificates = await quota(p, { counts: 'certificates' })
  const amina = await p.trainee('ZM')
  const one = await p.certify(amina, 'fraud')
  p.at('2026-10-02T00:00:00Z')
  const two = await p.certify(amina, 'drugs')
  t.same([await counted(p, persons), await counted(p, certificates)], [1, 2])

  p.at('2026-11-01T00:00:00Z')
  await revokeCertificate(p.db, p.world, p.administrator, one, 'The wrong person sat the exam')
  t.same([await counted(p, persons), await counted(p, certificates)], [1, 1])
  t.strictSame((await entries(p, persons)).map(brief), [
    [one, amina, 1, '2026-10-01'], [one, amina, -1, '2026-10-01'], [two, amina, 1, '2026-10-02']
  ])
  await agrees(t, p)

  await revokeCertificate(p.db, p.world, p.administrator, two, 'The same')
  t.same([await counted(p, persons), await counted(p, certificates)], [0, 0])
  t.equal((await entries(p, certificates)).length, 4)
  await agrees(t, p)

  const three = await p.certify(amina, 'fraud')
  t.equal(await counted(p, persons), 1)
  t.strictSame((await entries(p, persons)).at(-1)?.serial, three)
  await agrees(t, p)
})

t.test('expiry takes nobody back', async (t) => {
  const p = await programme(t, { fraud: 1, drugs: null })
  const id = await quota(p)
  await p.certify(await p.trainee('ZM'))
  p.at('2027-06-01T00:00:00Z')
  t.equal(await counted(p, id), 1)
  await agrees(t, p)
})

t.test('the days of a period begin and end in the zone of the quota', async (t) => {
  const p = await programme(t)
  const shanghai = await quota(p, { counts: 'certificates' })
  const managua = await quota(p, { counts: 'certificates', timeZone: 'America/Managua' })
  const person = await p.trainee('NI')
  for (const [instant, inShanghai, inManagua] of [
    ['2026-09-08T15:59:59.999Z', 0, 0],
    ['2026-09-08T16:00:00.000Z', 1, 0],
    ['2026-09-09T05:59:59.999Z', 2, 0],
    ['2026-09-09T06:00:00.000Z', 3, 1],
    ['2027-09-08T15:59:59.999Z', 4, 2],
    ['2027-09-08T16:00:00.000Z', 4, 3],
    ['2027-09-09T05:59:59.999Z', 4, 4],
    ['2027-09-09T06:00:00.000Z', 4, 4]
  ] as const) {
    p.at(instant)
    await p.certify(person)
    t.same([await counted(p, shanghai), await counted(p, managua)], [inShanghai, inManagua], instant)
  }
  t.strictSame((await entries(p, managua)).map(({ day }) => day), ['2026-09-09', '2027-09-08', '2027-09-08', '2027-09-08'])
  await agrees(t, p)
})

t.test('a quota made late has the ledger it would have had from the beginning', async (t) => {
  const p = await programme(t)
  const early = [await quota(p), await quota(p, { counts: 'certificates', scope: { country: 'ZM' } }), await quota(p, { scope: { agency: 'Zambia Police', course: 'fraud' } })]
  const people = [await p.trainee('ZM', 'Zambia Police'), await p.trainee('ZM'), await p.trainee('MY', 'PDRM'), await p.trainee(null)]
  const serials: string[] = []
  for (let day = 1; day <= 24; day++) {
    p.at(`2026-10-${String(day).padStart(2, '0')}T12:00:00Z`)
    serials.push(await p.certify(people[day % 4] as string, day % 3 === 0 ? 'drugs' : 'fraud'))
    if (day % 5 === 0) await revokeCertificate(p.db, p.world, p.administrator, serials[day - 5] as string, 'a mistake')
  }
  const late = [await quota(p), await quota(p, { counts: 'certificates', scope: { country: ' zm ' } }), await quota(p, { scope: { agency: 'Zambia Police', course: 'fraud', country: '' } })]
  for (const [index, id] of early.entries()) {
    const lines = (await entries(p, id)).map((entry) => [...brief(entry), entry.at])
    t.ok(lines.length > 0)
    t.strictSame((await entries(p, late[index] as string)).map((entry) => [...brief(entry), entry.at]), lines)
    t.equal(await counted(p, late[index] as string), await counted(p, id))
  }
  await agrees(t, p)
})

t.test('whatever is issued and revoked, the ledger is what the certificates come to', async (t) => {
  const p = await programme(t)
  // Of one fixed offset each, so that the test can reckon days without asking the code under test.
  const zones = [['Asia/Shanghai', 8], ['America/Managua', -6], ['UTC', 0]] as const
  const scopes = [{}, { country: 'ZM' }, { course: 'fraud' }, { country: 'MY', course: 'drugs' }, { agency: 'A' }]
  const places = [['ZM', 'A'], ['ZM', null], ['MY', 'A'], ['MY', 'B'], [null, null]] as const
  const quotaStep = fc.record({ do: fc.constant('quota' as const), zone: fc.nat(2), scope: fc.nat(4), counts: fc.constantFrom('persons' as const, 'certificates' as const), from: fc.integer({ min: 1, max: 12 }), days: fc.nat(9), hours: fc.constant(0) })
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.record({ do: fc.constant('issue' as const), person: fc.nat(4), course: fc.constantFrom('fraud', 'drugs'), hours: fc.nat(20) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('revoke' as const), which: fc.nat(30), hours: fc.nat(10) }) },
    { weight: 1, arbitrary: quotaStep }
  )
  const history = fc.tuple(fc.array(quotaStep, { minLength: 2, maxLength: 4 }), fc.array(step, { minLength: 3, maxLength: 40 })).map(([first, rest]) => [...first, ...rest])
  await fc.assert(fc.asyncProperty(history, async (steps) => {
    await p.db.write(async (tx) => { for (const table of ['quota_part', 'quota_entry', 'quota_person', 'quota', 'certificate'] as const) await tx.deleteFrom(table).execute() })
    const people = await Promise.all(places.map(async ([country, agency]) => await p.trainee(country, agency)))
    const issued: Array<{ serial: string, person: number, course: string, at: number, revoked: boolean }> = []
    const made: Array<QuotaInput & { id: string, offset: number }> = []
    let now = Date.parse('2026-10-01T00:00:00Z')
    for (const step of steps) {
      p.at(new Date(now += step.hours * 3600_000 + 1).toISOString())
      if (step.do === 'issue') {
        issued.push({ serial: await p.certify(people[step.person] as string, step.course), person: step.person, course: step.course, at: now, revoked: false })
      } else if (step.do === 'revoke') {
        const certificate = issued[step.which % Math.max(1, issued.length)]
        if (certificate === undefined || certificate.revoked) continue
        await revokeCertificate(p.db, p.world, p.administrator, certificate.serial, 'a mistake')
        certificate.revoked = true
      } else {
        const [timeZone, offset] = zones[step.zone] ?? zones[0]
        const day = (index: number): string => new Date(Date.UTC(2026, 9, index)).toISOString().slice(0, 10)
        const input = { ...YEAR, timeZone, scope: scopes[step.scope] ?? {}, counts: step.counts, period: { from: day(step.from), to: day(step.from + step.days) } }
        made.push({ ...input, id: await quota(p, input), offset })
      }
    }
    const result = await p.db.write(recount)
    if (!result.agrees) throw new Error(JSON.stringify(result.quotas.filter(({ agrees }) => !agrees)))
    for (const { id, scope, counts, period, offset, ...input } of made) {
      const under = issued.filter(({ person, course, at, revoked }) => {
        const day = new Date(at + offset * 3600_000).toISOString().slice(0, 10)
        const [country, agency] = places[person] ?? []
        return !revoked && day >= period.from && day <= period.to && (scope.course ?? course) === course &&
          (scope.country === undefined || scope.country === country) && (scope.agency === undefined || scope.agency === agency)
      })
      const expected = counts === 'certificates' ? under.length : new Set(under.map(({ person }) => person)).size
      const found = result.quotas.find((quota) => quota.id === id)
      if (found?.recounted !== expected || found.ledger !== expected || await counted(p, id) !== expected) throw new Error(`${JSON.stringify(found)} and not ${expected}`)
      const twin = await quota(p, { ...input, scope, counts, period })
      const [fresh, grown] = [(await entries(p, twin)).map(brief), (await entries(p, id)).map(brief)]
      if (JSON.stringify(fresh) !== JSON.stringify(grown)) throw new Error(JSON.stringify({ fresh, grown }))
    }
  // The reckoning is the same on PostgreSQL: there it is its statements that are tried.
  }), { numRuns: dialect === 'sqlite' ? 50 : 12 })
})

t.test('the recount finds what does not fit', async (t) => {
  const p = await programme(t)
  const id = await quota(p)
  const amina = await p.trainee('ZM')
  const one = await p.certify(amina)
  const two = await p.certify(await p.trainee('MY'))
  await agrees(t, p)
  const spoilt = async (spoil: string, mend: string, says: RegExp): Promise<void> => {
    await p.db.write(async (tx) => { await sql.raw(spoil).execute(tx) })
    const result = await p.db.write(recount)
    t.notOk(result.agrees, spoil)
    t.match(result.quotas[0]?.problems.join('\n'), says, spoil)
    await p.db.write(async (tx) => { await sql.raw(mend).execute(tx) })
    await agrees(t, p)
  }
  await spoilt('update quota set counted = 3', 'update quota set counted = 2', /the total kept is 3/)
  await spoilt(`update certificate set revoked_at = '2026-11-01T00:00:00.000Z' where serial = '${one}'`, 'update certificate set revoked_at = null', new RegExp(`${one}: counted, but revoked`))
  await spoilt(`update certificate set issued_at = '2020-01-01T00:00:00.000Z' where serial = '${two}'`, `update certificate set issued_at = '2026-10-01T00:00:00.000Z' where serial = '${two}'`, new RegExp(`${two}: the certificate does not fall under`))
  await spoilt(`update quota_entry set day = '2026-10-02' where serial = '${two}'`, 'update quota_entry set day = \'2026-10-01\'', /the line is of 2026-10-02/)
  await spoilt(`update quota_entry set country = 'RU' where serial = '${two}'`, `update quota_entry set country = 'MY' where serial = '${two}'`, /does not say what certificate/)
  await spoilt(`update quota_person set certificate_id = (select id from certificate where serial = '${two}') where person_id = '${amina}'`, `update quota_person set certificate_id = (select id from certificate where serial = '${one}') where person_id = '${amina}'`, /counted by another certificate/)
  await spoilt(`update quota_entry set delta = -1 where serial = '${one}'`, `update quota_entry set delta = 1 where serial = '${one}'`, /do not add and take back in turn/)
  await spoilt(`update quota_entry set delta = -1, turn = 2, cause = 'revocation' where serial = '${one}'`, `update quota_entry set delta = 1, turn = 1, cause = 'issue' where serial = '${one}'`, /taken back, but not revoked/)
  await spoilt("update quota_part set added = 7 where part = 'country' and key = 'ZM'", "update quota_part set added = 1 where part = 'country' and key = 'ZM'", /country ZM: what is kept is not what the ledger adds up to/)
  await spoilt("update quota_part set key = 'other' where part = 'course'", "update quota_part set key = (select course_slug from quota_entry limit 1) where part = 'course'", /course other: what is kept/)
  t.equal(await counted(p, id), 2)
})

t.test('a ledger of before has its parts added up when it is brought over', async (t) => {
  const p = await programme(t)
  const id = await quota(p)
  const serial = await p.certify(await p.trainee('ZM', 'Customs'))
  await p.certify(await p.trainee(null))
  await revokeCertificate(p.db, p.world, p.administrator, serial, 'The wrong person sat the exam')
  const parts = async () => await p.db.read.selectFrom('quota_part').selectAll().orderBy('part').orderBy('key').execute()
  const kept = await parts()
  t.match(kept.filter(({ part }) => part === 'country'), [{ quota_id: id, key: '', added: 1, taken: 0 }, { key: 'ZM', added: 1, taken: 1 }])
  await p.db.write(async (tx) => {
    for (const statement of ['drop table quota_part', 'drop index quota_entry_by_time', 'drop index role_grant_by_role', "delete from migration where name in ('0015-quota-parts', '0041-quota-agencies')"]) await sql.raw(statement).execute(tx)
  })
  t.same(await migrate(p.db), ['0015-quota-parts', '0041-quota-agencies'])
  t.same(await parts(), kept)
  await agrees(t, p)
})

t.test('counting the same certificate again changes nothing', async (t) => {
  const p = await programme(t)
  const ids = [await quota(p), await quota(p, { counts: 'certificates' })]
  const serial = await p.certify(await p.trainee('ZM'))
  const certificate = await p.db.read.selectFrom('certificate').select(['id', 'serial', 'person_id as personId', 'country', 'agency', 'rank', 'course_slug as courseSlug', 'issued_at as issuedAt', 'revoked_at as revokedAt']).where('serial', '=', serial).executeTakeFirstOrThrow()
  await Promise.all([1, 2].map(async () => { await p.db.write(async (tx) => { await countIssue(tx, p.world, certificate) }) }))
  t.same(await Promise.all(ids.map(async (id) => await counted(p, id))), [1, 1])
  await agrees(t, p)
})

t.test('a quota closes once, after its last day, and later changes are restatements', async (t) => {
  const p = await programme(t)
  const id = await quota(p)
  const serials = [await p.certify(await p.trainee('ZM')), await p.certify(await p.trainee('MY'))]
  p.at('2027-09-08T15:59:59Z')
  await refused(t, closeQuota(p.db, p.world, p.administrator, id, SIGNER), 'quota-not-ended')
  await refused(t, closeQuota(p.db, p.world, somebody('liaison', 'ZM'), id, SIGNER), 'not-allowed')
  await refused(t, closeQuota(p.db, p.world, p.administrator, 'nothing', SIGNER), 'not-found')
  p.at('2027-09-08T16:00:00Z')
  const closing = await Promise.allSettled([1, 2].map(async () => { await closeQuota(p.db, p.world, p.administrator, id, SIGNER) }))
  t.same(closing.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  await refused(t, closeQuota(p.db, p.world, p.administrator, id, SIGNER), 'quota-closed')
  p.at('2027-10-01T00:00:00Z')
  await revokeCertificate(p.db, p.world, p.administrator, serials[0] as string, 'found out later')
  const detail = await quotaDetail(p.db, p.world, p.administrator, id)
  t.match(detail, { quota: { counted: 1, closedCount: 2, closedAt: '2027-09-08T16:00:00.000Z', forecast: { method: 'closed', likely: 1 } }, restated: { lines: 1, delta: -1 } })
  const after = await quota(p, { period: { from: '2027-09-09', to: '2028-09-08' } })
  t.equal((await quotaDetail(p.db, p.world, p.administrator, after)).before?.id, id)
  await agrees(t, p)
})

t.test('what a quota is made of adds up to it, beside the quotas that promise a part', async (t) => {
  const p = await programme(t)
  const id = await quota(p)
  const zambia = await quota(p, { name: 'Zambia', scope: { country: 'ZM' }, target: 120 })
  await quota(p, { name: 'Certificates', scope: { country: 'MY' }, counts: 'certificates' })
  const [customs, navy] = [await quota(p, { name: 'Customs', scope: { country: 'ZM', agency: 'Customs' } }), await quota(p, { name: 'Navy', scope: { country: 'ZM', agency: 'Navy' } })]
  const amina = await p.trainee('ZM')
  for (const person of [amina, amina, await p.trainee('ZM', 'Customs'), await p.trainee('MY'), await p.trainee(null)]) await p.certify(person)
  p.at('2026-12-20T00:00:00Z')
  const taken = await p.certify(await p.trainee('MY'), 'drugs')
  await p.certify(await p.trainee('MY'), 'drugs')
  await revokeCertificate(p.db, p.world, p.administrator, taken, 'a mistake')
  const { quota: whole, courses, countries, months } = await quotaDetail(p.db, p.world, p.administrator, id)
  t.equal(whole.counted, 5)
  t.strictSame(courses.map(({ key, title, counted, promised }) => [key, title, counted, promised]), [['fraud', 'Course fraud', 4, null], ['drugs', 'Course drugs', 1, null]])
  t.strictSame(countries.map(({ key, counted, promised }) => [key, counted, promised]), [
    ['MY', 2, null], ['ZM', 2, { id: zambia, target: 120, counted: 2, expectedToday: 34 }], [null, 1, null]
  ])
  const { agencies } = await quotaDetail(p.db, p.world, p.administrator, zambia)
  t.strictSame(agencies.map(({ key, counted, promised }) => [key, counted, promised?.id]), [['Customs', 1, customs], [null, 1, undefined], ['Navy', 0, navy]], 'a country by agency, those that only promise too')
  for (const agency of ['Customs', '']) t.strictSame(await quotaEntryTotals(p.db, p.administrator, zambia, { agency }), { added: 1, taken: 0 })
  t.strictSame(months, [{ month: '2026-10', counted: 4, total: 4 }, { month: '2026-12', counted: 1, total: 5 }])
  for (const [filter, serials] of [[{ country: 'MY' }, 4], [{ course: 'drugs' }, 3], [{ month: '2026-10' }, 4], [{ country: '' }, 1], [{ country: 'ZM', month: '2026-12' }, 0]] as const) {
    t.equal((await quotaEntries(p.db, p.administrator, id, null, filter)).items.length, serials, JSON.stringify(filter))
  }
  t.match(whole.forecast, { counted: 5, method: 'rate' })
  t.equal(apartText(courses, KEYS), '')

  const drugs = await quota(p, { name: 'Drugs', scope: { course: 'drugs' }, target: 10 })
  await p.certify(amina, 'drugs')
  const { courses: apart } = await quotaDetail(p.db, p.world, p.administrator, id)
  t.match(apart, [{ key: 'fraud', counted: 4 }, { key: 'drugs', counted: 1, promised: { id: drugs, counted: 2, target: 10 } }], 'who is counted under another course counts in the quota of this one too')
  t.equal(apartText(apart, KEYS), 'quotas.apart', 'and that is said')
})

t.test('a liaison reads the quotas of their own country, and nobody else any', async (t) => {
  const p = await programme(t)
  const whole = await quota(p)
  const zambia = await quota(p, { scope: { country: 'ZM' } })
  const malaysia = await quota(p, { scope: { country: 'MY' } })
  const liaison = somebody('liaison', 'ZM')
  t.same((await listQuotas(p.db, p.world, liaison)).items.map(({ id }) => id), [zambia])
  t.equal((await listQuotas(p.db, p.world, p.administrator)).items.length, 3)
  t.equal((await getQuota(p.db, p.world, liaison, zambia)).id, zambia)
  t.same((await quotaEntries(p.db, liaison, zambia)).items, [])
  for (const id of [whole, malaysia, 'nothing']) {
    await refused(t, getQuota(p.db, p.world, liaison, id), 'not-found')
    await refused(t, quotaDetail(p.db, p.world, liaison, id), 'not-found')
    await refused(t, quotaEntries(p.db, liaison, id), 'not-found')
  }
  for (const person of [somebody('trainee'), somebody('instructor')]) {
    await refused(t, listQuotas(p.db, p.world, person), 'not-allowed')
    await refused(t, getQuota(p.db, p.world, person, zambia), 'not-allowed')
    await refused(t, quotaEntries(p.db, person, zambia), 'not-allowed')
    await refused(t, createQuota(p.db, p.world, person, YEAR), 'not-allowed')
  }
  await refused(t, createQuota(p.db, p.world, liaison, { ...YEAR, scope: { country: 'ZM' } }), 'not-allowed')
})

t.test('what is wrong with a new quota is named part by part, and nothing is written', async (t) => {
  const p = await programme(t)
  const { id, problems } = await createQuota(p.db, p.world, p.administrator, {
    name: '  ', period: { from: '2026-02-30', to: 'soon' }, timeZone: 'Mars/Olympus', scope: { country: 'XX', course: 'none', agency: 'x'.repeat(201) }, counts: 'persons', target: 0
  })
  t.equal(id, null)
  t.same(problems.map(({ path, code }) => `${path}: ${code}`), [
    'name: name-missing', 'period.from: not-a-day', 'period.to: not-a-day', 'timeZone: not-a-zone', 'scope.country: not-a-country',
    'scope.agency: agency-long', 'scope.course: no-such-course', 'target: not-a-target'
  ])
  const late = await createQuota(p.db, p.world, p.administrator, { ...YEAR, name: 'x'.repeat(201), period: { from: '2027-01-02', to: '2027-01-01' }, target: 1.5 })
  t.same(late.problems.map(({ code }) => code), ['name-long', 'ends-before', 'not-a-target'])
  const long = await createQuota(p.db, p.world, p.administrator, { ...YEAR, period: { from: '2026-01-01', to: '2030-01-01' } })
  t.same(long.problems.map(({ code }) => code), ['too-long'])
  t.same((await listQuotas(p.db, p.world, p.administrator)).items, [])
})

t.test('three thousand certificates are counted into a new quota at once', async (t) => {
  const p = await programme(t)
  await p.db.write(async (tx) => {
    const now = p.world.now().toISOString()
    const version = await tx.selectFrom('course_version').select('id').executeTakeFirstOrThrow()
    await tx.insertInto('cohort').values({ id: 'cohort', name: 'Cohort', course_version_id: version.id, starts_at: now, ends_at: now, seats: null, created_at: now }).execute()
    for (let number = 0; number < 3000; number++) {
      const id = p.world.newId()
      await tx.insertInto('person').values({ id, name: `Officer ${number}`, country: 'MY', agency: null, rank: null, locale: 'en', created_at: now }).execute()
      await tx.insertInto('enrolment').values({ id, cohort_id: 'cohort', person_id: id, state: 'completed', enrolled_at: now, active_at: now, completed_at: now, done: 1, total: 1 }).execute()
      await tx.insertInto('certificate').values({
        id, serial: `S${number}`, enrolment_id: id, person_id: id, holder: `Officer ${number}`, country: 'MY', agency: null, rank: null, course_slug: 'fraud', course_title: 'Fraud', course_version: 1,
        mark: 80, issued_at: new Date(Date.parse('2026-10-01T00:00:00Z') + number * 60_000).toISOString(), expires_at: null, revoked_at: null, revoked_by: null, reason: null
      }).execute()
    }
  })
  const began = Date.now()
  const id = await quota(p)
  t.comment(`${Date.now() - began} ms`)
  t.equal(await counted(p, id), 3000)
  const all = await entries(p, id)
  t.same(all.map(({ serial }) => serial), Array.from({ length: 3000 }, (_, number) => `S${number}`))
  await agrees(t, p)
  await refused(t, quotaEntries(p.db, p.administrator, id, cursorOf(['x'])), 'bad-input')
  await refused(t, quotaEntries(p.db, p.administrator, id, 'garbage'), 'bad-input')
})
