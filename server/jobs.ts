import type { FastifyBaseLogger } from 'fastify'
import { applyAccommodations } from './attempts/allow.ts'
import { sweepOverdue } from './attempts/attempts.ts'
import type { Clock } from './clock.ts'
import { sendExpiryReminders } from './certificates/expiry/expiry.ts'
import { makeLooks } from './certificates/templates/templates.ts'
import { zipDeps } from './certificates/views.ts'
import { workOnZips } from './certificates/zips/zips.ts'
import { sendReminders } from './cohorts/reminders/reminders.ts'
import type { CourseCache } from './courses/courses.ts'
import type { Database } from './db/database.ts'
import type { Settings } from './deps.ts'
import { formatDate } from './http/pages.ts'
import { loadMessages } from './http/messages.ts'
import { makeTransport, sendDueMails } from './people/outbox.ts'
import { keepOutcomes } from './quotas/pipeline/pipeline.ts'
import { warnTeams } from './reports/teams.ts'
import type { World } from './world.ts'

export interface JobOptions {
  readonly db: Database
  readonly world: World
  /** The clock that `world` goes by. */
  readonly clock: Clock
  readonly courses: CourseCache
  readonly settings: Settings
  readonly log: Pick<FastifyBaseLogger, 'info' | 'warn' | 'error'>
  /** null: mails wait in the outbox. */
  readonly smtpUrl: string | null
  readonly mailFrom: string
}

const SWEEP_EVERY_MS = 2000
const MAIL_EVERY_MS = 5000
const CLOCK_EVERY_MS = 5000
const ZIP_EVERY_MS = 1000
const WARN_EVERY_MS = 10 * 60_000
const OUTCOMES_EVERY_MS = 60_000

/** What happens without anybody asking: attempts end when their time is over, mails leave the outbox. Safe to run on every
 * server at once: each round takes only what no other has taken. */
export function startJobs (options: JobOptions): { readonly stop: () => Promise<void> } {
  const { db, world, clock, courses, settings, log, smtpUrl, mailFrom } = options
  const jobs = [repeat('attempts whose time is over', SWEEP_EVERY_MS, log, async () => {
    // First, so that nobody's attempt ends in the minute from which it is allowed longer.
    await applyAccommodations(db, { world, courses, settings })
    const count = await sweepOverdue(db, { world, courses, settings })
    if (count > 0) log.info({ count }, 'attempts ended by expiry')
  })]
  jobs.push(repeat('clock', CLOCK_EVERY_MS, log, async () => {
    const seen = await clock.look()
    if (seen.seen === 'held') log.warn(seen, 'the clock was set: this server counts on, and goes by it when it stays so for five minutes')
    if (seen.seen === 'set') log.warn(seen, 'the clock has stayed where it was set: this server goes by it now')
  }))
  const messages = loadMessages(new URL('../templates/locales', import.meta.url).pathname)
  jobs.push(repeat('lists of people', WARN_EVERY_MS, log, async () => {
    const count = await warnTeams(db, world, {
      messages,
      programme: settings.programme,
      link: (teamId) => `${settings.publicUrl}/desk/readiness/teams/${teamId}`,
      day: (iso, language) => formatDate(iso, { language, timeZone: settings.timeZone })
    })
    if (count > 0) log.info({ count }, 'warned of certificates that lapse')
  }))
  jobs.push(repeat('how cohorts came out', OUTCOMES_EVERY_MS, log, async () => { await keepOutcomes(db, world) }))
  jobs.push(repeat('reminders of certificates that end', WARN_EVERY_MS, log, async () => {
    const count = await sendExpiryReminders(db, { world, settings, messages })
    if (count > 0) log.info({ count }, 'reminders of certificates that end')
  }))
  const zips = zipDeps({ world, settings, messages, looks: makeLooks() })
  jobs.push(repeat('zips of certificates', ZIP_EVERY_MS, log, async () => {
    const count = await workOnZips(db, zips)
    if (count > 0) log.info({ count }, 'certificates set for downloads')
  }))
  jobs.push(repeat('reminders', WARN_EVERY_MS, log, async () => {
    const count = await sendReminders(db, { world, settings, messages })
    if (count > 0) log.info({ count }, 'reminders')
  }))
  if (smtpUrl !== null) {
    let transport: Awaited<ReturnType<typeof makeTransport>> | undefined
    jobs.push(repeat('outbox', MAIL_EVERY_MS, log, async () => {
      transport ??= await makeTransport(smtpUrl)
      const result = await sendDueMails(db, world, transport, mailFrom)
      if (result.sent + result.failed + result.givenUp > 0) log.info(result, 'mails')
    }, () => { transport?.close() }))
  }
  return { stop: async () => { await Promise.all(jobs.map(async (job) => { await job.stop() })) } }
}

/** One round after another, never two at once; a round that fails is logged, and the next comes as usual. */
function repeat (name: string, everyMs: number, log: JobOptions['log'], round: () => Promise<void>, after?: () => void): { readonly stop: () => Promise<void> } {
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  let running = Promise.resolve()
  const next = (): void => {
    running = round().catch((error: unknown) => { log.error({ err: error, job: name }, 'job failed') }).finally(() => {
      if (!stopped) timer = setTimeout(next, everyMs).unref()
    })
  }
  timer = setTimeout(next, everyMs).unref()
  return {
    stop: async () => {
      stopped = true
      clearTimeout(timer)
      await running
      after?.()
    }
  }
}
