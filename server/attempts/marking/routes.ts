import Type from 'typebox'
import type { FastifyRequest } from 'fastify'
import type { Deps } from '../../deps.ts'
import type { App } from '../../http/app-type.ts'
import { signedIn } from '../../http/session.ts'
import { STAFF } from '../../people/access.ts'
import { textIn } from '../../quiz/quiz.ts'
import { Refusal } from '../../refusals.ts'
import { firstOf, markOf } from '../form.ts'
import { markSlot } from '../marking.ts'
import type { Reader } from '../views.ts'
import { markingDesk, markingItem, markingQueue, releaseMarks, setMarkingRule, wordOf } from './queue.ts'
import { codeOf, type MarkRole } from './rules.ts'
import { deskView, goneView, itemView, queueView } from './views.ts'

const Id = Type.String({ minLength: 1, maxLength: 64 })
const Answer = Type.Object({ id: Id, slot: Type.Integer({ minimum: 1, maximum: 1000 }) })
const CohortQuiz = Type.Object({ id: Id, key: Id })
const Percent = Type.Number({ minimum: 0, maximum: 100 })
const ROLES: readonly MarkRole[] = ['first', 'second', 'third']

const Waiting = Type.Object({
  first: Type.Integer(), second: Type.Integer(), third: Type.Integer({ description: 'Two markers differ: a third decides' }), held: Type.Integer({ description: 'Decided, and in force when released' })
})

const Rule = Type.Object({
  anonymous: Type.Boolean({ description: 'Whoever marks is not told whose answer it is' }),
  secondPercent: Percent,
  thresholdPercent: Percent,
  hold: Type.Boolean({ description: 'Marks are in force when they are released' })
}, { additionalProperties: false })

/** Marking by people: what waits, question by question; a second marker; release. */
export function markingRoutes (app: App, deps: Deps): void {
  const { db } = deps
  markingApi(app, deps)

  app.get('/desk/marking', {
    config: { access: STAFF },
    schema: { querystring: Type.Object({ done: Type.Optional(Type.Literal('1')) }) }
  }, async (request, reply) => reply.page('marking/queue', queueView(await markingQueue(db, deps, signedIn(request)), request.query.done === '1', readerOf(request))))

  app.get('/desk/marking/:id/:slot', { config: { access: STAFF }, schema: { params: Answer } }, async (request, reply) => {
    const { id, slot } = request.params
    const item = await markingItem(db, deps, signedIn(request), id, slot)
    if (item === null) return await reply.redirect(app.url('/desk/marking', {}), 303)
    return reply.page('marking/answer', itemView(item, null, readerOf(request)))
  })

  app.post('/desk/marking/:id/:slot', {
    config: { access: STAFF },
    schema: { params: Answer, body: Type.Record(Type.String({ maxLength: 200 }), Type.Union([Type.String({ maxLength: 10_000 }), Type.Array(Type.String({ maxLength: 10_000 }))])) }
  }, async (request, reply) => {
    const { id, slot } = request.params
    const person = signedIn(request)
    const fields = request.body
    const role = ROLES.find((role) => role === firstOf(fields['role'])) ?? 'first'
    // Where it leads on to is looked for before the answer is out of the queue.
    const item = await markingItem(db, deps, person, id, slot)
    try {
      await markSlot(db, deps, person, id, { ...markOf(fields), slot, role })
      const next = item?.next ?? null
      return await reply.redirect(next === null || next.attemptId === id ? app.url('/desk/marking', {}, { done: '1' }) : app.url('/desk/marking/:id/:slot', { id: next.attemptId, slot: String(next.slot) }), 303)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      const now = await markingItem(db, deps, person, id, slot)
      if (error.code === 'edited-meanwhile' && now === null) return reply.status(409).page('marking/gone', goneView({ id, slot, next: item?.next ?? null }, fields, readerOf(request)))
      if (now === null) throw error
      if (error.code === 'bad-input') return reply.status(422).page('marking/answer', itemView(now, { fields, problems: error.problems, meanwhile: null }, readerOf(request)))
      if (error.code === 'edited-meanwhile') return reply.status(409).page('marking/answer', itemView(now, { fields, problems: [], meanwhile: String(error.detail['by'] ?? '') }, readerOf(request)))
      throw error
    }
  })

  app.get('/desk/cohorts/:id/quizzes/:key/marking', {
    config: { access: STAFF },
    schema: { params: CohortQuiz, querystring: Type.Object({ done: Type.Optional(Type.Enum(['saved', 'released', 'nothing'])) }) }
  }, async (request, reply) => {
    const desk = await markingDesk(db, deps, signedIn(request), { cohortId: request.params.id, quizKey: request.params.key })
    return reply.page('marking/rules', deskView(desk, request.query.done ?? '', null, readerOf(request)))
  })

  app.post('/desk/cohorts/:id/quizzes/:key/marking', {
    config: { access: STAFF },
    schema: {
      params: CohortQuiz,
      body: Type.Object({ anonymous: Type.Optional(Type.Literal('on')), hold: Type.Optional(Type.Literal('on')), secondPercent: Type.String({ maxLength: 10 }), thresholdPercent: Type.String({ maxLength: 10 }), seen: Type.Optional(Type.String({ maxLength: 100 })) })
    }
  }, async (request, reply) => {
    const { id, key } = request.params
    const person = signedIn(request)
    const { anonymous, hold, secondPercent, thresholdPercent, seen } = request.body
    const number = (typed: string): number => typed.trim() === '' ? 0 : Number(typed.replace(',', '.'))
    const rule = { anonymous: anonymous === 'on', hold: hold === 'on', secondPercent: number(secondPercent), thresholdPercent: number(thresholdPercent) }
    try {
      await setMarkingRule(db, deps, person, { cohortId: id, quizKey: key }, rule, seen)
      return await reply.redirect(app.url('/desk/cohorts/:id/quizzes/:key/marking', { id, key }, { done: 'saved' }), 303)
    } catch (error) {
      if (!(error instanceof Refusal) || (error.code !== 'bad-input' && error.code !== 'edited-meanwhile')) throw error
      const desk = await markingDesk(db, deps, person, { cohortId: id, quizKey: key })
      const stale = error.code === 'edited-meanwhile'
      return reply.status(stale ? 409 : 422).page('marking/rules', deskView(desk, '', { rule, typed: { secondPercent, thresholdPercent }, problems: error.problems, stale }, readerOf(request)))
    }
  })

  app.post('/desk/cohorts/:id/quizzes/:key/marking/release', { config: { access: STAFF }, schema: { params: CohortQuiz } }, async (request, reply) => {
    const { id, key } = request.params
    const released = await releaseMarks(db, deps, signedIn(request), { cohortId: id, quizKey: key })
    return await reply.redirect(app.url('/desk/cohorts/:id/quizzes/:key/marking', { id, key }, { done: released > 0 ? 'released' : 'nothing' }), 303)
  })
}

function markingApi (app: App, deps: Deps): void {
  const { db } = deps
  const Desk = Type.Object({ rule: Rule, waiting: Waiting, ready: Type.Integer({ description: 'Attempts that a release puts in force' }) })

  app.get('/api/v1/marking', {
    config: { access: STAFF },
    schema: {
      response: {
        200: Type.Object({
          items: Type.Array(Type.Object({
            questionId: Type.String(), question: Type.String(), quiz: Type.String(), course: Type.String(), cohorts: Type.Array(Type.String()), oldest: Type.Union([Type.String(), Type.Null()]), waiting: Waiting,
            next: Type.Union([Type.Object({ attemptId: Type.String(), slot: Type.Integer() }), Type.Null()], { description: 'The first answer that whoever asks may mark' })
          })),
          next: Type.Null()
        })
      }
    }
  }, async (request) => ({
    items: (await markingQueue(db, deps, signedIn(request))).map(({ questionId, definition, course, language, quiz, waiting, oldest, cohorts, next }) => ({
      questionId, question: textIn(definition.prompt, request.language, language), quiz: quiz.key, course: textIn(course, request.language, language), cohorts: cohorts.map(({ name }) => name), oldest, waiting,
      next: next === null ? null : { attemptId: next.attemptId, slot: next.slot }
    })),
    next: null
  }))

  app.get('/api/v1/marking/:id/:slot', {
    config: { access: STAFF },
    schema: {
      params: Answer,
      response: {
        200: Type.Object({
          waits: Type.Boolean(), wants: Type.Union([Type.Enum(['first', 'second', 'third']), Type.Null()]), mayMark: Type.Boolean(), trainee: Type.String({ description: 'A code where marking is anonymous' }),
          question: Type.Unknown({ description: 'As it was asked, its rubric too, in the shape of its kind; null when it waits no more' }),
          answer: Type.Unknown(), given: Type.Array(Type.Object({ role: Type.String(), by: Type.String(), fraction: Type.Number(), comment: Type.String() }), { description: 'Where two differ' }),
          next: Type.Union([Type.Object({ attemptId: Type.String(), slot: Type.Integer() }), Type.Null()])
        })
      }
    }
  }, async (request) => {
    const item = await markingItem(db, deps, signedIn(request), request.params.id, request.params.slot)
    if (item === null) return { waits: false, wants: null, mayMark: false, trainee: '', question: null, answer: null, given: [], next: null }
    const { standing, seen, waiting, rule, next } = item
    return {
      waits: true, wants: standing.wants, mayMark: item.mayMark,
      trainee: rule.anonymous ? codeOf(seen.row.id) : waiting.personName,
      question: seen.definitionOf(item.slot),
      answer: seen.slots[item.slot - 1]?.answer ?? null,
      given: standing.wants === 'third' ? waiting.given.map(({ role, byName, fraction, marking }) => ({ role, by: byName, fraction, comment: marking.comment ?? '' })) : [],
      next: next === null ? null : { attemptId: next.attemptId, slot: next.slot }
    }
  })

  app.get('/api/v1/cohorts/:id/quizzes/:key/marking', { config: { access: STAFF }, schema: { params: CohortQuiz, response: { 200: Desk } } }, async (request) => {
    const { rule, waiting, ready } = await markingDesk(db, deps, signedIn(request), { cohortId: request.params.id, quizKey: request.params.key })
    return { rule, waiting, ready }
  })

  app.put('/api/v1/cohorts/:id/quizzes/:key/marking', { config: { access: STAFF }, schema: { params: CohortQuiz, body: Type.Object({ ...Rule.properties, seen: Type.Optional(Rule) }, { additionalProperties: false, description: '`seen`: the rule that was changed; refused when another stands by now' }), response: { 200: Desk } } }, async (request) => {
    const input = { cohortId: request.params.id, quizKey: request.params.key }
    const { seen, ...wanted } = request.body
    await setMarkingRule(db, deps, signedIn(request), input, wanted, seen === undefined ? undefined : wordOf(seen))
    const { rule, waiting, ready } = await markingDesk(db, deps, signedIn(request), input)
    return { rule, waiting, ready }
  })

  app.post('/api/v1/cohorts/:id/quizzes/:key/marking/release', {
    config: { access: STAFF },
    schema: { params: CohortQuiz, response: { 200: Type.Object({ released: Type.Integer({ description: 'Attempts' }) }) } }
  }, async (request) => ({ released: await releaseMarks(db, deps, signedIn(request), { cohortId: request.params.id, quizKey: request.params.key }) }))
}

function readerOf (request: FastifyRequest): Reader {
  return { ...request.place, t: request.t, url: request.server.url }
}
