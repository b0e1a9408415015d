import { audit } from '../../audit/audit.ts'
import type { Database, Tx } from '../../db/database.ts'
import { assertAdministrator, hasRole, type Person } from '../../person.ts'
import { mostOf, type Allowance } from '../../quiz/allowance.ts'
import { Refusal } from '../../refusals.ts'
import type { World } from '../../world.ts'
import { addDays, dayStart, isDay, localDay } from '../days.ts'
import { endAccommodationRow, existsPerson, insertAccommodation, selectAccommodations, selectInForce, selectOptionalAccommodation, type AccommodationRow } from './queries.ts'

export { holdPeople, holdPerson } from './queries.ts'

/** What somebody types. Local days of the programme, both counted. */
export interface NewAccommodation {
  readonly extraPercent: number
  readonly extraMinutes: number
  readonly extraAttempts: number
  readonly laterDays: number
  readonly reason: string
  /** YYYY-MM-DD; '' for today. */
  readonly from: string
  /** YYYY-MM-DD; '' for no end. */
  readonly until: string
  /** What was seen of those that there are (`versionOf`): refused when another was given or ended since. Left out: given whatever there is. */
  readonly version?: number
}

/** One more with each that is given or ended: none is ever taken away. */
export function versionOf (items: ReadonlyArray<Pick<AccommodationRow, 'endedAt'>>): number {
  return items.length + items.filter(({ endedAt }) => endedAt !== null).length
}

export type AccommodationProblemCode = 'nothing' | 'both-times' | 'percent' | 'minutes' | 'attempts' | 'days' | 'reason' | 'not-a-day' | 'before-from' | 'past'

export interface AccommodationProblem {
  readonly path: keyof NewAccommodation
  readonly code: AccommodationProblemCode
}

export interface Accommodation extends AccommodationRow {
  readonly state: 'coming' | 'in-force' | 'ended'
}

/** The most of each: what lies above is a typing error. */
export const MOST = { extraPercent: 400, extraMinutes: 600, extraAttempts: 20, laterDays: 365 } as const
const REASON = { least: 3, most: 500 } as const

/** What a person is allowed at a moment: by any of their records, and of each thing the most. */
export async function allowanceOf (tx: Tx, personId: string, at: string): Promise<Allowance> {
  return mostOf(await selectInForce(tx, personId, at))
}

/** Every problem of what was typed. */
export function problemsOf (input: NewAccommodation, today: string): AccommodationProblem[] {
  const problems: AccommodationProblem[] = []
  const { from, until } = input
  const isWhole = (name: keyof typeof MOST): boolean => Number.isInteger(input[name]) && input[name] >= 0 && input[name] <= MOST[name]
  if (!isWhole('extraPercent')) problems.push({ path: 'extraPercent', code: 'percent' })
  if (!isWhole('extraMinutes')) problems.push({ path: 'extraMinutes', code: 'minutes' })
  if (!isWhole('extraAttempts')) problems.push({ path: 'extraAttempts', code: 'attempts' })
  if (!isWhole('laterDays')) problems.push({ path: 'laterDays', code: 'days' })
  if (input.extraPercent > 0 && input.extraMinutes > 0) problems.push({ path: 'extraMinutes', code: 'both-times' })
  if (problems.length === 0 && input.extraPercent + input.extraMinutes + input.extraAttempts + input.laterDays === 0) problems.push({ path: 'extraPercent', code: 'nothing' })
  const { length } = input.reason.trim()
  if (length < REASON.least || length > REASON.most) problems.push({ path: 'reason', code: 'reason' })
  const begins = from === '' ? today : from
  if (!isDay(begins)) problems.push({ path: 'from', code: 'not-a-day' })
  if (until !== '' && !isDay(until)) problems.push({ path: 'until', code: 'not-a-day' })
  else if (until !== '' && until < begins) problems.push({ path: 'until', code: 'before-from' })
  else if (until !== '' && until < today) problems.push({ path: 'until', code: 'past' })
  return problems
}

/** Writes one down, in the caller's unit of work: what it does to attempts that are open is for attempts/allow.ts. The log says
 * what was given and not why, for the log cannot be erased.
 * @throws Refusal not-allowed for anybody but an administrator, not-found, edited-meanwhile */
export async function addAccommodation (tx: Tx, world: World, timeZone: string, person: Person, personId: string, input: NewAccommodation): Promise<{ id: string, begun: boolean }> {
  assertAdministrator(person)
  if (!await existsPerson(tx, personId)) throw new Refusal('not-found')
  if (input.version !== undefined) {
    const now = versionOf(await selectAccommodations(tx, personId))
    if (now !== input.version) throw new Refusal('edited-meanwhile', { now: { version: now } })
  }
  const at = world.now().toISOString()
  const id = world.newId()
  const { extraPercent, extraMinutes, extraAttempts, laterDays } = input
  const startsAt = dayStart(input.from === '' ? localDay(at, timeZone) : input.from, timeZone)
  const endsAt = input.until === '' ? null : dayStart(addDays(input.until, 1), timeZone)
  const begun = startsAt <= at
  await insertAccommodation(tx, {
    id, person_id: personId, extra_percent: extraPercent, extra_minutes: extraMinutes, extra_attempts: extraAttempts, later_days: laterDays,
    reason: input.reason.trim(), starts_at: startsAt, ends_at: endsAt, given_by: person.id, given_at: at, ended_by: null, ended_at: null, applied_at: begun ? at : null
  })
  await audit(tx, world, {
    actorId: person.id, action: 'accommodation.given', subjectType: 'person', subjectId: personId,
    detail: { accommodationId: id, extraPercent, extraMinutes, extraAttempts, laterDays, startsAt, endsAt }
  })
  return { id, begun }
}

/** Ends one at once. What it gave an attempt that is open stays with that attempt. Ending it twice changes nothing.
 * @returns whose it is, and whether it was ended by this
 * @throws Refusal not-allowed, not-found */
export async function endAccommodation (db: Database, world: World, person: Person, id: string): Promise<{ readonly personId: string, readonly ended: boolean }> {
  assertAdministrator(person)
  return await db.write(async (tx) => {
    const found = await selectOptionalAccommodation(tx, id)
    if (found === undefined) throw new Refusal('not-found')
    const ended = await endAccommodationRow(tx, id, person.id, world.now().toISOString())
    if (ended) {
      await audit(tx, world, { actorId: person.id, action: 'accommodation.ended', subjectType: 'person', subjectId: found.personId, detail: { accommodationId: id } })
    }
    return { personId: found.personId, ended }
  })
}

/** Everything a person was ever allowed, to an administrator; to the person themselves, what is to come or in force.
 * @throws Refusal not-allowed, not-found */
export async function listAccommodations (db: Database, world: World, person: Person, personId: string): Promise<Accommodation[]> {
  const own = person.id === personId
  if (!own && !hasRole(person, 'administrator')) throw new Refusal('not-allowed')
  if (!await existsPerson(db.read, personId)) throw new Refusal('not-found')
  return (await selectAccommodations(db.read, personId)).map((row) => ({ ...row, state: stateOf(row, world.now().toISOString()) }))
}

function stateOf ({ startsAt, endsAt, endedAt }: AccommodationRow, at: string): Accommodation['state'] {
  if (endedAt !== null || (endsAt !== null && endsAt <= at)) return 'ended'
  return startsAt <= at ? 'in-force' : 'coming'
}
