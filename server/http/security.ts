import csrf from '@fastify/csrf-protection'
import helmet from '@fastify/helmet'
import type { FastifyRequest } from 'fastify'
import { Refusal } from '../refusals.ts'
import type { Access, App, RouteRule } from './app-type.ts'

export interface SecurityOptions {
  readonly secret: string
  readonly secure: boolean
  readonly prefix: string
}

/** Headers, CSRF, and the rule that a route without a declared access does not start. */
export async function security (app: App, options: SecurityOptions): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"]
      }
    },
    hsts: options.secure ? { maxAge: 31536000, includeSubDomains: false } : false,
    referrerPolicy: { policy: 'same-origin' }
  })
  await app.register(csrf, {
    cookieKey: 'muster-csrf',
    cookieOpts: { path: options.prefix === '' ? '/' : options.prefix, sameSite: 'strict', httpOnly: true, secure: options.secure },
    csrfOpts: { hmacKey: options.secret, validity: 0 },
    getUserInfo: csrfOwner,
    getToken: (request) => (request.body as { _csrf?: string } | undefined)?._csrf ?? (request.headers['x-csrf-token'] as string | undefined)
  })
  const table: RouteRule[] = []
  app.decorate('routeTable', table)
  app.addHook('onRoute', (route) => {
    if (route.config?.access === undefined) {
      throw new Error(`${String(route.method)} ${route.url} does not declare who may use it (config.access)`)
    }
    for (const method of [route.method].flat()) table.push({ method, path: route.url, access: route.config.access })
  })
  app.addHook('onRequest', async (request) => {
    const access = request.routeOptions.config.access
    // Unknown addresses have no rule; they end in a 404 that tells nothing.
    if (access !== undefined) assertAccess(access, request)
  })
  // After the body is read and before it is validated: validation strips what a schema does not name.
  app.addHook('preValidation', (request, reply, done) => {
    const isApi = request.url.startsWith(app.url('/api/'))
    const exempt = request.routeOptions.config.csrf === false
    if (exempt || SAFE_METHODS.has(request.method) || (isApi && !request.byCookie)) done()
    else app.csrfProtection(request, reply, done)
  })
}

/** Whose form a token belongs to. Never empty: the CSRF library takes an empty owner for a missing one. */
export function csrfOwner (request: FastifyRequest): string {
  return request.sessionId ?? 'nobody'
}

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])

function assertAccess (access: Access, request: FastifyRequest): void {
  if (access === 'public') return
  if (request.person === null) throw new Refusal('not-signed-in')
  if (access === 'signed-in') return
  if (!request.person.roles.some((grant) => access.includes(grant.role))) throw new Refusal('not-allowed')
}
