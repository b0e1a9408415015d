import t, { type Test } from 'tap'
import { comparableItems } from '../../../server/quiz/statistics/comparable.ts'
import { givenCount, strengthFor } from '../../../server/quiz/statistics/conditional.ts'
import { groupDifferences } from '../../../server/quiz/statistics/group-difference.ts'
import { inverseOf } from '../../../server/quiz/statistics/inverse.ts'
import { itemFigures } from '../../../server/quiz/statistics/item-figures.ts'
import { mantelHaenszel } from '../../../server/quiz/statistics/mantel-haenszel.ts'
import { momentsOf, variance } from '../../../server/quiz/statistics/moments.ts'
import { adjusted, atLeast, chiSquareAbove, normalAbove } from '../../../server/quiz/statistics/probability.ts'
import { raschOf, type Try } from '../../../server/quiz/statistics/rasch.ts'
import { similarPairs, type Similarity } from '../../../server/quiz/statistics/similarity.ts'
import type { Sitting } from '../../../server/quiz/statistics/sitting.ts'
import { strataOf } from '../../../server/quiz/statistics/strata.ts'
import { testFigures } from '../../../server/quiz/statistics/test-figures.ts'
import { weightsOf } from '../../../server/quiz/statistics/weights.ts'
import { randomFrom } from '../../../server/quiz/random.ts'

function near (t: Test, found: number | null | undefined, wanted: number, within = 1e-9, what?: string): void {
  t.ok(typeof found === 'number' && Math.abs(found - wanted) <= within, `${what ?? ''} ${String(found)} is ${wanted}`)
}

t.test('moments are those of the published examples', (t) => {
  // The examples of STDEV, SKEW and KURT in the documentation of Microsoft Excel.
  const strengths = [1345, 1301, 1368, 1322, 1310, 1370, 1318, 1350, 1303, 1299]
  near(t, momentsOf(strengths).standardDeviation, 27.46391572, 1e-8)
  const { skewness, kurtosis, mean, median } = momentsOf([3, 4, 5, 2, 3, 4, 5, 6, 4, 7])
  near(t, skewness, 0.359543071, 1e-9)
  near(t, kurtosis, -0.151799637, 1e-9)
  near(t, mean, 4.3)
  near(t, median, 4)
  near(t, momentsOf([7, 1, 2]).median, 2)
  t.same(momentsOf([]), { count: 0, mean: null, median: null, standardDeviation: null, skewness: null, kurtosis: null })
  t.same(momentsOf([2]), { count: 1, mean: 2, median: 2, standardDeviation: null, skewness: null, kurtosis: null })
  t.match(momentsOf([1, 2]), { standardDeviation: Math.SQRT1_2, skewness: null, kurtosis: null })
  t.match(momentsOf([1, 2, 4]), { kurtosis: null })
  t.match(momentsOf([0.3, 0.3, 0.3, 0.3]), { standardDeviation: 0, skewness: null, kurtosis: null })
  t.equal(variance([0.1 + 0.2, 0.3, 0.3]), 0, 'what differs in its last binary digit is alike')
  near(t, variance([1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16]), 30, 1e-9, 'a large mean costs no digits')
  t.end()
})

t.test('alpha is the ratio of covariances that Cronbach states, however it is worked out', (t) => {
  const random = randomFrom('alpha')
  const people = Array.from({ length: 40 }, () => {
    const ability = random.below(5)
    return [1, 2, 0.5, 3].map(mark => mark * (random.below(5) <= ability ? 1 : random.below(3) / 2))
  })
  const columns = [0, 1, 2, 3].map(item => people.map(marks => marks[item] ?? 0))
  const totals = people.map(marks => marks.reduce((a, b) => a + b))
  const mean = (xs: readonly number[]): number => xs.reduce((a, b) => a + b) / xs.length
  const cov = (xs: readonly number[], ys: readonly number[]): number => (mean(xs.map((x, i) => x * (ys[i] ?? 0))) - mean(xs) * mean(ys)) * xs.length / (xs.length - 1)
  const all = columns.flatMap(xs => columns.map(ys => cov(xs, ys))).reduce((a, b) => a + b)
  const own = columns.map(xs => cov(xs, xs)).reduce((a, b) => a + b)
  const figures = testFigures(totals, columns)
  near(t, figures.internalConsistencyPercent, 100 * 4 / 3 * (1 - own / all), 1e-9)
  near(t, figures.errorRatioPercent, 100 * Math.sqrt(1 - 4 / 3 * (1 - own / all)), 1e-9)
  near(t, figures.standardError, Math.sqrt(all * (1 - 4 / 3 * (1 - own / all))), 1e-9)
  t.match(testFigures([1, 2], [[1, 1], [0, 1]]), { internalConsistencyPercent: null, standardError: null }, 'two people tell nothing')
  t.match(testFigures([1, 1, 1], [[1, 1, 0], [0, 0, 1]]), { internalConsistencyPercent: null })
  t.end()
})

t.test('an item is judged by the rest of the totals; what is not defined is null', (t) => {
  t.match(itemFigures([{ mark: 1, rest: 4 }, { mark: 0, rest: 1 }], 1), { count: 2, facilityPercent: 50, discriminationIndexPercent: 100, discriminativeEfficiencyPercent: 100 })
  t.same(itemFigures([], 1), { count: 0, facilityPercent: null, standardDeviation: null, discriminationIndexPercent: null, discriminativeEfficiencyPercent: null })
  t.match(itemFigures([{ mark: 0, rest: 1 }, { mark: 0, rest: 2 }], 0), { facilityPercent: null, standardDeviation: null, discriminationIndexPercent: null })
  t.match(itemFigures([{ mark: 0.3, rest: 1 }, { mark: 0.3, rest: 2 }, { mark: 0.3, rest: 5 }], 1), { standardDeviation: 0, discriminationIndexPercent: null, discriminativeEfficiencyPercent: null })
  t.same(weightsOf([[0, 0, 1], [3, 1, 1]], [3, 1, 2]).map(({ negativeCovariance }) => negativeCovariance), [false, false])
  t.same(weightsOf([[0, 1, 1], [4, 1, 0]], [4, 2, 1]), [{ effectiveWeightPercent: null, negativeCovariance: true }, { effectiveWeightPercent: 100, negativeCovariance: false }])
  t.same(weightsOf([[1], [1]], [2]), [{ effectiveWeightPercent: null, negativeCovariance: false }, { effectiveWeightPercent: null, negativeCovariance: false }])
  t.end()
})

t.test('probabilities are those of the tables', (t) => {
  // Abramowitz & Stegun, table 26.1, and the usual critical values of chi-square.
  for (const [z, above] of [[0, 0.5], [1, 0.158655253931457], [1.959963984540054, 0.025], [3, 0.001349898031630], [5, 2.866515718791940e-7], [-1, 0.841344746068543]] as const) {
    near(t, normalAbove(z), above, above * 1e-12, `above ${z}`)
  }
  near(t, normalAbove(2.9999999), normalAbove(3), 1e-9, 'both series meet')
  near(t, chiSquareAbove(3.841458820694124), 0.05, 1e-12)
  t.equal(chiSquareAbove(0), 1)
  // Each of the 2¹⁰ outcomes counted.
  const chances = [0.1, 0.9, 0.5, 0.25, 0.33, 0.8, 0.05, 0.6, 1, 0]
  const exact = (least: number): number => Array.from({ length: 2 ** chances.length }, (_, bits) => chances.map((chance, i) => (bits >> i) % 2 === 1 ? chance : 1 - chance).reduce((a, b) => a * b) * ([...bits.toString(2)].filter(bit => bit === '1').length >= least ? 1 : 0)).reduce((a, b) => a + b)
  for (const least of [0, 1, 3, 5, 9, 10, 11]) near(t, atLeast(least, chances), exact(least), 1e-14, `at least ${least}`)
  // The worked example of Benjamini & Hochberg (1995), section 4.1: fifteen probabilities, of which four are findings.
  const published = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1]
  t.equal(adjusted(published).filter(probability => probability <= 0.05).length, 4)
  near(t, adjusted(published)[3], 0.0095 * 15 / 4, 1e-12)
  t.same(adjusted([0.02, 0.01]), [0.02, 0.02])
  t.end()
})

t.test('Mantel and Haenszel: admissions to Berkeley by department, as R documents them', (t) => {
  // UCBAdmissions (Bickel, Hammel & O'Connell, Science 187, 1975); mantelhaen.test() in R gives X² 1.4269, p 0.2323, a common odds ratio
  // of 0.9046968 and its interval from 0.7719074 to 1.0603298, which rests on the variance of Robins, Breslow & Greenland.
  const departments = [[512, 313, 89, 19], [353, 207, 17, 8], [120, 205, 202, 391], [138, 279, 131, 244], [53, 138, 94, 299], [22, 351, 24, 317]]
  const strata = departments.map(([referenceRight = 0, referenceWrong = 0, focalRight = 0, focalWrong = 0]) => ({ referenceRight, referenceWrong, focalRight, focalWrong }))
  const found = mantelHaenszel([...strata, { referenceRight: 5, referenceWrong: 5, focalRight: 0, focalWrong: 0 }])
  near(t, found?.chiSquare, 1.4269, 5e-5)
  near(t, found?.probability, 0.2323, 5e-5)
  near(t, found?.oddsRatio, 0.9046968, 5e-8)
  const error = (found?.deltaError ?? NaN) / 2.35
  near(t, Math.exp(Math.log(found?.oddsRatio ?? NaN) - 1.959963984540054 * error), 0.7719074, 5e-8)
  near(t, Math.exp(Math.log(found?.oddsRatio ?? NaN) + 1.959963984540054 * error), 1.0603298, 5e-8)
  near(t, found?.delta, -2.35 * Math.log(0.9046968), 1e-6)
  t.equal(found?.effect, 'A')
  t.equal(mantelHaenszel([{ referenceRight: 3, referenceWrong: 0, focalRight: 2, focalWrong: 0 }]), null, 'nobody was wrong')
  // One table each, its odds ratio a matter of division: 1.6 is −1.10 on the delta scale, 4 is −3.26.
  const table = (right: number, wrong: number, people: number): string | undefined =>
    mantelHaenszel([{ referenceRight: right * people, referenceWrong: wrong * people, focalRight: 5 * people, focalWrong: 5 * people }])?.effect
  t.equal(table(8, 5, 100), 'B')
  t.equal(table(8, 5, 1), 'A', 'among so few, nothing is found')
  t.equal(table(8, 2, 100), 'C')
  t.equal(table(7, 3, 10), 'B', 'large, but not surely more than slight')
  t.end()
})

/** 1,000 people's answers to five items: section 6 of the Law School Admission Test (Bock & Lieberman, Psychometrika 35, 1970). */
const LSAT: Readonly<Record<string, number>> = {
  '00000': 3, '00001': 6, '00010': 2, '00011': 11, '00100': 1, '00101': 1, '00110': 3, '00111': 4,
  '01000': 1, '01001': 8, '01011': 16, '01101': 3, '01110': 2, '01111': 15, 10000: 10, 10001: 29,
  10010: 14, 10011: 81, 10100: 3, 10101: 28, 10110: 15, 10111: 80, 11000: 16, 11001: 56,
  11010: 21, 11011: 173, 11100: 11, 11101: 61, 11110: 28, 11111: 298
}

function peopleOf (patterns: Readonly<Record<string, number>>): Try[][] {
  return Object.entries(patterns).flatMap(([pattern, people]) => Array.from({ length: people }, () =>
    [...pattern].flatMap((mark, item): Try[] => mark === '-' ? [] : [{ item, right: mark === '1' }])))
}

/** The conditional log-likelihood by its definition: every way of having as many right is listed. */
function logLikelihood (people: readonly (readonly Try[])[], difficulties: readonly number[]): number {
  const ways = new Map<string, number>()
  return people.reduce((sum, tries) => {
    const ease = (chosen: readonly Try[]): number => chosen.reduce((total, { item }) => total - (difficulties[item] ?? NaN), 0)
    const count = tries.filter(({ right }) => right).length
    const name = `${count} of ${tries.map(({ item }) => item).join()}`
    if (!ways.has(name)) {
      const subsets = Array.from({ length: 2 ** tries.length }, (_, bits) => tries.filter((_, i) => (bits >> i) % 2 === 1)).filter(({ length }) => length === count)
      ways.set(name, Math.log(subsets.map(subset => Math.exp(ease(subset))).reduce((a, b) => a + b)))
    }
    return sum + ease(tries.filter(({ right }) => right)) - (ways.get(name) ?? NaN)
  }, 0)
}

t.test('Rasch: the Law School Admission Test, as published', (t) => {
  const people = peopleOf(LSAT)
  const items = raschOf(people, 5)
  // Conditional estimates of Andersen (1970 and later): −1.256, 0.475, 1.236, 0.168, −0.623.
  for (const [index, difficulty] of [-1.256, 0.475, 1.236, 0.168, -0.623].entries()) near(t, items[index]?.difficulty, difficulty, 5e-4)
  near(t, items.reduce((sum, item) => sum + (item?.difficulty ?? NaN), 0), 0, 1e-9)
  t.equal(items[0]?.people, 1000 - 3 - 298, 'who had all right, or none, tells nothing')
  t.end()
})

t.test('Rasch: with items not met by all, the estimate is the summit of the likelihood, and its curvature the error', (t) => {
  const people = peopleOf({ '110--': 20, '101--': 12, '011--': 7, '-1001': 9, '-0110': 8, '--110': 11, '--011': 6, '--100': 5, '--010': 9, '1--01': 4, '0--10': 7, '11111': 5, '0-0-0': 3 })
  const items = raschOf(people, 6)
  t.equal(items[5], null, 'never met')
  const found = items.slice(0, 5).map(item => item?.difficulty ?? NaN)
  const height = logLikelihood(people, found)
  const step = 1e-4
  const moved = (...moves: readonly (readonly [number, number])[]): number => logLikelihood(people, found.map((difficulty, item) => difficulty + moves.filter(([of]) => of === item).reduce((sum, [, by]) => sum + by, 0)))
  for (const item of found.keys()) {
    t.ok(moved([item, 0.01]) < height && moved([item, -0.01]) < height, `item ${item} stands at the summit`)
    near(t, (moved([item, step]) - moved([item, -step])) / (2 * step), 0, 1e-5)
  }
  // Information by second differences, with a ridge along (1, …, 1), inverted by Gauss and Jordan.
  const n = found.length
  const matrix = found.map((_, i) => [...found.map((_, j) => 1 - (moved([i, step], [j, step]) - moved([i, step], [j, -step]) - moved([i, -step], [j, step]) + moved([i, -step], [j, -step])) / (4 * step * step)), ...found.map((_, j) => i === j ? 1 : 0)])
  for (let i = 0; i < n; i++) {
    const pivot = matrix[i]?.[i] ?? NaN
    matrix[i] = (matrix[i] ?? []).map(value => value / pivot)
    for (let k = 0; k < n; k++) {
      const factor = matrix[k]?.[i] ?? NaN
      if (k !== i) matrix[k] = (matrix[k] ?? []).map((value, j) => value - factor * (matrix[i]?.[j] ?? NaN))
    }
  }
  for (let i = 0; i < n; i++) near(t, items[i]?.standardError, Math.sqrt((matrix[i]?.[n + i] ?? NaN) - 1 / (n * n)), 1e-4)
  // Fit by its definition, the ability found by halving.
  const sums = found.map(() => [0, 0, 0, 0] as [number, number, number, number])
  for (const tries of people) {
    const count = tries.filter(({ right }) => right).length
    if (count === 0 || count === tries.length) continue
    let [low, high] = [-20, 20]
    const chance = (ability: number, item: number): number => 1 / (1 + Math.exp((found[item] ?? NaN) - ability))
    for (let i = 0; i < 100; i++) {
      const middle = (low + high) / 2
      if (tries.reduce((sum, { item }) => sum + chance(middle, item), 0) < count) low = middle
      else high = middle
    }
    for (const { item, right } of tries) {
      const p = chance(low, item)
      const sum = sums[item] ?? [0, 0, 0, 0]
      sum[0] += ((right ? 1 : 0) - p) ** 2
      sum[1] += p * (1 - p)
      sum[2] += ((right ? 1 : 0) - p) ** 2 / (p * (1 - p))
      sum[3]++
    }
  }
  for (const [i, [residual, weight, standardised, count]] of sums.entries()) {
    near(t, items[i]?.infit, residual / weight, 1e-8)
    near(t, items[i]?.outfit, standardised / count, 1e-8)
    t.equal(items[i]?.people, count)
  }
  t.end()
})

t.test('Rasch: difficulties that were put in come out, and errors beyond thirty items are those of many samples', (t) => {
  const random = randomFrom('rasch')
  const true40 = Array.from({ length: 40 }, (_, i) => -3 + 6 * i / 39)
  const sample = (): (ReturnType<typeof raschOf>) => raschOf(Array.from({ length: 400 }, () => {
    const ability = (random.below(1000) + random.below(1000) + random.below(1000)) / 500 - 3
    return true40.map((difficulty, item) => ({ item, right: random.below(1e6) / 1e6 < 1 / (1 + Math.exp(difficulty - ability)) }))
  }), 40)
  const samples = Array.from({ length: 8 }, sample)
  const errors = samples.flatMap(items => items.map((item, i) => ((item?.difficulty ?? NaN) - (true40[i] ?? NaN)) / (item?.standardError ?? NaN)))
  const spread = Math.sqrt(errors.reduce((sum, z) => sum + z * z, 0) / errors.length)
  t.ok(spread > 0.85 && spread < 1.15, `320 errors, each in units of its standard error: ${spread}`)
  t.ok(samples.flat().every(item => item !== null && item.infit > 0.7 && item.infit < 1.3))
  t.end()
})

t.test('Rasch: what cannot be compared has no difficulty', (t) => {
  t.same(raschOf([], 2), [null, null])
  t.same(raschOf(peopleOf({ '10': 5, '11': 5 }), 2), [null, null], 'the first was never wrong where the second was right')
  const items = raschOf(peopleOf({ '101': 5, '011': 4 }), 3)
  t.equal(items[2], null, 'everybody was right')
  near(t, items[0]?.difficulty, -Math.log(5 / 4) / 2, 1e-9, 'two items: the log of the ratio, halved to either side')
  t.same(comparableItems({ starts: Int32Array.of(0, 2, 4, 6, 8, 10), item: Int32Array.of(0, 1, 1, 0, 2, 3, 3, 4, 4, 2), right: Uint8Array.of(1, 0, 1, 0, 1, 0, 1, 0, 1, 0), count: 5 }), [2, 3, 4], 'the larger of two sets without a bridge')
  // As easy as can be met: one of ten thousand wrong.
  const steep = raschOf(peopleOf({ '10': 9999, '01': 1 }), 2)
  near(t, steep[1]?.difficulty, Math.log(9999) / 2, 1e-6)
  const given = givenCount([0.5, 0.2, 0.9], 2)
  const ways = { ab: 0.5 * 0.2 * 0.1, ac: 0.5 * 0.8 * 0.9, bc: 0.5 * 0.2 * 0.9 }
  near(t, given[0], (ways.ab + ways.ac) / (ways.ab + ways.ac + ways.bc), 1e-15)
  near(t, strengthFor([0, 0, 0, 0], 1), -Math.log(3), 1e-12)
  near(t, strengthFor([-40, 0, 0, 0], 1), (-40 - Math.log(3)) / 2, 1e-6, 'where single steps lead far away')
  const spread = [-40, 0, 40]
  near(t, spread.map(difficulty => 1 / (1 + Math.exp(difficulty - strengthFor(spread, 1)))).reduce((a, b) => a + b), 1, 1e-9, 'wide apart')
  const inverse = inverseOf(Float64Array.of(4, 2, 2, 3), 2)
  for (const [i, value] of [3 / 8, -1 / 4, -1 / 4, 1 / 2].entries()) near(t, inverse[i], value, 1e-15)
  t.end()
})

t.test('strata keep people of the same score together', (t) => {
  const strata = strataOf([1, 1, 1, 2, 2, 3, 3, 4, 5, 5])
  t.equal(strata[0], strata[2])
  t.equal(strata[8], strata[9])
  t.ok((strata[0] ?? NaN) < (strata[3] ?? NaN) && (strata[3] ?? NaN) < (strata[9] ?? NaN))
  t.same(new Set(strataOf(new Array<number>(50).fill(0.5))).size, 1)
  t.equal(new Set(strataOf(Array.from({ length: 5000 }, (_, i) => i))).size, 50)
  t.end()
})

/** People of two languages who know equally much; in one of the twenty questions the translation misleads. */
function bilingual (random: ReturnType<typeof randomFrom>, people: number, shift: number, mislead: number): Sitting[] {
  return Array.from({ length: people }, (_, person) => {
    const group = person % 3 === 0 ? 'ar' : person === 1 ? 'fr' : 'en'
    const ability = (random.below(1000) + random.below(1000) + random.below(1000)) / 500 - 3 - (group === 'ar' ? shift : 0)
    return {
      id: `${person}`,
      group,
      items: Array.from({ length: 20 }, (_, index) => {
        const difficulty = index / 5 - 2 + (index === 7 && group === 'ar' ? mislead : 0)
        const right = random.below(1e6) / 1e6 < 1 / (1 + Math.exp(difficulty - ability))
        return { slot: index + 1, question: `q${index}`, markMax: 1, fraction: right ? 1 : 0, answer: null }
      })
    }
  })
}

t.test('a misleading translation is found; a weaker group alone is not', (t) => {
  const rows = groupDifferences(bilingual(randomFrom('dif'), 6000, 0.8, 1.5))
  t.equal(rows.length, 20, 'a group of one is not compared')
  t.match(rows[0], { question: 'q7', reference: 'en', focal: 'ar', effect: 'C', suspect: true, focalCount: 2000 })
  t.ok((rows[0]?.delta ?? 0) < -1.5 && (rows[0]?.standardisedPercent ?? 0) < -10, 'harder in Arabic')
  t.same(rows.filter(({ suspect }) => suspect).map(({ question }) => question), ['q7'])
  // The shift put in was 1.5 logits, −3.5 on the delta scale.
  near(t, rows[0]?.delta, -2.35 * 1.5, 3 * (rows[0]?.deltaError ?? 0))
  const clean = Array.from({ length: 5 }, (_, run) => groupDifferences(bilingual(randomFrom(`clean ${run}`), 1500, 0.8, 0)))
  t.ok(clean.flat().filter(({ suspect }) => suspect).length <= 2, 'a hundred sound questions, next to none suspected')
  t.same(groupDifferences(bilingual(randomFrom('few'), 120, 0, 3)), [], 'forty people are too few')
  t.equal(groupDifferences(bilingual(randomFrom('few'), 120, 0, 3), 30).find(({ suspect }) => suspect)?.question, 'q7', 'unless one says so')
  t.same(groupDifferences([]), [])
  t.end()
})

t.test('differences: by hand, with partial marks, questions not met by all, and nothing to earn', (t) => {
  const sat = (id: string, group: string, fractions: Readonly<Record<string, number>>, markMax = 1): Sitting => ({
    id, group, items: Object.entries(fractions).map(([question, fraction], index) => ({ slot: index + 1, question, markMax, fraction, answer: null }))
  })
  // All of one score, a half: a single stratum. Of six each, two are right in Arabic, the reference by its name, and four in
  // English: odds of 1 to 4, a third of a mark apart.
  const rows = groupDifferences([
    ...['1', '2', '3', '4'].map(id => sat(id, 'en', { a: 1, b: 0 })), ...['5', '6'].map(id => sat(id, 'en', { a: 0, b: 1, c: 0.5 })),
    ...['7', '8'].map(id => sat(id, 'ar', { a: 1, b: 0 })), ...['9', '10', '11', '12'].map(id => sat(id, 'ar', { a: 0, b: 1 }))
  ], 2)
  t.same(rows.map(({ question }) => question).sort(), ['a', 'b'], 'c was met by one language')
  const a = rows.find(({ question }) => question === 'a')
  t.match(a, { referenceCount: 6, focalCount: 6, effect: 'A', suspect: false })
  near(t, a?.oddsRatio, 1 / 4, 1e-12)
  near(t, a?.standardisedPercent, 100 / 3, 1e-9)
  t.same(groupDifferences([sat('1', 'en', { a: 0 }, 0), sat('2', 'en', { a: 0 }, 0), sat('3', 'ar', { a: 0 }, 0), sat('4', 'ar', { a: 0 }, 0)], 2), [], 'no odds to compare')
  // Two faulty questions of twelve: in the second round neither, nor any other, is judged by a score that holds the other fault.
  const random = randomFrom('x')
  const faulty = Array.from({ length: 1200 }, (_, person): Sitting => {
    const group = person % 3 === 0 ? 'ar' : 'en'
    const ability = random.below(6)
    return { id: `${person}`, group, items: [...'abcdefghijkl'].filter(question => question !== 'd' || person % 5 !== 0).map((question, slot) => ({
      slot, question, markMax: 1, answer: null, fraction: random.below(6) <= ability - (group === 'ar' && question < 'c' ? 2 : 0) ? 1 : 0
    })) }
  })
  const found = groupDifferences(faulty)
  t.same(found.filter(({ delta, suspect }) => suspect && delta < 0).map(({ question }) => question).sort(), ['a', 'b'])
  t.same(found.filter(({ delta, suspect }) => suspect && delta > 0), [], 'the sound ones are not made to look easy')
  t.end()
})

/** @param people what each answered wrong, by question */
function alike (people: readonly ReadonlyMap<string, string>[], most?: number): Similarity[] {
  const questions = [...new Set(people.flatMap(answers => [...answers.keys()]))]
  return similarPairs(people.length, questions.map(question => people.map(answers => answers.get(question))), most)
}

t.test('two who share wrong answers are found; the probability is that of every outcome counted', (t) => {
  const random = randomFrom('alike')
  const people = Array.from({ length: 30 }, () => new Map(Array.from({ length: 18 }, (_, question) => [`q${question}`, 'abcd'.charAt(random.below(4))] as const).filter(() => random.below(4) > 0)))
  const copied = new Map([...people[3] ?? []].map(([question, answer], index) => [question, index === 0 ? 'e' : answer]))
  people[20] = copied
  const [pair, ...others] = alike(people)
  t.same(others, [])
  t.match(pair, { first: 3, second: 20, bothWrong: copied.size, same: copied.size - 1 })
  const chances = [...copied.keys()].map(question => {
    const answers = people.flatMap(person => person.get(question) ?? [])
    return answers.flatMap(one => answers.map((other): number => one === other ? 1 : 0)).reduce((a, b) => a + b) / answers.length ** 2
  })
  const exact = Array.from({ length: 2 ** chances.length }, (_, bits) => chances.map((chance, i) => (bits >> i) % 2 === 1 ? chance : 1 - chance)
    .reduce((a, b) => a * b) * ([...bits.toString(2)].filter(bit => bit === '1').length >= copied.size - 1 ? 1 : 0)).reduce((a, b) => a + b)
  near(t, pair?.probability, exact, exact * 1e-9)
  near(t, pair?.adjustedProbability, exact * 30 * 29 / 2, exact * 1e-6)
  near(t, pair?.expected, chances.reduce((a, b) => a + b), 1e-12)
  t.same(alike(people, 0), [])
  t.same(similarPairs(0, []), [])
  const alone = Array.from({ length: 60 }, () => new Map(Array.from({ length: 30 }, (_, question) => [`q${question}`, 'abc'.charAt(random.below(3))] as const)))
  t.same(alike(alone), [], 'among 1,770 pairs who answered alone')
  t.same(alike([new Map([['a', '1'], ['b', '1'], ['c', '1'], ['d', '1'], ['e', '1']]), new Map([['a', '1'], ['b', '1'], ['c', '1'], ['d', '1'], ['e', '1']])]), [], 'where all who were wrong gave the same answer it says nothing')
  t.end()
})
