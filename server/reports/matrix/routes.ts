import Type, { type Static } from 'typebox'
import type { FastifyRequest } from 'fastify'
import type { Deps } from '../../deps.ts'
import type { App } from '../../http/app-type.ts'
import { directionOf } from '../../http/messages.ts'
import { signedIn } from '../../http/session.ts'
import { sendTable } from '../../http/table-body.ts'
import { DESK } from '../../people/access.ts'
import { cohortActivity, cohortMatrix, makeActivityCache } from './matrix.ts'
import { matrixJson, matrixTable, matrixView, type Reader } from './views.ts'

const ById = Type.Object({ id: Type.String({ minLength: 1, maxLength: 64 }) })
const Text = Type.Union([Type.String(), Type.Null()])
const Country = Type.String({ pattern: '^[A-Z]{2}$' })
const State = Type.Enum(['active', 'completed', 'withdrawn'])
const Is = Type.Enum(['done', 'not-done', 'begun'])
const Key = Type.String({ minLength: 1, maxLength: 200 })
const Cursor = Type.Optional(Type.String({ minLength: 1, maxLength: 1000 }))
const blank = Type.Literal('')

const MatrixAnswer = Type.Object({
  activities: Type.Array(Type.Object({ key: Type.String(), kind: Type.Enum(['lesson', 'quiz']), title: Type.String(), module: Type.String(), done: Type.Integer({ description: 'How many have done it' }) })),
  pace: Type.Integer({ description: 'Activities that an even pace asks for by now' }),
  days: Type.Array(Type.Object({ day: Type.String(), count: Type.Integer({ description: 'Activities done on it' }) })),
  items: Type.Array(Type.Object({
    enrolmentId: Type.String(), personId: Type.String(), name: Type.String(), country: Text, state: Type.Enum(['active', 'completed', 'withdrawn', 'no-show']),
    done: Type.Integer(), percent: Type.Integer(), behind: Type.Boolean(),
    cells: Type.String({ description: 'A letter for each activity, in their order: d done, b begun, m being marked, f attempts used up, - nothing yet' })
  })),
  next: Text
})

/** Rows of a page: some 250 KB for a course of 130 activities. */
const PAGE = 50

/** Trainees by activities. */
export function matrixRoutes (app: App, deps: Deps): void {
  const { db } = deps
  const counting = { world: deps.world, cache: makeActivityCache() }

  app.get('/api/v1/cohorts/:id/matrix', {
    config: { access: DESK },
    schema: {
      params: ById,
      querystring: Type.Object({ country: Type.Optional(Country), state: Type.Optional(State), activity: Type.Optional(Key), is: Type.Optional(Is), behind: Type.Optional(Type.Boolean()), after: Cursor, limit: Type.Integer({ minimum: 1, maximum: 5000, default: 1000 }) }),
      response: { 200: MatrixAnswer }
    }
  }, async (request) => {
    const person = signedIn(request)
    const { id } = request.params
    return matrixJson(await cohortMatrix(db, deps, person, id, request.query), await cohortActivity(db, counting, person, id), request.language)
  })

  const Filters = Type.Object({
    country: Type.Optional(Type.Union([Country, blank])), state: Type.Optional(Type.Union([State, blank])), activity: Type.Optional(Type.Union([blank, Key])),
    is: Type.Optional(Is), behind: Type.Optional(Type.Enum(['yes', ''])), after: Cursor
  })

  app.get('/desk/cohorts/:id/matrix', { config: { access: DESK }, schema: { params: ById, querystring: Filters } }, async (request, reply) => {
    const person = signedIn(request)
    const { id } = request.params
    const filter = filterOf(request.query)
    const matrix = await cohortMatrix(db, deps, person, id, { ...filter, limit: PAGE })
    return reply.page('matrix/matrix', matrixView({ matrix, activity: await cohortActivity(db, counting, person, id), filter, direction: directionOf(request.language) }, person, readerOf(request)))
  })

  for (const format of ['csv', 'xlsx'] as const) {
    app.get(`/desk/cohorts/:id/matrix.${format}`, { config: { access: DESK }, schema: { params: ById, querystring: Filters } }, async (request, reply) => {
      const matrix = await cohortMatrix(db, deps, signedIn(request), request.params.id, { ...filterOf(request.query), after: undefined, limit: null })
      return await sendTable(reply, format, 'matrix', matrixTable(matrix, readerOf(request)), directionOf(request.language) === 'rtl')
    })
  }
}

/** '' is what the filter form sends for all. */
function filterOf ({ country, state, activity, is, behind, after }: { country?: string, state?: '' | Static<typeof State>, activity?: string, is?: Static<typeof Is>, behind?: string, after?: string }) {
  return { country: country || undefined, state: state || undefined, activity: activity || undefined, is, behind: behind === 'yes', after }
}

function readerOf (request: FastifyRequest): Reader {
  return { ...request.place, t: request.t, url: request.server.url }
}
