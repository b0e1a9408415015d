import { markingQueue } from '../attempts/marking/queue.ts'
import { answeredLately, countWaiting } from '../attempts/proposals/proposals.ts'
import { listExpiring } from '../certificates/expiry/expiry.ts'
import { listCohorts } from '../cohorts/cohorts.ts'
import { listForNomination } from '../cohorts/nominations/nominations.ts'
import { cohortOverview } from '../cohorts/progress.ts'
import { listDrafts } from '../courses/drafts/drafts.ts'
import type { Database, Tx } from '../db/database.ts'
import { hasRole, type Person } from '../person.ts'
import { courseOf, isRunning, listEnrolments, type ProgressDeps } from '../progress/progress.ts'
import { listChanges } from '../quotas/changes/changes.ts'
import { listQuotas } from '../quotas/quotas.ts'
import { textIn } from '../quiz/text.ts'
import { selectEndingOf, selectOpenAttemptsOf, selectUndecided } from './queries.ts'
import { listTeams } from './teams.ts'

/** Something that waits for whoever is signed in. Times are ISO 8601. */
export type Todo =
  | { readonly kind: 'attempt', readonly count: 1, readonly attemptId: string, readonly quiz: string, readonly course: string, readonly dueAt: string | null, readonly minutesLeft: number | null }
  | { readonly kind: 'learn', readonly count: number, readonly enrolmentId: string, readonly course: string, readonly endsAt: string, readonly timeZone: string | null }
  | { readonly kind: 'starts', readonly count: 1, readonly enrolmentId: string, readonly course: string, readonly startsAt: string, readonly timeZone: string | null }
  | { readonly kind: 'ends', readonly count: 1, readonly serial: string, readonly course: string, readonly endsAt: string }
  | { readonly kind: 'mark', readonly count: number, readonly since: string | null }
  | { readonly kind: 'help', readonly count: number, readonly cohortId: string, readonly cohort: string }
  | { readonly kind: 'begins', readonly count: number, readonly cohortId: string, readonly cohort: string, readonly startsAt: string, readonly timeZone: string | null, readonly seats: number | null }
  | { readonly kind: 'draft', readonly count: number, readonly draftId: string, readonly title: string }
  | { readonly kind: 'decide', readonly count: number, readonly cohortId: string, readonly cohort: string }
  | { readonly kind: 'approve', readonly count: number }
  | { readonly kind: 'correct', readonly count: number }
  | { readonly kind: 'answered', readonly count: number, readonly proposalId: string }
  | { readonly kind: 'nominate', readonly count: number, readonly until: string | null }
  | { readonly kind: 'close', readonly count: number, readonly quotaId: string, readonly quota: string }
  | { readonly kind: 'behind', readonly count: number, readonly quotaId: string, readonly quota: string, readonly by: number }
  | { readonly kind: 'expiring', readonly count: number }
  | { readonly kind: 'lapse', readonly count: number, readonly teamId: string, readonly team: string }

const MOST_COHORTS = 5
const MOST_RUNNING = 12
const DAY_MS = 86_400_000
const BEGINS_WITHIN_DAYS = 7
const ENDS_WITHIN_DAYS = 60

/** What waits today, the most urgent first.
 *
 * For a trainee: an attempt that is open, a course that is not finished, one that begins, a certificate that ends. For an instructor:
 * answers to mark, trainees who may need help, cohorts that begin within the week, drafts, and what
 * became of corrections they proposed. For a liaison: cohorts to nominate for,
 * trainees who may need help, a target behind its pace. For an administrator also nominations to decide, moves of targets to agree
 * to, years to close, certificates that end and corrections to carry out. And people on one's own lists who cannot be sent any more, or soon cannot.
 * @param language for the names of courses */
export async function todoOf (db: Database, deps: ProgressDeps, person: Person, language: string): Promise<Todo[]> {
  const administers = hasRole(person, 'administrator')
  const instructs = administers || hasRole(person, 'instructor')
  const liaises = administers || hasRole(person, 'liaison')
  return [
    ...await ownTodo(db, deps, person, language),
    ...instructs ? await markTodo(db, deps, person) : [],
    ...instructs ? await correctionTodo(db, deps, person, administers) : [],
    ...administers ? await yearTodo(db, deps, person) : [],
    ...liaises && !administers ? await nominateTodo(db, deps, person) : [],
    ...instructs || liaises ? await cohortTodo(db, deps, person, instructs) : [],
    ...liaises ? await targetTodo(db, deps, person) : [],
    ...liaises ? await teamTodo(db, deps, person) : [],
    ...instructs ? await draftTodo(db, person) : []
  ]
}

async function ownTodo (db: Database, deps: ProgressDeps, person: Person, language: string): Promise<Todo[]> {
  const now = deps.world.now()
  const at = now.toISOString()
  const todo: Todo[] = []
  const enrolments = await listEnrolments(db, person, at)
  const titles = new Map<string, string>()
  for (const enrolment of enrolments) titles.set(enrolment.id, (await courseOf(db.read, deps, enrolment, language)).title)
  for (const { id, enrolmentId, quizKey, versionId, dueAt } of await selectOpenAttemptsOf(db.read, person.id)) {
    if (dueAt !== null && dueAt <= at) continue
    const version = versionId ?? enrolments.find(({ id }) => id === enrolmentId)?.courseVersionId
    const quiz = version === undefined ? quizKey : await quizTitle(db.read, deps, version, quizKey, language)
    todo.push({ kind: 'attempt', count: 1, attemptId: id, quiz, course: titles.get(enrolmentId) ?? '', dueAt, minutesLeft: dueAt === null ? null : Math.ceil((Date.parse(dueAt) - now.getTime()) / 60_000) })
  }
  const unfinished = enrolments.filter(({ state }) => state === 'active').toSorted((a, b) => a.cohort.endsAt < b.cohort.endsAt ? -1 : 1)
  for (const { id, cohort, done, total } of unfinished) {
    const course = titles.get(id) ?? ''
    if (isRunning({ cohort }, at)) todo.push({ kind: 'learn', count: total - done, enrolmentId: id, course, endsAt: cohort.endsAt, timeZone: cohort.timeZone })
    else if (cohort.startsAt > at) todo.push({ kind: 'starts', count: 1, enrolmentId: id, course, startsAt: cohort.startsAt, timeZone: cohort.timeZone })
  }
  const ending = await selectEndingOf(db.read, person.id, at, new Date(now.getTime() + ENDS_WITHIN_DAYS * DAY_MS).toISOString())
  todo.push(...ending.map(({ serial, course, endsAt }) => ({ kind: 'ends' as const, count: 1 as const, serial, course, endsAt })))
  return todo
}

/** Out of the courses at hand: no query for a version that somebody has looked at. */
async function quizTitle (tx: Tx, { courses }: ProgressDeps, versionId: string, key: string, language: string): Promise<string> {
  const outline = await courses.outline(tx, versionId)
  const quiz = outline.modules.flatMap(({ activities }) => activities).find((activity) => activity.key === key)
  return quiz === undefined ? key : textIn(quiz.title, language, outline.language)
}

async function markTodo (db: Database, deps: ProgressDeps, person: Person): Promise<Todo[]> {
  const mine = (await markingQueue(db, deps, person)).filter(({ next }) => next !== null)
  const count = mine.reduce((sum, { waiting }) => sum + waiting.first + waiting.second + waiting.third, 0)
  return count > 0 ? [{ kind: 'mark', count, since: mine[0]?.oldest ?? null }] : []
}

/** Corrections that an administrator is asked for, and one's own that were answered within the week. */
async function correctionTodo (db: Database, deps: ProgressDeps, person: Person, decides: boolean): Promise<Todo[]> {
  const waiting = decides ? await countWaiting(db) : 0
  const answered = await answeredLately(db, deps.world.now(), person)
  const [last] = answered
  return [
    ...waiting > 0 ? [{ kind: 'correct' as const, count: waiting }] : [],
    ...last === undefined ? [] : [{ kind: 'answered' as const, count: answered.length, proposalId: last.id }]
  ]
}

async function yearTodo (db: Database, deps: ProgressDeps, person: Person): Promise<Todo[]> {
  const todo: Todo[] = []
  for (const { cohortId, cohort, count } of await selectUndecided(db.read, deps.world.now().toISOString(), MOST_COHORTS)) todo.push({ kind: 'decide', count, cohortId, cohort })
  const proposed = (await listChanges(db, person, { state: 'proposed' })).items.filter(({ proposedBy }) => proposedBy !== person.id)
  if (proposed.length > 0) todo.push({ kind: 'approve', count: proposed.length })
  const { count } = await listExpiring(db, deps.world, deps.settings.timeZone, person, { period: '30' })
  if (count > 0) todo.push({ kind: 'expiring', count })
  return todo
}

async function nominateTodo (db: Database, deps: ProgressDeps, person: Person): Promise<Todo[]> {
  const open = (await listForNomination(db, deps, person)).filter(({ open }) => open)
  const until = open.flatMap(({ until }) => until === null ? [] : [until]).sort()[0] ?? null
  return open.length > 0 ? [{ kind: 'nominate', count: open.length, until }] : []
}

/** Of the cohorts they may see: who may need help, of those they may see; and, for whoever runs them, what begins. */
async function cohortTodo (db: Database, deps: ProgressDeps, person: Person, runs: boolean): Promise<Todo[]> {
  const todo: Todo[] = []
  for (const { id, name } of (await listCohorts(db, deps.world, person, { state: 'running', limit: MOST_RUNNING })).items) {
    const { count } = (await cohortOverview(db, deps.world, person, id, 0)).stuck
    if (count > 0) todo.push({ kind: 'help', count, cohortId: id, cohort: name })
  }
  const soon = new Date(deps.world.now().getTime() + BEGINS_WITHIN_DAYS * DAY_MS).toISOString()
  const coming = runs ? (await listCohorts(db, deps.world, person, { state: 'coming', limit: MOST_RUNNING })).items.filter(({ startsAt }) => startsAt <= soon).toReversed() : []
  return [
    ...coming.map(({ id, name, startsAt, timeZone, seats, counts }): Todo => ({ kind: 'begins', count: counts.enrolled, cohortId: id, cohort: name, startsAt, timeZone, seats })),
    ...todo.toSorted((a, b) => b.count - a.count).slice(0, MOST_COHORTS)
  ]
}

async function targetTodo (db: Database, deps: ProgressDeps, person: Person): Promise<Todo[]> {
  const todo: Todo[] = []
  const open = (await listQuotas(db, deps.world, person)).items.filter(({ closedAt }) => closedAt === null)
  const over = hasRole(person, 'administrator') ? open.filter(({ today, period }) => today > period.to) : []
  const [first] = over
  if (first !== undefined) todo.push({ kind: 'close', count: over.length, quotaId: first.id, quota: first.name })
  const behind = open.filter(({ today, period, counted, target, forecast }) => today >= period.from && today <= period.to && counted < target && forecast.method !== 'not-begun' && forecast.ahead < 0)
    .toSorted((a, b) => a.forecast.ahead - b.forecast.ahead)
  const [worst] = behind
  if (worst !== undefined) todo.push({ kind: 'behind', count: behind.length, quotaId: worst.id, quota: worst.name, by: -worst.forecast.ahead })
  return todo
}

async function teamTodo (db: Database, deps: ProgressDeps, person: Person): Promise<Todo[]> {
  return (await listTeams(db, deps.world, person)).filter(({ team }) => team.ownerId === person.id).flatMap(({ team, members }): Todo[] => {
    const count = members.filter(({ needs }) => needs.some(({ state }) => state !== 'valid')).length
    return count > 0 ? [{ kind: 'lapse', count, teamId: team.id, team: team.name }] : []
  })
}

async function draftTodo (db: Database, person: Person): Promise<Todo[]> {
  // An administrator may write every draft: what waits for them is what they write.
  const mine = await listDrafts(db, { ...person, roles: person.roles.filter(({ role }) => role !== 'administrator') })
  const [last] = mine
  return last === undefined ? [] : [{ kind: 'draft', count: mine.length, draftId: last.id, title: last.title }]
}
