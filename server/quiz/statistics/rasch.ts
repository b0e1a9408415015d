import { comparableItems } from './comparable.ts'
import { chanceOf, givenCount, strengthFor } from './conditional.ts'
import { inverseOf } from './inverse.ts'

/** What somebody did with one item: its number from 0, and whether they had it fully right. */
export interface Try { readonly item: number, readonly right: boolean }

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

/** People who met the same items and had as many right: of all that they did only this matters to the estimate. */
interface Alike {
  readonly items: readonly number[]
  readonly count: number
  people: number
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
  const chosen = comparableItems(people.map(tries => ({
    right: tries.filter(({ right }) => right).map(({ item }) => item),
    wrong: tries.filter(({ right }) => !right).map(({ item }) => item)
  })), count)
  const result = new Array<RaschItem | null>(count).fill(null)
  if (chosen.length === 0) return result
  const place = new Map(chosen.map((item, index) => [item, index]))
  const telling = people
    .map(tries => tries.flatMap(({ item, right }) => place.has(item) ? [{ item: place.get(item) as number, right }] : []).sort((a, b) => a.item - b.item))
    .filter(tries => tries.some(({ right }) => right) && tries.some(({ right }) => !right))
  const difficulties = estimate(telling, chosen.length)
  const errors = standardErrors(alikeOf(telling), difficulties)
  const fit = fitOf(telling, difficulties)
  for (const [index, item] of chosen.entries()) {
    result[item] = { difficulty: (difficulties[index] as number), standardError: (errors[index] as number), ...fit[index] as Fit }
  }
  return result
}

function alikeOf (people: readonly (readonly Try[])[]): Alike[] {
  const groups = new Map<string, Alike>()
  for (const tries of people) {
    const items = tries.map(({ item }) => item)
    const count = tries.filter(({ right }) => right).length
    const name = `${count}/${items.join()}`
    const group = groups.get(name)
    if (group === undefined) groups.set(name, { items, count, people: 1 })
    else group.people++
  }
  return [...groups.values()]
}

function estimate (people: readonly (readonly Try[])[], n: number): Float64Array {
  const observed = new Float64Array(n)
  const met = new Float64Array(n)
  for (const { item, right } of people.flat()) {
    met[item] = (met[item] as number) + 1
    if (right) observed[item] = (observed[item] as number) + 1
  }
  const groups = alikeOf(people)
  const difficulties = observed.map((right, item) => Math.log(((met[item] as number) - right) / right))
  const centre = difficulties.reduce((sum, difficulty) => sum + difficulty, 0) / n
  for (let i = 0; i < n; i++) difficulties[i] = (difficulties[i] as number) - centre
  let inverse: Float64Array = new Float64Array()
  let farthest = Infinity
  for (let round = 0; round < 200 && farthest > 1e-11; round++) {
    const surplus = Float64Array.from(observed)
    for (const { items, count, people } of groups) {
      const expected = givenCount(chancesOf(items, count, difficulties), count)
      for (const [index, item] of items.entries()) surplus[item] = (surplus[item] as number) - people * (expected[index] as number)
    }
    // Near the solution the information hardly changes.
    if (farthest > 0.1) inverse = inverseOf(grounded(information(groups, difficulties), n), n)
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
  return difficulties
}

function chancesOf (items: readonly number[], count: number, difficulties: Float64Array): Float64Array {
  const own = Float64Array.from(items, item => (difficulties[item] as number))
  const strength = strengthFor(own, count)
  return own.map(difficulty => chanceOf(strength - difficulty))
}

/** Up to how many items of a paper the covariance of every pair is worked out. */
const EVERY_PAIR = 20

/** What all groups tell about the difficulties: the covariances of their answers given their counts, added up. */
function information (groups: readonly Alike[], difficulties: Float64Array): Float64Array {
  const n = difficulties.length
  const total = new Float64Array(n * n)
  for (const { items, count, people } of groups) {
    const chances = chancesOf(items, count, difficulties)
    const part = items.length > EVERY_PAIR ? nearCovariances(chances, count) : covariances(chances, count)
    for (let i = 0; i < items.length; i++) {
      const row = (items[i] as number) * n
      for (let j = 0; j < items.length; j++) {
        const to = row + (items[j] as number)
        total[to] = (total[to] as number) + people * (part[i * items.length + j] as number)
      }
    }
  }
  return total
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
function nearCovariances (chances: Float64Array, count: number): Float64Array {
  const n = chances.length
  const variances = givenCount(chances, count).map(chance => chance * (1 - chance))
  const u = sharesOf(variances)
  const result = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) result[i * n + j] = i === j ? variances[i] as number : -(u[i] as number) * (u[j] as number)
  }
  return result
}

/** The u with u_i (Σ u − u_i) = v_i, by steps halfway to what each equation asks for, which settle within a few dozen. */
function sharesOf (variances: Float64Array): Float64Array {
  const root = Math.sqrt(variances.reduce((sum, value) => sum + value, 0))
  let shares = variances.map(variance => variance / root)
  for (let round = 0; round < 200; round++) {
    const all = shares.reduce((sum, share) => sum + share, 0)
    const next = shares.map((share, i) => (share + (variances[i] as number) / (all - share)) / 2)
    const change = next.reduce((most, share, i) => Math.max(most, Math.abs(share - (shares[i] as number))), 0)
    shares = next
    if (change < 1e-7 * root) break
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
  const total = information(groups, difficulties)
  let trace = 0
  for (let i = 0; i < n; i++) trace += total[i * n + i] as number
  const inverse = inverseOf(grounded(total, n), n)
  // Grounding has added 1 ÷ trace to every entry of the inverse.
  return Float64Array.from(difficulties, (_, i) => Math.sqrt((inverse[i * n + i] as number) - 1 / trace))
}

type Fit = Pick<RaschItem, 'infit' | 'outfit' | 'people'>

function fitOf (people: readonly (readonly Try[])[], difficulties: Float64Array): Fit[] {
  const sums = Array.from(difficulties, () => ({ residual: 0, weight: 0, standardised: 0, people: 0 }))
  const strengths = new Map<string, number>()
  for (const tries of people) {
    const items = tries.map(({ item }) => item)
    const count = tries.filter(({ right }) => right).length
    const name = `${count}/${items.join()}`
    const strength = strengths.get(name) ?? strengthFor(items.map(item => (difficulties[item] as number)), count)
    strengths.set(name, strength)
    for (const { item, right } of tries) {
      const sum = sums[item] as typeof sums[number]
      const chance = chanceOf(strength - (difficulties[item] as number))
      const weight = chance * (1 - chance)
      const residual = ((right ? 1 : 0) - chance) ** 2
      sum.residual += residual
      sum.weight += weight
      sum.standardised += residual / weight
      sum.people++
    }
  }
  return sums.map(({ residual, weight, standardised, people }) => ({ infit: residual / weight, outfit: standardised / people, people }))
}
