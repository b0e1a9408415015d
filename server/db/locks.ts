import { PostgresAdapter, sql, type SelectQueryBuilder } from 'kysely'
import type { Tx } from './database.ts'

/** What units of work stand in line for, on however many servers. Each is taken in this order by whoever takes several.
 * - `alone`: units of work that run one at a time
 * - `ledger`: shared by whoever issues a certificate, kept by whoever makes a quota or revokes
 * - `audit`: the head of the audit chain */
export type LockName = 'alone' | 'ledger' | 'audit'

/** The first number says that the lock is Muster's: advisory locks belong to a whole PostgreSQL database. */
const CLASS = 0x4d757374
const KEYS: Readonly<Record<LockName, number>> = { alone: 1, ledger: 2, audit: 3 }

export function isPostgres (tx: Tx): boolean {
  return tx.getExecutor().adapter instanceof PostgresAdapter
}

/** The statement that takes a lock until the transaction ends. */
export function lockStatement (name: LockName, how: 'shared' | 'kept' = 'kept'): string {
  return `select pg_advisory_xact_lock${how === 'shared' ? '_shared' : ''}(${CLASS}, ${KEYS[name]})`
}

/** Waits for a lock and holds it until the unit of work ends; what is read after it is what the last holder left. On SQLite
 * a unit of work is the only one that runs. */
export async function lock (tx: Tx, name: LockName, how: 'shared' | 'kept' = 'kept'): Promise<void> {
  if (isPostgres(tx)) await sql.raw(lockStatement(name, how)).execute(tx)
}

/** Holds the rows of `table` that a query reads until the unit of work ends: whoever else wants to change or hold them waits,
 * and then sees what became of them. On SQLite a unit of work is the only one that runs. Only for use inside of one. */
export function lockRow<DB, Tables_ extends keyof DB, Row> (tx: Tx, query: SelectQueryBuilder<DB, Tables_, Row>, table: Tables_ & string): SelectQueryBuilder<DB, Tables_, Row> {
  return isPostgres(tx) ? query.forNoKeyUpdate(table) : query
}
