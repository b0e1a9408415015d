import { audit } from '../../audit/audit.ts'
import type { DeskDeps } from '../../cohorts/changes.ts'
import { managedCohort } from '../../cohorts/cohorts.ts'
import { dayStart, daysBetween, localDay } from '../../cohorts/days.ts'
import { enrolPerson } from '../../cohorts/enrol.ts'
import { expiryMails } from '../../cohorts/reminders/reminders.ts'
import { selectVersion } from '../../courses/queries.ts'
import type { Database, Tx } from '../../db/database.ts'
import { queueMails } from '../../people/outbox.ts'
import { assertAdministrator, type Person } from '../../person.ts'
import { cursorOf, readCursor } from '../../cursor.ts'
import { recordsOf } from '../../quotas/ledger.ts'
import { Refusal } from '../../refusals.ts'
import type { World } from '../../world.ts'
import { selectCertificatesBySerial } from '../queries.ts'
import type { CertificatesChanged } from '../reissue.ts'
import {
  countExpiring, insertReminded, saveDays, selectExpiring, selectOptionalDays, selectRecertifying, selectReminded, selectToRemind, type Expiring, type ExpiringFilter, type ReminderDays
} from './queries.ts'

export type { ReminderDays } from './queries.ts'

/** Days before its end on which a certificate's holder is told, until somebody sets others. */
const OWN_DAYS = [90, 30, 7] as const
const MOST_DAYS = { count: 6, days: 730 } as const
/** The hour, on the programme's clock, from which a day's reminders go out. */
const FROM_HOUR = 8
const BATCH = 200
const DAY_MS = 86_400_000
const PAGE = 100
const MOST_AT_ONCE = 5000

/** Tells the holders of certificates that end, so many days before: each once for each of these days, from eight in the morning. It is
 * written down by the server that puts the mail in the outbox, in the same unit of work. Whoever holds a later certificate of the
 * course is left alone; so is whoever's was issued for less than that time. Safe to run on every server at once.
 * @returns how many were put in the outbox */
export async function sendExpiryReminders (db: Database, deps: DeskDeps): Promise<number> {
  const { world, settings: { timeZone } } = deps
  const now = world.now()
  const today = localDay(now.toISOString(), timeZone)
  if (now.getTime() < Date.parse(dayStart(today, timeZone)) + FROM_HOUR * 3_600_000) return 0
  const days = [...(await reminderDays(db.read)).days].sort((a, b) => a - b)
  let count = 0
  for (const [index, before] of days.entries()) {
    // Each certificate has one stage at a time: that of the fewest days it is still within.
    const filter = { from: new Date(now.getTime() + (days[index - 1] ?? 0) * DAY_MS).toISOString(), before: new Date(now.getTime() + before * DAY_MS).toISOString() }
    for (let sent = BATCH; sent > 0;) {
      if ((await selectToRemind(db.read, filter, before, 1)).length === 0) break
      sent = await db.write(async (tx) => await remindSome(tx, deps, filter, before, now), 'alongside')
      count += sent
    }
  }
  return count
}

async function remindSome (tx: Tx, deps: DeskDeps, filter: ExpiringFilter, days: number, now: Date): Promise<number> {
  const found = await selectToRemind(tx, filter, days, BATCH)
  // One that is noted is not looked at again, whether or not there was anything to say.
  const fresh = await insertReminded(tx, found.map(({ id }) => id), days, now.toISOString())
  const mailOf = await expiryMails(tx, deps)
  const { timeZone } = deps.settings
  const today = localDay(now.toISOString(), timeZone)
  await queueMails(tx, deps.world, found
    .filter(({ id, issuedAt, expiresAt }) => fresh.has(id) && Date.parse(expiresAt) - Date.parse(issuedAt) > days * DAY_MS)
    .map((told) => mailOf(told, { course: told.courseTitle, expiresAt: told.expiresAt, days: Math.max(1, daysBetween(today, localDay(told.expiresAt, timeZone))), serial: told.serial })))
  return fresh.size
}

/** How many days before its end a certificate's holder is told. */
export async function reminderDays (tx: Tx): Promise<ReminderDays> {
  return await selectOptionalDays(tx) ?? { days: OWN_DAYS, version: 0 }
}

/** @param typed one to six different numbers of days, 1 to 730; none of them switches the reminders off
 * @throws Refusal not-allowed, bad-input, edited-meanwhile */
export async function setReminderDays (db: Database, world: World, person: Person, typed: readonly number[], version: number): Promise<ReminderDays> {
  assertAdministrator(person)
  const days = [...new Set(typed)].sort((a, b) => b - a)
  if (days.length > MOST_DAYS.count || days.some((day) => !Number.isInteger(day) || day < 1 || day > MOST_DAYS.days)) {
    throw new Refusal('bad-input', {}, [{ path: 'days', message: `must be at most ${MOST_DAYS.count} whole numbers from 1 to ${MOST_DAYS.days}` }])
  }
  return await db.write(async (tx) => {
    const now = await reminderDays(tx)
    if (now.version !== version || !await saveDays(tx, { days, version }, person.id, world.now().toISOString())) throw new Refusal('edited-meanwhile', { now })
    await audit(tx, world, { actorId: person.id, action: 'certificate.reminder-days', subjectType: 'setting', subjectId: 'reminder-days', detail: { days } })
    return { days, version: version + 1 }
  })
}

/** Periods that the list offers; `ended`: over for up to a year. */
export const PERIODS = ['30', '90', '180', '365', 'ended'] as const
export type ExpiryPeriod = typeof PERIODS[number]

export interface ExpirySearch {
  readonly period?: ExpiryPeriod | undefined
  readonly country?: string | undefined
  /** Slug. */
  readonly course?: string | undefined
}

export interface ExpiringCertificate extends Expiring {
  /** Whole days that are left; below 0 when it is over. */
  readonly days: number
  readonly remindedAt: string | null
  /** The running or coming cohort of the course in which the holder is enrolled. */
  readonly recertifiesIn: string | null
}

/** Certificates that end soon, or have, and that no later one of their holders replaces; the first to end first.
 * @throws Refusal not-allowed, bad-input for a foreign cursor */
export async function listExpiring (db: Database, world: World, timeZone: string, person: Person, search: ExpirySearch, cursor: string | null = null): Promise<{ readonly items: ExpiringCertificate[], readonly next: string | null, readonly count: number }> {
  assertAdministrator(person)
  const place = readCursor(cursor, ['string', 'string'])
  const filter = filterOf(search, world)
  const found = await selectExpiring(db.read, filter, place === null ? null : { expiresAt: String(place[0]), id: String(place[1]) }, PAGE + 1)
  const shown = found.slice(0, PAGE)
  const at = world.now().toISOString()
  const reminded = await selectReminded(db.read, shown.map(({ id }) => id))
  const recertifying = await selectRecertifying(db.read, shown.map(({ personId }) => personId), at)
  const today = localDay(at, timeZone)
  const last = found.length > PAGE ? shown.at(-1) : undefined
  return {
    items: shown.map((line) => ({
      ...line, days: daysBetween(today, localDay(line.expiresAt, timeZone)), remindedAt: reminded.get(line.id) ?? null, recertifiesIn: recertifying.get(`${line.personId} ${line.courseSlug}`) ?? null
    })),
    next: last === undefined ? null : cursorOf([last.expiresAt, last.id]),
    count: await countExpiring(db.read, filter)
  }
}

function filterOf ({ period = '90', country, course }: ExpirySearch, world: World): ExpiringFilter {
  const now = world.now().getTime()
  const given = (text: string | undefined): string | null => text === undefined || text === '' ? null : text
  const [from, before] = period === 'ended' ? [now - 365 * DAY_MS, now] : [now, now + Number(period) * DAY_MS]
  return { from: new Date(from).toISOString(), before: new Date(before).toISOString(), country: given(country), course: given(course) }
}

/** Enrols the holders of certificates that end in a cohort of the same course, so that they can earn a new one.
 * @param chosen serials, or everybody whom a search finds
 * @returns how many are enrolled there now, and whom that was refused for
 * @throws Refusal not-allowed, not-found, cohort-not-running for one that is over, bad-input for more than 5,000 */
export async function enrolHolders (db: Database, world: World, person: Person, chosen: { readonly serials: readonly string[] } | { readonly search: ExpirySearch }, cohortId: string): Promise<CertificatesChanged> {
  assertAdministrator(person)
  return await db.write(async (tx) => {
    const cohort = await managedCohort(tx, person, cohortId)
    if (cohort.endsAt <= world.now().toISOString()) throw new Refusal('cohort-not-running', { startsAt: cohort.startsAt, endsAt: cohort.endsAt })
    const { slug } = await selectVersion(tx, cohort.versionId)
    // Of everybody found, those of the cohort's own course are meant.
    const certificates = 'serials' in chosen ? await selectCertificatesBySerial(tx, [...new Set(chosen.serials)]) : await selectExpiring(tx, { ...filterOf(chosen.search, world), course: slug }, null, MOST_AT_ONCE + 1)
    if (certificates.length > MOST_AT_ONCE) throw new Refusal('bad-input', {}, [{ path: 'serials', message: `at most ${MOST_AT_ONCE} at once` }])
    const refused: Array<CertificatesChanged['refused'][number]> = []
    let done = 0
    for (const { serial, personId, courseSlug } of certificates) {
      try {
        if (courseSlug !== slug) throw new Refusal('cohort-other-course')
        const [root = personId] = await recordsOf(tx, personId)
        await enrolPerson(tx, world, { actorId: person.id, cohortId, personId: root })
        done++
      } catch (error) {
        // Each is refused before anything of it is written.
        if (!(error instanceof Refusal)) throw error
        refused.push({ serial, code: error.code })
      }
    }
    await audit(tx, world, { actorId: person.id, action: 'cohort.recertifying', subjectType: 'cohort', subjectId: cohortId, detail: { enrolled: done, refused: refused.length } })
    return { done, refused }
  })
}
