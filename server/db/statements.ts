import type { Database as SqliteFile, Statement } from 'better-sqlite3'
import type { SqliteDatabase } from 'kysely'

/** One SQLite connection that remembers its statements: preparing one costs several times what running it does. */
export interface Statements {
  /** Ready to run, for as long as it is asked for now and then. */
  readonly of: (sql: string) => Statement<unknown[]>
  /** The same for whoever keeps it. */
  readonly prepare: (sql: string) => Statement<unknown[]>
  /** The same connection as Kysely wants it. */
  readonly database: SqliteDatabase
}

/** Texts beyond this number, as lists of varying length make them, push out those not asked for longest. */
const LIMIT = 500

export function rememberStatements (file: SqliteFile): Statements {
  const known = new Map<string, Statement<unknown[]>>()

  const prepare = (sql: string): Statement<unknown[]> => file.prepare<unknown[]>(withSettledPlan(sql))

  function of (sql: string): Statement<unknown[]> {
    const statement = known.get(sql) ?? prepare(sql)
    // A Map keeps the order of insertion: the first is the one not asked for longest.
    known.delete(sql)
    known.set(sql, statement)
    const oldest = known.keys().next()
    if (known.size > LIMIT && oldest.done !== true) known.delete(oldest.value)
    return statement
  }

  return {
    of,
    prepare,
    database: {
      prepare (sql) {
        const statement = of(sql)
        return {
          reader: statement.reader,
          all: (parameters) => statement.all(...parameters),
          run: (parameters) => statement.run(...parameters),
          // A walk through many rows lasts; another of the same text must not find its statement busy.
          iterate: (parameters) => prepare(sql).iterate(...parameters)
        }
      },
      close: () => { file.close() }
    }
  }
}

/** SQLite as better-sqlite3 builds it (STAT4) looks at the values bound to a join, or to what is ordered or grouped, to choose its
 * plan, and so plans it anew each time: four fifths of what such a query costs. A value out of a subquery is not looked at, and the
 * plan stays. Texts with a literal in them are left alone: a question mark there is none of ours. */
function withSettledPlan (sql: string): string {
  return /^select\b/.test(sql) && / (?:join|order by|group by) /.test(sql) && !sql.includes("'") ? sql.replaceAll('?', '(select ?)') : sql
}
