import Type, { type Static } from 'typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { listLatestCourses } from '../courses/desk.ts'
import type { Deps } from '../deps.ts'
import type { App } from '../http/app-type.ts'
import { Download } from '../http/download.ts'
import { directionOf } from '../http/messages.ts'
import { signedIn } from '../http/session.ts'
import { integerOrNull, textOrNull } from '../http/nullable.ts'
import { sendTable, takeTables, tableOf, XLSX_TYPE } from '../http/table-body.ts'
import { ADMINISTRATORS, DESK, STAFF } from '../people/access.ts'
import { Refusal } from '../refusals.ts'
import {
  assignInstructor, createCohort, getCohort, listCohorts, listInstructors, managedCohort, removeInstructor, type CohortProblem, type NewCohort
} from './cohorts.ts'
import { instantsOfDays } from './days.ts'
import { CHANGES, changeEnrolment, isReason } from './changes.ts'
import { enrolFromCsv, enrolledTable, getManagedEnrolment } from './enrol.ts'
import { COLUMNS } from './enrolment-csv.ts'
import { cohortOverview, cohortProgress, SHOWS } from './progress.ts'
import { progressTable } from './progress-table.ts'
import { NO_SETTINGS } from './settings-rules.ts'
import { STUCK_REASONS } from './stuck.ts'
import {
  cohortJson, cohortsView, cohortView, enrolmentJson, enrolView, managedEnrolmentView, newCohortView, progressJson, summaryJson, type CohortForm, type Reader
} from './views.ts'

const Id = Type.String({ minLength: 1, maxLength: 64 })
const Cursor = Type.Optional(Type.String({ minLength: 1, maxLength: 1000 }))
const ById = Type.Object({ id: Id })
const ByInstructor = Type.Object({ id: Id, personId: Id })
const Text = Type.Union([Type.Null(), Type.String()])
const State = Type.Enum(['running', 'coming', 'past'])
const Show = Type.Enum([...SHOWS])
const Country = Type.String({ pattern: '^[A-Z]{2}$' })
const Named = Type.Object({ id: Type.String(), name: Type.String() })

const CohortAnswer = Type.Object({
  id: Type.String(),
  name: Type.String(),
  state: State,
  startsAt: Type.String(),
  endsAt: Type.String(),
  seats: Type.Union([Type.Null(), Type.Integer()]),
  course: Type.Object({ slug: Type.String(), title: Type.String(), version: Type.Integer() }),
  instructors: Type.Array(Named),
  counts: Type.Object({
    enrolled: Type.Integer(),
    notStarted: Type.Integer(),
    completed: Type.Integer(),
    withdrawn: Type.Integer(),
    done: Type.Integer(),
    total: Type.Integer(),
    percent: Type.Integer({ description: 'Activities done of all there are, 0 to 100' })
  }, { description: 'Of the people the asker may see' })
})

const EnrolmentAnswer = Type.Object({
  id: Type.String(),
  personId: Type.String(),
  name: Type.String(),
  country: Text,
  agency: Text,
  state: Type.Enum(['active', 'completed', 'withdrawn']),
  enrolledAt: Type.String(),
  activeAt: Text,
  certificateSerial: Text
})

const ProgressAnswer = Type.Object({
  enrolmentId: Type.String(),
  personId: Type.String(),
  name: Type.String(),
  country: Text,
  agency: Text,
  state: Type.Enum(['active', 'completed', 'withdrawn']),
  done: Type.Integer(),
  total: Type.Integer(),
  percent: Type.Integer(),
  activeAt: Text,
  stuck: Type.Union([Type.Enum([...STUCK_REASONS]), Type.Null()]),
  certificateSerial: Text,
  noShow: Type.Boolean({ description: 'Marked as not come; the seat stays taken' })
})

const SummaryAnswer = Type.Object({
  byCountry: Type.Array(Type.Object({ country: Text, ...CohortAnswer.properties.counts.properties, stuck: Type.Integer() })),
  noShows: Type.Integer(),
  needHelp: Type.Array(Type.Object({
    ...ProgressAnswer.properties,
    idleSince: Type.Union([Type.Null(), Type.String()], { description: 'Since when nothing was done that could have been' }),
    usedUp: Type.Array(Type.String(), { description: 'Quizzes whose attempts are used up without a pass, by their keys' })
  }), { description: 'Who is stuck, the most urgent first' }),
  quizzes: Type.Array(Type.Object({ key: Type.String(), title: Type.String() }))
})

const EnrolledAnswer = Type.Object({
  created: Type.Integer({ description: 'New persons' }),
  enrolled: Type.Integer({ description: 'New enrolments, those of new persons among them' }),
  unchanged: Type.Integer(),
  problems: Type.Array(Type.Object({ line: Type.Integer(), field: Type.String(), message: Type.String() }))
})

const ProgressQuery = Type.Object({
  show: Type.Optional(Show),
  country: Type.Optional(Country),
  after: Cursor,
  limit: Type.Integer({ minimum: 1, maximum: 5000, default: 1000 })
})

const CohortBody = Type.Object({
  name: Type.String({ maxLength: 1000 }),
  course: Type.String({ maxLength: 200, description: 'Its slug; the latest published version is kept' }),
  startsAt: Type.String({ maxLength: 40 }),
  endsAt: Type.String({ maxLength: 40 }),
  seats: Type.Optional(integerOrNull()),
  instructors: Type.Optional(Type.Array(Id, { maxItems: 100 })),
  seatsByCountry: Type.Optional(Type.Record(Type.String({ maxLength: 4 }), Type.Integer(), { description: 'Held for a country, by its code; the others share the rest' })),
  language: Type.Optional(textOrNull({ maxLength: 40 })),
  timeZone: Type.Optional(textOrNull({ maxLength: 60 })),
  examDay: Type.Optional(textOrNull({ maxLength: 20 })),
  nominationsUntil: Type.Optional(textOrNull({ maxLength: 20 }))
})

/** Lists of thousands, in scripts that take three bytes a letter. */
const LIST_BYTES = 4 * 1024 * 1024
/** The same as a form sends it: each of those bytes as three characters. */
const FORM_BYTES = 3 * LIST_BYTES
const PAGE_OF_PEOPLE = 100
const PAGE_OF_PAST = 50
const MOST_OPEN_COHORTS = 200
const MOST_STUCK_NAMED = 10
const MOST_STUCK = 5000

export function cohortRoutes (app: App, deps: Deps): void {
  apiRoutes(app, deps)
  listPages(app, deps)
  cohortPages(app, deps)
  enrolmentPages(app, deps)
}

function apiRoutes (app: App, deps: Deps): void {
  const { db, world, settings, messages } = deps

  app.get('/api/v1/cohorts', {
    config: { access: DESK },
    schema: {
      querystring: Type.Object({ state: Type.Optional(State), course: Type.Optional(Type.String({ maxLength: 200 })), after: Cursor, limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }) }),
      response: { 200: Type.Object({ items: Type.Array(CohortAnswer), next: Text }) }
    }
  }, async (request) => {
    const { items, next } = await listCohorts(db, world, signedIn(request), request.query)
    return { items: items.map(cohortJson), next }
  })

  app.post('/api/v1/cohorts', {
    config: { access: ADMINISTRATORS },
    schema: { body: CohortBody, response: { 201: CohortAnswer } }
  }, async (request, reply) => {
    const person = signedIn(request)
    const { name, course, startsAt, endsAt, seats, instructors, ...settings } = request.body
    const made = await createCohort(db, world, person, {
      name, course, startsAt, endsAt, ...seats !== undefined && { seats }, ...instructors !== undefined && { instructors },
      ...Object.keys(settings).length > 0 && { settings: { ...NO_SETTINGS, ...settings } }
    })
    if ('problems' in made) throw new Refusal('bad-input', {}, said(made.problems, request))
    const cohort = await getCohort(db, world, person, made.id)
    return await reply.status(201).header('location', app.url('/api/v1/cohorts/:id', { id: made.id })).send(cohortJson(cohort))
  })

  app.get('/api/v1/cohorts/:id', {
    config: { access: DESK },
    schema: { params: ById, response: { 200: CohortAnswer } }
  }, async (request) => cohortJson(await getCohort(db, world, signedIn(request), request.params.id)))

  app.get('/api/v1/cohorts/:id/progress', {
    config: { access: DESK },
    schema: { params: ById, querystring: ProgressQuery, response: { 200: Type.Object({ items: Type.Array(ProgressAnswer), next: Text }) } }
  }, async (request) => {
    const { items, next } = await cohortProgress(db, world, signedIn(request), request.params.id, request.query)
    return { items: items.map(progressJson), next }
  })

  app.get('/api/v1/cohorts/:id/enrolments', {
    config: { access: DESK },
    schema: { params: ById, querystring: ProgressQuery, response: { 200: Type.Object({ items: Type.Array(EnrolmentAnswer), next: Text }) } }
  }, async (request) => {
    const { items, next } = await cohortProgress(db, world, signedIn(request), request.params.id, request.query)
    return { items: items.map(enrolmentJson), next }
  })

  app.get('/api/v1/cohorts/:id/summary', {
    config: { access: DESK },
    schema: { description: 'How a cohort stands, of the people the asker may see', params: ById, response: { 200: SummaryAnswer } }
  }, async (request) => summaryJson(await cohortOverview(db, world, signedIn(request), request.params.id, MOST_STUCK), request.language))

  app.get('/api/v1/cohorts/:id/enrolments/export', {
    config: { access: STAFF },
    schema: {
      description: 'Everybody with a seat, in the columns of a list that can be sent',
      params: ById, querystring: Type.Object({ format: Type.Enum(['csv', 'xlsx'], { default: 'csv' }) }), produces: ['text/csv', XLSX_TYPE], response: { 200: Download }
    }
  }, async (request, reply) => {
    const { format } = request.query
    return await sendTable(reply, format, 'enrolments', await enrolledTable(db, signedIn(request), request.params.id), directionOf(request.language) === 'rtl')
  })

  // The parsers for tables are the scope's alone: no other route takes such a body.
  void app.register(async (scope: App) => {
    takeTables(scope)
    scope.post('/api/v1/cohorts/:id/enrolments', {
      config: { access: STAFF },
      bodyLimit: LIST_BYTES,
      schema: {
        params: ById,
        querystring: Type.Object({ dryRun: Type.Boolean({ default: false }) }),
        ...tableOf(`${COLUMNS.join(',')}, and birthday (YYYY-MM-DD) if known`),
        response: { 200: EnrolledAnswer }
      }
    }, async (request) => {
      const { id } = request.params
      const { dryRun } = request.query
      return await enrolFromCsv(db, world, settings, messages, signedIn(request), id, request.body, { dryRun, language: request.language }) as Static<typeof EnrolledAnswer>
    })
  })

  app.put('/api/v1/cohorts/:id/instructors/:personId', {
    config: { access: ADMINISTRATORS },
    schema: { params: ByInstructor, response: { 204: Type.Null() } }
  }, async (request, reply) => {
    const { id, personId } = request.params
    await assignInstructor(db, world, signedIn(request), id, personId)
    return await reply.status(204).send(null)
  })

  app.delete('/api/v1/cohorts/:id/instructors/:personId', {
    config: { access: ADMINISTRATORS },
    schema: { params: ByInstructor, response: { 204: Type.Null() } }
  }, async (request, reply) => {
    const { id, personId } = request.params
    await removeInstructor(db, world, signedIn(request), id, personId)
    return await reply.status(204).send(null)
  })

  app.post('/api/v1/enrolments/:id/withdraw', {
    config: { access: STAFF },
    schema: { params: ById, body: Type.Object({ reason: Type.String({ maxLength: 1000 }) }), response: { 200: Type.Object({ state: Type.Literal('withdrawn') }) } }
  }, async (request) => {
    await changeEnrolment(db, deps, signedIn(request), request.params.id, { action: 'withdraw', reason: request.body.reason })
    return { state: 'withdrawn' as const }
  })

  app.post('/api/v1/enrolments/:id/reinstate', {
    config: { access: STAFF },
    schema: { params: ById, response: { 200: Type.Object({ state: Type.Literal('active') }) } }
  }, async (request) => {
    await changeEnrolment(db, deps, signedIn(request), request.params.id, { action: 'reinstate', reason: '' })
    return { state: 'active' as const }
  })
}

function listPages (app: App, { db, world, settings }: Deps): void {
  app.get('/desk/cohorts', {
    config: { access: DESK },
    schema: { querystring: Type.Object({ after: Cursor, made: Type.Optional(Type.Integer({ minimum: 0 })) }) }
  }, async (request, reply) => {
    const person = signedIn(request)
    const { after, made } = request.query
    const open = async (state: 'running' | 'coming') => after === undefined ? (await listCohorts(db, world, person, { state, limit: MOST_OPEN_COHORTS })).items : []
    return reply.page('cohorts/cohorts', cohortsView({
      running: await open('running'),
      coming: (await open('coming')).toReversed(),
      past: await listCohorts(db, world, person, { state: 'past', after, limit: PAGE_OF_PAST }),
      after,
      made
    }, person, readerOf(request)))
  })

  app.get('/desk/cohorts/new', {
    config: { access: ADMINISTRATORS },
    schema: { querystring: Type.Object({ course: Type.String({ maxLength: 200, default: '' }) }) }
  }, async (request, reply) => await showForm(request, reply, { name: '', course: request.query.course, first: '', last: '', seats: '', instructors: [] }, []))

  app.post('/desk/cohorts/new', {
    config: { access: ADMINISTRATORS },
    schema: {
      body: Type.Object({
        name: Type.String({ maxLength: 1000, default: '' }),
        course: Type.String({ maxLength: 200, default: '' }),
        first: Type.String({ maxLength: 40, default: '' }),
        last: Type.String({ maxLength: 40, default: '' }),
        seats: Type.String({ maxLength: 40, default: '' }),
        instructors: Type.Array(Type.String({ maxLength: 64 }), { maxItems: 1000, default: [] })
      })
    }
  }, async (request, reply) => {
    const form = request.body
    const made = await createCohort(db, world, signedIn(request), inputOf(form))
    if ('problems' in made) {
      void reply.status(422)
      return await showForm(request, reply, form, made.problems)
    }
    return await reply.redirect(app.url('/desk/cohorts/:id/enrol', { id: made.id }), 303)
  })

  function inputOf ({ first, last, seats, ...form }: CohortForm): NewCohort {
    // Each day is worked out by itself, so that a wrong one is told beside its own field.
    return {
      ...form,
      startsAt: instantsOfDays({ first, last: first }, settings.timeZone)?.startsAt ?? '',
      endsAt: instantsOfDays({ first: last, last }, settings.timeZone)?.endsAt ?? '',
      seats: seats.trim() === '' ? null : Number(seats)
    }
  }

  async function showForm (request: FastifyRequest, reply: FastifyReply, form: CohortForm, problems: readonly CohortProblem[]): Promise<FastifyReply> {
    const choices = { courses: await listLatestCourses(db), instructors: await listInstructors(db) }
    return reply.page('cohorts/new', newCohortView(form, choices, said(problems, request), readerOf(request)))
  }
}

function cohortPages (app: App, { db, world }: Deps): void {
  app.get('/desk/cohorts/:id', {
    config: { access: DESK },
    schema: {
      params: ById,
      querystring: Type.Object({
        // '' is what the filter form sends for all.
        show: Type.Optional(Type.Union([Show, Type.Literal('')])),
        country: Type.Optional(Type.Union([Country, Type.Literal('')])),
        after: Cursor,
        enrolled: Type.Optional(Type.Integer({ minimum: 0 })),
        created: Type.Optional(Type.Integer({ minimum: 0 })),
        changed: Type.Optional(Type.Integer({ minimum: 0 })),
        action: Type.Optional(Type.Enum([...CHANGES])),
        chosen: Type.Optional(Type.Literal('none')),
        reminded: Type.Optional(Type.Integer({ minimum: 0 }))
      })
    }
  }, async (request, reply) => {
    const person = signedIn(request)
    const { id } = request.params
    const { enrolled, created = 0, after } = request.query
    const filter = { show: request.query.show || undefined, country: request.query.country || undefined, after }
    const overview = await cohortOverview(db, world, person, id, MOST_STUCK_NAMED)
    const people = await cohortProgress(db, world, person, id, { ...filter, limit: PAGE_OF_PEOPLE })
    const instructors = person.roles.some(({ role }) => role === 'administrator') ? await listInstructors(db) : []
    const notice = enrolled === undefined ? null : { enrolled, created }
    const { changed, action, chosen, reminded = null } = request.query
    return reply.page('cohorts/cohort', cohortView({ overview, people, filter, instructors, notice, changed: changed === undefined || action === undefined ? null : { count: changed, action }, reminded, noneChosen: chosen === 'none' }, world.now(), person, readerOf(request)))
  })

  for (const format of ['csv', 'xlsx'] as const) {
    app.get(`/desk/cohorts/:id/progress.${format}`, {
      config: { access: DESK },
      schema: { params: ById }
    }, async (request, reply) => {
      const { items } = await cohortProgress(db, world, signedIn(request), request.params.id, { limit: null })
      return await sendTable(reply, format, 'progress', progressTable(items, request.t, format), directionOf(request.language) === 'rtl')
    })
  }

  for (const format of ['csv', 'xlsx'] as const) {
    app.get(`/desk/cohorts/:id/enrolments.${format}`, {
      config: { access: STAFF },
      schema: { params: ById }
    }, async (request, reply) => await sendTable(reply, format, 'enrolments', await enrolledTable(db, signedIn(request), request.params.id), directionOf(request.language) === 'rtl'))
  }

  app.post('/desk/cohorts/:id/instructors', {
    config: { access: ADMINISTRATORS },
    schema: { params: ById, body: Type.Object({ personId: Id, action: Type.Enum(['assign', 'remove']) }) }
  }, async (request, reply) => {
    const { id } = request.params
    const { personId, action } = request.body
    await (action === 'assign' ? assignInstructor : removeInstructor)(db, world, signedIn(request), id, personId)
    return await reply.redirect(`${app.url('/desk/cohorts/:id', { id })}#instructors`, 303)
  })
}

function enrolmentPages (app: App, deps: Deps): void {
  const { db, world, settings, messages } = deps

  app.get('/desk/cohorts/:id/enrol', {
    config: { access: STAFF },
    schema: { params: ById }
  }, async (request, reply) => {
    const person = signedIn(request)
    const { id } = request.params
    // Somebody who may see the cohort and not enrol is told so before typing.
    await managedCohort(db.read, person, id)
    return reply.page('cohorts/enrol', enrolView(await getCohort(db, world, person, id), { csv: '', result: null }, readerOf(request)))
  })

  app.post('/desk/cohorts/:id/enrol', {
    config: { access: STAFF },
    bodyLimit: FORM_BYTES,
    schema: { params: ById, body: Type.Object({ csv: Type.String({ default: '' }), step: Type.Enum(['check', 'confirm'], { default: 'check' }) }) }
  }, async (request, reply) => {
    const person = signedIn(request)
    const { id } = request.params
    const { csv, step } = request.body
    const enrol = async (dryRun: boolean) => await enrolFromCsv(db, world, settings, messages, person, id, csv, { dryRun, language: request.language })
    const result = await enrol(true)
    if (step === 'confirm' && result.problems.length === 0) {
      const { enrolled, created } = await enrol(false)
      return await reply.redirect(app.url('/desk/cohorts/:id', { id }, { enrolled, created }), 303)
    }
    if (result.problems.length > 0) void reply.status(422)
    return reply.page('cohorts/enrol', enrolView(await getCohort(db, world, person, id), { csv, result }, readerOf(request)))
  })

  app.get('/desk/enrolments/:id', {
    config: { access: STAFF },
    schema: { params: ById }
  }, async (request, reply) => {
    const enrolment = await getManagedEnrolment(db, world, signedIn(request), request.params.id)
    return reply.page('cohorts/enrolment', managedEnrolmentView(enrolment, { reason: '', wrong: false }, world.now(), signedIn(request), readerOf(request)))
  })

  app.post('/desk/enrolments/:id/withdraw', {
    config: { access: STAFF },
    schema: { params: ById, body: Type.Object({ reason: Type.String({ maxLength: 5000, default: '' }) }) }
  }, async (request, reply) => {
    const person = signedIn(request)
    const { id } = request.params
    const { reason } = request.body
    if (!isReason(reason)) {
      const enrolment = await getManagedEnrolment(db, world, person, id)
      return reply.status(422).page('cohorts/enrolment', managedEnrolmentView(enrolment, { reason, wrong: true }, world.now(), person, readerOf(request)))
    }
    await changeEnrolment(db, deps, person, id, { action: 'withdraw', reason })
    return await reply.redirect(app.url('/desk/enrolments/:id', { id }), 303)
  })

  app.post('/desk/enrolments/:id/reinstate', {
    config: { access: STAFF },
    schema: { params: ById }
  }, async (request, reply) => {
    const { id } = request.params
    await changeEnrolment(db, deps, signedIn(request), id, { action: 'reinstate', reason: '' })
    return await reply.redirect(app.url('/desk/enrolments/:id', { id }), 303)
  })
}

function readerOf (request: FastifyRequest): Reader {
  return { ...request.place, t: request.t, url: request.server.url }
}

function said (problems: readonly CohortProblem[], { t }: FastifyRequest): Array<{ path: CohortProblem['path'], message: string }> {
  return problems.map(({ path, code }) => ({ path, message: t(`cohorts.problem.${code}`) }))
}
