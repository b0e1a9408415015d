import { ascending, covariance, mean, variance } from './moments.ts'

/** What one sitting earned in an item, and what it is compared with: the rest of its total. */
export interface Observation {
  readonly mark: number
  readonly rest: number
}

/** How an item did among those who were asked it. What is not defined is null: for too few, where nothing varies, or in an
 * item that earns nothing. */
export interface ItemFigures {
  readonly count: number
  /** mean mark ÷ greatest mark: how easy it is */
  readonly facilityPercent: number | null
  /** of the marks */
  readonly standardDeviation: number | null
  readonly discriminationIndexPercent: number | null
  readonly discriminativeEfficiencyPercent: number | null
}

/** Facility, spread, and how the item goes together with the rest of the test.
 *
 * With x the marks of the item and y the rest of each total: discrimination index = 100 r(x, y), the correlation of the two;
 * discriminative efficiency = 100 cov(x, y) ÷ cov_max, where cov_max pairs the marks, sorted, with the rests, sorted: the most
 * that this item's marks could have had in common with the rest. Variances are divided by n − 1.
 * Source: Moodle, "Quiz statistics calculations", Position statistics.
 * @param markMax what a right answer earns; 0 for an item that is not scored
 * @example
 * itemFigures([{ mark: 1, rest: 4 }, { mark: 0, rest: 1 }], 1)
 * // { count: 2, facilityPercent: 50, standardDeviation: 0.707…, discriminationIndexPercent: 100, discriminativeEfficiencyPercent: 100 } */
export function itemFigures (observations: readonly Observation[], markMax: number): ItemFigures {
  return figuresOf(Float64Array.from(observations, ({ mark }) => mark), Float64Array.from(observations, ({ rest }) => rest), markMax)
}

/** The same of marks and rests side by side. */
export function figuresOf (marks: Float64Array, rests: Float64Array, markMax: number): ItemFigures {
  const ownSpread = variance(marks)
  const spread = (ownSpread ?? 0) * (variance(rests) ?? 0)
  const together = covariance(marks, rests)
  const most = spread > 0 ? covariance(ascending(marks), ascending(rests)) : null
  const average = mean(marks)
  return {
    count: marks.length,
    facilityPercent: markMax === 0 || average === null ? null : 100 * average / markMax,
    standardDeviation: markMax === 0 || ownSpread === null ? null : Math.sqrt(ownSpread),
    discriminationIndexPercent: spread > 0 && together !== null ? 100 * together / Math.sqrt(spread) : null,
    discriminativeEfficiencyPercent: most !== null && most > 0 && together !== null ? 100 * together / most : null
  }
}
