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

/** How many of a country a cohort may have at all, whoever is there already: 0 where every seat is held for others. */
export function roomFor ({ total, held }: Seats, country: string): number {
  return held.get(country) ?? (total === null ? Infinity : Math.max(0, total - sum(held.values())))
}

export function sum (counts: Iterable<number>): number {
  let sum = 0
  for (const count of counts) sum += count
  return sum
}

/** Reads `ZM:10, MY:5` or `Zambia: 10`, one a line or divided by commas, as a plan and a form have it.
 * @param codeOf the code of a country as it is typed; null for what is none
 * @returns what is wrong, or the seats by country */
export function readHeld (text: string, codeOf: (typed: string) => string | null): ReadonlyMap<string, number> | { readonly wrong: string } {
  const held = new Map<string, number>()
  const western = text.replace(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x660))
  for (const part of western.split(/[,;،؛\n]+/).map((part) => part.trim()).filter((part) => part !== '')) {
    // Several may stand in a row where each is a country and a number.
    const several = /\s*(\D+?)\s*[:=]?\s*(\d{1,6})(?=\s|$)/y
    while (several.lastIndex < part.length) {
      const [, typed = '', count = ''] = several.exec(part) ?? []
      const country = codeOf(typed)
      if (country === null || held.has(country)) return { wrong: part }
      held.set(country, Number(count))
    }
  }
  return held
}

/** The same, as `readHeld` reads it.
 * @param named what a country is called; its code when left out */
export function heldText (held: ReadonlyMap<string, number>, named?: { readonly nameOf: (code: string) => string }): string {
  return [...held].map(([code, seats]) => [named?.nameOf(code) ?? code, seats] as const).sort(([a], [b]) => a.localeCompare(b, 'en'))
    .map(([name, seats]) => named === undefined ? `${name}:${seats}` : `${name}: ${seats}`).join(named === undefined ? ', ' : '\n')
}
