import { randomFrom, type Random } from '../quiz/random.ts'

/** Everyday questions to a seeded generator. */
export interface Chance extends Random {
  /** A whole number, both ends among them. */
  readonly between: (least: number, most: number) => number
  /** From 0 up to, but not including, 1. */
  readonly part: () => number
  readonly happens: (percent: number) => boolean
  readonly one: <T>(items: readonly T[]) => T
  /** One of the items, as often as its weight says. */
  readonly weighted: <T extends { readonly weight: number }>(items: readonly T[]) => T
}

export function chanceFrom (seed: string): Chance {
  const { below } = randomFrom(seed)
  return {
    below,
    between: (least, most) => least + below(most - least + 1),
    part: () => below(2 ** 32) / 2 ** 32,
    happens: (percent) => below(100) < percent,
    one: (items) => items[below(items.length)] as (typeof items)[number],
    weighted: (items) => {
      let left = below(items.reduce((sum, { weight }) => sum + weight, 0))
      return items.find(({ weight }) => (left -= weight) < 0) as (typeof items)[number]
    }
  }
}
