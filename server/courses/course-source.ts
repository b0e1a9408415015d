import type { QuestionDefinition, QuizDefinition } from '../quiz/definition.ts'
import type { Text } from '../quiz/text.ts'
import type { Attachment } from './attachment.ts'
import type { Picture } from './picture.ts'
import type { SourceFile } from './source-files.ts'

/** A course as its authors wrote it, read and found to be whole. */
export interface CourseSource {
  readonly slug: string
  /** The first language (BCP 47). */
  readonly language: string
  readonly title: Text
  readonly summary: Text
  /** How long its certificate is valid; null: it does not expire. */
  readonly validMonths: number | null
  readonly modules: readonly SourceModule[]
  readonly lessons: readonly SourceLesson[]
  readonly quizzes: readonly QuizDefinition[]
  readonly banks: readonly SourceBank[]
  readonly pictures: readonly Picture[]
  /** Left out when there are none. */
  readonly attachments?: readonly Attachment[]
  /** The files it was read from, as they are; left out of one that was not read. */
  readonly files?: readonly SourceFile[]
}

export interface SourceModule {
  readonly key: string
  readonly title: Text
  readonly summary?: Text
  /** Each key once in the whole course, whatever its kind. */
  readonly activities: ReadonlyArray<{ readonly key: string, readonly kind: 'lesson' | 'quiz' }>
}

/** One lesson in one language. */
export interface SourceLesson {
  readonly key: string
  readonly language: string
  readonly title: string
  readonly markdown: string
}

export interface SourceBank {
  readonly name: string
  readonly title: Text
  readonly questions: readonly QuestionDefinition[]
}
