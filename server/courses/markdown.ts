import MarkdownIt, { type Token } from 'markdown-it'
import sanitizeHtml from 'sanitize-html'
import type { AttachmentRef } from './attachment.ts'
import type { PictureRef } from './picture.ts'
import { makeRecent } from '../recent.ts'

/** Where a link in a course may lead. */
const LINK = /^(?:https?:\/\/|mailto:)[^\s]/i

export function isSafeLink (href: string): boolean {
  return LINK.test(href)
}

/** How many texts are kept once rendered: those of some hundred courses. */
const KEPT_TEXTS = 20_000

/** Turns an author's Markdown into safe HTML. Whatever is given, nothing comes out but text, its structure, pictures of its
 * course and links to http, https and mailto addresses: raw HTML is shown as text, and the result goes through an allow-list besides.
 * Headings get ids; tables stand in a region that scrolls, named after the heading above it and its own head.
 * @param idPrefix begins every id, so that two texts can stand on one page
 * A link to a video that stands by itself, `[What it shows](https://… "video")`, is set as a card.
 * @param pictures of the course, by the paths that its texts call them by; when left out, a picture is a link or text
 * @param attachments of the course, likewise */
export function renderMarkdown (text: string, idPrefix = 'part-', pictures?: Readonly<Record<string, PictureRef>>, attachments: Readonly<Record<string, AttachmentRef>> = {}): string {
  return sanitizeHtml((pictures === undefined ? markdown : illustrated).render(text, { idPrefix, pictures, attachments }), SANITISED)
}

/** The same for one line: emphasis, code, links and stored pictures, no blocks. */
export function renderInline (text: string): string {
  return sanitizeHtml(stored.renderInline(text), SANITISED)
}

/** HTML that was imported, made safe: structure, tables, formulas, links and stored pictures, nothing else that loads, runs or styles.
 * @param take what is kept of a picture that is not stored yet, by its `src`, to be shown in its place; undefined: it is taken out */
export function cleanHtml (html: string, take?: (src: string, alt: string) => PictureRef | undefined): string {
  if (take === undefined) return sanitizeHtml(html, IMPORTED)
  return sanitizeHtml(html, {
    ...IMPORTED,
    transformTags: {
      ...IMPORTED.transformTags,
      img: (tagName, attribs) => {
        const { src = '', alt = '' } = attribs
        if (STORED.test(src)) return { tagName, attribs }
        const ref = take(src, alt)
        return { tagName, attribs: ref === undefined ? {} : { src: `/media/${ref.hash}`, alt, width: String(ref.width), height: String(ref.height), loading: 'lazy' } }
      }
    }
  })
}

/** What `cleanHtml` takes away that a reader would miss, but for pictures: [] where it is form alone. */
export function lostInCleaning (html: string): string[] {
  const tags = new Set([...html.matchAll(/<([a-z][a-z0-9:]*)/gi)].map((found) => found[1]!.toLowerCase()))
  return [...tags].filter((tag) => !KEPT.has(tag) && tag !== 'font').sort()
}

/** A text of a question in what it is written in. @param inline without blocks: for a label, or a line */
export function renderText (text: string, markup: 'markdown' | 'html' | undefined, inline: boolean, idPrefix?: string): string {
  if (markup !== 'html') return inline ? renderInline(text) : sanitizeHtml(stored.render(text, { idPrefix: idPrefix ?? 'part-' }), SANITISED)
  return inline ? sanitizeHtml(text, { ...IMPORTED, allowedTags: INLINE }) : cleanHtml(text)
}

/** The same for a text of a question, rendered once: a published text is asked for by every trainee, and never changes under its own words. */
export function renderTextOnce (text: string, markup: 'markdown' | 'html' | undefined, inline: boolean): string {
  const texts = rendered[markup === 'html' ? 'html' : 'markdown'][inline ? 'inline' : 'block']
  // By the text itself, and no name made of it: looked for so often, it is found by the hash that it carries.
  return texts.get(text) ?? texts.keep(text, renderText(text, markup, inline))
}

const rendered = {
  markdown: { inline: makeRecent<string>(KEPT_TEXTS), block: makeRecent<string>(KEPT_TEXTS) },
  html: { inline: makeRecent<string>(KEPT_TEXTS), block: makeRecent<string>(KEPT_TEXTS) }
}

/** What a reader of Markdown reads: its words without marks and addresses, a block a line. */
export function readableText (text: string): string {
  return markdown.parse(text, {}).flatMap((token) => {
    if (token.type === 'inline') return [wordsOf(token)]
    return token.type === 'fence' || token.type === 'code_block' ? [token.content] : []
  }).join('\n')
}

/** A file of the course, as a lesson's link calls it. */
export const ATTACHMENT = /^files\/[a-z0-9.-]+$/

const PICTURE = /^images\/[a-z0-9.-]+$/

const markdown = makeMarkdown()
markdown.validateLink = isSafeLink
markdown.disable('image')

const illustrated = makeMarkdown()
// What is no picture after all is taken out of links by the allow-list.
illustrated.validateLink = (href) => isSafeLink(href) || PICTURE.test(href) || ATTACHMENT.test(href)
illustrated.renderer.rules['image'] = (tokens, index, _options, env) => {
  const token = tokens[index]
  const alt = illustrated.utils.escapeHtml(token?.content ?? '')
  const src = String(token?.attrGet('src') ?? '')
  const pictures = (env?.['pictures'] ?? {}) as Readonly<Record<string, PictureRef>> // `renderMarkdown` alone gives it
  const picture = Object.hasOwn(pictures, src) ? pictures[src] : undefined
  return picture === undefined ? alt : `<img src="/media/${picture.hash}" alt="${alt}" width="${picture.width}" height="${picture.height}" loading="lazy">`
}

illustrated.renderer.rules['link_open'] = (tokens, index, options, env, self) => {
  const token = tokens[index]
  const href = String(token?.attrGet('href') ?? '')
  const attachments = (env?.['attachments'] ?? {}) as Readonly<Record<string, AttachmentRef>> // as above
  const attachment = Object.hasOwn(attachments, href) ? attachments[href] : undefined
  if (attachment !== undefined) token?.attrSet('href', `/attachments/${attachment.hash}/${href.slice('files/'.length)}`)
  return self.renderToken(tokens, index, options)
}

/** A picture that the house keeps, as texts of questions name it: `![alt](/media/<hash> "640x400")`. */
const STORED = /^\/media\/[0-9a-f]{64}$/

const stored = makeMarkdown()
stored.validateLink = (href) => isSafeLink(href) || STORED.test(href)
stored.renderer.rules['image'] = (tokens, index) => {
  const token = tokens[index]
  const alt = stored.utils.escapeHtml(token?.content ?? '')
  const src = String(token?.attrGet('src') ?? '')
  if (!STORED.test(src)) return alt
  const [, width, height] = /^(\d{1,5})x(\d{1,5})$/.exec(String(token?.attrGet('title') ?? '')) ?? []
  return `<img src="${src}" alt="${alt}"${width === undefined || height === undefined ? '' : ` width="${width}" height="${height}"`} loading="lazy">`
}

function makeMarkdown () {
  const made = new MarkdownIt({ html: false, linkify: false, typographer: false })
  made.core.ruler.push('muster', ({ tokens, env, Token }) => { decorate(tokens, typeof env?.idPrefix === 'string' ? env.idPrefix : '', Token) })
  made.renderer.rules['table_open'] = (tokens, index) => {
    const label = made.utils.escapeHtml(String(tokens[index]?.meta?.label))
    return `<div class="scroll" role="region" tabindex="0" aria-label="${label}"><table>\n`
  }
  made.renderer.rules['table_close'] = () => '</table></div>\n'
  return made
}

/** The address of an attachment inside the programme. */
const ATTACHED = /^\/attachments\/[0-9a-f]{64}\/[a-z0-9.-]+$/

const SANITISED: sanitizeHtml.IOptions = {
  allowedTags: [
    'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'p', 'br', 'hr', 'ul', 'ol', 'li', 'blockquote', 'pre', 'code', 'em', 'strong', 's',
    'a', 'span', 'div', 'img', 'table', 'thead', 'tbody', 'tr', 'th', 'td'
  ],
  allowedAttributes: {
    a: ['href', 'rel', 'class'],
    img: ['src', 'alt', 'width', 'height', 'loading'],
    ol: ['start'],
    th: ['scope', 'class'],
    td: ['class'],
    div: ['class', 'role', 'tabindex', 'aria-label'],
    ...Object.fromEntries(['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((tag) => [tag, ['id']]))
  },
  allowedClasses: { th: ['n'], td: ['n'], div: ['scroll'], a: ['video', 'attachment'], span: ['video-host'] },
  allowedSchemes: ['http', 'https', 'mailto'],
  allowProtocolRelative: false,
  exclusiveFilter: ({ tag, attribs }) => tag === 'img' && !STORED.test(attribs['src'] ?? ''),
  transformTags: {
    a: (tagName, { href = '', class: name }) => {
      if (ATTACHED.test(href)) return { tagName, attribs: { href, class: 'attachment' } }
      return isSafeLink(href)
        ? { tagName, attribs: { href, rel: 'noopener noreferrer', ...name === 'video' && { class: name } } }
        : { tagName: 'span', attribs: {} }
    }
  }
}

const INLINE = [
  'br', 'img', 'code', 'em', 'strong', 's', 'b', 'i', 'u', 'sub', 'sup', 'small', 'mark', 'q', 'cite', 'abbr', 'kbd', 'samp', 'var', 'del', 'ins', 'a', 'span', 'bdi', 'bdo',
  'ruby', 'rt', 'rp', 'rb', 'math', 'mrow', 'mi', 'mn', 'mo', 'ms', 'mtext', 'mspace', 'mfrac', 'msqrt', 'mroot', 'msub', 'msup', 'msubsup', 'munder', 'mover', 'munderover',
  'mtable', 'mtr', 'mtd', 'mstyle', 'mpadded', 'mphantom', 'menclose', 'mmultiscripts', 'mprescripts', 'semantics'
]

const IMPORTED: sanitizeHtml.IOptions = {
  ...SANITISED,
  allowedTags: [...INLINE, 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'p', 'hr', 'ul', 'ol', 'li', 'dl', 'dt', 'dd', 'blockquote', 'pre', 'div', 'table', 'caption', 'thead', 'tbody', 'tfoot', 'tr', 'th', 'td'],
  allowedAttributes: {
    a: ['href', 'rel'], img: ['src', 'alt', 'width', 'height', 'loading'], ol: ['start'], th: ['scope', 'colspan', 'rowspan'], td: ['colspan', 'rowspan'], abbr: ['title'],
    ...Object.fromEntries(['p', 'span', 'div', 'td', 'th', 'li', 'bdo', 'bdi'].map((tag) => [tag, ['dir', 'lang', ...tag === 'td' ? ['colspan', 'rowspan'] : tag === 'th' ? ['scope', 'colspan', 'rowspan'] : []]]))
  },
  allowedClasses: {}
}
const KEPT = new Set(IMPORTED.allowedTags as string[])

type TokenMaker = new (type: string, tag: string, nesting: -1 | 0 | 1) => Token

/** Ids for headings, names for tables, classes in place of the inline styles that the content security policy refuses. */
function decorate (tokens: readonly Token[], idPrefix: string, make: TokenMaker): void {
  const taken = new Set<string>()
  let heading = ''
  let tables = 0
  for (const [index, token] of tokens.entries()) {
    if (token.type === 'heading_open') {
      heading = wordsOf(tokens[index + 1])
      token.attrSet('id', freshId(idPrefix + slugOf(heading), taken))
    } else if (token.type === 'paragraph_open') {
      decorateVideo(tokens[index + 1], make)
    } else if (token.type === 'table_open') {
      tables++
      const end = tokens.findIndex(({ type }, at) => at > index && type === 'thead_close')
      const head = tokens.slice(index, end).filter(({ type }) => type === 'inline').map(wordsOf)
      const label = [heading, ...head].filter((part) => part !== '').join(' · ')
      // A table without a single word still needs a name; a number is one in every language.
      token.meta = { label: label === '' ? String(tables) : label }
    } else if (token.type === 'th_open' || token.type === 'td_open') {
      const isRight = token.attrGet('style') === 'text-align:right'
      token.attrs = token.type === 'th_open' ? [['scope', 'col']] : []
      if (isRight) token.attrPush(['class', 'n'])
    }
  }
}

/** A paragraph that is nothing but a link called a video: a card that names where it leads. Nothing of that place is loaded. */
function decorateVideo (inline: Token | undefined, make: TokenMaker): void {
  const children = inline?.children ?? []
  const first = children[0]
  const host = URL.parse(String(first?.attrGet('href') ?? ''))?.host ?? ''
  const isAlone = children.findIndex(({ type }) => type === 'link_close') === children.length - 1
  if (first?.type !== 'link_open' || first.attrGet('title') !== 'video' || host === '' || !isAlone) return
  first.attrSet('class', 'video')
  const said = new make('text', '', 0)
  const open = new make('span_open', 'span', 1)
  const close = new make('span_close', 'span', -1)
  open.attrSet('class', 'video-host')
  said.content = host
  children.splice(-1, 0, open, said, close)
}

/** The words of an inline token. */
function wordsOf (token: Token | undefined): string {
  return (token?.children ?? []).map(({ type, content }) => {
    if (type === 'softbreak' || type === 'hardbreak') return ' '
    return type === 'text' || type === 'code_inline' ? content : ''
  }).join('').trim()
}

// Letters and figures of any script: an Arabic heading has an Arabic id.
function slugOf (heading: string): string {
  const slug = heading.normalize('NFKC').toLowerCase().replace(/[^\p{L}\p{M}\p{N}]+/gu, '-').replace(/^-|-$/g, '')
  return slug === '' ? '1' : [...slug].slice(0, 60).join('')
}

function freshId (wanted: string, taken: Set<string>): string {
  let id = wanted
  for (let number = 2; taken.has(id); number++) id = `${wanted}-${number}`
  taken.add(id)
  return id
}
