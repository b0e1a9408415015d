import t from 'tap'
import { testApp } from './app.ts'
import { startServer } from './server.ts'
import { enrol, start, startWalk } from './trainee.ts'

const TRAINEES = 20
const ROUNDS = 3

t.test('SIGKILL while answers are being saved: every acknowledged one is there after the restart', { timeout: 240_000 }, async (t) => {
  const test = await testApp(t, { courses: 'test/fixtures/courses' })
  const walk = await startWalk(test)
  const sittings = []
  for (let index = 0; index < TRAINEES; index++) {
    const trainee = await test.somebody(`Trainee ${index}`, [{ role: 'trainee' }], { country: 'ZM' })
    const exam = await start(test, walk, 'exam', trainee, await enrol(test, walk.admin, walk.cohortId, trainee))
    sittings.push({ trainee, exam, slot: exam.questions.find(({ kind }) => kind === 'short-text')?.slot ?? 0, acknowledged: 0, sent: 0 })
  }
  const env = { DATABASE_URL: test.url }

  let server = await startServer(['serve'], env)
  for (let round = 1; round <= ROUNDS; round++) {
    let killed = false
    let saved = 0
    const { url } = server
    const saving = sittings.map(async (sitting) => {
      while (!killed) {
        sitting.sent += 1
        const answer = await fetch(`${url}/api/v1/attempts/${sitting.exam.id}/answers/${sitting.slot}`, {
          method: 'PUT',
          headers: { ...sitting.trainee.bearer, 'content-type': 'application/json' },
          body: JSON.stringify({ answer: { text: `answer ${sitting.sent}` }, seq: sitting.sent })
        }).catch(() => null)
        if (answer?.status === 200) {
          sitting.acknowledged = sitting.sent
          saved += 1
        } else if (answer !== null) t.fail(`${answer.status} ${await answer.text()}`)
      }
    })
    // By the work done, not by the clock: a slow machine is killed in the middle of it too.
    while (saved < TRAINEES * 5) await new Promise((resolve) => setTimeout(resolve, 10 + round))
    killed = true
    await server.stop('SIGKILL')
    await Promise.all(saving)
    t.comment(`round ${round}: killed after ${saved} acknowledged`)

    server = await startServer(['serve'], env)
    for (const sitting of sittings) {
      const seen = await (await fetch(`${server.url}/api/v1/attempts/${sitting.exam.id}`, { headers: sitting.trainee.bearer })).json() as { questions: Array<{ answer: { text: string } }> }
      const stored = Number(seen.questions[sitting.slot - 1]?.answer.text.split(' ')[1])
      // One that was on its way may have been stored without its sender being told.
      if (stored < sitting.acknowledged || stored > sitting.sent) t.fail(`acknowledged ${sitting.acknowledged}, stored ${stored}`)
      sitting.sent = Math.max(sitting.sent, stored)
    }
  }
  t.equal(await server.stop(), 0, 'SIGTERM ends it in order')
})

t.test('the command line: settings, set-up link, production without a secret', { timeout: 240_000 }, async (t) => {
  const folder = t.testdir()
  const bad = await startServer(['serve'], { DATABASE_URL: 'mysql://x', PORT: 'seventy', MUSTER_TIME_ZONE: 'Mars/Olympus', MUSTER_SECRET: 'short' }).catch((error: Error) => error.message) as string
  for (const name of ['DATABASE_URL', 'PORT', 'MUSTER_TIME_ZONE', 'MUSTER_SECRET']) t.match(bad, new RegExp(`^${name}: `, 'm'))
  t.notMatch(bad, /short/, 'a secret is not repeated')
  const noSecret = await startServer(['serve'], { DATABASE_URL: `sqlite:${folder}/a.db`, NODE_ENV: 'production', MUSTER_SECRET: '' }).catch((error: Error) => error.message) as string
  t.match(noSecret, /MUSTER_SECRET: must be set in production/)
  const server = await startServer(['serve'], { DATABASE_URL: `sqlite:${folder}/b.db` })
  const path = /(\/set-up\/\S+)/.exec(server.output())?.[1] ?? ''
  t.ok(path.length > 20, 'a one-time link is printed while there is no administrator')
  t.equal((await fetch(server.url + path)).status, 200)
  t.equal((await fetch(`${server.url}/health`)).status, 200)
  await server.stop()
})
