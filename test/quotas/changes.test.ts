import { sql } from 'kysely'
import t from 'tap'
import { revokeCertificate } from '../../server/certificates/certificates.ts'
import type { Person } from '../../server/person.ts'
import { approveChange, listChanges, proposeChange, rejectChange, withdrawChange } from '../../server/quotas/changes/changes.ts'
import { closeQuota, createQuota, getQuota, type Closing } from '../../server/quotas/quotas.ts'
import { recount } from '../../server/quotas/recount.ts'
import { isSigned, makeSigner, readSnapshot } from '../../server/quotas/snapshot.ts'
import { changesView } from '../../server/quotas/changes/views.ts'
import { loadMessages } from '../../server/http/messages.ts'
import { Refusal } from '../../server/refusals.ts'
import { treeOf } from '../../server/quotas/tree.ts'
import type { QuotaInput } from '../../server/quotas/quota-input.ts'
import { programme, type Programme } from '../certificates/programme.ts'

const SIGNER = makeSigner('a secret that only the tests know, long enough')
const YEAR = { from: '2026-09-09', to: '2027-09-08' }
const NEXT = { from: '2027-09-09', to: '2028-09-08' }

async function quota (p: Programme, more: Partial<QuotaInput>): Promise<string> {
  const { id, problems } = await createQuota(p.db, p.world, p.administrator, { name: 'Officers trained', period: YEAR, timeZone: 'Asia/Shanghai', scope: {}, counts: 'persons', target: 100, ...more })
  if (id === null) throw new Error(JSON.stringify(problems))
  return id
}

/** Two administrators who are people on record. */
async function two (p: Programme): Promise<[Person, Person]> {
  const one = async (name: string): Promise<Person> => ({ id: await p.trainee(null, null, name), accountId: name, name, email: `${name}@test.example`, locale: 'en', roles: [{ role: 'administrator' }] })
  return [await one('First'), await one('Second')]
}

const code = async (promise: Promise<unknown>): Promise<string> => await promise.then(() => 'done', (error: { code: string }) => error.code)

t.test('a reallocation needs a second administrator, moves both targets at once, and only once', async (t) => {
  const p = await programme(t)
  const [first, second] = await two(p)
  const whole = await quota(p, {})
  const zambia = await quota(p, { scope: { country: 'ZM' }, target: 60 })
  const malaysia = await quota(p, { scope: { country: 'MY' }, target: 40 })
  const later = await quota(p, { period: NEXT })
  const certificates = await quota(p, { counts: 'certificates' })
  const target = async (id: string): Promise<number> => (await getQuota(p.db, p.world, first, id)).target
  const propose = async (fromId: string, toId: string, amount: number, reason = 'Seats given back'): Promise<{ id: string } | { problems: readonly unknown[] }> =>
    await proposeChange(p.db, p.world, first, { fromId, toId, amount, reason })
  const wrong = async (...input: Parameters<typeof propose>): Promise<unknown> => ((await propose(...input)) as { problems: Array<{ field: string, code: string }> }).problems.map(({ field, code }) => `${field} ${code}`)

  t.same(await wrong('none', zambia, 10), ['fromId no-quota'])
  t.same(await wrong(zambia, malaysia, 0.5, ' '), ['amount not-an-amount', 'reason reason-length'])
  t.same(await wrong(zambia, zambia, 10), ['toId same'])
  t.same(await wrong(zambia, malaysia, 60), ['amount too-much'], 'a target stays one at least')
  t.same(await wrong(whole, zambia, 10), ['toId inside'], 'a part is in the whole already')
  t.same(await wrong(zambia, later, 10), ['fromId still-open'])
  t.same(await wrong(whole, certificates, 10), ['toId counts-differ'])

  const made = await propose(zambia, malaysia, 15)
  if (!('id' in made)) return t.fail(JSON.stringify(made))
  t.same([await target(zambia), await target(malaysia)], [60, 40], 'nothing moves before it is approved')
  t.equal(await code(approveChange(p.db, p.world, first, made.id)), 'second-administrator-needed')
  t.equal(await code(rejectChange(p.db, p.world, first, made.id)), 'second-administrator-needed')
  t.equal(await code(withdrawChange(p.db, p.world, second, made.id)), 'not-allowed')
  const both = await Promise.all([1, 2].map(async () => await code(approveChange(p.db, p.world, second, made.id))))
  t.same(both.sort(), ['change-decided', 'done'])
  t.same([await target(zambia), await target(malaysia), await target(whole)], [45, 55, 100])
  t.match(await listChanges(p.db, first, { quotaId: malaysia }), { items: [{ state: 'approved', deciderName: 'Second', amount: 15 }] })

  const tooLate = await propose(zambia, malaysia, 44)
  const before = await propose(zambia, malaysia, 10)
  if (!('id' in tooLate) || !('id' in before)) return t.fail('both fit when they are proposed')
  await approveChange(p.db, p.world, second, before.id)
  t.equal(await code(approveChange(p.db, p.world, second, tooLate.id)), 'change-does-not-fit')
  await rejectChange(p.db, p.world, second, tooLate.id)
  const own = await propose(zambia, malaysia, 1)
  if ('id' in own) await withdrawChange(p.db, p.world, first, own.id)
  t.same((await listChanges(p.db, first)).items.map(({ state }) => state), ['withdrawn', 'approved', 'rejected', 'approved'])
  t.ok((await recount(p.db.read)).agrees)
  await p.db.write(async (tx) => { await sql`update quota set target = target + 1 where id = ${zambia}`.execute(tx) })
  t.match((await recount(p.db.read)).quotas.find(({ id }) => id === zambia)?.problems, [/the target is 36/], 'a target that nobody moved is found')
})

t.test('closing keeps signed figures; a shortfall is carried over to the next year, no more than there is', async (t) => {
  const p = await programme(t)
  const [first, second] = await two(p)
  p.at('2027-01-01T00:00:00Z')
  const year = await quota(p, { target: 5 })
  const serials = [await p.certify(await p.trainee('ZM')), await p.certify(await p.trainee('MY')), await p.certify(await p.trainee(null))]
  const next = await quota(p, { period: NEXT, target: 100 })
  const beside = await quota(p, { name: 'Zambia', scope: { country: 'ZM' }, target: 60 })
  const away = await quota(p, { name: 'Malaysia', scope: { country: 'MY' }, target: 40 })
  const moved = await proposeChange(p.db, p.world, first, { fromId: beside, toId: away, amount: 5, reason: 'More were sent' })
  p.at('2027-09-09T00:00:00Z')
  await closeQuota(p.db, p.world, first, away, SIGNER)
  const refusal = await approveChange(p.db, p.world, second, 'id' in moved ? moved.id : '').catch((error: unknown) => error)
  t.match(refusal, { code: 'change-does-not-fit', detail: { problem: 'closed', closed: [{ name: 'Malaysia', by: 'First', at: '2027-09-09T00:00:00.000Z' }] } }, 'a target that was closed meanwhile is named, with who closed it')
  const reader = { t: loadMessages('templates/locales').translate('en'), url: (path: string) => path, place: { language: 'en', timeZone: 'UTC' } }
  if (!(refusal instanceof Refusal)) return t.fail(String(refusal))
  const { detail } = refusal
  t.match(changesView({
    items: [], next: null, isFirst: true, fields: { fromId: '', toId: '', amount: '', reason: '' }, problems: [], choices: [], personId: second.id,
    overtaken: { id: 'x', code: 'change-does-not-fit', closed: detail['closed'] as Closing[], problem: 'closed' }
  }, reader), { overtaken: { why: [/^“Malaysia” was closed by First, 9 Sept 2027, /] } })
  await closeQuota(p.db, p.world, p.administrator, year, SIGNER)

  const seen = await readSnapshot(p.db.read, year)
  t.match(seen, { isSigned: true, publicKey: SIGNER.publicKey, figures: { counted: 3, quota: { target: 5 }, by: { country: [{ key: null, counted: 1 }, { key: 'MY' }, { key: 'ZM' }], month: [{ key: '2027-01', counted: 3 }] } } })
  t.notOk(isSigned({ content: seen?.content.replace('"counted":3', '"counted":4') ?? '', publicKey: SIGNER.publicKey, signature: seen?.signature ?? '' }))
  t.notOk(isSigned({ content: 'x', publicKey: 'no key', signature: 'none' }))
  t.equal(makeSigner('a secret that only the tests know, long enough').publicKey, SIGNER.publicKey, 'every server of a programme has the same key')

  await revokeCertificate(p.db, p.world, p.administrator, serials[0] as string, 'found out later')
  t.ok((await recount(p.db.read)).agrees, 'a restatement leaves the signed figures as they were, even in the millisecond of closing')
  t.match(await getQuota(p.db, p.world, first, year), { counted: 2, closedCount: 3 })

  const propose = async (amount: number, toId = next): Promise<{ id: string } | { problems: ReadonlyArray<{ code: string }> }> => await proposeChange(p.db, p.world, first, { fromId: year, toId, amount, reason: 'Two were missing' })
  t.match(await propose(3), { problems: [{ code: 'too-much' }] })
  t.match(await propose(1, await quota(p, { period: NEXT, scope: { country: 'ZM' } })), { problems: [{ code: 'scope-differs' }] })
  t.match(await propose(1, await quota(p, { period: YEAR, name: 'Again' })), { problems: [{ code: 'not-later' }] })
  const made = await propose(2)
  if (!('id' in made)) return t.fail(JSON.stringify(made))
  await approveChange(p.db, p.world, second, made.id)
  t.match(await getQuota(p.db, p.world, first, next), { target: 102, firstTarget: 100 })
  t.match(await getQuota(p.db, p.world, first, year), { target: 5 }, 'the closed one stays as it was promised')
  t.match(await propose(1), { problems: [{ code: 'nothing-to-carry' }] })
  t.ok((await recount(p.db.read)).agrees)

  const wrong = async (): Promise<readonly string[]> => (await recount(p.db.read)).quotas.find(({ id }) => id === year)?.problems ?? []
  await p.db.write(async (tx) => { await sql`update quota_snapshot set content = replace(content, '"counted":3', '"counted":4')`.execute(tx) })
  t.match(await wrong(), [/not those that the log names/, /do not bear their signature/, /the signed figures say 4/])
  const forged = seen?.content.replace('"target":5', '"target":3') ?? ''
  await p.db.write(async (tx) => { await tx.updateTable('quota_snapshot').set({ content: forged, signature: SIGNER.sign(forged) }).execute() })
  t.same(await wrong(), ['the figures it was closed with are not those that the log names'], 'other figures, signed with the same key, are not what was closed')
})

t.test('a surplus lowers the next target', async (t) => {
  const p = await programme(t)
  const [first, second] = await two(p)
  p.at('2027-01-01T00:00:00Z')
  const year = await quota(p, { target: 1 })
  for (const country of ['ZM', 'MY', 'NI']) await p.certify(await p.trainee(country))
  const next = await quota(p, { period: NEXT, target: 100 })
  p.at('2027-09-09T00:00:00Z')
  await closeQuota(p.db, p.world, p.administrator, year, SIGNER)
  const made = await proposeChange(p.db, p.world, first, { fromId: year, toId: next, amount: 2, reason: 'Done in advance' })
  if (!('id' in made)) return t.fail(JSON.stringify(made))
  await approveChange(p.db, p.world, second, made.id)
  t.equal((await getQuota(p.db, p.world, first, next)).target, 98)
  t.ok((await recount(p.db.read)).agrees)
})

t.test('targets of one period are a tree: each under the narrowest that it is a part of', (t) => {
  const one = (id: string, scope: QuotaInput['scope'], period = YEAR): { id: string, scope: QuotaInput['scope'], period: typeof YEAR, timeZone: string, counts: 'persons' } => ({ id, scope, period, timeZone: 'UTC', counts: 'persons' })
  const tree = treeOf([
    one('agency', { country: 'ZM', agency: 'Customs' }), one('course', { course: 'fraud' }), one('all', {}), one('zambia', { country: 'ZM' }),
    one('zambia fraud', { country: 'ZM', course: 'fraud' }), one('before', { country: 'ZM' }, { from: '2025-09-09', to: '2026-09-08' })
  ])
  t.same(tree.map(({ quota, depth }) => `${'.'.repeat(depth)}${quota.id}`), ['all', '.course', '.zambia', '..agency', '..zambia fraud', 'before'])
  t.end()
})
