import { audit } from '../audit/audit.ts'
import type { Database } from '../db/database.ts'
import { assertAdministrator, type Person } from '../person.ts'
import { Refusal } from '../refusals.ts'
import type { DeskDeps } from './changes.ts'
import { managedCohort } from './cohorts.ts'
import { moveUp } from './nominations/waiting.ts'
import { selectHeldSeats, selectSettings, selectTaken } from './seats/queries.ts'
import { updateCohort, type CohortRow } from './queries.ts'
import { forgetSent } from './reminders/queries.ts'
import { areSeats, readFacts, settingsProblems, writeSettings, type CohortFacts, type CohortSettings, type FactsProblemCode, type SettingsProblem } from './settings-rules.ts'

export interface SettingsSeen extends CohortSettings {
  readonly cohort: CohortRow
  readonly seats: number | null
  /** To be sent back with an edit, so that one that overlooks another's is refused. */
  readonly version: number
  /** How many of each country have a seat. */
  readonly taken: ReadonlyMap<string, number>
}

export interface SettingsInput extends CohortSettings {
  readonly seats: number | null
  readonly version: number
  /** ISO 8601 with an offset or Z; each stays as it is when left out. */
  readonly name?: string
  readonly startsAt?: string
  readonly endsAt?: string
}

export type EditProblem = SettingsProblem | { readonly path: 'seats', readonly code: 'seats' } | { readonly path: keyof CohortFacts, readonly code: FactsProblemCode }

/** @throws Refusal not-allowed for somebody who does not run the cohort, not-found */
export async function getSettings (db: Database, person: Person, cohortId: string): Promise<SettingsSeen> {
  const tx = db.read
  const cohort = await managedCohort(tx, person, cohortId)
  return { cohort, seats: cohort.seats, seatsByCountry: Object.fromEntries(await selectHeldSeats(tx, cohortId)), ...await selectSettings(tx, cohortId), taken: await selectTaken(tx, cohortId) }
}

/** Changes name, dates, seats and settings. Where seats become free, those who wait move up; of a day that changes people are
 * reminded anew. An attempt that is open keeps the time it has.
 * @returns how many moved up, or everything that is wrong with the input
 * @throws Refusal not-allowed for anybody but an administrator, not-found, edited-meanwhile with what it is now */
export async function changeSettings (db: Database, deps: DeskDeps, person: Person, cohortId: string, input: SettingsInput): Promise<{ readonly movedUp: number } | { readonly problems: readonly EditProblem[] }> {
  assertAdministrator(person)
  const { seats, version, seatsByCountry, language, timeZone, examDay, nominationsUntil } = input
  const settings: CohortSettings = { seatsByCountry, language, timeZone, examDay, nominationsUntil }
  return await db.write(async (tx) => {
    const cohort = await managedCohort(tx, person, cohortId)
    const { facts, problems: wrong } = readFacts({ name: input.name ?? cohort.name, startsAt: input.startsAt ?? cohort.startsAt, endsAt: input.endsAt ?? cohort.endsAt })
    const problems: EditProblem[] = [...wrong, ...settingsProblems(settings, seats)]
    if (!areSeats(seats)) problems.push({ path: 'seats', code: 'seats' })
    if (problems.length > 0 || facts === null) return { problems }
    const before = {
      name: cohort.name, startsAt: cohort.startsAt, endsAt: cohort.endsAt, seats: cohort.seats,
      seatsByCountry: Object.fromEntries(await selectHeldSeats(tx, cohortId)), ...await selectSettings(tx, cohortId)
    }
    if (before.version !== version || !await writeSettings(tx, cohortId, settings, version)) throw new Refusal('edited-meanwhile', { now: before })
    await updateCohort(tx, cohortId, { ...facts, seats })
    if (before.startsAt !== facts.startsAt) await forgetSent(tx, cohortId, 'start')
    if (before.endsAt !== facts.endsAt) await forgetSent(tx, cohortId, 'close')
    if (before.examDay !== examDay) await forgetSent(tx, cohortId, 'exam')
    const changed = differences(before, { ...facts, seats, ...settings })
    await audit(tx, deps.world, { actorId: person.id, action: 'cohort.edited', subjectType: 'cohort', subjectId: cohortId, detail: { name: cohort.name, ...changed } })
    return { movedUp: await moveUp(tx, deps, cohortId) }
  })
}

/** What is new, by its name. */
function differences (before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(after).filter(([name, value]) => JSON.stringify(before[name]) !== JSON.stringify(value)))
}
