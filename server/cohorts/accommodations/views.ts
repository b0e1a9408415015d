import { formatDate } from '../../http/pages.ts'
import type { Allowance } from '../../quiz/allowance.ts'
import type { Reader } from '../views.ts'
import type { Accommodation } from './accommodations.ts'

/** What is allowed, a phrase for each thing. */
export function allowedLines ({ extraPercent, extraMinutes, extraAttempts, laterDays }: Allowance, t: Reader['t']): string[] {
  return [
    ...extraPercent > 0 ? [t('accommodations.line.percent', { percent: extraPercent })] : [],
    ...extraMinutes > 0 ? [t('accommodations.line.minutes', { minutes: extraMinutes })] : [],
    ...extraAttempts > 0 ? [t('accommodations.line.attempts', { attempts: extraAttempts })] : [],
    ...laterDays > 0 ? [t('accommodations.line.days', { days: laterDays })] : []
  ]
}

/** The second before an accommodation ends is of its last day. */
export function periodOf ({ startsAt, endsAt }: Pick<Accommodation, 'startsAt' | 'endsAt'>, { t, ...place }: Reader): string {
  const from = formatDate(startsAt, place)
  return endsAt === null
    ? t('accommodations.since', { from })
    : t('accommodations.period', { from, until: formatDate(new Date(Date.parse(endsAt) - 1000).toISOString(), place) })
}
