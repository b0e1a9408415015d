/** Certificate serials: `M26-05AF-MSY3-8DF`.
 *
 * `M` for the programme, two digits for the year, ten random symbols (50 bits), one check symbol; fourteen symbols
 * in groups that can be read over a telephone. The alphabet is Crockford's base 32, which leaves out I, L, O and U
 * (https://www.crockford.com/base32.html), so the programme letter and the year are symbols of it too.
 *
 * The check is one Reed–Solomon symbol over GF(32): all fourteen symbols, weighted by rising powers of a primitive
 * element, add to zero. No weight is zero and no two are alike, so it finds every single wrong symbol and every
 * transposition of two different ones, adjacent or not (the linear, totally anti-symmetric case of H. M. Damm,
 * "Total anti-symmetrische Quasigruppen", Marburg 2004). ISO 7064 MOD 37-2 does the first two for neighbours only,
 * and needs five signs outside the alphabet, `*` among them. */

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const RANDOM_SYMBOLS = 10
const LENGTH = 3 + RANDOM_SYMBOLS + 1

/** @param year of issue; its last two digits are shown
 * @param random at least 10 unguessable bytes; the low five bits of each of the first ten are used
 * @throws RangeError for too few bytes or a year outside 0–9999 */
export function makeSerial (year: number, random: Uint8Array): string {
  if (random.length < RANDOM_SYMBOLS) throw new RangeError(`a serial takes ${RANDOM_SYMBOLS} random bytes`)
  if (!Number.isInteger(year) || year < 0 || year > 9999) throw new RangeError(`not a year: ${year}`)
  const symbols = Array.from(random.subarray(0, RANDOM_SYMBOLS), (byte) => ALPHABET.charAt(byte & 31))
  const body = `M${String(year % 100).padStart(2, '0')}${symbols.join('')}`
  return grouped(body + ALPHABET.charAt(checkValue(body)))
}

/** The serial a person meant by what they typed, or null when it cannot be one.
 *
 * Forgives case, spaces, missing or odd hyphens, O for 0, I and L for 1, full-width letters, Arabic, Persian and
 * Devanagari digits, and Cyrillic letters that look Latin. Does not guess: a wrong symbol gives null.
 * @param typed anything; at most 64 characters are considered
 * @returns the serial as `makeSerial` writes it */
export function readSerial (typed: string): string | null {
  if (typed.length > 64) return null
  const symbols = symbolsOf(typed)
  if (symbols.length !== LENGTH || !/^M\d\d/.test(symbols)) return null
  if (![...symbols].every((symbol) => ALPHABET.includes(symbol))) return null
  return checkValue(symbols.slice(0, -1)) === ALPHABET.indexOf(symbols.charAt(LENGTH - 1)) ? grouped(symbols) : null
}

/** Fewer symbols are in too many serials. */
const LEAST_PART = 4

/** The symbols of what may be a part of a serial, without its hyphens; null for anything else. A part has a figure in it, so that
 * names are not taken for one. */
export function readSerialPart (typed: string): string | null {
  if (typed.length > 64 || !/\p{Nd}/u.test(typed)) return null
  const symbols = symbolsOf(typed)
  return symbols.length >= LEAST_PART && symbols.length <= LENGTH && [...symbols].every((symbol) => ALPHABET.includes(symbol)) ? symbols : null
}

function symbolsOf (typed: string): string {
  return typed.normalize('NFKC').toUpperCase()
    .replace(/[\s\p{Dash}\p{Cf}._]/gu, '')
    .replace(/\p{Nd}/gu, digit)
    .replace(/[АВЕКМНРСТХОІ]/g, (letter) => 'ABEKMHPCTXOI'.charAt('АВЕКМНРСТХОІ'.indexOf(letter)))
    .replace(/O/g, '0').replace(/[IL]/g, '1')
}

/** Unicode sets the ten decimal digits of a script side by side, zero first (Unicode Standard §4.6); the scripts that
 * NFKC leaves stand apart from each other. */
function digit (character: string): string {
  const point = character.codePointAt(0) ?? 0
  if (point < 0x80) return character
  let zero = point
  while (point - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero--
  return String(point - zero)
}

/** The value that makes the weighted sum zero: Horner's rule with x as the base, the check symbol having weight one. */
function checkValue (body: string): number {
  let sum = 0
  for (const symbol of body) sum = timesX(sum ^ ALPHABET.indexOf(symbol))
  return sum
}

/** Multiplies by x in GF(2)[x] / (x⁵ + x² + 1), where x is primitive: its powers repeat after 31. */
function timesX (value: number): number {
  const doubled = value << 1
  return doubled & 32 ? doubled ^ 0b100101 : doubled
}

function grouped (symbols: string): string {
  return [symbols.slice(0, 3), symbols.slice(3, 7), symbols.slice(7, 11), symbols.slice(11)].join('-')
}
