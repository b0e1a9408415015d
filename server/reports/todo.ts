import { markingQueue } from '../attempts/marking/queue.ts'
import { listForNomination } from '../cohorts/nominations/nominations.ts'
import type { Database } from '../db/database.ts'
import { hasRole, type Person } from '../person.ts'
import type { ProgressDeps } from '../progress/progress.ts'
import { listChanges } from '../quotas/changes/changes.ts'
import { listQuotas } from '../quotas/quotas.ts'
import { selectUndecided } from './queries.ts'
import { listTeams } from './teams.ts'

/** Something that waits for whoever is signed in. */
export type Todo =
  | { readonly kind: 'mark', readonly count: number, readonly since: string | null }
  | { readonly kind: 'decide', readonly count: number, readonly cohortId: string, readonly cohort: string }
  | { readonly kind: 'approve', readonly count: number }
  | { readonly kind: 'nominate', readonly count: number }
  | { readonly kind: 'close', readonly count: number, readonly quotaId: string, readonly quota: string }
  | { readonly kind: 'lapse', readonly count: number, readonly teamId: string, readonly team: string }

const MOST_COHORTS = 5

/** What waits today: answers to mark, nominations to decide, moves of targets to agree to, years to close, cohorts to nominate people
 * for, and people on one's own lists who cannot be sent any more, or soon cannot. */
export async function todoOf (db: Database, deps: ProgressDeps, person: Person): Promise<Todo[]> {
  const administers = hasRole(person, 'administrator')
  const todo: Todo[] = []
  if (administers || hasRole(person, 'instructor')) {
    const mine = (await markingQueue(db, deps, person)).filter(({ next }) => next !== null)
    const count = mine.reduce((sum, { waiting }) => sum + waiting.first + waiting.second + waiting.third, 0)
    if (count > 0) todo.push({ kind: 'mark', count, since: mine[0]?.oldest ?? null })
  }
  if (administers) {
    for (const { cohortId, cohort, count } of await selectUndecided(db.read, deps.world.now().toISOString(), MOST_COHORTS)) todo.push({ kind: 'decide', count, cohortId, cohort })
    const proposed = (await listChanges(db, person, { state: 'proposed' })).items.filter(({ proposedBy }) => proposedBy !== person.id)
    if (proposed.length > 0) todo.push({ kind: 'approve', count: proposed.length })
    const over = (await listQuotas(db, deps.world, person)).items.filter(({ closedAt, today, period }) => closedAt === null && today > period.to)
    const [first] = over
    if (first !== undefined) todo.push({ kind: 'close', count: over.length, quotaId: first.id, quota: first.name })
  } else if (hasRole(person, 'liaison')) {
    const open = await listForNomination(db, deps, person)
    if (open.length > 0) todo.push({ kind: 'nominate', count: open.length })
  }
  if (administers || hasRole(person, 'liaison')) {
    for (const { team, members } of (await listTeams(db, deps.world, person)).filter(({ team }) => team.ownerId === person.id)) {
      const count = members.filter(({ needs }) => needs.some(({ state }) => state !== 'valid')).length
      if (count > 0) todo.push({ kind: 'lapse', count, teamId: team.id, team: team.name })
    }
  }
  return todo
}
