import fc from 'fast-check'
import t from 'tap'
import { makeSerial, readSerial } from '../../server/certificates/serial.ts'

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const serials = fc.uint8Array({ minLength: 10, maxLength: 10 }).map((bytes) => makeSerial(2026, bytes))
const plain = (serial: string): string => serial.replaceAll('-', '')

t.test('a serial has the programme letter, the year, ten random symbols and a check', async (t) => {
  const zeros = makeSerial(2026, new Uint8Array(10))
  t.match(zeros, /^M26-0000-0000-00[0-9A-HJKMNP-TV-Z]$/)
  t.equal(makeSerial(2107, new Uint8Array(10)).slice(0, 4), 'M07-')
  fc.assert(fc.property(serials, (serial) => /^M26(-[0-9A-HJKMNP-TV-Z]{4}){2}-[0-9A-HJKMNP-TV-Z]{3}$/.test(serial) && readSerial(serial) === serial))
})

t.test('every random bit that is used changes the serial, so there are 2^50 in a year', async (t) => {
  const seen = new Set([makeSerial(2026, new Uint8Array(10))])
  for (let bit = 0; bit < 50; bit++) {
    const bytes = new Uint8Array(10)
    bytes[Math.floor(bit / 5)] = 1 << (bit % 5)
    seen.add(makeSerial(2026, bytes))
  }
  t.equal(seen.size, 51)
})

t.test('too few random bytes, or something that is no year, is a bug and throws', async (t) => {
  t.throws(() => makeSerial(2026, new Uint8Array(9)), RangeError)
  t.throws(() => makeSerial(2026.5, new Uint8Array(10)), RangeError)
})

t.test('every single wrong symbol is found', async (t) => {
  for (const serial of fc.sample(serials, 20)) {
    const right = plain(serial)
    for (let place = 0; place < right.length; place++) {
      for (const symbol of ALPHABET) {
        if (symbol === right[place]) continue
        const wrong = right.slice(0, place) + symbol + right.slice(place + 1)
        if (readSerial(wrong) !== null) t.fail(`${wrong} passes for ${right}`)
      }
    }
  }
})

t.test('every transposition of two different symbols is found, adjacent or apart', async (t) => {
  for (const serial of fc.sample(serials, 200)) {
    const right = [...plain(serial)]
    for (let one = 0; one < right.length; one++) {
      for (let other = one + 1; other < right.length; other++) {
        if (right[one] === right[other]) continue
        const wrong = right.with(one, right[other] ?? '').with(other, right[one] ?? '').join('')
        if (readSerial(wrong) !== null) t.fail(`${wrong} passes for ${serial}`)
      }
    }
  }
})

t.test('what a person types is understood', async (t) => {
  const serial = makeSerial(2026, Uint8Array.of(1, 0, 11, 31, 0, 1, 30, 8, 20, 5))
  const typed = [
    serial.toLowerCase(), plain(serial), plain(serial).split('').join(' '), `  ${serial.replaceAll('-', ' – ')}\n`,
    serial.replaceAll('0', 'O'), serial.replaceAll('0', 'o').replaceAll('1', 'l'), serial.replaceAll('1', 'I'),
    serial.replace('M', 'М'), // a Cyrillic М
    serial.replace(/\d/g, (digit) => String.fromCodePoint(0x0660 + Number(digit))),
    serial.replace(/\d/g, (digit) => String.fromCodePoint(0x0966 + Number(digit))),
    serial.replace(/[0-9A-Z]/g, (sign) => String.fromCodePoint((sign.codePointAt(0) ?? 0) + 0xfee0)),
    `\u200f${serial}\u200e`
  ]
  t.match(serial, /^M26-.*0.*1/)
  for (const text of typed) t.equal(readSerial(text), serial, JSON.stringify(text))
})

t.test('what cannot be a serial gives null', async (t) => {
  const serial = makeSerial(2026, new Uint8Array(10).fill(7))
  for (const text of ['', 'M26', `${serial}0`, serial.slice(0, -1), serial.replace('7', 'U'), serial.replace('M', 'N'), 'MAB' + serial.slice(3), `${serial};`, ' '.repeat(1e6)]) {
    t.equal(readSerial(text), null, JSON.stringify(text.slice(0, 30)))
  }
  fc.assert(fc.property(fc.string(), (text) => readSerial(text) === null))
})
