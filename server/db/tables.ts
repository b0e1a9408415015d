import type { AttemptTables } from './tables/attempts.ts'
import type { AuditTables } from './tables/audit.ts'
import type { CertificateTables } from './tables/certificates.ts'
import type { CohortTables } from './tables/cohorts.ts'
import type { CourseTables } from './tables/courses.ts'
import type { DraftTables } from './tables/drafts.ts'
import type { PeopleTables } from './tables/people.ts'
import type { QuotaTables } from './tables/quotas.ts'

/** Portable columns: ids are UUIDv7 text, times ISO 8601 UTC text, days `YYYY-MM-DD` text, flags 0/1, JSON as text. */
export interface Tables extends PeopleTables, CourseTables, DraftTables, CohortTables, AttemptTables, CertificateTables, QuotaTables, AuditTables {}
