import Type from 'typebox'
import type { Deps } from '../deps.ts'
import type { App } from '../http/app-type.ts'
import { signedIn } from '../http/session.ts'
import { STAFF } from '../people/access.ts'
import { getCohort, managedCohort } from './cohorts.ts'
import { changeEnrolment, isReason } from './changes.ts'
import { enrolFromCsv, getManagedEnrolment } from './enrol.ts'
import { enrolView, managedEnrolmentView } from './views.ts'
import { ById } from './schemas.ts'
import { readerOf } from './problems-view.ts'

/** Lists of thousands, in scripts that take three bytes a letter. */
const LIST_BYTES = 4 * 1024 * 1024
/** The same as a form sends it: each of those bytes as three characters. */
const FORM_BYTES = 3 * LIST_BYTES

/** Enrolling a list of people, and one enrolment. */
export function enrolmentPages (app: App, deps: Deps): void {
  const { db, world, settings, messages } = deps

  app.get('/desk/cohorts/:id/enrol', {
    config: { access: STAFF },
    schema: { params: ById }
  }, async (request, reply) => {
    const person = signedIn(request)
    const { id } = request.params
    // Somebody who may see the cohort and not enrol is told so before typing.
    await managedCohort(db.read, person, id)
    return reply.page('cohorts/enrol', enrolView(await getCohort(db, world, person, id), { csv: '', result: null }, readerOf(request)))
  })

  app.post('/desk/cohorts/:id/enrol', {
    config: { access: STAFF },
    bodyLimit: FORM_BYTES,
    schema: { params: ById, body: Type.Object({ csv: Type.String({ default: '' }), step: Type.Enum(['check', 'confirm'], { default: 'check' }) }) }
  }, async (request, reply) => {
    const person = signedIn(request)
    const { id } = request.params
    const { csv, step } = request.body
    const enrol = async (dryRun: boolean) => await enrolFromCsv(db, world, settings, messages, person, id, csv, { dryRun, language: request.language })
    const result = await enrol(true)
    if (step === 'confirm' && result.problems.length === 0) {
      const { enrolled, created } = await enrol(false)
      return await reply.redirect(app.url('/desk/cohorts/:id', { id }, { enrolled, created }), 303)
    }
    if (result.problems.length > 0) void reply.status(422)
    return reply.page('cohorts/enrol', enrolView(await getCohort(db, world, person, id), { csv, result }, readerOf(request)))
  })

  app.get('/desk/enrolments/:id', {
    config: { access: STAFF },
    schema: { params: ById }
  }, async (request, reply) => {
    const enrolment = await getManagedEnrolment(db, world, signedIn(request), request.params.id)
    return reply.page('cohorts/enrolment', managedEnrolmentView(enrolment, { reason: '', wrong: false }, world.now(), signedIn(request), readerOf(request)))
  })

  app.post('/desk/enrolments/:id/withdraw', {
    config: { access: STAFF },
    schema: { params: ById, body: Type.Object({ reason: Type.String({ maxLength: 5000, default: '' }) }) }
  }, async (request, reply) => {
    const person = signedIn(request)
    const { id } = request.params
    const { reason } = request.body
    if (!isReason(reason)) {
      const enrolment = await getManagedEnrolment(db, world, person, id)
      return reply.status(422).page('cohorts/enrolment', managedEnrolmentView(enrolment, { reason, wrong: true }, world.now(), person, readerOf(request)))
    }
    await changeEnrolment(db, deps, person, id, { action: 'withdraw', reason })
    return await reply.redirect(app.url('/desk/enrolments/:id', { id }), 303)
  })

  app.post('/desk/enrolments/:id/reinstate', {
    config: { access: STAFF },
    schema: { params: ById }
  }, async (request, reply) => {
    const { id } = request.params
    await changeEnrolment(db, deps, signedIn(request), id, { action: 'reinstate', reason: '' })
    return await reply.redirect(app.url('/desk/enrolments/:id', { id }), 303)
  })
}
