import { fileURLToPath } from 'node:url'
import formbody from '@fastify/formbody'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, { LogController, type FastifyBaseLogger, type FastifyError, type FastifyReply, type FastifyRequest, type FastifyServerOptions } from 'fastify'
import { hasRole, type Person, type Role } from '../person.ts'
import type { Refusal } from '../refusals.ts'
import type { World } from '../world.ts'
import { makeRecent } from '../recent.ts'
import { inTurn } from '../turns.ts'
import type { App, PageView } from './app-type.ts'
import { formData } from './form-data.ts'
import { assetRoutes, loadAssets } from './assets.ts'
import { serializerCompiler, validatorCompiler } from './compilers.ts'
import { shedLoad, type LoadMeter } from './load.ts'
import { directionOf, type Messages } from './messages.ts'
import { escapeHtml, loadPages, type PageContext } from './pages.ts'
import { oncePerFolder } from './once-per-folder.ts'
import { answerTo, sendAnswer } from './problem.ts'
import { csrfOwner, makeCsrfToken, security } from './security.ts'
import { session } from './session.ts'
import { accepts, assemble, compressedBeside, cut, fill, hole, passing, type Frame, type Piece } from './splice.ts'
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
  /** null: nothing is ever refused for want of time. */
  readonly load: LoadMeter | null
  readonly loadPerson: (sessionId: string) => Promise<Person | null>
}

/** An entry of the top bar: shown to the roles that may open it. */
export interface NavEntry {
  readonly path: string
  /** Message key. */
  readonly label: string
  readonly roles: readonly Role[]
  /** In the corner, in sight on every page however narrow, and not in the bar that scrolls: of one entry. */
  readonly corner?: true
}

const pagesOf = oncePerFolder(loadPages)
const assetsOf = oncePerFolder(loadAssets)

export const LANGUAGE_COOKIE = 'muster-language'

/** The server without a feature: errors, sessions, security, languages and pages. It has a Fastify of its own, so that
 * nothing it registers reaches a host, and nothing of a host's reaches it (docs/decisions/0002). */
export async function createShell (options: ShellOptions): Promise<App> {
  const app: App = Fastify({
    ...(options.logger !== false && 'info' in options.logger ? { loggerInstance: options.logger } : { logger: options.logger }),
    trustProxy: options.trustProxy,
    bodyLimit: 2 * 1024 * 1024,
    genReqId: makeRequestIds(options.world),
    logController: new LogController({ disableRequestLogging: true }),
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 200 }
  }).withTypeProvider<TypeBoxTypeProvider>()
  app.setValidatorCompiler(validatorCompiler).setSerializerCompiler(serializerCompiler)

  const templates = fileURLToPath(options.templates)
  const render = pagesOf(templates)
  const assets = assetsOf(`${templates}/static`)
  const url = makeUrl(options.prefix)
  const csrfToken = makeCsrfToken()
  const languageSwitch = makeSwitch(options.messages.languages)
  app.decorate('url', url)
  app.decorateRequest('language', 'en')
  app.decorateRequest('t')
  app.decorateRequest('place')

  app.decorateRequest('knowsLanguage', false)
  const places = new Map(options.messages.languages.map((language) => [language, { language, timeZone: options.timeZone }]))
  const speak = (request: FastifyRequest): void => {
    request.language = chooseLanguage(request, options.messages)
    request.t = options.messages.translate(request.language)
    request.place = places.get(request.language) ?? { language: request.language, timeZone: options.timeZone }
    request.knowsLanguage = true
  }

  logRequests(app)
  app.addHook('onRequest', (_request, _reply, done) => { inTurn(done) })
  await app.register(formbody)
  await session(app, options)
  app.addHook('onRequest', (request, _reply, done) => {
    speak(request)
    done()
  })
  if (options.load !== null) shedLoad(app, options.load)
  // Before security: the token of a form is one of its fields.
  await formData(app)
  await security(app, options)

  const contextOf = (request: FastifyRequest, csrf: () => string): PageContext =>
    ({ ...request.place, t: request.t, url, asset: (name) => url(assets.path(name)), csrf })

  /** The page around its body. @param shown HTML in `header` and `body`, text in the others */
  function layout (request: FastifyRequest, view: PageView, person: Person | null, shown: Shown, csrf: () => string): string {
    return render('layouts/page', {
      ...shown,
      main: view.main,
      styles: view.styles,
      scripts: view.scripts,
      language: request.language,
      direction: directionOf(request.language),
      programme: options.programme,
      person: person === null ? null : { name: shown.name },
      role: person === null ? '' : request.t(`role.${mainRole(person)}`),
      languages: languageSwitch(request.language),
      navigation: person === null ? [] : navigation(request, person, options.nav.filter(({ corner }) => corner !== true), view.nav),
      corner: person === null ? null : navigation(request, person, options.nav.filter(({ corner }) => corner === true), view.nav)[0] ?? null
    }, contextOf(request, csrf))
  }

  const layouts = makeRecent<Frame>(KEPT_LAYOUTS)
  /** The same with holes for what is one reader's and one page's alone, made once for each language, kind of person and of page. */
  function layoutOf (request: FastifyRequest, view: PageView): Frame {
    const { person, language } = request
    const name = JSON.stringify([language, person?.roles.map(({ role }) => role), view.nav, view.main, view.styles, view.scripts, view.header !== undefined])
    return layouts.get(name) ?? layouts.keep(name, cut(layout(request, view, person, {
      title: hole('title'), header: view.header === undefined ? '' : hole('header'), body: hole('body'), path: hole('path'), name: hole('name')
    }, () => hole('csrf'))))
  }

  function html (reply: FastifyReply, pieces: readonly Piece[], gzip: boolean): Buffer {
    if (gzip) void reply.header('content-encoding', 'gzip')
    if (reply.request.person !== null) void reply.header('cache-control', 'no-store')
    void reply.type('text/html; charset=utf-8')
    return assemble(pieces, gzip)
  }

  function laidOut (request: FastifyRequest, view: PageView, header: string | readonly Piece[], body: string | readonly Piece[], csrf: () => string): Piece[] {
    return fill(layoutOf(request, view), {
      title: escapeHtml(view.title), header, body, path: escapeHtml(request.url), name: escapeHtml(request.person?.name ?? ''),
      get csrf () { return csrf() }
    })
  }

  function takesGzip (reply: FastifyReply): boolean {
    void reply.header('vary', 'accept-encoding')
    return accepts(reply.request.headers['accept-encoding'], 'gzip')
  }

  app.decorateReply('page', function (template: string, view: PageView) {
    if (takesGzip(this) && repeatsNothing(this)) return pageCompressed(this, template, view)
    let token: string | undefined
    // Made only when a form asks for it: a public page stays without cookies.
    const csrf = (): string => (token ??= this.generateCsrf({ userInfo: csrfOwner(this.request) }))
    const context = contextOf(this.request, csrf)
    const header = view.header === undefined ? '' : render(view.header, view, context)
    return this.send(html(this, laidOut(this.request, view, header, render(template, view, context), csrf), false))
  })
  function pageCompressed (reply: FastifyReply, template: string, view: PageView): FastifyReply {
    const { request } = reply
    const context = contextOf(request, () => hole('csrf'))
    const header = view.header === undefined ? '' : render(view.header, view, context)
    const body = render(template, view, context)
    const csrf = { get csrf () { return csrfToken(reply) } }
    const send = (header: Frame, body: Frame): FastifyReply => reply.send(html(reply, laidOut(request, view, fill(header, csrf), fill(body, csrf), () => csrfToken(reply)), true))
    if (body.length < LONG) return send(cut(header, passing), cut(body, passing))
    Promise.all(cut(body, passing).map(async (part) => 'hole' in part ? part : await compressedBeside(part)))
      .then((body) => { send(cut(header, passing), body) }).catch((error: unknown) => { reply.send(error) })
    return reply
  }
  app.decorateReply('pageOfParts', function (view: PageView, body: readonly Piece[]) {
    return html(this, laidOut(this.request, view, '', body, () => csrfToken(this)), takesGzip(this))
  })
  app.decorateReply('pageFrame', function (template: string, view: PageView) {
    const csrf = (): string => hole('csrf')
    const context = contextOf(this.request, csrf)
    const header = view.header === undefined ? '' : render(view.header, view, context)
    return cut(layout(this.request, view, null, { title: view.title, header, body: render(template, view, context), path: '', name: '' }, csrf))
  })
  app.decorateReply('part', function (template: string, view: object) {
    return render(template, view, contextOf(this.request, () => csrfToken(this)))
  })
  app.decorateReply('partFrame', function (template: string, view: object) {
    return cut(render(template, view, contextOf(this.request, () => hole('csrf'))))
  })
  app.decorateReply('pageOfFrame', function (frame: Frame, values: Readonly<Record<string, string | readonly Piece[]>>) {
    return html(this, fill(frame, { ...values, csrf: csrfToken(this) }), takesGzip(this))
  })

  app.decorateReply('seeOther', function (path: string) {
    void this.status(303).header('location', path)
    return null
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

/** In characters: what is compressed within a millisecond or two. */
const LONG = 100_000

/** Whether a page says nothing that its address asked for: somebody who had others open addresses of his choice, and saw how long the answers
 * were, could learn from a compressed page what else stands in it (BREACH). */
function repeatsNothing ({ request, statusCode }: FastifyReply): boolean {
  return statusCode === 200 && request.method === 'GET' && !request.url.includes('?')
}

interface Shown { readonly title: string, readonly header: string, readonly body: string, readonly path: string, readonly name: string }

/** Of each language, kind of person and kind of page. */
const KEPT_LAYOUTS = 500

/** Numbers requests: unlike those of any other server and start, for who reads several logs together. */
function makeRequestIds (world: World): () => string {
  const start = Buffer.from(world.newBytes(6)).toString('base64url')
  let count = 0
  return () => `${start}-${(count += 1).toString(36)}`
}

const SLOW_MS = 2000

/** A line for a request that failed or took long; one for each only at level `debug`: two lines a request, as Fastify would
 * write, cost a busy server as much as answering. */
function logRequests (app: App): void {
  app.addHook('onResponse', (request, reply, done) => {
    const milliseconds = Math.round(reply.elapsedTime)
    const line = { req: request, res: reply, milliseconds }
    if (milliseconds >= SLOW_MS) request.log.warn(line, 'slow request')
    else request.log.debug(line, 'request')
    done()
  })
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

/** The languages for the switch at the top, one of them current: as many lists as there are languages. */
function makeSwitch (languages: readonly string[]): (current: string) => ReadonlyArray<{ code: string, name: string, current: boolean }> {
  const names = languages.map((code) => ({ code, name: nameOf(code) }))
  const lists = new Map(languages.map((current) => [current, names.map(({ code, name }) => ({ code, name, current: code === current }))]))
  return (current) => lists.get(current) ?? []
}

function mainRole (person: Person): Role {
  const order: Role[] = ['administrator', 'instructor', 'liaison', 'trainee']
  return order.find((role) => hasRole(person, role)) ?? 'trainee'
}

function navigation (request: FastifyRequest, person: Person, nav: readonly NavEntry[], current: string | undefined): Array<{ href: string, label: string, current: boolean }> {
  return nav
    .filter((entry) => entry.roles.some((role) => hasRole(person, role)))
    .map((entry) => ({ href: request.server.url(entry.path), label: request.t(entry.label), current: entry.path === current }))
}
