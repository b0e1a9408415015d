import Type from 'typebox'
import { saidSpan } from '../cohorts/span-view.ts'
import { textIn } from '../quiz/text.ts'
import type { Deps } from '../deps.ts'
import type { App } from '../http/app-type.ts'
import { formatDate } from '../http/pages.ts'
import { signedIn } from '../http/session.ts'
import { DESK } from '../people/access.ts'
import { countryName } from '../people/countries.ts'
import { hasRole } from '../person.ts'
import { isEnough, MOST_FOUND, searchDesk, type Found } from './search.ts'

const Query = Type.Object({ q: Type.String({ maxLength: 200, default: '', description: 'parts of a name, an address, a cohort or a course, or of a serial' }) })
const Line = Type.Object({ id: Type.String(), name: Type.String(), about: Type.String(), href: Type.String() })

/** One field for people, cohorts, courses and serials. */
export function searchRoutes (app: App, { db, world }: Deps): void {
  app.get('/desk/search', { config: { access: DESK }, schema: { hide: true, querystring: Query } }, async (request, reply) => {
    const { t } = request
    const { q } = request.query
    const asked = isEnough(q)
    const found = await searchDesk(db, world, signedIn(request), q)
    const all = hasRole(signedIn(request), 'administrator') && !found.nearly
    // Where a kind has more than is shown, and its own list can be asked for the same.
    const more: Readonly<Record<string, string>> = all ? { people: app.url('/desk/people', {}, { search: q.trim() }), certificates: app.url('/desk/certificates', {}, { holder: q.trim() }) } : {}
    const sections = Object.entries(lines(found, request)).filter(([, items]) => items.length > 0)
      .map(([kind, items]) => ({ id: kind, title: t(`search.${kind}`), items: items.map((item) => ({ ...item, parts: item.about.split(' · ') })), more: items.length === MOST_FOUND ? more[kind] ?? null : null }))
    return reply.page('reports/search', { title: t('search.title'), nav: '/desk/search', main: 'reading', q, sections, nearly: found.nearly, nothing: asked && sections.length === 0, short: !asked && q.trim() !== '' })
  })

  app.get('/api/v1/search', {
    config: { access: DESK },
    schema: {
      tags: ['reports'],
      summary: 'What the asker may open that answers to these words; of each kind the first ten',
      querystring: Query,
      response: { 200: Type.Object({ people: Type.Array(Line), trainees: Type.Array(Line), cohorts: Type.Array(Line), courses: Type.Array(Line), certificates: Type.Array(Line), nearly: Type.Boolean({ description: 'Nothing holds these words: what is found sounds like them, or differs in a letter' }) }) }
    }
  }, async (request) => {
    const found = await searchDesk(db, world, signedIn(request), request.query.q)
    return { ...lines(found, request), nearly: found.nearly }
  })

  function lines (found: Found, request: Parameters<typeof signedIn>[0]) {
    const { place, t } = request
    const country = (code: string | null): string => code === null ? '' : countryName(code, place.language)
    const joined = (...parts: readonly string[]): string => parts.filter((part) => part !== '').join(' · ')
    // The desk's page of a certificate is for administrators; everybody may see what was certified.
    const certificate = hasRole(signedIn(request), 'administrator') ? '/desk/certificates/:serial' : '/certificates/:serial'
    return {
      people: found.people.map(({ id, name, latinName, email, country: code }) => ({ id, name, about: joined(latinName ?? '', country(code), email), href: app.url('/desk/people/:id', { id }) })),
      trainees: found.trainees.map(({ enrolmentId: id, name, cohort, country: code }) => ({ id, name, about: joined(country(code), cohort), href: app.url('/enrolments/:id', { id }) })),
      cohorts: found.cohorts.map((cohort) => ({ id: cohort.id, name: cohort.name, about: joined(cohort.course.title, saidSpan(cohort, { t, ...place })), href: app.url('/desk/cohorts/:id', { id: cohort.id }) })),
      courses: found.courses.map(({ slug, title }) => ({ id: slug, name: textIn(title, place.language), about: slug, href: app.url('/desk/courses/:slug', { slug }) })),
      certificates: found.certificates.map(({ serial, holder, course, issuedAt, state }) => ({ id: serial, name: holder, about: joined(serial, course.title, formatDate(issuedAt, place), state === 'valid' ? '' : t(`certificates.state.${state}`)), href: app.url(certificate, { serial }) }))
    }
  }
}
