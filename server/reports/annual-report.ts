import type { Database } from '../db/database.ts'
import type { Person } from '../person.ts'
import { partsOf, quotaDetail, type QuotaDetail, type QuotaPart } from '../quotas/quotas.ts'
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
  /** The target about this part alone, if there is one. */
  readonly promised: QuotaPart['promised']
}

/** What a period came to, by each of its dimensions, and where it will end while it lasts. Every figure opens into the serials that make it. */
export interface AnnualReport extends Pick<QuotaDetail, 'quota' | 'courseTitles' | 'before' | 'restated'> {
  readonly by: Readonly<Record<Dimension, readonly ReportLine[]>>
  /** The signed figures of the closing; null while the books are open. */
  readonly snapshot: SeenSnapshot | null
}

/** @throws Refusal as `getQuota` */
export async function annualReport (db: Database, world: World, person: Person, quotaId: string): Promise<AnnualReport> {
  const { quota, courseTitles, before, restated, countries, courses } = await quotaDetail(db, world, person, quotaId)
  const { parts, snapshot } = await partsOf(db, person, quotaId)
  const line = (dimension: Dimension, promises: readonly QuotaPart[] = []): ReportLine[] => {
    const now = new Map(parts[dimension].map(({ key, counted }) => [key, counted]))
    const then = snapshot === null ? null : new Map(snapshot.figures.by[dimension].map(({ key, counted }) => [key, counted]))
    const promised = new Map(promises.flatMap(({ key, promised }) => promised === null ? [] : [[key, promised]]))
    const keys = [...new Set([...now.keys(), ...then?.keys() ?? [], ...promised.keys()])]
    return keys.map((key) => ({ key, now: now.get(key) ?? 0, closed: then === null ? null : then.get(key) ?? 0, promised: promised.get(key) ?? null }))
      .sort((a, b) => dimension === 'month' ? (a.key ?? '') < (b.key ?? '') ? -1 : 1 : (b.closed ?? b.now) - (a.closed ?? a.now) || ((a.key ?? '') < (b.key ?? '') ? -1 : 1))
  }
  return {
    quota, courseTitles, before, restated, snapshot,
    by: { country: line('country', countries), course: line('course', courses), rank: line('rank'), month: line('month') }
  }
}
