const HOUR_MS = 3_600_000

/** The day on the wall in `timeZone` at an instant, as `YYYY-MM-DD`. */
export function dayOf (instant: Date, timeZone: string): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(instant)
}

/** A cohort's first and last day, as typed, into the instants it starts and ends: both days belong to it whole.
 * The end is the last second of the last day, so that it is shown as that day.
 * @returns null when one of them is no day of the calendar */
export function instantsOfDays (days: { readonly first: string, readonly last: string }, timeZone: string): { startsAt: string, endsAt: string } | null {
  const starts = dayStart(days.first, timeZone)
  const after = dayStart(days.last, timeZone, 1)
  return starts === null || after === null ? null : { startsAt: starts.toISOString(), endsAt: new Date(after.getTime() - 1000).toISOString() }
}

/** The first instant of a day: midnight, or the moment the clock jumps to where midnight is skipped. */
function dayStart (day: string, timeZone: string, later = 0): Date | null {
  const utc = Date.parse(`${day}T00:00:00Z`)
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day) || Number.isNaN(utc) || new Date(utc).toISOString().slice(0, 10) !== day) return null
  const wanted = new Date(utc + later * 24 * HOUR_MS)
  const name = wanted.toISOString().slice(0, 10)
  // Zones lie between UTC−12 and UTC+14 and change on whole seconds.
  let before = wanted.getTime() / 1000 - 15 * 3600
  let within = wanted.getTime() / 1000 + 13 * 3600
  while (within - before > 1) {
    const middle = Math.floor((before + within) / 2)
    if (dayOf(new Date(middle * 1000), timeZone) >= name) within = middle
    else before = middle
  }
  return new Date(within * 1000)
}
