import t from 'tap'
import { columnName, xlsxOf } from '../../server/sheets/write-xlsx.ts'
import { writeXlsx, type Cell } from '../../server/sheets/xlsx.ts'

t.test('the same tables give the same bytes, written at once or beside the server', async (t) => {
  const long = Array.from({ length: 2000 }, (_, index): Cell[] => [index, `line ${index}`, { date: '2026-11-23' }])
  const sheets = [{ name: 'Long', rows: long }]
  t.ok(Buffer.from(xlsxOf(sheets)).equals(await writeXlsx(sheets)))
  t.ok(Buffer.from(xlsxOf(sheets)).equals(xlsxOf(structuredClone(sheets))))
})

t.test('what Excel does not take is an error that says so', async (t) => {
  await t.rejects(writeXlsx([]), { message: 'a file has at least one sheet' })
  await t.rejects(writeXlsx([{ name: 'A', rows: [['a', 'x'.repeat(32_768)]] }]), { name: 'RangeError', message: 'the cell B1 is longer than 32767 characters' })
  await t.rejects(writeXlsx([{ name: 'A', rows: [['a'], ['y'.repeat(60_000)]] }]), { message: /the cell A2/ })
  t.same([0, 25, 26, 701, 702, 16_383].map(columnName), ['A', 'Z', 'AA', 'ZZ', 'AAA', 'XFD'])
  t.throws(() => columnName(16_384), { name: 'RangeError' })
})
