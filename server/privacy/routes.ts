import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { Deps } from '../deps.ts'
import type { App } from '../http/app-type.ts'
import { FIRST_LANGUAGE } from '../http/messages.ts'
import { formatDate } from '../http/pages.ts'
import { signedIn } from '../http/session.ts'
import { ADMINISTRATORS } from '../people/access.ts'
import { Refusal, type Problem } from '../refusals.ts'
import { erasePerson, heldOnMe, personalData, subjectOf } from './personal-data.ts'
import { myDataView } from './views.ts'

const PAGE = { hide: true } as const
const ById = Type.Object({ id: Type.String({ maxLength: 100 }) })
const field = Type.String({ maxLength: 2000, default: '' })
const Data = Type.Object({ madeAt: Type.String(), data: Type.Record(Type.String(), Type.Array(Type.Record(Type.String(), Type.Unknown()))) })

/** What is kept about a person: a copy of it, and its end. */
export function privacyRoutes (app: App, { db, world, messages }: Deps): void {
  const known = new Set(messages.keys(FIRST_LANGUAGE))
  const page = async (request: FastifyRequest, reply: FastifyReply, id: string, form: { email: string, reason: string, problems: readonly Problem[] }): Promise<FastifyReply> => {
    const { name, erasedAt } = await subjectOf(db, signedIn(request), id)
    const problems = form.problems.map(({ path }) => ({ path, message: request.t(`privacy.problem.${path}`) }))
    return reply.page('privacy/data', {
      title: request.t('privacy.title-of', { name }),
      nav: '/desk/people',
      main: 'reading',
      id,
      name,
      erased: erasedAt === null ? null : request.t('privacy.erased', { date: formatDate(erasedAt, request.place) }),
      typed: { email: form.email, reason: form.reason },
      problems,
      errors: Object.fromEntries(problems.map(({ path, message }) => [path, message]))
    })
  }

  app.get('/desk/people/:id/data', { config: { access: ADMINISTRATORS }, schema: { ...PAGE, params: ById } }, async (request, reply) =>
    await page(request, reply, request.params.id, { email: '', reason: '', problems: [] }))

  app.get('/desk/people/:id/data.json', { config: { access: ADMINISTRATORS }, schema: { ...PAGE, params: ById } }, async (request, reply) =>
    await download(reply, await personalData(db, world, signedIn(request), request.params.id)))

  app.get('/me/data', { config: { access: 'signed-in' }, schema: PAGE }, async (request, reply) => {
    return reply.page('privacy/my-data', myDataView(await heldOnMe(db, signedIn(request)), (key) => known.has(key), { t: request.t, url: app.url, place: request.place }))
  })

  app.get('/me/data.json', { config: { access: 'signed-in' }, schema: PAGE }, async (request, reply) => {
    const person = signedIn(request)
    return await download(reply, await personalData(db, world, person, person.id))
  })

  app.post('/desk/people/:id/erase', {
    config: { access: ADMINISTRATORS },
    schema: { ...PAGE, params: ById, body: Type.Object({ email: field, reason: field }) }
  }, async (request, reply) => {
    const { id } = request.params
    try {
      await erasePerson(db, world, signedIn(request), { personId: id, ...request.body })
    } catch (refusal) {
      if (!(refusal instanceof Refusal) || refusal.code !== 'bad-input') throw refusal
      return await page(request, reply.status(422), id, { ...request.body, problems: refusal.problems })
    }
    return await reply.redirect(app.url('/desk/people/:id/data', { id }), 303)
  })

  const tags = ['people']
  app.get('/api/v1/people/:id/data', {
    config: { access: ADMINISTRATORS },
    schema: { tags, summary: 'Everything that is kept about this person', params: ById, response: { 200: Data } }
  }, async (request) => await personalData(db, world, signedIn(request), request.params.id))

  app.get('/api/v1/me/data', {
    config: { access: 'signed-in' },
    schema: { tags, summary: 'Everything that is kept about whoever asks', response: { 200: Data } }
  }, async (request) => {
    const person = signedIn(request)
    return await personalData(db, world, person, person.id)
  })

  app.post('/api/v1/people/:id/erase', {
    config: { access: ADMINISTRATORS },
    schema: {
      tags,
      summary: 'Erases whatever says who this person was; what was counted stays',
      params: ById,
      body: Type.Object({ email: Type.String({ maxLength: 2000, description: "the person's address, typed once more" }), reason: Type.String({ maxLength: 2000 }) }),
      response: { 204: Type.Null() }
    }
  }, async (request, reply) => {
    await erasePerson(db, world, signedIn(request), { personId: request.params.id, ...request.body })
    return await reply.status(204).send(null)
  })
}

async function download (reply: FastifyReply, data: object): Promise<FastifyReply> {
  return await reply.type('application/json; charset=utf-8').header('cache-control', 'no-store').header('content-disposition', 'attachment; filename="personal-data.json"').send(JSON.stringify(data, null, 2))
}
