import Type from 'typebox'
import { textIn } from '../quiz/text.ts'
import type { Deps } from '../deps.ts'
import type { App } from '../http/app-type.ts'
import { formatDate } from '../http/pages.ts'
import { signedIn } from '../http/session.ts'
import { DESK } from '../people/access.ts'
import { countryName } from '../people/countries.ts'
import { LEAST_LETTERS, searchDesk } from './search.ts'

const Query = Type.Object({ q: Type.String({ maxLength: 200, default: '', description: 'part of a name, an address or a course, or a serial' }) })
const Line = Type.Object({ id: Type.String(), name: Type.String(), about: Type.String(), href: Type.String() })

/** One field for people, cohorts, courses and serials. */
export function searchRoutes (app: App, { db, world }: Deps): void {
  app.get('/desk/search', { config: { access: DESK }, schema: { hide: true, querystring: Query } }, async (request, reply) => {
    const { t } = request
    const { q } = request.query
    const sections = Object.entries(await lines(q, request)).filter(([, items]) => items.length > 0).map(([kind, items]) => ({ id: kind, title: t(`search.${kind}`), items }))
    const asked = [...q.trim()].length >= LEAST_LETTERS
    return reply.page('reports/search', { title: t('search.title'), nav: '/desk/search', main: 'reading', q, sections, nothing: asked && sections.length === 0, short: !asked && q.trim() !== '' })
  })

  app.get('/api/v1/search', {
    config: { access: DESK },
    schema: {
      tags: ['reports'],
      summary: 'What the asker may open that holds these letters; of each kind the first ten',
      querystring: Query,
      response: { 200: Type.Object({ people: Type.Array(Line), trainees: Type.Array(Line), cohorts: Type.Array(Line), courses: Type.Array(Line), certificates: Type.Array(Line) }) }
    }
  }, async (request) => await lines(request.query.q, request))

  async function lines (q: string, request: Parameters<typeof signedIn>[0]) {
    const { place } = request
    const found = await searchDesk(db, world, signedIn(request), q)
    const country = (code: string | null): string => code === null ? '' : countryName(code, place.language)
    const joined = (...parts: readonly string[]): string => parts.filter((part) => part !== '').join(' · ')
    return {
      people: found.people.map(({ id, name, email, country: code }) => ({ id, name, about: joined(country(code), email), href: app.url('/desk/people/:id', { id }) })),
      trainees: found.trainees.map(({ enrolmentId: id, name, cohort, country: code }) => ({ id, name, about: joined(country(code), cohort), href: app.url('/enrolments/:id', { id }) })),
      cohorts: found.cohorts.map(({ id, name, course, startsAt }) => ({ id, name, about: joined(course.title, formatDate(startsAt, place)), href: app.url('/desk/cohorts/:id', { id }) })),
      courses: found.courses.map(({ slug, title }) => ({ id: slug, name: textIn(title, place.language), about: slug, href: app.url('/desk/courses/:slug', { slug }) })),
      certificates: found.certificates.map(({ serial, holder, course, issuedAt }) => ({ id: serial, name: holder, about: joined(serial, course.title, formatDate(issuedAt, place)), href: app.url('/desk/certificates/:serial', { serial }) }))
    }
  }
}
