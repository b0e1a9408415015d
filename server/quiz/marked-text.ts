/** A word of a text in which errors are to be found. */
export interface Token {
  /** t1, t2, … through the whole text */
  readonly key: string
  readonly text: string
  /** what stands between it and the next: a space, a line or paragraph break, or nothing */
  readonly after: string
}

/** An error and its words. */
export interface MarkedError {
  readonly wrong: string
  /** '' when the author gives none: it is to be left out */
  readonly correction: string
  /** keys of the tokens it touches */
  readonly tokens: readonly string[]
  /** where the wrong part stands in the plain text */
  readonly start: number
  readonly end: number
}

export interface MarkedText {
  /** the text without its marks */
  readonly plain: string
  readonly tokens: readonly Token[]
  readonly errors: readonly MarkedError[]
}

const ERROR = /\[\[([^[\]|]*)(?:\|([^[\]|]*))?\]\]/g

// Written without spaces between words and without marks for them: each character is a word. Languages such as Burmese, Khmer
// and Thai, which mark word boundaries by a zero-width space where they mark them, are cut there.
const TOKEN = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}][\p{P}\p{M}]*|[^\s\u200b\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]+/gu

/** Reads a text in which errors are written `[[wrong part|correction]]`. Marks are taken out before words are told apart, so
 * that no word looks different for being wrong; punctuation stays with its word.
 * @param from number of the first token
 * @example
 * readMarked('He [[go|goes]] home.')
 * // { tokens: [{ key: 't1', text: 'He', after: ' ' }, …], errors: [{ wrong: 'go', correction: 'goes', tokens: ['t2'] }] } */
export function readMarked (wording: string, from = 1): MarkedText {
  const spans: { wrong: string, correction: string, start: number, end: number }[] = []
  let plain = ''
  let read = 0
  for (const { 0: mark, 1: wrong = '', 2: correction = '', index } of wording.matchAll(ERROR)) {
    plain += wording.slice(read, index)
    spans.push({ wrong, correction, start: plain.length, end: plain.length + wrong.length })
    plain += wrong
    read = index + mark.length
  }
  plain += wording.slice(read)
  const found = [...plain.matchAll(TOKEN)].map(({ 0: text, index }) => ({ text, start: index, end: index + text.length }))
  const keyed = found.map((token, index) => ({ ...token, key: `t${from + index}` }))
  let next = 0
  return {
    plain,
    tokens: keyed.map(({ key, text, end }, index) => ({ key, text, after: plain.slice(end, found[index + 1]?.start ?? plain.length) })),
    // Both stand in the order of the text. Two errors may touch one token.
    errors: spans.map(({ wrong, correction, start, end }) => {
      while (next < keyed.length && keyed[next]!.end <= start) next++
      const tokens: string[] = []
      for (let at = next; at < keyed.length && keyed[at]!.start < end; at++) tokens.push(keyed[at]!.key)
      return { wrong, correction, tokens: start < end ? tokens : [], start, end }
    })
  }
}

/** Whether brackets are left over that belong to no error. */
export function hasStrayMarks (wording: string): boolean {
  return /\[\[|\]\]/.test(wording.replace(ERROR, ''))
}
