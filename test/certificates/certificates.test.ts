import t, { type Test } from 'tap'
import { issueCertificate, listCertificates, publicCertificate, revokeCertificate } from '../../server/certificates/certificates.ts'
import { readSerial } from '../../server/certificates/serial.ts'
import { addMonths, readReason, stateOf } from '../../server/certificates/validity.ts'
import { recount } from '../../server/quotas/recount.ts'
import { createQuota, getQuota } from '../../server/quotas/quotas.ts'
import { verifyChain } from '../../server/audit/audit.ts'
import { programme, somebody, TIME_ZONE, type Programme } from './programme.ts'

async function refused (t: Test, work: Promise<unknown>, code: string): Promise<void> {
  await t.rejects(work, { code })
}

async function withQuota (p: Programme): Promise<string> {
  const { id } = await createQuota(p.db, p.world, p.administrator, {
    name: 'Officers trained', period: { from: '2026-09-09', to: '2027-09-08' }, timeZone: TIME_ZONE, scope: {}, counts: 'persons', target: 3000
  })
  return id ?? ''
}

t.test('a certificate says what was so on its day, whatever becomes of person and course', async (t) => {
  const p = await programme(t)
  const person = await p.trainee('ZM', 'Zambia Police', 'Амина Юсуф')
  const serial = await p.certify(person)
  const before = await publicCertificate(p.db, p.world, serial)
  t.strictSame(before, {
    serial, state: 'valid', holder: 'Амина Юсуф', country: 'ZM', agency: 'Zambia Police', course: { slug: 'fraud', title: 'Course fraud', version: 2, hours: null, topics: [] }, mark: 87.5,
    issuedAt: '2026-10-01T00:00:00.000Z', expiresAt: '2029-10-01T00:00:00.000Z', revokedAt: null, reason: null, replacedBy: null, replacedAt: null, reissuedAt: null, renews: null, renewedBy: null
  })
  await p.db.write(async (tx) => {
    await tx.updateTable('person').set({ name: 'Somebody else', country: 'MY', agency: null }).where('id', '=', person).execute()
    await tx.updateTable('course_version').set({ title: 'Another title' }).execute()
  })
  t.strictSame(await publicCertificate(p.db, p.world, ` ${serial.toLowerCase().replaceAll('-', ' ')} `), before)
  t.equal((await publicCertificate(p.db, p.world, await p.certify(person, 'drugs'))).expiresAt, null)
})

t.test('a serial bears the year of the programme\'s own zone', async (t) => {
  const p = await programme(t)
  p.at('2026-12-31T16:00:00Z')
  t.match(await p.certify(await p.trainee('ZM')), /^M27-/)
})

t.test('however many ask at once, an enrolment has one certificate, counted once', async (t) => {
  const p = await programme(t)
  const quota = await withQuota(p)
  const enrolmentId = await p.enrolment(await p.trainee('ZM'))
  const serials = await Promise.all(Array.from({ length: 8 }, async () => await p.db.write(async (tx) => await issueCertificate(tx, p.world, { timeZone: TIME_ZONE }, { enrolmentId, mark: 70 }))))
  t.equal(new Set(serials).size, 1)
  t.equal(readSerial(serials[0] ?? ''), serials[0])
  t.equal((await listCertificates(p.db, p.world, p.administrator)).items.length, 1)
  t.equal((await getQuota(p.db, p.world, p.administrator, quota)).counted, 1)
  const issued = await p.db.read.selectFrom('audit_entry').select('subject_id').where('action', '=', 'certificate.issued').execute()
  t.same(issued, [{ subject_id: serials[0] }])
})

t.test('a serial that is taken is drawn again', async (t) => {
  const p = await programme(t)
  const draws = [7, 7, 7, 9]
  const world = { ...p.world, newBytes: (length: number) => new Uint8Array(length).fill(draws.shift() ?? 11) }
  const issue = async (): Promise<string | null> => {
    const enrolmentId = await p.enrolment(await p.trainee('ZM'))
    return await p.db.write(async (tx) => await issueCertificate(tx, world, { timeZone: TIME_ZONE }, { enrolmentId, mark: 70 }))
  }
  const [one, two] = [await issue(), await issue()]
  t.not(one, two)
  t.same(draws, [])
})

t.test('a certificate is revoked once, with a reason that stands on its page, and is not issued again', async (t) => {
  const p = await programme(t)
  const quota = await withQuota(p)
  const enrolmentId = await p.enrolment(await p.trainee('ZM'))
  const issue = async (): Promise<string | null> => await p.db.write(async (tx) => await issueCertificate(tx, p.world, { timeZone: TIME_ZONE }, { enrolmentId, mark: 70 }))
  const serial = await issue() ?? ''
  const revoke = async (): Promise<void> => { await revokeCertificate(p.db, p.world, p.administrator, serial, '  The wrong person sat the exam ') }
  await refused(t, revokeCertificate(p.db, p.world, p.administrator, serial, ' x '), 'bad-input')
  await refused(t, revokeCertificate(p.db, p.world, p.administrator, serial, 'x'.repeat(501)), 'bad-input')
  await refused(t, revokeCertificate(p.db, p.world, p.administrator, 'M26-0000-0000-000', 'a reason'), 'not-found')
  for (const role of ['trainee', 'instructor', 'liaison'] as const) {
    await refused(t, revokeCertificate(p.db, p.world, somebody(role, 'ZM'), serial, 'a reason'), 'not-allowed')
    await refused(t, listCertificates(p.db, p.world, somebody(role, 'ZM')), 'not-allowed')
  }
  p.at('2026-11-01T00:00:00Z')
  const outcomes = await Promise.allSettled(Array.from({ length: 5 }, revoke))
  t.same(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected', 'rejected', 'rejected', 'rejected'])
  await refused(t, revoke(), 'certificate-already-revoked')
  t.match(await publicCertificate(p.db, p.world, serial), { state: 'revoked', revokedAt: '2026-11-01T00:00:00.000Z', reason: 'The wrong person sat the exam' })
  t.equal((await getQuota(p.db, p.world, p.administrator, quota)).counted, 0)
  t.equal(await issue(), null)
  t.ok((await p.db.write(recount)).agrees)
  const audited = await p.db.read.selectFrom('audit_entry').select(['actor_id', 'subject_id', 'detail']).where('action', '=', 'certificate.revoked').execute()
  t.same(audited, [{ actor_id: p.administrator.id, subject_id: serial, detail: '{"reason":"The wrong person sat the exam"}' }])
  t.same((await verifyChain(p.db.read)).brokenAt, null)
})

t.test('what a unit of work does not finish, it did not do: neither certificate nor count', async (t) => {
  const p = await programme(t)
  const quota = await withQuota(p)
  const enrolmentId = await p.enrolment(await p.trainee('ZM'))
  await t.rejects(p.db.write(async (tx) => {
    await issueCertificate(tx, p.world, { timeZone: TIME_ZONE }, { enrolmentId, mark: 70 })
    throw new Error('what came after failed')
  }))
  t.same((await listCertificates(p.db, p.world, p.administrator)).items, [])
  t.equal((await getQuota(p.db, p.world, p.administrator, quota)).counted, 0)
})

t.test('certificates are listed the latest first, a page at a time, by a part of the name', async (t) => {
  const p = await programme(t)
  const serials: string[] = []
  for (let number = 0; number < 105; number++) {
    p.at(new Date(Date.parse('2026-10-01T00:00:00Z') + Math.floor(number / 3) * 1000).toISOString())
    serials.push(await p.certify(await p.trainee('ZM', null, number % 50 === 0 ? 'Zhang 100% Wei' : `Officer ${number}`)))
  }
  const first = await listCertificates(p.db, p.world, p.administrator)
  const second = await listCertificates(p.db, p.world, p.administrator, { cursor: first.next })
  t.same([first.items.length, second.items.length, second.next], [100, 5, null])
  t.same([...first.items, ...second.items].map(({ serial }) => serial).sort(), serials.toSorted())
  t.equal((await listCertificates(p.db, p.world, p.administrator, { holder: ' zhang ' })).items.length, 3)
  t.equal((await listCertificates(p.db, p.world, p.administrator, { holder: '%' })).items.length, 3)
})

t.test('validity counts calendar months in UTC and ends on the last day of a short one', async (t) => {
  for (const [from, months, to] of [
    ['2026-11-23T09:17:12.345Z', 36, '2029-11-23T09:17:12.345Z'],
    ['2027-08-31T10:00:00.000Z', 6, '2028-02-29T10:00:00.000Z'],
    ['2026-01-31T23:59:59.999Z', 1, '2026-02-28T23:59:59.999Z'],
    ['2028-02-29T00:00:00.000Z', 12, '2029-02-28T00:00:00.000Z'],
    ['2026-12-15T00:00:00.000Z', 1, '2027-01-15T00:00:00.000Z']
  ] as const) t.equal(addMonths(from, months), to, `${from} + ${months}`)
  const expiresAt = '2027-01-01T00:00:00.000Z'
  t.equal(stateOf({ expiresAt, revokedAt: null }, new Date('2026-12-31T23:59:59.999Z')), 'valid')
  t.equal(stateOf({ expiresAt, revokedAt: null }, new Date(expiresAt)), 'expired')
  t.equal(stateOf({ expiresAt, revokedAt: expiresAt }, new Date('2028-01-01T00:00:00Z')), 'revoked')
  t.equal(stateOf({ expiresAt: null, revokedAt: null }, new Date('2999-01-01T00:00:00Z')), 'valid')
  t.same(['ab ', ' abc ', 'x'.repeat(500), 'x'.repeat(501)].map((text) => readReason(text)?.length), [undefined, 3, 500, undefined])
})
