import fc from 'fast-check'
import t from 'tap'
import { revokeCertificate } from '../../server/certificates/certificates.ts'
import { nameKey } from '../../server/people/name-key.ts'
import type { Person } from '../../server/person.ts'
import { approveChange, proposeChange } from '../../server/quotas/changes.ts'
import { mergePeople, samePerson, unmergePerson } from '../../server/quotas/one-person.ts'
import { closeQuota, createQuota, getQuota, quotaEntries } from '../../server/quotas/quotas.ts'
import { recount } from '../../server/quotas/recount.ts'
import { makeSigner } from '../../server/quotas/snapshot.ts'
import type { QuotaInput } from '../../server/quotas/quota-input.ts'
import { programme, type Programme } from '../certificates/programme.ts'

const SIGNER = makeSigner('a secret that only the tests know, long enough')
const YEAR: QuotaInput = { name: 'Officers trained', period: { from: '2026-01-01', to: '2026-12-31' }, timeZone: 'Asia/Shanghai', scope: {}, counts: 'persons', target: 3000 }

async function quota (p: Programme, more: Partial<QuotaInput> = {}): Promise<string> {
  const { id, problems } = await createQuota(p.db, p.world, p.administrator, { ...YEAR, ...more })
  if (id === null) throw new Error(JSON.stringify(problems))
  return id
}

async function administrators (p: Programme): Promise<[Person, Person]> {
  const one = async (name: string): Promise<Person> => ({ id: await p.trainee(null, null, name), accountId: name, name, email: `${name}@test.example`, locale: 'en', roles: [{ role: 'administrator' }] })
  return [await one('First'), await one('Second')]
}

const code = async (promise: Promise<unknown>): Promise<string> => await promise.then(() => 'done', (error: { code: string }) => error.code)

t.test('two records of one human being are counted once; taken apart, they are counted twice again', async (t) => {
  const p = await programme(t)
  const [admin] = await administrators(p)
  p.at('2026-03-01T00:00:00Z')
  const persons = await quota(p)
  const certificates = await quota(p, { counts: 'certificates' })
  const zambia = await quota(p, { scope: { country: 'ZM' } })
  const one = await p.trainee('ZM', null, 'Mohammed Al-Ahmad')
  const other = await p.trainee('ZM', null, 'محمد الأحمد')
  const third = await p.trainee('ZM', null, 'Ahmad, Muhamad')
  const first = await p.certify(one)
  p.at('2026-03-02T00:00:00Z')
  await p.certify(other)
  const counts = async (): Promise<number[]> => await Promise.all([persons, certificates, zambia].map(async (id) => (await getQuota(p.db, p.world, admin, id)).counted))
  const agrees = async (words: string): Promise<void> => { t.same((await recount(p.db.read)).quotas.flatMap(({ problems }) => problems), [], words) }
  const merge = async (personId: string, intoId: string): Promise<string> => await code(mergePeople(p.db, p.world, admin, { personId, intoId, reason: 'Same passport' }))
  const unmerge = async (personId: string): Promise<string> => await code(unmergePerson(p.db, p.world, admin, { personId, reason: 'Two people after all' }))

  t.match(await samePerson(p.db, admin, one), { alike: [{ id: third }, { id: other, certificates: 1 }], others: [] }, 'names in another script and order are suggested')
  t.same(await counts(), [2, 2, 2])
  t.equal(await merge(other, one), 'done')
  t.same(await counts(), [1, 2, 1], 'a target of certificates counts both')
  await agrees('after a merge')
  t.equal(await merge(other, one), 'already-merged')
  t.equal(await merge(one, other), 'bad-input', 'it is the same person already')
  t.equal(await merge(third, other), 'done', 'into whatever stands for the other')
  t.same((await samePerson(p.db, admin, other)).others.map(({ id }) => id), [one, third])
  t.equal(await unmerge(one), 'not-merged')

  p.at('2026-03-03T00:00:00Z')
  await p.certify(third)
  t.same(await counts(), [1, 3, 1], 'a third certificate of the same person adds nobody')
  await revokeCertificate(p.db, p.world, p.administrator, first, 'Issued in error')
  t.same(await counts(), [1, 2, 1], 'they stay counted by another record\'s certificate')
  await agrees('after a revocation')
  t.equal(await unmerge(other), 'done')
  t.same(await counts(), [2, 2, 2])
  await agrees('after one was taken apart')
  t.equal(await unmerge(third), 'done')
  t.same(await counts(), [2, 2, 2], 'the first has no valid certificate left')
  await agrees('after all were taken apart')
  t.equal(await merge(other, third), 'done')
  t.same(await counts(), [1, 2, 1], 'and merged anew')
  await agrees('after a second merge')
  t.ok((await quotaEntries(p.db, admin, persons)).items.length > 6, 'the ledger tells all of it')
  t.equal((await samePerson(p.db, admin, other)).history.length, 3)
})

t.test('the ledger agrees with the certificates after any sequence of what can happen', { timeout: 110_000 }, async (t) => {
  const p = await programme(t)
  const [first, second] = await administrators(p)
  p.at('2026-02-01T00:00:00Z')
  const scopes = [{}, { country: 'ZM' }, { country: 'MY' }, { course: 'fraud' }]
  const quotas = [
    ...await Promise.all(scopes.map(async (scope) => await quota(p, { scope }))),
    ...await Promise.all(scopes.map(async (scope) => await quota(p, { scope, counts: 'certificates' }))),
    // One that is over, to be closed on the way.
    await quota(p, { name: 'January', period: { from: '2026-01-01', to: '2026-02-10' } })
  ]
  const people: string[] = []
  const serials: string[] = []
  let clock = Date.parse('2026-02-01T00:00:00Z')
  const steps = fc.array(fc.tuple(fc.constantFrom('person', 'issue', 'issue', 'issue', 'revoke', 'merge', 'merge', 'unmerge', 'move', 'close'), fc.nat(), fc.nat()), { minLength: 60, maxLength: 60 })
  let done = 0
  await fc.assert(fc.asyncProperty(steps, async (sequence) => {
    for (const [what, a, b] of sequence) {
      clock += 60_000
      p.at(new Date(clock).toISOString())
      const person = people[a % Math.max(people.length, 1)]
      const other = people[b % Math.max(people.length, 1)]
      if (what === 'person' || person === undefined || other === undefined) people.push(await p.trainee(['ZM', 'MY', null][a % 3] ?? null))
      else if (what === 'issue') serials.push(await p.certify(person, a % 2 === 0 ? 'fraud' : 'drugs'))
      else if (what === 'revoke') await revokeCertificate(p.db, p.world, p.administrator, serials[a % Math.max(serials.length, 1)] ?? '', 'In a random sequence').catch(expected)
      else if (what === 'merge') await mergePeople(p.db, p.world, first, { personId: person, intoId: other, reason: 'In a random sequence' }).catch(expected)
      else if (what === 'unmerge') await unmergePerson(p.db, p.world, first, { personId: person, reason: 'In a random sequence' }).catch(expected)
      else if (what === 'close') await closeQuota(p.db, p.world, p.administrator, quotas[a % quotas.length] ?? '', SIGNER).catch(expected)
      else {
        const made = await proposeChange(p.db, p.world, first, { fromId: quotas[a % quotas.length] ?? '', toId: quotas[b % quotas.length] ?? '', amount: 1 + a % 9, reason: 'In a random sequence' })
        if ('id' in made) await approveChange(p.db, p.world, second, made.id)
      }
      done += 1
    }
    const { quotas: recounted } = await recount(p.db.read)
    const problems = recounted.flatMap(({ name, problems }) => problems.map((problem) => `${name}: ${problem}`))
    if (problems.length > 0) throw new Error(problems.slice(0, 5).join('\n'))
  }), { numRuns: 40, endOnFailure: true })
  t.ok(done >= 2000, `${done} steps, ${people.length} people, ${serials.length} certificates`)
})

/** A rule's no is part of a random sequence; a bug is not. */
function expected (error: unknown): void {
  if (!(error instanceof Error) || error.name !== 'Refusal') throw error
}

t.test('a key brings together what offices write for one name, and keeps others apart', (t) => {
  const same = [['Mohammed Al-Ahmad', 'محمد الأحمد', 'AHMAD Muhammad'], ['José Núñez', 'nunez jose'], ['Дмитрий Иванов', 'Ivanov, Dmitri', 'Dmitriy IVANOV'], ['Aminata Sow', 'SOW Aminata']]
  for (const names of same) t.equal(new Set(names.map(nameKey)).size, 1, names.join(' = '))
  t.equal(new Set(['Amina Yusuf', 'Ada Able', 'Bo Brave', '王伟', '李伟', ''].map(nameKey)).size, 6)
  t.end()
})
