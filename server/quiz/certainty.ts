import Type, { type Static } from 'typebox'
import type { Problem } from './problem.ts'

export const CERTAINTIES = [1, 2, 3] as const
/** How sure a trainee is of an answer: 1 not very, 2 fairly, 3 very. Given with the answer: `{ choices: ['b'], certainty: 3 }`. */
export type Certainty = typeof CERTAINTIES[number]

const scores = { minItems: 3, maxItems: 3 }

/** What each certainty earns, in multiples of a question's mark; of certainty 1, 2 and 3 in turn. */
export const certaintySchema = Type.Object({
  right: Type.Optional(Type.Array(Type.Number({ minimum: 0, maximum: 100 }), { ...scores, description: 'What a right answer earns, by certainty 1, 2 and 3, in multiples of its mark; [1, 2, 3] when left out' })),
  wrong: Type.Optional(Type.Array(Type.Number({ minimum: -100, maximum: 0 }), { ...scores, description: 'What a wrong answer earns; [0, -2, -6] when left out' }))
}, { additionalProperties: false })

export type CertaintyScores = Static<typeof certaintySchema>

const RIGHT = [1, 2, 3]
const WRONG = [0, -2, -6]

/** What a right answer of the greatest certainty earns, in multiples of its question's mark. A paper's marks are drawn with
 * it, so that a fraction of 1 stays the most that can be earned. */
export function highestScore ({ right = RIGHT }: CertaintyScores): number {
  return right[2] as number // there are three
}

/** The fraction of a slot's mark that an answer earns with a certainty.
 *
 * As Moodle (question/engine/lib.php, `question_cbm::adjust_fraction`): an answer that earns nothing by itself scores
 * `wrong`; any other `right` times its own fraction. Moodle keeps that score as the fraction, so that a question of 1 mark
 * earns up to 3 and a quiz up to 300 %. Here the slot's mark is the greatest score (`highestScore` times the question's mark)
 * and the fraction is the score's share of it: the marks are Moodle's, 1, 2, 3 and 0, −2, −6 of a question of 1 mark, and a
 * percentage stays within 100.
 * @param fraction what the answer is worth by itself, -1 to 1
 * @returns 1 or less; with the default scores −2 or more */
export function certainFraction (fraction: number, certainty: Certainty, scores: CertaintyScores): number {
  const { right = RIGHT, wrong = WRONG } = scores
  const score = fraction <= 0.00000005 ? wrong[certainty - 1] as number : right[certainty - 1] as number * fraction
  return score / highestScore(scores)
}

/** Whether a value is a certainty. */
export function isCertainty (value: unknown): value is Certainty {
  return CERTAINTIES.some(certainty => certainty === value)
}

/** The certainty given with an answer; null for none. */
export function certaintyOf (answer: unknown): Certainty | null {
  const certainty = typeof answer === 'object' && answer !== null && 'certainty' in answer ? answer.certainty : null
  return isCertainty(certainty) ? certainty : null
}

/** What scores break of the rules: being surer of a right answer must not earn less, nor of a wrong one more. */
export function certaintyProblems ({ right = RIGHT, wrong = WRONG }: CertaintyScores): Problem[] {
  const problems: Problem[] = []
  if (right[2] === 0) problems.push({ path: 'certainty/right', message: 'must end with more than 0: the surest right answer earns the full mark' })
  if (falls(right)) problems.push({ path: 'certainty/right', message: 'must not fall: a surer right answer cannot earn less' })
  if (falls(wrong.toReversed())) problems.push({ path: 'certainty/wrong', message: 'must not rise: a surer wrong answer cannot earn more' })
  return problems
}

function falls (scores: readonly number[]): boolean {
  return scores.some((score, index) => index > 0 && score < (scores[index - 1] as number))
}
