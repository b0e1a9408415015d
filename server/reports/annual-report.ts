import type { Database } from '../db/database.ts'
import type { Person } from '../person.ts'
import { courseTitles, getQuota, partsOf, type QuotaStanding } from '../quotas/quotas.ts'
import type { SeenSnapshot } from '../quotas/snapshot.ts'
import type { World } from '../world.ts'

export type Dimension = 'country' | 'course' | 'rank' | 'month'
export const DIMENSIONS: readonly Dimension[] = ['country', 'course', 'rank', 'month']

export interface ReportLine {
  /** null for people without one. */
  readonly key: string | null
  /** When the books were closed; null while they are open. */
  readonly closed: number | null
  readonly now: number
}

/** What a period came to, by each of its dimensions. Every figure opens into the serials that make it. */
export interface AnnualReport {
  readonly quota: QuotaStanding
  readonly by: Readonly<Record<Dimension, readonly ReportLine[]>>
  readonly courseTitles: ReadonlyMap<string, string>
  /** The signed figures of the closing; null while the books are open. */
  readonly snapshot: SeenSnapshot | null
}

/** @throws Refusal as `getQuota` */
export async function annualReport (db: Database, world: World, person: Person, quotaId: string): Promise<AnnualReport> {
  const quota = await getQuota(db, world, person, quotaId)
  const { parts, snapshot } = await partsOf(db, person, quotaId)
  const line = (dimension: Dimension): ReportLine[] => {
    const now = new Map(parts[dimension].map(({ key, counted }) => [key, counted]))
    const then = snapshot === null ? null : new Map(snapshot.figures.by[dimension].map(({ key, counted }) => [key, counted]))
    const keys = [...new Set([...now.keys(), ...then?.keys() ?? []])]
    return keys.map((key) => ({ key, now: now.get(key) ?? 0, closed: then === null ? null : then.get(key) ?? 0 }))
      .sort((a, b) => dimension === 'month' ? (a.key ?? '') < (b.key ?? '') ? -1 : 1 : (b.closed ?? b.now) - (a.closed ?? a.now) || ((a.key ?? '') < (b.key ?? '') ? -1 : 1))
  }
  return {
    quota,
    by: { country: line('country'), course: line('course'), rank: line('rank'), month: line('month') },
    courseTitles: await courseTitles(db),
    snapshot
  }
}
