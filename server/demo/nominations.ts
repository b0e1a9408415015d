import { changeSettings, getSettings } from '../cohorts/settings.ts'
import type { DeskDeps } from '../cohorts/changes.ts'
import { decide, nominate, seenNominations } from '../cohorts/nominations/nominations.ts'
import type { Database } from '../db/database.ts'
import type { Person } from '../person.ts'
import type { World } from '../world.ts'
import { COUNTRIES } from './countries.ts'
import { nominee, type Newcomer } from './newcomers.ts'
import type { HistoryDeps } from './history.ts'

/** How many a country nominates, and how many of them wait for a seat; the others are still to be decided on. */
const NOMINATED = 6
const WAITING = 2

/** Those whom Zambia nominates for a cohort to come. */
export function nominees ({ chance, addresses }: Pick<HistoryDeps, 'chance' | 'addresses'>): Array<Pick<Newcomer, 'name' | 'country' | 'agency' | 'rank' | 'locale'> & { readonly email: string }> {
  const zambia = COUNTRIES.find(({ code }) => code === 'ZM') ?? COUNTRIES[0]
  return Array.from({ length: NOMINATED }, () => {
    const { latin, ...somebody } = nominee(chance, zambia)
    return { ...somebody, email: addresses(latin) }
  })
}

/** Holds as many seats for Zambia as its people have, and has its liaison nominate more: some wait, some are to be decided on. */
export async function nominateSome (db: Database, deps: Omit<DeskDeps, 'world'>, world: World, { administrator, liaison, cohortId, people }: {
  readonly administrator: Person, readonly liaison: Person, readonly cohortId: string, readonly people: ReturnType<typeof nominees>
}): Promise<void> {
  const desk: DeskDeps = { ...deps, world }
  const { taken, seats, language, timeZone, examDay, nominationsUntil, version } = await getSettings(db, administrator, cohortId)
  const made = await changeSettings(db, desk, administrator, cohortId, { seats, language, timeZone, examDay, nominationsUntil, version, seatsByCountry: { ZM: taken.get('ZM') ?? 0 } })
  if ('problems' in made) throw new Error(`sample seats: ${made.problems.map(({ code }) => code).join(', ')}`)
  const csv = ['name,email,country,agency,rank,locale', ...people.map(({ name, email, country, agency, rank, locale }) => [name, email, country, agency, rank, locale].map((cell) => `"${cell ?? ''}"`).join(','))].join('\n')
  await nominate(db, desk, liaison, cohortId, csv, { dryRun: false, twoPersons: true })
  const { nominations } = await seenNominations(db, desk, administrator, cohortId)
  await decide(db, desk, administrator, cohortId, nominations.slice(0, WAITING).map(({ id }) => id), 'wait', '')
}
