import type { Test } from 'tap'
import { issueCertificate } from '../../server/certificates/certificates.ts'
import type { Database } from '../../server/db/database.ts'
import { insertPerson } from '../../server/people/queries.ts'
import type { Person } from '../../server/person.ts'
import { realWorld, type World } from '../../server/world.ts'
import { testDatabase } from '../database.ts'

/** A programme small enough to write by hand: courses, people and enrolments on a real database, and a clock that stands
 * still until it is set. */
export interface Programme {
  readonly db: Database
  readonly world: World
  readonly at: (iso: string) => void
  readonly administrator: Person
  readonly trainee: (country: string | null, agency?: string | null, name?: string) => Promise<string>
  /** A completed enrolment of its own. */
  readonly enrolment: (personId: string, course?: string) => Promise<string>
  /** The serial of a new certificate. */
  readonly certify: (personId: string, course?: string) => Promise<string>
}

export const TIME_ZONE = 'Asia/Shanghai'

/** @param courses slug → months of validity, null for ever */
export async function programme (t: Test, courses: Readonly<Record<string, number | null>> = { fraud: 36, drugs: null }): Promise<Programme> {
  const { db } = await testDatabase(t)
  return await programmeOn(db, clock(), courses)
}

/** The same on a database that is there already. */
export async function programmeOn (db: Database, { world, at }: { world: World, at: (iso: string) => void }, courses: Readonly<Record<string, number | null>> = { fraud: 36, drugs: null }): Promise<Programme> {
  const versions = new Map<string, string>()
  await db.write(async (tx) => {
    for (const [slug, validMonths] of Object.entries(courses)) {
      const courseId = world.newId()
      const id = world.newId()
      versions.set(slug, id)
      await tx.insertInto('course').values({ id: courseId, slug, created_at: world.now().toISOString() }).execute()
      await tx.insertInto('course_version').values({
        id, course_id: courseId, number: 2, content_hash: slug, title: `Course ${slug}`, outline: JSON.stringify({ slug, language: 'en', title: `Course ${slug}`, summary: 'x', validMonths, modules: [], banks: [] }), published_at: world.now().toISOString()
      }).execute()
    }
  })
  const enrolment = async (personId: string, course = 'fraud'): Promise<string> => await db.write(async (tx) => {
    const cohortId = world.newId()
    const id = world.newId()
    const now = world.now().toISOString()
    await tx.insertInto('cohort').values({ id: cohortId, name: 'Cohort', course_version_id: versions.get(course) ?? course, starts_at: now, ends_at: now, seats: null, created_at: now }).execute()
    await tx.insertInto('enrolment').values({ id, cohort_id: cohortId, person_id: personId, state: 'completed', enrolled_at: now, active_at: now, completed_at: now, done: 1, total: 1 }).execute()
    return id
  })
  return {
    db,
    world,
    at,
    administrator: somebody('administrator'),
    trainee: async (country, agency = null, name = 'Amina Yusuf') => await db.write(async (tx) => {
      const id = world.newId()
      await insertPerson(tx, { id, name, country, agency, rank: null, locale: 'en', created_at: world.now().toISOString() })
      return id
    }),
    enrolment,
    certify: async (personId, course) => {
      const enrolmentId = await enrolment(personId, course)
      return await db.write(async (tx) => await issueCertificate(tx, world, { timeZone: TIME_ZONE }, { enrolmentId, mark: 87.5 })) ?? ''
    }
  }
}

export function clock (): { world: World, at: (iso: string) => void } {
  let now = new Date('2026-10-01T00:00:00Z')
  return { world: { ...realWorld, now: () => now }, at: (iso) => { now = new Date(iso) } }
}

/** @param country of a liaison */
export function somebody (role: Person['roles'][number]['role'], country?: string): Person {
  return { id: realWorld.newId(), accountId: realWorld.newId(), name: role, email: `${role}@test.example`, locale: 'en', roles: [{ role, ...(country === undefined ? {} : { country }) }] }
}
