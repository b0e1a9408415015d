import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { Deps } from '../../deps.ts'
import type { App } from '../../http/app-type.ts'
import { signedIn } from '../../http/session.ts'
import { ADMINISTRATORS } from '../../people/access.ts'
import { Refusal } from '../../refusals.ts'
import { deskChoices } from '../choices.ts'
import { ChangedOut } from '../routes.ts'
import { enrolHolders, listExpiring, PERIODS, reminderDays, setReminderDays, type ExpirySearch } from './expiry.ts'
import { expiringView, type ExpiringSaid } from './views.ts'

const PAGE = { hide: true } as const
const Nullable = Type.Union([Type.String(), Type.Null()])
const Search = {
  period: Type.Optional(Type.Enum([...PERIODS], { description: 'Ends within so many days; ended: has, within the last year' })),
  country: Type.Optional(Type.String({ maxLength: 2 })),
  course: Type.Optional(Type.String({ maxLength: 100 }))
}
const Cursor = Type.Optional(Type.String({ maxLength: 2000 }))
const Serials = Type.Array(Type.String({ maxLength: 40 }), { maxItems: 5000 })
const ExpiringOut = Type.Object({
  serial: Type.String(), personId: Type.String(), holder: Type.String(), country: Nullable, courseSlug: Type.String(), courseTitle: Type.String(), issuedAt: Type.String(), expiresAt: Type.String(),
  days: Type.Integer({ description: 'That are left' }), remindedAt: Nullable, recertifiesIn: { ...Nullable, description: 'The cohort of the course in which the holder is enrolled' }
})
const DaysOut = Type.Object({ days: Type.Array(Type.Integer({ description: 'Before its end' })), version: Type.Integer() })

/** Certificates that end: whose, who was told, and a place in a course for their holders. */
export function certificateExpiryRoutes (app: App, { db, world, settings }: Deps): void {
  const config = { access: ADMINISTRATORS } as const

  app.get('/api/v1/certificates/expiring', {
    config, schema: { tags: ['certificates'], summary: 'Certificates that end, or have, and were not renewed', querystring: Type.Object({ ...Search, cursor: Cursor }), response: { 200: Type.Object({ items: Type.Array(ExpiringOut), next: Nullable, count: Type.Integer() }) } }
  }, async (request) => {
    const { cursor, ...search } = request.query
    const { items, next, count } = await listExpiring(db, world, settings.timeZone, signedIn(request), search, cursor ?? null)
    return { items: items.map(({ id: _, ...item }) => item), next, count }
  })

  app.post('/api/v1/certificates/expiring/enrol', {
    config,
    schema: { tags: ['certificates'], summary: 'Enrols their holders in a cohort of the same course', body: Type.Object({ cohort: Type.String({ maxLength: 64 }), serials: Type.Optional(Serials), ...Search }), response: { 200: ChangedOut } }
  }, async (request) => {
    const { cohort, serials, ...search } = request.body
    const { done, refused } = await enrolHolders(db, world, signedIn(request), serials === undefined ? { search } : { serials }, cohort)
    return { done, refused: [...refused] }
  })

  app.get('/api/v1/certificates/reminder-days', { config, schema: { tags: ['certificates'], response: { 200: DaysOut } } }, async () => {
    const { days, version } = await reminderDays(db.read)
    return { days: [...days], version }
  })

  app.put('/api/v1/certificates/reminder-days', { config, schema: { tags: ['certificates'], summary: 'How long before its end a certificate\'s holder is told', body: DaysOut, response: { 200: DaysOut } } }, async (request) => {
    const { days, version } = await setReminderDays(db, world, signedIn(request), request.body.days, request.body.version)
    return { days: [...days], version }
  })

  const page = async (request: FastifyRequest, reply: FastifyReply, query: ExpirySearch & { readonly cursor?: string | undefined }, said: ExpiringSaid = {}): Promise<FastifyReply> => {
    const { cursor, ...search } = query
    const found = await listExpiring(db, world, settings.timeZone, signedIn(request), search, cursor ?? null)
    return reply.page('certificates/expiring', expiringView({ ...found, search, cursor: cursor ?? null, days: await reminderDays(db.read), choices: await deskChoices(db, request.language), at: world.now().toISOString(), said }, { ...request.place, t: request.t, url: app.url }))
  }

  app.get('/desk/certificates/expiring', { config, schema: { ...PAGE, querystring: Type.Object({ ...Search, country: Type.Optional(Type.String({ maxLength: 2 })), cursor: Cursor }) } }, async (request, reply) => await page(request, reply, request.query))

  app.post('/desk/certificates/expiring/enrol', {
    config, schema: { ...PAGE, body: Type.Object({ ...Search, serials: Type.Array(Type.String({ maxLength: 40 }), { maxItems: 5000, default: [] }), cohort: Type.String({ maxLength: 64, default: '' }), who: Type.Enum(['chosen', 'all'], { default: 'chosen' }) }) }
  }, async (request, reply) => {
    const { serials, cohort, who, ...search } = request.body
    const { t } = request
    if (cohort === '') return await page(request, reply.status(422), search, { problem: t('certificate-desk.expiring.no-cohort') })
    if (who === 'chosen' && serials.length === 0) return await page(request, reply.status(422), search, { problem: t('certificate-desk.none-chosen'), cohort })
    try {
      const { done, refused } = await enrolHolders(db, world, signedIn(request), who === 'all' ? { search } : { serials }, cohort)
      return await page(request, reply, search, { notice: t('certificate-desk.expiring.enrolled', { count: done }), refused: refused.map(({ serial, code }) => `${serial}: ${t(`refusal.${code}`)}`), cohort })
    } catch (error) {
      if (!(error instanceof Refusal) || error.code === 'not-allowed') throw error
      return await page(request, reply.status(422), search, { problem: t(`refusal.${error.code}`), cohort })
    }
  })

  app.post('/desk/certificates/expiring/days', { config, schema: { ...PAGE, body: Type.Object({ days: Type.String({ maxLength: 200, default: '' }), version: Type.Integer({ default: 0 }) }) } }, async (request, reply) => {
    const { days, version } = request.body
    const numbers = days.split(/[\s,;،]+/).filter((part) => part !== '').map(Number)
    try {
      await setReminderDays(db, world, signedIn(request), numbers, version)
      return await page(request, reply, {}, { notice: request.t('certificate-desk.expiring.days-saved') })
    } catch (error) {
      if (!(error instanceof Refusal) || error.code === 'not-allowed') throw error
      if (error.code !== 'edited-meanwhile') return await page(request, reply.status(422), {}, { daysProblem: request.t('certificate-desk.expiring.days-wrong'), days })
      const now = await reminderDays(db.read)
      return await page(request, reply.status(409), {}, { daysProblem: request.t('certificate-desk.expiring.days-meanwhile', { days: now.days.length === 0 ? request.t('certificate-desk.expiring.no-days') : now.days.join(', ') }), days })
    }
  })
}
