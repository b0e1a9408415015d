import type { SlotState } from './step.ts'

/** What an attempt earned. Rounded to two decimals here and nowhere before. */
export interface Score {
  /** never below 0 unless the quiz says so, whatever single answers took away */
  readonly mark: number
  readonly markMax: number
  /** 0 to 100; below 0 only where the mark is */
  readonly percent: number
  /** decided before rounding; false while an answer waits for a person */
  readonly passed: boolean
  /** of each section that has a minimum; absent when none has */
  readonly sections?: readonly SectionScore[]
}

export interface SectionScore {
  /** index of the section in the quiz, from 0 */
  readonly section: number
  readonly percent: number
  readonly minPercent: number
  readonly reached: boolean
}

/** What a quiz says of passing. A quiz definition is one. */
export interface ScoreRules {
  /** 0 to 100; reaching it exactly passes */
  readonly passPercent: number
  /** whether a total below 0 counts as 0; true when left out */
  readonly floor?: boolean
  /** in the quiz's order; each with a `minPercent` must be reached by itself */
  readonly sections?: readonly { readonly minPercent?: number }[]
}

type Scored = Pick<SlotState, 'mark' | 'fraction' | 'state'> & Partial<Pick<SlotState, 'section'>>

/** Adds up an attempt: fraction × mark over its slots. Slots without a fraction earn nothing yet.
 * @param rules the quiz, or its passPercent alone
 * @example
 * scoreOf([{ mark: 2, fraction: 0.5, state: 'partly-right' }, { mark: 1, fraction: 1, state: 'right' }], 60)
 * // { mark: 2, markMax: 3, percent: 66.67, passed: true } */
export function scoreOf (slots: readonly Scored[], rules: ScoreRules | number): Score {
  const { passPercent, floor = true, sections = [] } = typeof rules === 'number' ? { passPercent: rules } : rules
  const { mark, markMax, percent } = totalOf(slots, floor)
  const minima = sections.flatMap(({ minPercent }, section): SectionScore[] => {
    if (minPercent === undefined) return []
    const { percent } = totalOf(slots.filter(slot => slot.section === section), floor)
    return [{ section, percent: rounded(percent), minPercent, reached: reaches(percent, minPercent) }]
  })
  return {
    mark: rounded(mark),
    markMax: rounded(markMax),
    percent: rounded(percent),
    passed: reaches(percent, passPercent) && minima.every(({ reached }) => reached) && !slots.some(slot => slot.state === 'needs-marking'),
    ...minima.length > 0 && { sections: minima }
  }
}

function totalOf (slots: readonly Scored[], floor: boolean): { readonly mark: number, readonly markMax: number, readonly percent: number } {
  const sum = slots.reduce((sum, slot) => sum + (markOf(slot) ?? 0), 0)
  const mark = floor ? Math.max(0, sum) : sum
  const markMax = slots.reduce((sum, slot) => sum + slot.mark, 0)
  return { mark, markMax, percent: markMax === 0 ? 0 : mark / markMax * 100 }
}

// The slack makes up for binary fractions: 7 × 0.1 of 1 is a little less than 70 %.
function reaches (percent: number, wanted: number): boolean {
  return percent >= wanted - 1e-9
}

/** Which of several attempts counts, or that their average does. */
export type GradeOf = 'highest' | 'average' | 'first' | 'last'

/** An attempt's outcome, as far as the grade of its quiz depends on it. */
export interface AttemptResult {
  /** from 1 */
  readonly number: number
  readonly state: 'open' | 'submitted' | 'needs-marking' | 'graded'
  readonly percent: number | null
  readonly passed: boolean | null
}

/** The grade of a quiz that was attempted several times, as Moodle's `quiz_calculate_best_grade`. Attempts that are open or
 * wait for a person are left out: of them nothing final can be said. `first` and `last` are those by number, and give no
 * grade while that one is not graded.
 * @param quiz its `gradeOf` (`highest` when left out) and `passPercent`
 * @returns the grade in percent, rounded, and whether it passes; null while there is none
 * @example
 * gradeOverAttempts([{ number: 1, state: 'graded', percent: 50, passed: false }, { number: 2, state: 'graded', percent: 80, passed: true }],
 *   { gradeOf: 'average', passPercent: 60 })   // { percent: 65, passed: true } */
export function gradeOverAttempts (attempts: readonly AttemptResult[], quiz: { readonly gradeOf?: GradeOf, readonly passPercent: number }): { readonly percent: number, readonly passed: boolean } | null {
  const inOrder = attempts.toSorted((a, b) => a.number - b.number)
  const graded = inOrder.map(gradeOfOne).filter(grade => grade !== null)
  switch (quiz.gradeOf ?? 'highest') {
    // What passed by every minimum stands, even if another attempt reached more in all.
    case 'highest': return graded.length === 0 ? null : { percent: Math.max(...graded.map(({ percent }) => percent)), passed: graded.some(({ passed }) => passed) }
    case 'first': return gradeOfOne(inOrder[0])
    case 'last': return gradeOfOne(inOrder.at(-1))
    case 'average': {
      if (graded.length === 0) return null
      const percent = graded.reduce((sum, { percent }) => sum + percent, 0) / graded.length
      return { percent: rounded(percent), passed: reaches(percent, quiz.passPercent) }
    }
  }
}

function gradeOfOne (attempt: AttemptResult | undefined): { readonly percent: number, readonly passed: boolean } | null {
  return attempt?.state === 'graded' && attempt.percent !== null ? { percent: attempt.percent, passed: attempt.passed === true } : null
}

/** What a slot earned, unrounded; null until it is graded. */
export function markOf ({ mark, fraction }: Pick<SlotState, 'mark' | 'fraction'>): number | null {
  return fraction === null ? null : fraction * mark
}

/** To two decimals, halves upwards; a value that is a half but for its binary fraction counts as one. */
export function rounded (value: number): number {
  return Math.round(value * 100 + 1e-6) / 100
}
