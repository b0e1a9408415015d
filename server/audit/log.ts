import { addDays, dayStart } from '../cohorts/days.ts'
import type { Database } from '../db/database.ts'
import type { Person } from '../person.ts'
import { Refusal } from '../refusals.ts'
import type { World } from '../world.ts'
import { audit, verifyChain } from './audit.ts'
import { selectCalled, selectLatestEntries, selectOptionalLastEntry, type Called } from './queries.ts'

export type { Called } from './queries.ts'

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

/** As it is asked for; '' is the same as nothing. */
export interface LogFilter {
  /** An id of a person, or parts of a name. */
  readonly by?: string
  /** One by its name, or all of a kind: `certificate.` */
  readonly action?: string
  /** An id or a serial of whatever it is about, or parts of a person's name. */
  readonly about?: string
  /** First and last day, `YYYY-MM-DD` in the programme's time zone. */
  readonly from?: string
  readonly to?: string
  /** `next` of the page before. */
  readonly cursor?: string
  /** Default 50, at most 200. */
  readonly limit?: number
}

/** The log, newest first.
 * @throws Refusal bad-input for a cursor or a day that is none */
export async function listLog (db: Database, filter: LogFilter, timeZone: string): Promise<LogPage> {
  return await logPage(db, filter, timeZone, Math.min(filter.limit ?? 50, 200))
}

interface LogPage { readonly items: LogEntry[], readonly next: string | null }

async function logPage (db: Database, filter: LogFilter, timeZone: string, limit: number): Promise<LogPage> {
  const before = filter.cursor === undefined ? null : Number(filter.cursor)
  if (before !== null && !Number.isSafeInteger(before)) throw new Refusal('bad-input', { cursor: filter.cursor })
  const rows = await selectLatestEntries(db.read, {
    before,
    by: given(filter.by),
    action: given(filter.action),
    about: given(filter.about),
    from: instantOf('from', filter.from, 0, timeZone),
    until: instantOf('to', filter.to, 1, timeZone)
  }, limit + 1)
  const items = rows.slice(0, limit).map(({ actorName, detail, ...row }): LogEntry => ({
    ...row,
    actor: row.actorId === null || actorName === null ? null : { id: row.actorId, name: actorName },
    detail: readDetail(detail)
  }))
  return { items, next: rows.length > limit ? String(items.at(-1)?.seq) : null }
}

const ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g

/** What the ids that some entries speak of are called today: of their subjects, and in their details. */
export async function namesIn (db: Database, entries: readonly LogEntry[]): Promise<ReadonlyMap<string, Called>> {
  const ids = new Set(entries.flatMap(({ subjectId, detail }) => `${subjectId} ${JSON.stringify(detail)}`.match(ID) ?? []))
  return await selectCalled(db.read, [...ids])
}

const PAGE = 500

/** The log as a file takes it, newest first and whole, a page at a time: what is asked for up to the moment it begins. That it left
 * the house is noted before the first entry of it does.
 * @throws Refusal bad-input for a day or a cursor that is none, before anything is noted */
export async function exportLog (db: Database, world: World, person: Person, filter: LogFilter, timeZone: string): Promise<AsyncGenerator<LogEntry[]>> {
  const head = await headSeq(db)
  let page = await logPage(db, { ...filter, cursor: filter.cursor ?? String(head + 1) }, timeZone, PAGE)
  await db.write(async (tx) => { await audit(tx, world, { actorId: person.id, action: 'log.copied', subjectType: 'person', subjectId: person.id, detail: { through: head } }) })
  return (async function * () {
    for (;;) {
      yield page.items
      if (page.next === null) return
      page = await logPage(db, { ...filter, cursor: page.next }, timeZone, PAGE)
    }
  })()
}

async function headSeq (db: Database): Promise<number> {
  return (await selectOptionalLastEntry(db.read))?.seq ?? 0
}

function given (typed: string | undefined): string | null {
  const text = typed?.trim() ?? ''
  return text === '' ? null : text
}

/** @returns the first instant of the day so many days later */
function instantOf (path: 'from' | 'to', typed: string | undefined, later: number, timeZone: string): string | null {
  const day = given(typed)
  if (day === null) return null
  try {
    return dayStart(addDays(day, later), timeZone)
  } catch {
    throw new Refusal('bad-input', {}, [{ path, message: 'must be a day, as in 2026-11-23' }])
  }
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
