import { openDatabase } from '../server/db/open.ts'
import { verify } from '../server/keep.ts'
import { NO_POSTGRES, startPostgres } from '../test/postgres.ts'
import { tableOf, type Bench, type Outcome, type Scenario } from './bench.ts'
import { openBrowser } from './browser.ts'
import { atEnd } from './endings.ts'
import { answerKey, sitExam } from './exam.ts'
import { makeProgramme } from './programme.ts'
import { startMuster, type Running } from './server.ts'
import { inParallel, median, note, ownCpu, round, spreadOf, type Samples, type Spread } from './timing.ts'

export const scenario: Scenario = {
  title: 'One and two servers on PostgreSQL',
  mostMinutes: 6,
  run: async (bench): Promise<Outcome> => {
    if (NO_POSTGRES !== null) return { figures: { leftOut: NO_POSTGRES }, table: `Left out: ${NO_POSTGRES}.` }
    const figures = await servers(bench)
    return { figures, table: serversTable(figures) }
  }
}

const AT_ONCE = 32
const TURNS = 3
const EXAMS = 600
const TURN_SECONDS = 15
const WARM_UP = 200

interface Side {
  /** Medians over the turns. */
  readonly examsPerSecond: number
  readonly serverCpuMillisecondsPerExam: number
  readonly clientCpuMillisecondsPerExam: number
  readonly wholeExam: Spread
}

interface ServersResult {
  readonly atOnce: number
  readonly one: Side
  readonly two: Side
  /** Two by one, turn by turn: the median. */
  readonly ratio: number
  readonly exams: number
  readonly certificates: number
  readonly verified: boolean
}

interface Turn { readonly examsPerSecond: number, readonly serverCpu: number, readonly clientCpu: number, readonly samples: Samples }

/** The same exams by the same client, turn by turn through one server and through two, on a PostgreSQL that syncs every commit.
 * Everything shares one machine: PostgreSQL, the servers and the client. */
async function servers (bench: Bench): Promise<ServersResult> {
  const scale = bench.quick ? 0.2 : 1
  const turns = bench.quick ? 1 : TURNS
  const exams = Math.ceil(EXAMS * scale)
  const warmUp = Math.ceil(WARM_UP * scale)
  const postgres = await startPostgres({ durable: true })
  const remove = atEnd(async () => { await postgres.remove() })
  const url = await postgres.createDatabase()
  const db = openDatabase(url, { connections: 4 })
  const running: Running[] = []
  try {
    const { trainees } = await makeProgramme(db, warmUp + 2 * turns * exams)
    const key = await answerKey(db)
    for (const port of [bench.port, bench.port + 1]) running.push(await startMuster(bench, url, { port }))
    let next = 0
    const sit = async (among: readonly Running[], samples: Samples): Promise<void> => {
      const trainee = trainees[next]
      const server = among[next++ % among.length]
      if (trainee === undefined || server === undefined) throw new Error('no trainee left')
      const started = performance.now()
      const browser = await openBrowser(server.port, new Map(), trainee.token)
      await sitExam(browser, trainee, key)
      browser.close()
      note(samples, 'whole exam', performance.now() - started)
    }
    const measure = async (among: readonly Running[]): Promise<Turn> => {
      const samples: Samples = new Map()
      await Promise.all(running.map(async (server) => await server.watched()))
      const client = ownCpu()
      const { seconds, done } = await inParallel(AT_ONCE, exams, async () => { await sit(among, samples) }, TURN_SECONDS * scale)
      const clientCpu = client() * 1000 / done
      const used = await Promise.all(running.map(async (server) => (await server.watched()).cpuSeconds))
      bench.say(`servers: ${among.length}: ${round(done / seconds, 1)} exams/s`)
      return { examsPerSecond: done / seconds, serverCpu: used.reduce((sum, seconds) => sum + seconds, 0) * 1000 / done, clientCpu, samples }
    }
    await inParallel(AT_ONCE, warmUp, async () => { await sit(running, new Map()) }, TURN_SECONDS * scale)
    const pairs: Array<{ one: Turn, two: Turn }> = []
    for (let turn = 0; turn < turns; turn++) pairs.push({ one: await measure(running.slice(0, 1)), two: await measure(running) })
    for (const server of running) await server.stop()
    const { certificates } = await db.read.selectFrom('certificate').select((select) => select.fn.countAll<number>().as('certificates')).executeTakeFirstOrThrow()
    const { agrees, lines } = await verify(url)
    if (!agrees || Number(certificates) !== next) throw new Error(`${next} exams were passed, ${certificates} certificates stand:\n${lines.join('\n')}`)
    return {
      atOnce: AT_ONCE,
      one: sideOf(pairs.map(({ one }) => one)),
      two: sideOf(pairs.map(({ two }) => two)),
      ratio: round(median(pairs.map(({ one, two }) => two.examsPerSecond / one.examsPerSecond))),
      exams: next,
      certificates: Number(certificates),
      verified: agrees
    }
  } finally {
    for (const server of running) await server.stop()
    await db.close()
    await remove()
  }
}

function sideOf (turns: readonly Turn[]): Side {
  return {
    examsPerSecond: round(median(turns.map(({ examsPerSecond }) => examsPerSecond)), 1),
    serverCpuMillisecondsPerExam: round(median(turns.map(({ serverCpu }) => serverCpu))),
    clientCpuMillisecondsPerExam: round(median(turns.map(({ clientCpu }) => clientCpu))),
    wholeExam: spreadOf(turns.flatMap(({ samples }) => samples.get('whole exam') ?? []))
  }
}

function serversTable ({ atOnce, one, two, ratio, exams }: ServersResult): string {
  const row = (name: string, { examsPerSecond, serverCpuMillisecondsPerExam, clientCpuMillisecondsPerExam, wholeExam: { p50, p95 } }: Side): string[] =>
    [name, String(examsPerSecond), `${serverCpuMillisecondsPerExam} ms`, `${clientCpuMillisecondsPerExam} ms`, `${Math.round(p50)} / ${Math.round(p95)} ms`]
  return [
    tableOf(['', 'exams/s', 'servers\' CPU per exam', 'client CPU per exam', 'whole exam p50 / p95'], [row('one server', one), row('two servers', two)]),
    '',
    `Two by one: ${ratio}; ${atOnce} exams at once, ${exams} in all, every one with its certificate, and \`verify\` agrees.`
  ].join('\n')
}
