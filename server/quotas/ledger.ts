import type { Tx } from '../db/database.ts'
import { lock } from '../db/locks.ts'
import type { World } from '../world.ts'
import { localDay } from '../cohorts/days.ts'
import { addToParts, deleteCountedPerson, insertCountedPerson, insertNewEntries, moveCountedPerson, selectTurns, type EntryCause } from './lines/queries.ts'
import { selectGroup, selectRoot } from './one-person/queries.ts'
import { addCounted, selectCountingPersons, selectOptionalCertificate, selectOptionalValidCertificate, selectQuotasNear, type Quota } from './queries.ts'
import { fallsUnder, type CountableCertificate } from './rule.ts'

/** Counts a certificate in every quota it falls under, closed ones too: there it is a restatement. Called in the unit
 * of work that issues it, so that what exists is counted and what is counted exists. Many issue at once; whoever makes a
 * quota or revokes waits for them, and they for it. */
export async function countIssue (tx: Tx, world: World, certificate: CountableCertificate): Promise<void> {
  await lock(tx, 'ledger', 'shared')
  const quotas = await quotasOf(tx, certificate)
  const person = await selectRoot(tx, certificate.personId)
  // The key of quota_person, or else that of the ledger itself, decides however many requests come at once.
  const persons = quotas.filter(({ counts }) => counts === 'persons').map(({ id }) => id)
  const fresh = new Set(await insertCountedPerson(tx, persons, person, certificate.id))
  await write(tx, world, quotas.filter(({ id, counts }) => counts === 'certificates' || fresh.has(id)), certificate, 1, 'issue')
}

/** Takes a certificate back from every quota that counts it. In a quota of persons its holder stays counted, by the
 * earliest of their other certificates there that is not revoked. Called in the unit of work that revokes it, after
 * it is marked as revoked. Expiry never comes here: who was trained in a year stays trained in that year.
 * @param certificate with its `revokedAt`
 * @param group every record of its holder (`recordsOf`) */
export async function countRevocation (tx: Tx, world: World, certificate: CountableCertificate, group: readonly string[]): Promise<void> {
  if (certificate.revokedAt === null) throw new Error(`certificate ${certificate.serial} is not revoked`)
  // One that is being issued to the same person would not be seen, and would not see that it has to count.
  await lock(tx, 'ledger')
  const person = group[0] ?? certificate.personId
  for (const quota of await quotasOf(tx, certificate)) {
    if (quota.counts === 'certificates') {
      await write(tx, world, [quota], certificate, -1, 'revocation')
      continue
    }
    if (!await deleteCountedPerson(tx, quota.id, person, certificate.id)) continue
    await write(tx, world, [quota], certificate, -1, 'revocation')
    await countNext(tx, world, quota, group, 'revocation')
  }
}

/** Every record of the human being whose record this is, the one that stands for all of them first. */
export async function recordsOf (tx: Tx, personId: string): Promise<string[]> {
  return await selectGroup(tx, await selectRoot(tx, personId))
}

/** Two people turn out to be one: where both were counted, the later certificate is taken back; where one was, it stands.
 * @param groups each with its root first */
export async function countMerge (tx: Tx, world: World, { from, into }: { readonly from: readonly string[], readonly into: readonly string[] }): Promise<void> {
  await lock(tx, 'ledger')
  const [one = '', root = ''] = [from[0], into[0]]
  const there = new Map((await selectCountingPersons(tx, root)).map(({ quota, certificateId }) => [quota.id, certificateId]))
  for (const { quota, certificateId } of await selectCountingPersons(tx, one)) {
    const standing = there.get(quota.id)
    if (standing === undefined) {
      await moveCountedPerson(tx, quota.id, one, root)
      continue
    }
    const [mine, theirs] = [await selectOptionalCertificate(tx, certificateId), await selectOptionalCertificate(tx, standing)]
    if (mine === undefined || theirs === undefined) throw new Error(`quota ${quota.id} counts a certificate that does not exist`)
    const mineIsEarlier = mine.issuedAt < theirs.issuedAt || (mine.issuedAt === theirs.issuedAt && mine.id < theirs.id)
    await deleteCountedPerson(tx, quota.id, mineIsEarlier ? root : one, mineIsEarlier ? theirs.id : mine.id)
    if (mineIsEarlier) await moveCountedPerson(tx, quota.id, one, root)
    await write(tx, world, [quota], mineIsEarlier ? theirs : mine, -1, 'merge')
  }
}

/** A target that counts persons, and what it would count. */
export interface Foreseen {
  readonly quota: Pick<Quota, 'id' | 'name' | 'counted'>
  readonly after: number
}

/** What `countMerge` would do: in every target that counts one of them, or both. */
export async function foreseeMerge (tx: Tx, { from, into }: { readonly from: readonly string[], readonly into: readonly string[] }): Promise<Foreseen[]> {
  const [mine, theirs] = [await selectCountingPersons(tx, from[0] ?? ''), await selectCountingPersons(tx, into[0] ?? '')]
  const there = new Set(theirs.map(({ quota }) => quota.id))
  return [
    ...mine.map(({ quota }) => ({ quota, after: quota.counted - (there.has(quota.id) ? 1 : 0) })),
    ...theirs.filter(({ quota }) => !mine.some((other) => other.quota.id === quota.id)).map(({ quota }) => ({ quota, after: quota.counted }))
  ]
}

/** What `countUnmerge` would do. @param groups each with its root first, as they would be */
export async function foreseeUnmerge (tx: Tx, { from, stayed }: { readonly from: readonly string[], readonly stayed: readonly string[] }): Promise<Foreseen[]> {
  const foreseen: Foreseen[] = []
  for (const { quota, certificateId } of await selectCountingPersons(tx, stayed[0] ?? '')) {
    const certificate = await selectOptionalCertificate(tx, certificateId)
    if (certificate === undefined) throw new Error(`quota ${quota.id} counts a certificate that does not exist`)
    const next = await selectOptionalValidCertificate(tx, quota, from.includes(certificate.personId) ? stayed : from)
    foreseen.push({ quota, after: quota.counted + (next === undefined ? 0 : 1) })
  }
  return foreseen
}

/** One person turns out to be two: each is counted by a certificate of their own.
 * @param groups each with its root first; the pointer between them is gone already */
export async function countUnmerge (tx: Tx, world: World, { from, stayed }: { readonly from: readonly string[], readonly stayed: readonly string[] }): Promise<void> {
  await lock(tx, 'ledger')
  const [one = '', root = ''] = [from[0], stayed[0]]
  for (const { quota, certificateId } of await selectCountingPersons(tx, root)) {
    const certificate = await selectOptionalCertificate(tx, certificateId)
    if (certificate === undefined) throw new Error(`quota ${quota.id} counts a certificate that does not exist`)
    const leaves = from.includes(certificate.personId)
    if (leaves) await moveCountedPerson(tx, quota.id, root, one)
    await countNext(tx, world, quota, leaves ? stayed : from, 'unmerge')
  }
}

/** Counts somebody who is not counted by the earliest of their certificates that stands, if there is one. */
async function countNext (tx: Tx, world: World, quota: Quota, group: readonly string[], cause: EntryCause): Promise<void> {
  const next = await selectOptionalValidCertificate(tx, quota, group)
  if (next === undefined) return
  await insertCountedPerson(tx, [quota.id], group[0] ?? next.personId, next.id)
  await write(tx, world, [quota], next, 1, cause)
}

/** The quotas under which a certificate falls. */
export async function quotasOf (tx: Tx, certificate: CountableCertificate): Promise<Quota[]> {
  return (await selectQuotasNear(tx, certificate)).filter((quota) => fallsUnder(certificate, quota))
}

/** A line, the total and its parts change together. A certificate's lines add and take back in turn: one out of turn changes nothing. */
async function write (tx: Tx, world: World, quotas: readonly Quota[], certificate: CountableCertificate, delta: 1 | -1, cause: EntryCause): Promise<void> {
  const now = world.now().toISOString()
  const turns = await selectTurns(tx, certificate.id, quotas.map(({ id }) => id))
  const due = quotas.filter(({ id }) => (turns.get(id)?.turn ?? 0) % 2 === (delta === 1 ? 0 : 1))
  const lines = due.map(({ id, timeZone, closedAt }) => ({
    // Under the serial with which its first line was written, whatever document stands since.
    id: world.newId(), quotaId: id, certificate: { ...certificate, serial: turns.get(id)?.serial ?? certificate.serial }, delta, turn: (turns.get(id)?.turn ?? 0) + 1, cause, at: afterClosing(now, closedAt), day: localDay(certificate.issuedAt, timeZone)
  }))
  const written = await insertNewEntries(tx, lines)
  await addCounted(tx, written, delta)
  await addToParts(tx, lines.filter(({ quotaId }) => written.includes(quotaId)))
}

// In the very millisecond of the closing, or by a clock that was set back, a line would pass for one that was closed with.
function afterClosing (now: string, closedAt: string | null): string {
  return closedAt === null || now > closedAt ? now : new Date(Date.parse(closedAt) + 1).toISOString()
}
