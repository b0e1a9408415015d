import type { FastifyReply } from 'fastify'
import Type from 'typebox'
import type { Deps } from '../../deps.ts'
import type { App, PageView } from '../../http/app-type.ts'
import { signedIn } from '../../http/session.ts'
import { STAFF } from '../../people/access.ts'
import { Refusal } from '../../refusals.ts'
import type { Checker } from './check.ts'
import { changeOf, historyOf, restoringEdit, textAt } from './drafts.ts'
import { outlookOf, publishDraft } from './publish-draft.ts'
import { ById, frameOf, PAGE, Path, readerOf, saveOrCompare, savesIn, Version } from './frame-routes.ts'
import { changeView, historyView, meanwhileView } from './history-views.ts'
import { publishView } from './publish-view.ts'

/** What was changed, what would be published, and publishing it. */
export function publishPages (app: App, deps: Deps, checker: Checker): void {
  const { db, world } = deps
  const at = (path: string, id: string, query: Readonly<Record<string, string | number | null>> = {}): string => app.url(`/desk/drafts/:id${path}`, { id }, query)
  const show = (reply: FastifyReply, template: string, view: PageView): FastifyReply => reply.page(`drafts/${template}`, view)

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
    const { id } = request.params
    const { path, version } = request.body
    const edit = await restoringEdit(db, signedIn(request), id, request.body)
    const text = typeof edit.content === 'string' || edit.content === null ? null : await textAt(db.read, id, path, version)
    return await saveOrCompare(deps, checker, request, reply, id, 'restored', [edit], {
      fields: request.body,
      mine: () => text,
      doing: { said: request.t('draft-edits.you-restore', { version }), button: request.t('draft-edits.restore-still') },
      stands: (now) => ({ seen: now.version }),
      backHref: at('/history', id),
      action: at('/restore', id)
    }, () => reply.redirect(at('/history', id), 303))
  })

  app.get('/desk/drafts/:id/publish', { config: { access: STAFF }, schema: { ...PAGE, params: ById } }, async (request, reply) => {
    const { id } = request.params
    return show(reply, 'publish', publishView(await frameOf(deps, checker, request, id), await outlookOf(db, signedIn(request), id), { notes: '', meanwhile: null }, readerOf(request)))
  })

  app.post('/desk/drafts/:id/publish', {
    config: { access: STAFF }, schema: { ...PAGE, params: ById, body: Type.Object({ notes: Type.String({ maxLength: 5000, default: '' }), over: Type.String({ maxLength: 10, default: '' }), seen: Type.Optional(Type.String({ maxLength: 40 })) }) }
  }, async (request, reply) => {
    const { id } = request.params
    const { notes, over, seen } = request.body
    try {
      const { slug, version, published } = await publishDraft(db, checker, world, signedIn(request), id, { notes, over: over === '' ? null : Number(over), seen })
      if (!published) return await reply.redirect(at('/publish', id), 303)
      return await reply.redirect(app.url('/desk/courses/:slug', { slug }, { published: version }), 303)
    } catch (refusal) {
      // The page says what came between, and what would be published by now.
      const saves = savesIn(refusal)
      const isOvertaken = refusal instanceof Refusal && refusal.code === 'published-meanwhile'
      if (saves === null && !isOvertaken) throw refusal
      const meanwhile = saves === null ? null : meanwhileView(id, saves, 'draft-edits.not-published', readerOf(request))
      return show(reply.status(409), 'publish', publishView(await frameOf(deps, checker, request, id), await outlookOf(db, signedIn(request), id), { notes, meanwhile }, readerOf(request)))
    }
  })
}
