import Type from 'typebox'
import type { Deps } from '../deps.ts'
import type { App } from '../http/app-type.ts'
import { signedIn } from '../http/session.ts'
import { STAFF } from '../people/access.ts'
import { regradeQuiz } from './regrading.ts'

const Id = Type.String({ minLength: 1, maxLength: 64 })
const CohortQuiz = Type.Object({ id: Id, key: Id })
const Fraction = Type.Union([Type.Number(), Type.Null()])
const SlotResult = Type.Object({ state: Type.String(), fraction: Fraction, mark: Fraction })
const Result = Type.Object({ mark: Type.Number(), percent: Type.Number(), passed: Type.Boolean() })
const Turned = Type.Object({ enrolmentId: Type.String(), trainee: Type.String(), certificateSerial: Type.Union([Type.String(), Type.Null()]) })

const Report = Type.Object({
  applied: Type.Boolean(),
  attempts: Type.Integer({ description: 'Finished attempts looked at' }),
  open: Type.Integer({ description: 'Open attempts, left alone' }),
  changes: Type.Array(Type.Object({
    attemptId: Type.String(), number: Type.Integer(), enrolmentId: Type.String(), trainee: Type.String(),
    slots: Type.Array(Type.Object({ slot: Type.Integer(), question: Type.String(), old: SlotResult, new: SlotResult })),
    old: Result, new: Result
  })),
  newlyPassed: Type.Array(Turned),
  newlyFailed: Type.Array(Turned, { description: 'For a person to decide on: nothing is taken back' })
})

/** Regrading a quiz of a cohort. */
export function regradeRoutes (app: App, deps: Deps): void {
  const { db } = deps

  app.post('/api/v1/cohorts/:id/quizzes/:key/regrade', {
    config: { access: STAFF },
    schema: {
      params: CohortQuiz,
      querystring: Type.Object({ dryRun: Type.Optional(Type.Boolean({ default: false, description: 'Work it out and change nothing' })) }),
      body: Type.Object({
        reason: Type.String({ minLength: 3, maxLength: 1000, pattern: '\\S' }),
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
