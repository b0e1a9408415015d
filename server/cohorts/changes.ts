import { audit } from '../audit/audit.ts'
import { activitiesOf } from '../courses/outline.ts'
import { selectVersion } from '../courses/queries.ts'
import type { Database, Tx } from '../db/database.ts'
import type { Catalogues } from '../people/mails.ts'
import type { LinkSettings } from '../people/links.ts'
import { assertAdministrator, type Person } from '../person.ts'
import { Refusal, type RefusalCode } from '../refusals.ts'
import type { World } from '../world.ts'
import { managedCohort } from './cohorts.ts'
import { assertSeat, enrolmentCreated, managedEnrolment, newEnrolments } from './enrol.ts'
import { moveUp } from './nominations/waiting.ts'
import { closeNominationOf } from './nominations/queries.ts'
import {
  copyDone, deleteNoShow, existsOpenAttempt, insertEnrolments, insertNoShow, moveEnrolmentRow, selectOptionalEnrolment, selectOptionalEnrolmentOf, setDone, updateEnrolmentState, type EnrolmentFacts
} from './enrolments/queries.ts'

/** What changes of enrolments need to know of the world outside the database: those who get a seat by them are told by mail. */
export interface DeskDeps {
  readonly world: World
  readonly settings: LinkSettings
  readonly messages: Catalogues
}

const REASON_LENGTH = { least: 3, most: 500 } as const

export function isReason (typed: string): boolean {
  const { length } = typed.trim()
  return length >= REASON_LENGTH.least && length <= REASON_LENGTH.most
}

/** @throws Refusal bad-input */
export function reasonOf (typed: string): string {
  if (!isReason(typed)) throw new Refusal('bad-input', {}, [{ path: 'reason', message: `must have ${REASON_LENGTH.least} to ${REASON_LENGTH.most} characters` }])
  return typed.trim()
}

export const CHANGES = ['withdraw', 'reinstate', 'move', 'no-show', 'came'] as const
export type ChangeName = typeof CHANGES[number]

export interface Change {
  readonly action: ChangeName
  /** Kept in the log; asked for by all but `reinstate` and `came`. */
  readonly reason: string
  /** Where to, of a move. */
  readonly to?: string | undefined
}

export function needsReason (action: ChangeName): boolean {
  return action !== 'reinstate' && action !== 'came'
}

/** What became of several enrolments that one change was asked for. */
export interface Changed {
  readonly done: number
  readonly refused: ReadonlyArray<{ readonly id: string, readonly name: string, readonly code: RefusalCode }>
}

/** Does the same to several enrolments of a cohort, in one unit of work: those that allow it are changed, the others are named.
 * @throws Refusal not-found, not-allowed, bad-input for the reason or the target */
export async function changeEnrolments (db: Database, deps: DeskDeps, person: Person, cohortId: string, ids: readonly string[], change: Change): Promise<Changed> {
  if (needsReason(change.action)) reasonOf(change.reason)
  return await db.write(async (tx) => {
    await managedCohort(tx, person, cohortId)
    if (change.action === 'move') await managedCohort(tx, person, change.to ?? '')
    const refused: Array<Changed['refused'][number]> = []
    let done = 0
    for (const id of new Set(ids)) {
      const enrolment = await selectOptionalEnrolment(tx, id)
      // Somebody may have moved them meanwhile. What never was there is answered in the same way, and nobody is named by it.
      if (enrolment?.cohortId !== cohortId) {
        refused.push({ id, name: '', code: 'enrolment-elsewhere' })
        continue
      }
      try {
        if (isSoAlready(enrolment, change.action)) throw new Refusal('nothing-to-change')
        await changeIn(tx, deps, person, enrolment, change)
        done++
      } catch (error) {
        // Each is refused before anything of it is written.
        if (!(error instanceof Refusal)) throw error
        refused.push({ id, name: enrolment.name, code: error.code })
      }
    }
    return { done, refused }
  })
}

/** What somebody else has done meanwhile is said, not done again with another reason. */
function isSoAlready ({ state, noShowAt }: EnrolmentFacts, action: ChangeName): boolean {
  switch (action) {
    case 'withdraw': return state === 'withdrawn'
    case 'reinstate': return state !== 'withdrawn'
    case 'no-show': return noShowAt !== null
    case 'came': return noShowAt === null
    case 'move': return false
  }
}

/** Does one thing to one enrolment.
 * @returns the cohort it was in, and what was kept of a move
 * @throws Refusal not-found, not-allowed, bad-input, enrolment-completed, enrolment-withdrawn, cohort-full, cohort-not-begun, attempt-running */
export async function changeEnrolment (db: Database, deps: DeskDeps, person: Person, enrolmentId: string, change: Change): Promise<{ readonly cohortId: string, readonly moved: Moved | null }> {
  if (needsReason(change.action)) reasonOf(change.reason)
  return await db.write(async (tx) => {
    const enrolment = await managedEnrolment(tx, person, enrolmentId)
    return { cohortId: enrolment.cohortId, moved: await changeIn(tx, deps, person, enrolment, change) }
  })
}

async function changeIn (tx: Tx, deps: DeskDeps, person: Person, enrolment: EnrolmentFacts, change: Change): Promise<Moved | null> {
  switch (change.action) {
    case 'withdraw': await withdraw(tx, deps, person, enrolment, change.reason.trim()); return null
    case 'reinstate': await reinstate(tx, deps, person, enrolment); return null
    case 'move': return await move(tx, deps, person, enrolment, change.to ?? '', change.reason.trim())
    case 'no-show': await markNoShow(tx, deps, person, enrolment, change.reason.trim()); return null
    case 'came': await unmarkNoShow(tx, deps, person, enrolment); return null
  }
}

/** Ends an enrolment before its completion and frees its seat, to which the first of those who wait moves up. What was done
 * stays; it can be taken up again. Withdrawing twice changes nothing.
 * @throws Refusal enrolment-completed */
export async function withdraw (tx: Tx, deps: DeskDeps, person: Person, enrolment: EnrolmentFacts, reason: string): Promise<void> {
  if (enrolment.state === 'withdrawn') return
  if (!await updateEnrolmentState(tx, enrolment.id, 'active', 'withdrawn')) throw new Refusal('enrolment-completed')
  await closeNominationOf(tx, enrolment.id, reason, person.id, deps.world.now().toISOString())
  await noteOn(tx, deps.world, person, enrolment, 'enrolment.withdrawn', { reason })
  await moveUp(tx, deps, enrolment.cohortId)
}

/** Takes a withdrawn enrolment up again where it was left. One that is not withdrawn stays as it is.
 * @throws Refusal cohort-full */
async function reinstate (tx: Tx, deps: DeskDeps, person: Person, enrolment: EnrolmentFacts): Promise<void> {
  if (enrolment.state !== 'withdrawn') return
  await assertSeat(tx, await managedCohort(tx, person, enrolment.cohortId), enrolment.country)
  await updateEnrolmentState(tx, enrolment.id, 'withdrawn', 'active')
  await noteOn(tx, deps.world, person, enrolment, 'enrolment.reinstated', {})
}

/** Somebody did not come: the seat stays taken, and they are counted as such. Only once the cohort has begun; before, one withdraws.
 * @throws Refusal not-allowed for anybody but an administrator, cohort-not-begun, enrolment-completed, enrolment-withdrawn */
async function markNoShow (tx: Tx, { world }: DeskDeps, person: Person, enrolment: EnrolmentFacts, reason: string): Promise<void> {
  assertAdministrator(person)
  const { startsAt } = await managedCohort(tx, person, enrolment.cohortId)
  const at = world.now().toISOString()
  if (at < startsAt) throw new Refusal('cohort-not-begun', { startsAt })
  if (enrolment.state !== 'active') throw new Refusal(enrolment.state === 'completed' ? 'enrolment-completed' : 'enrolment-withdrawn')
  if (!await insertNoShow(tx, { enrolment_id: enrolment.id, reason, by_id: person.id, at })) return
  await noteOn(tx, world, person, enrolment, 'enrolment.no-show', { reason })
}

/** They came after all. @throws Refusal not-allowed */
async function unmarkNoShow (tx: Tx, { world }: DeskDeps, person: Person, enrolment: EnrolmentFacts): Promise<void> {
  assertAdministrator(person)
  if (await deleteNoShow(tx, enrolment.id)) await noteOn(tx, world, person, enrolment, 'enrolment.came', {})
}

export interface Moved {
  readonly enrolmentId: string
  /** `all`: the same version of the course, so attempts and progress stay as they are; `done`: another version of it, where what has
   * the same key counts as done and attempts begin anew; `nothing`: another course. */
  readonly kept: 'all' | 'done' | 'nothing'
  /** Activities done, of `total`, in the new cohort. */
  readonly done: number
  readonly total: number
}

/** Takes somebody from one cohort to another. Where little can be kept, the old enrolment stays, withdrawn, with all that was done in it. */
async function move (tx: Tx, deps: DeskDeps, person: Person, enrolment: EnrolmentFacts, to: string, reason: string): Promise<Moved> {
  const { world } = deps
  if (enrolment.state !== 'active') throw new Refusal(enrolment.state === 'completed' ? 'enrolment-completed' : 'enrolment-withdrawn')
  const from = await managedCohort(tx, person, enrolment.cohortId)
  const target = await managedCohort(tx, person, to)
  if (target.id === from.id) throw new Refusal('bad-input', {}, [{ path: 'to', message: 'is the cohort they are in' }])
  if (await selectOptionalEnrolmentOf(tx, target.id, enrolment.personId) !== undefined) throw new Refusal('already-enrolled')
  // Its time is bounded by the cohort it began in.
  if (await existsOpenAttempt(tx, enrolment.id)) throw new Refusal('attempt-running')
  await assertSeat(tx, target, enrolment.country)
  const at = world.now().toISOString()
  const { outline } = await selectVersion(tx, target.versionId)
  const activities = activitiesOf(outline)
  await closeNominationOf(tx, enrolment.id, reason, person.id, at)
  let moved: Moved
  if (target.versionId === from.versionId) {
    await moveEnrolmentRow(tx, enrolment.id, target.id)
    moved = { enrolmentId: enrolment.id, kept: 'all', done: enrolment.done, total: activities.length }
  } else {
    await updateEnrolmentState(tx, enrolment.id, 'active', 'withdrawn')
    const [row] = await newEnrolments(tx, world, target, [enrolment.personId])
    if (row === undefined) throw new Error('one enrolment was asked for')
    await insertEnrolments(tx, [row])
    const before = activitiesOf((await selectVersion(tx, from.versionId)).outline)
    const same = from.course.slug === target.course.slug ? activities.filter(({ key, kind }) => before.some((one) => one.key === key && one.kind === kind)) : []
    const done = await copyDone(tx, enrolment.id, row.id, same.map(({ key }) => key), activities.length - 1)
    if (done > 0) await setDone(tx, row.id, done, at)
    await audit(tx, world, enrolmentCreated(person.id, row))
    moved = { enrolmentId: row.id, kept: from.course.slug === target.course.slug ? 'done' : 'nothing', done, total: activities.length }
  }
  await noteOn(tx, world, person, enrolment, 'enrolment.moved', { from: from.name, to: target.name, toCohortId: target.id, reason, kept: moved.kept })
  await moveUp(tx, deps, from.id)
  return moved
}

async function noteOn (tx: Tx, world: World, person: Person, { id, cohortId, personId }: EnrolmentFacts, action: string, detail: Readonly<Record<string, unknown>>): Promise<void> {
  await audit(tx, world, { actorId: person.id, action, subjectType: 'enrolment', subjectId: id, detail: { cohortId, personId, ...detail } })
}
