import type { Database } from './database.ts'
import { openSqlite } from './sqlite.ts'

/** @param url `sqlite:<path>`, as DATABASE_URL has it
 * @throws Error naming the url's scheme when there is no such storage */
export function openDatabase (url: string): Database {
  if (url.startsWith('sqlite:')) return openSqlite(url.slice('sqlite:'.length))
  throw new Error(`DATABASE_URL: no storage speaks '${url.split(':')[0] ?? ''}:'; use sqlite:<path>`)
}
