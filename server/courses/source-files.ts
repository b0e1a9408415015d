import { isUtf8 } from 'node:buffer'
import { constants, type Dirent } from 'node:fs'
import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { BANK_NAME, IMAGE_NAME, LESSON_NAME } from './course-schema.ts'
import type { FileProblem } from './file-problem.ts'
import { readPicture, type Picture } from './picture.ts'

const KIB = 1024
const MAX_LESSON = 512 * KIB
const MAX_YAML = 4096 * KIB
const MAX_PICTURE = 2048 * KIB
const MAX_SIDE = 8000
const MAX_ENTRIES = 2000
const MAX_TOTAL = 64 * 1024 * KIB

/** The text of each file of a course, by its path in the folder (`lessons/a.en.md`): UTF-8, `\n` between lines, no byte order mark. */
export interface SourceFiles {
  readonly texts: ReadonlyMap<string, string>
  readonly pictures: readonly Picture[]
  readonly problems: readonly FileProblem[]
}

/** Reads a course's folder. What does not belong in it is a problem, as are symbolic links (a course from elsewhere must not
 * name this machine's own files), other encodings and files too large. Hidden files and a README.md are passed over. */
export async function readSourceFiles (folder: string): Promise<SourceFiles> {
  const texts = new Map<string, string>()
  const pictures: Picture[] = []
  const problems: FileProblem[] = []
  const refuse = (file: string, message: string, line = 1): void => { problems.push({ file, line, path: '', message }) }
  let total = 0

  async function list (under: string): Promise<Dirent[]> {
    const entries = (await readdir(join(folder, under), { withFileTypes: true }))
      .filter(({ name }) => !name.startsWith('.'))
      .sort((a, b) => a.name < b.name ? -1 : 1)
    if (entries.length <= MAX_ENTRIES) return entries
    refuse(under === '' ? '.' : under, `holds more than ${MAX_ENTRIES} files`)
    return []
  }

  async function take (file: string, maxBytes: number, keep: (file: string, bytes: Buffer) => void = keepText): Promise<void> {
    // Opened once and then asked what it is, so that nothing can be put in its place in between.
    const handle = await open(join(folder, file), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    try {
      const { size } = await handle.stat()
      if (size > maxBytes) return refuse(file, `is larger than ${maxBytes / KIB} KiB`)
      total += size
      if (total > MAX_TOTAL) return refuse(file, `takes the course above ${MAX_TOTAL / KIB / 1024} MiB`)
      keep(file, await handle.readFile())
    } finally {
      await handle.close()
    }
  }

  function keepText (file: string, bytes: Buffer): void {
    const text = decode(bytes)
    if ('line' in text) refuse(file, text.message, text.line)
    else texts.set(file, text.text)
  }

  function keepPicture (file: string, bytes: Buffer): void {
    const picture = readPicture(file, bytes)
    if (picture === undefined) refuse(file, 'is no PNG, JPEG, GIF or WebP picture')
    else if (picture.width > MAX_SIDE || picture.height > MAX_SIDE) refuse(file, `is ${picture.width} by ${picture.height} pixels; at most ${MAX_SIDE} by ${MAX_SIDE} are shown`)
    else pictures.push(picture)
  }

  async function takeAll (under: string, pattern: RegExp, form: string, maxBytes: number, keep?: (file: string, bytes: Buffer) => void): Promise<void> {
    for (const entry of await list(under)) {
      const file = `${under}/${entry.name}`
      if (entry.isSymbolicLink()) refuse(file, 'is a symbolic link; a course holds its own files')
      else if (!entry.isFile() || !pattern.test(entry.name)) refuse(file, `does not belong here; ${under}/ holds files named ${form}`)
      else await take(file, maxBytes, keep)
    }
  }

  for (const entry of await list('')) {
    if (entry.isSymbolicLink()) refuse(entry.name, 'is a symbolic link; a course holds its own files')
    else if (entry.name === 'course.yaml' && entry.isFile()) await take(entry.name, MAX_YAML)
    else if (entry.name === 'lessons' && entry.isDirectory()) await takeAll('lessons', LESSON_NAME, '<key>.<language>.md', MAX_LESSON)
    else if (entry.name === 'banks' && entry.isDirectory()) await takeAll('banks', BANK_NAME, '<name>.yaml', MAX_YAML)
    else if (entry.name === 'images' && entry.isDirectory()) await takeAll('images', IMAGE_NAME, '<name>.png, .jpg, .gif or .webp', MAX_PICTURE, keepPicture)
    else if (entry.name !== 'README.md') refuse(entry.name, 'does not belong in a course; known are course.yaml, lessons/, banks/ and images/')
  }
  return { texts, pictures, problems }
}

function decode (bytes: Buffer): { readonly text: string } | { readonly line: number, readonly message: string } {
  if (!isUtf8(bytes)) return { line: lineOfBadByte(bytes), message: 'is not UTF-8; save it in that encoding' }
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n')
   
  const control = text.search(/[\0-\x08\x0B\x0C\x0E-\x1F\x7F]/)
  if (control >= 0) return { line: text.slice(0, control).split('\n').length, message: 'holds a control character; save it as plain UTF-8 text' }
  return { text }
}

// A line feed is never a part of another character in UTF-8, so that each line can be tried by itself.
function lineOfBadByte (bytes: Buffer): number {
  let line = 1
  for (let from = 0; from < bytes.length; line++) {
    const found = bytes.indexOf(0x0A, from)
    const to = found < 0 ? bytes.length : found
    if (!isUtf8(bytes.subarray(from, to))) return line
    from = to + 1
  }
  return line
}
