import type { Tx } from '../../db/database.ts'
import { rowsOf } from '../../quiz/blueprint.ts'
import type { QuestionDefinition, QuizDefinition } from '../../quiz/definition.ts'
import { isWrittenIn, type Text } from '../../quiz/text.ts'
import type { CourseCache } from '../courses.ts'
import { selectQuizzes } from '../queries.ts'
import { signatureOf } from './indexed.ts'
import { selectPublishedVersions } from './queries.ts'

/** A published version of a course that has a question of the same kind and wordings. */
export interface Use {
  readonly slug: string
  readonly course: Text
  /** The course's first. */
  readonly language: string
  readonly version: number
  /** No later version of the course is published. */
  readonly latest: boolean
  /** Quizzes of that version that name the question, or may draw it. */
  readonly quizzes: ReadonlyArray<{ readonly key: string, readonly title: Text }>
}

export type Uses = ReadonlyMap<string, readonly Use[]>

type UsesOfVersion = ReadonlyMap<string, Omit<Use, 'latest'>>

// What is published never changes: each version is looked through once for as long as its cache lives.
const known = new WeakMap<CourseCache, Map<string, UsesOfVersion>>()

/** Where questions are used, by their signatures. */
export async function usesOf (tx: Tx, courses: CourseCache): Promise<Uses> {
  const kept = known.get(courses) ?? new Map<string, UsesOfVersion>()
  known.set(courses, kept)
  const uses = new Map<string, Use[]>()
  const seen = new Set<string>()
  for (const { id, slug, number } of await selectPublishedVersions(tx)) {
    const ofVersion = kept.get(id) ?? await usesOfVersion(tx, courses, id, slug, number)
    kept.set(id, ofVersion)
    for (const [signature, use] of ofVersion) {
      const all = uses.get(signature) ?? []
      all.push({ ...use, latest: !seen.has(slug) })
      uses.set(signature, all)
    }
    seen.add(slug)
  }
  return uses
}

async function usesOfVersion (tx: Tx, courses: CourseCache, id: string, slug: string, version: number): Promise<UsesOfVersion> {
  const { title, outline } = await courses.version(tx, id)
  const quizzes = await selectQuizzes(tx, id)
  return new Map((await courses.questions(tx, id)).map(({ definition }) => [signatureOf(definition), {
    slug,
    course: title,
    language: outline.language,
    version,
    quizzes: quizzes.filter((quiz) => mayAsk(quiz, definition, outline.language)).map(({ key, title }) => ({ key, title }))
  }]))
}

/** Whether a quiz names a question, or may draw it. */
export function mayAsk (quiz: QuizDefinition, { key, topic, difficulty, prompt }: QuestionDefinition, firstLanguage: string): boolean {
  return rowsOf(quiz).some((row) => 'question' in row
    ? row.question === key
    : row.topic === topic && row.from.includes(difficulty) && (row.language === undefined || isWrittenIn(prompt, row.language, firstLanguage)))
}
