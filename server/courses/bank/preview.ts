import type { QuestionDefinition } from '../../quiz/definition.ts'
import type { PictureRef } from '../picture.ts'
import type { Reader } from '../views.ts'
import type { Posted } from './values.ts'

/** A question to be shown as a trainee will see it. */
export interface Previewed {
  readonly definition: QuestionDefinition
  /** What its plain texts are written in. */
  readonly language: string
  /** The language it is shown in. */
  readonly shownIn: string
  readonly pictures: Readonly<Record<string, PictureRef>>
  /** Of the draw: order of options, values of variables. */
  readonly seed: string
  /** What was filled in, to be graded; null for a question that nobody has answered. */
  readonly answered: Posted | null
  /** What was answered before, for kinds that are answered step by step. */
  readonly before: unknown
}

/** Shows a question with the templates of an attempt's page. Given by those who own them.
 * @returns `question` for the template `attempts/question`, and the answer so far */
export type ShowPreview = (previewed: Previewed, reader: Reader) => { readonly question: object, readonly answer: string, readonly scripts: readonly string[] }

