import type { TSchema } from 'typebox'
import type { Problem } from './problem.ts'
import type { Text } from './text.ts'

/** What an answer is worth by itself, before marks and penalties. "Not answered", "unreadable" and "wrong" are three states. */
export interface Grade {
  readonly state: 'right' | 'partly-right' | 'wrong' | 'not-answered' | 'unreadable' | 'needs-marking'
  /** 1 for fully right, 0 for nothing earned, down to -1 where the definition's scoring says so */
  readonly fraction: number
}

/** What can be said of an answer before it is graded. Unreadable: cannot be graded as it stands (text that is not a number,
 * more choices than allowed, a key the question does not have); a trainee may be told so without giving anything away. */
export type Reading = 'not-answered' | 'answered' | 'unreadable'

export interface Option { readonly key: string, readonly text: Text }

/** What a trainee answers with. Holds nothing that tells which answer is right. */
export type Controls =
  /** maxChoices 1: one of them (radio buttons); 0: as many as wished; more: up to that many */
  | { readonly control: 'choices', readonly maxChoices: number, readonly options: readonly Option[] }
  /** one choice for each stem */
  | { readonly control: 'pairs', readonly stems: readonly Option[], readonly choices: readonly Option[] }
  /** items to be brought into order */
  | { readonly control: 'sequence', readonly items: readonly Option[] }
  /** one line of text, at most maxLength UTF-16 units */
  | { readonly control: 'line', readonly input: 'text' | 'numeric', readonly maxLength: number, readonly unit?: Text }

/** A worked example: the grades of some answers to a question. One test runs every kind's samples. */
export interface Sample<D, A> {
  readonly definition: D
  readonly cases: readonly ({ readonly answer: A } & Grade)[]
}

/** What a question kind must supply. Pure: same input, same output. A kind knows no behaviour and no attempt.
 *
 * Written as methods on purpose: their parameters are compared loosely, so that one registry holds kinds of different
 * definitions. `kindOf` (kinds/index.ts) pairs a definition with its kind. */
export interface Kind<D, A> {
  readonly name: string
  /** the complete, closed schema of a question: the common part and the kind's own */
  readonly definition: TSchema
  /** the answer's shape */
  readonly answer: TSchema
  /** what a schema cannot say; asked only of definitions that meet the schema */
  problems (definition: D): Problem[]
  /** keys that may be shown in a drawn order; [] when there is nothing to shuffle */
  shuffled (definition: D): readonly string[]
  /** @param order the drawn order of the shuffled keys; keys it lacks follow in the author's order */
  controls (definition: D, order: readonly string[]): Controls
  read (definition: D, answer: A): Reading
  /** Never throws on an answer that meets the answer schema. */
  grade (definition: D, answer: A): Grade
  /** a fully right answer, in the answer's own shape */
  rightAnswer (definition: D): A
  /** feedback of what was chosen or matched; the question's own feedback is not among it */
  feedback (definition: D, answer: A): readonly Text[]
  /** the answer in plain words, for reviews and exports; '' for a blank one */
  summary (definition: D, answer: A, language: string): string
  readonly samples: readonly Sample<D, A>[]
}

/** The grade of an answer by its reading; the fraction is worked out only for one that can be graded. */
export function gradeBy (reading: Reading, fraction: () => number): Grade {
  return reading === 'answered' ? graded(fraction()) : { state: reading, fraction: 0 }
}

/** @param fraction 1 is right, above 0 partly right, else wrong; a negative fraction is kept */
export function graded (fraction: number): Grade {
  return { state: fraction >= 1 ? 'right' : fraction > 0 ? 'partly-right' : 'wrong', fraction }
}

/** Items in a drawn order; those the order does not name follow as the author wrote them. Names of no item are passed over. */
export function arrange (items: readonly Option[], order: readonly string[]): Option[] {
  const place = new Map(order.map((key, index) => [key, index]))
  return items
    .map(({ key, text }) => ({ key, text }))
    .sort((a, b) => (place.get(a.key) ?? order.length) - (place.get(b.key) ?? order.length))
}

/** Whether keys repeat. */
export function hasRepeats (keys: readonly string[]): boolean {
  return new Set(keys).size < keys.length
}

/** The text of a key among options; the key itself when there is none. */
export function textOf (options: readonly Option[], key: string): Text {
  return options.find(option => option.key === key)?.text ?? key
}
