import { audit } from '../../audit/audit.ts'
import type { Database, Tx } from '../../db/database.ts'
import { saidDay } from '../../people/mails.ts'
import { queueMails, type NewMail } from '../../people/outbox.ts'
import { assertAdministrator, type Person } from '../../person.ts'
import { closesWith } from '../../quiz/allowance.ts'
import { Refusal } from '../../refusals.ts'
import { allowanceOf } from '../accommodations/accommodations.ts'
import { selectAllowedIn } from '../accommodations/queries.ts'
import type { DeskDeps } from '../changes.ts'
import { managedCohort } from '../cohorts.ts'
import { addDays, dayStart, daysBetween, localDay } from '../days.ts'
import { countSent, deleteText, insertSent, saveText, selectOptionalRemindedCohort, selectRecipients, selectRemindedCohorts, selectTexts, type Recipient, type RemindedCohort, type ReminderText } from './queries.ts'
import { DAYS_BEFORE, planReminders, type Planned } from './schedule.ts'
import { fill, KINDS, ownText, textProblems, type ReminderKind, type TextProblem } from './texts.ts'

export { KINDS, PLACEHOLDERS, type ReminderKind, type TextProblem } from './texts.ts'

/** The hour, on the cohort's own clock, from which a day's reminders go out. */
const FROM_HOUR = 8
/** A reminder that nobody could send is still sent so many days late, the last of them not at all. */
const LATE_DAYS = 2
const BATCH = 200
const DAY_MS = 86_400_000

/** Sends what is due: to everybody who still has something to do, 30 days, 7 days and a day before their cohort starts, is examined and
 * closes, from eight in the morning in the cohort's time zone. Whoever is allowed longer is told of their own close. Each is sent
 * once: it is written down by the server that puts it in the outbox, in the same unit of work. Safe to run on every server at once.
 * @returns how many were put in the outbox */
export async function sendReminders (db: Database, deps: DeskDeps): Promise<number> {
  const now = deps.world.now()
  const cohorts = await selectRemindedCohorts(db.read, new Date(now.getTime() - 366 * DAY_MS).toISOString(), new Date(now.getTime() + 32 * DAY_MS).toISOString())
  if (cohorts.length === 0) return 0
  const texts = await textsOf(db.read)
  let count = 0
  for (const cohort of cohorts) {
    for (const due of await dueOf(db.read, deps, cohort, now.toISOString())) count += await sendTo(db, deps, texts, cohort, due)
  }
  return count
}

interface Due {
  readonly kind: ReminderKind
  /** As it is written down. */
  readonly what: string
  /** The local day that it is about. */
  readonly day: string
  readonly days: number
  readonly timeZone: string
  /** Whom it is for: everybody but some, or some alone. */
  readonly people: { readonly but: ReadonlySet<string> } | { readonly only: string }
}

async function dueOf (tx: Tx, { settings }: DeskDeps, cohort: RemindedCohort, at: string): Promise<Due[]> {
  const timeZone = cohort.timeZone ?? settings.timeZone
  const today = localDay(at, timeZone)
  // Eight hours after the day began; where clocks change at night it is an hour more or less.
  if (Date.parse(at) < Date.parse(dayStart(today, timeZone)) + FROM_HOUR * 3_600_000) return []
  const due = (kind: ReminderKind, day: string, people: Due['people']): Due[] => {
    const left = daysBetween(today, day)
    const before = DAYS_BEFORE.find((days) => left <= days && left >= days - (days === 1 ? 0 : LATE_DAYS))
    return before === undefined ? [] : [{ kind, what: `${kind}-${before}`, day, days: left, timeZone, people }]
  }
  const longer = new Map<string, number>()
  for (const { personId, laterDays } of await selectAllowedIn(tx, cohort.id, at)) if (laterDays > 0) longer.set(personId, Math.max(laterDays, longer.get(personId) ?? 0))
  const everybody = { but: new Set<string>() }
  return [
    ...due('start', localDay(cohort.startsAt, timeZone), everybody),
    ...cohort.examDay === null ? [] : due('exam', cohort.examDay, everybody),
    // Nobody is told that something closes which has not begun.
    ...at < cohort.startsAt ? [] : [
      ...due('close', localDay(cohort.endsAt, timeZone), { but: new Set(longer.keys()) }),
      ...[...longer].flatMap(([personId, laterDays]) => due('close', addDays(localDay(cohort.endsAt, timeZone), laterDays), { only: personId }))
    ]
  ]
}

async function sendTo (db: Database, deps: DeskDeps, texts: Texts, cohort: RemindedCohort, due: Due): Promise<number> {
  const { people } = due
  const isFor = ({ personId }: Recipient): boolean => 'only' in people ? personId === people.only : !people.but.has(personId)
  let count = 0
  // Looked for before it is written: most of the time there is nobody.
  while ((await selectRecipients(db.read, cohort.id, due.what, null, 100_000)).some(isFor)) {
    const sent = await db.write(async (tx) => {
      const recipients = (await selectRecipients(tx, cohort.id, due.what, null, 100_000)).filter(isFor).slice(0, BATCH)
      const fresh = await insertSent(tx, cohort.id, recipients.map(({ personId }) => personId), due.what, deps.world.now().toISOString())
      await queueMails(tx, deps.world, recipients.filter(({ personId }) => fresh.has(personId)).map((recipient) => mailOf(deps, texts, cohort, recipient, due)))
      return fresh.size
    }, 'alongside')
    count += sent
    if (sent === 0) break
  }
  return count
}

type Texts = ReadonlyMap<string, ReminderText>

async function textsOf (tx: Tx): Promise<Texts> {
  return new Map((await selectTexts(tx)).map((text) => [`${text.kind} ${text.language}`, text]))
}

/** The text of a language: what an administrator has written, or the programme's own. */
function textOf (texts: Texts, kind: ReminderKind, language: string): ReminderText {
  return texts.get(`${kind} ${language}`) ?? { kind, language, ...ownText(kind, language), version: 0 }
}

/** A mail about something that ends, in its receiver's language. */
export async function expiryMails (tx: Tx, deps: Pick<DeskDeps, 'settings' | 'messages'>): Promise<(to: { readonly name: string, readonly email: string, readonly locale: string }, about: { readonly course: string, readonly expiresAt: string, readonly days: number, readonly serial: string }) => NewMail> {
  const texts = await textsOf(tx)
  return (to, { course, expiresAt, days, serial }) => {
    const language = deps.messages.choose(to.locale)
    const text = textOf(texts, 'expiry', language)
    const { programme, publicUrl, timeZone } = deps.settings
    const values = { name: to.name, cohort: '', course, programme, days, date: saidDay(expiresAt, language, timeZone), link: `${publicUrl}/certificates/${serial}` }
    return { to: to.email, subject: fill(text.subject, language, values), body: fill(text.body, language, values) }
  }
}

function mailOf (deps: DeskDeps, texts: Texts, cohort: RemindedCohort, to: Recipient, { kind, day, days, timeZone }: Pick<Due, 'kind' | 'day' | 'days' | 'timeZone'>): NewMail {
  const language = deps.messages.choose(to.locale)
  const text = textOf(texts, kind, language)
  const values = {
    name: to.name, cohort: cohort.name, course: cohort.course, programme: deps.settings.programme, days,
    date: saidDay(`${day}T12:00:00Z`, language, 'UTC') + (kind === 'help' ? '' : ` (${timeZone})`),
    link: `${deps.settings.publicUrl}/enrolments/${to.enrolmentId}`
  }
  return { to: to.email, subject: fill(text.subject, language, values), body: fill(text.body, language, values) }
}

/** Reminds some people of a cohort by hand, each at most once a day. Whoever has nothing to do is left out.
 * @returns how many were reminded
 * @throws Refusal not-found, not-allowed */
export async function remind (db: Database, deps: DeskDeps, person: Person, cohortId: string, ids: readonly string[]): Promise<number> {
  return await db.write(async (tx) => {
    await managedCohort(tx, person, cohortId)
    const cohort = await selectOptionalRemindedCohort(tx, cohortId)
    if (cohort === undefined) throw new Refusal('not-found')
    const at = deps.world.now().toISOString()
    const timeZone = cohort.timeZone ?? deps.settings.timeZone
    const today = localDay(at, timeZone)
    const what = `help-${today}`
    const texts = await textsOf(tx)
    const recipients = await selectRecipients(tx, cohortId, what, ids, ids.length)
    const fresh = await insertSent(tx, cohortId, recipients.map(({ personId }) => personId), what, at)
    const mails: NewMail[] = []
    for (const recipient of recipients) {
      if (!fresh.has(recipient.personId)) continue
      const day = localDay(closesWith(cohort.endsAt, await allowanceOf(tx, recipient.personId, at)), timeZone)
      mails.push(mailOf(deps, texts, cohort, recipient, { kind: 'help', day, days: Math.max(0, daysBetween(today, day)), timeZone }))
    }
    await queueMails(tx, deps.world, mails)
    if (mails.length > 0) await audit(tx, deps.world, { actorId: person.id, action: 'cohort.reminded', subjectType: 'cohort', subjectId: cohortId, detail: { name: cohort.name, people: mails.length } })
    return mails.length
  })
}

/** A text as the desk shows it. */
export interface ShownText extends ReminderText {
  /** Written by an administrator; else the programme's own. */
  readonly written: boolean
  readonly preview: { readonly subject: string, readonly body: string } | null
}

/** Every reminder in every language. @throws Refusal not-allowed for anybody but an administrator */
export async function listTexts (db: Database, deps: DeskDeps & { readonly languages: readonly string[] }, person: Person): Promise<ShownText[]> {
  assertAdministrator(person)
  const texts = await textsOf(db.read)
  return KINDS.flatMap((kind) => deps.languages.map((language): ShownText => {
    const text = textOf(texts, kind, language)
    return { ...text, written: text.version > 0, preview: previewOf(deps, text) }
  }))
}

/** What somebody would receive, with made-up values; null while it has problems. */
export function previewOf ({ world, settings }: Pick<DeskDeps, 'world' | 'settings'>, { kind, language, subject, body }: Omit<ReminderText, 'version'>): ShownText['preview'] {
  if (textProblems({ subject, body }, language, kind).length > 0) return null
  const date = saidDay(new Date(world.now().getTime() + 7 * DAY_MS).toISOString(), language, settings.timeZone)
  const values = {
    name: language === 'ar' ? 'أمينة يوسف' : 'Amina Yusuf', cohort: language === 'ar' ? 'مجموعة الربيع' : 'Spring cohort', course: language === 'ar' ? 'الاحتيال عبر الاتصالات' : 'Telecom fraud', programme: settings.programme, days: 7,
    date: kind === 'help' || kind === 'expiry' ? date : `${date} (${settings.timeZone})`, link: `${settings.publicUrl}/${kind === 'expiry' ? 'certificates' : 'enrolments'}/…`
  }
  return { subject: fill(subject, language, values), body: fill(body, language, values) }
}

/** Writes a text.
 * @returns every problem of it; none when it is saved
 * @throws Refusal not-allowed, not-found for a language there is not, edited-meanwhile with what it is now */
export async function editText (db: Database, deps: DeskDeps & { readonly languages: readonly string[] }, person: Person, text: ReminderText): Promise<readonly TextProblem[]> {
  assertAdministrator(person)
  if (!deps.languages.includes(text.language)) throw new Refusal('not-found')
  const clean = { ...text, subject: text.subject.trim(), body: text.body.replaceAll('\r\n', '\n').trim() }
  const problems = textProblems(clean, text.language, text.kind)
  if (problems.length > 0) return problems
  await db.write(async (tx) => {
    const now = (await textsOf(tx)).get(`${text.kind} ${text.language}`)
    if ((now?.version ?? 0) !== text.version || !await saveText(tx, clean, person.id, deps.world.now().toISOString())) {
      throw new Refusal('edited-meanwhile', { now: now === undefined ? null : { subject: now.subject, body: now.body, version: now.version } })
    }
    await audit(tx, deps.world, { actorId: person.id, action: 'reminder.edited', subjectType: 'reminder', subjectId: `${text.kind}-${text.language}`, detail: { kind: text.kind, language: text.language } })
  })
  return []
}

/** What a cohort's people were reminded of, and when they are. */
export interface CohortReminders {
  readonly sent: ReadonlyArray<{ readonly what: string, readonly count: number, readonly at: string }>
  readonly planned: readonly Planned[]
}

/** @throws Refusal not-found, not-allowed */
export async function cohortReminders (db: Database, { settings }: Pick<DeskDeps, 'settings'>, person: Person, cohortId: string): Promise<CohortReminders> {
  await managedCohort(db.read, person, cohortId)
  const cohort = await selectOptionalRemindedCohort(db.read, cohortId)
  if (cohort === undefined) throw new Refusal('not-found')
  return { sent: await countSent(db.read, cohortId), planned: planReminders(cohort, cohort.timeZone ?? settings.timeZone) }
}

/** Puts the programme's own text back in the place of one that was written. Where none was, nothing changes.
 * @param version as it was seen
 * @throws Refusal not-allowed, not-found for a language there is not, edited-meanwhile with what it is now */
export async function resetText (db: Database, deps: DeskDeps & { readonly languages: readonly string[] }, person: Person, kind: ReminderKind, language: string, version: number): Promise<void> {
  assertAdministrator(person)
  if (!deps.languages.includes(language)) throw new Refusal('not-found')
  await db.write(async (tx) => {
    const now = (await textsOf(tx)).get(`${kind} ${language}`)
    if (now === undefined) return
    if (now.version !== version || !await deleteText(tx, kind, language, version)) throw new Refusal('edited-meanwhile', { now: { subject: now.subject, body: now.body, version: now.version } })
    await audit(tx, deps.world, { actorId: person.id, action: 'reminder.reset', subjectType: 'reminder', subjectId: `${kind}-${language}`, detail: { kind, language } })
  })
}
