import { listCertificates, publicCertificate, type PublicCertificate } from '../certificates/certificates.ts'
import { readSerial } from '../certificates/serial.ts'
import { listCohorts, type Cohort } from '../cohorts/cohorts.ts'
import { listLatestCourses } from '../courses/desk.ts'
import type { CourseVersion } from '../courses/courses.ts'
import type { Database } from '../db/database.ts'
import { reachOf } from '../people/access.ts'
import { listPeople, type PersonEntry } from '../people/people.ts'
import { hasRole, type Person } from '../person.ts'
import { Refusal } from '../refusals.ts'
import type { World } from '../world.ts'
import { selectEnrolledNamed, type EnrolledLine } from './queries.ts'

/** What holds the letters that somebody typed, of each kind the first few, and nothing that they may not open. */
export interface Found {
  readonly people: readonly PersonEntry[]
  readonly trainees: readonly EnrolledLine[]
  readonly cohorts: readonly Cohort[]
  readonly courses: readonly CourseVersion[]
  readonly certificates: readonly PublicCertificate[]
}

/** Fewer letters are in everything. */
export const LEAST_LETTERS = 2
const MOST = 10

/** Looks for a name, an address, a course, or the serial of a certificate, in whatever case.
 * @param typed '' and less than LEAST_LETTERS find nothing */
export async function searchDesk (db: Database, world: World, person: Person, typed: string): Promise<Found> {
  const text = typed.trim()
  if ([...text].length < LEAST_LETTERS) return { people: [], trainees: [], cohorts: [], courses: [], certificates: [] }
  const administers = hasRole(person, 'administrator')
  const reach = reachOf(person)
  return {
    people: administers ? (await listPeople(db, person, { search: text, limit: MOST })).items : [],
    trainees: reach.reach === 'part' ? await selectEnrolledNamed(db.read, reach, text, MOST) : [],
    cohorts: (await listCohorts(db, world, person, { search: text, limit: MOST })).items,
    courses: administers || hasRole(person, 'instructor') ? (await listLatestCourses(db)).filter((course) => names(course).some((name) => fold(name).includes(fold(text)))).slice(0, MOST) : [],
    certificates: administers ? await certificates(db, world, person, text) : []
  }
}

async function certificates (db: Database, world: World, person: Person, text: string): Promise<readonly PublicCertificate[]> {
  if (readSerial(text) === null) return (await listCertificates(db, world, person, { holder: text })).items.slice(0, MOST)
  try {
    return [await publicCertificate(db, world, text)]
  } catch (refusal) {
    if (refusal instanceof Refusal && refusal.code === 'not-found') return []
    throw refusal
  }
}

function names ({ slug, title }: CourseVersion): string[] {
  return [slug, ...(typeof title === 'string' ? [title] : Object.values(title))]
}

function fold (text: string): string {
  return text.normalize('NFKC').toLowerCase()
}
