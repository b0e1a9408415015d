import { killDrill, type Victim } from '../test/kill-drill.ts'
import { NO_POSTGRES } from '../test/postgres.ts'

// node bench/kills.ts [ROUNDS] [server | postgres | one-of-two]…: kills with SIGKILL, under load, so many times each: the server on
// SQLite, PostgreSQL under two servers, and one of two servers on PostgreSQL; or those alone that are named. Ends with status 1 when
// anything acknowledged is lost or anything is doubled.

const rounds = Number(process.argv[2] ?? 20)
const only = process.argv.slice(3)
let bad = 0
for (const victim of ['server', 'postgres', 'one-of-two'] as const satisfies readonly Victim[]) {
  if (only.length > 0 && !only.includes(victim)) continue
  if (victim !== 'server' && NO_POSTGRES !== null) {
    console.log(`${victim}: left out, ${NO_POSTGRES}`)
    continue
  }
  const endings: Array<() => unknown> = []
  const done = await killDrill({ teardown: (work) => { endings.unshift(work) } }, Array<Victim>(rounds).fill(victim), ({ problems, acknowledged, finished }, number) => {
    bad += problems.length
    console.log(`${victim}, round ${number}: ${acknowledged} acknowledged, ${finished} finished, ${problems.length} problems`)
    for (const problem of problems) console.log(`${victim}, round ${number}: ${problem}`)
  })
  for (const end of endings) await end()
  const sum = (of: (round: (typeof done)[number]) => number): number => done.reduce((total, round) => total + of(round), 0)
  const back = done.map(({ backAfterMs }) => backAfterMs).sort((a, b) => a - b)
  console.log(`${victim}: ${done.length} kills, ${sum(({ acknowledged }) => acknowledged)} answers acknowledged, ${sum(({ finished }) => finished)} attempts finished, ` +
    `${sum(({ problems }) => problems.length)} problems; answers again after ${back[Math.floor(back.length / 2)] ?? 0} ms (median), ${back.at(-1) ?? 0} ms (longest)`)
}
process.exitCode = bad === 0 ? 0 : 1
