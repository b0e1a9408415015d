import { sql } from 'kysely'
import type { Tx } from '../../db/database.ts'
import type { MarkGivenTable } from '../../db/tables/attempts.ts'
import type { Reach } from '../../people/access.ts'
import type { Marking, Paper } from '../../quiz/quiz.ts'

export interface MarkingRule {
  /** Whoever marks is not told whose answer it is. */
  readonly anonymous: boolean
  /** Share of the answers that a second person marks too, 0 to 100. */
  readonly secondPercent: number
  /** Two marks that differ by more of the whole are decided by a third, 0 to 100. */
  readonly thresholdPercent: number
  /** Marks are in force when they are released. */
  readonly hold: boolean
}

export interface GivenMark {
  readonly id: string
  readonly attemptId: string
  readonly slot: number
  /** Of the step that the answer waits since. */
  readonly seq: number
  readonly role: MarkGivenTable['role']
  readonly byId: string
  readonly byName: string
  readonly at: string
  readonly fraction: number
  readonly marking: Marking
}

export async function selectOptionalRule (tx: Tx, cohortId: string, quizKey: string): Promise<MarkingRule | undefined> {
  const row = await tx.selectFrom('marking_rule').select(['anonymous', 'second_percent as secondPercent', 'threshold_percent as thresholdPercent', 'hold'])
    .where('cohort_id', '=', cohortId).where('quiz_key', '=', quizKey).executeTakeFirst()
  return row === undefined ? undefined : { ...row, anonymous: row.anonymous === 1, hold: row.hold === 1 }
}

export async function upsertRule (tx: Tx, cohortId: string, quizKey: string, rule: MarkingRule, by: { readonly id: string, readonly at: string }): Promise<void> {
  const set = {
    anonymous: rule.anonymous ? 1 as const : 0 as const, second_percent: rule.secondPercent, threshold_percent: rule.thresholdPercent,
    hold: rule.hold ? 1 as const : 0 as const, by_id: by.id, at: by.at
  }
  await tx.insertInto('marking_rule').values({ cohort_id: cohortId, quiz_key: quizKey, ...set })
    .onConflict((of) => of.columns(['cohort_id', 'quiz_key']).doUpdateSet(set)).execute()
}

function given (tx: Tx) {
  return tx.selectFrom('mark_given').innerJoin('person', 'person.id', 'mark_given.by_id').select([
    'mark_given.id', 'attempt_id as attemptId', 'slot', 'seq', 'role', 'by_id as byId', 'person.name as byName', 'at', 'fraction', 'marking'
  ])
}

/** The marks of one answer that waits, the first first. */
export async function selectMarksGiven (tx: Tx, attemptId: string, slot: number, seq: number): Promise<GivenMark[]> {
  const rows = await given(tx).where('attempt_id', '=', attemptId).where('slot', '=', slot).where('seq', '=', seq).orderBy('at').orderBy('mark_given.id').execute()
  return rows.map((row) => ({ ...row, marking: JSON.parse(row.marking) as Marking }))
}

/** The unique key (attempt, slot, seq, role) makes the second of two at once fail whole. */
export async function insertMarkGiven (tx: Tx, { id, attemptId, slot, seq, role, byId, at, fraction, marking }: GivenMark): Promise<void> {
  await tx.insertInto('mark_given').values({ id, attempt_id: attemptId, slot, seq, role, by_id: byId, at, fraction, marking: JSON.stringify(marking) }).execute()
}

/** An answer that waits for a person. */
export interface Waiting {
  readonly attemptId: string
  readonly slot: number
  /** Of the step that it waits since. */
  readonly seq: number
  readonly questionId: string
  readonly finishedAt: string
  readonly quizKey: string
  readonly cohortId: string
  readonly cohortName: string
  readonly versionId: string
  readonly personId: string
  readonly personName: string
  readonly rule: MarkingRule | null
  readonly given: readonly GivenMark[]
}

/** Answers that wait in the cohorts that somebody runs, the oldest first. Their own are left out.
 * @param only of one attempt, or of one quiz of one cohort */
export async function selectWaiting (tx: Tx, reach: Reach, personId: string, only: { readonly attemptId?: string, readonly cohortId?: string, readonly quizKey?: string }, limit: number): Promise<Waiting[]> {
  let query = tx.selectFrom('attempt')
    .innerJoin('attempt_step as step', 'step.attempt_id', 'attempt.id')
    .innerJoin('enrolment', 'enrolment.id', 'attempt.enrolment_id')
    .innerJoin('cohort', 'cohort.id', 'enrolment.cohort_id')
    .innerJoin('person', 'person.id', 'enrolment.person_id')
    .leftJoin('marking_rule as rule', (join) => join.onRef('rule.cohort_id', '=', 'cohort.id').onRef('rule.quiz_key', '=', 'attempt.quiz_key'))
    .select([
      'attempt.id as attemptId', 'step.slot', 'step.seq', 'attempt.paper', 'attempt.finished_at as finishedAt', 'attempt.quiz_key as quizKey', 'cohort.id as cohortId', 'cohort.name as cohortName',
      'cohort.course_version_id as versionId', 'person.id as personId', 'person.name as personName',
      'rule.anonymous', 'rule.second_percent as secondPercent', 'rule.threshold_percent as thresholdPercent', 'rule.hold'
    ])
    // Spelled out, as the index of those that wait is.
    .where('attempt.state', '=', sql.lit('needs-marking')).where('step.state', '=', 'needs-marking').where('enrolment.state', '!=', 'withdrawn').where('enrolment.person_id', '!=', personId)
    .where(({ not, exists, selectFrom }) => not(exists(selectFrom('attempt_step as later').select('later.seq')
      .whereRef('later.attempt_id', '=', 'step.attempt_id').whereRef('later.slot', '=', 'step.slot').whereRef('later.seq', '>', 'step.seq'))))
    .orderBy('attempt.finished_at').orderBy('attempt.id').orderBy('step.slot').limit(limit)
  if (reach.reach === 'part') {
    query = query.where(({ exists, selectFrom }) => exists(selectFrom('cohort_instructor').select('cohort_instructor.person_id')
      .whereRef('cohort_instructor.cohort_id', '=', 'cohort.id').where('cohort_instructor.person_id', '=', reach.instructorId ?? '')))
  }
  if (only.attemptId !== undefined) query = query.where('attempt.id', '=', only.attemptId)
  if (only.cohortId !== undefined) query = query.where('cohort.id', '=', only.cohortId)
  if (only.quizKey !== undefined) query = query.where('attempt.quiz_key', '=', only.quizKey)
  const rows = await query.execute()
  const marks = Map.groupBy(await selectMarksOf(tx, [...new Set(rows.map(({ attemptId }) => attemptId))]), ({ attemptId, slot, seq }) => `${attemptId}/${slot}/${seq}`)
  return rows.map(({ paper, anonymous, secondPercent, thresholdPercent, hold, finishedAt, ...row }) => ({
    ...row,
    finishedAt: finishedAt ?? '',
    questionId: (JSON.parse(paper) as Paper).slots[row.slot - 1]?.questionId ?? '',
    rule: secondPercent === null || thresholdPercent === null ? null : { anonymous: anonymous === 1, secondPercent, thresholdPercent, hold: hold === 1 },
    given: marks.get(`${row.attemptId}/${row.slot}/${row.seq}`) ?? []
  }))
}

async function selectMarksOf (tx: Tx, attemptIds: readonly string[]): Promise<GivenMark[]> {
  const marks: GivenMark[] = []
  for (let from = 0; from < attemptIds.length; from += 500) {
    const rows = await given(tx).where('attempt_id', 'in', attemptIds.slice(from, from + 500)).orderBy('at').orderBy('mark_given.id').execute()
    marks.push(...rows.map((row) => ({ ...row, marking: JSON.parse(row.marking) as Marking })))
  }
  return marks
}
