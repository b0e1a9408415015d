import t from 'tap'
import { killDrill, type Victim } from './kill-drill.ts'
import { NO_POSTGRES } from './postgres.ts'

t.setTimeout(240_000)

// A server on SQLite is killed in test/kill.test.ts. Twenty rounds of all three: `node bench/kills.ts`.
const DRILLS: ReadonlyArray<readonly [Victim, string]> = [
  ['postgres', 'SIGKILL to PostgreSQL under two servers'],
  ['one-of-two', 'SIGKILL to one of two servers on PostgreSQL']
]

t.test('while trainees save and finish: nothing acknowledged is lost, nothing is there twice', { skip: NO_POSTGRES ?? false }, async (t) => {
  const rounds = await killDrill(t, DRILLS.map(([victim]) => victim))
  t.equal(rounds.length, DRILLS.length)
  for (const [index, { problems, acknowledged, beforeKill, finished, backAfterMs }] of rounds.entries()) {
    const name = DRILLS[index]?.[1] ?? ''
    t.same(problems, [], name)
    t.comment(`${name}: ${beforeKill} answers acknowledged before the kill, ${acknowledged} in all, ${finished} finished; back after ${backAfterMs} ms`)
  }
})
