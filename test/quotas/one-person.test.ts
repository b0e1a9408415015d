import t from 'tap'
import { revokeCertificate } from '../../server/certificates/certificates.ts'
import { nameKey } from '../../server/people/name-key.ts'
import type { Person } from '../../server/person.ts'
import type { Foreseen } from '../../server/quotas/ledger.ts'
import { compareRecords, mergePeople, samePerson, unmergePerson } from '../../server/quotas/one-person/one-person.ts'
import { createQuota, getQuota, quotaEntries } from '../../server/quotas/quotas.ts'
import { recount } from '../../server/quotas/recount.ts'
import type { QuotaInput } from '../../server/quotas/quota-input.ts'
import { programme, type Programme } from '../certificates/programme.ts'

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

  t.match(await samePerson(p.db, admin, one), { alike: [{ human: { id: third }, why: ['spelling'] }, { human: { id: other, certificates: 1 }, why: ['script'] }], others: [] }, 'names in another script and order are suggested')
  t.same(await counts(), [2, 2, 2])
  const foreseen = (counts: readonly Foreseen[]): Array<[number, number]> => counts.map(({ quota, after }) => [quota.counted, after])
  t.same(foreseen((await compareRecords(p.db, admin, other, one)).counts), [[2, 1], [2, 1]], 'what will follow is known before')
  t.equal(await merge(other, one), 'done')
  t.same(await counts(), [1, 2, 1], 'a target of certificates counts both')
  t.same(foreseen((await samePerson(p.db, admin, other)).apart), [[1, 2], [1, 2]], 'and what would follow from taking it back')
  t.match((await samePerson(p.db, admin, one)).followed.map(({ delta, counted }) => [delta, counted]), [[-1, 1], [-1, 1]])
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

t.test('a key brings together what offices write for one name, and keeps others apart', (t) => {
  const same = [['Mohammed Al-Ahmad', 'محمد الأحمد', 'AHMAD Muhammad'], ['José Núñez', 'nunez jose'], ['Дмитрий Иванов', 'Ivanov, Dmitri', 'Dmitriy IVANOV'], ['Aminata Sow', 'SOW Aminata'], ['王小明', 'WANG Xiaoming', '小明 王'.split(' ').toReversed().join('')], ['欧阳修', 'Xiu Ouyang'], ['曾国藩', 'Zeng, Guofan'], ['Джамшед Каримов', 'Jamshed Karimov'], ['Александр Хасанов', 'Alexander Hasanov']]
  for (const names of same) t.equal(new Set(names.map(nameKey)).size, 1, names.join(' = '))
  t.equal(new Set(['Amina Yusuf', 'Ada Able', 'Bo Brave', '王伟', '李伟', ''].map(nameKey)).size, 6)
  t.end()
})
