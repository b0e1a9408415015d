import { audit } from '../audit/audit.ts'
import type { Database, Tx } from '../db/database.ts'
import type { Settings } from '../deps.ts'
import { hasRole, type Person } from '../person.ts'
import { cursorOf, readCursor } from '../cursor.ts'
import { countIssue, countRevocation, recordsOf } from '../quotas/ledger.ts'
import { localDay } from '../cohorts/days.ts'
import { quotasCounting, type Quota } from '../quotas/quotas.ts'
import { Refusal } from '../refusals.ts'
import type { World } from '../world.ts'
import {
  insertCertificate, selectCertificates, selectCertificatesOfEnrolment, selectEarned, selectOptionalCertificate, updateRevoked, type Certificate
} from './queries.ts'
import { makeSerial, readSerial } from './serial.ts'
import { addMonths, readReason, REASON_LENGTH, stateOf, type CertificateState } from './validity.ts'

export type { Certificate } from './queries.ts'

/** Issues the certificate of a completed enrolment and counts it, in the caller's unit of work. However often and from
 * wherever it is called, an enrolment has one certificate.
 *
 * The certificate says what is so now: name, country, agency, rank, course title (in the course's first language) and
 * version. Later changes do not reach it.
 *
 * A revoked certificate is not issued again: the enrolment stays completed, and whoever revoked it would otherwise be
 * overruled by the next quiz the person takes. A new certificate takes a new enrolment.
 * @param input.mark percent of the deciding quiz, 0..100
 * @returns the serial that stands, or null when the enrolment's certificate was revoked */
export async function issueCertificate (tx: Tx, world: World, settings: Pick<Settings, 'timeZone'>, input: { readonly enrolmentId: string, readonly mark: number }): Promise<string | null> {
  const { enrolmentId, mark } = input
  const { validMonths, ...earned } = await selectEarned(tx, enrolmentId)
  const [before] = await selectCertificatesOfEnrolment(tx, earned.personId, enrolmentId)
  if (before !== undefined) return before.revokedAt === null ? before.serial : null

  const issuedAt = world.now().toISOString()
  const year = Number(localDay(issuedAt, settings.timeZone).slice(0, 4))
  for (let tries = 0; tries < SERIAL_TRIES; tries++) {
    const certificate: Certificate = {
      ...earned,
      id: world.newId(),
      serial: makeSerial(year, world.newBytes(16)),
      enrolmentId,
      mark,
      issuedAt,
      expiresAt: validMonths === null ? null : addMonths(issuedAt, validMonths),
      revokedAt: null,
      revokedBy: null,
      reason: null
    }
    if (await insertCertificate(tx, certificate)) {
      await countIssue(tx, world, certificate)
      const { serial, courseSlug, courseVersion } = certificate
      await audit(tx, world, { actorId: null, action: 'certificate.issued', subjectType: 'certificate', subjectId: serial, detail: { personId: earned.personId, enrolmentId, course: courseSlug, version: courseVersion, mark } })
      return serial
    }
    const standing = (await selectCertificatesOfEnrolment(tx, earned.personId, enrolmentId)).find(({ revokedAt }) => revokedAt === null)
    if (standing !== undefined) return standing.serial
  }
  throw new Error(`no free serial in ${SERIAL_TRIES} tries`)
}

/** Ten symbols of 32: even with a million issued in a year, a second try is a thing of once in a billion. */
const SERIAL_TRIES = 5

/** Revokes a certificate and takes it back from every quota, in one unit of work. Its page stays, and says so with the reason.
 * The enrolment stays completed, and no certificate is issued for it again.
 * @param typed the serial, as somebody may write it
 * @param reason shown to anyone who checks the certificate: 3 to 500 characters
 * @throws Refusal not-allowed for anybody but an administrator, not-found, bad-input, certificate-already-revoked */
export async function revokeCertificate (db: Database, world: World, person: Person, typed: string, reason: string): Promise<void> {
  assertAdministrator(person)
  const words = readReason(reason)
  if (words === null) throw new Refusal('bad-input', {}, [{ path: 'reason', message: `must have ${REASON_LENGTH.least} to ${REASON_LENGTH.most} characters` }])
  const serial = readSerial(typed)
  if (serial === null) throw new Refusal('not-found')
  await db.write(async (tx) => {
    const at = world.now().toISOString()
    const revoked = await updateRevoked(tx, serial, person.id, at, words)
    const certificate = await selectOptionalCertificate(tx, serial)
    if (certificate === undefined) throw new Refusal('not-found')
    if (!revoked) throw new Refusal('certificate-already-revoked', { revokedAt: certificate.revokedAt })
    await countRevocation(tx, world, certificate, await recordsOf(tx, certificate.personId))
    await audit(tx, world, { actorId: person.id, action: 'certificate.revoked', subjectType: 'certificate', subjectId: serial, detail: { reason: words } })
  })
}

/** What anyone may know of a certificate by its serial: enough to compare a paper with. */
export interface PublicCertificate {
  readonly serial: string
  readonly state: CertificateState
  readonly holder: string
  /** ISO 3166-1 alpha-2. */
  readonly country: string | null
  readonly agency: string | null
  readonly course: { readonly slug: string, readonly title: string, readonly version: number }
  readonly mark: number
  readonly issuedAt: string
  readonly expiresAt: string | null
  readonly revokedAt: string | null
  /** Why it was revoked. */
  readonly reason: string | null
}

/** @param typed a serial as somebody may write it
 * @throws Refusal not-found */
export async function publicCertificate (db: Database, world: World, typed: string): Promise<PublicCertificate> {
  return publicOf(await certificateBySerial(db, typed), world)
}

function publicOf (certificate: Certificate, world: World): PublicCertificate {
  const { serial, holder, country, agency, mark, issuedAt, expiresAt, revokedAt, reason } = certificate
  const course = { slug: certificate.courseSlug, title: certificate.courseTitle, version: certificate.courseVersion }
  return { serial, state: stateOf(certificate, world.now()), holder, country, agency, course, mark, issuedAt, expiresAt, revokedAt, reason }
}

/** A certificate with the quotas in which it counts, for administrators.
 * @throws Refusal not-allowed, not-found */
export async function certificateOnDesk (db: Database, world: World, person: Person, typed: string): Promise<{ certificate: PublicCertificate, quotas: readonly Quota[] }> {
  assertAdministrator(person)
  const certificate = await certificateBySerial(db, typed)
  return { certificate: publicOf(certificate, world), quotas: await quotasCounting(db, person, certificate) }
}

const PAGE = 100

/** Every certificate, the latest first; for administrators.
 * @param filter.holder a part of the holder's name; '' for all
 * @throws Refusal not-allowed, bad-input for a foreign cursor */
export async function listCertificates (db: Database, world: World, person: Person, filter: { readonly holder?: string | undefined, readonly cursor?: string | null | undefined } = {}): Promise<{ items: PublicCertificate[], next: string | null }> {
  assertAdministrator(person)
  const place = readCursor(filter.cursor ?? null, ['string', 'string'])
  const after = place === null ? null : { issuedAt: String(place[0]), id: String(place[1]) }
  const holder = filter.holder?.trim() ?? ''
  const found = await selectCertificates(db.read, { holder: holder === '' ? null : holder, after, limit: PAGE + 1 })
  const last = found.length > PAGE ? found[PAGE - 1] : undefined
  return { items: found.slice(0, PAGE).map((certificate) => publicOf(certificate, world)), next: last === undefined ? null : cursorOf([last.issuedAt, last.id]) }
}

async function certificateBySerial (db: Database, typed: string): Promise<Certificate> {
  const serial = readSerial(typed)
  const certificate = serial === null ? undefined : await selectOptionalCertificate(db.read, serial)
  if (certificate === undefined) throw new Refusal('not-found')
  return certificate
}

function assertAdministrator (person: Person): void {
  if (!hasRole(person, 'administrator')) throw new Refusal('not-allowed')
}
