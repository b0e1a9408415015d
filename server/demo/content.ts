import { activitiesOf, type OutlineActivity } from '../courses/outline.ts'
import { listCourses, selectQuestions, selectQuizzes, type CourseVersion, type Question } from '../courses/queries.ts'
import type { Tx } from '../db/database.ts'
import { kindOf, textIn, type Answer, type QuestionDefinition, type QuizDefinition } from '../quiz/quiz.ts'

/** A question with a right answer to it, worked out once. */
export interface Known {
  readonly definition: QuestionDefinition
  readonly rightAnswer: Answer
}

/** A published course with all that sitting its quizzes needs. */
export interface Content {
  readonly version: CourseVersion
  /** In the course's first language, as its certificates say it. */
  readonly title: string
  readonly activities: readonly OutlineActivity[]
  readonly quizzes: ReadonlyMap<string, QuizDefinition>
  readonly questions: readonly Question[]
  /** By the question's id. */
  readonly known: ReadonlyMap<string, Known>
  /** Right answers to questions that are answered with a word or a few. */
  readonly words: readonly Answer[]
}

/** Every course there is, by slug. @throws Error when there is none */
export async function contentsOf (tx: Tx): Promise<ReadonlyMap<string, Content>> {
  const contents = new Map<string, Content>()
  for (const version of await listCourses(tx)) {
    const { outline } = version
    const questions = await selectQuestions(tx, version.id)
    const known = new Map(questions.map(({ id, definition }) => [id, { definition, rightAnswer: kindOf(definition).rightAnswer(definition) }]))
    contents.set(version.slug, {
      version,
      title: textIn(outline.title, outline.language),
      activities: activitiesOf(outline),
      quizzes: new Map((await selectQuizzes(tx, version.id)).map((quiz) => [quiz.key, quiz])),
      questions,
      known,
      words: [...known.values()].filter(({ definition }) => definition.kind === 'short-text').map(({ rightAnswer }) => rightAnswer)
    })
  }
  if (contents.size === 0) throw new Error('the courses folder holds no course')
  return contents
}
