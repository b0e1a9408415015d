import pg from 'pg'
import { batchOf, OWN_TABLES, type Row, type RowSource, type RowTarget, type TableRows, type Value } from './rows.ts'

/** Reads a PostgreSQL database at one moment, while others write to it. */
export async function readPostgres (url: string): Promise<RowSource> {
  const client = await connected(url)
  await client.query('begin isolation level repeatable read read only')
  const tables = await tablesOf(client)
  const migrations = tables.includes('migration')
    ? (await client.query<{ name: string }>('select name from migration order by name')).rows.map(({ name }) => name)
    : []
  return {
    migrations,
    async * tables (): AsyncGenerator<TableRows> {
      for (const name of tables.filter((table) => !OWN_TABLES.has(table))) {
        const { fields } = await client.query(`select * from ${quoted(name)} limit 0`)
        yield { name, columns: fields.map((field) => field.name), batches: rowsOf(client, name) }
      }
    },
    expected: () => null,
    close: async () => { await client.end() }
  }
}

async function * rowsOf (client: pg.Client, table: string): AsyncGenerator<readonly Row[]> {
  await client.query(`declare rows no scroll cursor for select * from ${quoted(table)}`)
  const batch = batchOf(table)
  for (;;) {
    const { rows } = await client.query<Value[]>({ text: `fetch ${batch} from rows`, rowMode: 'array' })
    if (rows.length > 0) yield rows
    if (rows.length < batch) break
  }
  await client.query('close rows')
}

/** Fills an empty database. References are let go while it is filled, and made again, and so checked, at the end.
 * @throws Error when it has rows in it */
export async function fillPostgres (url: string): Promise<RowTarget> {
  const client = await connected(url)
  try {
    await client.query('begin')
    for (const table of (await tablesOf(client)).filter((name) => !OWN_TABLES.has(name))) {
      await client.query(`lock table ${quoted(table)} in access exclusive mode`)
      if ((await client.query(`select 1 from ${quoted(table)} limit 1`)).rowCount !== 0) throw new Error(`the target is not empty: table ${table} has rows`)
    }
    const references = await referencesOf(client)
    for (const { table, name } of references) await client.query(`alter table ${quoted(table)} drop constraint ${quoted(name)}`)
    return {
      async insert (table, columns, rows) {
        const names = columns.map(quoted).join(', ')
        await client.query({
          name: `insert into ${table}`.slice(0, 60),
          text: `insert into ${quoted(table)} (${names}) select ${names} from json_populate_recordset(null::${quoted(table)}, $1)`,
          values: [JSON.stringify(rows.map((row) => Object.fromEntries(columns.map((column, index) => [column, postgresJson(row[index] ?? null)]))))]
        })
      },
      async commit () {
        for (const { table, name, definition } of references) await client.query(`alter table ${quoted(table)} add constraint ${quoted(name)} ${definition}`)
        await client.query('commit')
        await client.query('analyze')
      },
      close: async () => { await client.end() }
    }
  } catch (error) {
    await client.end()
    throw error
  }
}

function postgresJson (value: Value): string | number | null {
  return value instanceof Uint8Array ? `\\x${Buffer.from(value).toString('hex')}` : value
}

/** @returns rows that refer to nothing, and references that are not enforced */
export async function checkPostgres (url: string): Promise<{ readonly references: number, readonly problems: string[] }> {
  const client = await connected(url)
  try {
    await client.query('begin isolation level repeatable read read only')
    const references = await referencesOf(client)
    const problems: string[] = []
    for (const { table, name, enforced, columns, parent, parentColumns } of references) {
      if (!enforced) problems.push(`table ${table}: its reference ${name} is not enforced`)
      const same = columns.map((column, index) => `p.${quoted(parentColumns[index] ?? '')} = c.${quoted(column)}`).join(' and ')
      const given = columns.map((column) => `c.${quoted(column)} is not null`).join(' and ')
      const { rows } = await client.query<{ count: string }>(`select count(*) as count from ${quoted(table)} c where ${given} and not exists (select 1 from ${quoted(parent)} p where ${same})`)
      if (Number(rows[0]?.count) > 0) problems.push(`table ${table}: ${rows[0]?.count ?? ''} rows refer to rows of ${parent} that are not there`)
    }
    return { references: references.length, problems }
  } finally {
    await client.end()
  }
}

interface Reference {
  readonly table: string
  readonly name: string
  readonly definition: string
  readonly enforced: boolean
  readonly columns: readonly string[]
  readonly parent: string
  readonly parentColumns: readonly string[]
}

async function referencesOf (client: pg.Client): Promise<Reference[]> {
  const names = (relation: string, keys: string): string =>
    `(select json_agg(a.attname order by k.ord) from unnest(${keys}) with ordinality k(num, ord) join pg_attribute a on a.attrelid = ${relation} and a.attnum = k.num)`
  return (await client.query<Reference>(`
    select t.relname as "table", r.conname as name, pg_get_constraintdef(r.oid) as definition, r.convalidated as enforced, p.relname as parent,
      ${names('r.conrelid', 'r.conkey')} as columns, ${names('r.confrelid', 'r.confkey')} as "parentColumns"
    from pg_constraint r join pg_class t on t.oid = r.conrelid join pg_class p on p.oid = r.confrelid
    where r.contype = 'f' and t.relnamespace = current_schema()::regnamespace order by t.relname, r.conname`)).rows
}

async function tablesOf (client: pg.Client): Promise<string[]> {
  return (await client.query<{ name: string }>(`select relname as name from pg_class
    where relkind = 'r' and relnamespace = current_schema()::regnamespace order by relname collate "C"`)).rows.map(({ name }) => name)
}

async function connected (url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: 'muster', keepAlive: true })
  client.on('error', () => undefined)
  await client.connect()
  client.setTypeParser(20, Number)
  client.setTypeParser(1700, Number)
  return client
}

function quoted (name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
