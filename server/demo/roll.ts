import { officeHours, type Calendar } from './calendar.ts'
import type { Chance } from './chance.ts'
import type { CohortPlan } from './cohort-plan.ts'

/** What becomes of somebody in a cohort.
 * - `finishes`: has done everything, and is certified
 * - `under-way`: working; the cohort runs
 * - `silent`: began, and stopped
 * - `absent`: never began
 * - `withdrawn`: began, and was taken out
 * - `fails`: has done everything but pass the final exam, as often as it may be tried */
export type Fate = 'finishes' | 'under-way' | 'silent' | 'absent' | 'withdrawn' | 'fails'

/** Somebody's place in a cohort. */
export interface Member {
  /** Index in the plan. */
  readonly cohort: number
  /** Milliseconds: when they begin, and when they finish or would have. */
  readonly beginsAt: number
  readonly finishesAt: number
  readonly fate: Fate
  /** The same number is the same person. */
  readonly person: number
}

/** A certificate to be revoked, by its member's index. */
export interface PlannedRevocation {
  readonly member: number
  readonly at: number
  readonly why: 'lost' | 'twice'
}

export interface Roll {
  readonly members: readonly Member[]
  readonly revocations: readonly PlannedRevocation[]
}

/** Persons to be counted: exactly these, whatever day it is. */
export const COUNTED = { lastYear: 2700, thisYear: 1214 } as const
/** Second certificates of people who have one of the same year, and people of last year who come again. */
const TWICE = { lastYear: 168, thisYear: 61 } as const
const AGAIN = 140
/** Certificates of each year revoked from people who have no other. */
const LOST = 3

const DAY_MS = 86_400_000

/** Who is in which cohort and how they fare. Of all who could have finished in a year, exactly so many do that its count
 * comes out as it should. @throws Error when the plan's cohorts are too small for it */
export function enrolMembers (calendar: Calendar, plan: readonly CohortPlan[], chance: Chance): Roll {
  const lastNight = Date.parse(calendar.lastNight)
  const turn = Date.parse(calendar.thisYearBegins)
  const members: Array<{ -readonly [Name in keyof Member]: Member[Name] }> = plan.flatMap((cohort, index) => {
    if (cohort.stage !== 'general') return []
    const startsAt = Date.parse(cohort.startsAt)
    const length = Date.parse(cohort.endsAt) - startsAt
    return Array.from({ length: cohort.size }, () => {
      // Most finish about three quarters of the way through.
      const share = 0.5 + 0.24 * (chance.part() + chance.part())
      return {
        cohort: index,
        beginsAt: notBefore(startsAt, officeHours(startsAt + length * 0.2 * chance.part())),
        finishesAt: officeHours(startsAt + length * share),
        fate: 'under-way',
        person: 0
      }
    })
  })
  for (const [person, member] of members.entries()) member.person = person

  const could = members.filter(({ finishesAt }) => finishesAt <= lastNight)
  for (const member of could) member.fate = dropOut(chance)
  const lastYear = certify(could.filter(({ finishesAt }) => finishesAt < turn), COUNTED.lastYear + TWICE.lastYear + LOST, chance)
  const thisYear = certify(could.filter(({ finishesAt }) => finishesAt >= turn), COUNTED.thisYear + TWICE.thisYear + LOST, chance)
  for (const member of members) if (member.fate === 'under-way') member.fate = standing(member, lastNight, chance)

  const paired = new Set<Member>()
  const twiceLastYear = pair(lastYear, lastYear, TWICE.lastYear, plan, paired, chance)
  const twiceThisYear = pair(thisYear, thisYear, TWICE.thisYear, plan, paired, chance)
  pair(lastYear, thisYear, AGAIN, plan, paired, chance)

  const lose = (certified: readonly Member[], from: number, to: number): Array<Omit<PlannedRevocation, 'member'> & { of: Member }> => {
    const once = certified.filter((member) => !paired.has(member) && member.finishesAt > from && member.finishesAt < to)
    return take(once, LOST, chance).map((of) => ({ of, at: officeHours(of.finishesAt + DAY_MS * (4 + 12 * chance.part())), why: 'lost' }))
  }
  const closed = Date.parse(calendar.booksClosed)
  // One of last year's after its books were closed: a restatement that leaves the count as it was.
  const restated = take(twiceLastYear, 1, chance).map(([of]) => ({ of, at: officeHours(closed + 27 * DAY_MS), why: 'twice' as const }))
  const replaced = take(twiceThisYear.filter(([, second]) => second.finishesAt < lastNight - 6 * DAY_MS), 1, chance)
    .map(([of, second]) => ({ of, at: officeHours(second.finishesAt + 3 * DAY_MS), why: 'twice' as const }))
  const revoked = [
    ...lose(lastYear, Date.parse(calendar.lastYearBegins) + 60 * DAY_MS, turn - 40 * DAY_MS), ...restated,
    ...lose(thisYear, turn, lastNight - 20 * DAY_MS), ...replaced
  ]
  const places = new Map<Member, number>(members.map((member, index) => [member, index]))
  return { members, revocations: revoked.map(({ of, at, why }) => ({ member: places.get(of) as number, at, why })) }
}

/** A moment of the same time of day that is not before another. */
function notBefore (earliest: number, at: number): number {
  return at < earliest ? at + DAY_MS : at
}

function certify<T extends { fate: Fate }> (could: readonly T[], count: number, chance: Chance): T[] {
  const certified = take(could, count, chance)
  for (const member of certified) member.fate = 'finishes'
  return certified
}

/** What became of somebody who could have finished and did not. */
function dropOut (chance: Chance): Fate {
  return chance.weighted([{ fate: 'silent', weight: 60 }, { fate: 'absent', weight: 20 }, { fate: 'withdrawn', weight: 13 }, { fate: 'fails', weight: 7 }] as const).fate
}

/** How somebody stands in a cohort that runs. */
function standing ({ beginsAt }: Member, lastNight: number, chance: Chance): Fate {
  if (beginsAt > lastNight - DAY_MS) return 'absent'
  return chance.weighted([{ fate: 'under-way', weight: 80 }, { fate: 'silent', weight: 11 }, { fate: 'absent', weight: 7 }, { fate: 'withdrawn', weight: 2 }] as const).fate
}

/** Makes one person of two: who finished one course early enough to be enrolled in the cohort of another.
 * @param paired people of two courses already; those made here are added */
function pair (firsts: readonly Member[], seconds: ReadonlyArray<{ person: number } & Member>, count: number, plan: readonly CohortPlan[], paired: Set<Member>, chance: Chance): Array<readonly [Member, Member]> {
  const made: Array<readonly [Member, Member]> = []
  for (const second of take(seconds, seconds.length, chance)) {
    if (made.length === count) return made
    if (paired.has(second)) continue
    const cohort = plan[second.cohort] as CohortPlan
    const enrolledAt = Date.parse(cohort.enrolledAt)
    for (let tries = 0; tries < 20; tries++) {
      const first = chance.one(firsts)
      if (paired.has(first) || first === second || first.finishesAt >= enrolledAt || plan[first.cohort]?.course === cohort.course) continue
      ;(second as { person: number }).person = first.person
      paired.add(first).add(second)
      made.push([first, second])
      break
    }
  }
  if (made.length < count) throw new Error(`only ${made.length} people could have finished two courses, ${count} should`)
  return made
}

/** Some of the items, drawn. @throws Error when there are too few */
function take<T> (items: readonly T[], count: number, chance: Chance): T[] {
  if (items.length < count) throw new Error(`${count} are wanted of ${items.length}`)
  // Fisher and Yates, from the front; `pick` of the engine is made for papers, not for thousands.
  const left = [...items]
  for (let place = 0; place < count; place++) {
    const other = place + chance.below(left.length - place)
    ;[left[place], left[other]] = [left[other] as T, left[place] as T]
  }
  return left.slice(0, count)
}
