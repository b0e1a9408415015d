import type { Deps } from '../../deps.ts'
import type { App } from '../../http/app-type.ts'
import { draftApiRoutes } from './api-routes.ts'
import { makeChecker } from './check.ts'

/** Writing courses. */
export function draftRoutes (app: App, deps: Deps): void {
  const checker = makeChecker()
  draftApiRoutes(app, deps, checker)
}
