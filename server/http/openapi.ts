import swagger from '@fastify/swagger'
import type { Settings } from '../deps.ts'
import type { App } from './app-type.ts'

/** OpenAPI 3.1 of `/api/v1`, made from the routes' own schemas. Pages are left out. */
export async function openapi (app: App, settings: Settings): Promise<void> {
  const api = app.url('/api/v1')
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: `${settings.programme}: Muster`, version: '1' },
      servers: [{ url: settings.publicUrl.slice(0, settings.publicUrl.length - settings.prefix.length) || '/' }],
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' }, cookie: { type: 'apiKey', in: 'cookie', name: 'muster' } } },
      security: [{ bearer: [] }, { cookie: [] }]
    },
    transform: ({ schema, url }) => ({ schema: url.startsWith(api) ? schema : { ...schema, hide: true }, url })
  })
  await app.register(async (scope: App) => {
    let text: string | undefined
    scope.get('/openapi.json', { config: { access: 'public' }, schema: { hide: true } }, async (_, reply) => {
      text ??= JSON.stringify(app.swagger())
      return await reply.type('application/json').send(text)
    })
  }, { prefix: api })
}
