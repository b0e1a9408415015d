import type { Statements } from './statements.ts'

/** One moment of a database, at which all that is read in one turn of the event loop is read. To begin and end a transaction for each
 * query, which takes locks by system calls, costs SQLite more than most lookups. */
export interface Look {
  readonly isOpen: () => boolean
  /** From the next query on. It ends by itself in the next turn, before anything begins there. */
  readonly begin: () => void
  /** What is read afterwards is read anew. To be called before the connection does anything but reading. */
  readonly end: () => void
}

/** @param statements of the connection that reads, in no transaction */
export function makeLook (statements: Statements): Look {
  let open = false
  let ending = false
  const begin = statements.prepare('begin')
  const commit = statements.prepare('commit')

  function end (): void {
    if (!open) return
    open = false
    // Nothing was written. A query that failed for want of the disk has ended it already.
    try { commit.run() } catch { /* it is ended */ }
  }

  return {
    isOpen: () => open,
    begin () {
      begin.run()
      open = true
      if (ending) return
      ending = true
      setImmediate(() => {
        ending = false
        end()
      })
    },
    end
  }
}
