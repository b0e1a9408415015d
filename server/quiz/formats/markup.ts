import type { Markup } from '../question.ts'

/** How a text of a file is written. moodle: Moodle's auto-format, HTML whose line breaks count. */
export type WordingFormat = 'plain' | 'moodle' | 'html' | 'markdown'

export interface Wording { readonly text: string, readonly format: WordingFormat }

/** Puts the texts of a question, each in a format of its own, into the one markup of the whole, so that none changes its
 * meaning: Markdown when each is Markdown or plain, else HTML.
 * @returns the markup, and what turns a wording into it; `lossy` tells that Markdown among HTML stays as typed */
export function settle (wordings: readonly Wording[]): { readonly markup: Markup, readonly lossy: boolean, readonly write: (wording: Wording) => string } {
  const filled = wordings.filter(({ text }) => text.trim() !== '')
  const markup = filled.every(wording => wording.format === 'markdown' || isPlain(wording)) ? 'markdown' : 'html'
  const lossy = markup === 'html' && filled.some(({ text, format }) => format === 'markdown' && htmlOfPlain(text) !== text)
  return { markup, lossy, write: markup === 'markdown' ? toMarkdown : toHtml }
}

/** The `markup` field of a definition: left out where it is Markdown. */
export function markupField (markup: Markup): { markup?: 'html' } {
  return markup === 'html' ? { markup } : {}
}

function isPlain ({ text, format }: Wording): boolean {
  return format === 'plain' || (format === 'moodle' && !/[<&]/.test(text))
}

function toMarkdown ({ text, format }: Wording): string {
  return format === 'markdown' ? text.trim() : markdownOfPlain(text)
}

function toHtml ({ text, format }: Wording): string {
  switch (format) {
    case 'html': return text.trim()
    case 'moodle': return text.trim().replaceAll('\n', '<br />\n')
    case 'plain':
    case 'markdown': return htmlOfPlain(text)
  }
}

/** Markdown that reads as this plain text. Line breaks are kept. */
export function markdownOfPlain (text: string): string {
  return text.trim().split('\n').map(line => escapedLine(line.trim())).join('\\\n')
}

function escapedLine (line: string): string {
  const isRule = /^[_\s]+$/.test(line)
  return line
    .replace(/[\\`*[\]<~|{}]/g, '\\$&')
    .replace(/&(?=#?[a-z0-9]{1,31};)/gi, '\\&')
    // Underscores inside a word, or standing by themselves, mark nothing.
    .replace(/_+/g, (run, at: number, whole: string) => {
      const [before = ' ', after = ' '] = [whole[at - 1], whole[at + run.length]]
      const isAlone = !isRule && /\s/.test(before) && /\s/.test(after)
      return isAlone || (/[\p{L}\p{N}]/u.test(before) && /[\p{L}\p{N}]/u.test(after)) ? run : run.replaceAll('_', '\\_')
    })
    .replace(/^(?:#{1,6}(?=\s|$)|>|[-+](?=\s|$|-|\+)|=+$)/, '\\$&')
    .replace(/^(\d{1,9})([.)])(?=\s|$)/, '$1\\$2')
}

/** The words of Markdown, where it is nothing but words.
 * @returns lossy when it has marks that plain text cannot say */
export function plainOfMarkdown (markdown: string): { readonly text: string, readonly lossy: boolean } {
  const text = markdown.trim().replace(/\\\n/g, '\n').replace(/\\([!-/:-@[-`{-~])/g, '$1')
  return { text, lossy: markdownOfPlain(text) !== markdown.trim() }
}

/** HTML that reads as this plain text. */
export function htmlOfPlain (text: string): string {
  return text.trim().replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\n', '<br />\n')
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' }

/** The words of HTML.
 * @returns lossy when it has tags that plain text cannot say */
export function plainOfHtml (html: string): { readonly text: string, readonly lossy: boolean } {
  const text = html
    .replace(/<br\s*\/?>\n?|<\/(?:p|div|li|h[1-6]|tr)>/gi, '\n')
    .replace(/<[a-zA-Z/!][^<>]*>/g, '')
    .replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,8}));/gi, (whole, decimal: string | undefined, hex: string | undefined, name: string | undefined) => {
      if (name !== undefined) return NAMED[name] ?? whole
      const code = decimal === undefined ? Number.parseInt(hex!, 16) : Number(decimal)
      return code > 0x10ffff ? whole : String.fromCodePoint(code)
    })
    .trim()
  return { text, lossy: htmlOfPlain(text) !== html.trim() && `<p>${htmlOfPlain(text)}</p>` !== html.trim() }
}

/** The words of a text in a definition's markup. */
export function plainOf (text: string, markup: Markup = 'markdown'): { readonly text: string, readonly lossy: boolean } {
  return markup === 'html' ? plainOfHtml(text) : plainOfMarkdown(text)
}
