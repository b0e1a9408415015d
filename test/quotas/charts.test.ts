import fc from 'fast-check'
import t from 'tap'
import { textBox } from '../../server/quotas/chart-labels.ts'
import { paceChart, targetBar, type PaceChart } from '../../server/quotas/charts.ts'
import { forecast } from '../../server/quotas/forecast.ts'
import { addDays } from '../../server/cohorts/days.ts'

const period = { from: '2026-09-09', to: '2027-09-08' }
const number = new Intl.NumberFormat('en')
const month = new Intl.DateTimeFormat('en', { month: 'short', timeZone: 'UTC' })

function chart (elapsed: number, perDay: number, more: Partial<PaceChart> = {}): PaceChart {
  const today = addDays(period.from, elapsed - 1)
  const cumulative = Array.from({ length: Math.min(365, Math.max(0, elapsed)) }, (_, index) => ({ day: addDays(period.from, index), counted: Math.round((index + 1) * perDay) }))
  const foreseen = forecast({ period, today, cumulative, target: 3000 })
  return {
    period,
    today,
    cumulative,
    target: 3000,
    forecast: foreseen,
    labels: {
      description: 'Counted so far and where the year will end',
      today: `${number.format(foreseen.counted)} today`,
      ...foreseen.low === null || foreseen.high === null ? {} : { range: `${number.format(foreseen.low)} – ${number.format(foreseen.high)}` },
      month: (day) => month.format(new Date(day)),
      number: (value) => number.format(value)
    },
    direction: 'ltr',
    ...more
  }
}

interface Text { readonly x: number, readonly y: number, readonly anchor: 'start' | 'middle' | 'end', readonly content: string }

function texts (svg: string): Text[] {
  return [...svg.matchAll(/<text(?: class="[^"]*")? x="([^"]+)" y="([^"]+)" text-anchor="(start|middle|end)">([^<]*)</g)]
    .map(([, x, y, anchor, content]) => ({ x: Number(x), y: Number(y), anchor: anchor as Text['anchor'], content: content ?? '' }))
}

t.test('a chart has its parts by class, its description, and nothing a strict policy refuses', async (t) => {
  const svg = paceChart(chart(75, 9))
  for (const part of ['class="chart"', 'class="grid"', 'class="axis"', 'class="pace"', 'class="range"', 'class="forecast"', 'class="actual"', 'class="dot today"', 'class="label today"', 'class="label"', 'role="img"', 'aria-label="Counted so far and where the year will end"']) {
    t.ok(svg.includes(part), part)
  }
  t.notMatch(svg, /style|<script|\son\w+=|NaN|undefined|null/)
  t.strictSame(texts(svg).slice(0, 6).map(({ content }) => content).filter((content) => /^[\d,]+$/.test(content)).slice(0, 2), ['0', '1,000'])
})

t.test('before the period there is no line, no dot and no forecast; after it no range', async (t) => {
  const before = paceChart(chart(0, 0))
  t.notMatch(before, /class="(actual|dot|range|forecast|label)/)
  t.match(before, /class="pace"/)
  t.notMatch(paceChart(chart(400, 7)), /class="(range|forecast)"/)
  t.match(paceChart(chart(400, 7)), /class="actual"/)
})

t.test('no label touches another or leaves the picture, at any width, time and count', async () => {
  const anywhere = fc.record({
    elapsed: fc.integer({ min: 0, max: 420 }),
    perDay: fc.double({ min: 0, max: 40, noNaN: true }),
    width: fc.integer({ min: 320, max: 900 }),
    direction: fc.constantFrom('ltr', 'rtl')
  })
  fc.assert(fc.property(anywhere, ({ elapsed, perDay, width, direction }) => {
    const boxes = texts(paceChart(chart(elapsed, perDay, { width, direction }))).map(({ content, x, y, anchor }) => ({ content, ...textBox(content, x, y, anchor) }))
    return boxes.every((one, index) => one.left >= -0.5 && one.right <= width + 0.5 && boxes.slice(index + 1).every((other) =>
      one.left >= other.right || other.left >= one.right || one.top >= other.bottom || other.top >= one.bottom))
  }), { numRuns: 200 })
})

t.test('from right to left everything is mirrored and the words keep their own order', async (t) => {
  const ltr = texts(paceChart(chart(75, 9)))
  const rtl = texts(paceChart(chart(75, 9, { direction: 'rtl' })))
  t.equal(rtl.length, ltr.length)
  const opposite = { start: 'end', middle: 'middle', end: 'start' }
  for (const [index, text] of ltr.entries()) {
    t.ok(Math.abs(640 - text.x - (rtl[index]?.x ?? 0)) < 0.11, text.content)
    t.equal(rtl[index]?.anchor, opposite[text.anchor])
    t.equal(rtl[index]?.content, `\u2067${text.content}\u2069`)
  }
})

t.test('a short period shows its month once; a narrow chart thins its months out', async (t) => {
  const short = chart(5, 9, { period: { from: '2026-09-09', to: '2026-09-29' }, forecast: { low: null, likely: null, high: null } })
  t.strictSame(texts(paceChart(short)).map(({ content }) => content).filter((content) => /^[A-Z]/.test(content)), ['Sep'])
  const months = (width: number): number => texts(paceChart(chart(75, 9, { width }))).filter(({ content }) => /^[A-Z]/.test(content)).length
  t.equal(months(640), 12)
  t.ok(months(340) < 12 && months(340) >= 4)
})

t.test('levels are whole numbers, however small the target', async (t) => {
  const levels = texts(paceChart(chart(0, 0, { target: 2 }))).map(({ content }) => content).filter((content) => /\d/.test(content))
  t.strictSame(levels, ['0', '1', '2'])
})

t.test('every text is escaped', async (t) => {
  const labels = { ...chart(75, 9).labels, description: '"><script>', today: '<b>&', range: "'", month: () => '<i>' }
  const svg = paceChart(chart(75, 9, { labels }))
  t.notMatch(svg, /<script|<b>|<i>|">">/)
  t.match(svg, '&#60;b&#62;&#38;')
  t.match(targetBar({ counted: 1, target: 2, expected: 1, description: '"<&' }), 'aria-label="&#34;&#60;&#38;"')
})

t.test('a bar shows the share of the target and a tick for the pace, both within it', async (t) => {
  t.match(targetBar({ counted: 81, target: 160, expected: 64, description: 'x' }), '<rect class="track"/><rect class="actual" width="50.6%"/><rect class="pace" x="40%"/></svg>')
  t.match(targetBar({ counted: 200, target: 160, expected: 300, description: 'x' }), '<rect class="actual" width="100%"/><rect class="pace" x="100%"/>')
  t.match(targetBar({ counted: -1, target: 160, expected: null, description: 'x' }), '<rect class="actual" width="0%"/></svg>')
  t.match(targetBar({ counted: 3, target: 0, expected: null, description: 'x' }), 'width="100%"')
})
