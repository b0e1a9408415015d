import { comparableItems } from './comparable.ts'
import { chanceOf, givenCount, nearGivenCount, strengthFor } from './conditional.ts'
import { inverseOf } from './inverse.ts'

/** What somebody did with one item: its number from 0, and whether they had it fully right. */
export interface Try { readonly item: number, readonly right: boolean }

/** The tries of all people, side by side. */
export interface Tries {
  /** by person, where theirs begin; and where the last one's end */
  readonly starts: Int32Array
  readonly item: Int32Array
  /** 1 for what was right */
  readonly right: Uint8Array
  /** how many items there are */
  readonly count: number
}

export interface RaschItem {
  /** in logits; the mean of all estimated items is 0 */
  readonly difficulty: number
  readonly standardError: number
  /** 1 as the model expects; above, answers are less predictable than that; weighted towards people near the item */
  readonly infit: number
  /** as infit, unweighted: shows surprises far from the item, such as lucky guesses */
  readonly outfit: number
  /** people whose answer to this item told something: not all right, not all wrong */
  readonly people: number
}

/** What somebody did with the items that can be compared. */
interface Telling {
  /** ascending */
  readonly items: Int32Array
  /** 1 where the item at that place was right */
  readonly right: Uint8Array
  readonly alike: Alike
}

/** People who met the same items and had as many right: of all that they did only this matters to the estimate. */
interface Alike {
  readonly items: Int32Array
  readonly count: number
  people: number
  /** where they stand, as far as it has been worked out: the next round begins there */
  strength: number | undefined
}

/** Difficulties of items by the Rasch model, P(right) = 1 ÷ (1 + e^(difficulty − ability)), estimated by conditional maximum
 * likelihood: given how many of their items each person had right, abilities drop out, so that nobody's ability has to be
 * guessed, items not met by somebody are simply absent, and estimates do not shrink or swell with the length of the paper as
 * joint estimates do.
 *
 * Solved: for each item, how often it was right = how often it is expected right given everybody's count (Andersen, J. Royal
 * Statistical Society B 32, 1970). Standard errors come
 * from the information at the solution: exact for papers of up to 20 items, beyond to about one part in a thousand.
 *
 * Fit: with z² = (x − P)² ÷ (P (1 − P)) at each person's ability, outfit is the mean of z², infit Σ (x − P)² ÷ Σ P (1 − P)
 * (Wright & Masters, Rating Scale Analysis, 1982).
 * @param people the tries of each; an item at most once
 * @param count how many items there are
 * @returns by item; null where no finite difficulty exists (comparable.ts) or the item was not met */
export function raschOf (people: readonly (readonly Try[])[], count: number): (RaschItem | null)[] {
  let next = 0
  const starts = Int32Array.from([0, ...people.map(({ length }) => next += length)])
  const all = people.flat()
  return raschIn({ starts, item: Int32Array.from(all, ({ item }) => item), right: Uint8Array.from(all, ({ right }) => right ? 1 : 0), count })
}

/** The same of tries that are side by side already. */
export function raschIn (tries: Tries): (RaschItem | null)[] {
  const chosen = comparableItems(tries)
  const result = new Array<RaschItem | null>(tries.count).fill(null)
  if (chosen.length === 0) return result
  const { telling, groups } = tellingOf(tries, chosen)
  const difficulties = estimate(telling, groups, chosen.length)
  const errors = standardErrors(groups, difficulties)
  const fit = fitOf(telling, difficulties)
  for (const [index, item] of chosen.entries()) {
    result[item] = { difficulty: (difficulties[index] as number), standardError: (errors[index] as number), ...fit[index] as Fit }
  }
  return result
}

/** Those whose answers to the chosen items tell something, the items numbered anew from 0. */
function tellingOf ({ starts, item, right, count }: Tries, chosen: readonly number[]): { readonly telling: Telling[], readonly groups: Alike[] } {
  const place = new Int32Array(count).fill(-1)
  for (const [index, item] of chosen.entries()) place[item] = index
  const every = Int32Array.from(chosen, (_, index) => index)
  const groups = new Map<string, Alike>()
  const telling: Telling[] = []
  // By item: 0 not met, 1 wrong, 2 right.
  const marks = new Uint8Array(chosen.length)
  for (let person = 0; person + 1 < starts.length; person++) {
    marks.fill(0)
    let [met, rightCount] = [0, 0]
    for (let one = starts[person] as number; one < (starts[person + 1] as number); one++) {
      const index = place[item[one] as number] as number
      if (index === -1) continue
      const mark = right[one] as number
      marks[index] = 1 + mark
      rightCount += mark
      met++
    }
    if (rightCount === 0 || rightCount === met) continue
    const items = met === chosen.length ? every : every.filter(index => marks[index] !== 0)
    const name = items === every ? String(rightCount) : `${rightCount}/${items.join()}`
    let alike = groups.get(name)
    if (alike === undefined) groups.set(name, alike = { items, count: rightCount, people: 0, strength: undefined })
    alike.people++
    telling.push({ items, right: Uint8Array.from(items, index => (marks[index] as number) - 1), alike })
  }
  return { telling, groups: [...groups.values()] }
}

/** Above this, a step leads from so far away that near covariances and, for long papers, near chances do. */
const FAR = 1e-3

function estimate (people: readonly Telling[], groups: readonly Alike[], n: number): Float64Array {
  const observed = new Float64Array(n)
  const met = new Float64Array(n)
  for (const { items, right } of people) {
    for (let i = 0; i < items.length; i++) {
      const item = items[i] as number
      met[item] = (met[item] as number) + 1
      observed[item] = (observed[item] as number) + (right[i] as number)
    }
  }
  const difficulties = centred(observed.map((right, item) => Math.log(((met[item] as number) - right) / right)))
  let inverse: Float64Array = new Float64Array()
  let farthest = Infinity
  // Near chances first, which lead to about a thousandth of a logit; then those that are exact.
  let exact = groups.every(({ items }) => items.length <= EVERY_PAIR)
  for (let round = 0; round < 200 && (farthest > 1e-11 || !exact); round++) {
    if (farthest < FAR || round === 20) exact = true
    const surplus = Float64Array.from(observed)
    for (const group of groups) {
      const { items, count, people } = group
      const chances = chancesOf(group, difficulties)
      const expected = exact || items.length <= EVERY_PAIR ? givenCount(chances, count) : nearGivenCount(chances)
      for (let i = 0; i < items.length; i++) surplus[items[i] as number] = (surplus[items[i] as number] as number) - people * (expected[i] as number)
    }
    // Near the solution the information hardly changes.
    if (farthest > FAR) inverse = inverseOf(grounded(information(groups, difficulties, exact), n), n)
    const steps = difficulties.map((_, i) => {
      let step = 0
      for (let j = 0; j < n; j++) step -= (inverse[i * n + j] as number) * (surplus[j] as number)
      return step
    })
    farthest = steps.reduce((most, step) => Math.max(most, Math.abs(step)), 0)
    // A step of more than one logit is cut short: far from the solution the information there says little about here.
    const part = farthest > 1 ? 1 / farthest : 1
    for (let i = 0; i < n; i++) difficulties[i] = (difficulties[i] as number) + part * (steps[i] as number)
  }
  return centred(difficulties)
}

function centred (difficulties: Float64Array): Float64Array {
  const centre = difficulties.reduce((sum, difficulty) => sum + difficulty, 0) / difficulties.length
  return difficulties.map(difficulty => difficulty - centre)
}

/** Adding up to the count, to eight digits or so. */
function chancesOf (group: Alike, difficulties: Float64Array): Float64Array {
  const own = ownOf(group.items, difficulties)
  const strength = group.strength = strengthFor(own, group.count, 1e-4, group.strength)
  for (let i = 0; i < own.length; i++) own[i] = chanceOf(strength - (own[i] as number))
  return own
}

function ownOf (items: Int32Array, difficulties: Float64Array): Float64Array {
  const own = new Float64Array(items.length)
  for (let i = 0; i < items.length; i++) own[i] = difficulties[items[i] as number] as number
  return own
}

/** Up to how many items of a paper the covariance of every pair is worked out. */
const EVERY_PAIR = 20

/** What all groups tell about the difficulties: the covariances of their answers given their counts, added up.
 * @param exact whether the variances are; else they are near, for long papers */
function information (groups: readonly Alike[], difficulties: Float64Array, exact: boolean): Float64Array {
  const n = difficulties.length
  const total = new Float64Array(n * n)
  for (const group of groups) {
    const { items, count, people } = group
    const chances = chancesOf(group, difficulties)
    if (items.length > EVERY_PAIR) addNearCovariances(total, n, items, people, exact ? givenCount(chances, count) : nearGivenCount(chances))
    else addCovariances(total, n, items, people, covariances(chances, count))
  }
  // Groups add to the lower triangle alone.
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) total[j * n + i] = total[i * n + j] as number
  return total
}

function addCovariances (total: Float64Array, n: number, items: Int32Array, people: number, part: Float64Array): void {
  for (let i = 0; i < items.length; i++) {
    const row = (items[i] as number) * n
    for (let j = 0; j <= i; j++) {
      const to = row + (items[j] as number)
      total[to] = (total[to] as number) + people * (part[i * items.length + j] as number)
    }
  }
}

/** P(i and j right | count) = P(i right | count) P(j right | one fewer right among the others). */
function covariances (chances: Float64Array, count: number): Float64Array {
  const n = chances.length
  const single = givenCount(chances, count)
  const result = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    const p = single[i] as number
    const given = givenCount(chances.filter((_, index) => index !== i), count - 1)
    for (let j = 0; j < n; j++) {
      const both = i === j ? p : p * (given[j < i ? j : j - 1] as number)
      result[i * n + j] = both - p * (single[j] as number)
    }
  }
  return result
}

/** The same at a small part of the cost: variances c (1 − c), c the chance given the count, and covariances −u_i u_j with the u that
 * makes every row add up to 0, as it must where the count is given. */
function addNearCovariances (total: Float64Array, n: number, items: Int32Array, people: number, given: Float64Array): void {
  const variances = given.map(chance => chance * (1 - chance))
  const u = sharesOf(variances)
  for (let i = 0; i < items.length; i++) {
    const row = (items[i] as number) * n
    const share = people * (u[i] as number)
    for (let j = 0; j < i; j++) {
      const to = row + (items[j] as number)
      total[to] = (total[to] as number) - share * (u[j] as number)
    }
    const own = row + (items[i] as number)
    total[own] = (total[own] as number) + people * (variances[i] as number)
  }
}

/** The u with u_i (Σ u − u_i) = v_i, by steps halfway to what each equation asks for, which settle within a few dozen. */
function sharesOf (variances: Float64Array): Float64Array {
  let all = 0
  for (const variance of variances) all += variance
  const root = Math.sqrt(all)
  const shares = variances.map(variance => variance / root)
  let change = Infinity
  for (let round = 0; round < 200 && change >= 1e-7 * root; round++) {
    all = 0
    for (const share of shares) all += share
    change = 0
    for (let i = 0; i < shares.length; i++) {
      const share = shares[i] as number
      const next = (share + (variances[i] as number) / (all - share)) / 2
      change = Math.max(change, Math.abs(next - share))
      shares[i] = next
    }
  }
  return shares
}

/** Only differences of difficulties are told by answers; this adds that their sum is 0, and makes the information invertible. */
function grounded (information: Float64Array, n: number): Float64Array {
  let trace = 0
  for (let i = 0; i < n; i++) trace += information[i * n + i] as number
  return information.map(value => value + trace / (n * n))
}

function standardErrors (groups: readonly Alike[], difficulties: Float64Array): Float64Array {
  const n = difficulties.length
  const total = information(groups, difficulties, true)
  let trace = 0
  for (let i = 0; i < n; i++) trace += total[i * n + i] as number
  const inverse = inverseOf(grounded(total, n), n)
  // Grounding has added 1 ÷ trace to every entry of the inverse.
  return Float64Array.from(difficulties, (_, i) => Math.sqrt((inverse[i * n + i] as number) - 1 / trace))
}

type Fit = Pick<RaschItem, 'infit' | 'outfit' | 'people'>

function fitOf (people: readonly Telling[], difficulties: Float64Array): Fit[] {
  const n = difficulties.length
  const [residuals, weights, standardised, met] = [new Float64Array(n), new Float64Array(n), new Float64Array(n), new Float64Array(n)]
  const known = new Map<Alike, Float64Array>()
  for (const { items, right, alike } of people) {
    let chances = known.get(alike)
    if (chances === undefined) {
      const own = ownOf(items, difficulties)
      const strength = strengthFor(own, alike.count, 1e-13, alike.strength)
      known.set(alike, chances = own.map(difficulty => chanceOf(strength - difficulty)))
    }
    for (let i = 0; i < items.length; i++) {
      const item = items[i] as number
      const chance = chances[i] as number
      const weight = chance * (1 - chance)
      const residual = ((right[i] as number) - chance) ** 2
      residuals[item] = (residuals[item] as number) + residual
      weights[item] = (weights[item] as number) + weight
      standardised[item] = (standardised[item] as number) + residual / weight
      met[item] = (met[item] as number) + 1
    }
  }
  return Array.from({ length: n }, (_, i) => ({
    infit: (residuals[i] as number) / (weights[i] as number), outfit: (standardised[i] as number) / (met[i] as number), people: met[i] as number
  }))
}
