import { copyFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { openDatabase } from '../server/db/open.ts'
import { verify } from '../server/keep.ts'
import { atMost, tableOf, type Bench, type Outcome, type Scenario, type Target } from './bench.ts'
import { openBrowser, type Browser } from './browser.ts'
import { answerKey, sitExam, type AnswerKey } from './exam.ts'
import { makeFiller } from './fill.ts'
import { makeProgramme, PASSWORD, type Programme } from './programme.ts'
import { startMuster, type Running } from './server.ts'
import { median, round, type Samples } from './timing.ts'

export const scenario: Scenario = {
  title: 'Growth',
  mostMinutes: 30,
  run: async (bench): Promise<Outcome> => {
    const figures = await growth(bench)
    return { figures, table: growthTable(figures), targets: targetsOf(figures) }
  }
}

const SIZES = [1000, 10_000, 100_000, 1_000_000]
/** Where the ratios start from. */
const BASE = 10_000
/** What one trainee does is measured so often at each size; nobody sits twice. */
const ROUNDS = 60
const DESK_ROUNDS = 9
const WARM_UP = 12
const MOST_ROUNDS_SECONDS = 240
/** A size whose filling would take longer is left out, and said to be. */
const MOST_FILL_SECONDS = 900

interface Size {
  readonly people: number
  readonly fillSeconds: number
  readonly fileMb: number
  /** Of one whole visit: the sign-in, the exam, the certificate's page. */
  readonly cpuMilliseconds: number
}

interface Step {
  readonly step: string
  readonly by: 'trainee' | 'desk'
  /** Median milliseconds, by the number of people. */
  readonly medians: Readonly<Record<number, number>>
  /** The largest, by that of ten thousand. */
  readonly ratio: number
}

interface GrowthResult {
  readonly rounds: number
  readonly deskRounds: number
  readonly sizes: readonly Size[]
  readonly steps: readonly Step[]
  /** The size that this machine is too slow to fill now; null when none was left out. */
  readonly leftOut: number | null
}

interface Stage extends Size {
  readonly key: AnswerKey
  readonly server: Running
  readonly admin: Browser
  readonly samples: Readonly<Record<'trainee' | 'desk', Samples>>
}

/** The same programme with more and more people of the past in it, each size on a file and a server of its own; then one visit
 * after another, size by size in turn, so that whatever else the machine does meets all of them alike. */
async function growth (bench: Bench): Promise<GrowthResult> {
  const sizes = bench.quick ? SIZES.slice(0, 2) : SIZES
  const rounds = bench.quick ? 12 : ROUNDS
  const deskRounds = bench.quick ? 5 : DESK_ROUNDS
  const fullest = join(bench.folder, 'growth.db')
  const first = openDatabase(`sqlite:${fullest}`)
  const programme = await makeProgramme(first, 300, [{}, { country: 'ZM' }])
  await first.close()
  const filler = await makeFiller(fullest, programme)
  const filled: Array<Pick<Size, 'people' | 'fillSeconds'> & { readonly path: string }> = []
  const stages: Stage[] = []
  let leftOut: number | null = null
  try {
    for (const [index, people] of sizes.entries()) {
      const before = filled.at(-1)
      if (before !== undefined && before.fillSeconds * people / before.people > MOST_FILL_SECONDS) {
        leftOut = people
        bench.say(`growth: ${people.toLocaleString('en-GB')} people are left out: ${before.people.toLocaleString('en-GB')} took ${before.fillSeconds} s to fill in`)
        break
      }
      const started = performance.now()
      await filler.fillTo(people)
      const fillSeconds = round((performance.now() - started) / 1000, 1)
      const path = people === sizes.at(-1) ? fullest : join(bench.folder, `growth-${people}.db`)
      if (path !== fullest) copyFileSync(fullest, path)
      if (index === 0) {
        const { agrees, lines } = await verify(`sqlite:${path}`)
        if (!agrees) throw new Error(`what was filled in does not agree:\n${lines.join('\n')}`)
      }
      filled.push({ people, fillSeconds, path })
      bench.say(`growth: ${people.toLocaleString('en-GB')} people, filled in ${fillSeconds} s`)
    }
    // After the last is filled: a connection that nobody uses meanwhile would be closed.
    for (const [index, { people, fillSeconds, path }] of filled.entries()) {
      const url = `sqlite:${path}`
      const server = await startMuster(bench, url, { port: bench.port + index })
      const samples: Stage['samples'] = { trainee: new Map(), desk: new Map() }
      stages.push({
        people, fillSeconds, fileMb: Math.round(statSync(path).size / 1e6), cpuMilliseconds: NaN, samples, server,
        key: await answerKey(openDatabase(url)), admin: await openBrowser(server.port, samples.desk, programme.admin.token)
      })
    }
    for (let visitor = 0; visitor < WARM_UP; visitor++) {
      for (const stage of stages) await visit(stage, programme, visitor)
    }
    for (const stage of stages) {
      await desk(stage, programme)
      for (const samples of Object.values(stage.samples)) samples.clear()
      await stage.server.watched()
    }
    const until = performance.now() + MOST_ROUNDS_SECONDS * 1000
    let done = 0
    for (; done < rounds && performance.now() < until; done++) {
      for (const stage of inTurn(stages, done)) await visit(stage, programme, WARM_UP + done)
    }
    const measured: Size[] = []
    for (const { people, fillSeconds, fileMb, server } of stages) {
      measured.push({ people, fillSeconds, fileMb, cpuMilliseconds: round((await server.watched()).cpuSeconds * 1000 / done, 1) })
    }
    for (let turn = 0; turn < deskRounds; turn++) {
      for (const stage of inTurn(stages, turn)) await desk(stage, programme)
    }
    return { rounds: done, deskRounds, sizes: measured, steps: (['trainee', 'desk'] as const).flatMap((by) => stepsOf(stages, by)), leftOut }
  } finally {
    for (const { server, admin, key } of stages) {
      admin.close()
      await server.stop()
      await key.db.close()
    }
  }
}

/** Each size begins a round as often as the others. */
function inTurn<T> (items: readonly T[], turn: number): T[] {
  const from = turn % items.length
  return [...items.slice(from), ...items.slice(0, from)]
}

/** A trainee comes, signs in, sits the whole exam, passes, and looks at the certificate. */
async function visit ({ server, key, samples }: Stage, { trainees }: Programme, visitor: number): Promise<void> {
  const trainee = trainees[visitor]
  if (trainee === undefined) throw new Error('no trainee left')
  const browser = await openBrowser(server.port, samples.trainee, null)
  try {
    browser.readToken(await browser.get('sign-in page', '/sign-in'))
    await browser.post('sign-in', '/sign-in', new URLSearchParams({ email: trainee.email, password: PASSWORD }).toString())
    await sitExam(browser, trainee, key)
    const { serial } = await key.db.read.selectFrom('certificate').select('serial').where('enrolment_id', '=', trainee.enrolmentId).where('revoked_at', 'is', null).executeTakeFirstOrThrow()
    await browser.get('certificate', `/certificates/${serial}`)
  } finally {
    browser.close()
  }
}

async function desk ({ admin }: Stage, { cohortId, quotaId }: Programme): Promise<void> {
  await admin.get('home of an administrator', '/')
  await admin.get('cohorts', '/desk/cohorts')
  await admin.get('cohort', `/desk/cohorts/${cohortId}`)
  await admin.get('quotas', '/desk/quotas')
  await admin.get('quota', `/desk/quotas/${quotaId}`)
  await admin.get('ledger', `/desk/quotas/${quotaId}/entries`)
  await admin.get('certificates', '/desk/certificates')
  await admin.get('people', '/desk/people')
}

function stepsOf (stages: readonly Stage[], by: Step['by']): Step[] {
  return [...stages[0]?.samples[by].keys() ?? []].map((step) => {
    const medians = Object.fromEntries(stages.map(({ people, samples }) => [people, round(median(samples[by].get(step) ?? []))]))
    return { step, by, medians, ratio: round((medians[stages.at(-1)?.people ?? 0] ?? NaN) / (medians[BASE] ?? NaN)) }
  })
}

function targetsOf ({ steps, sizes, leftOut }: GrowthResult): Target[] {
  const most = sizes.at(-1)?.people ?? 0
  if (leftOut !== null) {
    return [{ what: 'growth from 10,000 to 1,000,000 people', promised: '≤ 1.5 ×', figure: `not measured: ${leftOut.toLocaleString('en-GB')} people take too long to fill in`, met: false }]
  }
  // A short run ends where the promise begins.
  if (most <= BASE) return []
  const steepest = steps.filter(({ by }) => by === 'trainee').reduce((steepest, step) => step.ratio > steepest.ratio ? step : steepest)
  const said = most.toLocaleString('en-GB')
  return [
    atMost(`growth from 10,000 to ${said} people of what a trainee does (steepest: ${steepest.step})`, 1.5, steepest.ratio, (value) => `${value} ×`),
    ...steps.filter(({ step }) => step === 'quota').map(({ medians }): Target => {
      const figure = medians[most] ?? NaN
      return { what: `quota page at ${said} certificates`, promised: '< 100 ms', figure: `${figure} ms`, met: figure < 100 }
    })
  ]
}

function growthTable ({ rounds, deskRounds, sizes, steps }: GrowthResult): string {
  const ratioOf = ({ ratio }: Step): string => sizes.at(-1)?.people === BASE ? '' : String(ratio)
  const numbers = sizes.map(({ people }) => people.toLocaleString('en-GB'))
  const row = (step: Step): Array<string | number> => [step.step, ...sizes.map(({ people }) => step.medians[people] ?? ''), ratioOf(step)]
  return [
    tableOf(['people', ...numbers], [
      ['filled in, s', ...sizes.map(({ fillSeconds }) => fillSeconds)],
      ['file, MB', ...sizes.map(({ fileMb }) => fileMb)],
      ['server CPU of a visit, ms', ...sizes.map(({ cpuMilliseconds }) => cpuMilliseconds)]
    ]),
    '',
    `Medians of ${rounds} visits, milliseconds; the last column is the largest by that of ${BASE.toLocaleString('en-GB')}.`,
    '',
    tableOf(['a trainee', ...numbers, 'ratio'], steps.filter(({ by }) => by === 'trainee').map(row)),
    '',
    `Medians of ${deskRounds}.`,
    '',
    tableOf(['the desk', ...numbers, 'ratio'], steps.filter(({ by }) => by === 'desk').map(row))
  ].join('\n')
}
