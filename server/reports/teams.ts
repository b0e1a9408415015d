import { audit } from '../audit/audit.ts'
import { listLatestCourses } from '../courses/desk.ts'
import type { Database, Tx } from '../db/database.ts'
import { queueMail } from '../people/outbox.ts'
import { selectActiveWithRole } from '../people/queries.ts'
import type { Catalogues } from '../people/mails.ts'
import { hasRole, liaisonCountries, type Person } from '../person.ts'
import { textIn, type Text } from '../quiz/text.ts'
import { Refusal } from '../refusals.ts'
import type { World } from '../world.ts'
import {
  deleteMember, insertMembers, insertTeam, insertWarning, raiseTeamVersion, selectCountriesOf, selectHeld, selectLastCertificateId, selectMembers,
  selectOptionalTeam, selectTeamChanges, selectTeams, updateDisbanded, updateTeam, type Held, type PersonLine, type Team, type Warning
} from './queries.ts'
import { bestOf } from './readiness.ts'

export type { Team } from './queries.ts'

/** How long before a certificate ends the team's owner is told. */
export const WARN_DAYS = 30
const DAY_MS = 86_400_000

/** Where a member stands with one course that the team needs. */
export interface Need {
  readonly courseSlug: string
  /** valid: longer than the warning time; lapsing: ends within it; missing: nothing valid is held. */
  readonly state: 'valid' | 'lapsing' | 'missing'
  /** The longest valid certificate; null when missing. */
  readonly held: Held | null
}

export interface Member extends PersonLine {
  readonly needs: readonly Need[]
}

export interface TeamStanding {
  readonly team: Team
  readonly members: readonly Member[]
  /** Members with a course lapsing, and with one missing. */
  readonly lapsing: number
  readonly missing: number
}

export interface TeamInput {
  readonly name: string
  readonly purpose: string
  readonly courses: readonly string[]
}

const LENGTHS = { name: 120, purpose: 1000 } as const
/** A police unit sent abroad has up to some 180 people. */
export const MOST_MEMBERS = 500

/** What is wrong with what was typed; the page and the API say it in the reader's language. */
export interface TeamProblem {
  readonly field: keyof TeamInput
  readonly code: 'name-missing' | 'name-long' | 'purpose-long' | 'courses-missing' | 'course-unknown'
}

/** Saves a list of people picked for something.
 * @throws Refusal bad-input for too many people; not-found for people one may not see */
export async function createTeam (db: Database, world: World, person: Person, input: TeamInput, personIds: readonly string[]): Promise<{ id: string } | { problems: readonly TeamProblem[] }> {
  const { team, problems } = await checked(db, input)
  if (problems.length > 0) return { problems }
  const id = world.newId()
  await db.write(async (tx) => {
    const createdAt = world.now().toISOString()
    await insertTeam(tx, { id, ...team, ownerId: person.id, createdAt })
    await audit(tx, world, { actorId: person.id, action: 'team.created', subjectType: 'team', subjectId: id, detail: { name: team.name } })
    await addTo(tx, world, person, id, personIds)
  })
  return { id }
}

/** Changes name, purpose or courses.
 * @param version as it was seen: an edit that overlooks another's is refused
 * @throws Refusal not-found, edited-meanwhile */
export async function editTeam (db: Database, world: World, person: Person, id: string, version: number, input: TeamInput): Promise<{ problems: readonly TeamProblem[] }> {
  const { team: change, problems } = await checked(db, input)
  if (problems.length > 0) return { problems }
  await db.write(async (tx) => {
    const team = await ownTeam(tx, person, id)
    if (!await updateTeam(tx, id, version, change)) throw await changedSince(tx, team, version)
    await audit(tx, world, { actorId: person.id, action: 'team.edited', subjectType: 'team', subjectId: id, detail: { name: change.name } })
  })
  return { problems: [] }
}

/** Adding somebody twice changes nothing. @throws Refusal not-found, bad-input for too many */
export async function addMembers (db: Database, world: World, person: Person, id: string, personIds: readonly string[]): Promise<{ added: number }> {
  return await db.write(async (tx) => {
    await ownTeam(tx, person, id)
    const added = await addTo(tx, world, person, id, personIds)
    if (added > 0) await raiseTeamVersion(tx, id)
    return { added }
  })
}

/** Removing somebody who is no member changes nothing. @throws Refusal not-found */
export async function removeMember (db: Database, world: World, person: Person, id: string, personId: string): Promise<void> {
  await db.write(async (tx) => {
    await ownTeam(tx, person, id)
    if (!await deleteMember(tx, id, personId)) return
    await raiseTeamVersion(tx, id)
    await audit(tx, world, { actorId: person.id, action: 'team.member-removed', subjectType: 'team', subjectId: id, detail: { personId } })
  })
}

/** Ends a list: it is no longer shown, and nobody is warned of it.
 * @param version as it was seen: whoever was put on it since is not overlooked
 * @throws Refusal not-found, edited-meanwhile */
export async function disbandTeam (db: Database, world: World, person: Person, id: string, version: number): Promise<void> {
  await db.write(async (tx) => {
    const team = await ownTeam(tx, person, id)
    if (!await updateDisbanded(tx, id, version, world.now().toISOString())) throw await changedSince(tx, team, version)
    await audit(tx, world, { actorId: person.id, action: 'team.disbanded', subjectType: 'team', subjectId: id })
  })
}

/** What raises a list's version, one entry of the audit log each. */
const CHANGES = ['team.edited', 'team.members-added', 'team.member-removed'] as const
const MOST_CHANGES = 20

/** One change of a list. */
export interface TeamChange {
  readonly what: string
  /** By name; null for somebody whose record is no longer there. */
  readonly by: string | null
  readonly at: string
}

/** edited-meanwhile with `now`, what stands, and `changes` since a version, the latest first. */
async function changedSince (tx: Tx, { id, name, purpose, courses, version }: Team, seen: number): Promise<Refusal> {
  const since = Math.min(MOST_CHANGES, Math.max(1, version - seen))
  return new Refusal('edited-meanwhile', { now: { name, purpose, courses, version }, changes: changesOf(await selectTeamChanges(tx, id, CHANGES, since)) })
}

function changesOf (found: Awaited<ReturnType<typeof selectTeamChanges>>): TeamChange[] {
  return found.map(({ action, by, at }) => ({ what: action, by, at }))
}

/** Who ended a list and when, for those who could use it; null for one that stands.
 * @throws Refusal not-found */
export async function endOfTeam (db: Database, person: Person, id: string): Promise<{ readonly name: string, readonly by: string | null, readonly at: string } | null> {
  const team = await seenTeam(db.read, person, id)
  if (team.disbandedAt === null) return null
  const [end] = await selectTeamChanges(db.read, id, ['team.disbanded'], 1)
  return { name: team.name, by: end?.by ?? null, at: team.disbandedAt }
}

/** Administrators see every list, a liaison their own. */
export async function listTeams (db: Database, world: World, person: Person): Promise<TeamStanding[]> {
  return await standingsOf(db.read, world, await selectTeams(db.read, hasRole(person, 'administrator') ? null : person.id))
}

/** @throws Refusal not-found */
export async function getTeam (db: Database, world: World, person: Person, id: string): Promise<TeamStanding> {
  const [standing] = await standingsOf(db.read, world, [await ownTeam(db.read, person, id)])
  return standing as TeamStanding
}

async function standingsOf (tx: Tx, world: World, teams: readonly Team[]): Promise<TeamStanding[]> {
  const now = world.now()
  const soon = new Date(now.getTime() + WARN_DAYS * DAY_MS).toISOString()
  const members = await selectMembers(tx, teams.map(({ id }) => id))
  const held = new Map<string, Held[]>()
  const ids = [...new Set(members.map(({ personId }) => personId))]
  // Some hundred at a time: a statement binds a limited number of values.
  for (let from = 0; from < ids.length; from += 500) {
    for (const one of await selectHeld(tx, ids.slice(from, from + 500), [], now.toISOString())) {
      held.set(one.personId, [...held.get(one.personId) ?? [], one])
    }
  }
  return teams.map((team) => {
    const own = members.filter(({ teamId }) => teamId === team.id).map(({ teamId: _, ...line }): Member => {
      const best = new Map(bestOf(held.get(line.personId) ?? []).map((one) => [one.courseSlug, one]))
      return { ...line, needs: team.courses.map((courseSlug) => needOf(courseSlug, best.get(courseSlug), soon)) }
    })
    const having = (state: Need['state']): number => own.filter(({ needs }) => needs.some((need) => need.state === state)).length
    return { team, members: own, lapsing: having('lapsing'), missing: having('missing') }
  })
}

function needOf (courseSlug: string, held: Held | undefined, soon: string): Need {
  if (held === undefined) return { courseSlug, state: 'missing', held: null }
  return { courseSlug, state: held.expiresAt !== null && held.expiresAt <= soon ? 'lapsing' : 'valid', held }
}

/** Tells whoever keeps each list, once for each, of certificates in it that end within 30 days, and of those that ended or were
 * revoked. Nobody but the keeper and the administrators can use a list: where the keeper's account is no longer in use, or may no
 * longer send anybody, every administrator is told. Safe to run on every server at once: a warning is written down by the one that
 * sends it.
 * @param link makes a team's address
 * @returns how many mails were put in the outbox */
export async function warnTeams (db: Database, world: World, options: { readonly messages: Catalogues, readonly programme: string, readonly link: (teamId: string) => string, readonly day: (iso: string, language: string) => string }): Promise<number> {
  let mails = 0
  const titles = new Map((await listLatestCourses(db)).map(({ slug, title }) => [slug, title]))
  for (const standing of await standingsOf(db.read, world, await selectTeams(db.read, null))) {
    if (standing.lapsing + standing.missing === 0) continue
    mails += await warnUsers(db, world, standing, titles, options)
  }
  return mails
}

async function warnUsers (db: Database, world: World, { team, members }: TeamStanding, titles: ReadonlyMap<string, Text>, options: Parameters<typeof warnTeams>[2]): Promise<number> {
  return await db.write(async (tx) => {
    const dispatchers = await selectActiveWithRole(tx, ['administrator', 'liaison'])
    const keeper = dispatchers.filter(({ personId }) => personId === team.ownerId)
    const users = keeper.length > 0 ? keeper : await selectActiveWithRole(tx, ['administrator'])
    if (users.length === 0) return 0
    const at = world.now().toISOString()
    const news: Array<{ readonly name: string, readonly need: Need }> = []
    for (const member of members) {
      for (const need of member.needs) {
        if (need.state === 'valid') continue
        const certificateId = need.held?.id ?? await selectLastCertificateId(tx, member.personId, need.courseSlug)
        const warning: Warning = { teamId: team.id, personId: member.personId, courseSlug: need.courseSlug, kind: need.state, certificateId }
        if (await insertWarning(tx, warning, at)) news.push({ name: member.name, need })
      }
    }
    if (news.length === 0) return 0
    for (const user of users) {
      const language = options.messages.choose(user.locale)
      const t = options.messages.translate(language)
      const lines = news.map(({ name, need }) => t(`readiness.mail.${need.state}`, {
        name, course: textIn(titles.get(need.courseSlug) ?? need.courseSlug, language), date: need.held?.expiresAt == null ? '' : options.day(need.held.expiresAt, language)
      }))
      const values = { name: user.name, team: team.name, lines: lines.join('\n'), link: options.link(team.id), programme: options.programme }
      await queueMail(tx, world, {
        to: user.email, subject: t('readiness.mail.subject', values), body: t(user.personId === team.ownerId ? 'readiness.mail.body' : 'lists.mail.body', { ...values, keeper: team.ownerName })
      })
    }
    return users.length
  })
}

async function addTo (tx: Tx, world: World, person: Person, teamId: string, personIds: readonly string[]): Promise<number> {
  const ids = [...new Set(personIds)]
  const members = await selectMembers(tx, [teamId])
  const all = new Set([...members.map(({ personId }) => personId), ...ids])
  if (all.size > MOST_MEMBERS) throw new Refusal('bad-input', {}, [{ path: 'people', message: `a list holds at most ${MOST_MEMBERS} people` }])
  const found = await selectCountriesOf(tx, ids)
  const reach = hasRole(person, 'administrator') ? null : liaisonCountries(person)
  const mine = found.filter(({ country }) => reach === null || (country !== null && reach.includes(country)))
  if (mine.length < ids.length) throw new Refusal('not-found')
  const added = await insertMembers(tx, teamId, ids, world.now().toISOString())
  if (added > 0) await audit(tx, world, { actorId: person.id, action: 'team.members-added', subjectType: 'team', subjectId: teamId, detail: { added } })
  return added
}

async function ownTeam (tx: Tx, person: Person, id: string): Promise<Team> {
  const team = await seenTeam(tx, person, id)
  if (team.disbandedAt !== null) throw new Refusal('not-found')
  return team
}

/** Also one that was ended. */
async function seenTeam (tx: Tx, person: Person, id: string): Promise<Team> {
  const team = await selectOptionalTeam(tx, id)
  if (team === undefined) throw new Refusal('not-found')
  if (!hasRole(person, 'administrator') && team.ownerId !== person.id) throw new Refusal('not-found')
  return team
}

async function checked (db: Database, input: TeamInput): Promise<{ team: TeamInput, problems: readonly TeamProblem[] }> {
  const team = { name: input.name.trim(), purpose: input.purpose.trim(), courses: [...new Set(input.courses)] }
  const known = new Set((await listLatestCourses(db)).map(({ slug }) => slug))
  const problems: TeamProblem[] = []
  if (team.name === '') problems.push({ field: 'name', code: 'name-missing' })
  if (team.name.length > LENGTHS.name) problems.push({ field: 'name', code: 'name-long' })
  if (team.purpose.length > LENGTHS.purpose) problems.push({ field: 'purpose', code: 'purpose-long' })
  if (team.courses.length === 0) problems.push({ field: 'courses', code: 'courses-missing' })
  if (team.courses.some((slug) => !known.has(slug))) problems.push({ field: 'courses', code: 'course-unknown' })
  return { team, problems }
}
