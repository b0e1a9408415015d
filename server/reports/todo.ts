import { markingQueue } from '../attempts/marking/queue.ts'
import { listForNomination } from '../cohorts/nominations/nominations.ts'
import type { Database } from '../db/database.ts'
import { hasRole, type Person } from '../person.ts'
import type { ProgressDeps } from '../progress/progress.ts'
import { listChanges } from '../quotas/changes/changes.ts'
import { selectUndecided } from './queries.ts'

/** Something that waits for whoever is signed in. */
export type Todo =
  | { readonly kind: 'mark', readonly count: number, readonly since: string | null }
  | { readonly kind: 'decide', readonly count: number, readonly cohortId: string, readonly cohort: string }
  | { readonly kind: 'approve', readonly count: number }
  | { readonly kind: 'nominate', readonly count: number }

const MOST_COHORTS = 5

/** What waits today: answers to mark, nominations to decide, moves of targets to agree to, cohorts to nominate people for. */
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
  } else if (hasRole(person, 'liaison')) {
    const open = await listForNomination(db, deps, person)
    if (open.length > 0) todo.push({ kind: 'nominate', count: open.length })
  }
  return todo
}
