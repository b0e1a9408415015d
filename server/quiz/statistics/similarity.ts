import { sum } from './moments.ts'
import { atLeast } from './probability.ts'

/** Two people who gave the same wrong answers more often than chance explains. */
export interface Similarity {
  /** indices in the list given, the smaller first */
  readonly first: number
  readonly second: number
  /** questions that both had wrong */
  readonly bothWrong: number
  /** of those, how many with the same wrong answer */
  readonly same: number
  readonly expected: number
  /** of as many same wrong answers or more between two people who answer alone */
  readonly probability: number
  /** the same, for the most alike of all pairs that were compared (Bonferroni) */
  readonly adjustedProbability: number
}

/** What each of some people answered wrong to one question, by person: a name for the answer, or nothing. */
export type WrongAnswers = readonly (string | undefined)[]

/** With fewer same wrong answers nothing is said, however rare they are. */
const LEAST_SAME = 4

/** Pairs of people with more wrong answers in common than chance explains. A hint for a person to look at, never a verdict: friends
 * who studied from the same notes, or were taught the same mistake, answer alike as well, and where a thousand pairs are
 * compared some are alike by luck, which `adjustedProbability` allows for.
 *
 * Right answers say nothing: those who know agree. Of the questions that both had wrong, the chance that two people give the same
 * wrong answer is Σ q², q the share of each wrong answer among all who had that question wrong, the pair included, which errs
 * towards finding nothing. The number of same wrong answers then follows the generalised binomial distribution. This is error
 * similarity analysis (Bellezza & Bellezza, Teaching of Psychology 16, 1989) with each question's own chance, tested as in the
 * generalised binomial test of van der Linden & Sotaridona (J. Educational and Behavioral Statistics 31, 2006).
 * @param people how many there are
 * @param questions for each, what everybody answered wrong: a name for the answer by person; undefined for those who had it right, left it
 * blank or never met it
 * @param most how many pairs are returned
 * @returns pairs with an adjusted probability below 5 %, the least probable first */
export function similarPairs (people: number, questions: readonly WrongAnswers[], most = 50): Similarity[] {
  return pairsIn(people, questions.map(answers => Int32Array.from(numbered(answers))), most)
}

/** The same of answers as numbers.
 * @param questions for each, what everybody answered wrong, as a number from 1; 0 for none */
export function pairsIn (people: number, questions: readonly Int32Array[], most = 50): Similarity[] {
  const columns = questions.map(columnOf).filter(({ counts }) => counts.length > 0)
  const chances = Float64Array.from(columns, ({ counts }) => chanceOfSame(counts))
  const table = bitsOf(people, columns)
  const pairs = people * (people - 1) / 2
  // A normal tail of 0.05 ÷ pairs begins within this many standard deviations. What lies within half of that is not worth the
  // exact probability: it cannot come out that small.
  const near = Math.sqrt(2 * Math.log(20 * pairs)) / 2
  // At least so many are expected of a question that both had wrong: with more of them, as many same answers are nothing to speak of.
  const [least, greatest] = [Math.min(1, ...chances), Math.max(0, ...chances)]
  const mostWrong = Float64Array.from({ length: columns.length + 1 }, (_, same) => same < LEAST_SAME ? -1 : mostExpectedFor(same, near * Math.sqrt(1 - greatest)) / least)
  const found: Similarity[] = []
  for (let first = 0; first < people; first++) {
    compareWithFollowing(table, first, mostWrong, (second, count) => {
      const shared: number[] = []
      let expected = 0
      let variance = 0
      for (let question = 0; question < columns.length; question++) {
        const { numbers } = columns[question] as Column
        if (numbers[first] === 0 || numbers[second] === 0) continue
        const chance = chances[question] as number
        shared.push(chance)
        expected += chance
        variance += chance * (1 - chance)
      }
      if (count < expected + near * Math.sqrt(variance)) return
      const probability = atLeast(count, shared)
      const adjustedProbability = Math.min(1, probability * pairs)
      if (adjustedProbability < 0.05) {
        found.push({ first, second, bothWrong: shared.length, same: count, expected, probability, adjustedProbability })
      }
    })
  }
  return found.sort((a, b) => a.probability - b.probability).slice(0, most)
}

/** Wrong answers to a question. */
interface Column {
  /** by person, from 1; 0 for none */
  readonly numbers: Int32Array
  /** how many gave each, by number less 1 */
  readonly counts: readonly number[]
}

function columnOf (numbers: Int32Array): Column {
  const counts: number[] = []
  for (let person = 0; person < numbers.length; person++) {
    const number = numbers[person] as number
    if (number === 0) continue
    while (counts.length < number) counts.push(0)
    counts[number - 1] = (counts[number - 1] as number) + 1
  }
  return { numbers, counts }
}

/** Names as numbers from 1, in the order in which they are first met; 0 for none. */
export function numbered (names: WrongAnswers): number[] {
  const known = new Map<string, number>()
  return names.map(name => {
    if (name === undefined) return 0
    let number = known.get(name)
    if (number === undefined) known.set(name, number = known.size + 1)
    return number
  })
}

/** That two of those who had a question wrong agree. */
function chanceOfSame (counts: readonly number[]): number {
  return sum(counts.map(count => count ** 2)) / sum(counts) ** 2
}

/** The greatest e with e + deviations √e ≤ same: where more are expected, as many same answers are nothing to speak of. */
function mostExpectedFor (same: number, deviations: number): number {
  return ((Math.sqrt(deviations ** 2 + 4 * same) - deviations) / 2) ** 2
}

/** Wrong answers as bits, 32 questions a word: for each person the questions that they had wrong, and what they answered as a number, its
 * bits in as many planes as the question with the most wrong answers needs, and at least two. */
interface Bits {
  readonly people: number
  readonly words: number
  readonly planes: number
  /** by person and word: what was wrong, then the planes */
  readonly table: Int32Array
}

/** The innermost loop: millions of pairs are gone through.
 * @param mostWrong by how many answers are the same: with more questions that both had wrong, a pair is left out
 * @param told of each pair that is worth a closer look, and how many answers are the same */
function compareWithFollowing ({ people, words, planes, table }: Bits, first: number, mostWrong: Float64Array, told: (second: number, same: number) => void): void {
  const step = 1 + planes
  const own = table.slice(first * words * step, (first + 1) * words * step)
  let next = (first + 1) * words * step
  for (let second = first + 1; second < people; second++) {
    let bothWrong = 0
    let same = 0
    for (let word = 0; word < own.length; word += step, next += step) {
      const both = (own[word] as number) & (table[next] as number)
      // Two planes are three different wrong answers and more: seldom are there others.
      let differ = ((own[word + 1] as number) ^ (table[next + 1] as number)) | ((own[word + 2] as number) ^ (table[next + 2] as number))
      for (let plane = 3; plane < step; plane++) differ |= (own[word + plane] as number) ^ (table[next + plane] as number)
      bothWrong += countOf(both)
      same += countOf(both & ~differ)
    }
    if (bothWrong <= (mostWrong[same] as number)) told(second, same)
  }
}

/** How many bits of 32 are set (Warren, Hacker's Delight, 5–1). */
function countOf (bits: number): number {
  const pairs = bits - ((bits >>> 1) & 0x55555555)
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333)
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

function bitsOf (people: number, columns: readonly Column[]): Bits {
  const words = Math.ceil(columns.length / 32)
  const planes = Math.max(2, ...columns.map(({ counts }) => Math.ceil(Math.log2(counts.length))))
  const table = new Int32Array(people * words * (1 + planes))
  for (const [question, { numbers }] of columns.entries()) {
    const bit = 1 << (question & 31)
    for (let person = 0; person < people; person++) {
      const number = (numbers[person] as number) - 1
      if (number === -1) continue
      const word = (person * words + (question >>> 5)) * (1 + planes)
      table[word] = (table[word] as number) | bit
      for (let plane = 0; plane < planes; plane++) {
        if ((number >>> plane & 1) === 1) table[word + 1 + plane] = (table[word + 1 + plane] as number) | bit
      }
    }
  }
  return { people, words, planes, table }
}
