import { graded, type Grade, type GradedPart } from './kind.ts'

/** The grade of a part by itself. */
export type PartGrade = Omit<GradedPart, 'key'>

/** A part of a question, such as a gap, and the grade of what was put in it by itself. */
export interface Weighed {
  readonly key: string
  /** its share, relative to the other parts' */
  readonly weight: number
  readonly grade: PartGrade
}

export type PartScoring = 'partial' | 'partial-negative' | 'all-or-nothing'

/** The grade of a question with several parts: the sum of its parts' fractions by their weights ÷ all weights. A part that is
 * blank or cannot be read earns nothing and leaves the others as they are.
 * - `partial` (default): never below 0
 * - `partial-negative`: down to −1, where parts may earn less than 0
 * - `all-or-nothing`: 1 when every part is fully right, else 0 */
export function gradeParts (weighed: readonly Weighed[], scoring: PartScoring = 'partial'): Grade {
  const total = weighed.reduce((sum, { weight }) => sum + weight, 0)
  const sum = weighed.reduce((sum, { weight, grade }) => sum + weight * grade.fraction, 0)
  const lowest = scoring === 'partial-negative' ? -1 : 0
  // Where every fraction is 1, both sums are added up alike, so that the quotient is 1 exactly.
  const whole = weighed.every(({ grade }) => grade.fraction >= 1)
  const fraction = scoring === 'all-or-nothing' && !whole ? 0 : Math.max(lowest, Math.min(sum / total, 1))
  return {
    ...graded(fraction),
    parts: weighed.map(({ key, grade }) => ({ key, ...grade }))
  }
}

/** The grade of a part by what it earned: 1 is right, above 0 partly right, else wrong. */
export function partGrade (fraction: number): PartGrade {
  return { state: fraction >= 1 ? 'right' : fraction > 0 ? 'partly-right' : 'wrong', fraction }
}

/** The grade of a part that is right or wrong. */
export function rightOrWrong (isRight: boolean): PartGrade {
  return partGrade(isRight ? 1 : 0)
}

/** The grade of a part that was left out. */
export const LEFT_OUT: PartGrade = { state: 'not-answered', fraction: 0 }
