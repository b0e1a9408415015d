import { sql, type Expression } from 'kysely'
import type { Tx } from '../db/database.ts'
import { lockRow } from '../db/locks.ts'
import { ERASED } from '../people/erased.ts'

export interface Subject {
  readonly id: string
  readonly accountId: string
  readonly name: string
  readonly email: string
  readonly erasedAt: string | null
}

export async function selectOptionalSubject (tx: Tx, personId: string): Promise<Subject | undefined> {
  return await tx.selectFrom('person').innerJoin('account', 'account.person_id', 'person.id')
    .select(['person.id', 'account.id as accountId', 'person.name', 'account.email', 'person.erased_at as erasedAt'])
    .where('person.id', '=', personId).executeTakeFirst()
}

/** Theirs of today, and those they had before, unless an address is another person's by now. */
async function addressesOf (tx: Tx, personId: string, email: string): Promise<string[]> {
  const former = await tx.selectFrom('former_address').select('email').where('person_id', '=', personId)
    .where(({ not, exists, selectFrom }) => not(exists(selectFrom('account').select('account.id').whereRef('account.email', '=', 'former_address.email')))).execute()
  return [...new Set([email, ...former.map((row) => row.email)])]
}

/** Rows about one person, by what they are. */
export async function selectHeldOn (tx: Tx, subject: Subject): Promise<Readonly<Record<string, readonly object[]>>> {
  const held: Record<string, readonly object[]> = {}
  for (const [name, rows] of Object.entries(await heldOn(tx, subject))) held[name] = await rows.execute()
  return held
}

/** How many rows there are of each, without reading them: an administrator is in the log thousands of times. */
export async function countHeldOn (tx: Tx, subject: Subject): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {}
  for (const [name, rows] of Object.entries(await heldOn(tx, subject))) {
    counts[name] = Number((await tx.selectFrom(sql<object>`${rows}`.as('held')).select(({ fn }) => fn.countAll<number>().as('count')).executeTakeFirstOrThrow()).count)
  }
  return counts
}

/** What is said of a person. */
export async function selectFacts (tx: Tx, { id }: Subject): Promise<object> {
  return await tx.selectFrom('person').innerJoin('account', 'account.person_id', 'person.id')
    .select(['person.name', 'latin_name as latinName', 'country', 'agency', 'rank', 'locale', 'birth_day as birthDay', 'email']).where('person.id', '=', id).executeTakeFirstOrThrow()
}

/** The log about one person, summed up: how often what was done, by them and to them, the commonest first. */
export async function sumLogOf (tx: Tx, personId: string): Promise<Array<{ readonly action: string, readonly count: number, readonly last: string }>> {
  const rows = await tx.selectFrom('audit_entry').select(({ fn }) => ['action', fn.countAll<number>().as('count'), fn.max('at').as('last')])
    .where((where) => where.or([where('actor_id', '=', personId), where('subject_id', '=', personId)])).groupBy('action').orderBy('count', 'desc').orderBy('action').execute()
  return rows.map((row) => ({ ...row, count: Number(row.count) }))
}

/** Rows that may be read, or counted. */
interface Held extends Expression<object> {
  readonly execute: () => Promise<object[]>
}

async function heldOn (tx: Tx, { id, accountId, email }: Subject): Promise<Readonly<Record<string, Held>>> {
  const addresses = await addressesOf(tx, id, email)
  const mine = tx.selectFrom('enrolment').select('id').where('person_id', '=', id)
  return {
    person: tx.selectFrom('person').select(['id', 'name', 'latin_name as latinName', 'country', 'agency', 'rank', 'locale', 'birth_day as birthDay', 'created_at as createdAt']).where('id', '=', id),
    account: tx.selectFrom('account').select(['email', 'state', 'created_at as createdAt']).where('id', '=', accountId),
    formerAddresses: tx.selectFrom('former_address').select(['email', 'until']).where('person_id', '=', id).orderBy('until'),
    roles: tx.selectFrom('role_grant').select(['role', 'country']).where('person_id', '=', id).orderBy('role'),
    sessions: tx.selectFrom('session').select(['created_at as createdAt', 'expires_at as expiresAt', 'ended_at as endedAt']).where('account_id', '=', accountId).orderBy('created_at'),
    mails: tx.selectFrom('mail').select(['subject', 'body', 'created_at as createdAt', 'sent_at as sentAt']).where('to_email', 'in', addresses).orderBy('created_at'),
    enrolments: tx.selectFrom('enrolment').innerJoin('cohort', 'cohort.id', 'enrolment.cohort_id')
      .select(['enrolment.id', 'cohort.name as cohort', 'state', 'enrolled_at as enrolledAt', 'active_at as activeAt', 'completed_at as completedAt', 'done', 'total'])
      .where('person_id', '=', id).orderBy('enrolled_at'),
    activities: tx.selectFrom('activity_done').select(['enrolment_id as enrolmentId', 'activity_key as activity', 'kind', 'at'])
      .where('enrolment_id', 'in', mine).orderBy('at'),
    attempts: tx.selectFrom('attempt').select(['id', 'enrolment_id as enrolmentId', 'quiz_key as quiz', 'number', 'state', 'started_at as startedAt', 'finished_at as finishedAt', 'percent', 'passed'])
      .where('enrolment_id', 'in', mine).orderBy('started_at'),
    answers: tx.selectFrom('attempt_step').innerJoin('attempt', 'attempt.id', 'attempt_step.attempt_id')
      .select(['attempt_id as attemptId', 'slot', 'seq', 'action', 'answer', 'at']).where('answer', 'is not', null)
      .where('attempt.enrolment_id', 'in', mine).orderBy('attempt_id').orderBy('slot').orderBy('seq'),
    // Their bytes are downloaded by their ids, where the attempt is reviewed.
    files: tx.selectFrom('upload').innerJoin('upload_content as content', 'content.hash', 'upload.hash').innerJoin('attempt', 'attempt.id', 'upload.attempt_id')
      .select(['attempt_id as attemptId', 'slot', 'upload.id', 'name', 'content.type', 'content.size', 'content.hash as sha256', 'at'])
      .where('attempt.enrolment_id', 'in', mine).orderBy('at'),
    accommodations: tx.selectFrom('accommodation').select(['extra_percent as extraPercent', 'extra_minutes as extraMinutes', 'extra_attempts as extraAttempts', 'later_days as laterDays', 'reason', 'starts_at as startsAt', 'ends_at as endsAt', 'ended_at as endedAt'])
      .where('person_id', '=', id).orderBy('given_at'),
    nominations: tx.selectFrom('nomination').innerJoin('cohort', 'cohort.id', 'nomination.cohort_id')
      .select(['cohort.name as cohort', 'nomination.name', 'nomination.email', 'country', 'agency', 'rank', 'nomination.birth_day as birthDay', 'state', 'reason', 'nominated_at as nominatedAt', 'decided_at as decidedAt'])
      .where((where) => where.or([where('email', 'in', addresses), where('enrolment_id', 'in', mine)])).orderBy('nominated_at'),
    reminders: tx.selectFrom('reminder_sent').select(['cohort_id as cohortId', 'what', 'at']).where('person_id', '=', id).orderBy('at'),
    notCome: tx.selectFrom('no_show').select(['enrolment_id as enrolmentId', 'reason', 'at']).where('enrolment_id', 'in', mine).orderBy('at'),
    // Of answers that wait for another marker, or for their release.
    marksGiven: tx.selectFrom('mark_given').innerJoin('attempt', 'attempt.id', 'mark_given.attempt_id')
      .select(['attempt_id as attemptId', 'slot', 'role', 'fraction', 'at']).where('attempt.enrolment_id', 'in', mine).orderBy('at'),
    certificates: tx.selectFrom('certificate').select(['serial', 'holder', 'country', 'agency', 'rank', 'course_title as course', 'course_version as version', 'mark', 'issued_at as issuedAt', 'expires_at as expiresAt', 'revoked_at as revokedAt', 'reason'])
      .where('person_id', '=', id).orderBy('issued_at'),
    // Documents of theirs that others took the place of, with the names that stood on them.
    replacedDocuments: tx.selectFrom('certificate_document as document').innerJoin('certificate', 'certificate.id', 'document.certificate_id')
      .select(['document.serial', 'document.holder', 'replaced_by as replacedBy', 'replaced_at as replacedAt', 'document.reason']).where('certificate.person_id', '=', id).orderBy('replaced_at'),
    expiryReminders: tx.selectFrom('certificate_reminder').innerJoin('certificate', 'certificate.id', 'certificate_reminder.certificate_id')
      .select(['serial', 'days', 'at']).where('certificate.person_id', '=', id).orderBy('at'),
    counted: tx.selectFrom('quota_entry').innerJoin('quota', 'quota.id', 'quota_entry.quota_id')
      .select(['quota.name as target', 'serial', 'delta', 'cause', 'at']).where('person_id', '=', id).orderBy('at'),
    lists: tx.selectFrom('team_member').innerJoin('team', 'team.id', 'team_member.team_id').select(['team.name', 'added_at as addedAt']).where('person_id', '=', id).orderBy('added_at'),
    heldToBeOnePerson: tx.selectFrom('person_merge').select(['person_id as record', 'into_id as countedAs', 'reason', 'merged_at as at', 'unmerged_at as takenBackAt'])
      .where((where) => where.or([where('person_id', '=', id), where('into_id', '=', id)])).orderBy('merged_at'),
    heldNotToBeOnePerson: tx.selectFrom('person_apart').select(['person_id as record', 'other_id as other', 'reason', 'judged_at as at', 'ended_at as takenBackAt'])
      .where((where) => where.or([where('person_id', '=', id), where('other_id', '=', id)])).orderBy('judged_at'),
    log: tx.selectFrom('audit_entry').select(['at', 'action', 'detail']).where((where) => where.or([where('actor_id', '=', id), where('subject_id', '=', id)])).orderBy('seq')
  }
}

/** Takes away whatever says who somebody was, and what they wrote. What was counted stays on
 * certificates: serial, course, country, agency, rank, day.
 * @param nobody an address that no mail reaches */
export async function erase (tx: Tx, { id, accountId, email }: Subject, nobody: string, at: string): Promise<void> {
  const addresses = await addressesOf(tx, id, email)
  await tx.updateTable('person').set({ name: ERASED, name_key: '', latin_name: null, latin_key: null, words: '', country: null, agency: null, rank: null, birth_day: null, erased_at: at }).where('id', '=', id).execute()
  await tx.updateTable('account').set({ email: nobody, password_hash: null, state: 'deactivated' }).where('id', '=', accountId).execute()
  await tx.updateTable('certificate').set({ holder: ERASED }).where('person_id', '=', id).execute()
  await tx.updateTable('certificate_document').set({ holder: ERASED, reason: '' }).where('certificate_id', 'in', tx.selectFrom('certificate').select('id').where('person_id', '=', id)).execute()
  // Downloads of many certificates hold the names of all: they are asked for again by whoever needs them.
  await tx.deleteFrom('certificate_zip_part').execute()
  await tx.deleteFrom('certificate_zip').execute()
  for (const table of ['session', 'link'] as const) await tx.deleteFrom(table).where('account_id', '=', accountId).execute()
  for (const table of ['role_grant', 'team_member', 'team_warning', 'cohort_instructor', 'draft_author'] as const) await tx.deleteFrom(table).where('person_id', '=', id).execute()
  await tx.deleteFrom('mail').where('to_email', 'in', addresses).execute()
  await tx.deleteFrom('failure').where('subject', 'in', addresses.flatMap((address) => [`sign-in:${address}`, `reset:${address}`])).execute()
  await tx.deleteFrom('former_address').where('person_id', '=', id).execute()
  // A record that says nothing of anybody is like none, and why it is another's no more needs telling.
  await tx.deleteFrom('person_apart').where((where) => where.or([where('person_id', '=', id), where('other_id', '=', id)])).execute()
  const mine = tx.selectFrom('enrolment').select('id').where('person_id', '=', id)
  const attempts = tx.selectFrom('attempt').select('id').where('enrolment_id', 'in', mine)
  const nominations = await tx.selectFrom('nomination').select('id').where((where) => where.or([where('email', 'in', addresses), where('enrolment_id', 'in', mine)])).execute()
  for (const nomination of nominations) {
    // An address stands once in a cohort.
    await tx.updateTable('nomination').set({ name: ERASED, name_key: '', email: `${nomination.id}@erased.invalid`, agency: null, rank: null, birth_day: null, reason: '' }).where('id', '=', nomination.id).execute()
  }
  await tx.updateTable('no_show').set({ reason: '' }).where('enrolment_id', 'in', mine).execute()
  await tx.deleteFrom('accommodation').where('person_id', '=', id).execute()
  const hashes = (await tx.selectFrom('upload').select('hash').distinct().where('attempt_id', 'in', attempts).execute()).map(({ hash }) => hash)
  if (hashes.length > 0) {
    // Somebody who hands in the same bytes at this moment is waited for, and keeps them.
    await lockRow(tx, tx.selectFrom('upload_content').select('hash').where('hash', 'in', hashes).orderBy('hash'), 'upload_content').execute()
    await tx.deleteFrom('upload').where('attempt_id', 'in', attempts).execute()
    await tx.deleteFrom('upload_content').where('hash', 'in', hashes)
      .where(({ not, exists, selectFrom }) => not(exists(selectFrom('upload').select('id').whereRef('upload.hash', '=', 'upload_content.hash')))).execute()
  }
  await tx.updateTable('attempt_step').set({ answer: null })
    .where('attempt_id', 'in', attempts)
    .where((where) => where.or([where('answer', 'like', '%"text"%'), where('answer', 'like', '%"files"%')])).execute()
  await tx.updateTable('enrolment').set({ state: 'withdrawn' }).where('person_id', '=', id).where('state', '=', 'active').execute()
}
