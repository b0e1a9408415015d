import { sql } from 'kysely'
import t from 'tap'
import { testApp, type Somebody, type TestApp } from './app.ts'
import { dialect } from './database.ts'
import { openBrowser, type Browser } from './browser.ts'
import { makeLooks } from '../server/certificates/templates/templates.ts'
import { zipDeps } from '../server/certificates/views.ts'
import { requestZip, workOnZips } from '../server/certificates/zips/zips.ts'
import { insertAttachments } from '../server/courses/queries.ts'
import { keepBankFile } from '../server/courses/bank/files.ts'
import { addCohort, call, enrol, personOf, sendFile, start, startWalk, walkToTheEnd, type Walk } from './trainee.ts'

/** Who asks, in the order of the columns below. The liaison is of the trainee's country, the other liaison of another. */
/** Says each message as its key. */
const KEYS = Object.assign((key: string) => key, { sentence: (english: string) => english })
const ROLES = ['nobody', 'trainee', 'otherTrainee', 'instructor', 'otherInstructor', 'liaison', 'otherLiaison', 'administrator'] as const
type Who = typeof ROLES[number]

/** What each may expect: `+` it is done or shown; `-` sign in first; `x` not for this role; `0` there is no such thing for them. */
const TABLE: Readonly<Record<string, string>> = {
  // everybody
  'GET /assets/:version/:name': '++++++++',
  'GET /api/v1/openapi.json': '++++++++',
  'GET /health': '++++++++',
  'GET /ready': '++++++++',
  'POST /language': '++++++++',
  'GET /sign-in': '++++++++',
  'POST /sign-in': '++++++++',
  'GET /forgot': '++++++++',
  'POST /forgot': '++++++++',
  'GET /links/:secret': '++++++++',
  'POST /links/:secret': '++++++++',
  'GET /set-up/:secret': '++++++++',
  'POST /set-up/:secret': '++++++++',
  'POST /api/v1/sign-in': '++++++++',
  'POST /api/v1/forgot': '++++++++',
  'POST /api/v1/links/:secret': '++++++++',
  'POST /api/v1/set-up/:secret': '++++++++',
  'GET /certificates/:serial': '++++++++',
  'GET /certificates/:serial.pdf': '++++++++',
  'GET /verify': '++++++++',
  'GET /api/v1/certificates/:serial': '++++++++',
  'GET /api/v1/signing-key': '++++++++',
  // whoever is signed in, about themselves
  'GET /': '-+++++++',
  'GET /media/:hash': '-+++++++',
  'GET /api/v1/me': '-+++++++',
  'GET /api/v1/todo': '-+++++++',
  'PATCH /api/v1/me': '-+++++++',
  'GET /api/v1/enrolments': '-+++++++',
  'GET /me/data.json': '-+++++++',
  'GET /api/v1/me/data': '-+++++++',
  // a trainee's own; read by those who run the cohort and, without answers, by the country's liaison
  'GET /enrolments/:id': '-+0+0+0+',
  'GET /enrolments/:id/lessons/:key': '-+0+0+0+',
  'GET /api/v1/enrolments/:id': '-+0+0+0+',
  'GET /api/v1/enrolments/:id/lessons/:key': '-+0+0+0+',
  'GET /api/v1/enrolments/:id/quizzes/:key': '-+000000',
  'POST /enrolments/:id/lessons/:key/done': '-+000000',
  'POST /api/v1/enrolments/:id/lessons/:key/done': '-+000000',
  'GET /enrolments/:id/quizzes/:key': '-+000000',
  'POST /enrolments/:id/quizzes/:key/attempts': '-+000000',
  'POST /api/v1/enrolments/:id/quizzes/:key/attempts': '-+000000',
  'GET /attempts/:id': '-+0+000+',
  'GET /api/v1/attempts/:id': '-+0+000+',
  'POST /attempts/:id': '-+000000',
  'PUT /api/v1/attempts/:id/answers/:slot': '-+000000',
  'PUT /api/v1/attempts/:id/answers': '-+000000',
  'POST /api/v1/attempts/:id/answers/:slot/check': '-+000000',
  'GET /attempts/:id/files/:fileId': '-+0+000+',
  'GET /api/v1/attempts/:id/files': '-+0+000+',
  'GET /api/v1/attempts/:id/files/:fileId': '-+0+000+',
  'POST /api/v1/attempts/:id/files/:slot': '-+000000',
  'DELETE /api/v1/attempts/:id/files/:fileId': '-+000000',
  'GET /attempts/:id/review': '-+0+000+',
  'GET /api/v1/attempts/:id/review': '-+0+000+',
  'GET /api/v1/attempts/:id/key': '-xx+0xx+',
  'POST /attempts/:id/marks': '-xx+0xx+',
  'POST /api/v1/attempts/:id/marks': '-xx+0xx+',
  'POST /attempts/:id/finish': '-+000000',
  'POST /api/v1/attempts/:id/finish': '-+000000',
  // the desk: cohorts
  'GET /desk/search': '-xx+++++',
  'GET /api/v1/search': '-xx+++++',
  'GET /desk/cohorts': '-xx+++++',
  'GET /api/v1/cohorts': '-xx+++++',
  'GET /desk/cohorts/:id': '-xx+0+0+',
  'GET /desk/cohorts/:id/progress.csv': '-xx+0+0+',
  'GET /api/v1/cohorts/:id': '-xx+0+0+',
  'GET /api/v1/cohorts/:id/progress': '-xx+0+0+',
  'GET /api/v1/cohorts/:id/enrolments': '-xx+0+0+',
  'GET /desk/cohorts/:id/quizzes/:key/statistics': '-xx+0xx+',
  'GET /api/v1/cohorts/:id/quizzes/:key/statistics': '-xx+0xx+',
  'GET /desk/cohorts/:id/quizzes/:key/regrade': '-xx+0xx+',
  'POST /desk/cohorts/:id/quizzes/:key/regrade': '-xx+0xx+',
  'POST /api/v1/cohorts/:id/quizzes/:key/regrade': '-xx+0xx+',
  'GET /api/v1/cohorts/:id/quizzes/:key/regrade': '-xx+0xx+',
  'POST /api/v1/cohorts/plan': '-xxxxxx+',
  'POST /api/v1/tables/text': '-xx+++++',
  'GET /desk/cohorts/plan': '-xxxxxx+',
  'POST /desk/cohorts/plan': '-xxxxxx+',
  'GET /api/v1/cohorts/:id/settings': '-xx+0xx+',
  'PUT /api/v1/cohorts/:id/settings': '-xxxxxx+',
  'GET /desk/cohorts/:id/settings': '-xx+0xx+',
  'POST /desk/cohorts/:id/settings': '-xxxxxx+',
  'POST /api/v1/cohorts/:id/enrolments/changes': '-xx+0xx+',
  'POST /desk/cohorts/:id/changes': '-xx+0xx+',
  'POST /api/v1/enrolments/:id/move': '-xx+0xx+',
  'POST /api/v1/enrolments/:id/no-show': '-xxxxxx+',
  'POST /api/v1/enrolments/:id/came': '-xxxxxx+',
  'GET /desk/cohorts/:id/progress.xlsx': '-xx+0+0+',
  'GET /desk/cohorts/:id/enrolments.csv': '-xx+0xx+',
  'GET /desk/cohorts/:id/enrolments.xlsx': '-xx+0xx+',
  'GET /api/v1/cohorts/:id/enrolments/export': '-xx+0xx+',
  'GET /api/v1/cohorts/:id/summary': '-xx+0+0+',
  'GET /desk/cohorts/:id/matrix': '-xx+0+0+',
  'GET /desk/cohorts/:id/matrix.csv': '-xx+0+0+',
  'GET /desk/cohorts/:id/matrix.xlsx': '-xx+0+0+',
  'GET /api/v1/cohorts/:id/matrix': '-xx+0+0+',
  'GET /api/v1/reminders': '-xxxxxx+',
  'PUT /api/v1/reminders/:kind/:language': '-xxxxxx+',
  'GET /desk/reminders': '-xxxxxx+',
  'GET /desk/reminders/:kind/:language': '-xxxxxx+',
  'POST /desk/reminders/:kind/:language': '-xxxxxx+',
  'DELETE /api/v1/reminders/:kind/:language': '-xxxxxx+',
  'GET /api/v1/cohorts/:id/reminders': '-xx+0xx+',
  'POST /api/v1/cohorts/:id/remind': '-xx+0xx+',
  'POST /desk/cohorts/:id/remind': '-xx+0xx+',
  // nominations: a liaison of any country may propose people for a cohort that is open, and sees only their own
  'GET /desk/nominations': '-xxxx+++',
  'GET /api/v1/nominations': '-xxxx+++',
  'GET /api/v1/cohorts/:id/nominations': '-xx+0+++',
  'GET /desk/cohorts/:id/nominations': '-xx+0+++',
  'GET /desk/cohorts/:id/nominations.csv': '-xx+0+++',
  'GET /desk/cohorts/:id/nominations.xlsx': '-xx+0+++',
  'GET /desk/cohorts/:id/nominate': '-xxxx+++',
  'POST /desk/cohorts/:id/nominate': '-xxxx+++',
  'POST /api/v1/cohorts/:id/nominations': '-xxxx+++',
  'POST /desk/cohorts/:id/nominations': '-xxxx+0+',
  'POST /api/v1/cohorts/:id/nominations/decisions': '-xxxx+0+',
  'GET /desk/nominations/:id/substitute': '-xxxx+0+',
  'POST /desk/nominations/:id/substitute': '-xxxx+0+',
  'POST /api/v1/nominations/:id/substitute': '-xxxx+0+',
  'GET /desk/cohorts/:id/enrol': '-xx+0xx+',
  'POST /desk/cohorts/:id/enrol': '-xx+0xx+',
  'POST /api/v1/cohorts/:id/enrolments': '-xx+0xx+',
  'GET /desk/cohorts/:id/quizzes/:key/attempts': '-xx+0xx+',
  'GET /api/v1/cohorts/:id/quizzes/:key/attempts': '-xx+0xx+',
  'GET /desk/marking': '-xx++xx+',
  'GET /api/v1/marking': '-xx++xx+',
  'GET /desk/marking/:id/:slot': '-xx+0xx+',
  'POST /desk/marking/:id/:slot': '-xx+0xx+',
  'GET /api/v1/marking/:id/:slot': '-xx+0xx+',
  'GET /desk/cohorts/:id/quizzes/:key/marking': '-xx+0xx+',
  'POST /desk/cohorts/:id/quizzes/:key/marking': '-xx+0xx+',
  'POST /desk/cohorts/:id/quizzes/:key/marking/release': '-xx+0xx+',
  'GET /api/v1/cohorts/:id/quizzes/:key/marking': '-xx+0xx+',
  'PUT /api/v1/cohorts/:id/quizzes/:key/marking': '-xx+0xx+',
  'POST /api/v1/cohorts/:id/quizzes/:key/marking/release': '-xx+0xx+',
  'GET /desk/banks/:id/import/:file': '-xx00xx+',
  'POST /desk/banks/:id/import/:file': '-xx00xx+',
  'GET /desk/banks/:id/import/:file/pictures/:hash': '-xx00xx+',
  'GET /desk/banks': '-xx++xx+',
  'POST /desk/banks': '-xx++xx+',
  'GET /desk/banks/:id': '-xx++xx+',
  'POST /desk/banks/:id/settings': '-xx++xx+',
  'GET /desk/banks/:id/export': '-xx++xx+',
  'GET /desk/banks/:id/new': '-xx++xx+',
  'POST /desk/banks/:id/new': '-xx++xx+',
  'GET /desk/banks/:id/questions/:key': '-xx++xx+',
  'POST /desk/banks/:id/questions/:key': '-xx++xx+',
  'GET /desk/banks/:id/questions/:key/versions': '-xx++xx+',
  'POST /desk/banks/:id/questions/:key/restore': '-xx++xx+',
  'POST /desk/banks/:id/questions/:key/remove': '-xx++xx+',
  'GET /desk/banks/:id/duplicates': '-xx++xx+',
  'GET /desk/banks/:id/pictures': '-xx++xx+',
  'POST /desk/banks/:id/pictures': '-xx++xx+',
  'GET /desk/banks/:id/import': '-xx++xx+',
  'POST /desk/banks/:id/import': '-xx++xx+',
  'PATCH /api/v1/banks/:id': '-xx++xx+',
  'POST /api/v1/banks/:id/copy': '-xx++xx+',
  'GET /api/v1/banks/:id/questions': '-xx++xx+',
  'POST /api/v1/banks/:id/questions': '-xx++xx+',
  'GET /api/v1/banks/:id/questions/:key': '-xx++xx+',
  'PUT /api/v1/banks/:id/questions/:key': '-xx++xx+',
  'GET /api/v1/banks/:id/questions/:key/versions': '-xx++xx+',
  'POST /api/v1/banks/:id/questions/:key/restore': '-xx++xx+',
  'DELETE /api/v1/banks/:id/questions/:key': '-xx++xx+',
  'POST /api/v1/banks/:id/try': '-xx++xx+',
  'GET /api/v1/banks/:id/duplicates': '-xx++xx+',
  'GET /api/v1/banks/:id/pictures': '-xx++xx+',
  'POST /api/v1/banks/:id/pictures': '-xx++xx+',
  'GET /api/v1/banks': '-xx++xx+',
  'POST /api/v1/banks': '-xx++xx+',
  'POST /api/v1/banks/:id/import': '-xx++xx+',
  'GET /api/v1/banks/:id/export': '-xx++xx+',
  'GET /desk/enrolments/:id': '-xx+0xx+',
  'POST /desk/enrolments/:id/withdraw': '-xx+0xx+',
  'POST /desk/enrolments/:id/reinstate': '-xx+0xx+',
  'POST /api/v1/enrolments/:id/withdraw': '-xx+0xx+',
  'POST /api/v1/enrolments/:id/reinstate': '-xx+0xx+',
  'GET /desk/cohorts/new': '-xxxxxx+',
  'POST /desk/cohorts/new': '-xxxxxx+',
  'POST /api/v1/cohorts': '-xxxxxx+',
  'POST /desk/cohorts/:id/instructors': '-xxxxxx+',
  'PUT /api/v1/cohorts/:id/instructors/:personId': '-xxxxxx+',
  'DELETE /api/v1/cohorts/:id/instructors/:personId': '-xxxxxx+',
  // the desk: courses
  'GET /desk/courses': '-xx++xx+',
  'GET /desk/courses/:slug': '-xx++xx+',
  'GET /desk/courses/:slug/lessons/:key': '-xx++xx+',
  'GET /api/v1/courses/:slug/lessons/:key': '-xx++xx+',
  'GET /api/v1/courses': '-xx++xx+',
  'GET /api/v1/courses/:slug': '-xx++xx+',
  // courses that are being written: their authors' and administrators'
  'GET /attachments/:hash/:name': '-+++++++',
  'GET /desk/drafts/new': '-xx++xx+',
  'POST /desk/drafts/new': '-xx++xx+',
  'POST /desk/drafts/upload': '-xx++xx+',
  'GET /api/v1/drafts': '-xx++xx+',
  'POST /api/v1/drafts': '-xx++xx+',
  'POST /api/v1/drafts/zip': '-xx++xx+',
  'GET /api/v1/courses/:slug/export': '-xx++xx+',
  'GET /desk/drafts/:id': '-xx+0xx+',
  'POST /desk/drafts/:id/structure': '-xx+0xx+',
  'GET /desk/drafts/:id/facts': '-xx+0xx+',
  'POST /desk/drafts/:id/facts': '-xx+0xx+',
  'GET /desk/drafts/:id/lessons/:key': '-xx+0xx+',
  'POST /desk/drafts/:id/lessons/:key': '-xx+0xx+',
  'POST /desk/drafts/:id/preview': '-xx+0xx+',
  'GET /desk/drafts/:id/files': '-xx+0xx+',
  'GET /desk/drafts/:id/file': '-xx+0xx+',
  'POST /desk/drafts/:id/file': '-xx+0xx+',
  'POST /desk/drafts/:id/files/remove': '-xx+0xx+',
  'POST /desk/drafts/:id/uploads': '-xx+0xx+',
  'GET /desk/drafts/:id/quizzes/:key': '-xx+0xx+',
  'POST /desk/drafts/:id/quizzes/:key': '-xx+0xx+',
  'POST /desk/drafts/:id/quizzes/:key/says': '-xx+0xx+',
  'POST /api/v1/drafts/:id/quizzes/:key/says': '-xx+0xx+',
  'POST /api/v1/drafts/:id/preview': '-xx+0xx+',
  'POST /api/v1/drafts/:id/questions/preview': '-xx+0xx+',
  'GET /desk/drafts/:id/quizzes/:key/sample': '-xx+0xx+',
  'POST /desk/drafts/:id/questions': '-xx+0xx+',
  'GET /desk/drafts/:id/questions': '-xx+0xx+',
  'GET /desk/drafts/:id/questions/new': '-xx+0xx+',
  'POST /desk/drafts/:id/questions/new': '-xx+0xx+',
  'GET /desk/drafts/:id/questions/:key/edit': '-xx+0xx+',
  'POST /desk/drafts/:id/questions/:key/edit': '-xx+0xx+',
  'POST /desk/drafts/:id/questions/:key/remove': '-xx+0xx+',
  'PUT /api/v1/drafts/:id/questions/:key': '-xx+0xx+',
  'DELETE /api/v1/drafts/:id/questions/:key': '-xx+0xx+',
  'GET /desk/drafts/:id/questions/add': '-xx+0xx+',
  'POST /desk/drafts/:id/questions/add': '-xx+0xx+',
  'POST /desk/drafts/:id/questions/update': '-xx+0xx+',
  'POST /api/v1/drafts/:id/edits': '-xx+0xx+',
  'GET /api/v1/drafts/:id/quizzes/:key': '-xx+0xx+',
  'GET /api/v1/drafts/:id/questions': '-xx+0xx+',
  'POST /api/v1/drafts/:id/questions': '-xx+0xx+',
  'POST /api/v1/drafts/:id/questions/update': '-xx+0xx+',
  'GET /desk/drafts/:id/history': '-xx+0xx+',
  'GET /desk/drafts/:id/change': '-xx+0xx+',
  'POST /desk/drafts/:id/restore': '-xx+0xx+',
  'GET /desk/drafts/:id/publish': '-xx+0xx+',
  'POST /desk/drafts/:id/authors': '-xx+0xx+',
  'GET /desk/drafts/:id/export': '-xx+0xx+',
  'GET /api/v1/drafts/:id': '-xx+0xx+',
  'GET /api/v1/drafts/:id/file': '-xx+0xx+',
  'PUT /api/v1/drafts/:id/file': '-xx+0xx+',
  'DELETE /api/v1/drafts/:id/file': '-xx+0xx+',
  'POST /api/v1/drafts/:id/uploads': '-xx+0xx+',
  'PUT /api/v1/drafts/:id/quizzes/:key': '-xx+0xx+',
  'GET /api/v1/drafts/:id/quizzes/:key/sample': '-xx+0xx+',
  'GET /api/v1/drafts/:id/problems': '-xx+0xx+',
  'GET /api/v1/drafts/:id/changes': '-xx+0xx+',
  'GET /api/v1/drafts/:id/change': '-xx+0xx+',
  'POST /api/v1/drafts/:id/restore': '-xx+0xx+',
  'GET /api/v1/drafts/:id/compare': '-xx+0xx+',
  'POST /api/v1/drafts/:id/publish': '-xx+0xx+',
  'PUT /api/v1/drafts/:id/authors/:personId': '-xx+0xx+',
  'DELETE /api/v1/drafts/:id/authors/:personId': '-xx+0xx+',
  'GET /api/v1/drafts/:id/export': '-xx+0xx+',
  'POST /desk/drafts/:id/publish': '-xx+0xx+',
  'POST /desk/drafts/:id/discard': '-xx+0xx+',
  'DELETE /api/v1/drafts/:id': '-xx+0xx+',
  // moving a cohort to another version of its course
  'GET /desk/courses/:slug/cohorts': '-xx++xx+',
  'GET /desk/cohorts/:id/version': '-xx+0xx+',
  'POST /desk/cohorts/:id/version': '-xx+0xx+',
  'GET /api/v1/cohorts/:id/version': '-xx+0xx+',
  'POST /api/v1/cohorts/:id/version': '-xx+0xx+',
  // the desk: targets; a liaison reads those of the own country
  'GET /desk/quotas': '-xxxx+++',
  'GET /api/v1/quotas': '-xxxx+++',
  'GET /desk/quotas/:id': '-xxxx+0+',
  'GET /desk/quotas/:id/entries': '-xxxx+0+',
  'GET /desk/quotas/:id/pipeline': '-xxxx+0+',
  'GET /api/v1/quotas/:id/pipeline': '-xxxx+0+',
  'GET /api/v1/quotas/:id': '-xxxx+0+',
  'GET /api/v1/quotas/:id/entries': '-xxxx+0+',
  'GET /desk/quotas/new': '-xxxxxx+',
  'POST /desk/quotas/new': '-xxxxxx+',
  'POST /api/v1/quotas': '-xxxxxx+',
  'POST /desk/quotas/:id/close': '-xxxxxx+',
  'GET /desk/quotas/:id/report': '-xxxx+0+',
  'GET /desk/quotas/:id/report.pdf': '-xxxx+0+',
  'GET /api/v1/quotas/:id/report': '-xxxx+0+',
  'GET /desk/quotas/:id/closing.zip': '-xxxx+0+',
  'GET /api/v1/quotas/:id/closing': '-xxxx+0+',
  'GET /desk/quotas/changes': '-xxxxxx+',
  'POST /desk/quotas/changes': '-xxxxxx+',
  'POST /desk/quotas/changes/:id': '-xxxxxx+',
  'GET /api/v1/quota-changes': '-xxxxxx+',
  'POST /api/v1/quota-changes': '-xxxxxx+',
  'POST /api/v1/quota-changes/:id/approve': '-xxxxxx+',
  'POST /api/v1/quota-changes/:id/reject': '-xxxxxx+',
  'POST /api/v1/quota-changes/:id/withdraw': '-xxxxxx+',
  'POST /api/v1/quotas/:id/close': '-xxxxxx+',
  // the desk: certificates, people, mail, audit
  'GET /desk/certificates': '-xxxxxx+',
  'GET /desk/certificates/:serial': '-xxxxxx+',
  'GET /api/v1/certificates': '-xxxxxx+',
  'POST /desk/certificates/:serial/revoke': '-xxxxxx+',
  'POST /api/v1/certificates/:serial/revoke': '-xxxxxx+',
  'POST /desk/certificates/:serial/reissue': '-xxxxxx+',
  'POST /api/v1/certificates/:serial/reissue': '-xxxxxx+',
  'POST /desk/certificates/changes': '-xxxxxx+',
  'POST /api/v1/certificates/changes': '-xxxxxx+',
  'GET /desk/certificates/issue': '-xxxxxx+',
  'POST /desk/certificates/issue': '-xxxxxx+',
  'POST /api/v1/certificates/issue': '-xxxxxx+',
  'POST /api/v1/cohorts/:id/certificates': '-xxxxxx+',
  'GET /desk/certificates/expiring': '-xxxxxx+',
  'POST /desk/certificates/expiring/enrol': '-xxxxxx+',
  'POST /desk/certificates/expiring/days': '-xxxxxx+',
  'GET /api/v1/certificates/expiring': '-xxxxxx+',
  'POST /api/v1/certificates/expiring/enrol': '-xxxxxx+',
  'GET /api/v1/certificates/reminder-days': '-xxxxxx+',
  'PUT /api/v1/certificates/reminder-days': '-xxxxxx+',
  'GET /desk/certificates/zips': '-xxxxxx+',
  'POST /desk/certificates/zips': '-xxxxxx+',
  'GET /desk/certificates/zips/:id': '-xxxxxx+',
  'GET /desk/certificates/zips/:id/certificates.zip': '-xxxxxx+',
  'GET /api/v1/certificate-zips': '-xxxxxx+',
  'POST /api/v1/certificate-zips': '-xxxxxx+',
  'GET /api/v1/certificate-zips/:id': '-xxxxxx+',
  'GET /api/v1/certificate-zips/:id/file': '-xxxxxx+',
  'GET /desk/certificates/templates': '-xxxxxx+',
  'GET /desk/certificates/templates/new': '-xxxxxx+',
  'POST /desk/certificates/templates/new': '-xxxxxx+',
  'GET /desk/certificates/templates/:id': '-xxxxxx+',
  'POST /desk/certificates/templates/:id': '-xxxxxx+',
  'POST /desk/certificates/templates/specimen': '-xxxxxx+',
  'POST /desk/certificates/templates/preview.pdf': '-xxxxxx+',
  'GET /api/v1/certificate-templates': '-xxxxxx+',
  'POST /api/v1/certificate-templates': '-xxxxxx+',
  'GET /api/v1/certificate-templates/:id': '-xxxxxx+',
  'PUT /api/v1/certificate-templates/:id': '-xxxxxx+',
  'POST /api/v1/certificate-templates/preview': '-xxxxxx+',
  'POST /api/v1/certificate-templates/pictures': '-xxxxxx+',
  // the desk: readiness; a liaison picks from the own country and sees their own lists
  'GET /desk/readiness': '-xxxx+++',
  'POST /desk/readiness': '-xxxx+++',
  'GET /desk/readiness.csv': '-xxxx+++',
  'GET /desk/readiness.xlsx': '-xxxx+++',
  'GET /desk/readiness/teams': '-xxxx+++',
  'GET /desk/readiness/teams/:id': '-xxxx00+',
  'POST /desk/readiness/teams/:id': '-xxxx00+',
  'GET /desk/readiness/teams/:id/list.csv': '-xxxx00+',
  'GET /desk/readiness/teams/:id/list.xlsx': '-xxxx00+',
  'GET /api/v1/readiness/export': '-xxxx+++',
  'GET /api/v1/teams/:id/export': '-xxxx00+',
  'GET /api/v1/readiness': '-xxxx+++',
  'GET /api/v1/teams': '-xxxx+++',
  'POST /api/v1/teams': '-xxxx+++',
  'GET /api/v1/teams/:id': '-xxxx00+',
  'PUT /api/v1/teams/:id': '-xxxx00+',
  'PUT /api/v1/teams/:id/members/:personId': '-xxxx00+',
  'DELETE /api/v1/teams/:id/members/:personId': '-xxxx00+',
  'POST /desk/readiness/teams/:id/members/:personId/remove': '-xxxx00+',
  'POST /desk/readiness/teams/:id/end': '-xxxx00+',
  'DELETE /api/v1/teams/:id': '-xxxx00+',
  'GET /desk/people': '-xxxxxx+',
  'GET /desk/people/new': '-xxxxxx+',
  'POST /desk/people/new': '-xxxxxx+',
  'GET /desk/people/:id': '-xxxxxx+',
  'POST /desk/people/:id/roles': '-xxxxxx+',
  'POST /desk/people/:id/roles/revoke': '-xxxxxx+',
  'POST /desk/people/:id/deactivate': '-xxxxxx+',
  'POST /desk/people/:id/reactivate': '-xxxxxx+',
  'POST /desk/people/:id/invite': '-xxxxxx+',
  'GET /api/v1/people': '-xxxxxx+',
  'POST /api/v1/people': '-xxxxxx+',
  'GET /api/v1/people/:id': '-xxxxxx+',
  'PUT /api/v1/people/:id': '-xxxxxx+',
  'GET /desk/people/:id/edit': '-xxxxxx+',
  'POST /desk/people/:id/edit': '-xxxxxx+',
  'POST /api/v1/people/:id/deactivate': '-xxxxxx+',
  'POST /api/v1/people/:id/reactivate': '-xxxxxx+',
  'POST /api/v1/people/:id/invite': '-xxxxxx+',
  'POST /api/v1/people/:id/roles': '-xxxxxx+',
  'DELETE /api/v1/people/:id/roles/:role': '-xxxxxx+',
  'GET /me/data': '-+++++++',
  'GET /desk/people/:id/data': '-xxxxxx+',
  'GET /desk/people/:id/data.json': '-xxxxxx+',
  'POST /desk/people/:id/erase': '-xxxxxx+',
  'GET /api/v1/people/:id/data': '-xxxxxx+',
  'POST /api/v1/people/:id/erase': '-xxxxxx+',
  'GET /api/v1/me/accommodations': '-+++++++',
  'GET /api/v1/people/:id/accommodations': '-xxxxxx+',
  'POST /api/v1/people/:id/accommodations': '-xxxxxx+',
  'POST /api/v1/accommodations/:id/end': '-xxxxxx+',
  'GET /desk/people/:id/accommodations': '-xxxxxx+',
  'POST /desk/people/:id/accommodations': '-xxxxxx+',
  'POST /desk/accommodations/:id/end': '-xxxxxx+',
  'GET /desk/people/alike': '-xxxxxx+',
  'GET /api/v1/people/alike': '-xxxxxx+',
  // proposed by the instructor of the cohort
  'GET /desk/corrections': '-xx++xx+',
  'GET /desk/corrections/:id': '-xx+0xx+',
  'POST /desk/corrections/:id': '-xxxxxx+',
  'GET /api/v1/correction-proposals': '-xx++xx+',
  'POST /api/v1/correction-proposals': '-xx+0xx+',
  'GET /api/v1/correction-proposals/:id': '-xx+0xx+',
  'POST /api/v1/correction-proposals/:id/accept': '-xxxxxx+',
  'POST /api/v1/correction-proposals/:id/decline': '-xxxxxx+',
  'POST /api/v1/correction-proposals/:id/withdraw': '-xx+0xxx',
  'GET /api/v1/people/not-same': '-xxxxxx+',
  'PUT /api/v1/people/:id/not-same/:personId': '-xxxxxx+',
  'DELETE /api/v1/people/:id/not-same/:personId': '-xxxxxx+',
  'GET /desk/people/:id/same': '-xxxxxx+',
  'POST /desk/people/:id/same': '-xxxxxx+',
  'GET /api/v1/people/:id/same': '-xxxxxx+',
  'GET /api/v1/people/:id/same/:personId': '-xxxxxx+',
  'POST /api/v1/people/:id/merge': '-xxxxxx+',
  'POST /api/v1/people/:id/unmerge': '-xxxxxx+',
  'GET /desk/mail': '-xxxxxx+',
  'GET /desk/mail/:id': '-xxxxxx+',
  'GET /api/v1/mail': '-xxxxxx+',
  'GET /api/v1/mail/:id': '-xxxxxx+',
  'GET /desk/audit.csv': '-xxxxxx+',
  'GET /desk/audit': '-xxxxxx+',
  'GET /api/v1/audit': '-xxxxxx+',
  // last, because they end the session
  'POST /api/v1/sign-out': '-+++++++',
  'POST /sign-out': '++++++++'
}

const LOOK = { colour: '#1d3557', logo: null, seal: null, signatories: [], texts: {} }
const QUESTION = { kind: 'true-false', topic: 'scams', difficulty: 'easy', prompt: 'A question?', correct: true }

interface Scene {
  readonly walk: Walk
  readonly pages: Map<Who, Browser>
  readonly people: Readonly<Record<Exclude<Who, 'nobody'>, Somebody>>
  readonly attemptId: string
  /** An attempt with a file in it. */
  readonly filesAttemptId: string
  readonly fileId: string
  readonly quotaId: string
  readonly closedQuotaId: string
  readonly serial: string
  readonly somebodyElse: Somebody
  readonly mailId: string
  readonly teamId: string
  readonly bankId: string
  readonly bankFileId: string
  readonly changeId: string
  readonly proposalId: string
  readonly accommodationId: string
  /** To be decided, and accepted. */
  readonly nominationId: string
  readonly acceptedId: string
  /** To be ended on a page, as the other is over the API. */
  readonly otherTeamId: string
  readonly hash: string
  readonly draftId: string
  readonly templateId: string
  readonly zipId: string
}

async function scene (test: TestApp): Promise<Scene> {
  const walk = await startWalk(test)
  const otherInstructor = await test.somebody('Other Instructor', [{ role: 'instructor' }])
  const elsewhere = await addCohort(test, walk.admin, 'first-steps', [otherInstructor])
  const otherTrainee = await test.somebody('Other Trainee', [{ role: 'trainee' }], { country: 'NI' })
  await enrol(test, walk.admin, elsewhere, otherTrainee)
  const graduate = await test.somebody('Gabriela Graduate', [{ role: 'trainee' }], { country: 'ZM' })
  const exam = await walkToTheEnd(test, walk, graduate, await enrol(test, walk.admin, walk.cohortId, graduate))
  const { json } = await call(test, graduate, 'POST', `/attempts/${exam.id}/finish`)
  const quota = await call(test, walk.admin, 'POST', '/quotas', { name: 'Zambia', period: { from: '2026-01-01', to: '2026-12-31' }, scope: { country: 'ZM' }, counts: 'persons', target: 5 })
  const secondAdmin = await test.somebody('Second Admin', [{ role: 'administrator' }])
  const closed = await call(test, walk.admin, 'POST', '/quotas', { name: 'Zambia before', period: { from: '2025-01-01', to: '2025-12-31' }, scope: { country: 'ZM' }, counts: 'persons', target: 5 })
  await call(test, walk.admin, 'POST', `/quotas/${String(closed.json.id)}/close`)
  const nicaragua = await call(test, walk.admin, 'POST', '/quotas', { name: 'Nicaragua', period: { from: '2026-01-01', to: '2026-12-31' }, scope: { country: 'NI' }, counts: 'persons', target: 5 })
  const change = await call(test, secondAdmin, 'POST', '/quota-changes', { fromId: quota.json.id, toId: nicaragua.json.id, amount: 1, reason: 'A seat given back' })
  const asked = await test.db.read.selectFrom('question').innerJoin('course_version as version', 'version.id', 'question.course_version_id').innerJoin('course', 'course.id', 'version.course_id').select('question.definition').where('course.slug', '=', 'first-steps').where('question.key', '=', 'one').executeTakeFirstOrThrow()
  const proposal = await call(test, walk.instructor, 'POST', '/correction-proposals', { cohortId: walk.cohortId, quizKey: 'practice', question: 'one', definition: { ...JSON.parse(asked.definition) as object, difficulty: 'hard' }, reason: 'For the test of access' })
  const team = await call(test, walk.admin, 'POST', '/teams', { name: 'Joint patrol', courses: ['first-steps'], people: [graduate.personId] })
  const otherTeam = await call(test, walk.admin, 'POST', '/teams', { name: 'Another', courses: ['first-steps'] })
  const bank = await call(test, walk.admin, 'POST', '/banks', { name: 'Scams' })
  await call(test, walk.admin, 'POST', `/banks/${bank.json.id as string}/questions`, { definition: { key: 'welcome', ...QUESTION } })
  const bankFile = await keepBankFile(test.db, test.world, personOf(walk.admin, 'administrator'), bank.json.id as string, { format: 'gift', name: 'a.gift', bytes: Buffer.from('Is it?{T}') })
  const accommodation = await call(test, walk.admin, 'POST', `/people/${walk.trainee.personId}/accommodations`, { extraPercent: 25, reason: 'For the test of access' })
  const nominated = async (name: string): Promise<string> => {
    await test.app.inject({ method: 'POST', url: `/api/v1/cohorts/${walk.cohortId}/nominations`, headers: { ...walk.admin.bearer, 'content-type': 'text/csv' }, payload: `name,email,country,agency,rank,locale\n${name},${name.toLowerCase()}@nominated.example,ZM,,,en\n` })
    const { json } = await call(test, walk.admin, 'GET', `/cohorts/${walk.cohortId}/nominations`)
    return (json.items as Array<{ id: string, name: string }>).find((one) => one.name === name)?.id ?? ''
  }
  const [nominationId, acceptedId] = [await nominated('Undecided'), await nominated('Accepted')]
  await call(test, walk.admin, 'POST', `/cohorts/${walk.cohortId}/nominations/decisions`, { ids: [acceptedId], decision: 'accept' })
  const open = await start(test, walk, 'practice')
  await call(test, walk.admin, 'POST', '/people', { name: 'Invited Person', email: 'invited@test.example', country: 'ZM', locale: 'en', roles: [{ role: 'trainee' }] })
  const handingIn = await start(test, walk, 'files', walk.trainee, await enrol(test, walk.admin, await addCohort(test, walk.admin, 'all-kinds', [walk.instructor]), walk.trainee))
  const file = await sendFile(test, walk.trainee, handingIn.id, 1, 'note.txt', 'Seen at noon.')
  const draft = await call(test, walk.instructor, 'POST', '/drafts', { course: 'first-steps' })
  // A download of some course, under the hash of a picture.
  const { hash } = await test.db.read.selectFrom('media').select('hash').executeTakeFirstOrThrow()
  await test.db.write(async (tx) => { await insertAttachments(tx, [{ path: 'files/a.txt', hash, type: 'text/plain', bytes: Buffer.from('a') }], test.world.now().toISOString()) })
  const template = await call(test, walk.admin, 'POST', '/certificate-templates', { name: 'Diploma', courses: [], content: LOOK })
  const zipId = await requestZip(test.db, { world: test.world, settings: { timeZone: 'UTC' } }, personOf(walk.admin, 'administrator'), { search: {}, language: 'en' })
  await workOnZips(test.db, zipDeps({ world: test.world, settings: { programme: 'Test', timeZone: 'UTC', publicUrl: 'http://localhost', prefix: '', secure: false, demo: true }, messages: { translate: () => KEYS }, looks: makeLooks() }))
  const mail = await test.db.read.selectFrom('mail').select('id').executeTakeFirstOrThrow()
  return {
    pages: new Map(),
    walk,
    people: {
      trainee: walk.trainee,
      otherTrainee,
      instructor: walk.instructor,
      otherInstructor,
      liaison: await test.somebody('Liaison of Zambia', [{ role: 'liaison', country: 'ZM' }]),
      otherLiaison: await test.somebody('Liaison of Nicaragua', [{ role: 'liaison', country: 'NI' }]),
      administrator: walk.admin
    },
    attemptId: open.id,
    filesAttemptId: handingIn.id,
    fileId: file.json.id as string,
    quotaId: quota.json.id as string,
    closedQuotaId: closed.json.id as string,
    serial: json.certificateSerial as string,
    somebodyElse: await test.somebody('Somebody Else', [{ role: 'instructor' }]),
    mailId: mail.id,
    changeId: change.json.id as string,
    proposalId: proposal.json.id as string,
    accommodationId: accommodation.json.id as string,
    nominationId,
    acceptedId,
    teamId: team.json.id as string,
    otherTeamId: otherTeam.json.id as string,
    bankId: bank.json.id as string,
    bankFileId: bankFile,
    draftId: draft.json.id as string,
    templateId: template.json.id as string,
    zipId,
    hash
  }
}

/** The address of a route with the scene's things in it. */
function addressOf (path: string, { walk, attemptId, filesAttemptId, fileId, bankFileId, quotaId, closedQuotaId, serial, somebodyElse, mailId, teamId, otherTeamId, changeId, proposalId, accommodationId, acceptedId, bankId, draftId, templateId, zipId, hash }: Scene): string {
  const id = path.includes('/enrolments/:id') ? walk.enrolmentId
    : path.includes('/attempts/:id/files') ? filesAttemptId
    : path.includes('/attempts/:id') || path.includes('/marking/:id') ? attemptId
      : path.includes('/cohorts/:id') ? walk.cohortId
        : /\/(quotas\/|quota-)changes\/:id/.test(path) ? changeId
        : /\/correction(s|-proposals)\/:id/.test(path) ? proposalId
      : path.includes('/quotas/:id/closing') ? closedQuotaId
      : path.includes('/quotas/:id') ? quotaId
          : path.includes('/mail/:id') ? mailId
            : /templates\/:id/.test(path) ? templateId : /zips\/:id/.test(path) ? zipId : path.includes('/drafts/:id') ? draftId : path.includes('/nominations/:id') ? acceptedId : path.includes('/accommodations/:id') ? accommodationId : path.includes('/banks/:id') ? bankId : path.includes('/teams/:id') ? (path.endsWith('/end') ? otherTeamId : teamId)
              : somebodyElse.personId
  return path
    .replace(':id', id).replace(':key', path.includes('quizzes') ? 'practice' : path.includes('/drafts/:id/questions') ? 'one' : 'welcome').replace(':slot', '1').replace(':fileId', fileId).replace(':serial', serial)
    .replace(/same\/:personId/, `same/${walk.trainee.personId}`).replace(':slug', 'first-steps').replace(':personId', somebodyElse.personId).replace(':role', 'instructor').replace(':secret', 'x'.repeat(43))
    .replace(':hash', hash).replace(':version', 'v').replace(':name', 'page.js').replace(':file', bankFileId)
    .replace(/\/banks\/[^/]+\/(?:im|ex)port$/, '$&?format=gift').replace(/(\/api\/.*\/banks\/.*\/questions\/.*)$/, '$1?version=1').replace(/(\/api\/.*\/drafts\/.*\/questions\/.*)$/, '$1?version=9')
    .replace(/(\/api\/v1\/teams\/[^/]+)$/, '$1?version=1')
    .replace(/:kind.*$/, 'start/en?version=0')
    .replace(/(\/drafts\/[^/]+\/(?:file|change|questions(?:\/new)?))$/, `$1?path=${path.includes('questions') ? 'banks/basics.yaml' : 'lessons/welcome.en.md'}&version=1`)
}

/** A body that the route takes, so that a refusal is about who asks and not about what is sent. */
function bodyOf (route: string, { somebodyElse, walk, nominationId, bankId }: Scene): Record<string, unknown> | string {
  const path = route.replace(/^\S+ (\/api\/v1)?(\/desk)?/, '')
  switch (path) {
    case '/drafts/new': return { from: 'version', course: 'first-steps' }
    case '/drafts': return { course: 'first-steps' }
    case '/drafts/:id/structure': return { version: '9', go: 'up-module:basics' }
    case '/drafts/:id/facts': return { version: '9', slug: 'first-steps', language: 'en' }
    case '/drafts/:id/lessons/:key': return { version: '9', title: 'Welcome', body: 'Text' }
    case '/drafts/:id/questions/preview': return { text: 'questions: []' }
    case '/drafts/:id/questions/new': return { kind: 'true-false', do: 'preview' }
    case '/drafts/:id/questions/:key/edit': return { do: 'preview' }
    case '/drafts/:id/questions/:key/remove': return { version: '9' }
    case '/drafts/:id/questions/:key': return { path: 'banks/basics.yaml', version: 9, question: {} }
    case '/drafts/:id/questions/add': return { bank: bankId, which: 'all', how: '' }
    case '/drafts/:id/questions/update': return route.includes('/api/') ? { questions: ['x'], versions: {} } : { keys: 'x', path: 'banks/basics.yaml', version: '9' }
    case '/drafts/:id/edits': return { version: 9, edit: { do: 'move-module', module: 'basics', to: 0 } }
    case '/drafts/:id/preview': return route.includes('/api/') ? { text: '# Welcome\n\nText\n', language: 'en' } : { title: 'Welcome', body: 'Text', language: 'en' }
    case '/drafts/:id/file': return route.includes('/api/') ? { text: 'a: b', version: 9 } : { text: 'a: b', version: '9' }
    case '/drafts/:id/files/remove': return { path: 'course.yaml', version: '9' }
    case '/drafts/:id/uploads': return { name: 'a.txt', base64: 'YQ==' }
    case '/drafts/:id/quizzes/:key': return route.includes('/api/') ? { version: 9, quiz: { key: 'practice', title: 'Practice', behaviour: 'deferred', passPercent: 50, sections: [{ questions: ['one'] }] } } : { version: '9', title: 'Practice' }
    case '/drafts/:id/quizzes/:key/says': return route.includes('/api/') ? {} : { version: '9' }
    case '/drafts/:id/questions': return route.includes('/api/') ? { bank: bankId, questions: ['welcome'] } : { text: 'questions: []' }
    case '/drafts/:id/restore': return route.includes('/api/') ? { path: 'course.yaml', version: 1, seen: 9 } : { path: 'course.yaml', version: '1', seen: '9' }
    case '/drafts/:id/authors': return { personId: somebodyElse.personId, action: 'add' }
    case '/cohorts/:id/version': return route.includes('/api/') ? { to: 1, seen: 1 } : { to: '1', seen: '1', sure: 'yes' }
    case '/language': return { locale: 'en', to: '/' }
    case '/sign-in': return { email: 'nobody@test.example', password: 'not the password' }
    case '/forgot': return { email: 'nobody@test.example' }
    case '/links/:secret': return { password: 'a long password', again: 'a long password' }
    case '/set-up/:secret': return { name: 'A B', email: 'a@test.example', password: 'a long password', again: 'a long password' }
    case '/me': return { locale: 'en' }
    case '/attempts/:id': return { slots: '' }
    case '/marking/:id/:slot': return { role: 'first', mark: '1' }
    case '/cohorts/:id/quizzes/:key/marking': return route.includes('/api/') ? { anonymous: true, secondPercent: 0, thresholdPercent: 20, hold: false } : { secondPercent: '0', thresholdPercent: '20' }
    case '/attempts/:id/marks': return route.includes('/api/') ? { slot: 1, mark: 1 } : { slot: '1', mark: '1' }
    case '/cohorts/:id/quizzes/:key/regrade': return route.includes('/api/') ? { reason: 'For the test of access' } : { question: '', reason: 'For the test of access', do: 'save' }
    case '/attempts/:id/answers/:slot': return { answer: null }
    case '/attempts/:id/answers': return { answers: { 1: null } }
    case '/cohorts/:id/enrol': return { csv: 'name,email,country,agency,rank,locale\nNew Person,new@test.example,ZM,,,en\n', step: 'check' }
    case '/banks': return { name: 'Another bank', language: 'en' }
    case '/banks/:id/import': return route.includes('/api/') ? 'Is it?{T}' : { format: 'gift', text: 'Is it?{T}' }
    case '/banks/:id/import/:file': return { do: 'next', chosen: '0' }
    case '/banks/:id/copy': return { course: 'first-steps' }
    case '/banks/:id/new': return { kind: 'choice', do: 'preview' }
    case '/banks/:id/settings': return { name: 'Scams', language: 'en' }
    case '/banks/:id/questions': return { definition: QUESTION }
    case '/banks/:id/questions/:key': return { version: 1, definition: QUESTION }
    case '/banks/:id/questions/:key/restore': return { from: 1, version: 1 }
    case '/banks/:id/questions/:key/remove': return { version: 1 }
    case '/banks/:id/try': return { definition: { key: 'x', ...QUESTION }, answer: null }
    case '/cohorts/:id/enrolments': return 'name,email,country,agency,rank,locale\nNew Person,new@test.example,ZM,,,en\n'
    case '/cohorts/new': case '/cohorts': return { name: 'Another', course: 'first-steps', startsAt: '2026-12-01T00:00:00Z', endsAt: '2026-12-31T00:00:00Z', startsOn: '2026-12-01', endsOn: '2026-12-31', from: '2026-12-01', to: '2026-12-31' }
    case '/cohorts/:id/instructors': return { personId: somebodyElse.personId, action: 'assign' }
    case '/certificates/:serial/reissue': return { reason: 'For the test of access', holder: 'Gabriela Graduate', why: 'For the test of access' }
    case '/certificates/changes': return { serials: ['M26-0000-0000-000'], action: 'reissue', reason: 'For the test of access' }
    case '/certificates/issue': return route.includes('/api/') ? { dryRun: true } : { step: 'check' }
    case '/cohorts/:id/certificates': return 'name,email,country,agency,rank,locale\n'
    case '/certificates/expiring/enrol': return { cohort: walk.cohortId, serials: [] }
    case '/certificates/reminder-days': return { days: [90, 7], version: 0 }
    case '/certificate-templates': case '/certificate-templates/:id': return { name: 'Diploma', courses: [], content: LOOK, edits: 1 }
    case '/certificate-templates/preview': return { content: LOOK }
    case '/certificate-templates/pictures': return { name: 'a.png', base64: 'YQ==' }
    case '/enrolments/:id/withdraw': case '/enrolments/:id/reinstate': case '/certificates/:serial/revoke': return { reason: 'For the test of access' }
    case '/quotas': return { name: 'N', period: { from: '2026-01-01', to: '2026-12-31' }, scope: {}, counts: 'persons', target: 1 }
    case '/quotas/new': return { name: 'N', from: '2026-01-01', to: '2026-12-31', counts: 'persons', target: '1' }
    case '/quotas/changes': return { fromId: '', toId: '', amount: '', reason: '' }
    case '/quotas/changes/:id': return { decision: 'approve' }
    case '/corrections/:id': return { decision: 'accept' }
    case '/correction-proposals': return { cohortId: walk.cohortId, quizKey: 'practice', question: 'one', definition: { key: 'one', kind: 'choice' }, reason: 'For the test of access' }
    case '/correction-proposals/:id/decline': return { answer: 'For the test of access' }
    case '/quota-changes': return { fromId: 'x', toId: 'y', amount: 1, reason: 'For the test' }
    case '/readiness': return { team: '', name: 'Investigation team', course: 'first-steps', people: '' }
    case '/teams': return { name: 'Investigation team', courses: ['first-steps'] }
    case '/teams/:id': return { name: 'Joint patrol', purpose: '', courses: ['first-steps'], version: 1 }
    case '/readiness/teams/:id': return { name: 'Joint patrol', purpose: '', courses: 'first-steps', version: '1' }
    case '/readiness/teams/:id/end': return { version: '1' }
    case '/people/new': return { name: 'New Person', email: 'new@test.example', role: 'instructor', locale: 'en' }
    case '/people/:id': case '/people/:id/edit': return { name: 'Edited Person', email: `edited${Math.random()}@test.example`, country: 'ZM', locale: 'en', version: 0, reason: 'For the test of access' }
    case '/people': return { name: 'New Person', email: `new${Math.random()}@test.example`, country: null, locale: 'en', roles: [{ role: 'instructor' }] }
    case '/cohorts/plan': return route.includes('/api/') ? 'course,first,last\nfirst-steps,2027-01-01,2027-01-31\n' : { csv: '', step: 'check' }
    case '/tables/text': return 'a,b\n'
    case '/cohorts/:id/settings': return route.includes('/api/')
      ? { seats: null, seatsByCountry: {}, language: null, timeZone: null, examDay: null, nominationsUntil: null, version: 0 }
      : { seats: '', countries: '', language: '', timeZone: '', examDay: '', nominationsUntil: '', version: '0' }
    case '/cohorts/:id/enrolments/changes': case '/cohorts/:id/changes': return { ids: [walk.enrolmentId], action: 'came', reason: '', step: 'do' }
    case '/enrolments/:id/move': return { to: walk.cohortId, reason: 'For the test of access' }
    case '/enrolments/:id/no-show': return { reason: 'For the test of access' }
    case '/reminders/:kind/:language': return { subject: 'Soon', body: 'It begins on {date}.', version: 0, step: 'preview' }
    case '/cohorts/:id/remind': return { ids: [walk.enrolmentId] }
    case '/cohorts/:id/nominate': return { csv: '', step: 'check' }
    case '/cohorts/:id/nominations': return route.includes('/api/') ? 'name,email,country,agency,rank,locale\nNew Person,new@nominated.example,ZM,,,en\n' : { ids: [nominationId], decision: 'withdraw', reason: 'For the test of access', step: 'do' }
    case '/cohorts/:id/nominations/decisions': return { ids: [nominationId], decision: 'withdraw', reason: 'For the test of access' }
    case '/nominations/:id/substitute': return { name: 'Somebody New', email: 'somebody.new@nominated.example', reason: 'For the test of access' }
    case '/people/:id/accommodations': return route.includes('/api/') ? { extraPercent: 25, reason: 'For the test of access' } : { extraPercent: '25', reason: 'For the test of access' }
    case '/people/:id/same': return { action: 'unmerge', intoId: '', reason: 'For the test of access' }
    case '/people/:id/merge': return { intoId: somebodyElse.personId, reason: 'For the test of access' }
    case '/people/:id/not-same/:personId': case '/people/:id/unmerge': return { reason: 'For the test of access' }
    case '/people/:id/roles': case '/people/:id/roles/revoke': return { role: 'instructor' }
    default: return {}
  }
}

async function ask (test: TestApp, scene: Scene, route: string, who: Who): Promise<{ status: number, location: string }> {
  const [method = '', path = ''] = route.split(' ')
  const somebody = who === 'nobody' ? null : scene.people[who]
  const body = bodyOf(route, scene)
  const address = addressOf(path, scene)
  if (path.endsWith('/files/:slot')) {
    const { status } = await sendFile(test, somebody, scene.filesAttemptId, 1, 'note.txt', 'Seen at one.')
    return { status, location: '' }
  }
  if (path.startsWith('/api/') || method === 'GET') {
    const csv = typeof body === 'string'
    const answer = await test.app.inject({
      method: method as 'GET',
      url: address,
      headers: { accept: 'text/html', ...somebody?.bearer, ...(csv ? { 'content-type': 'text/csv' } : {}) },
      ...(method === 'GET' || method === 'DELETE' ? {} : { payload: body })
    })
    return { status: answer.statusCode, location: String(answer.headers.location ?? '') }
  }
  // Somebody's page is read once, and every form is sent from it; whoever has signed out needs another.
  const seen = (path === '/sign-out' ? undefined : scene.pages.get(who)) ?? await pageOf(test, somebody)
  scene.pages.set(who, seen)
  const browser = openBrowser(test.app)
  for (const [name, value] of seen.cookies) browser.cookies.set(name, value)
  const { status, location } = await browser.post(address, { _csrf: seen.token(), ...body as Record<string, string> })
  return { status, location: location ?? '' }
}

/** A browser that shows a page with a form. */
async function pageOf (test: TestApp, somebody: Somebody | null): Promise<Browser> {
  const browser = openBrowser(test.app)
  if (somebody !== null) browser.cookies.set('muster', somebody.token)
  await browser.get('/')
  if (browser.token() === '') await browser.get('/sign-in')
  return browser
}

function verdict ({ status, location }: { status: number, location: string }): string {
  if (status === 401 || location.startsWith('/sign-in?')) return '-'
  if (status === 403) return 'x'
  if (status === 404) return '0'
  return status < 500 ? '+' : `!${status}`
}

/** Everything that is kept, but for sessions and the log of who looked. */
async function everything (test: TestApp): Promise<string> {
  const named = test.db.dialect === 'postgres' ? sql<{ name: string }>`select tablename as name from pg_tables where schemaname = current_schema()` : sql<{ name: string }>`select name from sqlite_schema where type = 'table' and name not like 'sqlite%'`
  const tables = (await named.execute(test.db.read)).rows.map(({ name }) => name).filter((name) => name !== 'session' && name !== 'failure').sort()
  const rows = await Promise.all(tables.map(async (table) => (await sql`select * from ${sql.table(table)}`.execute(test.db.read)).rows))
  return JSON.stringify(rows)
}

const WRONG_SECRET = /:secret$/

/** Where a desk's route has its like in the API, when it is not at the same path. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'GET /desk/banks/:id': 'GET /api/v1/banks/:id/questions',
  'POST /desk/banks/:id/settings': 'PATCH /api/v1/banks/:id',
  'POST /desk/banks/:id/new': 'POST /api/v1/banks/:id/questions',
  'POST /desk/banks/:id/questions/:key/remove': 'DELETE /api/v1/banks/:id/questions/:key',
  'GET /desk/banks/:id/import/:file': 'POST /api/v1/banks/:id/import',
  'POST /desk/banks/:id/import/:file': 'POST /api/v1/banks/:id/import',
  'POST /desk/certificates/expiring/days': 'PUT /api/v1/certificates/reminder-days',
  'GET /desk/certificates/zips': 'GET /api/v1/certificate-zips',
  'POST /desk/certificates/zips': 'POST /api/v1/certificate-zips',
  'GET /desk/certificates/zips/:id': 'GET /api/v1/certificate-zips/:id',
  'GET /desk/certificates/zips/:id/certificates.zip': 'GET /api/v1/certificate-zips/:id/file',
  'GET /desk/certificates/templates': 'GET /api/v1/certificate-templates',
  'POST /desk/certificates/templates/new': 'POST /api/v1/certificate-templates',
  'GET /desk/certificates/templates/:id': 'GET /api/v1/certificate-templates/:id',
  'POST /desk/certificates/templates/:id': 'PUT /api/v1/certificate-templates/:id',
  'POST /desk/certificates/templates/preview.pdf': 'POST /api/v1/certificate-templates/preview',
  'POST /desk/certificates/templates/specimen': 'POST /api/v1/certificate-templates/preview',
  'GET /desk/banks/:id/import/:file/pictures/:hash': 'POST /api/v1/banks/:id/import',
  'POST /desk/cohorts/new': 'POST /api/v1/cohorts',
  'POST /desk/cohorts/:id/changes': 'POST /api/v1/cohorts/:id/enrolments/changes',
  'POST /desk/cohorts/:id/enrol': 'POST /api/v1/cohorts/:id/enrolments',
  'POST /desk/cohorts/:id/instructors': 'PUT /api/v1/cohorts/:id/instructors/:personId',
  'POST /desk/cohorts/:id/nominate': 'POST /api/v1/cohorts/:id/nominations',
  'POST /desk/cohorts/:id/nominations': 'POST /api/v1/cohorts/:id/nominations/decisions',
  'GET /desk/cohorts/:id/enrolments.csv': 'GET /api/v1/cohorts/:id/enrolments/export',
  'GET /desk/cohorts/:id/enrolments.xlsx': 'GET /api/v1/cohorts/:id/enrolments/export',
  'GET /desk/reminders/:kind/:language': 'GET /api/v1/reminders',
  'GET /desk/courses/:slug/cohorts': 'GET /api/v1/courses',
  'GET /desk/drafts/:id/facts': 'GET /api/v1/drafts/:id/file',
  'POST /desk/drafts/:id/facts': 'PUT /api/v1/drafts/:id/file',
  'POST /desk/drafts/:id/structure': 'PUT /api/v1/drafts/:id/file',
  'GET /desk/drafts/:id/lessons/:key': 'GET /api/v1/drafts/:id/file',
  'POST /desk/drafts/:id/lessons/:key': 'PUT /api/v1/drafts/:id/file',
  'GET /desk/drafts/:id/quizzes/:key': 'GET /api/v1/drafts/:id/file',
  'GET /desk/drafts/:id/files': 'GET /api/v1/drafts/:id',
  'POST /desk/drafts/:id/files/remove': 'DELETE /api/v1/drafts/:id/file',
  'GET /desk/drafts/:id/history': 'GET /api/v1/drafts/:id/changes',
  'GET /desk/drafts/:id/publish': 'GET /api/v1/drafts/:id/compare',
  'POST /desk/drafts/:id/authors': 'PUT /api/v1/drafts/:id/authors/:personId',
  'POST /desk/drafts/:id/discard': 'DELETE /api/v1/drafts/:id',
  'POST /desk/drafts/:id/questions': 'POST /api/v1/drafts/:id/questions/preview',
  'POST /desk/drafts/:id/questions/add': 'POST /api/v1/drafts/:id/questions',
  'POST /desk/drafts/:id/questions/new': 'PUT /api/v1/drafts/:id/questions/:key',
  'GET /desk/drafts/:id/questions/:key/edit': 'GET /api/v1/drafts/:id/questions',
  'POST /desk/drafts/:id/questions/:key/edit': 'PUT /api/v1/drafts/:id/questions/:key',
  'POST /desk/drafts/:id/questions/:key/remove': 'DELETE /api/v1/drafts/:id/questions/:key',
  'POST /desk/drafts/new': 'POST /api/v1/drafts',
  'POST /desk/drafts/upload': 'POST /api/v1/drafts/zip',
  'POST /desk/marking/:id/:slot': 'POST /api/v1/attempts/:id/marks',
  'POST /desk/people/new': 'POST /api/v1/people',
  'POST /desk/people/:id/edit': 'PUT /api/v1/people/:id',
  'POST /desk/people/:id/roles/revoke': 'DELETE /api/v1/people/:id/roles/:role',
  'POST /desk/people/:id/same': 'POST /api/v1/people/:id/merge',
  'GET /desk/corrections': 'GET /api/v1/correction-proposals',
  'GET /desk/corrections/:id': 'GET /api/v1/correction-proposals/:id',
  'POST /desk/corrections/:id': 'POST /api/v1/correction-proposals/:id/accept',
  'GET /desk/quotas/changes': 'GET /api/v1/quota-changes',
  'POST /desk/quotas/changes': 'POST /api/v1/quota-changes',
  'POST /desk/quotas/changes/:id': 'POST /api/v1/quota-changes/:id/approve',
  'POST /desk/quotas/new': 'POST /api/v1/quotas',
  'POST /desk/readiness': 'POST /api/v1/teams',
  'GET /desk/readiness/teams': 'GET /api/v1/teams',
  'GET /desk/readiness/teams/:id': 'GET /api/v1/teams/:id',
  'POST /desk/readiness/teams/:id': 'PUT /api/v1/teams/:id',
  'GET /desk/readiness/teams/:id/list.csv': 'GET /api/v1/teams/:id/export',
  'GET /desk/readiness/teams/:id/list.xlsx': 'GET /api/v1/teams/:id/export',
  'POST /desk/readiness/teams/:id/members/:personId/remove': 'DELETE /api/v1/teams/:id/members/:personId',
  'POST /desk/readiness/teams/:id/end': 'DELETE /api/v1/teams/:id'
}

/** Pages that only hold a form: what it sends has its like. */
const FORMS = [
  'GET /desk/banks/:id/new', 'GET /desk/banks/:id/import', 'GET /desk/cohorts/new', 'GET /desk/cohorts/plan', 'GET /desk/cohorts/:id/enrol', 'GET /desk/cohorts/:id/nominate',
  'GET /desk/nominations/:id/substitute', 'GET /desk/drafts/new', 'GET /desk/drafts/:id/questions/new', 'GET /desk/drafts/:id/questions/add', 'GET /desk/people/new', 'GET /desk/people/:id/edit', 'GET /desk/certificates/issue', 'GET /desk/certificates/templates/new', 'GET /desk/quotas/new'
]

/** Where others may ask the API than the page: of one's own enrolment, of a certificate that anybody may check, and of a bank's file, which the wizard keeps for whoever sent it. */
const WIDER = ['GET /desk/enrolments/:id', 'GET /desk/certificates/:serial', 'GET /desk/banks/:id/import/:file', 'GET /desk/banks/:id/import/:file/pictures/:hash', 'POST /desk/banks/:id/import/:file']

const SAFE = new Set(['GET'])

/** A desk's routes that have no like in the API, or one for others. */
function withoutLike (table: Readonly<Record<string, string>>): string[] {
  return Object.entries(table).filter(([route]) => / \/desk\//.test(route) && !FORMS.includes(route)).flatMap(([route, who]) => {
    const [method = '', path = ''] = route.split(' ')
    const same = path.replace('/desk/', '/api/v1/').replace(/\.(csv|xlsx|json|pdf|zip)$/, '')
    const likes = ELSEWHERE[route] !== undefined
      ? [ELSEWHERE[route]]
      : (SAFE.has(method) ? ['GET'] : ['POST', 'PUT', 'PATCH', 'DELETE']).map((verb) => `${verb} ${same}`).filter((like) => like in table)
    if (!likes.some((like) => like in table)) return [`${route}: no like in the API`]
    return likes.some((like) => table[like] === who) || WIDER.includes(route) ? [] : [`${route}: ${who}, and ${likes.map((like) => `${like}: ${table[like] ?? ''}`).join(', ')}`]
  })
}

t.test('every route there is stands in the table, and no other', async (t) => {
  const test = await testApp(t, { demo: true })
  const routes = test.app.routeTable.filter(({ method }) => method !== 'HEAD').map(({ method, path }) => `${method} ${path}`)
  t.same(routes.filter((route) => !(route in TABLE)), [], 'not in the table')
  t.same(Object.keys(TABLE).filter((route) => !routes.includes(route)), [], 'no longer a route')
  t.same(Object.entries(TABLE).filter(([, who]) => who.length !== ROLES.length || /[^-x0+]/.test(who)), [], 'says of everybody whether they may')

  // Whatever the desk shows and does, other programs can read and do, and it is the same people who may.
  t.same(withoutLike(TABLE), [])
  t.same([...Object.keys(ELSEWHERE), ...FORMS, ...WIDER].filter((route) => !(route in TABLE)), [], 'no longer a route of the desk')
  interface Operation { readonly responses?: Readonly<Record<string, { readonly content?: unknown }>> }
  const described = (await test.app.inject('/api/v1/openapi.json')).json<{ paths: Record<string, Record<string, Operation>> }>().paths
  const operations = Object.keys(TABLE).filter((route) => route.includes(' /api/v1/') && !route.endsWith('openapi.json')).map((route) => {
    const [method = '', path = ''] = route.split(' ')
    return { route, operation: described[path.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()] }
  })
  t.same(operations.filter(({ operation }) => operation === undefined).map(({ route }) => route), [], 'in OpenAPI')
  t.same(operations.filter(({ operation }) => !Object.entries(operation?.responses ?? {}).some(([status, { content }]) => /^2/.test(status) && (status === '204' || content !== undefined))).map(({ route }) => route), [], 'with what it answers')
})

t.test('nobody reads or writes what is not theirs: every route, every role', { timeout: 240_000 }, async (t) => {
  const test = await testApp(t, { demo: true, courses: 'test/fixtures/courses', now: '2026-06-15T08:00:00Z' })
  const set = await scene(test)
  const before = await everything(test)

  // First all that is refused: afterwards nothing may have changed. Whoever is not signed in, or has another role, is refused
  // before any query: on PostgreSQL that is not asked again.
  const asked = dialect === 'sqlite' ? '-x0' : '0'
  const wrong: string[] = []
  for (const [route, expected] of Object.entries(TABLE)) {
    for (const [column, who] of ROLES.entries()) {
      const right = expected[column] ?? ''
      if (!asked.includes(right)) continue
      const seen = verdict(await ask(test, set, route, who))
      if (seen !== right) wrong.push(`${route} by ${who}: expected ${right}, got ${seen}`)
    }
  }
  t.same(wrong, [])
  t.equal(await everything(test), before, 'what was refused changed nothing')

  for (const [route, expected] of Object.entries(TABLE)) {
    // All who may ask at once: some answers wait on purpose.
    await Promise.all(ROLES.filter((_, column) => expected[column] === '+').map(async (who) => {
      const answer = await ask(test, set, route, who)
      // A wrong password or a worn-out link is an answer to what was sent, not to who sent it.
      const mine = WRONG_SECRET.test(route) || /sign-in$/.test(route) ? answer.status < 500 : verdict(answer) === '+' && !(route.startsWith('GET') && answer.status >= 400)
      if (!mine) wrong.push(`${route} by ${who}: ${answer.status}`)
    }))
  }
  t.same(wrong, [])
})
