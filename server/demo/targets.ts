import type { QuotaInput } from '../quotas/quota-input.ts'
import { countryName } from '../people/countries.ts'
import { yearLabel, type Calendar } from './calendar.ts'
import type { PlannedCourse } from './cohort-plan.ts'
import { COUNTRIES } from './countries.ts'

export const TARGETS = { lastYear: 2700, thisYear: 3000 } as const

/** What was promised for the year that is over. */
export function lastYearsTarget ({ lastYear, timeZone }: Calendar): QuotaInput {
  return { name: `Officers trained ${yearLabel(lastYear)}`, period: lastYear, timeZone, scope: {}, counts: 'persons', target: TARGETS.lastYear }
}

/** What is promised for the running year: in all, by course, and by country; each kind adds up to the whole. */
export function thisYearsTargets ({ thisYear, timeZone }: Calendar, courses: readonly PlannedCourse[]): QuotaInput[] {
  const whole = { period: thisYear, timeZone, counts: 'persons' as const }
  const label = yearLabel(thisYear)
  const byCourse = shares(TARGETS.thisYear, courses.map(({ weight }) => weight))
  const byCountry = shares(TARGETS.thisYear, COUNTRIES.map(({ weight }) => weight))
  return [
    { ...whole, name: `Officers trained ${label}`, scope: {}, target: TARGETS.thisYear },
    ...courses.map(({ slug, title }, index) => ({ ...whole, name: `${title} ${label}`, scope: { course: slug }, target: byCourse[index] as number })),
    ...COUNTRIES.map(({ code }, index) => ({ ...whole, name: `${countryName(code, 'en')} ${label}`, scope: { country: code }, target: byCountry[index] as number }))
  ]
}

/** A whole in parts as their weights have it, in whole numbers: those cut off most get what is left. */
export function shares (whole: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((sum, weight) => sum + weight, 0)
  const exact = weights.map((weight) => whole * weight / sum)
  const parts = exact.map(Math.floor)
  const left = whole - parts.reduce((sum, part) => sum + part, 0)
  const byRest = exact.map((part, index) => ({ index, rest: part % 1 })).sort((a, b) => b.rest - a.rest || a.index - b.index)
  for (const { index } of byRest.slice(0, left)) parts[index] = (parts[index] as number) + 1
  return parts
}
