import { escapeXml } from '../quiz/formats/xml.ts'
import { zipOf } from '../zip/write-zip.ts'
import type { Cell, Sheet } from './sheet.ts'

const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006'
const TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml'
const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

/** Excel's own bounds ("Excel specifications and limits"). */
export const MOST_CELL_CHARACTERS = 32_767
const MOST_ROWS = 1_048_576
const MOST_COLUMNS = 16_384
const MOST_NAME_CHARACTERS = 31

/** Columns are not made narrower or wider than this by what they hold, in characters. */
const WIDTHS = { least: 8, most: 60, looked: 1000 } as const

// By their places in cellXfs of STYLES.
const STYLE = { plain: 0, head: 1, day: 2, instant: 3, quoted: 4 } as const

const STYLES = `${HEAD}<styleSheet xmlns="${MAIN}">
<numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/><numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/></numFmts>
<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>
<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>
<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>
<cellXfs count="5">
<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>
<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>
<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>
<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>
<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1"/>
</cellXfs>
</styleSheet>`

/** Writes tables as an XLSX file (ECMA-376), each on a sheet of its own. Text is written as text: what begins like a formula is
 * none, and stays none when somebody edits the cell. The same tables give the same bytes. Long tables
 * take a while: `xlsx.ts` writes them beside the server's thread.
 * @throws RangeError when there is no sheet, or a cell, a row or a sheet is longer than Excel takes */
export function xlsxOf (sheets: readonly Sheet[]): Uint8Array {
  if (sheets.length === 0) throw new RangeError('a file has at least one sheet')
  const names = namesOf(sheets)
  const files: Record<string, string> = {
    '[Content_Types].xml': `${HEAD}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${TYPE}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${TYPE}.styles+xml"/>${
      sheets.map((_, index) => `<Override PartName="/xl/worksheets/sheet${index + 1}.xml" ContentType="${TYPE}.worksheet+xml"/>`).join('')}</Types>`,
    '_rels/.rels': `${HEAD}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    'xl/workbook.xml': `${HEAD}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><bookViews><workbookView/></bookViews><sheets>${
      names.map((name, index) => `<sheet name="${escapeXml(name)}" sheetId="${index + 1}" r:id="rId${index + 1}"/>`).join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `${HEAD}<Relationships xmlns="${PACKAGE}/relationships">${
      sheets.map((_, index) => `<Relationship Id="rId${index + 1}" Type="${OFFICE}/worksheet" Target="worksheets/sheet${index + 1}.xml"/>`).join('')
    }<Relationship Id="rId${sheets.length + 1}" Type="${OFFICE}/styles" Target="styles.xml"/></Relationships>`,
    'xl/styles.xml': STYLES,
    ...Object.fromEntries(sheets.map((sheet, index) => [`xl/worksheets/sheet${index + 1}.xml`, sheetXml(sheet)]))
  }
  return zipOf(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)]))
}

function sheetXml (sheet: Sheet): string {
  const { rows, rightToLeft } = sheet
  if (rows.length > MOST_ROWS) throw new RangeError(`a sheet holds at most ${MOST_ROWS} rows`)
  const widths = sheet.widths ?? widthsOf(rows)
  const columns = Array.from({ length: rows.reduce((most, row) => Math.max(most, row.length), 0) }, (_, index) => columnName(index))
  return [
    `${HEAD}<worksheet xmlns="${MAIN}">`,
    `<sheetViews><sheetView workbookViewId="0"${rightToLeft === true ? ' rightToLeft="1"' : ''}><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>`,
    widths.length === 0 ? '' : `<cols>${widths.map((width, index) => `<col min="${index + 1}" max="${index + 1}" width="${width}" customWidth="1"/>`).join('')}</cols>`,
    '<sheetData>',
    ...rows.map((row, index) => `<row r="${index + 1}">${row.map((cell, column) => cellXml(cell, `${columns[column]}${index + 1}`, index === 0)).join('')}</row>`),
    '</sheetData></worksheet>'
  ].join('\n')
}

function cellXml (cell: Cell, place: string, isHead: boolean): string {
  if (cell === null || cell === '') return ''
  const as = (style: number): string => style === STYLE.plain ? '' : ` s="${style}"`
  if (typeof cell === 'number') return Number.isFinite(cell) ? `<c r="${place}"${as(isHead ? STYLE.head : STYLE.plain)}><v>${cell}</v></c>` : ''
  if (typeof cell === 'string') {
    if (cell.length > MOST_CELL_CHARACTERS) throw new RangeError(`the cell ${place} is longer than ${MOST_CELL_CHARACTERS} characters`)
    const style = isHead ? STYLE.head : /^[=+\-@]/.test(cell) ? STYLE.quoted : STYLE.plain
    return `<c r="${place}" t="inlineStr"${as(style)}><is><t xml:space="preserve">${cellText(cell)}</t></is></c>`
  }
  const serial = serialOf(cell.date)
  if (serial === undefined) return cellXml(cell.date, place, isHead)
  return `<c r="${place}"${as(Number.isInteger(serial) && cell.date.length <= 10 ? STYLE.day : STYLE.instant)}><v>${serial}</v></c>`
}

/** `_xHHHH_` stands for a character that XML does not take (ECMA-376, 22.9.2.19, ST_Xstring). */
function cellText (text: string): string {
  if (!/[&<>"_\u0000-\u001f\ud800-\udfff\ufffe\uffff]/.test(text)) return text
  return escapeXml(text
    .replace(/_(?=x[0-9a-f]{4}_)/gi, '_x005F_')
    .replace(/[\u0000-\u0008\u000b-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, (character) => `_x${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`))
}

const DAY = 86_400_000

/** Days since the last one of 1899, as Excel counts; undefined for no date, and for one that Excel counts otherwise. */
function serialOf (date: string): number | undefined {
  const serial = (Date.parse(date) - Date.UTC(1899, 11, 30)) / DAY
  // Excel takes 1900 for a leap year: up to its 29 February it is a day behind.
  return serial >= 61 && serial < 2_958_466 ? serial : undefined
}

/** A, B, … Z, AA, … @param index from 0 */
export function columnName (index: number): string {
  if (index >= MOST_COLUMNS) throw new RangeError(`a sheet has at most ${MOST_COLUMNS} columns`)
  const rest = Math.floor(index / 26)
  return (rest === 0 ? '' : columnName(rest - 1)) + String.fromCharCode(65 + index % 26)
}

function widthsOf (rows: Sheet['rows']): number[] {
  const widths: number[] = []
  for (const row of rows.slice(0, WIDTHS.looked)) {
    for (const [column, cell] of row.entries()) {
      const text = cell === null ? '' : typeof cell === 'object' ? '0000-00-00 00:00' : String(cell)
      const longest = text.includes('\n') ? Math.max(...text.slice(0, 1000).split('\n').map((line) => line.length)) : text.length
      widths[column] = Math.min(WIDTHS.most, Math.max(widths[column] ?? WIDTHS.least, longest + 2))
    }
  }
  return widths
}

/** Names that Excel takes: not long, without its own marks, each once whatever its case. */
function namesOf (sheets: readonly Sheet[]): string[] {
  const used = new Set<string>()
  return sheets.map(({ name }) => {
    const clean = [...name.replace(/[\u0000-\u001f[\]:*?/\\]/g, ' ').replace(/\s+/g, ' ').replace(/^[' ]+|[' ]+$/g, '')]
    const cut = (ending: string): string => {
      const kept = [...clean]
      while (kept.join('').length > MOST_NAME_CHARACTERS - ending.length) kept.pop()
      return (kept.join('') || 'Sheet') + ending
    }
    let taken = cut('')
    for (let number = 2; used.has(taken.toLowerCase()); number++) taken = cut(` ${number}`)
    used.add(taken.toLowerCase())
    return taken
  })
}
