import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { Deps } from '../../deps.ts'
import type { App } from '../../http/app-type.ts'
import { Download } from '../../http/download.ts'
import { formatDate } from '../../http/pages.ts'
import { signedIn } from '../../http/session.ts'
import type { Role } from '../../person.ts'
import { zipOf } from '../../zip/write-zip.ts'
import { QuotaId } from '../schemas.ts'
import { periodText } from '../views.ts'
import { closingFiles, closingOf, pemOf } from './closing.ts'

const READERS: readonly Role[] = ['administrator', 'liaison']
const KEY = '/api/v1/signing-key'

/** The signed figures of a closed target, with all that it takes to check them elsewhere. */
export function closingRoutes (app: App, { db, world, settings, signer }: Deps): void {
  const send = async (request: FastifyRequest, reply: FastifyReply, id: string): Promise<FastifyReply> => {
    const closing = await closingOf(db, world, signedIn(request), id)
    const { quota, snapshot } = closing
    const readme = request.t('annual.closing.readme', {
      name: quota.name,
      period: periodText(quota, { t: request.t, url: app.url, place: request.place }),
      date: formatDate(snapshot.at, request.place),
      count: snapshot.figures.counted,
      publicKey: snapshot.publicKey,
      key: new URL(app.url(KEY), settings.publicUrl).href,
      verify: new URL(app.url('/verify'), settings.publicUrl).href
    })
    return await reply.type('application/zip').header('content-disposition', 'attachment; filename="signed-figures.zip"').header('cache-control', 'no-store')
      .send(Buffer.from(zipOf(closingFiles(closing, readme))))
  }

  app.get('/desk/quotas/:id/closing.zip', { config: { access: READERS }, schema: { hide: true, params: QuotaId } },
    async (request, reply) => await send(request, reply, request.params.id))

  app.get('/api/v1/quotas/:id/closing', {
    config: { access: READERS },
    schema: {
      tags: ['quotas'],
      summary: 'What a quota was closed with, for whoever checks it elsewhere: the signed figures, their signature, the public key and the serials that counted',
      params: QuotaId,
      produces: ['application/zip'],
      response: { 200: Download }
    }
  }, async (request, reply) => await send(request, reply, request.params.id))

  app.get(KEY, {
    config: { access: 'public' },
    schema: {
      tags: ['quotas'],
      summary: 'The key with which figures are signed now; figures closed with an earlier one carry that',
      response: {
        200: Type.Object({
          algorithm: Type.Literal('Ed25519'),
          publicKey: Type.String({ description: 'SPKI in base64url' }),
          pem: Type.String()
        })
      }
    }
  }, async () => ({ algorithm: 'Ed25519' as const, publicKey: signer.publicKey, pem: pemOf(signer.publicKey) }))
}
