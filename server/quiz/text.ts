import Type, { type Static } from 'typebox'

/** A BCP 47 language tag as authors write it: `en`, `ar`, `zh-Hans`, `pt-BR`. */
export const LANGUAGE = '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$'

const words = { pattern: '\\S', maxLength: 20_000 }

/** What a trainee reads: one string (the course's first language), or a string a language. */
export const text = Type.Union([
  Type.String(words),
  Type.Record(Type.String({ pattern: LANGUAGE }), Type.String(words), { minProperties: 1, additionalProperties: false })
], { description: 'Text, or a map from language to text: { en: "…", ar: "…" }' })

export type Text = Static<typeof text>

/** The text in a language, or in the nearest one it exists in: the language itself, its base (`ar` for `ar-EG`), then the
 * same two for the first language, then whichever is written first. Never throws.
 * @example
 * textIn({ en: 'Mule account', ar: 'حساب وسيط' }, 'ar-EG')   // 'حساب وسيط'
 * textIn('Mule account', 'ar')                               // 'Mule account' */
export function textIn (text: Text, language: string, firstLanguage?: string): string {
  if (typeof text === 'string') return text
  for (const wanted of firstLanguage === undefined ? [language] : [language, firstLanguage]) {
    const found = own(text, wanted) ?? own(text, wanted.replace(/-.*$/, ''))
    if (found !== undefined) return found
  }
  return Object.values(text)[0] ?? ''
}

/** Whether a text exists in a language, or in its base (`ar` for `ar-EG`).
 * @param firstLanguage what a plain string is written in */
export function isWrittenIn (text: Text, language: string, firstLanguage?: string): boolean {
  const tags = typeof text === 'string' ? [firstLanguage] : Object.keys(text)
  return tags.includes(language) || tags.includes(language.replace(/-.*$/, ''))
}

/** Every wording of a text, in the order written. */
export function textsOf (text: Text): readonly string[] {
  return typeof text === 'string' ? [text] : Object.values(text)
}

// A tag such as `constructor` must not find what every object inherits.
function own (text: Readonly<Record<string, string>>, language: string): string | undefined {
  return Object.hasOwn(text, language) ? text[language] : undefined
}

/** A text with each of its wordings changed. */
export function mapText (text: Text, change: (wording: string) => string): Text {
  return typeof text === 'string'
    ? change(text)
    : Object.fromEntries(Object.entries(text).map(([language, wording]) => [language, change(wording)]))
}
