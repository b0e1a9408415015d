import Type, { type Static } from 'typebox'
import { section } from './blueprint.ts'
import { explain } from './explain.ts'
import { isKindName, kindOf, kinds, type QuestionDefinition } from './kinds/index.ts'
import type { Problem } from './problem.ts'
import { key } from './question.ts'
import { text } from './text.ts'

export { checkDraw } from './blueprint.ts'
export { questionSchema, type QuestionDefinition } from './kinds/index.ts'

const flag = Type.Optional(Type.Boolean({ default: true }))

/** A quiz as an author writes it, in course.yaml. */
export const quizSchema = Type.Object({
  key,
  title: text,
  intro: Type.Optional(text),
  behaviour: Type.Enum(['deferred', 'immediate'], { description: 'deferred: feedback after the finish; immediate: after each question' }),
  passPercent: Type.Number({ minimum: 0, maximum: 100 }),
  attempts: Type.Optional(Type.Integer({ minimum: 1, description: 'As many as wished when left out' })),
  limitMinutes: Type.Optional(Type.Number({ exclusiveMinimum: 0, description: 'No time limit when left out' })),
  questionsPerPage: Type.Optional(Type.Integer({ minimum: 1, default: 5 })),
  shuffleQuestions: Type.Optional(Type.Boolean({ default: true, description: 'Within each section' })),
  sections: Type.Array(section, { minItems: 1, maxItems: 100 }),
  review: Type.Optional(Type.Object({
    answer: flag,
    correctness: flag,
    mark: flag,
    feedback: flag,
    rightAnswer: flag
  }, { additionalProperties: false, description: 'What a finished attempt shows' }))
}, { additionalProperties: false, title: 'Quiz' })

export type QuizDefinition = Static<typeof quizSchema>
export type BehaviourName = QuizDefinition['behaviour']

/** What a review may show, as an author writes it; each is true when left out. */
export type ReviewPolicy = NonNullable<QuizDefinition['review']>

/** Holds what an author wrote against its kind's schema and rules. Never throws.
 * @returns the question, exactly as given, or every problem found; rules a schema cannot say are tried only when it is met
 * @example
 * const checked = checkQuestion(parsed)
 * if ('problems' in checked) console.error(checked.problems.map(problemLine).join('\n')) */
export function checkQuestion (value: unknown): { readonly question: QuestionDefinition } | { readonly problems: readonly Problem[] } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { problems: [{ path: '', message: 'must be a map' }] }
  const known = Object.keys(kinds).join(', ')
  if (!('kind' in value)) return { problems: [{ path: 'kind', message: `is missing; known are ${known}` }] }
  if (!isKindName(value.kind)) return { problems: [{ path: 'kind', message: `must be one of ${known}` }] }
  const unmet = explain(kinds[value.kind].definition, value)
  if (unmet.length > 0) return { problems: unmet }
  const question = value as QuestionDefinition // it meets the schema that the type is derived from
  const problems = kindOf(question).problems(question)
  return problems.length > 0 ? { problems } : { question }
}

/** Holds a quiz against its schema. Never throws. Whether a bank can meet its draws is for `checkDraw` to say.
 * @returns the quiz, exactly as given, or every problem found */
export function checkQuiz (value: unknown): { readonly quiz: QuizDefinition } | { readonly problems: readonly Problem[] } {
  const problems = explain(quizSchema, value)
  return problems.length > 0 ? { problems } : { quiz: value as QuizDefinition } // as above
}
