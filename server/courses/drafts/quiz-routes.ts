import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { Deps } from '../../deps.ts'
import type { App } from '../../http/app-type.ts'
import { signedIn } from '../../http/session.ts'
import { STAFF } from '../../people/access.ts'
import { checkQuiz, type QuestionDefinition } from '../../quiz/quiz.ts'
import { Refusal } from '../../refusals.ts'
import { readSource } from '../source-files.ts'
import type { Checker } from './check.ts'
import { editCourse, type Sketch } from './course-edits.ts'
import { allFiles, openFile } from './drafts.ts'
import { frameOf, readerOf, saveOrCompare } from './frame-routes.ts'
import { quizOfForm } from './quiz-form.ts'
import { quizEditorView, quizSays } from './quiz-view.ts'
import { questionsOf } from './sample-paper.ts'
import type { Frame } from './frame-view.ts'

const ByKey = Type.Object({ id: Type.String({ minLength: 1, maxLength: 64 }), key: Type.String({ minLength: 1, maxLength: 200 }) })
const PAGE = { hide: true } as const
const Fields = Type.Object({ version: Type.Integer({ minimum: 0 }), go: Type.Optional(Type.String({ maxLength: 20 })) }, { additionalProperties: Type.String({ maxLength: 20_000 }) })

/** The settings of a draft's quizzes. */
export function draftQuizRoutes (app: App, deps: Deps, checker: Checker): void {
  const { db } = deps

  /** The quiz as its file has it, and the questions that the draft's banks hold. */
  const quizOf = async (request: FastifyRequest, { id, key }: { readonly id: string, readonly key: string }): Promise<{ frame: Frame, written: Sketch['quizzes'][number], questions: QuestionDefinition[], first: string }> => {
    const frame = await frameOf(deps, checker, request, id)
    const written = frame.sketch?.quizzes.find((quiz) => quiz.key === key)
    if (frame.sketch === undefined || written === undefined) throw new Refusal('not-found')
    const banks = readSource(await allFiles(db.read, frame.detail.files.filter(({ path }) => path.startsWith('banks/'))))
    return { frame, written, questions: questionsOf(banks.texts), first: frame.sketch.language }
  }
  const typed = ({ version: _version, go: _go, ...body }: Readonly<Record<string, unknown>>): Record<string, string> => Object.fromEntries(Object.entries(body).map(([name, value]) => [name, String(value)]))

  app.get('/desk/drafts/:id/quizzes/:key', {
    config: { access: STAFF }, schema: { ...PAGE, params: ByKey, querystring: Type.Object({ saved: Type.Optional(Type.String({ maxLength: 10 })) }) }
  }, async (request, reply) => {
    const { frame, written, questions } = await quizOf(request, request.params)
    return reply.page('drafts/quiz', quizEditorView(frame, written, questions, request.query.saved !== undefined, readerOf(request)))
  })

  app.post('/desk/drafts/:id/quizzes/:key', { config: { access: STAFF }, schema: { ...PAGE, params: ByKey, body: Fields } }, async (request, reply) => {
    const { id, key } = request.params
    const { frame, written, questions, first } = await quizOf(request, request.params)
    const wanted = quizOfForm(typed(request.body), written, first)
    const checked = checkQuiz(wanted)
    const isRefused = 'problems' in checked
    if (isRefused || request.body.go === 'check') return reply.status(isRefused ? 422 : 200).page('drafts/quiz', quizEditorView(frame, wanted, questions, false, readerOf(request)))
    const { text } = await openFile(db, signedIn(request), id, 'course.yaml')
    const self = app.url('/desk/drafts/:id/quizzes/:key', { id, key })
    const edit = { do: 'quiz', quiz: checked.quiz } as const
    return await saveOrCompare(deps, checker, request, reply, id, 'quiz', [{ path: 'course.yaml', version: request.body.version, content: editCourse(text ?? '', edit) }], {
      fields: request.body, mine: (base) => editCourse(base, edit), backHref: self, action: self
    }, () => reply.redirect(app.url('/desk/drafts/:id/quizzes/:key', { id, key }, { saved: 1 }), 303))
  })

  app.post('/desk/drafts/:id/quizzes/:key/says', { config: { access: STAFF }, schema: { ...PAGE, params: ByKey, body: Fields } }, async (request, reply) => {
    const { written, questions, first } = await quizOf(request, request.params)
    return await reply.send(quizSays(quizOfForm(typed(request.body), written, first), questions, first, { t: request.t }))
  })
}
