import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { ComparisonAnswer, comparisonJson } from '../courses/drafts/api-routes.ts'
import { comparisonView } from '../courses/drafts/compared-view.ts'
import type { Deps } from '../deps.ts'
import type { App } from '../http/app-type.ts'
import { formatDate, formatNumber } from '../http/pages.ts'
import { signedIn } from '../http/session.ts'
import { STAFF } from '../people/access.ts'
import { textIn } from '../quiz/text.ts'
import { Refusal } from '../refusals.ts'
import { cohortsOfCourse, moveCohort, moveOutlook } from './move-cohort.ts'

const Id = Type.String({ minLength: 1, maxLength: 64 })
const ById = Type.Object({ id: Id })
const To = Type.Object({ to: Type.Optional(Type.Integer({ minimum: 1, description: 'The version to move to; the latest when left out' })) })
const Activities = Type.Array(Type.Object({ key: Type.String(), kind: Type.Enum(['lesson', 'quiz']) }))

/** Moving a running cohort to another version of its course: what it changes, said first. */
export function moveRoutes (app: App, deps: Deps): void {
  const { db } = deps

  app.get('/api/v1/cohorts/:id/version', {
    config: { access: STAFF },
    schema: {
      tags: ['cohorts'],
      description: 'What moving a cohort to another version would change',
      params: ById,
      querystring: To,
      response: {
        200: Type.Object({
          version: Type.Integer(), to: Type.Integer(), added: Activities, removed: Activities, going: Type.Integer(), completing: Type.Integer(), completed: Type.Integer(),
          attempts: Type.Integer(), open: Type.Integer(), comparison: ComparisonAnswer
        })
      }
    }
  }, async (request) => {
    const { from, to, added, removed, comparison, going, completing, completed, attempts, open } = await moveOutlook(db, deps, signedIn(request), request.params.id, request.query.to)
    const named = (of: typeof added) => of.map(({ key, kind }) => ({ key, kind }))
    return { version: from.number, to: to.number, added: named(added), removed: named(removed), going, completing, completed, attempts, open, comparison: comparisonJson(comparison) }
  })

  app.post('/api/v1/cohorts/:id/version', {
    config: { access: STAFF },
    schema: {
      tags: ['cohorts'],
      params: ById,
      body: Type.Object({ to: Type.Integer({ minimum: 1 }), seen: Type.Integer({ minimum: 1, description: 'The version that the cohort was seen to have' }) }),
      response: { 200: Type.Object({ version: Type.Integer(), completed: Type.Integer({ description: 'Enrolments that are complete by it' }) }) }
    }
  }, async (request) => await moveCohort(db, deps, signedIn(request), request.params.id, request.body))

  app.get('/desk/courses/:slug/cohorts', {
    config: { access: STAFF }, schema: { hide: true, params: Type.Object({ slug: Type.String({ minLength: 1, maxLength: 200 }) }) }
  }, async (request, reply) => {
    const { slug } = request.params
    const { versions, cohorts } = await cohortsOfCourse(db, signedIn(request), slug)
    const [latest] = versions
    if (latest === undefined) throw new Error('a course without a version')
    return reply.page('progress/cohorts-of-course', {
      title: request.t('moves.title'),
      nav: '/desk/courses',
      course: { title: textIn(latest.title, request.language, latest.outline.language), href: app.url('/desk/courses/:slug', { slug }) },
      latest: String(latest.number),
      notes: latest.notes,
      cohorts: cohorts.map(({ id, name, startsAt, endsAt, version, enrolled }) => ({
        name,
        href: app.url('/desk/cohorts/:id', { id }),
        from: formatDate(startsAt, request.place),
        to: formatDate(endsAt, request.place),
        version: String(version),
        enrolled: formatNumber(enrolled, request.language),
        moveHref: version === latest.number ? '' : app.url('/desk/cohorts/:id/version', { id })
      }))
    })
  })

  const page = async (request: FastifyRequest, reply: FastifyReply, id: string, asked: number | undefined, said: { readonly moved?: number | undefined, readonly stale?: boolean }): Promise<FastifyReply> => {
    const { t, language } = request
    const { cohort, from, to, comparison, added, removed, going, completing, completed, attempts, open } = await moveOutlook(db, deps, signedIn(request), id, asked)
    const named = (of: typeof added) => of.map(({ title, kind }) => ({ title: textIn(title, language, to.outline.language), what: t(kind === 'quiz' ? 'drafts.a-quiz' : 'moves.lesson') }))
    return reply.page('progress/move', {
      title: t('moves.of', { cohort: cohort.name }),
      nav: '/desk/cohorts',
      styles: ['draft.css'],
      cohort: { name: cohort.name, href: app.url('/desk/cohorts/:id', { id: cohort.id }) },
      courseHref: app.url('/desk/courses/:slug/cohorts', { slug: from.slug }),
      courseTitle: textIn(to.title, language, to.outline.language),
      done: said.moved === undefined ? '' : t('moves.done', { version: from.number, completed: said.moved }),
      stale: said.stale === true ? t('draft-edits.moved', { version: from.number }) : '',
      isThere: from.id === to.id,
      heading: t('moves.heading', { from: from.number, to: to.number }),
      notes: to.notes,
      facts: [
        t('moves.going', { count: going }),
        ...completed > 0 ? [t('moves.completed', { count: completed })] : [],
        ...completing > 0 ? [t('moves.completing', { count: completing })] : [],
        ...attempts > 0 ? [t('moves.attempts', { count: attempts })] : [],
        ...open > 0 ? [t('moves.open', { count: open })] : []
      ],
      added: named(added),
      removed: named(removed),
      compared: comparisonView(comparison, to.outline.language, { ...request.place, t, url: app.url }),
      action: app.url('/desk/cohorts/:id/version', { id: cohort.id }),
      seen: String(from.number),
      to: String(to.number),
      button: t('moves.button', { version: to.number })
    })
  }

  app.get('/desk/cohorts/:id/version', {
    config: { access: STAFF }, schema: { hide: true, params: ById, querystring: Type.Object({ ...To.properties, moved: Type.Optional(Type.Integer({ minimum: 0 })) }) }
  }, async (request, reply) => await page(request, reply, request.params.id, request.query.to, { moved: request.query.moved }))

  app.post('/desk/cohorts/:id/version', {
    config: { access: STAFF },
    schema: { hide: true, params: ById, body: Type.Object({ to: Type.Integer({ minimum: 1 }), seen: Type.Integer({ minimum: 1 }), sure: Type.Optional(Type.Literal('yes')) }) }
  }, async (request, reply) => {
    const { id } = request.params
    const { to, seen, sure } = request.body
    if (sure === undefined) return await reply.redirect(app.url('/desk/cohorts/:id/version', { id }, { to }), 303)
    let completed: number
    try {
      completed = (await moveCohort(db, deps, signedIn(request), id, { to, seen })).completed
    } catch (refusal) {
      if (!(refusal instanceof Refusal) || refusal.code !== 'edited-meanwhile') throw refusal
      // The outlook is that of the version which the cohort has by now.
      return await page(request, reply.status(409), id, to, { stale: true })
    }
    return await reply.redirect(app.url('/desk/cohorts/:id/version', { id }, { to, moved: completed }), 303)
  })
}
