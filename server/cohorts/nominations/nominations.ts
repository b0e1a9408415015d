import { auditAll, audit } from '../../audit/audit.ts'
import type { Database, Tx } from '../../db/database.ts'
import type { NominationTable } from '../../db/tables/cohorts.ts'
import { nameKey } from '../../people/name-key.ts'
import { hasRole, liaisonCountries, type Person } from '../../person.ts'
import { Refusal, type Problem } from '../../refusals.ts'
import { canManageCohort } from '../access.ts'
import { reasonOf, withdraw, type DeskDeps } from '../changes.ts'
import { localDay } from '../days.ts'
import { strings } from '../enrol.ts'
import { readEnrolmentCsv, type EnrolmentRow, type RowProblem, type RowProblemCode } from '../enrolment-csv.ts'
import { selectHeldSeats, selectSettings, selectTaken } from '../seats/queries.ts'
import { selectInstructors } from '../instructors/queries.ts'
import { selectKnown, selectOptionalEnrolment, updateEnrolmentState } from '../enrolments/queries.ts'
import { selectOptionalCohort, type CohortRow } from '../queries.ts'
import { freeFor, roomFor, sum } from '../seats.ts'
import {
  countNominations, decideNomination, insertNominations, selectMerged, selectNominations, selectOpenCohortIds, selectOptionalNomination, selectStandings,
  type Nomination, type Standing
} from './queries.ts'
import { enrolNominee, moveUp, tellNominators, tellNominees } from './waiting.ts'

export type { Nomination } from './queries.ts'

type DoubleCode = 'nominated-already' | 'enrolled-already' | 'maybe-same'
export type NominationProblemCode = RowProblemCode | DoubleCode | 'other-country'

export interface Nominated {
  readonly nominated: number
  /** `line` and `field` of the file. */
  readonly problems: readonly Problem[]
  /** Whether all that stands against it is that names are alike. */
  readonly onlyAlike: boolean
}

/** A cohort with those who are nominated for it, as one person sees it. */
export interface NominationsSeen {
  readonly cohort: CohortRow
  readonly nominations: readonly Nomination[]
  /** Countries whose people one may nominate; null for any. */
  readonly countries: readonly string[] | null
  /** Whether people may be nominated now. */
  readonly open: boolean
  /** The last day on which they may; null: as long as the cohort runs. */
  readonly until: string | null
  /** Seats that are free: of each country that has some held for it, and of all others together. */
  readonly free: ReadonlyMap<string, number>
  /** Of all seats, whoever they are for. */
  readonly left: number
  /** May decide on nominations. */
  readonly decides: boolean
}

/** @throws Refusal not-found, to a liaison also of a cohort that has nobody of theirs and is over, or holds all its seats for others */
export async function seenNominations (db: Database, deps: Pick<DeskDeps, 'world' | 'settings'>, person: Person, cohortId: string): Promise<NominationsSeen> {
  return await seen(db.read, deps, person, cohortId)
}

async function seen (tx: Tx, { world, settings }: Pick<DeskDeps, 'world' | 'settings'>, person: Person, cohortId: string): Promise<NominationsSeen> {
  const cohort = await selectOptionalCohort(tx, cohortId)
  if (cohort === undefined) throw new Refusal('not-found')
  const whole = canManageCohort(person, { instructorIds: (await selectInstructors(tx, cohortId)).map(({ id }) => id) })
  const countries = whole ? null : liaisonCountries(person)
  if (countries !== null && countries.length === 0) throw new Refusal('not-found')
  const nominations = await selectNominations(tx, cohortId, countries, null)
  const { nominationsUntil, timeZone } = await selectSettings(tx, cohortId)
  const at = world.now().toISOString()
  const open = at < cohort.endsAt && (nominationsUntil === null || localDay(at, timeZone ?? settings.timeZone) <= nominationsUntil)
  const held = await selectHeldSeats(tx, cohortId)
  const seats = { total: cohort.seats, held }
  const isTheirs = countries === null || nominations.length > 0 || (open && countries.some((country) => roomFor(seats, country) > 0))
  if (!isTheirs) throw new Refusal('not-found')
  const taken = await selectTaken(tx, cohortId)
  const pools = countries === null ? [...held.keys(), ''] : countries
  return {
    cohort, nominations, countries, open, until: nominationsUntil,
    free: new Map(pools.map((country) => [country, freeFor(seats, taken, country === '' ? null : country)])),
    left: cohort.seats === null ? Infinity : Math.max(0, cohort.seats - sum(taken.values())),
    decides: hasRole(person, 'administrator')
  }
}

/** A cohort one may nominate people for, or has to decide on. */
export interface OpenCohort {
  readonly cohort: CohortRow
  readonly open: boolean
  readonly until: string | null
  /** Seats free for one's own country, for those who see all of any; null where nothing bounds them. */
  readonly free: number | null
  readonly counts: Readonly<Partial<Record<Nomination['state'], number>>>
}

/** Cohorts that have not ended: for an administrator all; for a liaison those that take nominations and have a seat that may be
 * their country's, and those that have people of theirs nominated. */
export async function listForNomination (db: Database, deps: Pick<DeskDeps, 'world' | 'settings'>, person: Person): Promise<OpenCohort[]> {
  const tx = db.read
  const whole = hasRole(person, 'administrator')
  const countries = whole ? null : liaisonCountries(person)
  const ids = await selectOpenCohortIds(tx, deps.world.now().toISOString())
  const counts = Map.groupBy(await countNominations(tx, ids, countries), ({ cohortId }) => cohortId)
  const found: OpenCohort[] = []
  for (const id of ids) {
    const { cohort, open, until, free, left = 0 } = await seen(tx, deps, whole ? person : { ...person, roles: person.roles.filter(({ role }) => role === 'liaison') }, id).catch(ifNotFound) ?? {}
    if (cohort === undefined || free === undefined) continue
    const seats = whole ? left : Math.max(...free.values())
    found.push({
      cohort, open: open ?? false, until: until ?? null, free: Number.isFinite(seats) ? seats : null,
      counts: Object.fromEntries((counts.get(id) ?? []).map(({ state, count }) => [state, count]))
    })
  }
  return found
}

function ifNotFound (error: unknown): null {
  if (error instanceof Refusal && error.code === 'not-found') return null
  throw error
}

/** Nominates a list of people: all of it or nothing. Nobody gets an account by it.
 * Twice is refused: an address that is nominated or enrolled in the cohort, another record of somebody who is, and somebody of one's
 * country whose name may be theirs, unless it is said that they are two persons.
 * @param text CSV: name, email, country, agency, rank, locale (enrolment-csv.ts)
 * @param options.twoPersons says that whoever has a like name is somebody else
 * @throws Refusal bad-input with every problem, unless it is a dry run; not-found, not-allowed, nominations-closed */
export async function nominate (
  db: Database, deps: DeskDeps, person: Person, cohortId: string, text: string,
  options: { readonly dryRun: boolean, readonly twoPersons?: boolean, readonly language?: string }
): Promise<Nominated> {
  const file = readEnrolmentCsv(text)
  const t = deps.messages.translate(options.language ?? deps.messages.choose(person.locale))
  const said = (problems: ReadonlyArray<RowProblem<NominationProblemCode>>): Problem[] => [...problems].sort((a, b) => a.line - b.line)
    .map(({ line, field, code, values }) => ({ line, field, message: t(isOwn(code) ? `nominations.row.${code}` : `cohorts.row.${code}`, strings(values)) }))
  const work = async (tx: Tx): Promise<Nominated> => {
    const { cohort, countries } = await mayNominate(tx, deps, person, cohortId)
    const problems = [...file.problems, ...await problemsOf(tx, cohort.id, file.rows, countries, options.twoPersons === true)]
    const answer = { problems: said(problems), onlyAlike: problems.length > 0 && problems.every(({ code }) => code === 'maybe-same') }
    if (options.dryRun) return { nominated: file.rows.length - new Set(problems.map(({ line }) => line)).size, ...answer }
    if (problems.length > 0) throw new Refusal('bad-input', {}, answer.problems)
    const rows = file.rows.map((row) => newRow(deps, person, cohort.id, row))
    await insertNominations(tx, rows)
    await auditAll(tx, deps.world, rows.map(({ id, country }) => ({ actorId: person.id, action: 'nomination.made', subjectType: 'nomination', subjectId: id, detail: { country, cohortId } })))
    return { nominated: rows.length, ...answer }
  }
  return options.dryRun ? await work(db.read) : await db.write(work)
}

const OWN: ReadonlySet<string> = new Set<NominationProblemCode>(['nominated-already', 'enrolled-already', 'maybe-same', 'other-country'])

function isOwn (code: NominationProblemCode): boolean {
  return OWN.has(code)
}

async function mayNominate (tx: Tx, deps: DeskDeps, person: Person, cohortId: string): Promise<NominationsSeen> {
  const found = await seen(tx, deps, person, cohortId)
  if (!found.decides && found.countries === null) throw new Refusal('not-allowed')
  if (!found.open) throw new Refusal('nominations-closed')
  return found
}

function newRow ({ world }: DeskDeps, person: Person, cohortId: string, { name, email, country, agency, rank, locale, birthDay = null }: Omit<EnrolmentRow, 'line'>): NominationTable {
  return {
    id: world.newId(), cohort_id: cohortId, name, name_key: nameKey(name), email, country, agency, rank, locale, birth_day: birthDay, state: 'nominated', reason: '',
    nominated_by: person.id, nominated_at: world.now().toISOString(), decided_by: null, decided_at: null, waiting_at: null, enrolment_id: null, replaces: null
  }
}

/** What stands against nominating these people: the rule of the house on who may be one person. */
async function problemsOf (tx: Tx, cohortId: string, rows: readonly EnrolmentRow[], countries: readonly string[] | null, twoPersons: boolean): Promise<Array<RowProblem<NominationProblemCode>>> {
  const standings = await selectStandings(tx, cohortId)
  const merged = await selectMerged(tx)
  const known = await selectKnown(tx, cohortId, rows.map(({ email }) => email))
  const rootOf = (id: string): string => {
    let root = id
    for (let into = merged.get(root); into !== undefined; into = merged.get(root)) root = into
    return root
  }
  const byEmail = new Map(standings.map((standing) => [standing.email, standing]))
  const byPerson = new Map(standings.flatMap((standing) => standing.personId === null ? [] : [[rootOf(standing.personId), standing] as const]))
  const byName = new Map<string, Pick<Standing, 'name'>>(standings.filter(({ nameKey }) => nameKey !== '').map((standing) => [`${standing.country ?? ''} ${standing.nameKey}`, standing]))
  const problems: Array<RowProblem<NominationProblemCode>> = []
  for (const row of rows) {
    const note = (field: string, code: NominationProblemCode, name = ''): void => { problems.push({ line: row.line, field, code, values: { name } }) }
    if (countries !== null && !countries.includes(row.country)) {
      note('country', 'other-country')
      continue
    }
    const account = known.get(row.email)
    const same = byEmail.get(row.email) ?? (account === undefined ? undefined : byPerson.get(rootOf(account.personId)))
    const key = `${row.country} ${nameKey(row.name)}`
    const alike = nameKey(row.name) === '' || twoPersons ? undefined : byName.get(key)
    if (same !== undefined) note('email', same.as === 'enrolled' ? 'enrolled-already' : 'nominated-already', same.name)
    else if (alike !== undefined) note('name', 'maybe-same', alike.name)
    else byName.set(key, row)
  }
  return problems
}

export const DECISIONS = ['accept', 'wait', 'decline', 'withdraw'] as const
export type Decision = typeof DECISIONS[number]

export interface Decided {
  readonly done: number
  readonly refused: ReadonlyArray<{ readonly id: string, readonly name: string, readonly code: string, readonly values: Readonly<Record<string, string | number>> }>
}

/** Decides on several nominations of a cohort, in one unit of work: those that allow it are decided, the others are named with why not.
 * - `accept`: enrols them, where a seat is free
 * - `wait`: puts them at the end of the waiting list
 * - `decline`
 * - `withdraw`: takes the nomination back, and the seat with it; also for the liaison of their country
 * @param reason asked for by `decline` and `withdraw`
 * @throws Refusal not-found, not-allowed, bad-input */
export async function decide (db: Database, deps: DeskDeps, person: Person, cohortId: string, ids: readonly string[], decision: Decision, reason: string): Promise<Decided> {
  const why = decision === 'decline' || decision === 'withdraw' ? reasonOf(reason) : reason.trim().slice(0, 500)
  return await db.write(async (tx) => {
    const { cohort, countries, decides } = await seen(tx, deps, person, cohortId)
    if (!decides && (decision !== 'withdraw' || countries === null)) throw new Refusal('not-allowed')
    const refused: Array<Decided['refused'][number]> = []
    const decided: Nomination[] = []
    for (const id of new Set(ids)) {
      const nomination = await selectOptionalNomination(tx, id)
      if (nomination?.cohortId !== cohortId || (countries !== null && !countries.includes(nomination.country))) throw new Refusal('not-found')
      const against = await decideOne(tx, deps, person, cohort, nomination, decision, why)
      if (against === null) decided.push(nomination)
      else refused.push({ id, name: nomination.name, ...against })
    }
    // Where a seat was free nobody waits, and they were told so.
    if (decision === 'wait') {
      const waiting = new Set((await selectNominations(tx, cohortId, null, ['waiting'])).map(({ id }) => id))
      await tellNominators(tx, deps, cohort, decided.filter(({ id }) => waiting.has(id)), 'waiting', why, person.id)
    }
    if (decision === 'accept') await tellNominees(tx, deps, cohort, decided, 'accepted')
    if (decision === 'accept' || decision === 'decline') await tellNominators(tx, deps, cohort, decided, decision === 'accept' ? 'accepted' : 'declined', why, person.id)
    return { done: decided.length, refused }
  })
}

type Against = Pick<Decided['refused'][number], 'code' | 'values'>

/** @returns what stands against it; null when it is done */
async function decideOne (tx: Tx, deps: DeskDeps, person: Person, cohort: CohortRow, nomination: Nomination, decision: Decision, reason: string): Promise<Against | null> {
  const { id, state } = nomination
  const at = deps.world.now().toISOString()
  const by = person.id
  const decided: Against = { code: 'decided', values: { state, by: nomination.decidedBy?.name ?? '', at: nomination.decidedAt ?? '' } }
  const note = async (action: string): Promise<void> => {
    await audit(tx, deps.world, { actorId: by, action: `nomination.${action}`, subjectType: 'nomination', subjectId: id, detail: { cohortId: cohort.id, ...reason !== '' && { reason } } })
  }
  switch (decision) {
    case 'accept': {
      if (state !== 'nominated' && state !== 'waiting') return decided
      const enrolled = await enrolNominee(tx, deps, person, cohort, nomination, 0)
      if ('problem' in enrolled) return { code: enrolled.problem.code, values: enrolled.problem.values }
      await decideNomination(tx, id, ['nominated', 'waiting'], { state: 'accepted', reason, by, at, enrolmentId: enrolled.enrolmentId })
      await note('accepted')
      return null
    }
    case 'wait': {
      if (!await decideNomination(tx, id, ['nominated'], { state: 'waiting', reason, by, at, waitingAt: at })) return decided
      await note('waiting')
      // A seat may be free already: then nobody waits.
      await moveUp(tx, deps, cohort.id)
      return null
    }
    case 'decline': {
      if (!await decideNomination(tx, id, ['nominated', 'waiting'], { state: 'declined', reason, by, at })) return decided
      await note('declined')
      return null
    }
    case 'withdraw': {
      if (state !== 'nominated' && state !== 'waiting' && state !== 'accepted') return decided
      const enrolment = nomination.enrolmentId === null ? undefined : await selectOptionalEnrolment(tx, nomination.enrolmentId)
      if (enrolment?.state === 'completed') return { code: 'completed', values: {} }
      await decideNomination(tx, id, ['nominated', 'waiting', 'accepted'], { state: 'withdrawn', reason, by, at })
      await note('withdrawn')
      if (enrolment?.state === 'active') await withdraw(tx, deps, person, enrolment, reason)
      return null
    }
  }
}

/** Puts somebody of the same country in the place of somebody who was accepted: the seat stays taken, and nobody who waits moves up.
 * A liaison may until the cohort begins, an administrator as long as it runs.
 * @param row whoever comes in their place
 * @returns the new nomination's id
 * @throws Refusal not-found, not-allowed, nominations-closed, nomination-decided, enrolment-completed, bad-input */
export async function substitute (db: Database, deps: DeskDeps, person: Person, nominationId: string, row: Omit<EnrolmentRow, 'line'>, reason: string, options: { readonly language?: string, readonly twoPersons?: boolean } = {}): Promise<{ readonly id: string, readonly cohortId: string }> {
  const why = reasonOf(reason)
  return await db.write(async (tx) => {
    const nomination = await selectOptionalNomination(tx, nominationId)
    if (nomination === undefined) throw new Refusal('not-found')
    const { cohort, countries, decides } = await seen(tx, deps, person, nomination.cohortId)
    if (countries !== null && !countries.includes(nomination.country)) throw new Refusal('not-found')
    if (!decides && countries === null) throw new Refusal('not-allowed')
    const at = deps.world.now().toISOString()
    if (at >= (decides ? cohort.endsAt : cohort.startsAt)) throw new Refusal('nominations-closed')
    if (nomination.state !== 'accepted' || nomination.enrolmentId === null) throw new Refusal('nomination-decided')
    const enrolment = await selectOptionalEnrolment(tx, nomination.enrolmentId)
    if (enrolment?.state !== 'active') throw new Refusal(enrolment?.state === 'completed' ? 'enrolment-completed' : 'enrolment-withdrawn')
    const t = deps.messages.translate(options.language ?? deps.messages.choose(person.locale))
    if (row.country !== nomination.country) throw new Refusal('bad-input', {}, [{ path: 'country', message: t('nominations.row.substitute-country') }])
    const problems = await problemsOf(tx, cohort.id, [{ ...row, line: 1 }], null, options.twoPersons === true)
    if (problems.length > 0) throw new Refusal('bad-input', {}, problems.map(({ field, code, values }) => ({ path: field, message: t(`nominations.row.${code}`, strings(values)) })))

    await updateEnrolmentState(tx, enrolment.id, 'active', 'withdrawn')
    await decideNomination(tx, nomination.id, ['accepted'], { state: 'substituted', reason: why, by: person.id, at })
    const enrolled = await enrolNominee(tx, deps, person, cohort, row, 1)
    if ('problem' in enrolled) {
      const { field, code, values } = enrolled.problem
      throw new Refusal('bad-input', {}, [{ path: field, message: t(`cohorts.row.${code}`, strings(values)) }])
    }
    const made: NominationTable = { ...newRow(deps, person, cohort.id, row), state: 'accepted', reason: why, decided_by: person.id, decided_at: at, enrolment_id: enrolled.enrolmentId, replaces: nomination.id }
    await insertNominations(tx, [made])
    await auditAll(tx, deps.world, [
      { actorId: person.id, action: 'enrolment.withdrawn', subjectType: 'enrolment', subjectId: enrolment.id, detail: { cohortId: cohort.id, personId: enrolment.personId, reason: why } },
      { actorId: person.id, action: 'nomination.substituted', subjectType: 'nomination', subjectId: nomination.id, detail: { by: made.id, cohortId: cohort.id, reason: why } }
    ])
    await tellNominees(tx, deps, cohort, [row], 'accepted')
    return { id: made.id, cohortId: cohort.id }
  })
}

/** @throws Refusal not-found */
export async function getNomination (db: Database, deps: Pick<DeskDeps, 'world' | 'settings'>, person: Person, id: string): Promise<{ readonly nomination: Nomination, readonly seen: NominationsSeen }> {
  const nomination = await selectOptionalNomination(db.read, id)
  if (nomination === undefined) throw new Refusal('not-found')
  const found = await seen(db.read, deps, person, nomination.cohortId)
  if (found.countries !== null && !found.countries.includes(nomination.country)) throw new Refusal('not-found')
  return { nomination, seen: found }
}
