import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { Deps } from '../deps.ts'
import type { App } from '../http/app-type.ts'
import { signedIn } from '../http/session.ts'
import { ADMINISTRATORS } from '../people/access.ts'
import { hasRole } from '../person.ts'
import { Refusal } from '../refusals.ts'
import { certificateOnDesk, listCertificates, publicCertificate, revokeCertificate, type PublicCertificate } from './certificates.ts'
import { makePdfs } from './pdf.ts'
import { readSerial } from './serial.ts'
import { readReason, REASON_LENGTH } from './validity.ts'
import { pdfView, qrCode, quotaLinks, sheetView, verifyUrl } from './views.ts'

const PAGE = { hide: true } as const
const Serial = Type.Object({ serial: Type.String({ maxLength: 200 }) })
const Nullable = Type.Union([Type.String(), Type.Null()])
const Cursor = Type.Optional(Type.String({ maxLength: 2000 }))
const typed = Type.String({ maxLength: 5000, default: '' })

const CertificateOut = Type.Object({
  serial: Type.String(),
  state: Type.Union([Type.Literal('valid'), Type.Literal('revoked'), Type.Literal('expired')]),
  holder: Type.String(),
  country: Nullable,
  agency: Nullable,
  course: Type.Object({ slug: Type.String(), title: Type.String(), version: Type.Integer() }),
  mark: Type.Number({ description: 'percent' }),
  issuedAt: Type.String(),
  expiresAt: Nullable,
  revokedAt: Nullable,
  reason: Nullable
})

/** Certificates: the public sheet, its PDF, the check by serial, and revoking. */
export function certificateRoutes (app: App, deps: Deps): void {
  publicPages(app, deps)
  deskPages(app, deps)
  certificateApi(app, deps)
}

function publicPages (app: App, { db, world, settings, messages }: Deps): void {
  const pdfs = makePdfs()

  app.get('/certificates/:serial', { config: { access: 'public' }, schema: { ...PAGE, params: Serial } }, async (request, reply) => {
    const certificate = await publicCertificate(db, world, request.params.serial)
    // As somebody typed it: one certificate has one address.
    if (request.params.serial !== certificate.serial) return await reply.redirect(app.url('/certificates/:serial', { serial: certificate.serial }), 303)
    const { t, person } = request
    return fresh(reply).page('certificates/sheet', {
      title: t('certificates.title-of', { holder: certificate.holder }),
      main: 'reading',
      certificate: sheetView(certificate, t, app.url, request.place),
      qr: await qrCode(verifyUrl(settings, certificate.serial), t('certificates.qr')),
      onDesk: person !== null && hasRole(person, 'administrator')
    })
  })

  app.get('/certificates/:serial.pdf', {
    config: { access: 'public' },
    schema: { ...PAGE, params: Serial, querystring: Type.Object({ lang: Type.Optional(Type.String({ maxLength: 20 })) }) }
  }, async (request, reply) => {
    const certificate = await publicCertificate(db, world, request.params.serial)
    const { lang } = request.query
    const language = lang !== undefined && messages.languages.includes(lang) ? lang : request.language
    const { pdf, etag } = await pdfs(pdfView(certificate, messages.translate(language), settings, { ...request.place, language }))
    // Asked for anew each time, since it may be revoked at any moment; sent anew when it changed.
    void reply.header('cache-control', 'private, no-cache').header('etag', etag).header('vary', 'accept-language, cookie')
    if (request.headers['if-none-match']?.includes(etag) === true) return await reply.status(304).send()
    return await reply.type('application/pdf').header('content-disposition', `inline; filename="${certificate.serial}.pdf"`).send(pdf)
  })

  app.get('/verify', {
    config: { access: 'public' },
    schema: { ...PAGE, querystring: Type.Object({ serial: Type.Optional(Type.String({ maxLength: 500 })) }) }
  }, async (request, reply) => {
    const typed = request.query.serial?.trim() ?? ''
    if (typed === '') return verifyPage(request, reply, '', request.query.serial === undefined ? null : 'certificates.verify.missing')
    const serial = readSerial(typed)
    if (serial === null) return verifyPage(request, reply.status(422), typed, 'certificates.verify.unreadable')
    try {
      await publicCertificate(db, world, serial)
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal
      return verifyPage(request, reply.status(404), typed, 'certificates.verify.unknown')
    }
    return await reply.redirect(app.url('/certificates/:serial', { serial }), 303)
  })
}

/** A certificate may be revoked at any moment: no copy on the way stands for it. */
function fresh (reply: FastifyReply): FastifyReply {
  return reply.header('cache-control', 'no-store')
}

function verifyPage (request: FastifyRequest, reply: FastifyReply, serial: string, problem: string | null): FastifyReply {
  const unknown = problem === 'certificates.verify.unknown'
  return reply.page('certificates/verify', {
    title: request.t('certificates.verify.title'), main: 'narrow', serial, unknown, problem: problem === null || unknown ? null : request.t(problem)
  })
}

function deskPages (app: App, { db, world }: Deps): void {
  const nav = '/desk/quotas'

  app.get('/desk/certificates', {
    config: { access: ADMINISTRATORS },
    schema: { ...PAGE, querystring: Type.Object({ holder: Type.Optional(Type.String({ maxLength: 200 })), cursor: Cursor }) }
  }, async (request, reply) => {
    const { holder = '', cursor } = request.query
    const { items, next } = await listCertificates(db, world, signedIn(request), { holder, cursor })
    const { t, place } = request
    return reply.page('certificates/list', {
      title: t('certificates.title'),
      nav,
      holder,
      certificates: items.map((certificate) => sheetView(certificate, t, app.url, place)),
      first: cursor === undefined ? null : app.url('/desk/certificates', {}, { holder: holder || null }),
      next: next === null ? null : app.url('/desk/certificates', {}, { holder: holder || null, cursor: next })
    })
  })

  const deskPage = async (request: FastifyRequest, reply: FastifyReply, serial: string, form: { reason: string, problem: string | null }): Promise<FastifyReply> => {
    const { certificate, quotas } = await certificateOnDesk(db, world, signedIn(request), serial)
    const { t, place } = request
    return reply.page('certificates/desk', {
      title: certificate.serial,
      nav,
      certificate: sheetView(certificate, t, app.url, place),
      quotas: quotaLinks(quotas, app.url, place),
      ...form,
      least: String(REASON_LENGTH.least),
      most: String(REASON_LENGTH.most)
    })
  }

  app.get('/desk/certificates/:serial', { config: { access: ADMINISTRATORS }, schema: { ...PAGE, params: Serial } }, async (request, reply) =>
    await deskPage(request, reply, request.params.serial, { reason: '', problem: null }))

  app.post('/desk/certificates/:serial/revoke', {
    config: { access: ADMINISTRATORS },
    schema: { ...PAGE, params: Serial, body: Type.Object({ reason: typed }) }
  }, async (request, reply) => {
    const { serial } = request.params
    const { reason } = request.body
    if (readReason(reason) === null) {
      return await deskPage(request, reply.status(422), serial, { reason, problem: request.t('certificates.revoke.length', REASON_LENGTH) })
    }
    await revokeCertificate(db, world, signedIn(request), serial, reason)
    return await reply.redirect(app.url('/desk/certificates/:serial', { serial }), 303)
  })
}

function certificateApi (app: App, { db, world }: Deps): void {
  app.get('/api/v1/certificates', {
    config: { access: ADMINISTRATORS },
    schema: {
      tags: ['certificates'],
      summary: 'Every certificate, the latest first',
      querystring: Type.Object({ holder: Type.Optional(Type.String({ maxLength: 200 })), cursor: Cursor }),
      response: { 200: Type.Object({ items: Type.Array(CertificateOut), next: Nullable }) }
    }
  }, async (request) => await listCertificates(db, world, signedIn(request), request.query))

  app.get('/api/v1/certificates/:serial', {
    config: { access: 'public' },
    schema: { tags: ['certificates'], summary: 'What was certified, and whether it stands', security: [], params: Serial, response: { 200: CertificateOut } }
  }, async (request, reply): Promise<PublicCertificate> => {
    fresh(reply)
    return await publicCertificate(db, world, request.params.serial)
  })

  app.post('/api/v1/certificates/:serial/revoke', {
    config: { access: ADMINISTRATORS },
    schema: {
      tags: ['certificates'],
      summary: 'Revokes a certificate and takes it back from every quota',
      params: Serial,
      body: Type.Object({ reason: Type.String({ maxLength: 5000, description: `shown to anyone who checks the certificate; ${REASON_LENGTH.least} to ${REASON_LENGTH.most} characters` }) }),
      response: { 200: CertificateOut }
    }
  }, async (request) => {
    const { serial } = request.params
    await revokeCertificate(db, world, signedIn(request), serial, request.body.reason)
    return await publicCertificate(db, world, serial)
  })
}
