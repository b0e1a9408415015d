
// Used anew by every call, each of which writes what it reads: one allocation in place of two for every person's paper.
let scratch = new Float64Array()

/** The chance that each of some independent trials succeeded, once it is known how many of them did. Forward and backward
 * tables of the generalised binomial: sums of positive terms that are probabilities throughout, so that nothing overflows
 * or cancels, however many trials there are. Only counts that can still become the one known are kept.
 * @param chances of each, strictly between 0 and 1, at any strength: once the count is known, it no longer matters. The nearer their sum
 *   is to the count, the fewer digits are lost.
 * @param count how many succeeded, from 1 to all but one */
export function givenCount (chances: ArrayLike<number>, count: number): Float64Array {
  const n = chances.length
  const width = count + 1
  // before[i]: how many of the first i succeeded; after[i]: of those from i on.
  const size = (n + 1) * width
  if (scratch.length < 2 * size) scratch = new Float64Array(2 * size)
  const before = scratch.subarray(0, size)
  const after = scratch.subarray(size, 2 * size)
  before[0] = 1
  after[n * width] = 1
  for (let i = 0; i < n; i++) addTrial(before, i * width, (i + 1) * width, chances[i] as number, i, Math.max(0, count - (n - i - 1)), Math.min(i + 1, count))
  for (let i = n - 1; i >= 0; i--) addTrial(after, (i + 1) * width, i * width, chances[i] as number, n - i - 1, Math.max(0, count - i), Math.min(n - i, count))
  const all = before[n * width + count] as number
  const result = new Float64Array(n)
  for (let i = 0; i < n; i++) {
    // k of the i before, and count − 1 − k of the n − i − 1 after.
    const least = Math.max(0, count - 1 - (n - i - 1))
    const most = Math.min(i, count - 1)
    const [left, right] = [i * width, (i + 1) * width + count - 1]
    let others = 0
    for (let k = least; k <= most; k++) others += (before[left + k] as number) * (after[right - k] as number)
    result[i] = (chances[i] as number) * others / all
  }
  return result
}

/** One row of a table from the one beside it.
 * @param trials how many are in the row it is made from, so that no more than these can have succeeded there
 * @param least @param most which counts are wanted */
function addTrial (table: Float64Array, from: number, to: number, chance: number, trials: number, least: number, most: number): void {
  const [start, end] = [Math.max(least, 1), Math.min(most, trials)]
  if (least === 0) table[to] = (table[from] as number) * (1 - chance)
  for (let k = start; k <= end; k++) table[to + k] = (table[from + k] as number) * (1 - chance) + (table[from + k - 1] as number) * chance
  // All of them.
  if (most > trials) table[to + most] = (table[from + most - 1] as number) * chance
}

/** About the same as givenCount at a small part of the cost, for chances that add up to the count: by the first terms of
 * Edgeworth's series for how many of the others succeed. Right to about one part in a thousand for dozens of trials; what it gives
 * adds up to the count as well. */
export function nearGivenCount (chances: Float64Array): Float64Array {
  let [variance, third] = [0, 0]
  for (const chance of chances) {
    variance += chance * (1 - chance)
    third += chance * (1 - chance) * (1 - 2 * chance)
  }
  return chances.map(chance => chance + chance * (1 - chance) * (2 * chance - 1 + third / variance) / (2 * variance))
}

/** The strength at which trials of these difficulties are expected to succeed `count` times: Σ 1 ÷ (1 + e^(difficulty − strength)) = count,
 * by Newton's method, kept between bounds so that it always arrives.
 * @param count more than 0, fewer than all
 * @param near how far from it the answer may be, relative to it
 * @param from where to begin */
export function strengthFor (difficulties: ArrayLike<number>, count: number, near = 1e-13, from?: number): number {
  const n = difficulties.length
  const middle = Math.log(count / (n - count))
  let [low, high] = [Infinity, -Infinity]
  for (let i = 0; i < n; i++) {
    low = Math.min(low, (difficulties[i] as number) + middle)
    high = Math.max(high, (difficulties[i] as number) + middle)
  }
  let strength = Math.min(high, Math.max(low, from ?? (low + high) / 2))
  let moved = Infinity
  for (let round = 0; round < 100 && moved > near * (1 + Math.abs(strength)); round++) {
    let [expected, slope] = [0, 0]
    for (let i = 0; i < n; i++) {
      const chance = chanceOf(strength - (difficulties[i] as number))
      expected += chance
      slope += chance * (1 - chance)
    }
    if (expected > count) high = strength
    else low = strength
    const step = strength + (count - expected) / slope
    const next = step >= low && step <= high ? step : (low + high) / 2
    moved = Math.abs(next - strength)
    strength = next
  }
  return strength
}

/** 1 ÷ (1 + e^−x). */
export function chanceOf (x: number): number {
  return 1 / (1 + Math.exp(-x))
}
