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

interface Met { readonly item: SatItem, readonly group: string, readonly total: number, readonly markMax: number, readonly score: number, readonly byQuestion: ReadonlyMap<string, SatItem> }

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
  const met = new Map<string, Met[]>()
  for (const sitting of sittings) {
    if (sitting.group !== reference && sitting.group !== focal) continue
    const total = totalOf(sitting)
    const markMax = sitting.items.reduce((sum, item) => sum + item.markMax, 0)
    const score = scoreOf(total, markMax)
    const byQuestion = new Map(sitting.items.map(item => [item.question, item]))
    for (const item of byQuestion.values()) {
      const one = { item, group: sitting.group, total, markMax, score, byQuestion }
      const list = met.get(item.question)
      if (list === undefined) met.set(item.question, [one])
      else list.push(one)
    }
  }
  const compared = [...met].filter(([, list]) => {
    const ofFocal = list.filter(({ group }) => group === focal).length
    return ofFocal >= least && list.length - ofFocal >= least
  })
  const first = compared.map(([question, list]) => compare(question, list, focal, new Set()))
  const faulty = new Set(compared.flatMap(([question], index) => first[index]?.effect === 'C' ? [question] : []))
  const rows = compared.flatMap(([question, list], index) => {
    const row = faulty.size === 0 ? first[index] : compare(question, list, focal, faulty)
    return row === null || row === undefined ? [] : [{ ...row, question, reference, focal }]
  })
  const adjustments = adjusted(rows.map(({ probability }) => probability))
  return rows.map((row, index) => ({
    ...row,
    adjustedProbability: at(adjustments, index),
    suspect: row.effect !== 'A' && at(adjustments, index) < 0.05
  }))
}

function compare (question: string, list: readonly Met[], focal: string, leftOut: ReadonlySet<string>): Omit<GroupDifference, 'question' | 'reference' | 'focal' | 'adjustedProbability' | 'suspect'> | null {
  const others = [...leftOut].filter(other => other !== question)
  const scores = others.length === 0 ? list.map(({ score }) => score) : list.map(({ total, markMax, byQuestion }) => {
    const without = others.map(other => byQuestion.get(other)).filter(item => item !== undefined)
    return scoreOf(without.reduce((left, item) => left - markOfItem(item), total), without.reduce((left, item) => left - item.markMax, markMax))
  })
  const strata: { table: { -readonly [K in keyof Stratum]: number }, focalEarned: number, referenceEarned: number }[] = []
  for (const [index, stratum] of strataOf(scores).entries()) {
    const { item, group } = list[index] as Met
    const into = strata[stratum] ??= { table: { referenceRight: 0, referenceWrong: 0, focalRight: 0, focalWrong: 0 }, focalEarned: 0, referenceEarned: 0 }
    const ofFocal = group === focal
    into.table[ofFocal ? isRight(item) ? 'focalRight' : 'focalWrong' : isRight(item) ? 'referenceRight' : 'referenceWrong']++
    into[ofFocal ? 'focalEarned' : 'referenceEarned'] += markOfItem({ fraction: item.fraction, markMax: 1 })
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

/** To nine digits: the same score must not fall apart by its last binary digit. */
function scoreOf (total: number, markMax: number): number {
  return markMax === 0 ? 0 : Math.round(total / markMax * 1e9) / 1e9
}
