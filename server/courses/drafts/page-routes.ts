import type { FastifyReply } from 'fastify'
import Type from 'typebox'
import type { Deps } from '../../deps.ts'
import type { App, PageView } from '../../http/app-type.ts'
import { inWords } from '../../http/input-problems.ts'
import { signedIn } from '../../http/session.ts'
import { STAFF } from '../../people/access.ts'
import { Refusal } from '../../refusals.ts'
import { listLatestCourses } from '../desk.ts'
import { COURSE_BYTES } from './api-routes.ts'
import type { Checker } from './check.ts'
import { editCourse, freshKey, sketchOf, type CourseEdit } from './course-edits.ts'
import { sentCourse } from './course-zip.ts'
import { addAuthor, beginDraft, discardDraft, getDraft, listWriters, openFile, removeAuthor, versionAt, type FileEdit } from './drafts.ts'
import { ById, COURSE, fields, frameOf, Id, Language, PAGE, readerOf, saveOrCompare, savesIn, Version, words } from './frame-routes.ts'
import { meanwhileView } from './history-views.ts'
import { filesOf, stepOf, textsIn } from './structure.ts'
import { draftView, factsView, newDraftView } from './course-view.ts'
import { lessonPages } from './lesson-routes.ts'
import { filePages } from './file-routes.ts'
import { publishPages } from './publish-routes.ts'

/** The desk where courses are written: every page works as a form; scripts add the live preview and dragging. */
export function draftPages (app: App, deps: Deps, checker: Checker): void {
  const { db, world } = deps
  const at = (path: string, id: string, query: Readonly<Record<string, string | number | null>> = {}): string => app.url(`/desk/drafts/:id${path}`, { id }, query)
  const show = (reply: FastifyReply, template: string, view: PageView): FastifyReply => reply.page(`drafts/${template}`, view)

  app.get('/desk/drafts/new', {
    config: { access: STAFF }, schema: { ...PAGE, querystring: Type.Object({ course: Type.String({ maxLength: 200, default: '' }) }) }
  }, async (request, reply) => show(reply, 'new', newDraftView(await listLatestCourses(db), { title: '', slug: '', language: 'en', from: request.query.course, problems: [] }, readerOf(request))))

  app.post('/desk/drafts/new', {
    config: { access: STAFF },
    schema: { ...PAGE, body: Type.Object({ from: Type.Enum(['nothing', 'version']), title: words, slug: words, course: words, language: Type.Optional(Language), version: Type.Optional(Type.Integer({ minimum: 1 })) }) }
  }, async (request, reply) => {
    const person = signedIn(request)
    const { from, title, slug, course, version, language = 'en' } = request.body
    if (from === 'version') {
      const id = await beginDraft(db, world, person, { from, slug: course, ...version !== undefined && { number: version } })
      return await reply.redirect(at('', id), 303)
    }
    const latest = await listLatestCourses(db)
    const key = slug.trim() === '' ? freshKey(title, 'course', new Set(latest.map(({ slug }) => slug))) : slug.trim()
    const problems = [
      ...title.trim() === '' ? [request.t('drafts.new.needs-title')] : [],
      ...!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(key) ? [request.t('drafts.new.bad-slug')] : [],
      ...latest.some(({ slug }) => slug === key) ? [request.t('drafts.new.slug-taken', { slug: key })] : []
    ]
    if (problems.length > 0) return show(reply.status(422), 'new', newDraftView(latest, { title, slug, language, from: '', problems }, readerOf(request)))
    return await reply.redirect(at('', await beginDraft(db, world, person, { from, slug: key, language, title: title.trim() })), 303)
  })

  app.get('/desk/drafts/:id', {
    config: { access: STAFF }, schema: { ...PAGE, params: ById, querystring: Type.Object({ saved: Type.Optional(Type.String({ maxLength: 10 })) }) }
  }, async (request, reply) => {
    const frame = await frameOf(deps, checker, request, request.params.id)
    return show(reply, 'draft', draftView(frame, await listWriters(db), signedIn(request), request.query.saved === undefined ? '' : request.t('drafts.saved'), readerOf(request)))
  })

  app.post('/desk/drafts/:id/structure', {
    config: { access: STAFF },
    schema: { ...PAGE, params: ById, body: Type.Object({ version: Version, seen: Type.Optional(Type.String({ maxLength: 40 })), go: Type.String({ maxLength: 300 }) }, fields) }
  }, async (request, reply) => {
    const { id } = request.params
    const person = signedIn(request)
    const { files } = await getDraft(db, person, id)
    const { text } = await openFile(db, person, id, COURSE)
    const sketch = sketchOf(text ?? '')
    if (sketch === undefined) return await reply.redirect(at('/file', id, { path: COURSE }), 303)
    const step = stepOf(request.body, sketch, new Set(files.map(({ path }) => path)), request.t('drafts.quiz.first-section'))
    const { version, seen } = request.body
    const others = filesOf(step.edit, sketch, files, step.title)
    // A lesson that goes with its place in the course is one that was looked at as it stands.
    const asSeen = async (edit: FileEdit): Promise<FileEdit> => seen === undefined || edit.content !== null ? edit : { ...edit, version: await versionAt(db, person, id, edit.path, seen) }
    const edits: FileEdit[] = [{ path: COURSE, version, content: editCourse(text ?? '', step.edit) }, ...await Promise.all(others.map(asSeen))]
    return await saveOrCompare(deps, checker, request, reply, id, 'structure', edits, {
      fields: request.body,
      mine: (base, path) => path === COURSE ? editCourse(base, step.edit) : null,
      ...others.some(({ content }) => content === null) && { doing: { said: request.t('draft-edits.you-remove'), button: request.t('draft-edits.remove-still') } },
      stands: (now) => ({ version: now.path === COURSE ? now.version : version, ...seen !== undefined && { seen: now.path === COURSE ? seen : now.at } }),
      backHref: at('', id),
      action: at('/structure', id)
    }, () => reply.redirect(step.opens === null ? `${at('', id, { saved: 1 })}${step.anchor}` : at(step.opens, id), 303))
  })

  app.get('/desk/drafts/:id/facts', {
    config: { access: STAFF }, schema: { ...PAGE, params: ById, querystring: Type.Object({ language: Type.Optional(Language) }) }
  }, async (request, reply) => {
    const { language } = request.query
    return show(reply, 'facts', factsView(await frameOf(deps, checker, request, request.params.id), language === undefined ? [] : [language], readerOf(request)))
  })

  app.post('/desk/drafts/:id/facts', {
    config: { access: STAFF },
    schema: { ...PAGE, params: ById, body: Type.Object({ version: Version, slug: words, language: words, months: words }, fields) }
  }, async (request, reply) => {
    const { id } = request.params
    const { version, slug, language, months } = request.body
    const { text } = await openFile(db, signedIn(request), id, COURSE)
    const number = Number(months.trim())
    const edit: CourseEdit = {
      do: 'facts', slug: slug.trim(), language: language.trim(), title: textsIn(request.body, 'title'), summary: textsIn(request.body, 'summary'),
      validMonths: months.trim() === '' || !Number.isFinite(number) ? null : number
    }
    return await saveOrCompare(deps, checker, request, reply, id, 'facts', [{ path: COURSE, version, content: editCourse(text ?? '', edit) }], {
      fields: request.body, mine: (base) => editCourse(base, edit), backHref: at('/facts', id), action: at('/facts', id)
    }, () => reply.redirect(at('', id, { saved: 1 }), 303))
  })

  lessonPages(app, deps, checker)
  filePages(app, deps, checker)
  publishPages(app, deps, checker)

  app.post('/desk/drafts/:id/authors', {
    config: { access: STAFF }, schema: { ...PAGE, params: ById, body: Type.Object({ personId: Id, action: Type.Enum(['add', 'remove']) }) }
  }, async (request, reply) => {
    const { personId, action } = request.body
    const person = signedIn(request)
    if (action === 'add') await addAuthor(db, world, person, request.params.id, personId)
    else await removeAuthor(db, world, person, request.params.id, personId)
    const isGone = action === 'remove' && personId === person.id && !person.roles.some(({ role }) => role === 'administrator')
    return await reply.redirect(isGone ? app.url('/desk/courses') : `${at('', request.params.id)}#authors`, 303)
  })

  app.post('/desk/drafts/:id/discard', {
    config: { access: STAFF }, schema: { ...PAGE, params: ById, body: Type.Object({ seen: Type.Optional(Type.String({ maxLength: 40 })) }) }
  }, async (request, reply) => {
    const { id } = request.params
    try {
      await discardDraft(db, world, signedIn(request), id, request.body.seen)
      return await reply.redirect(app.url('/desk/courses'), 303)
    } catch (refusal) {
      const saves = savesIn(refusal)
      if (saves === null) throw refusal
      const meanwhile = meanwhileView(id, saves, 'draft-edits.not-discarded', readerOf(request))
      return show(reply.status(409), 'draft', { ...draftView(await frameOf(deps, checker, request, id), await listWriters(db), signedIn(request), '', readerOf(request)), meanwhile })
    }
  })

  app.post('/desk/drafts/upload', {
    config: { access: STAFF, files: { fileBytes: COURSE_BYTES, totalBytes: COURSE_BYTES, files: 2000 } }, schema: { ...PAGE, body: Type.Object({}) }
  }, async (request, reply) => {
    const latest = await listLatestCourses(db)
    const again = (problems: readonly string[]): FastifyReply => show(reply.status(422), 'new', newDraftView(latest, { title: '', slug: '', language: 'en', from: '', problems }, readerOf(request)))
    const files = request.sentFiles ?? []
    const cut = files.filter(({ cut }) => cut)
    if (files.length === 0) return again([request.t('drafts.new.no-file')])
    if (cut.length > 0) return again(cut.map(({ name }) => request.t('drafts.upload.too-large', { name })))
    try {
      return await reply.redirect(at('', await beginDraft(db, world, signedIn(request), { from: 'files', files: sentCourse(files) })), 303)
    } catch (refusal) {
      if (!(refusal instanceof Refusal) || refusal.code !== 'bad-input') throw refusal
      return again(refusal.problems.map((problem) => inWords(problem, request.t)))
    }
  })
}
