import { crc32, inflateRawSync } from 'node:zlib'

/** Why a zip is not read: about one of its files, or about the whole. */
export interface ZipProblem { readonly path?: string, readonly message: string }

/** What a zip may hold at most. */
export interface ZipLimits {
  readonly files: number
  /** of one file, in bytes */
  readonly fileBytes: number
  /** of all files together, in bytes */
  readonly totalBytes: number
  /** how many times as large as the zip its files may be, beyond the first megabyte */
  readonly ratio: number
}

export const LIMITS: ZipLimits = { files: 20_000, fileBytes: 64 * 1024 * 1024, totalBytes: 256 * 1024 * 1024, ratio: 200 }

const END = 0x06054b50
const ENTRY = 0x02014b50
const LOCAL = 0x04034b50
const END_BYTES = 22
const ENTRY_BYTES = 46
const LOCAL_BYTES = 30
const MEGABYTE = 1024 * 1024
const ENCRYPTED = 0x0001 | 0x0040 | 0x2000
const UTF8_NAMES = 0x0800
const ZIP64_FIELD = 0x0001
const UNIX = 3

interface Entry {
  readonly name: string
  readonly method: number
  readonly crc: number
  readonly packed: number
  readonly size: number
  /** of its local header */
  readonly offset: number
}

/** Reads a zip (PKWARE APPNOTE 6.3) by its directory, and strictly: what two readers might read differently is refused, whole.
 * Refused are encrypted, multi-disk and zip64 archives, methods other than stored and deflated, links and devices, names that
 * are absolute, climb, repeat or hold backslashes, drives or control characters, entries that overlap or contradict their own
 * headers, sizes beyond the limits or other than declared, and checksums that do not fit. Never writes, and takes no more memory than the limits. Never throws.
 * @returns the files by their names, folders left out; or why not */
export function readZip (bytes: Uint8Array, limits: ZipLimits = LIMITS): { readonly files: ReadonlyMap<string, Uint8Array> } | { readonly problems: readonly ZipProblem[] } {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const directory = directoryOf(buffer, limits)
  if ('message' in directory) return { problems: [directory] }
  const problems: ZipProblem[] = []
  const entries = entriesOf(buffer, directory, problems)
  const total = entries.reduce((sum, { size }) => sum + size, 0)
  const most = mostIn(buffer, limits)
  if (total > most) problems.push({ message: `its files are ${total} bytes together; at most ${most} are taken from a zip of this size` })
  for (const { name, size } of entries) {
    if (size > limits.fileBytes) problems.push({ path: name, message: `is ${size} bytes; at most ${limits.fileBytes} are taken` })
  }
  const spans = problems.length > 0 ? [] : spansOf(buffer, entries, directory.offset, problems)
  if (problems.length > 0) return { problems: problems.slice(0, 100) }
  const files = new Map<string, Uint8Array>()
  for (const { entry, from, to } of spans) {
    const file = inflated(entry, buffer.subarray(from, to))
    if (typeof file === 'string') return { problems: [{ path: entry.name, message: file }] }
    files.set(entry.name, file)
  }
  return { files }
}

/** How many bytes a zip says that its files are together, without opening any; 0 for what `readZip` refuses by its directory. */
export function inflatedSize (bytes: Uint8Array, limits: ZipLimits = LIMITS): number {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const directory = directoryOf(buffer, limits)
  if ('message' in directory) return 0
  const problems: ZipProblem[] = []
  const total = entriesOf(buffer, directory, problems).reduce((sum, { size }) => sum + size, 0)
  return problems.length > 0 || total > mostIn(buffer, limits) ? 0 : total
}

function mostIn (buffer: Buffer, limits: ZipLimits): number {
  return Math.min(limits.totalBytes, MEGABYTE + limits.ratio * buffer.length)
}

interface Directory { readonly count: number, readonly offset: number, readonly end: number }

function directoryOf (buffer: Buffer, limits: ZipLimits): Directory | ZipProblem {
  let end = buffer.length - END_BYTES
  // A comment of up to 65,535 bytes may follow; its length has to agree.
  const first = Math.max(0, end - 0xffff)
  while (end >= first && !(buffer.readUInt32LE(end) === END && buffer.readUInt16LE(end + 20) === buffer.length - end - END_BYTES)) end--
  if (end < first) return { message: 'it is no zip, or its end is missing' }
  const [disk, directoryDisk, here, count] = [4, 6, 8, 10].map((at) => buffer.readUInt16LE(end + at)) as [number, number, number, number]
  const size = buffer.readUInt32LE(end + 12)
  const offset = buffer.readUInt32LE(end + 16)
  if (count === 0xffff || size === 0xffffffff || offset === 0xffffffff) return { message: 'it is in the zip64 format, which is not read' }
  if (disk !== 0 || directoryDisk !== 0 || here !== count) return { message: 'it is one of several parts' }
  if (count > limits.files) return { message: `it holds ${count} files; at most ${limits.files} are taken` }
  if (offset + size !== end) return { message: 'its directory is not where it says' }
  return { count, offset, end }
}

function entriesOf (buffer: Buffer, { count, offset, end }: Directory, problems: ZipProblem[]): Entry[] {
  const entries: Entry[] = []
  const names = new Set<string>()
  let at = offset
  for (let index = 0; index < count; index++) {
    if (at + ENTRY_BYTES > end || buffer.readUInt32LE(at) !== ENTRY) {
      problems.push({ message: 'its directory is broken' })
      return entries
    }
    const [made, flags, method] = [4, 8, 10].map((field) => buffer.readUInt16LE(at + field)) as [number, number, number]
    const [crc, packed, size] = [16, 20, 24].map((field) => buffer.readUInt32LE(at + field)) as [number, number, number]
    const [nameLength, extraLength, commentLength, disk] = [28, 30, 32, 34].map((field) => buffer.readUInt16LE(at + field)) as [number, number, number, number]
    const attributes = buffer.readUInt32LE(at + 38)
    const local = buffer.readUInt32LE(at + 42)
    const nameEnd = at + ENTRY_BYTES + nameLength
    const next = nameEnd + extraLength + commentLength
    if (next > end) {
      problems.push({ message: 'its directory is broken' })
      return entries
    }
    const name = decoded(buffer.subarray(at + ENTRY_BYTES, nameEnd), (flags & UTF8_NAMES) !== 0)
    const isFolder = name.endsWith('/')
    const unixType = made >> 8 === UNIX ? attributes >>> 28 : 0
    const why = nameProblem(isFolder ? name.slice(0, -1) : name) ??
      (names.has(name) ? 'stands in it twice' : undefined) ??
      ((flags & ENCRYPTED) !== 0 ? 'is encrypted' : undefined) ??
      (size === 0xffffffff || packed === 0xffffffff || local === 0xffffffff || hasZip64(buffer.subarray(nameEnd, nameEnd + extraLength)) ? 'is in the zip64 format, which is not read' : undefined) ??
      (disk !== 0 ? 'begins in another part' : undefined) ??
      // A regular file, a folder, or not said.
      (![0, 4, 8].includes(unixType) ? 'is a link or a device, and no file' : undefined) ??
      (isFolder && size !== 0 ? 'is a folder with content' : undefined) ??
      (method !== 0 && method !== 8 ? `is compressed by a method (${method}) that is not read` : undefined) ??
      (method === 0 && packed !== size ? 'has two sizes' : undefined)
    names.add(name)
    if (why !== undefined) problems.push({ path: shown(name), message: why })
    else if (!isFolder) entries.push({ name, method, crc, packed, size, offset: local })
    at = next
  }
  if (at !== end) problems.push({ message: 'its directory is longer than it says' })
  return entries
}

function decoded (name: Buffer, isUtf8: boolean): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(name)
  } catch {
    // Code page 437 by the letter of it; what matters is that each name is itself and no other.
    return isUtf8 ? `\u0000${name.toString('hex')}` : name.toString('latin1')
  }
}

function shown (name: string): string {
  return name.replace(/\p{Cc}/gu, '?').slice(0, 200)
}

function nameProblem (name: string): string | undefined {
  if (name === '' || name.length > 1000) return 'has no name, or too long a one'
  if (/\p{Cc}/u.test(name)) return 'has a name with a control character'
  if (name.includes('\\')) return 'has a name with a backslash'
  if (name.startsWith('/') || /^[A-Za-z]:/.test(name)) return 'has an absolute name'
  if (name.split('/').some((part) => part === '..' || part === '.' || part === '')) return 'has a name that leads elsewhere'
  return undefined
}

function hasZip64 (extra: Buffer): boolean {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) if (extra.readUInt16LE(at) === ZIP64_FIELD) return true
  return false
}

interface Span { readonly entry: Entry, readonly from: number, readonly to: number }

/** Where the data of each entry lies, by its local header, which has to agree with the directory; none may reach into another. */
function spansOf (buffer: Buffer, entries: readonly Entry[], directory: number, problems: ZipProblem[]): Span[] {
  const spans: Span[] = []
  let taken = 0
  for (const entry of entries.toSorted((a, b) => a.offset - b.offset)) {
    const { offset, name } = entry
    if (offset < taken) {
      problems.push({ path: name, message: 'overlaps another file' })
      continue
    }
    const header = offset + LOCAL_BYTES
    if (header > directory || buffer.readUInt32LE(offset) !== LOCAL) {
      problems.push({ path: name, message: 'is not where the directory says' })
      continue
    }
    const nameEnd = header + buffer.readUInt16LE(offset + 26)
    const from = nameEnd + buffer.readUInt16LE(offset + 28)
    const to = from + entry.packed
    const flags = buffer.readUInt16LE(offset + 6)
    if (to > directory) problems.push({ path: name, message: 'reaches beyond the end of the files' })
    else if (decoded(buffer.subarray(header, nameEnd), (flags & UTF8_NAMES) !== 0) !== name || buffer.readUInt16LE(offset + 8) !== entry.method || (flags & ENCRYPTED) !== 0) {
      problems.push({ path: name, message: 'has another name or method in its own header than in the directory' })
    } else spans.push({ entry, from, to })
    taken = to
  }
  return spans
}

/** @returns the bytes, or why there are none */
function inflated ({ method, size, crc }: Entry, data: Buffer): Uint8Array | string {
  let file: Uint8Array
  try {
    // One byte more than declared is the first that is too many. A small file is kept in a chunk as small as itself.
    file = method === 0 ? data : inflateRawSync(data, { maxOutputLength: Math.max(1, size), chunkSize: Math.min(65_536, Math.max(64, size + 1)) })
  } catch {
    return 'is damaged, or larger than it says'
  }
  if (file.length !== size) return 'is smaller than it says'
  return crc32(file) === crc ? file : 'is damaged: its checksum does not fit'
}
