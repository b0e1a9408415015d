import { audit } from '../audit/audit.ts'
import type { Database, Tx } from '../db/database.ts'
import type { Settings } from '../deps.ts'
import { assertAdministrator, type Person } from '../person.ts'
import { cursorOf, readCursor } from '../cursor.ts'
import { reachOf } from '../people/access.ts'
import { countIssue, countRevocation, recordsOf } from '../quotas/ledger.ts'
import { addDays, dayStart, isDay, localDay } from '../cohorts/days.ts'
import { quotasCounting, type Quota } from '../quotas/quotas.ts'
import { Refusal } from '../refusals.ts'
import type { World } from '../world.ts'
import { activitiesOf, type CourseOutline } from '../courses/outline.ts'
import { textIn } from '../quiz/text.ts'
import {
  insertCertificate, selectCertificates, selectCertificatesFound, selectCertificatesOfEnrolment, selectDocuments, selectEarned, selectHolderNow, selectLatestOfCourse, selectOptionalCertificate, selectOptionalEnd, selectOptionalReplaced,
  selectOutline, selectRenewal, updateRevoked, type Certificate, type CertificateFilter, type DocumentEnd, type ReplacedDocument
} from './queries.ts'
import { makeSerial, readSerial, readSerialPart } from './serial.ts'
import { addMonths, readReason, REASON_LENGTH, stateOf, type CertificateState } from './validity.ts'

export type { Certificate, DocumentEnd } from './queries.ts'

/** Issues the certificate of a completed enrolment and counts it, in the caller's unit of work. However often and from
 * wherever it is called, an enrolment has one certificate.
 *
 * The certificate says what is so now: name, country, agency, rank, course title (in the course's first language) and
 * version. Later changes do not reach it.
 *
 * A revoked certificate is not issued again: the enrolment stays completed, and whoever revoked it would otherwise be
 * overruled by the next quiz the person takes. A new certificate takes a new enrolment.
 * Where its holder has an earlier one of the same course, the new one says that it renews it.
 * @param input.mark percent of the deciding quiz, 0..100
 * @param input.actorId who issues it by hand; left out where the programme does
 * @returns the serial that stands, or null when the enrolment's certificate was revoked */
export async function issueCertificate (tx: Tx, world: World, settings: Pick<Settings, 'timeZone'>, input: { readonly enrolmentId: string, readonly mark: number, readonly actorId?: string }): Promise<string | null> {
  const { enrolmentId, mark, actorId = null } = input
  const { validMonths, ...earned } = await selectEarned(tx, enrolmentId)
  const [before] = await selectCertificatesOfEnrolment(tx, earned.personId, enrolmentId)
  if (before !== undefined) return before.revokedAt === null ? before.serial : null

  const issuedAt = world.now().toISOString()
  const renewsId = await selectLatestOfCourse(tx, await recordsOf(tx, earned.personId), earned.courseSlug)
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
      reason: null,
      renewsId,
      reissuedAt: null
    }
    if (await insertCertificate(tx, certificate)) {
      await countIssue(tx, world, certificate)
      const { serial, courseSlug, courseVersion } = certificate
      await audit(tx, world, { actorId, action: 'certificate.issued', subjectType: 'certificate', subjectId: serial, detail: { personId: earned.personId, enrolmentId, course: courseSlug, version: courseVersion, mark } })
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
 * @throws Refusal not-allowed for anybody but an administrator, not-found, bad-input, certificate-already-revoked, certificate-replaced for a document
 * that another took the place of: that one is to be revoked */
export async function revokeCertificate (db: Database, world: World, person: Person, typed: string, reason: string): Promise<void> {
  assertAdministrator(person)
  const words = readReason(reason)
  if (words === null) throw new Refusal('bad-input', {}, [{ path: 'reason', message: `must have ${REASON_LENGTH.least} to ${REASON_LENGTH.most} characters` }])
  const serial = readSerial(typed)
  if (serial === null) throw new Refusal('not-found')
  await db.write(async (tx) => { await revokeIn(tx, world, person, serial, words) })
}

/** The same in the caller's unit of work. @param serial as `readSerial` gives it @param words as `readReason` does */
export async function revokeIn (tx: Tx, world: World, person: Person, serial: string, words: string): Promise<void> {
  const at = world.now().toISOString()
  const revoked = await updateRevoked(tx, serial, person.id, at, words)
  const certificate = await selectOptionalCertificate(tx, serial)
  if (certificate === undefined) throw replacedOrUnknown(await selectOptionalReplaced(tx, serial))
  if (!revoked) throw new Refusal('certificate-already-revoked', { revokedAt: certificate.revokedAt })
  await countRevocation(tx, world, certificate, await recordsOf(tx, certificate.personId))
  await audit(tx, world, { actorId: person.id, action: 'certificate.revoked', subjectType: 'certificate', subjectId: serial, detail: { reason: words } })
}

/** Why there is no certificate to change under a serial. */
export function replacedOrUnknown (document: ReplacedDocument | undefined): Refusal {
  return document === undefined ? new Refusal('not-found') : new Refusal('certificate-replaced', { standing: document.standing })
}

/** What anyone may know of a certificate by its serial: enough to compare a paper with. */
export interface PublicCertificate {
  readonly serial: string
  readonly state: CertificateState | 'replaced'
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
  /** Of a document that another took the place of: the serial of that one. */
  readonly replacedBy: string | null
  readonly replacedAt: string | null
  /** When this document took the place of another. */
  readonly reissuedAt: string | null
}

/** The same with what its course was about, and what it renews. */
export interface CertificateInFull extends PublicCertificate {
  readonly course: PublicCertificate['course'] & {
    /** How long the course takes, in hours; null when nothing says it. */
    readonly hours: number | null
    /** Titles of the modules that it teaches. */
    readonly topics: string[]
  }
  /** Serials of the holder's certificates of the same course. */
  readonly renews: string | null
  readonly renewedBy: string | null
}

/** @param typed a serial as somebody may write it
 * @param language of the topics; the course's first when left out, or when it has none of it
 * @throws Refusal not-found */
export async function publicCertificate (db: Database, world: World, typed: string, language?: string): Promise<CertificateInFull> {
  return (await certificateToShow(db, world, typed, language)).shown
}

/** A certificate to be set as a document: with the version of the template it was issued with. @throws as above */
export async function certificateToShow (db: Database, world: World, typed: string, language?: string): Promise<{ readonly shown: CertificateInFull, readonly templateVersionId: string | null }> {
  const { certificate, document } = await certificateBySerial(db, typed)
  const { courseSlug, courseVersion } = certificate
  const outline = await selectOutline(db.read, courseSlug, courseVersion)
  const shown = publicOf(certificate, world, document)
  const minutes = outline === null ? 0 : activitiesOf(outline).reduce((sum, { minutes = 0 }) => sum + minutes, 0)
  return {
    shown: {
      ...shown,
      course: {
        ...shown.course,
        hours: minutes === 0 ? null : Math.max(0.5, Math.round(minutes / 30) / 2),
        topics: outline === null ? [] : taught(outline.modules).map(({ title }) => textIn(title, language ?? outline.language, outline.language))
      },
      ...await selectRenewal(db.read, certificate)
    },
    templateVersionId: certificate.templateVersionId
  }
}

/** Modules with a lesson: one that only examines is no topic. All of them where the course has no lesson. */
function taught (modules: CourseOutline['modules']): CourseOutline['modules'] {
  const lessons = modules.filter(({ activities }) => activities.some(({ kind }) => kind === 'lesson'))
  return lessons.length === 0 ? modules : lessons
}

/** @param document the one that was asked for, where another took its place */
export function publicOf (certificate: Certificate, world: World, document: ReplacedDocument | null = null): PublicCertificate {
  const { serial, holder, country, agency, mark, issuedAt, expiresAt, revokedAt, reason, reissuedAt } = certificate
  const course = { slug: certificate.courseSlug, title: certificate.courseTitle, version: certificate.courseVersion }
  const about = { country, agency, course, mark, issuedAt, expiresAt, revokedAt, reason }
  const state = stateOf(certificate, world.now())
  if (document === null) return { serial, state, holder, ...about, replacedBy: null, replacedAt: null, reissuedAt }
  // What was revoked stays revoked, under whichever of its serials it is looked up.
  return { serial: document.serial, state: state === 'revoked' ? state : 'replaced', holder: document.holder, ...about, replacedBy: document.standing, replacedAt: document.replacedAt, reissuedAt: null }
}

/** A certificate with the quotas in which it counts, for administrators.
 * @throws Refusal not-allowed, not-found */
export async function certificateOnDesk (db: Database, world: World, person: Person, typed: string): Promise<CertificateOnDesk> {
  assertAdministrator(person)
  const { certificate } = await certificateBySerial(db, typed)
  return {
    certificate: await publicCertificate(db, world, typed),
    quotas: await quotasCounting(db, person, certificate),
    documents: await selectDocuments(db.read, certificate.id),
    now: await selectHolderNow(db.read, certificate.personId)
  }
}

/** What another administrator did to a certificate meanwhile: for one whose page was open.
 * @throws Refusal not-allowed, not-found for one that nothing happened to */
export async function endOfDocument (db: Database, person: Person, typed: string): Promise<DocumentEnd> {
  assertAdministrator(person)
  const serial = readSerial(typed)
  const end = serial === null ? undefined : await selectOptionalEnd(db.read, serial)
  if (end === undefined) throw new Refusal('not-found')
  return end
}

export interface CertificateOnDesk {
  readonly certificate: CertificateInFull
  readonly quotas: readonly Quota[]
  /** Its documents that were replaced, the latest first. */
  readonly documents: ReadonlyArray<{ readonly serial: string, readonly holder: string, readonly replacedAt: string, readonly reason: string }>
  /** The holder's name as the record has it now. */
  readonly now: { readonly name: string, readonly erased: boolean }
}

const PAGE = 100

/** What a list of certificates may be narrowed by. */
export interface CertificateSearch {
  /** A part of the holder's name. */
  readonly holder?: string | undefined
  readonly country?: string | undefined
  /** Slug. */
  readonly course?: string | undefined
  /** Cohort, by its id. */
  readonly cohort?: string | undefined
  /** First and last local day of issue. */
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly state?: string | undefined
}

/** @param timeZone IANA: of the days @throws Refusal bad-input for a day or a state that is none */
export function filterOf (search: CertificateSearch, world: World, timeZone: string): CertificateFilter {
  const given = (text: string | undefined): string | null => text === undefined || text.trim() === '' ? null : text.trim()
  const day = (path: 'from' | 'to'): string | null => {
    const typed = given(search[path])
    if (typed !== null && !isDay(typed)) throw new Refusal('bad-input', {}, [{ path, message: 'must be a day, as in 2026-07-31' }])
    return typed
  }
  const [from, to, state] = [day('from'), day('to'), given(search.state)]
  if (state !== null && state !== 'valid' && state !== 'expired' && state !== 'revoked') throw new Refusal('bad-input', {}, [{ path: 'state', message: 'is valid, expired or revoked' }])
  return {
    holder: given(search.holder), country: given(search.country)?.toUpperCase() ?? null, course: given(search.course), cohort: given(search.cohort),
    from: from === null ? null : dayStart(from, timeZone), before: to === null ? null : dayStart(addDays(to, 1), timeZone), state, at: world.now().toISOString()
  }
}

/** Every certificate, the latest first; for administrators.
 * @throws Refusal not-allowed, bad-input for a foreign cursor, a day or a state that is none */
export async function listCertificates (db: Database, world: World, person: Person, filter: CertificateSearch & { readonly cursor?: string | null | undefined } = {}, timeZone = 'UTC'): Promise<{ items: PublicCertificate[], next: string | null }> {
  assertAdministrator(person)
  const place = readCursor(filter.cursor ?? null, ['string', 'string'])
  const after = place === null ? null : { issuedAt: String(place[0]), id: String(place[1]) }
  const found = await selectCertificates(db.read, { ...filterOf(filter, world, timeZone), after, limit: PAGE + 1 })
  const last = found.length > PAGE ? found[PAGE - 1] : undefined
  return { items: found.slice(0, PAGE).map((certificate) => publicOf(certificate, world)), next: last === undefined ? null : cursorOf([last.issuedAt, last.id]) }
}

/** Certificates that somebody may know of, by a serial or a part of one, or by parts of the holder's name: for administrators all;
 * for an instructor those of their cohorts, for a liaison those of their country.
 * @param input.nearly whether names that sound alike will do as well */
export async function findCertificates (db: Database, world: World, person: Person, input: { readonly typed: string, readonly nearly: boolean, readonly limit: number }): Promise<PublicCertificate[]> {
  const reach = reachOf(person)
  const of = reach.reach === 'everything' ? null : reach
  const { typed, nearly, limit } = input
  const exact = readSerial(typed)
  // A document that was replaced is found by the serial on it.
  const serial = exact === null ? readSerialPart(typed) : ((await selectOptionalReplaced(db.read, exact))?.standing ?? exact).replaceAll('-', '')
  const bySerial = serial === null ? [] : await selectCertificatesFound(db.read, { serial }, of, limit)
  const found = bySerial.length > 0 ? bySerial : await selectCertificatesFound(db.read, { holder: { typed, nearly } }, of, limit)
  return found.map((certificate) => publicOf(certificate, world))
}

async function certificateBySerial (db: Database, typed: string): Promise<{ readonly certificate: Certificate, readonly document: ReplacedDocument | null }> {
  const serial = readSerial(typed)
  if (serial === null) throw new Refusal('not-found')
  const document = await selectOptionalReplaced(db.read, serial) ?? null
  const certificate = await selectOptionalCertificate(db.read, document?.standing ?? serial)
  if (certificate === undefined) throw new Refusal('not-found')
  return { certificate, document }
}
