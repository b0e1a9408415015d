import type { Tx } from '../db/database.ts'
import type { World } from '../world.ts'
import { localDay } from '../cohorts/days.ts'
import {
  addCounted, deleteCountedPerson, existsEntry, insertCountedPerson, insertNewEntries, selectOptionalValidCertificate, selectQuotasNear, type Quota
} from './queries.ts'
import { fallsUnder, type CountableCertificate } from './rule.ts'

/** Counts a certificate in every quota it falls under, closed ones too: there it is a restatement. Called in the unit
 * of work that issues it, so that what exists is counted and what is counted exists. */
export async function countIssue (tx: Tx, world: World, certificate: CountableCertificate): Promise<void> {
  const quotas = await quotasOf(tx, certificate)
  // The key of quota_person, or else that of the ledger itself, decides however many requests come at once.
  const persons = quotas.filter(({ counts }) => counts === 'persons').map(({ id }) => id)
  const fresh = new Set(await insertCountedPerson(tx, persons, certificate))
  await write(tx, world, quotas.filter(({ id, counts }) => counts === 'certificates' || fresh.has(id)), certificate, 1)
}

/** Takes a certificate back from every quota that counts it. In a quota of persons its holder stays counted, by the
 * earliest of their other certificates there that is not revoked. Called in the unit of work that revokes it, after
 * it is marked as revoked. Expiry never comes here: who was trained in a year stays trained in that year.
 * @param certificate with its `revokedAt` */
export async function countRevocation (tx: Tx, world: World, certificate: CountableCertificate): Promise<void> {
  if (certificate.revokedAt === null) throw new Error(`certificate ${certificate.serial} is not revoked`)
  for (const quota of await quotasOf(tx, certificate)) {
    if (quota.counts === 'certificates') {
      if (await existsEntry(tx, quota.id, certificate.id)) await write(tx, world, [quota], certificate, -1)
      continue
    }
    if (!await deleteCountedPerson(tx, quota.id, certificate)) continue
    await write(tx, world, [quota], certificate, -1)
    const next = await selectOptionalValidCertificate(tx, quota, certificate.personId)
    if (next === undefined) continue
    await insertCountedPerson(tx, [quota.id], next)
    await write(tx, world, [quota], next, 1)
  }
}

/** The quotas under which a certificate falls. */
export async function quotasOf (tx: Tx, certificate: CountableCertificate): Promise<Quota[]> {
  return (await selectQuotasNear(tx, certificate)).filter((quota) => fallsUnder(certificate, quota))
}

/** A line and the total change together, and only once: a line that stands there already changes nothing. */
async function write (tx: Tx, world: World, quotas: readonly Quota[], certificate: CountableCertificate, delta: 1 | -1): Promise<void> {
  const now = world.now().toISOString()
  const written = await insertNewEntries(tx, quotas.map(({ id, timeZone, closedAt }) => ({
    id: world.newId(), quotaId: id, certificate, delta, at: afterClosing(now, closedAt), day: localDay(certificate.issuedAt, timeZone)
  })))
  await addCounted(tx, written, delta)
}

// In the very millisecond of the closing, or by a clock that was set back, a line would pass for one that was closed with.
function afterClosing (now: string, closedAt: string | null): string {
  return closedAt === null || now > closedAt ? now : new Date(Date.parse(closedAt) + 1).toISOString()
}
