import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { Deps } from '../../deps.ts'
import type { App } from '../../http/app-type.ts'
import { signedIn } from '../../http/session.ts'
import { ADMINISTRATORS } from '../../people/access.ts'
import { Refusal } from '../../refusals.ts'
import type { Foreseen } from '../ledger.ts'
import type { Reader } from '../views.ts'
import { likenessIn } from './likeness.ts'
import { alikePeople, compareRecords, endHeldApart, findOthers, holdApart, listHeldApart, mergePeople, samePerson, unmergePerson, type HeldApart, type Human, type Suggested } from './one-person.ts'
import { alikeView, comparedView, heldApartView, humanJson, samePersonView } from './views.ts'

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

const SuggestedOut = Type.Object({ ...HumanOut.properties, why: Type.Array(Type.String(), { description: 'what speaks for it' }) })
const Counts = Type.Array(Type.Object({ quotaId: Type.String(), name: Type.String(), counted: Type.Integer(), after: Type.Integer() }), { description: 'targets that count one of them or both, as they are and as they would be' })
const Side = Type.Object({ id: Type.String(), name: Type.String() })
const Apart = Type.Object({
  one: Side, other: Side, reason: Type.String(), judgedBy: Side, judgedAt: Type.String(), endedBy: Text, endedAt: Text
})
const Action = Type.Enum(['merge', 'unmerge', 'apart', 'again'])
const ByPair = Type.Object({ id: Type.String({ maxLength: 100 }), personId: Type.String({ maxLength: 100 }) })

/** Records that are one human being: suggested, looked for, merged and taken apart. */
export function onePersonRoutes (app: App, { db, world }: Deps): void {
  const readerOf = (request: FastifyRequest): Reader => ({ t: request.t, url: app.url, place: request.place })

  async function page (request: FastifyRequest, reply: FastifyReply, id: string, typed: string, form: { reason: string, problems: readonly string[], done: string | null }): Promise<FastifyReply> {
    const person = signedIn(request)
    const same = await samePerson(db, person, id)
    return reply.page('quotas/same-person', samePersonView(same, { typed, found: same.human.mergedInto === null ? await findOthers(db, person, id, typed) : [] }, form, readerOf(request)))
  }

  async function compared (request: FastifyRequest, reply: FastifyReply, id: string, into: string, form: { reason: string, problems: readonly string[] }): Promise<FastifyReply> {
    const { human } = await samePerson(db, signedIn(request), id)
    return reply.page('quotas/compared', comparedView(human, await compareRecords(db, signedIn(request), id, into), form, readerOf(request)))
  }

  app.get('/desk/people/:id/same', {
    config: { access: ADMINISTRATORS },
    schema: { ...PAGE, params: ById, querystring: Type.Object({ q: Type.String({ maxLength: 200, default: '' }), into: Type.Optional(Type.String({ maxLength: 100 })), done: Type.Optional(Action) }) }
  }, async (request, reply) => {
    const { id } = request.params
    const { q, into, done } = request.query
    if (into === undefined) return await page(request, reply, id, q, { reason: '', problems: [], done: done === undefined ? null : request.t(`same-person.done.${done}`) })
    try {
      return await compared(request, reply, id, into, { reason: '', problems: [] })
    } catch (refusal) {
      if (!(refusal instanceof Refusal) || refusal.code !== 'bad-input') throw refusal
      return await page(request, reply.status(422), id, q, { reason: '', problems: [request.t('same-person.problem.same')], done: null })
    }
  })

  app.post('/desk/people/:id/same', {
    config: { access: ADMINISTRATORS },
    schema: { ...PAGE, params: ById, body: Type.Object({ action: Action, intoId: field, reason: field }) }
  }, async (request, reply) => {
    const { id } = request.params
    const { action, intoId, reason } = request.body
    try {
      switch (action) {
        case 'merge': await mergePeople(db, world, signedIn(request), { personId: id, intoId, reason }); break
        case 'unmerge': await unmergePerson(db, world, signedIn(request), { personId: id, reason }); break
        case 'apart': await holdApart(db, world, signedIn(request), { personId: id, otherId: intoId, reason }); break
        case 'again': await endHeldApart(db, world, signedIn(request), { personId: id, otherId: intoId })
      }
    } catch (refusal) {
      const problem = refusal instanceof Refusal ? problemOf(refusal) : null
      if (problem === null) throw refusal
      const problems = [request.t(`same-person.problem.${problem}`)]
      void reply.status(422)
      return (action === 'merge' || action === 'apart') && problem === 'reason' ? await compared(request, reply, id, intoId, { reason, problems }) : await page(request, reply, id, '', { reason, problems, done: null })
    }
    return await reply.redirect(app.url('/desk/people/:id/same', { id }, { done: action }), 303)
  })

  const Cursor = Type.Object({ cursor: Type.Optional(Type.String({ maxLength: 2000 })) })
  const Shown = Type.Object({ ...Cursor.properties, show: Type.Optional(Type.Enum(['apart'])) })
  app.get('/desk/people/alike', { config: { access: ADMINISTRATORS }, schema: { ...PAGE, querystring: Shown } }, async (request, reply) => {
    if (request.query.show === 'apart') {
      const { items, next } = await listHeldApart(db, signedIn(request), request.query.cursor)
      return reply.page('quotas/apart', heldApartView(items, next, readerOf(request)))
    }
    const { items, next } = await alikePeople(db, signedIn(request), request.query.cursor)
    return reply.page('quotas/alike', alikeView(items.map((people) => ({ people, why: likenessIn(people) })), next, readerOf(request)))
  })

  const tags = ['people']
  app.get('/api/v1/people/alike', {
    config: { access: ADMINISTRATORS },
    schema: { tags, summary: 'Records that may be one human being, in groups', querystring: Cursor, response: { 200: Type.Object({ items: Type.Array(Type.Array(HumanOut)), next: Text }) } }
  }, async (request) => {
    const { items, next } = await alikePeople(db, signedIn(request), request.query.cursor)
    return { items: items.map((group) => group.map(humanJson)), next }
  })

  app.get('/api/v1/people/not-same', {
    config: { access: ADMINISTRATORS },
    schema: { tags, summary: 'Pairs of records held not to be one human being, the newest judgement first', querystring: Cursor, response: { 200: Type.Object({ items: Type.Array(Apart), next: Text }) } }
  }, async (request) => {
    const { items, next } = await listHeldApart(db, signedIn(request), request.query.cursor)
    return { items: items.map(apartJson), next }
  })

  app.put('/api/v1/people/:id/not-same/:personId', {
    config: { access: ADMINISTRATORS },
    schema: { tags, summary: 'Holds two records not to be one human being: they are suggested no more', params: ByPair, body: Type.Object({ reason: Type.String({ maxLength: 2000 }) }), response: { 204: Type.Null() } }
  }, async (request, reply) => {
    const { id, personId } = request.params
    await holdApart(db, world, signedIn(request), { personId: id, otherId: personId, ...request.body })
    return await reply.status(204).send(null)
  })

  app.delete('/api/v1/people/:id/not-same/:personId', {
    config: { access: ADMINISTRATORS },
    schema: { tags, summary: 'Takes it back: they may be one human being after all', params: ByPair, response: { 204: Type.Null() } }
  }, async (request, reply) => {
    const { id, personId } = request.params
    await endHeldApart(db, world, signedIn(request), { personId: id, otherId: personId })
    return await reply.status(204).send(null)
  })

  app.get('/api/v1/people/:id/same', {
    config: { access: ADMINISTRATORS },
    schema: {
      tags,
      summary: 'Other records of this human being, and records that may be',
      params: ById,
      querystring: Type.Object({ q: Type.String({ maxLength: 200, default: '', description: 'looks for any other record, by parts of a name, an address, or a serial' }) }),
      response: { 200: Type.Object({ person: HumanOut, countedAs: HumanOut, others: Type.Array(HumanOut), alike: Type.Array(SuggestedOut), notSame: Type.Array(Apart, { description: 'what they are held apart from, or were' }), found: Type.Array(SuggestedOut), apart: Counts }) }
    }
  }, async (request) => {
    const { human, root, others, alike, heldApart, apart } = await samePerson(db, signedIn(request), request.params.id)
    const found = await findOthers(db, signedIn(request), request.params.id, request.query.q)
    return { person: humanJson(human), countedAs: humanJson(root), others: others.map((other: Human) => humanJson(other)), alike: alike.map(suggestedJson), notSame: heldApart.map(apartJson), found: found.map(suggestedJson), apart: countsJson(apart) }
  })

  app.get('/api/v1/people/:id/same/:personId', {
    config: { access: ADMINISTRATORS },
    schema: {
      tags,
      summary: 'Two records, and what holding them to be one would do',
      params: ByPair,
      response: { 200: Type.Object({ other: HumanOut, why: Type.Array(Type.String()), counts: Counts, notSame: Type.Array(Apart, { description: 'that somebody held them not to be: merging them ends it' }) }) }
    }
  }, async (request) => {
    const { other, why, counts, heldApart } = await compareRecords(db, signedIn(request), request.params.id, request.params.personId)
    return { other: humanJson(other), why: [...why], counts: countsJson(counts), notSame: heldApart.map(apartJson) }
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

function suggestedJson ({ human, why }: Suggested): Human & { why: string[] } {
  return { ...humanJson(human), why: [...why] }
}

function apartJson ({ one, other, reason, judgedBy, judgedAt, endedBy, endedAt }: HeldApart): Omit<HeldApart, 'id'> {
  return { one: { ...one }, other: { ...other }, reason, judgedBy: { ...judgedBy }, judgedAt, endedBy, endedAt }
}

function countsJson (counts: readonly Foreseen[]): Array<{ quotaId: string, name: string, counted: number, after: number }> {
  return counts.map(({ quota, after }) => ({ quotaId: quota.id, name: quota.name, counted: quota.counted, after }))
}

function problemOf ({ code, problems }: Refusal): 'reason' | 'same' | 'unknown' | null {
  if (code === 'not-found') return 'unknown'
  if (code !== 'bad-input') return null
  return problems[0]?.path === 'reason' ? 'reason' : 'same'
}
