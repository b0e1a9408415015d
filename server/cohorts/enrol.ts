import { audit, auditAll, type Change } from '../audit/audit.ts'
import { activitiesOf } from '../courses/outline.ts'
import { selectVersion } from '../courses/queries.ts'
import type { Database, Tx } from '../db/database.ts'
import type { EnrolmentTable } from '../db/tables.ts'
import { inviteAccounts, type LinkSettings } from '../people/links.ts'
import { createPeople, grantRole } from '../people/people.ts'
import type { Catalogues } from '../people/mails.ts'
import { hasRole, type Person } from '../person.ts'
import type { Allowance } from '../quiz/allowance.ts'
import { Refusal, type Problem } from '../refusals.ts'
import type { World } from '../world.ts'
import { allowanceOf } from './accommodations/accommodations.ts'
import { managedCohort, seenCohort } from './cohorts.ts'
import { readEnrolmentCsv, type EnrolmentRow, type RowProblem, type RowProblemCode } from './enrolment-csv.ts'
import {
  countTaken, insertEnrolments, selectKnown, selectOptionalCohort, selectOptionalEnrolment, selectOptionalEnrolmentOf,
  updateEnrolmentState, type CohortRow, type EnrolmentFacts, type Known
} from './queries.ts'

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

type ProblemCode = RowProblemCode | 'name-differs' | 'name-differs-from' | 'country-differs' | 'deactivated' | 'withdrawn' | 'no-seat'

/** Enrols a list of people; those without an account get one, and an invitation. All of it happens or nothing does, and the
 * same file twice changes nothing.
 *
 * @param text CSV: name, email, country, agency, rank, locale (enrolment-csv.ts)
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

interface Plan {
  readonly cohort: CohortRow
  readonly newcomers: readonly EnrolmentRow[]
  /** Those who have an account and are not enrolled here. */
  readonly known: readonly Known[]
  readonly unchanged: number
  readonly problems: ReadonlyArray<RowProblem<ProblemCode>>
}

async function planOf (tx: Tx, person: Person, cohortId: string, rows: readonly EnrolmentRow[]): Promise<Plan> {
  const cohort = await managedCohort(tx, person, cohortId)
  const accounts = await selectKnown(tx, cohortId, rows.map(({ email }) => email))
  const newcomers: EnrolmentRow[] = []
  const known: Known[] = []
  const problems: Array<RowProblem<ProblemCode>> = []
  const seatLines: number[] = []
  let unchanged = 0
  for (const row of rows) {
    const account = accounts.get(row.email)
    const problem = account === undefined ? null : problemWith(row, account, person)
    if (problem !== null) problems.push(problem)
    else if (account?.enrolmentState != null) unchanged++
    else {
      seatLines.push(row.line)
      if (account === undefined) newcomers.push(row)
      else known.push(account)
    }
  }
  const free = cohort.seats === null ? null : Math.max(0, cohort.seats - await countTaken(tx, cohortId))
  if (free !== null && seatLines.length > free) {
    problems.push({ line: seatLines[free] as number, field: '', code: 'no-seat', values: { free, wanted: seatLines.length } })
  }
  return { cohort, newcomers, known, unchanged, problems }
}

/** What stands against enrolling somebody who has an account. */
function problemWith (row: EnrolmentRow, account: Known, person: Person): RowProblem<ProblemCode> | null {
  const problem = (field: string, code: ProblemCode, values: RowProblem['values'] = {}): RowProblem<ProblemCode> => ({ line: row.line, field, code, values })
  if (account.name.normalize('NFC') !== row.name) {
    // Others would learn from it who has which address.
    return hasRole(person, 'administrator') ? problem('name', 'name-differs-from', { name: account.name }) : problem('name', 'name-differs')
  }
  // Certificates and targets count a person where the stored country says.
  if (account.country !== null && account.country !== row.country) return problem('country', 'country-differs')
  if (account.deactivated) return problem('email', 'deactivated')
  return account.enrolmentState === 'withdrawn' ? problem('email', 'withdrawn') : null
}

function resultOf ({ newcomers, known, unchanged }: Plan): Omit<Enrolled, 'problems'> {
  return { created: newcomers.length, enrolled: newcomers.length + known.length, unchanged }
}

async function carryOut (tx: Tx, world: World, settings: LinkSettings, messages: Catalogues, person: Person, { cohort, newcomers, known }: Plan): Promise<void> {
  if (newcomers.length + known.length === 0) return
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
}

async function newEnrolments (tx: Tx, world: World, cohort: CohortRow, personIds: readonly string[]): Promise<EnrolmentTable[]> {
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
  await assertSeat(tx, cohort)
  await grantRole(tx, world, actorId, personId, { role: 'trainee' })
  const [row] = await newEnrolments(tx, world, cohort, [personId])
  const enrolment = row as EnrolmentTable
  await insertEnrolments(tx, [enrolment])
  await audit(tx, world, enrolmentCreated(actorId, enrolment))
  return enrolment.id
}

function enrolmentCreated (actorId: string | null, { id, cohort_id: cohortId, person_id: personId }: EnrolmentTable): Change {
  return { actorId, action: 'enrolment.created', subjectType: 'enrolment', subjectId: id, detail: { cohortId, personId } }
}

const REASON_LENGTH = { least: 3, most: 500 } as const

export function isReason (typed: string): boolean {
  const { length } = typed.trim()
  return length >= REASON_LENGTH.least && length <= REASON_LENGTH.most
}

/** Ends an enrolment before its completion and frees its seat. What was done stays; it can be taken up again.
 * Withdrawing twice changes nothing.
 * @param reason 3 to 500 characters: kept in the audit log
 * @throws Refusal not-found, not-allowed, bad-input for the reason, enrolment-completed */
export async function withdrawEnrolment (db: Database, world: World, person: Person, enrolmentId: string, reason: string): Promise<{ readonly cohortId: string }> {
  if (!isReason(reason)) throw new Refusal('bad-input', {}, [{ path: 'reason', message: `must have ${REASON_LENGTH.least} to ${REASON_LENGTH.most} characters` }])
  return await db.write(async (tx) => {
    const enrolment = await managedEnrolment(tx, person, enrolmentId)
    if (enrolment.state === 'withdrawn') return { cohortId: enrolment.cohortId }
    if (!await updateEnrolmentState(tx, enrolmentId, 'active', 'withdrawn')) throw new Refusal('enrolment-completed')
    await noteOn(tx, world, person, enrolment, 'enrolment.withdrawn', { reason: reason.trim() })
    return { cohortId: enrolment.cohortId }
  })
}

/** Takes a withdrawn enrolment up again where it was left. One that is not withdrawn stays as it is.
 * @throws Refusal not-found, not-allowed, cohort-full */
export async function reinstateEnrolment (db: Database, world: World, person: Person, enrolmentId: string): Promise<{ readonly cohortId: string }> {
  return await db.write(async (tx) => {
    const enrolment = await managedEnrolment(tx, person, enrolmentId)
    if (enrolment.state === 'withdrawn') {
      await assertSeat(tx, await managedCohort(tx, person, enrolment.cohortId))
      await updateEnrolmentState(tx, enrolmentId, 'withdrawn', 'active')
      await noteOn(tx, world, person, enrolment, 'enrolment.reinstated', {})
    }
    return { cohortId: enrolment.cohortId }
  })
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

async function managedEnrolment (tx: Tx, person: Person, id: string): Promise<EnrolmentFacts> {
  const enrolment = await selectOptionalEnrolment(tx, id)
  if (enrolment === undefined) throw new Refusal('not-found')
  const { countries } = await seenCohort(tx, person, enrolment.cohortId)
  if (countries !== null && !countries.includes(enrolment.country ?? '')) throw new Refusal('not-found')
  await managedCohort(tx, person, enrolment.cohortId)
  return enrolment
}

async function assertSeat (tx: Tx, cohort: CohortRow): Promise<void> {
  if (cohort.seats !== null && await countTaken(tx, cohort.id) >= cohort.seats) throw new Refusal('cohort-full')
}

async function noteOn (tx: Tx, world: World, person: Person, { id, cohortId, personId }: EnrolmentFacts, action: string, detail: Readonly<Record<string, unknown>>): Promise<void> {
  await audit(tx, world, { actorId: person.id, action, subjectType: 'enrolment', subjectId: id, detail: { cohortId, personId, ...detail } })
}

function strings (values: RowProblem['values']): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]))
}
