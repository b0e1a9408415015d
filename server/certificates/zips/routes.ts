import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { Deps } from '../../deps.ts'
import type { App } from '../../http/app-type.ts'
import { Download } from '../../http/download.ts'
import { signedIn } from '../../http/session.ts'
import { ADMINISTRATORS } from '../../people/access.ts'
import { Refusal } from '../../refusals.ts'
import { deskChoices } from '../choices.ts'
import { Search } from '../search.ts'
import { downloadZip, getZip, listZips, requestZip, type Zip } from './zips.ts'
import { zipsView, zipView } from './views.ts'

const PAGE = { hide: true } as const
const ById = Type.Object({ id: Type.String({ minLength: 1, maxLength: 64 }) })
const ZipOut = Type.Object({
  id: Type.String(), state: Type.Union([Type.Literal('making'), Type.Literal('ready'), Type.Literal('failed')]), made: Type.Integer({ description: 'Certificates set so far' }), total: Type.Integer(),
  language: Type.String(), size: Type.Integer({ description: 'Bytes so far' }), byName: Type.String(), createdAt: Type.String(), readyAt: Type.Union([Type.String(), Type.Null()]), expiresAt: Type.String({ description: 'Until when it is kept' })
})
const REFRESH_SECONDS = 3

/** Many certificates as one zip: asked for, watched, downloaded. */
export function certificateZipRoutes (app: App, { db, world, settings, messages }: Deps): void {
  const config = { access: ADMINISTRATORS } as const
  const json = ({ id, state, made, total, language, size, byName, createdAt, readyAt, expiresAt }: Zip) => ({ id, state, made, total, language, size, byName, createdAt, readyAt, expiresAt })

  const ask = async (request: FastifyRequest, { language, ...search }: { readonly language?: string | undefined, readonly [name: string]: string | undefined }): Promise<string> =>
    await requestZip(db, { world, settings }, signedIn(request), { search, language: language === undefined || language === '' ? request.language : language })

  const send = async (request: FastifyRequest, reply: FastifyReply, id: string): Promise<FastifyReply> => {
    const { length, bytes } = await downloadZip(db, world, signedIn(request), id)
    return await reply.type('application/zip').header('content-length', length).header('cache-control', 'no-store').header('content-disposition', 'attachment; filename="certificates.zip"').send(Readable.from(bytes))
  }

  app.get('/api/v1/certificate-zips', { config, schema: { tags: ['certificates'], response: { 200: Type.Object({ items: Type.Array(ZipOut), next: Type.Null() }) } } }, async (request) =>
    ({ items: (await listZips(db, world, signedIn(request))).map(json), next: null }))

  app.post('/api/v1/certificate-zips', {
    config, schema: { tags: ['certificates'], summary: 'Asks for all certificates that a search finds as one zip', body: Type.Object({ ...Search, language: Type.Optional(Type.String({ maxLength: 35 })) }), response: { 201: ZipOut } }
  }, async (request, reply) => await reply.status(201).send(json(await getZip(db, world, signedIn(request), await ask(request, request.body)))))

  app.get('/api/v1/certificate-zips/:id', { config, schema: { tags: ['certificates'], params: ById, response: { 200: ZipOut } } }, async (request) =>
    json(await getZip(db, world, signedIn(request), request.params.id)))

  app.get('/api/v1/certificate-zips/:id/file', { config, schema: { tags: ['certificates'], summary: 'The zip, once it is ready', params: ById, response: { 200: Download } } }, async (request, reply) =>
    await send(request, reply, request.params.id))

  const page = async (request: FastifyRequest, reply: FastifyReply, form: Readonly<Record<string, string | undefined>>, problems: readonly string[]): Promise<FastifyReply> =>
    reply.page('certificates/zips', zipsView({ zips: await listZips(db, world, signedIn(request)), form, problems, languages: messages.languages, choices: await deskChoices(db, request.language) }, readerOf(request)))

  app.get('/desk/certificates/zips', { config, schema: { ...PAGE, querystring: Type.Object(Search) } }, async (request, reply) => await page(request, reply, { state: 'valid', ...request.query }, []))

  app.post('/desk/certificates/zips', { config, schema: { ...PAGE, body: Type.Object({ ...Search, language: Type.Optional(Type.String({ maxLength: 35 })) }) } }, async (request, reply) => {
    try {
      return await reply.redirect(app.url('/desk/certificates/zips/:id', { id: await ask(request, request.body) }), 303)
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'bad-input') throw error
      return await page(request, reply.status(422), request.body, error.problems.map(({ path }) => request.t(path === 'search' ? 'certificate-desk.zip.nothing' : 'certificate-desk.search.wrong')))
    }
  })

  app.get('/desk/certificates/zips/:id', { config, schema: { ...PAGE, params: ById } }, async (request, reply) => {
    const zip = await getZip(db, world, signedIn(request), request.params.id)
    // Asked for again by the browser itself, without script.
    if (zip.state === 'making') void reply.header('refresh', String(REFRESH_SECONDS))
    return reply.header('cache-control', 'no-store').page('certificates/zip', zipView(zip, readerOf(request)))
  })

  app.get('/desk/certificates/zips/:id/certificates.zip', { config, schema: { ...PAGE, params: ById } }, async (request, reply) => await send(request, reply, request.params.id))
}

function readerOf (request: FastifyRequest) {
  return { ...request.place, t: request.t, url: request.server.url }
}
