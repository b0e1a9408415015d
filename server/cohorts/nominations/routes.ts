import Type, { type Static } from 'typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Deps } from '../../deps.ts'
import type { App } from '../../http/app-type.ts'
import { directionOf } from '../../http/messages.ts'
import { formatDateTime } from '../../http/pages.ts'
import { signedIn } from '../../http/session.ts'
import { sendTable, takeTables, tableOf } from '../../http/table-body.ts'
import { DESK } from '../../people/access.ts'
import { normalEmail } from '../../people/sign-in.ts'
import type { Role } from '../../person.ts'
import { Refusal, type Problem, type RefusalCode } from '../../refusals.ts'
import { isReason } from '../changes.ts'
import { COLUMNS, readEnrolmentCsv, type EnrolmentRow } from '../enrolment-csv.ts'
import type { Reader } from '../views.ts'
import { decide, DECISIONS, getNomination, listForNomination, nominate, seenNominations, substitute, type Decided, type Nominated } from './nominations.ts'
import { decideView, nominateView, nominationJson, nominationsTable, nominationsView, openView, substituteView, type SubstituteForm } from './views.ts'

/** Who nominates and takes nominations back; deciding on them is for administrators. */
const NOMINATORS: readonly Role[] = ['administrator', 'liaison']

const Id = Type.String({ minLength: 1, maxLength: 64 })
const ById = Type.Object({ id: Id })
const Text = Type.Union([Type.String(), Type.Null()])
const States = ['nominated', 'waiting', 'accepted', 'declined', 'withdrawn', 'substituted'] as const

const NominationAnswer = Type.Object({
  id: Type.String(), cohortId: Type.String(), name: Type.String(), email: Type.String(), country: Type.String(), agency: Text, rank: Text, locale: Type.String(),
  state: Type.Enum([...States]), reason: Type.String({ description: 'Of the last decision' }),
  place: Type.Union([Type.Integer(), Type.Null()], { description: 'On the waiting list, from 1' }),
  nominatedBy: Type.Object({ id: Type.String(), name: Type.String() }), nominatedAt: Type.String(),
  decidedBy: Type.Union([Type.Object({ id: Type.String(), name: Type.String() }), Type.Null()], { description: 'Null for what happened of itself' }), decidedAt: Text,
  enrolmentId: Text, noShow: Type.Boolean(), replaces: Text
})

const NominationsAnswer = Type.Object({
  open: Type.Boolean({ description: 'Whether people may be nominated now' }),
  until: Text,
  free: Type.Record(Type.String(), Type.Union([Type.Integer(), Type.Null()]), { description: 'Seats free by country, \'\' for those that share the rest; null: without bound' }),
  items: Type.Array(NominationAnswer), next: Type.Null()
})

const NominatedAnswer = Type.Object({
  nominated: Type.Integer(),
  problems: Type.Array(Type.Object({ line: Type.Integer(), field: Type.String(), message: Type.String() })),
  onlyAlike: Type.Boolean({ description: 'All that stands against it is that names are alike: `twoPersons` says that they are two persons' })
})

const OpenAnswer = Type.Object({
  id: Type.String(), name: Type.String(), course: Type.Object({ slug: Type.String(), title: Type.String(), version: Type.Integer() }), startsAt: Type.String(), endsAt: Type.String(),
  open: Type.Boolean({ description: 'Whether people may be nominated now' }), until: Text,
  free: Type.Union([Type.Integer(), Type.Null()], { description: 'Seats free for one\'s own country, of all to an administrator; null: without bound' }),
  counts: Type.Object({ nominated: Type.Integer(), waiting: Type.Integer(), accepted: Type.Integer(), declined: Type.Integer(), withdrawn: Type.Integer(), substituted: Type.Integer() })
})

const NONE: Static<typeof OpenAnswer>['counts'] = { nominated: 0, waiting: 0, accepted: 0, declined: 0, withdrawn: 0, substituted: 0 }

const DecidedAnswer = Type.Object({
  done: Type.Integer(),
  refused: Type.Array(Type.Object({ id: Type.String(), name: Type.String(), code: Type.String(), message: Type.String() }))
})

const PersonBody = Type.Object({
  name: Type.String({ maxLength: 1000 }), email: Type.String({ maxLength: 1000 }), country: Type.Optional(Type.String({ maxLength: 10, description: 'Must be that of whoever is replaced' })),
  agency: Type.Optional(Text), rank: Type.Optional(Text), locale: Type.Optional(Type.String({ maxLength: 40 })),
  reason: Type.String({ maxLength: 2000 }), twoPersons: Type.Optional(Type.Boolean())
})

const LIST_BYTES = 4 * 1024 * 1024
const FORM_BYTES = 3 * LIST_BYTES

/** Countries nominate, administrators decide, those who wait move up. */
export function nominationRoutes (app: App, deps: Deps): void {
  apiRoutes(app, deps)
  pages(app, deps)
}

function apiRoutes (app: App, deps: Deps): void {
  const { db } = deps

  app.get('/api/v1/nominations', {
    config: { access: NOMINATORS },
    schema: { description: 'Cohorts that have not ended and take nominations, or have some', response: { 200: Type.Object({ items: Type.Array(OpenAnswer), next: Type.Null() }) } }
  }, async (request) => ({
    items: (await listForNomination(db, deps, signedIn(request))).map(({ cohort: { id, name, course, startsAt, endsAt }, open, until, free, counts }) => ({ id, name, course, startsAt, endsAt, open, until, free, counts: { ...NONE, ...counts } })),
    next: null
  }))

  app.get('/api/v1/cohorts/:id/nominations', {
    config: { access: DESK },
    schema: { params: ById, response: { 200: NominationsAnswer } }
  }, async (request) => {
    const seen = await seenNominations(db, deps, signedIn(request), request.params.id)
    return {
      open: seen.open, until: seen.until, free: Object.fromEntries([...seen.free].map(([country, free]) => [country, Number.isFinite(free) ? free : null])),
      items: seen.nominations.map((nomination) => nominationJson(nomination, seen.nominations)), next: null
    }
  })

  void app.register(async (scope: App) => {
    takeTables(scope)
    scope.post('/api/v1/cohorts/:id/nominations', {
      config: { access: NOMINATORS },
      bodyLimit: LIST_BYTES,
      schema: {
        params: ById,
        querystring: Type.Object({ dryRun: Type.Boolean({ default: false }), twoPersons: Type.Boolean({ default: false }) }),
        ...tableOf(`${COLUMNS.join(',')}, and birthday (YYYY-MM-DD) if known`),
        response: { 200: NominatedAnswer }
      }
    }, async (request) => await nominate(db, deps, signedIn(request), request.params.id, request.body, { ...request.query, language: request.language }) as Static<typeof NominatedAnswer>)
  })

  app.post('/api/v1/cohorts/:id/nominations/decisions', {
    config: { access: NOMINATORS },
    schema: {
      params: ById,
      body: Type.Object({ ids: Type.Array(Id, { minItems: 1, maxItems: 5000 }), decision: Type.Enum([...DECISIONS]), reason: Type.String({ maxLength: 2000, default: '' }) }),
      response: { 200: DecidedAnswer }
    }
  }, async (request) => {
    const { ids, decision, reason } = request.body
    const { done, refused } = await decide(db, deps, signedIn(request), request.params.id, ids, decision, reason)
    return { done, refused: refused.map(({ values, ...one }) => ({ ...one, message: whyNot(one.code, values, request) })) }
  })

  app.post('/api/v1/nominations/:id/substitute', {
    config: { access: NOMINATORS },
    schema: { params: ById, body: PersonBody, response: { 201: NominationAnswer } }
  }, async (request, reply) => {
    const person = signedIn(request)
    const { reason, twoPersons = false, ...whom } = request.body
    const { nomination } = await getNomination(db, deps, person, request.params.id)
    const read = personOf({ ...whom, country: whom.country ?? nomination.country }, request)
    if ('problems' in read) throw new Refusal('bad-input', {}, read.problems)
    const made = await substitute(db, deps, person, nomination.id, read.row, reason, { language: request.language, twoPersons })
    const seen = await seenNominations(db, deps, person, made.cohortId)
    const now = seen.nominations.find(({ id }) => id === made.id)
    if (now === undefined) throw new Error('what was made is there')
    return await reply.status(201).send(nominationJson(now, seen.nominations))
  })
}

function pages (app: App, deps: Deps): void {
  const { db } = deps

  app.get('/desk/nominations', { config: { access: NOMINATORS } }, async (request, reply) =>
    reply.page('nominations/open', openView(await listForNomination(db, deps, signedIn(request)), readerOf(request))))

  app.get('/desk/cohorts/:id/nominations', {
    config: { access: DESK },
    schema: { params: ById, querystring: Type.Object({ nominated: Type.Optional(Type.Integer({ minimum: 0 })), decided: Type.Optional(Type.Integer({ minimum: 0 })), decision: Type.Optional(Type.Enum([...DECISIONS, 'substitute'])), chosen: Type.Optional(Type.Literal('none')) }) }
  }, async (request, reply) => {
    const person = signedIn(request)
    const seen = await seenNominations(db, deps, person, request.params.id)
    return reply.page('nominations/nominations', nominationsView(seen, request.query, person, readerOf(request)))
  })

  for (const format of ['csv', 'xlsx'] as const) {
    app.get(`/desk/cohorts/:id/nominations.${format}`, { config: { access: DESK }, schema: { params: ById } }, async (request, reply) => {
      const { nominations } = await seenNominations(db, deps, signedIn(request), request.params.id)
      return await sendTable(reply, format, 'nominations', nominationsTable(nominations, request.t, format), directionOf(request.language) === 'rtl')
    })
  }

  app.get('/desk/cohorts/:id/nominate', { config: { access: NOMINATORS }, schema: { params: ById } }, async (request, reply) =>
    await showNominate(request, reply, request.params.id, { csv: '', nominated: null, twoPersons: false }))

  app.post('/desk/cohorts/:id/nominate', {
    config: { access: NOMINATORS },
    bodyLimit: FORM_BYTES,
    schema: { params: ById, body: Type.Object({ csv: Type.String({ default: '' }), twoPersons: Type.String({ maxLength: 10, default: '' }), step: Type.Enum(['check', 'confirm'], { default: 'check' }) }) }
  }, async (request, reply) => {
    const person = signedIn(request)
    const { id } = request.params
    const { csv, step } = request.body
    const twoPersons = request.body.twoPersons !== ''
    const work = async (dryRun: boolean): Promise<Nominated> => await nominate(db, deps, person, id, csv, { dryRun, twoPersons, language: request.language })
    const nominated = await work(true)
    if (step === 'confirm' && nominated.problems.length === 0) {
      const made = await work(false)
      return await reply.redirect(app.url('/desk/cohorts/:id/nominations', { id }, { nominated: made.nominated }), 303)
    }
    return await showNominate(request, nominated.problems.length > 0 ? reply.status(422) : reply, id, { csv, nominated, twoPersons })
  })

  app.post('/desk/cohorts/:id/nominations', {
    config: { access: NOMINATORS },
    schema: {
      params: ById,
      body: Type.Object({ ids: Type.Array(Id, { maxItems: 5000, default: [] }), decision: Type.Union([Type.Enum([...DECISIONS]), Type.Literal('')], { default: '' }), reason: Type.String({ maxLength: 5000, default: '' }), step: Type.Enum(['ask', 'do'], { default: 'ask' }) })
    }
  }, async (request, reply) => {
    const person = signedIn(request)
    const { id } = request.params
    const { ids, decision, reason, step } = request.body
    const seen = await seenNominations(db, deps, person, id)
    if (ids.length === 0 || decision === '') return await reply.redirect(`${app.url('/desk/cohorts/:id/nominations', { id }, { chosen: 'none' })}#list`, 303)
    const asksReason = decision === 'decline' || decision === 'withdraw'
    const problems: Problem[] = step === 'do' && asksReason && !isReason(reason) ? [{ path: 'reason', message: request.t('cohorts.withdraw.reason-wrong') }] : []
    let decided: Decided | null = null
    if (problems.length === 0 && (step === 'do' || !asksReason)) {
      decided = await decide(db, deps, person, id, ids, decision, reason)
      if (decided.refused.length === 0) return await reply.redirect(`${app.url('/desk/cohorts/:id/nominations', { id }, { decided: decided.done, decision })}#list`, 303)
    }
    if (problems.length > 0) void reply.status(422)
    const refused = decided?.refused.map(({ name, code, values }) => ({ name, why: whyNot(code, values, request) })) ?? []
    return reply.page('nominations/decide', decideView({ cohort: seen.cohort, people: seen.nominations.filter((one) => ids.includes(one.id)), decision, reason, problems, done: decided?.done ?? null, refused }, readerOf(request)))
  })

  app.get('/desk/nominations/:id/substitute', { config: { access: NOMINATORS }, schema: { params: ById } }, async (request, reply) =>
    await showSubstitute(request, reply, { name: '', email: '', agency: '', rank: '', locale: '', reason: '', twoPersons: '' }, []))

  const typed = Type.String({ maxLength: 1000, default: '' })
  app.post('/desk/nominations/:id/substitute', {
    config: { access: NOMINATORS },
    schema: { params: ById, body: Type.Object({ name: typed, email: typed, agency: typed, rank: typed, locale: typed, reason: Type.String({ maxLength: 5000, default: '' }), twoPersons: typed }) }
  }, async (request, reply) => {
    const person = signedIn(request)
    const form = request.body
    const { nomination } = await getNomination(db, deps, person, request.params.id)
    const read = personOf({ ...form, country: nomination.country }, request)
    const problems = [...'problems' in read ? read.problems : [], ...isReason(form.reason) ? [] : [{ path: 'reason', message: request.t('cohorts.withdraw.reason-wrong') }]]
    if ('row' in read && problems.length === 0) {
      try {
        const { cohortId } = await substitute(db, deps, person, nomination.id, read.row, form.reason, { language: request.language, twoPersons: form.twoPersons !== '' })
        return await reply.redirect(app.url('/desk/cohorts/:id/nominations', { id: cohortId }, { decided: 1, decision: 'substitute' }), 303)
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        if (OVERTAKEN.has(error.code)) return await showOvertaken(request, reply, error.code)
        if (error.code !== 'bad-input') throw error
        problems.push(...error.problems.map(({ path = '', message }) => ({ path, message })))
      }
    }
    return await showSubstitute(request, reply.status(422), form, problems)
  })

  async function showNominate (request: FastifyRequest, reply: FastifyReply, id: string, state: { readonly csv: string, readonly nominated: Nominated | null, readonly twoPersons: boolean }): Promise<FastifyReply> {
    const seen = await seenNominations(db, deps, signedIn(request), id)
    if (!seen.open) throw new Refusal('nominations-closed')
    return reply.page('nominations/nominate', nominateView({ seen, ...state }, readerOf(request)))
  }

  async function showSubstitute (request: FastifyRequest<{ Params: { id: string } }>, reply: FastifyReply, form: SubstituteForm, problems: readonly Problem[]): Promise<FastifyReply> {
    const { nomination, seen } = await getNomination(db, deps, signedIn(request), request.params.id)
    if (nomination.state !== 'accepted') return await showOvertaken(request, reply, 'nomination-decided')
    return reply.page('nominations/substitute', substituteView({ nomination, cohort: seen.cohort, form, problems }, readerOf(request)))
  }

  /** Somebody else was faster: how it stands now, and the way back to the list. */
  async function showOvertaken (request: FastifyRequest<{ Params: { id: string } }>, reply: FastifyReply, code: RefusalCode): Promise<FastifyReply> {
    const { nomination, seen } = await getNomination(db, deps, signedIn(request), request.params.id)
    const why = nomination.state === 'accepted' ? request.t(`refusal.${code}`) : whyNot('decided', { state: nomination.state, by: nomination.decidedBy?.name ?? '', at: nomination.decidedAt ?? '' }, request)
    return reply.status(409).page('nominations/decide', decideView({ cohort: seen.cohort, people: [], decision: 'substitute', reason: '', problems: [], done: 0, refused: [{ name: nomination.name, why }] }, readerOf(request)))
  }
}

const OVERTAKEN: ReadonlySet<RefusalCode> = new Set<RefusalCode>(['nomination-decided', 'enrolment-withdrawn', 'enrolment-completed', 'nominations-closed'])

/** Reads one person by the rules that a list of people is read by. */
function personOf (typed: { readonly name: string, readonly email: string, readonly country: string, readonly agency?: string | null, readonly rank?: string | null, readonly locale?: string }, { t }: FastifyRequest): { readonly row: Omit<EnrolmentRow, 'line'> } | { readonly problems: Array<{ path: string, message: string }> } {
  const quoted = (text: string | null | undefined): string => `"${(text ?? '').replaceAll('"', '""')}"`
  const { rows, problems } = readEnrolmentCsv(`name,email,country,agency,rank,locale\n${[typed.name, normalEmail(typed.email), typed.country, typed.agency, typed.rank, typed.locale].map(quoted).join(',')}\n`)
  const [row] = rows
  if (row === undefined) return { problems: problems.map(({ field, code, values }) => ({ path: field, message: t(`cohorts.row.${code}`, values) })) }
  return { row }
}

function whyNot (code: string, values: Readonly<Record<string, string | number>>, { t, place }: FastifyRequest): string {
  switch (code) {
    case 'decided': {
      const state = t(`nominations.state.${String(values['state'])}`)
      const [by, at] = [String(values['by'] ?? ''), String(values['at'] ?? '')]
      return by === '' || at === '' ? t('nominations.against.decided', { state }) : t('nominations.against.decided-by', { state, by, at: formatDateTime(at, place) })
    }
    case 'completed': return t('refusal.enrolment-completed')
    case 'no-seat': case 'no-seat-country': return t('nominations.against.no-seat')
    default: return t(`cohorts.row.${code}`, values)
  }
}

function readerOf (request: FastifyRequest): Reader {
  return { ...request.place, t: request.t, url: request.server.url }
}
