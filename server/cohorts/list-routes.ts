import Type from 'typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { listLatestCourses } from '../courses/desk.ts'
import type { Deps } from '../deps.ts'
import type { App } from '../http/app-type.ts'
import { signedIn } from '../http/session.ts'
import { ADMINISTRATORS, DESK } from '../people/access.ts'
import { createCohort, listCohorts, listInstructors, type CohortProblem, type NewCohort } from './cohorts.ts'
import { instantsOfDays } from './days.ts'
import { cohortsView, newCohortView, type CohortForm } from './views.ts'
import { Cursor } from './schemas.ts'
import { readerOf, said } from './problems-view.ts'

const PAGE_OF_PAST = 50
const MOST_OPEN_COHORTS = 200

/** The list of cohorts, and a new one. */
export function listPages (app: App, { db, world, settings }: Deps): void {
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
