import { buildApp } from '../server/app.ts'
import type { Database } from '../server/db/database.ts'
import type { App } from '../server/http/app-type.ts'
import type { LoadMeter } from '../server/http/load.ts'
import { importCourses } from '../server/courses/import-courses.ts'
import { insertAccount, insertPerson, insertRole, insertSession } from '../server/people/queries.ts'
import { signToken } from '../server/http/session.ts'
import type { RoleGrant } from '../server/person.ts'
import { realWorld, type World } from '../server/world.ts'
import { testDatabase, type Ending } from './database.ts'

/** A clock that a test may set; ids and seeds stay real. */
export interface TestWorld extends World {
  readonly setNow: (iso: string) => void
  readonly advance: (seconds: number) => void
}

export interface Somebody {
  readonly personId: string
  readonly accountId: string
  readonly email: string
  readonly name: string
  readonly token: string
  /** Headers of a bearer request. */
  readonly bearer: { readonly authorization: string }
}

export interface TestApp {
  readonly app: App
  readonly db: Database
  /** As DATABASE_URL has it. */
  readonly url: string
  /** The same database, opened once more: what another server has. */
  readonly again: () => Database
  /** Another server on the same database, with the same clock and the same people. */
  readonly beside: () => Promise<TestApp>
  readonly world: TestWorld
  /** A person with an active account and a live session. Several share nothing. */
  readonly somebody: (name: string, roles: readonly RoleGrant[], more?: { country?: string, agency?: string, locale?: string }) => Promise<Somebody>
}

export const SECRET = 'a secret that only the tests know, long enough'

/** The production app on a migrated database of its own, closed when the test ends.
 * @param options.courses a folder of courses to publish first */
export async function testApp (t: Ending, options: { courses?: string, prefix?: string, now?: string, demo?: boolean, load?: LoadMeter, world?: World, on?: string } = {}): Promise<TestApp> {
  const world = testWorld(options.now, options.world)
  const { courses, on } = options
  const { db, url, again } = await testDatabase(t, {
    ...on !== undefined && { on },
    ...courses !== undefined && {
      beginning: {
        name: options.world === undefined ? `${courses} ${options.now}` : world.newId(),
        make: async (db) => {
          const { problems } = await importCourses(db, world, null, courses)
          if (problems.length > 0) throw new Error(JSON.stringify(problems, null, 2))
        }
      }
    }
  })
  const prefix = options.prefix ?? ''
  const build = async (db: Database): Promise<App> => {
    const app = await buildApp({
    db,
    world,
    secret: SECRET,
    ...(options.load === undefined ? {} : { load: options.load }),
    // A bug in a handler is an answer of 500; here it is printed as well.
    logger: { level: 'error', stream: process.stderr },
    settings: { programme: 'Test programme', timeZone: 'Asia/Shanghai', publicUrl: `http://localhost${prefix}`, prefix, secure: false, demo: options.demo ?? false }
  })
  await app.ready()
  t.teardown(async () => { await app.close() })
    return app
  }
  const app = await build(db)
  let count = 0
  const test: TestApp = {
    app,
    db,
    url,
    again,
    world,
    somebody: async (name, roles, more = {}) => {
      const personId = world.newId()
      const accountId = world.newId()
      const sessionId = world.newId()
      const email = `${name.toLowerCase().replace(/[^a-z0-9]+/g, '.')}.${++count}@test.example`
      const now = world.now()
      await db.write(async (tx) => {
        await insertPerson(tx, { id: personId, name, country: more.country ?? null, agency: more.agency ?? null, rank: null, locale: more.locale ?? 'en', created_at: now.toISOString() })
        await insertAccount(tx, { id: accountId, person_id: personId, email, password_hash: null, state: 'active', created_at: now.toISOString() })
        for (const { role, country } of roles) await insertRole(tx, { id: world.newId(), person_id: personId, role, country: country ?? '' })
        await insertSession(tx, { id: sessionId, accountId, createdAt: now.toISOString(), expiresAt: new Date(now.getTime() + 365 * 86400_000).toISOString() })
      })
      const token = signToken(app, sessionId, personId)
      return { personId, accountId, email, name, token, bearer: { authorization: `Bearer ${token}` } }
    },
    beside: async () => {
      const other = again()
      return { ...test, app: await build(other), db: other }
    }
  }
  return test
}

function testWorld (start: string | undefined, by: World = realWorld): TestWorld {
  let shift = start === undefined ? 0 : Date.parse(start) - by.now().getTime()
  const now = (): Date => new Date(by.now().getTime() + shift)
  return {
    ...by,
    now,
    setNow: (iso) => { shift = Date.parse(iso) - by.now().getTime() },
    advance: (seconds) => { shift += seconds * 1000 }
  }
}
