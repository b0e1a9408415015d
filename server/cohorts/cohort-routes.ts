import Type from 'typebox'
import type { Deps } from '../deps.ts'
import type { App } from '../http/app-type.ts'
import { directionOf } from '../http/messages.ts'
import { signedIn } from '../http/session.ts'
import { sendTable } from '../http/table-body.ts'
import { ADMINISTRATORS, DESK, STAFF } from '../people/access.ts'
import { assignInstructor, listInstructors, removeInstructor } from './cohorts.ts'
import { CHANGES } from './changes.ts'
import { enrolledTable } from './enrol.ts'
import { cohortOverview, cohortProgress } from './progress.ts'
import { progressTable } from './progress-table.ts'
import { cohortView } from './views.ts'
import { Id, Cursor, ById, Show, Country } from './schemas.ts'
import { readerOf } from './problems-view.ts'

const PAGE_OF_PEOPLE = 100
const MOST_STUCK_NAMED = 10

/** A cohort: who is in it and how they stand. */
export function cohortPages (app: App, { db, world }: Deps): void {
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
