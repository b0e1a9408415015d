import Type, { type Static } from 'typebox'
import { section } from './blueprint.ts'
import { certaintyProblems, certaintySchema } from './certainty.ts'
import { explain } from './explain.ts'
import { isKindName, kindOf, kinds, type QuestionDefinition } from './kinds/index.ts'
import type { Problem } from './problem.ts'
import { key } from './question.ts'
import { text } from './text.ts'

export { checkDraw, checkStimuli } from './blueprint.ts'
export { questionSchema, type QuestionDefinition } from './kinds/index.ts'

const flag = Type.Optional(Type.Boolean({ default: true }))

const reviewFlags = { answer: flag, correctness: flag, mark: flag, feedback: flag, rightAnswer: flag }

const moment = (description: string) => Type.Optional(Type.Object(reviewFlags, { additionalProperties: false, description }))

const BEHAVIOURS = [
  'deferred', 'immediate', 'interactive', 'adaptive', 'adaptive-no-penalty', 'deferred-certainty', 'immediate-certainty', 'manual'
] as const

/** A quiz as an author writes it, in course.yaml. */
export const quizSchema = Type.Object({
  key,
  title: text,
  intro: Type.Optional(text),
  behaviour: Type.Enum(BEHAVIOURS, {
    description: 'How answers are treated. deferred: feedback after the finish. immediate: after each question. ' +
      'interactive: a wrong answer may be tried again after a hint. adaptive: each answer may be checked and changed as often as wished, at a cost; ' +
      'adaptive-no-penalty: at no cost. deferred-certainty and immediate-certainty: trainees also say how sure they are. manual: a person marks every answer'
  }),
  passPercent: Type.Number({ minimum: 0, maximum: 100 }),
  attempts: Type.Optional(Type.Integer({ minimum: 1, description: 'As many as wished when left out' })),
  gradeOf: Type.Optional(Type.Enum(['highest', 'average', 'first', 'last'], { default: 'highest', description: 'Which attempt counts when there are several, or that their average does; highest when left out' })),
  limitMinutes: Type.Optional(Type.Number({ exclusiveMinimum: 0, description: 'No time limit when left out' })),
  overdue: Type.Optional(Type.Enum(['submit', 'grace', 'discard'], { default: 'submit', description: 'When the time is up: submit hands in what is there; grace lets the trainee go on for graceSeconds, and what is answered in them counts; discard gives 0 to an attempt that was not handed in. submit when left out' })),
  graceSeconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 86_400, description: 'How long the grace lasts, with `overdue: grace`' })),
  certainty: Type.Optional(certaintySchema),
  floor: Type.Optional(Type.Boolean({ default: true, description: 'Whether a total below 0 counts as 0; true when left out' })),
  questionsPerPage: Type.Optional(Type.Integer({ minimum: 1, default: 5 })),
  shuffleQuestions: Type.Optional(Type.Boolean({ default: true, description: 'Within each section' })),
  sections: Type.Array(section, { minItems: 1, maxItems: 100 }),
  review: Type.Optional(Type.Object({
    ...reviewFlags,
    during: moment('While the attempt is open, of questions already checked'),
    rightAfter: moment('In the first two minutes after the finish'),
    later: moment('After that, until the cohort ends'),
    afterClose: moment('Once the cohort has ended')
  }, { additionalProperties: false, description: 'What a review shows; a moment may say otherwise than the whole' }))
}, { additionalProperties: false, title: 'Quiz' })

export type QuizDefinition = Static<typeof quizSchema>
export type BehaviourName = QuizDefinition['behaviour']

/** What reviews may show, as an author writes it: flags for every moment, and of single moments what differs. */
export type ReviewSetting = NonNullable<QuizDefinition['review']>

/** What a review shows at one moment; each is true when left out. */
export type ReviewPolicy = NonNullable<ReviewSetting['later']>

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

/** Holds a quiz against its schema and rules. Never throws. Whether a bank can meet its draws is for `checkDraw` to say.
 * @returns the quiz, exactly as given, or every problem found */
export function checkQuiz (value: unknown): { readonly quiz: QuizDefinition } | { readonly problems: readonly Problem[] } {
  const unmet = explain(quizSchema, value)
  if (unmet.length > 0) return { problems: unmet }
  const quiz = value as QuizDefinition // as above
  const problems = quizProblems(quiz)
  return problems.length > 0 ? { problems } : { quiz }
}

function quizProblems (quiz: QuizDefinition): Problem[] {
  const problems = quiz.certainty === undefined ? [] : certaintyProblems(quiz.certainty)
  if (quiz.certainty !== undefined && !quiz.behaviour.endsWith('-certainty')) {
    problems.push({ path: 'certainty', message: 'is asked for only with behaviour deferred-certainty or immediate-certainty' })
  }
  if (quiz.overdue === 'grace' && quiz.graceSeconds === undefined) problems.push({ path: 'graceSeconds', message: 'is missing: say how long the grace lasts' })
  if (quiz.overdue !== 'grace' && quiz.graceSeconds !== undefined) problems.push({ path: 'graceSeconds', message: 'means something only with `overdue: grace`' })
  if (quiz.gradeOf === 'average' && quiz.sections.some(({ minPercent }) => minPercent !== undefined)) {
    problems.push({ path: 'gradeOf', message: 'cannot be average where a section has a minimum: which attempt would have to reach it?' })
  }
  return problems
}
