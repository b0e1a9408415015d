import type { PageView } from '../http/app-type.ts'
import { formatDate, formatNumber } from '../http/pages.ts'
import { countryName } from '../people/countries.ts'
import { hasRole, type Person } from '../person.ts'
import type { Problem } from '../refusals.ts'
import { needsReason, type Changed, type ChangeName } from './changes.ts'
import type { Cohort } from './cohorts.ts'
import { MOST_COHORTS, PLAN_COLUMNS, type Planned } from './plan.ts'
import type { CohortReminders } from './reminders/reminders.ts'
import { freeFor, sum } from './seats.ts'
import type { SettingsSeen } from './settings.ts'
import { spanOf } from './span-view.ts'
import { cohortTabs } from './tabs.ts'
import type { Reader } from './views.ts'

const NAV = '/desk/cohorts'

export function planView ({ csv, planned, timeZone }: { readonly csv: string, readonly planned: Planned | null, readonly timeZone: string }, { t, url, ...place }: Reader): PageView {
  const day = (text: string): string => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) ? formatDate(text, place) : text
  return {
    title: t('cohorts.plan.title'),
    nav: NAV,
    scripts: ['csv-file.js'],
    tableHref: url('/api/v1/tables/text'),
    timeZone,
    columns: PLAN_COLUMNS,
    example: 'telecom-fraud,2027-03-01,2027-04-30,Telecom fraud spring,ar,Asia/Riyadh,60,SA:20 AE:10,2027-04-20,2027-02-15,',
    most: formatNumber(MOST_COHORTS, place.language),
    csv,
    planned: planned === null
      ? null
      : {
          rows: planned.rows.map((row) => ({
            ...row,
            course: row.title === '' ? row.course : row.title,
            dates: t('cohorts.dates', { from: day(row.first), to: day(row.last) }),
            seats: row.seats === null ? t('cohorts.seats.open') : formatNumber(row.seats, place.language),
            exam: row.exam === '' ? '' : day(row.exam)
          })),
          problems: planned.problems.map(({ line = 1, field = '', message }) => ({ where: t('problem.line', { line: String(line) }), field, message })),
          problemsTitle: t('cohorts.enrol.problems', { count: planned.problems.length }),
          confirm: planned.problems.length > 0 || planned.rows.length === 0 ? '' : t('cohorts.plan.confirm', { count: planned.rows.length })
        }
  }
}

export interface SettingsForm {
  readonly name: string
  /** Local days, YYYY-MM-DD. */
  readonly first: string
  readonly last: string
  readonly seats: string
  readonly countries: string
  readonly language: string
  readonly timeZone: string
  readonly examDay: string
  readonly nominationsUntil: string
  readonly version: string | number
}

const FIELD: Readonly<Record<string, string>> = { seatsByCountry: 'countries', startsAt: 'first', endsAt: 'last' }
/** Languages to choose from; any other stays where it was set. */
const LANGUAGES = ['ar', 'am', 'bn', 'dz', 'en', 'es', 'fa', 'fj', 'fr', 'hi', 'id', 'ka', 'kk', 'km', 'ko', 'ky', 'lo', 'mn', 'ms', 'my', 'ne', 'ps', 'pt', 'ru', 'si', 'sr', 'sw', 'tg', 'th', 'tr', 'uk', 'ur', 'uz', 'vi', 'zh'] as const

/** A fact of a cohort as the form has it, by its name on the page. */
const SHOWN: ReadonlyArray<readonly [keyof SettingsForm, string]> = [
  ['name', 'cohorts.new.name'], ['first', 'cohorts.new.first'], ['last', 'cohorts.new.last'], ['seats', 'cohorts.new.seats'], ['countries', 'cohorts.plan.countries'],
  ['nominationsUntil', 'cohorts.settings.nominations'], ['examDay', 'cohorts.plan.exam'], ['timeZone', 'cohorts.settings.zone'], ['language', 'cohorts.settings.language']
]

export function settingsView ({ cohort, seen, form, problems, movedUp, now, reminders, programmeZone, today }: {
  readonly cohort: Cohort, readonly seen: SettingsSeen, readonly form: SettingsForm, readonly problems: readonly Problem[]
  /** Of those who wait, by an edit just now; null on other visits. */
  readonly movedUp: number | null
  /** What stands there, where somebody else changed it while this form was open. */
  readonly now: SettingsForm | null
  readonly reminders: CohortReminders
  readonly programmeZone: string
  /** On the cohort's clock. */
  readonly today: string
}, person: Person, reader: Reader): PageView {
  const { t, url, language } = reader
  const { id } = cohort
  const held = new Map(Object.entries(seen.seatsByCountry))
  const seats = { total: seen.seats, held }
  const number = (value: number): string => Number.isFinite(value) ? formatNumber(value, language) : t('cohorts.seats.open')
  const countries = [...held.keys()].sort((a, b) => countryName(a, language).localeCompare(countryName(b, language), language))
  const shared = sum([...seen.taken].filter(([code]) => !held.has(code)).map(([, count]) => count))
  const placed = problems.map(({ path = '', message }) => ({ field: FIELD[path] ?? path, message }))
  const names = new Intl.DisplayNames([language], { type: 'language' })
  const spoken = [...new Set([...LANGUAGES, ...form.language === '' ? [] : [form.language]])].flatMap((code) => {
    const name = nameOr(names, code)
    return name === null ? [] : [{ code, name, chosen: code === form.language }]
  }).sort((a, b) => a.name.localeCompare(b.name, language))
  return {
    title: cohort.name,
    heading: t('cohorts.settings.title'),
    nav: NAV,
    tabs: cohortTabs({ id, instructorIds: cohort.instructors.map(({ id }) => id) }, 'settings', person, reader),
    cohort: { href: url('/desk/cohorts/:id', { id }), courseTitle: cohort.course.title },
    action: hasRole(person, 'administrator') ? url('/desk/cohorts/:id/settings', { id }) : '',
    notice: movedUp === null ? '' : t('cohorts.settings.saved', { movedUp }),
    // Only what differs from what was typed.
    now: now === null ? [] : SHOWN.filter(([field]) => String(now[field]) !== String(form[field])).map(([field, label]) => ({ label: t(label), value: String(now[field]) === '' ? t('cohorts.none') : String(now[field]), typed: String(form[field]) === '' ? t('cohorts.none') : String(form[field]) })),
    stale: now !== null,
    programmeZone,
    form: { ...form, version: String(form.version) },
    languages: spoken,
    zones: Intl.supportedValuesOf('timeZone'),
    problems: placed,
    problemsTitle: t('cohorts.enrol.problems', { count: problems.length }),
    error: Object.fromEntries(placed.map(({ field, message }) => [field, message])),
    rows: [
      ...countries.map((code) => ({ name: countryName(code, language), held: number(held.get(code) ?? 0), taken: number(seen.taken.get(code) ?? 0), free: number(freeFor(seats, seen.taken, code)) })),
      { name: t(countries.length > 0 ? 'nominations.free.others' : 'cohorts.filter.every-country'), held: t('cohorts.settings.shared'), taken: number(shared), free: number(freeFor(seats, seen.taken, null)) }
    ],
    reminders: reminders.planned.map(({ what, kind, before, day }) => {
      const sent = reminders.sent.find((one) => one.what === what)
      return {
        name: t(`cohorts.reminder.${kind}`, { before }),
        day: formatDate(day, { ...reader, timeZone: 'UTC' }),
        state: sent !== undefined ? t('cohorts.reminder.sent', { count: sent.count }) : t(day >= today ? 'cohorts.reminder.due' : 'cohorts.reminder.none'),
        pill: sent !== undefined ? 'done' : day >= today ? 'info' : ''
      }
    }),
    textsHref: hasRole(person, 'administrator') ? url('/desk/reminders') : ''
  }
}

/** null for a code that Intl does not know. */
function nameOr (names: Intl.DisplayNames, code: string): string | null {
  try {
    return names.of(code) ?? null
  } catch {
    return null
  }
}

export function actionsView ({ cohort, people, action, reason, to, targets, problems, changed }: {
  readonly cohort: Cohort, readonly people: ReadonlyArray<{ readonly id: string, readonly name: string }>, readonly action: ChangeName, readonly reason: string, readonly to: string
  readonly targets: readonly Cohort[], readonly problems: readonly Problem[]
  /** What was done, and what not; null before. */
  readonly changed: Changed | null
}, { t, url, ...place }: Reader): PageView {
  const { id } = cohort
  return {
    title: t(`cohorts.change.${action}`),
    nav: NAV,
    main: 'reading',
    cohort: { name: cohort.name, href: url('/desk/cohorts/:id', { id }) },
    formAction: url('/desk/cohorts/:id/changes', { id }),
    action,
    what: t(`cohorts.change.${action}.what`),
    people,
    count: t('cohorts.change.count', { count: people.length }),
    asksReason: needsReason(action),
    reason,
    targets: targets.map((target) => ({
      id: target.id,
      name: t('cohorts.change.target', { name: target.name, course: target.course.title, version: String(target.course.version), ...spanOf(target, place) }),
      chosen: target.id === to
    })),
    asksTarget: action === 'move',
    danger: action === 'withdraw',
    submit: t(`cohorts.change.${action}`),
    problems: problems.map(({ path = '', message }) => ({ field: path, message })),
    problemsTitle: t('cohorts.enrol.problems', { count: problems.length }),
    error: Object.fromEntries(problems.map(({ path = '', message }) => [path, message])),
    done: changed === null ? '' : t(`cohorts.changed.${action}`, { count: changed.done }),
    refused: changed === null ? [] : changed.refused.map(({ name, code }) => ({ name: name === '' ? t('cohorts.change.somebody') : name, why: t(`refusal.${code}`) }))
  }
}
