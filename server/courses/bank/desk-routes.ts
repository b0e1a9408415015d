import Type from 'typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Deps } from '../../deps.ts'
import type { App } from '../../http/app-type.ts'
import { signedIn } from '../../http/session.ts'
import { STAFF } from '../../people/access.ts'
import { isKindName } from '../../quiz/kinds/index.ts'
import { textIn } from '../../quiz/text.ts'
import { makeRecent } from '../../recent.ts'
import { Refusal } from '../../refusals.ts'
import { bodyOf } from '../bank-routes.ts'
import { createBank, exportBank, FORMAT_NAMES } from '../banks.ts'
import { listLatestCourses } from '../desk.ts'
import { listDrafts } from '../drafts/drafts.ts'
import { PICTURE_BYTES } from '../picture.ts'
import type { Reader } from '../views.ts'
import { bankOf, browseBank, duplicatesIn, listBankSummaries } from './browse.ts'
import { edit, openEditor, type Edited } from './editor.ts'
import { editorView } from './editor-view.ts'
import { bankFilePage, bankFilePicture, chooseOfBankFile, importBankFile, keepBankFile, type FilePictures } from './files.ts'
import { copyCourse } from './copy.ts'
import { addBankPicture, listBankPictures } from './pictures.ts'
import type { ShowPreview } from './preview.ts'
import { bankQuestion, removeBankQuestion, renameBank, restoreBankQuestion } from './questions.ts'
import { banksView, bankView, duplicatesView, fileView, importView, kindsView, picturesView, versionsView, type BankForm } from './views.ts'

const Id = Type.String({ minLength: 1, maxLength: 100 })
const ById = Type.Object({ id: Id })
const ByKey = Type.Object({ id: Id, key: Type.String({ pattern: '^[a-z0-9-]+$', maxLength: 64 }) })
const Count = Type.Integer({ minimum: 0, maximum: 1_000_000 })
const Form = Type.Record(Type.String({ maxLength: 200 }), Type.Union([Type.String({ maxLength: 500_000 }), Type.Array(Type.String({ maxLength: 500_000 }))]))
const word = Type.Optional(Type.String({ maxLength: 200 }))
const language = Type.String({ pattern: '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$', maxLength: 35 })

/** What a list of questions may be narrowed by. */
export const BankQuery = {
  topic: word,
  difficulty: Type.Optional(Type.Enum(['', 'easy', 'medium', 'hard'])),
  language: word,
  kind: word,
  use: Type.Optional(Type.Enum(['', 'used', 'unused'])),
  search: word,
  after: Type.Optional(Count)
}

/** Largest form of an editor, and largest file of questions, in bytes. */
const FORM_BYTES = 8 * 1024 * 1024
const FILE_BYTES = 32 * 1024 * 1024

/** Banks of questions in the browser. */
export function bankDeskRoutes (app: App, deps: Deps, show: ShowPreview): void {
  const { db, world, courses } = deps

  app.get('/desk/banks', { config: { access: STAFF } }, async (request, reply) => reply.page('bank/banks', await banksPage(request)))

  app.post('/desk/banks', {
    config: { access: STAFF },
    schema: { body: Type.Object({ name: Type.String({ maxLength: 200 }), language, course: Type.Optional(Type.String({ maxLength: 100 })) }) }
  }, async (request, reply) => {
    const { name, language, course = '' } = request.body
    try {
      // Plain texts of a course are in its own language, and stay so.
      const copied = (await listLatestCourses(db)).find(({ slug }) => slug === course)
      const bank = await createBank(db, world, signedIn(request), { name, language: copied?.outline.language ?? language })
      if (course !== '') await copyCourse(db, courses, world, signedIn(request), bank.id, course)
      return await reply.redirect(app.url('/desk/banks/:id', { id: bank.id }, { done: course === '' ? 'created' : 'copied' }), 303)
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'bad-input') throw error
      return reply.status(422).page('bank/banks', await banksPage(request, { name, language, course, problems: error.problems }))
    }
  })

  app.get('/desk/banks/:id', {
    config: { access: STAFF },
    schema: { params: ById, querystring: Type.Object({ ...BankQuery, done: Type.Optional(Type.Enum(['created', 'copied', 'imported', 'removed', 'renamed'])) }) }
  }, async (request, reply) => {
    const { done = '', ...asked } = request.query
    const view = bankView(await browseBank(db, courses, request.params.id, asked), asked, done, readerOf(request))
    const drafts = (await listDrafts(db, signedIn(request))).map(({ id, title }) => ({ title, href: app.url('/desk/drafts/:id/questions/add', { id }, { bank: request.params.id }) }))
    return reply.page('bank/bank', { ...view, drafts })
  })

  app.post('/desk/banks/:id/settings', {
    config: { access: STAFF },
    schema: { params: ById, body: Type.Object({ name: Type.String({ maxLength: 200 }), language, seenName: Type.Optional(Type.String({ maxLength: 200 })), seenLanguage: Type.Optional(language) }) }
  }, async (request, reply) => {
    const { name, language, seenName, seenLanguage } = request.body
    try {
      await renameBank(db, world, signedIn(request), request.params.id, { name, language, ...seenName !== undefined && seenLanguage !== undefined && { seen: { name: seenName, language: seenLanguage } } })
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'edited-meanwhile') throw error
      return reply.status(409).page('bank/bank', bankView(await browseBank(db, courses, request.params.id, {}), {}, 'meanwhile', readerOf(request)))
    }
    return await reply.redirect(app.url('/desk/banks/:id', { id: request.params.id }, { done: 'renamed' }), 303)
  })

  app.get('/desk/banks/:id/export', {
    config: { access: STAFF },
    schema: {
      params: ById,
      querystring: Type.Object({ format: Type.Enum(FORMAT_NAMES), which: Type.Optional(Type.Enum(['all', 'chosen'])), key: Type.Optional(Type.Union([Type.String({ maxLength: 64 }), Type.Array(Type.String({ maxLength: 64 }), { maxItems: 1000 })])) })
    }
  }, async (request, reply) => {
    const { format, which = 'all', key = [] } = request.query
    const { body, type, fileName, problems } = await exportBank(db, request.params.id, format, request.language, which === 'chosen' ? [key].flat() : undefined)
    return await reply.type(type).header('content-disposition', `attachment; filename="${fileName}"`).header('x-problems', String(problems.length)).send(bodyOf(body))
  })

  editorRoutes(app, deps, show)
  importRoutes(app, deps, show)

  app.get('/desk/banks/:id/duplicates', { config: { access: STAFF }, schema: { params: ById } }, async (request, reply) => {
    const { bank, pairs } = await duplicatesIn(db, request.params.id)
    return reply.page('bank/duplicates', duplicatesView(bank, pairs, readerOf(request)))
  })

  app.get('/desk/banks/:id/pictures', { config: { access: STAFF }, schema: { params: ById } }, async (request, reply) => {
    const bank = await bankOf(db, request.params.id)
    return reply.page('bank/pictures', picturesView(bank, await listBankPictures(db, bank.id), [], readerOf(request)))
  })

  app.post('/desk/banks/:id/pictures', {
    config: { access: STAFF, files: { fileBytes: PICTURE_BYTES, totalBytes: PICTURE_BYTES, files: 1 } },
    schema: { params: ById }
  }, async (request, reply) => {
    const bank = await bankOf(db, request.params.id)
    const [file] = request.sentFiles ?? []
    try {
      if (file === undefined) throw new Refusal('bad-input', {}, [{ path: 'file', message: request.t('bank.picture.none') }])
      if (file.cut) throw new Refusal('bad-input', {}, [{ path: 'file', message: request.t('bank.picture.large') }])
      await addBankPicture(db, world, signedIn(request), bank.id, file.name.slice(0, 200), file.bytes)
      return await reply.redirect(app.url('/desk/banks/:id/pictures', { id: bank.id }), 303)
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'bad-input') throw error
      return reply.status(422).page('bank/pictures', picturesView(bank, await listBankPictures(db, bank.id), error.problems, readerOf(request)))
    }
  })

  async function banksPage (request: FastifyRequest, form: BankForm = { name: '', language: request.language, course: '', problems: [] }) {
    const known = (await listLatestCourses(db)).map(({ slug, title, outline }) => ({ slug, title: textIn(title, request.language, outline.language) }))
    return banksView(await listBankSummaries(db), known, form, readerOf(request))
  }
}

function editorRoutes (app: App, deps: Deps, show: ShowPreview): void {
  const { db, world, courses } = deps
  const Kind = Type.Object({ kind: Type.Optional(Type.String({ maxLength: 40 })), topic: word })

  app.get('/desk/banks/:id/new', { config: { access: STAFF }, schema: { params: ById, querystring: Kind } }, async (request, reply) => {
    const { kind, topic = '' } = request.query
    if (kind === undefined) return reply.page('bank/kinds', kindsView(await bankOf(db, request.params.id), readerOf(request)))
    if (!isKindName(kind)) throw new Refusal('not-found')
    return reply.page('bank/editor', editorView(await openEditor(deps, request.params.id, { kind }, false, topic), show, readerOf(request)))
  })

  app.post('/desk/banks/:id/new', { config: { access: STAFF }, bodyLimit: FORM_BYTES, schema: { params: ById, body: Form } }, async (request, reply) => {
    const kind = [request.body['kind']].flat()[0] ?? ''
    if (!isKindName(kind)) throw new Refusal('not-found')
    return await answered(await edit(deps, signedIn(request), request.params.id, { kind }, request.body), request, reply, request.params.id)
  })

  app.get('/desk/banks/:id/questions/:key', {
    config: { access: STAFF },
    schema: { params: ByKey, querystring: Type.Object({ saved: Type.Optional(Type.Literal('1')) }) }
  }, async (request, reply) => {
    const { id, key } = request.params
    return reply.page('bank/editor', editorView(await openEditor(deps, id, { key }, request.query.saved === '1'), show, readerOf(request)))
  })

  app.post('/desk/banks/:id/questions/:key', { config: { access: STAFF }, bodyLimit: FORM_BYTES, schema: { params: ByKey, body: Form } }, async (request, reply) => {
    const { id, key } = request.params
    return await answered(await edit(deps, signedIn(request), id, { key }, request.body), request, reply, id)
  })

  app.get('/desk/banks/:id/questions/:key/versions', {
    config: { access: STAFF },
    schema: { params: ByKey, querystring: Type.Object({ version: Type.Optional(Count) }) }
  }, async (request, reply) => {
    const detail = await bankQuestion(db, courses, request.params.id, request.params.key)
    return reply.page('bank/versions', versionsView(detail, { chosen: request.query.version }, show, readerOf(request)))
  })

  app.post('/desk/banks/:id/questions/:key/restore', {
    config: { access: STAFF },
    schema: { params: ByKey, body: Type.Object({ from: Count, version: Count }) }
  }, async (request, reply) => {
    const { id, key } = request.params
    if (!await unlessMeanwhile(async () => { await restoreBankQuestion(db, world, signedIn(request), id, key, request.body) })) return await versionsMeanwhile(request, reply, id, key, request.body.version)
    return await reply.redirect(app.url('/desk/banks/:id/questions/:key', { id, key }, { saved: '1' }), 303)
  })

  app.post('/desk/banks/:id/questions/:key/remove', {
    config: { access: STAFF },
    schema: { params: ByKey, body: Type.Object({ version: Count }) }
  }, async (request, reply) => {
    const { id, key } = request.params
    if (!await unlessMeanwhile(async () => { await removeBankQuestion(db, world, signedIn(request), id, key, request.body.version) })) return await versionsMeanwhile(request, reply, id, key, request.body.version)
    return await reply.redirect(app.url('/desk/banks/:id', { id }, { done: 'removed' }), 303)
  })

  /** What somebody else saved: nothing was done on top of it. */
  async function versionsMeanwhile (request: FastifyRequest, reply: FastifyReply, id: string, key: string, seen: number): Promise<FastifyReply> {
    return reply.status(409).page('bank/versions', { ...versionsView(await bankQuestion(db, courses, id, key), { seen }, show, readerOf(request)), meanwhile: true })
  }

  async function answered (edited: Edited, request: FastifyRequest, reply: FastifyReply, id: string) {
    if ('saved' in edited) return await reply.redirect(app.url('/desk/banks/:id/questions/:key', { id, key: edited.saved.key }, { saved: '1' }), 303)
    return reply.status(edited.status).page('bank/editor', editorView(edited.shown, show, readerOf(request)))
  }
}

/** Files whose pictures are kept at hand while they are looked at: of each at most as much as a file may have. */
const FILES_AT_ONCE = 4

function importRoutes (app: App, deps: Deps, show: ShowPreview): void {
  const { db, world } = deps
  const ByFile = Type.Object({ id: Id, file: Id })
  const pictures: FilePictures = makeRecent(FILES_AT_ONCE)
  const Page = Type.Object({ page: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })) })

  app.get('/desk/banks/:id/import', { config: { access: STAFF }, schema: { params: ById } }, async (request, reply) =>
    reply.page('bank/import', importView(await bankOf(db, request.params.id), { format: FORMAT_NAMES[0], text: '', problems: [] }, readerOf(request))))

  app.post('/desk/banks/:id/import', {
    config: { access: STAFF, files: { fileBytes: FILE_BYTES, totalBytes: FILE_BYTES, files: 1 } },
    bodyLimit: FORM_BYTES,
    schema: { params: ById, body: Type.Object({ format: Type.Enum(FORMAT_NAMES), text: Type.Optional(Type.String()) }) }
  }, async (request, reply) => {
    const { format, text = '' } = request.body
    const bank = await bankOf(db, request.params.id)
    const [file] = request.sentFiles ?? []
    try {
      if (file?.cut === true) throw new Refusal('bad-input', {}, [{ message: request.t('bank.import.large') }])
      if (file === undefined && text.trim() === '') throw new Refusal('bad-input', {}, [{ message: request.t('bank.import.nothing') }])
      const sent = file === undefined ? { name: request.t('bank.import.pasted'), bytes: Buffer.from(text.replace(/\r\n/g, '\n')) } : { name: file.name.slice(0, 200), bytes: file.bytes }
      const id = await keepBankFile(db, world, signedIn(request), bank.id, { format, ...sent })
      return await reply.redirect(app.url('/desk/banks/:id/import/:file', { id: bank.id, file: id }), 303)
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'bad-input') throw error
      return reply.status(422).page('bank/import', importView(bank, { format, text, problems: error.problems }, readerOf(request)))
    }
  })

  app.get('/desk/banks/:id/import/:file', { config: { access: STAFF }, schema: { params: ByFile, querystring: Page } }, async (request, reply) => {
    const { id, file } = request.params
    return reply.page('bank/file', fileView(await bankFilePage(db, signedIn(request), id, file, request.query.page ?? 1, pictures), [], show, readerOf(request)))
  })

  app.get('/desk/banks/:id/import/:file/pictures/:hash', {
    config: { access: STAFF },
    schema: { params: Type.Object({ id: Id, file: Id, hash: Type.String({ pattern: '^[0-9a-f]{64}$' }) }) }
  }, async (request, reply) => {
    const { id, file, hash } = request.params
    const { type, bytes } = await bankFilePicture(db, signedIn(request), id, file, hash, pictures)
    return await reply.header('cache-control', 'private, max-age=3600').type(type).send(bytes)
  })

  app.post('/desk/banks/:id/import/:file', {
    config: { access: STAFF },
    schema: { params: ByFile, querystring: Page, body: Type.Object({ chosen: Type.Optional(Type.Union([Type.String(), Type.Array(Type.String())])), do: Type.Enum(['back', 'next', 'take']) }) }
  }, async (request, reply) => {
    const { id, file } = request.params
    const { chosen = [], do: pressed } = request.body
    const { page = 1 } = request.query
    const person = signedIn(request)
    await chooseOfBankFile(db, person, id, file, page, [chosen].flat().map((place) => Number(place)))
    if (pressed !== 'take') return await reply.redirect(app.url('/desk/banks/:id/import/:file', { id, file }, { page: Math.max(1, page + (pressed === 'next' ? 1 : -1)) }), 303)
    try {
      await importBankFile(db, world, person, id, file)
      pictures.drop(file)
      return await reply.redirect(app.url('/desk/banks/:id', { id }, { done: 'imported' }), 303)
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'bad-input') throw error
      return reply.status(422).page('bank/file', fileView(await bankFilePage(db, person, id, file, page, pictures), error.problems, show, readerOf(request)))
    }
  })
}

/** @returns false when somebody saved in between */
async function unlessMeanwhile (work: () => Promise<void>): Promise<boolean> {
  try {
    await work()
    return true
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'edited-meanwhile') throw error
    return false
  }
}

function readerOf (request: FastifyRequest): Reader {
  return { ...request.place, t: request.t, url: request.server.url }
}
