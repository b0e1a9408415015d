import type { PageView } from '../http/app-type.ts'
import { directionOf } from '../http/messages.ts'
import { formatChange, formatDate, formatDateTime, formatNumber, formatPercent } from '../http/pages.ts'
import { countryName } from '../people/countries.ts'
import { stagesJson, wayView, type WayView } from '../quotas/pipeline/views.ts'
import type { When } from '../quotas/quotas.ts'
import { apartText, barOf, forecastJson, forecastText, periodText, ruleText, type Reader } from '../quotas/views.ts'
import { DIMENSIONS, type AnnualReport, type Dimension, type ReportLine } from './annual-report.ts'

interface Figure { readonly text: string, readonly href: string }
interface Row {
  readonly name: string
  /** The target about this part alone; empty where there is none. */
  readonly target: Figure
  readonly closed: Figure
  readonly change: Figure
  readonly now: Figure
  /** SVG: of its target, or of the whole. */
  readonly bar: string
  readonly share: string
}

interface Section {
  readonly id: string
  readonly title: string
  readonly head: string
  readonly hasTargets: boolean
  /** Why it counts less than targets of its own; '' where it does not. */
  readonly note: string
  readonly rows: readonly Row[]
  readonly total: Row
}

export interface ReportView extends PageView {
  readonly id: string
  readonly name: string
  readonly period: string
  readonly headline: Figure
  readonly target: string
  readonly sentence: string
  readonly rule: string
  readonly before: Figure | null
  /** Where an open year will end; null for one that is closed or of which nothing can be said. */
  readonly forecast: {
    readonly sentence: string
    readonly figures: ReadonlyArray<{ readonly value: string, readonly label: string }>
    readonly meaning: string
    readonly way: WayView | null
  } | null
  /** Why there is no forecast of an open year, in words. */
  readonly noForecast: string
  readonly isClosed: boolean
  readonly restated: Figure
  readonly sections: readonly Section[]
  readonly signature: ReadonlyArray<{ readonly label: string, readonly value: string }>
  readonly signed: string
  readonly made: string
}

export function reportView (report: AnnualReport, madeAt: string, reader: Reader): ReportView {
  const { quota, snapshot, before } = report
  const { t, url, place } = reader
  const number = (value: number): string => formatNumber(value, place.language)
  const evidence = (filter: Record<string, string>, when: When | null = null): string => url('/desk/quotas/:id/entries', { id: quota.id }, { ...filter, when })
  const isClosed = quota.closedAt !== null
  const headline = quota.closedCount ?? quota.counted
  const rowOf = (name: string, { closed, now, promised }: Omit<ReportLine, 'key'>, filter: Record<string, string>): Row => ({
    name,
    target: { text: promised === null ? '' : number(promised.target), href: promised === null ? '' : url('/desk/quotas/:id', { id: promised.id }) },
    closed: { text: closed === null ? '' : number(closed), href: evidence(filter, 'closing') },
    change: { text: closed === null || closed === now ? '' : formatChange(now - closed, place.language), href: evidence(filter, 'since') },
    now: { text: number(now), href: evidence(filter) },
    bar: barOf(promised?.counted ?? now, promised?.target ?? Math.max(1, quota.counted), promised === null || isClosed ? null : promised.expectedToday, reader),
    share: formatPercent(quota.counted > 0 ? 100 * now / quota.counted : 0, place.language)
  })
  return {
    title: t('report.title-of', { name: quota.name }),
    nav: '/desk/quotas',
    id: quota.id,
    name: quota.name,
    period: periodText(quota, reader),
    headline: { text: number(headline), href: evidence({}, isClosed ? 'closing' : null) },
    target: t('quotas.of', { target: quota.target }),
    sentence: t(isClosed ? 'report.closed-with' : 'report.so-far', {
      count: headline, target: quota.target, date: formatDate(quota.closedAt ?? madeAt, place)
    }),
    rule: ruleText(quota, report.courseTitles, reader),
    before: before === null ? null : {
      text: t('quotas.before', { period: periodText(before, reader), count: before.closedCount ?? before.counted, date: formatDate(before.closedAt ?? before.createdAt, place) }),
      href: url('/desk/quotas/:id/report', { id: before.id })
    },
    ...forecastView(report, reader),
    isClosed,
    restated: {
      text: !isClosed || report.restated === null || report.restated.lines === 0 ? ''
        : quota.counted === quota.closedCount ? t('annual.restated-even', { lines: report.restated.lines, count: quota.counted })
          : t('report.restated', { count: quota.counted, change: formatChange(quota.counted - (quota.closedCount ?? 0), place.language) }),
      href: evidence({}, 'since')
    },
    sections: DIMENSIONS.map((dimension) => ({
      id: `by-${dimension}`,
      title: t(`report.by-${dimension}`),
      head: t(`report.${dimension}`),
      hasTargets: report.by[dimension].some(({ promised }) => promised !== null),
      note: apartText(report.by[dimension].map(({ now, promised }) => ({ counted: now, promised })), t),
      rows: report.by[dimension].map((line) => rowOf(nameOf(dimension, line.key, report, reader), line, { [dimension]: line.key ?? '' })),
      total: rowOf(t('report.total'), { closed: quota.closedCount, now: quota.counted, promised: null }, {})
    })),
    signed: snapshot === null ? '' : t(snapshot.isSigned ? 'report.signed' : 'report.not-signed', { date: formatDateTime(snapshot.at, place) }),
    signature: snapshot === null ? [] : [
      { label: t('report.serials-hash'), value: snapshot.figures.serialsHash },
      { label: t('report.audit-head'), value: snapshot.figures.auditHead },
      { label: t('report.signature'), value: snapshot.signature },
      { label: t('report.public-key'), value: snapshot.publicKey }
    ],
    made: t('report.made', { date: formatDateTime(madeAt, place) })
  }
}

function forecastView ({ quota }: AnnualReport, reader: Reader): Pick<ReportView, 'forecast' | 'noForecast'> {
  const { t, place } = reader
  const sentence = forecastText(quota, reader)
  const range = forecastJson(quota)
  if (range === null || range.by === 'count') return { forecast: null, noForecast: quota.closedAt === null ? sentence : '' }
  const figure = (key: 'low' | 'likely' | 'high'): { value: string, label: string } => ({ value: formatNumber(range[key], place.language), label: t(`annual.forecast.${key}`) })
  return {
    forecast: {
      sentence,
      figures: [figure('low'), figure('likely'), figure('high')],
      meaning: t('annual.forecast.meaning', { low: range.low, high: range.high, date: formatDate(quota.period.to, place) }),
      way: wayView(quota, reader)
    },
    noForecast: ''
  }
}

function nameOf (dimension: Dimension, key: string | null, { courseTitles }: AnnualReport, { t, place }: Reader): string {
  if (key === null) return t(`report.no-${dimension}`)
  switch (dimension) {
    case 'country': return countryName(key, place.language)
    case 'course': return courseTitles.get(key) ?? key
    case 'rank': return key
    case 'month': return new Intl.DateTimeFormat(`${place.language === 'en' ? 'en-GB' : place.language}-u-nu-latn-ca-gregory`, { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(new Date(`${key}-01T00:00:00Z`))
  }
}

/** The page as data for the printed sheet. Its figures are links, for whoever may open them: into the serials, as on the page.
 * @param publicUrl where the addresses of the page are reached from outside */
export function reportSheet (view: ReportView, programme: string, publicUrl: string, reader: Reader): object {
  const { t, place } = reader
  const linked = ({ text, href }: Figure): Figure => ({ text, href: text === '' ? '' : outside(href, publicUrl) })
  return {
    locale: place.language,
    direction: directionOf(place.language),
    programme,
    title: t('report.title'),
    name: view.name,
    period: view.period,
    headline: linked(view.headline),
    target: view.target,
    sentence: view.sentence,
    rule: view.rule,
    restated: linked(view.restated),
    noForecast: view.noForecast,
    forecast: view.forecast === null ? null : {
      title: t('annual.forecast.title'),
      sentence: view.forecast.sentence,
      meaning: view.forecast.meaning,
      way: view.forecast.way === null ? null : {
        columns: [t('pipeline.stage'), t('pipeline.now'), t('pipeline.before'), t('pipeline.expected')],
        rows: [
          ...view.forecast.way.rows.map(({ name, people, href, past, expected }) => ({ name, people: { text: people, href: outside(href, publicUrl) }, past: past === '' ? t('pipeline.too-few') : past, expected: expected === '' ? t('pipeline.none') : expected })),
          { name: t('pipeline.total'), people: { text: view.forecast.way.total, href: outside(view.forecast.way.totalHref, publicUrl) }, past: '', expected: view.forecast.way.expected }
        ],
        rule: [view.forecast.way.rule, view.forecast.way.unknown].join(' ').trim()
      }
    },
    isClosed: view.isClosed,
    columns: { target: t('quotas.target'), closed: t('report.at-closing'), change: t('report.change'), now: t(view.isClosed ? 'report.now' : 'report.counted') },
    sections: view.sections.map(({ title, head, hasTargets, note, rows, total }) => ({
      title, head, hasTargets, note, rows: [...rows, total].map(({ name, target, closed, change, now }) => ({ name, target: linked(target), closed: linked(closed), change: linked(change), now: linked(now) }))
    })),
    signed: view.signed,
    signature: view.signature,
    figuresAreLinks: t('annual.figures-are-links'),
    made: view.made
  }
}

/** @param path with the prefix of the programme, as pages have it */
function outside (path: string, publicUrl: string): string {
  return new URL(path, publicUrl).href
}

export function reportJson ({ quota, by, snapshot }: AnnualReport) {
  const range = forecastJson(quota)
  const lines = (dimension: Dimension) => by[dimension].map(({ key, closed, now, promised }) => ({ key, closed, now, target: promised?.target ?? null, targetCounted: promised?.counted ?? null, quotaId: promised?.id ?? null }))
  return {
    quotaId: quota.id,
    name: quota.name,
    period: { ...quota.period },
    target: quota.target,
    counted: quota.counted,
    closedAt: quota.closedAt,
    closedCount: quota.closedCount,
    forecast: range === null ? null : { ...range, stages: stagesJson(quota) },
    by: { country: lines('country'), course: lines('course'), rank: lines('rank'), month: lines('month') },
    snapshot: snapshot === null ? null : { content: snapshot.content, publicKey: snapshot.publicKey, signature: snapshot.signature, isSigned: snapshot.isSigned }
  }
}
