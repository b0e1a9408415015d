import fc from 'fast-check'
import assert from 'node:assert/strict'
import t from 'tap'
import { LIMITS, readZip, type ZipProblem } from '../../server/zip/read-zip.ts'
import { zipOf } from '../../server/zip/write-zip.ts'
import { workedMs } from '../worked.ts'

const text = (words: string): Uint8Array => Buffer.from(words)
const zip = (...files: readonly (readonly [string, string])[]): Buffer => Buffer.from(zipOf(files.map(([name, words]) => [name, text(words)])))
const problems = (bytes: Uint8Array, limits = LIMITS): readonly ZipProblem[] => {
  const read = readZip(bytes, limits)
  return 'problems' in read ? read.problems : []
}

/** A zip with some of its bytes written over; places count from the first directory entry, or from the end. */
function tampered (bytes: Buffer, from: 'start' | 'directory' | 'end', at: number, value: number, length: 2 | 4 = 2): Buffer {
  const copy = Buffer.from(bytes)
  const base = from === 'start' ? 0 : from === 'end' ? copy.length - 22 : copy.readUInt32LE(copy.length - 6)
  copy.writeUIntLE(value, base + at, length)
  return copy
}

t.test('files that are written are read again, whatever is in them', async (t) => {
  const name = fc.array(fc.stringMatching(/^[a-zA-Z0-9éابж钱 _-]{1,8}$/), { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'))
  const files = fc.uniqueArray(fc.tuple(name, fc.uint8Array({ maxLength: 300 })), { selector: ([name]) => name })
  fc.assert(fc.property(files, (files) => {
    const read = readZip(zipOf(files))
    assert.ok('files' in read)
    assert.deepEqual([...read.files].map(([name, bytes]) => [name, [...bytes]]).sort(), files.map(([name, bytes]) => [name, [...bytes]]).sort())
  }), { numRuns: 100 })
  t.ok('files' in readZip(Buffer.concat([Buffer.from(zip(['a', 'b'])).subarray(0, -2), Buffer.from('\x03\x00abc')])), 'a comment may stand at the end')
  const inFolder = readZip(zip(['folder/', ''], ['folder/a', 'b']))
  t.same('files' in inFolder && [...inFolder.files.keys()], ['folder/a'], 'a folder is no file')
  t.throws(() => zipOf(Array.from({ length: 65_535 }, (_, index) => [String(index), text('')])), { name: 'RangeError' })
})

t.test('a zip that could be read in two ways, or means harm, is refused with what is wrong', async (t) => {
  const whole = zip(['a.xml', 'words '.repeat(50)], ['b.xml', 'other'])
  for (const name of ['/etc/passwd', '../a', 'a/../../b', 'a/./b', 'a//b', 'C:/a', 'c:a', 'a\\b', 'a\u0000.xml', 'a\nb', '', 'x'.repeat(1001), '//']) {
    t.equal(problems(zip([name, 'x'])).length, 1, JSON.stringify(name.slice(0, 20)))
  }
  const cases: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ['nothing', Buffer.alloc(0), /no zip/], ['words', Buffer.from('PK words that are no zip at all'), /no zip/], ['cut off', whole.subarray(0, -3), /no zip/],
    ['the same name twice', zip(['a', '1'], ['a', '2']), /twice/], ['encrypted', tampered(whole, 'directory', 8, 0x0801), /encrypted/],
    ['zip64 by count', tampered(tampered(whole, 'end', 8, 0xffff), 'end', 10, 0xffff), /zip64/], ['zip64 by size', tampered(whole, 'directory', 24, 0xffffffff, 4), /zip64/],
    ['several parts', tampered(whole, 'end', 4, 1), /several parts/], ['a part that is elsewhere', tampered(whole, 'directory', 34, 1), /another part/],
    ['a directory elsewhere', tampered(whole, 'end', 16, 3, 4), /not where it says/], ['a broken directory', tampered(whole, 'directory', 0, 0), /broken/],
    ['a name longer than the directory', tampered(whole, 'directory', 28, 60_000), /broken/], ['fewer entries than there are', tampered(tampered(whole, 'end', 8, 1), 'end', 10, 1), /longer than it says/],
    ['a link', tampered(tampered(whole, 'directory', 4, 0x0314), 'directory', 40, 0xa1ff), /a link/], ['another method', tampered(whole, 'directory', 10, 14), /method \(14\)/],
    ['two sizes', tampered(zip(['a', 'b']), 'directory', 24, 9, 4), /two sizes/], ['a folder with content', zip(['a/', 'b']), /folder with content/],
    ['beyond the end', tampered(whole, 'directory', 20, 90_000, 4), /beyond the end/], ['a place that is none', tampered(whole, 'directory', 42, 7, 4), /not where the directory says|overlaps/],
    ['a place far away', tampered(whole, 'directory', 42, 0xfffffff0, 4), /not where the directory says/],
    ['another name at its place', tampered(whole, 'start', 30, 0x7a7a), /another name/], ['a wrong checksum', tampered(whole, 'directory', 16, 1, 4), /checksum/],
    ['damaged data', tampered(whole, 'start', 36, 0xffff), /damaged/], ['larger than it says', tampered(whole, 'directory', 24, 10, 4), /larger than it says/], ['smaller than it says', tampered(whole, 'directory', 24, 1000, 4), /smaller than it says/],
    ['a name that is no UTF-8', tampered(zip(['ab', 'c']), 'directory', 46, 0xfffe), /control character/],
    ['too many files', zip(...Array.from({ length: 20_001 }, (_, index) => [String(index), ''] as const)), /20001 files/]
  ]
  for (const [name, bytes, message] of cases) t.match(problems(bytes)[0]?.message, message, name)
  const same = tampered(whole, 'directory', 46 + 5 + 42, 0, 4)
  t.match(problems(same), [{ message: /overlaps/ }], 'two files cannot share their data')
  const extra = Buffer.concat([whole.subarray(0, -22), Buffer.from([1, 0, 0, 0]), whole.subarray(-22)])
  const longer = tampered(tampered(extra, 'end', 12, extra.readUInt32LE(extra.length - 10) + 4, 4), 'directory', 46 + 5 + 30, 4)
  t.match(problems(longer), [{ path: 'b.xml', message: /zip64/ }], 'a zip64 field is found')
})

t.test('a bomb is refused before it is opened', async (t) => {
  const began = workedMs()
  const bomb = zip(['a.xml', 'a'.repeat(20_000_000)])
  t.match(problems(bomb), [{ message: /20000000 bytes together/ }])
  const lying = tampered(tampered(bomb, 'directory', 24, 100, 4), 'start', 22, 100, 4)
  t.match(problems(lying), [{ path: 'a.xml', message: /larger than it says/ }], 'what it says of itself is not believed')
  t.match(problems(zip(['a', 'b'.repeat(2000)]), { ...LIMITS, fileBytes: 1000 }), [{ path: 'a', message: /2000 bytes; at most 1000/ }])
  t.ok(workedMs() - began < 5000)
})
