import { existsSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import Sqlite from 'better-sqlite3'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { migrate } from '../../server/db/migrate.ts'
import { openDatabase } from '../../server/db/open.ts'
import type { Database } from '../../server/db/database.ts'
import { prepared, preparedChange, preparedInsert, preparedRows, type Value } from '../../server/db/prepared.ts'
import { endSession, insertAccount, insertPerson, insertRole, insertSession, updateAccountState } from '../../server/people/queries.ts'
import { personOfSession } from '../../server/people/sign-in.ts'
import { realWorld } from '../../server/world.ts'
import type { FailureTable } from '../../server/db/tables/people.ts'

async function open (t: Test): Promise<Database> {
  const db = openDatabase(`sqlite:${t.testdir()}/x.db`)
  t.teardown(async () => { await db.close() })
  await migrate(db)
  return db
}

const bySubject = prepared((tx, value: Value<{ subject: string }>) => tx.selectFrom('failure').select(['id', 'at']).where('subject', '=', value('subject')).orderBy('id'))
const move = preparedChange((tx, value: Value<{ from: string, to: string }>) => tx.updateTable('failure').set({ subject: value('to') }).where('subject', '=', value('from')))
const add = preparedInsert<{ [Column in keyof FailureTable]: FailureTable[Column] }>(['id', 'subject', 'at'], (tx, rows) => tx.insertInto('failure').values(rows).onConflict((conflict) => conflict.doNothing()))
const which = preparedRows<{ readonly id: string }, { readonly id: string }>(['id'], (tx, rows) => tx.selectFrom('failure').select('id').where('id', 'in', rows.map(({ id }) => id)))
const rows = (count: number, subject: string): FailureTable[] => Array.from({ length: count }, (_, index) => ({ id: `${subject}-${String(index).padStart(5, '0')}`, subject, at: 'now' }))

t.test('a prepared query takes its values each time it runs, in a unit of work and outside', async (t) => {
  const db = await open(t)
  for (const count of [0, 1, 2, 20, 21, 2500]) {
    t.equal(await db.write(async (tx) => await add(tx, rows(count, `of ${count}`))), count)
    t.equal((await bySubject(db.read, { subject: `of ${count}` })).length, count)
    t.equal((await which(db.read, [...rows(count, `of ${count}`), { id: 'nowhere' }])).length, count)
  }
  t.same(await which(db.read, []), [])
  t.equal(await db.write(async (tx) => await add(tx, rows(3, 'of 2'))), 1, 'rows that stand there already are not counted')
  await db.write(async (tx) => {
    t.equal(await move(tx, { from: 'of 1', to: 'elsewhere' }), 1)
    t.same(await bySubject(tx, { subject: 'elsewhere' }), [{ id: 'of 1-00000', at: 'now' }], 'it sees what its own unit of work did')
    t.same(await bySubject(db.read, { subject: 'elsewhere' }), [], 'others do not, before the commit')
  })
  t.equal((await bySubject(db.read, { subject: 'elsewhere' })).length, 1)
  t.equal(await db.write(async (tx) => await move(tx, { from: "it's ? none", to: 'x' })), 0)
})

t.test('a join finds the same whatever is asked of it before', async (t) => {
  const db = await open(t)
  await db.write(async (tx) => {
    for (const id of ['a', 'b', 'c']) {
      await tx.insertInto('person').values({ id, name: `Name ${id}`, country: null, agency: null, rank: null, locale: 'en', created_at: 'now' }).execute()
      await tx.insertInto('account').values({ id: `account-${id}`, person_id: id, email: `${id}@test.example`, password_hash: null, state: 'active', created_at: 'now' }).execute()
    }
  })
  const join = (email: string, limit: number) => db.read.selectFrom('account').innerJoin('person', 'person.id', 'account.person_id').select('person.name').where('account.email', 'in', [email, 'c@test.example']).orderBy('person.name').limit(limit)
  t.same(await join('a@test.example', 5).execute(), [{ name: 'Name a' }, { name: 'Name c' }])
  t.same(await join('b@test.example', 5).execute(), [{ name: 'Name b' }, { name: 'Name c' }])
  t.same(await join('b@test.example', 1).execute(), [{ name: 'Name b' }])
})

t.test('units of work that arrive together: one that fails is undone alone; when the commit is lost, each of them is told', async (t) => {
  const db = await open(t)
  const unit = async (subject: string, fails = false): Promise<string> => await db.write(async (tx) => {
    await add(tx, rows(1, subject))
    if (fails) throw new Error(`${subject} fails`)
    return subject
  })
  for (const fails of [[false, true, false], [true, false, true, false], [true, true, false], [true]]) {
    const group = fails.join()
    const results = await Promise.allSettled(fails.map(async (fails, index) => await unit(`${group} ${index}`, fails)))
    t.same(results.map(({ status }) => status === 'rejected'), fails)
    t.same((await Promise.all(fails.map(async (_, index) => (await bySubject(db.read, { subject: `${group} ${index}` })).length))), fails.map((fails) => fails ? 0 : 1))
  }

  const lost = db.write(async (tx) => {
    // As SQLite itself does it when the disk is full: the whole transaction is gone, savepoints and all.
    await sql`rollback`.execute(tx)
    throw new Error('the disk is full')
  })
  const told = await Promise.allSettled([unit('before'), lost, unit('after')])
  t.same(told.map(({ status }) => status), ['rejected', 'rejected', 'rejected'])
  t.match(await lost.catch((error: unknown) => error), { message: 'the disk is full' })
  t.same((await Promise.all(['before', 'after'].map(async (subject) => (await bySubject(db.read, { subject })).length))), [0, 0])
  t.equal(await unit('later'), 'later', 'and the next is served again')
})

t.test('so many units of work at once that they take several commits are all served', async (t) => {
  const db = await open(t)
  const subjects = Array.from({ length: 1500 }, (_, index) => `s${index}`)
  const done = await Promise.all(subjects.map(async (subject) => await db.write(async (tx) => await add(tx, rows(1, subject)))))
  t.equal(done.reduce((sum, changes) => sum + changes, 0), 1500)
})

t.test('what is read in one turn of the event loop is read at one moment, which no change of this server or of another lasts beyond', async (t) => {
  const path = `${t.testdir()}/x.db`
  const [db, other] = [openDatabase(`sqlite:${path}`), new Sqlite(path)]
  t.teardown(async () => { other.close(); await db.close() })
  await migrate(db)
  const count = async (): Promise<number> => (await bySubject(db.read, { subject: 'seen' })).length
  const addElsewhere = (id: string): void => { other.prepare('insert into failure (id, subject, at) values (?, ?, ?)').run(id, 'seen', 'now') }
  t.equal(await count(), 0)
  addElsewhere('a')
  t.equal(await count(), 0, 'the same moment')
  await nextTurn()
  t.equal(await count(), 1, 'what another server did before this turn')
  addElsewhere('b')
  t.equal((await db.read.selectFrom('failure').select('id').where('subject', '=', 'seen').execute()).length, 2)
  t.equal(await count(), 2, 'nobody sees less than was seen before')
  addElsewhere('c')
  const saved = db.write(async (tx) => {
    t.equal((await bySubject(tx, { subject: 'seen' })).length, 3, 'a unit of work begins with what there is')
    await add(tx, [{ id: 'd', subject: 'seen', at: 'now' }])
    await nextTurn()
    t.equal(await count(), 3, 'beside a unit of work others see what is committed')
  })
  t.equal(await count(), 2)
  await saved
  t.equal(await count(), 4, 'one\'s own change at once')
  t.equal(await db.atOneMoment(async (tx) => (await bySubject(tx, { subject: 'seen' })).length), 4)
  other.exec('drop table failure')
  await nextTurn()
  await t.rejects(bySubject(db.read, { subject: 'seen' }), /no such table/)
  t.equal(await db.write(async (tx) => (await tx.selectFrom('person').select('id').execute()).length), 0, 'a query that failed holds nothing up')
})

t.test('who is remembered by a session is forgotten with each change that may matter, by this server or another', async (t) => {
  const path = `${t.testdir()}/x.db`
  const [db, other] = [openDatabase(`sqlite:${path}`), openDatabase(`sqlite:${path}`)]
  t.teardown(async () => { await other.close(); await db.close() })
  await migrate(db)
  await db.write(async (tx) => {
    await insertPerson(tx, { id: 'p', name: 'Amina', country: null, agency: null, rank: null, locale: 'en', created_at: 'now' })
    await insertAccount(tx, { id: 'a', person_id: 'p', email: 'amina@test.example', password_hash: null, state: 'active', created_at: 'now' })
    for (const id of ['s', 'left']) await insertSession(tx, { id, accountId: 'a', createdAt: 'now', expiresAt: '2026-02-01' })
  })
  let now = new Date('2026-01-01')
  const world = { ...realWorld, now: () => now }
  const who = async (session = 's'): Promise<string | undefined> => {
    await nextTurn()
    const person = await personOfSession(db, world, session)
    return person === null ? undefined : [person.name, ...person.roles.map(({ role }) => role)].join(' ')
  }
  t.equal(await who(), 'Amina')
  const before = db.accessState()
  await db.write(async (tx) => {
    await add(tx, rows(1, 'anything'))
    await insertSession(tx, { id: 'another', accountId: 'a', createdAt: 'now', expiresAt: '2026-02-01' })
  })
  await nextTurn()
  t.equal(db.accessState(), before, 'nothing that matters has changed')

  await db.write(async (tx) => { await insertRole(tx, { id: 'r', person_id: 'p', role: 'trainee', country: '' }) })
  t.equal(await who(), 'Amina trainee', 'a role is there at once')
  await other.write(async (tx) => { await insertRole(tx, { id: 'r2', person_id: 'p', role: 'instructor', country: '' }) })
  t.equal(await who(), 'Amina instructor trainee', 'one given by another server too')
  await other.write(async (tx) => { await tx.deleteFrom('role_grant').execute() })
  t.equal(await who(), 'Amina')
  await db.write(async (tx) => { await tx.updateTable('person').set({ name: 'Amina Yusuf' }).execute() })
  t.equal(await who(), 'Amina Yusuf')

  const undone = db.write(async (tx) => {
    await endSession(tx, 's', 'now')
    t.equal(await who(), 'Amina Yusuf', 'what is not committed is seen by nobody')
    throw new Error('it is undone')
  })
  await t.rejects(undone, /it is undone/)
  t.equal(await who(), 'Amina Yusuf')
  const done = db.write(async (tx) => {
    await endSession(tx, 's', 'now')
    t.equal(await who(), 'Amina Yusuf', 'nor remembered beyond the commit')
  })
  await done
  t.equal(await who(), undefined, 'a session that is ended is refused at once')
  t.equal(await who('left'), 'Amina Yusuf')
  await other.write(async (tx) => { await endSession(tx, 'left', 'now') })
  t.equal(await who('left'), undefined, 'whoever has ended it')
  t.equal(await who('another'), 'Amina Yusuf')
  now = new Date('2026-02-01')
  t.equal(await who('another'), undefined, 'nor does one outlive its time')
  now = new Date('2026-01-01')
  t.equal(await who('another'), 'Amina Yusuf')
  await db.write(async (tx) => { await updateAccountState(tx, 'a', 'deactivated') })
  t.equal(await who('another'), undefined)
})

t.test('a closed database leaves one file behind, whichever of its connections were asked anything', async (t) => {
  const path = `${t.testdir()}/x.db`
  const made = openDatabase(`sqlite:${path}`)
  await migrate(made)
  await made.close()
  const asks: Array<[string, (db: Database) => Promise<unknown>]> = [
    ['nothing', async () => await Promise.resolve()],
    ['a prepared query', async (db) => await bySubject(db.read, { subject: 'x' })],
    ['a prepared change', async (db) => await db.write(async (tx) => await add(tx, rows(1, 'x')))],
    ['a query that is built', async (db) => await db.read.selectFrom('failure').selectAll().execute()]
  ]
  for (const [what, ask] of asks) {
    const db = openDatabase(`sqlite:${path}`)
    await ask(db)
    await db.close()
    // SQLite takes its log away when the last connection closes.
    t.same(['-wal', '-shm'].filter((end) => existsSync(path + end)), [], what)
  }
})
