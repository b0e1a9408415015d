import { onPostgres } from '../on-postgres.ts'

await onPostgres([
  'test/people/people.test.ts',
  'test/people/links.test.ts',
  'test/cohorts/cohorts.test.ts',
  'test/reports/readiness.test.ts',
  'test/courses/publish.test.ts',
  'test/audit/audit.test.ts'
])
