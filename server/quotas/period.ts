import { daysBetween, localDay } from '../cohorts/days.ts'

/** Two local days, both inclusive: a quota period runs from one date to another in the programme's own time zone. */
export interface Period {
  readonly from: string
  readonly to: string
}

/** How many days a period has, both ends counted. */
export function daysIn (period: Period): number {
  return daysBetween(period.from, period.to) + 1
}

/** Whether an instant falls on a local day of the period. */
export function contains (period: Period, instant: string, timeZone: string): boolean {
  const day = localDay(instant, timeZone)
  return day >= period.from && day <= period.to
}
