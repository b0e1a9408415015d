import { contains } from './changes/changes.ts'
import type { Quota } from './queries.ts'

export interface Branch<Q> {
  readonly quota: Q
  /** 0 for a quota that is part of no other of its period. */
  readonly depth: number
}

/** Quotas as a tree, from the whole programme down: each follows the narrowest quota of the same period and way of counting
 * that it is a part of; groups of a period, and parts of a whole, stay in the order given. */
export function treeOf<Q extends Pick<Quota, 'id' | 'period' | 'timeZone' | 'counts' | 'scope'>> (quotas: readonly Q[]): Array<Branch<Q>> {
  const groups = [...Map.groupBy(quotas, ({ period, timeZone, counts }) => `${period.to} ${period.from} ${timeZone} ${counts}`).values()]
  return groups.flatMap((group) => {
    const parents = new Map(group.map((quota) => [quota.id, parentOf(quota, group)?.id]))
    const under = (parent: string | undefined, depth: number): Array<Branch<Q>> => group
      .filter(({ id }) => parents.get(id) === parent)
      .flatMap((quota) => [{ quota, depth }, ...under(quota.id, depth + 1)])
    return under(undefined, 0)
  })
}

const breadth = ({ scope }: Pick<Quota, 'scope'>): number => Object.values(scope).filter((part) => part !== undefined).length

function parentOf<Q extends Pick<Quota, 'id' | 'scope'>> (quota: Q, group: readonly Q[]): Q | undefined {
  return group
    .filter((other) => contains(other.scope, quota.scope) && breadth(other) < breadth(quota))
    // The narrowest; between a country and a course, the country.
    .sort((a, b) => breadth(b) - breadth(a) || Number(b.scope.country !== undefined) - Number(a.scope.country !== undefined))[0]
}
