import type { ExportOptions, FormatProblem, Imported, ImportOptions, NamedQuestion } from '../quiz/formats/format.ts'
import type { SheetRow } from '../quiz/formats/sheet-columns.ts'
import { importSheet } from '../quiz/formats/sheet-read.ts'
import { exportSheet } from '../quiz/formats/sheet-write.ts'
import { readCsv, withoutGuard, writeCsv } from '../sheets/csv.ts'
import { readXlsx } from '../sheets/read-xlsx.ts'
import { writeXlsx } from '../sheets/xlsx.ts'

type SheetFormat = 'csv' | 'xlsx'
type Refused = { readonly refused: readonly FormatProblem[] }

/** Reads questions of a sheet, saved as CSV in UTF-8 (or UTF-16 with its mark) or as XLSX. */
export function readSheet (format: SheetFormat): (bytes: Uint8Array, options: ImportOptions) => Imported | Refused {
  return (bytes, options) => {
    const rows = format === 'csv' ? csvRows(bytes) : xlsxRows(bytes)
    return 'refused' in rows ? rows : importSheet(rows, options)
  }
}

function csvRows (bytes: Uint8Array): readonly SheetRow[] | Refused {
  let text: string
  try {
    text = new TextDecoder(bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8', { fatal: true }).decode(bytes)
  } catch {
    return { refused: [{ line: 1, message: 'it is not written in UTF-8; save it as "CSV UTF-8"', severity: 'refused' }] }
  }
  const { rows, brokenAt } = readCsv(text)
  if (brokenAt !== null) return { refused: [{ line: brokenAt, message: 'a quotation mark is never closed, or stands inside a cell without another beside it', severity: 'refused' }] }
  return rows.map(({ line, cells }) => ({ line, cells: cells.map(withoutGuard) }))
}

function xlsxRows (bytes: Uint8Array): readonly SheetRow[] | Refused {
  const read = readXlsx(bytes)
  if ('rows' in read) return read.rows.map((cells, index) => ({ line: index + 1, cells }))
  return { refused: read.problems.map(({ path, message }): FormatProblem => ({ ...path !== undefined && { path }, message: path === undefined ? message : `'${path}' ${message}`, severity: 'refused' })) }
}

/** Writes questions as a sheet. Its columns are as wide as somebody who writes into them wants them. */
export function writeSheet (format: SheetFormat): (questions: readonly NamedQuestion[], options: ExportOptions) => Promise<{ readonly body: string | Uint8Array, readonly problems: readonly FormatProblem[] }> {
  return async (questions, options) => {
    const { rows, problems } = exportSheet(questions, options)
    if (format === 'csv') return { body: writeCsv(rows), problems }
    const widths = (rows[0] ?? []).map((head) => head === 'prompt' ? 60 : /^(?:option|feedback|hint|name)/.test(String(head)) ? 30 : 14)
    return { body: await writeXlsx([{ name: 'Questions', rows, widths, rightToLeft: options.language === 'ar' }]), problems }
  }
}
