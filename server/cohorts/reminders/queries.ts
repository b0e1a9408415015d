import type { Tx } from '../../db/database.ts'
import type { ReminderTextTable } from '../../db/tables/cohorts.ts'

export interface ReminderText {
  readonly kind: ReminderTextTable['kind']
  readonly language: string
  readonly subject: string
  readonly body: string
  readonly version: number
}

export async function selectTexts (tx: Tx): Promise<ReminderText[]> {
  return await tx.selectFrom('reminder_text').select(['kind', 'language', 'subject', 'body', 'version']).execute()
}

/** @returns false when somebody else has edited it since `version` */
export async function saveText (tx: Tx, { version, ...text }: ReminderText, by: string, at: string): Promise<boolean> {
  const columns = { subject: text.subject, body: text.body, version: version + 1, edited_by: by, edited_at: at }
  if (version === 0) {
    const result = await tx.insertInto('reminder_text').values({ kind: text.kind, language: text.language, ...columns }).onConflict((conflict) => conflict.columns(['kind', 'language']).doNothing()).executeTakeFirst()
    return Number(result.numInsertedOrUpdatedRows) === 1
  }
  const result = await tx.updateTable('reminder_text').set(columns).where('kind', '=', text.kind).where('language', '=', text.language).where('version', '=', version).executeTakeFirst()
  return Number(result.numUpdatedRows) === 1
}

export interface RemindedCohort {
  readonly id: string
  readonly name: string
  readonly course: string
  readonly startsAt: string
  readonly endsAt: string
  readonly timeZone: string | null
  readonly examDay: string | null
}

/** Cohorts that have not ended, or did so lately: for some of their people they end later. */
export async function selectRemindedCohorts (tx: Tx, endsAfter: string, startsBefore: string): Promise<RemindedCohort[]> {
  return await tx.selectFrom('cohort').innerJoin('course_version', 'course_version.id', 'cohort.course_version_id').leftJoin('cohort_setting', 'cohort_setting.cohort_id', 'cohort.id')
    .select(['cohort.id', 'cohort.name', 'course_version.title as course', 'starts_at as startsAt', 'ends_at as endsAt', 'time_zone as timeZone', 'exam_day as examDay'])
    .where('ends_at', '>', endsAfter).where('starts_at', '<', startsBefore).orderBy('cohort.id').execute()
}

export async function selectOptionalRemindedCohort (tx: Tx, id: string): Promise<RemindedCohort | undefined> {
  return await tx.selectFrom('cohort').innerJoin('course_version', 'course_version.id', 'cohort.course_version_id').leftJoin('cohort_setting', 'cohort_setting.cohort_id', 'cohort.id')
    .select(['cohort.id', 'cohort.name', 'course_version.title as course', 'starts_at as startsAt', 'ends_at as endsAt', 'time_zone as timeZone', 'exam_day as examDay'])
    .where('cohort.id', '=', id).executeTakeFirst()
}

export interface Recipient {
  readonly enrolmentId: string
  readonly personId: string
  readonly name: string
  readonly email: string
  readonly locale: string
}

/** Of a cohort, those who still have something to do and were not reminded of `what`; whoever did not come is left alone.
 * @param ids enrolments; null for all */
export async function selectRecipients (tx: Tx, cohortId: string, what: string, ids: readonly string[] | null, limit: number): Promise<Recipient[]> {
  let query = tx.selectFrom('enrolment').innerJoin('person', 'person.id', 'enrolment.person_id').innerJoin('account', 'account.person_id', 'person.id')
    .leftJoin('no_show', 'no_show.enrolment_id', 'enrolment.id')
    .leftJoin('reminder_sent', (join) => join.onRef('reminder_sent.person_id', '=', 'person.id').on('reminder_sent.cohort_id', '=', cohortId).on('what', '=', what))
    .select(['enrolment.id as enrolmentId', 'person.id as personId', 'person.name', 'account.email', 'person.locale'])
    .where('enrolment.cohort_id', '=', cohortId).where('enrolment.state', '=', 'active').where('account.state', '<>', 'deactivated')
    .where('no_show.enrolment_id', 'is', null).where('reminder_sent.what', 'is', null).orderBy('enrolment.id').limit(limit)
  if (ids !== null) query = query.where('enrolment.id', 'in', ids.length > 0 ? ids : [''])
  return await query.execute()
}

/** @returns the people for whom it was not written down before */
export async function insertSent (tx: Tx, cohortId: string, personIds: readonly string[], what: string, at: string): Promise<Set<string>> {
  if (personIds.length === 0) return new Set()
  const rows = await tx.insertInto('reminder_sent').values(personIds.map((personId) => ({ cohort_id: cohortId, person_id: personId, what, at })))
    .onConflict((conflict) => conflict.columns(['cohort_id', 'person_id', 'what']).doNothing()).returning('person_id as personId').execute()
  return new Set(rows.map(({ personId }) => personId))
}

/** How many reminders of each kind a cohort was sent, and when last. */
export async function countSent (tx: Tx, cohortId: string): Promise<Array<{ readonly what: string, readonly count: number, readonly at: string }>> {
  const rows = await tx.selectFrom('reminder_sent').select(({ fn }) => ['what', fn.countAll<number>().as('count'), fn.max('at').as('at')]).where('cohort_id', '=', cohortId).groupBy('what').orderBy('what').execute()
  return rows.map(({ what, count, at }) => ({ what, count: Number(count), at: String(at) }))
}

/** What was written down of one kind of reminder: whoever it is about is reminded anew. */
export async function forgetSent (tx: Tx, cohortId: string, kind: 'start' | 'exam' | 'close'): Promise<void> {
  await tx.deleteFrom('reminder_sent').where('cohort_id', '=', cohortId).where('what', 'like', `${kind}-%`).execute()
}

/** @returns false when somebody else has edited it since `version` */
export async function deleteText (tx: Tx, kind: ReminderTextTable['kind'], language: string, version: number): Promise<boolean> {
  const result = await tx.deleteFrom('reminder_text').where('kind', '=', kind).where('language', '=', language).where('version', '=', version).executeTakeFirst()
  return Number(result.numDeletedRows) === 1
}
