import type { Statement } from 'better-sqlite3'
import type { Compilable, CompiledQuery } from 'kysely'
import type { Tx } from './database.ts'
import type { Statements } from './statements.ts'

/** A place in a prepared query's text where a value is put each time it runs. */
class Hole {
  readonly row: number
  readonly name: string
  constructor (row: number, name: string) {
    this.row = row
    this.name = name
  }
}

type Values = Readonly<Record<string, unknown>>
/** Stands for a value while the query is built. */
export type Value<V extends Values> = <K extends keyof V & string>(name: K) => V[K]

interface Built {
  readonly query: CompiledQuery
  readonly parameters: (rows: readonly Values[]) => unknown[]
  /** By connection: each has statements of its own. */
  readonly statements: WeakMap<Statements, Statement<unknown[]>>
}

const connections = new WeakMap<Tx, () => Statements>()

/** For a dialect that answers at once: prepared queries on `tx` go straight to the statements of a connection.
 * @param connection which of them a query goes by now */
export function runDirectly (tx: Tx, connection: () => Statements): void {
  connections.set(tx, connection)
}

/** A query that is built once and run many times. Building and compiling costs Kysely more than answering costs SQLite: what
 * every request asks is prepared. The builder may use `value` wherever a value stands, but not to decide anything: it runs
 * once for each kind of database.
 * @example
 * const byId = prepared((tx, value: Value<{ id: string }>) => tx.selectFrom('person').selectAll().where('id', '=', value('id')))
 * const [row] = await byId(tx, { id }) */
export function prepared<V extends Values, Row> (build: (tx: Tx, value: Value<V>) => Compilable<Row>): (tx: Tx, values: V) => Promise<Row[]> {
  const run = preparedQuery((tx) => build(tx, (name) => new Hole(0, name) as never))
  return async (tx, values) => {
    const outcome = run(tx, [values])
    return (outcome instanceof Promise ? await outcome : outcome).rows as Row[]
  }
}

/** The same for a statement that writes and returns no rows. @returns how many rows it changed */
export function preparedChange<V extends Values> (build: (tx: Tx, value: Value<V>) => Compilable): (tx: Tx, values: V) => Promise<number> {
  const run = preparedQuery((tx) => build(tx, (name) => new Hole(0, name) as never))
  return async (tx, values) => {
    const outcome = run(tx, [values])
    return (outcome instanceof Promise ? await outcome : outcome).changes
  }
}

/** Up to so many rows an insert is prepared; longer lists are rare, and built as they come. */
const ROWS_PREPARED = 20
/** Of such a list in one statement: times twenty columns, far below the 32,766 values that one may bind on SQLite. */
const ROWS_AT_ONCE = 1000

/** The same for an insert of a few rows at a time: prepared for each number of them. @returns how many rows it changed */
export function preparedInsert<Row extends Values> (columns: readonly (keyof Row & string)[], build: (tx: Tx, rows: readonly Row[]) => Compilable): (tx: Tx, rows: readonly Row[]) => Promise<number> {
  const run = byNumber(columns, build)
  return async (tx, rows) => (await run(tx, rows)).reduce((changes, outcome) => changes + outcome.changes, 0)
}

/** The same for a statement about a few rows at a time that returns some: a list that is asked for, or an insert that says what is new. */
export function preparedRows<Row extends Values, Out> (columns: readonly (keyof Row & string)[], build: (tx: Tx, rows: readonly Row[]) => Compilable<Out>): (tx: Tx, rows: readonly Row[]) => Promise<Out[]> {
  const run = byNumber(columns, build)
  return async (tx, rows) => (await run(tx, rows)).flatMap((outcome) => outcome.rows as Out[])
}

function byNumber<Row extends Values> (columns: readonly (keyof Row & string)[], build: (tx: Tx, rows: readonly Row[]) => Compilable<unknown>): (tx: Tx, rows: readonly Row[]) => Promise<Outcome[]> {
  const ready = Array.from({ length: ROWS_PREPARED }, (_, index) => preparedQuery((tx) => build(tx, Array.from({ length: index + 1 }, (_, row) =>
    Object.fromEntries(columns.map((column) => [column, new Hole(row, column)])) as Row))))
  return async (tx, rows) => {
    const known = ready[rows.length - 1]
    if (known !== undefined) return [await known(tx, rows)]
    const outcomes: Outcome[] = []
    for (let start = 0; start < rows.length; start += ROWS_AT_ONCE) {
      outcomes.push(await executed(tx, build(tx, rows.slice(start, start + ROWS_AT_ONCE)).compile()))
    }
    return outcomes
  }
}

interface Outcome { readonly rows: readonly unknown[], readonly changes: number }

function preparedQuery (build: (tx: Tx) => Compilable<unknown>): (tx: Tx, rows: readonly Values[]) => Outcome | Promise<Outcome> {
  // By the adapter's class: what a query's text depends on.
  const builts = new WeakMap<object, Built>()
  return (tx, rows) => {
    const dialect = tx.getExecutor().adapter.constructor
    let built = builts.get(dialect)
    if (built === undefined) builts.set(dialect, built = builtOf(build(tx).compile()))
    const parameters = built.parameters(rows)
    const connection = connections.get(tx)?.()
    if (connection === undefined) return executed(tx, { ...built.query, parameters })
    let statement = built.statements.get(connection)
    if (statement === undefined) built.statements.set(connection, statement = connection.prepare(built.query.sql))
    return statement.reader ? { rows: statement.all(...parameters), changes: 0 } : { rows: [], changes: statement.run(...parameters).changes }
  }
}

async function executed (tx: Tx, query: CompiledQuery): Promise<Outcome> {
  const { rows, numAffectedRows } = await tx.executeQuery(query)
  return { rows, changes: Number(numAffectedRows ?? 0) }
}

function builtOf (query: CompiledQuery): Built {
  const given = query.parameters
  return {
    query,
    parameters: (rows) => given.map((parameter) => parameter instanceof Hole ? rows[parameter.row]?.[parameter.name] : parameter),
    statements: new WeakMap()
  }
}
