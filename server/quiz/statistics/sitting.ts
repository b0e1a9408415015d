/** One finished attempt, as statistics look at it. Plain JSON; its host makes it from paper and steps. */
export interface Sitting {
  readonly id: string
  /** what difference is looked for between, such as the language it was sat in */
  readonly group?: string
  readonly items: readonly SatItem[]
}

/** One question of a sitting. */
export interface SatItem {
  /** its place in the paper, from 1; or of the draw that put it there */
  readonly slot: number
  readonly question: string
  /** which version of the question; one question may have been changed between two sittings */
  readonly version?: string
  /** which of the variants that its variables can take */
  readonly variant?: string
  /** what a right answer earns */
  readonly markMax: number
  /** null, for one that waits for a person, counts as nothing earned */
  readonly fraction: number | null
  /** whether it was right in the end, where that is not told by the fraction: certainty and penalties lower it. Left out: by the
   * fraction */
  readonly right?: boolean
  /** in the shape of its kind; null for none */
  readonly answer: unknown
  /** @see secondsBySlot */
  readonly seconds?: number | null
}

/** Fully right, but for binary fractions: the "1" of methods that know right and wrong alone. */
export function isRight ({ fraction, right }: Pick<SatItem, 'fraction' | 'right'>): boolean {
  return right ?? (fraction !== null && fraction >= 1 - 1e-9)
}
