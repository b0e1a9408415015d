import { audit } from '../audit/audit.ts'
import { issueCertificate } from '../certificates/certificates.ts'
import { reachesEnrolment } from '../cohorts/access.ts'
import { allowanceOf } from '../cohorts/accommodations/accommodations.ts'
import type { CourseCache } from '../courses/courses.ts'
import { activitiesOf, type ActivityKind, type CourseOutline } from '../courses/outline.ts'
import type { Database, Tx } from '../db/database.ts'
import type { Settings } from '../deps.ts'
import type { Person } from '../person.ts'
import { Refusal } from '../refusals.ts'
import { closesWith, gradeOverAttempts, textIn, type Allowance } from '../quiz/quiz.ts'
import type { World } from '../world.ts'
import {
  addDone, completeEnrolment, insertActivityDone, selectDoneKeys, selectEnrolmentsOf, selectInstructorIds, selectOptionalEnrolment, selectProgress,
  selectQuizStandings, updateActive, type Enrolment, type QuizStanding
} from './queries.ts'

export type { Enrolment, QuizStanding } from './queries.ts'

/** `done`: read, or passed; `begun`: an attempt is open or was not passed; `open`: not begun. */
export type ActivityState = 'done' | 'begun' | 'open'

export interface EnrolmentDetail {
  readonly enrolment: Enrolment
  readonly outline: CourseOutline
  readonly states: ReadonlyMap<string, ActivityState>
  readonly standings: ReadonlyMap<string, QuizStanding>
  /** What its trainee is allowed at this moment beyond what everybody is. */
  readonly allowance: Allowance
  readonly reach: 'own' | 'staff' | 'liaison'
}

/** What progress needs to know of the world outside the database. */
export interface ProgressDeps {
  readonly world: World
  readonly courses: CourseCache
  readonly settings: Settings
}

/** One's own enrolments, withdrawn ones left out. Each cohort ends when it does for this trainee. */
export async function listEnrolments (db: Database, person: Person, at: string): Promise<Enrolment[]> {
  const allowance = await allowanceOf(db.read, person.id, at)
  return (await selectEnrolmentsOf(db.read, person.id)).map((enrolment) => closing(enrolment, allowance))
}

/** The cohort ends when it does for its trainee, who may be allowed longer. */
function closing (enrolment: Enrolment, allowance: Allowance): Enrolment {
  return { ...enrolment, cohort: { ...enrolment.cohort, endsAt: closesWith(enrolment.cohort.endsAt, allowance) } }
}

/** An enrolment that somebody may read: the trainee, the cohort's instructors, administrators, and a liaison of the
 * trainee's country. @throws Refusal not-found for everybody else, so that nothing is told */
export async function readableEnrolment (tx: Tx, person: Person, enrolmentId: string, at: string): Promise<{ enrolment: Enrolment, reach: 'own' | 'staff' | 'liaison', allowance: Allowance }> {
  const enrolment = await selectOptionalEnrolment(tx, enrolmentId)
  if (enrolment === undefined) throw new Refusal('not-found')
  const reach = reachesEnrolment(person, {
    personId: enrolment.personId,
    country: enrolment.person.country,
    // One's own comes first, whoever runs the cohort.
    instructorIds: enrolment.personId === person.id ? [] : await selectInstructorIds(tx, enrolment.cohort.id)
  })
  if (reach === null || (reach === 'own' && enrolment.state === 'withdrawn')) throw new Refusal('not-found')
  const allowance = await allowanceOf(tx, enrolment.personId, at)
  return { enrolment: closing(enrolment, allowance), reach, allowance }
}

/** An enrolment that is the asker's own, in a cohort that has begun and not ended.
 * @throws Refusal not-found, cohort-not-running */
export async function runningEnrolment (tx: Tx, person: Person, enrolmentId: string, at: string): Promise<Enrolment> {
  const found = await selectOptionalEnrolment(tx, enrolmentId)
  if (found === undefined || found.personId !== person.id || found.state === 'withdrawn') throw new Refusal('not-found')
  const enrolment = closing(found, await allowanceOf(tx, found.personId, at))
  const { startsAt, endsAt } = enrolment.cohort
  if (!isRunning(enrolment, at)) throw new Refusal('cohort-not-running', { startsAt, endsAt })
  return enrolment
}

export async function enrolmentDetail (db: Database, deps: ProgressDeps, person: Person, enrolmentId: string): Promise<EnrolmentDetail> {
  const { enrolment, allowance, reach } = await readableEnrolment(db.read, person, enrolmentId, deps.world.now().toISOString())
  const outline = await deps.courses.outline(db.read, enrolment.courseVersionId)
  const done = await selectDoneKeys(db.read, enrolmentId)
  const standings = new Map((await selectQuizStandings(db.read, enrolmentId)).map((standing) => [standing.quizKey, standing]))
  const states = new Map(activitiesOf(outline).map(({ key }) => [key, done.has(key) ? 'done' as const : standings.has(key) ? 'begun' as const : 'open' as const]))
  return { enrolment, outline, states, standings, allowance, reach }
}

/** The course of an enrolment, by name, in a language. */
export interface EnrolmentCourse {
  readonly slug: string
  readonly title: string
  readonly version: number
}

export async function courseOf (tx: Tx, deps: Pick<ProgressDeps, 'courses'>, enrolment: Pick<Enrolment, 'courseVersionId'>, language: string): Promise<EnrolmentCourse> {
  const { slug, number, outline } = await deps.courses.version(tx, enrolment.courseVersionId)
  return { slug, version: number, title: textIn(outline.title, language, outline.language) }
}

export interface Progress {
  readonly done: number
  readonly total: number
  readonly certificateSerial: string | null
}

/** A trainee has read a lesson to its end. Saying so again changes nothing.
 * @throws Refusal not-found, cohort-not-running */
export async function finishLesson (db: Database, deps: ProgressDeps, person: Person, input: { enrolmentId: string, lessonKey: string }): Promise<Progress> {
  return await db.write(async (tx) => {
    const enrolment = await runningEnrolment(tx, person, input.enrolmentId, deps.world.now().toISOString())
    const outline = await deps.courses.outline(tx, enrolment.courseVersionId)
    if (!activitiesOf(outline).some(({ key, kind }) => kind === 'lesson' && key === input.lessonKey)) throw new Refusal('not-found')
    await markDone(tx, deps, enrolment, { key: input.lessonKey, kind: 'lesson' })
    return await progressOf(tx, input.enrolmentId)
  }, 'alongside')
}

/** Where an enrolment stands now, in numbers. */
export async function progressOf (tx: Tx, enrolmentId: string): Promise<Progress> {
  return await selectProgress(tx, enrolmentId)
}

/** A lesson was read, or a quiz passed. With the last of them the enrolment completes, the certificate is issued and counted:
 * all in the caller's unit of work. */
export async function markDone (tx: Tx, deps: ProgressDeps, enrolment: Pick<Enrolment, 'id' | 'personId' | 'courseVersionId'>, activity: { key: string, kind: ActivityKind }): Promise<void> {
  const at = deps.world.now().toISOString()
  const first = await insertActivityDone(tx, { enrolmentId: enrolment.id, key: activity.key, kind: activity.kind, at })
  if (!first) return
  await addDone(tx, enrolment.id, at)
  await completeWhenDone(tx, deps, enrolment)
}

/** With its last activity done an enrolment completes, and its certificate is issued.
 * @returns false while something is left, and for one that is completed already */
export async function completeWhenDone (tx: Tx, deps: ProgressDeps, enrolment: Pick<Enrolment, 'id' | 'personId' | 'courseVersionId'>): Promise<boolean> {
  const at = deps.world.now().toISOString()
  const outline = await deps.courses.outline(tx, enrolment.courseVersionId)
  const done = await selectDoneKeys(tx, enrolment.id)
  if (!activitiesOf(outline).every(({ key }) => done.has(key))) return false
  if (!await completeEnrolment(tx, enrolment.id, at)) return false
  await audit(tx, deps.world, { actorId: enrolment.personId, action: 'enrolment.completed', subjectType: 'enrolment', subjectId: enrolment.id })
  await issueCertificate(tx, deps.world, deps.settings, { enrolmentId: enrolment.id, mark: await decidingMark(tx, deps, outline, enrolment) })
  return true
}

/** The certificate of an enrolment that is completed and has none, issued by hand. @returns its serial */
export async function certifyCompleted (tx: Tx, deps: ProgressDeps, enrolment: Pick<Enrolment, 'id' | 'courseVersionId'>, actorId: string): Promise<string | null> {
  const outline = await deps.courses.outline(tx, enrolment.courseVersionId)
  return await issueCertificate(tx, deps.world, deps.settings, { enrolmentId: enrolment.id, mark: await decidingMark(tx, deps, outline, enrolment), actorId })
}

/** Whether a cohort's time is now. */
export function isRunning ({ cohort }: Pick<Enrolment, 'cohort'>, at: string): boolean {
  return at >= cohort.startsAt && at < cohort.endsAt
}

/** Notes that a trainee did something, for "who is stuck". */
export async function noteActivity (tx: Tx, enrolmentId: string, at: string): Promise<void> {
  await updateActive(tx, enrolmentId, at)
}

/** What a certificate says was reached: the grade of the course's last quiz, its final exam; 100 for a course of lessons only. */
async function decidingMark (tx: Tx, deps: ProgressDeps, outline: CourseOutline, enrolment: { readonly id: string, readonly courseVersionId: string }): Promise<number> {
  const last = activitiesOf(outline).filter(({ kind }) => kind === 'quiz').at(-1)
  if (last === undefined) return 100
  const standings = await selectQuizStandings(tx, enrolment.id)
  const quiz = await deps.courses.quiz(tx, enrolment.courseVersionId, last.key)
  const results = standings.find(({ quizKey }) => quizKey === last.key)?.results ?? []
  return quiz === undefined ? 0 : gradeOverAttempts(results, quiz)?.percent ?? 0
}
