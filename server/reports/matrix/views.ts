import { cohortTabs } from '../../cohorts/tabs.ts'
import type { Reader } from '../../cohorts/views.ts'
import { activitiesOf } from '../../courses/outline.ts'
import type { PageView } from '../../http/app-type.ts'
import { formatDate, formatNumber, formatPercent } from '../../http/pages.ts'
import { countryName } from '../../people/countries.ts'
import type { Person } from '../../person.ts'
import { textIn } from '../../quiz/text.ts'
import type { Cell as TableCell } from '../../sheets/sheet.ts'
import { CELLS, type Cell, type CohortActivity, type Matrix, type MatrixInput } from './matrix.ts'
import { sparkline } from './sparkline.ts'

export type { Reader } from '../../cohorts/views.ts'

/** Drawn signs, told apart without colour. */
const SIGNS: Readonly<Record<Cell, string>> = { d: '✓', b: '◐', m: '…', f: '✕', '-': '·' }

export function matrixJson ({ outline, rows, next, pace }: Matrix, { days, done }: CohortActivity, language: string) {
  return {
    activities: outline.modules.flatMap((module) => module.activities.map(({ key, kind, title }) => ({
      key, kind, title: textIn(title, language, outline.language), module: textIn(module.title, language, outline.language), done: done.get(key) ?? 0
    }))),
    pace,
    days: [...days],
    items: [...rows],
    next
  }
}

/** For a spreadsheet: a row a trainee, a column an activity, the state in words. */
export function matrixTable ({ outline, rows }: Matrix, { t, language }: Reader): TableCell[][] {
  const words = wordsOf(t)
  return [
    [...['name', 'country', 'state', 'percent'].map((column) => t(`cohorts.csv.${column}`)), ...activitiesOf(outline).map(({ title }) => textIn(title, language, outline.language))],
    ...rows.map(({ name, country, state, percent, cells }): TableCell[] => [name, country, state, percent, ...[...cells].map((cell) => words[cell as Cell])])
  ]
}

function wordsOf (t: Reader['t']): Record<Cell, string> {
  return Object.fromEntries(Object.entries(CELLS).map(([cell, state]) => [cell, t(`matrix.cell.${state}`)])) as Record<Cell, string>
}

export function matrixView ({ matrix, activity, filter, direction }: {
  readonly matrix: Matrix, readonly activity: CohortActivity, readonly filter: Omit<MatrixInput, 'limit'>, readonly direction: 'ltr' | 'rtl'
}, person: Person, reader: Reader): PageView {
  const { t, url, ...place } = reader
  const { cohort, outline, rows, pace } = matrix
  const { id, counts } = cohort
  const activities = activitiesOf(outline)
  const words = wordsOf(t)
  // Thirteen thousand cells and more: each is one of five texts, and the template is given whole rows.
  const html = Object.fromEntries(Object.entries(words).map(([cell, word]) => [cell, `<td class="c${cell === '-' ? '' : ` ${cell}`}" aria-label="${escaped(word)}">${SIGNS[cell as Cell]}</td>`])) as Record<Cell, string>
  const chosen = { ...filter.country !== undefined && { country: filter.country }, ...filter.state !== undefined && { state: filter.state }, ...filter.activity !== undefined && { activity: filter.activity, is: filter.is ?? 'not-done' }, ...filter.behind === true && { behind: 'yes' } }
  const total = activity.days.reduce((sum, { count }) => sum + count, 0)
  const busiest = activity.days.reduce((most, day) => day.count > most.count ? day : most, { day: '', count: 0 })
  return {
    title: cohort.name,
    heading: t('matrix.title'),
    nav: '/desk/cohorts',
    tabs: cohortTabs({ id, instructorIds: cohort.instructors.map(({ id }) => id) }, 'progress', person, reader),
    cohort: { href: url('/desk/cohorts/:id', { id }), courseTitle: cohort.course.title },
    lead: t('matrix.lead', { enrolled: counts.enrolled, activities: activities.length }),
    rule: t('matrix.behind.rule', { pace, activities: activities.length }),
    spark: total === 0 ? null : {
      svg: sparkline(activity.days.map(({ count }) => count), t('matrix.spark', {
        total: formatNumber(total, place.language), from: formatDate(activity.days[0]?.day ?? '', place), to: formatDate(activity.days.at(-1)?.day ?? '', place), most: formatNumber(busiest.count, place.language), day: formatDate(busiest.day, place)
      }), direction),
      words: t('matrix.spark.words', { total, most: busiest.count, day: formatDate(busiest.day, place) })
    },
    csvHref: url('/desk/cohorts/:id/matrix.csv', { id }, chosen),
    xlsxHref: url('/desk/cohorts/:id/matrix.xlsx', { id }, chosen),
    action: url('/desk/cohorts/:id/matrix', { id }),
    filter: {
      countries: matrix.countries.map((code) => ({ code, name: countryName(code, place.language), chosen: code === filter.country })).sort((a, b) => a.name.localeCompare(b.name, place.language)),
      states: (['active', 'completed', 'withdrawn'] as const).map((state) => ({ value: state, label: t(`cohorts.enrolment.${state}`), chosen: state === filter.state })),
      activities: activities.map(({ key, title }) => ({ key, title: textIn(title, place.language, outline.language), chosen: key === filter.activity })),
      is: (['not-done', 'done', 'begun'] as const).map((value) => ({ value, label: t(`matrix.is.${value}`), chosen: value === (filter.is ?? 'not-done') })),
      behind: filter.behind === true
    },
    legend: Object.entries(words).map(([cell, word]) => ({ cell: cell === '-' ? '' : cell, sign: SIGNS[cell as Cell], word })),
    modules: outline.modules.filter(({ activities }) => activities.length > 0).map(({ title, activities }) => ({ title: textIn(title, place.language, outline.language), span: String(activities.length) })),
    columns: activities.map(({ key, kind, title }) => ({
      title: textIn(title, place.language, outline.language),
      kind: t(`matrix.kind.${kind}`),
      done: counts.enrolled === 0 ? '' : formatPercent(Math.floor(100 * (activity.done.get(key) ?? 0) / counts.enrolled), place.language)
    })),
    rows: rows.map((row) => ({
      href: url('/enrolments/:id', { id: row.enrolmentId }),
      name: row.name,
      country: row.country === null ? '' : countryName(row.country, place.language),
      percent: formatPercent(row.percent, place.language),
      note: row.state === 'no-show' ? t('cohorts.enrolment.no-show') : row.behind ? t('matrix.behind') : row.state === 'active' ? '' : t(`cohorts.enrolment.${row.state}`),
      pill: row.state === 'completed' ? 'done' : row.behind || row.state === 'no-show' ? 'due' : '',
      cells: [...row.cells].map((cell) => html[cell as Cell]).join('')
    })),
    firstHref: filter.after === undefined ? '' : url('/desk/cohorts/:id/matrix', { id }, chosen),
    nextHref: matrix.next === null ? '' : url('/desk/cohorts/:id/matrix', { id }, { ...chosen, after: matrix.next })
  }
}

function escaped (text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
}
