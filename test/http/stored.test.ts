import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify from 'fastify'
import t from 'tap'
import type { App } from '../../server/http/app-type.ts'
import { tellWhatIsStored } from '../../server/http/stored.ts'
import { atTurnsEnd, inTurn, waitedMs } from '../../server/turns.ts'

t.test('an answer to a reader leaves when all that was committed is on disk', async (t) => {
  let pending: PromiseWithResolvers<void> | null = null
  const app: App = Fastify().withTypeProvider<TypeBoxTypeProvider>()
  t.teardown(async () => { await app.close() })
  tellWhatIsStored(app, () => pending?.promise ?? null)
  app.get('/page', async () => ({ said: true }))
  app.post('/save', async () => ({ saved: true }))
  t.equal((await app.inject('/page')).statusCode, 200, 'at once when all is there')

  pending = Promise.withResolvers()
  let told = false
  const waiting = app.inject('/page').then((answer) => { told = true; return answer })
  t.equal((await app.inject({ method: 'POST', url: '/save' })).statusCode, 200, 'who saves has waited for the own unit of work')
  t.equal(told, false)
  pending.resolve()
  t.equal((await waiting).body, '{"said":true}')

  pending = Promise.withResolvers()
  const lost = app.inject('/page')
  pending.reject(new Error('the disk is gone'))
  t.equal((await lost).statusCode, 500, 'and tells nothing that may be lost')
})

t.test('what has arrived at once is begun for a few milliseconds a turn, so that timers and others are served between', async (t) => {
  const done: string[] = []
  const busy = (name: string): void => {
    done.push(name)
    const until = performance.now() + 3
    while (performance.now() < until) { /* the thread is taken */ }
  }
  await new Promise<void>((resolve) => {
    for (let number = 0; number < 20; number++) inTurn(() => { busy(String(number)) })
    setTimeout(() => { done.push('timer') }, 5)
    inTurn(resolve)
  })
  t.same(done.filter((name) => name !== 'timer'), Array.from({ length: 20 }, (_, number) => String(number)), 'in the order in which they came')
  t.ok(done.includes('timer') && done.indexOf('timer') < 10, `the timer came ${done.indexOf('timer')}th`)
  t.equal(waitedMs(), 0)
  inTurn(() => undefined)
  busy('elsewhere')
  t.ok(waitedMs() >= 2.5, 'and it is known for how long the next has waited')
})

t.test('answers leave together when the work of a turn is done', async (t) => {
  const done: string[] = []
  await new Promise<void>((resolve) => {
    for (const name of ['a', 'b', 'c']) {
      inTurn(() => {
        done.push(name)
        // What follows at once from one is done before the next begins.
        void Promise.resolve().then(() => { atTurnsEnd(() => { if (done.push(`${name} is sent`) === 6) resolve() }) })
      })
    }
  })
  t.same(done, ['a', 'b', 'c', 'a is sent', 'b is sent', 'c is sent'])
})
