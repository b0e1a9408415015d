import type { Change } from '../audit/audit.ts'
import type {
  AccountTable, ActivityDoneTable, AttemptStepTable, NewCertificateRow, CohortInstructorTable, CohortTable, EnrolmentTable,
  NewAttemptRow, NewPersonRow, RoleGrantTable
} from '../db/tables.ts'

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
