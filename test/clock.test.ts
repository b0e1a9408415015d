import t from 'tap'
import { sweepOverdue } from '../server/attempts/attempts.ts'
import { makeClock } from '../server/clock.ts'
import { makeCourseCache } from '../server/courses/courses.ts'
import { worldBy } from '../server/world.ts'
import { testApp } from './app.ts'
import { call, start, startWalk } from './trainee.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** A machine: its counter, its uptime, and a date that anybody may set. */
async function machine (starts: number) {
  let counter = 1000
  let uptime = 5000
  let wall = starts
  const clock = await makeClock({ counter: () => counter, uptime: () => uptime, date: () => wall, reference: async () => wall })
  const pass = (ms: number): void => { counter += ms; uptime += ms; wall += ms }
  return {
    clock,
    /** Time passes, and the clock is looked at every five seconds. */
    live: async (ms: number) => {
      for (let left = ms; left > 0; left -= 5000) {
        pass(Math.min(left, 5000))
        await clock.look()
      }
    },
    sleep: (ms: number) => { uptime += ms; wall += ms },
    setBy: (ms: number) => { wall += ms },
    off: () => clock.now().getTime() - wall
  }
}

t.test('a clock counts on when the date is set, and goes by it when it stays', async (t) => {
  const { clock, live, setBy, off } = await machine(Date.parse('2026-11-23T09:00:00Z'))
  await live(MINUTE)
  t.equal(clock.now().toISOString(), '2026-11-23T09:01:00.000Z')
  for (const jump of [3 * HOUR, -3 * HOUR]) {
    setBy(jump)
    t.match(await clock.look(), { seen: 'held', byMs: jump })
    await live(4 * MINUTE)
    t.equal(off(), -jump, 'not yet')
    setBy(-jump)
    t.match(await clock.look(), { seen: 'right' })
    await live(10 * MINUTE)
    t.equal(off(), 0, 'a jump and back leaves no trace')
    setBy(jump)
    await live(6 * MINUTE)
    t.equal(off(), 0, 'one that stays is believed')
  }
  setBy(1000)
  await live(MINUTE)
  t.equal(off(), 0, 'a second is made good little by little')
  setBy(HOUR)
  for (let minute = 0; minute < 20; minute++) {
    setBy(minute % 2 === 0 ? HOUR : -HOUR)
    await live(MINUTE)
  }
  t.ok(Math.abs(off()) >= HOUR, 'a date that keeps jumping is never believed')
})

t.test('a machine that slept knows that time went by', async (t) => {
  const { clock, live, sleep, setBy, off } = await machine(Date.parse('2026-11-23T09:00:00Z'))
  await live(MINUTE)
  sleep(8 * HOUR)
  t.equal(clock.now().toISOString(), '2026-11-23T17:01:00.000Z')
  t.match(await clock.look(), { seen: 'right' })
  await live(MINUTE)
  t.equal(off(), 0)
  sleep(HOUR)
  setBy(-HOUR)
  await clock.look()
  t.equal(clock.now().toISOString(), '2026-11-23T18:02:00.000Z', 'a date set back by as much hides nothing from the next look')
})

t.test('an attempt ends after the time it was given, whatever happens to the date', async (t) => {
  const before = Date.parse('2026-06-15T08:00:00Z')
  const { clock, live, setBy } = await machine(before)
  const test = await testApp(t, { courses: 'test/fixtures/courses', world: worldBy(clock) })
  const walk = await startWalk(test)
  const deps = { world: worldBy(clock), courses: makeCourseCache(), settings: { timeZone: 'UTC' } as never }
  const exam = await start(test, walk, 'exam')
  const save = async (seq: number): Promise<number> => (await call(test, walk.trainee, 'PUT', `/attempts/${exam.id}/answers/1`, { answer: null, seq })).status
  const due = (await call(test, walk.trainee, 'GET', `/attempts/${exam.id}`)).json.dueAt as string
  t.equal(due, '2026-06-15T08:30:00.000Z')

  setBy(5 * HOUR)
  await live(4 * MINUTE)
  t.equal(await sweepOverdue(test.db, deps), 0, 'a date hours ahead ends nothing')
  t.equal(await save(1), 200)
  setBy(-7 * HOUR)
  await live(4 * MINUTE)
  t.equal(await sweepOverdue(test.db, deps), 0)
  t.equal(await save(2), 200)
  t.match((await call(test, walk.trainee, 'GET', `/attempts/${exam.id}`)).json, { state: 'open', dueAt: due, serverNow: '2026-06-15T08:08:00.000Z' })
  setBy(2 * HOUR)
  await live(21 * MINUTE)
  t.equal(await save(3), 200, 'and the date set back gives no more time')
  await live(MINUTE + 10_000)
  t.equal(await sweepOverdue(test.db, deps), 1, 'half an hour is half an hour')
  t.match((await call(test, walk.trainee, 'GET', `/attempts/${exam.id}`)).json, { state: 'graded' })
})
