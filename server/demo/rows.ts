import type { Change } from '../audit/audit.ts'
import type { AttemptStepTable, NewAttemptRow } from '../db/tables/attempts.ts'
import type { NewCertificateRow } from '../db/tables/certificates.ts'
import type { ActivityDoneTable, CohortInstructorTable, CohortTable, EnrolmentTable } from '../db/tables/cohorts.ts'
import type { AccountTable, NewPersonRow, RoleGrantTable } from '../db/tables/people.ts'

/** A change of the past, for the audit log. */
export interface PastChange {
  readonly at: string
  readonly change: Change
}

/** What is to be written, gathered in memory. */
export interface Rows {
  readonly people: NewPersonRow[]
  readonly accounts: AccountTable[]
  readonly roles: RoleGrantTable[]
  readonly cohorts: CohortTable[]
  readonly instructors: CohortInstructorTable[]
  readonly enrolments: EnrolmentTable[]
  readonly activities: ActivityDoneTable[]
  readonly attempts: NewAttemptRow[]
  readonly steps: AttemptStepTable[]
  readonly certificates: NewCertificateRow[]
  readonly changes: PastChange[]
}

export function noRows (): Rows {
  return {
    people: [], accounts: [], roles: [], cohorts: [], instructors: [], enrolments: [], activities: [], attempts: [], steps: [], certificates: [],
    changes: []
  }
}
