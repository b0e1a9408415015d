import { createReadStream, createWriteStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { batchOf, jsonOf, makeSum, type Row, type RowSource, type Sum, type Sums, type TableRows, type Value } from './rows.ts'

/** The portable backup: gzipped lines of JSON that either dialect writes and reads.
 *
 *     {"muster":"backup","format":1,"migrations":["0001-first", …]}
 *     {"table":"person","columns":["id","name", …]}
 *     ["01a…","Amina Yusuf", …]
 *     …
 *     {"end":{"person":{"rows":2,"digest":"…"}, …}}
 *
 * A file without its last line was cut short. Bytes are `{"base64": …}`. */
const FORMAT = 1

/** @param file is written anew, readable by its owner alone: it holds names and password hashes
 * @returns what went into it */
export async function writeDump (source: RowSource, file: string): Promise<Sums> {
  const sums = new Map<string, Sum>()
  async function * lines (): AsyncGenerator<string> {
    yield `${JSON.stringify({ muster: 'backup', format: FORMAT, migrations: source.migrations })}\n`
    for await (const { name, columns, batches } of source.tables()) {
      yield `${JSON.stringify({ table: name, columns })}\n`
      const { add, sum } = makeSum(columns)
      for await (const rows of batches) {
        add(rows)
        yield rows.map((row) => `${JSON.stringify(row.map(jsonOf))}\n`).join('')
      }
      sums.set(name, sum())
    }
    yield `${JSON.stringify({ end: Object.fromEntries(sums) })}\n`
  }
  await pipeline(Readable.from(lines()), createGzip(), createWriteStream(file, { flags: 'wx', mode: 0o600, flush: true }))
  return sums
}

/** @throws Error when the file is no backup, or of a newer format */
export async function readDump (file: string): Promise<RowSource> {
  const gunzip = createGunzip()
  const input = createReadStream(file)
  // An error of the file or of the compression is one of the lines.
  input.on('error', (error) => { gunzip.destroy(error) })
  input.pipe(gunzip)
  const lines = linesOf(gunzip)
  const first = headOf((await lines.next()).value)
  if (first.muster !== 'backup' || !Array.isArray(first.migrations)) throw new Error(`${file}: is no backup of a programme`)
  if (first.format !== FORMAT) throw new Error(`${file}: is of format ${String(first.format)}; this release reads ${FORMAT}`)
  let expected: Sums | null = null
  let next: unknown = null

  async function * batchesOf (size: number): AsyncGenerator<readonly Row[]> {
    let batch: Row[] = []
    for (;;) {
      const { value, done } = await lines.next()
      next = done === true ? null : value
      if (!Array.isArray(next)) break
      batch.push(next.map(valueOf))
      if (batch.length === size) {
        yield batch
        batch = []
      }
    }
    if (batch.length > 0) yield batch
  }

  return {
    migrations: first.migrations.map(String),
    async * tables (): AsyncGenerator<TableRows> {
      next = (await lines.next()).value
      for (;;) {
        const { table, columns, end } = headOf(next)
        if (end !== undefined) { expected = new Map(Object.entries(end)); break }
        if (table === undefined || columns === undefined) throw new Error(`${file}: is cut short`)
        yield { name: table, columns, batches: batchesOf(batchOf(table)) }
      }
    },
    expected: () => expected,
    close: async () => { input.destroy() }
  }
}

interface Head {
  readonly muster?: unknown
  readonly format?: unknown
  readonly migrations?: unknown[]
  readonly table?: string
  readonly columns?: string[]
  readonly end?: Record<string, Sum>
}

function headOf (line: unknown): Head {
  return typeof line === 'object' && line !== null ? line : {}
}

async function * linesOf (stream: Readable): AsyncGenerator<unknown, null> {
  for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) yield JSON.parse(line) as unknown
  return null
}

function valueOf (value: unknown): Value {
  if (typeof value === 'object' && value !== null && 'base64' in value) return Buffer.from(String(value.base64), 'base64')
  return value as Value
}
