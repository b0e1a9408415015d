import { readForm } from '../courses/bank/editor.ts'
import type { EditorState } from '../courses/bank/editor-view.ts'
import { fieldsOf } from '../courses/bank/fields.ts'
import { definitionOf, languagesIn, valuesOf, withKeys, type Posted } from '../courses/bank/values.ts'
import { checkQuestion, isSameAnswer, type QuestionDefinition } from '../quiz/quiz.ts'
import type { World } from '../world.ts'

/** What a question is corrected among: the version that was sat. */
export interface Around extends Pick<EditorState, 'pictures' | 'stimuli'> {
  /** The course's first. */
  readonly language: string
}

/** A question of a paper in the form that corrects it: the editor of the bank, for the question as it stands. */
export interface CorrectionForm {
  /** Of the question. */
  readonly key: string
  readonly form: Omit<EditorState, 'detail'>
  /** What the form says, whole or not; the question itself while nothing of it was changed. */
  readonly written: unknown
  readonly isChanged: boolean
}

export function openCorrection (world: World, standing: QuestionDefinition, around: Around): CorrectionForm {
  const { kind, key } = standing
  const values = withKeys(fieldsOf(kind), valuesOf(kind, standing, around.language))
  const languages = [...new Set([around.language, ...languagesIn(kind, values)])]
  const preview = { seed: world.newSeed(), answered: null, before: null, language: around.language }
  return { key, written: standing, isChanged: false, form: { ...EMPTY, ...surroundingsOf(around), kind, values, languages, draft: standing, preview } }
}

/** The form as it was sent, after what its button does. Where a question stands in the bank, its topic and difficulty, is not asked here. */
export function readCorrection (world: World, standing: QuestionDefinition, around: Around, posted: Posted): CorrectionForm & { readonly action: string, readonly rest: string } {
  const { key, kind, topic, difficulty } = standing
  const { language, pictures } = around
  const { action, rest, values, languages, written, preview } = readForm(world, { kind, key, language, pictures }, posted)
  const placed = { ...written, topic, difficulty }
  // A form says what a question says in its own way: nothing was changed where it says what it would say of the question as it stands.
  const isChanged = !isSameAnswer(placed, { key, ...definitionOf(kind, valuesOf(kind, standing, language), language), topic, difficulty })
  const checked = checkQuestion(placed)
  return {
    key, action, rest, isChanged, written: isChanged ? placed : standing,
    form: { ...EMPTY, ...surroundingsOf(around), kind, values, languages, preview, draft: 'question' in checked ? checked.question : null }
  }
}

const EMPTY = { version: 0, name: '', note: '', topics: [], problems: [], alike: [], meanwhile: null, saved: false } as const

function surroundingsOf ({ language, pictures, stimuli }: Around): Pick<EditorState, 'bank' | 'pictures' | 'stimuli'> {
  return { bank: { id: '', name: '', language, createdAt: '' }, pictures, stimuli }
}
