import { audit } from '../audit/audit.ts'
import type { Database } from '../db/database.ts'
import type { Person } from '../person.ts'
import { readableEnrolment, type ProgressDeps } from '../progress/progress.ts'
import { apply, markedFraction, replay, scoreOf, type MarkInput, type SlotState } from '../quiz/quiz.ts'
import { Refusal } from '../refusals.ts'
import { insertSteps, selectOptionalAttempt, selectSteps, updateResult } from './queries.ts'
import { attemptOf, definitionsOf, quizOf, resultOf, settle, type Finished } from './sitting.ts'

export type SlotMark = MarkInput & {
  readonly slot: number
  /** What the trainee reads beside the mark. */
  readonly comment?: string
}

export interface Marked extends Finished {
  readonly slot: number
  readonly fraction: number
}

/** A person marks one answer of a finished attempt, or marks it again: as a fraction, a mark, or by the question's rubric. With
 * the last answer that waited, the attempt is graded; when the quiz is passed by it, progress, certificate and count follow, all in
 * one unit of work. Marking as it is marked already changes nothing. Nobody marks an attempt of their own.
 * @throws Refusal not-found, not-allowed, attempt-not-finished, slot-unknown, bad-input */
export async function markSlot (db: Database, deps: ProgressDeps, person: Person, attemptId: string, input: SlotMark): Promise<Marked> {
  return await db.write(async (tx) => {
    const at = deps.world.now().toISOString()
    const row = await selectOptionalAttempt(tx, attemptId)
    if (row === undefined) throw new Refusal('not-found')
    const { reach } = await readableEnrolment(tx, person, row.enrolmentId, deps.world.now().toISOString())
    if (reach === 'liaison') throw new Refusal('not-found')
    if (reach !== 'staff') throw new Refusal('not-allowed')
    const quiz = await quizOf(tx, deps, row)
    const definitionOf = await definitionsOf(tx, deps, row)
    const attempt = attemptOf(row, quiz, replay(row.paper.slots, await selectSteps(tx, row.id)))
    const before = attempt.slots.find(({ slot }) => slot === input.slot)
    if (before === undefined) throw new Refusal('slot-unknown', { slot: input.slot })

    const found = markedFraction(definitionOf(input.slot), before.mark, input)
    if ('problems' in found) throw new Refusal('bad-input', {}, found.problems)
    const { fraction } = found
    const comment = input.comment?.trim() ?? ''
    const marking = { by: person.id, ...comment !== '' && { comment }, ...'rubric' in input && { rubric: input.rubric } }
    if (isMarkedAs(before, fraction, marking)) return { slot: input.slot, fraction, ...await resultOf(tx, row) }

    const applied = apply(attempt, { type: 'mark', slot: input.slot, fraction, marking }, { at, definitionOf })
    if (!applied.ok) {
      if (applied.refused === 'attempt-not-finished') throw new Refusal('attempt-not-finished')
      throw new Error(`slot ${input.slot} of attempt ${row.id} could not be marked: ${applied.refused}`)
    }
    const { mark, percent, passed } = scoreOf(applied.attempt.slots, quiz)
    const marked = { ...row, state: applied.attempt.state, mark, percent, passed }
    await insertSteps(tx, row.id, applied.steps)
    await updateResult(tx, row.id, marked)
    await audit(tx, deps.world, {
      actorId: person.id, action: 'attempt.marked', subjectType: 'attempt', subjectId: row.id,
      detail: { slot: input.slot, fraction, before: before.fraction, state: marked.state, passed }
    })
    await settle(tx, deps, marked, quiz)
    return { slot: input.slot, fraction, ...await resultOf(tx, marked) }
  })
}

function isMarkedAs ({ fraction: now, marking: stands }: SlotState, fraction: number, marking: SlotState['marking']): boolean {
  return now === fraction && JSON.stringify(stands) === JSON.stringify(marking)
}
