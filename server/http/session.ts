import cookie from '@fastify/cookie'
import jwt from '@fastify/jwt'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Person } from '../person.ts'
import { Refusal } from '../refusals.ts'
import { makeRecent } from '../recent.ts'
import type { App } from './app-type.ts'

export interface SessionOptions {
  readonly secret: string
  /** Cookies go over https only. */
  readonly secure: boolean
  readonly prefix: string
  /** The person behind a session that is neither ended nor expired, whose account is active; else null. */
  readonly loadPerson: (sessionId: string) => Promise<Person | null>
}

const COOKIE = 'muster'
/** A token's life; its session row ends it sooner when the person signs out or is deactivated. */
export const SESSION_SECONDS = 12 * 60 * 60

/** Who is asking: a bearer token, or the same token in a cookie that no script can read. */
export async function session (app: App, options: SessionOptions): Promise<void> {
  await app.register(cookie)
  await app.register(jwt, {
    secret: options.secret,
    sign: { algorithm: 'HS256', expiresIn: SESSION_SECONDS },
    verify: { algorithms: ['HS256'] }
  })
  app.decorateRequest('person', null)
  app.decorateRequest('sessionId', null)
  app.decorateRequest('byCookie', false)
  const sessionIdOf = makeSessionIdOf(app)
  app.addHook('onRequest', (request, _reply, done) => {
    const header = request.headers.authorization
    const bearer = header !== undefined && /^bearer /i.test(header) ? header.slice('bearer '.length).trim() : undefined
    const token = bearer ?? request.cookies[COOKIE]
    const sessionId = token === undefined ? null : sessionIdOf(token)
    if (sessionId === null) { done(); return }
    options.loadPerson(sessionId).then((person) => {
      if (person !== null) Object.assign(request, { person, sessionId, byCookie: bearer === undefined })
      done()
    }, done)
  })
}

/** How many tokens are known by sight: those of a large programme's busiest hour. */
const KNOWN_TOKENS = 20_000

/** Reads a session's id out of a token. The signature of a token that was right once is right for ever, and is not reckoned
 * again; whether the session behind it still lives is asked each time. */
function makeSessionIdOf (app: App): (token: string) => string | null {
  const known = makeRecent<{ readonly sid: string, readonly exp: number }>(KNOWN_TOKENS)
  return (token) => {
    const found = known.get(token)
    if (found !== undefined) return Date.now() < found.exp * 1000 ? found.sid : null
    try {
      const { sid, exp } = app.jwt.verify<{ sid?: string, exp?: number }>(token)
      if (sid === undefined || exp === undefined) return null
      return known.keep(token, { sid, exp }).sid
    } catch {
      // Expired, forged or foreign: the asker is nobody.
      return null
    }
  }
}

/** The signed-in person of a route that is not public. */
export function signedIn (request: FastifyRequest): Person {
  if (request.person === null) throw new Refusal('not-signed-in')
  return request.person
}

export function signToken (app: App, sessionId: string, personId: string): string {
  return app.jwt.sign({ sid: sessionId, sub: personId })
}

export function setSessionCookie (reply: FastifyReply, token: string, options: Pick<SessionOptions, 'secure' | 'prefix'>): void {
  void reply.setCookie(COOKIE, token, {
    path: options.prefix === '' ? '/' : options.prefix,
    httpOnly: true,
    sameSite: 'lax',
    secure: options.secure,
    maxAge: SESSION_SECONDS
  })
}

export function clearSessionCookie (reply: FastifyReply, options: Pick<SessionOptions, 'prefix'>): void {
  void reply.clearCookie(COOKIE, { path: options.prefix === '' ? '/' : options.prefix })
}
