import type { PageView } from '../../http/app-type.ts'
import { formatDate, formatNumber } from '../../http/pages.ts'
import { countryName } from '../../people/countries.ts'
import type { DeskChoices } from '../choices.ts'
import type { Reader } from '../templates/views.ts'
import { PERIODS, type ExpiringCertificate, type ExpirySearch, type ReminderDays } from './expiry.ts'

const NAV = '/desk/quotas'

/** What the page says besides the list. */
export interface ExpiringSaid {
  readonly notice?: string
  readonly refused?: readonly string[]
  readonly problem?: string
  readonly cohort?: string
  readonly daysProblem?: string
  /** As it was typed. */
  readonly days?: string
}

interface ExpiringPage {
  readonly items: readonly ExpiringCertificate[]
  readonly next: string | null
  readonly count: number
  readonly search: ExpirySearch
  readonly cursor: string | null
  readonly days: ReminderDays
  readonly choices: DeskChoices
  readonly at: string
  readonly said: ExpiringSaid
}

export function expiringView ({ items, next, count, search, cursor, days, choices, at, said }: ExpiringPage, { t, url, ...place }: Reader): PageView {
  const period = search.period ?? '90'
  const asked = { period, country: search.country || null, course: search.course || null }
  return {
    title: t('certificate-desk.expiring.title'), nav: NAV, scripts: ['choose.js'],
    notice: said.notice ?? null, refused: said.refused ?? [], problem: said.problem ?? null,
    periods: PERIODS.map((value) => ({ value, label: value === 'ended' ? t('certificate-desk.expiring.ended') : t('certificate-desk.expiring.within', { days: Number(value) }), selected: value === period })),
    countries: choices.countries.map((choice) => ({ ...choice, selected: choice.value === search.country })),
    courses: choices.courses.map((choice) => ({ ...choice, selected: choice.value === search.course })),
    // Of every course when none is chosen: whoever's certificate is of another is named as refused.
    cohorts: choices.cohorts.filter(({ course, endsAt }) => endsAt > at && (asked.course === null || course === asked.course)).map(({ value, label }) => ({ value, label, selected: value === said.cohort })),
    asked: { period, country: search.country ?? '', course: search.course ?? '' },
    found: t('certificate-desk.count', { count }), count: formatNumber(count, place.language), any: count > 0, all: t('certificate-desk.expiring.enrol-all', { count }),
    certificates: items.map((line) => ({
      serial: line.serial, holder: line.holder, desk: url('/desk/certificates/:serial', { serial: line.serial }), country: line.country === null ? '' : countryName(line.country, place.language), course: line.courseTitle,
      expiresAt: line.expiresAt, expires: formatDate(line.expiresAt, place), left: t(line.days < 0 ? 'certificate-desk.expiring.over' : 'certificate-desk.expiring.left', { days: Math.abs(line.days) }), pill: line.days < 0 ? 'stop' : line.days <= 30 ? 'due' : 'info',
      reminded: line.remindedAt === null ? '' : formatDate(line.remindedAt, place), recertifies: line.recertifiesIn ?? '', choose: t('certificate-desk.choose', { name: line.holder })
    })),
    daysForm: { value: said.days ?? days.days.join(', '), version: String(days.version), problem: said.daysProblem ?? null, text: url('/desk/reminders') },
    first: cursor === null ? null : url('/desk/certificates/expiring', {}, asked),
    next: next === null ? null : url('/desk/certificates/expiring', {}, { ...asked, cursor: next })
  }
}
