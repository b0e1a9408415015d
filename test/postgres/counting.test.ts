import { onPostgres } from '../on-postgres.ts'

await onPostgres([
  'test/quotas/ledger.test.ts',
  'test/quotas/changes.test.ts',
  'test/quotas/one-person.test.ts',
  'test/quotas/years.test.ts',
  'test/quotas/routes.test.ts',
  'test/certificates/certificates.test.ts',
  'test/certificates/routes.test.ts',
  'test/reports/annual-report.test.ts',
  'test/quotas/alike.test.ts',
  'test/privacy/privacy.test.ts'
])
