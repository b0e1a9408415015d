import closeWithGrace from 'close-with-grace'
import type { FastifyRequest } from 'fastify'
import { buildApp } from './app.ts'
import { realClock } from './clock.ts'
import type { Config } from './config.ts'
import { makeCourseCache } from './courses/courses.ts'
import type { Database } from './db/database.ts'
import { migrate } from './db/migrate.ts'
import type { Settings } from './deps.ts'
import { startLoadMeter } from './http/load.ts'
import type { LoggerOptions } from './http/shell.ts'
import { startJobs } from './jobs.ts'
import { startSetUp } from './people/links.ts'
import { prepareStatistics } from './reports/statistics-threads.ts'
import { worldBy } from './world.ts'

export function settingsOf (config: Config, demo: boolean): Settings {
  return {
    programme: config.programme,
    timeZone: config.timeZone,
    publicUrl: config.publicUrl,
    prefix: '',
    secure: config.publicUrl.startsWith('https:'),
    demo
  }
}

/** Serves until it is told to stop: then new connections are refused, running requests answered, jobs ended, and the
 * database closed. @returns the address once it listens */
export async function serve (db: Database, config: Config, demo: boolean): Promise<string> {
  prepareStatistics()
  await migrate(db)
  const settings = settingsOf(config, demo)
  const clock = await realClock(db)
  const world = worldBy(clock)
  const app = await buildApp({ db, world, secret: config.secret, settings, trustProxy: config.trustProxy, load: startLoadMeter(), logger: loggerOf(config) })
  const { log } = app
  const jobs = startJobs({ db, world, clock, courses: makeCourseCache(), settings, log, smtpUrl: config.smtpUrl, mailFrom: config.mailFrom })
  closeWithGrace({ delay: 10_000, logger: log }, async () => {
    await app.close()
    await jobs.stop()
    await db.close()
  })
  void db.broken.then((error) => {
    log.fatal({ err: error }, 'the disk failed: the server ends, and what starts it starts it anew')
    setTimeout(endAsIfCut, ANSWERS_MS)
  })
  const setUp = await startSetUp(db, world)
  const address = await app.listen({ host: config.host, port: config.port })
  if (setUp !== null) console.log(`\nNo administrator yet. Open this link once, within 24 hours, to set one up:\n  ${config.publicUrl}${setUp}\n`)
  return address
}

/** For those who wait to be told that nothing was saved. */
const ANSWERS_MS = 1000

/** In order, SQLite would take its log over into the file before it ends, as the system remembers the log; which of it is on the disk is
 * not known. What reads it at the next start holds it against its checksums. */
function endAsIfCut (): void {
  process.kill(process.pid, 'SIGKILL')
}

function loggerOf (config: Config): LoggerOptions {
  return {
    level: config.logLevel ?? 'info',
    redact: ['req.headers.authorization', 'req.headers.cookie'],
    serializers: { req: (request: FastifyRequest) => ({ method: request.method, url: withoutSecrets(request.url), from: request.ip }) }
  }
}

/** Single-use links carry a secret in their path. */
function withoutSecrets (url: string): string {
  return url.replace(/\/(links|set-up)\/[^/?]+/, '/$1/…')
}
