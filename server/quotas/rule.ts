import { localDay } from '../cohorts/days.ts'
import { contains, type Period } from './period.ts'

/** Whom a quota is about. A part left out lets everybody in. */
export interface Scope {
  /** ISO 3166-1 alpha-2, as the certificate has it. */
  readonly country?: string
  /** The agency as the certificate has it, letter for letter. */
  readonly agency?: string
  /** A course by its slug, in any version. */
  readonly course?: string
}

/** `certificates`: each one counts. `persons`: somebody counts once, however many certificates they earn. */
export type Counts = 'persons' | 'certificates'

/** What decides whether a certificate counts: fixed when the quota is made, never changed. */
export interface CountingRule {
  readonly period: Period
  /** IANA. The days of the period are local days there. */
  readonly timeZone: string
  readonly scope: Scope
  readonly counts: Counts
}

/** What the ledger needs of a certificate: as it was issued, whatever became of the person since. */
export interface CountableCertificate {
  readonly id: string
  readonly serial: string
  readonly personId: string
  readonly country: string | null
  readonly agency: string | null
  readonly rank: string | null
  readonly courseSlug: string
  readonly issuedAt: string
  readonly revokedAt: string | null
}

/** Whether a certificate falls under a quota: its scope matches, and it was issued on a day of the period.
 * Later expiry or revocation does not matter here. */
export function fallsUnder (certificate: CountableCertificate, { scope, period, timeZone }: CountingRule): boolean {
  return (scope.country === undefined || scope.country === certificate.country) &&
    (scope.agency === undefined || scope.agency === certificate.agency) &&
    (scope.course === undefined || scope.course === certificate.courseSlug) &&
    contains(period, certificate.issuedAt, timeZone)
}

/** One line of a quota's ledger. */
export interface LedgerLine {
  readonly certificate: CountableCertificate
  /** +1 when the certificate begins to count, −1 when it ceases. */
  readonly delta: 1 | -1
  /** 1, 2 … through the lines of the certificate. */
  readonly turn: number
  /** When that happened. */
  readonly at: string
  /** The local day of the certificate's issue: a revocation is taken back from the day it was counted on. */
  readonly day: string
}

/** The ledger a quota would have, had it existed when these certificates were issued and revoked: what
 * `countIssue` and `countRevocation` write one by one, in the order in which it happened.
 * @param certificates all that fall under the rule, in any order
 * @param rootOf the record that stands for a person */
export function replay (rule: CountingRule, certificates: readonly CountableCertificate[], rootOf: (personId: string) => string = (id) => id): { lines: LedgerLine[], standing: Map<string, CountableCertificate> } {
  const byPerson = new Map<string, CountableCertificate[]>()
  const events = certificates.flatMap((certificate) => {
    const person = rootOf(certificate.personId)
    const own = byPerson.get(person)
    if (own === undefined) byPerson.set(person, [certificate])
    else own.push(certificate)
    const issue = { certificate, delta: 1 as const, at: certificate.issuedAt }
    return certificate.revokedAt === null ? [issue] : [issue, { certificate, delta: -1 as const, at: certificate.revokedAt }]
  }).sort((a, b) => order(a.at, b.at) || b.delta - a.delta || order(a.certificate.id, b.certificate.id))

  const lines: LedgerLine[] = []
  const standing = new Map<string, CountableCertificate>()
  const turns = new Map<string, number>()
  const write = (certificate: CountableCertificate, delta: 1 | -1, at: string): void => {
    const turn = (turns.get(certificate.id) ?? 0) + 1
    turns.set(certificate.id, turn)
    lines.push({ certificate, delta, turn, at, day: localDay(certificate.issuedAt, rule.timeZone) })
  }
  for (const { certificate, delta, at } of events) {
    const personId = rootOf(certificate.personId)
    if (rule.counts === 'certificates') {
      write(certificate, delta, at)
    } else if (delta === 1) {
      if (standing.has(personId)) continue
      standing.set(personId, certificate)
      write(certificate, 1, at)
    } else if (standing.get(personId) === certificate) {
      standing.delete(personId)
      write(certificate, -1, at)
      const next = nextToCount(byPerson.get(personId) ?? [], at)
      if (next === undefined) continue
      standing.set(personId, next)
      write(next, 1, at)
    }
  }
  return { lines, standing }
}

/** Of a person's certificates under one rule, the earliest that is valid at an instant. */
function nextToCount (certificates: readonly CountableCertificate[], at: string): CountableCertificate | undefined {
  return certificates.filter(({ issuedAt, revokedAt }) => issuedAt <= at && (revokedAt === null || revokedAt > at))
    .sort((a, b) => order(a.issuedAt, b.issuedAt) || order(a.id, b.id))[0]
}

function order (a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
