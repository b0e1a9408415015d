import { scaleLinear } from 'd3-scale'
import { area, curveStepAfter, line } from 'd3-shape'
import { alongLine, freePlace, textBox, type Anchor, type Place, type Point } from './chart-labels.ts'
import type { DayCount } from './forecast.ts'
import { addDays, daysBetween } from '../cohorts/days.ts'
import { daysIn, type Period } from './period.ts'

export type Direction = 'ltr' | 'rtl'

export interface PaceLabels {
  /** What the picture says, for those who do not see it: the whole of it in a sentence. */
  readonly description: string
  /** Beside the dot, such as "1,214 today". */
  readonly today: string
  /** Above the end, such as "2,910 – 3,130"; none without a forecast. */
  readonly range?: string
  /** Short name of the month a day is in. */
  readonly month: (day: string) => string
  readonly number: (value: number) => string
}

export interface PaceChart {
  readonly period: Period
  readonly today: string
  /** The count at the end of each day, in order; days without a change may be left out. */
  readonly cumulative: readonly DayCount[]
  readonly target: number
  readonly forecast: { readonly low: number | null, readonly likely: number | null, readonly high: number | null }
  readonly labels: PaceLabels
  /** 'rtl' lets time run from right to left, the figures standing at the right. */
  readonly direction: Direction
  /** In units of which the letters are 12 high: 640 for a desk (the default), about 360 for a phone. */
  readonly width?: number
}

const HEIGHT = 264
const TOP = 34
const BOTTOM = 30
const END = 16
const GAP = 8

/** The count so far, the straight pace to the target, and where the period will end: an SVG element as text.
 *
 * Attributes and classes only, no style, for a strict content security policy; every text is escaped. Everything is
 * laid out from left to right and mirrored at the last moment. Labels get a free place or, for months, are thinned out. */
export function paceChart ({ period, today, cumulative, target, forecast, labels, direction, width = 640 }: PaceChart): string {
  const days = daysIn(period)
  const known = cumulative.filter(({ day }) => day <= today && day >= period.from)
  const corrected = cumulative.findLast(({ day }) => day <= today)?.counted ?? 0
  const highest = Math.max(1, target, forecast.high ?? 0, ...known.map(({ counted }) => counted))

  const y = scaleLinear([0, highest], [HEIGHT - BOTTOM, TOP]).nice(4)
  const levels = y.ticks(4).filter(Number.isInteger)
  const numbers = levels.map((level) => labels.number(level))
  const start = Math.ceil(Math.max(...numbers.map((text) => textBox(text, 0, 0, 'start').right))) + GAP
  const along = scaleLinear([0, days], [start, width - END])
  const x = (units: number): number => direction === 'rtl' ? width - units : units
  /** A day's count stands at the end of that day. */
  const dayEnd = (day: string): number => along(Math.min(days, Math.max(0, daysBetween(period.from, day) + 1)))

  const begun = today >= period.from
  const here = { x: dayEnd(today), y: y(corrected) }
  const steps = [{ x: along(0), y: y(0) }, ...known.map(({ day, counted }) => ({ x: dayEnd(day), y: y(counted) })), here]
  const drawn = line<{ x: number, y: number }>((at) => x(at.x), (at) => at.y).digits(1)
  const stepped = drawn.curve(curveStepAfter)(steps)
  const straight = line<readonly [number, number]>(([along]) => x(along), ([, up]) => up).digits(1)
  const pace = straight([[along(0), y(0)], [along(days), y(target)]])

  const parts: string[] = [
    `<g class="grid" stroke="currentColor" stroke-opacity=".15">${levels.map((level) =>
      `<path d="M${round(x(start))} ${round(y(level))}H${round(x(width - END))}"/>`).join('')}</g>`
  ]
  const ends = { low: forecast.low, likely: forecast.likely, high: forecast.high }
  const wedge = begun && today <= period.to && ends.low !== null && ends.high !== null && ends.likely !== null
    ? { low: y(ends.low), likely: y(ends.likely), high: y(ends.high) }
    : null
  if (wedge) {
    const fan = area<readonly [number, number, number]>().x(([along]) => x(along)).y0(([, low]) => low).y1(([, , high]) => high).digits(1)
    parts.push(`<path class="range" fill="currentColor" fill-opacity=".15" d="${
      fan([[here.x, here.y, here.y], [along(days), wedge.low, wedge.high]])}"/>`)
  }
  parts.push(`<path class="pace" fill="none" stroke="currentColor" stroke-dasharray="4 4" d="${pace}"/>`)
  if (wedge) {
    parts.push(`<path class="forecast" fill="none" stroke="currentColor" d="${straight([[here.x, here.y], [along(days), wedge.likely]])}"/>`)
  }
  if (begun) {
    parts.push(`<path class="actual" fill="none" stroke="currentColor" stroke-width="3" d="${stepped}"/>`)
  }

  const text = (content: string, at: Place, name?: string): string => {
    const anchor = direction === 'rtl' ? MIRRORED[at.anchor] : at.anchor
    // An SVG text's start depends on its direction: 'ltr' pins the anchors, bidi isolation keeps the words in their order.
    const isolated = direction === 'rtl' ? `\u2067${content}\u2069` : content
    return `<text${name ? ` class="${name}"` : ''} x="${round(x(at.x))}" y="${round(at.y)}" text-anchor="${anchor}">${escape(isolated)}</text>`
  }
  const months = monthTicks(period, labels.month, (day) => along(daysBetween(period.from, day)), start, width)
  parts.push(`<g class="axis" fill="currentColor" direction="ltr">${
    levels.map((level, index) => text(numbers[index] ?? '', { x: start - GAP, y: y(level) + 4, anchor: 'end' })).join('')}${
    months.map((month) => text(month.text, { x: month.x, y: HEIGHT - 10, anchor: 'middle' })).join('')}</g>`)

  if (begun) {
    const inked = [
      ...stepPoints(steps),
      ...alongLine([along(0), y(0)], [along(days), y(target)]),
      ...(wedge ? [wedge.low, wedge.likely, wedge.high].flatMap((end) => alongLine([here.x, here.y], [along(days), end])) : [])
    ]
    const room = { left: start, right: width, top: 0, bottom: HEIGHT - BOTTOM }
    const rises = [4, -10, 22, -24, 36, -38, 50, -52, 64, -66]
    const beside = freePlace(labels.today, rises.flatMap((rise): Place[] => [
      { x: here.x + 10, y: here.y + rise, anchor: 'start' },
      { x: here.x - 10, y: here.y + rise, anchor: 'end' }
    ]), room, [], inked)
    parts.push(`<circle class="dot today" r="5" fill="currentColor" cx="${round(x(here.x))}" cy="${round(here.y)}"/>`)
    const written = [text(labels.today, beside, 'label today')]
    if (wedge && labels.range !== undefined) {
      const atEnd = freePlace(labels.range, [0, 12, 24, 36, 48, 60].flatMap((off): Place[] => [
        { x: width - END, y: wedge.high - 8 - off, anchor: 'end' },
        { x: width - END, y: wedge.low + 18 + off, anchor: 'end' }
      ]), room, [textBox(labels.today, beside.x, beside.y, beside.anchor)], inked)
      written.push(text(labels.range, atEnd, 'label'))
    }
    parts.push(`<g fill="currentColor" direction="ltr">${written.join('')}</g>`)
  }

  return `<svg class="chart" viewBox="0 0 ${width} ${HEIGHT}" font-size="12" role="img" aria-label="${escape(labels.description)}">${parts.join('')}</svg>`
}

/** A small bar of the count against its target, with a tick where the pace stands; longer than the target is full.
 * Lengths are percentages, so the stylesheet sets the size and turns it with the page.
 * @param expected where the pace stands today, or null for no tick
 * @param description what it says in words */
export function targetBar ({ counted, target, expected, description }: {
  readonly counted: number
  readonly target: number
  readonly expected: number | null
  readonly description: string
}): string {
  const percent = (value: number): number => target > 0 ? round(Math.min(100, Math.max(0, 100 * value / target))) : value > 0 ? 100 : 0
  const tick = expected === null ? '' : `<rect class="pace" x="${percent(expected)}%"/>`
  return `<svg class="target" role="img" aria-label="${escape(description)}"><rect class="track"/>` +
    `<rect class="actual" width="${percent(counted)}%"/>${tick}</svg>`
}

const MIRRORED: Readonly<Record<Anchor, Anchor>> = { start: 'end', middle: 'middle', end: 'start' }

/** Month names at the first of each month, every second, third or sixth where they would touch; the month a short
 * period begins in where it holds no first. */
function monthTicks (period: Period, name: (day: string) => string, at: (day: string) => number, start: number, width: number): { text: string, x: number }[] {
  const firsts: string[] = []
  for (let day = period.from; day <= period.to; day = addDays(day, 1)) if (day.endsWith('-01')) firsts.push(day)
  if (firsts.length === 0) firsts.push(period.from)
  for (const every of [1, 2, 3, 6, 12, 24, 60, 120]) {
    const ticks = firsts.filter((_, index) => index % every === 0).map((day) => {
      const text = name(day)
      const half = textBox(text, 0, 0, 'middle').right
      return { text, x: Math.min(width - half, Math.max(start + half, at(day))), half }
    })
    const apart = ticks.every((tick, index) => {
      const next = ticks[index + 1]
      return !next || tick.x + tick.half + GAP <= next.x - next.half
    })
    if (apart) return ticks
  }
  return []
}

/** Points along the stepped line. */
function stepPoints (steps: readonly { x: number, y: number }[]): Point[] {
  return steps.slice(1).flatMap((to, index) => {
    const from = steps[index] ?? to
    return [...alongLine([from.x, from.y], [to.x, from.y]), ...alongLine([to.x, from.y], [to.x, to.y])]
  })
}

function round (value: number): number {
  return Math.round(value * 10) / 10
}

function escape (text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
}
