import type { CourseVersion } from '../courses/courses.ts'
import type { PageView } from '../http/app-type.ts'
import type { Translate } from '../http/messages.ts'
import { formatDateTime, formatNumber, formatPercent, type Place } from '../http/pages.ts'
import type { Url } from '../http/urls.ts'
import { countryName } from '../people/countries.ts'
import { hasRole, type Person } from '../person.ts'
import { textIn } from '../quiz/text.ts'
import type { Problem } from '../refusals.ts'
import { canManageCohort } from './access.ts'
import { stateOf, type Cohort, type Counts } from './cohorts.ts'
import { allowedLines } from './accommodations/views.ts'
import type { ChangeName } from './changes.ts'
import type { Enrolled, ManagedEnrolment } from './enrol.ts'
import { COLUMNS, MOST_ROWS } from './enrolment-csv.ts'
import { SHOWS, type CohortOverview, type CountryProgress, type Show, type TraineeProgress } from './progress.ts'
import type { CohortState } from './queries.ts'
import type { Named } from './instructors/queries.ts'
import { saidSpan } from './span-view.ts'
import { cohortTabs } from './tabs.ts'
import { NOT_STARTED_DAYS, SILENT_DAYS } from './stuck.ts'

export interface Reader extends Place {
  readonly t: Translate
  readonly url: Url
}

const NAV = '/desk/cohorts'
/** Those with most people are shown at once. */
const COUNTRIES = 8

export function cohortJson ({ id, name, state, startsAt, endsAt, seats, course, instructors, counts }: Cohort) {
  return { id, name, state, startsAt, endsAt, seats, course, instructors: [...instructors], counts }
}

export function progressJson ({ enrolmentId, personId, name, country, agency, state, done, total, percent, activeAt, stuck, certificateSerial, noShow }: TraineeProgress) {
  return { enrolmentId, personId, name, country, agency, state, done, total, percent, activeAt, stuck, certificateSerial, noShow }
}

export function enrolmentJson ({ enrolmentId, personId, name, country, agency, state, enrolledAt, activeAt, certificateSerial }: TraineeProgress) {
  return { id: enrolmentId, personId, name, country, agency, state, enrolledAt, activeAt, certificateSerial }
}

export function summaryJson ({ byCountry, noShows, stuck, quizzes }: CohortOverview, language: string) {
  return {
    byCountry: byCountry.map((row) => ({ ...row })),
    noShows,
    needHelp: stuck.first.map((row) => ({ ...progressJson(row), idleSince: row.idleSince, usedUp: [...row.usedUp] })),
    quizzes: quizzes.map(({ key, title }) => ({ key, title: textIn(title, language) }))
  }
}

export interface CohortLists {
  readonly running: readonly Cohort[]
  readonly coming: readonly Cohort[]
  readonly past: { readonly items: readonly Cohort[], readonly next: string | null }
  readonly after: string | undefined
  /** Cohorts made by a plan, just now. */
  readonly made: number | undefined
}

export function cohortsView ({ running, coming, past, after, made }: CohortLists, person: Person, reader: Reader): PageView {
  const { t, url } = reader
  const section = (state: CohortState, items: readonly Cohort[]) => ({
    id: state,
    title: t(`cohorts.list.${state}`),
    cohorts: items.map((cohort) => cohortLine(cohort, reader))
  })
  return {
    title: t('cohorts.title'),
    nav: NAV,
    mayCreate: hasRole(person, 'administrator'),
    notice: made === undefined ? '' : t('cohorts.plan.made', { count: made }),
    nominationsHref: hasRole(person, 'administrator') || hasRole(person, 'liaison') ? url('/desk/nominations') : '',
    sections: [section('running', running), section('coming', coming), section('past', past.items)].filter(({ cohorts }) => cohorts.length > 0),
    firstHref: after === undefined ? '' : url('/desk/cohorts'),
    nextHref: past.next === null ? '' : url('/desk/cohorts', {}, { after: past.next })
  }
}

export function cohortLine (cohort: Cohort, { t, url, ...place }: Reader) {
  const { counts } = cohort
  return {
    href: url('/desk/cohorts/:id', { id: cohort.id }),
    name: cohort.name,
    course: cohort.course.title,
    dates: saidSpan(cohort, { t, ...place }),
    instructors: cohort.instructors.map(({ name }) => name).join(t('cohorts.comma')),
    enrolled: cohort.seats === null
      ? formatNumber(counts.enrolled, place.language)
      : t('cohorts.of', { part: formatNumber(counts.enrolled, place.language), whole: formatNumber(cohort.seats, place.language) }),
    completed: formatNumber(counts.completed, place.language),
    bar: barOf(counts, { t, ...place })
  }
}

/** @param part what is done, of how many, and the percentage as the rules round it */
function barOf ({ done, total, percent }: Pick<Counts, 'done' | 'total' | 'percent'>, { t, language }: Place & { readonly t: Translate }) {
  return {
    value: String(done),
    // A progress element of no length at all is refused by browsers.
    max: String(Math.max(total, 1)),
    words: t('cohorts.of', { part: formatNumber(done, language), whole: formatNumber(total, language) }),
    percent: formatPercent(percent, language)
  }
}

export interface CohortForm {
  readonly name: string
  /** Slug. */
  readonly course: string
  /** Local days, YYYY-MM-DD. */
  readonly first: string
  readonly last: string
  readonly seats: string
  readonly instructors: readonly string[]
}

/** Which field of the form shows a problem with which part of the input. */
const FIELD: Readonly<Record<string, string>> = { startsAt: 'first', endsAt: 'last' }
const LABEL: Readonly<Record<string, string>> = {
  name: 'cohorts.new.name', course: 'cohorts.new.course', first: 'cohorts.new.first', last: 'cohorts.new.last', seats: 'cohorts.new.seats', instructors: 'cohorts.instructors'
}

export function newCohortView (form: CohortForm, choices: { readonly courses: readonly CourseVersion[], readonly instructors: readonly Named[] }, problems: readonly Problem[], { t, timeZone, language }: Reader): PageView {
  const placed = problems.map(({ path = '', message }) => {
    const field = FIELD[path] ?? path
    return { field, label: t(LABEL[field] ?? 'cohorts.new.title'), message }
  })
  return {
    title: t('cohorts.new.title'),
    nav: NAV,
    main: 'reading',
    timeZone,
    form,
    courses: choices.courses.map(({ slug, title, number, outline }) => ({
      slug,
      title: t('cohorts.new.course-version', { title: textIn(title, language, outline.language), version: String(number) }),
      chosen: slug === form.course
    })),
    instructors: choices.instructors.map(({ id, name }) => ({ id, name, chosen: form.instructors.includes(id) })),
    problems: placed,
    problemCount: placed.length,
    error: Object.fromEntries(placed.map(({ field, message }) => [field, message]))
  }
}

export interface CohortPage {
  readonly overview: CohortOverview
  readonly people: { readonly items: readonly TraineeProgress[], readonly next: string | null }
  readonly filter: { readonly show: Show | undefined, readonly country: string | undefined, readonly after: string | undefined }
  /** Everybody who may be named an instructor. */
  readonly instructors: readonly Named[]
  /** What an enrolment just now has done; null on every other visit. */
  readonly notice: { readonly enrolled: number, readonly created: number } | null
  /** What a change of several enrolments just now has done. */
  readonly changed: { readonly count: number, readonly action: ChangeName } | null
  /** How many were reminded by mail just now; null on other visits. */
  readonly reminded: number | null
  /** A change was asked for with nobody chosen. */
  readonly noneChosen: boolean
}

export function cohortView ({ overview, people, filter, instructors, notice, changed, reminded, noneChosen }: CohortPage, now: Date, person: Person, reader: Reader): PageView {
  const { t, url, ...place } = reader
  const { cohort, stuck } = overview
  const { id, counts } = cohort
  const number = (value: number): string => formatNumber(value, place.language)
  const at = (query: { show?: Show | '' | undefined, country?: string | undefined, after?: string }): string => `${url('/desk/cohorts/:id', { id }, query)}#people`
  const manages = canManageCohort(person, { instructorIds: cohort.instructors.map(({ id }) => id) })
  const figure = (show: Show, value: number, meaning: '' | 'done' | 'due') => ({ value: number(value), label: t(`cohorts.figure.${show}`), href: at({ show }), meaning: value > 0 ? meaning : '' })
  const countries = [...overview.byCountry].sort((a, b) => b.enrolled - a.enrolled || (a.country ?? '').localeCompare(b.country ?? ''))
  // One or two more are not worth a fold.
  const cut = countries.length > COUNTRIES + 2 ? COUNTRIES : countries.length
  return {
    title: cohort.name,
    nav: NAV,
    scripts: ['choose.js'],
    cohort: {
      href: url('/desk/cohorts/:id', { id }),
      courseTitle: cohort.course.title,
      courseHref: hasRole(person, 'administrator') || hasRole(person, 'instructor') ? url('/desk/courses/:slug', { slug: cohort.course.slug }, { version: cohort.course.version }) : '',
      version: t('cohorts.version', { version: String(cohort.course.version) }),
      dates: saidSpan(cohort, { t, ...place }),
      stateLine: t(`cohorts.state.${cohort.state}`),
      statePill: cohort.state === 'running' ? 'info' : '',
      seats: cohort.seats === null ? t('cohorts.seats.open') : t('cohorts.seats', { taken: number(counts.enrolled), seats: number(cohort.seats) }),
      seen: overview.byCountry.length > 0 && !manages ? t('cohorts.seen-part') : ''
    },
    tabs: cohortTabs({ id, instructorIds: cohort.instructors.map(({ id }) => id) }, 'people', person, reader),
    notice: notice !== null ? t('cohorts.enrolled', { enrolled: notice.enrolled, created: notice.created })  : reminded !== null ? t('reminders.reminded', { count: reminded }) : changed !== null ? t(`cohorts.changed.${changed.action}`, { count: changed.count }) : '',
    noneChosen,
    changesAction: manages ? url('/desk/cohorts/:id/changes', { id }) : '',
    remindAction: manages ? url('/desk/cohorts/:id/remind', { id }) : '',
    changes: changesFor(person, cohort.state).map((action) => ({ action, label: t(`cohorts.change.${action}`), danger: action === 'withdraw' })),
    quizzes: manages ? overview.quizzes.map(({ key, title }) => ({ title: textIn(title, place.language), statisticsHref: url('/desk/cohorts/:id/quizzes/:key/statistics', { id, key }), regradeHref: url('/desk/cohorts/:id/quizzes/:key/regrade', { id, key }), attemptsHref: url('/desk/cohorts/:id/quizzes/:key/attempts', { id, key }), markingHref: url('/desk/cohorts/:id/quizzes/:key/marking', { id, key }) })) : [],
    enrolHref: manages ? url('/desk/cohorts/:id/enrol', { id }) : '',
    csvHref: url('/desk/cohorts/:id/progress.csv', { id }),
    xlsxHref: url('/desk/cohorts/:id/progress.xlsx', { id }),
    listHrefs: manages ? { csv: url('/desk/cohorts/:id/enrolments.csv', { id }), xlsx: url('/desk/cohorts/:id/enrolments.xlsx', { id }) } : null,
    isEmpty: counts.enrolled + counts.withdrawn === 0,
    figures: [
      { value: formatPercent(counts.percent, place.language), label: t('cohorts.figure.percent'), href: at({ show: 'enrolled' }), meaning: '' },
      figure('enrolled', counts.enrolled, ''),
      figure('completed', counts.completed, 'done'),
      ...(cohort.state === 'running' ? [figure('stuck', stuck.count, 'due')] : []),
      figure('not-started', counts.notStarted, ''),
      ...(overview.noShows > 0 ? [figure('no-show', overview.noShows, 'due')] : []),
      ...(counts.withdrawn > 0 ? [figure('withdrawn', counts.withdrawn, '')] : [])
    ],
    stuck: {
      rule: t('cohorts.stuck.rule', { start: NOT_STARTED_DAYS, silent: SILENT_DAYS }),
      shown: cohort.state === 'running',
      people: stuck.first.map((row) => ({ ...personLine(row, manages, reader), why: whyStuck(row, overview, now, reader) })),
      moreHref: stuck.count > stuck.first.length ? at({ show: 'stuck' }) : '',
      more: t('cohorts.stuck.all', { count: stuck.count })
    },
    byCountry: {
      first: { id: 'countries', rows: countries.slice(0, cut).map((row) => countryLine(row, at, reader)) },
      more: { id: 'more-countries', rows: countries.slice(cut).map((row) => countryLine(row, at, reader)), label: t('cohorts.by-country.more', { count: countries.length - cut }) }
    },
    filter: {
      shows: SHOWS.map((show) => ({ value: show, label: t(`cohorts.show.${show}`), chosen: show === filter.show })),
      countries: countries.flatMap(({ country }) => country === null ? [] : [{ code: country, name: countryName(country, place.language), chosen: country === filter.country }])
        .sort((a, b) => a.name.localeCompare(b.name, place.language))
    },
    people: people.items.map((row) => personLine(row, manages, reader)),
    firstHref: filter.after === undefined ? '' : at({ show: filter.show, country: filter.country }),
    nextHref: people.next === null ? '' : at({ show: filter.show, country: filter.country, after: people.next }),
    instructors: cohort.instructors,
    mayAssign: hasRole(person, 'administrator'),
    instructorsAction: url('/desk/cohorts/:id/instructors', { id }),
    candidates: instructors.filter(({ id }) => !cohort.instructors.some((instructor) => instructor.id === id))
  }
}

/** Why somebody needs help, as a phrase about them. */
function whyStuck ({ stuck, usedUp, idleSince }: TraineeProgress, { quizzes }: CohortOverview, now: Date, { t, language }: Reader): string {
  if (stuck === null) return ''
  const titles = quizzes.filter(({ key }) => usedUp.includes(key)).map(({ title }) => textIn(title, language))
  const days = idleSince === null ? 0 : Math.floor((now.getTime() - Date.parse(idleSince)) / 86_400_000)
  return t(`reminders.why.${stuck}`, { days, quizzes: titles.join(t('cohorts.comma')) })
}

/** What somebody may do to several enrolments at once. */
function changesFor (person: Person, state: CohortState): ChangeName[] {
  return [
    'withdraw', 'reinstate', 'move',
    ...hasRole(person, 'administrator') && state !== 'coming' ? ['no-show' as const, 'came' as const] : []
  ]
}

function countryLine (row: CountryProgress, at: (query: { country?: string }) => string, { t, language, timeZone }: Reader) {
  return {
    name: row.country === null ? t('cohorts.no-country') : countryName(row.country, language),
    href: row.country === null ? '' : at({ country: row.country }),
    enrolled: formatNumber(row.enrolled, language),
    completed: formatNumber(row.completed, language),
    stuck: formatNumber(row.stuck, language),
    bar: barOf(row, { t, language, timeZone })
  }
}

function personLine (row: TraineeProgress, manages: boolean, { t, url, ...place }: Reader) {
  return {
    id: row.enrolmentId,
    name: row.name,
    href: url('/enrolments/:id', { id: row.enrolmentId }),
    manageHref: manages ? url('/desk/enrolments/:id', { id: row.enrolmentId }) : '',
    country: row.country === null ? '' : countryName(row.country, place.language),
    agency: row.agency ?? '',
    state: t(row.noShow && row.state !== 'withdrawn' ? 'cohorts.enrolment.no-show' : row.stuck === null ? `cohorts.enrolment.${row.state}` : `cohorts.stuck.${row.stuck}`),
    pill: row.stuck !== null || row.noShow ? 'due' : row.state === 'completed' ? 'done' : '',
    active: row.activeAt === null ? t('cohorts.never') : formatDateTime(row.activeAt, place),
    bar: barOf(row, { t, ...place }),
    serial: row.certificateSerial ?? '',
    certificateHref: row.certificateSerial === null ? '' : url('/certificates/:serial', { serial: row.certificateSerial })
  }
}

export function enrolView (cohort: Cohort, { csv, result }: { readonly csv: string, readonly result: Enrolled | null }, { t, url, language }: Reader): PageView {
  const { id, seats, counts } = cohort
  const clean = result !== null && result.problems.length === 0
  return {
    title: t('cohorts.enrol.title'),
    nav: NAV,
    main: 'reading',
    scripts: ['csv-file.js'],
    cohort: { name: cohort.name, href: url('/desk/cohorts/:id', { id }) },
    action: url('/desk/cohorts/:id/enrol', { id }),
    columns: COLUMNS,
    most: formatNumber(MOST_ROWS, language),
    seats: seats === null ? '' : t('cohorts.enrol.free', { free: Math.max(0, seats - counts.enrolled) }),
    csv,
    result: result === null
      ? null
      : {
          figures: (['created', 'enrolled', 'unchanged'] as const).map((name) => ({ value: formatNumber(result[name], language), label: t(`cohorts.enrol.${name}`) })),
          problems: result.problems.map(({ line = 1, field = '', message }) => ({ where: t('problem.line', { line: String(line) }), field, message })),
          problemsTitle: t('cohorts.enrol.problems', { count: result.problems.length }),
          mayConfirm: clean && result.enrolled > 0,
          confirm: t('cohorts.enrol.confirm', { enrolled: result.enrolled, created: result.created }),
          nothing: clean && result.enrolled === 0
        }
  }
}

export function managedEnrolmentView (enrolment: ManagedEnrolment, { reason, wrong }: { readonly reason: string, readonly wrong: boolean }, now: Date, person: Person, { t, url, language }: Reader): PageView {
  const { id, cohort, state, country, noShowAt } = enrolment
  return {
    title: enrolment.name,
    nav: NAV,
    main: 'reading',
    cohort: { name: cohort.name, href: url('/desk/cohorts/:id', { id: cohort.id }), courseTitle: cohort.course.title },
    country: country === null ? '' : countryName(country, language),
    stateLine: t(noShowAt !== null && state !== 'withdrawn' ? 'cohorts.enrolment.no-show' : `cohorts.enrolment.${state}`),
    pill: state === 'completed' ? 'done' : state === 'withdrawn' ? 'stop' : noShowAt !== null ? 'due' : 'info',
    id,
    changesAction: url('/desk/cohorts/:id/changes', { id: cohort.id }),
    changes: state === 'active' ? changesFor(person, stateOf(cohort, now.toISOString())).filter((action) => action === 'move' || action === (noShowAt === null ? 'no-show' : 'came')).map((action) => ({ action, label: t(`cohorts.change.${action}`) })) : [],
    accommodationsHref: hasRole(person, 'administrator') ? url('/desk/people/:id/accommodations', { id: enrolment.personId }) : '',
    progressHref: url('/enrolments/:id', { id }),
    withdrawAction: state === 'active' ? url('/desk/enrolments/:id/withdraw', { id }) : '',
    reinstateAction: state === 'withdrawn' ? url('/desk/enrolments/:id/reinstate', { id }) : '',
    allowed: allowedLines(enrolment.allowance, t),
    reason,
    error: wrong ? t('cohorts.withdraw.reason-wrong') : ''
  }
}
