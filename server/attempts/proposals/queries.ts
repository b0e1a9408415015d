import type { Tx } from '../../db/database.ts'
import type { QuestionDefinition } from '../../quiz/quiz.ts'

export type ProposalState = 'proposed' | 'accepted' | 'declined' | 'withdrawn'

/** What carrying a correction out changes: attempts looked at, changed, gaining and losing; people who pass by it, and who no longer do. */
export interface CorrectionFigures {
  readonly attempts: number
  readonly changed: number
  readonly gain: number
  readonly lose: number
  readonly newlyPassed: number
  readonly newlyFailed: number
  /** Of those who no longer pass, how many hold a certificate. */
  readonly holding: number
}

export interface ProposalRow {
  readonly id: string
  readonly cohortId: string
  readonly cohort: string
  readonly versionId: string
  readonly version: number
  readonly quizKey: string
  readonly questionId: string
  readonly question: string
  readonly definition: QuestionDefinition
  readonly reason: string
  /** As it would have been when it was proposed. */
  readonly figures: CorrectionFigures
  readonly proposedBy: string
  readonly proposerName: string
  readonly proposedAt: string
  readonly state: ProposalState
  readonly deciderName: string | null
  readonly decidedAt: string | null
  readonly answer: string
  /** As it was carried out; null until then. */
  readonly outcome: CorrectionFigures | null
}

function proposals (tx: Tx) {
  return tx.selectFrom('correction_proposal as proposal').innerJoin('cohort', 'cohort.id', 'proposal.cohort_id').innerJoin('course_version as version', 'version.id', 'proposal.course_version_id')
    .innerJoin('question', 'question.id', 'proposal.question_id').innerJoin('person as proposer', 'proposer.id', 'proposal.proposed_by').leftJoin('person as decider', 'decider.id', 'proposal.decided_by')
    .select([
      'proposal.id', 'proposal.cohort_id as cohortId', 'cohort.name as cohort', 'proposal.course_version_id as versionId', 'version.number as version', 'proposal.quiz_key as quizKey', 'proposal.question_id as questionId', 'question.key as question',
      'proposal.definition', 'proposal.reason', 'proposal.figures', 'proposed_by as proposedBy', 'proposer.name as proposerName', 'proposed_at as proposedAt', 'proposal.state', 'decider.name as deciderName', 'decided_at as decidedAt', 'proposal.answer', 'proposal.outcome'
    ])
}

function rowOf (row: Omit<ProposalRow, 'definition' | 'figures' | 'outcome'> & { readonly definition: string, readonly figures: string, readonly outcome: string | null }): ProposalRow {
  return {
    ...row, definition: JSON.parse(row.definition) as QuestionDefinition, figures: JSON.parse(row.figures) as CorrectionFigures,
    outcome: row.outcome === null ? null : JSON.parse(row.outcome) as CorrectionFigures
  }
}

export async function selectOptionalProposal (tx: Tx, id: string): Promise<ProposalRow | undefined> {
  const row = await proposals(tx).where('proposal.id', '=', id).executeTakeFirst()
  return row === undefined ? undefined : rowOf(row)
}

/** Whose proposals: everybody's (null), or one's own and those for cohorts that one instructs. */
type For = string | null

/** The newest first. @param filter.before the last one already seen; filter.id: that one alone */
export async function selectProposals (tx: Tx, by: For, filter: { readonly state: ProposalState | null, readonly before: string | null, readonly limit: number, readonly id?: string }): Promise<ProposalRow[]> {
  let query = proposals(tx).orderBy('proposal.id', 'desc').limit(filter.limit)
  if (by !== null) query = query.where((where) => where.or([where('proposed_by', '=', by), where('proposal.cohort_id', 'in', tx.selectFrom('cohort_instructor').select('cohort_id').where('person_id', '=', by))]))
  if (filter.id !== undefined) query = query.where('proposal.id', '=', filter.id)
  if (filter.state !== null) query = query.where('proposal.state', '=', filter.state)
  if (filter.before !== null) query = query.where('proposal.id', '<', filter.before)
  return (await query.execute()).map(rowOf)
}

export async function countOpenProposals (tx: Tx): Promise<number> {
  return Number((await tx.selectFrom('correction_proposal').select(({ fn }) => fn.countAll<number>().as('count')).where('state', '=', 'proposed').executeTakeFirstOrThrow()).count)
}

/** Of somebody's own, those that were accepted or declined since a moment, the latest first. */
export async function selectAnswered (tx: Tx, by: string, since: string): Promise<Array<{ readonly id: string }>> {
  return await tx.selectFrom('correction_proposal').select('id').where('proposed_by', '=', by).where('decided_at', '>=', since).where('state', 'in', ['accepted', 'declined']).orderBy('decided_at', 'desc').limit(50).execute()
}

export async function insertProposal (tx: Tx, proposal: Pick<ProposalRow, 'id' | 'cohortId' | 'versionId' | 'quizKey' | 'questionId' | 'definition' | 'reason' | 'figures' | 'proposedBy' | 'proposedAt'>): Promise<void> {
  await tx.insertInto('correction_proposal').values({
    id: proposal.id, cohort_id: proposal.cohortId, course_version_id: proposal.versionId, quiz_key: proposal.quizKey, question_id: proposal.questionId,
    definition: JSON.stringify(proposal.definition), reason: proposal.reason, figures: JSON.stringify(proposal.figures),
    proposed_by: proposal.proposedBy, proposed_at: proposal.proposedAt, state: 'proposed', decided_by: null, decided_at: null, answer: '', outcome: null
  }).execute()
}

/** What the same person proposed for the same question before, and nobody has decided: another takes its place. */
export async function withdrawEarlier (tx: Tx, of: Pick<ProposalRow, 'cohortId' | 'quizKey' | 'questionId' | 'proposedBy'>, at: string): Promise<void> {
  await tx.updateTable('correction_proposal').set({ state: 'withdrawn', decided_by: of.proposedBy, decided_at: at })
    .where('cohort_id', '=', of.cohortId).where('quiz_key', '=', of.quizKey).where('question_id', '=', of.questionId).where('proposed_by', '=', of.proposedBy).where('state', '=', 'proposed').execute()
}

/** @returns false when it was decided before */
export async function updateDecided (tx: Tx, id: string, state: Exclude<ProposalState, 'proposed'>, by: string, at: string, answer: string): Promise<boolean> {
  const result = await tx.updateTable('correction_proposal').set({ state, decided_by: by, decided_at: at, answer }).where('id', '=', id).where('state', '=', 'proposed').executeTakeFirst()
  return Number(result.numUpdatedRows) === 1
}

/** What carrying it out changed; the first time counts, as doing it again changes nothing more. */
export async function updateOutcome (tx: Tx, id: string, outcome: CorrectionFigures): Promise<void> {
  await tx.updateTable('correction_proposal').set({ outcome: JSON.stringify(outcome) }).where('id', '=', id).where('outcome', 'is', null).execute()
}
