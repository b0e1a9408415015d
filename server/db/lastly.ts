import type { Tx } from './database.ts'

const waiting = new WeakMap<Tx, Array<() => Promise<void>>>()

/** The unit of work that runs on a connection now: an object of its own each time, however often the connection is used.
 * @throws Error outside of one */
export function unitOf (tx: Tx): object {
  const list = waiting.get(tx)
  if (list === undefined) throw new Error('what is put off to the end of a unit of work needs to be inside of one')
  return list
}

/** Puts something off to the end of the unit of work, just before its commit: for what all units of work stand in line for,
 * such as the head of the audit chain, so that nobody waits in that line longer than for one statement and a commit. */
export function lastly (tx: Tx, work: () => Promise<void>): void {
  const list = waiting.get(tx)
  if (list === undefined) throw new Error('what is put off to the end of a unit of work needs to be inside of one')
  list.push(work)
}

/** Runs a unit of work and then what it put off, in that order. For the dialects. */
export async function runWithLast<T> (tx: Tx, work: (tx: Tx) => Promise<T>): Promise<T> {
  const list: Array<() => Promise<void>> = []
  waiting.set(tx, list)
  try {
    const result = await work(tx)
    for (const last of list) await last()
    return result
  } finally {
    waiting.delete(tx)
  }
}
