/** How typed text is compared with what authors accept. */
export interface Comparison {
  readonly caseSensitive: boolean
  /** whether combining marks of Latin, Greek, Cyrillic, Arabic and Hebrew writing are left out: é is e, أ is ا */
  readonly ignoreAccents: boolean
}

const PLAIN = /^[ -~]*$/
const INVISIBLE = /[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g
// Not \p{M}: the vowel signs of Indic and Burmese writing are marks too, and are no accents. With the Arabic tatweel.
const ACCENTS = /[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff]/g

/** Text as it is compared: compatibility forms made one (NFKC), invisible marks dropped, runs of space folded into one. */
export function comparable (text: string, { caseSensitive, ignoreAccents }: Comparison): string {
  // What most is, of which nothing has another form.
  if (PLAIN.test(text) && !text.includes('  ')) return caseSensitive ? text : text.toLowerCase()
  const visible = text.normalize('NFKC').replace(INVISIBLE, '').replace(/\s+/g, ' ')
  const bare = ignoreAccents ? visible.normalize('NFKD').replace(ACCENTS, '').normalize('NFKC') : visible
  // Upper case first: ß and SS, σ and ς meet there.
  return caseSensitive ? bare : bare.toUpperCase().toLowerCase().replaceAll('ς', 'σ').normalize('NFKC')
}

/** Whether the whole text matches a pattern in which `*` stands for any run of characters and `\*` for an asterisk.
 * No regular expression is built from input: the parts between asterisks are sought from left to right, each as early
 * as possible, so that no text makes it slow. */
export function matches (text: string, pattern: string, comparison: Comparison): boolean {
  const typed = comparable(text, comparison).trim()
  const [head = '', ...rest] = partsOf(pattern).map(part => comparable(part, comparison))
  const first = head.trimStart()
  const tail = rest.pop()
  if (tail === undefined) return typed === first.trimEnd()
  const last = tail.trimEnd()
  if (!typed.startsWith(first) || !typed.endsWith(last)) return false
  const end = typed.length - last.length
  let from = first.length
  for (const part of rest) {
    const found = typed.indexOf(part, from)
    if (found === -1) return false
    from = found + part.length
  }
  return from <= end
}

/** A text for a pattern, with something in place of each wildcard. */
export function fill (pattern: string, inPlace: string): string {
  return partsOf(pattern).join(inPlace).trim()
}

/** The literal parts between wildcards; one part when there is none. */
function partsOf (pattern: string): string[] {
  return pattern.split(/(?<!\\)\*/).map(part => part.replaceAll('\\*', '*'))
}
