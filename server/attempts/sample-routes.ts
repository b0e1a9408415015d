import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { Checker } from '../courses/drafts/check.ts'
import { allFiles, getDraft } from '../courses/drafts/drafts.ts'
import { frameOf } from '../courses/drafts/frame-routes.ts'
import { questionsOf, samplePaper } from '../courses/drafts/sample-paper.ts'
import { frameView } from '../courses/drafts/frame-view.ts'
import { pictureRefs } from '../courses/outline.ts'
import { readSource } from '../courses/source-files.ts'
import type { Deps } from '../deps.ts'
import type { App } from '../http/app-type.ts'
import { signedIn } from '../http/session.ts'
import { STAFF } from '../people/access.ts'
import { definitionFor, drawPaper, textIn, type Problem, type QuestionDefinition } from '../quiz/quiz.ts'
import { drawnQuestions, samplePages } from './sample-view.ts'

const Id = Type.String({ minLength: 1, maxLength: 64 })
const PAGE = { hide: true } as const
/** Questions that one preview shows, from the one at the caret on. */
const MOST = 5

/** What a draft's quizzes and banks will ask, as trainees will see it: nothing is stored. */
export function sampleRoutes (app: App, deps: Deps, checker: Checker): void {
  const { db } = deps

  app.get('/desk/drafts/:id/quizzes/:key/sample', {
    config: { access: STAFF },
    schema: { ...PAGE, params: Type.Object({ id: Id, key: Type.String({ minLength: 1, maxLength: 200 }) }), querystring: Type.Object({ seed: Type.Integer({ minimum: 1, maximum: 1_000_000, default: 1 }) }) }
  }, async (request, reply) => {
    const { id, key } = request.params
    const { seed } = request.query
    const sample = await samplePaper(db, signedIn(request), id, key, String(seed))
    const frame = await frameOf(deps, checker, request, id)
    const reader = { ...request.place, t: request.t, url: app.url }
    const from = Math.max(1, seed - 2)
    return reply.page('drafts/sample', {
      ...frameView(frame, 'course', reader),
      main: 'reading',
      quizTitle: sample.quiz === null ? key : textIn(sample.quiz.title, reader.language, sample.language),
      quizHref: app.url('/desk/drafts/:id/quizzes/:key', { id, key }),
      papers: [0, 1, 2, 3, 4].map((step) => from + step).map((number) => ({
        label: request.t('drafts.sample.paper', { number }), href: app.url('/desk/drafts/:id/quizzes/:key/sample', { id, key }, { seed: number }), current: number === seed
      })),
      problems: sample.problems.map(({ path, message }: Problem) => request.t.sentence(path === '' ? message : `${path}: ${message}`)),
      ...samplePages(sample, reader)
    })
  })

  app.post('/desk/drafts/:id/questions', {
    config: { access: STAFF },
    bodyLimit: 6 * 1024 * 1024,
    schema: {
      ...PAGE,
      params: Type.Object({ id: Id }),
      querystring: Type.Object({ path: Type.String({ maxLength: 200 }) }),
      body: Type.Object({ text: Type.String({ maxLength: 5_000_000, default: '' }), key: Type.String({ maxLength: 200, default: '' }) })
    }
  }, async (request, reply) => await questionsPage(request, reply, request.params.id, request.query.path, request.body))

  app.post('/api/v1/drafts/:id/questions/preview', {
    config: { access: STAFF },
    bodyLimit: 6 * 1024 * 1024,
    schema: {
      tags: ['drafts'],
      description: 'The questions of a bank’s file as trainees would see them: nothing is stored',
      params: Type.Object({ id: Id }),
      body: Type.Object({ text: Type.String({ maxLength: 5_000_000, description: 'The bank’s file' }) }),
      response: { 200: Type.Object({ items: Type.Array(Type.Object({ key: Type.String(), kind: Type.String(), html: Type.String() })), next: Type.Null() }) }
    }
  }, async (request, reply) => {
    const { questions } = await shownOf(request, request.params.id, request.body.text, (all) => all)
    return { items: questions.map((question) => ({ key: question.keyOf, kind: question.kindOf, html: reply.part('drafts/questions', { questions: [question] }) })), next: null }
  })

  const shownOf = async (request: FastifyRequest, id: string, text: string, of: (all: readonly QuestionDefinition[]) => readonly QuestionDefinition[]) => {
    const { files } = await getDraft(db, signedIn(request), id)
    const frame = await frameOf(deps, checker, request, id)
    const language = frame.sketch?.language ?? 'en'
    const { pictures } = readSource(await allFiles(db.read, files.filter(({ path }) => path.startsWith('images/'))))
    const all = questionsOf(new Map([['banks/shown.yaml', text.replace(/\r\n?/g, '\n')]]))
    const reader = { ...request.place, t: request.t, url: app.url }
    const questions = of(all).flatMap((question) => oneByOne(question)).map(({ paper, definitionOf, question }) => ({
      ...drawnQuestions({ paper, behaviour: 'deferred', definitionOf, language, pictures: pictureRefs(pictures) }, reader)[0], keyOf: question.key, kindOf: question.kind
    }))
    return { frame, reader, questions }
  }

  const questionsPage = async (request: FastifyRequest, reply: FastifyReply, id: string, path: string, { text, key }: { readonly text: string, readonly key: string }): Promise<FastifyReply> => {
    const wantsJson = (request.headers.accept ?? '').includes('json')
    const { frame, reader, questions } = await shownOf(request, id, text, (all) => {
      const from = Math.max(0, all.findIndex((question) => question.key === key))
      return wantsJson ? all.slice(key === '' ? 0 : from, (key === '' ? 0 : from) + (key === '' ? MOST : 1)) : all
    })
    if (wantsJson) return await reply.send({ html: reply.part('drafts/questions', { questions }) })
    return reply.page('drafts/bank-preview', { ...frameView(frame, 'files', reader), main: 'reading', path, questions, backHref: app.url('/desk/drafts/:id/file', { id }, { path }) })
  }
}

/** A question on a paper of its own; the text that it refers to stands on its own as well. */
function oneByOne (question: QuestionDefinition): Array<{ question: QuestionDefinition, paper: ReturnType<typeof drawPaper>, definitionOf: () => QuestionDefinition }> {
  const { stimulus: _, ...alone } = question
  const paper = drawPaper({ sections: [{ questions: [question.key] }] }, [{ id: question.key, definition: alone }], '1')
  const [slot] = paper.slots
  return slot === undefined ? [] : [{ question, paper, definitionOf: () => definitionFor(alone, slot) }]
}
