import { activitiesOf, type OutlineActivity } from '../courses/outline.ts'
import { listCourses, selectQuestions, selectQuizzes, type CourseVersion, type Question } from '../courses/queries.ts'
import type { Tx } from '../db/database.ts'
import { textIn, type QuestionDefinition, type QuizDefinition } from '../quiz/quiz.ts'

/** A published course with all that sitting its quizzes needs. */
export interface Content {
  readonly version: CourseVersion
  /** In the course's first language, as its certificates say it. */
  readonly title: string
  readonly activities: readonly OutlineActivity[]
  readonly quizzes: ReadonlyMap<string, QuizDefinition>
  readonly questions: readonly Question[]
  /** Those that are answered with a word or a few. */
  readonly typed: readonly QuestionDefinition[]
  readonly definitions: ReadonlyMap<string, QuestionDefinition>
}

/** Every course there is, by slug. @throws Error when there is none */
export async function contentsOf (tx: Tx): Promise<ReadonlyMap<string, Content>> {
  const contents = new Map<string, Content>()
  for (const version of await listCourses(tx)) {
    const { outline } = version
    const questions = await selectQuestions(tx, version.id)
    contents.set(version.slug, {
      version,
      title: textIn(outline.title, outline.language),
      activities: activitiesOf(outline),
      quizzes: new Map((await selectQuizzes(tx, version.id)).map((quiz) => [quiz.key, quiz])),
      questions,
      typed: questions.map(({ definition }) => definition).filter(({ kind }) => kind === 'short-text'),
      definitions: new Map(questions.map(({ id, definition }) => [id, definition]))
    })
  }
  if (contents.size === 0) throw new Error('the courses folder holds no course')
  return contents
}
