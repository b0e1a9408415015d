import Type from 'typebox'
import type { Deps } from '../deps.ts'
import type { FastifyRequest } from 'fastify'
import type { App } from '../http/app-type.ts'
import { FIRST_LANGUAGE } from '../http/messages.ts'
import { signedIn } from '../http/session.ts'
import { sendRows } from '../http/table-body.ts'
import type { Role } from '../person.ts'
import { exportLog, listLog, namesIn, verifyLog, type LogEntry } from './log.ts'
import { actionChoices, logDays, logHead, logRows, type LogView } from './views.ts'

/** The log names people across countries: administrators alone read it. */
const READERS: readonly Role[] = ['administrator']

const Nullable = Type.Union([Type.String(), Type.Null()])

const Entry = Type.Object({
  seq: Type.Integer(),
  id: Type.String(),
  at: Type.String(),
  actor: Type.Union([Type.Object({ id: Type.String(), name: Type.String() }), Type.Null()]),
  action: Type.String(),
  subject: Type.Object({ type: Type.String(), id: Type.String(), name: Nullable }),
  detail: Type.Record(Type.String(), Type.Unknown()),
  previousHash: Type.String(),
  hash: Type.String()
})

const Chain = Type.Object({
  entries: Type.Integer({ description: 'how many fit, from the first' }),
  brokenAt: Type.Union([Type.Integer(), Type.Null()], { description: 'the first entry that does not fit' })
})

const Query = Type.Object({
  by: Type.Optional(Type.String({ maxLength: 200, description: 'who did it: an id, or parts of a name' })),
  action: Type.Optional(Type.String({ maxLength: 100, description: 'by its name, or all of a kind: certificate.' })),
  about: Type.Optional(Type.String({ maxLength: 200, description: "an id or a serial of what it is about, or parts of a person's name" })),
  from: Type.Optional(Type.String({ maxLength: 10, description: 'first day, YYYY-MM-DD' })),
  to: Type.Optional(Type.String({ maxLength: 10, description: 'last day' })),
  cursor: Type.Optional(Type.String({ maxLength: 20 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
  verify: Type.Optional(Type.Literal('1', { description: 'walk the whole chain and say whether it holds' }))
})

/** Who did what: read by administrators, on a page and by program. */
export function auditRoutes (app: App, { db, world, messages, settings }: Deps): void {
  const known = new Set(messages.keys(FIRST_LANGUAGE))
  const viewOf = async (request: FastifyRequest, items: readonly LogEntry[]): Promise<LogView> =>
    ({ t: request.t, url: app.url, place: request.place, says: (key) => known.has(key), called: await namesIn(db, items) })

  app.get('/desk/audit', { config: { access: READERS }, schema: { hide: true, querystring: Query } }, async (request, reply) => {
    const { cursor, verify, limit: _, ...asked } = request.query
    const { items, next } = await listLog(db, request.query, settings.timeZone)
    const chosen = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== ''))
    const chain = verify === undefined ? null : await verifyLog(db)
    return reply.page('audit/log', {
      title: request.t('audit.title'),
      nav: '/desk/audit',
      chain: chain === null
        ? null
        : {
            holds: chain.brokenAt === null,
            text: chain.brokenAt === null ? request.t('audit.chain.holds', { entries: chain.entries }) : request.t('audit.chain.broken', { seq: chain.brokenAt })
          },
      days: logDays(items, await viewOf(request, items)),
      filter: { by: '', about: '', from: '', to: '', ...chosen, actions: actionChoices(messages.keys(FIRST_LANGUAGE), chosen['action'], request.t, request.language) },
      filtered: Object.keys(chosen).length > 0,
      file: app.url('/desk/audit.csv', {}, chosen),
      first: cursor === undefined ? null : app.url('/desk/audit', {}, chosen),
      next: next === null ? null : app.url('/desk/audit', {}, { ...chosen, cursor: next })
    })
  })

  app.get('/desk/audit.csv', { config: { access: READERS }, schema: { hide: true, querystring: Query } }, async (request, reply) => {
    const pages = await exportLog(db, world, signedIn(request), request.query, settings.timeZone)
    return await sendRows(reply, 'log', (async function * () {
      yield logHead(request.t)
      for await (const entries of pages) yield logRows(entries, await viewOf(request, entries))
    })())
  })

  app.get('/api/v1/audit', {
    config: { access: READERS },
    schema: { tags: ['audit'], querystring: Query, response: { 200: Type.Object({ items: Type.Array(Entry), next: Nullable, chain: Type.Optional(Chain) }) } }
  }, async (request) => {
    const { items, next } = await listLog(db, request.query, settings.timeZone)
    return {
      items: items.map(({ actorId: _, subjectType, subjectId, subjectName, ...entry }) => ({ ...entry, subject: { type: subjectType, id: subjectId, name: subjectName } })),
      next,
      ...(request.query.verify === undefined ? {} : { chain: await verifyLog(db) })
    }
  })
}
