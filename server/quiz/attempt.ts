import { behaviours, type Graded } from './behaviours.ts'
import type { CertaintyScores } from './certainty.ts'
import type { BehaviourName, QuestionDefinition } from './definition.ts'
import type { Paper } from './drawing.ts'
import { gradeAnswer, isMarkedByPerson, readAnswer } from './grading.ts'
import { graded } from './kind.ts'
import { isAnswer, kindOf } from './kinds/index.ts'
import { after, isSameAnswer, openSlots, type Marking, type SlotState, type Step } from './step.ts'
import { endingAt, isOver, type EndedBy, type Timed } from './timing.ts'

/** One sitting of a quiz. Plain JSON. Times are ISO 8601 UTC. */
export interface Attempt extends Timed {
  readonly state: 'open' | 'submitted' | 'needs-marking' | 'graded'
  readonly behaviour: BehaviourName
  /** what a certainty earns, where the behaviour asks for one */
  readonly certainty?: CertaintyScores
  readonly finishedAt?: string
  /** `discarded`: it was not finished in time, and its quiz lets such attempts earn nothing */
  readonly endedBy?: EndedBy
  /** all slots, or, for an answer, a check or a mark, at least the one concerned */
  readonly slots: readonly SlotState[]
}

/** What a trainee does with one question. */
export type AnswerAction =
  /** saves an answer; null clears it. @see apply for `seq` */
  | { readonly type: 'answer', readonly slot: number, readonly answer: unknown, readonly seq?: number }
  /** saves the answer, if given, then has the slot graded */
  | { readonly type: 'check', readonly slot: number, readonly answer?: unknown, readonly seq?: number }

export type Action =
  | AnswerAction
  /** by expiry: sent by whoever sees that the time and its grace are over */
  | { readonly type: 'finish', readonly by: 'trainee' | 'expiry' }
  /** a person marks a slot of a finished attempt, or marks it again
   * @see markedFraction for where the fraction comes from */
  | { readonly type: 'mark', readonly slot: number, readonly fraction: number, readonly marking: Marking }

export interface ActionContext {
  /** now, ISO 8601 */
  readonly at: string
  readonly definitionOf: (slot: number) => QuestionDefinition
}

/** Why an action changes nothing. */
export type RefusedReason =
  | 'attempt-not-open' | 'time-is-up' | 'time-not-up' | 'slot-unknown' | 'answer-malformed' | 'slot-locked' | 'decision-taken'
  | 'answer-out-of-date' | 'check-not-offered' | 'attempt-not-finished' | 'mark-out-of-bounds'

export interface Applied {
  readonly ok: true
  readonly attempt: Attempt
  /** to be appended; none when nothing changes */
  readonly steps: readonly Step[]
}

export type Refused =
  | { readonly ok: false, readonly refused: Exclude<RefusedReason, 'answer-out-of-date'> }
  /** carries what is stored, so that a client can start from it */
  | { readonly ok: false, readonly refused: 'answer-out-of-date', readonly seq: number, readonly answer: unknown }

/** What a quiz says of its attempts. */
export type AttemptRules = Pick<Attempt, 'behaviour' | 'certainty' | 'overdue' | 'graceSeconds'>

export function openAttempt (paper: Paper, start: AttemptRules & Pick<Attempt, 'startedAt' | 'dueAt'>): Attempt {
  return { state: 'open', ...start, slots: openSlots(paper.slots) }
}

/** What becomes of an attempt by an action. Changes nothing it is given and never throws; a rule's "no" is returned.
 *
 * *Answers.* Each slot counts its steps in `seq`, from 0. An answer without `seq` is one step further. With `seq`, one greater
 * than the slot's is taken as it is; any other has been overtaken, and is refused unless it repeats what is stored. So
 * sending an answer again changes nothing, and an old one cannot displace a newer. A blank answer is kept as null. Where a kind
 * has decisions that stand (`mayFollow`), an answer that takes one back is refused.
 *
 * *Check.* What cannot be graded, being blank, unreadable or a person's to mark, is saved and stays open. Checking an answer
 * again as it was tried changes nothing and costs nothing: a button pressed twice is one try.
 *
 * *Finish.* Needs all slots. There is one ending: from its end on, whoever asks, the attempt is finished at that time by
 * expiry. Finishing again changes nothing. A discarded attempt keeps its answers, and nothing of it is graded.
 *
 * *Mark.* A person's mark stands in place of whatever the slot had earned. With the last slot that waited for one, the
 * attempt is graded.
 * @example
 * const result = apply(attempt, { type: 'answer', slot: 1, answer: { choices: ['b'] } }, { at: now, definitionOf })
 * if (result.ok) save(result.attempt, result.steps)   // steps: [{ slot: 1, seq: 1, action: 'answer', state: 'answered', … }] */
export function apply (attempt: Attempt, action: Action, context: ActionContext): Applied | Refused {
  switch (action.type) {
    case 'finish': return finish(attempt, action.by, context)
    case 'mark': return mark(attempt, action, context)
    case 'answer': case 'check': return answer(attempt, action, context)
  }
}

function answer (attempt: Attempt, action: AnswerAction, context: ActionContext): Applied | Refused {
  if (attempt.state !== 'open') return refuse('attempt-not-open')
  if (isOver(attempt, context.at)) return refuse('time-is-up')
  const slot = attempt.slots.find(slot => slot.slot === action.slot)
  if (slot === undefined) return refuse('slot-unknown')
  if (action.type === 'answer') {
    const saved = answerSteps(slot, action, context)
    return 'refused' in saved ? saved : take(attempt, saved)
  }
  if (behaviours[attempt.behaviour].check === null) return refuse('check-not-offered')
  const saved = action.answer === undefined ? [] : answerSteps(slot, action, context)
  return 'refused' in saved ? saved : take(attempt, [...saved, ...checkSteps(attempt, saved.reduce(after, slot), context)])
}

function answerSteps (slot: SlotState, action: AnswerAction, { at, definitionOf }: ActionContext): Step[] | Refused {
  const definition = definitionOf(slot.slot)
  if (action.answer !== null && !isAnswer(definition, action.answer)) return refuse('answer-malformed')
  if (action.seq !== undefined && !isSequence(action.seq)) return refuse('answer-malformed')
  const state = readAnswer(definition, action.answer)
  const answer = state === 'not-answered' ? null : action.answer
  const seq = action.seq ?? slot.seq + 1
  const repeats = isSameAnswer(answer, slot.answer)
  if (repeats && (action.seq === undefined || seq <= slot.seq)) return []
  if (slot.locked) return refuse('slot-locked')
  if (seq <= slot.seq) return { ok: false, refused: 'answer-out-of-date', seq: slot.seq, answer: slot.answer }
  if (!mayFollow(definition, slot.answer, answer)) return refuse('decision-taken')
  // Saying again what was tried leaves the try's verdict standing.
  return [{ slot: slot.slot, seq, action: 'answer', answer, state: repeats ? slot.state : state, fraction: slot.fraction, at }]
}

/** Whether an answer may be replaced by another: null is none. */
function mayFollow (definition: QuestionDefinition, before: unknown, after: unknown): boolean {
  if (before === null || !isAnswer(definition, before)) return true
  return kindOf(definition).mayFollow?.(definition, before, isAnswer(definition, after) ? after : null) ?? true
}

function checkSteps (attempt: AttemptRules, slot: SlotState, { at, definitionOf }: ActionContext): Step[] {
  const outcome = checked(attempt, slot, definitionOf(slot.slot))
  return outcome === null ? [] : [{ slot: slot.slot, seq: slot.seq + 1, answer: slot.answer, ...outcome, at }]
}

/** What a check of a slot as it stands leads to; null when it leads to nothing. */
export function checked (rules: AttemptRules, slot: SlotState, definition: QuestionDefinition): Pick<Step, 'action' | 'state' | 'fraction'> | null {
  const { check } = behaviours[rules.behaviour]
  if (check === null || slot.locked || readAnswer(definition, slot.answer) !== 'answered' || isMarkedByPerson(definition)) return null
  return slot.tries > 0 && isSameAnswer(slot.answer, slot.tried) ? null : check(gradedBy(rules, slot, definition))
}

/** What the finish makes of a slot that was not locked before. */
export function finished (rules: AttemptRules, slot: SlotState, definition: QuestionDefinition): Pick<Step, 'state' | 'fraction'> {
  return behaviours[rules.behaviour].finish(gradedBy(rules, slot, definition))
}

function gradedBy ({ certainty = {} }: AttemptRules, slot: SlotState, definition: QuestionDefinition): Graded {
  const { penalty = 1 / 3, hints = [] } = definition
  return { slot, grade: gradeAnswer(definition, slot.answer), penalty, hints: hints.length, scores: certainty }
}

function finish (attempt: Attempt, by: 'trainee' | 'expiry', { at, definitionOf }: ActionContext): Applied | Refused {
  if (attempt.state !== 'open') return { ok: true, attempt, steps: [] }
  if (by === 'expiry' && !isOver(attempt, at)) return refuse('time-not-up')
  const { finishedAt, endedBy } = endingAt(attempt, at)
  const isDiscarded = endedBy === 'discarded'
  const steps = attempt.slots.filter(slot => isDiscarded || !slot.locked).map((slot): Step => {
    const outcome = isDiscarded ? { state: slot.state, fraction: 0 } : finished(attempt, slot, definitionOf(slot.slot))
    return { slot: slot.slot, seq: slot.seq + 1, action: 'finish', answer: slot.answer, ...outcome, at: finishedAt }
  })
  const { slots } = take(attempt, steps).attempt
  return { ok: true, attempt: { ...attempt, state: stateOf(slots), finishedAt, endedBy, slots }, steps }
}

function mark (attempt: Attempt, { slot: number, fraction, marking }: Extract<Action, { type: 'mark' }>, { at }: ActionContext): Applied | Refused {
  if (attempt.state === 'open' || attempt.endedBy === 'discarded') return refuse('attempt-not-finished')
  const slot = attempt.slots.find(slot => slot.slot === number)
  if (slot === undefined) return refuse('slot-unknown')
  // Moodle, question_behaviour::process_comment, bounds a mark by the least and the most that the question can earn.
  if (!(fraction >= 0 && fraction <= 1)) return refuse('mark-out-of-bounds')
  const marked = take(attempt, [{
    slot: number, seq: slot.seq + 1, action: 'mark', answer: slot.answer, state: graded(fraction).state, fraction, at, marking
  }])
  return { ...marked, attempt: { ...marked.attempt, state: stateOf(marked.attempt.slots) } }
}

function stateOf (slots: readonly SlotState[]): 'needs-marking' | 'graded' {
  return slots.some(slot => slot.state === 'needs-marking') ? 'needs-marking' : 'graded'
}

/** The attempt after steps, each applied to its slot. */
function take (attempt: Attempt, steps: readonly Step[]): Applied {
  if (steps.length === 0) return { ok: true, attempt, steps }
  const slots = attempt.slots.map(slot => steps.filter(step => step.slot === slot.slot).reduce(after, slot))
  return { ok: true, attempt: { ...attempt, slots }, steps }
}

function refuse (refused: Exclude<RefusedReason, 'answer-out-of-date'>): Refused {
  return { ok: false, refused }
}

// Room for clients that number by their clock, far from where whole numbers end.
function isSequence (seq: number): boolean {
  return Number.isSafeInteger(seq) && seq >= 0 && seq < 1e15
}
