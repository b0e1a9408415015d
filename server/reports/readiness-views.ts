import type { PageView } from '../http/app-type.ts'
import type { Translate } from '../http/messages.ts'
import { formatDate, formatDateTime, formatNumber, type Place } from '../http/pages.ts'
import type { Url } from '../http/urls.ts'
import { countriesByName, countryName } from '../people/countries.ts'
import { languageName } from '../people/views.ts'
import type { CourseVersion } from '../courses/courses.ts'
import { textIn } from '../quiz/text.ts'
import type { ReadinessFilter, ReadyPerson } from './readiness.ts'
import type { endOfTeam, Member, Need, Team, TeamChange, TeamInput, TeamProblem, TeamStanding } from './teams.ts'

export interface Reader extends Place {
  readonly t: Translate
  readonly url: Url
}

const NAV = '/desk/readiness'
const PILLS: Readonly<Record<Need['state'], string>> = { valid: 'done', lapsing: 'due', missing: 'stop' }

export interface ReadyPage {
  readonly filter: ReadinessFilter
  readonly people: readonly ReadyPerson[]
  readonly next: string | null
  readonly isFirst: boolean
  readonly courses: readonly CourseVersion[]
  readonly languages: readonly string[]
  /** Countries that the reader may pick from; null for all. */
  readonly countries: readonly string[] | null
  readonly teams: readonly TeamStanding[]
  /** What was refused of the form that saves, and what was typed in it. */
  readonly problems: readonly string[]
  readonly picked: readonly string[]
  readonly into: string
  readonly name: string
  readonly dayProblem: string
}

export function readyView (page: ReadyPage, reader: Reader): PageView {
  const { t, url, language } = reader
  const { filter, people } = page
  const chosen = new Set(filter.courses ?? [])
  const countries = countriesByName(language).filter(({ code }) => page.countries === null || page.countries.includes(code))
  return {
    title: t('readiness.title'),
    nav: NAV,
    problems: page.problems,
    dayProblem: page.dayProblem,
    filters: {
      courses: page.courses.map(({ slug, title }) => ({ slug, title: textIn(title, language), chosen: chosen.has(slug) })),
      countries: countries.map(({ code, name }) => ({ code, name, chosen: code === filter.country })),
      everyCountry: countries.length !== 1,
      languages: page.languages.map((code) => ({ code, name: languageName(code, language), chosen: code === filter.language })),
      rank: filter.rank ?? '',
      validOn: filter.validOn ?? ''
    },
    hidden: queryPairs(filter),
    people: people.map((person) => ({
      id: person.personId,
      picked: page.picked.includes(person.personId),
      name: person.name,
      rank: person.rank ?? '',
      country: person.country === null ? '' : countryName(person.country, language),
      agency: person.agency ?? '',
      language: languageName(person.language, language),
      certificates: person.certificates.map(({ serial, courseTitle, expiresAt }) => ({
        course: courseTitle,
        href: url('/certificates/:serial', { serial }),
        until: expiresAt === null ? t('readiness.no-end') : t('readiness.until', { date: formatDate(expiresAt, reader) })
      }))
    })),
    teams: page.teams.map(({ team }) => ({ id: team.id, name: team.name, chosen: team.id === page.into })),
    name: page.name,
    csvHref: withCourses(url('/desk/readiness.csv', {}, scalars(filter)), filter),
    xlsxHref: withCourses(url('/desk/readiness.xlsx', {}, scalars(filter)), filter),
    first: page.isFirst ? null : withCourses(url('/desk/readiness', {}, scalars(filter)), filter),
    next: page.next === null ? null : withCourses(url('/desk/readiness', {}, { ...scalars(filter), cursor: page.next }), filter)
  }
}

function scalars ({ country, rank, language, validOn }: ReadinessFilter): Record<string, string | null> {
  return { country: country || null, rank: rank || null, language: language || null, validOn: validOn || null }
}

// A list in a query is its name again and again.
function withCourses (address: string, { courses = [] }: ReadinessFilter): string {
  const list = courses.map((slug) => `course=${encodeURIComponent(slug)}`).join('&')
  return list === '' ? address : `${address}${address.includes('?') ? '&' : '?'}${list}`
}

function queryPairs (filter: ReadinessFilter): Array<{ name: string, value: string }> {
  return [
    ...(filter.courses ?? []).map((value) => ({ name: 'course', value })),
    ...Object.entries(scalars(filter)).flatMap(([name, value]) => value === null ? [] : [{ name, value }])
  ]
}

export function problemLines (problems: readonly TeamProblem[], t: Translate): string[] {
  return problems.map(({ code }) => t(`readiness.problem.${code}`))
}

function standOf ({ members, lapsing, missing }: TeamStanding, t: Translate): Array<{ pill: string, words: string }> {
  if (members.length === 0) return [{ pill: '', words: t('readiness.team.empty') }]
  if (lapsing + missing === 0) return [{ pill: 'done', words: t('readiness.team.ready') }]
  return [
    ...(missing > 0 ? [{ pill: 'stop', words: t('readiness.team.missing', { count: missing }) }] : []),
    ...(lapsing > 0 ? [{ pill: 'due', words: t('readiness.team.lapsing', { count: lapsing }) }] : [])
  ]
}

export function teamLine (standing: TeamStanding, { t, url, language }: Reader): object {
  const { team, members } = standing
  return {
    name: team.name,
    href: url('/desk/readiness/teams/:id', { id: team.id }),
    owner: team.ownerName,
    people: formatNumber(members.length, language),
    stands: standOf(standing, t)
  }
}

/** @param end of a list that somebody came to by an old page */
export function teamsView (teams: readonly TeamStanding[], end: Awaited<ReturnType<typeof endOfTeam>>, reader: Reader): PageView {
  const { t } = reader
  const ended = end === null ? '' : t('lists.ended', { name: end.name, by: end.by ?? t('lists.somebody'), time: formatDateTime(end.at, reader) })
  return { title: t('readiness.teams.title'), nav: NAV, ended, teams: teams.map((team) => teamLine(team, reader)) }
}

export interface TeamForm extends TeamInput {
  readonly version: number
  readonly problems: readonly TeamProblem[]
  /** Another change came first: nothing was saved, or the list was not ended. */
  readonly overtaken: { readonly what: 'edit' | 'end', readonly changes: readonly TeamChange[] } | null
}

export function teamFormOf (team: Team): TeamForm {
  return { name: team.name, purpose: team.purpose, courses: team.courses, version: team.version, problems: [], overtaken: null }
}

export function teamView (standing: TeamStanding, form: TeamForm, courses: readonly CourseVersion[], isSaved: boolean, reader: Reader): PageView {
  const { t, url } = reader
  const { team, members } = standing
  const titles = new Map(courses.map(({ slug, title }) => [slug, textIn(title, reader.language)]))
  const list = new Intl.ListFormat(reader.language, { type: 'conjunction' })
  const titled = (slugs: readonly string[]): string => list.format([...slugs].sort().map((slug) => titles.get(slug) ?? slug))
  return {
    title: team.name,
    nav: NAV,
    teamId: team.id,
    name: team.name,
    purpose: team.purpose,
    saved: isSaved ? t('readiness.team.saved') : '',
    by: t('readiness.team.by', { name: team.ownerName }),
    count: t('readiness.team.people', { count: members.length }),
    stands: standOf(standing, t),
    rule: t('readiness.team.rule', { courses: list.format(team.courses.map((slug) => titles.get(slug) ?? slug)) }),
    courses: team.courses.map((slug) => titles.get(slug) ?? slug),
    members: members.map((member) => memberView(member, titles, team, reader)),
    addHref: withCourses(url('/desk/readiness', {}, { into: team.id }), { courses: team.courses }),
    version: String(team.version),
    notEnded: form.overtaken?.what === 'end',
    changes: form.overtaken?.changes.map(({ what, by, at }) => t('lists.change', { what: t(`audit.action.${what}`), by: by ?? t('lists.somebody'), time: formatDateTime(at, reader) })) ?? [],
    csvHref: url('/desk/readiness/teams/:id/list.csv', { id: team.id }),
    xlsxHref: url('/desk/readiness/teams/:id/list.xlsx', { id: team.id }),
    form: {
      name: form.name,
      purpose: form.purpose,
      version: String(form.version),
      problems: problemLines(form.problems, t),
      stale: form.overtaken?.what === 'edit',
      // Only what differs from what was typed.
      now: form.overtaken?.what !== 'edit' ? [] : [
        ['readiness.team.name', team.name, form.name.trim()], ['readiness.team.purpose', team.purpose, form.purpose.trim()], ['readiness.team.courses', titled(team.courses), titled(form.courses)]
      ].flatMap(([label = '', value = '', typed = '']) => value === typed ? [] : [{ label: t(label), value: value || t('cohorts.none'), typed: typed || t('cohorts.none') }]),
      courses: courses.map(({ slug, title }) => ({ slug, title: textIn(title, reader.language), chosen: form.courses.includes(slug) }))
    }
  }
}

function memberView (member: Member, titles: ReadonlyMap<string, string>, team: Team, { t, url, ...place }: Reader): object {
  return {
    name: member.name,
    rank: member.rank ?? '',
    country: member.country === null ? '' : countryName(member.country, place.language),
    agency: member.agency ?? '',
    removeHref: url('/desk/readiness/teams/:id/members/:personId/remove', { id: team.id, personId: member.personId }),
    needs: member.needs.map(({ courseSlug, state, held }) => ({
      course: titles.get(courseSlug) ?? courseSlug,
      pill: PILLS[state],
      href: held === null ? '' : url('/certificates/:serial', { serial: held.serial }),
      words: held !== null && held.expiresAt === null
        ? t('readiness.no-end')
        : t(`readiness.need.${state}`, { date: held?.expiresAt == null ? '' : formatDate(held.expiresAt, place) })
    }))
  }
}

export function readyJson ({ personId, name, country, agency, rank, language, email, certificates }: ReadyPerson) {
  return {
    personId, name, country, agency, rank, language, email,
    certificates: certificates.map(({ serial, courseSlug, expiresAt }) => ({ serial, course: courseSlug, expiresAt }))
  }
}

export function teamJson ({ team, members, lapsing, missing }: TeamStanding) {
  return {
    id: team.id,
    name: team.name,
    purpose: team.purpose,
    courses: [...team.courses],
    owner: { id: team.ownerId, name: team.ownerName },
    createdAt: team.createdAt,
    version: team.version,
    lapsing,
    missing,
    members: members.map(({ personId, name, country, agency, rank, language, email, needs }) => ({
      personId, name, country, agency, rank, language, email,
      needs: needs.map(({ courseSlug, state, held }) => ({ course: courseSlug, state, serial: held?.serial ?? null, expiresAt: held?.expiresAt ?? null }))
    }))
  }
}
