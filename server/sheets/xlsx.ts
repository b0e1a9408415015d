import { extname } from 'node:path'
import { inThread } from '../thread.ts'
import type { Sheet } from './sheet.ts'
import { xlsxOf } from './write-xlsx.ts'

export type { Cell, Sheet } from './sheet.ts'

/** The content type of what `writeXlsx` gives. */
export const XLSX_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

/** Cells count as 20 characters besides their text: so many are written within 10 ms; more of them beside the server's thread. */
const AT_ONCE = 50_000
const BOUNDS = { megabytes: 1024, seconds: 120 } as const

/** Tables as an XLSX file, each on a sheet of its own, its first row as the head. Text is never read as a formula. Long tables
 * are written in a thread of their own.
 * @example await writeXlsx([{ name: 'Cohort', rows: [['Name', 'Marks', 'Ended'], ['Ada', 12.5, { date: '2026-11-23' }]] }])
 * @throws RangeError when a cell (32,767 characters), a row or a sheet is longer than Excel takes */
export async function writeXlsx (sheets: readonly Sheet[]): Promise<Uint8Array> {
  if (sizeOf(sheets) <= AT_ONCE) return xlsxOf(sheets)
  return await inThread(new URL(`./xlsx-worker${extname(import.meta.filename)}`, import.meta.url), sheets, BOUNDS)
}

function sizeOf (sheets: readonly Sheet[]): number {
  let size = 0
  for (const { rows } of sheets) for (const row of rows) for (const cell of row) size += 20 + (typeof cell === 'string' ? cell.length : 0)
  return size
}
