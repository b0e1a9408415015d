import type { Kysely } from 'kysely'
import type { Tables } from './tables.ts'

/** What a query runs on: the reading connection, or the inside of a unit of work. */
export type Tx = Kysely<Tables>

/** The one door to storage. Reads go to `read`; whatever writes does so inside one `write`. */
export interface Database {
  readonly dialect: 'sqlite' | 'postgres'
  /** Sees only what is committed. */
  readonly read: Tx
  /** One unit of work: all of it is durable when the promise resolves, none of it when it rejects.
   * The work must await only its own queries: it holds the one writer while it runs. */
  write: <T>(work: (tx: Tx) => Promise<T>) => Promise<T>
  close: () => Promise<void>
}
