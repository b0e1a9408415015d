import type { FormatProblem, ImportedQuestion, QuestionFile } from '../quiz/formats/format.ts'
import { PICTURE_BYTES, readPicture, type Picture, type PictureRef } from './picture.ts'

const FILE = '@@PLUGINFILE@@/'
const INSIDE = /^data:([^,]*),(.*)$/s
/** Bounded, so that brackets which nothing closes are not each read to the end of a text. */
const IN_MARKDOWN = /!\[((?:\\.|[^\]\\]){0,1000})\]\(<?(data:[a-z+/;0-9]{0,60},[A-Za-z0-9+/=]*|[^)\s>]{1,2000})>?(?:\s{1,20}"[^"]{0,500}")?\)/g
const STORED = /^\/media\/[0-9a-f]{64}$/

/** Says what is wrong with a picture of a text. */
type Say = (message: string, severity: FormatProblem['severity']) => void

/** The pictures in the texts of one question that is brought in: each is held to be one, and kept under its hash. */
export interface TextPictures {
  /** A picture by what a text calls it. @returns undefined, having said why, for what is none */
  readonly take: (src: string, alt: string) => PictureRef | undefined
  /** Markdown whose pictures are those of the house; others become their words. */
  readonly markdown: (text: string) => string
  /** Those taken that have no words for who cannot see them. */
  readonly wordless: () => string[]
  /** Files that no text showed. */
  readonly unused: () => string[]
  /** Those that were taken. */
  readonly pictures: () => Iterable<Picture>
}

/** Takes what Moodle XML names by `@@PLUGINFILE@@/`, in its own escaping, what packages name as their texts do, and what is inside of
 * a text (`data:`). */
export function textPictures ({ files = [] }: Pick<ImportedQuestion, 'files'>, say: Say): TextPictures {
  const byName = new Map(files.map((file) => [file.name, file]))
  const used = new Set<string>()
  const read = new Map<string, Picture | undefined>()
  const kept = new Map<string, Picture>()
  const wordless = new Set<string>()

  function fileOf (src: string): QuestionFile | undefined {
    const name = src.startsWith(FILE) ? src.slice(FILE.length) : src
    const called = [name, unescaped(name), unescaped(name.replace(/[?#].*$/s, '')), name.replaceAll('&', '&amp;')].find((each) => byName.has(each))
    if (called !== undefined) used.add(called)
    return called === undefined ? undefined : byName.get(called)
  }

  function pictureOf (src: string): Picture | undefined {
    const [, form, data] = INSIDE.exec(src) ?? []
    const file = form === undefined || data === undefined ? fileOf(src) : { name: 'picture', bytes: form.endsWith(';base64') ? data : '' }
    if (file === undefined) {
      say(`a picture is left out, which is not in the file: ${src.slice(0, 100)}`, 'left-out')
      return undefined
    }
    const picture = file.bytes.length > PICTURE_BYTES * 4 / 3 + 4 ? undefined : readPicture(file.name, Buffer.from(file.bytes, 'base64'))
    if (picture === undefined) say(`${form === undefined ? `'${file.name}'` : 'a picture inside of a text'} is left out: it is no PNG, JPEG, GIF or WebP picture of at most ${PICTURE_BYTES / 1024 / 1024} MB`, 'left-out')
    else kept.set(picture.hash, picture)
    return picture
  }

  function take (src: string, alt: string): PictureRef | undefined {
    if (!read.has(src)) read.set(src, pictureOf(src))
    const picture = read.get(src)
    if (picture !== undefined && alt.trim() === '') wordless.add(src.startsWith('data:') ? 'one inside of a text' : picture.path)
    return picture
  }

  return {
    take,
    markdown: (text) => text.replace(IN_MARKDOWN, (whole, alt: string, src: string) => {
      if (STORED.test(src)) return whole
      const ref = take(src, alt)
      return ref === undefined ? alt : `![${alt}](/media/${ref.hash} "${ref.width}x${ref.height}")`
    }),
    wordless: () => [...wordless],
    unused: () => [...byName.keys()].filter((name) => !used.has(name)),
    pictures: () => kept.values()
  }
}

function unescaped (name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}
