import Type from 'typebox'
import type { FastifyRequest } from 'fastify'
import type { Deps } from '../deps.ts'
import type { App } from '../http/app-type.ts'
import { signedIn } from '../http/session.ts'
import { STAFF } from '../people/access.ts'
import { courseAttachment, courseDetail, courseMedia, lessonPreview, listCourseEntries } from './desk.ts'
import { listDrafts } from './drafts/drafts.ts'
import { draftsView } from './drafts/course-view.ts'
import { lessonJson } from './lesson-html.ts'
import { courseDetailJson, courseJson, coursesView, courseView, lessonPreviewView, type Reader } from './views.ts'

const Slug = Type.String({ minLength: 1, maxLength: 200 })
const BySlug = Type.Object({ slug: Slug })
/** Which version; the latest when left out. */
const Version = Type.Object({ version: Type.Optional(Type.Integer({ minimum: 1 })) })

const CourseAnswer = Type.Object({
  slug: Type.String(),
  title: Type.String(),
  summary: Type.String(),
  language: Type.String({ description: 'The first language, BCP 47' }),
  version: Type.Integer(),
  publishedAt: Type.String(),
  validMonths: Type.Union([Type.Integer(), Type.Null()]),
  questions: Type.Integer(),
  cohorts: Type.Integer({ description: 'That have kept any version' })
})

const CourseDetailAnswer = Type.Object({
  ...CourseAnswer.properties,
  modules: Type.Array(Type.Object({
    key: Type.String(),
    title: Type.String(),
    activities: Type.Array(Type.Object({
      key: Type.String(),
      kind: Type.Enum(['lesson', 'quiz']),
      title: Type.String(),
      minutes: Type.Union([Type.Number(), Type.Null()])
    }))
  })),
  quizzes: Type.Array(Type.Object({
    key: Type.String(), title: Type.String(), asks: Type.Integer({ description: 'Questions' }), passPercent: Type.Number(),
    attempts: Type.Union([Type.Integer(), Type.Null()], { description: 'Null: as many as wished' }), limitMinutes: Type.Union([Type.Number(), Type.Null()]), behaviour: Type.String()
  })),
  versions: Type.Array(Type.Object({
    number: Type.Integer(), publishedAt: Type.String(), publishedBy: Type.Union([Type.String(), Type.Null()]), notes: Type.String(), cohorts: Type.Integer()
  }))
})

const LessonAnswer = Type.Object({
  slug: Type.String(), version: Type.Integer(), key: Type.String(), language: Type.String({ description: 'The nearest there is to the reader’s' }),
  title: Type.String(), minutes: Type.Number(), html: Type.String({ description: 'Safe HTML' })
})

/** What there is to teach, as it stands published: for those who run cohorts of it. */
export function courseRoutes (app: App, { db, courses }: Deps): void {
  app.get('/media/:hash', {
    config: { access: 'signed-in' },
    schema: { hide: true, params: Type.Object({ hash: Type.String({ pattern: '^[0-9a-f]{64}$' }) }) }
  }, async (request, reply) => {
    const { type, bytes } = await courseMedia(db, request.params.hash)
    // The address is made of the bytes: what it leads to never changes.
    return await reply.header('cache-control', 'private, max-age=31536000, immutable').type(type).send(bytes)
  })

  app.get('/attachments/:hash/:name', {
    config: { access: 'signed-in' },
    schema: { hide: true, params: Type.Object({ hash: Type.String({ pattern: '^[0-9a-f]{64}$' }), name: Type.String({ pattern: '^[a-z0-9.-]+$', maxLength: 200 }) }) }
  }, async (request, reply) => {
    const { type, bytes } = await courseAttachment(db, request.params.hash)
    return await reply.header('cache-control', 'private, max-age=31536000, immutable').header('content-disposition', `attachment; filename="${request.params.name}"`).type(type).send(bytes)
  })

  app.get('/api/v1/courses', {
    config: { access: STAFF },
    schema: { response: { 200: Type.Object({ items: Type.Array(CourseAnswer), next: Type.Null() }) } }
  }, async (request) => ({ items: (await listCourseEntries(db)).map((entry) => courseJson(entry, request.language)), next: null }))

  app.get('/api/v1/courses/:slug', {
    config: { access: STAFF },
    schema: { params: BySlug, querystring: Version, response: { 200: CourseDetailAnswer } }
  }, async (request) => courseDetailJson(await courseDetail(db, courses, request.params.slug, request.query.version), request.language))

  app.get('/api/v1/courses/:slug/lessons/:key', {
    config: { access: STAFF },
    schema: { description: 'A lesson as a trainee reads it', params: Type.Object({ slug: Slug, key: Slug }), querystring: Version, response: { 200: LessonAnswer } }
  }, async (request) => {
    const { slug, key } = request.params
    const { version, lesson } = await lessonPreview(db, courses, slug, request.query.version, key, request.language)
    return { slug, version: version.number, ...lessonJson(lesson, app.url) }
  })

  app.get('/desk/courses', { config: { access: STAFF } }, async (request, reply) =>
    reply.page('courses/courses', coursesView(await listCourseEntries(db), draftsView(await listDrafts(db, signedIn(request)), readerOf(request)), readerOf(request))))

  app.get('/desk/courses/:slug', {
    config: { access: STAFF },
    schema: { params: BySlug, querystring: Type.Object({ ...Version.properties, published: Type.Optional(Type.Integer()) }) }
  }, async (request, reply) => {
    const detail = await courseDetail(db, courses, request.params.slug, request.query.version)
    return reply.page('courses/course', courseView(detail, signedIn(request), request.query.published, readerOf(request)))
  })

  app.get('/desk/courses/:slug/lessons/:key', {
    config: { access: STAFF },
    schema: { params: Type.Object({ slug: Slug, key: Slug }), querystring: Version }
  }, async (request, reply) => {
    const { slug, key } = request.params
    const preview = await lessonPreview(db, courses, slug, request.query.version, key, request.language)
    return reply.page('courses/lesson', lessonPreviewView(preview, readerOf(request)))
  })
}

function readerOf (request: FastifyRequest): Reader {
  return { ...request.place, t: request.t, url: request.server.url }
}
