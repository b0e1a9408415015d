import { readableText } from './markdown.ts'

/** Officers who read in a second language, with care. */
const WORDS_PER_MINUTE = 180

/** Languages written without spaces between words: Chinese, Japanese, Thai, Lao, Khmer, Burmese, Tibetan. */
const UNSPACED = new Set(['zh', 'ja', 'th', 'lo', 'km', 'my', 'bo'])

/** How long a lesson takes to read, in whole minutes, rounded up; at least 1. */
export function minutesOf (markdown: string, language: string): number {
  return Math.max(1, Math.ceil(countWords(readableText(markdown), language) / WORDS_PER_MINUTE))
}

/** @param language BCP 47; decides how words are told apart */
export function countWords (text: string, language: string): number {
  if (!UNSPACED.has(language.replace(/-.*$/, ''))) return text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length
  return [...new Intl.Segmenter(language, { granularity: 'word' }).segment(text)].filter(({ isWordLike }) => isWordLike).length
}
