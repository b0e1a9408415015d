import type { PageView } from '../../http/app-type.ts'
import { formatDate, formatNumber, formatPercent } from '../../http/pages.ts'
import { countryName } from '../../people/countries.ts'
import { expectedOf, LEAST_KNOWN, STAGES, type Conversion, type Stage } from '../forecast.ts'
import type { QuotaStanding } from '../quotas.ts'
import type { Reader } from '../views.ts'
import { LOOK_BACK_MONTHS, type OnTheWay, type Outcome } from './pipeline.ts'

/** People on the way by stage, and what is expected of them: for the API. */
export function stagesJson (quota: QuotaStanding): Array<{ stage: Stage, people: number, expected: number | null, past: Omit<Conversion, 'stage'> | null }> {
  return stagesOf(quota).map(({ stage, people, expected, conversion }) => {
    if (conversion === null) return { stage, people, expected, past: null }
    const { stage: _, ...past } = conversion
    return { stage, people, expected, past }
  })
}

function stagesOf ({ period, today, pipeline }: QuotaStanding): ReturnType<typeof expectedOf> {
  return pipeline === null ? [] : expectedOf({ period, today, pipeline: pipeline.items, conversion: pipeline.conversion })
}

/** Who is on the way, as a table. Figures as they are shown. */
export interface WayView {
  /** `past` and `expected` are empty where too little is known. */
  readonly rows: ReadonlyArray<{ readonly name: string, readonly people: string, readonly href: string, readonly past: string, readonly pastHref: string, readonly expected: string }>
  readonly total: string
  readonly totalHref: string
  readonly expected: string
  readonly rule: string
  readonly unknown: string
}

/** The table of stages, each figure with the address of its list; null when the period is not now. */
export function wayView (quota: QuotaStanding, { t, url, place }: Reader): WayView | null {
  if (quota.pipeline === null) return null
  const number = (value: number): string => formatNumber(value, place.language)
  const stages = stagesOf(quota)
  const list = (stage: Stage | ''): string => url('/desk/quotas/:id/pipeline', { id: quota.id }, stage === '' ? {} : { stage })
  const expected = stages.reduce((sum, stage) => sum + (stage.expected ?? 0), 0)
  const unknown = stages.filter(({ people, conversion }) => people > 0 && conversion === null)
  return {
    rows: stages.map(({ stage, people, expected, conversion }) => ({
      name: t(`pipeline.stage.${stage}`),
      people: number(people),
      href: list(stage),
      past: conversion === null ? '' : t('pipeline.past', { share: formatPercent(100 * conversion.share, place.language), certified: conversion.certified, people: conversion.people, cohorts: conversion.cohorts }),
      pastHref: `${list('')}#past`,
      expected: expected === null ? '' : number(Math.round(expected))
    })),
    total: number(stages.reduce((sum, { people }) => sum + people, 0)),
    totalHref: list(''),
    expected: number(Math.round(expected)),
    rule: t('pipeline.rule', { date: formatDate(quota.period.to, place), months: LOOK_BACK_MONTHS, people: LEAST_KNOWN.people, cohorts: LEAST_KNOWN.cohorts }),
    unknown: unknown.length === 0 ? '' : t('pipeline.unknown', { count: unknown.reduce((sum, { people }) => sum + people, 0), people: LEAST_KNOWN.people, cohorts: LEAST_KNOWN.cohorts })
  }
}

export interface PipelinePage {
  readonly quota: QuotaStanding
  readonly stage: Stage | ''
  /** Empty for people without one; null for all. */
  readonly country: string | null
  readonly people: readonly OnTheWay[]
  readonly next: string | null
  readonly isFirst: boolean
  readonly titles: ReadonlyMap<string, string>
  /** An administrator, who sees every cohort and person. */
  readonly administers: boolean
}

export function pipelineView (page: PipelinePage, reader: Reader): PageView {
  const { t, url, place } = reader
  const { quota, stage, country, titles } = page
  const countries = [...new Set((quota.pipeline?.people ?? []).map((one) => one.country ?? ''))].map((code) => ({ value: code, label: code === '' ? t('quotas.no-country') : countryName(code, place.language), selected: code === country }))
    .sort((a, b) => a.label.localeCompare(b.label, place.language))
  return {
    title: t('pipeline.title-of', { name: quota.name }),
    nav: '/desk/quotas',
    quota: { name: quota.name, href: url('/desk/quotas/:id', { id: quota.id }) },
    way: wayView(quota, reader),
    action: url('/desk/quotas/:id/pipeline', { id: quota.id }),
    stages: STAGES.map((value) => ({ value, label: t(`pipeline.stage.${value}`), selected: value === stage })),
    countries: countries.length < 2 ? [] : countries,
    people: page.people.map((one) => ({
      name: one.name,
      href: one.enrolmentId === null
        ? url('/desk/cohorts/:id/nominations', { id: one.cohortId })
        // A liaison reads the progress of their people, not each person's page.
        : page.administers ? url('/desk/enrolments/:id', { id: one.enrolmentId }) : url('/desk/cohorts/:id', { id: one.cohortId }),
      stage: t(`pipeline.stage.${one.stage}`),
      country: one.country === null ? '' : countryName(one.country, place.language),
      cohort: one.cohort,
      cohortHref: url('/desk/cohorts/:id', { id: one.cohortId }),
      course: titles.get(one.course) ?? one.course,
      ends: formatDate(one.endsAt, place)
    })),
    first: page.isFirst ? null : url('/desk/quotas/:id/pipeline', { id: quota.id }, { stage, country }),
    next: page.next === null ? null : url('/desk/quotas/:id/pipeline', { id: quota.id }, { stage, country, cursor: page.next }),
    past: page.administers ? pastView(quota.pipeline?.outcomes ?? [], titles, reader) : []
  }
}

/** Past cohorts, the latest first: of each stage, how many came so far and how many of them were certified. */
function pastView (outcomes: readonly Outcome[], titles: ReadonlyMap<string, string>, { t, url, place }: Reader): object[] {
  return [...Map.groupBy(outcomes, ({ cohortId }) => cohortId).values()].flatMap((lines) => {
    const [first] = lines
    if (first === undefined) return []
    return [{
      cohort: first.cohort,
      href: url('/desk/cohorts/:id', { id: first.cohortId }),
      course: titles.get(first.course) ?? first.course,
      ended: formatDate(first.endsAt, place),
      stages: STAGES.map((stage) => {
        const line = lines.find((one) => one.stage === stage)
        return { name: t(`pipeline.stage.${stage}`), text: line === undefined || line.people === 0 ? '' : t('pipeline.of', { certified: line.certified, people: line.people }) }
      })
    }]
  })
}
