import type { Tx } from '../../db/database.ts'

export interface Expiring {
  readonly id: string
  readonly serial: string
  readonly personId: string
  readonly holder: string
  readonly country: string | null
  readonly courseSlug: string
  readonly courseTitle: string
  readonly issuedAt: string
  readonly expiresAt: string
}

export interface ExpiringFilter {
  /** ISO instants: those that end from the first on, and before the second. */
  readonly from: string
  readonly before: string
  readonly country?: string | null
  readonly course?: string | null
}

function expiring (tx: Tx, { from, before, country = null, course = null }: ExpiringFilter) {
  let query = tx.selectFrom('certificate').where('certificate.revoked_at', 'is', null).where('certificate.expires_at', '>=', from).where('certificate.expires_at', '<', before)
    // Whoever has a later one of the course needs none.
    .where(({ not, exists, selectFrom }) => not(exists(selectFrom('certificate as later').select('later.id').whereRef('later.person_id', '=', 'certificate.person_id')
      .whereRef('later.course_slug', '=', 'certificate.course_slug').where('later.revoked_at', 'is', null)
      .where((where) => where.or([where('later.expires_at', 'is', null), where('later.expires_at', '>', where.ref('certificate.expires_at'))])))))
    .where(({ not, exists, selectFrom }) => not(exists(selectFrom('certificate as renewal').select('renewal.id').whereRef('renewal.renews_id', '=', 'certificate.id').where('renewal.revoked_at', 'is', null))))
  if (country !== null) query = query.where('certificate.country', '=', country)
  if (course !== null) query = query.where('certificate.course_slug', '=', course)
  return query
}

const LINE = [
  'certificate.id', 'certificate.serial', 'certificate.person_id as personId', 'certificate.holder', 'certificate.country', 'certificate.course_slug as courseSlug',
  'certificate.course_title as courseTitle', 'certificate.issued_at as issuedAt', 'certificate.expires_at as expiresAt'
] as const

/** Certificates that end and were not renewed, the first to end first. */
export async function selectExpiring (tx: Tx, filter: ExpiringFilter, after: { readonly expiresAt: string, readonly id: string } | null, limit: number): Promise<Expiring[]> {
  let query = expiring(tx, filter).select(LINE).orderBy('certificate.expires_at').orderBy('certificate.id').limit(limit)
  if (after !== null) {
    query = query.where((where) => where.or([
      where('certificate.expires_at', '>', after.expiresAt), where.and([where('certificate.expires_at', '=', after.expiresAt), where('certificate.id', '>', after.id)])
    ]))
  }
  return (await query.execute()).map((row) => ({ ...row, expiresAt: row.expiresAt ?? '' }))
}

export async function countExpiring (tx: Tx, filter: ExpiringFilter): Promise<number> {
  return Number((await expiring(tx, filter).select(({ fn }) => fn.countAll<number>().as('count')).executeTakeFirstOrThrow()).count)
}

/** When the holders were last told, by certificate. */
export async function selectReminded (tx: Tx, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map()
  const rows = await tx.selectFrom('certificate_reminder').select(({ fn }) => ['certificate_id as id', fn.max('at').as('at')]).where('certificate_id', 'in', [...ids]).groupBy('certificate_id').execute()
  return new Map(rows.map(({ id, at }) => [id, String(at)]))
}

/** Cohorts of a course that have not ended and in which people are enrolled, by person. */
export async function selectRecertifying (tx: Tx, personIds: readonly string[], at: string): Promise<Map<string, string>> {
  if (personIds.length === 0) return new Map()
  const rows = await tx.selectFrom('enrolment').innerJoin('cohort', 'cohort.id', 'enrolment.cohort_id').innerJoin('course_version', 'course_version.id', 'cohort.course_version_id').innerJoin('course', 'course.id', 'course_version.course_id')
    .select(['person_id as personId', 'course.slug', 'cohort.name']).where('person_id', 'in', [...personIds]).where('state', '=', 'active').where('ends_at', '>', at).orderBy('starts_at').execute()
  return new Map(rows.map(({ personId, slug, name }) => [`${personId} ${slug}`, name]))
}

export interface Told extends Expiring {
  readonly name: string
  readonly email: string
  readonly locale: string
}

/** Of those that end in a span, those whose holders can be written to and were not told `days` before, or later. */
export async function selectToRemind (tx: Tx, filter: ExpiringFilter, days: number, limit: number): Promise<Told[]> {
  const rows = await expiring(tx, filter).innerJoin('person', 'person.id', 'certificate.person_id').innerJoin('account', 'account.person_id', 'person.id')
    .select([...LINE, 'person.name', 'account.email', 'person.locale']).where('person.erased_at', 'is', null).where('account.state', '<>', 'deactivated')
    .where(({ not, exists, selectFrom }) => not(exists(selectFrom('certificate_reminder').select('certificate_id').whereRef('certificate_id', '=', 'certificate.id').where('days', '<=', days))))
    .orderBy('certificate.expires_at').orderBy('certificate.id').limit(limit).execute()
  return rows.map((row) => ({ ...row, expiresAt: row.expiresAt ?? '' }))
}

/** @returns certificates for which it was not written down before */
export async function insertReminded (tx: Tx, ids: readonly string[], days: number, at: string): Promise<Set<string>> {
  if (ids.length === 0) return new Set()
  const rows = await tx.insertInto('certificate_reminder').values(ids.map((id) => ({ certificate_id: id, days, at }))).onConflict((conflict) => conflict.columns(['certificate_id', 'days']).doNothing()).returning('certificate_id as id').execute()
  return new Set(rows.map(({ id }) => id))
}

export interface ReminderDays {
  readonly days: readonly number[]
  /** 0 while nobody has set them. */
  readonly version: number
}

export async function selectOptionalDays (tx: Tx): Promise<ReminderDays | undefined> {
  const row = await tx.selectFrom('certificate_setting').select(['value', 'version']).where('name', '=', 'reminder-days').executeTakeFirst()
  return row === undefined ? undefined : { days: JSON.parse(row.value) as number[], version: row.version }
}

/** @returns false when somebody else has set them since `version` */
export async function saveDays (tx: Tx, { days, version }: ReminderDays, by: string, at: string): Promise<boolean> {
  const columns = { value: JSON.stringify(days), version: version + 1, edited_by: by, edited_at: at }
  if (version === 0) {
    const result = await tx.insertInto('certificate_setting').values({ name: 'reminder-days', ...columns }).onConflict((conflict) => conflict.column('name').doNothing()).executeTakeFirst()
    return Number(result.numInsertedOrUpdatedRows) === 1
  }
  const result = await tx.updateTable('certificate_setting').set(columns).where('name', '=', 'reminder-days').where('version', '=', version).executeTakeFirst()
  return Number(result.numUpdatedRows) === 1
}
