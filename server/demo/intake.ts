import type { EnrolmentTable } from '../db/tables/cohorts.ts'
import { INTAKE, type CohortPlan } from './cohort-plan.ts'
import { COUNTRIES } from './countries.ts'
import { contentOf, enrolledList, type HistoryDeps } from './history.ts'
import { addNewcomer, nominee, type Newcomer } from './newcomers.ts'
import type { Rows } from './rows.ts'

/** How many of the first coming cohort wait for an answer to their invitation. */
const INVITED = 3

/** The people of cohorts in which nobody has begun: the numbered trainees, and those of cohorts still to come.
 * @returns the accounts to be invited */
export function addIntakes (rows: Rows, plan: readonly CohortPlan[], cohortIds: readonly string[], deps: HistoryDeps): { readonly invited: readonly string[], readonly invitedAt: string } {
  const { chance, passwordHash, addresses } = deps
  let invitedAt = deps.calendar.lastNight
  let invited: string[] = []
  const active = { passwordHash, state: 'active' as const }
  for (const [index, cohort] of plan.entries()) {
    const cohortId = cohortIds[index] as string
    if (cohort.stage === 'intake') enrol(rows, cohort, cohortId, deps, numberedTrainees(deps))
    if (cohort.stage !== 'coming') continue
    const somebody = (account: Pick<Newcomer, 'passwordHash' | 'state'>): Newcomer => {
      const { latin, ...rest } = nominee(chance)
      return { ...rest, ...account, email: addresses(latin) }
    }
    enrol(rows, cohort, cohortId, deps, Array.from({ length: cohort.size }, () => somebody(active)))
    if (invited.length > 0) continue
    invitedAt = cohort.enrolledAt
    invited = enrol(rows, cohort, cohortId, deps, Array.from({ length: INVITED }, () => somebody({ passwordHash: null, state: 'invited' })))
  }
  return { invited, invitedAt }
}

/** trainee@ of Zambia, and trainee0001@ to trainee0300@ from all the countries in turn. */
function numberedTrainees ({ chance, passwordHash }: HistoryDeps): Newcomer[] {
  const zambia = COUNTRIES.find(({ code }) => code === 'ZM') ?? COUNTRIES[0]
  return Array.from({ length: INTAKE }, (_, number) => {
    const { latin: _latin, ...somebody } = nominee(chance, number === 0 ? zambia : COUNTRIES[number % COUNTRIES.length])
    const account = number === 0 ? 'trainee' : `trainee${String(number).padStart(4, '0')}`
    return { ...somebody, email: `${account}@demo.example`, passwordHash, state: 'active' }
  })
}

/** @returns the new accounts' ids */
function enrol (rows: Rows, cohort: CohortPlan, cohortId: string, deps: HistoryDeps, people: readonly Newcomer[]): string[] {
  const world = deps.moments(cohort.enrolledAt)
  const total = contentOf(deps, cohort).activities.length
  const officers = people.map((newcomer) => addNewcomer(rows, world, deps.staff.administrator.id, newcomer))
  rows.enrolments.push(...officers.map(({ id }): EnrolmentTable => ({
    id: world.newId(), cohort_id: cohortId, person_id: id, state: 'active', enrolled_at: cohort.enrolledAt, active_at: null, completed_at: null, done: 0, total
  })))
  rows.changes.push(enrolledList(cohort, cohortId, deps.staff, officers.length, officers.length))
  return officers.map(({ accountId }) => accountId)
}
