import { addDays, daysBetween } from '../cohorts/days.ts'
import { daysIn, type Period } from './period.ts'

/** How far somebody came on the way to a certificate, in order. */
export const STAGES = ['nominated', 'enrolled', 'started', 'passed'] as const
export type Stage = typeof STAGES[number]

/** The count at the end of a local day. Days without a change may be left out. */
export interface DayCount {
  readonly day: string
  readonly counted: number
}

/** People of one cohort on their way who are not counted yet, and the day their cohort ends. */
export interface PipelineItem {
  readonly stage: Stage
  readonly people: number
  readonly due: string
}

export interface ForecastInput {
  readonly period: Period
  readonly today: string
  /** In order of day. */
  readonly cumulative: readonly DayCount[]
  readonly target: number
  readonly pipeline?: readonly PipelineItem[]
  /** What became of those who came so far before them. Of a stage of which too little is known, nobody is expected. */
  readonly conversion?: Readonly<Partial<Record<Stage, Conversion>>>
}

/** The share of those who came to a stage and were certified, as past cohorts have it. */
export interface Conversion {
  readonly stage: Stage
  readonly people: number
  readonly certified: number
  readonly cohorts: number
  readonly share: number
  /** The standard deviation of the share from one cohort to another, beyond chance. */
  readonly spread: number
}

/** Why there is a forecast or none: a key for the sentence that stands beside the number. */
export type ForecastMethod = 'not-begun' | 'too-early' | 'nothing-counted' | 'rate' | 'pipeline' | 'closed'

export interface Forecast {
  readonly counted: number
  /** Where the straight line from nothing to the target stands at the end of today. */
  readonly expectedToday: number
  /** counted − expectedToday. */
  readonly ahead: number
  /** End of the period, whole people; all three null where nothing can honestly be said. */
  readonly low: number | null
  readonly likely: number | null
  readonly high: number | null
  readonly method: ForecastMethod
}

/** So many people in so many cohorts must have come to a stage before a share is taken of them. */
export const LEAST_KNOWN = { people: 30, cohorts: 3 } as const

/** @param past what became of one stage, a line a cohort
 * @returns null where too little is known */
export function conversionOf (past: ReadonlyArray<{ readonly stage: Stage, readonly people: number, readonly certified: number }>): Conversion | null {
  // A share is at most 1, and what chance makes it differ by at least 0, whatever was kept.
  const known = past.filter(({ people }) => people > 0).map((line) => ({ ...line, certified: Math.min(line.certified, line.people) }))
  const people = sum(known.map((line) => line.people))
  const certified = sum(known.map((line) => line.certified))
  const [first] = known
  if (first === undefined || people < LEAST_KNOWN.people || known.length < LEAST_KNOWN.cohorts) return null
  // Half a person more of either kind (Jeffreys' prior): that all came through is no proof that all will.
  const share = (certified + 0.5) / (people + 1)
  // Method of moments: what cohorts differ by, less what chance alone makes them differ by.
  const seen = sum(known.map((line) => line.people * (line.certified / line.people - share) ** 2)) / people
  const spread = Math.sqrt(Math.max(0, seen - share * (1 - share) * known.length / people))
  return { stage: first.stage, people, certified, cohorts: known.length, share, spread }
}

const RECENT_WEEKS = 8
const EARLIEST_DAY = 14
/** Standard normal quantile 0.9: low to high is meant to hold four times in five. */
const Z = 1.2816

interface Range {
  readonly low: number
  readonly likely: number
  readonly high: number
}

/** Where the period will end, with a range meant to hold four times in five.
 *
 * 1. *Rate.* Whole weeks are counted back from today. The weekly rate is the mean of two: the last eight weeks', which
 *    follows what is going on, and the whole period's, which does not forget. (Younger than eight weeks: one rate.)
 * 2. *Dispersion.* Courses end in cohorts, so weekly counts vary more than chance alone. Their variance is taken as
 *    mean × φ, φ = sample variance ÷ mean, never under 1 (the negative-binomial "NB1" form; Poisson at φ = 1).
 * 3. *Range.* Three variances are added: of the weeks still to come; of the rate, known from few weeks; and of the
 *    disagreement between the two rates. The bounds are a normal's, widened to Student's t for the number of weeks.
 * 4. *Pipeline.* People in cohorts that end inside the period, times the share of those who came as far in past cohorts and were
 *    certified, are a second reading. Four variances are added: chance for each of them; how much cohorts differ; how few the
 *    share is known from; and how few cohorts. Each of low, likely and high is the greater of the two readings. Of a stage
 *    that fewer than 30 people in 3 cohorts came to, nobody is expected.
 *
 * No forecast before the period begins, in its first two weeks, or while nothing is counted and nobody is on the way.
 * A steady rise or fall of the rate is followed, not foreseen: while it lasts, likely lags behind it.
 * After the period the forecast is the count. No bound is below what is counted: a revocation to come is not foreseen. */
export function forecast (input: ForecastInput): Forecast {
  const { period, today, target } = input
  const counted = countedOn(input.cumulative, today)
  const days = daysIn(period)
  const elapsed = Math.min(days, Math.max(0, daysBetween(period.from, today) + 1))
  const expectedToday = Math.round(target * elapsed / days)
  const soFar = { counted, expectedToday, ahead: counted - expectedToday }
  const none = { low: null, likely: null, high: null }

  if (today > period.to) return { ...soFar, low: counted, likely: counted, high: counted, method: 'closed' }
  if (elapsed === 0) return { ...soFar, ...none, method: 'not-begun' }
  if (elapsed < EARLIEST_DAY) return { ...soFar, ...none, method: 'too-early' }

  const coming = fromPipeline(input)
  if (counted === 0 && coming.likely === 0) return { ...soFar, ...none, method: 'nothing-counted' }
  const going = fromRate(input.cumulative, today, counted, elapsed, days - elapsed)
  return {
    ...soFar,
    low: counted + Math.floor(Math.max(0, going.low, coming.low)),
    likely: counted + Math.round(Math.max(0, going.likely, coming.likely)),
    high: counted + Math.ceil(Math.max(0, going.high, coming.high)),
    method: coming.likely > going.likely ? 'pipeline' : 'rate'
  }
}

/** The count at the end of a day: the last one known by then, 0 before the first. */
export function countedOn (cumulative: readonly DayCount[], day: string): number {
  return cumulative.findLast((entry) => entry.day <= day)?.counted ?? 0
}

/** Steps 1–3. All in people still to be counted. */
function fromRate (cumulative: readonly DayCount[], today: string, counted: number, elapsed: number, remaining: number): Range {
  const weeks = Math.floor(elapsed / 7)
  const ends = Array.from({ length: weeks + 1 }, (_, week) => countedOn(cumulative, addDays(today, -7 * week)))
  const weekly = ends.slice(1).map((earlier, week) => (ends[week] ?? 0) - earlier)
  const recent = weekly.slice(0, RECENT_WEEKS)
  const recentRate = sum(recent) / recent.length
  const wholeRate = counted / (elapsed / 7)
  const rate = (recentRate + wholeRate) / 2

  const mean = sum(weekly) / weeks
  const variance = sum(weekly.map((count) => (count - mean) ** 2)) / (weeks - 1)
  const dispersion = mean > 0 ? Math.max(1, variance / mean) : 1
  // Half a person more than seen (Jeffreys' prior for a Poisson rate): a quiet stretch is not proof of silence.
  const weekVariance = dispersion * (Math.max(rate, 0) + 0.5 / weeks)
  const toCome = remaining / 7
  // The two rates share weeks; the variance of their mean is σ²/4 × (1/recent + 3/weeks).
  const ofRate = weekVariance / 4 * (1 / recent.length + 3 / weeks) + ((recentRate - wholeRate) / 2) ** 2
  const deviation = Math.sqrt(toCome * weekVariance + toCome ** 2 * ofRate) * studentOverNormal(weeks - 1)
  return { low: rate * toCome - Z * deviation, likely: rate * toCome, high: rate * toCome + Z * deviation }
}

/** People on the way by stage, in order, and how many of them are expected; null where too little is known. */
export function expectedOf ({ period, today, pipeline = [], conversion = {} }: Pick<ForecastInput, 'period' | 'today' | 'pipeline' | 'conversion'>): Array<{ readonly stage: Stage, readonly people: number, readonly expected: number | null, readonly conversion: Conversion | null }> {
  return STAGES.map((stage) => {
    const people = sum(pipeline.filter((item) => item.stage === stage && isExpected(item, period, today)).map((item) => item.people))
    const known = conversion[stage] ?? null
    return { stage, people, expected: known === null ? null : people * known.share, conversion: known }
  })
}

/** Those whose cohort ended without their having passed are not expected any more. */
function isExpected ({ due, stage }: PipelineItem, period: Period, today: string): boolean {
  return due <= period.to && (due >= today || stage === 'passed')
}

/** Step 4. */
function fromPipeline (input: ForecastInput): Range {
  const { period, today, pipeline = [], conversion = {} } = input
  const stages = expectedOf(input)
  let variance = 0
  for (const { people, conversion: known } of stages) {
    if (known === null) continue
    const { share, spread } = known
    variance += people ** 2 * (share * (1 - share) / (known.people + 2) + spread ** 2 / known.cohorts)
  }
  for (const item of pipeline) {
    const known = conversion[item.stage]
    if (known === undefined || !isExpected(item, period, today)) continue
    variance += item.people * known.share * (1 - known.share) + (item.people * known.spread) ** 2
  }
  const likely = sum(stages.map(({ expected }) => expected ?? 0))
  const most = sum(stages.map(({ people, expected }) => expected === null ? 0 : people))
  const deviation = Math.sqrt(variance)
  return { low: likely - Z * deviation, likely, high: Math.min(most, likely + Z * deviation) }
}

/** How much wider Student's t is than the normal at quantile 0.9 (Abramowitz & Stegun 26.7.5). */
function studentOverNormal (freedom: number): number {
  const t = Z + (Z ** 3 + Z) / (4 * freedom) + (5 * Z ** 5 + 16 * Z ** 3 + 3 * Z) / (96 * freedom ** 2) +
    (3 * Z ** 7 + 19 * Z ** 5 + 17 * Z ** 3 - 15 * Z) / (384 * freedom ** 3)
  return t / Z
}

function sum (values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
