import type { Tx } from '../db/database.ts'
import { isCountry } from '../people/countries.ts'
import { isDay } from './days.ts'
import { knownLocale } from './enrolment-csv.ts'
import { replaceHeldSeats, saveSettings } from './seats/queries.ts'
import { sum } from './seats.ts'

/** What a cohort may be told of besides its course, dates and number of seats. */
export interface CohortSettings {
  /** By country code; they are for it alone. */
  readonly seatsByCountry: Readonly<Record<string, number>>
  /** BCP 47; null: none in particular. */
  readonly language: string | null
  /** IANA; null: the programme's. */
  readonly timeZone: string | null
  /** Local day, YYYY-MM-DD. */
  readonly examDay: string | null
  /** The last local day on which people may be nominated; null: as long as it runs. */
  readonly nominationsUntil: string | null
}

/** What every cohort has. */
export interface CohortFacts {
  readonly name: string
  /** ISO 8601, UTC. */
  readonly startsAt: string
  readonly endsAt: string
}

export type FactsProblemCode = 'name-missing' | 'name-too-long' | 'not-a-time' | 'ends-before-start'

/** Reads what somebody typed of a cohort.
 * @param typed the times ISO 8601 with an offset or Z
 * @returns null with every problem */
export function readFacts (typed: CohortFacts): { readonly facts: CohortFacts, readonly problems: readonly [] } | { readonly facts: null, readonly problems: ReadonlyArray<{ readonly path: keyof CohortFacts, readonly code: FactsProblemCode }> } {
  const name = typed.name.normalize('NFC').trim()
  const startsAt = instantOf(typed.startsAt)
  const endsAt = instantOf(typed.endsAt)
  const problems: Array<{ path: keyof CohortFacts, code: FactsProblemCode }> = []
  if (name === '') problems.push({ path: 'name', code: 'name-missing' })
  if (name.length > NAME_LENGTH) problems.push({ path: 'name', code: 'name-too-long' })
  if (startsAt === null) problems.push({ path: 'startsAt', code: 'not-a-time' })
  if (endsAt === null) problems.push({ path: 'endsAt', code: 'not-a-time' })
  if (startsAt !== null && endsAt !== null && endsAt <= startsAt) problems.push({ path: 'endsAt', code: 'ends-before-start' })
  return problems.length > 0 || startsAt === null || endsAt === null ? { facts: null, problems } : { facts: { name, startsAt, endsAt }, problems: [] }
}

/** @returns in UTC, as it is stored; null for what is no instant */
function instantOf (typed: string): string | null {
  // Without an offset an instant would depend on where the server stands.
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/.test(typed)) return null
  const milliseconds = Date.parse(typed)
  return Number.isNaN(milliseconds) ? null : new Date(milliseconds).toISOString()
}

export const NO_SETTINGS: CohortSettings = { seatsByCountry: {}, language: null, timeZone: null, examDay: null, nominationsUntil: null }

export type SettingsProblemCode = 'country-seats' | 'country-seats-exceed' | 'language' | 'time-zone' | 'not-a-time'

/** One thing wrong, by the part it is of. */
export interface SettingsProblem {
  readonly path: keyof CohortSettings
  readonly code: SettingsProblemCode
}

const MOST_HELD = 100_000
const NAME_LENGTH = 200
export const MOST_SEATS = 100_000

/** @param seats null: as many as wished */
export function areSeats (seats: number | null): boolean {
  return seats === null || (Number.isInteger(seats) && seats >= 1 && seats <= MOST_SEATS)
}

/** @param seats all there are; null: as many as wished */
export function settingsProblems ({ seatsByCountry, language, timeZone, examDay, nominationsUntil }: CohortSettings, seats: number | null): SettingsProblem[] {
  const problems: SettingsProblem[] = []
  const held = Object.entries(seatsByCountry)
  if (held.some(([country, count]) => !isCountry(country) || !Number.isInteger(count) || count < 0 || count > MOST_HELD)) problems.push({ path: 'seatsByCountry', code: 'country-seats' })
  else if (seats !== null && sum(held.map(([, count]) => count)) > seats) problems.push({ path: 'seatsByCountry', code: 'country-seats-exceed' })
  if (language !== null && knownLocale(language) === null) problems.push({ path: 'language', code: 'language' })
  if (timeZone !== null && !isTimeZone(timeZone)) problems.push({ path: 'timeZone', code: 'time-zone' })
  for (const path of ['examDay', 'nominationsUntil'] as const) {
    const day = path === 'examDay' ? examDay : nominationsUntil
    if (day !== null && !isDay(day)) problems.push({ path, code: 'not-a-time' })
  }
  return problems
}

/** @param version as it was seen; 0 where nothing was set before
 * @returns false when somebody else changed them meanwhile */
export async function writeSettings (tx: Tx, cohortId: string, { seatsByCountry, ...settings }: CohortSettings, version: number): Promise<boolean> {
  if (!await saveSettings(tx, cohortId, { ...settings, version })) return false
  await replaceHeldSeats(tx, cohortId, new Map(Object.entries(seatsByCountry)))
  return true
}

/** Whether there is an IANA time zone of this name. */
export function isTimeZone (name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
