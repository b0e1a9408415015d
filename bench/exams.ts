import { openDatabase } from '../server/db/open.ts'
import { openBrowser } from './browser.ts'
import { answerKey, sitExam } from './exam.ts'
import { makeProgramme, PASSWORD } from './programme.ts'
import { atLeast, atMost, tableOf, type Bench, type Outcome, type Scenario } from './bench.ts'
import { startMuster } from './server.ts'
import { inParallel, note, ownCpu, round, spreadOf, spreadsOf, type Samples, type Spread } from './timing.ts'
import type { Watched } from './watch.ts'

interface Level {
  readonly atOnce: number
  readonly exams: number
  readonly examsPerSecond: number
  readonly requestsPerSecond: number
  /** Requests that were sent again because the server was too busy (503). */
  readonly refused: number
  /** The server's own, user and system. */
  readonly cpuMillisecondsPerExam: number
  readonly clientCpuMillisecondsPerExam: number
  readonly loop: Watched['loop']
  readonly rssMb: number
  readonly steps: Record<string, Spread>
}

interface ExamsResult {
  readonly levels: readonly Level[]
  readonly signIn: { readonly perSecond: number, readonly spread: Spread }
  readonly certificates: number
}

export const scenario: Scenario = {
  title: 'Whole exams, after sign-in',
  mostMinutes: 8,
  run: async (bench): Promise<Outcome> => {
    const figures = await exams(bench)
    const best = figures.levels.reduce((most, level) => level.examsPerSecond > most.examsPerSecond ? level : most)
    return {
      figures,
      table: examsTable(figures),
      targets: [
        atLeast(`whole exams a second after sign-in (most: ${best.atOnce} at once)`, 310, best.examsPerSecond, (value) => `${value}/s`),
        ...figures.levels.map(({ atOnce, loop }) => atMost(`event loop held up at the 99.9th percentile, ${atOnce} exams at once`, 20, loop.p999, (value) => `${value} ms`))
      ]
    }
  }
}

const PLAN = [{ atOnce: 1, exams: 150 }, { atOnce: 8, exams: 1500 }, { atOnce: 32, exams: 4000 }, { atOnce: 256, exams: 4000 }]
/** On a slow machine a level ends after so long. */
const LEVEL_SECONDS = 40
const WARM_UP = 300
const WARM_UP_SECONDS = 20
const SIGN_INS = 150

/** Whole exams through the pages at growing numbers at once, then sign-ins with their password hash. */
async function exams (bench: Bench): Promise<ExamsResult> {
  const scale = bench.quick ? 0.2 : 1
  const plan = PLAN.map(({ atOnce, exams }) => ({ atOnce, exams: Math.ceil(exams * scale) }))
  const warmUp = Math.ceil(WARM_UP * scale)
  const url = bench.databaseUrl('exams')
  const db = openDatabase(url)
  const { trainees } = await makeProgramme(db, warmUp + plan.reduce((sum, { exams }) => sum + exams, 0))
  const key = await answerKey(db)
  const server = await startMuster(bench, url)
  try {
    let next = 0
    const sit = async (samples: Samples): Promise<void> => {
      const trainee = trainees[next++]
      if (trainee === undefined) throw new Error('no trainee left')
      const started = performance.now()
      const browser = await openBrowser(server.port, samples, trainee.token)
      await sitExam(browser, trainee, key)
      browser.close()
      note(samples, 'whole exam', performance.now() - started)
    }
    await inParallel(16, warmUp, async () => { await sit(new Map()) }, WARM_UP_SECONDS * scale)
    const levels: Level[] = []
    for (const { atOnce, exams } of plan) {
      const samples: Samples = new Map()
      await server.watched()
      const client = ownCpu()
      const { seconds, done } = await inParallel(atOnce, exams, async () => { await sit(samples) }, LEVEL_SECONDS * scale)
      const clientSeconds = client()
      const { cpuSeconds, loop, rssMb } = await server.watched()
      const refused = samples.get('refused')?.length ?? 0
      const requests = [...samples].reduce((sum, [name, values]) => name === 'whole exam' ? sum : sum + values.length, 0)
      const level: Level = {
        atOnce, exams: done, examsPerSecond: round(done / seconds, 1), requestsPerSecond: Math.round(requests / seconds), refused,
        cpuMillisecondsPerExam: round(cpuSeconds * 1000 / done), clientCpuMillisecondsPerExam: round(clientSeconds * 1000 / done), loop, rssMb, steps: spreadsOf(samples)
      }
      levels.push(level)
      bench.say(`exams: ${atOnce} at once: ${level.examsPerSecond}/s, of CPU ${level.cpuMillisecondsPerExam} ms the server's and ${level.clientCpuMillisecondsPerExam} ms the client's each`)
    }
    const signIns: Samples = new Map()
    const count = Math.ceil(SIGN_INS * scale)
    const { seconds, done } = await inParallel(8, count, async (index) => {
      const browser = await openBrowser(server.port, signIns, null)
      browser.readToken(await browser.get('sign-in page', '/sign-in'))
      await browser.post('sign-in', '/sign-in', new URLSearchParams({ email: trainees[index]?.email ?? '', password: PASSWORD }).toString())
      browser.close()
    }, LEVEL_SECONDS * scale)
    const { count: certificates } = await db.read.selectFrom('certificate').select((select) => select.fn.countAll<number>().as('count')).executeTakeFirstOrThrow()
    if (Number(certificates) !== next) throw new Error(`${next} exams were passed, but ${certificates} certificates stand`)
    return { levels, signIn: { perSecond: round(done / seconds, 1), spread: spreadOf(signIns.get('sign-in') ?? []) }, certificates: Number(certificates) }
  } finally {
    await server.stop()
    await db.close()
  }
}

function examsTable ({ levels, signIn }: ExamsResult): string {
  const steps = Object.keys(levels[0]?.steps ?? {}).filter((step) => step !== 'refused')
  return [
    tableOf(['at once', 'exams/s', 'requests/s', 'refused', 'server CPU per exam', 'client CPU per exam', 'loop p99.9', 'RSS'], levels.map((level) => [
      level.atOnce, level.examsPerSecond, level.requestsPerSecond, level.refused, `${level.cpuMillisecondsPerExam} ms`, `${level.clientCpuMillisecondsPerExam} ms`, `${level.loop.p999} ms`, `${level.rssMb} MB`
    ])),
    '',
    tableOf(['step, p50 / p95 / p99 ms', ...levels.map(({ atOnce }) => `${atOnce} at once`)], steps.map((step) => [step, ...levels.map(({ steps }) => saidOf(steps[step]))])),
    '',
    `Sign-ins apart: ${signIn.perSecond}/s, p50 ${signIn.spread.p50} ms, p95 ${signIn.spread.p95} ms (8 at once).`
  ].join('\n')
}

function saidOf (spread: Spread | undefined): string {
  return spread === undefined ? '' : `${spread.p50} / ${spread.p95} / ${spread.p99}`
}
