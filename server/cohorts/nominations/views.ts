import type { PageView } from '../../http/app-type.ts'
import { formatDate, formatNumber } from '../../http/pages.ts'
import { countryName } from '../../people/countries.ts'
import { hasRole, type Person } from '../../person.ts'
import type { Problem } from '../../refusals.ts'
import type { Cell } from '../../sheets/sheet.ts'
import { COLUMNS, MOST_ROWS } from '../enrolment-csv.ts'
import type { CohortRow } from '../queries.ts'
import { saidSpan } from '../span-view.ts'
import { cohortTabs } from '../tabs.ts'
import type { Reader } from '../views.ts'
import type { Decision, Nominated, Nomination, NominationsSeen, OpenCohort } from './nominations.ts'

const NAV = '/desk/cohorts'
const PILL = { nominated: 'info', waiting: 'due', accepted: 'done', declined: '', withdrawn: '', substituted: '' } as const

export function nominationJson ({ id, cohortId, name, email, country, agency, rank, locale, state, reason, nominatedBy, nominatedAt, decidedBy, decidedAt, enrolmentId, noShowAt, replaces }: Nomination, all: readonly Nomination[]) {
  return { id, cohortId, name, email, country, agency, rank, locale, state, reason, place: placeOf(id, all), nominatedBy, nominatedAt, decidedBy, decidedAt, enrolmentId, noShow: noShowAt !== null, replaces }
}

/** On the waiting list, from 1; null for somebody who does not wait. */
function placeOf (id: string, all: readonly Nomination[]): number | null {
  const index = all.filter(({ state }) => state === 'waiting').findIndex((one) => one.id === id)
  return index < 0 ? null : index + 1
}

const TABLE = ['name', 'email', 'country', 'agency', 'rank', 'locale', 'state', 'place', 'reason', 'nominated-by', 'nominated-at', 'decided-at'] as const

/** For a spreadsheet. The first six columns are those of a list that can be sent; the names of the others begin with #, so that they
 * are left out when it is sent again. */
export function nominationsTable (nominations: readonly Nomination[], t: Reader['t'], format: 'csv' | 'xlsx'): Cell[][] {
  const time = (iso: string | null): Cell => iso === null || format === 'csv' ? iso : { date: iso }
  return [
    TABLE.map((column) => (COLUMNS as readonly string[]).includes(column) ? column : `# ${t(`nominations.csv.${column}`)}`),
    ...nominations.map((one): Cell[] => [
      one.name, one.email, one.country, one.agency, one.rank, one.locale, stateOf(one), placeOf(one.id, nominations), one.reason, one.nominatedBy.name, time(one.nominatedAt), time(one.decidedAt)
    ])
  ]
}

function stateOf ({ state, noShowAt }: Nomination): Nomination['state'] | 'no-show' {
  return state === 'accepted' && noShowAt !== null ? 'no-show' : state
}

export function openView (cohorts: readonly OpenCohort[], { t, url, ...place }: Reader): PageView {
  const number = (value: number | undefined): string => formatNumber(value ?? 0, place.language)
  return {
    title: t('nominations.title'),
    nav: NAV,
    cohorts: cohorts.map(({ cohort, open, until, free, counts }) => ({
      href: url('/desk/cohorts/:id/nominations', { id: cohort.id }),
      name: cohort.name,
      course: cohort.course.title,
      dates: saidSpan(cohort, { t, ...place }),
      free: free === null ? t('nominations.free.any') : number(free),
      until: !open ? t('nominations.column.closed') : until === null ? '' : formatDate(until, place),
      nominated: number(counts.nominated),
      waiting: number(counts.waiting),
      accepted: number(counts.accepted)
    }))
  }
}

export function nominationsView (seen: NominationsSeen, query: { readonly nominated?: number, readonly decided?: number, readonly decision?: Decision | 'substitute', readonly chosen?: 'none' }, person: Person, reader: Reader): PageView {
  const { t, url, ...place } = reader
  const { cohort, nominations, countries, open, until, free, decides } = seen
  const { id } = cohort
  const instructs = countries === null && !decides
  const count = (state: Nomination['state']): number => nominations.filter((one) => one.state === state).length
  return {
    title: cohort.name,
    heading: t('nominations.title'),
    nav: NAV,
    scripts: ['choose.js'],
    // A liaison sees the other pages only where people of theirs are enrolled.
    tabs: countries === null || nominations.some(({ enrolmentState }) => enrolmentState !== null) ? cohortTabs({ id, instructorIds: instructs ? [person.id] : [] }, 'nominations', person, reader) : [],
    cohort: {
      href: countries === null ? url('/desk/cohorts/:id', { id }) : url('/desk/nominations'),
      course: cohort.course.title,
      dates: saidSpan(cohort, { t, ...place })
    },
    notice: query.nominated !== undefined ? t('nominations.done.nominated', { count: query.nominated })
      : query.decided !== undefined && query.decision !== undefined ? t(`nominations.done.${query.decision}`, { count: query.decided }) : '',
    noneChosen: query.chosen === 'none',
    until: !open ? t('nominations.closed') : until === null ? '' : t('nominations.until', { day: formatDate(until, place) }),
    nominateHref: open && !instructs ? url('/desk/cohorts/:id/nominate', { id }) : '',
    csvHref: url('/desk/cohorts/:id/nominations.csv', { id }),
    xlsxHref: url('/desk/cohorts/:id/nominations.xlsx', { id }),
    figures: (['nominated', 'waiting', 'accepted'] as const).map((state) => ({ value: formatNumber(count(state), place.language), label: t(`nominations.figure.${state}`) })),
    free: [...free].filter(([, seats]) => Number.isFinite(seats)).map(([country, seats]) => ({
      name: country === '' ? t('nominations.free.others') : countryName(country, place.language), free: t('nominations.free', { free: seats })
    })),
    action: instructs ? '' : url('/desk/cohorts/:id/nominations', { id }),
    decisions: (decides ? ['accept', 'wait', 'decline', 'withdraw'] as const : ['withdraw'] as const).map((decision) => ({ decision, label: t(`nominations.decide.${decision}`), danger: decision === 'decline' || decision === 'withdraw' })),
    rows: nominations.map((one) => {
      const place_ = placeOf(one.id, nominations)
      const standing = one.state === 'nominated' || one.state === 'waiting' || one.state === 'accepted'
      return {
        id: standing && !instructs ? one.id : '',
        name: one.name,
        email: one.email,
        country: countryName(one.country, place.language),
        agency: [one.rank, one.agency].filter((part) => part !== null).join(t('cohorts.comma')),
        state: place_ !== null ? t('nominations.state.waiting-at', { place: place_ }) : t(`nominations.state.${stateOf(one)}`),
        pill: one.noShowAt !== null && one.state === 'accepted' ? 'due' : PILL[one.state],
        reason: one.reason,
        by: { name: one.nominatedBy.name, day: formatDate(one.nominatedAt, place) },
        substituteHref: one.state === 'accepted' && one.enrolmentState === 'active' && !instructs ? url('/desk/nominations/:id/substitute', { id: one.id }) : '',
        enrolmentHref: one.enrolmentId !== null && one.enrolmentState !== 'withdrawn' ? url('/enrolments/:id', { id: one.enrolmentId }) : ''
      }
    }),
    rule: t('nominations.rule'),
    mayDecide: hasRole(person, 'administrator')
  }
}

export function nominateView ({ seen, csv, nominated, twoPersons }: { readonly seen: NominationsSeen, readonly csv: string, readonly nominated: Nominated | null, readonly twoPersons: boolean }, { t, url, language }: Reader): PageView {
  const { cohort, countries } = seen
  const { id } = cohort
  return {
    title: t('nominations.nominate'),
    nav: NAV,
    main: 'reading',
    scripts: ['csv-file.js'],
    tableHref: url('/api/v1/tables/text'),
    cohort: { name: cohort.name, href: url('/desk/cohorts/:id/nominations', { id }) },
    action: url('/desk/cohorts/:id/nominate', { id }),
    columns: COLUMNS,
    most: formatNumber(MOST_ROWS, language),
    own: countries === null ? '' : t('nominations.own-country', { countries: countries.map((country) => `${countryName(country, language)} (${country})`).join(t('cohorts.comma')) }),
    csv,
    twoPersons,
    asksTwo: twoPersons || nominated?.onlyAlike === true,
    result: nominated === null
      ? null
      : {
          problems: nominated.problems.map(({ line = 1, field = '', message }) => ({ where: t('problem.line', { line: String(line) }), field, message })),
          problemsTitle: t('cohorts.enrol.problems', { count: nominated.problems.length }),
          confirm: nominated.problems.length === 0 ? t('nominations.confirm', { count: nominated.nominated }) : ''
        }
  }
}

export function decideView ({ cohort, people, decision, reason, problems, done, refused }: {
  readonly cohort: CohortRow, readonly people: readonly Nomination[], readonly decision: Decision | 'substitute', readonly reason: string, readonly problems: readonly Problem[]
  /** How many were decided; null before. */
  readonly done: number | null, readonly refused: ReadonlyArray<{ readonly name: string, readonly why: string }>
}, { t, url }: Reader): PageView {
  const { id } = cohort
  return {
    title: t(decision === 'substitute' ? 'nominations.substitute' : `nominations.decide.${decision}`),
    nav: NAV,
    main: 'reading',
    cohort: { name: cohort.name, href: url('/desk/cohorts/:id/nominations', { id }) },
    action: url('/desk/cohorts/:id/nominations', { id }),
    decision,
    what: decision === 'substitute' ? '' : t(`nominations.decide.${decision}.what`),
    people: people.map(({ id, name }) => ({ id, name })),
    count: t('cohorts.change.count', { count: people.length }),
    reason,
    problems: problems.map(({ path = '', message }) => ({ field: path, message })),
    problemsTitle: t('cohorts.enrol.problems', { count: problems.length }),
    error: problems[0]?.message ?? '',
    done: done === null ? '' : decision === 'substitute' ? t('nominations.done.nothing') : t(`nominations.done.${decision}`, { count: done }),
    refused
  }
}

export interface SubstituteForm {
  readonly name: string
  readonly email: string
  readonly agency: string
  readonly rank: string
  readonly locale: string
  readonly reason: string
  readonly twoPersons: string
}

export function substituteView ({ nomination, cohort, form, problems }: { readonly nomination: Nomination, readonly cohort: CohortRow, readonly form: SubstituteForm, readonly problems: readonly Problem[] }, { t, url, language }: Reader): PageView {
  const fields = ['name', 'email', 'rank', 'agency', 'locale'] as const
  const message = (field: string): string => problems.find(({ path }) => path === field)?.message ?? ''
  return {
    title: t('nominations.substitute'),
    nav: NAV,
    main: 'reading',
    cohort: { name: cohort.name, href: url('/desk/cohorts/:id/nominations', { id: cohort.id }) },
    action: url('/desk/nominations/:id/substitute', { id: nomination.id }),
    lead: t('nominations.substitute.lead', { name: nomination.name, country: countryName(nomination.country, language) }),
    fields: fields.map((name) => ({ name, label: t(`nominations.field.${name}`), hint: name === 'locale' ? t('nominations.field.locale.hint') : '', type: name === 'email' ? 'email' : 'text', value: form[name], needed: name === 'name' || name === 'email', error: message(name) })),
    reason: form.reason,
    reasonError: message('reason'),
    twoPersons: form.twoPersons !== '',
    asksTwo: form.twoPersons !== '' || (problems.length === 1 && problems[0]?.path === 'name'),
    problems: problems.map(({ path = '', message }) => ({ field: path, message })),
    problemsTitle: t('cohorts.enrol.problems', { count: problems.length })
  }
}
