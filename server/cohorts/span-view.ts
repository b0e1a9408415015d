import { formatDate, type Place } from '../http/pages.ts'
import type { Translate } from '../http/messages.ts'
import type { CohortRow } from './queries.ts'

/** A cohort's first and last day, on its own clock. */
export function spanOf ({ startsAt, endsAt, timeZone }: Pick<CohortRow, 'startsAt' | 'endsAt' | 'timeZone'>, place: Place): { readonly from: string, readonly to: string } {
  const there = { language: place.language, timeZone: timeZone ?? place.timeZone }
  return { from: formatDate(startsAt, there), to: formatDate(endsAt, there) }
}

/** The same, in words. */
export function saidSpan (cohort: Pick<CohortRow, 'startsAt' | 'endsAt' | 'timeZone'>, { t, ...place }: Place & { readonly t: Translate }): string {
  return t('cohorts.dates', { ...spanOf(cohort, place) })
}
