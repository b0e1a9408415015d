import { addDays, localDay } from '../days.ts'
import type { ReminderKind } from './texts.ts'

/** Days before the start, the exam and the close. */
export const DAYS_BEFORE = [30, 7, 1] as const

/** One reminder that goes out of itself. */
export interface Planned {
  /** As it is written down when it is sent. */
  readonly what: string
  readonly kind: Exclude<ReminderKind, 'help'>
  readonly before: typeof DAYS_BEFORE[number]
  /** The local day on which it is due. */
  readonly day: string
}

/** When a cohort's people are reminded, the earliest first.
 * @param timeZone in which its days are days */
export function planReminders ({ startsAt, endsAt, examDay }: { readonly startsAt: string, readonly endsAt: string, readonly examDay: string | null }, timeZone: string): Planned[] {
  const first = localDay(startsAt, timeZone)
  const about: ReadonlyArray<readonly [Planned['kind'], string]> = [['start', first], ...examDay === null ? [] : [['exam', examDay] as const], ['close', localDay(endsAt, timeZone)]]
  return about.flatMap(([kind, day]) => DAYS_BEFORE.map((before): Planned => ({ what: `${kind}-${before}`, kind, before, day: addDays(day, -before) })))
    // Nobody is told that something closes which has not begun.
    .filter(({ kind, day }) => kind !== 'close' || day >= first)
    .sort((a, b) => a.day < b.day ? -1 : a.day > b.day ? 1 : 0)
}
