import { crc32, deflateRawSync } from 'node:zlib'

/** 1 January 1980 at midnight, the first moment that a zip can say: files have no time of their own, so that the same files give
 * the same bytes. */
const DATE = 0x0021
const UTF8_NAMES = 0x0800
const VERSION = 20
const MOST_FILES = 65_534
const MOST_BYTES = 0xfffffffe

/** What a zip's directory says of a file. */
export interface ZipEntry {
  readonly name: string
  readonly crc: number
  /** In bytes, packed and unpacked; the same where it is stored as it is. */
  readonly packed: number
  readonly size: number
}

/** A file as it stands in a zip.
 * @param stored true for what is packed already, such as a PDF: deflating it again would take time and save nothing */
export function zipFile (name: string, bytes: Uint8Array, stored = false): { readonly entry: ZipEntry, readonly parts: readonly Uint8Array[], readonly length: number } {
  const deflated = bytes.length === 0 || stored ? bytes : deflateRawSync(bytes)
  const data = deflated.length < bytes.length ? deflated : bytes
  const entry: ZipEntry = { name, crc: crc32(bytes), packed: data.length, size: bytes.length }
  const path = Buffer.from(name)
  return { entry, parts: [Buffer.from('PK\x03\x04'), aboutOf(entry), path, data], length: lengthOf(entry) }
}

/** How long a file is in a zip, with what stands before it. */
export function lengthOf ({ name, packed }: ZipEntry): number {
  return 30 + Buffer.byteLength(name) + packed
}

/** The directory and the end of a zip whose files follow each other in this order.
 * @throws RangeError for more than 65,534 files, or 4 GB */
export function zipEnd (entries: Iterable<ZipEntry>): Uint8Array {
  const directory: Buffer[] = []
  let offset = 0
  for (const entry of entries) {
    const rest = Buffer.alloc(14)
    rest.writeUInt32LE(offset, 10)
    directory.push(Buffer.from('PK\x01\x02\x14\x00'), aboutOf(entry), rest, Buffer.from(entry.name))
    offset += lengthOf(entry)
    if (offset > MOST_BYTES || directory.length / 4 > MOST_FILES) throw new RangeError('more than a zip holds')
  }
  const listed = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06')
  end.writeUInt16LE(directory.length / 4, 8)
  end.writeUInt16LE(directory.length / 4, 10)
  end.writeUInt32LE(listed.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([listed, end])
}

function aboutOf ({ name, crc, packed, size }: ZipEntry): Buffer {
  const about = Buffer.alloc(26)
  about.writeUInt16LE(VERSION, 0)
  about.writeUInt16LE(UTF8_NAMES, 2)
  about.writeUInt16LE(packed < size ? 8 : 0, 4)
  about.writeUInt16LE(DATE, 8)
  about.writeUInt32LE(crc, 10)
  about.writeUInt32LE(packed, 14)
  about.writeUInt32LE(size, 18)
  about.writeUInt16LE(Buffer.byteLength(name), 22)
  return about
}

/** Writes files as a zip (PKWARE APPNOTE 6.3, without zip64), in the order given; deflated where that makes them smaller.
 * @param files by their paths, with slashes; of a content package its manifest
 * @throws RangeError for more than 65,534 files, or 4 GB */
export function zipOf (files: Iterable<readonly [name: string, bytes: Uint8Array]>): Uint8Array {
  const written: Uint8Array[] = []
  const entries: ZipEntry[] = []
  for (const [name, bytes] of files) {
    const { entry, parts } = zipFile(name, bytes)
    written.push(...parts)
    entries.push(entry)
  }
  return Buffer.concat([...written, zipEnd(entries)])
}
