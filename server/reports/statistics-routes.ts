import { setImmediate as nextTurn } from 'node:timers/promises'
import Type from 'typebox'
import type { Deps } from '../deps.ts'
import type { App } from '../http/app-type.ts'
import { signedIn } from '../http/session.ts'
import { STAFF } from '../people/access.ts'
import { CONCERNS } from '../quiz/quiz.ts'
import { makeStatisticsDesk, type Counting } from './statistics.ts'
import { prepareStatistics } from './statistics-threads.ts'
import { statisticsJson, statisticsView } from './statistics-views.ts'

const Key = Type.Object({ id: Type.String({ minLength: 1, maxLength: 64 }), key: Type.String({ minLength: 1, maxLength: 64 }) })
const Which = Type.Object({ versions: Type.Optional(Type.String({ pattern: '^(all|\\d{1,6}(,\\d{1,6})*)$', maxLength: 200, description: 'Attempts of which versions of the course are counted: `all`, or numbers with commas between; the cohort’s own when left out' })) })
const Maybe = Type.Union([Type.Number(), Type.Null()])
const Figures = {
  count: Type.Integer(),
  facilityPercent: Maybe,
  standardDeviation: Maybe,
  discriminationIndexPercent: Maybe,
  discriminativeEfficiencyPercent: Maybe
}
const Place = {
  ...Figures,
  markMax: Type.Number(),
  intendedWeightPercent: Type.Number(),
  effectiveWeightPercent: Maybe,
  negativeCovariance: Type.Boolean(),
  medianSeconds: Maybe
}
const Breakdowns = Type.Array(Type.Object({ name: Type.String(), ...Figures }))

const StatisticsAnswer = Type.Object({
  cohort: Type.Object({ id: Type.String(), name: Type.String() }),
  quiz: Type.Object({ key: Type.String(), title: Type.String() }),
  versions: Type.Array(Type.Object({ version: Type.Integer(), attempts: Type.Integer({ description: 'Finished' }), counted: Type.Boolean(), present: Type.Boolean({ description: 'The cohort’s own' }) })),
  attempts: Type.Literal('first-finished', { description: 'One attempt of each trainee: the first they finished' }),
  test: Type.Object({
    count: Type.Integer(), mean: Maybe, median: Maybe, standardDeviation: Maybe, skewness: Maybe, kurtosis: Maybe,
    internalConsistencyPercent: Maybe, errorRatioPercent: Maybe, standardError: Maybe, items: Type.Enum(['questions', 'slots'])
  }),
  slots: Type.Array(Type.Object({ slot: Type.Integer(), questions: Type.Array(Type.String()), ...Place })),
  questions: Type.Array(Type.Object({
    question: Type.String(),
    slots: Type.Array(Type.Integer()),
    ...Place,
    randomGuessPercent: Maybe,
    blankCount: Type.Integer(),
    concerns: Type.Array(Type.Enum([...CONCERNS])),
    rasch: Type.Union([Type.Object({
      difficulty: Type.Number({ description: 'Logits' }), standardError: Type.Number(), infit: Type.Number(), outfit: Type.Number(), people: Type.Integer()
    }), Type.Null()]),
    responses: Type.Array(Type.Object({
      part: Type.String(), response: Type.String(), label: Type.String(), count: Type.Integer(), percent: Type.Number(), meanTotal: Type.Number(),
      right: Type.Union([Type.Boolean(), Type.Null()])
    })),
    versions: Breakdowns,
    variants: Breakdowns
  }), { description: 'Those to look at first come first' }),
  differences: Type.Array(Type.Object({
    question: Type.String(), reference: Type.String(), focal: Type.String(), referenceCount: Type.Integer(), focalCount: Type.Integer(),
    oddsRatio: Type.Number(), delta: Type.Number(), deltaError: Type.Number(), chiSquare: Type.Number(), probability: Type.Number(), adjustedProbability: Type.Number(),
    effect: Type.Enum(['A', 'B', 'C']), standardisedPercent: Type.Number(), suspect: Type.Boolean()
  }), { description: 'Between languages (Mantel–Haenszel); suspect: compare the translations' }),
  similarities: Type.Array(Type.Object({
    attempts: Type.Array(Type.Object({ id: Type.String(), personId: Type.String(), name: Type.String() })),
    bothWrong: Type.Integer(), same: Type.Integer(), expected: Type.Number(), probability: Type.Number(), adjustedProbability: Type.Number()
  }), { description: 'Hints for a person to look at, never a verdict' })
})

/** Statistics of a quiz in a cohort, for those who run it: page and API over the same figures. */
export function statisticsRoutes (app: App, deps: Deps): void {
  const desk = makeStatisticsDesk(deps.db, deps.courses)
  app.addHook('onListen', (done) => {
    prepareStatistics()
    done()
  })
  app.addHook('onClose', async () => { await desk.close() })

  app.get('/api/v1/cohorts/:id/quizzes/:key/statistics', {
    config: { access: STAFF },
    schema: { params: Key, querystring: Which, response: { 200: StatisticsAnswer } }
  }, async (request) => {
    const { id, key } = request.params
    return statisticsJson(await desk.report(signedIn(request), { cohortId: id, quizKey: key, language: request.language, counting: countingOf(request.query.versions) }), request.language)
  })

  app.get('/desk/cohorts/:id/quizzes/:key/statistics', {
    config: { access: STAFF },
    schema: { params: Key, querystring: Which }
  }, async (request, reply) => {
    const { id, key } = request.params
    const report = await desk.report(signedIn(request), { cohortId: id, quizKey: key, language: request.language, counting: countingOf(request.query.versions) })
    // Figures, words and page of dozens of questions, each in a turn of its own.
    await nextTurn()
    const view = statisticsView(report, { ...request.place, t: request.t, url: app.url })
    await nextTurn()
    return reply.page('reports/statistics', view)
  })
}

function countingOf (asked: string | undefined): Counting {
  return asked === undefined ? 'present' : asked === 'all' ? 'all' : asked.split(',').map(Number)
}
