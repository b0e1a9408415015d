import fc from 'fast-check'
import t from 'tap'
import { conversionOf, countedOn, forecast, type Conversion, type DayCount, type ForecastInput, type Stage } from '../../server/quotas/forecast.ts'
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

/** As past cohorts have it: so many of so many, in cohorts that came out alike. */
const known = (stage: Stage, certified: number, people: number): { readonly [stage in Stage]?: Conversion } =>
  ({ [stage]: conversionOf(Array.from({ length: 10 }, () => ({ stage, people: people / 10, certified: certified / 10 }))) ?? undefined })

t.test('people on their way raise the forecast when they are more than the rate alone would bring', async (t) => {
  const due = dayNumber(200)
  t.match(on(60, { cumulative: [], pipeline: [{ stage: 'passed', people: 100, due }], conversion: known('passed', 980, 1000) }), { likely: 98, high: 100, method: 'pipeline' })
  t.match(on(350, { pipeline: [{ stage: 'enrolled', people: 1000, due: period.to }], conversion: known('enrolled', 600, 1000) }), { likely: 2800 + 600, method: 'pipeline' })
  t.match(on(100, { pipeline: [{ stage: 'enrolled', people: 10, due }], conversion: known('enrolled', 600, 1000) }), { likely: 2920, method: 'rate' })
  t.match(on(60, { cumulative: [], pipeline: [{ stage: 'enrolled', people: 1000, due }] }), { likely: null, method: 'nothing-counted' }, 'nobody is expected by a share that nobody knows')
})

t.test('people due after the period, or overdue without having passed, are not expected', async (t) => {
  const only = (stage: 'started' | 'passed', due: string) => on(60, { cumulative: [], pipeline: [{ stage, people: 50, due }], conversion: { ...known('started', 800, 1000), ...known('passed', 980, 1000) } })
  t.equal(only('started', addDays(period.to, 1)).method, 'nothing-counted')
  t.equal(only('started', dayNumber(59)).method, 'nothing-counted')
  t.equal(only('passed', dayNumber(59)).likely, 49)
})

t.test('a share is taken of thirty people in three cohorts at least; the more cohorts differ, the wider the range', async (t) => {
  const line = (people: number, certified: number) => ({ stage: 'started' as const, people, certified })
  t.equal(conversionOf([line(40, 30), line(40, 30)]), null)
  t.equal(conversionOf([line(9, 5), line(10, 5), line(10, 5)]), null)
  t.match(conversionOf([line(10, 5), line(10, 5), line(10, 5), line(0, 0)]), { people: 30, certified: 15, cohorts: 3, share: 0.5, spread: 0 })
  t.ok((conversionOf([line(10, 12), line(10, 12), line(10, 12)])?.share ?? 1) < 1, 'nobody is certified who did not come so far')
  const width = (past: Array<ReturnType<typeof line>>): number => {
    const started = conversionOf(past)
    const { low, high } = on(350, { cumulative: [], pipeline: [{ stage: 'started', people: 200, due: period.to }], conversion: started === null ? {} : { started } })
    return (high ?? 0) - (low ?? 0)
  }
  t.ok(width([line(100, 90), line(100, 30), line(100, 60)]) > 2 * width([line(100, 60), line(100, 60), line(100, 60)]))
})

t.test('four cohorts in five come out inside the range of their pipeline', async (t) => {
  let state = 20261123
  const random = (): number => (state = (state * 1664525 + 1013904223) % 2 ** 32) / 2 ** 32
  const cohort = (people: number) => {
    // Each cohort has a share of its own, about 0.7.
    const share = 0.7 + (random() + random() + random() - 1.5) * 0.16
    return { stage: 'started' as const, people, certified: Array.from({ length: people }, () => random() < share ? 1 : 0).reduce<number>((sum, one) => sum + one, 0) }
  }
  let inside = 0
  for (let time = 0; time < 300; time++) {
    const started = conversionOf(Array.from({ length: 12 }, () => cohort(60)))
    const now = [cohort(60), cohort(80), cohort(40)]
    const { low, high } = on(350, { cumulative: [], pipeline: now.map(({ people }) => ({ stage: 'started', people, due: period.to })), conversion: started === null ? {} : { started } })
    const came = now.reduce((sum, { certified }) => sum + certified, 0)
    if (low !== null && high !== null && low <= came && came <= high) inside++
  }
  t.ok(inside / 300 > 0.72 && inside / 300 < 0.92, `${inside} of 300`)
})

t.test('whatever the counts, the figures are whole, in order, and not below what is counted', async () => {
  const inputs = fc.record({
    day: fc.integer({ min: 14, max: 365 }),
    brings: fc.array(fc.integer({ min: -3, max: 60 }), { minLength: 1, maxLength: 40 }),
    people: fc.integer({ min: 0, max: 500 }),
    stage: fc.constantFrom('nominated', 'enrolled', 'started', 'passed')
  })
  fc.assert(fc.property(inputs, ({ day, brings, people, stage }) => {
    const counts = cumulative(day, (number) => brings[number % brings.length] ?? 0)
    const { counted, low, likely, high } = on(day, { cumulative: counts, pipeline: [{ stage, people, due: period.to }], conversion: known(stage, 700, 1000) })
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
