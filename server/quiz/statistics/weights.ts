import { covariance, sum, type Numbers } from './moments.ts'

/** How much of the spread of totals an item is responsible for. */
export interface Weight {
  /** null where the covariance is negative, or nothing varies at all */
  readonly effectiveWeightPercent: number | null
  /** those who do better in the test do worse here: look at the question, and at its key */
  readonly negativeCovariance: boolean
}

/** The effective weight of each item: 100 √cov(x, T) ÷ Σ √cov(x, T) over the items whose covariance with the totals is not
 * negative. Against the intended weight it tells which items decide the ranking.
 *
 * An item that was not on somebody's paper earned them 0 there, so that the covariances of all items add up to the variance
 * of the totals whatever was drawn. Source: Moodle, "Quiz statistics calculations", Effective question weight.
 * @param items a list of marks each, one for every total */
export function weightsOf (items: readonly Numbers[], totals: Numbers): Weight[] {
  const shares = items.map(marks => covariance(marks, totals) ?? 0)
  // Rounding must not make a question suspect that simply does not vary.
  const least = -1e-12 * sum(shares.map(Math.abs))
  const roots = shares.map(share => share < least ? null : Math.sqrt(Math.max(0, share)))
  const all = sum(roots.map(root => root ?? 0))
  return roots.map(root => ({
    effectiveWeightPercent: root === null || all === 0 ? null : 100 * root / all,
    negativeCovariance: root === null
  }))
}
