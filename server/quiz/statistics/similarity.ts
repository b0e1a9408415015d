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
  const { chances, wrong, alike } = tabulate(people)
  const n = people.length
  const pairs = n * (n - 1) / 2
  // A normal tail of 0.05 ÷ pairs begins within this many standard deviations. What lies within half of that is not worth the
  // exact probability: it cannot come out that small.
  const near = Math.sqrt(2 * Math.log(20 * pairs)) / 2
  const found: Similarity[] = []
  const same = new Uint16Array(n)
  // Of each pair the expected number of same wrong answers and its variance, side by side.
  const chance = new Float64Array(2 * n)
  for (const [first, answers] of people.entries()) {
    same.fill(0)
    chance.fill(0)
    for (const [question, answer] of answers) {
      const of = chances.get(question) as number
      addAbove(first, wrong.get(question) as Uint32Array, chance, of, of * (1 - of))
      countAbove(first, alike.get(nameOf(question, answer)) as Uint32Array, same)
    }
    for (let second = first + 1; second < n; second++) {
      const count = same[second] as number
      const expected = chance[2 * second] as number
      if (count < LEAST_SAME || count < expected + near * Math.sqrt(chance[2 * second + 1] as number)) continue
      const both = [...answers.keys()].filter(question => people[second]?.has(question))
      const probability = atLeast(count, both.map(question => chances.get(question) as number))
      const adjustedProbability = Math.min(1, probability * pairs)
      if (adjustedProbability < 0.05) {
        found.push({ first, second, bothWrong: both.length, same: count, expected, probability, adjustedProbability })
      }
    }
  }
  return found.sort((a, b) => a.probability - b.probability).slice(0, most)
}

// The innermost loops: people come in ascending order, and those after the first of a pair stand at the end.

function addAbove (first: number, people: Uint32Array, sums: Float64Array, mean: number, variance: number): void {
  for (let i = people.length - 1; (people[i] as number) > first; i--) {
    const place = 2 * (people[i] as number)
    sums[place] = (sums[place] as number) + mean
    sums[place + 1] = (sums[place + 1] as number) + variance
  }
}

function countAbove (first: number, people: Uint32Array, counts: Uint16Array): void {
  for (let i = people.length - 1; (people[i] as number) > first; i--) counts[people[i] as number] = (counts[people[i] as number] as number) + 1
}

/** Who had each question wrong, who gave each wrong answer, both ascending, and the chance of each question that two of those who had
 * it wrong agree. */
function tabulate (people: readonly ReadonlyMap<string, string>[]): {
  readonly chances: ReadonlyMap<string, number>, readonly wrong: ReadonlyMap<string, Uint32Array>, readonly alike: ReadonlyMap<string, Uint32Array>
} {
  const wrong = new Map<string, number[]>()
  const alike = new Map<string, number[]>()
  const squares = new Map<string, number>()
  for (const [person, answers] of people.entries()) {
    for (const [question, answer] of answers) {
      append(wrong, question, person)
      // The squares of 1, 2, 3 … differ by 1, 3, 5 …
      squares.set(question, (squares.get(question) ?? 0) + 2 * append(alike, nameOf(question, answer), person) - 1)
    }
  }
  const packed = (lists: ReadonlyMap<string, number[]>): Map<string, Uint32Array> => new Map([...lists].map(([name, list]) => [name, Uint32Array.from(list)]))
  return {
    chances: new Map([...wrong].map(([question, { length }]) => [question, (squares.get(question) as number) / length ** 2])),
    wrong: packed(wrong),
    alike: packed(alike)
  }
}

/** @returns how many there are now */
function append (lists: Map<string, number[]>, name: string, person: number): number {
  const list = lists.get(name)
  if (list !== undefined) return list.push(person)
  lists.set(name, [person])
  return 1
}

function nameOf (question: string, answer: string): string {
  return `${question}\n${answer}`
}
