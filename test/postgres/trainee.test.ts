import t from 'tap'
import { onPostgres } from '../on-postgres.ts'

t.setTimeout(600_000)
await onPostgres(t, [
  'test/attempts/attempts.test.ts',
  'test/attempts/marking.test.ts',
  'test/servers.test.ts',
  'test/people/sign-in.test.ts',
  'test/people/outbox.test.ts',
  'test/access.test.ts'
])
