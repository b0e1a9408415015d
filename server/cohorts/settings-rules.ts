import type { Tx } from '../db/database.ts'
import { isCountry } from '../people/countries.ts'
import { isDay } from './days.ts'
import { knownLocale } from './enrolment-csv.ts'
import { replaceHeldSeats, saveSettings } from './queries.ts'
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

export const NO_SETTINGS: CohortSettings = { seatsByCountry: {}, language: null, timeZone: null, examDay: null, nominationsUntil: null }

export type SettingsProblemCode = 'country-seats' | 'country-seats-exceed' | 'language' | 'time-zone' | 'not-a-time'

/** One thing wrong, by the part it is of. */
export interface SettingsProblem {
  readonly path: keyof CohortSettings
  readonly code: SettingsProblemCode
}

const MOST_HELD = 100_000

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

function isTimeZone (name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
