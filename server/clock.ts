import { uptime } from 'node:os'
import type { Database } from './db/database.ts'
import { databaseTime } from './db/time.ts'

/** What a clock is made of. All in milliseconds. */
export interface TimeSources {
  /** Counts on whatever anybody sets; stands still while the machine sleeps. */
  readonly counter: () => number
  /** Time since the machine was started, its sleep included. Takes a system call to read. */
  readonly uptime: () => number
  /** The machine's own clock, at hand. It may be wrong, and is asked for nothing but whether it has moved against the counter, as it
   * does while the machine sleeps: then the uptime is read. Unix time. */
  readonly date: () => number
  /** What time it is, by those who may be wrong: the machine's own clock, or the database's. Unix time. */
  readonly reference: () => Promise<number>
}

export type Seen =
  | { readonly seen: 'right' }
  /** The reference says another time, since `forMs`: nobody goes by it yet. */
  | { readonly seen: 'held', readonly byMs: number, readonly forMs: number }
  /** It has said so long enough to be believed. */
  | { readonly seen: 'set', readonly byMs: number }

export interface Clock {
  readonly now: () => Date
  /** Compares with the reference once; to be called every few seconds. */
  readonly look: () => Promise<Seen>
}

/** Less than this is no jump: it is made good a little with each look. */
const JUMP_MS = 2000
const SLEW_MS = 100
/** A date that has moved so far against the counter may have done so while the machine slept. */
const SLEPT_MS = 1000
/** How long the reference has to stay with what it says before it is believed. */
const HOLD_MS = 5 * 60_000

/** A clock that nobody can move by setting the machine's: it takes the time once and counts on. A limit that began under it ends
 * after the time it was given, whatever happens to the date meanwhile (docs/decisions/0009). */
export async function makeClock ({ counter, uptime, date, reference }: TimeSources): Promise<Clock> {
  const counted = counter()
  const up = uptime()
  // Of the machine's sleep, which the counter knows nothing of.
  let slept = 0
  let apart = date() - counted
  const addSleep = (): void => {
    const missing = (uptime() - up) - (counter() - counted) - slept
    if (missing > JUMP_MS) slept += missing
  }
  const elapsed = (): number => {
    const now = counter()
    if (Math.abs(date() - now - apart) > SLEPT_MS) {
      apart = date() - now
      addSleep()
    }
    return now - counted + slept
  }
  let base = await reference()
  let other: { readonly byMs: number, readonly since: number } | null = null
  return {
    now: () => new Date(base + elapsed()),
    async look () {
      addSleep()
      const asked = elapsed()
      const said = await reference()
      // It left about half a round trip ago.
      const byMs = said + (elapsed() - asked) / 2 - (base + elapsed())
      if (Math.abs(byMs) <= JUMP_MS) {
        other = null
        base += Math.max(-SLEW_MS, Math.min(SLEW_MS, byMs))
        return { seen: 'right' }
      }
      if (other === null || Math.abs(other.byMs - byMs) > JUMP_MS) other = { byMs, since: elapsed() }
      const forMs = elapsed() - other.since
      if (forMs < HOLD_MS) return { seen: 'held', byMs, forMs }
      other = null
      base += byMs
      return { seen: 'set', byMs }
    }
  }
}

/** The clock of a server, by the time of its database. */
export async function realClock (db: Database): Promise<Clock> {
  return await makeClock({ counter: () => performance.now(), uptime: () => uptime() * 1000, date: () => Date.now(), reference: async () => await databaseTime(db) })
}
