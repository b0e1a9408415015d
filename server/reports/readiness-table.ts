import type { Cell } from '../sheets/sheet.ts'
import type { ReadyPerson } from './readiness.ts'
import type { TeamStanding } from './teams.ts'

const PERSON = ['name', 'rank', 'country', 'agency', 'language', 'email'] as const

type Say = (key: string) => string
interface Line { readonly name: string, readonly rank: string | null, readonly country: string | null, readonly agency: string | null, readonly language: string, readonly email: string }

const cells = ({ name, rank, country, agency, language, email }: Line): Cell[] => [name, rank, country, agency, language, email]
const head = (t: Say): string[] => PERSON.map((column) => t(`readiness.column.${column}`))
const until = (expiresAt: string | null, t: Say): Cell => expiresAt === null ? t('readiness.no-end') : { date: expiresAt }

/** People who can be sent, for a spreadsheet: a column a course with the day until which its certificate is valid, as the API
 * has it. */
export function readyTable (people: readonly ReadyPerson[], t: Say): Cell[][] {
  const courses = [...new Map(people.flatMap(({ certificates }) => certificates.map(({ courseSlug, courseTitle }) => [courseSlug, courseTitle] as const)))]
    .sort(([a], [b]) => a < b ? -1 : 1)
  return [
    [...head(t), ...courses.map(([, title]) => title)],
    ...people.map((person) => [...cells(person), ...courses.map(([slug]) => {
      const held = person.certificates.find(({ courseSlug }) => courseSlug === slug)
      return held === undefined ? '' : until(held.expiresAt, t)
    })])
  ]
}

/** A saved list, with the certificates that it needs and those that are lacking. */
export function teamTable ({ team, members }: TeamStanding, t: Say): Cell[][] {
  return [
    [...head(t), ...team.courses.flatMap((slug) => [slug, t('readiness.column.certificates')])],
    ...members.map((member) => [...cells(member), ...member.needs.flatMap(({ state, held }) => [
      state === 'missing' ? t('readiness.need.missing') : held?.serial ?? '',
      held === null ? '' : until(held.expiresAt, t)
    ])])
  ]
}
