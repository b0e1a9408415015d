import { ascending, at, type Numbers } from './moments.ts'

export const MOST_STRATA = 50

/** Divides people into strata of like score: cuts at even steps of rank, people of the same score staying together. About
 * twenty to a stratum, at least 5 strata and at most 50: so thin that members of a stratum are alike, and not so thin that most
 * of them meet nobody of the other group.
 * @returns for each score the number of its stratum, from 0 */
export function strataOf (scores: Numbers): Int32Array {
  const sorted = ascending(scores)
  const wanted = Math.max(5, Math.min(MOST_STRATA, Math.round(scores.length / 20)))
  const cuts: number[] = []
  for (let i = 1; i < wanted; i++) {
    const cut = at(sorted, Math.min(sorted.length - 1, Math.round(i * sorted.length / wanted)))
    if (cut !== cuts.at(-1)) cuts.push(cut)
  }
  return Int32Array.from(scores, score => placeAmong(cuts, score))
}

/** How many of the ascending cuts are not above a score. */
function placeAmong (cuts: readonly number[], score: number): number {
  let [low, high] = [0, cuts.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (at(cuts, middle) <= score) low = middle + 1
    else high = middle
  }
  return low
}
