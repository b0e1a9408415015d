import { mantelHaenszel, type MantelHaenszel, type Stratum } from './mantel-haenszel.ts'
import { at } from './moments.ts'
import { adjusted } from './probability.ts'
import { isRight, markOfItem, totalOf, type SatItem, type Sitting } from './sitting.ts'
import { strataOf } from './strata.ts'

/** How one question differs between two groups of people who do equally well in the test. */
export interface GroupDifference extends MantelHaenszel {
  readonly question: string
  /** the largest group */
  readonly reference: string
  readonly focal: string
  readonly referenceCount: number
  readonly focalCount: number
  /** mean mark of the focal group less that of the reference group at the same score, in percent of the mark, weighted by where
   * the focal group's people are (Dorans & Kulick's standardisation, 1986): the effect in plain units, partial marks included */
  readonly standardisedPercent: number
  /** `probability` adjusted for the number of questions looked at */
  readonly adjustedProbability: number
  /** Class B or C, and an adjusted probability below 5 %. Between languages: have somebody compare the translations. */
  readonly suspect: boolean
}

/** Fewer than this many of a group at a question, and nothing is said of it. ETS asks for 200 in the smaller group and 500 in
 * all before it acts on a class; what is found among fewer is a reason to read the question, no more. */
export const LEAST_IN_GROUP = 50

/** Whoever is compared, side by side. */
interface People {
  /** 1 for those of the focal group */
  readonly focal: Uint8Array
  readonly totals: Float64Array
  readonly markMaxes: Float64Array
}

/** Who met a question, ascending, and what they did with it. */
interface Met { readonly people: number[], readonly items: SatItem[] }

/** Differential item functioning: which questions are harder for one group than for another among people of like score, each
 * group against the largest.
 *
 * People are matched by the percentage they earned of their paper, in strata (strata.ts). In a second round the questions that
 * the first put into class C are left out of the score, each but for itself: a faulty question must not spoil the measure by
 * which the others are judged (Holland & Thayer 1988, two-step purification). "Right" is fully right.
 * @param least how many of each group must have met a question
 * @returns a row for each question and group with enough people; the clearest first */
export function groupDifferences (sittings: readonly Sitting[], least = LEAST_IN_GROUP): GroupDifference[] {
  const sizes = new Map<string, number>()
  for (const { group } of sittings) if (group !== undefined) sizes.set(group, (sizes.get(group) ?? 0) + 1)
  const [reference, ...others] = [...sizes].filter(([, size]) => size >= least).sort(([a], [b]) => a < b ? -1 : 1).sort(([, m], [, n]) => n - m).map(([group]) => group)
  if (reference === undefined) return []
  return others.flatMap(focal => between(sittings, reference, focal, least)).sort((a, b) => a.adjustedProbability - b.adjustedProbability || Math.abs(b.delta) - Math.abs(a.delta))
}

function between (sittings: readonly Sitting[], reference: string, focal: string, least: number): GroupDifference[] {
  const chosen = sittings.filter(({ group }) => group === reference || group === focal)
  const people: People = {
    focal: Uint8Array.from(chosen, ({ group }) => group === focal ? 1 : 0),
    totals: Float64Array.from(chosen, totalOf),
    markMaxes: Float64Array.from(chosen, ({ items }) => items.reduce((sum, item) => sum + item.markMax, 0))
  }
  const met = metBy(chosen)
  const everybody = strataOf(people.totals.map((total, person) => scoreOf(total, at(people.markMaxes, person))))
  const compared = [...met].filter(([, { people: ofQuestion }]) => {
    let ofFocal = 0
    for (const person of ofQuestion) ofFocal += people.focal[person] as number
    return ofFocal >= least && ofQuestion.length - ofFocal >= least
  })
  const first = compared.map(([, one]) => compare(people, one, [], everybody))
  const faulty = compared.filter((_, index) => first[index]?.effect === 'C').map(([, one]) => one)
  const rows = compared.flatMap(([question, one], index) => {
    const row = faulty.length === 0 ? first[index] : compare(people, one, faulty.filter(other => other !== one), everybody)
    return row === null || row === undefined ? [] : [{ ...row, question, reference, focal }]
  })
  const adjustments = adjusted(rows.map(({ probability }) => probability))
  return rows.map((row, index) => ({
    ...row,
    adjustedProbability: at(adjustments, index),
    suspect: row.effect !== 'A' && at(adjustments, index) < 0.05
  }))
}

function metBy (sittings: readonly Sitting[]): Map<string, Met> {
  const met = new Map<string, Met>()
  for (const [person, { items }] of sittings.entries()) {
    for (const item of items) {
      let one = met.get(item.question)
      if (one === undefined) met.set(item.question, one = { people: [], items: [] })
      one.people.push(person)
      one.items.push(item)
    }
  }
  return met
}

/** @param leftOut questions that do not count in the score
 * @param everybody the strata of all who are compared, where no question is left out */
function compare ({ focal, totals, markMaxes }: People, { people, items }: Met, leftOut: readonly Met[], everybody: Int32Array): Omit<GroupDifference, 'question' | 'reference' | 'focal' | 'adjustedProbability' | 'suspect'> | null {
  const [earned, most] = leftOut.length === 0 ? [totals, markMaxes] : [totals.slice(), markMaxes.slice()]
  for (const other of leftOut) {
    for (const [index, person] of other.people.entries()) {
      const item = other.items[index] as SatItem
      earned[person] = at(earned, person) - markOfItem(item)
      most[person] = at(most, person) - item.markMax
    }
  }
  const placed = leftOut.length === 0 && people.length === everybody.length ? everybody : strataOf(Float64Array.from(people, person => scoreOf(at(earned, person), at(most, person))))
  const strata: { table: { -readonly [K in keyof Stratum]: number }, focalEarned: number, referenceEarned: number }[] = []
  for (let index = 0; index < people.length; index++) {
    const item = items[index] as SatItem
    const right = isRight(item)
    const into = strata[at(placed, index)] ??= { table: { referenceRight: 0, referenceWrong: 0, focalRight: 0, focalWrong: 0 }, focalEarned: 0, referenceEarned: 0 }
    if (focal[at(people, index)] === 1) {
      into.table[right ? 'focalRight' : 'focalWrong']++
      into.focalEarned += earnedOf(item)
    } else {
      into.table[right ? 'referenceRight' : 'referenceWrong']++
      into.referenceEarned += earnedOf(item)
    }
  }
  const used = strata.filter(stratum => stratum !== undefined)
  const estimate = mantelHaenszel(used.map(({ table }) => table))
  if (estimate === null) return null
  let [difference, weight, referenceCount, focalCount] = [0, 0, 0, 0]
  for (const { table, focalEarned, referenceEarned } of used) {
    const [ofReference, ofFocal] = [table.referenceRight + table.referenceWrong, table.focalRight + table.focalWrong]
    referenceCount += ofReference
    focalCount += ofFocal
    if (ofReference === 0 || ofFocal === 0) continue
    difference += focalEarned - ofFocal * referenceEarned / ofReference
    weight += ofFocal
  }
  return { ...estimate, referenceCount, focalCount, standardisedPercent: 100 * difference / weight }
}

function earnedOf ({ fraction }: SatItem): number {
  return markOfItem({ fraction, markMax: 1 })
}

/** To nine digits: the same score must not fall apart by its last binary digit. */
function scoreOf (total: number, markMax: number): number {
  return markMax === 0 ? 0 : Math.round(total / markMax * 1e9) / 1e9
}
