import { fileURLToPath } from 'node:url'
import { auditPast } from '../audit/audit.ts'
import { revokeCertificate } from '../certificates/certificates.ts'
import { importCourses } from '../courses/import-courses.ts'
import type { Database, Tx } from '../db/database.ts'
import type { Settings } from '../deps.ts'
import { loadMessages } from '../http/messages.ts'
import { inviteAccounts } from '../people/links.ts'
import type { Person } from '../person.ts'
import { keepOutcomes } from '../quotas/pipeline/pipeline.ts'
import type { QuotaInput } from '../quotas/quota-input.ts'
import { closeQuota, createQuota } from '../quotas/quotas.ts'
import type { Signer } from '../quotas/snapshot.ts'
import type { World } from '../world.ts'
import { calendarOf, later } from './calendar.ts'
import { chanceFrom } from './chance.ts'
import { INTAKE_COURSE, planCohorts, type PlannedCourse } from './cohort-plan.ts'
import { contentsOf, type Content } from './content.ts'
import { deskWork } from './desk.ts'
import { addHistory, type HistoryDeps } from './history.ts'
import { addIntakes } from './intake.ts'
import { momentsFrom } from './moments.ts'
import { makeAddresses } from './newcomers.ts'
import { nominateSome, nominees } from './nominations.ts'
import { existsPerson, insertRows } from './queries.ts'
import { enrolMembers, type PlannedRevocation } from './roll.ts'
import { noRows, type PastChange } from './rows.ts'
import { addStaff, type Staff } from './staff.ts'
import { lastYearsTarget, thisYearsTargets } from './targets.ts'
import { addWritten, importWritten } from './written.ts'

/** Anything may stand here; another text makes other people. */
const SEED = 'muster sample programme'
const HOUR_MS = 3_600_000

/** Something the administrator did through the features themselves, which write their own audit entries. */
interface Deed {
  readonly at: string
  readonly act: (world: World) => Promise<void>
}

export interface DemoOptions {
  readonly coursesFolder: string
  /** Of the password that every account shares. */
  readonly passwordHash: string
  /** Signs the figures of the year that is closed. */
  readonly signer: Signer
}

/** Makes the sample programme, all of it or nothing: the courses, two programme years of cohorts and certificates, targets, and accounts to look
 * around with. All of it is told from today's date, and the same day makes the same programme.
 * @returns `made` false when somebody is there already: then nothing is changed
 * @throws Error when the courses have problems */
export async function makeDemo (db: Database, world: World, settings: Settings, options: DemoOptions): Promise<{ made: boolean }> {
  // One unit of work from the first course to the last audit entry: whatever ends the process midway, nothing is there.
  return await db.write(async (tx) => {
    if (await existsPerson(tx)) return { made: false }
    await makeAll(inside(db, tx), world, settings, options)
    return { made: true }
  })
}

/** A database whose units of work are all part of the one that is open. */
function inside (db: Database, tx: Tx): Database {
  return { ...db, read: tx, write: async (work) => await work(tx), atOneMoment: async (work) => await work(tx), close: async () => {} }
}

async function makeAll (db: Database, world: World, settings: Settings, options: DemoOptions): Promise<void> {
  const calendar = calendarOf(world.now(), settings.timeZone)
  const moments = momentsFrom(SEED)
  const { problems } = await importCourses(db, moments(calendar.founded), null, options.coursesFolder)
  if (problems.length > 0) throw new Error(problems.map(({ file, line, message }) => `${file}:${line}: ${message}`).join('\n'))
  const contents = await contentsOf(db.read)
  const courses = weighed(contents)
  const written = await importWritten(db, moments(calendar.founded))

  const rows = noRows()
  const chance = chanceFrom(`${SEED}/people`)
  const staff = addStaff(rows, moments, later(calendar.founded, HOUR_MS), options.passwordHash)
  const plan = planCohorts(calendar, courses, chance)
  const { members, revocations } = enrolMembers(calendar, plan, chance)
  const deps: HistoryDeps = { calendar, contents, moments, staff, addresses: makeAddresses(), passwordHash: options.passwordHash, chance }
  const { cohortIds, serials } = addHistory(rows, plan, members, deps)
  const { invited, invitedAt } = addIntakes(rows, plan, cohortIds, deps)
  const people = nominees(deps)
  const doneInWriting = addWritten(rows, written, { ...deps, moments: momentsFrom(`${SEED}/written`) }, instructorsOf(staff))
  const coming = cohortIds.filter((_, index) => plan[index]?.stage === 'coming')
  await db.write(async (tx) => { await insertRows(tx, rows) })

  const administrator = personOf(staff)
  const messages = loadMessages(fileURLToPath(new URL('../../templates/locales', import.meta.url)))
  const target = (at: string, input: QuotaInput, closedAt: string | null = null): Deed => ({
    at,
    act: async (world) => {
      const { id, problems } = await createQuota(db, world, administrator, input)
      if (id === null) throw new Error(`sample target '${input.name}': ${problems.map(({ code }) => code).join(', ')}`)
      if (closedAt !== null) await closeQuota(db, moments(closedAt), administrator, id, options.signer)
    }
  })
  await goThrough(db, moments, rows.changes, [
    target(calendar.booksClosed, lastYearsTarget(calendar), later(calendar.booksClosed, HOUR_MS)),
    ...thisYearsTargets(calendar, courses).map((input, index) => target(later(calendar.lastNight, index * 20_000), input)),
    ...doneInWriting(db, settings),
    ...deskWork(db, instructorsOf(staff), new Map([...contents, [written.version.slug, written]]), later(calendar.lastNight, HOUR_MS)),
    ...revocations.map(({ member, at, why }, index): Deed => ({
      at: new Date(at).toISOString(),
      act: async (world) => { await revokeCertificate(db, world, administrator, serials.get(member) ?? '', reasonOf(why, index)) }
    })),
    ...coming.slice(1, 2).map((cohortId): Deed => ({
      at: later(calendar.lastNight, 10 * 60_000),
      act: async (world) => { await nominateSome(db, { settings, messages }, world, { administrator, liaison: liaisonOf(staff), cohortId, people }) }
    })),
    {
      at: later(invitedAt, 60_000),
      act: async (world) => { await db.write(async (tx) => { await inviteAccounts(tx, world, settings, messages, invited) }) }
    }
  ])
  await keepOutcomes(db, world)
}

/** Deeds and changes in the order of time, so that the audit log tells them so. */
async function goThrough (db: Database, moments: (at: string) => World, changes: readonly PastChange[], deeds: readonly Deed[]): Promise<void> {
  const inOrder = [...changes].sort(byTime)
  let next = 0
  const noteUntil = async (at: string | null): Promise<void> => {
    const end = at === null ? inOrder.length : inOrder.findIndex((change, index) => index >= next && change.at > at)
    const due = inOrder.slice(next, end === -1 ? inOrder.length : end)
    next += due.length
    if (due.length > 0) await db.write(async (tx) => { await auditPast(tx, due.map(({ at, change }) => ({ world: moments(at), change }))) })
  }
  for (const { at, act } of [...deeds].sort(byTime)) {
    await noteUntil(at)
    await act(moments(at))
  }
  await noteUntil(null)
}

function byTime (a: { readonly at: string }, b: { readonly at: string }): number {
  return a.at < b.at ? -1 : a.at > b.at ? 1 : 0
}

/** The course of the intake is asked for most. */
function weighed (contents: ReadonlyMap<string, Content>): PlannedCourse[] {
  return [...contents].map(([slug, { title }]) => ({ slug, title, weight: slug === INTAKE_COURSE ? 46 : 27 }))
    .sort((a, b) => b.weight - a.weight)
}

function personOf ({ administrator: { id, accountId, name } }: Staff): Person {
  return { id, accountId, name, email: 'admin@demo.example', locale: 'en', roles: [{ role: 'administrator' }] }
}

/** instructor@ first. */
function instructorsOf ({ instructors }: Staff): readonly [Person, Person, Person] {
  const [first, second, third] = instructors.map(({ id, accountId, name }, index): Person => ({
    id, accountId, name, email: `instructor${index === 0 ? '' : index + 1}@demo.example`, locale: 'en', roles: [{ role: 'instructor' }]
  }))
  if (first === undefined || second === undefined || third === undefined) throw new Error('the sample programme has too few instructors')
  return [first, second, third]
}

function liaisonOf ({ liaison: { id, accountId, name } }: Staff): Person {
  return { id, accountId, name, email: 'liaison@demo.example', locale: 'en', roles: [{ role: 'liaison', country: 'ZM' }] }
}

const LOST_REASONS = [
  'The final exam was taken by another person, as the agency has established.',
  'Issued to the wrong officer: two of the same name are at this agency.',
  'The nomination was found not to come from the agency it names.'
]

function reasonOf (why: PlannedRevocation['why'], index: number): string {
  return why === 'twice'
    ? 'Issued under an earlier rank by mistake. The certificate of the holder\'s other course stands.'
    : LOST_REASONS[index % LOST_REASONS.length] as string
}
