/** Code points of the digit zero in scripts whose ten digits follow each other. */
const ZEROS = [
  0x0030, // ASCII
  0x0660, // Arabic-Indic
  0x06f0, // Extended Arabic-Indic (Persian, Urdu)
  0x0966, // Devanagari
  0x09e6, // Bengali
  0x0e50, // Thai
  0x0ed0, // Lao
  0x1040, // Myanmar
  0x17e0, // Khmer
  0xff10 // full width
]

/** Digits grouped by one kind of separator: 1234567 as 1 234 567, or 12 34 567 as in India. */
const GROUPED = /^[1-9]\d{0,2}(?:'\d{2,3})*'\d{3}$/
const DIGITS = /^\d+$/

/** The numbers a typed text may mean: none when it is not a number, two when people of different countries would
 * read it differently. Never throws; linear in the length of the text.
 *
 * Digits of the scripts above, a sign, and an exponent (`1.5e6`) are read. Spaces of any width, apostrophes and the Arabic
 * thousands separator group digits; the Arabic decimal separator makes a fraction. A comma or a point is read so:
 * - both occur: the one that stands last, once, makes the fraction; the other groups digits (`1.234,5`, `1,234.5`)
 * - one occurs several times: it groups digits (`1,234,567`)
 * - one occurs once, and digits are grouped by something else: it makes the fraction (`1 234,567`)
 * - one occurs once, after one to three digits that do not start with 0, and exactly three follow: either (`1,234` and
 *   `1.234` are each read as 1234 and as 1.234), for half the world writes the one and half the other
 * - otherwise it makes the fraction (`1,5`, `0,125`, `1234.567`, `.5`)
 * @example
 * readNumber('١٢٫٥')    // [12.5]
 * readNumber('1,234')   // [1234, 1.234]
 * readNumber('a few')   // [] */
export function readNumber (text: string): readonly number[] {
  const found = /^([+-]?)([\d,.'٫]+?)(?:e([+-]?\d{1,3}))?$/i.exec(plain(text))
  if (found === null) return []
  const [, sign = '', body = '', exponent = '0'] = found
  return readings(body)
    .map(reading => Number(`${sign}${reading}e${exponent}`))
    .filter(number => Number.isFinite(number))
}

/** ASCII digits, sign, comma and point; `'` for whatever can only group digits, `٫` for what can only make a fraction. */
function plain (text: string): string {
  return text
    .replace(/\p{Nd}/gu, digit)
    .replace(/[\u061c\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, '') // marks of direction, without width
    .trim()
    .replace(/[\u2212\u2010-\u2013\ufe63\uff0d]/g, '-')
    .replace(/\uff0b/g, '+')
    .replace(/[\u060c\uff0c]/g, ',')
    .replace(/\uff0e/g, '.')
    .replace(/^([+-])\s+/, '$1')
    .replace(/[\s\u066c\u2018\u2019\u02bc]/g, "'")
    .replace(/'(?=e)/i, '')
}

function digit (character: string): string {
  const code = character.codePointAt(0)!
  const zero = ZEROS.find(zero => code >= zero && code < zero + 10)
  return zero === undefined ? character : String(code - zero)
}

/** Decimal literals that a body of digits and separators may stand for. */
function readings (body: string): string[] {
  if (body.includes('٫')) {
    const [whole = '', fraction = '', ...more] = body.split('٫')
    return more.length > 0 ? [] : decimal(whole.replace(/[,.]/g, "'"), fraction)
  }
  const last = /[,.](?=[^,.]*$)/.exec(body)
  if (last === null) return whole(body)
  const mark = last[0]
  const before = body.slice(0, last.index)
  const after = body.slice(last.index + 1)
  if (before.includes(mark)) {
    return /[,.]/.test(before.replaceAll(mark, '')) || /[^\d]/.test(after) ? [] : whole(body.replaceAll(mark, "'"))
  }
  const fraction = decimal(before.replace(/[,.]/g, "'"), after)
  const either = /^[1-9]\d{0,2}$/.test(before) && /^\d{3}$/.test(after)
  if (!either) return fraction
  return mark === ',' ? [before + after, ...fraction] : [...fraction, before + after]
}

function whole (digits: string): string[] {
  if (DIGITS.test(digits)) return [digits]
  return GROUPED.test(digits) ? [digits.replaceAll("'", '')] : []
}

function decimal (before: string, after: string): string[] {
  if (before === '' && after === '') return []
  if (after !== '' && !DIGITS.test(after)) return []
  return (before === '' ? ['0'] : whole(before)).map(digits => `${digits}.${after === '' ? '0' : after}`)
}
