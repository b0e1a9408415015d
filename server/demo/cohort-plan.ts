import { addDays, dayStart, daysBetween } from '../cohorts/days.ts'
import { later, type Calendar } from './calendar.ts'
import type { Chance } from './chance.ts'

/** A cohort of the sample programme before anybody is in it. */
export interface CohortPlan {
  readonly name: string
  readonly course: string
  readonly startsAt: string
  readonly endsAt: string
  readonly createdAt: string
  /** When its people were enrolled. */
  readonly enrolledAt: string
  readonly seats: number | null
  /** How many are enrolled. */
  readonly size: number
  /** `general`: of all stages; `intake`: the one that the numbered trainees are in; `coming`: not begun. */
  readonly stage: 'general' | 'intake' | 'coming'
  /** By their places in the list of instructors. */
  readonly instructors: readonly number[]
}

export interface PlannedCourse { readonly slug: string, readonly title: string, readonly weight: number }

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

const LAST_YEARS_COHORTS = 37
const THIS_YEARS_COHORTS = 19
/** The people trainee@ and trainee0001@ to trainee0300@. */
export const INTAKE = 301
export const INTAKE_COURSE = 'telecom-fraud'

/** Cohorts by their start: even through both years, a large one that has just begun, and three that will.
 * Their names count them through each calendar year, course by course. */
export function planCohorts (calendar: Calendar, courses: readonly PlannedCourse[], chance: Chance): CohortPlan[] {
  const { lastYear, today } = calendar
  // Half the shortest cohort before the year begins: its first people finish as it does.
  const starts = [
    ...evenly(addDays(lastYear.from, -18), addDays(lastYear.to, -20), LAST_YEARS_COHORTS),
    ...evenly(addDays(lastYear.to, -14), addDays(today, -12), THIS_YEARS_COHORTS)
  ]
  const named = nameCohorts(courses)
  const general = starts.map((first, index) => {
    const course = chance.weighted(courses)
    const size = chance.between(72, 110)
    return {
      ...named(course, first),
      ...timesOf(calendar, first, addDays(first, chance.between(41, 59)), chance.between(5, 12)),
      seats: chance.happens(30) ? null : Math.ceil(size / 20) * 20,
      size,
      stage: 'general' as const,
      // The first instructor has one cohort of each year and one that runs, not all.
      instructors: [6, LAST_YEARS_COHORTS + 5, starts.length - 2].includes(index) ? [0] : chance.happens(20) ? [1, 2] : [1 + index % 2]
    }
  })
  const intakeCourse = courses.find(({ slug }) => slug === INTAKE_COURSE) ?? courses[0]
  if (intakeCourse === undefined) throw new Error('a programme needs a course')
  const intake = {
    ...named(intakeCourse, addDays(today, -3)),
    ...timesOf(calendar, addDays(today, -3), addDays(today, 60), 6),
    seats: 400,
    size: INTAKE,
    stage: 'intake' as const,
    instructors: [0]
  }
  const coming = [6, 13, 24].map((days, index) => {
    const first = addDays(today, days)
    const course = courses[index % courses.length] ?? intakeCourse
    return {
      ...named(course, first),
      ...timesOf(calendar, first, addDays(first, 49), days + 2 + index),
      seats: [90, 120, 80][index] as number,
      size: [58, 41, 26][index] as number,
      stage: 'coming' as const,
      instructors: [1 + index % 2]
    }
  })
  return [...general, intake, ...coming]
}

/** So many days from one to another, both among them. */
function evenly (from: string, to: string, count: number): string[] {
  const days = daysBetween(from, to)
  return Array.from({ length: count }, (_, index) => addDays(from, Math.round(days * index / (count - 1))))
}

/** Both days belong to the cohort whole. @param enrolledDays how many days before its start its people are enrolled */
function timesOf ({ timeZone }: Calendar, first: string, last: string, enrolledDays: number): Pick<CohortPlan, 'startsAt' | 'endsAt' | 'createdAt' | 'enrolledAt'> {
  const startsAt = dayStart(first, timeZone)
  const endsAt = later(dayStart(addDays(last, 1), timeZone), -1000)
  return { startsAt, endsAt, createdAt: later(startsAt, -32 * DAY_MS + 10 * HOUR_MS), enrolledAt: later(startsAt, -enrolledDays * DAY_MS + 11 * HOUR_MS) }
}

function nameCohorts (courses: readonly PlannedCourse[]): (course: PlannedCourse, first: string) => Pick<CohortPlan, 'name' | 'course'> {
  const counts = new Map<string, number>()
  const titles = new Map(courses.map(({ slug, title }) => [slug, title]))
  return ({ slug }, first) => {
    const year = first.slice(0, 4)
    const number = (counts.get(`${slug}/${year}`) ?? 0) + 1
    counts.set(`${slug}/${year}`, number)
    return { course: slug, name: `${titles.get(slug) ?? slug} ${year}-${String(number).padStart(2, '0')}` }
  }
}
