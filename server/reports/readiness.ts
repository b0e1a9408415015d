import { liaisonCountries, hasRole, type Person } from '../person.ts'
import { dayStart } from '../cohorts/days.ts'
import { cursorOf, readCursor } from '../cursor.ts'
import type { Database } from '../db/database.ts'
import { Refusal } from '../refusals.ts'
import type { World } from '../world.ts'
import { selectHeld, selectReady, type Held, type PersonLine } from './queries.ts'

/** Who is looked for. Everything left out is open. */
export interface ReadinessFilter {
  /** Slugs: a valid certificate of each is needed. */
  readonly courses?: readonly string[] | undefined
  /** ISO 3166-1 alpha-2. */
  readonly country?: string | undefined
  /** Part of the rank, in any case. */
  readonly rank?: string | undefined
  readonly language?: string | undefined
  /** A local day on which the certificates must still be valid; today when left out, or past. */
  readonly validOn?: string | undefined
}

/** Somebody who can be sent, and what says so. */
export interface ReadyPerson extends PersonLine {
  /** The longest valid of each course: of the courses asked for, or of all. */
  readonly certificates: readonly Held[]
}

const PAGE = 50

/** Who holds valid certificates, by name. A liaison sees their country's people only.
 * @throws Refusal bad-input for a foreign cursor or a day that is none */
export async function listReady (db: Database, world: World, timeZone: string, person: Person, filter: ReadinessFilter, page: { readonly cursor?: string | undefined, readonly limit?: number }): Promise<{ items: ReadyPerson[], next: string | null }> {
  const place = readCursor(page.cursor ?? null, ['string', 'string'])
  const limit = page.limit ?? PAGE
  const courses = [...new Set(filter.courses ?? [])]
  const at = instantOf(world, timeZone, filter.validOn)
  const rows = await selectReady(db.read, {
    courses,
    countries: countriesFor(person, filter.country),
    rank: given(filter.rank),
    language: given(filter.language),
    at,
    after: place === null ? null : { name: String(place[0]), id: String(place[1]) },
    limit: limit + 1
  })
  const shown = rows.slice(0, limit)
  const held = Map.groupBy(await selectHeld(db.read, shown.map(({ personId }) => personId), courses, at), ({ personId }) => personId)
  const last = rows.length > limit ? shown.at(-1) : undefined
  return {
    items: shown.map((line) => ({ ...line, certificates: bestOf(held.get(line.personId) ?? []) })),
    next: last === undefined ? null : cursorOf([last.name, last.personId])
  }
}

/** The countries somebody may pick people from; null for all. */
export function countriesFor (person: Person, asked?: string): readonly string[] | null {
  const own = hasRole(person, 'administrator') ? null : liaisonCountries(person)
  const country = given(asked)
  if (country === null) return own
  return own === null || own.includes(country) ? [country] : []
}

/** Of each course the certificate that lasts longest; one without an end lasts longest of all. By title. */
export function bestOf (held: readonly Held[]): Held[] {
  return [...Map.groupBy(held, ({ courseSlug }) => courseSlug).values()]
    .map((same) => same.reduce((best, one) => lasts(one) > lasts(best) ? one : best))
    .sort((a, b) => a.courseTitle < b.courseTitle ? -1 : 1)
}

const lasts = ({ expiresAt }: Held): string => expiresAt ?? '9999'

function instantOf (world: World, timeZone: string, validOn: string | undefined): string {
  const now = world.now().toISOString()
  const day = given(validOn)
  if (day === null) return now
  if (!isDay(day)) throw new Refusal('bad-input', {}, [{ path: 'validOn', message: 'must be a day, as in 2026-07-31' }])
  const then = dayStart(day, timeZone)
  return then > now ? then : now
}

function isDay (day: string): boolean {
  const at = Date.parse(`${day}T00:00:00Z`)
  return /^\d{4}-\d{2}-\d{2}$/.test(day) && !Number.isNaN(at) && new Date(at).toISOString().slice(0, 10) === day
}

function given (text: string | undefined): string | null {
  const trimmed = text?.trim() ?? ''
  return trimmed === '' ? null : trimmed
}
