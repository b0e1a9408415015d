import { parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'

/** A row of a CSV file, and the line it begins on, from 1. */
export interface CsvRow { readonly line: number, readonly cells: readonly string[] }

/** Reads CSV as spreadsheets save it (RFC 4180): comma, semicolon or tab, whichever parts the first line into most cells; with or
 * without a byte order mark; any line ending. Line breaks within quotes come out as `\n`. Never throws.
 * @param delimiter for whoever knows better which it is
 * @returns the rows up to the first that cannot be read, and where that begins; null when all can */
export function readCsv (text: string, delimiter = delimiterOf(text)): { readonly rows: readonly CsvRow[], readonly brokenAt: number | null } {
  const rows: CsvRow[] = []
  // The parser counts the lines it has read up to the end of a record: the next one begins on the line after that.
  let line = 1
  try {
    // It counts a CRLF inside quotes as two lines.
    parse(text.replace(/\r\n?/g, '\n'), {
      bom: true,
      delimiter,
      record_delimiter: '\n',
      relax_column_count: true,
      on_record: (cells: string[], { lines }) => {
        rows.push({ line, cells })
        line = lines + 1
        return null
      }
    })
    return { rows, brokenAt: null }
  } catch {
    // Its only errors are about quotes, and all of them are told by the line.
    return { rows, brokenAt: line }
  }
}

function delimiterOf (text: string): string {
  const first = /[^\r\n]+/.exec(text.replace(/^\uFEFF/, ''))?.[0] ?? ''
  const cells = (delimiter: string): number => first.split(delimiter).length
  return [',', ';', '\t'].reduce((best, delimiter) => cells(delimiter) > cells(best) ? delimiter : best)
}

const FORMULA = /^'*[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/

/** Writes rows for a spreadsheet: with a byte order mark, so that words in any script survive, and with a `'` before what begins
 * like a formula (OWASP, "CSV injection"), which `withoutGuard` takes away again. Numbers are numbers.
 * @param options.bom false for rows that follow others in a file */
export function writeCsv (rows: readonly (readonly (string | number | null)[])[], { bom = true }: { readonly bom?: boolean } = {}): string {
  return stringify(rows.map((row) => row.map((cell) => typeof cell === 'string' && FORMULA.test(cell) ? `'${cell}` : cell)), {
    bom,
    record_delimiter: 'windows',
    // It quotes its own delimiters alone, and readers end a row at any line break.
    quoted_match: /[\r\n]/
  })
}

/** A cell as it was before `writeCsv` guarded it. */
export function withoutGuard (cell: string): string {
  return cell.startsWith("'") && FORMULA.test(cell) ? cell.slice(1) : cell
}
