import fc from 'fast-check'
import t from 'tap'
import { countedOn, forecast, type DayCount, type ForecastInput } from '../../server/quotas/forecast.ts'
import { addDays } from '../../server/cohorts/days.ts'

const period = { from: '2026-09-09', to: '2027-09-08' }
const DAYS = Array.from({ length: 420 }, (_, index) => addDays(period.from, index - 1))
const dayNumber = (number: number): string => DAYS[number] ?? ''

/** One entry a day, from what each day brings. */
function cumulative (days: number, brings: (day: number) => number): DayCount[] {
  let counted = 0
  return Array.from({ length: days }, (_, index) => ({ day: dayNumber(index + 1), counted: counted += brings(index + 1) }))
}

function on (day: number, more: Partial<ForecastInput> = {}): ReturnType<typeof forecast> {
  return forecast({ period, today: dayNumber(day), cumulative: cumulative(day, () => 8), target: 3650, ...more })
}

t.test('the pace is a straight line, whole days counted', async (t) => {
  t.match(on(73), { counted: 584, expectedToday: 730, ahead: -146 })
  t.match(on(365), { counted: 2920, expectedToday: 3650, ahead: -730 })
  t.match(on(73, { target: 365 }), { expectedToday: 73, ahead: 511 })
})

t.test('before the period, in its first two weeks and while nothing is counted there is no forecast', async (t) => {
  const none = { low: null, likely: null, high: null }
  t.match(on(0, { cumulative: [] }), { ...none, method: 'not-begun', counted: 0, expectedToday: 0, ahead: 0 })
  t.match(on(13), { ...none, method: 'too-early', counted: 104 })
  t.match(on(60, { cumulative: [] }), { ...none, method: 'nothing-counted', counted: 0 })
  t.match(on(14), { method: 'rate' })
})

t.test('a steady rate goes on: the year ends where it leads', async (t) => {
  const steady = on(100)
  t.equal(steady.method, 'rate')
  t.equal(steady.likely, 2920)
  t.ok(steady.low !== null && steady.low < 2920 && steady.low > 2700, `low ${steady.low}`)
  t.ok(steady.high !== null && steady.high > 2920 && steady.high < 3150, `high ${steady.high}`)
})

t.test('the likely rate is the mean of the last eight weeks and of the whole period', async (t) => {
  // 20 weeks of nothing, then 8 of 70 a week: (70 + 20) / 2 = 45 a week for the 169 days that remain.
  const late = on(196, { cumulative: cumulative(196, (day) => day > 140 ? 10 : 0) })
  t.equal(late.counted, 560)
  t.equal(late.likely, 560 + Math.round(45 * 169 / 7))
})

t.test('counts that come in lumps give a wider range than the same number spread out', async (t) => {
  const spread = on(140)
  const lumps = on(140, { cumulative: cumulative(140, (day) => day % 28 === 0 ? 224 : 0) })
  t.equal(lumps.counted, spread.counted)
  t.ok((lumps.high ?? 0) - (lumps.low ?? 0) > 2 * ((spread.high ?? 0) - (spread.low ?? 0)))
})

t.test('after the period the forecast is the count, with corrections made since', async (t) => {
  const counts = [...cumulative(365, () => 8), { day: dayNumber(400), counted: 2919 }]
  t.match(on(366, { cumulative: counts }), { counted: 2920, low: 2920, likely: 2920, high: 2920, method: 'closed' })
  t.match(on(401, { cumulative: counts }), { counted: 2919, low: 2919, likely: 2919, high: 2919, method: 'closed' })
})

t.test('on the last day nothing more is expected', async (t) => {
  t.match(on(365), { low: 2920, likely: 2920, high: 2920, method: 'rate' })
})

t.test('people on their way raise the forecast when they are more than the rate alone would bring', async (t) => {
  const due = dayNumber(200)
  t.match(on(60, { cumulative: [], pipeline: [{ stage: 'passed', people: 100, due }] }), { likely: 98, high: 100, method: 'pipeline' })
  t.match(on(350, { pipeline: [{ stage: 'enrolled', people: 1000, due: period.to }] }), { likely: 2800 + 600, method: 'pipeline' })
  t.match(on(100, { pipeline: [{ stage: 'enrolled', people: 10, due }] }), { likely: 2920, method: 'rate' })
  t.equal(on(350, { pipeline: [{ stage: 'enrolled', people: 1000, due: period.to }], conversion: { enrolled: 0.9, started: 1, passed: 1 } }).likely, 3700)
})

t.test('people due after the period, or overdue without having passed, are not expected', async (t) => {
  const only = (stage: 'started' | 'passed', due: string) => on(60, { cumulative: [], pipeline: [{ stage, people: 50, due }] })
  t.equal(only('started', addDays(period.to, 1)).method, 'nothing-counted')
  t.equal(only('started', dayNumber(59)).method, 'nothing-counted')
  t.equal(only('passed', dayNumber(59)).likely, 49)
})

t.test('whatever the counts, the figures are whole, in order, and not below what is counted', async () => {
  const inputs = fc.record({
    day: fc.integer({ min: 14, max: 365 }),
    brings: fc.array(fc.integer({ min: -3, max: 60 }), { minLength: 1, maxLength: 40 }),
    people: fc.integer({ min: 0, max: 500 }),
    stage: fc.constantFrom('enrolled', 'started', 'passed')
  })
  fc.assert(fc.property(inputs, ({ day, brings, people, stage }) => {
    const counts = cumulative(day, (number) => brings[number % brings.length] ?? 0)
    const { counted, low, likely, high } = on(day, { cumulative: counts, pipeline: [{ stage, people, due: period.to }] })
    if (low === null || likely === null || high === null) return counted === 0 && people === 0
    return [low, likely, high].every(Number.isInteger) && counted <= low && low <= likely && likely <= high
  }))
})

t.test('four years in five end inside the range', async (t) => {
  let state = 20260909
  const random = (): number => (state = (state * 1664525 + 1013904223) % 2 ** 32) / 2 ** 32
  const streams: Record<string, () => number> = {
    'a few every day': () => Math.floor(random() * 17),
    'a class of about fifty every ten days': () => random() < 0.1 ? 20 + Math.floor(random() * 60) : 0
  }
  for (const [name, brings] of Object.entries(streams)) {
    for (const day of [60, 180, 300]) {
      const years = 100
      let inside = 0
      for (let year = 0; year < years; year++) {
        const counts = cumulative(365, brings)
        const { low, high } = on(day, { cumulative: counts })
        const end = countedOn(counts, period.to)
        if (low !== null && high !== null && low <= end && end <= high) inside++
      }
      t.ok(inside / years > 0.72 && inside / years < 0.97, `${name}, day ${day}: ${inside} of ${years}`)
    }
  }
})
