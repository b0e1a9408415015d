import type { Kysely } from 'kysely'
import type { Tables } from './tables.ts'

/** What a query runs on: the reading connection, or the inside of a unit of work. */
export type Tx = Kysely<Tables>

/** How a unit of work stands to others, on however many servers (docs/decisions/0008).
 * - `alone`: no two of these run at once, so what was read is still so at the commit. The default.
 * - `alongside`: beside any other. Only for work whose races are decided by row locks (`lockRow`), guarded updates and unique
 *   keys: what trainees do all the time. On SQLite the one writer makes both the same. */
export type How = 'alone' | 'alongside'

/** The one door to storage. Reads go to `read`; whatever writes does so inside one `write`. */
export interface Database {
  readonly dialect: 'sqlite' | 'postgres'
  /** Sees only what is committed. */
  readonly read: Tx
  /** One unit of work: all of it is durable when the promise resolves, none of it when it rejects.
   * The work must await only its own queries: it holds a writer while it runs. On PostgreSQL it may be run again from its
   * beginning, after what it did before is undone: so it changes nothing outside the database.
   * @throws StorageUnavailable (faults.ts) when the database is away, full or read-only */
  write: <T>(work: (tx: Tx) => Promise<T>, how?: How) => Promise<T>
  /** Reads of several queries that all see the same moment, whoever writes meanwhile. It holds a connection while it runs. */
  atOneMoment: <T>(work: (tx: Tx) => Promise<T>) => Promise<T>
  /** Another object as soon as any session, account, person or role has been changed, by whichever server: what follows from these
   * alone, and was read at once after this was asked, may be remembered by it. null when nobody can say: then they are read. Always null on PostgreSQL,
   * which would have to be asked. */
  readonly accessState: () => object | null
  /** What was committed and is not on disk yet can be read already: null when there is nothing of the kind, else what resolves when all
   * of it is there. Whoever tells others what they have read waits for it; a unit of work has waited by itself. Always null on
   * PostgreSQL, which shows nothing before it is on disk. */
  readonly unsynced: () => Promise<void> | null
  /** Resolves when the disk has failed so that nothing can be written any more until the database is opened anew by another
   * process (docs/decisions/0016); never on PostgreSQL, whose server does that for itself. */
  readonly broken: Promise<Error>
  close: () => Promise<void>
}
