/** A list of them, of whichever make. */
export type Numbers = ArrayLike<number>

/** How some numbers lie: what is not defined for so few, or for numbers all alike, is null. */
export interface Moments {
  readonly count: number
  readonly mean: number | null
  readonly median: number | null
  readonly standardDeviation: number | null
  readonly skewness: number | null
  readonly kurtosis: number | null
}

/** Mean, median, and the sample's standard deviation, skewness and excess kurtosis from Fisher's k-statistics.
 *
 * With m_r = Σ (x − mean)^r ÷ n: k₂ = n m₂ ÷ (n−1), k₃ = n² m₃ ÷ ((n−1)(n−2)),
 * k₄ = n² ((n+1) m₄ − 3 (n−1) m₂²) ÷ ((n−1)(n−2)(n−3)); SD = √k₂, skewness = k₃ ÷ k₂^1.5, kurtosis = k₄ ÷ k₂².
 * Source: Moodle, "Quiz statistics calculations", Test statistics; the same as SKEW and KURT of spreadsheets. */
export function momentsOf (values: Numbers): Moments {
  const n = values.length
  const k2 = variance(values)
  const average = sum(values) / n
  const power = (r: number): number => {
    let total = 0
    for (let i = 0; i < n; i++) total += (at(values, i) - average) ** r
    return total / n
  }
  const spread = k2 !== null && k2 > 0 ? k2 : null
  const [m2, m3, m4] = spread === null ? [0, 0, 0] : [power(2), power(3), power(4)]
  return {
    count: n,
    mean: mean(values),
    median: median(values),
    standardDeviation: k2 === null ? null : Math.sqrt(k2),
    skewness: spread === null || n < 3 ? null : n * n * m3 / ((n - 1) * (n - 2)) / spread ** 1.5,
    kurtosis: spread === null || n < 4
      ? null
      : n * n * ((n + 1) * m4 - 3 * (n - 1) * m2 * m2) / ((n - 1) * (n - 2) * (n - 3)) / spread ** 2
  }
}

/** null for no numbers */
export function mean (values: Numbers): number | null {
  return values.length === 0 ? null : sum(values) / values.length
}

/** The middle one, or the mean of the middle two; null for no numbers. */
export function median (values: Numbers): number | null {
  const n = values.length
  if (n === 0) return null
  const some = new Float64Array(values)
  const half = n >> 1
  const upper = select(some, half)
  if (n % 2 === 1) return upper
  let lower = -Infinity
  for (let i = 0; i < half; i++) lower = Math.max(lower, at(some, i))
  return (lower + upper) / 2
}

/** Puts what is the nth in ascending order into its place, nothing greater before it and nothing less after it (Hoare, Algorithm 65:
 * Find, 1961): sorting all of them would take several times as long. @returns it */
function select (values: Float64Array, nth: number): number {
  for (let [from, to] = [0, values.length - 1]; from < to;) {
    const pivot = at(values, (from + to) >> 1)
    let [left, right] = [from, to]
    while (left <= right) {
      while (at(values, left) < pivot) left++
      while (at(values, right) > pivot) right--
      if (left > right) break
      const swapped = at(values, left)
      values[left++] = at(values, right)
      values[right--] = swapped
    }
    // Between the two, all are as large as the pivot.
    if (nth <= right) to = right
    else if (nth >= left) from = left
    else break
  }
  return at(values, nth)
}

/** The sample's variance, divided by n − 1; null for fewer than two. Exactly 0 for numbers that are alike but for the last
 * digits of their binary fractions: what is divided by it would otherwise be noise. */
export function variance (values: Numbers): number | null {
  const value = covariance(values, values)
  return value !== null && value <= (1e-12 * greatest(values)) ** 2 ? 0 : value
}

/** Of pairs, divided by n − 1; null for fewer than two. In two passes, so that nothing large is subtracted from its like.
 * @param ys as many as xs */
export function covariance (xs: Numbers, ys: Numbers): number | null {
  const n = xs.length
  if (n < 2) return null
  const xMean = sum(xs) / n
  const yMean = sum(ys) / n
  let total = 0
  for (let i = 0; i < n; i++) total += ((xs[i] as number) - xMean) * ((ys[i] as number) - yMean)
  return total / (n - 1)
}

export function sum (values: Numbers): number {
  let total = 0
  for (let i = 0; i < values.length; i++) total += at(values, i)
  return total
}

/** Up to so many different numbers, as marks are, are counted rather than sorted. */
const FEW = 8

export function ascending (values: Numbers): Float64Array {
  return counted(values) ?? countedWhole(values) ?? new Float64Array(values).sort()
}

/** Whole numbers this close together, as totals are, are counted as well. */
const CLOSE = 1024

/** null where some are not whole, or far apart */
function countedWhole (values: Numbers): Float64Array | null {
  let [least, most] = [Infinity, -Infinity]
  for (let i = 0; i < values.length; i++) {
    const value = at(values, i)
    if (!Number.isInteger(value)) return null
    least = Math.min(least, value)
    most = Math.max(most, value)
  }
  if (most - least >= CLOSE) return null
  const counts = new Int32Array(most - least + 1)
  for (let i = 0; i < values.length; i++) counts[at(values, i) - least] = at(counts, at(values, i) - least) + 1
  const result = new Float64Array(values.length)
  let next = 0
  for (let index = 0; index < counts.length; index++) result.fill(index + least, next, next += at(counts, index))
  return result
}

/** null where there are too many different ones */
function counted (values: Numbers): Float64Array | null {
  const different: number[] = []
  const counts: number[] = []
  for (let i = 0; i < values.length; i++) {
    const place = different.indexOf(at(values, i))
    if (place !== -1) counts[place] = at(counts, place) + 1
    else if (different.length === FEW) return null
    else counts[different.push(at(values, i)) - 1] = 1
  }
  const result = new Float64Array(values.length)
  let next = 0
  for (const place of different.map((_, index) => index).sort((a, b) => at(different, a) - at(different, b))) {
    result.fill(at(different, place), next, next += at(counts, place))
  }
  return result
}

/** What stands at a place that is known to be within the list. */
export function at (values: Numbers, index: number): number {
  return values[index] as number
}

function greatest (values: Numbers): number {
  let most = 0
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(at(values, i)))
  return most
}
