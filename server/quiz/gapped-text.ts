import Type, { type Static } from 'typebox'
import { repeatedKeys, type Problem } from './problem.ts'
import { text, type Text } from './text.ts'

/** Markdown in which `{{key}}` stands for the gap of that key. */
export const gappedText = Type.Unsafe<Text>({ ...text, description: 'Markdown with each gap as {{its key}}; a map of languages has all gaps in each' })

/** What was put into gaps, by their keys: typed text, or the key of a choice; '' for a gap left alone. */
export const gapsAnswer = Type.Object({
  gaps: Type.Record(Type.String({ maxLength: 64 }), Type.String({ maxLength: 500 }), { maxProperties: 200 })
}, { additionalProperties: false })

export type GapsAnswer = Static<typeof gapsAnswer>

interface Gap { readonly key: string }

const MARK = /\{\{([^{}]*)\}\}/g

/** A wording cut at its gaps: texts and gap keys by turns, beginning and ending with a text.
 * @example
 * piecesOf('A {{who}} moves money.')   // ['A ', 'who', ' moves money.'] */
export function piecesOf (wording: string): readonly string[] {
  return wording.split(MARK)
}

/** The keys of the gaps of a wording, in their order. */
export function gapKeys (wording: string): string[] {
  return piecesOf(wording).filter((_, index) => index % 2 === 1)
}

/** Holds a text against its gaps: each stands once in every language, and every mark is that of a gap. */
export function gapProblems (text: Text, gaps: readonly Gap[]): Problem[] {
  const known = new Set(gaps.map(gap => gap.key))
  const wordings = typeof text === 'string' ? [['text', text] as const] : Object.entries(text).map(([language, wording]) => [`text/${language}`, wording] as const)
  return [...repeatedKeys(gaps, 'gaps'), ...wordings.flatMap(([path, wording]) => {
    const marked = gapKeys(wording)
    const found = new Set(marked)
    return [
      ...marked.filter(key => !known.has(key)).map(key => ({ path, message: `there is no gap '${key}' for {{${key}}}` })),
      ...marked.filter((key, index) => known.has(key) && marked.indexOf(key) < index).map(key => ({ path, message: `{{${key}}} stands in it twice` })),
      ...[...known].filter(key => !found.has(key)).map(key => ({ path, message: `{{${key}}} is missing: the gap has no place` }))
    ]
  })]
}

/** What was filled in, without the gaps left alone. */
export function filledGaps ({ gaps }: GapsAnswer): ReadonlyMap<string, string> {
  return new Map(Object.entries(gaps).filter(([, filled]) => filled.trim() !== ''))
}

/** What was filled in, gap by gap with its number as listed in the definition: `1. mule; 3. 72`. */
export function gapsSummary (gaps: readonly Gap[], answer: GapsAnswer, wordsFor: (key: string, filled: string) => string): string {
  const filled = filledGaps(answer)
  return gaps.flatMap(({ key }, index) => {
    const own = filled.get(key)
    return own === undefined ? [] : [`${index + 1}. ${wordsFor(key, own)}`]
  }).join('; ')
}
