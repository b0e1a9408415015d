import { orProblem, SyntaxProblem } from './syntax.ts'
import { comparable, type Comparison } from './wildcard.ts'

/** A regular expression that matches in time linear in the text, whatever the expression: it is run as a set of states over
 * the text (Thompson, "Regular Expression Search Algorithm", 1968; the machine is the one of Cox, "Regular Expression Matching:
 * the Virtual Machine Approach", 2009), never by trying and going back. */
export interface Regex {
  readonly program: readonly Instruction[]
  /** makes a short text that it matches, as far as one is easily made; '' when there is none */
  readonly example: () => string
}

type Instruction =
  | { readonly op: 'character', readonly character: string }
  | { readonly op: 'set', readonly has: (character: string) => boolean }
  /** goes on in every place at once */
  | { readonly op: 'fork', readonly to: readonly number[] }
  | { readonly op: 'assert', readonly at: Assertion }
  | { readonly op: 'matched' }

type Assertion = 'start' | 'end' | 'boundary' | 'inside'

type Node =
  | { readonly type: 'character', readonly character: string }
  | { readonly type: 'set', readonly set: CharacterSet }
  | { readonly type: 'assert', readonly at: Assertion }
  | { readonly type: 'sequence', readonly nodes: readonly Node[] }
  | { readonly type: 'alternatives', readonly nodes: readonly Node[] }
  | { readonly type: 'repeat', readonly node: Node, readonly min: number, readonly max: number }

interface CharacterSet {
  readonly has: (character: string) => boolean
  readonly example: () => string
}

/** Instructions of one expression. With answers of 500 characters, a match takes at most half a million steps. */
const MAX_SIZE = 1000

/** Compiles an expression for text in its comparable form (`comparable`: NFKC, spaces folded into one, and accents and case by
 * the comparison); it is to match the whole of it.
 *
 * Known are characters, `.`, classes such as `[a-z]` and `[^0-9]`, `\d \w \s` and their opposites (of any script: `\d` is any
 * decimal digit), `\p{L}` and the like, `\b`, groups of any name, `|`, and `* + ? {2} {2,} {2,5}`, each also with a `?` after it.
 * `^` and `$` may be written and change nothing at the ends. Case is folded simply: a range such as `[A-Z]` takes either case.
 * @returns the expression, or why it is none, as a sentence with the position (from 1) in characters */
export function compileRegex (source: string, comparison: Comparison): Regex | { readonly problem: string } {
  return orProblem(() => {
    const node = parse([...source.normalize('NFC').replace(/ +/g, ' ')], comparison)
    if (sizeOf(node) >= MAX_SIZE) throw new SyntaxProblem('is too large; repeat fewer times, or use `*` or `+` in place of `{m,n}`')
    return { program: programOf(node), example: () => exampleOf(node) }
  })
}

/** Whether an expression matches the whole of a text.
 * @param text in the comparable form that the expression was compiled for, without space at its ends */
export function matchesWhole ({ program }: Regex, text: string): boolean {
  const seen = new Uint32Array(program.length)
  const characters = [...text]
  let round = 0
  let states: number[] = []

  function enter (start: number, at: number): void {
    const open = [start]
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (seen[next] === round) continue
      seen[next] = round
      const instruction = program[next] as Instruction
      if (instruction.op === 'fork') open.push(...instruction.to)
      else if (instruction.op !== 'assert') states.push(next)
      else if (holds(instruction.at, characters, at)) open.push(next + 1)
    }
  }

  round++
  enter(0, 0)
  for (const [at, character] of characters.entries()) {
    const from = states
    states = []
    round++
    for (const state of from) {
      const instruction = program[state] as Instruction
      if (takes(instruction, character)) enter(state + 1, at + 1)
    }
    if (states.length === 0) return false
  }
  return states.some(state => program[state]?.op === 'matched')
}

function takes (instruction: Instruction, character: string): boolean {
  return instruction.op === 'character' ? instruction.character === character : instruction.op === 'set' && instruction.has(character)
}

function holds (assertion: Assertion, characters: readonly string[], at: number): boolean {
  switch (assertion) {
    case 'start': return at === 0
    case 'end': return at === characters.length
    case 'boundary': return isWord(characters[at - 1]) !== isWord(characters[at])
    case 'inside': return isWord(characters[at - 1]) === isWord(characters[at])
  }
}

function isWord (character: string | undefined): boolean {
  return character !== undefined && WORD.test(character)
}

const DIGIT = /^\p{Nd}$/u
const WORD = /^[\p{L}\p{M}\p{N}\p{Pc}]$/u
const SPACE = /^\s$/u
const CLASSES: ReadonlyMap<string, RegExp> = new Map([['d', DIGIT], ['w', WORD], ['s', SPACE]])
/** General categories of Unicode. */
const PROPERTIES: ReadonlyMap<string, RegExp> = new Map([
  ['L', /^\p{L}$/u], ['Lu', /^\p{Lu}$/u], ['Ll', /^\p{Ll}$/u], ['M', /^\p{M}$/u], ['N', /^\p{N}$/u], ['Nd', DIGIT], ['P', /^\p{P}$/u],
  ['S', /^\p{S}$/u], ['Z', /^\p{Z}$/u]
])
const CONTROLS: ReadonlyMap<string, string> = new Map([['t', '\t'], ['n', '\n'], ['r', '\r'], ['f', '\f'], ['v', '\v']])
/** What is tried for a set that is told by what it lacks. */
const CANDIDATES = [...'abcdefghijklmnopqrstuvwxyz0123456789 -.,_+', 'é', 'ا', 'A']

/** Recursive descent; an expression is at most as deep as it is long, and its schema keeps it short. */
function parse (source: readonly string[], comparison: Comparison): Node {
  let at = 0

  function problem (what: string, where = at): SyntaxProblem {
    return new SyntaxProblem(`character ${where + 1}: ${what}`)
  }

  function take (expected: string): boolean {
    if (source[at] !== expected) return false
    at++
    return true
  }

  function alternatives (): Node {
    const nodes = [sequence()]
    while (take('|')) nodes.push(sequence())
    return nodes.length === 1 ? nodes[0] as Node : { type: 'alternatives', nodes }
  }

  function sequence (): Node {
    const nodes: Node[] = []
    while (at < source.length && source[at] !== '|' && source[at] !== ')') nodes.push(repeated(atom()))
    return { type: 'sequence', nodes }
  }

  function repeated (node: Node): Node {
    const bounds = quantifier()
    if (bounds === null) return node
    if (node.type === 'assert') throw problem('there is nothing before it that can be repeated', at - 1)
    // Greedy or not, the same texts match as a whole.
    take('?')
    if (source[at] === '+') throw problem('`+` after another quantifier is not known here')
    if (quantifier() !== null) throw problem('one quantifier stands after another; put the part into parentheses', at - 1)
    return { type: 'repeat', node, ...bounds }
  }

  function quantifier (): { readonly min: number, readonly max: number } | null {
    if (take('*')) return { min: 0, max: Infinity }
    if (take('+')) return { min: 1, max: Infinity }
    if (take('?')) return { min: 0, max: 1 }
    if (source[at] !== '{') return null
    const counted = /^\{(\d+)(?:(,)(\d*))?\}/.exec(source.slice(at, at + 20).join(''))
    if (counted === null) return null
    const [whole, least = '', comma, most = ''] = counted
    const min = Number(least)
    const max = comma === undefined ? min : most === '' ? Infinity : Number(most)
    if (max < min) throw problem(`\`${whole}\` ends before it begins`)
    if (min > MAX_SIZE || (max !== Infinity && max > MAX_SIZE)) throw problem(`\`${whole}\` repeats too often; ${MAX_SIZE} is the most`)
    at += whole.length
    return { min, max }
  }

  function atom (): Node {
    const start = at
    const character = source[at++] as string
    switch (character) {
      case '(': return group(start)
      case '[': return { type: 'set', set: charactersOf(start) }
      case '.': return { type: 'set', set: { has: () => true, example: () => 'a' } }
      case '^': return { type: 'assert', at: 'start' }
      case '$': return { type: 'assert', at: 'end' }
      case '\\': return escaped(start)
      case '*': case '+': case '?': throw problem(`there is nothing before \`${character}\` that can be repeated`, start)
      default: return literal(character)
    }
  }

  function group (start: number): Node {
    if (take('?')) {
      const named = /^(?:P?<([\p{L}_]\w*)>|'(\w+)')/u.exec(source.slice(at, at + 70).join(''))
      if (named !== null) at += [...named[0]].length
      else if (!take(':')) throw problem('of groups that begin with `(?`, only `(?:…)` and named ones are known; there is no looking ahead or behind', start)
    }
    const node = alternatives()
    if (!take(')')) throw problem('this parenthesis is not closed', start)
    return node
  }

  // A character of the source may be several, or none, in the form that texts are compared in: ß is ss without regard to case.
  function literal (character: string): Node {
    const nodes = [...comparable(character, comparison)].map((character): Node => ({ type: 'character', character }))
    return nodes.length === 1 ? nodes[0] as Node : { type: 'sequence', nodes }
  }

  function escaped (start: number): Node {
    if (source[at] === 'b' || source[at] === 'B') return { type: 'assert', at: source[at++] === 'b' ? 'boundary' : 'inside' }
    const one = escape(start)
    return typeof one === 'string' ? literal(one) : { type: 'set', set: one }
  }

  /** What stands after a backslash: a character, or a set of them. */
  function escape (start: number): string | CharacterSet {
    const character = source[at++]
    if (character === undefined) throw problem('nothing follows the backslash', start)
    const known = CLASSES.get(character) ?? CLASSES.get(character.toLowerCase())
    if (known !== undefined) return setOf(known, character !== character.toLowerCase())
    if (character === 'p' || character === 'P') return property(start, character === 'P')
    const control = CONTROLS.get(character)
    if (control !== undefined) return control
    if (character === 'u' || character === 'x') return byCode(start, character)
    if (/^[1-9k]$/.test(character)) throw problem('a reference to an earlier group is not known here', start)
    if (/^[\p{L}\p{N}]$/u.test(character)) throw problem(`\`\\${character}\` is not known here`, start)
    return character
  }

  function property (start: number, negated: boolean): CharacterSet {
    const name = /^\{([A-Za-z]+)\}/.exec(source.slice(at, at + 20).join(''))
    const known = PROPERTIES.get(name?.[1] ?? '')
    if (name === null || known === undefined) throw problem(`known are \\p{${[...PROPERTIES.keys()].join('}, \\p{')}}`, start)
    at += name[0].length
    return setOf(known, negated)
  }

  function byCode (start: number, letter: string): string {
    const found = (letter === 'x' ? /^([0-9a-f]{2})/i : /^(?:([0-9a-f]{4})|\{([0-9a-f]{1,6})\})/i).exec(source.slice(at, at + 10).join(''))
    const code = Number.parseInt(found?.[1] ?? found?.[2] ?? '', 16)
    if (found === null || code > 0x10ffff) throw problem(`\`\\${letter}\` wants the number of a character, such as \`\\u00e9\``, start)
    at += found[0].length
    return String.fromCodePoint(code)
  }

  function charactersOf (start: number): CharacterSet {
    const negated = take('^')
    const sets: CharacterSet[] = []
    do {
      const from = member(start)
      if (source[at] === '-' && source[at + 1] !== ']' && source[at + 1] !== undefined) {
        const where = at++
        const to = member(start)
        if (typeof from !== 'string' || typeof to !== 'string') throw problem('a range goes from one character to another', where)
        if (codeOf(from) > codeOf(to)) throw problem(`the range ${from}-${to} ends before it begins`, where)
        sets.push(rangeOf(from, to))
      } else {
        sets.push(typeof from === 'string' ? oneOf(from) : from)
      }
    } while (source[at] !== ']')
    at++
    const has = (character: string): boolean => sets.some(set => set.has(character)) !== negated
    return { has, example: () => [...sets.map(set => set.example()), ...CANDIDATES].find(has) ?? '' }
  }

  /** A `]` that stands first is one of the characters. */
  function member (start: number): string | CharacterSet {
    const character = source[at++]
    if (character === undefined) throw problem('this bracket is not closed', start)
    return character === '\\' ? escape(at - 1) : character
  }

  function setOf (known: RegExp, negated: boolean): CharacterSet {
    const has = (character: string): boolean => known.test(character) !== negated
    return { has, example: () => CANDIDATES.find(has) ?? '' }
  }

  function rangeOf (from: string, to: string): CharacterSet {
    const [least, most] = [codeOf(from), codeOf(to)]
    return {
      has: character => casesOf(character, comparison).some(one => codeOf(one) >= least && codeOf(one) <= most),
      example: () => comparable(from, comparison)
    }
  }

  function oneOf (character: string): CharacterSet {
    const wanted = comparable(character, comparison)
    return { has: found => found === wanted, example: () => wanted }
  }

  const node = alternatives()
  if (at < source.length) throw problem('there is no open parenthesis that this one closes')
  return node
}

/** A character in every case that it is alike in; texts are compared in small letters. */
function casesOf (character: string, { caseSensitive }: Comparison): string[] {
  return caseSensitive ? [character] : [character, ...[character.toUpperCase()].filter(upper => [...upper].length === 1)]
}

function codeOf (character: string): number {
  return character.codePointAt(0) as number
}

/** How many instructions a node becomes; worked out before any is made, as repeats multiply. */
function sizeOf (node: Node): number {
  switch (node.type) {
    case 'sequence': return node.nodes.reduce((sum, inner) => sum + sizeOf(inner), 0)
    case 'alternatives': return node.nodes.reduce((sum, inner) => sum + sizeOf(inner) + 2, 0)
    case 'repeat': return (sizeOf(node.node) + 1) * (node.max === Infinity ? node.min + 2 : node.max)
    case 'character': case 'set': case 'assert': return 1
  }
}

function programOf (node: Node): Instruction[] {
  const program: Instruction[] = []

  function emit (node: Node): void {
    switch (node.type) {
      case 'character': return void program.push({ op: 'character', character: node.character })
      case 'set': return void program.push({ op: 'set', has: node.set.has })
      case 'assert': return void program.push({ op: 'assert', at: node.at })
      case 'sequence': return node.nodes.forEach(emit)
      case 'alternatives': return either(node.nodes)
      case 'repeat': return repeat(node)
    }
  }

  function either (nodes: readonly Node[]): void {
    const fork = program.push({ op: 'fork', to: [] }) - 1
    const starts: number[] = []
    const ends: number[] = []
    for (const inner of nodes) {
      starts.push(program.length)
      emit(inner)
      ends.push(program.push({ op: 'fork', to: [] }) - 1)
    }
    program[fork] = { op: 'fork', to: starts }
    for (const end of ends) program[end] = { op: 'fork', to: [program.length] }
  }

  function repeat ({ node, min, max }: Extract<Node, { type: 'repeat' }>): void {
    for (let i = 0; i < min; i++) emit(node)
    if (max === Infinity) {
      const start = program.push({ op: 'fork', to: [] }) - 1
      emit(node)
      program.push({ op: 'fork', to: [start] })
      program[start] = { op: 'fork', to: [start + 1, program.length] }
      return
    }
    const forks: number[] = []
    for (let i = min; i < max; i++) {
      forks.push(program.push({ op: 'fork', to: [] }) - 1)
      emit(node)
    }
    for (const fork of forks) program[fork] = { op: 'fork', to: [fork + 1, program.length] }
  }

  emit(node)
  program.push({ op: 'matched' })
  return program
}

/** The first way through, each repeat as seldom as may be. */
function exampleOf (node: Node): string {
  switch (node.type) {
    case 'character': return node.character
    case 'set': return node.set.example()
    case 'assert': return ''
    case 'sequence': return node.nodes.map(exampleOf).join('')
    case 'alternatives': return node.nodes.map(exampleOf).find(example => example !== '') ?? ''
    case 'repeat': return exampleOf(node.node).repeat(node.min)
  }
}
