import { monitorEventLoopDelay } from 'node:perf_hooks'
import { openDatabase } from '../server/db/open.ts'
import type { Database } from '../server/db/database.ts'
import { verify } from '../server/keep.ts'
import { atMost, tableOf, type Bench, type Outcome, type Scenario, type Target } from './bench.ts'
import { openBrowser, type Browser } from './browser.ts'
import { answerKey, questionsOf, sitExam, startExam, type AnswerKey, type Question } from './exam.ts'
import { makeProgramme, QUIZ, type Trainee } from './programme.ts'
import { startMuster, type Running } from './server.ts'
import { inParallel, note, ownCpu, round, sleep, spreadsOf, type Samples, type Spread } from './timing.ts'
import type { Watched } from './watch.ts'

export const scenario: Scenario = {
  title: 'The start storm',
  mostMinutes: 8,
  run: async (bench): Promise<Outcome> => {
    const figures = await storm(bench)
    return { figures, table: stormTable(figures), targets: targetsOf(figures) }
  }
}

const START_SECONDS = 10
const EVERY_SECONDS = 5
const SLOTS = 20
const PER_PAGE = 5
/** Answers that must be there: `seq` of a slot. */
interface Acknowledged { readonly question: Question, readonly seq: number }

interface Sitting {
  readonly browser: Browser
  readonly trainee: Trainee
  readonly acknowledged: Acknowledged[]
  attemptId: string | null
  finished: boolean
}

interface StormResult {
  readonly trainees: number
  readonly startWithinSeconds: number
  readonly answerEverySeconds: number
  readonly answersEach: number
  readonly errors: number
  /** A few of them. */
  readonly errorsSaid: readonly string[]
  readonly steps: Record<string, Spread>
  /** What the server's loop and CPU did, phase by phase. */
  readonly phases: ReadonlyArray<{ readonly phase: string, readonly seconds: number, readonly loop: Watched['loop'], readonly cpuSeconds: number, readonly clientCpuSeconds: number }>
  readonly peakRssMb: number
  /** How late the client's own loop was: above a few milliseconds, the times above are the client's too. */
  readonly clientLoopP99: number
  readonly acknowledged: number
  readonly lost: number
  /** Attempts whose result is not what their acknowledged answers come to. */
  readonly wrongResults: number
  readonly certificates: number
  readonly verified: boolean
}

/** Trainees who wait with open connections start at a stroke of the clock, answer on, and all hand in. A request that has its
 * time by the plan is timed from then, not from when the client came to send it; one that follows another, from its sending. */
async function storm (bench: Bench): Promise<StormResult> {
  const count = bench.quick ? 300 : 3000
  const answersEach = bench.quick ? 4 : SLOTS
  const url = bench.databaseUrl('storm')
  const db = openDatabase(url)
  const warmUp = bench.quick ? 50 : 300
  const { trainees } = await makeProgramme(db, count + warmUp)
  const key = await answerKey(db)
  const server = await startMuster(bench, url)
  try {
    const unmeasured: Samples = new Map()
    const samples: Samples = new Map()
    const errors: string[] = []
    const sittings: Sitting[] = new Array<Sitting>(count)
    // The server has been up for a while: others have sat exams.
    await inParallel(16, warmUp, async (index) => {
      const trainee = trainees[count + index] as Trainee
      const browser = await openBrowser(server.port, unmeasured, trainee.token)
      await sitExam(browser, trainee, key)
      browser.close()
    })
    // Signed in, in front of the exam's page, with the connection open.
    await inParallel(32, count, async (index) => {
      const trainee = trainees[index] as Trainee
      const browser = await openBrowser(server.port, unmeasured, trainee.token, { patient: false })
      browser.readToken(await browser.get('quiz', `/enrolments/${trainee.enrolmentId}/quizzes/${QUIZ}`))
      sittings[index] = { browser, trainee, acknowledged: [], attemptId: null, finished: false }
    })
    bench.say(`storm: ${count} connections are open`)

    const client = monitorEventLoopDelay({ resolution: 1 })
    client.enable()
    const started = performance.now()
    const watching = watchPhases(server, started, [['start', START_SECONDS], ['answers', EVERY_SECONDS * (answersEach + 1)]])
    await Promise.all(sittings.map(async (sitting, index) => {
      try {
        await sit(sitting, samples, key, started + index * START_SECONDS * 1000 / count, answersEach, errors)
      } catch (error) {
        errors.push(error instanceof Error ? error.message : String(error))
      }
    }))
    const phases = await watching.end('finish')
    client.disable()
    for (const { browser } of sittings) browser.close()
    bench.say(`storm: over, ${errors.length} errors; the answers are looked for`)
    await server.stop()

    const counted = await lookFor(db, sittings)
    const { agrees, lines } = await verify(url)
    if (!agrees) errors.push(...lines.filter((line) => line.startsWith('DIFFERS')))
    return {
      trainees: count,
      startWithinSeconds: START_SECONDS,
      answerEverySeconds: EVERY_SECONDS,
      answersEach,
      errors: errors.length,
      errorsSaid: errors.slice(0, 10),
      steps: spreadsOf(samples),
      phases: phases.map(({ phase, seconds, watched, clientCpuSeconds }) => ({ phase, seconds, loop: watched.loop, cpuSeconds: round(watched.cpuSeconds), clientCpuSeconds })),
      peakRssMb: phases.at(-1)?.watched.peakRssMb ?? NaN,
      clientLoopP99: round(Math.max(0, client.percentile(99) / 1e6 - 1)),
      ...counted,
      verified: agrees
    }
  } finally {
    await server.stop()
    await db.close()
  }
}

/** One trainee, by the plan. An answer that is refused is an error, and the trainee goes on. */
async function sit (sitting: Sitting, samples: Samples, key: AnswerKey, begins: number, answersEach: number, errors: string[]): Promise<void> {
  const { browser, trainee } = sitting
  const timed = async (step: string, due: number, work: () => Promise<void>): Promise<void> => {
    await work()
    note(samples, step, performance.now() - due)
  }
  await sleep(begins - performance.now())
  let path = ''
  await timed('start', begins, async () => { path = await startExam(browser, trainee) })
  sitting.attemptId = path.slice('/attempts/'.length)
  await timed('first page', performance.now(), async () => { await browser.get('', path) })
  const questions = await questionsOf(key, path)
  for (let turn = 0; turn < answersEach; turn++) {
    const due = begins + (turn + 1) * EVERY_SECONDS * 1000
    await sleep(due - performance.now())
    const question = questions[turn % SLOTS] as Question
    const seq = 1 + Math.floor(turn / SLOTS)
    try {
      await timed('answer', due, async () => {
        await browser.put('', `/api/v1${path}/answers/${question.slot.slot}`, JSON.stringify({ answer: question.answer, seq }))
      })
      sitting.acknowledged.push({ question, seq })
      if ((turn + 1) % PER_PAGE === 0 && turn + 1 < answersEach) {
        await timed('next page', performance.now(), async () => { await browser.get('', `${path}?page=${Math.floor((turn + 1) / PER_PAGE) % (SLOTS / PER_PAGE) + 1}`) })
      }
    } catch (error) {
      errors.push(error instanceof Error ? error.message : String(error))
    }
  }
  const due = begins + (answersEach + 1) * EVERY_SECONDS * 1000
  await sleep(due - performance.now())
  await timed('finish', due, async () => { await browser.post('', `${path}/finish`, '') })
  sitting.finished = true
  await timed('review', performance.now(), async () => { await browser.get('', `${path}/review`) })
}

/** Asks the server what was measured in it at the end of each phase. */
function watchPhases (server: Running, started: number, ends: ReadonlyArray<readonly [phase: string, atSeconds: number]>) {
  const phases: Array<{ phase: string, seconds: number, watched: Watched, clientCpuSeconds: number }> = []
  let last = started
  let client = ownCpu()
  const look = async (phase: string): Promise<void> => {
    const watched = await server.watched()
    const now = performance.now()
    phases.push({ phase, seconds: round((now - last) / 1000, 1), watched, clientCpuSeconds: round(client()) })
    last = now
    client = ownCpu()
  }
  const going = (async () => {
    await server.watched()
    for (const [phase, atSeconds] of ends) {
      await sleep(started + atSeconds * 1000 - performance.now())
      await look(phase)
    }
  })()
  going.catch(() => undefined)
  return {
    end: async (phase: string) => {
      await going
      await look(phase)
      return phases
    }
  }
}

/** Reads, after all is over, what is stored of what was acknowledged. */
async function lookFor (db: Database, sittings: readonly Sitting[]): Promise<Pick<StormResult, 'acknowledged' | 'lost' | 'wrongResults' | 'certificates'>> {
  let lost = 0
  let wrongResults = 0
  for (const { attemptId, acknowledged, finished } of sittings) {
    if (attemptId === null) continue
    const steps = await db.read.selectFrom('attempt_step').select(['slot', 'seq', 'answer']).where('attempt_id', '=', attemptId).where('action', '=', 'answer').execute()
    const stored = new Map(steps.map(({ slot, seq, answer }) => [`${slot} ${seq}`, answer]))
    for (const { question: { slot, answer }, seq } of acknowledged) if (stored.get(`${slot.slot} ${seq}`) !== JSON.stringify(answer)) lost += 1
    if (!finished) continue
    const { mark, state } = await db.read.selectFrom('attempt').select(['mark', 'state']).where('id', '=', attemptId).executeTakeFirstOrThrow()
    // Every answer that was given is fully right.
    const earned = [...new Map(acknowledged.map(({ question: { slot } }) => [slot.slot, slot.mark])).values()].reduce((sum, slot) => sum + slot, 0)
    if (state !== 'graded' || Math.abs((mark ?? NaN) - earned) > 1e-6) wrongResults += 1
  }
  const { certificates } = await db.read.selectFrom('certificate').select((select) => select.fn.countAll<number>().as('certificates')).executeTakeFirstOrThrow()
  return { acknowledged: sittings.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0), lost, wrongResults, certificates: Number(certificates) }
}

function targetsOf ({ trainees, errors, lost, wrongResults, verified, steps, phases }: StormResult): Target[] {
  const storm = `storm of ${trainees.toLocaleString('en-GB')}`
  const slowest = Object.entries(steps).reduce((most, step) => step[1].p95 > most[1].p95 ? step : most)
  const held = phases.reduce((most, phase) => phase.loop.p999 > most.loop.p999 ? phase : most)
  return [
    atMost(`${storm}: errors`, 0, errors, String),
    { what: `${storm}: p95 of the slowest step (${slowest[0]})`, promised: '< 500 ms', figure: `${slowest[1].p95} ms`, met: slowest[1].p95 < 500 },
    atMost(`${storm}: acknowledged answers lost, results or ledger wrong`, 0, lost + wrongResults + (verified ? 0 : 1), String),
    atMost(`${storm}: event loop held up at the 99.9th percentile (${held.phase})`, 20, held.loop.p999, (value) => `${value} ms`)
  ]
}

function stormTable (figures: StormResult): string {
  const { trainees, errors, errorsSaid, answersEach, acknowledged, lost, wrongResults, certificates, verified, peakRssMb, clientLoopP99 } = figures
  return [
    `${trainees.toLocaleString('en-GB')} trainees start within ${START_SECONDS} s, answer every ${EVERY_SECONDS} s, ${answersEach} times each, and hand in.`,
    '',
    tableOf(['step', 'requests', 'p50 ms', 'p95 ms', 'p99 ms', 'longest ms'], Object.entries(figures.steps).map(([step, { count, p50, p95, p99, max }]) => [step, count, p50, p95, p99, max])),
    '',
    tableOf(['phase', 'seconds', 'server CPU s', 'client CPU s', 'loop p50 ms', 'p99', 'p99.9', 'longest'], figures.phases.map(({ phase, seconds, cpuSeconds, clientCpuSeconds, loop }) =>
      [phase, seconds, cpuSeconds, clientCpuSeconds, loop.p50, loop.p99, loop.p999, loop.max])),
    '',
    `${errors} errors. Of ${acknowledged.toLocaleString('en-GB')} acknowledged answers ${lost} are lost, ${wrongResults} results are not what the answers come to, ` +
    `${certificates.toLocaleString('en-GB')} certificates, \`verify\` ${verified ? 'agrees' : 'DIFFERS'}. Server's memory at most ${peakRssMb} MB (RSS). Client's loop p99: ${clientLoopP99} ms late.`,
    ...errorsSaid.map((line) => `- ${line}`)
  ].join('\n')
}
