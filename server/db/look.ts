import type { Statements } from './statements.ts'

/** One moment of a database, at which all that is read in one turn of the event loop is read. To begin and end a transaction for each
 * query, which takes locks by system calls, costs SQLite more than most lookups. */
export interface Look {
  readonly isOpen: () => boolean
  /** From now on, if it is not open yet: it ends by itself in the next turn, before anything begins there.
   * @returns an object of its own for each moment */
  readonly at: () => object
  /** What is read afterwards is read anew. To be called before the connection does anything but reading. */
  readonly end: () => void
}

/** @param statements of the connection that reads, in no transaction */
export function makeLook (statements: Statements): Look {
  let open: object | null = null
  let ending = false
  const begin = statements.prepare('begin')
  const commit = statements.prepare('commit')

  function end (): void {
    if (open === null) return
    open = null
    // Nothing was written. A query that failed for want of the disk has ended it already.
    try { commit.run() } catch { /* it is ended */ }
  }

  return {
    isOpen: () => open !== null,
    at () {
      if (open !== null) return open
      begin.run()
      if (!ending) {
        ending = true
        setImmediate(() => {
          ending = false
          end()
        })
      }
      return (open = {})
    },
    end
  }
}
