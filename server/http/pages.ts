import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import Handlebars, { type HelperOptions } from 'handlebars'
import { makeRecent } from '../recent.ts'
import { directionOf, type Translate } from './messages.ts'
import type { Url } from './urls.ts'

/** How dates and numbers are said: the reader's language, the programme's time zone. */
export interface Place {
  readonly language: string
  readonly timeZone: string
}

/** What every page knows besides its own view. */
export interface PageContext extends Place {
  readonly t: Translate
  readonly url: Url
  readonly asset: (name: string) => string
  /** The token that a form of this page carries. */
  readonly csrf: () => string
}

export type Render = (template: string, view: object, page: PageContext) => string

/** Compiles every `.hbs` under `folder`. Each is a page and, by its path without ending, a partial:
 * `{{> attempts/controls/choices}}`. Templates decide nothing: `if`, `each`, partials and the helpers below.
 *
 * - `{{t 'key' name=value}}` a message; `{{url '/enrolments/:id' id=id}}` an address, `q_page=2` becoming `?page=2`
 * - `{{asset 'muster.css'}}`; `{{formatDate iso}}`, `{{formatDateTime iso}}`, `{{formatClock iso}}` in the programme's time zone
 * - `{{csrf}}` the hidden field that every POST form carries; `{{csrfToken}}` its bare value
 * - `{{formatNumber n}}`, `{{formatPercent n}}` (0..100)
 *
 * A helper hides a view's property of the same name, so no view calls one `t`, `url`, `asset` or `csrf`. */
export function loadPages (folder: string): Render {
  const engine = Handlebars.create()
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.hbs')) continue
    const name = relative('.', file).slice(0, -'.hbs'.length).split(sep).join('/')
    engine.registerPartial(name, engine.compile(readFileSync(join(folder, file), 'utf8'), { preventIndent: true }))
  }
  registerHelpers(engine)
  return (template, view, page) => {
    const compiled = engine.partials[template] as HandlebarsTemplateDelegate | undefined
    if (compiled === undefined) throw new Error(`no template '${template}'`)
    return compiled(view, { data: { page } })
  }
}

function registerHelpers (engine: typeof Handlebars): void {
  const contextOf = (options: HelperOptions): PageContext => (options.data as { page: PageContext }).page

  engine.registerHelper('t', (key: string, options: HelperOptions) => contextOf(options).t(key, options.hash as Record<string, string>))
  engine.registerHelper('url', (path: string, options: HelperOptions) => {
    const hash = Object.entries(options.hash as Record<string, string | number>)
    const query = hash.filter(([name]) => name.startsWith('q_')).map(([name, value]) => [name.slice(2), value])
    return contextOf(options).url(path, Object.fromEntries(hash), Object.fromEntries(query) as Record<string, string>)
  })
  engine.registerHelper('csrf', (options: HelperOptions) =>
    new Handlebars.SafeString(`<input type="hidden" name="_csrf" value="${Handlebars.escapeExpression(contextOf(options).csrf())}">`))
  engine.registerHelper('csrfToken', (options: HelperOptions) => contextOf(options).csrf())
  engine.registerHelper('asset', (name: string, options: HelperOptions) => contextOf(options).asset(name))
  engine.registerHelper('formatNumber', (value: number | string, options: HelperOptions) => formatNumber(Number(value), contextOf(options).language))
  engine.registerHelper('formatPercent', (value: number | string, options: HelperOptions) => formatPercent(Number(value), contextOf(options).language))
  engine.registerHelper('formatDate', (iso: string, options: HelperOptions) => formatDate(iso, contextOf(options)))
  engine.registerHelper('formatDateTime', (iso: string, options: HelperOptions) => formatDateTime(iso, contextOf(options)))
  engine.registerHelper('formatClock', (iso: string, options: HelperOptions) => formatClock(iso, contextOf(options)))
}

/** How numbers and times are written, by name. */
const NUMBERS = {
  plain: { maximumFractionDigits: 2 },
  percent: { style: 'percent', maximumFractionDigits: 1 }
} as const satisfies Readonly<Record<string, Intl.NumberFormatOptions>>
const TIMES = {
  date: { day: 'numeric', month: 'short', year: 'numeric' },
  dateTime: { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', hour12: false },
  clock: { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false }
} as const satisfies Readonly<Record<string, Intl.DateTimeFormatOptions>>

// An Intl formatter costs far more to make than to use.
const numberFormats = new Map<string, Intl.NumberFormat>()
const timeFormats = new Map<string, Intl.DateTimeFormat>()

function numberFormat (language: string, style: keyof typeof NUMBERS): Intl.NumberFormat {
  const key = `${style} ${language}`
  let format = numberFormats.get(key)
  if (format === undefined) numberFormats.set(key, format = new Intl.NumberFormat(`${language}-u-nu-latn`, NUMBERS[style]))
  return format
}

function timeFormat ({ language, timeZone }: Place, style: keyof typeof TIMES): Intl.DateTimeFormat {
  const key = `${style} ${language} ${timeZone}`
  let format = timeFormats.get(key)
  // Gregorian and Western digits in every language: a date on a certificate reads the same for a clerk anywhere.
  if (format === undefined) timeFormats.set(key, format = new Intl.DateTimeFormat(`${language === 'en' ? 'en-GB' : language}-u-nu-latn-ca-gregory`, { timeZone, ...TIMES[style] }))
  return format
}

/** Times lately written: all of a cohort are shown the same few, and to write one costs ten times what finding it does. */
const written = makeRecent<string>(4000)

function inWords (iso: string, place: Place, style: keyof typeof TIMES): string {
  const key = `${style} ${place.language} ${place.timeZone} ${iso}`
  return written.get(key) ?? written.keep(key, timeFormat(place, style).format(new Date(iso)))
}

/** Text as it stands in HTML, in an attribute too. */
export function escapeHtml (text: string): string {
  return Handlebars.escapeExpression(text)
}

export function formatNumber (value: number, language: string): string {
  return numberFormat(language, 'plain').format(value)
}

/** A change: with its sign, which stays before the number where lines run from right to left. */
export function formatChange (value: number, language: string): string {
  const text = `${value > 0 ? '+' : '−'}${formatNumber(Math.abs(value), language)}`
  // Isolated (U+2066, U+2069): else the sign goes to the other side of the number.
  return directionOf(language) === 'rtl' ? `\u2066${text}\u2069` : text
}

/** Without the marks of direction that Arabic is given: behind them a number that follows would stand on the wrong side.
 * @param value 0..100 */
export function formatPercent (value: number, language: string): string {
  return numberFormat(language, 'percent').format(value / 100).replaceAll('\u200e', '')
}

/** @param iso an instant, or a bare day `YYYY-MM-DD` (shown as that day, in whatever zone) */
export function formatDate (iso: string, place: Place): string {
  const bare = iso.length === 10
  return inWords(bare ? `${iso}T00:00:00Z` : iso, bare ? { language: place.language, timeZone: 'UTC' } : place, 'date')
}

export function formatDateTime (iso: string, place: Place): string {
  return inWords(iso, place, 'dateTime')
}

export function formatClock (iso: string, place: Place): string {
  return inWords(iso, place, 'clock')
}
