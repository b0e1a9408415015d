import { audit, auditAll, type Change } from '../audit/audit.ts'
import { activitiesOf } from '../courses/outline.ts'
import { selectVersion } from '../courses/queries.ts'
import type { Database, Tx } from '../db/database.ts'
import type { EnrolmentTable } from '../db/tables/cohorts.ts'
import { inviteAccounts, type LinkSettings } from '../people/links.ts'
import { createPeople, grantRole } from '../people/people.ts'
import type { Catalogues } from '../people/mails.ts'
import { hasRole, type Person } from '../person.ts'
import type { Allowance } from '../quiz/allowance.ts'
import { Refusal, type Problem } from '../refusals.ts'
import type { Cell } from '../sheets/sheet.ts'
import type { World } from '../world.ts'
import { allowanceOf } from './accommodations/accommodations.ts'
import { managedCohort, seenCohort } from './cohorts.ts'
import { readEnrolmentCsv, type EnrolmentRow, type RowProblem, type RowProblemCode } from './enrolment-csv.ts'
import {
  insertEnrolments, selectCountry, selectEnrolledList, selectKnown, selectNames, selectOptionalEnrolment, selectOptionalEnrolmentOf, type EnrolmentFacts, type Known
} from './enrolments/queries.ts'
import { selectHeldSeats, selectTaken } from './seats/queries.ts'
import { selectOptionalCohort, type CohortRow } from './queries.ts'
import { freeFor, type Seats, type Taken } from './seats.ts'

export interface Enrolled {
  /** New persons. */
  readonly created: number
  /** New enrolments, those of the new persons among them. */
  readonly enrolled: number
  /** Rows of people who are enrolled already. */
  readonly unchanged: number
  /** `line` and `field` of the file. */
  readonly problems: readonly Problem[]
}

export type ProblemCode = RowProblemCode | 'name-differs' | 'name-differs-from' | 'country-differs' | 'deactivated' | 'withdrawn' | 'no-seat' | 'no-seat-country'

/** Enrols a list of people; those without an account get one, and an invitation. All of it happens or nothing does, and the
 * same file twice changes nothing.
 *
 * @param text CSV: name, email, country, agency, rank, locale, and birthday if known (enrolment-csv.ts)
 * @param options.dryRun says what would happen, and writes nothing
 * @param options.language of the problems' messages; else the asker's own
 * @throws Refusal bad-input with every problem of the file, unless it is a dry run; not-found, not-allowed */
export async function enrolFromCsv (
  db: Database, world: World, settings: LinkSettings, messages: Catalogues, person: Person, cohortId: string, text: string,
  options: { readonly dryRun: boolean, readonly language?: string }
): Promise<Enrolled> {
  // Refused before the file is read, so that it costs a stranger nothing to be told no.
  await managedCohort(db.read, person, cohortId)
  const file = readEnrolmentCsv(text)
  const t = messages.translate(options.language ?? messages.choose(person.locale))
  const said = (problems: ReadonlyArray<RowProblem<ProblemCode>>): Problem[] => [...problems]
    .sort((a, b) => a.line - b.line)
    .map(({ line, field, code, values }) => ({ line, field, message: t(`cohorts.row.${code}`, strings(values)) }))

  if (options.dryRun) {
    const plan = await planOf(db.read, person, cohortId, file.rows)
    return { ...resultOf(plan), problems: said([...file.problems, ...plan.problems]) }
  }
  return await db.write(async (tx) => {
    const plan = await planOf(tx, person, cohortId, file.rows)
    const problems = [...file.problems, ...plan.problems]
    if (problems.length > 0) throw new Refusal('bad-input', {}, said(problems))
    await carryOut(tx, world, settings, messages, person, plan)
    return { ...resultOf(plan), problems: [] }
  })
}

export interface Plan {
  readonly cohort: CohortRow
  readonly newcomers: readonly EnrolmentRow[]
  /** Those who have an account and are not enrolled here. */
  readonly known: readonly Known[]
  /** Enrolments of those who are enrolled already. */
  readonly enrolledAlready: readonly string[]
  readonly problems: ReadonlyArray<RowProblem<ProblemCode>>
}

async function planOf (tx: Tx, person: Person, cohortId: string, rows: readonly EnrolmentRow[]): Promise<Plan> {
  const cohort = await managedCohort(tx, person, cohortId)
  return await planRows(tx, cohort, rows, hasRole(person, 'administrator'))
}

/** What enrolling these people would do, and what stands against it.
 * @param tellsNames whether the asker may learn whose an address is
 * @param replacing how many of these take over the seat of somebody of their country */
export async function planRows (tx: Tx, cohort: CohortRow, rows: readonly EnrolmentRow[], tellsNames: boolean, replacing = 0): Promise<Plan> {
  const { id: cohortId } = cohort
  const accounts = await selectKnown(tx, cohortId, rows.map(({ email }) => email))
  const newcomers: EnrolmentRow[] = []
  const known: Known[] = []
  const problems: Array<RowProblem<ProblemCode>> = []
  const seeking: Array<{ line: number, country: string }> = []
  const enrolledAlready: string[] = []
  for (const row of rows) {
    const account = accounts.get(row.email)
    const problem = account === undefined ? null : problemWith(row, account, tellsNames)
    if (problem !== null) problems.push(problem)
    else if (account?.enrolmentId != null) enrolledAlready.push(account.enrolmentId)
    else {
      seeking.push({ line: row.line, country: account?.country ?? row.country })
      if (account === undefined) newcomers.push(row)
      else known.push(account)
    }
  }
  if (replacing === 0) problems.push(...seatProblems(await seatsOf(tx, cohort), await selectTaken(tx, cohortId), seeking))
  return { cohort, newcomers, known, enrolledAlready, problems }
}

/** The first line of each country, and of those that share the rest, for which there is no seat. */
function seatProblems (seats: Seats, taken: Taken, seeking: ReadonlyArray<{ readonly line: number, readonly country: string }>): Array<RowProblem<ProblemCode>> {
  const problems: Array<RowProblem<ProblemCode>> = []
  const pools = Map.groupBy(seeking, ({ country }) => seats.held.has(country) ? country : '')
  for (const [pool, people] of pools) {
    const free = freeFor(seats, taken, pool === '' ? null : pool)
    const first = people[free]
    if (first === undefined) continue
    problems.push(pool === ''
      ? { line: first.line, field: '', code: 'no-seat', values: { free, wanted: people.length } }
      : { line: first.line, field: 'country', code: 'no-seat-country', values: { country: pool, free, wanted: people.length } })
  }
  return problems
}

export async function seatsOf (tx: Tx, { id, seats }: Pick<CohortRow, 'id' | 'seats'>): Promise<Seats> {
  return { total: seats, held: await selectHeldSeats(tx, id) }
}

/** What stands against enrolling somebody who has an account. */
function problemWith (row: EnrolmentRow, account: Known, tellsNames: boolean): RowProblem<ProblemCode> | null {
  const problem = (field: string, code: ProblemCode, values: RowProblem['values'] = {}): RowProblem<ProblemCode> => ({ line: row.line, field, code, values })
  if (account.name.normalize('NFC') !== row.name) {
    // Others would learn from it who has which address.
    return tellsNames ? problem('name', 'name-differs-from', { name: account.name }) : problem('name', 'name-differs')
  }
  // Certificates and targets count a person where the stored country says.
  if (account.country !== null && account.country !== row.country) return problem('country', 'country-differs')
  if (account.deactivated) return problem('email', 'deactivated')
  return account.enrolmentState === 'withdrawn' ? problem('email', 'withdrawn') : null
}

function resultOf ({ newcomers, known, enrolledAlready }: Plan): Omit<Enrolled, 'problems'> {
  return { created: newcomers.length, enrolled: newcomers.length + known.length, unchanged: enrolledAlready.length }
}

/** @returns the ids of the new enrolments, by the person's */
export async function carryOut (tx: Tx, world: World, settings: LinkSettings, messages: Catalogues, person: Pick<Person, 'id'>, { cohort, newcomers, known }: Plan): Promise<Map<string, string>> {
  if (newcomers.length + known.length === 0) return new Map()
  const created = await createPeople(tx, world, person.id, newcomers.map((row) => ({ ...row, roles: [{ role: 'trainee' }] })))
  await inviteAccounts(tx, world, settings, messages, created.map(({ accountId }) => accountId))
  for (const { personId, isTrainee } of known) {
    if (!isTrainee) await grantRole(tx, world, person.id, personId, { role: 'trainee' })
  }
  const personIds = [...created, ...known].map(({ personId }) => personId)
  const rows = await newEnrolments(tx, world, cohort, personIds)
  await insertEnrolments(tx, rows)
  await auditAll(tx, world, [
    ...rows.map((row) => enrolmentCreated(person.id, row)),
    { actorId: person.id, action: 'cohort.enrolled', subjectType: 'cohort', subjectId: cohort.id, detail: { created: created.length, enrolled: rows.length } }
  ])
  return new Map(rows.map(({ id, person_id: personId }) => [personId, id]))
}

export async function newEnrolments (tx: Tx, world: World, cohort: CohortRow, personIds: readonly string[]): Promise<EnrolmentTable[]> {
  const { outline } = await selectVersion(tx, cohort.versionId)
  const total = activitiesOf(outline).length
  const at = world.now().toISOString()
  return personIds.map((personId) => ({
    id: world.newId(),
    cohort_id: cohort.id,
    person_id: personId,
    state: 'active',
    enrolled_at: at,
    active_at: null,
    completed_at: null,
    done: 0,
    total
  }))
}

/** Enrols one person who has an account. One who is enrolled already stays so.
 * @param input.actorId null when the programme itself does it
 * @returns the enrolment's id
 * @throws Refusal not-found for an unknown cohort, cohort-full, enrolment-withdrawn */
export async function enrolPerson (tx: Tx, world: World, input: { readonly actorId: string | null, readonly cohortId: string, readonly personId: string }): Promise<string> {
  const { actorId, cohortId, personId } = input
  const cohort = await selectOptionalCohort(tx, cohortId)
  if (cohort === undefined) throw new Refusal('not-found')
  const standing = await selectOptionalEnrolmentOf(tx, cohortId, personId)
  if (standing?.state === 'withdrawn') throw new Refusal('enrolment-withdrawn')
  if (standing !== undefined) return standing.id
  await assertSeat(tx, cohort, await selectCountry(tx, personId))
  await grantRole(tx, world, actorId, personId, { role: 'trainee' })
  const [row] = await newEnrolments(tx, world, cohort, [personId])
  const enrolment = row as EnrolmentTable
  await insertEnrolments(tx, [enrolment])
  await audit(tx, world, enrolmentCreated(actorId, enrolment))
  return enrolment.id
}

export function enrolmentCreated (actorId: string | null, { id, cohort_id: cohortId, person_id: personId }: EnrolmentTable): Change {
  return { actorId, action: 'enrolment.created', subjectType: 'enrolment', subjectId: id, detail: { cohortId, personId } }
}

export interface ManagedEnrolment extends EnrolmentFacts {
  readonly cohort: CohortRow
  /** What its trainee is allowed now; why is not for those who run a cohort. */
  readonly allowance: Allowance
}

/** An enrolment as whoever runs the cohort sees it.
 * @throws Refusal not-found, not-allowed for somebody who may only read it */
export async function getManagedEnrolment (db: Database, world: World, person: Person, enrolmentId: string): Promise<ManagedEnrolment> {
  const enrolment = await managedEnrolment(db.read, person, enrolmentId)
  return {
    ...enrolment,
    cohort: await managedCohort(db.read, person, enrolment.cohortId),
    allowance: await allowanceOf(db.read, enrolment.personId, world.now().toISOString())
  }
}

/** Who some enrolments of a cohort are of, to somebody who runs it; what is not of the cohort is left out.
 * @throws Refusal not-found, not-allowed */
export async function namesOf (db: Database, person: Person, cohortId: string, ids: readonly string[]): Promise<ReadonlyArray<{ readonly id: string, readonly name: string }>> {
  await managedCohort(db.read, person, cohortId)
  return await selectNames(db.read, cohortId, ids)
}

/** Everybody with a seat in a cohort, in the columns of a list that can be sent, to somebody who runs it.
 * @throws Refusal not-found, not-allowed */
export async function enrolledTable (db: Database, person: Person, cohortId: string): Promise<Cell[][]> {
  await managedCohort(db.read, person, cohortId)
  const columns = ['name', 'email', 'country', 'agency', 'rank', 'locale'] as const
  return [[...columns], ...(await selectEnrolledList(db.read, cohortId)).map((row) => columns.map((column) => row[column]))]
}

/** @throws Refusal not-found, not-allowed */
export async function managedEnrolment (tx: Tx, person: Person, id: string): Promise<EnrolmentFacts> {
  const enrolment = await selectOptionalEnrolment(tx, id)
  if (enrolment === undefined) throw new Refusal('not-found')
  const { countries } = await seenCohort(tx, person, enrolment.cohortId)
  if (countries !== null && !countries.includes(enrolment.country ?? '')) throw new Refusal('not-found')
  await managedCohort(tx, person, enrolment.cohortId)
  return enrolment
}

/** @throws Refusal cohort-full when no seat is free for somebody of this country */
export async function assertSeat (tx: Tx, cohort: Pick<CohortRow, 'id' | 'seats'>, country: string | null): Promise<void> {
  if (freeFor(await seatsOf(tx, cohort), await selectTaken(tx, cohort.id), country) < 1) throw new Refusal('cohort-full')
}

/** As a message takes them. */
export function strings (values: RowProblem['values']): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]))
}
