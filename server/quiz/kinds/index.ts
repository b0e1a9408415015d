import Type from 'typebox'
import { Compile } from 'typebox/compile'
import type { PointsAnswer } from '../areas.ts'
import { isCertainty } from '../certainty.ts'
import type { GapsAnswer } from '../gapped-text.ts'
import type { Kind } from '../kind.ts'
import type { NoAnswer } from '../unasked.ts'
import { calculated, type CalculatedDefinition } from './calculated.ts'
import { categorise, type CategoriseAnswer, type CategoriseDefinition } from './categorise.ts'
import { choice, type ChoiceAnswer, type ChoiceDefinition } from './choice.ts'
import { cloze, type ClozeDefinition } from './cloze.ts'
import { description, type DescriptionDefinition } from './description.ts'
import { dragImage, type DragImageAnswer, type DragImageDefinition } from './drag-image.ts'
import { dragWords, type DragWordsDefinition } from './drag-words.ts'
import { errorText, type ErrorTextAnswer, type ErrorTextDefinition } from './error-text.ts'
import { essay, type EssayAnswer, type EssayDefinition } from './essay.ts'
import { gapSelect, type GapSelectDefinition } from './gap-select.ts'
import { hotspot, type HotspotDefinition } from './hotspot.ts'
import { kprim, type KprimAnswer, type KprimDefinition } from './kprim.ts'
import { longMenu, type LongMenuDefinition } from './long-menu.ts'
import { markImage, type MarkImageDefinition } from './mark-image.ts'
import { match, type MatchAnswer, type MatchDefinition } from './match.ts'
import { numeric, type NumericAnswer, type NumericDefinition } from './numeric.ts'
import { order, type OrderAnswer, type OrderDefinition } from './order.ts'
import { scenario, type ScenarioAnswer, type ScenarioDefinition } from './scenario.ts'
import { shortText, type ShortTextAnswer, type ShortTextDefinition } from './short-text.ts'
import { slider, type SliderAnswer, type SliderDefinition } from './slider.ts'
import { stimulus, type StimulusDefinition } from './stimulus.ts'
import { trueFalse, type TrueFalseAnswer, type TrueFalseDefinition } from './true-false.ts'
import { upload, type UploadAnswer, type UploadDefinition } from './upload.ts'

/** A question as an author writes it, of any kind; told apart by `kind`. */
export type QuestionDefinition =
  | ChoiceDefinition | TrueFalseDefinition | KprimDefinition | MatchDefinition | OrderDefinition | CategoriseDefinition
  | NumericDefinition | CalculatedDefinition | ShortTextDefinition
  | ClozeDefinition | GapSelectDefinition | DragWordsDefinition | LongMenuDefinition | ErrorTextDefinition | HotspotDefinition | MarkImageDefinition
  | DragImageDefinition | EssayDefinition | UploadDefinition | ScenarioDefinition | SliderDefinition | StimulusDefinition | DescriptionDefinition

/** An answer to a question of any kind. Kinds may share a shape. */
export type Answer =
  | ChoiceAnswer | TrueFalseAnswer | KprimAnswer | MatchAnswer | OrderAnswer | CategoriseAnswer | NumericAnswer | ShortTextAnswer
  | GapsAnswer | ErrorTextAnswer | PointsAnswer | DragImageAnswer | EssayAnswer | UploadAnswer | ScenarioAnswer | SliderAnswer | NoAnswer

export type KindName = QuestionDefinition['kind']

/** The registry: every kind by its name. A new kind is its file, its line here and its two in the unions above. */
export const kinds: Readonly<Record<KindName, Kind<QuestionDefinition, Answer>>> = {
  choice,
  'true-false': trueFalse,
  kprim,
  match,
  order,
  categorise,
  numeric,
  calculated,
  'short-text': shortText,
  cloze,
  'gap-select': gapSelect,
  'drag-words': dragWords,
  'long-menu': longMenu,
  'error-text': errorText,
  hotspot,
  'mark-image': markImage,
  'drag-image': dragImage,
  essay,
  upload,
  scenario,
  slider,
  stimulus,
  description
}

/** The kind of a question, to be given that question and answers to it. */
export function kindOf (definition: { readonly kind: KindName }): Kind<QuestionDefinition, Answer> {
  return kinds[definition.kind]
}

/** Whether a name is that of a registered kind. */
export function isKindName (name: unknown): name is KindName {
  return typeof name === 'string' && Object.hasOwn(kinds, name)
}

/** Whether a question of this kind is asked: numbered, answered and graded. A text that is only read is not. */
export function isAsked ({ kind }: { readonly kind?: string }): boolean {
  return !isKindName(kind) || kinds[kind].asked !== false
}

/** The schema of a question of any kind, for editors that complete from it and for OpenAPI. */
export const questionSchema = Type.Union(Object.values(kinds).map(kind => kind.definition))

/** The schema of an answer of any kind; `isAnswer` holds an answer to its question's own. */
export const answerSchema = Type.Union(Object.values(kinds).map(kind => kind.answer))

const answers = new Map<KindName, ReturnType<typeof Compile>>()

/** Compiled when first asked for: most threads and programs meet few kinds. */
function answerCheckOf (name: KindName): ReturnType<typeof Compile> {
  let check = answers.get(name)
  if (check === undefined) answers.set(name, check = Compile(kinds[name].answer))
  return check
}

/** Whether a value has the shape of an answer to this question. It may still be unreadable. An answer of any kind may
 * say how certain the trainee is of it, which its kind never looks at. */
export function isAnswer (definition: { readonly kind: KindName }, value: unknown): value is Answer {
  const check = answerCheckOf(definition.kind)
  if (typeof value !== 'object' || value === null || !('certainty' in value)) return check.Check(value)
  const { certainty, ...answer } = value
  return isCertainty(certainty) && check.Check(answer)
}
