import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { Deps } from '../../deps.ts'
import type { App } from '../../http/app-type.ts'
import { signedIn } from '../../http/session.ts'
import { STAFF } from '../../people/access.ts'
import { isKindName } from '../../quiz/kinds/index.ts'
import { Refusal } from '../../refusals.ts'
import type { ShowPreview } from '../bank/preview.ts'
import { changeViews } from '../bank/views.ts'
import type { Checker } from './check.ts'
import { draftQuestions } from './draft-questions.ts'
import { saveFiles } from './drafts.ts'
import { withoutQuestion } from './bank-text.ts'
import { ById, frameOf, Id, PAGE, readerOf, Version } from './frame-routes.ts'
import { editDraftQuestion, openDraftQuestion, putDraftQuestion, removeDraftQuestion, type DraftEdited, type DraftEditor } from './question-editor.ts'
import { draftEditorView, draftKindsView } from './question-editor-view.ts'

const TAGS = { tags: ['drafts'] } as const
const FORM_BYTES = 8 * 1024 * 1024
const Key = Type.String({ pattern: '^[a-z0-9-]+$', maxLength: 64 })
const ByKey = Type.Object({ id: Id, key: Key })
const Form = Type.Record(Type.String({ maxLength: 200 }), Type.Union([Type.String({ maxLength: 500_000 }), Type.Array(Type.String({ maxLength: 500_000 }))]))
const Bank = Type.String({ pattern: '^banks/[a-z0-9]+(-[a-z0-9]+)*\\.yaml$', maxLength: 200 })
/** Where questions go while a draft has no file for them. */
const FIRST_BANK = 'banks/questions.yaml'

/** Questions of a draft in the forms that banks have for their kinds. */
export function draftEditorRoutes (app: App, deps: Deps, checker: Checker, show: ShowPreview): void {
  const { db, world } = deps

  const editorPage = async (request: FastifyRequest, reply: FastifyReply, id: string, editor: DraftEditor, more: object = {}): Promise<FastifyReply> =>
    reply.page('drafts/question-editor', { ...draftEditorView(await frameOf(deps, checker, request, id), editor, show, readerOf(request)), ...more })

  const answered = async (request: FastifyRequest, reply: FastifyReply, id: string, edited: DraftEdited): Promise<FastifyReply> => 'key' in edited
    ? await reply.redirect(app.url('/desk/drafts/:id/questions/:key/edit', { id, key: edited.key }, { saved: 1 }), 303)
    : await editorPage(request, reply.status(edited.status), id, edited.shown)

  app.get('/desk/drafts/:id/questions/new', {
    config: { access: STAFF }, schema: { ...PAGE, params: ById, querystring: Type.Object({ path: Type.Optional(Bank), kind: Type.Optional(Type.String({ maxLength: 40 })) }) }
  }, async (request, reply) => {
    const { id } = request.params
    const { kind } = request.query
    const path = request.query.path ?? (await draftQuestions(db, signedIn(request), id)).paths[0] ?? FIRST_BANK
    if (kind === undefined) return reply.page('drafts/question-kinds', draftKindsView(await frameOf(deps, checker, request, id), path, readerOf(request)))
    if (!isKindName(kind)) throw new Refusal('not-found')
    return await editorPage(request, reply, id, await openDraftQuestion(deps, signedIn(request), id, { kind, path }, false))
  })

  app.post('/desk/drafts/:id/questions/new', {
    config: { access: STAFF }, bodyLimit: FORM_BYTES, schema: { ...PAGE, params: ById, querystring: Type.Object({ path: Bank }), body: Form }
  }, async (request, reply) => {
    const { id } = request.params
    const kind = [request.body['kind']].flat()[0] ?? ''
    if (!isKindName(kind)) throw new Refusal('not-found')
    return await answered(request, reply, id, await editDraftQuestion(deps, signedIn(request), id, { kind, path: request.query.path }, request.body))
  })

  app.get('/desk/drafts/:id/questions/:key/edit', {
    config: { access: STAFF }, schema: { ...PAGE, params: ByKey, querystring: Type.Object({ saved: Type.Optional(Type.Literal('1')) }) }
  }, async (request, reply) => {
    const { id, key } = request.params
    return await editorPage(request, reply, id, await openDraftQuestion(deps, signedIn(request), id, { key }, request.query.saved !== undefined))
  })

  app.post('/desk/drafts/:id/questions/:key/edit', { config: { access: STAFF }, bodyLimit: FORM_BYTES, schema: { ...PAGE, params: ByKey, body: Form } }, async (request, reply) => {
    const { id, key } = request.params
    return await answered(request, reply, id, await editDraftQuestion(deps, signedIn(request), id, { key }, request.body))
  })

  app.post('/desk/drafts/:id/questions/:key/remove', { config: { access: STAFF }, schema: { ...PAGE, params: ByKey, body: Type.Object({ version: Version }) } }, async (request, reply) => {
    const { id, key } = request.params
    const meanwhile = await removeDraftQuestion(deps, signedIn(request), id, key, request.body.version)
    if (meanwhile === null) return await reply.redirect(app.url('/desk/drafts/:id/questions', { id }, { removed: 1 }), 303)
    return await editorPage(request, reply.status(409), id, await openDraftQuestion(deps, signedIn(request), id, { key }, false), {
      notRemoved: { by: meanwhile.theirs.byName, changes: changeViews(meanwhile.base, meanwhile.theirs, readerOf(request)) }
    })
  })

  const Saved = Type.Object({ versions: Type.Record(Type.String(), Type.Integer(), { description: 'Of the files that now stand' }) })
  const Seen = Type.Integer({ minimum: 0, description: 'The version of the file that was seen; 0 for one that is not there yet' })

  app.put('/api/v1/drafts/:id/questions/:key', {
    config: { access: STAFF },
    bodyLimit: FORM_BYTES,
    schema: {
      ...TAGS,
      description: 'Puts a question into a file of the draft, in place of the one of its key; all else in the file stays as it is written. When another save came first: 409 with `now`, what stands there.',
      params: ByKey,
      body: Type.Object({ path: Bank, version: Seen, question: Type.Record(Type.String(), Type.Unknown(), { description: 'As files say it; its key is that of the path' }) }, { additionalProperties: false }),
      response: { 200: Saved }
    }
  }, async (request) => {
    const { id, key } = request.params
    const { path, version, question } = request.body
    return { versions: { ...await putDraftQuestion(deps, signedIn(request), id, { path, version, question: { ...question, key } }) } }
  })

  app.delete('/api/v1/drafts/:id/questions/:key', {
    config: { access: STAFF },
    schema: {
      ...TAGS,
      description: 'Takes a question out of its file. When another save came first: 409 with `now`, what stands there.',
      params: ByKey,
      querystring: Type.Object({ version: Seen }),
      response: { 200: Saved }
    }
  }, async (request) => {
    const { id, key } = request.params
    const person = signedIn(request)
    const { questions, texts } = await draftQuestions(db, person, id)
    const found = questions.find((question) => question.key === key)
    if (found === undefined) throw new Refusal('not-found')
    return { versions: { ...await saveFiles(db, world, person, id, 'questions', [{ path: found.path, version: request.query.version, content: withoutQuestion(texts.get(found.path) ?? '', key) }]) } }
  })
}
