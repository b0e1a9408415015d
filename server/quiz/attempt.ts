import { behaviours, type Behaviour } from './behaviours.ts'
import type { BehaviourName, QuestionDefinition } from './definition.ts'
import type { Paper } from './drawing.ts'
import { gradeAnswer, readAnswer } from './grading.ts'
import { isAnswer } from './kinds/index.ts'
import { after, isSameAnswer, openSlots, type SlotState, type Step } from './step.ts'
import { endingAt, isOver } from './timing.ts'

/** One sitting of a quiz. Plain JSON. Times are ISO 8601 UTC. */
export interface Attempt {
  readonly state: 'open' | 'submitted' | 'needs-marking' | 'graded'
  readonly behaviour: BehaviourName
  readonly startedAt: string
  /** settled at the start; null for no limit */
  readonly dueAt: string | null
  readonly finishedAt?: string
  readonly endedBy?: 'trainee' | 'expiry'
  /** all slots, or, for an answer or a check, at least the one concerned */
  readonly slots: readonly SlotState[]
}

export type Action =
  /** saves an answer; null clears it. @see apply for `seq` */
  | { readonly type: 'answer', readonly slot: number, readonly answer: unknown, readonly seq?: number }
  /** saves the answer, if given, then has the slot graded */
  | { readonly type: 'check', readonly slot: number, readonly answer?: unknown, readonly seq?: number }
  /** by expiry: sent by whoever sees that the time and its grace are over */
  | { readonly type: 'finish', readonly by: 'trainee' | 'expiry' }

export interface ActionContext {
  /** now, ISO 8601 */
  readonly at: string
  readonly definitionOf: (slot: number) => QuestionDefinition
}

/** Why an action changes nothing. */
export type RefusedReason =
  | 'attempt-not-open' | 'time-is-up' | 'time-not-up' | 'slot-unknown' | 'answer-malformed' | 'slot-locked'
  | 'answer-out-of-date' | 'check-not-offered'

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

export function openAttempt (paper: Paper, start: Pick<Attempt, 'behaviour' | 'startedAt' | 'dueAt'>): Attempt {
  return { state: 'open', behaviour: start.behaviour, startedAt: start.startedAt, dueAt: start.dueAt, slots: openSlots(paper.slots) }
}

/** What becomes of an attempt by an action. Changes nothing it is given and never throws; a rule's "no" is returned.
 *
 * *Answers.* Each slot counts its steps in `seq`, from 0. An answer without `seq` is one step further. With `seq`, one greater
 * than the slot's is taken as it is; any other has been overtaken, and is refused unless it repeats what is stored. So
 * sending an answer again changes nothing, and an old one cannot displace a newer. A blank answer is kept as null.
 *
 * *Check.* What cannot be graded, being blank or unreadable, is saved and stays open.
 *
 * *Finish.* Needs all slots. There is one ending: from the due time on, whoever asks, the attempt is finished at its due
 * time by expiry. Finishing again changes nothing.
 * @example
 * const result = apply(attempt, { type: 'answer', slot: 1, answer: { choices: ['b'] } }, { at: now, definitionOf })
 * if (result.ok) save(result.attempt, result.steps)   // steps: [{ slot: 1, seq: 1, action: 'answer', state: 'answered', … }] */
export function apply (attempt: Attempt, action: Action, context: ActionContext): Applied | Refused {
  if (action.type === 'finish') return finish(attempt, action.by, context)
  if (attempt.state !== 'open') return refuse('attempt-not-open')
  if (isOver(attempt, context.at)) return refuse('time-is-up')
  const slot = attempt.slots.find(slot => slot.slot === action.slot)
  if (slot === undefined) return refuse('slot-unknown')
  if (action.type === 'answer') {
    const saved = answerSteps(slot, action, context)
    return 'refused' in saved ? saved : take(attempt, saved)
  }
  const { check } = behaviours[attempt.behaviour]
  if (check === null) return refuse('check-not-offered')
  const saved = action.answer === undefined ? [] : answerSteps(slot, action, context)
  return 'refused' in saved ? saved : take(attempt, [...saved, ...checkSteps(check, saved.reduce(after, slot), context)])
}

function answerSteps (slot: SlotState, action: Exclude<Action, { type: 'finish' }>, { at, definitionOf }: ActionContext): Step[] | Refused {
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
  return [{ slot: slot.slot, seq, action: 'answer', answer, state, fraction: null, at }]
}

function checkSteps (check: NonNullable<Behaviour['check']>, slot: SlotState, { at, definitionOf }: ActionContext): Step[] {
  if (slot.locked || slot.state !== 'answered') return []
  const outcome = check(slot, gradeAnswer(definitionOf(slot.slot), slot.answer))
  return [{ slot: slot.slot, seq: slot.seq + 1, action: 'check', answer: slot.answer, ...outcome, at }]
}

function finish (attempt: Attempt, by: 'trainee' | 'expiry', { at, definitionOf }: ActionContext): Applied | Refused {
  if (attempt.state !== 'open') return { ok: true, attempt, steps: [] }
  if (by === 'expiry' && !isOver(attempt, at)) return refuse('time-not-up')
  const { finishedAt, endedBy } = endingAt(attempt, at)
  const steps = attempt.slots.filter(slot => !slot.locked).map((slot): Step => {
    const outcome = behaviours[attempt.behaviour].finish(slot, gradeAnswer(definitionOf(slot.slot), slot.answer))
    return { slot: slot.slot, seq: slot.seq + 1, action: 'finish', answer: slot.answer, ...outcome, at: finishedAt }
  })
  const { slots } = take(attempt, steps).attempt
  const state = slots.some(slot => slot.state === 'needs-marking') ? 'needs-marking' : 'graded'
  return { ok: true, attempt: { ...attempt, state, finishedAt, endedBy, slots }, steps }
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
