import Type from 'typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { endAccommodation, listAccommodations, versionOf, type Accommodation, type AccommodationProblem, type NewAccommodation } from '../cohorts/accommodations/accommodations.ts'
import type { Deps } from '../deps.ts'
import type { App } from '../http/app-type.ts'
import { signedIn } from '../http/session.ts'
import { ADMINISTRATORS } from '../people/access.ts'
import { getPerson } from '../people/people.ts'
import { Refusal } from '../refusals.ts'
import { accommodationJson, accommodationsView, type AccommodationForm, type Notice } from './accommodation-views.ts'
import { giveAccommodation } from './allow.ts'

const Id = Type.String({ minLength: 1, maxLength: 64 })
const ById = Type.Object({ id: Id })
const Day = Type.Union([Type.String(), Type.Null()])
const Named = Type.Object({ id: Type.String(), name: Type.String() })

const given = {
  extraPercent: Type.Integer({ description: 'Of the time limit of every quiz' }),
  extraMinutes: Type.Integer({ description: 'On every time limit' }),
  extraAttempts: Type.Integer(),
  laterDays: Type.Integer({ description: 'By which every cohort ends later for this person' })
}

const OwnAnswer = Type.Object({ id: Type.String(), ...given, startsAt: Type.String(), endsAt: Day, state: Type.Enum(['coming', 'in-force', 'ended']) })
const AccommodationAnswer = Type.Object({
  ...OwnAnswer.properties, reason: Type.String(), givenBy: Named, givenAt: Type.String(), endedBy: Type.Union([Named, Type.Null()]), endedAt: Day
})

const Body = Type.Object({
  extraPercent: Type.Integer({ default: 0, description: 'Extra time as a percentage of the limit, or' }),
  extraMinutes: Type.Integer({ default: 0, description: 'in minutes; not both' }),
  extraAttempts: Type.Integer({ default: 0 }),
  laterDays: Type.Integer({ default: 0 }),
  reason: Type.String({ maxLength: 2000 }),
  from: Type.String({ maxLength: 20, default: '', description: 'A day, YYYY-MM-DD, in the programme\'s time zone; today when left out' }),
  until: Type.String({ maxLength: 20, default: '', description: 'The last day; without end when left out' }),
  version: Type.Optional(Type.Integer({ minimum: 0, description: 'As the list was read: refused when another was given or ended since' }))
})

const typed = Type.String({ maxLength: 40, default: '' })
const Form = Type.Object({ extraPercent: typed, extraMinutes: typed, extraAttempts: typed, laterDays: typed, reason: Type.String({ maxLength: 2000, default: '' }), from: typed, until: typed, version: Type.Optional(Type.Integer({ minimum: 0 })) })
const EMPTY: AccommodationForm = { extraPercent: '', extraMinutes: '', extraAttempts: '', laterDays: '', reason: '', from: '', until: '' }

/** What single people are allowed beyond the rules: given and ended by administrators, seen by whom it is for. */
export function accommodationRoutes (app: App, deps: Deps): void {
  const { db, world } = deps
  const config = { access: ADMINISTRATORS } as const

  app.get('/api/v1/me/accommodations', {
    config: { access: 'signed-in' },
    schema: { tags: ['people'], response: { 200: Type.Object({ items: Type.Array(OwnAnswer), next: Type.Null() }) } }
  }, async (request) => {
    const person = signedIn(request)
    const own = (await listAccommodations(db, world, person, person.id)).filter(({ state }) => state !== 'ended')
    return { items: own.map(accommodationJson), next: null }
  })

  app.get('/api/v1/people/:id/accommodations', {
    config,
    schema: { tags: ['people'], params: ById, response: { 200: Type.Object({ items: Type.Array(AccommodationAnswer), next: Type.Null(), version: Type.Integer() }) } }
  }, async (request) => {
    const items = await listAccommodations(db, world, signedIn(request), request.params.id)
    return { items: items.map(accommodationJson), next: null, version: versionOf(items) }
  })

  app.post('/api/v1/people/:id/accommodations', {
    config,
    schema: { tags: ['people'], params: ById, body: Body, response: { 201: Type.Object({ ...AccommodationAnswer.properties, lengthened: Type.Integer({ description: 'Attempts that were open and have more time now' }) }) } }
  }, async (request, reply) => {
    const person = signedIn(request)
    const { id } = request.params
    const made = await giveAccommodation(db, deps, person, id, request.body)
    if ('problems' in made) throw new Refusal('bad-input', {}, said(made.problems, request))
    const accommodation = (await listAccommodations(db, world, person, id)).find((one) => one.id === made.id) as Accommodation
    return await reply.status(201).send({ ...accommodationJson(accommodation), lengthened: made.lengthened })
  })

  app.post('/api/v1/accommodations/:id/end', {
    config,
    schema: { tags: ['people'], params: ById, response: { 200: Type.Object({ state: Type.Literal('ended') }) } }
  }, async (request) => {
    await endAccommodation(db, world, signedIn(request), request.params.id)
    return { state: 'ended' as const }
  })

  app.get('/desk/people/:id/accommodations', {
    config,
    schema: { params: ById, querystring: Type.Object({ lengthened: Type.Optional(Type.Integer({ minimum: 0 })), ended: Type.Optional(Type.Enum(['now', 'before'])) }) }
  }, async (request, reply) => {
    const { lengthened, ended } = request.query
    const { t } = request
    return await show(request, reply, request.params.id, {
      notice: lengthened !== undefined ? { text: t('accommodations.given', { lengthened }), kind: 'done' } : ended !== undefined ? { text: t(`accommodations.ended.${ended}`), kind: ended === 'now' ? 'done' : 'due' } : null
    })
  })

  app.post('/desk/people/:id/accommodations', { config, schema: { params: ById, body: Form } }, async (request, reply) => {
    const { id } = request.params
    const { version, ...form } = request.body
    try {
      const made = await giveAccommodation(db, deps, signedIn(request), id, { ...inputOf(form), ...version !== undefined && { version } })
      if ('problems' in made) return await show(request, reply.status(422), id, { form, problems: made.problems })
      return await reply.redirect(app.url('/desk/people/:id/accommodations', { id }, { lengthened: made.lengthened }), 303)
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'edited-meanwhile') throw error
      // What was typed stays in the form, below what stands now.
      return await show(request, reply.status(409), id, { form, notice: { text: request.t('accommodations.stale'), kind: 'due' } })
    }
  })

  app.post('/desk/accommodations/:id/end', { config, schema: { params: ById } }, async (request, reply) => {
    const { personId, ended } = await endAccommodation(db, world, signedIn(request), request.params.id)
    return await reply.redirect(app.url('/desk/people/:id/accommodations', { id: personId }, { ended: ended ? 'now' : 'before' }), 303)
  })

  async function show (request: FastifyRequest, reply: FastifyReply, id: string, { form = EMPTY, problems = [], notice = null }: { readonly form?: AccommodationForm, readonly problems?: readonly AccommodationProblem[], readonly notice?: Notice | null }): Promise<FastifyReply> {
    const person = signedIn(request)
    const whose = await getPerson(db, person, id)
    const items = await listAccommodations(db, world, person, id)
    return reply.page('accommodations/accommodations', accommodationsView({ whose, items, form, problems: said(problems, request), notice }, { ...request.place, t: request.t, url: app.url }))
  }
}

function inputOf (form: AccommodationForm): NewAccommodation {
  const whole = (text: string): number => text.trim() === '' ? 0 : Number(text)
  return {
    extraPercent: whole(form.extraPercent), extraMinutes: whole(form.extraMinutes), extraAttempts: whole(form.extraAttempts), laterDays: whole(form.laterDays),
    reason: form.reason, from: form.from.trim(), until: form.until.trim()
  }
}

function said (problems: readonly AccommodationProblem[], { t }: FastifyRequest): Array<{ path: string, message: string }> {
  return problems.map(({ path, code }) => ({ path, message: t(`accommodations.problem.${code}`) }))
}
