import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { Kysely, PostgresDialect, type PostgresPool } from 'kysely'
import pg from 'pg'
import type { Database, How, Tx } from './database.ts'
import { isAborted, isConflict, isConnectionLost, isPostgresAway, isStalePlan, StorageUnavailable } from './faults.ts'
import { runWithLast } from './lastly.ts'
import { lockStatement } from './locks.ts'
import type { Tables } from './tables.ts'

export interface PostgresOptions {
  /** Connections of this server, half of them for reads and half for writes; at least 2. */
  readonly connections?: number
}

const CONNECTIONS = 20
/** How long a request waits for a database that is away before it is refused. */
const PATIENCE_MS = 2000
/** How long it waits to learn whether a commit whose answer was lost took place: after that the asker is told to try again. */
const SETTLE_MS = 15_000
const CONFLICT_TRIES = 10

/** Opens PostgreSQL by its url. Nothing is sent before the first query.
 *
 * A unit of work is a transaction at READ COMMITTED: `alone` under one lock for the whole database, `alongside` beside others.
 * It is run again after a conflict or a lost connection. When the connection is lost at the commit, the row of this writer says
 * whether the commit took place, so that nothing is done twice (docs/decisions/0008). */
export function openPostgres (url: string, options: PostgresOptions = {}): Database {
  const half = Math.max(1, Math.floor((options.connections ?? CONNECTIONS) / 2))
  const writers = makePool(url, half)
  const readers = makePool(url, half)
  const named = makeNames()
  const read = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: readingPool(readers, named) }) })
  const runUnit = makeUnits(writers, named)
  const inLine = oneAtATime()
  return {
    dialect: 'postgres',
    read,
    // Of this server one unit of work at a time waits for its turn, so that the others leave the connections free.
    write: async (work, how = 'alone') => how === 'alone' ? await inLine(async () => await runUnit(work, how)) : await runUnit(work, how),
    atOneMoment: async (work) => {
      const client = await patiently(async () => await readers.connect())
      const open = { now: true }
      try {
        await client.query('begin isolation level repeatable read read only')
        return await work(insideOf(client, named, open))
      } catch (error) {
        throw isPostgresAway(error) ? new StorageUnavailable(error) : error
      } finally {
        open.now = false
        await client.query('commit').then(() => { client.release() }, () => { client.release(true) })
      }
    },
    accessState: () => null,
    unsynced: () => null,
    broken: new Promise(() => undefined),
    async close () {
      await Promise.all([writers.end(), readers.end()])
    }
  }
}

function makePool (connectionString: string, max: number): pg.Pool {
  const pool = new pg.Pool({
    connectionString,
    max,
    connectionTimeoutMillis: 5000,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    // A server that vanished in the middle of a unit of work must not hold its locks for ever.
    idle_in_transaction_session_timeout: 60_000,
    lock_timeout: 30_000,
    application_name: 'muster',
    types: { getTypeParser: (oid: number, format?: 'text' | 'binary') => NUMBERS.has(oid) ? Number : pg.types.getTypeParser(oid, format) }
  })
  // An idle connection that breaks: the pool has dropped it, and the next query makes another.
  pool.on('error', () => undefined)
  // One that breaks while it is in use and no query runs on it: the next query says so.
  pool.on('connect', (client) => { client.on('error', () => undefined) })
  return pool
}

/** int8 and numeric: counts and sums, far below 2^53. */
const NUMBERS = new Set([20, 1700])

// reading

/** Every query takes a connection of its own. One that was lost is asked again: a read does nothing twice. */
function readingPool (pool: pg.Pool, named: Names): PostgresPool {
  return poolOf(async (text, values) => await patiently(async () => {
    const connection = await pool.connect()
    let broken = false
    try {
      return await connection.query(named(text, values))
    } catch (error) {
      broken = isConnectionLost(error) || isStalePlan(error)
      throw error
    } finally {
      connection.release(broken)
    }
  }))
}

/** What Kysely takes for a pool: of all that a pool can do it uses this, as long as no query is streamed. */
function poolOf (query: (text: string, values: readonly unknown[]) => Promise<pg.QueryResult>): PostgresPool {
  const client = { query, release: () => undefined }
  return { connect: async () => client, end: async () => undefined } as unknown as PostgresPool
}

/** Tries again while the database is away, but not for ever. @throws StorageUnavailable */
async function patiently<T> (ask: () => Promise<T>): Promise<T> {
  const until = performance.now() + PATIENCE_MS
  for (let pause = 25; ; pause = Math.min(pause * 2, 400)) {
    try {
      return await ask()
    } catch (error) {
      if (isStalePlan(error) && performance.now() < until) continue
      if (!isPostgresAway(error)) throw error
      if (!isConnectionLost(error) || performance.now() + pause > until) throw new StorageUnavailable(error)
      await wait(pause)
    }
  }
}

type Names = (text: string, values: readonly unknown[]) => pg.QueryConfig

/** Statements that come again are planned once a connection. Those with lists of many lengths are too many to keep. */
function makeNames (): Names {
  const names = new Map<string, string>()
  return (text, values) => {
    let name = names.get(text)
    if (name === undefined && text.length < 3000 && names.size < 500) names.set(text, name = `q${names.size}`)
    return name === undefined ? { text, values: [...values] } : { name, text, values: [...values] }
  }
}

// writing

/** What is known of a unit of work that was tried once. */
type Outcome<T> =
  | { readonly end: 'done', readonly result: T }
  | { readonly end: 'undone', readonly error: unknown }
  | { readonly end: 'unknown', readonly error: unknown, readonly writer: Writer }

/** A connection's row in table `writer`: the number of its last unit of work that was committed. */
interface Writer {
  readonly id: string
  unit: number
}

/** The last number of a writer that may not write any more. */
const FENCED = -1

/** Counts a unit of work on the row of its connection, with its commit: so that it can be asked later whether it took place.
 * Divides by zero, and so fails, when the row says that somebody gave it up. */
function countUnit (writerId: string, unit: number): string {
  return `with counted as (update writer set unit = ${unit}, at = now() where id = '${writerId}' and unit = ${unit - 1} returning 1) select 1 / count(*) from counted`
}

function makeUnits (pool: pg.Pool, named: Names): <T>(work: (tx: Tx) => Promise<T>, how: How) => Promise<T> {
  const writers = new WeakMap<pg.PoolClient, Writer | null>()

  /** Null while the database is too young to have the table: the migrations themselves, each of which looks whether it ran. */
  async function writerOf (client: pg.PoolClient): Promise<Writer | null> {
    const known = writers.get(client)
    if (known !== undefined && known !== null) return known
    const exists = await client.query<{ exists: boolean }>("select to_regclass('writer') is not null as exists")
    if (exists.rows[0]?.exists !== true) return null
    const writer = { id: randomUUID(), unit: 0 }
    await client.query("delete from writer where at < now() - interval '1 day'")
    await client.query('insert into writer (id, unit, at) values ($1, 0, now())', [writer.id])
    writers.set(client, writer)
    return writer
  }

  async function once<T> (work: (tx: Tx) => Promise<T>, how: How): Promise<Outcome<T>> {
    let client: pg.PoolClient
    try {
      client = await pool.connect()
    } catch (error) {
      return { end: 'undone', error }
    }
    let writer: Writer | null = null
    let committing = false
    let broken = false
    const open = { now: true }
    try {
      writer = await writerOf(client)
      await client.query(how === 'alone' ? `begin isolation level read committed; ${lockStatement('alone')}` : 'begin isolation level read committed')
      const result = await runWithLast(insideOf(client, named, open), work)
      open.now = false
      committing = true
      const unit = (writer?.unit ?? 0) + 1
      const answers = await client.query(writer === null ? 'commit' : `${countUnit(writer.id, unit)}; commit`) as unknown as pg.QueryResult | pg.QueryResult[]
      const last = Array.isArray(answers) ? answers.at(-1) : answers
      // A transaction in which a statement failed is rolled back by its commit, and says so only here.
      if (last?.command !== 'COMMIT') return { end: 'undone', error: hiddenFailure(undefined) }
      if (writer !== null) writer.unit = unit
      return { end: 'done', result }
    } catch (error) {
      if (isConnectionLost(error)) {
        broken = true
        if (committing && writer !== null) return { end: 'unknown', error, writer }
        if (committing) return { end: 'undone', error: new StorageUnavailable(error) }
      } else {
        broken = isStalePlan(error)
        await client.query('rollback').catch(() => { broken = true })
      }
      return { end: 'undone', error: committing && isAborted(error) ? hiddenFailure(error) : error }
    } finally {
      open.now = false
      client.release(broken)
    }
  }

  function hiddenFailure (cause: unknown): Error {
    return new Error('a statement of the unit of work failed, and the work went on as if it had not', { cause })
  }

  /** Whether the unit of work after `writer.unit` was committed. Where it was not, it never will be: its commit may still be on
   * its way, and finds the count moved. Asking again answers the same. */
  async function tookPlace (writer: Writer, lost: unknown): Promise<boolean> {
    const unit = writer.unit + 1
    const until = performance.now() + SETTLE_MS
    for (let pause = 25; ; pause = Math.min(pause * 2, 1000)) {
      try {
        const client = await pool.connect()
        let broken = true
        try {
          // Waits for a transaction that is still at it.
          await client.query('update writer set unit = $2 where id = $1 and unit <> $3', [writer.id, FENCED, unit])
          const found = await client.query<{ unit: number }>('select unit from writer where id = $1', [writer.id])
          broken = false
          return found.rows[0]?.unit === unit
        } finally {
          client.release(broken)
        }
      } catch (error) {
        if (!isPostgresAway(error) || performance.now() > until) throw new StorageUnavailable(lost)
        await wait(pause)
      }
    }
  }

  return async (work, how) => {
    const until = performance.now() + PATIENCE_MS
    for (let tries = 1; ; tries++) {
      let result: Awaited<ReturnType<typeof work>> | undefined
      const outcome = await once(async (tx) => (result = await work(tx)), how)
      if (outcome.end === 'done') return outcome.result
      const { error } = outcome
      if (outcome.end === 'unknown') {
        if (await tookPlace(outcome.writer, error)) return result as Awaited<ReturnType<typeof work>>
        continue
      }
      if ((isConflict(error) || isStalePlan(error)) && tries < CONFLICT_TRIES) {
        // Not all at once again.
        await wait(Math.random() * 5 * tries)
        continue
      }
      if (!isPostgresAway(error)) throw error
      if (!isConnectionLost(error) || performance.now() > until) throw new StorageUnavailable(error)
      await wait(Math.min(25 * 2 ** tries, 400))
    }
  }
}

/** Queries on the one connection of a unit of work, as long as it runs. */
function insideOf (client: pg.PoolClient, named: Names, open: { readonly now: boolean }): Tx {
  const pool = poolOf(async (text, values) => {
    if (!open.now) throw new Error('a query came after the end of its unit of work')
    return await client.query(named(text, values))
  })
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
}

function oneAtATime (): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return async (work) => {
    const mine = last.then(work)
    last = mine.catch(() => undefined)
    return await mine
  }
}
