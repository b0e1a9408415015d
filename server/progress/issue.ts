import { audit } from '../audit/audit.ts'
import { issueCertificate } from '../certificates/certificates.ts'
import { managedCohort } from '../cohorts/cohorts.ts'
import { carryOut, planRows, strings, type Plan, type ProblemCode } from '../cohorts/enrol.ts'
import { readEnrolmentCsv, type EnrolmentRow, type RowProblem } from '../cohorts/enrolment-csv.ts'
import { reasonOf } from '../cohorts/changes.ts'
import { selectKnown } from '../cohorts/enrolments/queries.ts'
import { selectVersion } from '../courses/queries.ts'
import type { Database, Tx } from '../db/database.ts'
import type { Catalogues } from '../people/mails.ts'
import { nameKey } from '../people/name-key.ts'
import { assertAdministrator, type Person } from '../person.ts'
import { recordsOf } from '../quotas/ledger.ts'
import { Refusal, type Problem } from '../refusals.ts'
import { readCsv, writeCsv } from '../sheets/csv.ts'
import { certifyCompleted, completeWhenDone, type ProgressDeps } from './progress.ts'
import { completeEnrolment, selectCertified, selectHeldLonger, selectNamesakes, selectUncertified, type Uncertified } from './queries.ts'

export type { Uncertified } from './queries.ts'

const MOST_AT_ONCE = 5000
/** Whoever holds a certificate that is valid for longer needs no other one. */
const RENEWABLE_DAYS = 90

/** Those who have done everything and were never issued a certificate. Whoever's was revoked is not among them.
 * @param cohortId null for every cohort @throws Refusal not-allowed */
export async function listUncertified (db: Database, person: Person, cohortId: string | null): Promise<Uncertified[]> {
  assertAdministrator(person)
  return await selectUncertified(db.read, cohortId, MOST_AT_ONCE)
}

/** Issues the certificates of all of them, in one unit of work. Each enrolment has one, however often this is asked for.
 * @returns how many @throws Refusal not-allowed */
export async function issueUncertified (db: Database, deps: ProgressDeps, person: Person, cohortId: string | null): Promise<number> {
  assertAdministrator(person)
  return await db.write(async (tx) => {
    let issued = 0
    for (const enrolment of await selectUncertified(tx, cohortId, MOST_AT_ONCE)) {
      if (enrolment.state === 'active') {
        if (await completeWhenDone(tx, deps, enrolment)) issued++
      } else if (await certifyCompleted(tx, deps, enrolment, person.id) !== null) issued++
    }
    if (issued > 0) await audit(tx, deps.world, { actorId: person.id, action: 'certificate.issued-many', subjectType: 'cohort', subjectId: cohortId ?? '', detail: { issued } })
    return issued
  })
}

/** What a list of people who passed in person leads to. */
export interface InPerson {
  /** Certificates. */
  readonly issued: number
  /** New persons. */
  readonly created: number
  /** Rows of people whom this cohort certified before. */
  readonly unchanged: number
  /** `line` and `field` of the file. */
  readonly problems: readonly Problem[]
  /** People who may be somebody that is known under another address: one person with two records would be counted twice. */
  readonly alike: ReadonlyArray<{ readonly line: number, readonly name: string, readonly knownAs: string, readonly personId: string }>
}

/** Issues certificates to people who were trained and examined in person, as members of a cohort of that course. Those without an
 * account get one, and an invitation; those whom the cohort has certified stay as they are. Certificates are of today and are
 * counted like every other: a person once, whatever list brings them. All of it happens or nothing does.
 * @param text CSV: name, email, country, agency, rank, locale, and if wished mark (percent; 100 when left out)
 * @param options.dryRun says what would happen, and writes nothing
 * @param options.reason where and by whom they were trained; kept in the log
 * @throws Refusal not-allowed, not-found, cohort-not-begun; bad-input with every problem of the list, unless it is a dry run */
export async function certifyInPerson (
  db: Database, deps: ProgressDeps & { readonly messages: Catalogues }, person: Person, cohortId: string, text: string,
  options: { readonly dryRun: boolean, readonly reason: string, readonly language?: string }
): Promise<InPerson> {
  assertAdministrator(person)
  const t = deps.messages.translate(options.language ?? deps.messages.choose(person.locale))
  const file = readMarks(text)
  const said = (problems: ReadonlyArray<RowProblem<Code>>): Problem[] => [...problems].sort((a, b) => a.line - b.line)
    .map(({ line, field, code, values }) => ({ line, field, message: t(isOwn(code) ? `certificate-desk.row.${code}` : `cohorts.row.${code}`, strings(values)) }))
  if (options.dryRun) {
    const plan = await planInPerson(db.read, deps, person, cohortId, file)
    return { ...resultOf(plan), problems: said([...file.problems, ...plan.problems]) }
  }
  const reason = reasonOf(options.reason)
  return await db.write(async (tx) => {
    const plan = await planInPerson(tx, deps, person, cohortId, file)
    const problems = [...file.problems, ...plan.problems]
    if (problems.length > 0) throw new Refusal('bad-input', {}, said(problems))
    await carryOut(tx, deps.world, deps.settings, deps.messages, person, plan.plan)
    const enrolled = await selectKnown(tx, cohortId, file.rows.map(({ email }) => email))
    let issued = 0
    for (const { email } of file.rows) {
      const enrolmentId = enrolled.get(email)?.enrolmentId ?? null
      if (enrolmentId === null) throw new Error(`${email} was not enrolled`)
      if (plan.certified.has(enrolmentId)) continue
      if (await completeEnrolment(tx, enrolmentId, deps.world.now().toISOString())) {
        await audit(tx, deps.world, { actorId: person.id, action: 'enrolment.completed', subjectType: 'enrolment', subjectId: enrolmentId, detail: { inPerson: true, reason } })
      }
      if (await issueCertificate(tx, deps.world, deps.settings, { enrolmentId, mark: file.marks.get(email) ?? 100, actorId: person.id }) !== null) issued++
    }
    await audit(tx, deps.world, { actorId: person.id, action: 'certificate.issued-in-person', subjectType: 'cohort', subjectId: cohortId, detail: { issued, reason } })
    return { ...resultOf(plan), issued, problems: [] }
  })
}

type OwnCode = 'mark' | 'holds-already'
type Code = ProblemCode | OwnCode

function isOwn (code: Code): code is OwnCode {
  return code === 'mark' || code === 'holds-already'
}

interface Marked {
  readonly rows: readonly EnrolmentRow[]
  /** By address. */
  readonly marks: ReadonlyMap<string, number>
  readonly problems: ReadonlyArray<RowProblem<Code>>
}

/** A list as people are enrolled with, and a column more. */
function readMarks (text: string): Marked {
  const { rows: records } = readCsv(text)
  const head = records.find(({ cells }) => cells.some((cell) => cell.trim() !== ''))
  const column = head?.cells.findIndex((cell) => cell.trim().toLowerCase() === 'mark') ?? -1
  if (column === -1) return { ...readEnrolmentCsv(text), marks: new Map() }
  const typed = new Map<number, string>()
  const lines: string[][] = []
  for (const { line, cells } of records) {
    if (line !== head?.line) typed.set(line, (cells[column] ?? '').trim())
    // A row stays on its line, so that problems name it.
    while (lines.length < line - 1) lines.push([''])
    lines.push(cells.filter((_, index) => index !== column).map((cell) => cell.replace(/[\r\n]+/g, ' ')))
  }
  const file = readEnrolmentCsv(writeCsv(lines))
  const marks = new Map<string, number>()
  const problems: Array<RowProblem<Code>> = [...file.problems]
  for (const { line, email } of file.rows) {
    const mark = typed.get(line) ?? ''
    if (mark === '') continue
    const value = Number(mark.replace(',', '.').replace(/\s*%$/, ''))
    if (Number.isFinite(value) && value >= 0 && value <= 100) marks.set(email, value)
    else problems.push({ line, field: 'mark', code: 'mark', values: { mark: mark.slice(0, 20) } })
  }
  return { rows: file.rows, marks, problems }
}

interface InPersonPlan {
  readonly plan: Plan
  /** Enrolments that were issued a certificate before. */
  readonly certified: ReadonlySet<string>
  readonly problems: ReadonlyArray<RowProblem<Code>>
  readonly alike: InPerson['alike']
  readonly rows: number
}

async function planInPerson (tx: Tx, { world }: ProgressDeps, person: Person, cohortId: string, { rows }: Marked): Promise<InPersonPlan> {
  const cohort = await managedCohort(tx, person, cohortId)
  const now = world.now()
  if (now.toISOString() < cohort.startsAt) throw new Refusal('cohort-not-begun')
  const plan = await planRows(tx, cohort, rows, true)
  const certified = await selectCertified(tx, plan.enrolledAlready)
  const { slug } = await selectVersion(tx, cohort.versionId)
  const renewable = new Date(now.getTime() + RENEWABLE_DAYS * 86_400_000).toISOString()
  const known = await selectKnown(tx, cohortId, rows.map(({ email }) => email))
  const problems: Array<RowProblem<Code>> = [...plan.problems]
  const alike: Array<InPerson['alike'][number]> = []
  for (const { line, email, name, country } of rows) {
    const account = known.get(email)
    if (account === undefined) {
      for (const namesake of await selectNamesakes(tx, nameKey(name), country, email)) alike.push({ line, name, knownAs: namesake.name, personId: namesake.id })
    } else if (account.enrolmentId === null || !certified.has(account.enrolmentId)) {
      const serial = await selectHeldLonger(tx, await recordsOf(tx, account.personId), slug, renewable)
      if (serial !== null) problems.push({ line, field: 'email', code: 'holds-already', values: { serial } })
    }
  }
  return { plan, certified, problems, alike, rows: rows.length }
}

function resultOf ({ plan, certified, alike }: InPersonPlan): Omit<InPerson, 'problems'> {
  return { issued: plan.newcomers.length + plan.known.length + plan.enrolledAlready.length - certified.size, created: plan.newcomers.length, unchanged: certified.size, alike }
}
