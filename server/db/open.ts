import type { Database } from './database.ts'
import { openPostgres, type PostgresOptions } from './postgres.ts'
import { openSqlite } from './sqlite.ts'

/** @param url `sqlite:<path>` or `postgres://…`, as DATABASE_URL has it
 * @throws Error naming the url's scheme when there is no such storage */
export function openDatabase (url: string, options: PostgresOptions = {}): Database {
  if (url.startsWith('sqlite:')) return openSqlite(url.slice('sqlite:'.length))
  if (/^postgres(ql)?:\/\//.test(url)) return openPostgres(url, options)
  throw new Error(`DATABASE_URL: no storage speaks '${url.split(':')[0] ?? ''}:'; use sqlite:<path> or postgres://…`)
}
