import type { Tx } from '../db/database.ts'
import { sumChanges } from './changes/queries.ts'
import { selectCountedPersons, selectLinesWithCertificates, selectReplacedSerials, selectWrongParts } from './lines/queries.ts'
import { rootIn, selectMergedPeople } from './one-person/queries.ts'
import { countFromCertificates, selectAllQuotas, selectCertificatesUnder, type Quota } from './queries.ts'
import { problemsOfSnapshot } from './snapshot.ts'
import { localDay } from '../cohorts/days.ts'

export interface QuotaRecount {
  readonly id: string
  readonly name: string
  /** The sum of its ledger. */
  readonly ledger: number
  /** The count by the certificates alone. */
  readonly recounted: number
  readonly agrees: boolean
  /** What does not fit, each with its serial or person, at most fifty. */
  readonly problems: readonly string[]
}

export interface Recount {
  readonly quotas: readonly QuotaRecount[]
  readonly agrees: boolean
}

const MOST_PROBLEMS = 50

/** Counts every quota anew from the certificates, by a way of its own that does not read the ledger, and then holds
 * the ledger, line by line, against them. For `muster verify`: it changes nothing.
 * @param tx sees one moment: the inside of a unit of work, or a database at rest */
export async function recount (tx: Tx): Promise<Recount> {
  const quotas: QuotaRecount[] = []
  const moved = await sumChanges(tx)
  const merged = await selectMergedPeople(tx)
  const replaced = await selectReplacedSerials(tx)
  for (const quota of await selectAllQuotas(tx)) quotas.push(await recountQuota(tx, quota, moved.get(quota.id) ?? 0, (id) => rootIn(merged, id), replaced))
  return { quotas, agrees: quotas.every(({ agrees }) => agrees) }
}

async function recountQuota (tx: Tx, quota: Quota, moved: number, rootOf: (personId: string) => string, replaced: ReadonlyMap<string, string>): Promise<QuotaRecount> {
  const recounted = await countFromCertificates(tx, quota)
  const lines = await selectLinesWithCertificates(tx, quota.id)
  const under = new Map((await selectCertificatesUnder(tx, quota)).map((certificate) => [certificate.id, certificate]))
  const ledger = lines.reduce((sum, { delta }) => sum + delta, 0)
  const problems: string[] = []
  if (ledger !== recounted) problems.push(`the ledger adds up to ${ledger}, the certificates to ${recounted}`)
  if (quota.counted !== ledger) problems.push(`the total kept is ${quota.counted}, the ledger adds up to ${ledger}`)

  if (quota.target !== quota.firstTarget + moved) problems.push(`the target is ${quota.target}, first set and moved it comes to ${quota.firstTarget + moved}`)
  problems.push(...await problemsOfSnapshot(tx, quota))
  problems.push(...(await selectWrongParts(tx, quota.id)).map((part) => `${part}: what is kept is not what the ledger adds up to`))

  const serials = new Map<string, string>()
  const net = new Map<string, number>()
  const netOfPerson = new Map<string, number>()
  for (const { certificate, found, delta, turn, day } of lines) {
    const { serial } = certificate
    if (serials.get(certificate.id) !== undefined && serials.get(certificate.id) !== serial) problems.push(`${serial}: its lines name another serial too`)
    serials.set(certificate.id, serial)
    net.set(certificate.id, (net.get(certificate.id) ?? 0) + delta)
    const person = rootOf(certificate.personId)
    netOfPerson.set(person, (netOfPerson.get(person) ?? 0) + delta)
    if (delta !== (turn % 2 === 1 ? 1 : -1)) problems.push(`${serial}: its lines do not add and take back in turn`)
    if (found === null) problems.push(`${serial}: there is no such certificate`)
    else if ((found.serial !== serial && replaced.get(serial) !== found.id) || found.personId !== certificate.personId || found.country !== certificate.country || found.courseSlug !== certificate.courseSlug) {
      problems.push(`${serial}: the line does not say what certificate ${found.serial} says`)
    } else if (!under.has(found.id)) problems.push(`${serial}: the certificate does not fall under this quota`)
    else if (day !== localDay(found.issuedAt, quota.timeZone)) problems.push(`${serial}: the line is of ${day}, the certificate is not`)
  }
  for (const { certificate: { id, serial }, delta, cause } of lines) {
    const revoked = under.get(id)?.revokedAt !== null
    const sum = net.get(id) ?? 0
    if (sum < 0 || sum > 1) problems.push(`${serial}: its lines add up to ${sum}`)
    if (delta === 1 && sum === 1 && revoked && under.has(id)) problems.push(`${serial}: counted, but revoked`)
    if (delta === -1 && cause === 'revocation' && !revoked) problems.push(`${serial}: taken back, but not revoked`)
  }
  if (quota.counts === 'certificates') {
    for (const { id, serial, revokedAt } of under.values()) {
      if (revokedAt === null && net.get(id) !== 1) problems.push(`${serial}: valid, but not counted`)
    }
  } else {
    for (const { personId, serial, revokedAt } of under.values()) {
      const times = netOfPerson.get(rootOf(personId)) ?? 0
      if (revokedAt === null && times !== 1) problems.push(`person ${personId}: has ${serial}, but is counted ${times} times`)
    }
    for (const [personId, sum] of netOfPerson) if (sum < 0 || sum > 1) problems.push(`person ${personId}: counted ${sum} times`)
  }
  problems.push(...await problemsOfPersons(tx, quota, lines.map(({ certificate }) => ({ id: certificate.id, personId: rootOf(certificate.personId) })), net))
  return { id: quota.id, name: quota.name, ledger, recounted, agrees: problems.length === 0, problems: problems.slice(0, MOST_PROBLEMS) }
}

/** Who is counted now, by which certificate, must be what the ledger comes to. */
async function problemsOfPersons (tx: Tx, quota: Quota, certificates: ReadonlyArray<{ id: string, personId: string }>, net: ReadonlyMap<string, number>): Promise<string[]> {
  const persons = new Map((await selectCountedPersons(tx, quota.id)).map(({ personId, certificateId }) => [personId, certificateId]))
  if (quota.counts === 'certificates') return persons.size === 0 ? [] : ['a quota of certificates keeps a list of persons']
  const problems: string[] = []
  for (const { id, personId } of certificates) {
    if (net.get(id) === 1 && persons.get(personId) !== id) problems.push(`person ${personId}: counted by another certificate than the ledger says`)
  }
  for (const [personId, certificateId] of persons) {
    if (net.get(certificateId) !== 1) problems.push(`person ${personId}: in the list of persons, but not counted by the ledger`)
  }
  return problems
}
