import Type from 'typebox'
import { cursorOf, readCursor } from '../../cursor.ts'
import type { Deps } from '../../deps.ts'
import type { App } from '../../http/app-type.ts'
import { signedIn } from '../../http/session.ts'
import { hasRole, type Role } from '../../person.ts'
import { STAGES, type Stage } from '../forecast.ts'
import { courseTitles, getQuota, type QuotaStanding } from '../quotas.ts'
import { QuotaId, StagesOut } from '../schemas.ts'
import type { OnTheWay } from './pipeline.ts'
import { pipelineView, stagesJson } from './views.ts'

const READERS: readonly Role[] = ['administrator', 'liaison']
const PAGE = 50

const StageIn = Type.Optional(Type.Union([Type.Enum([...STAGES]), Type.Literal('')]))
const Query = Type.Object({ stage: StageIn, country: Type.Optional(Type.String({ pattern: '^([A-Z]{2}|any)?$', description: 'as on the person; empty: those without a country; any: all' })), cursor: Type.Optional(Type.String({ maxLength: 200 })) })
const Text = Type.Union([Type.String(), Type.Null()])
const PipelineOut = Type.Object({
  stages: StagesOut,
  items: Type.Array(Type.Object({ stage: Type.Enum([...STAGES]), name: Type.String(), country: Text, personId: Text, enrolmentId: Text, cohortId: Type.String(), cohort: Type.String(), endsAt: Type.String() })),
  next: Text
})

/** Who is on the way to being counted, and what came of those before them. */
export function pipelineRoutes (app: App, { db, world }: Deps): void {
  app.get('/desk/quotas/:id/pipeline', { config: { access: READERS }, schema: { hide: true, params: QuotaId, querystring: Query } }, async (request, reply) => {
    const person = signedIn(request)
    const { id } = request.params
    const { stage = '', cursor } = request.query
    const country = countryOf(request.query)
    const quota = await getQuota(db, world, person, id)
    return reply.page('quotas/pipeline', pipelineView({
      quota, stage, country, ...pageOf(quota, stage, country, cursor), isFirst: cursor === undefined, titles: await courseTitles(db), administers: hasRole(person, 'administrator')
    }, { t: request.t, url: app.url, place: request.place }))
  })

  app.get('/api/v1/quotas/:id/pipeline', {
    config: { access: READERS },
    schema: { tags: ['quotas'], summary: 'Who is on the way, by stage, with the shares of past cohorts that a forecast goes by', params: QuotaId, querystring: Query, response: { 200: PipelineOut } }
  }, async (request) => {
    const quota = await getQuota(db, world, signedIn(request), request.params.id)
    const { stage = '', cursor } = request.query
    const { people, next } = pageOf(quota, stage, countryOf(request.query), cursor)
    return {
      stages: stagesJson(quota),
      items: people.map(({ stage, name, country, personId, enrolmentId, cohortId, cohort, endsAt }) => ({ stage, name, country, personId, enrolmentId, cohortId, cohort, endsAt })),
      next
    }
  })
}

/** null for every country. */
function countryOf ({ country }: { readonly country?: string | undefined }): string | null {
  return country === undefined || country === 'any' ? null : country
}

function pageOf ({ pipeline }: QuotaStanding, stage: Stage | '', country: string | null, cursor: string | undefined): { people: readonly OnTheWay[], next: string | null } {
  const all = (pipeline?.people ?? []).filter((one) => (stage === '' || one.stage === stage) && (country === null || (one.country ?? '') === country))
  const start = Number(readCursor(cursor ?? null, ['number'])?.[0] ?? 0)
  return { people: all.slice(start, start + PAGE), next: start + PAGE < all.length ? cursorOf([start + PAGE]) : null }
}
