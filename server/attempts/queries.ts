import type { Tx } from '../db/database.ts'
import { lockRow } from '../db/locks.ts'
import type { AttemptTable, EnrolmentTable } from '../db/tables.ts'
import type { Marking, Paper, Step } from '../quiz/quiz.ts'

export interface AttemptRow {
  readonly id: string
  readonly enrolmentId: string
  readonly quizKey: string
  readonly number: number
  readonly state: AttemptTable['state']
  readonly paper: Paper
  readonly startedAt: string
  readonly dueAt: string | null
  readonly finishedAt: string | null
  readonly endedBy: AttemptTable['ended_by']
  readonly endsAt: string | null
  readonly correctedAt: string | null
  readonly mark: number | null
  readonly markMax: number
  readonly percent: number | null
  readonly passed: boolean | null
  readonly personId: string
  readonly enrolmentState: EnrolmentTable['state']
  readonly courseVersionId: string
}

function attempts (tx: Tx) {
  return tx.selectFrom('attempt')
    .innerJoin('enrolment', 'enrolment.id', 'attempt.enrolment_id')
    .innerJoin('cohort', 'cohort.id', 'enrolment.cohort_id')
    .select([
      'attempt.id', 'attempt.enrolment_id as enrolmentId', 'attempt.quiz_key as quizKey', 'attempt.number', 'attempt.state',
      'attempt.paper', 'attempt.started_at as startedAt', 'attempt.due_at as dueAt', 'attempt.finished_at as finishedAt',
      'attempt.ended_by as endedBy', 'attempt.ends_at as endsAt', 'attempt.corrected_at as correctedAt', 'attempt.mark', 'attempt.mark_max as markMax', 'attempt.percent', 'attempt.passed',
      'enrolment.person_id as personId', 'enrolment.state as enrolmentState', 'cohort.course_version_id as courseVersionId'
    ])
}

type Row = Awaited<ReturnType<ReturnType<typeof attempts>['execute']>>[number]

function rowOf (row: Row): AttemptRow {
  return { ...row, paper: JSON.parse(row.paper) as Paper, passed: row.passed === null ? null : row.passed === 1 }
}

export async function selectOptionalAttempt (tx: Tx, id: string): Promise<AttemptRow | undefined> {
  const row = await attempts(tx).where('attempt.id', '=', id).executeTakeFirst()
  return row === undefined ? undefined : rowOf(row)
}

/** Held until the unit of work ends: whoever saves or finishes it stands in line, so that no answer slips in behind a finish
 * that has not read it. */
export async function selectOptionalAttemptHeld (tx: Tx, id: string): Promise<AttemptRow | undefined> {
  const row = await lockRow(tx, attempts(tx).where('attempt.id', '=', id), 'attempt').executeTakeFirst()
  return row === undefined ? undefined : rowOf(row)
}

/** Holds an enrolment until the unit of work ends: what is read of it afterwards is what others left. */
export async function holdEnrolment (tx: Tx, enrolmentId: string): Promise<void> {
  await lockRow(tx, tx.selectFrom('enrolment').select('id').where('id', '=', enrolmentId), 'enrolment').execute()
}

/** Every attempt of one quiz, the first first. */
export async function selectAttemptsOf (tx: Tx, enrolmentId: string, quizKey: string): Promise<AttemptRow[]> {
  const rows = await attempts(tx).where('enrolment_id', '=', enrolmentId).where('quiz_key', '=', quizKey).orderBy('attempt.number').execute()
  return rows.map(rowOf)
}

export async function insertAttempt (tx: Tx, row: Pick<AttemptRow, 'id' | 'enrolmentId' | 'quizKey' | 'number' | 'paper' | 'startedAt' | 'dueAt' | 'endsAt' | 'correctedAt' | 'markMax'>): Promise<void> {
  await tx.insertInto('attempt').values({
    id: row.id,
    enrolment_id: row.enrolmentId,
    quiz_key: row.quizKey,
    number: row.number,
    state: 'open',
    paper: JSON.stringify(row.paper),
    started_at: row.startedAt,
    due_at: row.dueAt,
    finished_at: null,
    ended_by: null,
    ends_at: row.endsAt,
    corrected_at: row.correctedAt,
    mark: null,
    mark_max: row.markMax,
    percent: null,
    passed: null
  }).execute()
}

/** @returns false when another request finished it first */
export async function closeAttempt (tx: Tx, id: string, ended: {
  state: AttemptRow['state'], finishedAt: string, endedBy: NonNullable<AttemptRow['endedBy']>, mark: number, percent: number, passed: boolean
}): Promise<boolean> {
  const result = await tx.updateTable('attempt').set({
    state: ended.state,
    finished_at: ended.finishedAt,
    ended_by: ended.endedBy,
    mark: ended.mark,
    percent: ended.percent,
    passed: ended.passed ? 1 : 0
  }).where('id', '=', id).where('state', '=', 'open').executeTakeFirst()
  return Number(result.numUpdatedRows) === 1
}

/** What a finished attempt comes to now, after a person marked it or its questions were corrected. */
export async function updateResult (tx: Tx, id: string, result: {
  state: AttemptRow['state'], mark: number, percent: number, passed: boolean, correctedAt: string | null
}): Promise<void> {
  await tx.updateTable('attempt').set({
    state: result.state, mark: result.mark, percent: result.percent, passed: result.passed ? 1 : 0, corrected_at: result.correctedAt
  }).where('id', '=', id).where('state', '!=', 'open').execute()
}

/** Every attempt of one quiz in a cohort, with whose it is, by name. Withdrawn trainees' are left out. */
export async function selectAttemptsOfQuiz (tx: Tx, cohortId: string, quizKey: string): Promise<Array<AttemptRow & { readonly personName: string }>> {
  const rows = await attempts(tx).innerJoin('person', 'person.id', 'enrolment.person_id').select('person.name as personName')
    .where('enrolment.cohort_id', '=', cohortId).where('quiz_key', '=', quizKey).where('enrolment.state', '!=', 'withdrawn')
    .orderBy('person.name').orderBy('enrolment.id').orderBy('attempt.number').execute()
  return rows.map(({ personName, ...row }) => ({ ...rowOf(row), personName }))
}

/** The steps of some slots, or of all, each slot's in order. */
export async function selectSteps (tx: Tx, attemptId: string, slots?: readonly number[]): Promise<Step[]> {
  let query = tx.selectFrom('attempt_step').select(['slot', 'seq', 'action', 'answer', 'state', 'fraction', 'at', 'marking'])
    .where('attempt_id', '=', attemptId).orderBy('slot').orderBy('seq')
  if (slots !== undefined) query = query.where('slot', 'in', [...slots])
  const rows = await query.execute()
  return rows.map(({ marking, ...row }) => ({
    ...row,
    state: row.state as Step['state'],
    answer: row.answer === null ? null : JSON.parse(row.answer) as unknown,
    ...marking !== null && { marking: JSON.parse(marking) as Marking }
  }))
}

/** Appends; the key (attempt, slot, seq) makes a second writer of the same step fail whole. */
export async function insertSteps (tx: Tx, attemptId: string, steps: readonly Step[]): Promise<void> {
  if (steps.length === 0) return
  await tx.insertInto('attempt_step').values(steps.map((step) => ({
    attempt_id: attemptId,
    slot: step.slot,
    seq: step.seq,
    action: step.action,
    answer: step.answer === null ? null : JSON.stringify(step.answer),
    state: step.state,
    fraction: step.fraction,
    at: step.at,
    marking: step.marking === undefined ? null : JSON.stringify(step.marking)
  }))).execute()
}

/** Open attempts whose end, with any grace, lies before `before`, the oldest first. */
export async function selectOverdue (tx: Tx, before: string, limit: number): Promise<string[]> {
  const rows = await tx.selectFrom('attempt').select('id').where('state', '=', 'open').where('ends_at', '<', before)
    .orderBy('ends_at').limit(limit).execute()
  return rows.map((row) => row.id)
}
