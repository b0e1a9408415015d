
// Used anew by every call, each of which writes what it reads: one allocation in place of two for every person's paper.
let scratch = new Float64Array()

/** The chance that each of some independent trials succeeded, once it is known how many of them did. Forward and backward
 * tables of the generalised binomial: sums of positive terms that are probabilities throughout, so that nothing overflows
 * or cancels, however many trials there are.
 * @param chances of each, strictly between 0 and 1
 * @param count how many succeeded, from 1 to all but one */
export function givenCount (chances: ArrayLike<number>, count: number): Float64Array {
  const n = chances.length
  const width = count + 1
  // before[i]: how many of the first i succeeded; after[i]: of those from i on.
  const size = (n + 1) * width
  if (scratch.length < 2 * size) scratch = new Float64Array(2 * size)
  const before = scratch.subarray(0, size)
  const after = scratch.subarray(size, 2 * size)
  before.fill(0, 0, width)[0] = 1
  after.fill(0, n * width)[n * width] = 1
  for (let i = 0; i < n; i++) addTrial(before, i * width, (i + 1) * width, width, chances[i] as number)
  for (let i = n - 1; i >= 0; i--) addTrial(after, (i + 1) * width, i * width, width, chances[i] as number)
  const all = before[n * width + count] as number
  const result = new Float64Array(n)
  for (let i = 0; i < n; i++) {
    let others = 0
    for (let k = 0; k < count; k++) others += (before[i * width + k] as number) * (after[(i + 1) * width + count - 1 - k] as number)
    result[i] = (chances[i] as number) * others / all
  }
  return result
}

function addTrial (table: Float64Array, from: number, to: number, width: number, chance: number): void {
  table[to] = (table[from] as number) * (1 - chance)
  for (let k = 1; k < width; k++) table[to + k] = (table[from + k] as number) * (1 - chance) + (table[from + k - 1] as number) * chance
}

/** The strength at which trials of these difficulties are expected to succeed `count` times: Σ 1 ÷ (1 + e^(difficulty − strength)) = count,
 * by Newton's method, kept between bounds so that it always arrives.
 * @param count more than 0, fewer than all */
export function strengthFor (difficulties: ArrayLike<number>, count: number): number {
  const n = difficulties.length
  const middle = Math.log(count / (n - count))
  let [low, high] = [Infinity, -Infinity]
  for (let i = 0; i < n; i++) {
    low = Math.min(low, (difficulties[i] as number) + middle)
    high = Math.max(high, (difficulties[i] as number) + middle)
  }
  let strength = (low + high) / 2
  let moved = Infinity
  for (let round = 0; round < 100 && moved > 1e-13 * (1 + Math.abs(strength)); round++) {
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
