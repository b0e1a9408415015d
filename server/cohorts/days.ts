/** Local days: the day an instant falls on is asked of the zone's rules (`Intl`, IANA names), never worked out from a
 * fixed offset. A day is text, `YYYY-MM-DD`; days compare as text. */

import { makeRecent } from '../recent.ts'

const DAY_MS = 86_400_000
const formats = new Map<string, Intl.DateTimeFormat>()

/** The date on the wall in `timeZone` at an instant.
 * @param instant ISO 8601 with an offset or Z
 * @throws RangeError for an instant or a zone that cannot be read */
export function localDay (instant: string, timeZone: string): string {
  const milliseconds = Date.parse(instant)
  if (Number.isNaN(milliseconds)) throw new RangeError(`not an instant: ${instant}`)
  return dayAt(milliseconds, timeZone)
}

/** The first instant of a local day, as ISO 8601 in UTC. It need not be midnight: where the clock goes forward at
 * 00:00 the day begins at 01:00, and a date that a zone left out altogether (Apia, 30 December 2011) begins with the next. */
export function dayStart (day: string, timeZone: string): string {
  const midnight = utcMidnight(day)
  // Zones lie between UTC−12 and UTC+14, and change on whole seconds.
  let before = midnight / 1000 - 15 * 3600
  let within = midnight / 1000 + 37 * 3600
  while (within - before > 1) {
    const middle = Math.floor((before + within) / 2)
    if (dayAt(middle * 1000, timeZone) >= day) within = middle
    else before = middle
  }
  return new Date(within * 1000).toISOString()
}

/** How many days after `from` the day `to` is; negative when it is earlier. */
export function daysBetween (from: string, to: string): number {
  return (utcMidnight(to) - utcMidnight(from)) / DAY_MS
}

/** The day so many days later; earlier for a negative number. */
export function addDays (day: string, days: number): string {
  return new Date(utcMidnight(day) + days * DAY_MS).toISOString().slice(0, 10)
}

/** A cohort's first and last day, as typed, into the instants it starts and ends: both days belong to it whole.
 * The end is the last second of the last day, so that it is shown as that day.
 * @returns null when one of them is no day of the calendar */
export function instantsOfDays ({ first, last }: { readonly first: string, readonly last: string }, timeZone: string): { startsAt: string, endsAt: string } | null {
  if (!isDay(first) || !isDay(last)) return null
  const after = Date.parse(dayStart(addDays(last, 1), timeZone))
  return { startsAt: dayStart(first, timeZone), endsAt: new Date(after - 1000).toISOString() }
}

/** Many ask for the day of one moment: every quota that a certificate may fall under. A zone changes on whole seconds. */
const days = makeRecent<string>(500)

function dayAt (milliseconds: number, timeZone: string): string {
  const key = `${Math.floor(milliseconds / 1000)} ${timeZone}`
  return days.get(key) ?? days.keep(key, reckonedDay(milliseconds, timeZone))
}

function reckonedDay (milliseconds: number, timeZone: string): string {
  let format = formats.get(timeZone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-CA-u-ca-gregory-nu-latn', {
      timeZone, year: 'numeric', month: '2-digit', day: '2-digit'
    })
    formats.set(timeZone, format)
  }
  const parts: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {}
  for (const { type, value } of format.formatToParts(milliseconds)) parts[type] = value
  return `${parts.year?.padStart(4, '0')}-${parts.month}-${parts.day}`
}

function utcMidnight (day: string): number {
  if (!isDay(day)) throw new RangeError(`not a day: ${day}`)
  return Date.parse(`${day}T00:00:00Z`)
}

/** Whether a text is a day of the calendar, `YYYY-MM-DD`. */
export function isDay (text: string): boolean {
  const milliseconds = Date.parse(`${text}T00:00:00Z`)
  // Date.parse reads 30 February as 2 March.
  return !Number.isNaN(milliseconds) && new Date(milliseconds).toISOString().slice(0, 10) === text
}
