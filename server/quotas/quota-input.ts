import { isCountry } from '../people/countries.ts'
import { daysIn, type Period } from './period.ts'
import type { Counts, Scope } from './rule.ts'

/** A quota as it is asked for. */
export interface QuotaInput {
  readonly name: string
  readonly period: Period
  /** IANA. */
  readonly timeZone: string
  readonly scope: Scope
  readonly counts: Counts
  readonly target: number
}

/** One thing wrong with it: the part, as a path in the body, and what, as a key of the catalogue under `quotas.problem.`. */
export interface QuotaProblem {
  readonly path: 'name' | 'period.from' | 'period.to' | 'timeZone' | 'scope.country' | 'scope.agency' | 'scope.course' | 'target'
  readonly code: 'name-missing' | 'name-long' | 'not-a-day' | 'ends-before' | 'too-long' | 'not-a-zone' | 'not-a-country' | 'agency-long' | 'no-such-course' | 'not-a-target'
}

/** A period of more than this is a slip of the pen. */
const MOST_DAYS = 3 * 366
const MOST_PEOPLE = 10_000_000

/** Surplus space removed, empty parts of the scope left out. */
export function tidied (input: QuotaInput): QuotaInput {
  const { country = '', agency = '', course = '' } = input.scope
  const scope = {
    ...(country.trim() === '' ? {} : { country: country.trim().toUpperCase() }),
    ...(agency.trim() === '' ? {} : { agency: agency.trim() }),
    ...(course.trim() === '' ? {} : { course: course.trim() })
  }
  return { ...input, name: input.name.normalize('NFC').trim(), scope }
}

/** @param courses slugs of the courses there are
 * @returns everything that is wrong, in the order of the form */
export function problemsOf ({ name, period, timeZone, scope, target }: QuotaInput, courses: ReadonlySet<string>): QuotaProblem[] {
  const problems: QuotaProblem[] = []
  if (name === '') problems.push({ path: 'name', code: 'name-missing' })
  if (name.length > 200) problems.push({ path: 'name', code: 'name-long' })
  const from = isDay(period.from)
  const to = isDay(period.to)
  if (!from) problems.push({ path: 'period.from', code: 'not-a-day' })
  if (!to) problems.push({ path: 'period.to', code: 'not-a-day' })
  if (from && to && period.to < period.from) problems.push({ path: 'period.to', code: 'ends-before' })
  else if (from && to && daysIn(period) > MOST_DAYS) problems.push({ path: 'period.to', code: 'too-long' })
  if (!isTimeZone(timeZone)) problems.push({ path: 'timeZone', code: 'not-a-zone' })
  if (scope.country !== undefined && !isCountry(scope.country)) problems.push({ path: 'scope.country', code: 'not-a-country' })
  if (scope.agency !== undefined && scope.agency.length > 200) problems.push({ path: 'scope.agency', code: 'agency-long' })
  if (scope.course !== undefined && !courses.has(scope.course)) problems.push({ path: 'scope.course', code: 'no-such-course' })
  if (!Number.isInteger(target) || target < 1 || target > MOST_PEOPLE) problems.push({ path: 'target', code: 'not-a-target' })
  return problems
}

/** `YYYY-MM-DD` of a day that the calendar has, in the years that four digits and a day before and after can hold. */
function isDay (day: string): boolean {
  if (!/^[12]\d{3}-\d\d-\d\d$/.test(day)) return false
  const milliseconds = Date.parse(`${day}T00:00:00Z`)
  // Date.parse reads 30 February as 2 March.
  return !Number.isNaN(milliseconds) && new Date(milliseconds).toISOString().startsWith(day)
}

function isTimeZone (timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
