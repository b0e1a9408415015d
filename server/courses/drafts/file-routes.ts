import Type from 'typebox'
import type { Deps } from '../../deps.ts'
import type { App } from '../../http/app-type.ts'
import { inWords } from '../../http/input-problems.ts'
import { signedIn } from '../../http/session.ts'
import { STAFF } from '../../people/access.ts'
import { Refusal } from '../../refusals.ts'
import { FILE_BYTES, fileName } from './api-routes.ts'
import type { Checker } from './check.ts'
import { freshKey } from './course-edits.ts'
import { courseZip } from './course-zip.ts'
import { allFiles, getDraft, saveFiles } from './drafts.ts'
import { fileOfUpload } from './upload.ts'
import { ById, COURSE, frameOf, optionalFile, PAGE, Path, readerOf, saveOrCompare, Version } from './frame-routes.ts'
import { filesView, fileView } from './file-views.ts'

/** The files of a draft: written as text, sent, taken away, taken home. */
export function filePages (app: App, deps: Deps, checker: Checker): void {
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
    const { id } = request.params
    const { path, version } = request.body
    const files = app.url('/desk/drafts/:id/files', { id })
    return await saveOrCompare(deps, checker, request, reply, id, 'removed', [{ path, version, content: null }], {
      fields: request.body, mine: () => null, doing: { said: request.t('draft-edits.you-remove'), button: request.t('draft-edits.remove-still') }, backHref: files, action: app.url('/desk/drafts/:id/files/remove', { id })
    }, () => reply.redirect(app.url('/desk/drafts/:id/files', { id }, { saved: 1 }), 303))
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
        refused.push(...refusal.problems.map((problem) => inWords(problem, request.t)))
      }
    }
    if (sent.length === 0) refused.push(request.t('drafts.new.no-file'))
    if (refused.length > 0) return reply.status(422).page('drafts/files', filesView(await frameOf(deps, checker, request, id), '', refused, readerOf(request)))
    return await reply.redirect(/^[a-z0-9-]+\?language=[A-Za-z0-9-]+$/.test(back) ? `${app.url('/desk/drafts/:id/lessons', { id })}/${back}#pictures` : app.url('/desk/drafts/:id/files', { id }, { saved: 1 }), 303)
  })

  app.get('/desk/drafts/:id/export', { config: { access: STAFF }, schema: { ...PAGE, params: ById } }, async (request, reply) => {
    const { draft, files } = await getDraft(db, signedIn(request), request.params.id)
    const name = fileName(draft.slug)
    return await reply.type('application/zip').header('content-disposition', `attachment; filename="${name}.zip"`).send(courseZip(name, await allFiles(db.read, files)))
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
