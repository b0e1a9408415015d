import type { FastifyReply, FastifyRequest } from 'fastify'
import Type, { type Static } from 'typebox'
import type { Deps } from '../deps.ts'
import type { App } from '../http/app-type.ts'
import { formatDate, formatDateTime } from '../http/pages.ts'
import { signedIn } from '../http/session.ts'
import { ADMINISTRATORS } from '../people/access.ts'
import { hasRole } from '../person.ts'
import { Refusal } from '../refusals.ts'
import { certificateOnDesk, certificateToShow, endOfDocument, listCertificates, publicCertificate, revokeCertificate, type CertificateInFull, type CertificateSearch, type DocumentEnd } from './certificates.ts'
import { deskChoices } from './choices.ts'
import { makePdfs } from './pdf.ts'
import { CERTIFICATE_ACTIONS, changeCertificates, countFound, reissueCertificate } from './reissue.ts'
import { Search } from './search.ts'
import { searchView } from './search-view.ts'
import { readSerial } from './serial.ts'
import { readReason, REASON_LENGTH } from './validity.ts'
import { makeLooks } from './templates/templates.ts'
import { fullSheetView, pdfView, qrCode, quotaLinks, sheetView, verifyUrl } from './views.ts'

const PAGE = { hide: true } as const
const Serial = Type.Object({ serial: Type.String({ maxLength: 200 }) })
const Nullable = Type.Union([Type.String(), Type.Null()])
const Cursor = Type.Optional(Type.String({ maxLength: 2000 }))
const typed = Type.String({ maxLength: 5000, default: '' })

/** As a list has it. */
export const CertificateOut = Type.Object({
  serial: Type.String(),
  state: Type.Union([Type.Literal('valid'), Type.Literal('revoked'), Type.Literal('expired'), Type.Literal('replaced')]),
  holder: Type.String(),
  country: Nullable,
  agency: Nullable,
  course: Type.Object({ slug: Type.String(), title: Type.String(), version: Type.Integer() }),
  mark: Type.Number({ description: 'percent' }),
  issuedAt: Type.String(),
  expiresAt: Nullable,
  revokedAt: Nullable,
  reason: Nullable,
  replacedBy: { ...Nullable, description: 'The serial that took its place' },
  replacedAt: Nullable,
  reissuedAt: { ...Nullable, description: 'When this document took the place of another' }
})

/** What became of certificates that one change was asked for. */
export const ChangedOut = Type.Object({ done: Type.Integer(), refused: Type.Array(Type.Object({ serial: Type.String(), code: Type.String() })) })

/** As the public page shows it. */
export const CertificateInFullOut = Type.Object({
  ...CertificateOut.properties,
  course: Type.Object({
    ...CertificateOut.properties.course.properties,
    hours: Type.Union([Type.Number(), Type.Null()], { description: 'That the course takes' }),
    topics: Type.Array(Type.String(), { description: 'Titles of the modules that it teaches' })
  }),
  renews: { ...Nullable, description: 'The holder\'s earlier certificate of the same course' },
  renewedBy: Nullable
})

/** Certificates: the public sheet, its PDF, the check by serial, and revoking. */
export function certificateRoutes (app: App, deps: Deps): void {
  publicPages(app, deps)
  deskPages(app, deps)
  certificateApi(app, deps)
}

function publicPages (app: App, { db, world, settings, messages }: Deps): void {
  const pdfs = makePdfs()
  const looks = makeLooks()

  app.get('/certificates/:serial', { config: { access: 'public' }, schema: { ...PAGE, params: Serial } }, async (request, reply) => {
    const certificate = await knownCertificate(db, world, request.params.serial, request.language)
    // Whoever follows the code of a forged paper is to read that, not that a page is missing.
    if (certificate === null) return verifyPage(request, fresh(reply).status(404), request.params.serial, 'certificates.verify.unknown')
    // As somebody typed it: one certificate has one address.
    if (request.params.serial !== certificate.serial) return await reply.redirect(app.url('/certificates/:serial', { serial: certificate.serial }), 303)
    const { t, person } = request
    return fresh(reply).page('certificates/sheet', {
      title: t('certificates.title-of', { holder: certificate.holder }),
      main: 'reading',
      certificate: fullSheetView(certificate, t, app.url, request.place),
      qr: await qrCode(verifyUrl(settings, certificate.serial), t('certificates.qr')),
      onDesk: person !== null && hasRole(person, 'administrator')
    })
  })

  app.get('/certificates/:serial.pdf', {
    config: { access: 'public' },
    schema: { ...PAGE, params: Serial, querystring: Type.Object({ lang: Type.Optional(Type.String({ maxLength: 20 })) }) }
  }, async (request, reply) => {
    const { shown: certificate, templateVersionId } = await certificateToShow(db, world, request.params.serial)
    // Nobody prints what another document took the place of.
    if (certificate.replacedBy !== null) return await reply.redirect(app.url('/certificates/:serial', { serial: certificate.serial }), 303)
    const look = await looks(db.read, templateVersionId)
    const { lang } = request.query
    const language = lang !== undefined && (messages.languages.includes(lang) || look?.content.texts[lang] !== undefined) ? lang : request.language
    const { pdf, etag } = await pdfs(pdfView(certificate, messages.translate(language), settings, { ...request.place, language }, look), look?.pictures)
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
    if (await knownCertificate(db, world, serial) === null) return verifyPage(request, reply.status(404), typed, 'certificates.verify.unknown')
    return await reply.redirect(app.url('/certificates/:serial', { serial }), 303)
  })
}

/** @returns null when no certificate has the serial */
async function knownCertificate (...asked: Parameters<typeof publicCertificate>): Promise<CertificateInFull | null> {
  try {
    return await publicCertificate(...asked)
  } catch (refusal) {
    if (!(refusal instanceof Refusal) || refusal.code !== 'not-found') throw refusal
    return null
  }
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

function deskPages (app: App, { db, world, settings }: Deps): void {
  const nav = '/desk/quotas'

  const listPage = async (request: FastifyRequest, reply: FastifyReply, query: CertificateSearch & { readonly cursor?: string | undefined, readonly done?: string | undefined }, said: { readonly notice?: string, readonly refused?: readonly string[], readonly problem?: string, readonly reason?: string, readonly chosen?: readonly string[] } = {}): Promise<FastifyReply> => {
    const { cursor, done: _, ...search } = query
    const { items, next } = await listCertificates(db, world, signedIn(request), { ...search, cursor }, settings.timeZone)
    const found = items.length === 0 ? null : await countFound(db, world, settings, signedIn(request), search)
    const { t, place } = request
    const asked = Object.fromEntries(Object.entries(search).map(([name, value]) => [name, value === undefined || value === '' ? null : value]))
    return reply.page('certificates/list', {
      title: t('certificates.title'),
      nav,
      scripts: ['choose.js'],
      kept: Object.entries(asked).flatMap(([name, value]) => value === null ? [] : [{ name, value }]),
      all: found === null || found === 0 ? null : { count: String(found), label: t('certificate-desk.reissue.all', { count: found }) },
      search: searchView(search, await deskChoices(db, request.language), ['valid', 'expired', 'revoked'], request),
      searched: Object.values(asked).some((value) => value !== null),
      notice: said.notice ?? null,
      refused: said.refused ?? [],
      problem: said.problem ?? null,
      reason: said.reason ?? '',
      least: String(REASON_LENGTH.least),
      most: String(REASON_LENGTH.most),
      certificates: items.map((certificate) => ({ ...sheetView(certificate, t, app.url, place), chosen: said.chosen?.includes(certificate.serial) === true, choose: t('certificate-desk.choose', { name: certificate.holder }) })),
      zip: app.url('/desk/certificates/zips', {}, asked),
      first: cursor === undefined ? null : app.url('/desk/certificates', {}, asked),
      next: next === null ? null : app.url('/desk/certificates', {}, { ...asked, cursor: next })
    })
  }

  app.get('/desk/certificates', {
    config: { access: ADMINISTRATORS },
    schema: { ...PAGE, querystring: Type.Object({ ...Search, cursor: Cursor }) }
  }, async (request, reply) => await listPage(request, reply, request.query))

  app.post('/desk/certificates/changes', {
    config: { access: ADMINISTRATORS },
    schema: { ...PAGE, body: Type.Object({ ...Search, serials: Type.Array(Type.String({ maxLength: 40 }), { maxItems: 5000, default: [] }), action: Type.Enum([...CERTIFICATE_ACTIONS, 'reissue-all']), reason: typed, count: Type.Integer({ default: 0 }) }) }
  }, async (request, reply) => {
    const { serials, action: pressed, reason, count, ...search } = request.body
    const { t } = request
    const all = pressed === 'reissue-all'
    const action = pressed === 'reissue-all' ? 'reissue' : pressed
    if (!all && serials.length === 0) return await listPage(request, reply.status(422), search, { problem: t('certificate-desk.none-chosen'), reason })
    if (readReason(reason) === null) return await listPage(request, reply.status(422), search, { problem: t('certificates.revoke.length', REASON_LENGTH), reason, chosen: serials })
    try {
      const { done, refused } = await changeCertificates(db, world, settings, signedIn(request), all ? { search, count } : { serials }, action, reason)
      return await listPage(request, reply, search, { notice: t(`certificate-desk.done.${action}`, { count: done }), refused: refused.map(({ serial, code }) => `${serial}: ${t(`refusal.${code}`)}`) })
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'edited-meanwhile') throw error
      return await listPage(request, reply.status(409), search, { problem: t('certificate-desk.reissue.all-meanwhile', { count }), reason })
    }
  })

  const deskPage = async (request: FastifyRequest, reply: FastifyReply, serial: string, form: { reason: string, problem: string | null }, again: { holder?: string, why?: string, problem?: string } = {}, meanwhile: DocumentEnd | null = null): Promise<FastifyReply> => {
    const { certificate, quotas, documents, now } = await certificateOnDesk(db, world, signedIn(request), serial)
    const { t, place } = request
    return reply.page('certificates/desk', {
      title: certificate.serial,
      nav,
      certificate: fullSheetView(certificate, t, app.url, place),
      quotas: quotaLinks(quotas, app.url, place),
      documents: documents.map(({ serial, holder, replacedAt, reason }) => ({ serial, holder, reason, replacedAt, replaced: formatDate(replacedAt, place), href: app.url('/certificates/:serial', { serial }) })),
      reissue: now.erased ? null : {
        action: app.url('/desk/certificates/:serial/reissue', { serial: certificate.serial }), holder: again.holder ?? certificate.holder, why: again.why ?? '', problem: again.problem ?? null,
        recordName: now.name === certificate.holder ? null : now.name
      },
      ...form,
      meanwhile: meanwhile === null ? '' : t(`meanwhile.certificate.${meanwhile.what}`, { by: meanwhile.by, time: formatDateTime(meanwhile.at, place), serial: meanwhile.standing, reason: meanwhile.reason }),
      least: String(REASON_LENGTH.least),
      most: String(REASON_LENGTH.most)
    })
  }

  /** What came before a change: the page of the certificate as it stands, with what was typed. */
  const overtaken = async (request: FastifyRequest, reply: FastifyReply, error: unknown, form: { reason?: string, holder?: string, why?: string }): Promise<FastifyReply> => {
    if (!(error instanceof Refusal) || (error.code !== 'certificate-replaced' && error.code !== 'certificate-already-revoked')) throw error
    const { reason = '', ...again } = form
    const { serial } = request.params as Static<typeof Serial>
    const end = await endOfDocument(db, signedIn(request), serial)
    return await deskPage(request, reply.status(409), end.standing, { reason, problem: null }, again, end)
  }

  app.get('/desk/certificates/:serial', { config: { access: ADMINISTRATORS }, schema: { ...PAGE, params: Serial } }, async (request, reply) =>
    await deskPage(request, reply, request.params.serial, { reason: '', problem: null }))

  app.post('/desk/certificates/:serial/reissue', {
    config: { access: ADMINISTRATORS },
    schema: { ...PAGE, params: Serial, body: Type.Object({ holder: typed, why: typed }) }
  }, async (request, reply) => {
    const { serial } = request.params
    const { holder, why } = request.body
    try {
      const next = await reissueCertificate(db, world, settings, signedIn(request), serial, { reason: why, holder })
      return await reply.redirect(app.url('/desk/certificates/:serial', { serial: next }), 303)
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'bad-input') return await overtaken(request, reply, error, { holder, why })
      const problem = error.problems[0]?.path === 'holder' ? request.t('people.fault.name') : request.t('certificates.revoke.length', REASON_LENGTH)
      return await deskPage(request, reply.status(422), serial, { reason: '', problem: null }, { holder, why, problem })
    }
  })

  app.post('/desk/certificates/:serial/revoke', {
    config: { access: ADMINISTRATORS },
    schema: { ...PAGE, params: Serial, body: Type.Object({ reason: typed }) }
  }, async (request, reply) => {
    const { serial } = request.params
    const { reason } = request.body
    if (readReason(reason) === null) {
      return await deskPage(request, reply.status(422), serial, { reason, problem: request.t('certificates.revoke.length', REASON_LENGTH) })
    }
    try {
      await revokeCertificate(db, world, signedIn(request), serial, reason)
      return await reply.redirect(app.url('/desk/certificates/:serial', { serial }), 303)
    } catch (error) {
      return await overtaken(request, reply, error, { reason })
    }
  })
}

function certificateApi (app: App, { db, world, settings }: Deps): void {
  app.get('/api/v1/certificates', {
    config: { access: ADMINISTRATORS },
    schema: {
      tags: ['certificates'],
      summary: 'Every certificate, the latest first',
      querystring: Type.Object({ ...Search, cursor: Cursor }),
      response: { 200: Type.Object({ items: Type.Array(CertificateOut), next: Nullable }) }
    }
  }, async (request) => await listCertificates(db, world, signedIn(request), request.query, settings.timeZone))

  app.post('/api/v1/certificates/changes', {
    config: { access: ADMINISTRATORS },
    schema: {
      tags: ['certificates'],
      summary: 'Revokes or re-issues several certificates',
      description: 'Either by `serials`, or, to re-issue, all that stand among what a `search` finds: refused when it finds other than `count`',
      body: Type.Object({
        serials: Type.Optional(Type.Array(Type.String({ maxLength: 40 }), { minItems: 1, maxItems: 5000 })), search: Type.Optional(Type.Object(Search)), count: Type.Optional(Type.Integer({ minimum: 0 })),
        action: Type.Enum([...CERTIFICATE_ACTIONS]), reason: Type.String({ maxLength: 5000 })
      }),
      response: { 200: ChangedOut }
    }
  }, async (request) => {
    const { serials, search, count, action, reason } = request.body
    if (serials === undefined && (search === undefined || count === undefined)) throw new Refusal('bad-input', {}, [{ path: 'serials', message: 'must be there, or a search with its count' }])
    const { done, refused } = await changeCertificates(db, world, settings, signedIn(request), serials === undefined ? { search: search ?? {}, count: count ?? 0 } : { serials }, action, reason)
    return { done, refused: [...refused] }
  })

  app.post('/api/v1/certificates/:serial/reissue', {
    config: { access: ADMINISTRATORS },
    schema: {
      tags: ['certificates'],
      summary: 'A new document with a new serial takes the place of the old one; nothing is counted anew',
      params: Serial,
      body: Type.Object({ reason: Type.String({ maxLength: 5000, description: 'Kept, and seen by administrators alone' }), holder: Type.Optional(Type.String({ maxLength: 500, description: 'The name as it is to stand on it; as before when left out' })) }),
      response: { 201: CertificateInFullOut }
    }
  }, async (request, reply) => {
    const serial = await reissueCertificate(db, world, settings, signedIn(request), request.params.serial, request.body)
    return await reply.status(201).send(await publicCertificate(db, world, serial))
  })


  app.get('/api/v1/certificates/:serial', {
    config: { access: 'public' },
    schema: { tags: ['certificates'], summary: 'What was certified, and whether it stands', security: [], params: Serial, response: { 200: CertificateInFullOut } }
  }, async (request, reply): Promise<CertificateInFull> => {
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
      response: { 200: CertificateInFullOut }
    }
  }, async (request) => {
    const { serial } = request.params
    await revokeCertificate(db, world, signedIn(request), serial, request.body.reason)
    return await publicCertificate(db, world, serial)
  })
}
