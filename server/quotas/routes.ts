import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Static } from 'typebox'
import type { Deps } from '../deps.ts'
import type { App } from '../http/app-type.ts'
import { signedIn } from '../http/session.ts'
import { ADMINISTRATORS } from '../people/access.ts'
import { hasRole, type Role } from '../person.ts'
import { Refusal } from '../refusals.ts'
import {
  closeQuota, closingsOf, courseTitles, createQuota, getQuota, listQuotas, quotaDetail, quotaEntries, quotaEntryTotals, scopeChoices, spanOf, type Closing, type EntryFilter
} from './quotas.ts'
import type { QuotaInput, QuotaProblem } from './quota-input.ts'
import {
  CursorQuery, EntriesOut, EntriesQuery, QuotaForm, QuotaId, QuotaIn, QuotaOut, QuotasOut, type QuotaFormFields
} from './schemas.ts'
import { treeOf } from './tree.ts'
import { wholeNumber } from './typed-number.ts'
import { closingText, detailView, entriesView, entryJson, formView, problemsView, quotaJson, rowView, type Reader } from './views.ts'

const PAGE = { hide: true } as const
const NAV = '/desk/quotas'
/** Administrators all quotas; a liaison those about their own country. */
const READERS: readonly Role[] = ['administrator', 'liaison']

/** Quotas: what was promised, what is counted, where the period will end, and the evidence. */
export function quotaRoutes (app: App, deps: Deps): void {
  quotaPages(app, deps)
  quotaApi(app, deps)
}

function quotaPages (app: App, { db, world, settings, signer }: Deps): void {
  const readerOf = (request: FastifyRequest): Reader => ({ t: request.t, url: app.url, place: request.place })

  app.get('/desk/quotas', { config: { access: READERS }, schema: { ...PAGE, querystring: CursorQuery } }, async (request, reply) => {
    const person = signedIn(request)
    const { cursor } = request.query
    const { items, next } = await listQuotas(db, world, person, cursor ?? null)
    const titles = await courseTitles(db)
    return reply.page('quotas/list', {
      title: request.t('quotas.title'),
      nav: NAV,
      manages: hasRole(person, 'administrator'),
      quotas: treeOf(items).map(({ quota, depth }) => ({ ...rowView(quota, titles, readerOf(request)), depth: depth === 0 ? '' : String(Math.min(depth, 3)) })),
      first: cursor === undefined ? null : app.url('/desk/quotas'),
      next: next === null ? null : app.url('/desk/quotas', {}, { cursor: next })
    })
  })

  const formPage = async (request: FastifyRequest, reply: FastifyReply, typed: QuotaFormFields, problems: readonly QuotaProblem[]): Promise<FastifyReply> =>
    reply.page('quotas/new', {
      title: request.t('quotas.new.title'),
      nav: NAV,
      main: 'reading',
      form: formView(typed, await scopeChoices(db, signedIn(request)), readerOf(request)),
      ...problemsView(problems, request.t)
    })

  app.get('/desk/quotas/new', { config: { access: ADMINISTRATORS }, schema: PAGE }, async (request, reply) =>
    await formPage(request, reply, { name: '', from: '', to: '', country: '', agency: '', course: '', counts: 'persons', target: '' }, []))

  app.post('/desk/quotas/new', { config: { access: ADMINISTRATORS }, schema: { ...PAGE, body: QuotaForm } }, async (request, reply) => {
    const { id, problems } = await createQuota(db, world, signedIn(request), inputOfForm(request.body, settings.timeZone))
    if (id === null) return await formPage(request, reply.status(422), request.body, problems)
    return await reply.redirect(app.url('/desk/quotas/:id', { id }), 303)
  })

  app.get('/desk/quotas/:id', { config: { access: READERS }, schema: { ...PAGE, params: QuotaId } }, async (request, reply) => {
    return await quotaPage(request, reply, request.params.id)
  })

  /** @param closing by somebody else, who came first */
  async function quotaPage (request: FastifyRequest, reply: FastifyReply, id: string, closing?: Closing): Promise<FastifyReply> {
    const person = signedIn(request)
    const manages = hasRole(person, 'administrator')
    const detail = await quotaDetail(db, world, person, id)
    const reader = readerOf(request)
    return reply.page('quotas/quota', { title: detail.quota.name, nav: NAV, manages, meanwhile: closing === undefined ? '' : closingText(closing, reader), quota: detailView(detail, manages, reader) })
  }

  app.post('/desk/quotas/:id/close', { config: { access: ADMINISTRATORS }, schema: { ...PAGE, params: QuotaId } }, async (request, reply) => {
    const { id } = request.params
    try {
      await closeQuota(db, world, signedIn(request), id, signer)
      return await reply.redirect(app.url('/desk/quotas/:id', { id }), 303)
    } catch (refusal) {
      if (!(refusal instanceof Refusal) || refusal.code !== 'quota-closed') throw refusal
      return await quotaPage(request, reply.status(409), id, (await closingsOf(db, signedIn(request), [id]))[0])
    }
  })

  app.get('/desk/quotas/:id/entries', { config: { access: READERS }, schema: { ...PAGE, params: QuotaId, querystring: EntriesQuery } }, async (request, reply) => {
    const person = signedIn(request)
    const { id } = request.params
    const { cursor } = request.query
    const detail = await quotaDetail(db, world, person, id, 'count')
    const when = request.query.when || null
    const chosen = chosenFilter(request.query)
    const filter = { ...chosen, ...spanOf(detail.quota, when) }
    const totals = await quotaEntryTotals(db, person, id, filter)
    const { items, next } = await quotaEntries(db, person, id, cursor ?? null, filter)
    const address = (more: { cursor?: string }): string => app.url('/desk/quotas/:id/entries', { id }, { ...chosen, when, ...more })
    return reply.page('quotas/entries', {
      title: request.t('quotas.entries.title', { name: detail.quota.name }),
      nav: NAV,
      quota: entriesView(detail, totals, items, chosen, detail.quota.closedAt === null ? null : when, readerOf(request)),
      first: cursor === undefined ? null : address({}),
      next: next === null ? null : address({ cursor: next })
    })
  })
}

/** A form sends what was left alone too: a course or month is then empty, a country `any`. */
function chosenFilter ({ country, course, agency, rank, month }: Static<typeof EntriesQuery>): EntryFilter {
  return {
    ...(country === undefined || country === 'any' ? {} : { country }),
    ...(course === undefined || course === '' ? {} : { course }),
    ...(agency === undefined ? {} : { agency }),
    ...(rank === undefined ? {} : { rank }),
    ...(month === undefined || month === '' ? {} : { month })
  }
}

function inputOfForm ({ name, from, to, country, agency, course, counts, target }: QuotaFormFields, timeZone: string): QuotaInput {
  return { name, period: { from, to }, timeZone, scope: { country, agency, course }, counts, target: wholeNumber(target) }
}

function quotaApi (app: App, { db, world, settings, signer }: Deps): void {
  const tags = ['quotas']

  app.get('/api/v1/quotas', {
    config: { access: READERS },
    schema: { tags, summary: 'Quotas that the asker may read, the latest period first', querystring: CursorQuery, response: { 200: QuotasOut } }
  }, async (request) => {
    const { items, next } = await listQuotas(db, world, signedIn(request), request.query.cursor ?? null, 'ahead')
    return { items: items.map(quotaJson), next }
  })

  app.post('/api/v1/quotas', {
    config: { access: ADMINISTRATORS },
    schema: { tags, summary: 'A new quota; certificates issued before are counted at once', body: QuotaIn, response: { 201: QuotaOut } }
  }, async (request, reply) => {
    const person = signedIn(request)
    const { scope = {}, counts = 'persons', timeZone = settings.timeZone, ...rest } = request.body
    const { id, problems } = await createQuota(db, world, person, { ...rest, scope, counts, timeZone })
    if (id === null) throw new Refusal('bad-input', {}, problems.map(({ path, code }) => ({ path, message: request.t(`quotas.problem.${code}`) })))
    return await reply.status(201).header('location', app.url('/api/v1/quotas/:id', { id })).send(quotaJson(await getQuota(db, world, person, id)))
  })

  app.get('/api/v1/quotas/:id', {
    config: { access: READERS },
    schema: { tags, summary: 'One quota with its count and forecast', params: QuotaId, response: { 200: QuotaOut } }
  }, async (request) => quotaJson(await getQuota(db, world, signedIn(request), request.params.id)))

  app.get('/api/v1/quotas/:id/entries', {
    config: { access: READERS },
    schema: { tags, summary: 'The ledger, in the order in which it was written', params: QuotaId, querystring: EntriesQuery, response: { 200: EntriesOut } }
  }, async (request) => {
    const person = signedIn(request)
    const { id } = request.params
    const quota = await getQuota(db, world, person, id)
    const { items, next } = await quotaEntries(db, person, id, request.query.cursor ?? null, { ...chosenFilter(request.query), ...spanOf(quota, request.query.when || null) })
    return { items: items.map((entry) => entryJson(quota, entry)), next }
  })

  app.post('/api/v1/quotas/:id/close', {
    config: { access: ADMINISTRATORS },
    schema: { tags, summary: 'Keeps the count of this moment; later changes are restatements', params: QuotaId, response: { 200: QuotaOut } }
  }, async (request) => {
    const { id } = request.params
    await closeQuota(db, world, signedIn(request), id, signer)
    return quotaJson(await getQuota(db, world, signedIn(request), id))
  })
}
