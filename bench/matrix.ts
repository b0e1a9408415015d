import type { FastifyInstance } from 'fastify'
import { buildApp } from '../server/app.ts'
import { createCohort } from '../server/cohorts/cohorts.ts'
import { importCourses } from '../server/courses/import-courses.ts'
import { migrate } from '../server/db/migrate.ts'
import { openDatabase } from '../server/db/open.ts'
import { insertAccount, insertPeople, insertPerson, insertRole, insertSession } from '../server/people/queries.ts'
import { realWorld } from '../server/world.ts'
import { atMost, tableOf, type Bench, type Scenario } from './bench.ts'
import { tokenOf } from './programme.ts'
import { SECRET } from './server.ts'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export const scenario: Scenario = {
  title: 'Progress of 3,000 trainees in 130 activities',
  mostMinutes: 5,
  run: async (bench) => {
    const figures = await benchMatrix(bench)
    return {
      figures,
      table: tableOf(['asked for', 'ms', 'of processor time', 'KB'], Object.entries(figures).map(([name, { milliseconds, processorMilliseconds, kilobytes }]) => [name, milliseconds, processorMilliseconds, kilobytes])),
      targets: bench.quick ? [] : [atMost('the matrix of 3,000 × 130', 1000, Math.max(...Object.values(figures).map(({ milliseconds }) => milliseconds)), (value) => `${value} ms`)]
    }
  }
}

interface Took {
  /** The slowest of a few. */
  readonly milliseconds: number
  /** Of all threads, the least of a few: what others at work on the machine lengthen less. */
  readonly processorMilliseconds: number
  readonly kilobytes: number
}

/** For each way in which the matrix is asked for. */
export type MatrixTook = Readonly<Record<string, Took>>

/** Everybody of one cohort by every activity: 3,000 × 130, half of it done, through the production app. */
export async function benchMatrix (bench: Bench, people = 3000, activities = 130): Promise<MatrixTook> {
  const count = bench.quick ? people / 10 : people
  const db = openDatabase(bench.databaseUrl('matrix'), { connections: 2 })
  try {
    await migrate(db)
    const { problems } = await importCourses(db, realWorld, null, courseOf(bench.folder, activities))
    if (problems.length > 0) throw new Error(JSON.stringify(problems))
    const now = Date.now()
    const day = (offset: number): string => new Date(now + offset * 86_400_000).toISOString()
    const [adminId, accountId, sessionId] = [realWorld.newId(), realWorld.newId(), realWorld.newId()]
    await db.write(async (tx) => {
      await insertPerson(tx, { id: adminId, name: 'Ada Administrator', country: null, agency: null, rank: null, locale: 'en', created_at: day(-60) })
      await insertAccount(tx, { id: accountId, person_id: adminId, email: 'matrix@bench.example', password_hash: null, state: 'active', created_at: day(-60) })
      await insertRole(tx, { id: realWorld.newId(), person_id: adminId, role: 'administrator', country: '' })
      await insertSession(tx, { id: sessionId, accountId, createdAt: day(0), expiresAt: day(1) })
    })
    const admin = { id: adminId, accountId, name: '', email: '', locale: 'en', roles: [{ role: 'administrator' as const }] }
    const made = await createCohort(db, realWorld, admin, { name: 'Everybody', course: 'wide', startsAt: day(-30), endsAt: day(30) })
    if ('problems' in made) throw new Error(JSON.stringify(made.problems))
    for (let from = 0; from < count; from += 500) {
      const members = Array.from({ length: Math.min(500, count - from) }, (_, index) => ({ number: from + index, personId: realWorld.newId(), enrolmentId: realWorld.newId() }))
      await db.write(async (tx) => {
        await insertPeople(tx, members.map(({ personId, number }) => ({ id: personId, name: `Trainee Number ${number}`, country: ['ZM', 'MY', 'NI', 'MM'][number % 4] ?? 'ZM', agency: null, rank: null, locale: 'en', created_at: day(-60) })), [], [])
        await tx.insertInto('enrolment').values(members.map(({ personId, enrolmentId, number }) => ({
          id: enrolmentId, cohort_id: made.id, person_id: personId, state: 'active', enrolled_at: day(-30), active_at: day(-1), completed_at: null, done: doneBy(number, activities), total: activities
        }))).execute()
        for (const { enrolmentId, number } of members) {
          const done = Array.from({ length: doneBy(number, activities) }, (_, index) => ({ enrolment_id: enrolmentId, activity_key: `lesson-${index}`, kind: 'lesson' as const, at: day(-30 + 30 * index / activities) }))
          if (done.length > 0) await tx.insertInto('activity_done').values(done).execute()
        }
      })
    }
    const app = await buildApp({ db, secret: SECRET, settings: { programme: 'Bench', timeZone: 'UTC', publicUrl: 'http://localhost', prefix: '', secure: false, demo: false } })
    await app.ready()
    const ask = async (path: string) => await timed(app, path, tokenOf(sessionId, adminId))
    const base = `/desk/cohorts/${made.id}/matrix`
    const first = await timed(app, base, tokenOf(sessionId, adminId), 1)
    const took: MatrixTook = {
      'the page, the first time after somebody did something': first,
      'the page, 50 of them': await ask(base),
      'the page, only who is behind, of one country': await ask(`${base}?behind=yes&country=ZM`),
      'the page, by one activity': await ask(`${base}?activity=lesson-${Math.floor(activities / 2)}&is=not-done`),
      'all of it, as the API answers': await ask(`/api/v1/cohorts/${made.id}/matrix?limit=5000`),
      'all of it, as CSV': await ask(`${base}.csv`)
    }
    await app.close()
    return took
  } finally {
    await db.close()
  }
}

/** Between a quarter and three quarters. */
function doneBy (number: number, activities: number): number {
  return Math.floor(activities / 4 + (number * 37 % 100) / 200 * activities)
}

async function timed (app: Pick<FastifyInstance, 'inject'>, url: string, token: string, times = 4): Promise<Took> {
  let slowest = 0
  let least = Infinity
  let bytes = 0
  for (let time = 0; time < times; time++) {
    const from = performance.now()
    const used = process.cpuUsage()
    const { statusCode, rawPayload } = await app.inject({ url, headers: { authorization: `Bearer ${token}` } })
    if (statusCode !== 200) throw new Error(`${url}: ${statusCode}`)
    const { user, system } = process.cpuUsage(used)
    least = Math.min(least, (user + system) / 1000)
    // The first of several compiles statements and templates, and is no answer of a server that runs.
    if (time > 0 || times === 1) slowest = Math.max(slowest, performance.now() - from)
    bytes = rawPayload.length
  }
  return { milliseconds: Math.round(slowest), processorMilliseconds: Math.round(least), kilobytes: Math.round(bytes / 1024) }
}

function courseOf (folder: string, activities: number): string {
  const root = join(folder, 'courses', 'wide')
  mkdirSync(join(root, 'lessons'), { recursive: true })
  const keys = Array.from({ length: activities }, (_, index) => `lesson-${index}`)
  for (const key of keys) writeFileSync(join(root, 'lessons', `${key}.en.md`), `---\ntitle: About ${key}\n---\n\nText.\n`)
  const modules = Array.from({ length: 10 }, (_, module) => ({ key: `module-${module}`, keys: keys.filter((_, index) => Math.floor(index * 10 / activities) === module) })).filter(({ keys }) => keys.length > 0)
  writeFileSync(join(root, 'course.yaml'), `slug: wide\nlanguage: en\ntitle: Wide\nsummary: As many activities as any course has.\ncertificate: {}\nmodules:\n${modules.map(({ key, keys }) =>
    `  - key: ${key}\n    title: ${key}\n    activities:\n${keys.map((one) => `      - lesson: ${one}`).join('\n')}`).join('\n')}\n`)
  return root
}
