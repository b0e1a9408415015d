/** The database is away, full, locked or read-only: nothing was written, and the same request may succeed later. */
export class StorageUnavailable extends Error {
  constructor (cause: unknown) {
    super(`the database cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    this.name = 'StorageUnavailable'
  }
}

/** https://sqlite.org/rescode.html: the disk is full, fails, or is read-only; the file is locked or cannot be opened. */
const SQLITE_AWAY = /^SQLITE_(FULL|IOERR|READONLY|BUSY|LOCKED|CANTOPEN|PROTOCOL|NOMEM)/

/** Another connection has the SQLite file. */
export function isBusy (error: unknown): boolean {
  return codeOf(error).startsWith('SQLITE_BUSY')
}

export function isStorageUnavailable (error: unknown): boolean {
  return error instanceof StorageUnavailable || SQLITE_AWAY.test(codeOf(error))
}

/** Errors of PostgreSQL that say "not now" (https://www.postgresql.org/docs/18/errcodes-appendix.html): 53 resources (disk
 * full, too many connections), 57P shutting down or starting up, 58 its system, 25006 a read-only stand-by, 55P03 a lock
 * not had in time. */
const AWAY = /^(53...|57P0[1-5]|58...|25006|55P03)$/

export function isPostgresAway (error: unknown): boolean {
  return AWAY.test(codeOf(error)) || isConnectionLost(error)
}

/** The connection broke or was never made: whatever was under way on it is either undone or, at a commit, unknown. */
export function isConnectionLost (error: unknown): boolean {
  if (/^(08...|57P0[1-5]|E(CONNREFUSED|CONNRESET|PIPE|TIMEDOUT|NOTFOUND|HOSTUNREACH|NETUNREACH|AI_AGAIN))$/.test(codeOf(error))) return true
  // Node-postgres has no codes for these; an AggregateError is all addresses of a host refusing.
  if (error instanceof AggregateError) return error.errors.some(isConnectionLost)
  return error instanceof Error && /^(Connection terminated|timeout exceeded when trying to connect|Client (has encountered a connection error|was closed) and is not queryable)/.test(error.message)
}

/** Another transaction was in the way, and won: serialization failure, deadlock, or a unique key that it took. A second run
 * sees what it wrote. */
export function isConflict (error: unknown): boolean {
  return /^(40001|40P01|23505)$/.test(codeOf(error))
}

/** A prepared statement outlived a change of the schema. */
export function isStalePlan (error: unknown): boolean {
  return codeOf(error) === '0A000' || codeOf(error) === '26000'
}

/** Text that PostgreSQL does not take: it holds U+0000. */
export function isBadText (error: unknown): boolean {
  return codeOf(error) === '22021'
}

/** An earlier statement of the transaction failed. */
export function isAborted (error: unknown): boolean {
  return codeOf(error) === '25P02'
}

function codeOf (error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : ''
}
