import MarkdownIt, { type Token } from 'markdown-it'
import sanitizeHtml from 'sanitize-html'
import type { PictureRef } from './picture.ts'
import { makeRecent } from './recent.ts'

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
 * @param pictures of the course, by the paths that its texts call them by; when left out, a picture is a link or text */
export function renderMarkdown (text: string, idPrefix = 'part-', pictures?: Readonly<Record<string, PictureRef>>): string {
  return sanitizeHtml((pictures === undefined ? markdown : illustrated).render(text, { idPrefix, pictures }), SANITISED)
}

/** The same for one line: emphasis, code and links, no blocks. */
export function renderInline (text: string): string {
  return sanitizeHtml(markdown.renderInline(text), SANITISED)
}

/** HTML that was imported, made safe: structure, tables, formulas, links and stored pictures, nothing else that loads, runs or styles. */
export function cleanHtml (html: string): string {
  return sanitizeHtml(html, IMPORTED)
}

/** What `cleanHtml` takes away that a reader would miss: [] where it is form alone. */
export function lostInCleaning (html: string): string[] {
  const tags = new Set([...html.matchAll(/<([a-z][a-z0-9:]*)/gi)].map((found) => found[1]!.toLowerCase()))
  const isForeign = [...html.matchAll(/<img\b[^>]*>/gi)].some(([tag]) => !/\ssrc=["']?\/media\/[0-9a-f]{64}["'\s>]/i.test(tag))
  return [...tags].filter((tag) => tag === 'img' ? isForeign : !KEPT.has(tag) && tag !== 'font').sort()
}

/** A text of a question in what it is written in. @param inline without blocks: for a label, or a line */
export function renderText (text: string, markup: 'markdown' | 'html' | undefined, inline: boolean, idPrefix?: string): string {
  if (markup !== 'html') return inline ? renderInline(text) : renderMarkdown(text, idPrefix)
  return inline ? sanitizeHtml(text, { ...IMPORTED, allowedTags: [...INLINE, 'img'] }) : cleanHtml(text)
}

/** The same for a text of a question, rendered once: a published text is asked for by every trainee, and never changes under its own words. */
export function renderTextOnce (text: string, markup: 'markdown' | 'html' | undefined, inline: boolean): string {
  const name = `${markup === 'html' ? 'html' : 'markdown'} ${inline ? 'inline' : 'block'} ${text}`
  return texts.get(name) ?? texts.keep(name, renderText(text, markup, inline))
}

const texts = makeRecent<string>(KEPT_TEXTS)

/** What a reader of Markdown reads: its words without marks and addresses, a block a line. */
export function readableText (text: string): string {
  return markdown.parse(text, {}).flatMap((token) => {
    if (token.type === 'inline') return [wordsOf(token)]
    return token.type === 'fence' || token.type === 'code_block' ? [token.content] : []
  }).join('\n')
}

const PICTURE = /^images\/[a-z0-9.-]+$/

const markdown = makeMarkdown()
markdown.validateLink = isSafeLink
markdown.disable('image')

const illustrated = makeMarkdown()
// What is no picture after all is taken out of links by the allow-list.
illustrated.validateLink = (href) => isSafeLink(href) || PICTURE.test(href)
illustrated.renderer.rules['image'] = (tokens, index, _options, env) => {
  const token = tokens[index]
  const alt = illustrated.utils.escapeHtml(token?.content ?? '')
  const src = String(token?.attrGet('src') ?? '')
  const pictures = (env?.['pictures'] ?? {}) as Readonly<Record<string, PictureRef>> // `renderMarkdown` alone gives it
  const picture = Object.hasOwn(pictures, src) ? pictures[src] : undefined
  return picture === undefined ? alt : `<img src="/media/${picture.hash}" alt="${alt}" width="${picture.width}" height="${picture.height}" loading="lazy">`
}

function makeMarkdown () {
  const made = new MarkdownIt({ html: false, linkify: false, typographer: false })
  made.core.ruler.push('muster', ({ tokens, env }) => { decorate(tokens, typeof env?.idPrefix === 'string' ? env.idPrefix : '') })
  made.renderer.rules['table_open'] = (tokens, index) => {
    const label = made.utils.escapeHtml(String(tokens[index]?.meta?.label))
    return `<div class="scroll" role="region" tabindex="0" aria-label="${label}"><table>\n`
  }
  made.renderer.rules['table_close'] = () => '</table></div>\n'
  return made
}

const SANITISED: sanitizeHtml.IOptions = {
  allowedTags: [
    'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'p', 'br', 'hr', 'ul', 'ol', 'li', 'blockquote', 'pre', 'code', 'em', 'strong', 's',
    'a', 'span', 'div', 'img', 'table', 'thead', 'tbody', 'tr', 'th', 'td'
  ],
  allowedAttributes: {
    a: ['href', 'rel'],
    img: ['src', 'alt', 'width', 'height', 'loading'],
    ol: ['start'],
    th: ['scope', 'class'],
    td: ['class'],
    div: ['class', 'role', 'tabindex', 'aria-label'],
    ...Object.fromEntries(['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((tag) => [tag, ['id']]))
  },
  allowedClasses: { th: ['n'], td: ['n'], div: ['scroll'] },
  allowedSchemes: ['http', 'https', 'mailto'],
  allowProtocolRelative: false,
  exclusiveFilter: ({ tag, attribs }) => tag === 'img' && !/^\/media\/[0-9a-f]{64}$/.test(attribs['src'] ?? ''),
  transformTags: {
    a: (tagName, { href = '' }) => isSafeLink(href)
      ? { tagName, attribs: { href, rel: 'noopener noreferrer' } }
      : { tagName: 'span', attribs: {} }
  }
}

const INLINE = [
  'br', 'code', 'em', 'strong', 's', 'b', 'i', 'u', 'sub', 'sup', 'small', 'mark', 'q', 'cite', 'abbr', 'kbd', 'samp', 'var', 'del', 'ins', 'a', 'span', 'bdi', 'bdo',
  'ruby', 'rt', 'rp', 'rb', 'math', 'mrow', 'mi', 'mn', 'mo', 'ms', 'mtext', 'mspace', 'mfrac', 'msqrt', 'mroot', 'msub', 'msup', 'msubsup', 'munder', 'mover', 'munderover',
  'mtable', 'mtr', 'mtd', 'mstyle', 'mpadded', 'mphantom', 'menclose', 'mmultiscripts', 'mprescripts', 'semantics'
]

const IMPORTED: sanitizeHtml.IOptions = {
  ...SANITISED,
  allowedTags: [...INLINE, 'img', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'p', 'hr', 'ul', 'ol', 'li', 'dl', 'dt', 'dd', 'blockquote', 'pre', 'div', 'table', 'caption', 'thead', 'tbody', 'tfoot', 'tr', 'th', 'td'],
  allowedAttributes: {
    a: ['href', 'rel'], img: ['src', 'alt', 'width', 'height'], ol: ['start'], th: ['scope', 'colspan', 'rowspan'], td: ['colspan', 'rowspan'], abbr: ['title'],
    ...Object.fromEntries(['p', 'span', 'div', 'td', 'th', 'li', 'bdo', 'bdi'].map((tag) => [tag, ['dir', 'lang', ...tag === 'td' ? ['colspan', 'rowspan'] : tag === 'th' ? ['scope', 'colspan', 'rowspan'] : []]]))
  },
  allowedClasses: {}
}
const KEPT = new Set(IMPORTED.allowedTags as string[])

/** Ids for headings, names for tables, classes in place of the inline styles that the content security policy refuses. */
function decorate (tokens: readonly Token[], idPrefix: string): void {
  const taken = new Set<string>()
  let heading = ''
  let tables = 0
  for (const [index, token] of tokens.entries()) {
    if (token.type === 'heading_open') {
      heading = wordsOf(tokens[index + 1])
      token.attrSet('id', freshId(idPrefix + slugOf(heading), taken))
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
