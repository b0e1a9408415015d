import type { PageView } from '../http/app-type.ts'
import { directionOf } from '../http/messages.ts'
import { formatChange, formatDate, formatDateTime, formatNumber } from '../http/pages.ts'
import { countryName } from '../people/countries.ts'
import { forecastText, ruleText, type Reader } from '../quotas/views.ts'
import { DIMENSIONS, type AnnualReport, type Dimension, type ReportLine } from './annual-report.ts'

interface Row { readonly name: string, readonly closed: string, readonly change: string, readonly now: string, readonly href: string }

export interface ReportView extends PageView {
  readonly id: string
  readonly name: string
  readonly period: string
  readonly headline: string
  readonly sentence: string
  readonly rule: string
  /** Where an open year will end, in words. */
  readonly forecast: string
  readonly isClosed: boolean
  readonly restated: string
  readonly sections: ReadonlyArray<{ readonly id: string, readonly title: string, readonly head: string, readonly rows: readonly Row[], readonly total: Row }>
  readonly signature: ReadonlyArray<{ readonly label: string, readonly value: string }>
  readonly signed: string
  readonly made: string
}

export function reportView (report: AnnualReport, madeAt: string, reader: Reader): ReportView {
  const { quota, snapshot } = report
  const { t, url, place } = reader
  const number = (value: number): string => formatNumber(value, place.language)
  const change = (value: number): string => value === 0 ? '' : formatChange(value, place.language)
  const evidence = (filter: Record<string, string>): string => url('/desk/quotas/:id/entries', { id: quota.id }, filter)
  const isClosed = quota.closedAt !== null
  const headline = quota.closedCount ?? quota.counted
  const rowOf = (name: string, { closed, now }: Omit<ReportLine, 'key'>, filter: Record<string, string>): Row => ({
    name, closed: closed === null ? '' : number(closed), change: closed === null ? '' : change(now - closed), now: number(now), href: evidence(filter)
  })
  return {
    title: t('report.title-of', { name: quota.name }),
    nav: '/desk/quotas',
    id: quota.id,
    name: quota.name,
    period: t('quotas.period', { from: formatDate(quota.period.from, place), to: formatDate(quota.period.to, place) }),
    headline: number(headline),
    sentence: t(isClosed ? 'report.closed-with' : 'report.so-far', {
      count: headline, target: quota.target, date: formatDate(quota.closedAt ?? madeAt, place)
    }),
    rule: ruleText(quota, report.courseTitles, reader),
    forecast: isClosed ? '' : forecastText(quota, reader),
    isClosed,
    restated: isClosed && quota.counted !== quota.closedCount ? t('report.restated', { count: quota.counted, change: change(quota.counted - (quota.closedCount ?? 0)) }) : '',
    sections: DIMENSIONS.map((dimension) => ({
      id: `by-${dimension}`,
      title: t(`report.by-${dimension}`),
      head: t(`report.${dimension}`),
      rows: report.by[dimension].map((line) => rowOf(nameOf(dimension, line.key, report, reader), line, { [dimension]: line.key ?? '' })),
      total: rowOf(t('report.total'), { closed: quota.closedCount, now: quota.counted }, {})
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

function nameOf (dimension: Dimension, key: string | null, { courseTitles }: AnnualReport, { t, place }: Reader): string {
  if (key === null) return t(`report.no-${dimension}`)
  switch (dimension) {
    case 'country': return countryName(key, place.language)
    case 'course': return courseTitles.get(key) ?? key
    case 'rank': return key
    case 'month': return new Intl.DateTimeFormat(`${place.language}-u-nu-latn-ca-gregory`, { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(new Date(`${key}-01T00:00:00Z`))
  }
}

/** The page as data for the printed sheet. */
export function reportSheet (view: ReportView, programme: string, reader: Reader): object {
  const { t, place } = reader
  return {
    locale: place.language,
    direction: directionOf(place.language),
    programme,
    title: t('report.title'),
    name: view.name,
    period: view.period,
    headline: view.headline,
    sentence: view.sentence,
    rule: view.rule,
    restated: view.restated,
    isClosed: view.isClosed,
    columns: { closed: t('report.at-closing'), change: t('report.change'), now: t(view.isClosed ? 'report.now' : 'report.counted') },
    sections: view.sections.map(({ title, head, rows, total }) => ({ title, head, rows: [...rows, total].map(({ name, closed, change, now }) => ({ name, closed, change, now })) })),
    signed: view.signed,
    signature: view.signature,
    made: view.made
  }
}

export function reportJson ({ quota, by, snapshot }: AnnualReport) {
  return {
    quotaId: quota.id,
    name: quota.name,
    period: { ...quota.period },
    target: quota.target,
    counted: quota.counted,
    closedAt: quota.closedAt,
    closedCount: quota.closedCount,
    by: { country: [...by.country], course: [...by.course], rank: [...by.rank], month: [...by.month] },
    snapshot: snapshot === null ? null : { content: snapshot.content, publicKey: snapshot.publicKey, signature: snapshot.signature, isSigned: snapshot.isSigned }
  }
}
