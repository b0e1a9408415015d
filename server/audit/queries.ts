import type { Tx } from '../db/database.ts'
import { holds } from '../db/like.ts'
import { prepared, preparedInsert } from '../db/prepared.ts'
import type { AuditEntryTable } from '../db/tables.ts'
import type { AuditEntry } from './audit.ts'

const COLUMNS = [
  'seq', 'id', 'at', 'actor_id as actorId', 'action', 'subject_type as subjectType', 'subject_id as subjectId',
  'detail', 'previous_hash as previousHash', 'hash'
] as const

export async function selectOptionalLastEntry (tx: Tx): Promise<{ seq: number, hash: string } | undefined> {
  return (await lastEntry(tx, {}))[0]
}

const lastEntry = prepared((tx) => tx.selectFrom('audit_entry').select(['seq', 'hash']).orderBy('seq', 'desc').limit(1))

export async function appendEntries (tx: Tx, entries: readonly AuditEntry[]): Promise<void> {
  await newEntries(tx, entries.map((entry) => ({
    seq: entry.seq,
    id: entry.id,
    at: entry.at,
    actor_id: entry.actorId,
    action: entry.action,
    subject_type: entry.subjectType,
    subject_id: entry.subjectId,
    detail: entry.detail,
    previous_hash: entry.previousHash,
    hash: entry.hash
  })))
}

const newEntries = preparedInsert<{ [Column in keyof AuditEntryTable]: AuditEntryTable[Column] }>(
  ['seq', 'id', 'at', 'actor_id', 'action', 'subject_type', 'subject_id', 'detail', 'previous_hash', 'hash'], (tx, rows) => tx.insertInto('audit_entry').values(rows))

/** Oldest first, from the one after `seq`. */
export async function selectEntriesAfter (tx: Tx, seq: number, limit: number): Promise<AuditEntry[]> {
  return await tx.selectFrom('audit_entry').select(COLUMNS).where('seq', '>', seq).orderBy('seq').limit(limit).execute()
}

/** An entry with the names of those it is about: the actor, and the person who is the subject, or whose enrolment,
 * attempt or nomination is. A name is null where there is no such person. */
export type NamedEntry = AuditEntry & { readonly actorName: string | null, readonly subjectName: string | null }

/** Which entries; null for whichever. */
export interface EntryFilter {
  /** The last `seq` already seen. */
  readonly before: number | null
  /** An id of a person, or part of a name. */
  readonly by: string | null
  readonly action: string | null
  /** An id of whatever it is about, or part of a person's name. */
  readonly about: string | null
  /** From this instant, until before that one. */
  readonly from: string | null
  readonly until: string | null
}

/** Newest first. */
export async function selectLatestEntries (tx: Tx, filter: EntryFilter, limit: number): Promise<NamedEntry[]> {
  let query = tx.selectFrom('audit_entry')
    .leftJoin('person as actor', 'actor.id', 'audit_entry.actor_id')
    .leftJoin('attempt as tried', 'tried.id', 'audit_entry.subject_id')
    .leftJoin('enrolment as enrolled', (join) => join.on(({ eb, fn }) =>
      eb('enrolled.id', '=', fn.coalesce('tried.enrolment_id', 'audit_entry.subject_id'))))
    .leftJoin('person as subject', (join) => join.on(({ eb, fn }) =>
      eb('subject.id', '=', fn.coalesce('enrolled.person_id', 'audit_entry.subject_id'))))
    .leftJoin('nomination as nominated', 'nominated.id', 'audit_entry.subject_id')
    .select(({ fn }) => [
      'audit_entry.seq', 'audit_entry.id', 'audit_entry.at', 'actor_id as actorId', 'action', 'subject_type as subjectType',
      'subject_id as subjectId', 'detail', 'previous_hash as previousHash', 'hash', 'actor.name as actorName',
      fn.coalesce('subject.name', 'nominated.name').as('subjectName')
    ]).orderBy('audit_entry.seq', 'desc').limit(limit)
  const { before, by, action, about, from, until } = filter
  if (before !== null) query = query.where('audit_entry.seq', '<', before)
  if (by !== null) query = query.where((where) => where.or([where('audit_entry.actor_id', '=', by), holds('actor.name', by)]))
  if (action !== null) query = query.where('audit_entry.action', '=', action)
  if (about !== null) query = query.where((where) => where.or([where('audit_entry.subject_id', '=', about), holds('subject.name', about)]))
  if (from !== null) query = query.where('audit_entry.at', '>=', from)
  if (until !== null) query = query.where('audit_entry.at', '<', until)
  return await query.execute()
}
