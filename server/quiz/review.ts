import type { Attempt } from './attempt.ts'
import { certaintyOf, type Certainty } from './certainty.ts'
import type { QuestionDefinition, ReviewPolicy, ReviewSetting } from './definition.ts'
import { isAnswer, kindOf, type Answer } from './kinds/index.ts'
import { markOf } from './scoring.ts'
import type { SlotState, SlotStateName } from './step.ts'
import { textIn } from './text.ts'

/** When a review is read. @see momentOf */
export type Moment = 'during' | 'rightAfter' | 'later' | 'afterClose'

/** How long after the finish is "right after". */
export const RIGHT_AFTER_SECONDS = 120

/** The moment of a review, as Moodle's `quiz_attempt_state`: while the attempt is open; in the two minutes after its finish;
 * later, until the quiz closes; and after that.
 * @param at now, ISO 8601
 * @param closesAt when nobody can attempt the quiz any more, ISO 8601; null for never */
export function momentOf ({ state, finishedAt }: Pick<Attempt, 'state' | 'finishedAt'>, at: string, closesAt: string | null): Moment {
  if (state === 'open' || finishedAt === undefined) return 'during'
  if (Date.parse(at) < Date.parse(finishedAt) + RIGHT_AFTER_SECONDS * 1000) return 'rightAfter'
  return closesAt === null || Date.parse(at) < Date.parse(closesAt) ? 'later' : 'afterClose'
}

/** What a review shows at a moment: what the moment says, else what is said for all, else everything. */
export function policyAt (setting: ReviewSetting | undefined, moment: Moment): ReviewPolicy {
  const { during, rightAfter, later, afterClose, ...always } = setting ?? {}
  return { ...always, ...{ during, rightAfter, later, afterClose }[moment] }
}

/** What may be shown of one slot. What the policy withholds, or a slot does not have yet, is absent. */
export interface SlotReview {
  readonly slot: number
  /** right, partly right and wrong read `answered` where correctness is withheld */
  readonly state: SlotStateName
  readonly markMax: number
  /** as given; null for none */
  readonly answer?: unknown
  /** the answer in plain words; '' for none */
  readonly summary?: string
  /** how sure the trainee said to be */
  readonly certainty?: Certainty
  /** null while the answer waits for a person; as `mark` */
  readonly fraction?: number | null
  /** unrounded; of a slot that may be tried again, what has been earned so far */
  readonly mark?: number | null
  /** of what was chosen, then of the question */
  readonly feedback?: readonly string[]
  /** what a person wrote who marked it */
  readonly comment?: string
  /** of an answer that was tried and may be tried again: how often it was, how often it still may be (absent: without end), and
   * the hint for the next try */
  readonly tries?: number
  readonly triesLeft?: number
  readonly hint?: string
  readonly rightAnswer?: Answer
  readonly rightAnswerSummary?: string
}

/** What an attempt's review policy allows to be shown, slot by slot. Results are shown of graded slots only: all of them after
 * the finish, and those checked before it. An answer that may be tried again shows what a try is followed by, and neither the
 * question's own feedback nor the right answer, which would end the trying.
 * @param policy what this moment allows (`policyAt`); what is left out is allowed
 * @param language in which feedback and summaries are wanted
 * @example
 * reviewOf(attempt, policyAt(quiz.review, 'later'), definitionOf, 'ar')   // [{ slot: 1, state: 'right', mark: 1, feedback: ['…'], … }] */
export function reviewOf (
  { slots, behaviour }: Pick<Attempt, 'slots'> & Partial<Pick<Attempt, 'behaviour'>>,
  policy: ReviewPolicy = {},
  definitionOf: (slot: number) => QuestionDefinition,
  language: string
): SlotReview[] {
  return slots.map(slot => reviewOfSlot(slot, behaviour === 'interactive', policy, definitionOf(slot.slot), language))
}

function reviewOfSlot (slot: SlotState, hasHints: boolean, policy: ReviewPolicy, definition: QuestionDefinition, language: string): SlotReview {
  const { answer = true, correctness = true, mark = true, feedback = true, rightAnswer = true } = policy
  const certainty = certaintyOf(slot.answer)
  const isTried = !slot.locked && slot.tries > 0
  const showsTry = isTried && isResult(slot.state)
  return {
    slot: slot.slot,
    state: correctness ? slot.state : withoutCorrectness(slot.state),
    markMax: slot.mark,
    ...answer && { answer: slot.answer, summary: summaryOf(definition, slot.answer, language), ...certainty !== null && { certainty } },
    ...(slot.locked || isTried && slot.fraction !== null) && mark && { fraction: slot.fraction, mark: markOf(slot) },
    ...(slot.locked || showsTry) && feedback && { feedback: feedbackOf(definition, slot, language) },
    ...slot.marking?.comment !== undefined && feedback && { comment: slot.marking.comment },
    ...isTried && { tries: slot.tries, ...hasHints && hintOf(definition, slot, language) },
    ...slot.locked && rightAnswer && rightAnswerOf(definition, language)
  }
}

function isResult (state: SlotStateName): boolean {
  return state === 'right' || state === 'partly-right' || state === 'wrong'
}

function withoutCorrectness (state: SlotStateName): SlotStateName {
  return isResult(state) ? 'answered' : state
}

function hintOf ({ hints = [] }: QuestionDefinition, { tries }: SlotState, language: string): Pick<SlotReview, 'triesLeft' | 'hint'> {
  const hint = hints[tries - 1]
  return { triesLeft: hints.length + 1 - tries, ...hint !== undefined && { hint: textIn(hint, language) } }
}

function summaryOf (definition: QuestionDefinition, answer: unknown, language: string): string {
  return isAnswer(definition, answer) ? kindOf(definition).summary(definition, answer, language) : ''
}

function feedbackOf (definition: QuestionDefinition, { answer, locked }: SlotState, language: string): string[] {
  const chosen = isAnswer(definition, answer) ? kindOf(definition).feedback(definition, answer) : []
  const texts = definition.feedback === undefined || !locked ? chosen : [...chosen, definition.feedback]
  return texts.map(text => textIn(text, language))
}

function rightAnswerOf (definition: QuestionDefinition, language: string): Pick<SlotReview, 'rightAnswer' | 'rightAnswerSummary'> {
  const kind = kindOf(definition)
  if (kind.asked === false) return {}
  const rightAnswer = kind.rightAnswer(definition)
  return { rightAnswer, rightAnswerSummary: kind.solution?.(definition, language) ?? kind.summary(definition, rightAnswer, language) }
}
