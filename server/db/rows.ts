import { createHash } from 'node:crypto'

/** What a column may hold: the schema's text, numbers, nulls, and bytes. */
export type Value = string | number | null | Uint8Array
export type Row = readonly Value[]

export interface TableRows {
  readonly name: string
  /** In the order of the rows' values. */
  readonly columns: readonly string[]
  readonly batches: AsyncIterable<readonly Row[]>
}

/** All rows of a database at one moment, whoever writes to it meanwhile. Tables are read one after another, each to its end. */
export interface RowSource {
  /** The names of the migrations it has. */
  readonly migrations: readonly string[]
  readonly tables: () => AsyncIterable<TableRows>
  /** What it says of itself, known when all has been read; null when it says nothing. */
  readonly expected: () => Sums | null
  readonly close: () => Promise<void>
}

/** An empty database that is filled in one transaction. */
export interface RowTarget {
  readonly insert: (table: string, columns: readonly string[], rows: readonly Row[]) => Promise<void>
  readonly commit: () => Promise<void>
  /** Undoes everything that was not committed. */
  readonly close: () => Promise<void>
}

export interface Sum {
  readonly rows: number
  /** Of all rows, in whatever order: SHA-256 of each, added up. */
  readonly digest: string
}

export type Sums = ReadonlyMap<string, Sum>

/** Tables that belong to one database and are not taken along. */
export const OWN_TABLES: ReadonlySet<string> = new Set(['migration', 'writer'])

/** Rows read and written at once. Few of those that hold whole files, so that a batch fits in memory. */
export function batchOf (table: string): number {
  return ['upload_content', 'media', 'bank_file', 'certificate_zip_part'].includes(table) ? 4 : 500
}

/** Counts rows and adds up their hashes. */
export function makeSum (columns: readonly string[]): { readonly add: (rows: readonly Row[]) => void, readonly sum: () => Sum } {
  let count = 0
  const total = new Uint32Array(8)
  // By name, so that the order in which two databases keep their columns does not matter.
  const order = columns.map((name, index) => ({ name, index })).sort((a, b) => a.name < b.name ? -1 : 1).map(({ index }) => index)
  return {
    add (rows) {
      for (const row of rows) {
        const hash = createHash('sha256').update(JSON.stringify(order.map((index) => jsonOf(row[index] ?? null)))).digest()
        for (let part = 0; part < 8; part++) total[part] = (total[part] as number) + hash.readUInt32BE(part * 4)
        count += 1
      }
    },
    sum: () => ({ rows: count, digest: [...total].map((part) => part.toString(16).padStart(8, '0')).join('') })
  }
}

/** Bytes become `{ base64 }`; all else is JSON already. */
export function jsonOf (value: Value): string | number | null | { readonly base64: string } {
  return value instanceof Uint8Array ? { base64: Buffer.from(value).toString('base64') } : value
}

/** Reads everything and adds it up. */
export async function sumsOf (source: RowSource): Promise<Sums> {
  return await passOn(source, async () => undefined)
}

/** Takes every row from one to the other. @returns what was read */
export async function copyRows (source: RowSource, target: RowTarget): Promise<Sums> {
  return await passOn(source, target.insert)
}

async function passOn (source: RowSource, insert: RowTarget['insert']): Promise<Sums> {
  const sums = new Map<string, Sum>()
  for await (const { name, columns, batches } of source.tables()) {
    const { add, sum } = makeSum(columns)
    for await (const rows of batches) {
      add(rows)
      await insert(name, columns, rows)
    }
    sums.set(name, sum())
  }
  const expected = source.expected()
  const problems = expected === null ? [] : differences(expected, sums)
  if (problems.length > 0) throw new Error(`the backup is damaged: ${problems.join('; ')}`)
  return sums
}

/** What two databases do not agree on, a sentence each. */
export function differences (wanted: Sums, found: Sums): string[] {
  return [...new Set([...wanted.keys(), ...found.keys()])].sort().flatMap((table) => {
    const [a, b] = [wanted.get(table) ?? { rows: 0, digest: '' }, found.get(table) ?? { rows: 0, digest: '' }]
    if (a.rows !== b.rows) return [`table ${table} has ${b.rows} rows, not ${a.rows}`]
    return a.digest === b.digest || a.rows === 0 ? [] : [`table ${table} has other content in its ${a.rows} rows`]
  })
}
