import type { Tx } from '../../db/database.ts'

export type ChangeKind = 'reallocation' | 'carry-over'
export type ChangeState = 'proposed' | 'approved' | 'rejected' | 'withdrawn'

export interface TargetChange {
  readonly id: string
  readonly kind: ChangeKind
  readonly fromId: string
  readonly fromName: string
  readonly toId: string
  readonly toName: string
  /** What the target of the second gains; below 0 when a surplus is carried over. */
  readonly amount: number
  readonly reason: string
  readonly state: ChangeState
  readonly proposedBy: string
  readonly proposerName: string
  readonly proposedAt: string
  readonly decidedBy: string | null
  readonly deciderName: string | null
  readonly decidedAt: string | null
}

function changes (tx: Tx) {
  return tx.selectFrom('quota_change as change')
    .innerJoin('quota as source', 'source.id', 'change.from_quota_id').innerJoin('quota as goal', 'goal.id', 'change.to_quota_id')
    .innerJoin('person as proposer', 'proposer.id', 'change.proposed_by').leftJoin('person as decider', 'decider.id', 'change.decided_by')
    .select([
      'change.id', 'change.kind', 'from_quota_id as fromId', 'source.name as fromName', 'to_quota_id as toId', 'goal.name as toName', 'amount', 'reason',
      'change.state', 'proposed_by as proposedBy', 'proposer.name as proposerName', 'proposed_at as proposedAt', 'decided_by as decidedBy',
      'decider.name as deciderName', 'decided_at as decidedAt'
    ])
}

export async function selectOptionalChange (tx: Tx, id: string): Promise<TargetChange | undefined> {
  return await changes(tx).where('change.id', '=', id).executeTakeFirst()
}

/** The newest first. @param filter.quotaId those that take from or give to a quota */
export async function selectChanges (tx: Tx, filter: { readonly quotaId?: string, readonly state?: ChangeState, readonly before?: string | null, readonly limit: number }): Promise<TargetChange[]> {
  const { quotaId, state, before = null, limit } = filter
  let query = changes(tx).orderBy('change.id', 'desc').limit(limit)
  if (quotaId !== undefined) query = query.where((where) => where.or([where('from_quota_id', '=', quotaId), where('to_quota_id', '=', quotaId)]))
  if (state !== undefined) query = query.where('change.state', '=', state)
  if (before !== null) query = query.where('change.id', '<', before)
  return await query.execute()
}

export async function insertChange (tx: Tx, change: Pick<TargetChange, 'id' | 'kind' | 'fromId' | 'toId' | 'amount' | 'reason' | 'proposedBy' | 'proposedAt'>): Promise<void> {
  await tx.insertInto('quota_change').values({
    id: change.id,
    kind: change.kind,
    from_quota_id: change.fromId,
    to_quota_id: change.toId,
    amount: change.amount,
    reason: change.reason,
    state: 'proposed',
    proposed_by: change.proposedBy,
    proposed_at: change.proposedAt,
    decided_by: null,
    decided_at: null
  }).execute()
}

/** @returns false when somebody else decided it first */
export async function updateDecided (tx: Tx, id: string, state: Exclude<ChangeState, 'proposed'>, by: string, at: string): Promise<boolean> {
  const result = await tx.updateTable('quota_change').set({ state, decided_by: by, decided_at: at }).where('id', '=', id).where('state', '=', 'proposed').executeTakeFirst()
  return Number(result.numUpdatedRows) === 1
}

export async function addTarget (tx: Tx, quotaId: string, amount: number): Promise<void> {
  await tx.updateTable('quota').set((set) => ({ target: set('target', '+', amount) })).where('id', '=', quotaId).execute()
}

/** What approved changes add to each target they touch, in all. */
export async function sumChanges (tx: Tx): Promise<Map<string, number>> {
  const sums = new Map<string, number>()
  const rows = await tx.selectFrom('quota_change').select(['kind', 'from_quota_id as fromId', 'to_quota_id as toId', 'amount']).where('state', '=', 'approved').execute()
  for (const { kind, fromId, toId, amount } of rows) {
    sums.set(toId, (sums.get(toId) ?? 0) + amount)
    // What is carried over leaves the closed target as it was promised.
    if (kind === 'reallocation') sums.set(fromId, (sums.get(fromId) ?? 0) - amount)
  }
  return sums
}

/** What was carried over from a closed quota so far. */
export async function sumCarried (tx: Tx, quotaId: string): Promise<number> {
  const found = await tx.selectFrom('quota_change').select((select) => select.fn.sum<number | null>('amount').as('sum'))
    .where('from_quota_id', '=', quotaId).where('kind', '=', 'carry-over').where('state', '=', 'approved').executeTakeFirstOrThrow()
  return Number(found.sum ?? 0)
}
