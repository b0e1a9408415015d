import type { SlotState } from './step.ts'

/** What an attempt earned. Rounded to two decimals here and nowhere before. */
export interface Score {
  /** never below 0, whatever single answers took away */
  readonly mark: number
  readonly markMax: number
  /** 0 to 100 */
  readonly percent: number
  /** decided before rounding; false while an answer waits for a person */
  readonly passed: boolean
}

/** Adds up an attempt: fraction × mark over its slots. Slots without a fraction earn nothing yet.
 * @param passPercent 0 to 100; reaching it exactly passes
 * @example
 * scoreOf([{ mark: 2, fraction: 0.5, state: 'partly-right' }, { mark: 1, fraction: 1, state: 'right' }], 60)
 * // { mark: 2, markMax: 3, percent: 66.67, passed: true } */
export function scoreOf (slots: readonly Pick<SlotState, 'mark' | 'fraction' | 'state'>[], passPercent: number): Score {
  const mark = Math.max(0, slots.reduce((sum, slot) => sum + (markOf(slot) ?? 0), 0))
  const markMax = slots.reduce((sum, slot) => sum + slot.mark, 0)
  const percent = markMax === 0 ? 0 : mark / markMax * 100
  return {
    mark: rounded(mark),
    markMax: rounded(markMax),
    percent: rounded(percent),
    // The slack makes up for binary fractions: 7 × 0.1 of 1 is a little less than 70 %.
    passed: percent >= passPercent - 1e-9 && !slots.some(slot => slot.state === 'needs-marking')
  }
}

/** What a slot earned, unrounded; null until it is graded. */
export function markOf ({ mark, fraction }: Pick<SlotState, 'mark' | 'fraction'>): number | null {
  return fraction === null ? null : fraction * mark
}

/** To two decimals, halves upwards; a value that is a half but for its binary fraction counts as one. */
export function rounded (value: number): number {
  return Math.round(value * 100 + 1e-6) / 100
}
