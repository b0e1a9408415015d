import { Readable } from 'node:stream'
import Type from 'typebox'
import type { FastifyReply } from 'fastify'
import { Refusal } from '../refusals.ts'
import { writeCsv } from '../sheets/csv.ts'
import { readXlsx } from '../sheets/read-xlsx.ts'
import { writeXlsx, XLSX_TYPE, type Cell } from '../sheets/xlsx.ts'
import type { App } from './app-type.ts'

export { XLSX_TYPE } from '../sheets/xlsx.ts'

/** What a route that takes a table reads: CSV as it comes, or the first sheet of an XLSX file. */
export const TABLE_TYPES = ['text/csv', 'text/plain', XLSX_TYPE]

/** The parts of a schema by which a route says that it takes a table.
 * @param columns as their names stand in it */
export function tableOf (columns: string) {
  return { consumes: TABLE_TYPES, body: Type.String({ description: `CSV or XLSX: ${columns}` }) }
}

/** Lets the routes of a scope take tables, each as CSV text in the body. */
export function takeTables (scope: App): void {
  scope.addContentTypeParser(['text/csv', 'text/plain'], { parseAs: 'string' }, (_request, body, done) => { done(null, body) })
  scope.addContentTypeParser(XLSX_TYPE, { parseAs: 'buffer' }, (_request, body, done) => {
    const read = readXlsx(body as Buffer)
    if ('problems' in read) done(new Refusal('bad-input', {}, read.problems.map(({ path, message }) => ({ ...path !== undefined && { path }, message }))))
    else done(null, csvOf(read.rows))
  })
}

/** Row by row, so that a line of the text is a row of the sheet: a line break within a cell becomes a space. */
function csvOf (rows: readonly (readonly string[])[]): string {
  const width = Math.max(0, ...rows.map((cells) => cells.findLastIndex((cell) => cell !== '') + 1))
  return rows.map((cells) => Array.from({ length: width }, (_, index) => quoted((cells[index] ?? '').replace(/\s*[\r\n]+\s*/g, ' '))).join(',')).join('\n') + '\n'
}

function quoted (cell: string): string {
  return /[",;\t]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
}

/** Answers with a table to keep: CSV with its cells made harmless, or XLSX.
 * @param name of the file, without its ending
 * @param rows the first is the head */
export async function sendTable (reply: FastifyReply, format: 'csv' | 'xlsx', name: string, rows: readonly (readonly Cell[])[], rightToLeft = false): Promise<FastifyReply> {
  void reply.header('content-disposition', `attachment; filename="${name}.${format}"`).header('cache-control', 'no-store')
  if (format === 'xlsx') return await reply.type(XLSX_TYPE).send(Buffer.from(await writeXlsx([{ name, rows, rightToLeft }])))
  return await reply.type(CSV_TYPE).send(writeCsv(rows.map(csvCells)))
}

/** Answers with a table of any length as CSV, of which only a page is ever held: as fast as it is taken. What goes wrong on the way
 * breaks the answer off, so that half a file is no whole one.
 * @param pages rows, the head first */
export async function sendRows (reply: FastifyReply, name: string, pages: AsyncIterable<readonly (readonly Cell[])[]>): Promise<FastifyReply> {
  void reply.header('content-disposition', `attachment; filename="${name}.csv"`).header('cache-control', 'no-store')
  return await reply.type(CSV_TYPE).send(Readable.from((async function * () {
    let bom = true
    for await (const rows of pages) {
      yield Buffer.from(writeCsv(rows.map(csvCells), { bom }))
      bom = false
    }
  })(), { objectMode: false }))
}

const CSV_TYPE = 'text/csv; charset=utf-8'

function csvCells (cells: readonly Cell[]): Array<string | number | null> {
  return cells.map((cell) => typeof cell === 'object' && cell !== null ? cell.date : cell)
}
