import Type from 'typebox'
import type { Deps } from '../../deps.ts'
import type { App } from '../../http/app-type.ts'
import { Download } from '../../http/download.ts'
import { signedIn } from '../../http/session.ts'
import { STAFF } from '../../people/access.ts'
import { checkQuiz, textIn, textSchema } from '../../quiz/quiz.ts'
import { key } from '../../quiz/question.ts'
import { LANGUAGE } from '../../quiz/text.ts'
import { Refusal } from '../../refusals.ts'
import { exportVersion } from '../desk.ts'
import { lessonHtml } from '../lesson-html.ts'
import type { Checker } from './check.ts'
import type { Comparison } from './compare.ts'
import { courseZip, sentCourse } from './course-zip.ts'
import { editCourse } from './course-edits.ts'
import {
  addAuthor, allFiles, beginDraft, changeOf, discardDraft, getDraft, historyOf, listDrafts, openFile, removeAuthor, restoringEdit, saveFiles, type Beginning, type Draft
} from './drafts.ts'
import { readableDiff } from './line-diff.ts'
import { outlookOf, publishDraft } from './publish-draft.ts'
import { seeLesson } from './preview.ts'
import { quizSays } from './quiz-view.ts'
import { quizOfDraft, samplePaper } from './sample-paper.ts'
import { fileOfUpload } from './upload.ts'

const TAGS = { tags: ['drafts'] } as const
/** Largest file that is taken, and largest course, in bytes. */
export const FILE_BYTES = 12 * 1024 * 1024
export const COURSE_BYTES = 66 * 1024 * 1024

const Id = Type.String({ minLength: 1, maxLength: 64 })
const ById = Type.Object({ id: Id })
const Path = Type.String({ minLength: 1, maxLength: 200 })
const ByPath = Type.Object({ path: Path })
const Seen = Type.Integer({ minimum: 0, description: 'The version of the file that was seen; 0 for a file that is not there' })

const SeenAt = Type.Optional(Type.String({ maxLength: 40, description: '`changedAt` of the draft as it was looked at' }))

const DraftAnswer = Type.Object({
  id: Type.String(),
  slug: Type.String(),
  title: Type.String(),
  state: Type.Enum(['open', 'published', 'discarded']),
  base: Type.Union([Type.Object({ slug: Type.String(), version: Type.Integer() }), Type.Null()]),
  createdAt: Type.String(),
  createdBy: Type.String(),
  changedAt: Type.String(),
  changedBy: Type.String()
})
const DraftFileAnswer = Type.Object({ path: Type.String(), version: Type.Integer(), size: Type.Integer(), at: Type.String(), by: Type.String() })
const ProblemAnswer = Type.Object({ file: Type.String(), line: Type.Integer(), path: Type.String(), message: Type.String() })
const Line = Type.Object({ kind: Type.Enum(['same', 'removed', 'added', 'gap']), text: Type.String() })
const DifferenceAnswer = Type.Object({
  kind: Type.Enum(['added', 'changed', 'removed']), key: Type.String(), title: textSchema, of: Type.Optional(Type.String()), lines: Type.Array(Line)
})
const Differences = Type.Array(DifferenceAnswer)
export const ComparisonAnswer = Type.Object({
  facts: Differences, modules: Differences, isReordered: Type.Boolean(), lessons: Differences, quizzes: Differences, questions: Differences, files: Differences
})
const ChangeAnswer = Type.Object({ path: Type.String(), version: Type.Integer(), what: Type.String(), removed: Type.Boolean(), at: Type.String(), by: Type.String() })
const Versions = Type.Object({ versions: Type.Record(Type.String(), Type.Integer()) })

function draftJson ({ id, slug, title, state, base, createdAt, createdBy, changedAt, changedBy }: Draft) {
  return { id, slug, title, state, base: base === null ? null : { slug: base.slug, version: base.number }, createdAt, createdBy, changedAt, changedBy }
}

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] extends ReadonlyArray<infer Item> ? Array<Mutable<Item>> : T[Name] }

export function comparisonJson (comparison: Comparison): Mutable<Comparison> {
  return comparison as Mutable<Comparison> // read, and written out
}

/** Courses that are being written, for other programs: the same files as in a course's folder. */
export function draftApiRoutes (app: App, { db, world }: Deps, checker: Checker): void {
  app.get('/api/v1/drafts', {
    config: { access: STAFF },
    schema: { ...TAGS, response: { 200: Type.Object({ items: Type.Array(Type.Object({ ...DraftAnswer.properties, saves: Type.Integer() })), next: Type.Null() }) } }
  }, async (request) => ({ items: (await listDrafts(db, signedIn(request))).map((draft) => ({ ...draftJson(draft), saves: draft.saves })), next: null }))

  app.post('/api/v1/drafts', {
    config: { access: STAFF },
    bodyLimit: COURSE_BYTES,
    schema: {
      ...TAGS,
      description: 'Begins a draft: from nothing (`slug`, `title`, `language`), from a version of a course (`course`, `version`), or from text files',
      body: Type.Object({
        slug: Type.Optional(key), title: Type.Optional(Type.String({ minLength: 1, maxLength: 300 })), language: Type.Optional(Type.String({ pattern: LANGUAGE, maxLength: 35 })),
        course: Type.Optional(Type.String({ maxLength: 200 })), version: Type.Optional(Type.Integer({ minimum: 1 })),
        files: Type.Optional(Type.Array(Type.Object({ path: Path, text: Type.String() }), { maxItems: 2000 }))
      }),
      response: { 201: DraftAnswer }
    }
  }, async (request, reply) => {
    const person = signedIn(request)
    const id = await beginDraft(db, world, person, beginningOf(request.body))
    return await reply.status(201).send(draftJson((await getDraft(db, person, id)).draft))
  })

  app.get('/api/v1/drafts/:id', {
    config: { access: STAFF },
    schema: {
      ...TAGS,
      params: ById,
      response: { 200: Type.Object({ ...DraftAnswer.properties, authors: Type.Array(Type.Object({ id: Type.String(), name: Type.String() })), files: Type.Array(DraftFileAnswer) }) }
    }
  }, async (request) => {
    const { draft, files, authors } = await getDraft(db, signedIn(request), request.params.id)
    return { ...draftJson(draft), authors: [...authors], files: [...files] }
  })

  app.delete('/api/v1/drafts/:id', {
    config: { access: STAFF },
    schema: { ...TAGS, description: 'Takes the draft off the desk. When somebody saved since `seen`: 409 with `now` and `changes`.', params: ById, querystring: Type.Object({ seen: SeenAt }), response: { 204: Type.Null() } }
  }, async (request, reply) => {
    await discardDraft(db, world, signedIn(request), request.params.id, request.query.seen)
    return await reply.status(204).send(null)
  })

  app.get('/api/v1/drafts/:id/file', {
    config: { access: STAFF },
    schema: {
      ...TAGS,
      params: ById,
      querystring: ByPath,
      response: { 200: Type.Object({ ...DraftFileAnswer.properties, text: Type.Union([Type.String(), Type.Null()], { description: 'Null of a picture or a download' }), base64: Type.Optional(Type.String()) }) }
    }
  }, async (request) => {
    const { bytes, ...file } = await openFile(db, signedIn(request), request.params.id, request.query.path)
    return { ...file, ...file.text === null && { base64: bytes.toString('base64') } }
  })

  app.put('/api/v1/drafts/:id/file', {
    config: { access: STAFF },
    bodyLimit: FILE_BYTES,
    schema: {
      ...TAGS,
      description: 'Saves a text on top of the version that was seen. When another save came first: 409 with `now`, what stands there.',
      params: ById,
      querystring: ByPath,
      body: Type.Object({ text: Type.String(), version: Seen }),
      response: { 200: Versions }
    }
  }, async (request) => {
    const { text, version } = request.body
    return { versions: { ...await saveFiles(db, world, signedIn(request), request.params.id, 'written', [{ path: request.query.path, version, content: text }]) } }
  })

  app.delete('/api/v1/drafts/:id/file', {
    config: { access: STAFF },
    schema: { ...TAGS, params: ById, querystring: Type.Object({ path: Path, version: Seen }), response: { 200: Versions } }
  }, async (request) => {
    const { path, version } = request.query
    return { versions: { ...await saveFiles(db, world, signedIn(request), request.params.id, 'removed', [{ path, version, content: null }]) } }
  })

  app.post('/api/v1/drafts/:id/uploads', {
    config: { access: STAFF },
    bodyLimit: FILE_BYTES * 2,
    schema: {
      ...TAGS,
      description: 'A picture, which is written anew, or a download. It gets a path of its own.',
      params: ById,
      body: Type.Object({ name: Type.String({ minLength: 1, maxLength: 300 }), base64: Type.String() }),
      response: { 201: Type.Object({ path: Type.String() }) }
    }
  }, async (request, reply) => {
    const person = signedIn(request)
    const { files } = await getDraft(db, person, request.params.id)
    const { path, bytes } = await fileOfUpload({ name: request.body.name, bytes: Buffer.from(request.body.base64, 'base64') }, new Set(files.map(({ path }) => path)))
    await saveFiles(db, world, person, request.params.id, 'uploaded', [{ path, version: 0, content: bytes }])
    return await reply.status(201).send({ path })
  })

  app.put('/api/v1/drafts/:id/quizzes/:key', {
    config: { access: STAFF },
    schema: {
      ...TAGS,
      description: 'Sets a quiz of course.yaml; what of it does not change stays as it is written',
      params: Type.Object({ id: Id, key }),
      body: Type.Object({ quiz: Type.Unknown({ description: 'As in course.yaml: courses/schema/course.schema.json' }), version: Type.Integer({ minimum: 0, description: 'The version of course.yaml that was seen' }) }),
      response: { 200: Versions }
    }
  }, async (request) => {
    const person = signedIn(request)
    const { version } = request.body
    const checked = checkQuiz(request.body.quiz)
    if ('problems' in checked) throw new Refusal('bad-input', {}, checked.problems.map(({ path, message }) => ({ path: `quiz/${path}`, message })))
    const { quiz } = checked
    if (quiz.key !== request.params.key) throw new Refusal('bad-input', {}, [{ path: 'quiz/key', message: 'keeps the key that it has' }])
    const { text } = await openFile(db, person, request.params.id, 'course.yaml')
    const content = editCourse(text ?? '', { do: 'quiz', quiz })
    return { versions: { ...await saveFiles(db, world, person, request.params.id, 'quiz', [{ path: 'course.yaml', version, content }]) } }
  })

  app.post('/api/v1/drafts/:id/quizzes/:key/says', {
    config: { access: STAFF },
    schema: {
      ...TAGS,
      description: 'What a quiz will do, in sentences, and what its draw lacks: nothing is stored',
      params: Type.Object({ id: Id, key }),
      body: Type.Object({ quiz: Type.Optional(Type.Unknown({ description: 'As in course.yaml; as it is written there when left out' })) }),
      response: { 200: Type.Object({ sentences: Type.Array(Type.String()), problems: Type.Array(Type.String()) }) }
    }
  }, async (request) => {
    const { written, questions, first } = await quizOfDraft(db, signedIn(request), request.params.id, request.params.key)
    const { sentences, problems } = quizSays(request.body.quiz ?? written, questions, first, { t: request.t })
    return { sentences: [...sentences], problems: [...problems] }
  })

  app.post('/api/v1/drafts/:id/preview', {
    config: { access: STAFF },
    bodyLimit: FILE_BYTES,
    schema: {
      ...TAGS,
      description: 'A lesson as a trainee would read it: nothing is stored',
      params: ById,
      body: Type.Object({ text: Type.String({ maxLength: 1_000_000, description: 'The lesson’s file' }), language: Type.String({ pattern: LANGUAGE, maxLength: 35 }) }),
      response: { 200: Type.Object({ html: Type.String(), minutes: Type.Number(), problems: Type.Array(Type.Object({ line: Type.Integer(), message: Type.String() })) }) }
    }
  }, async (request) => {
    const { html, minutes, problems } = await seeLesson(db, signedIn(request), request.params.id, request.body.text, request.body.language)
    return { html: lessonHtml(html, app.url), minutes, problems: problems.map(({ line, message }) => ({ line, message })) }
  })

  app.get('/api/v1/drafts/:id/quizzes/:key/sample', {
    config: { access: STAFF },
    schema: {
      ...TAGS,
      description: 'A paper as a trainee might get it: nothing is stored',
      params: Type.Object({ id: Id, key }),
      querystring: Type.Object({ seed: Type.String({ minLength: 1, maxLength: 64, default: '1' }) }),
      response: {
        200: Type.Object({
          seed: Type.String(),
          slots: Type.Array(Type.Object({ slot: Type.Integer(), page: Type.Integer(), section: Type.Integer(), question: Type.String(), kind: Type.String(), mark: Type.Number(), prompt: Type.String() })),
          problems: Type.Array(Type.Object({ path: Type.String(), message: Type.String() }))
        })
      }
    }
  }, async (request) => {
    const { paper, problems, definitionOf, language } = await samplePaper(db, signedIn(request), request.params.id, request.params.key, request.query.seed)
    return {
      seed: request.query.seed,
      problems: problems.map(({ path, message }) => ({ path, message })),
      slots: paper === null ? [] : paper.slots.map(({ slot, page, section, kind, mark }) => {
        const { key, prompt } = definitionOf(slot)
        return { slot, page, section, question: key, kind, mark, prompt: textIn(prompt, request.language, language) }
      })
    }
  })

  app.get('/api/v1/drafts/:id/problems', {
    config: { access: STAFF },
    schema: { ...TAGS, params: ById, response: { 200: Type.Object({ items: Type.Array(ProblemAnswer), next: Type.Null() }) } }
  }, async (request) => {
    const { files } = await getDraft(db, signedIn(request), request.params.id)
    return { items: [...(await checker.check(db.read, files)).problems], next: null }
  })

  app.get('/api/v1/drafts/:id/changes', {
    config: { access: STAFF },
    schema: { ...TAGS, params: ById, querystring: Type.Object({ path: Type.Optional(Path) }), response: { 200: Type.Object({ items: Type.Array(ChangeAnswer), next: Type.Null() }) } }
  }, async (request) => {
    const { changes } = await historyOf(db, signedIn(request), request.params.id, request.query.path ?? null)
    return { items: changes.map(({ hash, ...change }) => ({ ...change, removed: hash === null })), next: null }
  })

  app.get('/api/v1/drafts/:id/change', {
    config: { access: STAFF },
    schema: {
      ...TAGS,
      params: ById,
      querystring: Type.Object({ path: Path, version: Type.Integer({ minimum: 1 }) }),
      response: { 200: Type.Object({ ...ChangeAnswer.properties, lines: Type.Array(Line) }) }
    }
  }, async (request) => {
    const { change: { hash, ...change }, before, after } = await changeOf(db, signedIn(request), request.params.id, request.query.path, request.query.version)
    return { ...change, removed: hash === null, lines: before === null || after === null ? [] : readableDiff(before, after) }
  })

  app.post('/api/v1/drafts/:id/restore', {
    config: { access: STAFF },
    schema: { ...TAGS, params: ById, body: Type.Object({ path: Path, version: Type.Integer({ minimum: 1 }), seen: Seen }), response: { 204: Type.Null() } }
  }, async (request, reply) => {
    const person = signedIn(request)
    await saveFiles(db, world, person, request.params.id, 'restored', [await restoringEdit(db, person, request.params.id, request.body)])
    return await reply.status(204).send(null)
  })

  app.get('/api/v1/drafts/:id/compare', {
    config: { access: STAFF },
    schema: {
      ...TAGS,
      description: 'What publishing would change',
      params: ById,
      response: { 200: Type.Object({ with: Type.Union([Type.Object({ slug: Type.String(), version: Type.Integer() }), Type.Null()]), overtaken: Type.Boolean(), ...ComparisonAnswer.properties }) }
    }
  }, async (request) => {
    const { latest, comparison, isOvertaken } = await outlookOf(db, signedIn(request), request.params.id)
    return { with: latest === undefined ? null : { slug: latest.slug, version: latest.number }, overtaken: isOvertaken, ...comparisonJson(comparison) }
  })

  app.post('/api/v1/drafts/:id/publish', {
    config: { access: STAFF },
    schema: {
      ...TAGS,
      description: 'Publishes the draft as a new version of its course. When somebody saved since `seen`: 409 with `now` and `changes`.',
      params: ById,
      body: Type.Object({
        seen: SeenAt,
        notes: Type.String({ maxLength: 5000, default: '' }),
        over: Type.Optional(Type.Integer({ minimum: 1, description: 'The version that it is known to follow, where that was published after the draft was begun' }))
      }),
      response: { 200: Type.Object({ slug: Type.String(), version: Type.Integer(), published: Type.Boolean({ description: 'False when nothing differs from the latest version' }) }) }
    }
  }, async (request) => await publishDraft(db, checker, world, signedIn(request), request.params.id, { notes: request.body.notes, over: request.body.over ?? null, seen: request.body.seen }))

  app.put('/api/v1/drafts/:id/authors/:personId', {
    config: { access: STAFF }, schema: { ...TAGS, params: Type.Object({ id: Id, personId: Id }), response: { 204: Type.Null() } }
  }, async (request, reply) => {
    await addAuthor(db, world, signedIn(request), request.params.id, request.params.personId)
    return await reply.status(204).send(null)
  })

  app.delete('/api/v1/drafts/:id/authors/:personId', {
    config: { access: STAFF }, schema: { ...TAGS, params: Type.Object({ id: Id, personId: Id }), response: { 204: Type.Null() } }
  }, async (request, reply) => {
    await removeAuthor(db, world, signedIn(request), request.params.id, request.params.personId)
    return await reply.status(204).send(null)
  })

  app.get('/api/v1/drafts/:id/export', { config: { access: STAFF }, schema: { ...TAGS, description: 'The draft as a zip of its files', params: ById, response: { 200: Download } } }, async (request, reply) => {
    const { draft, files } = await getDraft(db, signedIn(request), request.params.id)
    return await reply.type('application/zip').header('content-disposition', `attachment; filename="${fileName(draft.slug)}.zip"`).send(courseZip(fileName(draft.slug), await allFiles(db.read, files)))
  })

  app.get('/api/v1/courses/:slug/export', {
    config: { access: STAFF },
    schema: { ...TAGS, description: 'A version of a course as a zip of the files it was published from', params: Type.Object({ slug: key }), querystring: Type.Object({ version: Type.Optional(Type.Integer({ minimum: 1 })) }), response: { 200: Download } }
  }, async (request, reply) => {
    const { slug } = request.params
    const { number, files } = await exportVersion(db, slug, request.query.version)
    return await reply.type('application/zip').header('content-disposition', `attachment; filename="${slug}-${number}.zip"`).send(courseZip(slug, files))
  })

  // A zip is taken as bytes, whatever it says that it is.
  void app.register(async (scope: App) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => { done(null, body) })
    scope.post('/api/v1/drafts/zip', {
      config: { access: STAFF }, bodyLimit: COURSE_BYTES, schema: { ...TAGS, description: 'Begins a draft from a zip of a course’s files', response: { 201: DraftAnswer } }
    }, async (request, reply) => {
      const person = signedIn(request)
      const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
      const id = await beginDraft(db, world, person, { from: 'files', files: sentCourse([{ name: 'course.zip', bytes }]) })
      return await reply.status(201).send(draftJson((await getDraft(db, person, id)).draft))
    })
  })
}

/** A slug may be anything while a course is written. */
export function fileName (slug: string): string {
  return slug.replace(/[^A-Za-z0-9-]+/g, '-').slice(0, 100) || 'course'
}

function beginningOf (body: { readonly slug?: string, readonly title?: string, readonly language?: string, readonly course?: string, readonly version?: number, readonly files?: ReadonlyArray<{ readonly path: string, readonly text: string }> }): Beginning {
  if (body.files !== undefined) return { from: 'files', files: body.files.map(({ path, text }) => ({ path, bytes: Buffer.from(text) })) }
  if (body.course !== undefined) return { from: 'version', slug: body.course, ...body.version !== undefined && { number: body.version } }
  if (body.slug === undefined || body.title === undefined) throw new Refusal('bad-input', {}, [{ path: 'slug', message: 'say `slug` and `title`, or `course`, or `files`' }])
  return { from: 'nothing', slug: body.slug, title: body.title, language: body.language ?? 'en' }
}
