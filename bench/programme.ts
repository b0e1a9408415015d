import { createHmac } from 'node:crypto'
import { createCohort } from '../server/cohorts/cohorts.ts'
import { importCourses } from '../server/courses/import-courses.ts'
import { activitiesOf } from '../server/courses/outline.ts'
import { selectOptionalLatestVersion } from '../server/courses/queries.ts'
import type { Database } from '../server/db/database.ts'
import { migrate } from '../server/db/migrate.ts'
import { insertAccount, insertPeople, insertPerson, insertRole, insertSession } from '../server/people/queries.ts'
import { hashPassword } from '../server/people/passwords.ts'
import { createQuota } from '../server/quotas/quotas.ts'
import type { Scope } from '../server/quotas/rule.ts'
import { SESSION_SECONDS } from '../server/http/session.ts'
import { realWorld } from '../server/world.ts'
import { SECRET } from './server.ts'

/** Somebody who may sit the exam: signed in already. */
export interface Trainee {
  readonly email: string
  readonly enrolmentId: string
  /** The session's token, as the cookie carries it. */
  readonly token: string
}

export interface Programme {
  readonly trainees: readonly Trainee[]
  readonly admin: { readonly token: string }
  /** The last one made. */
  readonly cohortId: string
  /** The quota of everybody. */
  readonly quotaId: string
  /** PHC, the same for all. */
  readonly passwordHash: string
}

/** ISO instant of so many days from now. */
export function dayFromNow (offset: number): string {
  return new Date(Date.now() + offset * 86_400_000).toISOString()
}

export const PASSWORD = 'a password for measuring'
export const COURSE = 'telecom-fraud'
/** 20 questions on 4 pages, drawn from 84. */
export const QUIZ = 'final-exam'
const COHORT_SIZE = 300
const BATCH = 1000

/** The real course, cohorts of 300, quotas, and trainees who have done all of it but the final exam: whoever passes that
 * completes the course, gets a certificate and is counted. All of them share one password.
 * @param scopes of the quotas; the first lets everybody in */
export async function makeProgramme (db: Database, count: number, scopes: readonly Scope[] = [{}, { course: COURSE }, { country: 'ZM' }]): Promise<Programme> {
  await migrate(db)
  const { problems } = await importCourses(db, realWorld, null, new URL(`../courses/${COURSE}`, import.meta.url).pathname)
  if (problems.length > 0) throw new Error(JSON.stringify(problems))
  const at = new Date().toISOString()
  const passwordHash = await hashPassword(PASSWORD)
  const adminId = realWorld.newId()
  const adminAccount = realWorld.newId()
  await db.write(async (tx) => {
    await insertPerson(tx, { id: adminId, name: 'Ada Administrator', country: null, agency: null, rank: null, locale: 'en', created_at: at })
    await insertAccount(tx, { id: adminAccount, person_id: adminId, email: 'admin@bench.example', password_hash: passwordHash, state: 'active', created_at: at })
    await insertRole(tx, { id: realWorld.newId(), person_id: adminId, role: 'administrator', country: '' })
  })
  const admin = { id: adminId, accountId: adminAccount, name: 'Ada Administrator', email: 'admin@bench.example', locale: 'en', roles: [{ role: 'administrator' as const }] }
  const quotaIds: string[] = []
  for (const scope of scopes) {
    const made = await createQuota(db, realWorld, admin, {
      name: `Quota ${JSON.stringify(scope)}`, period: { from: dayFromNow(-300).slice(0, 10), to: dayFromNow(60).slice(0, 10) }, timeZone: 'UTC', scope, counts: 'persons', target: 1_000_000
    })
    if (made.id === null) throw new Error(JSON.stringify(made.problems))
    quotaIds.push(made.id)
  }
  const version = await db.write(async (tx) => await selectOptionalLatestVersion(tx, COURSE))
  if (version === undefined) throw new Error('the course is missing')
  const activities = activitiesOf(version.outline)
  const trainees: Trainee[] = []
  let cohortId = ''
  for (let start = 0; start < count; start += COHORT_SIZE) {
    const made = await createCohort(db, realWorld, admin, { name: `Cohort ${start / COHORT_SIZE + 1}`, course: COURSE, startsAt: dayFromNow(-60), endsAt: dayFromNow(30), instructors: [] })
    if ('problems' in made) throw new Error(JSON.stringify(made.problems))
    cohortId = made.id
    const members = Array.from({ length: Math.min(COHORT_SIZE, count - start) }, (_, index) => memberOf(start + index))
    await db.write(async (tx) => {
      await insertPeople(tx,
        members.map(({ personId, name, number }) => ({ id: personId, name, country: number % 4 === 0 ? 'ZM' : 'KE', agency: 'National Police', rank: null, locale: 'en', created_at: at })),
        members.map(({ accountId, personId, email }) => ({ id: accountId, person_id: personId, email, password_hash: passwordHash, state: 'active', created_at: at })),
        members.map(({ personId }) => ({ id: realWorld.newId(), person_id: personId, role: 'trainee', country: '' })))
      await tx.insertInto('enrolment').values(members.map(({ enrolmentId, personId }) => ({
        id: enrolmentId, cohort_id: cohortId, person_id: personId, state: 'active', enrolled_at: at, active_at: at, completed_at: null,
        done: activities.length - 1, total: activities.length
      }))).execute()
      const done = members.flatMap(({ enrolmentId }) => activities.filter(({ key }) => key !== QUIZ)
        .map(({ key, kind }) => ({ enrolment_id: enrolmentId, activity_key: key, kind, at })))
      for (let from = 0; from < done.length; from += BATCH) await tx.insertInto('activity_done').values(done.slice(from, from + BATCH)).execute()
      for (const { sessionId, accountId } of members) await insertSession(tx, { id: sessionId, accountId, createdAt: at, expiresAt: dayFromNow(1) })
    })
    trainees.push(...members.map(({ email, enrolmentId, sessionId, personId }) => ({ email, enrolmentId, token: tokenOf(sessionId, personId) })))
  }
  const adminSession = realWorld.newId()
  await db.write(async (tx) => { await insertSession(tx, { id: adminSession, accountId: adminAccount, createdAt: at, expiresAt: dayFromNow(1) }) })
  return { trainees, admin: { token: tokenOf(adminSession, adminId) }, cohortId, quotaId: quotaIds[0] ?? '', passwordHash }
}

function memberOf (number: number): { number: number, personId: string, accountId: string, enrolmentId: string, sessionId: string, name: string, email: string } {
  return {
    number,
    personId: realWorld.newId(),
    accountId: realWorld.newId(),
    enrolmentId: realWorld.newId(),
    sessionId: realWorld.newId(),
    name: `Trainee Number ${number}`,
    email: `trainee${number}@bench.example`
  }
}

/** The token that a sign-in would give, made here so that thousands need no password hashed (RFC 7519, HS256). */
export function tokenOf (sessionId: string, personId: string): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const seconds = Math.floor(Date.now() / 1000)
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sid: sessionId, sub: personId, iat: seconds, exp: seconds + SESSION_SECONDS })}`
  return `${signed}.${createHmac('sha256', SECRET).update(signed).digest('base64url')}`
}
