import t from 'tap'
import { inThread } from '../server/thread.ts'

const module = (code: string): URL => new URL(`data:text/javascript,${encodeURIComponent(`import { parentPort, workerData } from 'node:worker_threads'\n${code}`)}`)
const bounds = { megabytes: 64, seconds: 60 }

t.setTimeout(120_000)

t.test('work is done beside the server, one piece after the other, within bounds of time and memory', async (t) => {
  const doubled = module('parentPort.postMessage(workerData * 2)')
  t.same(await Promise.all([1, 2].map(async (order) => await inThread<number>(doubled, order, bounds))), [2, 4])
  await t.rejects(inThread(module('for (;;);'), 0, { ...bounds, seconds: 0.5 }), { name: 'ThreadExhausted', what: 'time' })
  await t.rejects(inThread(module('const all = []; for (;;) all.push({ a: all.length })'), 0, { ...bounds, megabytes: 16 }), { name: 'ThreadExhausted', what: 'memory' })
  await t.rejects(inThread(module("throw new RangeError('too far')"), 0, bounds), { name: 'RangeError', message: 'too far' })
  await t.rejects(inThread(module(''), 0, bounds), { message: 'a thread ended without an answer' })
  t.equal(await inThread<number>(doubled, 3, bounds), 6, 'what failed holds nothing up')
})
