import type { Deps } from '../deps.ts'
import type { App } from '../http/app-type.ts'
import { apiRoutes } from './api-routes.ts'
import { cohortPages } from './cohort-routes.ts'
import { enrolmentPages } from './enrolment-routes.ts'
import { listPages } from './list-routes.ts'

/** Cohorts: on the desk and by program. */
export function cohortRoutes (app: App, deps: Deps): void {
  apiRoutes(app, deps)
  listPages(app, deps)
  cohortPages(app, deps)
  enrolmentPages(app, deps)
}
