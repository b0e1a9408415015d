import t from 'tap'
import { onPostgres } from '../on-postgres.ts'

t.setTimeout(600_000)
await onPostgres(t, [
  'test/people/people.test.ts',
  'test/people/links.test.ts',
  'test/cohorts/cohorts.test.ts',
  'test/reports/readiness.test.ts',
  'test/courses/publish.test.ts',
  'test/audit/audit.test.ts'
])
