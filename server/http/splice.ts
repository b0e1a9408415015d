import { randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { crc32, deflateRaw, deflateRawSync, constants, type ZlibOptions } from 'node:zlib'
import { makeRecent } from '../recent.ts'

/** A part of a page, as it is sent plain and compressed: one that never changes and is kept, or one that is sent once. */
export interface Fixed {
  readonly bytes: Buffer
  /** Raw deflate (RFC 1951) of `bytes`: whole blocks that refer to nothing before them and end on a byte, so that they stand
   * anywhere in a stream. Made when it is first asked for. */
  readonly deflated: () => Buffer
  /** So that a page's checksum is put together without going over its bytes again: that of `bytes`, and what one before them becomes by their
   * length. Null for a part that is sent once. */
  readonly sum: { readonly crc: number, readonly shift: Shift } | null
}

/** What a page is put together from: fixed parts, and text made for this one reader, escaped already. */
export type Piece = string | Fixed

/** A rendered page or part of one with named holes in it. */
export type Frame = readonly (Fixed | { readonly hole: string })[]

// Letters and digits alone pass every escape of a template unchanged. Nobody can write it into a text: it is new with each start.
const MARK = `hole${randomBytes(12).toString('hex')}x`

/** Stands in a view for what is filled in later. @param name letters and digits */
export function hole (name: string): string {
  return `${MARK}${name}x${MARK}`
}

/** Cuts rendered text at its holes. @param partOf what each piece between them becomes */
export function cut (html: string, partOf: (text: string) => Fixed = fixed): Frame {
  return html.split(MARK).flatMap((part, index): Frame => {
    if (index % 2 === 1) return [{ hole: part.slice(0, -1) }]
    return part === '' ? [] : [partOf(part)]
  })
}

export function fixed (text: string): Fixed {
  const bytes = lasting(Buffer.from(text))
  let deflated: Buffer | undefined
  return { bytes, deflated: () => (deflated ??= deflate(bytes)), sum: { crc: crc32(bytes), shift: shiftBy(bytes.length) } }
}

/** A part that is sent once: compressed fast, and with nothing made ready for the next time. */
export function passing (text: string): Fixed {
  const bytes = Buffer.from(text)
  let deflated: Buffer | undefined
  return { bytes, deflated: () => (deflated ??= bytes.length < A_PACKET ? stored(bytes) : deflateRawSync(bytes, FAST)), sum: null }
}

/** The same part compressed already, beside the server's thread: for one so long that everybody else would wait for it. */
export async function compressedBeside (part: Fixed): Promise<Fixed> {
  const deflated = await deflateBeside(part.bytes, FAST)
  return { ...part, deflated: () => deflated }
}

const deflateBeside = promisify<Buffer, ZlibOptions, Buffer>(deflateRaw)

/** Fewer bytes than this travel as fast plain. */
const A_PACKET = 1400
const FAST = { level: 1, finishFlush: constants.Z_SYNC_FLUSH } as const satisfies ZlibOptions

/** A copy in memory of its own: one out of the pool of small buffers would keep all that came from there at the same time, a hundred
 * times as much. */
function lasting (bytes: Buffer): Buffer {
  const own = Buffer.allocUnsafeSlow(bytes.length)
  bytes.copy(own)
  return own
}

function deflate (bytes: Buffer): Buffer {
  const found = deflateRawSync(bytes, { level: 9, finishFlush: constants.Z_SYNC_FLUSH, ...(bytes.length < 1000 ? FOR_LITTLE : {}) })
  // A short part may be no smaller compressed: then it goes as a stored block.
  return lasting(found.length < bytes.length + STORED_HEAD ? found : stored(bytes))
}

/** A window no larger than what is compressed: to make one takes longer than the rest. */
const FOR_LITTLE = { windowBits: 10, memLevel: 4 }

/** @param values by the hole's name @throws Error for a hole without a value */
export function fill (frame: Frame, values: Readonly<Record<string, string | readonly Piece[]>>): Piece[] {
  const pieces: Piece[] = []
  for (const part of frame) {
    if (!('hole' in part)) { pieces.push(part); continue }
    const value = values[part.hole]
    if (value === undefined) throw new Error(`nothing to fill the hole '${part.hole}' with`)
    if (typeof value === 'string') pieces.push(value)
    else for (const piece of value) pieces.push(piece)
  }
  return pieces
}

/** The page as it is sent: plain, or gzip (RFC 1952) out of its parts, each compressed by itself. Text is stored
 * in it uncompressed: that costs no time, and no form's token is ever compressed together with what somebody else may have
 * chosen (BREACH). */
export function assemble (pieces: readonly Piece[], gzip: boolean): Buffer {
  const parts = together(pieces)
  if (!gzip) return Buffer.concat(parts.map((part) => typeof part === 'string' ? Buffer.from(part) : part.bytes))
  let most = GZIP_HEAD.length + GZIP_TAIL_LENGTH
  for (const part of parts) most += typeof part === 'string' ? storedLength(part.length * MOST_BYTES) : part.deflated().length
  const out = Buffer.allocUnsafe(most)
  out.set(GZIP_HEAD, 0)
  let at = GZIP_HEAD.length
  let crc = 0
  let length = 0
  for (const part of parts) {
    if (typeof part !== 'string') {
      const deflated = part.deflated()
      out.set(deflated, at)
      at += deflated.length
      crc = part.sum === null ? crc32(part.bytes, crc) : (shifted(part.sum.shift, crc) ^ part.sum.crc) >>> 0
      length += part.bytes.length
    } else if (part.length <= SHORT && writeAscii(part, out, at + STORED_HEAD)) {
      writeHead(part.length, out, at)
      at += STORED_HEAD
      crc = crcOf(out, at, part.length, crc)
      at += part.length
      length += part.length
    } else {
      const bytes = Buffer.from(part)
      at = store(bytes, out, at)
      crc = crc32(bytes, crc)
      length += bytes.length
    }
  }
  // An empty last block, then checksum and length.
  out.writeUInt16LE(0x0003, at)
  out.writeUInt32LE(crc, at + 2)
  out.writeUInt32LE(length, at + 6)
  return out.subarray(0, at + GZIP_TAIL_LENGTH)
}

/** UTF-8 bytes of a UTF-16 unit at most. */
const MOST_BYTES = 3
/** Of texts up to this length the checksum is reckoned here: to have zlib do it takes longer than the reckoning. */
const SHORT = 100

/** @returns false when there is more than ASCII in it, and nothing is written that counts */
function writeAscii (text: string, out: Buffer, start: number): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code > 0x7f) return false
    out[start + index] = code
  }
  return true
}

/** Texts that follow one another as one. */
function together (pieces: readonly Piece[]): (Fixed | string)[] {
  const parts: (Fixed | string)[] = []
  let text = ''
  for (const piece of pieces) {
    if (typeof piece === 'string') { text += piece; continue }
    if (text !== '') parts.push(text)
    text = ''
    parts.push(piece)
  }
  if (text !== '') parts.push(text)
  return parts
}

// No name, no time, no system.
const GZIP_HEAD = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255])
const GZIP_TAIL_LENGTH = 10
const STORED_HEAD = 5
const STORED_MOST = 0xffff

function storedLength (length: number): number {
  return length + Math.max(1, Math.ceil(length / STORED_MOST)) * STORED_HEAD
}

function stored (bytes: Buffer): Buffer {
  const out = Buffer.allocUnsafe(storedLength(bytes.length))
  store(bytes, out, 0)
  return out
}

/** Stored blocks (RFC 1951 §3.2.4): a byte, the length, its complement, and the bytes as they are. @returns where they end */
function store (bytes: Buffer, out: Buffer, start: number): number {
  let at = start
  let from = 0
  do {
    const part = bytes.subarray(from, from + STORED_MOST)
    writeHead(part.length, out, at)
    out.set(part, at + STORED_HEAD)
    at += STORED_HEAD + part.length
    from += STORED_MOST
  } while (from < bytes.length)
  return at
}

function writeHead (length: number, out: Buffer, at: number): void {
  out[at] = 0
  out[at + 1] = length & 0xff
  out[at + 2] = length >>> 8
  out[at + 3] = (length & 0xff) ^ 0xff
  out[at + 4] = (length >>> 8) ^ 0xff
}

// CRC-32 of two texts together, from that of each (as zlib's crc32_combine): the first's, shifted by the length of the second,
// plus the second's. Polynomials over GF(2) modulo that of CRC-32, bits reflected: the highest bit is x⁰.
const POLYNOMIAL = 0xedb88320

function times (a: number, b: number): number {
  let product = 0
  let power = b
  for (let bit = 0x80000000; bit !== 0; bit >>>= 1) {
    if ((a & bit) !== 0) product ^= power
    power = (power & 1) !== 0 ? (power >>> 1) ^ POLYNOMIAL : power >>> 1
  }
  return product >>> 0
}

/** x to the power of 8 × `length`. */
function powerOf (length: number): number {
  let result = 0x80000000
  // x⁸
  let square = 0x00800000
  for (let left = length; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result = times(square, result)
    square = times(square, square)
  }
  return result
}

/** A multiplication by one power of x, by four bits at a time: eight tables of sixteen products. */
type Shift = Uint32Array

const KEPT_SHIFTS = 5000

const shifts = makeRecent<Shift>(KEPT_SHIFTS)

/** By length: there are fewer of them than of texts. */
function shiftBy (length: number): Shift {
  const known = shifts.get(String(length))
  if (known !== undefined) return known
  const power = powerOf(length)
  return shifts.keep(String(length), Uint32Array.from({ length: 8 * 16 }, (_, index) => times(power, (index % 16) * 2 ** (4 * Math.floor(index / 16)))))
}

function shifted (shift: Shift, crc: number): number {
  let product = 0
  for (let table = 0; table < 8; table++) product ^= shift[table * 16 + ((crc >>> (4 * table)) & 15)] as number
  return product
}

/** The checksum of each byte. */
const BYTES = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1) !== 0 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1
  return crc
})

/** The checksum goes on over some bytes. */
function crcOf (bytes: Buffer, start: number, length: number, before: number): number {
  let crc = ~before
  for (let at = start; at < start + length; at++) crc = (crc >>> 8) ^ (BYTES[(crc ^ (bytes[at] as number)) & 0xff] as number)
  return ~crc >>> 0
}

/** Whether an Accept-Encoding header takes a coding by its name (RFC 9110 §12.5.3). */
export function accepts (header: string | string[] | undefined, coding: 'gzip' | 'br'): boolean {
  return typeof header === 'string' && ACCEPTS[coding].test(header)
}

const ACCEPTS = { gzip: codingPattern('gzip'), br: codingPattern('br') }

function codingPattern (coding: string): RegExp {
  return new RegExp(`(?:^|,)\\s*${coding}\\s*(?:;\\s*q=(?:1|0\\.\\d*[1-9]\\d*)\\s*)?(?:,|$)`, 'i')
}
