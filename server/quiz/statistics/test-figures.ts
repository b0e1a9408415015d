import { momentsOf, sum, variance, type Moments, type Numbers } from './moments.ts'

/** A test as a whole, in marks unless a name says percent. */
export interface TestFigures extends Moments {
  /** Cronbach's alpha ×100: how far the items measure one thing */
  readonly internalConsistencyPercent: number | null
  /** how much of the spread of totals is chance */
  readonly errorRatioPercent: number | null
  /** of one person's total */
  readonly standardError: number | null
}

/** Mean, median, spread and reliability of a test.
 *
 * Coefficient of internal consistency (Cronbach's alpha; KR-20 where marks are 0 or 1) = 100 p ÷ (p−1) × (1 − Σ var(x_i) ÷ var(T))
 * for p items; error ratio = 100 √(1 − CIC ÷ 100); standard error = error ratio × SD ÷ 100. Needs three totals that vary and
 * two items. Source: Moodle, "Quiz statistics calculations", Test statistics; Cronbach, Psychometrika 16 (1951).
 * @param items the marks of each item, a list for each */
export function testFigures (totals: Numbers, items: readonly Numbers[]): TestFigures {
  const moments = momentsOf(totals)
  const spread = variance(totals)
  const p = items.length
  if (totals.length < 3 || p < 2 || spread === null || spread === 0) {
    return { ...moments, internalConsistencyPercent: null, errorRatioPercent: null, standardError: null }
  }
  const alpha = p / (p - 1) * (1 - sum(items.map(marks => variance(marks) as number)) / spread)
  const error = Math.sqrt(Math.max(0, 1 - alpha))
  return {
    ...moments,
    internalConsistencyPercent: 100 * alpha,
    errorRatioPercent: 100 * error,
    standardError: error * Math.sqrt(spread)
  }
}
