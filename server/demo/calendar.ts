import { addDays, dayStart, localDay } from '../cohorts/days.ts'
import type { Period } from '../quotas/period.ts'

/** The days on which the sample programme happens, all told from today. */
export interface Calendar {
  readonly timeZone: string
  readonly today: string
  /** The year before this one, which is closed, and the running one, four months old. */
  readonly lastYear: Period
  readonly thisYear: Period
  /** The instants at which they begin. */
  readonly lastYearBegins: string
  readonly thisYearBegins: string
  /** When courses and staff were there. */
  readonly founded: string
  /** When last year's books were made up. */
  readonly booksClosed: string
  readonly todayBegins: string
  /** 18:00 yesterday: nothing of the programme's past happens after it. */
  readonly lastNight: string
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

export function calendarOf (now: Date, timeZone: string): Calendar {
  const today = localDay(now.toISOString(), timeZone)
  const from = firstOfMonth(today, -4)
  const lastYear = { from: firstOfMonth(from, -12), to: addDays(from, -1) }
  const thisYear = { from, to: addDays(firstOfMonth(from, 12), -1) }
  return {
    timeZone,
    today,
    lastYear,
    thisYear,
    lastYearBegins: dayStart(lastYear.from, timeZone),
    thisYearBegins: dayStart(from, timeZone),
    founded: dayStart(addDays(lastYear.from, -60), timeZone),
    booksClosed: later(dayStart(addDays(from, 9), timeZone), 9.5 * HOUR_MS),
    todayBegins: dayStart(today, timeZone),
    lastNight: later(dayStart(today, timeZone), -6 * HOUR_MS)
  }
}

/** `2026`, or `2025/26` where it holds parts of two. */
export function yearLabel ({ from, to }: Period): string {
  const [first, last] = [from.slice(0, 4), to.slice(0, 4)]
  return first === last ? first : `${first}/${last.slice(2)}`
}

/** @param at ISO 8601; @returns the instant so many milliseconds later */
export function later (at: string, milliseconds: number): string {
  return new Date(Date.parse(at) + milliseconds).toISOString()
}

function firstOfMonth (day: string, months: number): string {
  const [year = 0, month = 1] = day.split('-').map(Number)
  return new Date(Date.UTC(year, month - 1 + months, 1)).toISOString().slice(0, 10)
}

/** The same moment pressed between 5:00 and 15:00 UTC, when it is day in most of the programme's countries. Keeps order. */
export function officeHours (milliseconds: number): number {
  const day = Math.floor(milliseconds / DAY_MS) * DAY_MS
  return Math.round(day + 5 * HOUR_MS + (milliseconds - day) * 10 / 24)
}
