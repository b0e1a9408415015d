import Type from 'typebox'
import type { Deps } from '../deps.ts'
import type { App } from '../http/app-type.ts'
import { signedIn } from '../http/session.ts'
import { STAFF } from '../people/access.ts'
import { satAttempts } from './sat-attempts.ts'
import { satAttemptsView } from './sat-attempts-view.ts'

const Id = Type.String({ minLength: 1, maxLength: 64 })
const params = Type.Object({ id: Id, key: Id })
const querystring = Type.Object({ search: Type.Optional(Type.String({ maxLength: 200 })), page: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000 })) })
const Nullable = <T extends Type.TSchema>(of: T) => Type.Union([of, Type.Null()])

const Answer = Type.Object({
  items: Type.Array(Type.Object({
    id: Type.String(), enrolmentId: Type.String(), trainee: Type.String(), number: Type.Integer(), state: Type.String(),
    mark: Nullable(Type.Number()), markMax: Type.Number(), percent: Nullable(Type.Number()), passed: Nullable(Type.Boolean()), finishedAt: Nullable(Type.String())
  })),
  next: Nullable(Type.Integer({ description: 'The next `page`' }))
})

/** Who has sat a quiz of a cohort. */
export function satAttemptsRoutes (app: App, deps: Deps): void {
  const { db } = deps

  app.get('/desk/cohorts/:id/quizzes/:key/attempts', { config: { access: STAFF }, schema: { params, querystring } }, async (request, reply) => {
    const { search = '', page = 1 } = request.query
    const sat = await satAttempts(db, deps, signedIn(request), { cohortId: request.params.id, quizKey: request.params.key, search, page })
    return reply.page('attempts/sat-attempts', satAttemptsView(sat, search, { ...request.place, t: request.t, url: request.server.url }))
  })

  app.get('/api/v1/cohorts/:id/quizzes/:key/attempts', { config: { access: STAFF }, schema: { params, querystring, response: { 200: Answer } } }, async (request) => {
    const { search = '', page = 1 } = request.query
    const sat = await satAttempts(db, deps, signedIn(request), { cohortId: request.params.id, quizKey: request.params.key, search, page })
    return {
      items: sat.items.map(({ id, enrolmentId, personName, number, state, mark, markMax, percent, passed, finishedAt }) => ({ id, enrolmentId, trainee: personName, number, state, mark, markMax, percent, passed, finishedAt })),
      next: sat.page < sat.pages ? sat.page + 1 : null
    }
  })
}
