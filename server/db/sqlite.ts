import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import Sqlite from 'better-sqlite3'
import { Kysely, SqliteDialect, sql } from 'kysely'
import type { Database, Tx } from './database.ts'
import { isBusy, isStorageUnavailable } from './faults.ts'
import { runWithLast } from './lastly.ts'
import { runDirectly } from './prepared.ts'
import { rememberStatements, type Statements } from './statements.ts'
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
  for (const file of [writer, reader]) file.pragma(`cache_size = -${CACHE_KIB}`)
  const [reading, writing] = [rememberStatements(reader), rememberStatements(writer)]
  const read = new Kysely<Tables>({ dialect: new SqliteDialect({ database: reading.database }) })
  const write = new Kysely<Tables>({ dialect: new SqliteDialect({ database: writing.database }) })
  // With each commit SQLite forgets all that other connections had in memory, and reading it again takes three times as long. So a
  // prepared query goes by the connection that wrote, except while a unit of work is open there: nobody sees what is not committed.
  runDirectly(read, () => writer.inTransaction ? reading : writing)
  runDirectly(write, () => writing)
  return {
    dialect: 'sqlite',
    read,
    write: groupCommit(write, writing),
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
      // Kysely closes what it has opened itself: a connection that only prepared queries used is none of these.
      reader.close()
      writer.close()
    }
  }
}

/** Pages that each connection keeps in memory: what every trainee's request touches of a large file. */
const CACHE_KIB = 64 * 1024

interface Waiting {
  readonly run: (tx: Tx) => Promise<void>
  readonly settle: (failed: unknown) => void
}

/** How long units of work wait for a file that another process writes to, before they are refused. */
const BUSY_MS = 5000

/** How many units of work one commit may carry, and for how long it takes new ones in: bounds how long the first of them waits,
 * and for how long nobody else is served. */
const GROUP_LIMIT = 256
const GROUP_MS = 8

/** Units of work that arrive while another commit runs share the next one, each in a savepoint of its own:
 * one that fails is undone alone. Each is answered only after the shared commit is on disk.
 * @param tx the writing connection, which nobody else uses */
function groupCommit (tx: Tx, statements: Statements): Database['write'] {
  const queue: Waiting[] = []
  let draining = false
  const say = (statement: string): void => { statements.of(statement).run() }

  async function drain (): Promise<void> {
    draining = true
    try {
      await commitGroup()
    } finally {
      draining = false
      // Requests that came in meanwhile are read first, so that theirs share the next commit.
      if (queue.length > 0) setImmediate(next)
    }
  }

  function next (): void {
    if (!draining && queue.length > 0) void drain()
  }

  async function commitGroup (): Promise<void> {
    const done: Array<[Waiting, unknown]> = []
    try {
      await beginWhenFree()
      const until = performance.now() + GROUP_MS
      while (queue.length > 0 && done.length < GROUP_LIMIT && (done.length === 0 || performance.now() < until)) {
        const next = queue.shift() as Waiting
        say('savepoint unit')
        try {
          await next.run(tx)
          say('release unit')
          done.push([next, undefined])
        } catch (error) {
          // Before it is undone: where the whole group is lost with it, as on a disk that is full or fails, there is nothing to undo it in.
          done.push([next, error ?? new Error('the unit of work failed without a reason')])
          if (isStorageUnavailable(error)) throw error
          say('rollback to unit')
          say('release unit')
        }
      }
      say('commit')
    } catch (error) {
      // The group as a whole is lost (disk full, locked file): nobody in it may be told otherwise.
      try { say('rollback') } catch { /* it is rolled back already */ }
      for (const [unit, failed] of done) unit.settle(failed ?? error)
      for (const unit of queue.splice(0)) unit.settle(error)
      return
    }
    for (const [unit, failed] of done) unit.settle(failed)
  }

  /** Another process has the file for a moment: a backup, an import, a second server. */
  async function beginWhenFree (): Promise<void> {
    const until = performance.now() + BUSY_MS
    for (let pause = 1; ; pause = Math.min(pause * 2, 50)) {
      try {
        say('begin immediate')
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
    if (!draining && queue.length === 1) setImmediate(next)
  })
}
