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
  const { questions, chances, greatest, longest } = tabulate(people)
  const n = people.length
  const pairs = n * (n - 1) / 2
  // A normal tail of 0.05 ÷ pairs begins within this many standard deviations. What lies within half of that is not worth the
  // exact probability: it cannot come out that small.
  const near = Math.sqrt(2 * Math.log(20 * pairs)) / 2
  // Of each pair in one number: how many same wrong answers, in the low bits, and above them how many are expected, as a multiple
  // of 1 ÷ scale, rounded down. One number to add to where millions of pairs are gone through.
  const bits = Math.ceil(Math.log2(longest + 2))
  const scale = Math.floor(2 ** (31 - bits) / (longest + 1))
  const low = 2 ** bits - 1
  const mostExpected = Array.from({ length: longest + 1 }, (_, same) => same < LEAST_SAME ? -1 : scale * mostExpectedFor(same, near * Math.sqrt(1 - greatest)) + 1)
  const found: Similarity[] = []
  const both = new Int32Array(n)
  for (const [first, answers] of people.entries()) {
    both.fill(0)
    for (const [question, answer] of answers) {
      const { wrong, alike, chance } = questions.get(question) as Asked
      addToFollowing(wrong, both, Math.floor(chance * scale) << bits)
      addToFollowing(alike.get(answer) as Those, both, 1)
    }
    for (let second = first + 1; second < n; second++) {
      const seen = both[second] as number
      const count = seen & low
      if (seen >> bits > (mostExpected[count] as number)) continue
      const other = people[second] as ReadonlyMap<string, string>
      const shared = [...answers.keys()].filter(question => other.has(question)).map(question => chances.get(question) as number)
      const expected = shared.reduce((sum, chance) => sum + chance, 0)
      if (count < expected + near * Math.sqrt(shared.reduce((sum, chance) => sum + chance * (1 - chance), 0))) continue
      const probability = atLeast(count, shared)
      const adjustedProbability = Math.min(1, probability * pairs)
      if (adjustedProbability < 0.05) {
        found.push({ first, second, bothWrong: shared.length, same: count, expected, probability, adjustedProbability })
      }
    }
  }
  return found.sort((a, b) => a.probability - b.probability).slice(0, most)
}

/** The greatest e with e + deviations √e ≤ same: where more are expected, as many same answers are nothing to speak of. */
function mostExpectedFor (same: number, deviations: number): number {
  return ((Math.sqrt(deviations ** 2 + 4 * same) - deviations) / 2) ** 2
}

/** The innermost loop. Who is first of a pair comes in ascending order, as the lists do, so that each list is gone through from where it
 * was left; four at a time, which takes a third of the time. */
function addToFollowing (those: Those, sums: Int32Array, value: number): void {
  const { people } = those
  let i = ++those.passed
  for (; i + 3 < people.length; i += 4) {
    const a = people[i] as number
    const b = people[i + 1] as number
    const c = people[i + 2] as number
    const d = people[i + 3] as number
    sums[a] = (sums[a] as number) + value
    sums[b] = (sums[b] as number) + value
    sums[c] = (sums[c] as number) + value
    sums[d] = (sums[d] as number) + value
  }
  for (; i < people.length; i++) sums[people[i] as number] = (sums[people[i] as number] as number) + value
}

/** People in ascending order, and how many of them have been first of a pair. */
interface Those { readonly people: Int32Array, passed: number }

interface Asked {
  /** who had it wrong */
  readonly wrong: Those
  /** who gave each wrong answer */
  readonly alike: ReadonlyMap<string, Those>
  /** that two of those who had it wrong agree */
  readonly chance: number
}

/** By question; the greatest chance among them; and how many questions one person had wrong at the most. */
function tabulate (people: readonly ReadonlyMap<string, string>[]): {
  readonly questions: ReadonlyMap<string, Asked>, readonly chances: ReadonlyMap<string, number>, readonly greatest: number, readonly longest: number
} {
  const lists = new Map<string, { readonly wrong: number[], readonly alike: Map<string, number[]> }>()
  let longest = 0
  for (const [person, answers] of people.entries()) {
    longest = Math.max(longest, answers.size)
    for (const [question, answer] of answers) {
      let list = lists.get(question)
      if (list === undefined) lists.set(question, list = { wrong: [], alike: new Map() })
      list.wrong.push(person)
      const alike = list.alike.get(answer)
      if (alike === undefined) list.alike.set(answer, [person])
      else alike.push(person)
    }
  }
  const those = (list: readonly number[]): Those => ({ people: Int32Array.from(list), passed: 0 })
  const chances = new Map<string, number>()
  const questions = new Map<string, Asked>()
  let greatest = 0
  for (const [question, { wrong, alike }] of lists) {
    const chance = [...alike.values()].reduce((sum, { length }) => sum + length ** 2, 0) / wrong.length ** 2
    greatest = Math.max(greatest, chance)
    chances.set(question, chance)
    questions.set(question, { wrong: those(wrong), alike: new Map([...alike].map(([answer, list]) => [answer, those(list)])), chance })
  }
  return { questions, chances, greatest, longest }
}
