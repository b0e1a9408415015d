import type { Database as SqliteFile } from 'better-sqlite3'
import type { Look } from './look.ts'
import type { Statements } from './statements.ts'

/** What is read to know who asks and what they may do, and which changes of it make a difference to those who are known: a new session
 * makes none to the others. */
const WATCHED: Readonly<Record<string, readonly string[]>> = {
  session: ['update', 'delete'],
  account: ['insert', 'update', 'delete'],
  person: ['insert', 'update', 'delete'],
  role_grant: ['insert', 'update', 'delete']
}

/** Tells whether sessions, accounts, people and roles stand as they did: see `Database.accessState`.
 * SQLite calls back for each row that this connection changes, whatever the statement, by triggers that are its own and in no file; and
 * counts the commits of all others (`PRAGMA data_version`), which is asked once a look.
 * @param writer with its statements: the connection by which everything of this process is written
 * @param look on that connection */
export function watchAccess (writer: SqliteFile, statements: Statements, look: Look): () => object | null {
  let state = {}
  let version: unknown = null
  let seenBy: object | null = null
  let asked: ReturnType<Statements['prepare']> | undefined

  function begin (): ReturnType<Statements['prepare']> {
    writer.function('access_changed', () => {
      state = {}
      return null
    })
    for (const [table, changes] of Object.entries(WATCHED)) {
      for (const change of changes) writer.exec(`create temp trigger access_${table}_${change} after ${change} on ${table} begin select access_changed(); end`)
    }
    return statements.prepare('pragma data_version').pluck()
  }

  return () => {
    // Inside of a unit of work a change has been told that may be undone yet.
    if (!look.isOpen() && writer.inTransaction) return null
    // When they are first asked for, so that they do not stand in the way of a migration.
    if (asked === undefined) {
      look.end()
      asked = begin()
    }
    const moment = look.at()
    if (moment === seenBy) return state
    seenBy = moment
    const found = asked.get()
    if (found !== version) state = {}
    version = found
    return state
  }
}
