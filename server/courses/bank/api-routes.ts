import Type from 'typebox'
import type { Deps } from '../../deps.ts'
import type { App } from '../../http/app-type.ts'
import { signedIn } from '../../http/session.ts'
import { STAFF } from '../../people/access.ts'
import { checkQuestion } from '../../quiz/definition.ts'
import { gradeAnswer } from '../../quiz/grading.ts'
import { isAnswer, kindOf } from '../../quiz/kinds/index.ts'
import { textIn } from '../../quiz/text.ts'
import { Refusal } from '../../refusals.ts'
import { PICTURE_BYTES } from '../picture.ts'
import { bankOf, browseBank, duplicatesIn } from './browse.ts'
import { changesBetween } from './changes.ts'
import { copyCourse } from './copy.ts'
import { BankQuery } from './desk-routes.ts'
import { addBankPicture, listBankPictures, srcOf } from './pictures.ts'
import { addBankQuestion, bankQuestion, removeBankQuestion, renameBank, restoreBankQuestion, saveBankQuestion, type BankVersion } from './questions.ts'
import type { Use } from './uses.ts'

const Id = Type.String({ minLength: 1, maxLength: 100 })
const ById = Type.Object({ id: Id })
const ByKey = Type.Object({ id: Id, key: Type.String({ pattern: '^[a-z0-9-]+$', maxLength: 64 }) })
const Version = Type.Integer({ minimum: 0 })
const language = Type.String({ pattern: '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$', maxLength: 35 })

const UseAnswer = Type.Object({
  course: Type.Object({ slug: Type.String(), title: Type.String() }),
  version: Type.Integer(),
  latest: Type.Boolean(),
  quizzes: Type.Array(Type.Object({ key: Type.String(), title: Type.String() }))
}, { description: 'A published version of a course that has a question of the same kind and wordings' })

const EntryAnswer = Type.Object({
  key: Type.String(), version: Type.Integer(), name: Type.String(), kind: Type.String(), topic: Type.String(), difficulty: Type.String(),
  languages: Type.Array(Type.String()), changedAt: Type.String(), uses: Type.Array(UseAnswer)
})

const Counts = Type.Array(Type.Object({ value: Type.String(), count: Type.Integer() }))

const VersionAnswer = Type.Object({
  key: Type.String(), version: Type.Integer(), name: Type.String(), note: Type.String(), stands: Type.Boolean(),
  by: Type.Object({ id: Type.String(), name: Type.String() }), at: Type.String(),
  // The shape of a question is its kind's to say.
  definition: Type.Unknown()
})

const ChangeAnswer = Type.Object({ path: Type.Array(Type.String()), before: Type.Union([Type.String(), Type.Null()]), after: Type.Union([Type.String(), Type.Null()]) })

const Saved = {
  name: Type.Optional(Type.String({ maxLength: 200, description: 'For lists; the beginning of the prompt when left out' })),
  note: Type.Optional(Type.String({ maxLength: 500, description: 'What was changed, and why' })),
  definition: Type.Unknown({ description: 'The question in the shape of its kind' })
}

/** Banks of questions for other programs: everything that the desk's pages do. */
export function bankApiRoutes (app: App, { db, world, courses }: Deps): void {
  app.patch('/api/v1/banks/:id', {
    config: { access: STAFF },
    schema: { params: ById, body: Type.Object({ name: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })), language: Type.Optional(language), seen: Type.Optional(Type.Object({ name: Type.String(), language: Type.String() }, { description: 'As it was when that was changed; refused when it is otherwise by now' })) }), response: { 200: Type.Object({ id: Type.String(), name: Type.String(), language: Type.String(), createdAt: Type.String() }) } }
  }, async (request) => {
    const bank = await bankOf(db, request.params.id)
    await renameBank(db, world, signedIn(request), bank.id, { name: request.body.name ?? bank.name, language: request.body.language ?? bank.language, ...request.body.seen !== undefined && { seen: request.body.seen } })
    return await bankOf(db, bank.id)
  })

  app.post('/api/v1/banks/:id/copy', {
    config: { access: STAFF },
    schema: { params: ById, body: Type.Object({ course: Type.String({ minLength: 1, maxLength: 100, description: 'Slug of a course: the questions of its latest version are copied' }) }), response: { 200: Type.Object({ copied: Type.Integer() }) } }
  }, async (request) => ({ copied: await copyCourse(db, courses, world, signedIn(request), request.params.id, request.body.course) }))

  app.get('/api/v1/banks/:id/questions', {
    config: { access: STAFF },
    schema: {
      params: ById,
      querystring: Type.Object(BankQuery),
      response: { 200: Type.Object({ items: Type.Array(EntryAnswer), next: Type.Union([Type.Integer({ description: 'To be asked for as `after`' }), Type.Null()]), total: Type.Integer(), topics: Counts, kinds: Counts, difficulties: Counts, languages: Counts }) }
    }
  }, async (request) => {
    const { entries, next, total, facets } = await browseBank(db, courses, request.params.id, request.query)
    return {
      items: entries.map(({ key, version, name, kind, topic, difficulty, languages, at, uses }) => ({ key, version, name, kind, topic, difficulty, languages: [...languages], changedAt: at, uses: uses.map((use) => useJson(use, request.language)) })),
      next, total, topics: [...facets.topic], kinds: [...facets.kind], difficulties: [...facets.difficulty], languages: [...facets.language]
    }
  })

  app.post('/api/v1/banks/:id/questions', {
    config: { access: STAFF },
    schema: { params: ById, body: Type.Object(Saved, { additionalProperties: false }), response: { 201: VersionAnswer } }
  }, async (request, reply) => await reply.status(201).send(versionJson(await addBankQuestion(db, world, signedIn(request), request.params.id, request.body))))

  app.get('/api/v1/banks/:id/questions/:key', {
    config: { access: STAFF },
    schema: { params: ByKey, response: { 200: Type.Object({ ...VersionAnswer.properties, uses: Type.Array(UseAnswer) }) } }
  }, async (request) => {
    const { latest, uses } = await bankQuestion(db, courses, request.params.id, request.params.key)
    return { ...versionJson(latest), uses: uses.map((use) => useJson(use, request.language)) }
  })

  app.put('/api/v1/banks/:id/questions/:key', {
    config: { access: STAFF },
    schema: { params: ByKey, body: Type.Object({ ...Saved, version: Type.Integer({ minimum: 1, description: 'The one that was changed; refused when another stands by now' }) }, { additionalProperties: false }), response: { 200: VersionAnswer } }
  }, async (request) => versionJson(await saveBankQuestion(db, world, signedIn(request), request.params.id, request.params.key, request.body)))

  app.delete('/api/v1/banks/:id/questions/:key', {
    config: { access: STAFF },
    schema: { params: ByKey, querystring: Type.Object({ version: Version }), response: { 204: Type.Null() } }
  }, async (request, reply) => {
    await removeBankQuestion(db, world, signedIn(request), request.params.id, request.params.key, request.query.version)
    return await reply.status(204).send(null)
  })

  app.get('/api/v1/banks/:id/questions/:key/versions', {
    config: { access: STAFF },
    schema: { params: ByKey, response: { 200: Type.Object({ items: Type.Array(Type.Object({ ...VersionAnswer.properties, changes: Type.Array(ChangeAnswer, { description: 'From the version before' }) })), next: Type.Null() }) } }
  }, async (request) => {
    const { versions } = await bankQuestion(db, courses, request.params.id, request.params.key)
    return {
      items: versions.map((version, index) => {
        const before = versions[index + 1]
        return { ...versionJson(version), changes: before === undefined ? [] : changesBetween(before.definition, version.definition).map(({ path, ...change }) => ({ ...change, path: [...path] })) }
      }),
      next: null
    }
  })

  app.post('/api/v1/banks/:id/questions/:key/restore', {
    config: { access: STAFF },
    schema: { params: ByKey, body: Type.Object({ from: Version, version: Version }), response: { 200: VersionAnswer } }
  }, async (request) => versionJson(await restoreBankQuestion(db, world, signedIn(request), request.params.id, request.params.key, request.body)))

  app.post('/api/v1/banks/:id/try', {
    config: { access: STAFF },
    schema: {
      params: ById,
      body: Type.Object({ definition: Type.Unknown(), answer: Type.Unknown() }),
      response: { 200: Type.Object({ state: Type.String(), fraction: Type.Number(), feedback: Type.Array(Type.String()), rightAnswer: Type.Unknown() }) }
    }
  }, async (request) => {
    const bank = await bankOf(db, request.params.id)
    const checked = checkQuestion(request.body.definition)
    if ('problems' in checked) throw new Refusal('bad-input', {}, checked.problems.map(({ path, message }) => ({ path: `definition/${path}`, message })))
    const { question } = checked
    const answer = request.body.answer ?? null
    const { state, fraction } = gradeAnswer(question, answer)
    const kind = kindOf(question)
    const said = [...isAnswer(question, answer) ? kind.feedback(question, answer) : [], ...question.feedback === undefined ? [] : [question.feedback]]
    return { state, fraction, feedback: said.map((text) => textIn(text, request.language, bank.language)), rightAnswer: kind.asked === false ? null : kind.rightAnswer(question) }
  })

  app.get('/api/v1/banks/:id/duplicates', {
    config: { access: STAFF },
    schema: { params: ById, response: { 200: Type.Object({ items: Type.Array(Type.Object({ share: Type.Number({ description: '1 for the same words' }), questions: Type.Array(Type.Object({ key: Type.String(), name: Type.String(), kind: Type.String() })) })), next: Type.Null() }) } }
  }, async (request) => ({ items: (await duplicatesIn(db, request.params.id)).pairs.map(({ share, questions }) => ({ share, questions: [...questions] })), next: null }))

  app.get('/api/v1/banks/:id/pictures', {
    config: { access: STAFF },
    schema: { params: ById, response: { 200: Type.Object({ items: Type.Array(Type.Object({ src: Type.String(), name: Type.String(), width: Type.Integer(), height: Type.Integer() })), next: Type.Null() }) } }
  }, async (request) => {
    const bank = await bankOf(db, request.params.id)
    return { items: (await listBankPictures(db, bank.id)).map(({ hash, name, width, height }) => ({ src: srcOf(hash), name, width, height })), next: null }
  })

  // A picture is taken as bytes, whatever it says that it is.
  void app.register(async (scope: App) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => { done(null, body) })
    scope.post('/api/v1/banks/:id/pictures', {
      config: { access: STAFF },
      bodyLimit: PICTURE_BYTES,
      schema: { params: ById, querystring: Type.Object({ name: Type.Optional(Type.String({ maxLength: 200 })) }), response: { 201: Type.Object({ src: Type.String(), name: Type.String(), width: Type.Integer(), height: Type.Integer() }) } }
    }, async (request, reply) => {
      const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
      const { hash, ...picture } = await addBankPicture(db, world, signedIn(request), request.params.id, request.query.name ?? 'picture', bytes)
      return await reply.status(201).send({ src: srcOf(hash), ...picture })
    })
  })
}

function versionJson ({ key, version, name, note, standing, byId, byName, at, definition }: BankVersion) {
  return { key, version, name, note, stands: standing, by: { id: byId, name: byName }, at, definition }
}

function useJson ({ slug, course, language: first, version, latest, quizzes }: Use, language: string) {
  return { course: { slug, title: textIn(course, language, first) }, version, latest, quizzes: quizzes.map(({ key, title }) => ({ key, title: textIn(title, language, first) })) }
}
