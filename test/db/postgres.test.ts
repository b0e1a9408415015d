import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { audit, verifyChain } from '../../server/audit/audit.ts'
import type { Database } from '../../server/db/database.ts'
import { isMigrated, migrate } from '../../server/db/migrate.ts'
import { openDatabase } from '../../server/db/open.ts'
import { realWorld } from '../../server/world.ts'
import { NO_POSTGRES, startPostgres } from '../postgres.ts'

t.setTimeout(120_000)

if (NO_POSTGRES !== null) {
  t.pass(`PostgreSQL is left out: ${NO_POSTGRES}`, { skip: NO_POSTGRES })
  process.exit()
}

const postgres = await startPostgres()
t.teardown(async () => { await postgres.remove() })
const template = await postgres.createDatabase()
const made = openDatabase(template)
await migrate(made)
await made.close()

async function freshUrl (): Promise<string> {
  return await postgres.createDatabase(template.split('/').at(-1))
}

function open (t: Test, url: string): Database {
  const db = openDatabase(url, { connections: 8 })
  t.teardown(async () => { await db.close() })
  return db
}

async function names (db: Database): Promise<string[]> {
  return (await db.read.selectFrom('course').select('slug').orderBy('slug').execute()).map(({ slug }) => slug)
}

async function add (db: Database, slug: string): Promise<void> {
  await db.write(async (tx) => { await tx.insertInto('course').values({ id: realWorld.newId(), slug, created_at: '' }).execute() }, 'alongside')
}

t.test('servers that start at once on an empty database bring it up to date once', async (t) => {
  const url = await postgres.createDatabase()
  const servers = [open(t, url), open(t, url), open(t, url)]
  const ran = await Promise.all(servers.map(async (db) => await migrate(db)))
  const migrations = await postgres.query('select name from migration order by name', url.split('/').at(-1))
  t.same(ran.flat().sort(), migrations.map(({ name }) => name), 'each ran on one of them')
  for (const db of servers) t.equal(await isMigrated(db), true)
})

t.test('what fails is undone as a whole, and says why', async (t) => {
  const db = open(t, await freshUrl())
  await t.rejects(db.write(async (tx) => {
    await tx.insertInto('course').values({ id: 'a', slug: 'a', created_at: '' }).execute()
    throw new Error('no')
  }), { message: 'no' })
  await t.rejects(db.write(async (tx) => {
    await tx.insertInto('course').values({ id: 'a', slug: 'a', created_at: '' }).execute()
    await sql`select nothing from nowhere`.execute(tx).catch(() => undefined)
  }), /went on as if it had not/, 'a failed statement cannot be hidden: PostgreSQL would roll back without a word')
  t.same(await names(db), [])
  let escaped: Promise<unknown> = Promise.resolve()
  await db.write(async (tx) => {
    escaped = (async () => {
      await new Promise((resolve) => setTimeout(resolve, 100))
      await tx.insertInto('course').values({ id: 'late', slug: 'late', created_at: '' }).execute()
    })()
    escaped.catch(() => undefined)
  })
  await t.rejects(escaped, /after the end of its unit of work/)
  await t.rejects(db.read.selectFrom('course').select(sql`1 / 0`.as('x')).execute().then(async () => await sql`select 1/0`.execute(db.read)), /division by zero/)
  await add(db, 'after')
  t.same(await names(db), ['after'])
})

t.test('units of work that run alone see what the one before left, on however many servers', async (t) => {
  const url = await freshUrl()
  const servers = [open(t, url), open(t, url), open(t, url)]
  await Promise.all(Array.from({ length: 30 }, async (_, index) => {
    // Reads, thinks, and writes what it read: lost updates and doubled numbers show at once.
    await (servers[index % 3] as Database).write(async (tx) => {
      const { count } = await tx.selectFrom('course').select(({ fn }) => fn.countAll<number>().as('count')).executeTakeFirstOrThrow()
      await tx.insertInto('course').values({ id: realWorld.newId(), slug: String(count).padStart(2, '0'), created_at: '' }).execute()
    })
  }))
  t.same(await names(servers[0] as Database), Array.from({ length: 30 }, (_, index) => String(index).padStart(2, '0')))
})

t.test('the audit chain has no gap and no fork when servers write side by side', async (t) => {
  const url = await freshUrl()
  const servers = [open(t, url), open(t, url)]
  await Promise.all(Array.from({ length: 100 }, async (_, index) => {
    await (servers[index % 2] as Database).write(async (tx) => {
      await audit(tx, realWorld, { actorId: null, action: 'test.done', subjectType: 'test', subjectId: String(index) })
      if (index % 10 === 9) throw new Error('undone')
    }, 'alongside').catch(() => undefined)
  }))
  t.same(await verifyChain((servers[0] as Database).read), { entries: 90, brokenAt: null })
})

t.test('a conflict is run again, and then sees what was in its way', async (t) => {
  const url = await freshUrl()
  const [one, two] = [open(t, url), open(t, url)]
  const claim = async (db: Database): Promise<string> => await db.write(async (tx) => {
    const found = await tx.selectFrom('course').select('id').where('slug', '=', 'x').executeTakeFirst()
    if (found !== undefined) return 'found'
    await new Promise((resolve) => setTimeout(resolve, 50))
    await tx.insertInto('course').values({ id: realWorld.newId(), slug: 'x', created_at: '' }).execute()
    return 'made'
  }, 'alongside')
  t.same((await Promise.all([claim(one), claim(two)])).sort(), ['found', 'made'])

  // Two that wait for each other: one of them is undone by PostgreSQL, and run again.
  await add(one, 'a')
  await add(one, 'b')
  const touch = async (db: Database, slugs: readonly string[]): Promise<void> => {
    await db.write(async (tx) => {
      for (const slug of slugs) {
        await tx.updateTable('course').set((set) => ({ created_at: set.fn<string>('concat', ['created_at', sql.lit('+')]) })).where('slug', '=', slug).execute()
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
    }, 'alongside')
  }
  await Promise.all([touch(one, ['a', 'b']), touch(two, ['b', 'a'])])
  t.same((await one.read.selectFrom('course').select('created_at').where('slug', 'in', ['a', 'b']).execute()).map((row) => row.created_at), ['++', '++'])
})

type Cut = 'before' | 'after' | 'late'

/** Stands between a server and PostgreSQL and cuts the line at a commit: before it arrives, after it took place but before that
 * is told, or it arrives late, when nobody waits for it any more. */
async function badLine (t: Test, target: string): Promise<{ url: string, cut: (how: Cut) => void, cuts: () => number }> {
  let next: Cut | null = null
  let cuts = 0
  const server = createServer((near: Socket) => {
    const far = connect(postgres.port, '127.0.0.1')
    let deaf = false
    near.on('data', (data) => {
      const how = next
      if (how === null || !data.includes('; commit')) { far.write(data); return }
      next = null
      cuts += 1
      deaf = true
      if (how === 'before') far.destroy()
      if (how === 'after') { far.write(data); setTimeout(() => { near.destroy(); far.destroy() }, 200); return }
      if (how === 'late') setTimeout(() => { far.write(data, () => setTimeout(() => far.destroy(), 200)) }, 700)
      near.destroy()
    })
    far.on('data', (data) => { if (!deaf) near.write(data) })
    for (const [one, other] of [[near, far], [far, near]] as const) {
      one.on('error', () => undefined)
      one.on('close', () => { if (!deaf) other.destroy() })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => { server.close() })
  return {
    url: target.replace(`:${postgres.port}/`, `:${(server.address() as AddressInfo).port}/`),
    cut: (how) => { next = how },
    cuts: () => cuts
  }
}

t.test('a line that is cut at the commit does nothing twice and loses nothing', async (t) => {
  const url = await freshUrl()
  const direct = open(t, url)
  const line = await badLine(t, url)
  const db = open(t, line.url)
  await add(db, 'first')
  for (const how of ['before', 'after', 'late'] as const) {
    let runs = 0
    line.cut(how)
    const answer = await db.write(async (tx) => {
      runs += 1
      const { count } = await tx.selectFrom('course').select(({ fn }) => fn.countAll<number>().as('count')).executeTakeFirstOrThrow()
      await tx.insertInto('course').values({ id: realWorld.newId(), slug: `${how}-${runs}`, created_at: '' }).execute()
      await audit(tx, realWorld, { actorId: null, action: 'test.done', subjectType: 'test', subjectId: how })
      return `run ${runs}, after ${count}`
    })
    t.equal(runs, how === 'after' ? 1 : 2, how === 'after' ? 'it took place: it is not run again' : 'it did not: it is')
    t.match(answer, `run ${runs}`)
  }
  await new Promise((resolve) => setTimeout(resolve, 1200))
  t.same(await names(direct), ['after-1', 'before-2', 'first', 'late-2'], 'a commit that comes late is refused')
  t.same(await verifyChain(direct.read), { entries: 3, brokenAt: null })
  t.equal(line.cuts(), 3)
})

t.test('PostgreSQL stopped and back: a clear error meanwhile, and nobody has to restart', async (t) => {
  const db = open(t, await freshUrl())
  await add(db, 'before')
  await names(db)
  await postgres.stop()
  const started = performance.now()
  await t.rejects(add(db, 'never'), { name: 'StorageUnavailable' })
  await t.rejects(names(db), { name: 'StorageUnavailable' })
  t.ok(performance.now() - started < 10_000, 'and not after a long wait')
  const waiting = add(db, 'while it starts')
  await postgres.start()
  await waiting
  await add(db, 'after')
  t.same(await names(db), ['after', 'before', 'while it starts'])

  // A connection that an administrator ends, or a proxy forgets.
  const gone = 'select pg_terminate_backend(pid) from pg_stat_activity where application_name = \'muster\''
  await postgres.query(gone)
  await add(db, 'after the connections went')
  let runs = 0
  await db.write(async (tx) => {
    runs += 1
    await tx.insertInto('course').values({ id: realWorld.newId(), slug: 'z', created_at: '' }).execute()
    if (runs === 1) await postgres.query(gone)
    await tx.selectFrom('course').select('id').execute()
  })
  t.equal(runs, 2)
  t.equal((await names(db)).length, 5)

  await postgres.kill()
  await postgres.start()
  t.equal((await names(db)).length, 5)
})
