import { onPostgres } from '../on-postgres.ts'

await onPostgres([
  'test/attempts/attempts.test.ts',
  'test/attempts/marking.test.ts',
  'test/servers.test.ts',
  'test/people/sign-in.test.ts',
  'test/people/outbox.test.ts',
  'test/access.test.ts'
])
