import { inLatin, skeleton } from './name-key.ts'

/** The words of a text, each once, as they are kept and looked for: small Latin letters without accents, whatever its script.
 * @example wordsOf('Орлова, Юлия') // ['orlova', 'iuliia'] */
export function wordsOf (text: string): string[] {
  return [...new Set(inLatin(text).split(/[^\p{L}\p{N}]+/u).filter((word) => word !== ''))]
}

/** Words as one text, each between two spaces; '' for none. */
export function wordLine (...texts: ReadonlyArray<string | null>): string {
  const words = [...new Set(texts.flatMap((text) => text === null ? [] : wordsOf(text)))]
  return words.length === 0 ? '' : ` ${words.join(' ')} `
}

/** Tells whether a line of words (`wordLine`) has every word that was typed, in whatever order, or words that hold it.
 * @param nearly whether words that sound alike, or differ in a letter, will do as well */
export function lineHas (typed: string, nearly: boolean): (line: string) => boolean {
  const asked = wordsOf(typed)
  if (!nearly) return (line) => asked.every((word) => line.includes(word))
  const likely = asked.map((word) => ({ word, heard: heardAs(word, asked), typo: typosOf(word).length === 0 ? null : new RegExp(` (${typosOf(word).join('|').replaceAll('_', '.')}) `, 'u') }))
  return (line) => likely.every(({ word, heard, typo }) => line.includes(word) || typo?.test(line) === true || (heard !== null && line.split(' ').some((other) => other !== '' && skeleton(other) === heard)))
}

/** The consonants of one of the words that were typed, where they tell it from others: three, or fewer beside another word. */
export function heardAs (word: string, words: readonly string[]): string | null {
  const heard = skeleton(word)
  return /^\p{L}+$/u.test(heard) && (heard.length > 2 || words.length > 1) ? heard : null
}

const LEAST_FOR_TYPO = 4

/** What may have been meant by a word with one letter wrong, left out, put in, or changed with its neighbour; `_` is any letter.
 * Nothing for a word of less than four letters: that would be anything. */
export function typosOf (word: string): string[] {
  const letters = [...word]
  if (letters.length < LEAST_FOR_TYPO) return []
  const between = (at: number, put: string, skip: number): string => [...letters.slice(0, at), put, ...letters.slice(at + skip)].join('')
  return [...new Set([
    ...letters.map((_, at) => between(at, '_', 1)),
    ...letters.map((_, at) => between(at, '', 1)),
    ...[...letters, ''].map((_, at) => between(at, '_', 0)),
    ...letters.slice(1).map((letter, at) => between(at, `${letter}${letters[at] ?? ''}`, 2))
  ])]
}
