import type { TSchema } from 'typebox'
import type { Area } from './geometry.ts'
import type { Image, ItemImage } from './image.ts'
import type { Problem } from './problem.ts'
import type { Random } from './random.ts'
import type { Text } from './text.ts'

/** What an answer is worth by itself, before marks and penalties. "Not answered", "unreadable" and "wrong" are three states. */
export interface Grade {
  readonly state: 'right' | 'partly-right' | 'wrong' | 'not-answered' | 'unreadable' | 'needs-marking'
  /** 1 for fully right, 0 for nothing earned, down to -1 where the definition's scoring says so */
  readonly fraction: number
  /** of a question asked in several parts (gaps, stems, statements), for reviews; no part of how it is counted */
  readonly parts?: readonly GradedPart[]
}

/** One part of an answer by itself. */
export interface GradedPart {
  /** of the gap, stem or statement */
  readonly key: string
  /** what this part earned of what it could earn: 1 for right */
  readonly fraction: number
  readonly state: 'right' | 'partly-right' | 'wrong' | 'not-answered' | 'unreadable'
}

/** What a kind draws for one paper: values of variables by their names. Plain JSON; stored with the slot. */
export type Variant = Readonly<Record<string, number | string>>

/** What can be said of an answer before it is graded. Unreadable: cannot be graded as it stands (text that is not a number,
 * more choices than allowed, a key the question does not have); a trainee may be told so without giving anything away. */
export type Reading = 'not-answered' | 'answered' | 'unreadable'

export interface Option { readonly key: string, readonly text: Text }

/** A gap in a text, written in it as `{{key}}`, and what it is filled with. */
export interface GapControl {
  readonly key: string
  /** completed: typed, with completion from `suggestions` */
  readonly input: 'text' | 'numeric' | 'select' | 'completed'
  /** of a select: a menu, or its options beside or below each other */
  readonly layout?: 'menu' | 'row' | 'column'
  readonly options?: readonly Option[]
  readonly suggestions?: readonly string[]
  /** in UTF-16 units */
  readonly maxLength?: number
}

/** What a trainee answers with. Holds nothing that tells which answer is right. */
export type Controls =
  /** maxChoices 1: one of them (radio buttons); 0: as many as wished; more: up to that many */
  | { readonly control: 'choices', readonly maxChoices: number, readonly options: readonly Option[] }
  /** one choice for each stem */
  | { readonly control: 'pairs', readonly stems: readonly Option[], readonly choices: readonly Option[] }
  /** items to be brought into order */
  | { readonly control: 'sequence', readonly items: readonly Option[] }
  /** one line of text, at most maxLength UTF-16 units. unit: shown after it; units: one of them may be chosen or typed */
  | { readonly control: 'line', readonly input: 'text' | 'numeric', readonly maxLength: number, readonly unit?: Text, readonly units?: readonly Text[] }
  /** a verdict on each statement; labels: of true and of false */
  | { readonly control: 'verdicts', readonly statements: readonly Option[], readonly labels: readonly [Text, Text] }
  /** each item into one of the categories, or left out */
  | { readonly control: 'groups', readonly items: readonly Option[], readonly categories: readonly Option[] }
  /** a text (Markdown) whose gaps are filled one by one */
  | { readonly control: 'gaps', readonly text: Text, readonly gaps: readonly GapControl[] }
  /** a text whose gaps are filled with words of their group; a word that is not reusable fills one gap */
  | {
    readonly control: 'words'
    readonly text: Text
    readonly gaps: readonly { readonly key: string, readonly group: number }[]
    readonly choices: readonly (Option & { readonly group: number, readonly reusable: boolean })[]
  }
  /** words to be selected; `after`: what stands between a word and the next, such as a space. language: of the wording that
   * the word belongs to, where there are several; a trainee is shown one of them */
  | {
    readonly control: 'tokens'
    readonly tokens: readonly { readonly key: string, readonly text: string, readonly after: string, readonly language?: string }[]
  }
  /** points on a picture, at most maxPoints (0: as many as wished); areas: only where the author labelled them, to be chosen
   * by keyboard: a point for each (`insidePoint`) */
  | {
    readonly control: 'points'
    readonly image: Image
    readonly maxPoints: number
    readonly areas: readonly (Area & { readonly key: string, readonly label: Text })[]
  }
  /** an item for each zone of a picture; zones in its pixels */
  | {
    readonly control: 'drops'
    readonly image: Image
    readonly zones: readonly {
      readonly key: string, readonly x: number, readonly y: number, readonly width: number, readonly height: number, readonly label?: Text
    }[]
    readonly items: readonly { readonly key: string, readonly text?: Text, readonly image?: ItemImage }[]
    readonly reusable: boolean
  }
  /** a number on a scale */
  | { readonly control: 'range', readonly min: number, readonly max: number, readonly step: number, readonly unit?: Text }
  /** a longer text; lines: height of the field */
  | {
    readonly control: 'essay'
    readonly minWords?: number
    readonly maxWords?: number
    readonly maxLength: number
    readonly lines: number
    readonly template?: Text
  }
  /** files; types as in the `accept` of an HTML file field */
  | { readonly control: 'files', readonly types: readonly string[], readonly maxFiles: number, readonly maxBytes: number }
  /** decisions that lead on from each other: those taken, and the one that is next. Ended when there is no next, or it
   * has no choices; `end` then says how */
  | {
    readonly control: 'scenario'
    readonly passed: readonly { readonly text: Text, readonly choice: Text, readonly feedback?: Text }[]
    readonly node: { readonly text: Text, readonly choices: readonly Option[] } | null
    readonly end?: Text
  }
  /** nothing is answered */
  | { readonly control: 'none' }

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
  /** false: it is only read; never numbered, answered or graded, and worth no mark. True when left out */
  readonly asked?: boolean
  /** true: an answer that is not blank or unreadable waits for a person. False when left out */
  readonly byPerson?: boolean
  /** what a schema cannot say; asked only of definitions that meet the schema */
  problems (definition: D): Problem[]
  /** keys that may be shown in a drawn order; [] when there is nothing to shuffle */
  shuffled (definition: D): readonly string[]
  /** Draws variables for one paper; of the kinds that have any. Every other method is given a definition made by `fix`, or one
   * that was never drawn for (at authoring), for which it may take any values. @see definitionFor */
  draw? (definition: D, random: Random): Variant
  /** The definition with a variant's values in its texts and answers; of the same kind. */
  fix? (definition: D, variant: Variant): D
  /** @param order the drawn order of the shuffled keys; keys it lacks follow in the author's order
   * @param answer as given so far; only for kinds whose controls follow the answer */
  controls (definition: D, order: readonly string[], answer?: A | null): Controls
  read (definition: D, answer: A): Reading
  /** Whether an answer may take the place of an earlier one; only of kinds where something is decided for good. True for
   * every answer when left out.
   * @param after null clears it */
  mayFollow? (definition: D, before: A, after: A | null): boolean
  /** Never throws on an answer that meets the answer schema. */
  grade (definition: D, answer: A): Grade
  /** a fully right answer, in the answer's own shape */
  rightAnswer (definition: D): A
  /** feedback of what was chosen or matched; the question's own feedback is not among it */
  feedback (definition: D, answer: A): readonly Text[]
  /** the answer in plain words, for reviews and exports; '' for a blank one */
  summary (definition: D, answer: A, language: string): string
  /** what is right in plain words, of kinds where the summary of a right answer does not say it (corrections, a sample text) */
  solution? (definition: D, language: string): string
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
