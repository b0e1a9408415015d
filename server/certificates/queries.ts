import type { Selectable } from 'kysely'
import type { CourseOutline } from '../courses/outline.ts'
import type { Tx } from '../db/database.ts'
import { holds } from '../db/like.ts'
import { prepared, preparedInsert, preparedRows, type Value } from '../db/prepared.ts'
import type { CertificateTable } from '../db/tables/certificates.ts'
import { named, type Asked } from '../people/named/queries.ts'
import { makeRecent } from '../recent.ts'
import type { CertificateState } from './validity.ts'

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
  /** Of the template it was issued with; null: the programme's own look. */
  readonly templateVersionId: string | null
  /** The holder's certificate of the same course before this one, by its id. */
  readonly renewsId: string | null
  /** When the document that stands took the place of another. */
  readonly reissuedAt: string | null
}

const CERTIFICATE = [
  'id', 'serial', 'enrolment_id as enrolmentId', 'person_id as personId', 'holder', 'country', 'agency', 'rank', 'course_slug as courseSlug',
  'course_title as courseTitle', 'course_version as courseVersion', 'mark', 'issued_at as issuedAt', 'expires_at as expiresAt',
  'revoked_at as revokedAt', 'revoked_by as revokedBy', 'reason', 'template_version_id as templateVersionId', 'renews_id as renewsId', 'reissued_at as reissuedAt'
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
    reason: certificate.reason,
    template_version_id: certificate.templateVersionId,
    renews_id: certificate.renewsId,
    reissued_at: certificate.reissuedAt
  }]) > 0
}

const newCertificate = preparedInsert<Selectable<CertificateTable>>([
  'id', 'serial', 'enrolment_id', 'person_id', 'holder', 'country', 'agency', 'rank', 'course_slug', 'course_title', 'course_version', 'mark',
  'issued_at', 'expires_at', 'revoked_at', 'revoked_by', 'reason', 'template_version_id', 'renews_id', 'reissued_at'
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

/** What certificates are looked for by; null or left out: all. */
export interface CertificateFilter {
  /** A part of a name. */
  readonly holder?: string | null
  readonly country?: string | null
  readonly course?: string | null
  readonly cohort?: string | null
  /** ISO instants: issued from the first on, and before the second. */
  readonly from?: string | null
  readonly before?: string | null
  readonly state?: CertificateState | null
  /** Only those that were not revoked. */
  readonly standing?: boolean
  /** The instant at which the state is asked for. */
  readonly at?: string
}

function filtered (tx: Tx, { holder, country, course, cohort, from, before, state, standing = false, at = '' }: CertificateFilter) {
  let query = tx.selectFrom('certificate')
  if (holder != null) query = query.where((where) => where.or([holds('holder', holder), where('person_id', 'in', where.selectFrom('person').select('person.id').where(named({ typed: holder, nearly: false })))]))
  if (country != null) query = query.where('country', '=', country)
  if (course != null) query = query.where('course_slug', '=', course)
  if (cohort != null) query = query.where('enrolment_id', 'in', (of) => of.selectFrom('enrolment').select('enrolment.id').where('cohort_id', '=', cohort))
  if (from != null) query = query.where('issued_at', '>=', from)
  if (before != null) query = query.where('issued_at', '<', before)
  if (standing) query = query.where('revoked_at', 'is', null)
  if (state === 'revoked') query = query.where('revoked_at', 'is not', null)
  if (state === 'expired') query = query.where('revoked_at', 'is', null).where('expires_at', '<=', at)
  if (state === 'valid') query = query.where('revoked_at', 'is', null).where((where) => where.or([where('expires_at', 'is', null), where('expires_at', '>', at)]))
  return query
}

/** Whose certificates: of the cohorts of an instructor, and of people of some countries. */
export interface CertificatesOf {
  readonly instructorId: string | null
  readonly countries: readonly string[]
}

/** Certificates by a part of the serial, or by the holder's name: on the certificate, or as the record has it now. The latest first.
 * @param by.serial symbols without hyphens
 * @param of null for all */
export async function selectCertificatesFound (tx: Tx, by: { readonly serial: string } | { readonly holder: Asked }, of: CertificatesOf | null, limit: number): Promise<Certificate[]> {
  let query = tx.selectFrom('certificate').select(CERTIFICATE).orderBy('issued_at', 'desc').orderBy('id', 'desc').limit(limit)
  query = 'serial' in by
    ? query.where(({ eb, fn, val }) => eb(fn<string>('replace', ['serial', val('-'), val('')]), 'like', `%${by.serial}%`))
    : query.where((where) => where.or([
      where('person_id', 'in', where.selectFrom('person').select('person.id').where(named(by.holder))), ...by.holder.nearly ? [] : [holds('holder', by.holder.typed)]
    ]))
  if (of !== null) {
    query = query.where((where) => where.or([
      where('enrolment_id', 'in', where.selectFrom('enrolment').innerJoin('cohort_instructor', 'cohort_instructor.cohort_id', 'enrolment.cohort_id').select('enrolment.id').where('cohort_instructor.person_id', '=', of.instructorId ?? '')),
      where('certificate.country', 'in', of.countries.length === 0 ? [''] : [...of.countries])
    ]))
  }
  return await query.execute()
}

/** Serials that a filter finds, in the order of issue. */
export async function selectSerials (tx: Tx, filter: CertificateFilter, limit: number): Promise<string[]> {
  return (await filtered(tx, filter).select('serial').orderBy('issued_at').orderBy('id').limit(limit).execute()).map(({ serial }) => serial)
}

/** How many that stand a filter finds, counted no further than the limit. */
export async function countStanding (tx: Tx, filter: CertificateFilter, limit: number): Promise<number> {
  const row = await tx.selectFrom(filtered(tx, { ...filter, standing: true }).select('certificate.id').limit(limit).as('found')).select(({ fn }) => fn.countAll<number>().as('count')).executeTakeFirstOrThrow()
  return Number(row.count)
}

export async function selectCertificatesBySerial (tx: Tx, serials: readonly string[]): Promise<Certificate[]> {
  return serials.length === 0 ? [] : await tx.selectFrom('certificate').select(CERTIFICATE).where('serial', 'in', [...serials]).execute()
}

/** A document that another took the place of. */
export interface ReplacedDocument {
  readonly serial: string
  readonly holder: string
  readonly replacedBy: string
  readonly replacedAt: string
  /** The serial that stands now. */
  readonly standing: string
}

export async function selectOptionalReplaced (tx: Tx, serial: string): Promise<ReplacedDocument | undefined> {
  return await tx.selectFrom('certificate_document as document').innerJoin('certificate', 'certificate.id', 'document.certificate_id')
    .select(['document.serial', 'document.holder', 'replaced_by as replacedBy', 'replaced_at as replacedAt', 'certificate.serial as standing'])
    .where('document.serial', '=', serial).executeTakeFirst()
}

/** Another document takes the place of the one that stands.
 * @returns false when another request replaced or revoked it first, or the new serial is taken */
export async function replaceDocument (tx: Tx, certificate: Certificate, next: { readonly serial: string, readonly holder: string, readonly templateVersionId: string | null }, by: string, at: string, reason: string): Promise<boolean> {
  const { id, serial, holder, templateVersionId, issuedAt, reissuedAt } = certificate
  const taken = await tx.selectFrom('certificate').select('id').where('serial', '=', next.serial).executeTakeFirst()
  if (taken !== undefined || await selectOptionalReplaced(tx, next.serial) !== undefined) return false
  const result = await tx.updateTable('certificate').set({ serial: next.serial, holder: next.holder, template_version_id: next.templateVersionId, reissued_at: at })
    .where('id', '=', id).where('serial', '=', serial).where('revoked_at', 'is', null).executeTakeFirst()
  if (Number(result.numUpdatedRows) !== 1) return false
  await tx.insertInto('certificate_document').values({
    serial, certificate_id: id, holder, template_version_id: templateVersionId, made_at: reissuedAt ?? issuedAt, replaced_by: next.serial, replaced_at: at, replaced_by_id: by, reason
  }).execute()
  return true
}

/** Who did what ended a document: replaced it, or revoked its certificate. */
export interface DocumentEnd {
  readonly what: 'replaced' | 'revoked'
  readonly by: string
  readonly at: string
  readonly reason: string
  /** The serial of the certificate as it stands. */
  readonly standing: string
}

/** The latest of what happened to the certificate that a serial belongs or belonged to; undefined for one that stands as it was issued. */
export async function selectOptionalEnd (tx: Tx, serial: string): Promise<DocumentEnd | undefined> {
  const standing = (await selectOptionalReplaced(tx, serial))?.standing ?? serial
  const revoked = await tx.selectFrom('certificate').innerJoin('person', 'person.id', 'revoked_by').select(['person.name as by', 'revoked_at as at', 'reason'])
    .where('serial', '=', standing).where('revoked_at', 'is not', null).executeTakeFirst()
  if (revoked !== undefined) return { what: 'revoked', by: revoked.by, at: revoked.at ?? '', reason: revoked.reason ?? '', standing }
  const replaced = await tx.selectFrom('certificate_document').innerJoin('person', 'person.id', 'replaced_by_id').select(['person.name as by', 'replaced_at as at', 'reason'])
    .where('replaced_by', '=', standing).executeTakeFirst()
  return replaced === undefined ? undefined : { what: 'replaced', ...replaced, standing }
}

/** What a person's record says now of the name, and whether it was erased. */
export async function selectHolderNow (tx: Tx, personId: string): Promise<{ readonly name: string, readonly erased: boolean }> {
  const row = await tx.selectFrom('person').select(['name', 'erased_at as erasedAt']).where('id', '=', personId).executeTakeFirstOrThrow()
  return { name: row.name, erased: row.erasedAt !== null }
}

/** Documents of a certificate that were replaced, the latest first. */
export async function selectDocuments (tx: Tx, certificateId: string): Promise<Array<{ readonly serial: string, readonly holder: string, readonly replacedAt: string, readonly reason: string }>> {
  return await tx.selectFrom('certificate_document').select(['serial', 'holder', 'replaced_at as replacedAt', 'reason']).where('certificate_id', '=', certificateId).orderBy('replaced_at', 'desc').execute()
}

/** The latest of some records' certificates of a course that was not revoked: what a new one renews. */
export async function selectLatestOfCourse (tx: Tx, personIds: readonly string[], courseSlug: string): Promise<string | null> {
  const [latest] = await latestOfCourse(tx, personIds.map((personId) => ({ personId, courseSlug })))
  return latest?.id ?? null
}

const latestOfCourse = preparedRows<{ readonly personId: string, readonly courseSlug: string }, { readonly id: string }>(['personId', 'courseSlug'], (tx, rows) => tx.selectFrom('certificate').select('id')
  .where('person_id', 'in', rows.map(({ personId }) => personId)).where('course_slug', '=', rows[0]?.courseSlug ?? '').where('revoked_at', 'is', null)
  .orderBy('issued_at', 'desc').orderBy('id', 'desc').limit(1))

/** The serials of what a certificate renews, and of what renews it and stands. */
export async function selectRenewal (tx: Tx, { id, renewsId }: Pick<Certificate, 'id' | 'renewsId'>): Promise<{ readonly renews: string | null, readonly renewedBy: string | null }> {
  const earlier = renewsId === null ? undefined : await tx.selectFrom('certificate').select('serial').where('id', '=', renewsId).executeTakeFirst()
  const later = await tx.selectFrom('certificate').select('serial').where('renews_id', '=', id).where('revoked_at', 'is', null).orderBy('issued_at', 'desc').limit(1).executeTakeFirst()
  return { renews: earlier?.serial ?? null, renewedBy: later?.serial ?? null }
}

/** What a version of a course held. */
export async function selectOutline (tx: Tx, slug: string, version: number): Promise<CourseOutline | null> {
  const row = await tx.selectFrom('course_version').innerJoin('course', 'course.id', 'course_version.course_id').select('outline').where('slug', '=', slug).where('number', '=', version).executeTakeFirst()
  return row === undefined ? null : JSON.parse(row.outline) as CourseOutline
}

/** Everything that documents of certificates promise, each that is broken as a sentence. */
export async function selectWrongDocuments (tx: Tx): Promise<string[]> {
  const documents = await tx.selectFrom('certificate_document as document').innerJoin('certificate', 'certificate.id', 'document.certificate_id')
    .select(['document.serial', 'certificate_id as certificateId', 'replaced_by as replacedBy', 'certificate.serial as standing', 'reissued_at as reissuedAt', 'replaced_at as replacedAt']).execute()
  const bySerial = new Map(documents.map((document) => [document.serial, document]))
  const latest = new Map<string, string>()
  const problems: string[] = []
  for (const { serial, certificateId, replacedBy, standing, replacedAt } of documents) {
    const next = bySerial.get(replacedBy)
    if (replacedBy !== standing && next?.certificateId !== certificateId) problems.push(`${serial}: was replaced by ${replacedBy}, which is no document of the same certificate`)
    let [steps, at] = [0, serial]
    while (at !== standing && steps++ <= documents.length) at = bySerial.get(at)?.replacedBy ?? standing
    if (steps > documents.length) problems.push(`${serial}: its documents replace each other in a circle`)
    if (replacedAt > (latest.get(certificateId) ?? '')) latest.set(certificateId, replacedAt)
  }
  for (const { serial, certificateId, reissuedAt } of documents) {
    if (reissuedAt !== latest.get(certificateId)) problems.push(`${serial}: what stands is not what replaced it last`)
  }
  const twice = await tx.selectFrom('certificate').innerJoin('certificate_document as document', 'document.serial', 'certificate.serial').select('certificate.serial').execute()
  problems.push(...twice.map(({ serial }) => `${serial}: stands, and was replaced`))
  const lone = await tx.selectFrom('certificate').select('serial').where('reissued_at', 'is not', null)
    .where(({ not, exists, selectFrom }) => not(exists(selectFrom('certificate_document').select('certificate_document.serial').whereRef('certificate_id', '=', 'certificate.id')))).execute()
  problems.push(...lone.map(({ serial }) => `${serial}: took the place of a document that is not there`))
  const circles = await tx.selectFrom('certificate').innerJoin('certificate as earlier', 'earlier.id', 'certificate.renews_id').select('certificate.serial')
    .where((where) => where.or([where('earlier.issued_at', '>', where.ref('certificate.issued_at')), where('earlier.course_slug', '<>', where.ref('certificate.course_slug'))])).execute()
  problems.push(...circles.map(({ serial }) => `${serial}: renews a certificate that is later, or of another course`))
  return problems
}

export async function countDocuments (tx: Tx): Promise<{ readonly certificates: number, readonly replaced: number }> {
  const certificates = await tx.selectFrom('certificate').select(({ fn }) => fn.countAll<number>().as('count')).executeTakeFirstOrThrow()
  const replaced = await tx.selectFrom('certificate_document').select(({ fn }) => fn.countAll<number>().as('count')).executeTakeFirstOrThrow()
  return { certificates: Number(certificates.count), replaced: Number(replaced.count) }
}

/** The latest first; `holder` finds a part of a name. */
export async function selectCertificates (tx: Tx, filter: CertificateFilter & { readonly after: CertificatePlace | null, readonly limit: number }): Promise<Certificate[]> {
  const { after, limit } = filter
  let query = filtered(tx, filter).select(CERTIFICATE).orderBy('issued_at', 'desc').orderBy('id', 'desc').limit(limit)
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
  readonly templateVersionId: string | null
}

/** @throws when there is no such enrolment */
export async function selectEarned (tx: Tx, enrolmentId: string): Promise<Earned> {
  const [found] = await earnedBy(tx, { enrolmentId })
  if (found === undefined) throw new Error(`no enrolment ${enrolmentId}`)
  const { versionId, ...row } = found
  return { ...row, validMonths: await validMonthsOf(tx, versionId) }
}

/** Of published versions, which never change: a certificate of the same course needs no look at its outline. */
const validity = makeRecent<number | null>(1000)

async function validMonthsOf (tx: Tx, versionId: string): Promise<number | null> {
  const known = validity.get(versionId)
  if (known !== undefined) return known
  const { outline } = await tx.selectFrom('course_version').select('outline').where('id', '=', versionId).executeTakeFirstOrThrow()
  return validity.keep(versionId, (JSON.parse(outline) as CourseOutline).validMonths)
}

const earnedBy = prepared((tx, value: Value<{ enrolmentId: string }>) => tx.selectFrom('enrolment')
  .innerJoin('person', 'person.id', 'enrolment.person_id')
  .innerJoin('cohort', 'cohort.id', 'enrolment.cohort_id')
  .innerJoin('course_version', 'course_version.id', 'cohort.course_version_id')
  .innerJoin('course', 'course.id', 'course_version.course_id')
  .leftJoin('certificate_template_course as own', 'own.course_slug', 'course.slug')
  .leftJoin('certificate_template_course as others', (join) => join.on('others.course_slug', '=', ''))
  .leftJoin('certificate_template as template', (join) => join.onRef('template.id', '=', ({ fn }) => fn.coalesce('own.template_id', 'others.template_id')))
  .leftJoin('certificate_template_version as look', (join) => join.onRef('look.template_id', '=', 'template.id').onRef('look.number', '=', 'template.number'))
  .select([
    'look.id as templateVersionId', 'person.id as personId', 'person.name as holder', 'person.country', 'person.agency', 'person.rank', 'course.slug as courseSlug',
    'course_version.title as courseTitle', 'course_version.number as courseVersion', 'course_version.id as versionId'
  ]).where('enrolment.id', '=', value('enrolmentId')))

export async function selectCertifiedCountries (tx: Tx): Promise<string[]> {
  return (await tx.selectFrom('certificate').select('country').distinct().where('country', 'is not', null).execute()).flatMap(({ country }) => country ?? [])
}

/** Every course, by title. */
export async function selectCertifiedCourses (tx: Tx): Promise<Array<{ readonly slug: string, readonly title: string }>> {
  const rows = await tx.selectFrom('course').innerJoin('course_version', 'course_version.course_id', 'course.id').select(['slug', 'title', 'number']).orderBy('slug').orderBy('number').execute()
  // The last version of each is the one that stays.
  return [...new Map(rows.map(({ slug, title }) => [slug, { slug, title }])).values()].sort((a, b) => a.title < b.title ? -1 : 1)
}

const MOST_COHORTS = 500

/** The latest first. */
export async function selectCohortChoices (tx: Tx): Promise<Array<{ readonly id: string, readonly name: string, readonly course: string, readonly endsAt: string }>> {
  return await tx.selectFrom('cohort').innerJoin('course_version', 'course_version.id', 'cohort.course_version_id').innerJoin('course', 'course.id', 'course_version.course_id')
    .select(['cohort.id', 'cohort.name', 'course.slug as course', 'ends_at as endsAt']).orderBy('starts_at', 'desc').orderBy('cohort.id').limit(MOST_COHORTS).execute()
}
