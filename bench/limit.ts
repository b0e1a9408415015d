import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openDatabase } from '../server/db/open.ts'
import { atLeast, tableOf, type Bench, type Outcome, type Scenario } from './bench.ts'
import { openBrowser, type Browser } from './browser.ts'
import { connect, headerOf, type Connection } from './connection.ts'
import { answerKey, questionsOf, startExam, type Question } from './exam.ts'
import { makeProgramme } from './programme.ts'
import { startMuster, startServer, type Running } from './server.ts'
import { inParallel, median, note, round, spreadOf, type Samples, type Spread } from './timing.ts'

interface Side {
  readonly perSecond: number
  /** The server's CPU, user and system: steadier than the rate where others use the machine. */
  readonly cpuMicroseconds: number
  readonly spread: Spread
}

interface Comparison {
  readonly ours: Side
  readonly bare: Side
  /** Medians over the rounds of ours ÷ bare, by rate and by CPU. */
  readonly ratio: number
  readonly cpuRatio: number
}

interface LimitResult {
  readonly pageBytes: number
  readonly pageEncoding: string
  readonly page: Comparison
  readonly save: Comparison
}

export const scenario: Scenario = {
  title: 'Against the bare stack',
  mostMinutes: 6,
  run: async (bench): Promise<Outcome> => {
    const figures = await limit(bench)
    return {
      figures,
      table: limitTable(figures),
      targets: [
        atLeast('attempt page, of bare Fastify with the same bytes', 0.5, figures.page.ratio, String),
        atLeast('saved answer, of the bare group-committed insert', 0.5, figures.save.ratio, String)
      ]
    }
  }
}

const AT_ONCE = 64
const ATTEMPTS = 256
const ROUNDS = 7
/** On a slow machine each side of a turn ends after so long. */
const SIDE_SECONDS = 3
const PAGES = 6000
/** No more than there are slots: every save is the first of a round in its slot. */
const SAVES = ATTEMPTS * 20

/** The attempt page and saving an answer against the bare stack with the same bytes and the same durable rows: turn by turn in
 * one run, the two servers side by side. */
async function limit (bench: Bench): Promise<LimitResult> {
  const url = bench.databaseUrl('limit')
  const db = openDatabase(url)
  const { trainees } = await makeProgramme(db, ATTEMPTS)
  const key = await answerKey(db)
  const ours = await startMuster(bench, url)
  let bare: Running | undefined
  try {
    const sitting: Array<{ browser: Browser, path: string, questions: Question[] }> = []
    for (const trainee of trainees) {
      const browser = await openBrowser(ours.port, new Map(), trainee.token)
      browser.readToken(await browser.get('home', '/'))
      const path = await startExam(browser, trainee)
      // A decision, once taken, stands: it cannot be answered otherwise again and again.
      sitting.push({ browser, path, questions: (await questionsOf(key, path)).filter(({ answer }) => !('path' in answer)) })
    }
    const at = (index: number): (typeof sitting)[number] => sitting[index % sitting.length] as (typeof sitting)[number]
    const sample = await at(0).browser.get('view', `${at(0).path}?page=2`)
    const encoding = headerOf(sample.head, 'content-encoding') ?? ''
    const pageFile = join(bench.folder, 'page')
    writeFileSync(pageFile, sample.body)
    bare = await startServer(bench, new URL('./bare-server.ts', import.meta.url).pathname, [String(bench.port + 1), join(bench.folder, 'bare.db'), pageFile, encoding], {}, bench.port + 1)
    const connections: Connection[] = []
    for (let index = 0; index < AT_ONCE; index++) connections.push(await connect(bare.port))
    const head = `host: 127.0.0.1:${bare.port}\r\naccept-encoding: gzip, deflate, br\r\naccept-language: en\r\n`
    const scale = bench.quick ? 0.2 : 1
    const rounds = bench.quick ? 3 : ROUNDS
    const pages = Math.ceil(PAGES * scale)
    // Each slot of each attempt once a turn: the same answer again would not be written.
    const saves = Math.min(Math.ceil(SAVES * scale), sitting.length * Math.min(...sitting.map(({ questions }) => questions.length)))
    const bareSend = async (index: number, message: string): Promise<void> => {
      const answer = await (connections[index % AT_ONCE] as Connection).send(message)
      if (answer.status !== 200) throw new Error(`the bare server answers ${answer.status}`)
    }
    let seq = 1
    const jobs = {
      page: {
        count: pages,
        ours: async (index: number) => { const { browser, path } = at(index); await browser.get('view', `${path}?page=${index % 4 + 1}`) },
        bare: async (index: number) => { await bareSend(index, `GET /page HTTP/1.1\r\n${head}\r\n`) }
      },
      save: {
        count: saves,
        ours: async (index: number) => {
          const { browser, path, questions } = at(index)
          const { slot, answer } = questions[Math.floor(index / sitting.length) % questions.length] as Question
          // Another answer each time: the same one again would not be written.
          const given = seq % 2 === 1 ? answer : Object.fromEntries(Object.entries(answer).map(([name, value]) => [name, Array.isArray(value) ? value.toReversed() : value]))
          await browser.put('save', `/api/v1${path}/answers/${slot.slot}`, JSON.stringify({ answer: given, seq }))
        },
        bare: async (index: number) => {
          const { path, questions } = at(index)
          const { slot, answer } = questions[Math.floor(index / sitting.length) % questions.length] as Question
          const json = JSON.stringify({ answer, seq })
          await bareSend(index, `PUT /answers/${path.slice('/attempts/'.length)}/${slot.slot} HTTP/1.1\r\n${head}content-type: application/json\r\ncontent-length: ${Buffer.byteLength(json)}\r\n\r\n${json}`)
        }
      }
    }
    const results: Record<string, Comparison> = {}
    for (const [name, job] of Object.entries(jobs)) {
      const turns: Array<{ ours: Side, bare: Side }> = []
      for (let turn = 0; turn <= rounds; turn++) {
        const both = { ours: await measure(ours, job.ours, job.count), bare: await measure(bare, job.bare, job.count) }
        seq += 1
        // The first turn is for warming up.
        if (turn > 0) turns.push(both)
        bench.say(`limit: ${name}: ours ${both.ours.perSecond}/s (${both.ours.cpuMicroseconds} µs), bare ${both.bare.perSecond}/s (${both.bare.cpuMicroseconds} µs)`)
      }
      results[name] = {
        ours: middle(turns.map((turn) => turn.ours)),
        bare: middle(turns.map((turn) => turn.bare)),
        ratio: round(median(turns.map((turn) => turn.ours.perSecond / turn.bare.perSecond))),
        cpuRatio: round(median(turns.map((turn) => turn.bare.cpuMicroseconds / turn.ours.cpuMicroseconds)))
      }
    }
    for (const connection of connections) connection.close()
    for (const { browser } of sitting) browser.close()
    return { pageBytes: sample.body.length, pageEncoding: encoding, page: results['page'] as Comparison, save: results['save'] as Comparison }
  } finally {
    await ours.stop()
    await bare?.stop()
    await db.close()
  }
}

async function measure (server: Running, job: (index: number) => Promise<void>, count: number): Promise<Side> {
  const samples: Samples = new Map()
  await server.watched()
  // Each of the connections carries one request at a time: worker w takes w, w + 64, w + 128 …
  const until = performance.now() + SIDE_SECONDS * 1000
  const { seconds } = await inParallel(AT_ONCE, AT_ONCE, async (worker) => {
    for (let index = worker; index < count && performance.now() < until; index += AT_ONCE) {
      const started = performance.now()
      await job(index)
      note(samples, 'all', performance.now() - started)
    }
  })
  const { cpuSeconds } = await server.watched()
  const times = samples.get('all') ?? []
  return { perSecond: Math.round(times.length / seconds), cpuMicroseconds: round(cpuSeconds * 1e6 / times.length, 1), spread: spreadOf(times) }
}

function middle (sides: readonly Side[]): Side {
  const sorted = [...sides].sort((a, b) => a.perSecond - b.perSecond)
  return { ...sorted[Math.floor(sorted.length / 2)] as Side, cpuMicroseconds: median(sides.map(({ cpuMicroseconds }) => cpuMicroseconds)) }
}

function limitTable ({ pageBytes, pageEncoding, page, save }: LimitResult): string {
  const row = (name: string, { ours, bare, ratio, cpuRatio }: Comparison): Array<string | number> =>
    [name, `${ours.perSecond}/s, ${ours.cpuMicroseconds} µs`, `${bare.perSecond}/s, ${bare.cpuMicroseconds} µs`, ratio, cpuRatio]
  return tableOf(['', 'Muster: rate, CPU each', 'bare: rate, CPU each', 'rate ÷ bare', 'by CPU'], [
    row(`attempt page (${pageBytes} bytes${pageEncoding === '' ? '' : `, ${pageEncoding}`})`, page),
    row('saving an answer', save)
  ])
}
