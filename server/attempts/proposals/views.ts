import { changeViews, STYLES } from '../../courses/bank/views.ts'
import type { PageView } from '../../http/app-type.ts'
import { formatDateTime, formatNumber } from '../../http/pages.ts'
import { textIn } from '../../quiz/quiz.ts'
import { reportView, wordsOf } from '../regrade-view.ts'
import type { Reader } from '../views.ts'
import type { CorrectionFigures, Proposal, ProposalState, SeenProposal } from './proposals.ts'

const PILLS: Readonly<Record<ProposalState, string>> = { proposed: 'due', accepted: 'done', declined: 'stop', withdrawn: '' }

/** What was typed for an answer, and what came of it. */
export interface ProposalForm {
  readonly answer: string
  readonly problems: readonly string[]
  /** Something else would change by now than was looked at. */
  readonly isStale: boolean
}

export function proposalsView (page: { readonly items: readonly Proposal[], readonly next: string | null, readonly isAll: boolean }, reader: Reader): PageView {
  const { t, url } = reader
  return {
    title: t('proposals.title'),
    nav: '/desk/cohorts',
    main: 'reading',
    isAll: page.isAll,
    openHref: url('/desk/corrections'),
    allHref: url('/desk/corrections', {}, { show: 'all' }),
    proposals: page.items.map((proposal) => ({
      ...headOf(proposal, reader), title: titleOf(proposal, reader), href: url('/desk/corrections/:id', { id: proposal.id }), reason: proposal.reason
    })),
    next: page.next === null ? null : url('/desk/corrections', {}, { ...page.isAll && { show: 'all' }, cursor: page.next })
  }
}

/** @param who.id whoever reads it: their own they may take back */
export function proposalView ({ proposal, standing, report }: SeenProposal, form: ProposalForm, who: { readonly id: string, readonly administers: boolean }, reader: Reader): PageView {
  const { url } = reader
  const isOpen = proposal.state === 'proposed'
  return {
    ...headOf(proposal, reader),
    title: titleOf(proposal, reader),
    nav: '/desk/cohorts',
    styles: STYLES,
    listHref: url('/desk/corrections'),
    action: url('/desk/corrections/:id', { id: proposal.id }),
    quizHref: url('/desk/cohorts/:id/quizzes/:key/regrade', { id: proposal.cohortId, key: proposal.quizKey }, { question: proposal.question, version: proposal.version }),
    words: wordsOf(standing, reader.language, proposal.language),
    reason: proposal.reason,
    answered: proposal.answer,
    changes: changeViews({ name: '', definition: standing }, { name: '', definition: proposal.definition }, reader),
    figures: figuresView(proposal.figures, reader),
    outcome: proposal.outcome === null ? null : figuresView(proposal.outcome, reader),
    report: report === null ? null : reportView(report, reader),
    seen: report?.fingerprint ?? '',
    mayDecide: isOpen && who.administers,
    mayWithdraw: isOpen && proposal.proposedBy === who.id,
    isCutShort: proposal.state === 'accepted' && proposal.outcome === null && who.administers,
    problems: form.problems,
    isStale: form.isStale,
    answer: form.answer
  }
}

function titleOf ({ quiz, question, language: first }: Proposal, { t, language }: Reader): string {
  return t('proposals.title-of', { question, quiz: textIn(quiz.title, language, first) })
}

function headOf (proposal: Proposal, reader: Reader): object {
  const { t } = reader
  return {
    cohort: proposal.cohort,
    state: t(`proposals.state.${proposal.state}`),
    pill: PILLS[proposal.state],
    proposed: t('proposals.proposed', { name: proposal.proposerName, date: formatDateTime(proposal.proposedAt, reader) }),
    decided: proposal.decidedAt === null ? '' : t(`proposals.decided.${proposal.state}`, { name: proposal.deciderName ?? '', date: formatDateTime(proposal.decidedAt, reader) })
  }
}

function figuresView (figures: CorrectionFigures, { t, language }: Reader): object[] {
  return (['attempts', 'changed', 'gain', 'lose', 'newlyPassed', 'newlyFailed', 'holding'] as const).map((name) => ({ label: t(`proposals.figure.${name}`), value: formatNumber(figures[name], language) }))
}

export function proposalJson ({ id, cohortId, cohort, version, quizKey, question, reason, figures, proposedBy, proposerName, proposedAt, state, deciderName, decidedAt, answer, outcome }: Proposal) {
  return { id, cohort: { id: cohortId, name: cohort }, version, quizKey, question, reason, figures, proposedBy: { id: proposedBy, name: proposerName }, proposedAt, state, decidedBy: deciderName, decidedAt, answer, outcome }
}
