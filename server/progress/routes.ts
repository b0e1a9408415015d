import Type, { type Static } from 'typebox'
import type { FastifyRequest } from 'fastify'
import { lessonJson } from '../courses/lesson-html.ts'
import type { Deps } from '../deps.ts'
import type { App } from '../http/app-type.ts'
import { directionOf } from '../http/messages.ts'
import { signedIn } from '../http/session.ts'
import { Refusal } from '../refusals.ts'
import { courseOf, enrolmentDetail, finishLesson, isRunning, listEnrolments } from './progress.ts'
import { EnrolmentAnswer, EnrolmentDetailAnswer } from './schemas.ts'
import { enrolmentDetailJson, enrolmentJson, enrolmentView, lessonView, neighbours, type Reader } from './views.ts'

const Id = Type.String({ minLength: 1, maxLength: 64 })
const EnrolmentId = Type.Object({ id: Id })
const Activity = Type.Object({ id: Id, key: Id })


/** A trainee's way through a course: enrolments, lessons, and the page before a quiz. */
export function progressRoutes (app: App, deps: Deps): void {
  const { db, courses, world } = deps

  app.get('/api/v1/enrolments', {
    config: { access: 'signed-in' },
    schema: { response: { 200: Type.Object({ items: Type.Array(EnrolmentAnswer), next: Type.Null() }) } }
  }, async (request) => {
    const items: Array<Static<typeof EnrolmentAnswer>> = []
    for (const enrolment of await listEnrolments(db, signedIn(request), world.now().toISOString())) {
      items.push(enrolmentJson(enrolment, await courseOf(db.read, deps, enrolment, request.language)))
    }
    // One person's enrolments fit one answer.
    return { items: items, next: null }
  })

  app.get('/api/v1/enrolments/:id', {
    config: { access: 'signed-in' },
    schema: { params: EnrolmentId, response: { 200: EnrolmentDetailAnswer } }
  }, async (request) => {
    const detail = await enrolmentDetail(db, deps, signedIn(request), request.params.id)
    return enrolmentDetailJson(detail, await courseOf(db.read, deps, detail.enrolment, request.language), request.language)
  })

  app.get('/api/v1/enrolments/:id/lessons/:key', {
    config: { access: 'signed-in' },
    schema: {
      params: Activity,
      response: { 200: Type.Object({ key: Type.String(), language: Type.String(), title: Type.String(), minutes: Type.Number(), html: Type.String({ description: 'Safe HTML' }), done: Type.Boolean() }) }
    }
  }, async (request) => {
    const { enrolment, outline, states } = await enrolmentDetail(db, deps, signedIn(request), request.params.id)
    const lesson = await courses.lesson(db.read, enrolment.courseVersionId, request.params.key, [request.language, outline.language])
    if (lesson === undefined) throw new Refusal('not-found')
    return { ...lessonJson(lesson, app.url), done: states.get(lesson.key) === 'done' }
  })

  app.post('/api/v1/enrolments/:id/lessons/:key/done', {
    config: { access: 'signed-in' },
    schema: { params: Activity, response: { 200: Type.Object({ progress: Type.Object({ done: Type.Integer(), total: Type.Integer() }), certificateSerial: Type.Union([Type.String(), Type.Null()]) }) } }
  }, async (request) => {
    const { id, key } = request.params
    const { done, total, certificateSerial } = await finishLesson(db, deps, signedIn(request), { enrolmentId: id, lessonKey: key })
    return { progress: { done, total }, certificateSerial }
  })

  app.get('/enrolments/:id', { config: { access: 'signed-in' }, schema: { params: EnrolmentId } }, async (request, reply) => {
    const person = signedIn(request)
    const detail = await enrolmentDetail(db, deps, person, request.params.id)
    const course = await courseOf(db.read, deps, detail.enrolment, request.language)
    const own = detail.enrolment.personId === person.id
    return reply.page('progress/enrolment', enrolmentView(detail, course, world.now().toISOString(), own, readerOf(request)))
  })

  app.get('/enrolments/:id/lessons/:key', { config: { access: 'signed-in' }, schema: { params: Activity } }, async (request, reply) => {
    const person = signedIn(request)
    const detail = await enrolmentDetail(db, deps, person, request.params.id)
    const { enrolment, outline } = detail
    const lesson = await courses.lesson(db.read, enrolment.courseVersionId, request.params.key, [request.language, outline.language])
    if (lesson === undefined) throw new Refusal('not-found')
    const course = await courseOf(db.read, deps, enrolment, request.language)
    const mayFinish = enrolment.personId === person.id && isRunning(enrolment, world.now().toISOString())
    return reply.page('progress/lesson', lessonView(detail, lesson, course, mayFinish, directionOf(lesson.language), readerOf(request)))
  })

  app.post('/enrolments/:id/lessons/:key/done', { config: { access: 'signed-in' }, schema: { params: Activity } }, async (request, reply) => {
    const { id, key } = request.params
    const person = signedIn(request)
    await finishLesson(db, deps, person, { enrolmentId: id, lessonKey: key })
    const { outline } = await enrolmentDetail(db, deps, person, id)
    const { next } = neighbours(outline, key, id, readerOf(request))
    return await reply.redirect(next?.href ?? app.url('/enrolments/:id', { id }), 303)
  })
}

function readerOf (request: FastifyRequest): Reader {
  return { ...request.place, t: request.t, url: request.server.url }
}
