import { atTurnsEnd } from '../turns.ts'
import type { App } from './app-type.ts'

/** An answer that tells what was read leaves when all of that is on disk: what somebody was shown is there after a loss of power. A request
 * that changes something has waited for its own unit of work, which covers what it had read before. All answers of a turn leave together.
 * @param unsynced of the database (db/database.ts) */
export function tellWhatIsStored (app: App, unsynced: () => Promise<void> | null): void {
  app.addHook('onSend', (request, _reply, payload, done) => {
    const pending = request.method === 'GET' || request.method === 'HEAD' ? unsynced() : null
    if (pending === null) atTurnsEnd(() => { done(null, payload) })
    else pending.then(() => { done(null, payload) }, done)
  })
}
