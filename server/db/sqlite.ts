import { closeSync, fdatasync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import Sqlite from 'better-sqlite3'
import { Kysely, SqliteDialect, sql } from 'kysely'
import { inTurn } from '../turns.ts'
import { watchAccess } from './access-state.ts'
import { makeCheckpoints, type Checkpoints, type LogState } from './checkpoints.ts'
import type { Database, Tx } from './database.ts'
import { isBusy, isStorageUnavailable } from './faults.ts'
import { runWithLast } from './lastly.ts'
import { makeLook, type Look } from './look.ts'
import { makeLogSync, type LogSync } from './log-sync.ts'
import { runDirectly } from './prepared.ts'
import { rememberStatements, type Statements } from './statements.ts'
import type { Tables } from './tables.ts'

/** Opens a SQLite file in WAL mode. Reads have a connection of their own; writes share one, and those that arrive together share
 * one commit. A unit of work is answered after its commit is on disk, as with `synchronous=FULL`, but the disk is waited for
 * beside the server's thread (docs/decisions/0016).
 * @param path a file (made, with its folder, when missing)
 * @param syncLog brings the log behind a descriptor to the disk; for tests
 * @throws when the file cannot be opened or is no database */
export function openSqlite (path: string, syncLog: (log: number) => Promise<void> = promisify(fdatasync)): Database {
  mkdirSync(dirname(path), { recursive: true })
  const writer = new Sqlite(path)
  writer.pragma('synchronous = FULL')
  if (writer.pragma('journal_mode = WAL', { simple: true }) !== 'wal') throw new Error(`${path}: lies where SQLite cannot keep a log (WAL)`)
  // What a killed server has left in the log is in the file before anything is added to it.
  writer.pragma('wal_checkpoint(passive)')
  // Commits write the log and do not wait for it: `makeLogSync` does. SQLite itself still syncs the head of each new log, and the log before
  // any of it goes into the file.
  writer.pragma('synchronous = NORMAL')
  writer.pragma('wal_autocheckpoint = 0')
  writer.pragma('foreign_keys = ON')
  // What a savepoint needs to be undone: beyond 64 KiB, as a finish makes them, it would go into a file of its own each time.
  writer.pragma('temp_store = memory')
  // Waiting inside SQLite would stop the whole server: `beginWhenFree` waits outside.
  writer.pragma('busy_timeout = 0')
  // The log stays the same file for as long as a connection is open, and SQLite locks the file and its index, never the log: a descriptor
  // of our own takes no lock away when it is closed.
  const log = openSync(`${path}-wal`, 'r+')
  const sync = makeLogSync(async () => { await syncLog(log) })
  const checkpoints = makeCheckpoints(path, sync.fail)
  const reader = new Sqlite(path)
  reader.pragma('query_only = ON')
  reader.pragma('busy_timeout = 5000')
  for (const file of [writer, reader]) file.pragma(`cache_size = -${CACHE_KIB}`)
  const [reading, writing] = [rememberStatements(reader), rememberStatements(writer)]
  const look = makeLook(writing)
  const read = new Kysely<Tables>({ dialect: new SqliteDialect({ database: { ...reading.database, prepare (text) { look.end(); return reading.database.prepare(text) } } }) })
  const write = new Kysely<Tables>({ dialect: new SqliteDialect({ database: writing.database }) })
  // With each commit SQLite forgets all that other connections had in memory, and reading it again takes three times as long. So a
  // prepared query goes by the connection that wrote, except while a unit of work is open there: nobody sees what is not committed.
  // Those of one turn share a look; it ends before the other connection is asked, so that nobody sees time go backwards.
  runDirectly(read, () => {
    if (look.isOpen()) return writing
    if (writer.inTransaction) return reading
    look.at()
    return writing
  })
  runDirectly(write, () => writing)
  return {
    dialect: 'sqlite',
    read,
    write: groupCommit(write, writing, look, sync, checkpoints),
    accessState: watchAccess(writer, writing, look),
    unsynced: sync.pending,
    broken: sync.broken,
    async atOneMoment (work) {
      look.end()
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
      await sync.pending()?.catch(() => undefined)
      await checkpoints.close()
      look.end()
      closeSync(log)
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

/** How many units of work one commit may carry, and for how long it takes new ones in: bounds for how long nobody else is served. */
const GROUP_LIMIT = 256
const GROUP_MS = 4

/** While a sync runs, units of work gather for so long or up to so many: they wait for the next sync anyhow, and what several of them
 * change on one page is written once. */
const GATHER_MS = 3
const GATHER_LIMIT = 32

/** How soon after a commit it is asked how long the log has become: asking costs more than committing. */
const MEASURED_MS = 20

/** So many are answered in one turn of the event loop. */
const SETTLED_AT_ONCE = 16

/** Units of work that arrive while another commit runs share the next one, each but the first in a savepoint of its own: one that fails is
 * undone alone. Each is answered only after the shared commit is on disk; the next commit does not wait for that.
 * @param tx the writing connection, which nobody else uses */
function groupCommit (tx: Tx, statements: Statements, look: Look, sync: LogSync, checkpoints: Checkpoints): Database['write'] {
  const queue: Waiting[] = []
  let draining = false
  let called = false
  let gathering: NodeJS.Timeout | undefined
  let measuring: NodeJS.Timeout | undefined
  const say = (statement: string): void => { statements.of(statement).run() }

  async function drain (): Promise<void> {
    draining = true
    try {
      await commitGroup()
    } finally {
      draining = false
      wake()
    }
  }

  function next (): void {
    clearTimeout(gathering)
    gathering = undefined
    called = false
    if (!draining && queue.length > 0) void drain()
  }

  function wake (): void {
    if (draining || called || queue.length === 0) return
    if (sync.running() && queue.length < GATHER_LIMIT) {
      gathering ??= setTimeout(next, GATHER_MS)
      return
    }
    called = true
    // Requests that came in meanwhile are read first, so that theirs share the next commit.
    setImmediate(next)
  }

  async function commitGroup (): Promise<void> {
    await checkpoints.hold()
    const done: Array<[Waiting, unknown]> = []
    try {
      // What is in doubt is not added to.
      const failed = sync.failed()
      if (failed !== null) throw failed
      await beginWhenFree()
      const until = performance.now() + GROUP_MS
      // As long as nothing stands in it, a unit of work that fails is undone with the transaction: a savepoint would keep what each page was.
      let empty = true
      while (queue.length > 0 && done.length < GROUP_LIMIT && (done.length === 0 || performance.now() < until)) {
        const next = queue.shift() as Waiting
        if (!empty) say('savepoint unit')
        try {
          await next.run(tx)
          if (!empty) say('release unit')
          empty = false
          done.push([next, undefined])
        } catch (error) {
          // Before it is undone: where the whole group is lost with it, as on a disk that is full or fails, there is nothing to undo it in.
          done.push([next, error ?? new Error('the unit of work failed without a reason')])
          if (isStorageUnavailable(error)) throw error
          if (empty) {
            say('rollback')
            await beginWhenFree()
          } else {
            say('rollback to unit')
            say('release unit')
          }
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
    sync.wait((lost) => {
      settle(done.map(([unit, failed]) => () => { unit.settle(failed ?? lost) }))
      // The sync is over when all whom it served are told.
      queueMicrotask(wake)
    })
    measuring ??= setTimeout(measure, MEASURED_MS).unref()
  }

  function measure (): void {
    measuring = undefined
    look.end()
    // It changes nothing, and only asks.
    try { checkpoints.look(statements.of('pragma wal_checkpoint(noop)').get() as LogState) } catch { /* it is asked again after the next commit */ }
  }

  /** A few a turn: what follows from each is done at once. */
  function settle (units: ReadonlyArray<() => void>): void {
    for (let from = 0; from < units.length; from += SETTLED_AT_ONCE) inTurn(() => { for (const one of units.slice(from, from + SETTLED_AT_ONCE)) one() })
  }

  /** Another process has the file for a moment: a backup, an import, a second server. */
  async function beginWhenFree (): Promise<void> {
    const until = performance.now() + BUSY_MS
    for (let pause = 1; ; pause = Math.min(pause * 2, 50)) {
      look.end()
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
    wake()
  })
}
