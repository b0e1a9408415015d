import { fileURLToPath } from 'node:url'
import formbody from '@fastify/formbody'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, { type FastifyBaseLogger, type FastifyError, type FastifyRequest, type FastifyServerOptions } from 'fastify'
import { hasRole, type Person, type Role } from '../person.ts'
import type { Refusal } from '../refusals.ts'
import type { World } from '../world.ts'
import type { App, PageView } from './app-type.ts'
import { assetRoutes, loadAssets } from './assets.ts'
import { serializerCompiler, validatorCompiler } from './compilers.ts'
import { directionOf, type Messages } from './messages.ts'
import { loadPages, type PageContext } from './pages.ts'
import { answerTo, sendAnswer } from './problem.ts'
import { csrfOwner, security } from './security.ts'
import { session } from './session.ts'
import { makeUrl } from './urls.ts'

export type LoggerOptions = Exclude<FastifyServerOptions['logger'], boolean | undefined>

export interface ShellOptions {
  /** '' or `/training`. */
  readonly prefix: string
  readonly secret: string
  /** Served over https: cookies are `Secure`, HSTS is sent. */
  readonly secure: boolean
  readonly trustProxy: boolean
  /** A host's logger, options for one of its own, or none. */
  readonly logger: FastifyBaseLogger | LoggerOptions | false
  readonly world: World
  readonly messages: Messages
  readonly templates: URL
  readonly programme: string
  readonly timeZone: string
  readonly nav: readonly NavEntry[]
  readonly loadPerson: (sessionId: string) => Promise<Person | null>
}

/** An entry of the top bar: shown to the roles that may open it. */
export interface NavEntry {
  readonly path: string
  /** Message key. */
  readonly label: string
  readonly roles: readonly Role[]
}

export const LANGUAGE_COOKIE = 'muster-language'

/** The server without a feature: errors, sessions, security, languages and pages. It has a Fastify of its own, so that
 * nothing it registers reaches a host, and nothing of a host's reaches it (docs/decisions/0002). */
export async function createShell (options: ShellOptions): Promise<App> {
  const app: App = Fastify({
    ...(options.logger !== false && 'info' in options.logger ? { loggerInstance: options.logger } : { logger: options.logger }),
    trustProxy: options.trustProxy,
    bodyLimit: 2 * 1024 * 1024,
    genReqId: () => options.world.newId(),
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 200 }
  }).withTypeProvider<TypeBoxTypeProvider>()
  app.setValidatorCompiler(validatorCompiler).setSerializerCompiler(serializerCompiler)

  const templates = fileURLToPath(options.templates)
  const render = loadPages(templates)
  const assets = loadAssets(`${templates}/static`)
  const url = makeUrl(options.prefix)
  app.decorate('url', url)
  app.decorateRequest('language', 'en')
  app.decorateRequest('t')
  app.decorateRequest('place')

  app.decorateRequest('knowsLanguage', false)
  const speak = (request: FastifyRequest): void => {
    request.language = chooseLanguage(request, options.messages)
    request.t = options.messages.translate(request.language)
    request.place = { language: request.language, timeZone: options.timeZone }
    request.knowsLanguage = true
  }

  await app.register(formbody)
  await session(app, options)
  app.addHook('onRequest', async (request) => {
    speak(request)
  })
  await security(app, options)

  app.decorateReply('page', function (template: string, view: PageView) {
    const { request } = this
    let token: string | undefined
    const page: PageContext = {
      ...request.place,
      t: request.t,
      url,
      asset: (name) => url(assets.path(name)),
      // Made only when a form asks for it: a public page stays without cookies.
      csrf: () => (token ??= this.generateCsrf({ userInfo: csrfOwner(request) }))
    }
    const body = render(template, view, page)
    const html = render('layouts/page', {
      ...view,
      body,
      language: request.language,
      direction: directionOf(request.language),
      programme: options.programme,
      person: request.person,
      role: request.person === null ? '' : request.t(`role.${mainRole(request.person)}`),
      path: request.url,
      languages: options.messages.languages.map((code) => ({ code, name: nameOf(code), current: code === request.language })),
      navigation: navigation(request, options.nav, view.nav)
    }, page)
    if (request.person !== null) void this.header('cache-control', 'no-store')
    return this.type('text/html; charset=utf-8').send(html)
  })

  app.setErrorHandler(async (error: FastifyError | Refusal, request, reply) => {
    // The session could not be read: who asks, and in which language, is not known yet.
    if (!request.knowsLanguage) speak(request)
    const answer = answerTo(error)
    if (answer.status >= 500) request.log.error({ err: error }, 'request failed')
    return await sendAnswer(answer, request, reply)
  })
  app.setNotFoundHandler(async (request, reply) => await sendAnswer({ code: 'not-found', status: 404, detail: {}, problems: [] }, request, reply))
  await app.register(async (scope: App) => { assetRoutes(scope, assets) }, { prefix: options.prefix })
  return app
}

function chooseLanguage (request: FastifyRequest, messages: Messages): string {
  const chosen = request.cookies[LANGUAGE_COOKIE]
  if (chosen !== undefined && messages.languages.includes(chosen)) return chosen
  return messages.choose(request.person?.locale ?? request.headers['accept-language'])
}

/** A language by its own name: العربية. */
function nameOf (language: string): string {
  return new Intl.DisplayNames([language], { type: 'language' }).of(language) ?? language
}

function mainRole (person: Person): Role {
  const order: Role[] = ['administrator', 'instructor', 'liaison', 'trainee']
  return order.find((role) => hasRole(person, role)) ?? 'trainee'
}

function navigation (request: FastifyRequest, nav: readonly NavEntry[], current: string | undefined): Array<{ href: string, label: string, current: boolean }> {
  const { person } = request
  if (person === null) return []
  return nav
    .filter((entry) => entry.roles.some((role) => hasRole(person, role)))
    .map((entry) => ({ href: request.server.url(entry.path), label: request.t(entry.label), current: entry.path === current }))
}
