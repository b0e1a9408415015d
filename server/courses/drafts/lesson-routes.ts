import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { Deps } from '../../deps.ts'
import type { App } from '../../http/app-type.ts'
import { signedIn } from '../../http/session.ts'
import { STAFF } from '../../people/access.ts'
import { Refusal } from '../../refusals.ts'
import { lessonHtml } from '../lesson-html.ts'
import { FILE_BYTES } from './api-routes.ts'
import type { Checker } from './check.ts'
import { getDraft, textAt } from './drafts.ts'
import { withParts } from './lesson-text.ts'
import { seeLesson } from './preview.ts'
import { ById, frameOf, Id, Language, optionalFile, PAGE, readerOf, saveOrCompare, Version, words } from './frame-routes.ts'
import { lessonView } from './lesson-view.ts'

/** Lessons being written, with their preview. */
export function lessonPages (app: App, deps: Deps, checker: Checker): void {
  const { db } = deps
  const ByKey = Type.Object({ id: Id, key: Type.String({ pattern: '^[a-z0-9]+(-[a-z0-9]+)*$', maxLength: 200 }) })
  const Where = Type.Object({ language: Type.Optional(Language), line: Type.Optional(Type.Integer({ minimum: 1 })), saved: Type.Optional(Type.String({ maxLength: 10 })) })

  const page = async (request: FastifyRequest, reply: FastifyReply, id: string, key: string, query: { language?: string, line?: number, saved?: string }, shown?: { title: string, body: string }): Promise<FastifyReply> => {
    const person = signedIn(request)
    const frame = await frameOf(deps, checker, request, id)
    const lessonLanguage = query.language ?? frame.sketch?.language ?? 'en'
    const file = await optionalFile(deps, request, id, `lessons/${key}.${lessonLanguage}.md`, frame)
    const isKnown = file !== undefined || frame.sketch?.modules.some(({ activities }) => activities.some((activity) => activity.kind === 'lesson' && activity.key === key))
    if (isKnown !== true) throw new Refusal('not-found')
    const sight = await seeLesson(db, person, id, shown === undefined ? file?.text ?? '' : withParts(file?.text ?? '', shown), lessonLanguage)
    return reply.page('drafts/lesson', lessonView(frame, { key, lessonLanguage, file, shown, sight, line: query.line, saved: query.saved !== undefined }, readerOf(request)))
  }

  app.get('/desk/drafts/:id/lessons/:key', { config: { access: STAFF }, schema: { ...PAGE, params: ByKey, querystring: Where } }, async (request, reply) =>
    await page(request, reply, request.params.id, request.params.key, request.query))

  app.post('/desk/drafts/:id/lessons/:key', {
    config: { access: STAFF },
    bodyLimit: FILE_BYTES,
    schema: { ...PAGE, params: ByKey, querystring: Where, body: Type.Object({ version: Version, title: words, body: Type.String({ maxLength: 1_000_000, default: '' }), text: Type.Optional(Type.String({ maxLength: 1_000_000 })), go: Type.String({ maxLength: 20, default: 'save' }) }) }
  }, async (request, reply) => {
    const { id, key } = request.params
    const { version, title, body, text, go } = request.body
    const language = request.query.language ?? 'en'
    if (go === 'preview') return await page(request, reply, id, key, { language }, { title, body })
    const path = `lessons/${key}.${language}.md`
    const self = app.url('/desk/drafts/:id/lessons/:key', { id, key }, { language })
    // What is written on is the version that was seen, so that what the form does not hold of it stays.
    const seen = await textAtOwn(deps, request, id, path, version)
    const content = text ?? withParts(seen, { title, body })
    return await saveOrCompare(deps, checker, request, reply, id, 'written', [{ path, version, content }], { fields: null, mine: () => content.replace(/\r\n?/g, '\n'), backHref: self, action: self },
      () => reply.redirect(app.url('/desk/drafts/:id/lessons/:key', { id, key }, { language, saved: 1 }), 303))
  })

  app.post('/desk/drafts/:id/preview', {
    config: { access: STAFF },
    bodyLimit: FILE_BYTES,
    schema: { ...PAGE, params: ById, body: Type.Object({ title: words, body: Type.String({ maxLength: 1_000_000, default: '' }), language: Language }) }
  }, async (request, reply) => {
    const { title, body, language } = request.body
    const { html, minutes, problems } = await seeLesson(db, signedIn(request), request.params.id, withParts('', { title, body }), language)
    return await reply.send({
      html: lessonHtml(html, app.url),
      minutes: request.t('courses.lesson', { minutes }),
      problems: problems.map(({ bodyLine, message }) => ({ line: bodyLine, text: bodyLine > 0 ? request.t('drafts.line', { line: bodyLine, message: request.t.sentence(message) }) : request.t.sentence(message) }))
    })
  })
}

async function textAtOwn ({ db }: Deps, request: FastifyRequest, id: string, path: string, version: number): Promise<string> {
  await getDraft(db, signedIn(request), id)
  return version === 0 ? '' : await textAt(db.read, id, path, version) ?? ''
}
