import { mantelHaenszel, type MantelHaenszel } from './mantel-haenszel.ts'
import { at } from './moments.ts'
import { adjusted } from './probability.ts'
import type { Sitting } from './sitting.ts'
import { MOST_STRATA, strataOf } from './strata.ts'
import { markOf, rowsBy, tableOf, type Table } from './table.ts'

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

/** Whoever is compared. */
interface People {
  /** of all */
  readonly rows: Table['rows']
  /** by row: where among those who are compared its person stands; -1 for anybody else */
  readonly places: Int32Array
  /** by place; 1 for those of the focal group */
  readonly focal: Uint8Array
  readonly totals: Float64Array
  readonly markMaxes: Float64Array
}

/** Differential item functioning: which questions are harder for one group than for another among people of like score, each
 * group against the largest.
 *
 * People are matched by the percentage they earned of their paper, in strata (strata.ts). In a second round the questions that
 * the first put into class C are left out of the score, each but for itself: a faulty question must not spoil the measure by
 * which the others are judged (Holland & Thayer 1988, two-step purification). "Right" is fully right.
 * @param least how many of each group must have met a question
 * @returns a row for each question and group with enough people; the clearest first */
export function groupDifferences (sittings: readonly Sitting[], least = LEAST_IN_GROUP): GroupDifference[] {
  return differencesIn(tableOf(sittings), least)
}

/** The same of a table. */
export function differencesIn (table: Table, least = LEAST_IN_GROUP): GroupDifference[] {
  const sizes = new Map<string, number>()
  for (const group of table.groups) if (group !== undefined) sizes.set(group, (sizes.get(group) ?? 0) + 1)
  const [reference, ...others] = [...sizes].filter(([, size]) => size >= least).sort(([a], [b]) => a < b ? -1 : 1).sort(([, m], [, n]) => n - m).map(([group]) => group)
  if (reference === undefined) return []
  return others.flatMap(focal => between(table, reference, focal, least)).sort((a, b) => a.adjustedProbability - b.adjustedProbability || Math.abs(b.delta) - Math.abs(a.delta))
}

function between (table: Table, reference: string, focal: string, least: number): GroupDifference[] {
  const { people, chosen } = peopleOf(table, reference, focal)
  const met = rowsBy(table.rows.question, table.questions.length, chosen)
  const everybody = strataOf(people.totals.map((total, place) => scoreOf(total, at(people.markMaxes, place))))
  const compared = [...met].filter(([, rows]) => {
    let ofFocal = 0
    for (let index = 0; index < rows.length; index++) ofFocal += people.focal[people.places[rows[index] as number] as number] as number
    return ofFocal >= least && rows.length - ofFocal >= least
  })
  const first = compared.map(([, one]) => compare(people, one, [], everybody))
  const faulty = compared.filter((_, index) => first[index]?.effect === 'C').map(([, one]) => one)
  const rows = compared.flatMap(([question, one], index) => {
    const row = faulty.length === 0 ? first[index] : compare(people, one, faulty.filter(other => other !== one), everybody)
    return row === null || row === undefined ? [] : [{ ...row, question: table.questions[question] as string, reference, focal }]
  })
  const adjustments = adjusted(rows.map(({ probability }) => probability))
  return rows.map((row, index) => ({
    ...row,
    adjustedProbability: at(adjustments, index),
    suspect: row.effect !== 'A' && at(adjustments, index) < 0.05
  }))
}

/** @returns those of two groups, and which rows are theirs */
function peopleOf ({ groups, rows }: Table, reference: string, focal: string): { readonly people: People, readonly chosen: Int32Array } {
  let count = 0
  const place = Int32Array.from(groups, group => group === reference || group === focal ? count++ : -1)
  const ofFocal = Uint8Array.from(groups.filter(group => group === reference || group === focal), group => group === focal ? 1 : 0)
  const places = new Int32Array(rows.person.length)
  const chosen = new Int32Array(rows.person.length)
  const [totals, markMaxes] = [new Float64Array(count), new Float64Array(count)]
  let next = 0
  for (let row = 0; row < places.length; row++) {
    const whose = places[row] = place[rows.person[row] as number] as number
    if (whose === -1) continue
    chosen[next++] = row
    totals[whose] = (totals[whose] as number) + markOf(rows, row)
    markMaxes[whose] = (markMaxes[whose] as number) + (rows.markMax[row] as number)
  }
  return { people: { rows, places, focal: ofFocal, totals, markMaxes }, chosen: chosen.subarray(0, next) }
}

/** @param met the rows of a question
 * @param leftOut those of questions that do not count in the score
 * @param everybody the strata of all who are compared, where no question is left out */
function compare ({ rows, places, focal, totals, markMaxes }: People, met: Int32Array, leftOut: readonly Int32Array[], everybody: Int32Array): Omit<GroupDifference, 'question' | 'reference' | 'focal' | 'adjustedProbability' | 'suspect'> | null {
  const [earned, most] = leftOut.length === 0 ? [totals, markMaxes] : [totals.slice(), markMaxes.slice()]
  for (const other of leftOut) {
    for (let index = 0; index < other.length; index++) {
      const row = other[index] as number
      const place = places[row] as number
      earned[place] = (earned[place] as number) - markOf(rows, row)
      most[place] = (most[place] as number) - (rows.markMax[row] as number)
    }
  }
  const placed = leftOut.length === 0 && met.length === everybody.length
    ? everybody
    : strataOf(Float64Array.from(met, row => scoreOf(at(earned, at(places, row)), at(most, at(places, row)))))
  // By stratum: who of the reference group was wrong, and right, then who of the focal group; and what either earned.
  const counts = new Int32Array(4 * MOST_STRATA)
  const fractions = new Float64Array(2 * MOST_STRATA)
  for (let index = 0; index < met.length; index++) {
    const row = met[index] as number
    const cell = 2 * (placed[index] as number) + (focal[places[row] as number] as number)
    fractions[cell] = (fractions[cell] as number) + (rows.fraction[row] as number)
    const count = 2 * cell + (rows.right[row] as number)
    counts[count] = (counts[count] as number) + 1
  }
  const used = Array.from({ length: MOST_STRATA }, (_, stratum) => ({
    table: { referenceRight: at(counts, 4 * stratum + 1), referenceWrong: at(counts, 4 * stratum), focalRight: at(counts, 4 * stratum + 3), focalWrong: at(counts, 4 * stratum + 2) },
    referenceEarned: at(fractions, 2 * stratum),
    focalEarned: at(fractions, 2 * stratum + 1)
  }))
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

/** To nine digits: the same score must not fall apart by its last binary digit. */
function scoreOf (total: number, markMax: number): number {
  return markMax === 0 ? 0 : Math.round(total / markMax * 1e9) / 1e9
}
