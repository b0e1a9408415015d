import type { Tx } from '../db/database.ts'
import { markDone, progressOf, type ProgressDeps } from '../progress/progress.ts'
import {
  definitionFor, endsAt, gradeOverAttempts, isOver, type Attempt, type AttemptResult, type QuestionDefinition, type QuizDefinition, type SlotState
} from '../quiz/quiz.ts'
import { holdEnrolment, selectResultsOf, type AttemptHead, type AttemptRow } from './queries.ts'

/** A stored attempt as the engine takes it.
 * @param slots those that are wanted, as their steps left them */
export function attemptOf (row: AttemptRow, quiz: QuizDefinition, slots: readonly SlotState[]): Attempt {
  return {
    state: row.state,
    startedAt: row.startedAt,
    dueAt: row.dueAt,
    ...rulesOf(quiz),
    ...row.finishedAt !== null && { finishedAt: row.finishedAt },
    ...row.endedBy !== null && { endedBy: row.endedBy },
    slots
  }
}

function rulesOf ({ behaviour, certainty, overdue, graceSeconds }: QuizDefinition): Pick<Attempt, 'behaviour' | 'certainty' | 'overdue' | 'graceSeconds'> {
  return {
    behaviour,
    ...certainty !== undefined && { certainty },
    ...overdue !== undefined && { overdue },
    ...graceSeconds !== undefined && { graceSeconds }
  }
}

/** In seconds; null for none. */
export function limitOf ({ limitMinutes }: QuizDefinition): number | null {
  return limitMinutes === undefined ? null : limitMinutes * 60
}

/** When an attempt that is due then ends at the latest. */
export function endOf (quiz: QuizDefinition, dueAt: string | null): string | null {
  return endsAt({ ...rulesOf(quiz), dueAt })
}

/** Whether an attempt takes no more answers. Its row knows its end; its quiz is not asked. */
export function isRowOver (row: Pick<AttemptRow, 'endsAt'>, at: string): boolean {
  return isOver({ dueAt: row.endsAt }, at)
}

export async function quizOf (tx: Tx, deps: ProgressDeps, row: AttemptHead): Promise<QuizDefinition> {
  const quiz = await deps.courses.quiz(tx, row.courseVersionId, row.quizKey)
  if (quiz === undefined) throw new Error(`attempt ${row.id} is of a quiz that its course version lacks`)
  return quiz
}

/** Questions as they stand on this paper: as corrected up to the attempt's moment, with what was drawn for it.
 * @param slots those wanted; all when left out */
export async function definitionsOf (tx: Tx, deps: ProgressDeps, row: Pick<AttemptRow, 'paper' | 'courseVersionId' | 'correctedAt'>, slots?: readonly number[]): Promise<(slot: number) => QuestionDefinition> {
  const wanted = slots === undefined ? row.paper.slots : row.paper.slots.filter(({ slot }) => slots.includes(slot))
  const corrected = row.correctedAt === null ? null : await deps.courses.corrections(tx, row.courseVersionId, row.correctedAt)
  const definitions = new Map<number, QuestionDefinition>()
  for (const slot of wanted) {
    const definition = corrected?.get(slot.questionId) ?? await deps.courses.question(tx, slot.questionId)
    definitions.set(slot.slot, definitionFor(definition, slot))
  }
  return (slot) => {
    const definition = definitions.get(slot)
    if (definition === undefined) throw new Error(`slot ${slot} was not loaded`)
    return definition
  }
}

/** The grade of a quiz over all attempts of an enrolment; null while there is none. */
export async function gradeOf (tx: Tx, row: Pick<AttemptRow, 'enrolmentId' | 'quizKey'>, quiz: QuizDefinition): Promise<{ readonly percent: number, readonly passed: boolean } | null> {
  return gradeOverAttempts(await selectResultsOf(tx, row.enrolmentId, row.quizKey), quiz)
}

/** What follows from an attempt's result, in the same unit of work: a quiz that is passed is done, and with the last activity
 * the certificate is issued and counted. What was passed once stays done. */
export async function settle (tx: Tx, deps: ProgressDeps, row: AttemptRow, quiz: QuizDefinition): Promise<void> {
  // Two attempts of one quiz that end or are marked at once: the second sees what the first came to.
  await holdEnrolment(tx, row.enrolmentId)
  if ((await gradeOf(tx, row, quiz))?.passed !== true) return
  // The cohort may have been moved to a version without this quiz since the attempt began.
  if (row.cohortVersionId !== row.courseVersionId && await deps.courses.quiz(tx, row.cohortVersionId, row.quizKey) === undefined) return
  await markDone(tx, deps, { id: row.enrolmentId, personId: row.personId, courseVersionId: row.cohortVersionId }, { key: row.quizKey, kind: 'quiz' })
}

export interface Finished {
  readonly state: AttemptResult['state']
  readonly mark: number
  readonly markMax: number
  readonly percent: number
  readonly passed: boolean
  readonly certificateSerial: string | null
}

/** What a finished attempt came to, and the certificate of its enrolment. */
export async function resultOf (tx: Tx, row: AttemptHead): Promise<Finished> {
  const { certificateSerial } = await progressOf(tx, row.enrolmentId)
  return { state: row.state, mark: row.mark ?? 0, markMax: row.markMax, percent: row.percent ?? 0, passed: row.passed ?? false, certificateSerial }
}
