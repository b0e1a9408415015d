import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { Deps } from '../../deps.ts'
import type { App } from '../../http/app-type.ts'
import { signedIn } from '../../http/session.ts'
import { ADMINISTRATORS, STAFF } from '../../people/access.ts'
import { hasRole } from '../../person.ts'
import { Refusal } from '../../refusals.ts'
import { Report, Version } from '../regrade-schemas.ts'
import type { Reader } from '../views.ts'
import { acceptProposal, declineProposal, getProposal, listProposals, proposeCorrection, withdrawProposal } from './proposals.ts'
import { proposalJson, proposalsView, proposalView, type ProposalForm } from './views.ts'

const PAGE = { hide: true } as const
const Id = Type.String({ minLength: 1, maxLength: 64 })
const ById = Type.Object({ id: Id })
const Text = Type.Union([Type.String(), Type.Null()])
const typed = Type.String({ maxLength: 5000, default: '' })
const Cursor = Type.Optional(Type.String({ maxLength: 2000 }))
const State = Type.Enum(['proposed', 'accepted', 'declined', 'withdrawn'])
const count = Type.Integer()
const Figures = Type.Object({
  attempts: Type.Integer({ description: 'Finished ones looked at' }), changed: count, gain: count, lose: count, newlyPassed: count,
  newlyFailed: count, holding: Type.Integer({ description: 'Of those newly failed, how many hold a certificate' })
})
const Person = Type.Object({ id: Type.String(), name: Type.String() })
const ProposalOut = Type.Object({
  id: Type.String(), cohort: Person, version: Type.Integer(), quizKey: Type.String(), question: Type.String(), reason: Type.String(), figures: Figures, proposedBy: Person, proposedAt: Type.String(),
  state: State, decidedBy: Text, decidedAt: Text, answer: Type.String(),
  outcome: Type.Union([Figures, Type.Null()], { description: 'As it was carried out' })
})

/** Corrections that those who run a cohort ask an administrator to carry out. */
export function proposalRoutes (app: App, deps: Deps): void {
  const { db } = deps
  const readerOf = (request: FastifyRequest): Reader => ({ ...request.place, t: request.t, url: app.url })

  app.get('/desk/corrections', {
    config: { access: STAFF }, schema: { ...PAGE, querystring: Type.Object({ show: Type.Optional(Type.Enum(['all'])), cursor: Cursor }) }
  }, async (request, reply) => {
    const { show, cursor } = request.query
    const page = await listProposals(db, deps, signedIn(request), { cursor, ...show === undefined && { state: 'proposed' } })
    return reply.page('proposals/proposals', proposalsView({ ...page, isAll: show === 'all' }, readerOf(request)))
  })

  const page = async (request: FastifyRequest, reply: FastifyReply, id: string, form: ProposalForm): Promise<FastifyReply> => {
    const person = signedIn(request)
    return reply.page('proposals/proposal', proposalView(await getProposal(db, deps, person, id), form, { id: person.id, administers: hasRole(person, 'administrator') }, readerOf(request)))
  }

  app.get('/desk/corrections/:id', { config: { access: STAFF }, schema: { ...PAGE, params: ById } },
    async (request, reply) => await page(request, reply, request.params.id, { answer: '', problems: [], isStale: false }))

  app.post('/desk/corrections/:id', {
    config: { access: STAFF },
    schema: { ...PAGE, params: ById, body: Type.Object({ decision: Type.Enum(['accept', 'decline', 'withdraw']), answer: typed, seen: Type.String({ maxLength: 64, default: '' }) }) }
  }, async (request, reply) => {
    const { id } = request.params
    const person = signedIn(request)
    const { decision, answer, seen } = request.body
    try {
      switch (decision) {
        case 'accept': await acceptProposal(db, deps, person, id, { answer, ...seen !== '' && { seen } }); break
        case 'decline': await declineProposal(db, deps, person, id, { answer }); break
        case 'withdraw': await withdrawProposal(db, deps, person, id)
      }
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal
      if (refusal.code === 'edited-meanwhile') return await page(request, reply.status(409), id, { answer, problems: [], isStale: true })
      if (refusal.code !== 'bad-input') throw refusal
      return await page(request, reply.status(422), id, { answer, problems: [request.t('proposals.problem.answer')], isStale: false })
    }
    return await reply.redirect(app.url('/desk/corrections/:id', { id }), 303)
  })

  const tags = ['regrading']
  app.get('/api/v1/correction-proposals', {
    config: { access: STAFF },
    schema: {
      tags, summary: 'Corrections that an administrator is asked for, the newest first: one\u2019s own and those for cohorts that one instructs',
      querystring: Type.Object({ state: Type.Optional(State), cursor: Cursor }), response: { 200: Type.Object({ items: Type.Array(ProposalOut), next: Text }) }
    }
  }, async (request) => {
    const { items, next } = await listProposals(db, deps, signedIn(request), request.query)
    return { items: items.map(proposalJson), next }
  })

  app.post('/api/v1/correction-proposals', {
    config: { access: STAFF },
    schema: {
      tags, summary: 'Asks an administrator to carry out a correction; takes the place of what oneself asked for the same question before',
      // The shape of a question is its kind's to say; the engine checks it and names each problem.
      body: Type.Object({ cohortId: Id, quizKey: Id, version: Version, question: Id, definition: Type.Unknown(), reason: Type.String({ maxLength: 5000 }) }, { additionalProperties: false }),
      response: { 201: Type.Object({ id: Type.String() }) }
    }
  }, async (request, reply) => await reply.status(201).send(await proposeCorrection(db, deps, signedIn(request), request.body)))

  app.get('/api/v1/correction-proposals/:id', {
    config: { access: STAFF },
    schema: {
      tags, summary: 'One proposed correction: the question as it stands and as it would be, and for an administrator what would change by now', params: ById,
      response: { 200: Type.Object({ ...ProposalOut.properties, standing: Type.Unknown(), definition: Type.Unknown(), report: Type.Union([Report, Type.Null()]) }) }
    }
  }, async (request) => {
    const { proposal, standing, report } = await getProposal(db, deps, signedIn(request), request.params.id)
    return { ...proposalJson(proposal), standing, definition: proposal.definition, report: report as never }
  })

  app.post('/api/v1/correction-proposals/:id/accept', {
    config: { access: ADMINISTRATORS },
    schema: {
      tags, summary: 'Carries a proposed correction out, and tells whoever proposed it', params: ById,
      body: Type.Object({ answer: Type.Optional(Type.String({ maxLength: 5000 })), seen: Type.Optional(Type.String({ maxLength: 64, description: 'The fingerprint of the report that was looked at' })) }),
      response: { 200: Report }
    }
  }, async (request) => await acceptProposal(db, deps, signedIn(request), request.params.id, request.body) as never)

  app.post('/api/v1/correction-proposals/:id/decline', {
    config: { access: ADMINISTRATORS },
    schema: { tags, summary: 'Declines a proposed correction, and tells whoever proposed it why', params: ById, body: Type.Object({ answer: Type.String({ maxLength: 5000 }) }), response: { 204: Type.Null() } }
  }, async (request, reply) => {
    await declineProposal(db, deps, signedIn(request), request.params.id, request.body)
    return await reply.status(204).send(null)
  })

  app.post('/api/v1/correction-proposals/:id/withdraw', {
    config: { access: STAFF }, schema: { tags, summary: 'Takes back what oneself proposed', params: ById, response: { 204: Type.Null() } }
  }, async (request, reply) => {
    await withdrawProposal(db, deps, signedIn(request), request.params.id)
    return await reply.status(204).send(null)
  })
}
