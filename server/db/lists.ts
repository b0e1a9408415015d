/** Rows a statement: times at most ten columns, far below the 32,766 values that one SQLite statement may bind. */
const BATCH = 1000

/** For `in`: `in ()` is no SQL, and no id or country is empty. */
export function inList (values: readonly string[]): readonly string[] {
  return values.length > 0 ? values : ['']
}

/** Rows in as many statements as they need. */
export function * batches<T> (items: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < items.length; from += BATCH) yield items.slice(from, from + BATCH)
}
