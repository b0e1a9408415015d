import type { FastifyBaseLogger, FastifyInstance, RawReplyDefaultExpression, RawRequestDefaultExpression, RawServerDefault } from 'fastify'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { Person, Role } from '../person.ts'
import type { Load } from './load.ts'
import type { FileLimits, SentFile } from './form-data.ts'
import type { Translate } from './messages.ts'
import type { Place } from './pages.ts'
import type { Frame, Piece } from './splice.ts'
import type { Url } from './urls.ts'

/** A Fastify instance whose handlers see the types of their schemas. */
export type App = FastifyInstance<RawServerDefault, RawRequestDefaultExpression, RawReplyDefaultExpression, FastifyBaseLogger, TypeBoxTypeProvider>

/** Who may use a route. Finer rules (own enrolment, own cohort, own country) are the feature's. */
export type Access = 'public' | 'signed-in' | readonly Role[]

/** A route and its rule. */
export interface RouteRule {
  readonly method: string
  /** With the prefix; parts as `:id`. */
  readonly path: string
  readonly access: Access
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Required on every route: one without it stops the server at start. */
    access?: Access
    /** How it is treated by a server that cannot keep up; by default what those who run the programme read is a `report`, all else
     * a `page`. */
    load?: Load
    /** False only where a forged request could do no harm. */
    csrf?: false
    /** The route takes forms with files in them, of which so much is read. */
    files?: FileLimits
  }
  interface FastifyInstance {
    url: Url
    /** Every route there is, for the test that holds each against each role. */
    routeTable: readonly RouteRule[]
  }
  interface FastifyRequest {
    /** Who is signed in; null for nobody. Routes that are not public use `signedIn(request)`. */
    person: Person | null
    sessionId: string | null
    /** Signed in by cookie rather than by bearer token: then unsafe methods need the CSRF token. */
    byCookie: boolean
    /** Of a form with files, on routes that take one. */
    sentFiles: readonly SentFile[] | undefined
    language: string
    /** False until `language`, `t` and `place` are set. */
    knowsLanguage: boolean
    t: Translate
    /** For dates and numbers outside a template: language and the programme's time zone. */
    place: Place
  }
  interface FastifyReply {
    /** Renders `templates/<template>.hbs` in the layout. */
    page: (template: string, view: PageView) => FastifyReply
    /** The same with a body that is put together from parts, escaped already. The handler returns it: Fastify waits for the end of a reply that is
     * returned, with listeners on its stream, which costs as much as a query. */
    pageOfParts: (view: PageView, body: readonly Piece[]) => Buffer
    /** A page rendered once for many readers: its view has holes (splice.ts) wherever they differ, and says nothing else
     * of the one who asks. The forms' token is a hole by itself. */
    pageFrame: (template: string, view: PageView) => Frame
    /** A part of such a page. */
    partFrame: (template: string, view: object) => Frame
    /** A part of a page for this reader alone. */
    part: (template: string, view: object) => string
    /** A page put together from a frame, to be returned too. @param values escaped already */
    pageOfFrame: (frame: Frame, values: Readonly<Record<string, string | readonly Piece[]>>) => Buffer
    /** Sends a browser on after a form (303); to be returned too. @param url of this server */
    seeOther: (url: string) => null
  }
}

/** What the layout needs of every page's view. */
export interface PageView {
  /** The page's title, already in the reader's language. */
  readonly title: string
  /** Width of the main column: see docs/look.md. */
  readonly main?: 'reading' | 'narrow' | 'reading exam-page'
  /** The path of the nav entry this page belongs to, e.g. `/desk/cohorts`. */
  readonly nav?: string
  /** A template in place of the top bar. */
  readonly header?: string
  /** Style sheets beside the common one, by file name in templates/static. */
  readonly styles?: readonly string[]
  /** Client modules to load, by file name in templates/static. */
  readonly scripts?: readonly string[]
  readonly [more: string]: unknown
}
