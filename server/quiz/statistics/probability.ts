
/** The probability that a standard normal value lies above z, to a relative error near 1e-15 wherever it can be written down.
 * Source: the Taylor series of Φ below 3 (Marsaglia 2004), Laplace's continued fraction above (Abramowitz & Stegun 26.2.14). */
export function normalAbove (z: number): number {
  if (z < 0) return 1 - normalAbove(-z)
  const density = Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI)
  if (z < 3) {
    let term = z
    let sum = z
    for (let i = 3; Math.abs(term) > 1e-17 * sum; i += 2) sum += term = term * z * z / i
    return 0.5 - density * sum
  }
  let fraction = z
  for (let i = 200; i > 0; i--) fraction = z + i / fraction
  return density / fraction
}

/** The probability that a chi-square of one degree of freedom lies above a value: twice that of a normal beyond its root. */
export function chiSquareAbove (value: number): number {
  return value <= 0 ? 1 : 2 * normalAbove(Math.sqrt(value))
}

/** The probability of at least `count` successes in independent trials of unlike chances (the generalised, or Poisson, binomial),
 * by adding one trial after the other. All terms are positive, so nothing is lost to cancellation.
 * @param chances each 0 to 1 */
export function atLeast (count: number, chances: readonly number[]): number {
  if (count <= 0) return 1
  // fewer[k]: exactly k successes so far; what reaches `count` leaves the table for good.
  const fewer = new Float64Array(count)
  fewer[0] = 1
  let reached = 0
  for (const chance of chances) {
    reached += (fewer[count - 1] as number) * chance
    for (let k = count - 1; k > 0; k--) fewer[k] = (fewer[k] as number) * (1 - chance) + (fewer[k - 1] as number) * chance
    fewer[0] = (fewer[0]) * (1 - chance)
  }
  return Math.min(1, reached)
}

/** Probabilities adjusted for how many were looked at, by Benjamini and Hochberg (J. Royal Statistical Society B 57, 1995):
 * calling those up to 0.05 findings, at most one finding in twenty is expected to be chance. In the order given. */
export function adjusted (probabilities: readonly number[]): number[] {
  const n = probabilities.length
  const order = probabilities.map((_, index) => index).sort((a, b) => (probabilities[b] as number) - (probabilities[a] as number))
  const result = new Array<number>(n).fill(1)
  let least = 1
  for (const [place, index] of order.entries()) {
    least = Math.min(least, (probabilities[index] as number) * n / (n - place))
    result[index] = least
  }
  return result
}
