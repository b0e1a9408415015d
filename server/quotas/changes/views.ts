import type { PageView } from '../../http/app-type.ts'
import { formatChange, formatDate, formatDateTime } from '../../http/pages.ts'
import type { ChangeProblem, TargetChange } from './changes.ts'
import type { Closing, Quota } from '../quotas.ts'
import { treeOf } from '../tree.ts'
import { closingText, type Reader } from '../views.ts'

export interface ChangeFields {
  readonly fromId: string
  readonly toId: string
  readonly amount: string
  readonly reason: string
}

const PILLS: Readonly<Record<TargetChange['state'], string>> = { proposed: 'due', approved: 'done', rejected: 'stop', withdrawn: '' }

export interface ChangesPage {
  readonly items: readonly TargetChange[]
  readonly next: string | null
  readonly isFirst: boolean
  readonly fields: ChangeFields
  readonly problems: readonly ChangeProblem[]
  /** A decision that came too late, or fits no longer. */
  readonly overtaken: {
    readonly id: string
    readonly code: 'change-decided' | 'change-does-not-fit'
    /** Of the two targets, what was closed since. */
    readonly closed: readonly Closing[]
    readonly problem: ChangeProblem['code'] | null
  } | null
  readonly choices: readonly Quota[]
  /** Of the reader: what oneself proposed one may withdraw, what another proposed one may decide. */
  readonly personId: string
}

/** What the fields of the form are called. */
const LABELS = { fromId: 'quotas.changes.from', toId: 'quotas.changes.to', amount: 'quotas.changes.amount', reason: 'quotas.changes.reason' } as const

export function changesView (page: ChangesPage, reader: Reader): PageView {
  const { t, url } = reader
  const problems = page.problems.map(({ field, code }) => ({ path: field, label: t(LABELS[field]), message: t(`quotas.change.problem.${code}`) }))
  return {
    title: t('quotas.changes.title'),
    nav: '/desk/quotas',
    problems,
    errors: Object.fromEntries(problems.map(({ path, message }) => [path, message])),
    fields: page.fields,
    overtaken: overtakenView(page, reader),
    from: choices(page.choices, page.fields.fromId, reader),
    to: choices(page.choices.filter(({ closedAt }) => closedAt === null), page.fields.toId, reader),
    changes: page.items.map((change) => ({ ...changeView(change, reader), mine: change.proposedBy === page.personId, open: change.state === 'proposed' })),
    first: page.isFirst ? null : url('/desk/quotas/changes'),
    next: page.next === null ? null : url('/desk/quotas/changes', {}, { cursor: page.next })
  }
}

/** Why a decision was not taken, and what was decided in its place. */
function overtakenView ({ overtaken, items }: ChangesPage, reader: Reader): object | null {
  if (overtaken === null) return null
  const { t } = reader
  const change = items.find(({ id }) => id === overtaken.id)
  const { code, closed, problem } = overtaken
  const why = [
    ...closed.map((one) => closingText(one, reader)),
    ...closed.length === 0 && problem !== null ? [t(`quotas.change.problem.${problem}`)] : []
  ]
  return { title: t(`refusal.${code}`), hint: t(`refusal.${code}.hint`), why, ...change !== undefined && changeView(change, reader) }
}

/** A list to choose from: each with its period, set in under what it is a part of. */
function choices (quotas: readonly Quota[], chosen: string, { t, place }: Reader): object[] {
  return treeOf(quotas).map(({ quota, depth }) => ({
    id: quota.id,
    label: '\u2003'.repeat(depth) + t('quotas.changes.choice', {
      name: quota.name, target: quota.target, counted: quota.closedCount ?? quota.counted, from: formatDate(quota.period.from, place), to: formatDate(quota.period.to, place)
    }),
    selected: quota.id === chosen
  }))
}

export function changeView (change: TargetChange, { t, url, place }: Reader): Readonly<Record<string, unknown>> {
  return {
    id: change.id,
    words: t(`quotas.changes.words.${change.kind === 'reallocation' ? 'reallocation' : change.amount > 0 ? 'shortfall' : 'surplus'}`, { amount: Math.abs(change.amount) }),
    amount: formatChange(change.amount, place.language),
    from: { name: change.fromName, href: url('/desk/quotas/:id', { id: change.fromId }) },
    to: { name: change.toName, href: url('/desk/quotas/:id', { id: change.toId }) },
    reason: change.reason,
    state: t(`quotas.changes.state.${change.state}`),
    pill: PILLS[change.state],
    proposed: t('quotas.changes.proposed', { name: change.proposerName, date: formatDateTime(change.proposedAt, place) }),
    decided: change.decidedAt === null ? '' : t(`quotas.changes.decided.${change.state}`, { name: change.deciderName ?? '', date: formatDateTime(change.decidedAt, place) })
  }
}

export function changeJson (change: TargetChange) {
  const { id, kind, amount, reason, state, proposedAt, decidedAt } = change
  return {
    id, kind, amount, reason, state, proposedAt, decidedAt,
    from: { id: change.fromId, name: change.fromName },
    to: { id: change.toId, name: change.toName },
    proposedBy: { id: change.proposedBy, name: change.proposerName },
    decidedBy: change.decidedBy === null ? null : { id: change.decidedBy, name: change.deciderName ?? '' }
  }
}
