import Type, { type Static } from 'typebox'
import { text, type Text } from './text.ts'

/** Lower-case words joined by hyphens. Keys never change once published. */
export const key = Type.String({
  pattern: '^[a-z0-9]+(-[a-z0-9]+)*$',
  maxLength: 64,
  title: 'a key: lower-case words joined by hyphens, such as `money-mule`'
})

export const DIFFICULTIES = ['easy', 'medium', 'hard'] as const
export const difficulty = Type.Enum(DIFFICULTIES)
export type Difficulty = Static<typeof difficulty>

/** A key inside an answer: any text, so that an answer to another version of the question is saved and said to be unreadable. */
export const answerKey = Type.String({ maxLength: 64 })

/** What the texts of a question may be written in. HTML is as imported from elsewhere: whoever shows it cleans it first. */
export const MARKUPS = ['markdown', 'html'] as const
export type Markup = typeof MARKUPS[number]

/** What every question has, whatever its kind; each kind spreads it into its own closed schema. */
export const questionPart = {
  key,
  topic: key,
  difficulty,
  mark: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 1000, default: 1, description: 'What a right answer earns; 1 when left out' })),
  prompt: text,
  feedback: Type.Optional(text),
  penalty: Type.Optional(Type.Number({
    minimum: 0, maximum: 1, description: 'Share of the mark that each wrong try costs where a quiz allows several; a third when left out'
  })),
  hints: Type.Optional(Type.Array(text, { maxItems: 10, description: 'Shown one after the other, each after a wrong try, where a quiz allows several' })),
  stimulus: Type.Optional(key),
  markup: Type.Optional(Type.Enum(MARKUPS, { default: 'markdown', description: 'What all its texts are written in; Markdown when left out' })),
  source: Type.Optional(text)
}

/** What a draw needs to know of a question; its prompt only for draws by language, kind and stimulus where there are texts that
 * ask nothing. */
export interface Asked {
  readonly key: string
  readonly topic: string
  readonly difficulty: Difficulty
  readonly prompt?: Text
  readonly kind?: string
  readonly stimulus?: string
}
