import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { Deps } from '../../deps.ts'
import type { App } from '../../http/app-type.ts'
import { signedIn } from '../../http/session.ts'
import { STAFF } from '../../people/access.ts'
import { textIn } from '../../quiz/quiz.ts'
import { Refusal, type Problem } from '../../refusals.ts'
import { browseBank, type Asked } from '../bank/browse.ts'
import { BankQuery } from '../bank/desk-routes.ts'
import type { ShowPreview } from '../bank/preview.ts'
import { listBanks } from '../banks.ts'
import type { Checker } from './check.ts'
import { draftQuestions, type DraftQuestion } from './draft-questions.ts'
import { saveFiles } from './drafts.ts'
import { keysMeeting, MOST_TAKEN, takeFromBank, updateFromBank, type Asking } from './from-bank.ts'
import { ById, frameOf, Id, PAGE, Path, readerOf, saveOrCompare, Version } from './frame-routes.ts'
import { draftEditorRoutes } from './question-editor-routes.ts'
import { questionsView, takeView, type TakeForm } from './question-views.ts'

const TAGS = { tags: ['drafts'] } as const
const Key = Type.String({ pattern: '^[a-z0-9-]+$', maxLength: 64 })
const some = Type.Optional(Type.String({ maxLength: 200 }))
/** What a list of a bank's questions is narrowed by, as a form sends it. */
const Narrowed = { topic: some, difficulty: some, language: some, kind: some, search: some }
const { use: _use, ...Narrowing } = BankQuery
const Added = Type.Object({ saved: Type.Optional(Type.Literal('1')), added: Type.Optional(Type.Integer({ minimum: 0 })), removed: Type.Optional(Type.Literal('1')) })

/** The questions of a draft: what they are from, taking more from a bank, and what banks say by now. */
export function draftQuestionRoutes (app: App, deps: Deps, checker: Checker, show: ShowPreview): void {
  const { db, world, courses } = deps
  questionApi(app, deps)
  draftEditorRoutes(app, deps, checker, show)

  app.get('/desk/drafts/:id/questions', { config: { access: STAFF }, schema: { ...PAGE, params: ById, querystring: Added } }, async (request, reply) => {
    const { id } = request.params
    const { saved, added, removed } = request.query
    const said = removed !== undefined ? request.t('draft-editor.removed') : added !== undefined ? request.t('draft-questions.added', { count: added }) : saved !== undefined ? request.t('drafts.saved') : ''
    return reply.page('drafts/questions-of', questionsView(await frameOf(deps, checker, request, id), await draftQuestions(db, signedIn(request), id), said, readerOf(request)))
  })

  const takePage = async (request: FastifyRequest, reply: FastifyReply, id: string, bankId: string, form: TakeForm): Promise<FastifyReply> => {
    const frame = await frameOf(deps, checker, request, id)
    const questions = await draftQuestions(db, signedIn(request), id)
    const banks = await listBanks(db)
    const used = questions.questions.flatMap(({ origin }) => origin?.bank.id ?? [])
    const bank = bankId === '' ? used[0] ?? banks[0]?.id : bankId
    const page = bank === undefined ? null : await browseBank(db, courses, bank, form.asked)
    return reply.page('drafts/take', takeView(frame, questions, banks, page, form, readerOf(request)))
  }

  app.get('/desk/drafts/:id/questions/add', {
    config: { access: STAFF },
    schema: { ...PAGE, params: ById, querystring: Type.Object({ ...Narrowing, bank: Type.String({ maxLength: 100, default: '' }), quiz: Type.String({ maxLength: 200, default: '' }) }) }
  }, async (request, reply) => {
    const { bank, quiz, topic, difficulty, language, kind, search, after } = request.query
    return await takePage(request, reply, request.params.id, bank, { asked: { ...narrowed({ topic, difficulty, language, kind, search }), ...after !== undefined && { after } }, quiz, how: quiz === '' ? '' : 'these', count: '10', which: 'chosen', chosen: [], problems: [] })
  })

  app.post('/desk/drafts/:id/questions/add', {
    config: { access: STAFF },
    schema: {
      ...PAGE,
      params: ById,
      body: Type.Object({
        ...Narrowed, bank: Id, key: Type.Optional(Type.Union([Key, Type.Array(Key, { maxItems: MOST_TAKEN })])), which: Type.Enum(['chosen', 'all']),
        how: Type.Enum(['', 'these', 'draw']), quiz: Type.String({ maxLength: 200, default: '' }), count: Type.String({ maxLength: 10, default: '' })
      })
    }
  }, async (request, reply) => {
    const { id } = request.params
    const { bank, key = [], which, how, quiz, count, topic, difficulty, language, kind, search } = request.body
    const asked = narrowed({ topic, difficulty, language, kind, search })
    const chosen = [key].flat()
    const again = async (problems: readonly Problem[]): Promise<FastifyReply> => await takePage(request, reply.status(422), id, bank, { asked, quiz, how, count, which, chosen, problems })
    const keys = which === 'all' ? await keysMeeting(db, bank, asked) : chosen
    if (keys.length === 0) return await again([{ message: request.t('draft-questions.none-chosen') }])
    const wanted = Number(count)
    if (how === 'draw' && !(Number.isInteger(wanted) && wanted > 0)) return await again([{ message: request.t('draft-questions.bad-count') }])
    const ask: Asking | null = how === '' ? null : how === 'these' ? { quiz, how } : { quiz, how, count: wanted }
    try {
      const { added } = await takeFromBank(db, world, signedIn(request), id, { bankId: bank, keys, ask })
      return await reply.redirect(how === '' ? app.url('/desk/drafts/:id/questions', { id }, { added }) : app.url('/desk/drafts/:id/quizzes/:key', { id, key: quiz }, { saved: 1 }), 303)
    } catch (refusal) {
      if (!(refusal instanceof Refusal) || refusal.code !== 'bad-input') throw refusal
      return await again(refusal.problems)
    }
  })

  app.post('/desk/drafts/:id/questions/update', {
    config: { access: STAFF },
    schema: { ...PAGE, params: ById, body: Type.Object({ keys: Type.String({ maxLength: 70_000 }), path: Path, version: Version }) }
  }, async (request, reply) => {
    const { id } = request.params
    const { keys, path, version } = request.body
    const update = await updateFromBank(db, signedIn(request), id, { keys: keys.split(','), versions: { [path]: version } })
    const self = app.url('/desk/drafts/:id/questions', { id })
    return await saveOrCompare(deps, checker, request, reply, id, 'questions', update.edits, {
      fields: request.body, mine: (base) => update.of(path, base), backHref: self, action: app.url('/desk/drafts/:id/questions/update', { id }), also: update.also
    }, () => reply.redirect(app.url('/desk/drafts/:id/questions', { id }, { saved: 1 }), 303))
  })
}

function narrowed (sent: Readonly<Record<'topic' | 'difficulty' | 'language' | 'kind' | 'search', string | undefined>>): Asked {
  return Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== undefined && value !== ''))
}

const QuestionAnswer = Type.Object({
  key: Type.String(), path: Type.String(), line: Type.Integer(), kind: Type.String(), topic: Type.String(), difficulty: Type.String(), prompt: Type.String(),
  quizzes: Type.Array(Type.String({ description: 'Quizzes that name it, or may draw it' })),
  origin: Type.Union([Type.Object({
    bank: Type.Object({ id: Type.String(), name: Type.String() }), question: Type.String(), version: Type.Integer({ description: 'The one that was taken' }),
    latest: Type.Union([Type.Integer(), Type.Null()], { description: 'The one that stands in the bank; null when it was taken out' }),
    changedHere: Type.Boolean(), outdated: Type.Boolean({ description: 'The one that stands says something else than the draft' })
  }), Type.Null()])
})

function questionApi (app: App, { db, world }: Deps): void {
  app.get('/api/v1/drafts/:id/questions', {
    config: { access: STAFF }, schema: { ...TAGS, params: ById, response: { 200: Type.Object({ items: Type.Array(QuestionAnswer), next: Type.Null() }) } }
  }, async (request) => {
    const { questions, language } = await draftQuestions(db, signedIn(request), request.params.id)
    return { items: questions.map((question) => questionJson(question, request.language, language)), next: null }
  })

  app.post('/api/v1/drafts/:id/questions', {
    config: { access: STAFF },
    schema: {
      ...TAGS,
      description: 'Puts questions of a bank, as they stand, into the draft, and into a quiz where that is wanted. Those that are there stay as they are.',
      params: ById,
      body: Type.Object({
        bank: Id,
        questions: Type.Array(Key, { minItems: 1, maxItems: MOST_TAKEN, description: 'Keys in the bank' }),
        ask: Type.Optional(Type.Object({
          quiz: Type.String({ maxLength: 200 }), how: Type.Enum(['these', 'draw'], { description: 'these: a section that asks every one; draw: a section that draws `count` of their topics' }),
          count: Type.Optional(Type.Integer({ minimum: 1, maximum: MOST_TAKEN }))
        }, { additionalProperties: false }))
      }, { additionalProperties: false }),
      response: { 200: Type.Object({ keys: Type.Array(Type.String({ description: 'In the draft' })), added: Type.Integer(), path: Type.String() }) }
    }
  }, async (request) => {
    const { bank, questions, ask } = request.body
    if (ask?.how === 'draw' && ask.count === undefined) throw new Refusal('bad-input', {}, [{ path: 'ask/count', message: 'say how many are drawn' }])
    const asking: Asking | null = ask === undefined ? null : ask.how === 'these' ? { quiz: ask.quiz, how: 'these' } : { quiz: ask.quiz, how: 'draw', count: ask.count ?? 1 }
    const { keys, added, path } = await takeFromBank(db, world, signedIn(request), request.params.id, { bankId: bank, keys: questions, ask: asking })
    return { keys: [...keys], added, path }
  })

  app.post('/api/v1/drafts/:id/questions/update', {
    config: { access: STAFF },
    schema: {
      ...TAGS,
      description: 'Makes questions say what their bank says now. When another save came first: 409 with `now`, what stands there.',
      params: ById,
      body: Type.Object({ questions: Type.Array(Key, { minItems: 1, maxItems: MOST_TAKEN, description: 'Keys in the draft' }), versions: Type.Record(Type.String(), Type.Integer({ minimum: 0 }), { description: 'Of the files that were seen, by path' }) }, { additionalProperties: false }),
      response: { 200: Type.Object({ versions: Type.Record(Type.String(), Type.Integer()) }) }
    }
  }, async (request) => {
    const person = signedIn(request)
    const { questions, versions } = request.body
    const { edits, also } = await updateFromBank(db, person, request.params.id, { keys: questions, versions })
    return { versions: edits.length === 0 ? {} : { ...await saveFiles(db, world, person, request.params.id, 'questions', edits, also) } }
  })
}

function questionJson ({ key, path, line, definition, quizzes, origin }: DraftQuestion, language: string, first: string) {
  return {
    key, path, line, kind: definition.kind, topic: definition.topic, difficulty: definition.difficulty, prompt: textIn(definition.prompt, language, first), quizzes: quizzes.map(({ key }) => key),
    origin: origin === null ? null : { bank: { id: origin.bank.id, name: origin.bank.name }, question: origin.key, version: origin.version, latest: origin.latest, changedHere: origin.isChangedHere, outdated: origin.newer !== null }
  }
}
