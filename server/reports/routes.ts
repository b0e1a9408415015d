import Type from 'typebox'
import type { Deps } from '../deps.ts'
import type { App } from '../http/app-type.ts'
import { signedIn } from '../http/session.ts'
import { homeOf } from './home.ts'
import { statisticsRoutes } from './statistics-routes.ts'
import { todoOf } from './todo.ts'
import { homeView, todoView } from './views.ts'

/** The start page of whoever is signed in, and what the desk reports. */
export function reportRoutes (app: App, deps: Deps): void {
  statisticsRoutes(app, deps)

  app.get('/', { config: { access: 'signed-in' } }, async (request, reply) => {
    const person = signedIn(request)
    const home = await homeOf(deps.db, deps, person, request.language)
    const todo = await todoOf(deps.db, deps, person, request.language)
    return reply.page('reports/home', homeView(home, todo, person, deps.world.now(), { t: request.t, url: app.url, place: request.place }))
  })
  app.get('/api/v1/todo', {
    config: { access: 'signed-in' },
    schema: {
      tags: ['reports'],
      summary: 'What waits for whoever is signed in',
      response: { 200: Type.Object({ items: Type.Array(Type.Object({ kind: Type.String(), count: Type.Integer(), text: Type.String(), href: Type.String() })) }) }
    }
  }, async (request) => ({
    items: (await todoOf(deps.db, deps, signedIn(request), request.language)).map((one) => ({ kind: one.kind, count: one.count, ...todoView(one, { t: request.t, url: app.url, place: request.place }) }))
  }))
}
