import Type, { type Static } from 'typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Deps } from '../deps.ts'
import type { App } from '../http/app-type.ts'
import { integerOrNull, textOrNull } from '../http/nullable.ts'
import { takeTables, TABLE_TYPES } from '../http/table-body.ts'
import { signedIn } from '../http/session.ts'
import { ADMINISTRATORS, DESK, STAFF } from '../people/access.ts'
import { countryCode, countryName } from '../people/countries.ts'
import { Refusal, type Problem } from '../refusals.ts'
import { changeEnrolment, changeEnrolments, CHANGES, isReason, needsReason, type Change, type Changed } from './changes.ts'
import { getCohort, listCohorts } from './cohorts.ts'
import { instantsOfDays, localDay } from './days.ts'
import { actionsView, planView, settingsView, type SettingsForm } from './desk-views.ts'
import { namesOf } from './enrol.ts'
import { createFromPlan, PLAN_COLUMNS, type Planned } from './plan.ts'
import { cohortReminders } from './reminders/reminders.ts'
import { heldText, readHeld } from './seats.ts'
import { changeSettings, getSettings, type SettingsInput, type SettingsSeen } from './settings.ts'
import { isTimeZone, type CohortSettings } from './settings-rules.ts'
import type { Reader } from './views.ts'

const Id = Type.String({ minLength: 1, maxLength: 64 })
const ById = Type.Object({ id: Id })
const Ids = Type.Array(Id, { minItems: 1, maxItems: 5000 })

const ProblemAnswer = Type.Object({ line: Type.Optional(Type.Integer()), field: Type.Optional(Type.String()), message: Type.String() })

const PlanAnswer = Type.Object({
  created: Type.Integer(),
  ids: Type.Array(Type.String(), { description: 'Of the cohorts, in the order of the file; none on a dry run' }),
  rows: Type.Array(Type.Object({
    line: Type.Integer(), name: Type.String(), course: Type.String(), title: Type.String(), first: Type.String(), last: Type.String(),
    seats: Type.Union([Type.Null(), Type.Integer()]), countries: Type.String(), language: Type.String(), exam: Type.String()
  })),
  problems: Type.Array(ProblemAnswer)
})

const ChangedAnswer = Type.Object({
  done: Type.Integer(),
  refused: Type.Array(Type.Object({ id: Type.String(), name: Type.String(), code: Type.String(), message: Type.String() }))
})

const SettingsBody = Type.Object({
  name: Type.Optional(Type.String({ maxLength: 1000, description: 'Stays as it is when left out; so do the times' })),
  startsAt: Type.Optional(Type.String({ maxLength: 40 })),
  endsAt: Type.Optional(Type.String({ maxLength: 40 })),
  seats: integerOrNull(),
  seatsByCountry: Type.Record(Type.String({ maxLength: 4 }), Type.Integer(), { description: 'Held for a country, by its code; the others share the rest' }),
  language: textOrNull({ maxLength: 40 }),
  timeZone: textOrNull({ maxLength: 60, description: 'IANA; null: the programme\'s' }),
  examDay: textOrNull({ maxLength: 20 }),
  nominationsUntil: textOrNull({ maxLength: 20, description: 'The last day; null: as long as it runs' }),
  version: Type.Integer({ minimum: 0, description: 'As it was read: an edit that overlooks another\'s is refused' })
})
const SettingsAnswer = Type.Object({ ...SettingsBody.properties, taken: Type.Record(Type.String(), Type.Integer(), { description: 'Seats taken, by country' }) })

const Reason = Type.String({ maxLength: 2000, default: '' })
const Action = Type.Enum([...CHANGES])
/** A list in a script of three bytes a letter, each sent by a form as three characters. */
const FORM_BYTES = 12 * 1024 * 1024
const LIST_BYTES = 4 * 1024 * 1024
/** Cohorts that somebody may be moved to. */
const MOST_TARGETS = 200

/** Plans, settings and changes of many enrolments at once. */
export function cohortDeskRoutes (app: App, deps: Deps): void {
  planRoutes(app, deps)
  settingsRoutes(app, deps)
  changeRoutes(app, deps)
}

function planRoutes (app: App, { db, world, settings }: Deps): void {
  const config = { access: ADMINISTRATORS } as const
  const plan = async (request: FastifyRequest, text: string, dryRun: boolean): Promise<Planned> => await createFromPlan(db, world, settings, signedIn(request), text, { dryRun, t: request.t })

  void app.register(async (scope: App) => {
    takeTables(scope)
    scope.post('/api/v1/cohorts/plan', {
      config,
      bodyLimit: LIST_BYTES,
      schema: {
        querystring: Type.Object({ dryRun: Type.Boolean({ default: false }) }),
        consumes: TABLE_TYPES,
        body: Type.String({ description: `CSV or XLSX, a cohort a line: ${PLAN_COLUMNS.join(', ')}; the first three are needed` }),
        response: { 200: PlanAnswer }
      }
    }, async (request) => {
      const { ids, rows, problems } = await plan(request, request.body, request.query.dryRun)
      return { created: ids.length, ids: [...ids], rows: [...rows], problems: [...problems] }
    })

    // What a page reads of a spreadsheet that somebody chooses.
    scope.post('/api/v1/tables/text', {
      config: { access: DESK },
      bodyLimit: LIST_BYTES,
      schema: { consumes: TABLE_TYPES, body: Type.String({ description: 'An XLSX file, or CSV' }), response: { 200: Type.Object({ text: Type.String({ description: 'The first sheet as CSV' }) }) } }
    }, async (request) => ({ text: request.body }))
  })

  app.get('/desk/cohorts/plan', { config }, async (request, reply) => reply.page('cohorts/plan', planView({ csv: '', planned: null, timeZone: settings.timeZone }, readerOf(request))))

  app.post('/desk/cohorts/plan', {
    config,
    bodyLimit: FORM_BYTES,
    schema: { body: Type.Object({ csv: Type.String({ default: '' }), step: Type.Enum(['check', 'confirm'], { default: 'check' }) }) }
  }, async (request, reply) => {
    const { csv, step } = request.body
    const planned = await plan(request, csv, true)
    if (step === 'confirm' && planned.problems.length === 0) {
      const { ids } = await plan(request, csv, false)
      return await reply.redirect(app.url('/desk/cohorts', {}, { made: ids.length }), 303)
    }
    if (planned.problems.length > 0) void reply.status(422)
    return reply.page('cohorts/plan', planView({ csv, planned, timeZone: settings.timeZone }, readerOf(request)))
  })
}

function settingsRoutes (app: App, deps: Deps): void {
  const { db, settings } = deps

  app.get('/api/v1/cohorts/:id/settings', {
    config: { access: STAFF },
    schema: { params: ById, response: { 200: SettingsAnswer } }
  }, async (request) => settingsJson(await getSettings(db, signedIn(request), request.params.id)))

  app.put('/api/v1/cohorts/:id/settings', {
    config: { access: ADMINISTRATORS },
    schema: { params: ById, body: SettingsBody, response: { 200: Type.Object({ ...SettingsAnswer.properties, movedUp: Type.Integer({ description: 'Of those who wait, to seats that became free' }) }) } }
  }, async (request) => {
    const person = signedIn(request)
    const { id } = request.params
    const made = await changeSettings(db, deps, person, id, request.body)
    if ('problems' in made) throw new Refusal('bad-input', {}, made.problems.map(({ path, code }) => ({ path, message: request.t(`cohorts.problem.${code}`) })))
    return { ...settingsJson(await getSettings(db, person, id)), movedUp: made.movedUp }
  })

  app.get('/desk/cohorts/:id/settings', {
    config: { access: STAFF },
    schema: { params: ById, querystring: Type.Object({ movedUp: Type.Optional(Type.Integer({ minimum: 0 })) }) }
  }, async (request, reply) => {
    const seen = await getSettings(db, signedIn(request), request.params.id)
    return await show(request, reply, seen, formOf(seen, request.language), { movedUp: request.query.movedUp ?? null })
  })

  const typed = Type.String({ maxLength: 100, default: '' })
  app.post('/desk/cohorts/:id/settings', {
    config: { access: ADMINISTRATORS },
    schema: {
      params: ById,
      body: Type.Object({
        name: Type.Optional(Type.String({ maxLength: 1000 })), first: Type.Optional(Type.String({ maxLength: 100 })), last: Type.Optional(Type.String({ maxLength: 100 })),
        seats: typed, countries: Type.String({ maxLength: 10_000, default: '' }), language: typed, timeZone: typed, examDay: typed, nominationsUntil: typed, version: Type.Integer()
      })
    }
  }, async (request, reply) => {
    const person = signedIn(request)
    const { id } = request.params
    const before = await getSettings(db, person, id)
    const form: SettingsForm = { ...formOf(before, request.language), ...request.body }
    const { input, wrong } = inputOf(form, before, request)
    let made: Awaited<ReturnType<typeof changeSettings>> | null = null
    let stale = false
    if (wrong.length === 0) {
      try {
        made = await changeSettings(db, deps, person, id, input)
      } catch (error) {
        if (!(error instanceof Refusal) || error.code !== 'edited-meanwhile') throw error
        stale = true
      }
    }
    if (made !== null && 'movedUp' in made) return await reply.redirect(app.url('/desk/cohorts/:id/settings', { id }, { movedUp: made.movedUp }), 303)
    const seen = await getSettings(db, person, id)
    const problems: Problem[] = [...wrong, ...made !== null && 'problems' in made ? made.problems.map(({ path, code }) => ({ path, message: request.t(`cohorts.problem.${code}`) })) : []]
    // What was typed stays in the form; what it would overwrite is shown beside it.
    return await show(request, reply.status(stale ? 409 : 422), seen, { ...form, version: String(stale ? seen.version : form.version) }, { problems, stale })
  })

  function formOf (seen: SettingsSeen, language: string): SettingsForm {
    const zone = seen.timeZone ?? settings.timeZone
    return {
      name: seen.cohort.name, first: localDay(seen.cohort.startsAt, zone), last: localDay(seen.cohort.endsAt, zone),
      seats: seen.seats === null ? '' : String(seen.seats), countries: heldText(new Map(Object.entries(seen.seatsByCountry)), { nameOf: (code) => countryName(code, language) }),
      language: seen.language ?? '', timeZone: seen.timeZone ?? '', examDay: seen.examDay ?? '', nominationsUntil: seen.nominationsUntil ?? '', version: String(seen.version)
    }
  }

  function inputOf (form: SettingsForm, before: SettingsSeen, { t, language }: FastifyRequest): { readonly input: SettingsInput, readonly wrong: readonly Problem[] } {
    const held = readHeld(form.countries, (typed) => countryCode(typed, [language, 'en']))
    const timeZone = form.timeZone.trim() || null
    const was = formOf(before, language)
    // A zone there is not is told of by its own field.
    const zone = timeZone !== null && isTimeZone(timeZone) ? timeZone : settings.timeZone
    const sameZone = timeZone === before.timeZone
    const instant = (field: 'first' | 'last', end: 'startsAt' | 'endsAt'): string => sameZone && form[field] === was[field]
      ? before.cohort[end]
      : instantsOfDays({ first: form[field], last: form[field] }, zone)?.[end] ?? ''
    return {
      input: {
        name: form.name, startsAt: instant('first', 'startsAt'), endsAt: instant('last', 'endsAt'),
        seats: form.seats.trim() === '' ? null : Number(form.seats), seatsByCountry: 'wrong' in held ? {} : Object.fromEntries(held),
        language: form.language.trim() || null, timeZone, examDay: form.examDay || null, nominationsUntil: form.nominationsUntil || null, version: Number(form.version)
      },
      wrong: 'wrong' in held ? [{ path: 'seatsByCountry', message: t('cohorts.settings.countries-wrong', { part: held.wrong }) }] : []
    }
  }

  async function show (request: FastifyRequest, reply: FastifyReply, seen: SettingsSeen, form: SettingsForm, { problems = [], movedUp = null, stale = false }: { readonly problems?: readonly Problem[], readonly movedUp?: number | null, readonly stale?: boolean }): Promise<FastifyReply> {
    const person = signedIn(request)
    const cohort = await getCohort(db, deps.world, person, seen.cohort.id)
    const reminders = await cohortReminders(db, deps, person, seen.cohort.id)
    const now = stale ? formOf(seen, request.language) : null
    return reply.page('cohorts/settings', settingsView({ cohort, seen, form, problems, movedUp, now, reminders, programmeZone: settings.timeZone, today: localDay(deps.world.now().toISOString(), seen.timeZone ?? settings.timeZone) }, person, readerOf(request)))
  }
}

function settingsJson ({ cohort, seats, seatsByCountry, language, timeZone, examDay, nominationsUntil, version, taken }: SettingsSeen): Static<typeof SettingsAnswer> {
  const settings: CohortSettings = { seatsByCountry, language, timeZone, examDay, nominationsUntil }
  return { name: cohort.name, startsAt: cohort.startsAt, endsAt: cohort.endsAt, seats, ...settings, version, taken: Object.fromEntries(taken) }
}

function changeRoutes (app: App, deps: Deps): void {
  const { db, world } = deps

  app.post('/api/v1/cohorts/:id/enrolments/changes', {
    config: { access: STAFF },
    schema: { params: ById, body: Type.Object({ ids: Ids, action: Action, reason: Reason, to: Type.Optional(Id) }), response: { 200: ChangedAnswer } }
  }, async (request) => {
    const { ids, ...change } = request.body
    const { done, refused } = await changeEnrolments(db, deps, signedIn(request), request.params.id, ids, change)
    return { done, refused: refused.map((one) => ({ ...one, message: request.t(`refusal.${one.code}`) })) }
  })

  app.post('/api/v1/enrolments/:id/move', {
    config: { access: STAFF },
    schema: {
      params: ById,
      body: Type.Object({ to: Type.String({ minLength: 1, maxLength: 64, description: 'A cohort' }), reason: Reason }),
      response: { 200: Type.Object({ enrolmentId: Type.String(), kept: Type.Enum(['all', 'done', 'nothing'], { description: 'all: attempts too; done: what has the same key in another version; nothing: another course' }), done: Type.Integer(), total: Type.Integer() }) }
    }
  }, async (request) => {
    const { moved } = await changeEnrolment(db, deps, signedIn(request), request.params.id, { action: 'move', ...request.body })
    if (moved === null) throw new Error('a move says what was kept')
    return moved
  })

  const Marked = Type.Object({ noShow: Type.Boolean() })
  app.post('/api/v1/enrolments/:id/no-show', {
    config: { access: ADMINISTRATORS },
    schema: { params: ById, body: Type.Object({ reason: Reason }), response: { 200: Marked } }
  }, async (request) => {
    await changeEnrolment(db, deps, signedIn(request), request.params.id, { action: 'no-show', reason: request.body.reason })
    return { noShow: true }
  })

  app.post('/api/v1/enrolments/:id/came', {
    config: { access: ADMINISTRATORS },
    schema: { params: ById, response: { 200: Marked } }
  }, async (request) => {
    await changeEnrolment(db, deps, signedIn(request), request.params.id, { action: 'came', reason: '' })
    return { noShow: false }
  })

  app.post('/desk/cohorts/:id/changes', {
    config: { access: STAFF },
    schema: {
      params: ById,
      body: Type.Object({ ids: Type.Array(Id, { maxItems: 5000, default: [] }), action: Type.Union([Action, Type.Literal('')], { default: '' }), reason: Type.String({ maxLength: 5000, default: '' }), to: Type.String({ maxLength: 64, default: '' }), step: Type.Enum(['ask', 'do'], { default: 'ask' }) })
    }
  }, async (request, reply) => {
    const person = signedIn(request)
    const { id } = request.params
    const { ids, action, reason, to, step } = request.body
    if (ids.length === 0 || action === '') return await reply.redirect(`${app.url('/desk/cohorts/:id', { id }, { chosen: 'none' })}#people`, 303)
    const problems: Problem[] = [
      ...needsReason(action) && !isReason(reason) ? [{ path: 'reason', message: request.t('cohorts.withdraw.reason-wrong') }] : [],
      ...action === 'move' && to === '' ? [{ path: 'to', message: request.t('cohorts.change.to-missing') }] : []
    ]
    let changed: Changed | null = null
    if (step === 'do' && problems.length === 0) {
      const change: Change = { action, reason, ...to !== '' && { to } }
      changed = await changeEnrolments(db, deps, person, id, ids, change)
      if (changed.refused.length === 0) return await reply.redirect(`${app.url('/desk/cohorts/:id', { id }, { changed: changed.done, action })}#people`, 303)
    }
    if (step === 'do' && problems.length > 0) void reply.status(422)
    const targets = action === 'move'
      ? [...(await listCohorts(db, world, person, { state: 'running', limit: MOST_TARGETS })).items, ...(await listCohorts(db, world, person, { state: 'coming', limit: MOST_TARGETS })).items].filter((cohort) => cohort.id !== id)
      : []
    const cohort = await getCohort(db, world, person, id)
    return reply.page('cohorts/actions', actionsView({ cohort, people: await namesOf(db, person, id, ids), action, reason, to, targets, problems: step === 'do' ? problems : [], changed }, readerOf(request)))
  })
}

function readerOf (request: FastifyRequest): Reader {
  return { ...request.place, t: request.t, url: request.server.url }
}
