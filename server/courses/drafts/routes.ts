import type { Deps } from '../../deps.ts'
import type { App } from '../../http/app-type.ts'
import { draftApiRoutes } from './api-routes.ts'
import type { ShowPreview } from '../bank/preview.ts'
import type { Checker } from './check.ts'
import { draftEditApi } from './edit-api-routes.ts'
import { draftPages } from './page-routes.ts'
import { draftQuestionRoutes } from './question-routes.ts'
import { draftQuizRoutes } from './quiz-routes.ts'

/** Writing courses. */
export function draftRoutes (app: App, deps: Deps, checker: Checker, show: ShowPreview): void {
  draftPages(app, deps, checker)
  draftQuizRoutes(app, deps, checker)
  draftQuestionRoutes(app, deps, checker, show)
  draftApiRoutes(app, deps, checker)
  draftEditApi(app, deps)
}
