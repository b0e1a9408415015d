import { audit } from '../audit/audit.ts'
import { managedCohort } from '../cohorts/cohorts.ts'
import type { CourseVersion } from '../courses/courses.ts'
import type { Comparison } from '../courses/drafts/compare.ts'
import { compareVersions } from '../courses/drafts/compare-versions.ts'
import { activitiesOf, type OutlineActivity } from '../courses/outline.ts'
import { selectVersions } from '../courses/queries.ts'
import type { Database, Tx } from '../db/database.ts'
import { hasRole, type Person } from '../person.ts'
import { Refusal } from '../refusals.ts'
import { completeWhenDone, type ProgressDeps } from './progress.ts'
import {
  countAttemptsByQuiz, keepVersionOfAttempts, recountDone, selectCohortsOfCourse, selectDoneKeys, selectEnrolmentsIn, updateCohortVersion, type CohortOnVersion
} from './queries.ts'

export type { CohortOnVersion } from './queries.ts'

/** The cohorts of a course that somebody runs, and its versions, the latest first.
 * @throws Refusal not-found for an unknown course */
export async function cohortsOfCourse (db: Database, person: Person, slug: string): Promise<{ readonly versions: readonly CourseVersion[], readonly cohorts: readonly CohortOnVersion[] }> {
  const versions = await selectVersions(db.read, slug)
  if (versions.length === 0) throw new Refusal('not-found')
  return { versions, cohorts: await selectCohortsOfCourse(db.read, slug, hasRole(person, 'administrator') ? null : person.id) }
}

/** What moving a cohort to another version of its course would change. */
export interface MoveOutlook {
  readonly cohort: { readonly id: string, readonly name: string }
  readonly from: CourseVersion
  readonly to: CourseVersion
  readonly comparison: Comparison
  /** Activities that trainees will have to do as well, and that count no longer. */
  readonly added: readonly OutlineActivity[]
  readonly removed: readonly OutlineActivity[]
  /** Enrolments that are going on; those that would be complete at once; and those that are complete, which stay so. */
  readonly going: number
  readonly completing: number
  readonly completed: number
  /** Of the quizzes that change or go: kept, with the questions that they asked. */
  readonly attempts: number
  readonly open: number
}

/** @param number of the version to move to; the latest when left out
 * @throws Refusal not-found, not-allowed */
export async function moveOutlook (db: Database, deps: Pick<ProgressDeps, 'courses'>, person: Person, cohortId: string, number: number | undefined): Promise<MoveOutlook> {
  const cohort = await managedCohort(db.read, person, cohortId)
  const { from, to } = await versionsOf(db.read, cohort.versionId, cohort.course.slug, number)
  const old = activitiesOf(from.outline)
  const now = activitiesOf(to.outline)
  const kept = new Set(now.map(({ key }) => key))
  const enrolments = await selectEnrolmentsIn(db.read, cohortId)
  const attempts = await countAttemptsByQuiz(db.read, cohortId)
  const sums = [...attempts.values()].reduce((sum, { all, open }) => ({ all: sum.all + all, open: sum.open + open }), { all: 0, open: 0 })
  let completing = 0
  for (const { id, state, done } of enrolments) {
    // Nobody who has done less than is asked can be complete.
    if (state !== 'active' || done < now.length) continue
    const keys = await selectDoneKeys(db.read, id)
    if (now.every(({ key }) => keys.has(key))) completing++
  }
  return {
    cohort: { id: cohort.id, name: cohort.name },
    from,
    to,
    comparison: await compareVersions(db.read, from, to),
    added: now.filter(({ key }) => !old.some((other) => other.key === key)),
    removed: old.filter(({ key }) => !kept.has(key)),
    going: enrolments.filter(({ state }) => state === 'active').length,
    completing,
    completed: enrolments.filter(({ state }) => state === 'completed').length,
    attempts: sums.all,
    open: sums.open
  }
}

async function versionsOf (tx: Tx, versionId: string, slug: string, number: number | undefined): Promise<{ from: CourseVersion, to: CourseVersion }> {
  const versions = await selectVersions(tx, slug)
  const from = versions.find(({ id }) => id === versionId)
  const to = number === undefined ? versions[0] : versions.find((version) => version.number === number)
  if (from === undefined || to === undefined) throw new Refusal('not-found')
  return { from, to }
}

/** Moves a cohort to another version of its course. Lessons read and quizzes passed stay done where the new version has them; attempts
 * are kept with the questions they asked, also those that are open; certificates stay as they are. Whoever has now done
 * everything completes.
 * @param input.seen the number of the version that the cohort was seen to have
 * @throws Refusal not-found, not-allowed; edited-meanwhile when the cohort has another version by now */
export async function moveCohort (db: Database, deps: ProgressDeps, person: Person, cohortId: string, input: { readonly to: number, readonly seen: number }): Promise<{ readonly version: number, readonly completed: number }> {
  return await db.write(async (tx) => {
    const cohort = await managedCohort(tx, person, cohortId)
    const { from, to } = await versionsOf(tx, cohort.versionId, cohort.course.slug, input.to)
    if (from.number !== input.seen) throw new Refusal('edited-meanwhile', { now: { version: from.number } })
    if (from.id === to.id) return { version: to.number, completed: 0 }
    if (!await updateCohortVersion(tx, cohortId, from.id, to.id)) throw new Refusal('edited-meanwhile')
    await keepVersionOfAttempts(tx, cohortId, from.id)
    await recountDone(tx, cohortId, activitiesOf(to.outline).map(({ key }) => key))
    await audit(tx, deps.world, {
      actorId: person.id, action: 'cohort.moved', subjectType: 'cohort', subjectId: cohortId, detail: { course: cohort.course.slug, from: from.number, to: to.number }
    })
    let completed = 0
    for (const { id, personId, state, done, total } of await selectEnrolmentsIn(tx, cohortId)) {
      if (state !== 'active' || done < total) continue
      if (await completeWhenDone(tx, deps, { id, personId, courseVersionId: to.id })) completed++
    }
    return { version: to.number, completed }
  })
}
