import { sql } from 'kysely'
import type { Tx } from '../db/database.ts'
import { holds } from '../db/like.ts'
import { prepared, preparedInsert } from '../db/prepared.ts'
import { named } from '../people/named/queries.ts'
import type { AuditEntryTable } from '../db/tables/audit.ts'
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
  /** One by its name, or all that begin with it and end in a point: `certificate.` */
  readonly action: string | null
  /** An id or a serial of whatever it is about, or parts of a person's name. */
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
  const people = (typed: string) => tx.selectFrom('person').select('person.id').where(named({ typed, nearly: false }))
  if (by !== null) query = query.where((where) => where.or([where('audit_entry.actor_id', '=', by), where('audit_entry.actor_id', 'in', people(by))]))
  if (action !== null) query = action.endsWith('.') ? query.where('audit_entry.action', 'like', `${action}%`) : query.where('audit_entry.action', '=', action)
  if (about !== null) {
    query = query.where((where) => where.or([
      where('audit_entry.subject_id', '=', about), where('audit_entry.subject_id', '=', about.toUpperCase()), where('subject.id', 'in', people(about)), holds('nominated.name', about)
    ]))
  }
  if (from !== null) query = query.where('audit_entry.at', '>=', from)
  if (until !== null) query = query.where('audit_entry.at', '<', until)
  return await query.execute()
}

/** What something with an id is called, and what it is. */
export interface Called {
  readonly kind: 'person' | 'cohort' | 'quota' | 'bank' | 'team' | 'draft' | 'certificate-template'
  readonly name: string
}

const CALLED = { person: 'name', cohort: 'name', quota: 'name', bank: 'name', team: 'name', draft: 'title', 'certificate-template': 'name' } as const

const BATCH = 1000

/** Of some ids, whatever they are of, those that are known today. */
export async function selectCalled (tx: Tx, ids: readonly string[]): Promise<Map<string, Called>> {
  const called = new Map<string, Called>()
  for (let from = 0; from < ids.length; from += BATCH) {
    const some = ids.slice(from, from + BATCH)
    for (const kind of Object.keys(CALLED) as Array<keyof typeof CALLED>) {
      const table = kind === 'certificate-template' ? 'certificate_template' : kind
      const { rows } = await sql<{ id: string, name: string }>`select id, ${sql.ref(CALLED[kind])} as name from ${sql.table(table)} where id in (${sql.join(some)})`.execute(tx)
      for (const { id, name } of rows) called.set(id, { kind, name })
    }
  }
  return called
}
