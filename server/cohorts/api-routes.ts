import Type, { type Static } from 'typebox'
import type { Deps } from '../deps.ts'
import type { App } from '../http/app-type.ts'
import { Download } from '../http/download.ts'
import { directionOf } from '../http/messages.ts'
import { integerOrNull, textOrNull } from '../http/nullable.ts'
import { signedIn } from '../http/session.ts'
import { sendTable, takeTables, tableOf, XLSX_TYPE } from '../http/table-body.ts'
import { ADMINISTRATORS, DESK, STAFF } from '../people/access.ts'
import { Refusal } from '../refusals.ts'
import { assignInstructor, createCohort, getCohort, listCohorts, removeInstructor } from './cohorts.ts'
import { changeEnrolment } from './changes.ts'
import { enrolFromCsv, enrolledTable } from './enrol.ts'
import { COLUMNS } from './enrolment-csv.ts'
import { cohortOverview, cohortProgress } from './progress.ts'
import { NO_SETTINGS } from './settings-rules.ts'
import { cohortJson, enrolmentJson, progressJson, summaryJson } from './views.ts'
import { Id, Cursor, ById, ByInstructor, Text, State, CohortAnswer, EnrolmentAnswer, ProgressAnswer, SummaryAnswer, EnrolledAnswer, ProgressQuery } from './schemas.ts'
import { said } from './problems-view.ts'

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
const MOST_STUCK = 5000

/** Cohorts, enrolments and progress for other programs. */
export function apiRoutes (app: App, deps: Deps): void {
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
