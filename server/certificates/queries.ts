import type { CourseOutline } from '../courses/outline.ts'
import type { Tx } from '../db/database.ts'
import { holds } from '../db/like.ts'
import { prepared, preparedInsert, type Value } from '../db/prepared.ts'
import type { CertificateTable } from '../db/tables.ts'

/** Whom and what a certificate is about. */
interface Certified {
  readonly personId: string
  readonly holder: string
  readonly country: string | null
  readonly agency: string | null
  readonly rank: string | null
  readonly courseSlug: string
  readonly courseTitle: string
  readonly courseVersion: number
}

export interface Certificate extends Certified {
  readonly id: string
  readonly serial: string
  readonly enrolmentId: string
  /** 0..100. */
  readonly mark: number
  readonly issuedAt: string
  readonly expiresAt: string | null
  readonly revokedAt: string | null
  readonly revokedBy: string | null
  readonly reason: string | null
}

const CERTIFICATE = [
  'id', 'serial', 'enrolment_id as enrolmentId', 'person_id as personId', 'holder', 'country', 'agency', 'rank', 'course_slug as courseSlug',
  'course_title as courseTitle', 'course_version as courseVersion', 'mark', 'issued_at as issuedAt', 'expires_at as expiresAt',
  'revoked_at as revokedAt', 'revoked_by as revokedBy', 'reason'
] as const

export async function selectOptionalCertificate (tx: Tx, serial: string): Promise<Certificate | undefined> {
  return await tx.selectFrom('certificate').select(CERTIFICATE).where('serial', '=', serial).executeTakeFirst()
}

/** What was issued for an enrolment, the latest first, revoked ones too. */
export async function selectCertificatesOfEnrolment (tx: Tx, personId: string, enrolmentId: string): Promise<Array<{ serial: string, revokedAt: string | null }>> {
  // By the person as well, whose index leads there; an enrolment alone has one for standing certificates only.
  return await certificatesOfEnrolment(tx, { personId, enrolmentId })
}

const certificatesOfEnrolment = prepared((tx, value: Value<{ personId: string, enrolmentId: string }>) => tx.selectFrom('certificate')
  .select(['serial', 'revoked_at as revokedAt']).where('person_id', '=', value('personId')).where('enrolment_id', '=', value('enrolmentId')).orderBy('issued_at', 'desc'))

/** @returns false when the serial is taken, or another certificate stands for the enrolment */
export async function insertCertificate (tx: Tx, certificate: Certificate): Promise<boolean> {
  return await newCertificate(tx, [{
    id: certificate.id,
    serial: certificate.serial,
    enrolment_id: certificate.enrolmentId,
    person_id: certificate.personId,
    holder: certificate.holder,
    country: certificate.country,
    agency: certificate.agency,
    rank: certificate.rank,
    course_slug: certificate.courseSlug,
    course_title: certificate.courseTitle,
    course_version: certificate.courseVersion,
    mark: certificate.mark,
    issued_at: certificate.issuedAt,
    expires_at: certificate.expiresAt,
    revoked_at: certificate.revokedAt,
    revoked_by: certificate.revokedBy,
    reason: certificate.reason
  }]) > 0
}

const newCertificate = preparedInsert<{ [Column in keyof CertificateTable]: CertificateTable[Column] }>([
  'id', 'serial', 'enrolment_id', 'person_id', 'holder', 'country', 'agency', 'rank', 'course_slug', 'course_title', 'course_version', 'mark',
  'issued_at', 'expires_at', 'revoked_at', 'revoked_by', 'reason'
], (tx, rows) => tx.insertInto('certificate').values(rows).onConflict((conflict) => conflict.doNothing()))

/** @returns false when it is unknown or another request revoked it first */
export async function updateRevoked (tx: Tx, serial: string, by: string, at: string, reason: string): Promise<boolean> {
  const result = await tx.updateTable('certificate').set({ revoked_at: at, revoked_by: by, reason })
    .where('serial', '=', serial).where('revoked_at', 'is', null).executeTakeFirst()
  return Number(result.numUpdatedRows) === 1
}

export interface CertificatePlace {
  readonly issuedAt: string
  readonly id: string
}

/** The latest first; `holder` finds a part of a name. */
export async function selectCertificates (tx: Tx, filter: { holder: string | null, after: CertificatePlace | null, limit: number }): Promise<Certificate[]> {
  const { holder, after, limit } = filter
  let query = tx.selectFrom('certificate').select(CERTIFICATE).orderBy('issued_at', 'desc').orderBy('id', 'desc').limit(limit)
  if (holder !== null) query = query.where(holds('holder', holder))
  if (after !== null) {
    query = query.where((where) => where.or([
      where('issued_at', '<', after.issuedAt),
      where.and([where('issued_at', '=', after.issuedAt), where('id', '<', after.id)])
    ]))
  }
  return await query.execute()
}

/** What a certificate says of its holder and course, as both are now. */
export interface Earned extends Certified {
  readonly validMonths: number | null
}

/** @throws when there is no such enrolment */
export async function selectEarned (tx: Tx, enrolmentId: string): Promise<Earned> {
  const [found] = await earnedBy(tx, { enrolmentId })
  if (found === undefined) throw new Error(`no enrolment ${enrolmentId}`)
  const { outline, ...row } = found
  return { ...row, validMonths: (JSON.parse(outline) as CourseOutline).validMonths }
}

const earnedBy = prepared((tx, value: Value<{ enrolmentId: string }>) => tx.selectFrom('enrolment')
  .innerJoin('person', 'person.id', 'enrolment.person_id')
  .innerJoin('cohort', 'cohort.id', 'enrolment.cohort_id')
  .innerJoin('course_version', 'course_version.id', 'cohort.course_version_id')
  .innerJoin('course', 'course.id', 'course_version.course_id')
  .select([
    'person.id as personId', 'person.name as holder', 'person.country', 'person.agency', 'person.rank', 'course.slug as courseSlug',
    'course_version.title as courseTitle', 'course_version.number as courseVersion', 'course_version.outline'
  ]).where('enrolment.id', '=', value('enrolmentId')))
