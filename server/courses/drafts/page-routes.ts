import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { Deps } from '../../deps.ts'
import type { App, PageView } from '../../http/app-type.ts'
import { signedIn } from '../../http/session.ts'
import { STAFF } from '../../people/access.ts'
import { LANGUAGE } from '../../quiz/text.ts'
import { Refusal } from '../../refusals.ts'
import { LESSON_NAME } from '../course-schema.ts'
import { listLatestCourses } from '../desk.ts'
import { lessonHtml } from '../lesson-html.ts'
import type { Reader } from '../views.ts'
import { COURSE_BYTES, FILE_BYTES, fileName } from './api-routes.ts'
import type { Checker } from './check.ts'
import { editCourse, freshKey, sketchOf, type CourseEdit, type Sketch, type Texts } from './course-edits.ts'
import { courseZip, sentCourse } from './course-zip.ts'
import {
  addAuthor, allFiles, beginDraft, changeOf, discardDraft, getDraft, historyOf, listWriters, openFile, removeAuthor, restoreFile, saveFiles, textAt,
  type FileEdit, type Meanwhile, type OpenedFile, type What
} from './drafts.ts'
import { mergeLines } from './line-diff.ts'
import { withParts } from './lesson-text.ts'
import { seeLesson } from './preview.ts'
import { outlookOf, publishDraft } from './publish-draft.ts'
import { emptyQuiz } from './quiz-form.ts'
import { fileOfUpload } from './upload.ts'
import { changeView, conflictView, draftView, factsView, filesView, fileView, historyView, lessonView, newDraftView, publishView, type Frame } from './views.ts'

const PAGE = { hide: true } as const
const Id = Type.String({ minLength: 1, maxLength: 64 })
const ById = Type.Object({ id: Id })
const Path = Type.String({ minLength: 1, maxLength: 200 })
const Language = Type.String({ pattern: LANGUAGE, maxLength: 35 })
const Version = Type.Integer({ minimum: 0 })
const words = Type.String({ maxLength: 20_000, default: '' })
/** A form whose fields have names of their own (`title.en`). */
const fields = { additionalProperties: Type.String({ maxLength: 20_000 }) }
const COURSE = 'course.yaml'

/** What every page of a draft needs to know first. @throws Refusal not-found */
export async function frameOf ({ db }: Pick<Deps, 'db'>, checker: Checker, request: FastifyRequest, id: string): Promise<Frame> {
  const detail = await getDraft(db, signedIn(request), id)
  const checked = await checker.check(db.read, detail.files)
  const course = detail.files.some(({ path }) => path === COURSE) ? (await openFile(db, signedIn(request), id, COURSE)).text : null
  return { detail, checked, sketch: course === null ? undefined : sketchOf(course) }
}

export function readerOf (request: FastifyRequest): Reader {
  return { ...request.place, t: request.t, url: request.server.url }
}

/** Fields `<name>.<language>` of a form. */
function textsIn (body: Readonly<Record<string, unknown>>, name: string): Texts {
  return Object.fromEntries(Object.entries(body).flatMap(([field, value]) => field.startsWith(`${name}.`) && typeof value === 'string' && new RegExp(LANGUAGE).test(field.slice(name.length + 1)) ? [[field.slice(name.length + 1), value]] : []))
}

/** Saves, and when another save came first shows both instead of losing one.
 * @param again what was sent by a form that changes a part of the file, to be sent once more; null where the file is sent whole */
export async function saveOrCompare (deps: Deps, checker: Checker, request: FastifyRequest, reply: FastifyReply, id: string, what: What, edits: readonly FileEdit[], again: {
  readonly fields: Readonly<Record<string, unknown>> | null
  readonly mine: (base: string) => string
  readonly backHref: string
  readonly action: string
}, done: () => FastifyReply): Promise<FastifyReply> {
  const { db, world } = deps
  const person = signedIn(request)
  try {
    await saveFiles(db, world, person, id, what, edits)
  } catch (refusal) {
    if (!(refusal instanceof Refusal) || refusal.code !== 'edited-meanwhile' || refusal.detail['now'] === undefined) throw refusal
    const now = refusal.detail['now'] as Meanwhile // as saveFiles says
    const seen = edits.find(({ path }) => path === now.path)?.version ?? 0
    const base = await textAt(db.read, id, now.path, seen) ?? ''
    const mine = again.mine(base)
    const fields = again.fields === null ? null : Object.entries(again.fields).flatMap(([name, value]) => name === 'version' || name === '_csrf' ? [] : [{ name, value: String(value) }])
    const frame = await frameOf(deps, checker, request, id)
    return reply.status(409).page('drafts/conflict', conflictView(frame, {
      now, base, mine, merged: now.text === null ? undefined : mergeLines(base, mine, now.text), fields, action: again.action, backHref: again.backHref
    }, readerOf(request)))
  }
  return done()
}

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
    schema: { ...PAGE, params: ById, body: Type.Object({ version: Version, go: Type.String({ maxLength: 300 }) }, fields) }
  }, async (request, reply) => {
    const { id } = request.params
    const person = signedIn(request)
    const { files } = await getDraft(db, person, id)
    const { text } = await openFile(db, person, id, COURSE)
    const sketch = sketchOf(text ?? '')
    if (sketch === undefined) return await reply.redirect(at('/file', id, { path: COURSE }), 303)
    const step = stepOf(request.body, sketch, new Set(files.map(({ path }) => path)), request.t('drafts.quiz.first-section'))
    const edits: FileEdit[] = [{ path: COURSE, version: request.body.version, content: editCourse(text ?? '', step.edit) }, ...step.files, ...step.removed.flatMap((key) => files
      .filter(({ path }) => LESSON_NAME.exec(path.replace(/^lessons\//, ''))?.groups?.['key'] === key && path.startsWith('lessons/'))
      .map(({ path, version }) => ({ path, version, content: null })))]
    return await saveOrCompare(deps, checker, request, reply, id, 'structure', edits, {
      fields: request.body, mine: (base) => editCourse(base, step.edit), backHref: at('', id), action: at('/structure', id)
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

  app.get('/desk/drafts/:id/history', {
    config: { access: STAFF }, schema: { ...PAGE, params: ById, querystring: Type.Object({ path: Type.Optional(Path) }) }
  }, async (request, reply) => {
    const { id } = request.params
    const path = request.query.path ?? null
    return show(reply, 'history', historyView(await frameOf(deps, checker, request, id), await historyOf(db, signedIn(request), id, path), path, readerOf(request)))
  })

  app.get('/desk/drafts/:id/change', {
    config: { access: STAFF }, schema: { ...PAGE, params: ById, querystring: Type.Object({ path: Path, version: Type.Integer({ minimum: 1 }) }) }
  }, async (request, reply) => {
    const { id } = request.params
    const { path, version } = request.query
    return show(reply, 'change', changeView(await frameOf(deps, checker, request, id), await changeOf(db, signedIn(request), id, path, version), readerOf(request)))
  })

  app.post('/desk/drafts/:id/restore', {
    config: { access: STAFF }, schema: { ...PAGE, params: ById, body: Type.Object({ path: Path, version: Type.Integer({ minimum: 1 }), seen: Version }) }
  }, async (request, reply) => {
    const { path, version, seen } = request.body
    await restoreFile(db, world, signedIn(request), request.params.id, path, version, seen)
    return await reply.redirect(at('/history', request.params.id), 303)
  })

  app.get('/desk/drafts/:id/publish', { config: { access: STAFF }, schema: { ...PAGE, params: ById } }, async (request, reply) => {
    const { id } = request.params
    return show(reply, 'publish', publishView(await frameOf(deps, checker, request, id), await outlookOf(db, signedIn(request), id), '', readerOf(request)))
  })

  app.post('/desk/drafts/:id/publish', {
    config: { access: STAFF }, schema: { ...PAGE, params: ById, body: Type.Object({ notes: Type.String({ maxLength: 5000, default: '' }), over: Type.String({ maxLength: 10, default: '' }) }) }
  }, async (request, reply) => {
    const { id } = request.params
    const { notes, over } = request.body
    const { slug, version, published } = await publishDraft(db, checker, world, signedIn(request), id, { notes, over: over === '' ? null : Number(over) })
    if (!published) return await reply.redirect(at('/publish', id), 303)
    return await reply.redirect(app.url('/desk/courses/:slug', { slug }, { published: version }), 303)
  })

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

  app.post('/desk/drafts/:id/discard', { config: { access: STAFF }, schema: { ...PAGE, params: ById } }, async (request, reply) => {
    await discardDraft(db, world, signedIn(request), request.params.id)
    return await reply.redirect(app.url('/desk/courses'), 303)
  })

  app.get('/desk/drafts/:id/export', { config: { access: STAFF }, schema: { ...PAGE, params: ById } }, async (request, reply) => {
    const { draft, files } = await getDraft(db, signedIn(request), request.params.id)
    const name = fileName(draft.slug)
    return await reply.type('application/zip').header('content-disposition', `attachment; filename="${name}.zip"`).send(courseZip(name, await allFiles(db.read, files)))
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
      return again(refusal.problems.map(({ message }) => message))
    }
  })

  app.post('/desk/drafts/:id/uploads', {
    config: { access: STAFF, files: { fileBytes: FILE_BYTES, totalBytes: FILE_BYTES * 4, files: 20 } },
    schema: { ...PAGE, params: ById, body: Type.Object({ back: Type.String({ maxLength: 300, default: '' }) }) }
  }, async (request, reply) => {
    const { id } = request.params
    const { back } = request.body
    const person = signedIn(request)
    const { files } = await getDraft(db, person, id)
    const taken = new Set(files.map(({ path }) => path))
    const refused: string[] = []
    const sent = request.sentFiles ?? []
    for (const { name, bytes, cut } of sent) {
      if (cut) {
        refused.push(request.t('drafts.upload.too-large', { name }))
        continue
      }
      try {
        const file = await fileOfUpload({ name, bytes }, taken)
        await saveFiles(db, world, person, id, 'uploaded', [{ path: file.path, version: 0, content: file.bytes }])
        taken.add(file.path)
      } catch (refusal) {
        if (!(refusal instanceof Refusal) || refusal.code !== 'bad-input') throw refusal
        refused.push(...refusal.problems.map(({ message }) => message))
      }
    }
    if (sent.length === 0) refused.push(request.t('drafts.new.no-file'))
    if (refused.length > 0) return show(reply.status(422), 'files', filesView(await frameOf(deps, checker, request, id), '', refused, readerOf(request)))
    return await reply.redirect(/^[a-z0-9-]+\?language=[A-Za-z0-9-]+$/.test(back) ? `${app.url('/desk/drafts/:id/lessons', { id })}/${back}#pictures` : at('/files', id, { saved: 1 }), 303)
  })
}

function lessonPages (app: App, deps: Deps, checker: Checker): void {
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
      problems: problems.map(({ bodyLine, message }) => ({ line: bodyLine, text: bodyLine > 0 ? request.t('drafts.line', { line: bodyLine, message }) : message }))
    })
  })
}

async function textAtOwn ({ db }: Deps, request: FastifyRequest, id: string, path: string, version: number): Promise<string> {
  await getDraft(db, signedIn(request), id)
  return version === 0 ? '' : await textAt(db.read, id, path, version) ?? ''
}

async function optionalFile ({ db }: Deps, request: FastifyRequest, id: string, path: string, { detail }: Frame): Promise<OpenedFile | undefined> {
  return detail.files.some((file) => file.path === path) ? await openFile(db, signedIn(request), id, path) : undefined
}

function filePages (app: App, deps: Deps, checker: Checker): void {
  const { db, world } = deps
  const Where = Type.Object({ path: Path, line: Type.Optional(Type.Integer({ minimum: 1 })), saved: Type.Optional(Type.String({ maxLength: 10 })) })
  const at = (id: string, query: Readonly<Record<string, string | number>>): string => app.url('/desk/drafts/:id/file', { id }, query)

  app.get('/desk/drafts/:id/files', {
    config: { access: STAFF }, schema: { ...PAGE, params: ById, querystring: Type.Object({ saved: Type.Optional(Type.String({ maxLength: 10 })) }) }
  }, async (request, reply) => reply.page('drafts/files', filesView(await frameOf(deps, checker, request, request.params.id), request.query.saved === undefined ? '' : request.t('drafts.saved'), [], readerOf(request))))

  app.get('/desk/drafts/:id/file', { config: { access: STAFF }, schema: { ...PAGE, params: ById, querystring: Where } }, async (request, reply) => {
    const { id } = request.params
    const { line, saved } = request.query
    const path = placed(request.query.path)
    const frame = await frameOf(deps, checker, request, id)
    const file = await optionalFile(deps, request, id, path, frame)
    const begun = file === undefined && path.startsWith('banks/') ? BANK : undefined
    if (file === undefined && begun === undefined && path !== COURSE && path !== 'README.md' && !path.startsWith('lessons/')) throw new Refusal('not-found')
    return reply.page('drafts/file', fileView(frame, { path, file, shown: begun, line, saved: saved !== undefined }, readerOf(request)))
  })

  app.post('/desk/drafts/:id/file', {
    config: { access: STAFF },
    bodyLimit: FILE_BYTES,
    schema: { ...PAGE, params: ById, querystring: Where, body: Type.Object({ version: Version, text: Type.String({ maxLength: 5_000_000, default: '' }) }) }
  }, async (request, reply) => {
    const { id } = request.params
    const { version, text } = request.body
    const path = placed(request.query.path)
    return await saveOrCompare(deps, checker, request, reply, id, 'written', [{ path, version, content: text }], { fields: null, mine: () => text.replace(/\r\n?/g, '\n'), backHref: at(id, { path }), action: at(id, { path }) },
      () => reply.redirect(at(id, { path, saved: 1 }), 303))
  })

  app.post('/desk/drafts/:id/files/remove', {
    config: { access: STAFF }, schema: { ...PAGE, params: ById, body: Type.Object({ path: Path, version: Version }) }
  }, async (request, reply) => {
    const { path, version } = request.body
    await saveFiles(db, world, signedIn(request), request.params.id, 'removed', [{ path, version, content: null }])
    return await reply.redirect(app.url('/desk/drafts/:id/files', { id: request.params.id }, { saved: 1 }), 303)
  })
}

/** The name of a new bank may be typed without its folder and ending. */
function placed (path: string): string {
  return path.includes('/') || path === COURSE || path === 'README.md' ? path : `banks/${freshKey(path.replace(/\.yaml$/, ''), 'bank', new Set())}.yaml`
}

/** What a new bank begins with: it shows how a question is written. */
const BANK = `# yaml-language-server: $schema=../../schema/bank.schema.json
title: ""
questions:
  - key: ""
    kind: choice
    topic: ""
    difficulty: easy
    prompt: ""
    choices:
      - { key: a, text: "", correct: true }
      - { key: b, text: "" }
`

interface Step {
  readonly edit: CourseEdit
  readonly files: readonly FileEdit[]
  /** Lessons whose files go. */
  readonly removed: readonly string[]
  /** Where one lands; null for the draft itself. */
  readonly opens: string | null
  readonly anchor: string
}

/** What a button of the course's page does: `up-module:KEY`, `add-lesson:KEY`, and so on.
 * @throws Refusal bad-input for what names nothing */
function stepOf (body: Readonly<Record<string, unknown>> & { readonly go: string }, sketch: Sketch, paths: ReadonlySet<string>, sectionTitle: string): Step {
  const [go = '', key = ''] = body.go.split(':')
  const first = sketch.language
  const title = textsIn(body, 'title')
  const words = title[first] ?? ''
  const plain = { files: [], removed: [], opens: null, anchor: '' }
  const modules = sketch.modules
  const at = modules.findIndex((module) => module.key === key)
  const keys = new Set([...modules.flatMap(({ activities }) => activities.map(({ key }) => key)), ...[...paths].flatMap((path) => LESSON_NAME.exec(path.replace(/^lessons\//, ''))?.groups?.['key'] ?? []), ...sketch.quizzes.map(({ key }) => key)])
  switch (go) {
    case 'add-module': return { ...plain, edit: { do: 'add-module', key: freshKey(words, 'module', new Set(modules.map(({ key }) => key))), title }, anchor: `#module-${modules.length + 1}` }
    case 'edit-module': return { ...plain, edit: { do: 'edit-module', module: key, title, summary: textsIn(body, 'summary') }, anchor: `#module-${at + 1}` }
    case 'up-module': return { ...plain, edit: { do: 'move-module', module: key, to: at - 1 }, anchor: `#module-${at}` }
    case 'down-module': return { ...plain, edit: { do: 'move-module', module: key, to: at + 1 }, anchor: `#module-${at + 2}` }
    case 'move-module': return { ...plain, edit: { do: 'move-module', module: key, to: Number(body['to'] ?? 0) } }
    case 'remove-module': return { ...plain, edit: { do: 'remove-module', module: key }, removed: modules[at]?.activities.filter(({ kind }) => kind === 'lesson').map(({ key }) => key) ?? [] }
    case 'add-lesson': {
      const made = freshKey(words, 'lesson', keys)
      return { ...plain, edit: { do: 'add-lesson', module: key, key: made }, files: [{ path: `lessons/${made}.${first}.md`, version: 0, content: withParts('', { title: words, body: '' }) }], opens: `/lessons/${made}` }
    }
    case 'add-quiz': {
      const made = freshKey(words, 'quiz', keys)
      return { ...plain, edit: { do: 'add-quiz', module: key, quiz: emptyQuiz(made, words.trim() === '' ? sectionTitle : words.trim()) }, opens: `/quizzes/${made}` }
    }
    case 'up-activity': case 'down-activity': return { ...plain, edit: neighbourOf(sketch, key, go === 'up-activity' ? -1 : 1) }
    case 'move-activity': return { ...plain, edit: { do: 'move-activity', key, module: String(body['module'] ?? ''), to: Number(body['to'] ?? 0) } }
    case 'remove-activity': return { ...plain, edit: { do: 'remove-activity', key }, removed: [key] }
    default: throw new Refusal('bad-input', {}, [{ path: 'go', message: 'is no button of this page' }])
  }
}

/** One place up or down, from the end of a module into the next. */
function neighbourOf (sketch: Sketch, key: string, step: -1 | 1): CourseEdit {
  const at = sketch.modules.findIndex(({ activities }) => activities.some((activity) => activity.key === key))
  const module = sketch.modules[at]
  const index = module?.activities.findIndex((activity) => activity.key === key) ?? -1
  if (module === undefined) throw new Refusal('bad-input', {}, [{ path: 'key', message: `'${key}' is not there any more` }])
  const to = index + step
  if (to >= 0 && to < module.activities.length) return { do: 'move-activity', key, module: module.key, to }
  const next = sketch.modules[at + step] ?? module
  return { do: 'move-activity', key, module: next.key, to: next === module ? index : step === -1 ? next.activities.length : 0 }
}
