import { openDatabase } from '../server/db/open.ts'
import { openBrowser } from './browser.ts'
import { answerKey, sitExam } from './exam.ts'
import { makeProgramme, PASSWORD } from './programme.ts'
import type { Bench } from './bench.ts'
import { startMuster } from './server.ts'
import { inParallel, note, round, spreadOf, spreadsOf, type Samples, type Spread } from './timing.ts'
import type { Watched } from './watch.ts'

interface Level {
  readonly atOnce: number
  readonly exams: number
  readonly examsPerSecond: number
  readonly requestsPerSecond: number
  /** The server's own, user and system. */
  readonly cpuMillisecondsPerExam: number
  readonly loop: Watched['loop']
  readonly rssMb: number
  readonly steps: Record<string, Spread>
}

export interface ExamsResult {
  readonly levels: readonly Level[]
  readonly signIn: { readonly perSecond: number, readonly spread: Spread }
  readonly certificates: number
}

const PLAN = [{ atOnce: 1, exams: 150 }, { atOnce: 8, exams: 1000 }, { atOnce: 32, exams: 2000 }, { atOnce: 256, exams: 3000 }]
const WARM_UP = 300
const SIGN_INS = 150

/** Whole exams through the pages at growing numbers at once, then sign-ins with their password hash. */
export async function exams (bench: Bench): Promise<ExamsResult> {
  const plan = PLAN.map(({ atOnce, exams }) => ({ atOnce, exams: Math.ceil(exams * bench.scale) }))
  const warmUp = Math.ceil(WARM_UP * bench.scale)
  const url = bench.databaseUrl('exams')
  const db = openDatabase(url)
  const { trainees } = await makeProgramme(db, warmUp + plan.reduce((sum, { exams }) => sum + exams, 0))
  const key = answerKey(db)
  const server = await startMuster(url, bench.port, bench.profileTo)
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
    await inParallel(16, warmUp, async () => { await sit(new Map()) })
    const levels: Level[] = []
    for (const { atOnce, exams } of plan) {
      const samples: Samples = new Map()
      await server.watched()
      const seconds = await inParallel(atOnce, exams, async () => { await sit(samples) })
      const { cpuSeconds, loop, rssMb } = await server.watched()
      const requests = [...samples].reduce((sum, [name, values]) => name === 'whole exam' ? sum : sum + values.length, 0)
      levels.push({
        atOnce, exams, examsPerSecond: round(exams / seconds, 1), requestsPerSecond: Math.round(requests / seconds),
        cpuMillisecondsPerExam: round(cpuSeconds * 1000 / exams), loop, rssMb, steps: spreadsOf(samples)
      })
      bench.say(`exams: ${atOnce} at once: ${levels.at(-1)?.examsPerSecond}/s, ${levels.at(-1)?.cpuMillisecondsPerExam} ms of the server's CPU each`)
    }
    const signIns: Samples = new Map()
    const count = Math.ceil(SIGN_INS * bench.scale)
    const seconds = await inParallel(8, count, async (index) => {
      const browser = await openBrowser(server.port, signIns, null)
      browser.readToken(await browser.get('sign-in page', '/sign-in'))
      await browser.post('sign-in', '/sign-in', new URLSearchParams({ email: trainees[index]?.email ?? '', password: PASSWORD }).toString())
      browser.close()
    })
    const { count: certificates } = await db.read.selectFrom('certificate').select((select) => select.fn.countAll<number>().as('count')).executeTakeFirstOrThrow()
    if (Number(certificates) !== next) throw new Error(`${next} exams were passed, but ${certificates} certificates stand`)
    return { levels, signIn: { perSecond: round(count / seconds, 1), spread: spreadOf(signIns.get('sign-in') ?? []) }, certificates: Number(certificates) }
  } finally {
    await server.stop()
    await db.close()
  }
}

export function examsTable ({ levels, signIn }: ExamsResult): string {
  return [
    '| at once | exams/s | requests/s | server CPU per exam | loop p99.9 | RSS |', '|--:|--:|--:|--:|--:|--:|',
    ...levels.map((level) => `| ${level.atOnce} | ${level.examsPerSecond} | ${level.requestsPerSecond} | ${level.cpuMillisecondsPerExam} ms | ${level.loop.p999} ms | ${level.rssMb} MB |`),
    '', '| step, p50 / p95 / p99 ms | ' + levels.map(({ atOnce }) => `${atOnce} at once`).join(' | ') + ' |', `|---|${levels.map(() => '--:|').join('')}`,
    ...Object.keys(levels[0]?.steps ?? {}).map((step) => `| ${step} | ${levels.map(({ steps }) => { const spread = steps[step]; return spread === undefined ? '' : `${spread.p50} / ${spread.p95} / ${spread.p99}` }).join(' | ')} |`),
    '', `Sign-ins apart: ${signIn.perSecond}/s, p50 ${signIn.spread.p50} ms, p95 ${signIn.spread.p95} ms (8 at once).`
  ].join('\n')
}
