import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import Sqlite from 'better-sqlite3'
import { Kysely, SqliteDialect, sql, type SqliteDatabase } from 'kysely'
import type { Database, Tx } from './database.ts'
import { isBusy, isStorageUnavailable } from './faults.ts'
import { runWithLast } from './lastly.ts'
import type { Tables } from './tables.ts'

/** Opens a SQLite file in WAL mode, every commit synced to disk (`synchronous=FULL`).
 * Reads have a connection of their own; writes share one, and those that arrive together share one commit.
 * @param path a file (made, with its folder, when missing)
 * @throws when the file cannot be opened or is no database */
export function openSqlite (path: string): Database {
  mkdirSync(dirname(path), { recursive: true })
  const writer = new Sqlite(path)
  writer.pragma('journal_mode = WAL')
  writer.pragma('synchronous = FULL')
  writer.pragma('foreign_keys = ON')
  // Waiting inside SQLite would stop the whole server: `beginWhenFree` waits outside.
  writer.pragma('busy_timeout = 0')
  const reader = new Sqlite(path)
  reader.pragma('query_only = ON')
  reader.pragma('busy_timeout = 5000')
  const read = new Kysely<Tables>({ dialect: new SqliteDialect({ database: keepingStatements(reader) }) })
  const write = new Kysely<Tables>({ dialect: new SqliteDialect({ database: keepingStatements(writer) }) })
  return {
    dialect: 'sqlite',
    read,
    write: groupCommit(write),
    async atOneMoment (work) {
      const moment = new Kysely<Tables>({ dialect: new SqliteDialect({ database: new Sqlite(path, { readonly: true }) }) })
      try {
        return await moment.connection().execute(async (tx) => {
          await sql`begin`.execute(tx)
          return await work(tx)
        })
      } finally {
        await moment.destroy()
      }
    },
    async close () {
      await write.destroy()
      await read.destroy()
    }
  }
}

/** Prepared statements a connection keeps, the latest used. */
const STATEMENTS_KEPT = 400

/** Kysely has each statement prepared anew, which takes longer than most take to run. */
function keepingStatements (connection: Sqlite.Database): SqliteDatabase {
  const kept = new Map<string, Sqlite.Statement<unknown[]>>()
  return {
    close: () => { connection.close() },
    prepare (text) {
      const statement = kept.get(text) ?? connection.prepare<unknown[]>(text)
      kept.delete(text)
      kept.set(text, statement)
      const [oldest] = kept.keys()
      if (kept.size > STATEMENTS_KEPT && oldest !== undefined) kept.delete(oldest)
      return statement
    }
  }
}

interface Waiting {
  readonly run: (tx: Tx) => Promise<void>
  readonly settle: (failed: unknown) => void
}

/** How long units of work wait for a file that another process writes to, before they are refused. */
const BUSY_MS = 5000

/** How many units of work one commit may carry: bounds how long the first of them waits. */
const GROUP_LIMIT = 256

/** Units of work that arrive while another commit runs share the next one, each in a savepoint of its own:
 * one that fails is undone alone. Each is answered only after the shared commit is on disk. */
function groupCommit (db: Kysely<Tables>): Database['write'] {
  const queue: Waiting[] = []
  let draining = false

  async function drain (): Promise<void> {
    draining = true
    try {
      while (queue.length > 0) await db.connection().execute(commitGroup)
    } finally {
      draining = false
    }
  }

  async function commitGroup (tx: Tx): Promise<void> {
    const done: Array<[Waiting, unknown]> = []
    try {
      await beginWhenFree(tx)
      while (queue.length > 0 && done.length < GROUP_LIMIT) {
        const next = queue.shift() as Waiting
        await sql`savepoint unit`.execute(tx)
        try {
          await next.run(tx)
          await sql`release unit`.execute(tx)
          done.push([next, undefined])
        } catch (error) {
          done.push([next, error ?? new Error('the unit of work failed without a reason')])
          // A disk that is full or fails may have ended the whole transaction.
          if (isStorageUnavailable(error)) throw error
          await sql`rollback to unit`.execute(tx)
          await sql`release unit`.execute(tx)
        }
      }
      await sql`commit`.execute(tx)
    } catch (error) {
      // The group as a whole is lost (disk full, locked file): nobody in it may be told otherwise.
      await sql`rollback`.execute(tx).catch(() => undefined)
      for (const [unit, failed] of done) unit.settle(failed ?? error)
      for (const unit of queue.splice(0)) unit.settle(error)
      return
    }
    for (const [unit, failed] of done) unit.settle(failed)
  }

  /** Another process has the file for a moment: a backup, an import, a second server. */
  async function beginWhenFree (tx: Tx): Promise<void> {
    const until = performance.now() + BUSY_MS
    for (let pause = 1; ; pause = Math.min(pause * 2, 50)) {
      try {
        await sql`begin immediate`.execute(tx)
        return
      } catch (error) {
        if (!isBusy(error) || performance.now() > until) throw error
        await wait(pause)
      }
    }
  }

  return (work) => new Promise((resolve, reject) => {
    let result: Awaited<ReturnType<typeof work>>
    queue.push({
      run: async (tx) => { result = await runWithLast(tx, work) },
      settle: (failed) => { if (failed === undefined) resolve(result); else reject(failed) }
    })
    if (!draining) setImmediate(() => { if (!draining) void drain() })
  })
}
