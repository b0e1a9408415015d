import t from 'tap'
import { onPostgres } from '../on-postgres.ts'

t.setTimeout(280_000)
await onPostgres(t, [
  'test/people/people.test.ts',
  'test/people/links.test.ts',
  'test/cohorts/cohorts.test.ts',
  'test/quotas/ledger.test.ts',
  'test/quotas/routes.test.ts',
  'test/certificates/certificates.test.ts',
  'test/certificates/routes.test.ts',
  'test/audit/audit.test.ts'
])
