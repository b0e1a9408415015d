import { crc32, deflateRawSync } from 'node:zlib'

/** 1 January 1980 at midnight, the first moment that a zip can say: files have no time of their own, so that the same files give
 * the same bytes. */
const DATE = 0x0021
const UTF8_NAMES = 0x0800
const VERSION = 20
const MOST_FILES = 65_534
const MOST_BYTES = 0xfffffffe

/** Writes files as a zip (PKWARE APPNOTE 6.3, without zip64), in the order given; deflated where that makes them smaller.
 * @param files by their paths, with slashes; of a content package its manifest
 * @throws RangeError for more than 65,534 files, or 4 GB */
export function zipOf (files: Iterable<readonly [name: string, bytes: Uint8Array]>): Uint8Array {
  const parts: Uint8Array[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const [name, bytes] of files) {
    const path = Buffer.from(name)
    const deflated = bytes.length === 0 ? bytes : deflateRawSync(bytes)
    const isSmaller = deflated.length < bytes.length
    const data = isSmaller ? deflated : bytes
    const about = Buffer.alloc(26)
    about.writeUInt16LE(VERSION, 0)
    about.writeUInt16LE(UTF8_NAMES, 2)
    about.writeUInt16LE(isSmaller ? 8 : 0, 4)
    about.writeUInt16LE(DATE, 8)
    about.writeUInt32LE(crc32(bytes), 10)
    about.writeUInt32LE(data.length, 14)
    about.writeUInt32LE(bytes.length, 18)
    about.writeUInt16LE(path.length, 22)
    parts.push(Buffer.from('PK\x03\x04'), about, path, data)
    const rest = Buffer.alloc(14)
    rest.writeUInt32LE(offset, 10)
    directory.push(Buffer.from('PK\x01\x02\x14\x00'), about, rest, path)
    offset += 30 + path.length + data.length
    if (offset > MOST_BYTES || directory.length / 4 > MOST_FILES) throw new RangeError('more than a zip holds')
  }
  const listed = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06')
  end.writeUInt16LE(directory.length / 4, 8)
  end.writeUInt16LE(directory.length / 4, 10)
  end.writeUInt32LE(listed.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...parts, listed, end])
}
