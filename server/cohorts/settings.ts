import { audit } from '../audit/audit.ts'
import type { Database } from '../db/database.ts'
import { hasRole, type Person } from '../person.ts'
import { Refusal } from '../refusals.ts'
import type { DeskDeps } from './changes.ts'
import { managedCohort, MOST_SEATS } from './cohorts.ts'
import { moveUp } from './nominations/waiting.ts'
import { selectHeldSeats, selectSettings, selectTaken, updateSeats, type CohortRow } from './queries.ts'
import { settingsProblems, writeSettings, type CohortSettings, type SettingsProblem } from './settings-rules.ts'

export interface SettingsSeen extends CohortSettings {
  readonly cohort: CohortRow
  readonly seats: number | null
  /** To be sent back with an edit, so that one that overlooks another's is refused. */
  readonly version: number
  /** How many of each country have a seat. */
  readonly taken: ReadonlyMap<string, number>
}

/** @throws Refusal not-allowed for somebody who does not run the cohort, not-found */
export async function getSettings (db: Database, person: Person, cohortId: string): Promise<SettingsSeen> {
  const tx = db.read
  const cohort = await managedCohort(tx, person, cohortId)
  return { cohort, seats: cohort.seats, seatsByCountry: Object.fromEntries(await selectHeldSeats(tx, cohortId)), ...await selectSettings(tx, cohortId), taken: await selectTaken(tx, cohortId) }
}

/** Changes seats and settings. Where seats become free, those who wait move up.
 * @returns how many moved up, or everything that is wrong with the input
 * @throws Refusal not-allowed for anybody but an administrator, not-found, edited-meanwhile with what it is now */
export async function changeSettings (db: Database, deps: DeskDeps, person: Person, cohortId: string, input: CohortSettings & { readonly seats: number | null, readonly version: number }): Promise<{ readonly movedUp: number } | { readonly problems: ReadonlyArray<SettingsProblem | { readonly path: 'seats', readonly code: 'seats' }> }> {
  if (!hasRole(person, 'administrator')) throw new Refusal('not-allowed')
  const { seats, version, ...settings } = input
  const problems: Array<SettingsProblem | { readonly path: 'seats', readonly code: 'seats' }> = settingsProblems(settings, seats)
  if (seats !== null && (!Number.isInteger(seats) || seats < 1 || seats > MOST_SEATS)) problems.push({ path: 'seats', code: 'seats' })
  if (problems.length > 0) return { problems }
  return await db.write(async (tx) => {
    const cohort = await managedCohort(tx, person, cohortId)
    const before = { seats: cohort.seats, seatsByCountry: Object.fromEntries(await selectHeldSeats(tx, cohortId)), ...await selectSettings(tx, cohortId) }
    if (before.version !== version || !await writeSettings(tx, cohortId, settings, version)) throw new Refusal('edited-meanwhile', { now: before })
    await updateSeats(tx, cohortId, seats)
    await audit(tx, deps.world, { actorId: person.id, action: 'cohort.edited', subjectType: 'cohort', subjectId: cohortId, detail: { name: cohort.name, ...differences(before, { seats, ...settings }) } })
    return { movedUp: await moveUp(tx, deps, cohortId) }
  })
}

/** What is new, by its name. */
function differences (before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(after).filter(([name, value]) => JSON.stringify(before[name]) !== JSON.stringify(value)))
}
