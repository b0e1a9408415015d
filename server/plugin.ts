import { fileURLToPath } from 'node:url'
import type { FastifyInstance } from 'fastify'
import { buildApp } from './app.ts'
import { realClock } from './clock.ts'
import { makeCourseCache } from './courses/courses.ts'
import { migrate } from './db/migrate.ts'
import { openDatabase } from './db/open.ts'
import type { Settings } from './deps.ts'
import { importCourses } from './courses/import-courses.ts'
import { startLoadMeter } from './http/load.ts'
import { startJobs } from './jobs.ts'
import { startSetUp } from './people/links.ts'
import { realWorld, worldBy } from './world.ts'

export interface MusterOptions {
  /** Fastify's own option: where the product is mounted, such as `/training`. */
  readonly prefix?: string
  /** `sqlite:<path>`; default `sqlite:data/muster.db`. */
  readonly databaseUrl?: string
  /** Signs session tokens; at least 32 characters, the same on every server and after every restart. */
  readonly secret: string
  /** Where people reach the host, without prefix and without a slash at the end: goes into mails and QR codes. */
  readonly publicUrl?: string
  readonly programme?: string
  /** IANA; default UTC. */
  readonly timeZone?: string
  /** `smtp://user:password@host:port`; without it mails wait in the outbox. */
  readonly smtpUrl?: string
  readonly mailFrom?: string
  /** Trust X-Forwarded-* of the host's proxy; default false. */
  readonly trustProxy?: boolean
  /** A folder of courses to publish at start; `true` for those that come with the package. Default: none. */
  readonly courses?: string | true
  /** Called at start while there is no administrator, with the address of a page that makes the first one, once, within
   * 24 hours. Default: it goes into the host's log as a warning. */
  readonly onSetUp?: (address: string) => void
}

/** Mounts the whole product in a Fastify server of yours. It runs on an inner Fastify instance: its hooks, parsers,
 * error pages and headers reach nothing outside the prefix, and your plugins (cookies, JWT, helmet …) do not collide with it.
 * Your own `onRequest` hooks still run first, so you may guard it.
 *
 * @throws Error when an option is wrong, the database cannot be opened, or a course has problems
 * @example
 * import Fastify from 'fastify'
 * import { muster } from 'muster'
 * const app = Fastify()
 * await app.register(muster, { prefix: '/training', secret: process.env.MUSTER_SECRET })
 * await app.listen({ port: 8080 }) */
export async function muster (host: FastifyInstance, options: MusterOptions): Promise<void> {
  if (typeof options.secret !== 'string' || options.secret.length < 32) throw new Error('muster: secret must be at least 32 characters')
  const prefix = (options.prefix ?? '').replace(/\/+$/, '')
  const publicUrl = (options.publicUrl ?? 'http://localhost:3000').replace(/\/+$/, '')
  const db = openDatabase(options.databaseUrl ?? 'sqlite:data/muster.db')
  host.addHook('onClose', async () => { await db.close() })
  await migrate(db)
  if (options.courses !== undefined) await publish(db, options.courses)
  const settings: Settings = {
    programme: options.programme ?? 'Muster training programme',
    timeZone: options.timeZone ?? 'UTC',
    publicUrl: publicUrl + prefix,
    prefix,
    secure: publicUrl.startsWith('https:'),
    demo: false
  }
  const clock = await realClock(db)
  const world = worldBy(clock)
  const inner = await buildApp({ db, world, secret: options.secret, settings, trustProxy: options.trustProxy ?? false, load: startLoadMeter(), logger: host.log })
  const jobs = startJobs({ db, world, clock, courses: makeCourseCache(), settings, log: host.log, smtpUrl: options.smtpUrl ?? null, mailFrom: options.mailFrom ?? 'Muster <no-reply@localhost>' })
  // Hooks of onClose run last in, first out: the jobs and the inner instance end before the database does.
  host.addHook('onClose', async () => {
    await jobs.stop()
    await inner.close()
  })
  await inner.ready()
  const setUp = await startSetUp(db, world)
  if (setUp !== null) {
    const tell = options.onSetUp ?? ((address: string) => { host.log.warn(`Muster has no administrator yet. Open this link once, within 24 hours, to set one up: ${address}`) })
    tell(settings.publicUrl + setUp)
  }
  // The body is left unread for the inner instance, which has its own limits and parsers.
  host.removeAllContentTypeParsers()
  host.addContentTypeParser('*', (_request, _payload, done) => { done(null) })
  const forward = { handler: async (request: { raw: Parameters<typeof inner.routing>[0] }, reply: { raw: Parameters<typeof inner.routing>[1], hijack: () => unknown }): Promise<void> => {
    reply.hijack()
    inner.routing(request.raw, reply.raw)
  } }
  host.all('/', forward)
  host.all('/*', forward)
}

async function publish (db: Parameters<typeof importCourses>[0], courses: string | true): Promise<void> {
  const folder = courses === true ? fileURLToPath(new URL('../courses', import.meta.url)) : courses
  const { problems } = await importCourses(db, realWorld, null, folder)
  if (problems.length > 0) {
    throw new Error(`muster: the courses have problems\n${problems.map((problem) => `${problem.file}:${problem.line} ${problem.message}`).join('\n')}`)
  }
}
