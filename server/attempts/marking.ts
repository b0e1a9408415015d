import { audit } from '../audit/audit.ts'
import type { Database, Tx } from '../db/database.ts'
import type { Person } from '../person.ts'
import { readableEnrolment, type ProgressDeps } from '../progress/progress.ts'
import { apply, markedFraction, replay, scoreOf, type Marking, type MarkInput, type QuizDefinition, type SlotState } from '../quiz/quiz.ts'
import { Refusal } from '../refusals.ts'
import { insertMarkGiven, selectMarksGiven } from './marking/queries.ts'
import { ruleOf, standingOf, type MarkRole } from './marking/rules.ts'
import { insertSteps, selectOptionalAttemptHeld, selectSteps, updateResult, type AttemptRow } from './queries.ts'
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
 * one unit of work. Marking as it is marked already changes nothing. Nobody marks an attempt of their own. Where the cohort has
 * rules for marking the quiz (a second marker, a release), an answer that waits is marked by them.
 * @param input.role as whom somebody means to mark: when that is not what is wanted of them any more, nothing is done
 * @throws Refusal not-found, not-allowed, attempt-not-finished, slot-unknown, bad-input, edited-meanwhile */
export async function markSlot (db: Database, deps: ProgressDeps, person: Person, attemptId: string, input: SlotMark & { readonly role?: MarkRole }): Promise<Marked> {
  return await db.write(async (tx) => {
    const row = await selectOptionalAttemptHeld(tx, attemptId)
    if (row === undefined) throw new Refusal('not-found')
    const { reach, enrolment } = await readableEnrolment(tx, person, row.enrolmentId, deps.world.now().toISOString())
    if (reach === 'liaison') throw new Refusal('not-found')
    if (reach !== 'staff') throw new Refusal('not-allowed')
    const quiz = await quizOf(tx, deps, row)
    const definitionOf = await definitionsOf(tx, deps, row)
    const slots = replay(row.paper.slots, await selectSteps(tx, row.id))
    const before = slots.find(({ slot }) => slot === input.slot)
    if (before === undefined) throw new Refusal('slot-unknown', { slot: input.slot })

    const found = markedFraction(definitionOf(input.slot), before.mark, input)
    if ('problems' in found) throw new Refusal('bad-input', {}, found.problems)
    const { fraction } = found
    const comment = input.comment?.trim() ?? ''
    const marking = { by: person.id, ...comment !== '' && { comment }, ...'rubric' in input && { rubric: input.rubric } }
    if (before.state === 'needs-marking') {
      const rule = await ruleOf(tx, enrolment.cohort.id, row.quizKey)
      const given = await selectMarksGiven(tx, row.id, input.slot, before.seq)
      const standing = standingOf(rule, { attemptId: row.id, slot: input.slot }, given)
      if (standing.wants === null || (input.role !== undefined && standing.wants !== input.role)) throw new Refusal('edited-meanwhile', { by: given.at(-1)?.byName ?? '' })
      if (standing.wants === 'second' && given.some(({ byId }) => byId === person.id)) throw new Refusal('second-marker-needed')
      const mark = { id: deps.world.newId(), attemptId: row.id, slot: input.slot, seq: before.seq, role: standing.wants, byId: person.id, byName: person.name, at: deps.world.now().toISOString(), fraction, marking }
      const then = standingOf(rule, mark, [...given, mark])
      if (rule.hold || then.decided === null || standing.wants !== 'first') {
        await insertMarkGiven(tx, mark)
        await audit(tx, deps.world, { actorId: person.id, action: 'attempt.mark-given', subjectType: 'attempt', subjectId: row.id, detail: { slot: input.slot, fraction, role: mark.role } })
      }
      if (rule.hold || then.decided === null) return { slot: input.slot, fraction, ...await resultOf(tx, row) }
      return { slot: input.slot, fraction: then.decided.fraction, ...await applyMark(tx, deps, person, row, slots, quiz, { slot: input.slot, ...then.decided }) }
    }
    // Somebody marked it while it was looked at.
    if (input.role !== undefined) throw new Refusal('edited-meanwhile', { by: '' })
    if (isMarkedAs(before, fraction, marking)) return { slot: input.slot, fraction, ...await resultOf(tx, row) }
    return { slot: input.slot, fraction, ...await applyMark(tx, deps, person, row, slots, quiz, { slot: input.slot, fraction, marking }) }
  })
}

/** Puts a mark in force, with all that follows from it. */
export async function applyMark (
  tx: Tx, deps: ProgressDeps, person: Person, row: AttemptRow, slots: readonly SlotState[], quiz: QuizDefinition, { slot, fraction, marking }: { readonly slot: number, readonly fraction: number, readonly marking: Marking }
): Promise<Finished> {
  const at = deps.world.now().toISOString()
  const before = slots.find((other) => other.slot === slot)
  const definitionOf = await definitionsOf(tx, deps, row)
  const applied = apply(attemptOf(row, quiz, slots), { type: 'mark', slot, fraction, marking }, { at, definitionOf })
  if (!applied.ok) {
    if (applied.refused === 'attempt-not-finished') throw new Refusal('attempt-not-finished')
    throw new Error(`slot ${slot} of attempt ${row.id} could not be marked: ${applied.refused}`)
  }
  const { mark, percent, passed } = scoreOf(applied.attempt.slots, quiz)
  const marked = { ...row, state: applied.attempt.state, mark, percent, passed }
  await insertSteps(tx, row.id, applied.steps)
  await updateResult(tx, row.id, marked)
  await audit(tx, deps.world, {
    actorId: person.id, action: 'attempt.marked', subjectType: 'attempt', subjectId: row.id,
    detail: { slot, fraction, before: before?.fraction ?? null, state: marked.state, passed }
  })
  await settle(tx, deps, marked, quiz)
  return await resultOf(tx, marked)
}

function isMarkedAs ({ fraction: now, marking: stands }: SlotState, fraction: number, marking: SlotState['marking']): boolean {
  return now === fraction && JSON.stringify(stands) === JSON.stringify(marking)
}
