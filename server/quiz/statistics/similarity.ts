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
 * @param people what each answered wrong: a name for the answer by question; right, blank and unseen ones are left out
 * @param most how many pairs are returned
 * @returns pairs with an adjusted probability below 5 %, the least probable first */
export function similarPairs (people: readonly ReadonlyMap<string, string>[], most = 50): Similarity[] {
  const { chances, greatest, least, longest } = chancesOf(people)
  const table = bitsOf(people, [...chances.keys()])
  const n = people.length
  const pairs = n * (n - 1) / 2
  // A normal tail of 0.05 ÷ pairs begins within this many standard deviations. What lies within half of that is not worth the
  // exact probability: it cannot come out that small.
  const near = Math.sqrt(2 * Math.log(20 * pairs)) / 2
  // At least so many are expected of a question that both had wrong: with more of them, as many same answers are nothing to speak of.
  const mostWrong = Float64Array.from({ length: longest + 1 }, (_, same) => same < LEAST_SAME ? -1 : mostExpectedFor(same, near * Math.sqrt(1 - greatest)) / least)
  const found: Similarity[] = []
  for (const [first, answers] of people.entries()) {
    compareWithFollowing(table, first, mostWrong, (second, count) => {
      const other = people[second] as ReadonlyMap<string, string>
      const shared: number[] = []
      let expected = 0
      let variance = 0
      for (const question of answers.keys()) {
        if (!other.has(question)) continue
        const chance = chances.get(question) as number
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

/** The greatest e with e + deviations √e ≤ same: where more are expected, as many same answers are nothing to speak of. */
function mostExpectedFor (same: number, deviations: number): number {
  return ((Math.sqrt(deviations ** 2 + 4 * same) - deviations) / 2) ** 2
}

/** Wrong answers as bits, 32 questions a word: for each person the questions that they had wrong, and what they answered as a number, its
 * bits in as many planes as the question with the most wrong answers needs. */
interface Bits {
  readonly people: number
  readonly words: number
  readonly planes: number
  /** by person and word */
  readonly wrong: Int32Array
  /** by person, word and plane */
  readonly answers: Int32Array
}

/** The innermost loop: millions of pairs are gone through.
 * @param mostWrong by how many answers are the same: with more questions that both had wrong, a pair is left out
 * @param told of each pair that is worth a closer look, and how many answers are the same */
function compareWithFollowing ({ people, words, planes, wrong, answers }: Bits, first: number, mostWrong: Float64Array, told: (second: number, same: number) => void): void {
  const own = wrong.slice(first * words, (first + 1) * words)
  const given = answers.slice(first * words * planes, (first + 1) * words * planes)
  let next = (first + 1) * words
  for (let second = first + 1; second < people; second++) {
    let bothWrong = 0
    let same = 0
    for (let word = 0; word < words; word++, next++) {
      const both = (own[word] as number) & (wrong[next] as number)
      let differ = 0
      for (let plane = 0; plane < planes; plane++) differ |= (given[word * planes + plane] as number) ^ (answers[next * planes + plane] as number)
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

function bitsOf (people: readonly ReadonlyMap<string, string>[], questions: readonly string[]): Bits {
  const places = new Map(questions.map((question, place) => [question, { place, numbers: new Map<string, number>() }]))
  for (const answers of people) {
    for (const [question, answer] of answers) {
      const { numbers } = places.get(question) as { readonly numbers: Map<string, number> }
      if (!numbers.has(answer)) numbers.set(answer, numbers.size)
    }
  }
  const words = Math.ceil(questions.length / 32)
  const planes = Math.ceil(Math.log2(Math.max(1, ...[...places.values()].map(({ numbers }) => numbers.size))))
  const wrong = new Int32Array(people.length * words)
  const given = new Int32Array(people.length * words * planes)
  const set = (bits: Int32Array, at: number, bit: number): void => { bits[at] = (bits[at] as number) | (1 << bit) }
  for (const [person, answers] of people.entries()) {
    for (const [question, answer] of answers) {
      const { place, numbers } = places.get(question) as { readonly place: number, readonly numbers: ReadonlyMap<string, number> }
      const word = person * words + (place >>> 5)
      const number = numbers.get(answer) as number
      set(wrong, word, place & 31)
      for (let plane = 0; plane < planes; plane++) if ((number >>> plane & 1) === 1) set(given, word * planes + plane, place & 31)
    }
  }
  return { people: people.length, words, planes, wrong, answers: given }
}

/** By question, the chance that two of those who had it wrong agree; the greatest and the least of them; and how many questions one
 * person had wrong at the most. */
function chancesOf (people: readonly ReadonlyMap<string, string>[]): { readonly chances: ReadonlyMap<string, number>, readonly greatest: number, readonly least: number, readonly longest: number } {
  const counts = new Map<string, Map<string, number>>()
  let longest = 0
  for (const answers of people) {
    longest = Math.max(longest, answers.size)
    for (const [question, answer] of answers) {
      let alike = counts.get(question)
      if (alike === undefined) counts.set(question, alike = new Map<string, number>())
      alike.set(answer, (alike.get(answer) ?? 0) + 1)
    }
  }
  const chances = new Map([...counts].map(([question, alike]): [string, number] => {
    const each = [...alike.values()]
    return [question, each.reduce((sum, count) => sum + count ** 2, 0) / each.reduce((sum, count) => sum + count, 0) ** 2]
  }))
  return { chances, greatest: Math.max(0, ...chances.values()), least: Math.min(1, ...chances.values()), longest }
}
