import { audit } from '../../audit/audit.ts'
import type { Database, Tx } from '../../db/database.ts'
import { assertAdministrator, type Person } from '../../person.ts'
import { Refusal } from '../../refusals.ts'
import type { World } from '../../world.ts'
import {
  addTarget, insertChange, selectChanges, selectOptionalChange, sumCarried, updateDecided, type ChangeKind, type ChangeState, type TargetChange
} from './queries.ts'
import { selectClosings, selectOptionalQuota, selectQuotas, type Quota } from '../queries.ts'
import type { Scope } from '../rule.ts'

export type { TargetChange } from './queries.ts'

/** A part of a target that is to move. */
export interface ChangeInput {
  readonly fromId: string
  readonly toId: string
  /** How many of the first quota's target; whole, above 0. */
  readonly amount: number
  readonly reason: string
}

/** What is wrong with what was asked: the field, and a key of the catalogue under `quotas.change.problem.`. */
export interface ChangeProblem {
  readonly field: keyof ChangeInput
  readonly code: 'no-quota' | 'same' | 'counts-differ' | 'inside' | 'not-later' | 'closed' | 'still-open' | 'scope-differs' | 'not-an-amount' | 'too-much' | 'nothing-to-carry' | 'reason-length'
}

const REASON = { least: 3, most: 500 } as const

/** Proposes to move a part of a target. Between two open quotas of one period it is a reallocation: what one gains the other
 * loses. From a closed quota to a later one of the same scope it is carried over: a shortfall raises the later target, a
 * surplus lowers it, and the closed one stays as it was promised. Nothing moves until another administrator approves.
 * @returns the change's id, or what is wrong
 * @throws Refusal not-allowed for anybody but an administrator */
export async function proposeChange (db: Database, world: World, person: Person, input: ChangeInput): Promise<{ id: string } | { problems: readonly ChangeProblem[] }> {
  assertAdministrator(person)
  const reason = input.reason.trim()
  return await db.write(async (tx) => {
    const checked = await check(tx, input, reason)
    if ('problems' in checked) return checked
    const id = world.newId()
    const { kind, amount } = checked
    await insertChange(tx, { id, kind, fromId: input.fromId, toId: input.toId, amount, reason, proposedBy: person.id, proposedAt: world.now().toISOString() })
    await audit(tx, world, { actorId: person.id, action: 'target-change.proposed', subjectType: 'quota', subjectId: input.toId, detail: { change: id, kind, from: input.fromId, amount, reason } })
    return { id }
  })
}

/** Approves what another administrator proposed: both targets change in one unit of work. Whether it still fits is asked anew.
 * @throws Refusal not-allowed, not-found, second-administrator-needed for one's own, change-decided, change-does-not-fit with `closed`, what was closed since and by whom, and `problem` */
export async function approveChange (db: Database, world: World, person: Person, id: string): Promise<void> {
  await decide(db, world, person, id, 'approved', async (tx, change) => {
    if (change.proposedBy === person.id) throw new Refusal('second-administrator-needed')
    const checked = await check(tx, { ...change, amount: Math.abs(change.amount) }, change.reason)
    if ('problems' in checked || checked.kind !== change.kind || checked.amount !== change.amount) {
      const closed = await selectClosings(tx, [change.fromId, change.toId])
      throw new Refusal('change-does-not-fit', { closed: change.kind === 'carry-over' ? closed.filter(({ quotaId }) => quotaId !== change.fromId) : closed, ...'problems' in checked && { problem: checked.problems[0]?.code } })
    }
    await addTarget(tx, change.toId, change.amount)
    if (change.kind === 'reallocation') await addTarget(tx, change.fromId, -change.amount)
  })
}

/** @throws Refusal not-allowed, not-found, second-administrator-needed for one's own, change-decided */
export async function rejectChange (db: Database, world: World, person: Person, id: string): Promise<void> {
  await decide(db, world, person, id, 'rejected', async (_tx, change) => {
    if (change.proposedBy === person.id) throw new Refusal('second-administrator-needed')
  })
}

/** Takes back what oneself proposed. @throws Refusal not-allowed, not-found, change-decided */
export async function withdrawChange (db: Database, world: World, person: Person, id: string): Promise<void> {
  await decide(db, world, person, id, 'withdrawn', async (_tx, change) => {
    if (change.proposedBy !== person.id) throw new Refusal('not-allowed')
  })
}

const PAGE = 50

/** @throws Refusal not-allowed */
export async function listChanges (db: Database, person: Person, filter: { readonly quotaId?: string | undefined, readonly state?: ChangeState | undefined, readonly cursor?: string | undefined } = {}): Promise<{ items: TargetChange[], next: string | null }> {
  assertAdministrator(person)
  const { quotaId, state, cursor } = filter
  const found = await selectChanges(db.read, {
    ...(quotaId === undefined ? {} : { quotaId }), ...(state === undefined ? {} : { state }), before: cursor ?? null, limit: PAGE + 1
  })
  const items = found.slice(0, PAGE)
  return { items, next: found.length > PAGE ? items.at(-1)?.id ?? null : null }
}

/** Quotas that a change may take from or give to, the latest period first. @throws Refusal not-allowed */
export async function changeChoices (db: Database, person: Person): Promise<readonly Quota[]> {
  assertAdministrator(person)
  return await selectQuotas(db.read, { countries: null, after: null, limit: 1000 })
}

async function decide (db: Database, world: World, person: Person, id: string, state: Exclude<ChangeState, 'proposed'>, rule: (tx: Tx, change: TargetChange) => Promise<void>): Promise<void> {
  assertAdministrator(person)
  await db.write(async (tx) => {
    const change = await selectOptionalChange(tx, id)
    if (change === undefined) throw new Refusal('not-found')
    if (change.state !== 'proposed') throw new Refusal('change-decided', { state: change.state })
    await rule(tx, change)
    if (!await updateDecided(tx, id, state, person.id, world.now().toISOString())) throw new Refusal('change-decided')
    await audit(tx, world, { actorId: person.id, action: `target-change.${state}`, subjectType: 'quota', subjectId: change.toId, detail: { change: id, from: change.fromId, amount: change.amount } })
  })
}

async function check (tx: Tx, input: ChangeInput, reason: string): Promise<{ kind: ChangeKind, amount: number } | { problems: readonly ChangeProblem[] }> {
  const from = await selectOptionalQuota(tx, input.fromId)
  const to = await selectOptionalQuota(tx, input.toId)
  const problems: ChangeProblem[] = []
  if (from === undefined) problems.push({ field: 'fromId', code: 'no-quota' })
  if (to === undefined) problems.push({ field: 'toId', code: 'no-quota' })
  if (!Number.isInteger(input.amount) || input.amount < 1) problems.push({ field: 'amount', code: 'not-an-amount' })
  if (reason.length < REASON.least || reason.length > REASON.most) problems.push({ field: 'reason', code: 'reason-length' })
  if (problems.length > 0 || from === undefined || to === undefined) return { problems }
  return from.closedAt === null ? reallocation(from, to, input.amount) : await carryOver(tx, from, to, input.amount)
}

function reallocation (from: Quota, to: Quota, amount: number): { kind: ChangeKind, amount: number } | { problems: readonly ChangeProblem[] } {
  const no = (field: keyof ChangeInput, code: ChangeProblem['code']): { problems: readonly ChangeProblem[] } => ({ problems: [{ field, code }] })
  if (from.id === to.id) return no('toId', 'same')
  if (to.closedAt !== null) return no('toId', 'closed')
  if (from.counts !== to.counts) return no('toId', 'counts-differ')
  if (from.period.from !== to.period.from || from.period.to !== to.period.to) return no('fromId', 'still-open')
  // Between a whole and its part nothing moves: the part is in the whole already.
  if (contains(from.scope, to.scope) || contains(to.scope, from.scope)) return no('toId', 'inside')
  if (amount >= from.target) return no('amount', 'too-much')
  return { kind: 'reallocation', amount }
}

async function carryOver (tx: Tx, from: Quota, to: Quota, amount: number): Promise<{ kind: ChangeKind, amount: number } | { problems: readonly ChangeProblem[] }> {
  const no = (field: keyof ChangeInput, code: ChangeProblem['code']): { problems: readonly ChangeProblem[] } => ({ problems: [{ field, code }] })
  if (to.closedAt !== null) return no('toId', 'closed')
  if (from.counts !== to.counts) return no('toId', 'counts-differ')
  if (to.period.from <= from.period.to) return no('toId', 'not-later')
  if (!contains(from.scope, to.scope) || !contains(to.scope, from.scope)) return no('toId', 'scope-differs')
  // What is left of the shortfall (above 0) or surplus (below 0) it was closed with.
  const left = from.target - (from.closedCount ?? 0) - await sumCarried(tx, from.id)
  if (left === 0) return no('fromId', 'nothing-to-carry')
  if (amount > Math.abs(left) || (left < 0 && amount >= to.target)) return no('amount', 'too-much')
  return { kind: 'carry-over', amount: Math.sign(left) * amount }
}

/** Whether everything in the second scope is in the first; each scope contains itself. */
export function contains (whole: Scope, part: Scope): boolean {
  return (['country', 'agency', 'course'] as const).every((dimension) => whole[dimension] === undefined || whole[dimension] === part[dimension])
}
