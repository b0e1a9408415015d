import { createHash } from 'node:crypto'

/** Largest picture of a bank that is taken, in bytes. */
export const PICTURE_BYTES = 5 * 1024 * 1024

/** A picture of a course, as its file is and as it will be sent. */
export interface Picture {
  /** In the course's folder: `images/street.png`. */
  readonly path: string
  /** SHA-256 of the bytes, hexadecimal. */
  readonly hash: string
  readonly type: PictureType
  /** In pixels. */
  readonly width: number
  readonly height: number
  readonly bytes: Buffer
}

export type PictureType = 'image/png' | 'image/jpeg' | 'image/gif' | 'image/webp'

/** What a course remembers of a picture. */
export type PictureRef = Pick<Picture, 'hash' | 'width' | 'height'>

type Size = Pick<Picture, 'type' | 'width' | 'height'>

/** Reads what a picture is from its bytes, whatever its file is called. SVG is none: it may hold scripts.
 * @returns undefined for what is no PNG, JPEG, GIF or WebP, or has no size */
export function readPicture (path: string, bytes: Buffer): Picture | undefined {
  const size = sizeOf(bytes)
  if (size === undefined || size.width === 0 || size.height === 0) return undefined
  return { path, hash: createHash('sha256').update(bytes).digest('hex'), ...size, bytes }
}

function sizeOf (bytes: Buffer): Size | undefined {
  const text = (from: number, to: number): string => bytes.toString('latin1', from, to)
  if (bytes.length < 30) return undefined
  if (text(0, 8) === '\x89PNG\r\n\x1a\n' && text(12, 16) === 'IHDR') return { type: 'image/png', width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }
  if (text(0, 6) === 'GIF87a' || text(0, 6) === 'GIF89a') return { type: 'image/gif', width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) }
  if (text(0, 4) === 'RIFF' && text(8, 12) === 'WEBP') return webpSize(bytes, text(12, 16))
  if (bytes.readUInt16BE(0) === 0xffd8) return jpegSize(bytes)
  return undefined
}

/** RFC 9649, sections 2.5 to 2.7. */
function webpSize (bytes: Buffer, chunk: string): Size | undefined {
  const type = 'image/webp'
  if (chunk === 'VP8X') return { type, width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 }
  if (chunk === 'VP8L') {
    const bits = bytes.readUInt32LE(21)
    return { type, width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
  }
  return chunk === 'VP8 ' ? { type, width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff } : undefined
}

/** The frame header (ISO/IEC 10918-1, B.2.2): one of SOF0 to SOF15 but DHT, JPG and DAC. */
function jpegSize (bytes: Buffer): Size | undefined {
  let at = 2
  while (at + 9 < bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1] as number
    if (marker === 0xff) { at += 1; continue }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
    if (isFrame) return { type: 'image/jpeg', height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) }
    at += 2 + bytes.readUInt16BE(at + 2)
  }
  return undefined
}
