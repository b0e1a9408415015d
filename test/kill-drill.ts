import { setTimeout as wait } from 'node:timers/promises'
import { verify } from '../server/keep.ts'
import { createQuota } from '../server/quotas/quotas.ts'
import { testApp, type Somebody, type TestApp } from './app.ts'
import type { Ending } from './database.ts'
import { startPostgres } from './postgres.ts'
import { startServer, type RunningServer } from './server.ts'
import { enrol, personOf, startWalk, walkToTheEnd, type Walk } from './trainee.ts'

/** What is killed, with SIGKILL, while trainees save and finish: a server on SQLite; PostgreSQL's postmaster, under two servers;
 * one of two servers on PostgreSQL. */
export type Victim = 'server' | 'postgres' | 'one-of-two'

export interface Round {
  /** Answers acknowledged in all, and those of them before the kill. */
  readonly acknowledged: number
  readonly beforeKill: number
  readonly finished: number
  /** From the kill to the first acknowledgement of an answer that was given after it. */
  readonly backAfterMs: number
  /** Acknowledged and not stored; certificates or ledger lines doubled or missing; what `verify` finds. Empty when all is well. */
  readonly problems: readonly string[]
}

const TRAINEES = 8

/** Between two answers of one trainee. Without it they would take the core from the server that is to come back. */
const PAUSE_MS = 10

interface Sitting {
  readonly trainee: Somebody
  readonly enrolmentId: string
  readonly examId: string
  readonly slot: number
  /** The number of the first answer of the drill: earlier ones are the paper's. */
  readonly from: number
  acknowledged: number
  serial: string | null
}

/** Kills in each round, starts again what was killed, has everything that was not acknowledged sent again, as browsers do, and
 * then looks for what is lost or doubled.
 * @param victims what is killed in each round, on one programme: on SQLite the server alone */
export async function killDrill (t: Ending, victims: readonly Victim[], onRound: (round: Round, number: number) => void = () => undefined): Promise<Round[]> {
  const onSqlite = victims.includes('server')
  const postgres = onSqlite ? null : await startPostgres({ durable: true })
  if (postgres !== null) t.teardown(async () => { await postgres.remove() })
  const test = await testApp(t, { courses: 'test/fixtures/courses', ...postgres !== null && { on: await postgres.createDatabase() } })
  const walk = await startWalk(test)
  const year = String(test.world.now().getUTCFullYear())
  await createQuota(test.db, test.world, personOf(walk.admin, 'administrator'), {
    name: 'Officers trained', period: { from: `${year}-01-01`, to: `${year}-12-31` }, timeZone: 'Asia/Shanghai', scope: {}, counts: 'persons', target: 100
  })
  const start = async (): Promise<RunningServer> => await startServer(['serve'], { DATABASE_URL: test.url, LOG_LEVEL: 'silent' })
  const servers = await Promise.all(Array.from({ length: onSqlite ? 1 : 2 }, start))
  const done: Round[] = []
  try {
    for (const [before, victim] of victims.entries()) {
      const number = before + 1
      const index = number % servers.length
      const round = await oneRound(test, walk, servers, number, {
        kill: async () => { await (victim === 'postgres' ? postgres?.kill() : servers[index]?.stop('SIGKILL')) },
        revive: async () => {
          if (victim === 'postgres') await postgres?.start()
          else servers[index] = await start()
        }
      })
      done.push(round)
      onRound(round, number)
    }
  } finally {
    await Promise.all(servers.map(async (server) => await server.stop()))
  }
  return done
}

async function oneRound (test: TestApp, walk: Walk, servers: readonly RunningServer[], number: number, { kill, revive }: { readonly kill: () => Promise<void>, readonly revive: () => Promise<void> }): Promise<Round> {
  const sittings: Sitting[] = []
  for (let index = 0; index < TRAINEES; index++) {
    const trainee = await test.somebody(`Trainee ${number} ${index}`, [{ role: 'trainee' }], { country: 'ZM' })
    const enrolmentId = await enrol(test, walk.admin, walk.cohortId, trainee)
    const exam = await walkToTheEnd(test, walk, trainee, enrolmentId)
    const slot = exam.questions.find(({ kind }) => kind === 'short-text')?.slot ?? 0
    const from = await lastSeq(test, exam.id, slot) + 1
    sittings.push({ trainee, enrolmentId, examId: exam.id, slot, from, acknowledged: from - 1, serial: null })
  }
  const problems: string[] = []
  let beforeKill: number | null = null
  let killedAt = 0
  let backAfterMs = 0
  let stop = false
  const total = (): number => sittings.reduce((sum, { acknowledged, from }) => sum + acknowledged - from + 1, 0)

  /** Until it is acknowledged, by whichever server answers. */
  async function send (sitting: Sitting, index: number, method: 'PUT' | 'POST', path: string, body?: unknown): Promise<Record<string, unknown> | null> {
    for (let tries = 0; tries < 600; tries++) {
      const server = servers[(index + tries) % servers.length] as RunningServer
      const answer = await fetch(`${server.url}/api/v1/attempts/${sitting.examId}${path}`, {
        method,
        headers: { ...sitting.trainee.bearer, ...body !== undefined && { 'content-type': 'application/json' } },
        ...body !== undefined && { body: JSON.stringify(body) },
        signal: AbortSignal.timeout(10_000)
      }).catch(() => null)
      if (answer?.status === 200) return await answer.json() as Record<string, unknown>
      if (answer !== null && answer.status !== 503) {
        problems.push(`${method} ${path}: ${answer.status} ${await answer.text()}`)
        return null
      }
      await wait(20)
    }
    problems.push(`${method} ${path}: never answered`)
    return null
  }

  const sitAll = Promise.all(sittings.map(async (sitting, index) => {
    // A third hand in at about the kill; the others save on and hand in after it.
    const most = index % 3 === 0 ? 6 + index : Infinity
    while (!stop && sitting.acknowledged - sitting.from + 1 < most) {
      const seq = sitting.acknowledged + 1
      const sentAt = performance.now()
      if (await send(sitting, index, 'PUT', `/answers/${sitting.slot}`, { answer: { text: `answer ${seq}` }, seq }) === null) return
      sitting.acknowledged = seq
      if (beforeKill !== null && backAfterMs === 0 && sentAt > killedAt) backAfterMs = Math.round(performance.now() - killedAt)
      await wait(PAUSE_MS)
    }
    // Twice at once, to different servers: one result.
    const both = await Promise.all([0, 1].map(async (other) => await send(sitting, index + other, 'POST', '/finish')))
    if (JSON.stringify(both[0]) !== JSON.stringify(both[1])) problems.push(`attempt ${sitting.examId}: finished with two results: ${JSON.stringify(both)}`)
    sitting.serial = (both[0]?.['certificateSerial'] ?? null) as string | null
  }))
  while (total() < TRAINEES * 8 && problems.length === 0) await wait(5)
  await kill()
  beforeKill = total()
  killedAt = performance.now()
  await revive()
  const enough = total() + TRAINEES * 3
  while (total() < enough && problems.length === 0) await wait(5)
  stop = true
  await sitAll

  for (const { examId, slot, from, acknowledged, enrolmentId, serial } of sittings) {
    const stored = new Set((await test.db.read.selectFrom('attempt_step').select(['seq', 'answer']).where('attempt_id', '=', examId).where('slot', '=', slot).where('action', '=', 'answer').execute()).map(({ seq, answer }) => `${seq} ${answer ?? ''}`))
    for (let seq = from; seq <= acknowledged; seq++) if (!stored.has(`${seq} {"text":"answer ${seq}"}`)) problems.push(`attempt ${examId}: answer ${seq} was acknowledged and is not there`)
    const certificates = await test.db.read.selectFrom('certificate').select(['id', 'serial']).where('enrolment_id', '=', enrolmentId).execute()
    const lines = await test.db.read.selectFrom('quota_entry').select('id').where('certificate_id', 'in', certificates.map(({ id }) => id).concat('')).execute()
    const right = serial === null ? certificates.length === 0 : certificates.length === 1 && certificates[0]?.serial === serial
    if (!right || lines.length !== certificates.length) problems.push(`enrolment ${enrolmentId}: acknowledged ${String(serial)}, certificates ${certificates.map((one) => one.serial).join(', ')}, ledger lines ${lines.length}`)
  }
  const { agrees, lines } = await verify(test.url)
  if (!agrees) problems.push(...lines)
  return { acknowledged: total(), beforeKill, finished: sittings.length, backAfterMs, problems }
}

async function lastSeq (test: TestApp, attemptId: string, slot: number): Promise<number> {
  const { seq } = await test.db.read.selectFrom('attempt_step').select(({ fn }) => fn.max('seq').as('seq')).where('attempt_id', '=', attemptId).where('slot', '=', slot).executeTakeFirstOrThrow()
  return Number(seq ?? 0)
}
