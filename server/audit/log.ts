import type { Database } from '../db/database.ts'
import { Refusal } from '../refusals.ts'
import { verifyChain } from './audit.ts'
import { selectLatestEntries } from './queries.ts'

export interface LogEntry {
  readonly seq: number
  readonly id: string
  readonly at: string
  readonly actorId: string | null
  /** Null for the programme itself. */
  readonly actor: { readonly id: string, readonly name: string } | null
  readonly action: string
  readonly subjectType: string
  readonly subjectId: string
  /** The person's name, when the subject is a person, or a person's enrolment or attempt. */
  readonly subjectName: string | null
  readonly detail: Readonly<Record<string, unknown>>
  readonly previousHash: string
  readonly hash: string
}

/** The log, newest first.
 * @param filter.cursor `next` of the page before; @param filter.limit default 50, at most 200
 * @throws Refusal bad-input for a cursor that is none */
export async function listLog (db: Database, filter: { readonly cursor?: string, readonly limit?: number }): Promise<{ items: LogEntry[], next: string | null }> {
  const limit = Math.min(filter.limit ?? 50, 200)
  const before = filter.cursor === undefined ? null : Number(filter.cursor)
  if (before !== null && !Number.isSafeInteger(before)) throw new Refusal('bad-input', { cursor: filter.cursor })
  const rows = await selectLatestEntries(db.read, before, limit + 1)
  const items = rows.slice(0, limit).map(({ actorName, detail, ...row }): LogEntry => ({
    ...row,
    actor: row.actorId === null || actorName === null ? null : { id: row.actorId, name: actorName },
    detail: readDetail(detail)
  }))
  return { items, next: rows.length > limit ? String(items.at(-1)?.seq) : null }
}

/** Whether every entry still fits the one before it. */
export async function verifyLog (db: Database): Promise<{ entries: number, brokenAt: number | null }> {
  return await verifyChain(db.read)
}

/** A tampered row must still be shown, so text that is no JSON is shown as it stands. */
function readDetail (text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return { text }
  }
}
