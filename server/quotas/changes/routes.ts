import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { Deps } from '../../deps.ts'
import type { App } from '../../http/app-type.ts'
import { signedIn } from '../../http/session.ts'
import { ADMINISTRATORS } from '../../people/access.ts'
import { Refusal } from '../../refusals.ts'
import { approveChange, changeChoices, listChanges, proposeChange, rejectChange, withdrawChange, type ChangeProblem } from './changes.ts'
import { changeJson, changesView, type ChangeFields, type ChangesPage } from './views.ts'
import type { Closing } from '../quotas.ts'
import { wholeNumber } from '../typed-number.ts'

const PAGE = { hide: true } as const
const Id = Type.String({ maxLength: 100 })
const ById = Type.Object({ id: Id })
const Text = Type.Union([Type.String(), Type.Null()])
const field = Type.String({ maxLength: 2000, default: '' })
const Cursor = Type.Optional(Type.String({ maxLength: 100 }))
const State = Type.Enum(['proposed', 'approved', 'rejected', 'withdrawn'])
const Side = Type.Object({ id: Type.String(), name: Type.String() })

const ChangeOut = Type.Object({
  id: Type.String(),
  kind: Type.Enum(['reallocation', 'carry-over']),
  from: Side,
  to: Side,
  amount: Type.Integer({ description: 'what the target of `to` gains; below 0 when a surplus is carried over' }),
  reason: Type.String(),
  state: State,
  proposedBy: Side,
  proposedAt: Type.String(),
  decidedBy: Type.Union([Side, Type.Null()]),
  decidedAt: Text
})

const NO_FIELDS: ChangeFields = { fromId: '', toId: '', amount: '', reason: '' }

/** Parts of targets that move: proposed by one administrator, approved by another. */
export function changeRoutes (app: App, { db, world }: Deps): void {
  const page = async (request: FastifyRequest, reply: FastifyReply, fields: ChangeFields, problems: readonly ChangeProblem[], cursor?: string, overtaken: ChangesPage['overtaken'] = null): Promise<FastifyReply> => {
    const person = signedIn(request)
    const changes = await listChanges(db, person, { cursor })
    return reply.page('quotas/changes', changesView({ ...changes, isFirst: cursor === undefined, fields, problems, overtaken, choices: await changeChoices(db, person), personId: person.id }, {
      t: request.t, url: app.url, place: request.place
    }))
  }

  app.get('/desk/quotas/changes', {
    config: { access: ADMINISTRATORS }, schema: { ...PAGE, querystring: Type.Object({ cursor: Cursor, from: Type.Optional(Id) }) }
  }, async (request, reply) => await page(request, reply, { ...NO_FIELDS, fromId: request.query.from ?? '' }, [], request.query.cursor))

  app.post('/desk/quotas/changes', {
    config: { access: ADMINISTRATORS },
    schema: { ...PAGE, body: Type.Object({ fromId: field, toId: field, amount: field, reason: field }) }
  }, async (request, reply) => {
    const made = await proposeChange(db, world, signedIn(request), { ...request.body, amount: wholeNumber(request.body.amount) })
    if ('problems' in made) return await page(request, reply.status(422), request.body, made.problems)
    return await reply.redirect(app.url('/desk/quotas/changes'), 303)
  })

  app.post('/desk/quotas/changes/:id', {
    config: { access: ADMINISTRATORS },
    schema: { ...PAGE, params: ById, body: Type.Object({ decision: Type.Enum(['approve', 'reject', 'withdraw']) }) }
  }, async (request, reply) => {
    try {
      await DECIDE[request.body.decision](db, world, signedIn(request), request.params.id)
      return await reply.redirect(app.url('/desk/quotas/changes'), 303)
    } catch (refusal) {
      if (!(refusal instanceof Refusal) || (refusal.code !== 'change-decided' && refusal.code !== 'change-does-not-fit')) throw refusal
      return await page(request, reply.status(409), NO_FIELDS, [], undefined, { id: request.params.id, code: refusal.code, closed: (refusal.detail['closed'] ?? []) as readonly Closing[], problem: (refusal.detail['problem'] ?? null) as ChangeProblem['code'] | null })
    }
  })

  const tags = ['quotas']
  app.get('/api/v1/quota-changes', {
    config: { access: ADMINISTRATORS },
    schema: {
      tags,
      summary: 'Parts of targets that were moved or are to be moved, the newest first',
      querystring: Type.Object({ quotaId: Type.Optional(Id), state: Type.Optional(State), cursor: Cursor }),
      response: { 200: Type.Object({ items: Type.Array(ChangeOut), next: Text }) }
    }
  }, async (request) => {
    const { items, next } = await listChanges(db, signedIn(request), request.query)
    return { items: items.map(changeJson), next }
  })

  app.post('/api/v1/quota-changes', {
    config: { access: ADMINISTRATORS },
    schema: {
      tags,
      summary: 'Proposes to move a part of a target, or to carry over from a closed one; another administrator decides',
      body: Type.Object({ fromId: Id, toId: Id, amount: Type.Number(), reason: Type.String({ maxLength: 2000 }) }),
      response: { 201: Type.Object({ id: Type.String() }) }
    }
  }, async (request, reply) => {
    const made = await proposeChange(db, world, signedIn(request), request.body)
    if ('problems' in made) throw new Refusal('bad-input', {}, made.problems.map(({ field, code }) => ({ path: field, message: request.t(`quotas.change.problem.${code}`) })))
    return await reply.status(201).send({ id: made.id })
  })

  for (const decision of ['approve', 'reject', 'withdraw'] as const) {
    app.post(`/api/v1/quota-changes/:id/${decision}`, {
      config: { access: ADMINISTRATORS },
      schema: { tags, summary: SUMMARIES[decision], params: ById, response: { 204: Type.Null() } }
    }, async (request, reply) => {
      await DECIDE[decision](db, world, signedIn(request), (request.params).id)
      return await reply.status(204).send(null)
    })
  }
}

const DECIDE = { approve: approveChange, reject: rejectChange, withdraw: withdrawChange } as const
const SUMMARIES = {
  approve: 'Approves what another administrator proposed: both targets change at once',
  reject: 'Rejects what another administrator proposed',
  withdraw: 'Takes back what oneself proposed'
} as const
