import Type from 'typebox'
import type { App } from './app-type.ts'

const State = Type.Object({ state: Type.String() })

/** `/health`: the process answers. `/ready`: its database answers and has the schema this release needs. */
export function healthRoutes (app: App, isReady: () => Promise<boolean>): void {
  app.get('/health', { config: { access: 'public', load: 'always' }, logLevel: 'silent', schema: { hide: true, response: { 200: State } } }, async (_, reply) =>
    await reply.header('cache-control', 'no-store').send({ state: 'up' }))

  app.get('/ready', { config: { access: 'public', load: 'always' }, logLevel: 'silent', schema: { hide: true, response: { 200: State, 503: State } } }, async (request, reply) => {
    const ready = await isReady().catch((error: unknown) => {
      request.log.error({ err: error }, 'not ready')
      return false
    })
    return await reply.header('cache-control', 'no-store').status(ready ? 200 : 503).send({ state: ready ? 'ready' : 'not-ready' })
  })
}
