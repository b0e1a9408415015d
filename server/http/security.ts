import csrf from '@fastify/csrf-protection'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Refusal } from '../refusals.ts'
import { makeRecent } from '../recent.ts'
import type { Access, App, RouteRule } from './app-type.ts'

export interface SecurityOptions {
  readonly secret: string
  readonly secure: boolean
  readonly prefix: string
}

const CSRF_COOKIE = 'muster-csrf'

/** The same with every answer: what helmet 8 sends by default, written out, since it reckons them anew for each request. */
const HEADERS = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off',
  'x-download-options': 'noopen',
  'x-frame-options': 'SAMEORIGIN',
  'x-permitted-cross-domain-policies': 'none',
  'x-xss-protection': '0'
}

/** Content Security Policy Level 3: everything from this server or not at all, and nothing inline. */
const CONTENT_SECURITY_POLICY = Object.entries({
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self'",
  'font-src': "'self'",
  'connect-src': "'self'",
  'form-action': "'self'",
  'base-uri': "'none'",
  'frame-ancestors': "'none'"
}).map((directive) => directive.join(' ')).join(';')

/** Headers, CSRF, and the rule that a route without a declared access does not start. */
export async function security (app: App, options: SecurityOptions): Promise<void> {
  const headers = {
    ...HEADERS,
    'content-security-policy': CONTENT_SECURITY_POLICY,
    ...(options.secure ? { 'strict-transport-security': 'max-age=31536000' } : {})
  }
  app.addHook('onRequest', (_request, reply, done) => {
    void reply.headers(headers)
    done()
  })
  await app.register(csrf, {
    cookieKey: CSRF_COOKIE,
    cookieOpts: { path: options.prefix === '' ? '/' : options.prefix, sameSite: 'strict', httpOnly: true, secure: options.secure },
    csrfOpts: { hmacKey: options.secret, validity: 0 },
    getUserInfo: csrfOwner,
    getToken: csrfTokenOf
  })
  const table: RouteRule[] = []
  app.decorate('routeTable', table)
  app.addHook('onRoute', (route) => {
    if (route.config?.access === undefined) {
      throw new Error(`${String(route.method)} ${route.url} does not declare who may use it (config.access)`)
    }
    for (const method of [route.method].flat()) table.push({ method, path: route.url, access: route.config.access })
  })
  app.addHook('onRequest', (request, _reply, done) => {
    const access = request.routeOptions.config.access
    // Unknown addresses have no rule; they end in a 404 that tells nothing.
    done(access === undefined ? undefined : refusalOf(access, request))
  })
  const proven = makeRecent<true>(KEPT_TOKENS)
  // After the body is read and before it is validated: validation strips what a schema does not name.
  app.addHook('preValidation', (request, reply, done) => {
    const isApi = request.url.startsWith(app.url('/api/'))
    const exempt = request.routeOptions.config.csrf === false
    if (exempt || SAFE_METHODS.has(request.method) || (isApi && !request.byCookie)) { done(); return }
    // What was right once for this browser and session is right again.
    const proof = `${csrfOwner(request)} ${request.cookies[CSRF_COOKIE]} ${csrfTokenOf(request)}`
    if (proven.get(proof) === true) { done(); return }
    app.csrfProtection(request, reply, () => {
      proven.keep(proof, true)
      done()
    })
  })
}

function csrfTokenOf (request: FastifyRequest): string | undefined {
  return (request.body as { _csrf?: string } | undefined)?._csrf ?? (request.headers['x-csrf-token'] as string | undefined)
}

/** Whose form a token belongs to. Never empty: the CSRF library takes an empty owner for a missing one. */
export function csrfOwner (request: FastifyRequest): string {
  return request.sessionId ?? 'nobody'
}

/** How many forms' tokens are kept: those of a large programme's busiest hour. */
const KEPT_TOKENS = 20_000

/** The token for the forms of this browser and session: one is good for all of them, so it is made once and kept. Only for pages
 * that compress nothing together with it (splice.ts); on others a new one each time is what keeps it from being guessed by
 * the length of the answer (BREACH). */
export function makeCsrfToken (): (reply: FastifyReply) => string {
  const kept = makeRecent<string>(KEPT_TOKENS)
  const begun = new WeakMap<FastifyRequest, string>()
  return (reply) => {
    const userInfo = csrfOwner(reply.request)
    const secret = reply.request.cookies[CSRF_COOKIE]
    // Without a cookie yet, one is set with the first token; with a second, the cookie would be another, and only the last form good.
    if (secret === undefined || secret === '') {
      const token = begun.get(reply.request) ?? reply.generateCsrf({ userInfo })
      begun.set(reply.request, token)
      return token
    }
    const name = `${userInfo} ${secret}`
    return kept.get(name) ?? kept.keep(name, reply.generateCsrf({ userInfo }))
  }
}

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])

/** @returns undefined for whoever may use the route */
function refusalOf (access: Access, { person }: FastifyRequest): Refusal | undefined {
  if (access === 'public') return undefined
  if (person === null) return new Refusal('not-signed-in')
  if (access === 'signed-in') return undefined
  return person.roles.some((grant) => access.includes(grant.role)) ? undefined : new Refusal('not-allowed')
}
