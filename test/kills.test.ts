import t from 'tap'
import { killDrill, type Victim } from './kill-drill.ts'
import { NO_POSTGRES } from './postgres.ts'

t.setTimeout(240_000)

// Twenty rounds of each: `node bench/kills.ts`.
const DRILLS: ReadonlyArray<readonly [Victim, string]> = [
  ['server', 'SIGKILL to the server on SQLite'],
  ['postgres', 'SIGKILL to PostgreSQL under two servers'],
  ['one-of-two', 'SIGKILL to one of two servers on PostgreSQL']
]
for (const [victim, name] of DRILLS) {
  const skip = victim !== 'server' && NO_POSTGRES !== null ? NO_POSTGRES : false
  t.test(`${name}, while trainees save and finish: nothing acknowledged is lost, nothing is there twice`, { skip }, async (t) => {
    const rounds = await killDrill(t, victim, 1)
    for (const { problems, acknowledged, beforeKill, finished, backAfterMs } of rounds) {
      t.same(problems, [])
      t.comment(`${beforeKill} answers acknowledged before the kill, ${acknowledged} in all, ${finished} finished; back after ${backAfterMs} ms`)
    }
  })
}
