import { Refusal } from '../refusals.ts'
import { waitedMs } from '../turns.ts'
import type { App } from './app-type.ts'

/** What a route is to a server that cannot keep up: `report` is refused first, then `page`; `answer`, what a trainee gave, last
 * of all; `always` never. */
export type Load = 'report' | 'page' | 'answer' | 'always'

/** How far behind a server is. */
export interface LoadMeter {
  /** Milliseconds by which the event loop is late, or a quarter of that for which the next request has waited for its turn: what every
   * request waits for before it is looked at. The least of the last three looks, a tenth of a second apart or as late as they come, so that one that stood still for a moment is not busy. */
  readonly lateMs: () => number
  readonly stop: () => void
}

/** From which lateness on each is refused. A person does not notice the first, and gives up at the last. */
export const REFUSED_FROM_MS: Readonly<Record<Load, number>> = { report: 400, page: 2000, answer: 8000, always: Infinity }
const RETRY_AFTER_SECONDS: Readonly<Record<Load, number>> = { report: 30, page: 10, answer: 5, always: 5 }

const EVERY_MS = 100
const LOOKS = 3
/** A loop that is late by so much makes a request wait several times: for each part of it that waits for something. Waiting for its turn,
 * it has waited once, for all of them. */
const WAITS_FOR_ONE = 4

export function startLoadMeter (): LoadMeter {
  const looks = Array.from({ length: LOOKS }, () => 0)
  let late = 0
  let last = performance.now()
  const timer = setInterval(() => {
    const now = performance.now()
    looks.push(Math.max(0, now - last - EVERY_MS, waitedMs() / WAITS_FOR_ONE))
    looks.shift()
    late = Math.min(...looks)
    last = now
  }, EVERY_MS)
  timer.unref()
  return { lateMs: () => late, stop: () => { clearInterval(timer) } }
}

/** Refuses what can wait while the server is behind, so that answers are still saved: 503 with Retry-After. */
export function shedLoad (app: App, meter: LoadMeter): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const late = meter.lateMs()
    if (late < REFUSED_FROM_MS.report) { done(); return }
    const load = loadOf(request.method, request.routeOptions.config)
    if (late < REFUSED_FROM_MS[load]) done()
    else done(new Refusal('busy', { retryAfterSeconds: RETRY_AFTER_SECONDS[load] }))
  })
  app.addHook('onClose', () => { meter.stop() })
}

/** Lists and reports are what those who run the programme look at; what they change counts as a page. */
function loadOf (method: string, { load, access }: { readonly load?: Load, readonly access?: unknown }): Load {
  return load ?? (Array.isArray(access) && method === 'GET' ? 'report' : 'page')
}
