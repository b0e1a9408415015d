/** Values lately asked for, by key. */
export interface Recent<V> {
  readonly get: (key: string) => V | undefined
  /** @returns the value */
  readonly keep: (key: string, value: V) => V
  /** Forgets it, if it is there. */
  readonly drop: (key: string) => void
}

interface Kept<V> {
  readonly value: V
  /** Asked for since it was kept, or since its turn to be forgotten last came. */
  asked: boolean
}

/** @param limit how many are kept; beyond it one is forgotten that was not asked for while all others had their turn (second chance, as
 * pages of memory are replaced: Corbató, A Paging Experiment with the Multics System, 1968): to ask costs a look, and moves nothing */
export function makeRecent<V> (limit: number): Recent<V> {
  // A Map keeps the order of insertion: the first key is the one whose turn it is.
  const kept = new Map<string, Kept<V>>()

  function forgetOne (): void {
    for (const [key, one] of kept) {
      kept.delete(key)
      if (!one.asked) return
      one.asked = false
      kept.set(key, one)
    }
  }

  return {
    keep (key, value) {
      kept.delete(key)
      // Before it comes in: it has not been asked for yet, and would be the first to go.
      if (kept.size >= limit) forgetOne()
      kept.set(key, { value, asked: false })
      return value
    },
    drop (key) { kept.delete(key) },
    get (key) {
      const one = kept.get(key)
      if (one === undefined) return undefined
      one.asked = true
      return one.value
    }
  }
}
