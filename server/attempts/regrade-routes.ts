import Type from 'typebox'
import type { FastifyRequest } from 'fastify'
import type { Deps } from '../deps.ts'
import type { App } from '../http/app-type.ts'
import { signedIn } from '../http/session.ts'
import { STAFF } from '../people/access.ts'
import { hasRole, type Person } from '../person.ts'
import { Refusal } from '../refusals.ts'
import { one } from '../courses/bank/editor.ts'
import { openCorrection, readCorrection } from './correction.ts'
import { regradeDesk, regradeQuiz, type RegradeInput, type RegradeReport } from './regrading.ts'
import { proposeCorrection } from './proposals/proposals.ts'
import { Report, Version } from './regrade-schemas.ts'
import { aroundOf, regradeView } from './regrade-view.ts'
import type { Reader } from './views.ts'

const Id = Type.String({ minLength: 1, maxLength: 64 })
const CohortQuiz = Type.Object({ id: Id, key: Id })
/** The form of a question, with its fields as the editor calls them, and beside them question, version, reason, seen and do. */
const Form = Type.Record(Type.String({ maxLength: 200 }), Type.Union([Type.String({ maxLength: 500_000 }), Type.Array(Type.String({ maxLength: 500_000 }))]))
const FORM_BYTES = 8 * 1024 * 1024

/** Regrading a quiz of a cohort. */
export function regradeRoutes (app: App, deps: Deps): void {
  const { db } = deps

  app.get('/desk/cohorts/:id/quizzes/:key/regrade', {
    config: { access: STAFF },
    schema: { params: CohortQuiz, querystring: Type.Object({ question: Type.Optional(Type.String({ maxLength: 64 })), version: Version }) }
  }, async (request, reply) => {
    const { id, key } = request.params
    const desk = await regradeDesk(db, deps, signedIn(request), { cohortId: id, quizKey: key, ...versionIn(request.query) })
    const standing = desk.questions.find(({ definition }) => definition.key === request.query.question)?.definition
    return reply.page('attempts/regrade', regradeView(desk, { correction: standing === undefined ? null : openCorrection(deps.world, standing, aroundOf(desk, request.language)) }, readerOf(request)))
  })

  app.post('/desk/cohorts/:id/quizzes/:key/regrade', {
    config: { access: STAFF },
    bodyLimit: FORM_BYTES,
    schema: { params: CohortQuiz, body: Form }
  }, async (request, reply) => {
    const { id, key } = request.params
    const person = signedIn(request)
    const question = one(request.body, 'question')
    const reason = one(request.body, 'reason')
    const seen = one(request.body, 'seen')
    const version = Number(one(request.body, 'version'))
    const of = { cohortId: id, quizKey: key, ...versionIn(Number.isSafeInteger(version) && version > 0 ? { version } : {}) }
    const reader = readerOf(request)
    const desk = await regradeDesk(db, deps, person, of)
    const standing = desk.questions.find(({ definition }) => definition.key === question)?.definition
    if (standing === undefined && question !== '') throw new Refusal('not-found')
    const correction = standing === undefined ? null : readCorrection(deps.world, standing, aroundOf(desk, request.language), request.body)
    const form = { correction, reason, mayApply: correction === null || hasRole(person, 'administrator') }
    const { action, rest } = correction ?? { action: 'save', rest: one(request.body, 'do') === 'save:apply' ? 'apply' : '' }
    if (action !== 'save') return reply.page('attempts/regrade', regradeView(desk, form, reader))
    try {
      if (reason.trim().length < 3) throw new Refusal('bad-input', {}, [{ path: 'reason', message: request.t('attempts.regrade.reason-missing') }])
      if (rest === 'propose' && correction !== null) {
        const made = await proposeCorrection(db, deps, person, { ...of, question, definition: correction.written, reason })
        return await reply.redirect(app.url('/desk/corrections/:id', { id: made.id }), 303)
      }
      const input = { ...of, reason: reason.trim().slice(0, 1000), corrections: correction === null ? [] : [{ question, definition: correction.written }] }
      const { report, isStale } = await regraded(db, deps, person, { ...input, ...seen !== '' && { seen } }, rest !== 'apply')
      return reply.status(isStale ? 409 : 200).page('attempts/regrade', regradeView(report.applied ? await regradeDesk(db, deps, person, of) : desk, { ...form, report, isStale }, reader))
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'bad-input') throw error
      return reply.status(422).page('attempts/regrade', regradeView(desk, { ...form, problems: error.problems }, reader))
    }
  })

  app.get('/api/v1/cohorts/:id/quizzes/:key/regrade', {
    config: { access: STAFF },
    schema: {
      description: 'What a regrade would look at: the questions that were asked, as they stand corrected',
      params: CohortQuiz,
      response: {
        200: Type.Object({
          attempts: Type.Integer({ description: 'Finished ones' }),
          // The shape of a question is its kind's to say.
          questions: Type.Array(Type.Object({ question: Type.String(), kind: Type.String(), corrected: Type.Boolean(), definition: Type.Unknown() }))
        })
      }
    }
  }, async (request) => {
    const { attempts, questions } = await regradeDesk(db, deps, signedIn(request), { cohortId: request.params.id, quizKey: request.params.key })
    return { attempts, questions: questions.map(({ definition, isCorrected }) => ({ question: definition.key, kind: definition.kind, corrected: isCorrected, definition })) }
  })

  app.post('/api/v1/cohorts/:id/quizzes/:key/regrade', {
    config: { access: STAFF },
    schema: {
      params: CohortQuiz,
      querystring: Type.Object({ dryRun: Type.Optional(Type.Boolean({ default: false, description: 'Work it out and change nothing' })) }),
      body: Type.Object({
        reason: Type.String({ minLength: 3, maxLength: 1000, pattern: '\\S' }),
        version: Version,
        seen: Type.Optional(Type.String({ maxLength: 64, description: 'The fingerprint of the dry run that was looked at' })),
        // The shape of a question is its kind's to say; the engine checks it and names each problem.
        corrections: Type.Optional(Type.Array(Type.Object({ question: Id, definition: Type.Unknown() }, { additionalProperties: false }), {
          maxItems: 500, description: 'Questions by key as they should have been; administrators only, but for a dry run. Left out: the corrections that stand'
        }))
      }, { additionalProperties: false }),
      response: { 200: Report }
    }
  }, async (request) => {
    const { id, key } = request.params
    return await regradeQuiz(db, deps, signedIn(request), { cohortId: id, quizKey: key, dryRun: request.query.dryRun === true, ...request.body }) as never
  })
}

/** A regrade, or, where something else would change than was looked at, what would change by now. */
async function regraded (db: Deps['db'], deps: Deps, person: Person, input: Omit<RegradeInput, 'dryRun'>, dryRun: boolean): Promise<{ readonly report: RegradeReport, readonly isStale: boolean }> {
  try {
    return { report: await regradeQuiz(db, deps, person, { ...input, dryRun }), isStale: false }
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'edited-meanwhile') throw error
    return { report: await regradeQuiz(db, deps, person, { ...input, dryRun: true }), isStale: true }
  }
}

function versionIn ({ version }: { readonly version?: number }): { readonly version?: number } {
  return version === undefined ? {} : { version }
}

function readerOf (request: FastifyRequest): Reader {
  return { ...request.place, t: request.t, url: request.server.url }
}
