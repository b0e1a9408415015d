import { createHash } from 'node:crypto'
import type { QuestionDefinition } from '../../quiz/definition.ts'

/** What lists of questions look for. */
export interface Indexed {
  readonly topic: string
  readonly difficulty: string
  /** Those that its prompt is written in, each between two spaces; none when it is plain. */
  readonly languages: string
  /** Its wordings as they are searched and compared, and on a second line its name. */
  readonly words: string
  /** The same for the same kind and wordings, here and in courses. */
  readonly signature: string
}

export function indexed (name: string, definition: QuestionDefinition): Indexed {
  const words = wordsOf(definition)
  return {
    topic: definition.topic,
    difficulty: definition.difficulty,
    languages: typeof definition.prompt === 'string' ? '' : ` ${Object.keys(definition.prompt).join(' ')} `,
    words: `${words}\n${normalised(name)}`,
    signature: signatureOf(definition, words)
  }
}

/** Every wording of a question, in the order written, without what only looks different: case, punctuation, markup. */
export function wordsOf (definition: QuestionDefinition): string {
  const wordings: string[] = []
  collect(definition, wordings, false)
  return normalised(wordings.join(' '))
}

export function signatureOf (definition: QuestionDefinition, words = wordsOf(definition)): string {
  return createHash('sha256').update(`${definition.kind}\n${words}`).digest('hex').slice(0, 32)
}

/** Letters and digits in lower case, words one space apart. */
export function normalised (text: string): string {
  return text.normalize('NFKC').replace(/<[^>]*>/g, ' ').toLowerCase().replace(/[^\p{L}\p{N}\p{M}]+/gu, ' ').trim()
}

const TEXTS = new Set(['prompt', 'text', 'label', 'alt', 'feedback', 'feedbackTrue', 'feedbackFalse', 'hints', 'end', 'accept', 'regex', 'options'])
/** Inside of a text's surroundings, what is no text itself. */
const PLAIN = new Set(['key', 'src', 'shape', 'input', 'layout', 'choice', 'category', 'item', 'next', 'formula'])

function collect (value: unknown, into: string[], isText: boolean): void {
  if (typeof value === 'string') {
    if (isText) into.push(value)
  } else if (Array.isArray(value)) {
    for (const inner of value) collect(inner, into, isText)
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) collect(inner, into, TEXTS.has(key) || (isText && typeof inner === 'string' && !PLAIN.has(key)))
  }
}
