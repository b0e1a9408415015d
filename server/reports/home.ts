import { listCohorts, type Cohort } from '../cohorts/cohorts.ts'
import type { CourseCache } from '../courses/courses.ts'
import type { Database } from '../db/database.ts'
import { hasRole, type Person } from '../person.ts'
import { courseOf, listEnrolments, type Enrolment, type EnrolmentCourse } from '../progress/progress.ts'
import { courseTitles, listQuotas, type QuotaStanding } from '../quotas/quotas.ts'
import type { World } from '../world.ts'

/** What somebody finds on signing in: their own courses, and of the desk whatever their roles let them see. */
export interface Home {
  readonly enrolments: ReadonlyArray<{ readonly enrolment: Enrolment, readonly course: EnrolmentCourse }>
  /** Quotas whose period holds today: the whole programme's, or a liaison's own country's. */
  readonly quotas: readonly QuotaStanding[]
  readonly courseTitles: ReadonlyMap<string, string>
  readonly running: readonly Cohort[]
  readonly coming: readonly Cohort[]
}

const MOST_COHORTS = 12

export async function homeOf (db: Database, deps: { world: World, courses: CourseCache }, person: Person, language: string): Promise<Home> {
  const enrolments = []
  for (const enrolment of await listEnrolments(db, person, deps.world.now().toISOString())) {
    enrolments.push({ enrolment, course: await courseOf(db.read, deps, enrolment, language) })
  }
  const desk = hasRole(person, 'administrator') || hasRole(person, 'instructor') || hasRole(person, 'liaison')
  const cohorts = async (state: 'running' | 'coming'): Promise<readonly Cohort[]> =>
    desk ? (await listCohorts(db, deps.world, person, { state, limit: MOST_COHORTS })).items : []
  const quotas = await currentQuotas(db, deps.world, person)
  return {
    enrolments,
    quotas,
    courseTitles: quotas.length === 0 ? new Map() : await courseTitles(db),
    running: await cohorts('running'),
    coming: await cohorts('coming')
  }
}

async function currentQuotas (db: Database, world: World, person: Person): Promise<readonly QuotaStanding[]> {
  const administers = hasRole(person, 'administrator')
  if (!administers && !hasRole(person, 'liaison')) return []
  const { items } = await listQuotas(db, world, person)
  const current = items.filter(({ period, today }) => period.from <= today && today <= period.to)
  return administers ? current.filter(({ scope }) => scope.country === undefined && scope.agency === undefined) : current
}
