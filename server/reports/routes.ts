import type { Deps } from '../deps.ts'
import type { App } from '../http/app-type.ts'
import { signedIn } from '../http/session.ts'
import { homeOf } from './home.ts'
import { statisticsRoutes } from './statistics-routes.ts'
import { homeView } from './views.ts'

/** The start page of whoever is signed in, and what the desk reports. */
export function reportRoutes (app: App, deps: Deps): void {
  statisticsRoutes(app, deps)

  app.get('/', { config: { access: 'signed-in' } }, async (request, reply) => {
    const person = signedIn(request)
    const home = await homeOf(deps.db, deps, person, request.language)
    return reply.page('reports/home', homeView(home, person, deps.world.now(), { t: request.t, url: app.url, place: request.place }))
  })
}
