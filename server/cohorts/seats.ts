/** How many may be in a cohort, and of whom. */
export interface Seats {
  /** null: as many as wished */
  readonly total: number | null
  /** Seats that are held for a country, by its code. */
  readonly held: ReadonlyMap<string, number>
}

/** How many of each country have a seat; '' for people without one. */
export type Taken = ReadonlyMap<string, number>

/** The rule, as the page words it: seats that are held for a country are for it alone; every other country shares what is
 * left of the total.
 * @returns how many more of a country may come; Infinity where nothing bounds it, never below 0 */
export function freeFor ({ total, held }: Seats, taken: Taken, country: string | null): number {
  const all = sum(taken.values())
  const left = total === null ? Infinity : total - all
  const own = country === null ? undefined : held.get(country)
  if (own !== undefined) return Math.max(0, Math.min(left, own - (taken.get(country ?? '') ?? 0)))
  if (total === null) return Infinity
  const others = sum([...taken].filter(([code]) => !held.has(code)).map(([, count]) => count))
  return Math.max(0, Math.min(left, total - sum(held.values()) - others))
}

export function sum (counts: Iterable<number>): number {
  let sum = 0
  for (const count of counts) sum += count
  return sum
}

/** Reads `ZM:10, MY:5` or one a line, as a plan and a form have it.
 * @returns what is wrong, or the seats by country */
export function readHeld (text: string, isCountry: (code: string) => boolean): ReadonlyMap<string, number> | { readonly wrong: string } {
  const held = new Map<string, number>()
  for (const part of text.split(/[,;\s]+(?=[A-Za-z]{2}\b)|[;,\n]+/).map((part) => part.trim()).filter((part) => part !== '')) {
    const [, code = '', count = ''] = /^([A-Za-z]{2})\s*[:= ]\s*(\d{1,6})$/.exec(part) ?? []
    const country = code.toUpperCase()
    if (!isCountry(country) || held.has(country)) return { wrong: part }
    held.set(country, Number(count))
  }
  return held
}

/** The same, as `readHeld` reads it. */
export function heldText (held: ReadonlyMap<string, number>): string {
  return [...held].sort(([a], [b]) => a < b ? -1 : 1).map(([country, seats]) => `${country}:${seats}`).join(', ')
}
