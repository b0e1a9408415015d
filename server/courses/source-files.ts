import { isUtf8 } from 'node:buffer'
import { constants, type Dirent } from 'node:fs'
import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { readAttachment, type Attachment } from './attachment.ts'
import { ATTACHMENT_NAME, BANK_NAME, IMAGE_NAME, LESSON_NAME } from './course-schema.ts'
import type { FileProblem } from './file-problem.ts'
import { readPicture, type Picture } from './picture.ts'

const KIB = 1024
const MAX_LESSON = 512 * KIB
const MAX_YAML = 4096 * KIB
const MAX_PICTURE = 2048 * KIB
const MAX_ATTACHMENT = 10 * 1024 * KIB
const MAX_SIDE = 8000
const MAX_ENTRIES = 2000
const MAX_TOTAL = 64 * 1024 * KIB

/** The text of each file of a course, by its path in the folder (`lessons/a.en.md`): UTF-8, `\n` between lines, no byte order mark. */
export interface SourceFiles {
  readonly texts: ReadonlyMap<string, string>
  readonly pictures: readonly Picture[]
  readonly attachments: readonly Attachment[]
  /** Every file that was taken, as it is, a README.md among them. */
  readonly files: readonly SourceFile[]
  readonly problems: readonly FileProblem[]
}

/** A file of a course. */
export interface SourceFile {
  /** In the course's folder, with `/`: `lessons/a.en.md`. */
  readonly path: string
  readonly bytes: Buffer
}

/** What a course's files may be: where they stand, how they are named, and how large they may be. */
const PLACES = [
  { folder: '', pattern: /^course\.yaml$/, form: 'course.yaml', maxBytes: MAX_YAML, holds: 'text' },
  { folder: '', pattern: /^README\.md$/, form: 'README.md', maxBytes: MAX_LESSON, holds: 'note' },
  { folder: 'lessons', pattern: LESSON_NAME, form: '<key>.<language>.md', maxBytes: MAX_LESSON, holds: 'text' },
  { folder: 'banks', pattern: BANK_NAME, form: '<name>.yaml', maxBytes: MAX_YAML, holds: 'text' },
  { folder: 'images', pattern: IMAGE_NAME, form: '<name>.png, .jpg, .gif or .webp', maxBytes: MAX_PICTURE, holds: 'picture' },
  { folder: 'files', pattern: ATTACHMENT_NAME, form: '<name>.pdf, .docx, .xlsx, .pptx, .odt, .ods, .odp, .csv or .txt', maxBytes: MAX_ATTACHMENT, holds: 'attachment' }
] as const

type Place = typeof PLACES[number]
const FOLDERS: readonly string[] = PLACES.map(({ folder }) => folder).filter((folder) => folder !== '')

function placeOf (path: string): Place | undefined {
  const [folder, name] = path.includes('/') ? [path.slice(0, path.indexOf('/')), path.slice(path.indexOf('/') + 1)] : ['', path]
  return PLACES.find((place) => place.folder === folder && place.pattern.test(name))
}

/** What a file of this name holds; undefined for one that does not belong in a course. */
export function holdingOf (path: string): Place['holds'] | undefined {
  return placeOf(path)?.holds
}

/** Files taken one after the other, and what is wrong with them. */
function makeReader () {
  const texts = new Map<string, string>()
  const pictures: Picture[] = []
  const attachments: Attachment[] = []
  const files: SourceFile[] = []
  const problems: FileProblem[] = []
  let total = 0
  const refuse = (file: string, message: string, line = 1): void => { problems.push({ file, line, path: '', message }) }

  /** @returns false, and says so, for a file that is too large or makes the course so */
  function fits (file: string, { maxBytes }: Place, size: number): boolean {
    if (size > maxBytes) refuse(file, `is larger than ${maxBytes / KIB} KiB`)
    else if (total + size > MAX_TOTAL) refuse(file, `takes the course above ${MAX_TOTAL / KIB / 1024} MiB`)
    else {
      total += size
      return true
    }
    return false
  }

  function keep (file: string, { holds }: Place, bytes: Buffer): void {
    files.push({ path: file, bytes })
    switch (holds) {
      case 'note': break
      case 'text': {
        const text = decode(bytes)
        if ('line' in text) refuse(file, text.message, text.line)
        else texts.set(file, text.text)
        break
      }
      case 'picture': {
        const picture = readPicture(file, bytes)
        if (picture === undefined) refuse(file, 'is no PNG, JPEG, GIF or WebP picture')
        else if (picture.width > MAX_SIDE || picture.height > MAX_SIDE) refuse(file, `is ${picture.width} by ${picture.height} pixels; at most ${MAX_SIDE} by ${MAX_SIDE} are shown`)
        else pictures.push(picture)
        break
      }
      case 'attachment': {
        const attachment = readAttachment(file, bytes)
        if (attachment === undefined) refuse(file, 'does not hold what its name says')
        else attachments.push(attachment)
      }
    }
  }

  return { refuse, fits, keep, result: (): SourceFiles => ({ texts, pictures, attachments, files, problems }) }
}

/** The same of files that are in memory already: a draft, or what was uploaded. */
export function readSource (given: readonly SourceFile[]): SourceFiles {
  const { refuse, fits, keep, result } = makeReader()
  if (given.length > MAX_ENTRIES) refuse('.', `holds more than ${MAX_ENTRIES} files`)
  else {
    for (const { path, bytes } of [...given].sort((a, b) => a.path < b.path ? -1 : 1)) {
      const place = placeOf(path)
      if (place === undefined) refuse(path, misplaced(path))
      else if (fits(path, place, bytes.length)) keep(path, place, bytes)
    }
  }
  return result()
}

function misplaced (path: string): string {
  const folder = path.split('/')[0] ?? ''
  if (!path.includes('/') || !FOLDERS.includes(folder)) return `does not belong in a course; known are course.yaml, ${FOLDERS.slice(0, -1).map((name) => `${name}/`).join(', ')} and ${FOLDERS.at(-1) ?? ''}/`
  return `does not belong here; ${folder}/ holds files named ${PLACES.find((place) => place.folder === folder)?.form ?? ''}`
}

/** Reads a course's folder. What does not belong in it is a problem, as are symbolic links (a course from elsewhere must not
 * name this machine's own files), other encodings and files too large. Hidden files and a README.md are passed over. */
export async function readSourceFiles (folder: string): Promise<SourceFiles> {
  const { refuse, fits, keep, result } = makeReader()

  async function list (under: string): Promise<Dirent[]> {
    const entries = (await readdir(join(folder, under), { withFileTypes: true }))
      .filter(({ name }) => !name.startsWith('.'))
      .sort((a, b) => a.name < b.name ? -1 : 1)
    if (entries.length <= MAX_ENTRIES) return entries
    refuse(under === '' ? '.' : under, `holds more than ${MAX_ENTRIES} files`)
    return []
  }

  async function take (file: string, place: Place): Promise<void> {
    // Opened once and then asked what it is, so that nothing can be put in its place in between.
    const handle = await open(join(folder, file), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    try {
      const { size } = await handle.stat()
      if (fits(file, place, size)) keep(file, place, await handle.readFile())
    } finally {
      await handle.close()
    }
  }

  for (const entry of await list('')) {
    const place = placeOf(entry.name)
    if (entry.isSymbolicLink()) refuse(entry.name, 'is a symbolic link; a course holds its own files')
    else if (place !== undefined && entry.isFile()) await take(entry.name, place)
    else if (FOLDERS.includes(entry.name) && entry.isDirectory()) {
      for (const inner of await list(entry.name)) {
        const file = `${entry.name}/${inner.name}`
        const place = placeOf(file)
        if (inner.isSymbolicLink()) refuse(file, 'is a symbolic link; a course holds its own files')
        else if (!inner.isFile() || place === undefined) refuse(file, misplaced(file))
        else await take(file, place)
      }
    } else if (place === undefined || place.holds !== 'note') refuse(entry.name, misplaced(entry.name))
  }
  return result()
}

/** @returns the text, with `\n` between lines, or what is wrong with it and where */
export function decode (bytes: Buffer): { readonly text: string } | { readonly line: number, readonly message: string } {
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
