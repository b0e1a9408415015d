import { findCertificates, type PublicCertificate } from '../certificates/certificates.ts'
import { findCohorts, type Cohort } from '../cohorts/cohorts.ts'
import { listLatestCourses } from '../courses/desk.ts'
import type { CourseVersion } from '../courses/courses.ts'
import type { Database } from '../db/database.ts'
import { reachOf } from '../people/access.ts'
import { listPeople, type PersonEntry } from '../people/people.ts'
import { lineHas, wordLine, wordsOf } from '../people/words.ts'
import { hasRole, type Person } from '../person.ts'
import type { World } from '../world.ts'
import { selectEnrolledNamed, type EnrolledLine } from './queries.ts'

/** What answers to what somebody typed, of each kind the first few, and nothing that they may not open. */
export interface Found {
  readonly people: readonly PersonEntry[]
  readonly trainees: readonly EnrolledLine[]
  readonly cohorts: readonly Cohort[]
  readonly courses: readonly CourseVersion[]
  readonly certificates: readonly PublicCertificate[]
  /** Nothing holds what was typed: these sound like it, or differ in a letter. */
  readonly nearly: boolean
}

/** Whether it is long enough to look for: one letter is in everything, one Chinese character is not. */
export function isEnough (typed: string): boolean {
  return [...typed.trim()].length > 1 || wordsOf(typed).join('').length > 1
}

/** Of each kind. */
export const MOST_FOUND = 10
const NOTHING: Found = { people: [], trainees: [], cohorts: [], courses: [], certificates: [], nearly: false }

/** Looks for a name, an address, a cohort, a course, or the serial of a certificate or a part of it, in whatever order of words, script,
 * accents and case. Where nothing holds what was typed, for what may have been meant.
 * @param typed finds nothing unless it is enough (`isEnough`) */
export async function searchDesk (db: Database, world: World, person: Person, typed: string): Promise<Found> {
  const text = typed.trim()
  if (!isEnough(text)) return NOTHING
  const exactly = await find(db, world, person, text, false)
  return isEmpty(exactly) ? await find(db, world, person, text, true) : exactly
}

async function find (db: Database, world: World, person: Person, typed: string, nearly: boolean): Promise<Found> {
  const administers = hasRole(person, 'administrator')
  const reach = reachOf(person)
  const asked = { typed, nearly, limit: MOST_FOUND }
  // Signs without a letter are in no name of a cohort or course.
  const words = wordsOf(typed).length > 0
  const has = lineHas(typed, nearly)
  const people = administers ? await listPeople(db, person, { search: typed, limit: MOST_FOUND }) : null
  const found: Found = {
    people: people?.nearly === nearly ? people.items : [],
    trainees: reach.reach === 'part' ? await selectEnrolledNamed(db.read, reach, { typed, nearly }, MOST_FOUND) : [],
    cohorts: words ? await findCohorts(db, world, person, asked) : [],
    courses: words && (administers || hasRole(person, 'instructor')) ? (await listLatestCourses(db)).filter((course) => has(wordLine(...names(course)))).slice(0, MOST_FOUND) : [],
    certificates: await findCertificates(db, world, person, asked),
    nearly: false
  }
  return { ...found, nearly: nearly && !isEmpty(found) }
}

function isEmpty ({ people, trainees, cohorts, courses, certificates }: Found): boolean {
  return [people, trainees, cohorts, courses, certificates].every((found) => found.length === 0)
}

function names ({ slug, title }: CourseVersion): string[] {
  return [slug, ...(typeof title === 'string' ? [title] : Object.values(title))]
}
