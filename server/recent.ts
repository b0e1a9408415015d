/** Values lately asked for, by key. */
export interface Recent<V> {
  readonly get: (key: string) => V | undefined
  /** @returns the value */
  readonly keep: (key: string, value: V) => V
  /** Forgets it, if it is there. */
  readonly drop: (key: string) => void
}

/** @param limit how many are kept; beyond it the one not asked for longest is forgotten */
export function makeRecent<V> (limit: number): Recent<V> {
  // A Map keeps the order of insertion: the first key is the one not asked for longest.
  const values = new Map<string, V>()

  function keep (key: string, value: V): V {
    values.delete(key)
    values.set(key, value)
    const oldest = values.keys().next()
    if (values.size > limit && oldest.done !== true) values.delete(oldest.value)
    return value
  }

  return {
    keep,
    drop (key) { values.delete(key) },
    get (key) {
      const value = values.get(key)
      // Far from the limit nothing will be forgotten soon, and the order need not be kept.
      return value === undefined || values.size * 2 < limit ? value : keep(key, value)
    }
  }
}
