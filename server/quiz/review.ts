import type { Attempt } from './attempt.ts'
import type { QuestionDefinition, ReviewPolicy } from './definition.ts'
import { isAnswer, kindOf, type Answer } from './kinds/index.ts'
import { markOf } from './scoring.ts'
import type { SlotState, SlotStateName } from './step.ts'
import { textIn } from './text.ts'

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
  /** null while the answer waits for a person; as `mark` */
  readonly fraction?: number | null
  /** unrounded */
  readonly mark?: number | null
  /** of what was chosen, then of the question */
  readonly feedback?: readonly string[]
  readonly rightAnswer?: Answer
  readonly rightAnswerSummary?: string
}

/** What an attempt's review policy allows to be shown, slot by slot. Results are shown of graded slots only: all of them after
 * the finish, and those checked before it.
 * @param policy as the author wrote it; what is left out is allowed
 * @param language in which feedback and summaries are wanted
 * @example
 * reviewOf(attempt, quiz.review, definitionOf, 'ar')   // [{ slot: 1, state: 'right', mark: 1, feedback: ['…'], … }] */
export function reviewOf (
  { slots }: Pick<Attempt, 'slots'>,
  policy: ReviewPolicy = {},
  definitionOf: (slot: number) => QuestionDefinition,
  language: string
): SlotReview[] {
  return slots.map(slot => reviewOfSlot(slot, policy, definitionOf(slot.slot), language))
}

function reviewOfSlot (slot: SlotState, policy: ReviewPolicy, definition: QuestionDefinition, language: string): SlotReview {
  const { answer = true, correctness = true, mark = true, feedback = true, rightAnswer = true } = policy
  const shown = slot.locked
  return {
    slot: slot.slot,
    state: correctness ? slot.state : withoutCorrectness(slot.state),
    markMax: slot.mark,
    ...answer && { answer: slot.answer, summary: summaryOf(definition, slot.answer, language) },
    ...shown && mark && { fraction: slot.fraction, mark: markOf(slot) },
    ...shown && feedback && { feedback: feedbackOf(definition, slot.answer, language) },
    ...shown && rightAnswer && rightAnswerOf(definition, language)
  }
}

function withoutCorrectness (state: SlotStateName): SlotStateName {
  return state === 'right' || state === 'partly-right' || state === 'wrong' ? 'answered' : state
}

function summaryOf (definition: QuestionDefinition, answer: unknown, language: string): string {
  return isAnswer(definition, answer) ? kindOf(definition).summary(definition, answer, language) : ''
}

function feedbackOf (definition: QuestionDefinition, answer: unknown, language: string): string[] {
  const chosen = isAnswer(definition, answer) ? kindOf(definition).feedback(definition, answer) : []
  const texts = definition.feedback === undefined ? chosen : [...chosen, definition.feedback]
  return texts.map(text => textIn(text, language))
}

function rightAnswerOf (definition: QuestionDefinition, language: string): Pick<SlotReview, 'rightAnswer' | 'rightAnswerSummary'> {
  const rightAnswer = kindOf(definition).rightAnswer(definition)
  return { rightAnswer, rightAnswerSummary: kindOf(definition).summary(definition, rightAnswer, language) }
}
