import fc from 'fast-check'
import assert from 'node:assert/strict'
import t from 'tap'
import { readCsv, withoutGuard, writeCsv } from '../../server/sheets/csv.ts'
import { readXlsx } from '../../server/sheets/read-xlsx.ts'
import { columnName, xlsxOf } from '../../server/sheets/write-xlsx.ts'
import { writeXlsx, type Cell } from '../../server/sheets/xlsx.ts'
import { readZip } from '../../server/zip/read-zip.ts'
import { zipOf } from '../../server/zip/write-zip.ts'

t.test('the same tables give the same bytes, written at once or beside the server', async (t) => {
  const long = Array.from({ length: 2000 }, (_, index): Cell[] => [index, `line ${index}`, { date: '2026-11-23' }])
  const sheets = [{ name: 'Long', rows: long }]
  t.ok(Buffer.from(xlsxOf(sheets)).equals(await writeXlsx(sheets)))
  t.ok(Buffer.from(xlsxOf(sheets)).equals(xlsxOf(structuredClone(sheets))))
  const alike = [{ name: 'Alike', rows: Array.from({ length: 1500 }, (): Cell[] => ['same', 'same']) }]
  t.ok(Buffer.from(xlsxOf(alike)).equals(await writeXlsx(alike)), 'a long table whose file is small')
})

t.test('what Excel does not take is an error that says so', async (t) => {
  await t.rejects(writeXlsx([]), { message: 'a file has at least one sheet' })
  await t.rejects(writeXlsx([{ name: 'A', rows: [['a', 'x'.repeat(32_768)]] }]), { name: 'RangeError', message: 'the cell B1 is longer than 32767 characters' })
  await t.rejects(writeXlsx([{ name: 'A', rows: [['a'], ['y'.repeat(60_000)]] }]), { message: /the cell A2/ })
  t.same([0, 25, 26, 701, 702, 16_383].map(columnName), ['A', 'Z', 'AA', 'ZZ', 'AAA', 'XFD'])
  t.throws(() => columnName(16_384), { name: 'RangeError' })
})

const cell = fc.oneof(fc.string({ unit: 'binary', maxLength: 12 }), fc.constantFrom('=1+1', '@x', '-5', "'=1", ' a ', 'a\nb', '_x0041_', 'x\r\n', '\u0001', 'نص', '0012'), fc.string({ maxLength: 12 }))

t.test('text of any sort, numbers and dates are read as they were written', async (t) => {
  fc.assert(fc.property(fc.array(fc.array(cell, { maxLength: 4 }), { minLength: 1, maxLength: 5 }), (rows) => {
    const read = readXlsx(xlsxOf([{ name: 'A', rows }]))
    assert.ok('rows' in read)
    const trimmed = (row: readonly string[]): string[] => row.slice(0, row.findLastIndex((text) => text !== '') + 1)
    assert.deepEqual(read.rows.map(trimmed), rows.map(trimmed))
  }), { numRuns: 100 })
  const rows: Cell[][] = [['Head', 2, null, 'x'], [0.1 + 0.2, -1.5, NaN, { date: '2026-11-23' }], [{ date: '2026-11-23T14:05:00.000Z' }, { date: '1900-01-01' }, { date: 'soon' }, '']]
  const bytes = xlsxOf([{ name: 'A', rows, rightToLeft: true }, { name: 'Other', rows: [['not read']], widths: [5] }])
  t.same(readXlsx(bytes), { rows: [['Head', '2', '', 'x'], ['0.3', '-1.5', '', '2026-11-23'], ['2026-11-23T14:05:00.000Z', '1900-01-01', 'soon']] })
  const zip = readZip(bytes)
  const part = (name: string): string => 'files' in zip ? Buffer.from(zip.files.get(name) ?? []).toString() : ''
  t.match(part('xl/worksheets/sheet1.xml'), /rightToLeft="1"><pane ySplit="1"[^]*<c r="A1" t="inlineStr" s="1">/, 'from the right, with a head that stays')
  t.match(part('xl/worksheets/sheet2.xml'), /<col min="1" max="1" width="5" customWidth="1"\/>/)
  const named = xlsxOf(['A [1]: b/c?', 'a 1 b c', "''", 'x'.repeat(40), 'X'.repeat(31)].map((name) => ({ name, rows: [] })))
  const book = readZip(named)
  t.same([...Buffer.from('files' in book ? book.files.get('xl/workbook.xml')! : []).toString().matchAll(/sheet name="([^"]*)"/g)].map(([, name]) => name), ['A 1 b c', 'a 1 b c 2', 'Sheet', 'x'.repeat(31), `${'X'.repeat(29)} 2`], 'names that Excel takes, each once')
})

const book = (parts: Readonly<Record<string, string>>): Uint8Array => zipOf(Object.entries({
  'xl/workbook.xml': '<workbook xmlns:r="urn:r"><workbookPr date1904="1"/><sheets><sheet name="S" r:id="r1"/></sheets></workbook>',
  'xl/_rels/workbook.xml.rels': '<Relationships><Relationship Id="r1" Target="/xl/s.xml"/></Relationships>',
  ...parts
}).map(([name, text]) => [name, Buffer.from(text)]))
const sheet = (rows: string): string => `<worksheet><sheetViews><sheetView/></sheetViews><sheetData>${rows}</sheetData></worksheet>`

t.test('a sheet is read as other programs write it', async (t) => {
  t.same(readXlsx(book({
    'xl/s.xml': sheet('<row><c t="s"><v>0</v></c><c t="s"><v>1</v></c><c t="s"><v>9</v></c></row><row r="3"><c r="B3" t="b"><v>1</v></c><c t="b"><v>0</v></c><c r="AA3" t="str"><f>1+1</f><v>two</v></c></row><row><c t="e"><v>#REF!</v></c><c t="d"><v>2026-01-01</v></c><c s="1"><v>0</v></c><c s="2"><v>1.5</v></c><c s="3"><v>7</v></c><c s="1"/><c><v>many</v></c><c t="inlineStr"/></row>'),
    'xl/sharedStrings.xml': '<sst><si><t>one</t></si><si><r><t>t</t></r><r><rPr/><t>wo</t></r><rPh><t>no</t></rPh></si></sst>',
    'xl/styles.xml': '<styleSheet><numFmts><numFmt numFmtId="170" formatCode="dd/mm/yy"/><numFmt numFmtId="171" formatCode="0&quot;day&quot;"/></numFmts><cellXfs><xf/><xf numFmtId="14"/><xf numFmtId="170"/><xf numFmtId="171"/></cellXfs></styleSheet>'
  })), { rows: [['one', 'two', ''], [], ['', 'TRUE', 'FALSE', ...Array.from({ length: 23 }, () => ''), 'two'], ['', '2026-01-01', '1904-01-01', '1904-01-02T12:00:00.000Z', '7', '', '', '']] })
})

t.test('what is no sheet is refused with its part', async (t) => {
  const why = (bytes: Uint8Array): unknown => {
    const read = readXlsx(bytes)
    return 'problems' in read ? read.problems[0] : undefined
  }
  t.match(why(Buffer.from('words')), { message: /no zip/ })
  t.match(why(zipOf([['a', Buffer.from('b')]])), { path: 'xl/workbook.xml', message: 'is missing' })
  t.match(why(book({ 'xl/workbook.xml': '<workbook/>' })), { message: 'it has no sheet' })
  t.match(why(book({})), { path: 'xl/s.xml', message: 'is missing' })
  t.match(why(book({ 'xl/s.xml': '<worksheet><sheetData>' })), { path: 'xl/s.xml', message: /never closed/ })
  t.match(why(book({ 'xl/s.xml': '<!DOCTYPE a [<!ENTITY b "c">]><worksheet>&b;</worksheet>' })), { message: /declares/ })
  t.match(why(book({ 'xl/s.xml': '<?xml version="1.0" encoding="x-odd"?><worksheet/>' })), { message: /x-odd/ })
  t.match(why(book({ 'xl/s.xml': sheet('<row r="5"/><row r="2"/>') })), { message: /rows are out of order/ })
  t.match(why(book({ 'xl/s.xml': sheet('<row r="200000"/>') })), { message: /more than 100000/ })
  t.match(why(book({ 'xl/s.xml': sheet('<row><c r="B1"/><c r="A1"/></row>') })), { message: /columns are out of order/ })
  t.match(why(book({ 'xl/s.xml': sheet('<row><c r="ZZZ1"/></row>') })), { message: /more than 1000/ })
  t.match(why(book({ 'xl/s.xml': sheet(Array.from({ length: 2001 }, () => '<row><c r="ALL1"/></row>').join('')) })), { message: /more than 2000000 cells/ })
})

t.test('CSV comes back as it was, and holds nothing that a spreadsheet would work out', async (t) => {
  const line = fc.array(cell.map((text) => text.replace(/\r\n?/g, '\n').replace(/^\ufeff/, '')), { minLength: 2, maxLength: 4 })
  fc.assert(fc.property(fc.array(line, { minLength: 1, maxLength: 4 }), (rows) => {
    const all = [['a', 'b', 'c', 'd', 'e', 'f'], ...rows]
    const written = writeCsv(all)
    const { rows: read, brokenAt } = readCsv(written)
    assert.equal(brokenAt, null)
    assert.ok(read.every(({ cells }) => cells.every((text) => !/^[=+\-@\t]/.test(text))))
    assert.deepEqual(read.map(({ cells }) => cells.map(withoutGuard)), all)
  }), { numRuns: 100 })
  t.equal(writeCsv([['=1+1', -5, null]]), '\ufeff\'=1+1,-5,\r\n')
  t.same(readCsv('a;b\n1;"x\r\ny"\n"').rows.map(({ line, cells }) => [line, ...cells]), [[1, 'a', 'b'], [2, '1', 'x\ny']])
  t.equal(readCsv('a\tb\n"c').brokenAt, 2)
})
