import { base64ToBytes } from './base64.ts'
import { htmlOfPlain, markdownOfPlain, plainOfHtml, plainOfMarkdown, type Wording } from './markup.ts'
import { escapeXml } from './xml.ts'

// Formats that carry files have pictures in HTML alone. Markdown that shows some is written as HTML there, and read as Markdown again.

/** Bounded, so that brackets which nothing closes are not each read to the end of a text. */
const IN_MARKDOWN = /!\[((?:\\.|[^\]\\]){0,1000})\]\(<?([^)\s>]{1,2000})>?(?:\s{1,20}"(?:(\d{1,5})x(\d{1,5})|[^"]{0,500})")?\)/g
const IN_HTML = /<img ([^<>]*)>/g
const [OPEN, CLOSE] = ['\ue100', '\ue101']
const MARK = /\ue100(\d+)\ue101/g

/** Whether a text in Markdown shows a picture. */
export function showsPicture (markdown: string): boolean {
  return markdown.search(IN_MARKDOWN) !== -1
}

/** XHTML that says what Markdown of words and pictures does. Other marks of it stay as typed.
 * @param plain what makes words of Markdown */
export function htmlOfPictured (markdown: string, plain: (markdown: string) => string): string {
  const pictures: string[] = []
  const marked = markdown.replace(IN_MARKDOWN, (_, alt: string, src: string, width?: string, height?: string) => {
    const size = width === undefined || height === undefined ? '' : ` width="${width}" height="${height}"`
    pictures.push(`<img src="${escapeXml(src)}" alt="${escapeXml(plainOfMarkdown(alt).text)}"${size} />`)
    return `${OPEN}${pictures.length - 1}${CLOSE}`
  })
  return htmlOfPlain(plain(marked)).replace(MARK, (_, index: string) => pictures[Number(index)]!)
}

/** HTML as Markdown, where it is nothing but words and pictures; else as it is. */
export function picturedOr (wording: Wording): Wording {
  if (wording.format !== 'html') return wording
  const pictures: string[] = []
  const attribute = (tag: string, name: string): string => plainOfHtml(new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(tag)?.[1] ?? '').text
  const marked = wording.text.replace(IN_HTML, (_, tag: string) => {
    pictures.push(`![${markdownOfPlain(attribute(tag, 'alt'))}](${attribute(tag, 'src')})`)
    return `${OPEN}${pictures.length - 1}${CLOSE}`
  })
  const { text, lossy } = plainOfHtml(marked.replace(/ ?<br ?\/?> ?\n?/g, '<br />\n').replace(/&quot;/g, '"').replace(/&#0?39;|&apos;/g, "'"))
  if (lossy || pictures.length === 0) return wording
  return { text: markdownOfPlain(text).replace(MARK, (_, index: string) => pictures[Number(index)]!), format: 'markdown' }
}

const NAMED = /@@PLUGINFILE@@\/([^"'\s)<>]{1,2000})/g

/** The files that texts name by `@@PLUGINFILE@@/`, under the paths that they have in a package. */
export interface NamedFiles {
  /** a text with the paths in place of the names */
  readonly placed: (text: string, pathTo: (path: string) => string) => string
  /** files that were named */
  readonly used: ReadonlyMap<string, Uint8Array>
}

/** @param taken files of the package, to which those named are added
 * @param missing called for a name that there is no file of */
export function namedFiles (files: readonly { readonly name: string, readonly bytes: string }[], folder: string, taken: Map<string, Uint8Array>, missing: (name: string) => void): NamedFiles {
  const used = new Map<string, Uint8Array>()
  const paths = new Map<string, string>()
  const pathOf = (name: string): string | undefined => {
    const known = paths.get(name)
    if (known !== undefined) return known
    const file = files.find(one => one.name === name || one.name === unescaped(name))
    if (file === undefined) return undefined
    const bytes = base64ToBytes(file.bytes)
    const plain = file.name.replace(/[^A-Za-z0-9._-]+/g, '_').replace(/^\.+/, '')
    let path = `${folder}/${plain}`
    for (let number = 2; taken.has(path) && !isSame(taken.get(path)!, bytes); number++) path = `${folder}/${number}-${plain}`
    taken.set(path, bytes)
    used.set(path, bytes)
    paths.set(name, path)
    return path
  }
  return {
    used,
    placed: (text, pathTo) => text.replace(NAMED, (whole, name: string) => {
      const path = pathOf(name.replaceAll('&amp;', '&'))
      if (path === undefined) missing(unescaped(name))
      return path === undefined ? whole : pathTo(path)
    })
  }
}

function isSame (a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}

function unescaped (name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}
