import { allIn, decodeXml, elementIn, elementsIn, readElements, readXml, textIn, XmlError, type XmlElement } from '../quiz/formats/xml.ts'
import { readZip, type ZipProblem } from '../zip/read-zip.ts'

/** The rows of a sheet, each cell as text: '' where there is none. Places are kept: the third row is at 2. */
export type Rows = readonly (readonly string[])[]

/** What is read at most. */
const MOST_ROWS = 100_000
const MOST_COLUMNS = 1000
const MOST_CELLS = 2_000_000

/** Reads the first sheet of an XLSX file (ECMA-376) as text: shared and inline strings, numbers as they are stored, truth values,
 * what formulas came to when the file was saved, and dates as ISO 8601. Nothing is worked out, and no other file is opened.
 * @returns the rows, or why there are none */
export function readXlsx (bytes: Uint8Array): { readonly rows: Rows } | { readonly problems: readonly ZipProblem[] } {
  const zip = readZip(bytes)
  if ('problems' in zip) return zip
  const { files } = zip
  let part = 'xl/workbook.xml'
  const xml = (path: string): string => {
    part = path
    const file = files.get(path)
    if (file === undefined) throw new XmlError('is missing', 0)
    const decoded = decodeXml(file)
    if ('problem' in decoded) throw new XmlError(decoded.problem, 1)
    return decoded.text
  }
  try {
    const workbook = readXml(xml(part))
    const sheet = firstSheet(workbook, readXml(xml('xl/_rels/workbook.xml.rels')))
    if (sheet === undefined) return { problems: [{ path: 'xl/workbook.xml', message: 'it has no sheet' }] }
    const strings = files.has('xl/sharedStrings.xml') ? [...readElements([xml('xl/sharedStrings.xml')], 1)].map(stringOf) : []
    const dates = files.has('xl/styles.xml') ? dateStyles(readXml(xml('xl/styles.xml'))) : new Set<string>()
    const days = elementIn(workbook, 'workbookPr')?.attributes.get('date1904')
    return { rows: rowsOf(readElements([xml(sheet)], 2), { strings, dates, epoch: days === '1' || days === 'true' ? 24_107 : 25_569 }) }
  } catch (error) {
    if (!(error instanceof XmlError)) throw error
    return { problems: [{ path: part, message: error.message }] }
  }
}

function firstSheet (workbook: XmlElement, relations: XmlElement): string | undefined {
  const first = elementsIn(elementIn(workbook, 'sheets') ?? workbook, 'sheet')[0]
  const id = first === undefined ? undefined : [...first.attributes].find(([name]) => name === 'id' || name.endsWith(':id'))?.[1]
  const target = elementsIn(relations, 'Relationship').find(({ attributes }) => attributes.get('Id') === id)?.attributes.get('Target')
  return target === undefined ? undefined : target.startsWith('/') ? target.slice(1) : `xl/${target}`
}

/** The words of a string, without how they are pronounced (`rPh`). */
function stringOf (element: XmlElement): string {
  return elementsIn(element).map((child) => child.name === 't' ? textIn(child) : child.name === 'r' ? textIn(elementIn(child, 't')) : '').join('')
    .replace(/_x([0-9a-fA-F]{4})_/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
}

/** Which cell formats show a date: by Excel's own numbers, or by what is written of theirs. */
function dateStyles (styles: XmlElement): ReadonlySet<string> {
  const own = new Map([...allIn(styles, 'numFmt')].map(({ attributes }) => [attributes.get('numFmtId'), attributes.get('formatCode') ?? '']))
  const isDate = (id: string | undefined): boolean => {
    const code = own.get(id)
    if (code === undefined) return /^(1[4-9]|2[0-2]|2[7-9]|3[0-6]|4[5-7]|5[0-8])$/.test(id ?? '')
    return /[dmyh]/i.test(code.replace(/"[^"]*"|\\.|\[[^\]]*\]/g, ''))
  }
  return new Set(elementsIn(elementIn(styles, 'cellXfs') ?? styles, 'xf').flatMap(({ attributes }, index) => isDate(attributes.get('numFmtId')) ? [String(index)] : []))
}

interface Book { readonly strings: readonly string[], readonly dates: ReadonlySet<string>, readonly epoch: number }

/** @param parts what stands within the parts of a sheet: rows, and the settings of others */
function rowsOf (parts: Iterable<XmlElement>, book: Book): Rows {
  const rows: string[][] = []
  let cells = 0
  for (const row of parts) {
    if (row.name !== 'row') continue
    const index = Number(row.attributes.get('r') ?? rows.length + 1) - 1
    if (!(index >= rows.length && index < MOST_ROWS)) throw new XmlError(`its rows are out of order, or more than ${MOST_ROWS}`, row.line)
    while (rows.length < index) rows.push([])
    const read: string[] = []
    for (const cell of elementsIn(row, 'c')) {
      const column = columnOf(cell.attributes.get('r')) ?? read.length
      if (column < read.length || column >= MOST_COLUMNS) throw new XmlError(`its columns are out of order, or more than ${MOST_COLUMNS}`, cell.line)
      while (read.length < column) read.push('')
      read.push(cellOf(cell, book))
    }
    cells += read.length
    if (cells > MOST_CELLS) throw new XmlError(`it has more than ${MOST_CELLS} cells`, row.line)
    rows.push(read)
  }
  return rows
}

/** AB12 is in column 27. */
function columnOf (place: string | undefined): number | undefined {
  const letters = /^[A-Z]{1,3}/.exec(place ?? '')?.[0]
  return letters === undefined ? undefined : [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1
}

function cellOf (cell: XmlElement, { strings, dates, epoch }: Book): string {
  const value = textIn(elementIn(cell, 'v'))
  switch (cell.attributes.get('t')) {
    case 's': return strings[Number(value)] ?? ''
    case 'inlineStr': return stringOf(elementIn(cell, 'is') ?? cell)
    case 'str': return value
    case 'd': return value
    case 'b': return value === '1' ? 'TRUE' : 'FALSE'
    case 'e': return ''
    default: return dates.has(cell.attributes.get('s') ?? '') ? dateOf(value, epoch) : numberOf(value)
  }
}

/** Stored numbers have up to 17 digits, of which Excel shows 15: 0.1 and 0.2 are 0.3. */
function numberOf (value: string): string {
  const number = Number(value)
  return value.trim() === '' || !Number.isFinite(number) ? '' : String(Number(number.toPrecision(15)))
}

function dateOf (value: string, epoch: number): string {
  const time = Math.round((Number(value) - epoch) * 86_400) * 1000
  if (value.trim() === '' || !(Math.abs(time) < 8.64e15)) return ''
  const written = new Date(time).toISOString()
  return written.endsWith('T00:00:00.000Z') ? written.slice(0, 10) : written
}
