import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { Deps } from '../../deps.ts'
import type { App } from '../../http/app-type.ts'
import { signedIn } from '../../http/session.ts'
import { ADMINISTRATORS } from '../../people/access.ts'
import { Refusal } from '../../refusals.ts'
import { alikePeople, mergePeople, samePerson, unmergePerson, type Human } from './one-person.ts'
import { alikeView, humanJson, samePersonView } from './views.ts'

const PAGE = { hide: true } as const
const ById = Type.Object({ id: Type.String({ maxLength: 100 }) })
const Text = Type.Union([Type.String(), Type.Null()])
const field = Type.String({ maxLength: 2000, default: '' })
const HumanOut = Type.Object({
  id: Type.String(),
  name: Type.String(),
  latinName: Text,
  country: Text,
  agency: Text,
  rank: Text,
  birthDay: Text,
  email: Text,
  mergedInto: Text,
  certificates: Type.Integer({ description: 'that stand' })
})

/** Records that are one human being: suggested, merged and taken apart. */
export function onePersonRoutes (app: App, { db, world }: Deps): void {
  const page = async (request: FastifyRequest, reply: FastifyReply, id: string, form: { intoId: string, reason: string, problems: readonly string[] }): Promise<FastifyReply> =>
    reply.page('quotas/same-person', samePersonView(await samePerson(db, signedIn(request), id), form, { t: request.t, url: app.url, place: request.place }))

  app.get('/desk/people/:id/same', { config: { access: ADMINISTRATORS }, schema: { ...PAGE, params: ById } }, async (request, reply) =>
    await page(request, reply, request.params.id, { intoId: '', reason: '', problems: [] }))

  app.post('/desk/people/:id/same', {
    config: { access: ADMINISTRATORS },
    schema: { ...PAGE, params: ById, body: Type.Object({ action: Type.Enum(['merge', 'unmerge']), intoId: field, reason: field }) }
  }, async (request, reply) => {
    const { id } = request.params
    const { action, intoId, reason } = request.body
    try {
      if (action === 'merge') await mergePeople(db, world, signedIn(request), { personId: id, intoId: idIn(intoId), reason })
      else await unmergePerson(db, world, signedIn(request), { personId: id, reason })
    } catch (refusal) {
      const problem = refusal instanceof Refusal ? problemOf(refusal) : null
      if (problem === null) throw refusal
      return await page(request, reply.status(422), id, { intoId, reason, problems: [request.t(`same-person.problem.${problem}`)] })
    }
    return await reply.redirect(app.url('/desk/people/:id/same', { id }), 303)
  })

  const Cursor = Type.Object({ cursor: Type.Optional(Type.String({ maxLength: 2000 })) })
  app.get('/desk/people/alike', { config: { access: ADMINISTRATORS }, schema: { ...PAGE, querystring: Cursor } }, async (request, reply) => {
    const { items, next } = await alikePeople(db, signedIn(request), request.query.cursor)
    return reply.page('quotas/alike', alikeView(items, next, { t: request.t, url: app.url, place: request.place }))
  })

  const tags = ['people']
  app.get('/api/v1/people/alike', {
    config: { access: ADMINISTRATORS },
    schema: { tags, summary: 'Records that may be one human being, in groups', querystring: Cursor, response: { 200: Type.Object({ items: Type.Array(Type.Array(HumanOut)), next: Text }) } }
  }, async (request) => {
    const { items, next } = await alikePeople(db, signedIn(request), request.query.cursor)
    return { items: items.map((group) => group.map(humanJson)), next }
  })

  app.get('/api/v1/people/:id/same', {
    config: { access: ADMINISTRATORS },
    schema: {
      tags,
      summary: 'Other records of this human being, and records that may be',
      params: ById,
      response: { 200: Type.Object({ person: HumanOut, countedAs: HumanOut, others: Type.Array(HumanOut), alike: Type.Array(HumanOut) }) }
    }
  }, async (request) => {
    const { human, root, others, alike } = await samePerson(db, signedIn(request), request.params.id)
    return { person: humanJson(human), countedAs: humanJson(root), others: others.map((other: Human) => humanJson(other)), alike: alike.map((other) => humanJson(other)) }
  })

  app.post('/api/v1/people/:id/merge', {
    config: { access: ADMINISTRATORS },
    schema: { tags, summary: 'Counts this record and another as one human being', params: ById, body: Type.Object({ intoId: Type.String({ maxLength: 100 }), reason: Type.String({ maxLength: 2000 }) }), response: { 204: Type.Null() } }
  }, async (request, reply) => {
    await mergePeople(db, world, signedIn(request), { personId: request.params.id, ...request.body })
    return await reply.status(204).send(null)
  })

  app.post('/api/v1/people/:id/unmerge', {
    config: { access: ADMINISTRATORS },
    schema: { tags, summary: 'Takes a merge back; the counts follow', params: ById, body: Type.Object({ reason: Type.String({ maxLength: 2000 }) }), response: { 204: Type.Null() } }
  }, async (request, reply) => {
    await unmergePerson(db, world, signedIn(request), { personId: request.params.id, ...request.body })
    return await reply.status(204).send(null)
  })
}

/** An id, or the address of a person's page. */
function idIn (typed: string): string {
  return /([0-9a-f]{8}-[0-9a-f-]{27})/i.exec(typed)?.[1]?.toLowerCase() ?? typed.trim()
}

function problemOf ({ code, problems }: Refusal): 'reason' | 'same' | 'unknown' | null {
  if (code === 'not-found') return 'unknown'
  if (code !== 'bad-input') return null
  return problems[0]?.path === 'reason' ? 'reason' : 'same'
}
