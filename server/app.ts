import { fileURLToPath } from 'node:url'
import type { FastifyBaseLogger } from 'fastify'
import type { Database } from './db/database.ts'
import type { Deps, Settings } from './deps.ts'
import type { App } from './http/app-type.ts'
import { auditRoutes } from './audit/routes.ts'
import { accommodationRoutes } from './attempts/accommodation-routes.ts'
import { previewView } from './attempts/preview-view.ts'
import { attemptRoutes } from './attempts/routes.ts'
import { sampleRoutes } from './attempts/sample-routes.ts'
import { markingRoutes } from './attempts/marking/routes.ts'
import { proposalRoutes } from './attempts/proposals/routes.ts'
import { regradeRoutes } from './attempts/regrade-routes.ts'
import { satAttemptsRoutes } from './attempts/sat-attempts-routes.ts'
import { certificateRoutes } from './certificates/routes.ts'
import { certificateExpiryRoutes } from './certificates/expiry/routes.ts'
import { certificateTemplateRoutes } from './certificates/templates/routes.ts'
import { certificateZipRoutes } from './certificates/zips/routes.ts'
import { cohortDeskRoutes } from './cohorts/desk-routes.ts'
import { nominationRoutes } from './cohorts/nominations/routes.ts'
import { reminderRoutes } from './cohorts/reminders/routes.ts'
import { cohortRoutes } from './cohorts/routes.ts'
import { makeCourseCache } from './courses/courses.ts'
import { bankRoutes } from './courses/bank-routes.ts'
import { bankApiRoutes } from './courses/bank/api-routes.ts'
import { bankDeskRoutes } from './courses/bank/desk-routes.ts'
import { courseRoutes } from './courses/routes.ts'
import { makeChecker } from './courses/drafts/check.ts'
import { draftRoutes } from './courses/drafts/routes.ts'
import { healthRoutes } from './http/health.ts'
import { languageRoutes } from './http/language.ts'
import type { LoadMeter } from './http/load.ts'
import { loadMessages } from './http/messages.ts'
import { oncePerFolder } from './http/once-per-folder.ts'
import { openapi } from './http/openapi.ts'
import { createShell, type LoggerOptions, type NavEntry } from './http/shell.ts'
import { tellWhatIsStored } from './http/stored.ts'
import { isMigrated } from './db/migrate.ts'
import { DESK, STAFF, ADMINISTRATORS } from './people/access.ts'
import { personEditRoutes } from './people/edit-routes.ts'
import { peopleRoutes } from './people/routes.ts'
import { personOfSession } from './people/sign-in.ts'
import { privacyRoutes } from './privacy/routes.ts'
import { issueRoutes } from './progress/issue-routes.ts'
import { moveRoutes } from './progress/move-routes.ts'
import { progressRoutes } from './progress/routes.ts'
import { changeRoutes } from './quotas/changes/routes.ts'
import { closingRoutes } from './quotas/closing/routes.ts'
import { pipelineRoutes } from './quotas/pipeline/routes.ts'
import { onePersonRoutes } from './quotas/one-person/routes.ts'
import { quotaRoutes } from './quotas/routes.ts'
import { makeSigner } from './quotas/snapshot.ts'
import { annualReportRoutes } from './reports/annual-report-routes.ts'
import { matrixRoutes } from './reports/matrix/routes.ts'
import { readinessRoutes } from './reports/readiness-routes.ts'
import { reportRoutes } from './reports/routes.ts'
import { searchRoutes } from './reports/search-routes.ts'
import { realWorld, type World } from './world.ts'

export interface AppOptions {
  readonly db: Database
  readonly world?: World
  /** Signs session tokens and CSRF tokens; at least 32 characters. */
  readonly secret: string
  readonly settings: Settings
  readonly trustProxy?: boolean
  /** Refuses what can wait while the server is behind; without one nothing is refused. */
  readonly load?: LoadMeter
  readonly logger?: FastifyBaseLogger | LoggerOptions | false
}

const messagesOf = oncePerFolder(loadMessages)

/** The whole product as one Fastify instance, on a database that is already migrated. The caller opens and closes the
 * database; `main.ts` listens with it, `plugin.ts` mounts it in somebody else's server, the tests inject into it. */
export async function buildApp (options: AppOptions): Promise<App> {
  const { db, settings, world = realWorld } = options
  const messages = messagesOf(fileURLToPath(new URL('../templates/locales', import.meta.url)))
  const deps: Deps = { db, world, settings, messages, courses: makeCourseCache(), signer: makeSigner(options.secret) }
  const checker = makeChecker()
  const app = await createShell({
    prefix: settings.prefix,
    secret: options.secret,
    secure: settings.secure,
    trustProxy: options.trustProxy ?? false,
    logger: options.logger ?? false,
    world,
    messages,
    templates: new URL('../templates', import.meta.url),
    programme: settings.programme,
    timeZone: settings.timeZone,
    nav: navigation(settings),
    load: options.load ?? null,
    loadPerson: async (sessionId) => await personOfSession(db, world, sessionId)
  })
  tellWhatIsStored(app, db.unsynced)
  await openapi(app, settings)
  await app.register(async (scope: App) => {
    healthRoutes(scope, async () => await isMigrated(db))
    languageRoutes(scope, deps)
    peopleRoutes(scope, deps)
    personEditRoutes(scope, deps)
    courseRoutes(scope, deps)
    bankRoutes(scope, deps)
    bankApiRoutes(scope, deps)
    bankDeskRoutes(scope, deps, previewView)
    draftRoutes(scope, deps, checker, previewView)
    cohortRoutes(scope, deps)
    cohortDeskRoutes(scope, deps)
    nominationRoutes(scope, deps)
    reminderRoutes(scope, deps)
    quotaRoutes(scope, deps)
    changeRoutes(scope, deps)
    pipelineRoutes(scope, deps)
    closingRoutes(scope, deps)
    onePersonRoutes(scope, deps)
    certificateRoutes(scope, deps)
    certificateTemplateRoutes(scope, deps)
    certificateZipRoutes(scope, deps)
    certificateExpiryRoutes(scope, deps)
    progressRoutes(scope, deps)
    moveRoutes(scope, deps)
    issueRoutes(scope, deps)
    attemptRoutes(scope, deps)
    markingRoutes(scope, deps)
    regradeRoutes(scope, deps)
    proposalRoutes(scope, deps)
    accommodationRoutes(scope, deps)
    sampleRoutes(scope, deps, checker)
    satAttemptsRoutes(scope, deps)
    reportRoutes(scope, deps)
    annualReportRoutes(scope, deps)
    searchRoutes(scope, deps)
    matrixRoutes(scope, deps)
    readinessRoutes(scope, deps)
    privacyRoutes(scope, deps)
    auditRoutes(scope, deps)
  }, { prefix: settings.prefix })
  return app
}

function navigation (settings: Settings): NavEntry[] {
  return [
    { path: '/', label: 'nav.today', roles: ['trainee', 'instructor', 'administrator', 'liaison'] },
    { path: '/desk/search', label: 'nav.search', roles: DESK, corner: true },
    { path: '/desk/cohorts', label: 'nav.cohorts', roles: DESK },
    { path: '/desk/courses', label: 'nav.courses', roles: STAFF },
    { path: '/desk/banks', label: 'nav.banks', roles: STAFF },
    { path: '/desk/marking', label: 'nav.marking', roles: STAFF },
    { path: '/desk/quotas', label: 'nav.quotas', roles: ['administrator', 'liaison'] },
    { path: '/desk/readiness', label: 'nav.readiness', roles: ['administrator', 'liaison'] },
    { path: '/desk/people', label: 'nav.people', roles: ADMINISTRATORS },
    { path: '/desk/audit', label: 'nav.audit', roles: ADMINISTRATORS },
    ...(settings.demo ? [{ path: '/desk/mail', label: 'nav.mail', roles: ADMINISTRATORS }] : [])
  ]
}
