import { addDays, daysBetween } from '../cohorts/days.ts'
import { daysIn, type Period } from './period.ts'

export type Stage = 'enrolled' | 'started' | 'passed'

/** The count at the end of a local day. Days without a change may be left out. */
export interface DayCount {
  readonly day: string
  readonly counted: number
}

/** People on their way who are not counted yet, and the day their course is due to end. */
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
  /** Share of each stage that comes to be counted; `ASSUMED_CONVERSION` until the programme has figures of its own. */
  readonly conversion?: Readonly<Record<Stage, number>>
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

/** An assumption, not a measurement: replace it by the shares of a closed year. */
export const ASSUMED_CONVERSION: Readonly<Record<Stage, number>> = { enrolled: 0.6, started: 0.8, passed: 0.98 }

const RECENT_WEEKS = 8
const EARLIEST_DAY = 14
/** The standard deviation of the share that comes through, from one cohort to another. */
const CONVERSION_SPREAD = 0.1
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
 * 4. *Pipeline.* People on their way and due inside the period, times the share of their stage that comes through, are
 *    a second reading: those who will be counted are at least these. Each of low, likely and high is the greater of the
 *    two readings. Enrolled or started people whose due day has passed are not expected any more; passed ones are.
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

/** Step 4. */
function fromPipeline ({ period, today, pipeline = [], conversion = ASSUMED_CONVERSION }: ForecastInput): Range {
  let likely = 0
  let variance = 0
  let people = 0
  for (const item of pipeline) {
    if (item.due > period.to || (item.due < today && item.stage !== 'passed')) continue
    const share = conversion[item.stage]
    likely += item.people * share
    variance += item.people * share * (1 - share) + (item.people * CONVERSION_SPREAD * (1 - share)) ** 2
    people += item.people
  }
  const deviation = Math.sqrt(variance)
  return { low: likely - Z * deviation, likely, high: Math.min(people, likely + Z * deviation) }
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
