import { existsSync, readFileSync } from 'node:fs'

/** Says in a language what the engine and the readers of files say in English: a sentence that is not known stays as it is. */
export type Sentence = (english: string) => string

/** One sentence with places for what differs, as `must be {least} or more`. */
interface Pattern {
  /** what goes before what: the more words, the more it says */
  readonly weight: number
  readonly longest: string
  /** names between quotation marks hold none themselves; where nothing else fits, they may */
  readonly strict: RegExp
  readonly loose: RegExp
  readonly holes: readonly Hole[]
  readonly parts: readonly string[]
  readonly order: readonly string[]
}

/** What stands in a place: as it is written, a sentence of its own (`{why+}`), or a list of them (`{what|}`). */
interface Hole { readonly name: string, readonly holds: 'text' | 'sentence' | 'list' }

/** How often it may yet be looked. */
interface Steps { left: number }

const HOLE = /\{([a-z]+)([+|]?)\}/g
/** Of a definition or a file: never a sentence. */
const PATH = '([\\w./+-]+)'
const NUMBER = /^[\d.]*$/
const HOLDS = { '': 'text', '+': 'sentence', '|': 'list' } as const
/** Sentences stand inside sentences, and names that files give may look like them for ever: what takes longer is said in English. */
const MOST_STEPS = 100
const LONGEST = 400
/** First strong isolate … pop: a name or a piece of code keeps its own order inside of a line of the other direction. */
const [OPEN, CLOSE] = ['\u2068', '\u2069']
/** Left-to-right isolate: what is to be typed is never turned round, neither its order nor its brackets. */
const CODE = '\u2066'

/** What one language knows of them. */
export interface Sentences {
  readonly say: Sentence
  /** whether all of a sentence is known, and all that stands inside of it */
  readonly knows: (english: string) => boolean
}

/** Reads how one language says them; every sentence as it is where the language has no such file.
 * @throws Error when a translation has a place that its sentence lacks */
export function loadSentences (file: string): Sentences {
  return sentencesOf(existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, string>> : {})
}

/** @param table the English sentence → the same in the language: in the English one `{name}` is anything, `{why+}` another sentence
 * that is known, `{what|}` several joined by `or` or commas. And the joints: ` or `, `, ` and `; ` */
export function sentencesOf (table: Readonly<Record<string, string>>): Sentences {
  const entries = Object.entries(table).map(([english, said]) => [english, said.replace(/`[^`]+`/g, `${CODE}$&${CLOSE}`)] as const)
  const fixed = new Map(entries.filter(([english]) => english.search(HOLE) === -1))
  const patterns = entries.filter(([english]) => !fixed.has(english)).map(([english, said]) => patternOf(english, said)).sort((a, b) => b.weight - a.weight)
  const [or, comma, semicolon] = [' or ', ', ', '; '].map((joint) => table[joint] ?? joint) as [string, string, string]

  /** undefined for what is not known. @param whole whether all that stands inside has to be known too */
  function known (text: string, whole: boolean, steps: Steps): string | undefined {
    const same = fixed.get(text)
    if (same !== undefined) return same
    if (NUMBER.test(text)) return text
    if (steps.left-- <= 0 || text.length > LONGEST) return undefined
    const possible = patterns.filter(({ longest }) => text.includes(longest))
    for (const by of ['strict', 'loose'] as const) {
      for (const pattern of possible) {
        const said = filled(pattern, pattern[by].exec(text), whole, steps)
        if (said !== undefined) return said
      }
    }
    for (let at = text.indexOf('; '); at !== -1; at = text.indexOf('; ', at + 1)) {
      const first = known(text.slice(0, at), whole, steps)
      const rest = first === undefined ? undefined : known(text.slice(at + 2), whole, steps)
      if (first !== undefined && rest !== undefined) return first + semicolon + rest
    }
    return undefined
  }

  function filled (pattern: Pattern, found: RegExpExecArray | null, whole: boolean, steps: Steps): string | undefined {
    if (found === null) return undefined
    const values = new Map<string, string>()
    for (const [index, { name, holds }] of pattern.holes.entries()) {
      const text = found[index + 1] ?? ''
      const said = holds === 'text' ? asIs(text) : holds === 'list' ? listed(text, steps) : known(text, whole, steps)
      if (said === undefined && whole) return undefined
      values.set(name, said ?? asIs(text))
    }
    return pattern.parts.map((part, index) => part + (values.get(pattern.order[index] ?? '') ?? '')).join('')
  }

  function listed (text: string, steps: Steps): string {
    const said = text.split(/ or |, /).map((item) => known(item, true, steps) ?? asIs(item))
    return said.join(text.includes(' or ') ? or : comma)
  }

  return {
    // Better a frame of the language with what is not known inside of it than nothing.
    say: (english) => known(english, true, { left: MOST_STEPS }) ?? known(english, false, { left: MOST_STEPS }) ?? english,
    knows: (english) => known(english, true, { left: MOST_STEPS }) !== undefined
  }
}

function patternOf (english: string, said: string): Pattern {
  const holes: Hole[] = []
  const literals: string[] = []
  let [strict, loose, from] = ['', '', 0]
  for (const found of english.matchAll(HOLE)) {
    const [whole, name = '', holds = ''] = found
    const literal = english.slice(from, found.index)
    const kind = HOLDS[holds as keyof typeof HOLDS]
    literals.push(literal)
    strict += escaped(literal) + (name === 'path' ? PATH : kind === 'text' ? "([^'`]*?)" : '([^]+?)')
    loose += escaped(literal) + (name === 'path' ? PATH : '([^]*?)')
    holes.push({ name, holds: kind })
    from = found.index + whole.length
  }
  const last = english.slice(from)
  literals.push(last)
  const pieces = said.split(HOLE).filter((_, index) => index % 3 !== 2)
  const order = pieces.filter((_, index) => index % 2 === 1)
  const odd = order.find((name) => !holes.some((hole) => hole.name === name))
  if (odd !== undefined) throw new Error(`'${english}' has no {${odd}}`)
  return {
    weight: literals.join('').length,
    longest: literals.reduce((longest, literal) => literal.length > longest.length ? literal : longest, ''),
    strict: new RegExp(`^${strict}${escaped(last)}$`, 'u'),
    loose: new RegExp(`^${loose}${escaped(last)}$`, 'u'),
    holes,
    parts: pieces.filter((_, index) => index % 2 === 0),
    order
  }
}

function escaped (literal: string): string {
  return literal.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}

function asIs (text: string): string {
  return NUMBER.test(text) ? text : OPEN + text + CLOSE
}
