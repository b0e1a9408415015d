import { execFileSync } from 'node:child_process'
import { fdatasyncSync, statSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import Sqlite from 'better-sqlite3'
import t, { type Test } from 'tap'
import type { Database } from '../../server/db/database.ts'
import { StorageUnavailable } from '../../server/db/faults.ts'
import { migrate } from '../../server/db/migrate.ts'
import { openSqlite } from '../../server/db/sqlite.ts'

/** Called with each sync at its beginning; resolves when the disk has done it. */
type Sync = (log: number) => Promise<void>

async function open (t: Test, sync?: Sync): Promise<{ db: Database, path: string }> {
  const path = `${t.testdir()}/x.db`
  const made = openSqlite(path)
  await migrate(made)
  await made.close()
  const db = openSqlite(path, sync)
  t.teardown(async () => { await db.close() })
  return { db, path }
}

async function add (db: Database, id: string, size = 10): Promise<string> {
  await db.write(async (tx) => { await tx.insertInto('failure').values({ id, subject: 'x'.repeat(size), at: 'now' }).execute() })
  return id
}

const ids = async (db: Database): Promise<string[]> => (await db.read.selectFrom('failure').select('id').orderBy('id').execute()).map(({ id }) => id)

async function until (what: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 20_000 && !await what(); tries++) await turn()
}

/** A sync that ends when the test says so. */
function byHand (): { readonly sync: Sync, readonly begun: Array<PromiseWithResolvers<void>> } {
  const begun: Array<PromiseWithResolvers<void>> = []
  return { begun, sync: async () => { const one = Promise.withResolvers<void>(); begun.push(one); await one.promise } }
}

t.test('a unit of work is answered after a sync that began after its commit; several share one; meanwhile others are served', async (t) => {
  const { sync, begun } = byHand()
  const { db } = await open(t, sync)
  const told: string[] = []
  const write = (id: string): Promise<unknown> => add(db, id).then((name) => told.push(name), () => told.push(`${id} failed`))
  const committed = async (...wanted: string[]): Promise<void> => { await until(async () => (await ids(db)).join() === wanted.join()) }

  t.equal(db.unsynced(), null)
  const all = [write('a')]
  await committed('a')
  t.equal(begun.length, 1)
  all.push(write('b'))
  await committed('a', 'b')
  t.same([told, begun.length], [[], 1], 'b is in the log, while the sync that a waits for runs: one runs at a time')
  const both = db.unsynced()
  t.ok(both !== null, 'what can be read is not all on disk')

  begun[0]?.resolve()
  await until(() => begun.length === 2)
  await turn()
  t.same(told, ['a'], 'b was written after that sync began: it waits for the next')
  all.push(write('c'), add(db, 'c').then(() => told.push('doubled'), () => told.push('refused')), write('d'))
  await committed('a', 'b', 'c', 'd')
  begun[1]?.resolve()
  await both
  await until(() => begun.length === 3)
  await turn()
  t.same(told, ['a', 'b'])
  begun[2]?.resolve()
  await Promise.all(all)
  t.same(told.toSorted(), ['a', 'b', 'c', 'd', 'refused'], 'the rest shares the third')
  t.equal(begun.length, 3)
  t.equal(db.unsynced(), null)
})

t.test('what was on disk when the last sync ended holds everything that was acknowledged by then', async (t) => {
  // What a loss of power leaves at worst: file and log as they were when the last sync that ended began. Another process copies them, for
  // closing the file in this one would take SQLite's locks away.
  let [copies, durable] = [0, 0]
  const { db, path } = await open(t, async (log) => {
    const number = ++copies
    for (const end of ['', '-wal']) execFileSync('cp', [path + end, `${path}.${number}${end}`])
    await turn()
    fdatasyncSync(log)
    durable = number
  })
  const acknowledged: Array<{ readonly id: string, readonly durable: number }> = []
  await Promise.all(Array.from({ length: 8 }, async (_, person) => {
    for (let number = 0; number < 6; number++) {
      const id = await add(db, `${person}-${number}`)
      acknowledged.push({ id, durable })
    }
  }))
  t.equal(acknowledged.length, 48)
  t.ok(copies >= 6, `${copies} syncs`)
  for (let number = 1; number <= copies; number++) {
    const left = new Sqlite(`${path}.${number}`)
    const stored = new Set(left.prepare<[], { id: string }>('select id from failure').all().map(({ id }) => id))
    left.close()
    t.same(acknowledged.filter((one) => one.durable <= number && !stored.has(one.id)), [], `sync ${number}`)
  }
})

t.test('a sync that fails: nobody is told that anything is saved, then or later, and what was saved before can be read', async (t) => {
  const { sync, begun } = byHand()
  const { db } = await open(t, sync)
  const first = add(db, 'a')
  await until(() => begun.length === 1)
  begun[0]?.resolve()
  t.equal(await first, 'a')
  const waiting = [add(db, 'b')]
  await until(() => begun.length === 2)
  waiting.push(add(db, 'c'))
  await until(async () => (await ids(db)).includes('c'))
  const reader = db.unsynced()
  begun[1]?.reject(Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' }))
  const isRefused = async (work: Promise<unknown> | null): Promise<void> => { t.type(await work?.catch((error: unknown) => error), StorageUnavailable) }
  await Promise.all([...waiting, reader].map(isRefused))
  t.match(await db.broken, { message: /EIO/ }, 'whoever runs the server is told')
  // A second sync would succeed: the system reports a page that it could not write once.
  await isRefused(add(db, 'd'))
  t.equal(begun.length, 2, 'and none is asked for')
  t.notOk((await ids(db)).includes('d'), 'nothing is added to what is in doubt')
  t.ok((await ids(db)).includes('a'))
})

t.test('the log is taken over beside the server, and does not grow without end', async (t) => {
  const { db, path } = await open(t)
  let most = 0
  for (let round = 0; round < 30; round++) {
    await Promise.all(Array.from({ length: 8 }, async (_, number) => { await add(db, `${round} ${number}`, 300_000) }))
    most = Math.max(most, statSync(`${path}-wal`).size)
  }
  t.ok(most < 45e6, `72 MB were written through a log of ${Math.round(most / 1e6)} MB`)
  t.equal((await ids(db)).length, 240)
})
