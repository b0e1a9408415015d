import { directionOf, type Translate } from '../http/messages.ts'
import { formatChange, formatDate, formatDateTime, formatNumber, formatPercent, type Place } from '../http/pages.ts'
import type { Url } from '../http/urls.ts'
import { countriesByName, countryName } from '../people/countries.ts'
import { paceChart, targetBar } from './charts.ts'
import { wayView } from './pipeline/views.ts'
import type { QuotaProblem } from './quota-input.ts'
import type { Closing, Entry, EntryFilter, Quota, QuotaDetail, QuotaPart, QuotaStanding, When } from './quotas.ts'
import type { QuotaFormFields, QuotaJson } from './schemas.ts'

/** The reader of a page: language, words, addresses. */
export interface Reader {
  readonly t: Translate
  readonly url: Url
  readonly place: Place
}

export function quotaJson (quota: QuotaStanding): QuotaJson {
  const { id, name, period, timeZone, scope, counts, target, counted, closedAt, closedCount, forecast: { expectedToday } } = quota
  return {
    id, name, period: { ...period }, timeZone, scope: { ...scope }, counts, target, counted, expectedToday,
    forecast: forecastJson(quota),
    closedAt, closedCount
  }
}

/** Where the period will end; null where nothing can be said yet, and of a closed quota: its count is what it is. */
export function forecastJson ({ closedAt, forecast: { low, likely, high, method } }: QuotaStanding): QuotaJson['forecast'] {
  if (closedAt !== null || low === null || likely === null || high === null) return null
  return { low, likely, high, by: method === 'pipeline' ? 'pipeline' : method === 'rate' ? 'rate' : 'count' }
}

export function entryJson (quota: Quota, { serial, personId, delta, at, day, country, courseSlug }: Entry): { serial: string, personId: string, delta: number, at: string, day: string, country: string | null, course: string, restatement: boolean } {
  return { serial, personId, delta, at, day, country, course: courseSlug, restatement: isRestatement(quota, at) }
}

function isRestatement (quota: Quota, at: string): boolean {
  return quota.closedAt !== null && at > quota.closedAt
}

/** What the form calls each field. */
const LABEL: Readonly<Record<string, string>> = {
  name: 'quotas.name', from: 'quotas.new.from', to: 'quotas.new.to', target: 'quotas.target', country: 'quotas.country', course: 'quotas.course', agency: 'quotas.agency'
}

/** Problems of a new quota, with the field that each stands beside. */
export function problemsView (problems: readonly QuotaProblem[], t: Translate): { problems: Array<{ path: string, label: string, message: string }>, errors: Record<string, string> } {
  const shown = problems.map((problem) => {
    const path = problem.path.replace(/^.*\./, '')
    return { path, label: t(LABEL[path] ?? 'quotas.new.title'), message: t(`quotas.problem.${problem.code}`) }
  })
  return { problems: shown, errors: Object.fromEntries(shown.map(({ path, message }) => [path, message])) }
}

/** Who closed a target, and when. */
export function closingText ({ name, by, at }: Closing, { t, place }: Reader): string {
  return t('meanwhile.target.closed', { name, by: by ?? t('lists.somebody'), time: formatDateTime(at, place) })
}

/** A card or row of the list. */
export function rowView (quota: QuotaStanding, titles: ReadonlyMap<string, string>, reader: Reader): object {
  const { place, url } = reader
  return {
    href: url('/desk/quotas/:id', { id: quota.id }),
    name: quota.name,
    period: periodText(quota, reader),
    scope: scopeText(quota, titles, reader),
    counted: formatNumber(quota.counted, place.language),
    target: formatNumber(quota.target, place.language),
    bar: barOf(quota.counted, quota.target, paceOf(quota), reader),
    pill: pillView(quota, reader)
  }
}

export function detailView (detail: QuotaDetail, manages: boolean, reader: Reader): Readonly<Record<string, unknown>> {
  const { quota, restated, before } = detail
  const { t, url, place } = reader
  const number = (value: number): string => formatNumber(value, place.language)
  const evidence = (filter: EntryFilter & { readonly when?: When }): string => url('/desk/quotas/:id/entries', { id: quota.id }, { ...filter })
  const ahead = quota.pipeline === null ? null : Map.groupBy(quota.pipeline.people, ({ country }) => country ?? '')
  const partView = (part: QuotaPart, name: string, filter: EntryFilter): object => ({
    name,
    way: filter.country === undefined || ahead === null ? '' : number(ahead.get(filter.country)?.length ?? 0),
    wayHref: url('/desk/quotas/:id/pipeline', { id: quota.id }, { country: filter.country ?? null }),
    counted: number(part.counted),
    href: evidence(filter),
    evidence: t('quotas.serials', { count: part.counted }),
    bar: part.promised === null ? null : barOf(part.promised.counted, part.promised.target, quota.closedAt === null ? part.promised.expectedToday : null, reader),
    promisedHref: part.promised === null ? null : url('/desk/quotas/:id', { id: part.promised.id }),
    promised: part.promised === null ? null : number(part.promised.target),
    promisedOf: part.promised === null ? null : part.promised.counted === part.counted ? t('quotas.of-promised', { target: part.promised.target }) : t('quotas.apart.of', { counted: part.promised.counted, target: part.promised.target }),
    share: formatPercent(quota.counted > 0 ? 100 * part.counted / quota.counted : 0, place.language)
  })
  const changed = restated !== null && restated.lines > 0
  return {
    id: quota.id,
    name: quota.name,
    period: periodText(quota, reader),
    scope: scopeText(quota, detail.courseTitles, reader),
    counted: number(quota.counted),
    target: t('quotas.of', { target: quota.target }),
    targetMadeOf: quota.target === quota.firstTarget ? '' : t('quotas.target-made-of', { first: quota.firstTarget, moved: formatChange(quota.target - quota.firstTarget, place.language) }),
    entries: evidence({}),
    pill: pillView(quota, reader),
    rule: ruleText(quota, detail.courseTitles, reader),
    before: before === null ? null : {
      text: t('quotas.before', { period: periodText(before, reader), count: before.closedCount ?? before.counted, date: formatDate(before.closedAt ?? before.createdAt, place) }),
      href: url('/desk/quotas/:id', { id: before.id })
    },
    closedHref: evidence({ when: 'closing' }),
    restatedHref: evidence({ when: 'since' }),
    closed: quota.closedAt === null ? null : t('quotas.closed-with', { date: formatDate(quota.closedAt, place), count: quota.closedCount ?? 0 }),
    restated: changed ? t('quotas.restated', { lines: restated.lines, count: quota.counted }) : null,
    chart: chart(quota, reader, 640),
    narrowChart: chart(quota, reader, 360),
    forecast: forecastText(quota, reader),
    way: wayView(quota, reader),
    hasForecast: quota.forecast.low !== null && quota.forecast.method !== 'closed',
    months: detail.months.map(({ month, counted, total }) => ({
      name: monthName(`${month}-01`, place.language, 'long'), counted: number(counted), total: number(total), href: evidence({ month })
    })),
    courses: detail.courses.map((part) => partView(part, part.title, { course: part.key ?? '' })),
    apart: apartText(detail.courses, t),
    countries: quota.scope.country !== undefined ? [] : detail.countries.map((part) =>
      partView(part, part.key === null ? t('quotas.no-country') : countryName(part.key, place.language), { country: part.key ?? '' })),
    hasWay: ahead !== null,
    agencies: detail.agencies.map((part) => partView(part, part.key ?? t('annual.no-agency'), { agency: part.key ?? '' })),
    mayClose: manages && quota.closedAt === null && quota.today > quota.period.to
  }
}

export function entriesView (detail: QuotaDetail, totals: { added: number, taken: number }, entries: readonly Entry[], filter: EntryFilter, when: When | null, reader: Reader): Readonly<Record<string, unknown>> {
  const { t, url, place } = reader
  const { quota } = detail
  const number = (value: number): string => formatNumber(value, place.language)
  const words = [
    filter.course === undefined ? '' : detail.courseTitles.get(filter.course) ?? filter.course,
    filter.country === undefined ? '' : filter.country === '' ? t('quotas.no-country') : countryName(filter.country, place.language),
    filter.agency === undefined ? '' : filter.agency === '' ? t('annual.no-agency') : filter.agency,
    filter.rank === undefined ? '' : filter.rank === '' ? t('report.no-rank') : filter.rank,
    filter.month === undefined ? '' : monthName(`${filter.month}-01`, place.language, 'long'),
    when === null ? '' : t(`quotas.entries.when.${when}`, { date: formatDate(quota.closedAt ?? '', place) })
  ].filter((word) => word !== '')
  return {
    id: quota.id,
    name: quota.name,
    period: periodText(quota, reader),
    filtered: words.join(' · '),
    hidden: [...(filter.agency === undefined ? [] : [{ name: 'agency', value: filter.agency }]), ...(filter.rank === undefined ? [] : [{ name: 'rank', value: filter.rank }]), ...(when === null ? [] : [{ name: 'when', value: when }])],
    all: words.length === 0 ? '' : url('/desk/quotas/:id/entries', { id: quota.id }),
    net: totals.added < totals.taken ? formatChange(totals.added - totals.taken, place.language) : number(totals.added - totals.taken),
    added: number(totals.added),
    taken: number(totals.taken),
    anyTaken: totals.taken > 0,
    courses: detail.courses.map(({ key, title }) => ({ value: key, label: title, selected: key === filter.course })),
    countries: quota.scope.country !== undefined ? [] : detail.countries.flatMap(({ key }) => key === null ? [] : [{ value: key, label: countryName(key, place.language), selected: key === filter.country }]),
    months: detail.months.map(({ month }) => ({ value: month, label: monthName(`${month}-01`, place.language, 'long'), selected: month === filter.month })),
    entries: entries.map((entry) => ({
      serial: entry.serial,
      href: url('/certificates/:serial', { serial: entry.serial }),
      holder: entry.holder,
      day: entry.day,
      dayText: formatDate(entry.day, place),
      country: entry.country === null ? '' : countryName(entry.country, place.language),
      course: detail.courseTitles.get(entry.courseSlug) ?? entry.courseTitle,
      added: entry.delta > 0,
      delta: t(entry.delta > 0 ? 'quotas.entry.added' : 'quotas.entry.taken'),
      at: entry.at,
      written: formatDateTime(entry.at, place),
      restatement: isRestatement(quota, entry.at)
    }))
  }
}

export function formView (typed: QuotaFormFields, choices: { courses: ReadonlyArray<{ slug: string, title: string }>, agencies: readonly string[] }, { place }: Reader): object {
  return {
    ...typed,
    persons: typed.counts === 'persons',
    courses: choices.courses.map(({ slug, title }) => ({ value: slug, label: title, selected: slug === typed.course })),
    countries: countriesByName(place.language).map(({ code, name }) => ({ value: code, label: name, selected: code === typed.country })),
    agencies: choices.agencies
  }
}

/** The whole programme, or the parts of the scope. */
function scopeText ({ scope: { country, agency, course } }: Quota, titles: ReadonlyMap<string, string>, { t, place }: Reader): string {
  const parts = [country === undefined ? '' : countryName(country, place.language), agency ?? '', course === undefined ? '' : titles.get(course) ?? course]
  return parts.filter((part) => part !== '').join(' · ') || t('quotas.scope.all')
}

/** The counting rule in words, as it stands beside every total. */
export function ruleText ({ scope, counts, timeZone }: Quota, titles: ReadonlyMap<string, string>, { t, place }: Reader): string {
  const course = scope.course === undefined ? t('quotas.rule.any-course') : t('quotas.rule.course', { course: titles.get(scope.course) ?? scope.course })
  return [
    t(`quotas.rule.${counts}`, { course }),
    ...(scope.country === undefined ? [] : [t('quotas.rule.country', { country: countryName(scope.country, place.language) })]),
    ...(scope.agency === undefined ? [] : [t('quotas.rule.agency', { agency: scope.agency })]),
    t('quotas.rule.revoked'),
    t('quotas.rule.days', { timeZone })
  ].join(' ')
}

/** Where the period will end, or why that cannot be said. */
export function forecastText ({ forecast: { method, low, likely, high }, period }: QuotaStanding, { t, place }: Reader): string {
  return t(`quotas.forecast.${method}`, { low: low ?? 0, likely: likely ?? 0, high: high ?? 0, date: formatDate(period.to, place), from: formatDate(period.from, place) })
}

export function periodText ({ period }: Quota, { t, place }: Reader): string {
  return t('quotas.period', { from: formatDate(period.from, place), to: formatDate(period.to, place) })
}

/** Where the pace stands; none for a closed book. */
function paceOf (quota: QuotaStanding): number | null {
  return quota.closedAt === null ? quota.forecast.expectedToday : null
}

/** Why courses count less here than in targets of their own; '' where none does. */
export function apartText (courses: ReadonlyArray<{ readonly counted: number, readonly promised: QuotaPart['promised'] }>, t: Reader['t']): string {
  return courses.some(({ counted, promised }) => promised !== null && promised.counted !== counted) ? t('quotas.apart') : ''
}

/** How much of a target is counted, drawn, with the same in words. @param expected where the pace stands */
export function barOf (counted: number, target: number, expected: number | null, { t }: Reader): string {
  const description = expected === null ? t('quotas.bar', { counted, target }) : t('quotas.bar-pace', { counted, target, expected })
  return targetBar({ counted, target, expected, description })
}

/** How it stands, in a word and a colour. */
function pillView (quota: QuotaStanding, { t, place }: Reader): { readonly tone: 'done' | 'due' | 'stop' | 'info', readonly text: string } {
  const { counted, target, forecast: { method, ahead } } = quota
  const reached = counted >= target
  if (quota.closedAt !== null) return { tone: reached ? 'done' : 'stop', text: t(reached ? 'quotas.pill.closed-reached' : 'quotas.pill.closed-missed', { count: target - counted }) }
  if (reached) return { tone: 'done', text: t('quotas.pill.reached', { count: counted - target }) }
  if (method === 'not-begun') return { tone: 'info', text: t('quotas.pill.not-begun', { date: formatDate(quota.period.from, place) }) }
  if (quota.today > quota.period.to) return { tone: 'stop', text: t('quotas.pill.missed', { count: target - counted }) }
  return ahead >= 0 ? { tone: 'done', text: t('quotas.pill.ahead', { count: ahead }) } : { tone: 'due', text: t('quotas.pill.behind', { count: -ahead }) }
}

/** @param width as `PaceChart.width`: for a desk or for a phone */
function chart (quota: QuotaStanding, { t, place }: Reader, width: number): string {
  const { period, today, cumulative, target, counted, forecast } = quota
  const number = (value: number): string => formatNumber(value, place.language)
  const over = today > period.to
  const day = formatDate(over ? period.to : today, place)
  const range = forecast.low === null || forecast.high === null || over ? null : t('quotas.chart.range', { low: forecast.low, high: forecast.high })
  return paceChart({
    period,
    today,
    cumulative,
    target,
    forecast,
    labels: {
      description: [
        t('quotas.chart.counted', { counted, target, date: day }),
        ...(range === null ? [] : [t('quotas.chart.forecast', { range, date: formatDate(period.to, place) })])
      ].join(' '),
      today: over ? t('quotas.chart.end', { counted }) : t('quotas.chart.today', { counted }),
      ...(range === null ? {} : { range }),
      month: (day) => monthName(day, place.language, 'short'),
      number
    },
    direction: directionOf(place.language),
    width
  })
}

const months = new Map<string, Intl.DateTimeFormat>()

/** Short: the month alone, for an axis; long: with its year. */
function monthName (day: string, language: string, style: 'short' | 'long'): string {
  const key = `${language} ${style}`
  let format = months.get(key)
  if (format === undefined) {
    format = new Intl.DateTimeFormat(`${language === 'en' ? 'en-GB' : language}-u-nu-latn-ca-gregory`, {
      timeZone: 'UTC', month: style, ...(style === 'long' ? { year: 'numeric' as const } : {})
    })
    months.set(key, format)
  }
  return format.format(new Date(`${day}T00:00:00Z`))
}

