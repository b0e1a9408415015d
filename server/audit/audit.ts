import { createHash } from 'node:crypto'
import type { Tx } from '../db/database.ts'
import { lastly, unitOf } from '../db/lastly.ts'
import { lock } from '../db/locks.ts'
import type { World } from '../world.ts'
import { appendEntries, selectEntriesAfter, selectOptionalLastEntry } from './queries.ts'

/** One change, by whom, to what. `detail` is a flat JSON object; it never holds a secret or an answer. */
export interface Change {
  /** The person who did it; null when the programme itself did. */
  readonly actorId: string | null
  /** `cohort.created`, `certificate.revoked` … */
  readonly action: string
  readonly subjectType: string
  readonly subjectId: string
  readonly detail?: Readonly<Record<string, unknown>>
}

export interface AuditEntry {
  readonly seq: number
  readonly id: string
  readonly at: string
  readonly actorId: string | null
  readonly action: string
  readonly subjectType: string
  readonly subjectId: string
  readonly detail: string
  readonly previousHash: string
  readonly hash: string
}

const FIRST_PREVIOUS = '0'.repeat(64)

/** Appends to the audit log, inside the unit of work that makes the change: both happen or neither. */
export async function audit (tx: Tx, world: World, change: Change): Promise<void> {
  await auditAll(tx, world, [change])
}

/** Many changes of one unit of work, in their order: a list of thousands is a few statements. */
export async function auditAll (tx: Tx, world: World, changes: readonly Change[]): Promise<void> {
  const now = world.now()
  const moment = { ...world, now: () => now }
  await auditPast(tx, changes.map((change) => ({ world: moment, change })))
}

/** Changes that each happened in a moment of their own, in order of time: a history that is taken over.
 *
 * They are chained at the end of the unit of work, where the head of the chain is held for one statement and the commit. */
export async function auditPast (tx: Tx, changes: ReadonlyArray<{ readonly world: World, readonly change: Change }>): Promise<void> {
  if (changes.length === 0) return
  const said = changes.map(({ world, change }) => ({
    id: world.newId(),
    at: world.now().toISOString(),
    actorId: change.actorId,
    action: change.action,
    subjectType: change.subjectType,
    subjectId: change.subjectId,
    detail: JSON.stringify(change.detail ?? {})
  }))
  const unit = unitOf(tx)
  const before = putOff.get(unit)
  if (before !== undefined) {
    before.push(...said)
    return
  }
  putOff.set(unit, said)
  lastly(tx, async () => {
    putOff.delete(unit)
    await chain(tx, said)
  })
}

/** What a unit of work has said so far: the head is held once for all of it. */
const putOff = new WeakMap<object, Said[]>()

type Said = Omit<AuditEntry, 'seq' | 'previousHash' | 'hash'>

async function chain (tx: Tx, said: readonly Said[]): Promise<void> {
  await lock(tx, 'audit')
  const last = await selectOptionalLastEntry(tx)
  let seq = last?.seq ?? 0
  let previousHash = last?.hash ?? FIRST_PREVIOUS
  await appendEntries(tx, said.map((entry): AuditEntry => {
    const next = { ...entry, seq: ++seq, previousHash }
    previousHash = entryHash(next)
    return { ...next, hash: previousHash }
  }))
}

/** The hash that the next entry will be chained to: it stands for the whole log up to now. */
export async function headOfLog (tx: Tx): Promise<string> {
  return (await selectOptionalLastEntry(tx))?.hash ?? FIRST_PREVIOUS
}

/** SHA-256 over the previous hash and every field, as a JSON array: no two entries can share a preimage. */
export function entryHash (entry: Omit<AuditEntry, 'hash'>): string {
  const fields = [entry.previousHash, entry.seq, entry.id, entry.at, entry.actorId, entry.action, entry.subjectType, entry.subjectId, entry.detail]
  return createHash('sha256').update(JSON.stringify(fields)).digest('hex')
}

/** Walks the whole chain.
 * @returns how many entries were read, and the first that does not fit, if any */
export async function verifyChain (tx: Tx): Promise<{ entries: number, brokenAt: number | null }> {
  let previousHash = FIRST_PREVIOUS
  let seq = 0
  for (;;) {
    const page = await selectEntriesAfter(tx, seq, 1000)
    for (const entry of page) {
      const { hash, ...rest } = entry
      if (entry.seq !== seq + 1 || entry.previousHash !== previousHash || entryHash(rest) !== hash) {
        return { entries: seq, brokenAt: entry.seq }
      }
      previousHash = hash
      seq = entry.seq
    }
    if (page.length < 1000) return { entries: seq, brokenAt: null }
  }
}
