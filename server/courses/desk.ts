import type { Database } from '../db/database.ts'
import type { QuizDefinition } from '../quiz/definition.ts'
import { Refusal } from '../refusals.ts'
import { askedCount } from './asked.ts'
import type { CourseCache, CourseVersion, Lesson } from './courses.ts'
import { filesOf } from './export-course.ts'
import { activitiesOf } from './outline.ts'
import { countCohortsByVersion, countQuestionsByVersion, listCourses, selectOptionalAttachment, selectOptionalMedia, selectVersions } from './queries.ts'
import type { SourceFile } from './source-files.ts'

/** A course as the desk's list shows it. */
export interface CourseEntry {
  /** The latest. */
  readonly version: CourseVersion
  readonly questions: number
  /** Of whatever version. */
  readonly cohorts: number
}

/** Every course in its latest version, by title. */
export async function listLatestCourses (db: Database): Promise<readonly CourseVersion[]> {
  return await listCourses(db.read)
}

export async function listCourseEntries (db: Database): Promise<readonly CourseEntry[]> {
  const versions = await listCourses(db.read)
  const questions = await countQuestionsByVersion(db.read, versions.map(({ id }) => id))
  const cohorts = await countCohortsByVersion(db.read)
  return versions.map((version) => ({
    version,
    questions: questions.get(version.id) ?? 0,
    cohorts: cohorts.filter(({ courseId }) => courseId === version.courseId).reduce((sum, { count }) => sum + count, 0)
  }))
}

export interface CourseDetail {
  readonly version: CourseVersion
  readonly questions: number
  /** Those its activities lead to, in their order. */
  readonly quizzes: ReadonlyArray<{ readonly quiz: QuizDefinition, readonly asked: number }>
  /** Every version there is, the newest first, with the number of cohorts that keep it. */
  readonly versions: ReadonlyArray<{ readonly number: number, readonly publishedAt: string, readonly publishedBy: string | null, readonly notes: string, readonly cohorts: number }>
}

/** @param number of the version; undefined for the latest
 * @throws Refusal not-found */
export async function courseDetail (db: Database, courses: CourseCache, slug: string, number: number | undefined): Promise<CourseDetail> {
  const { version, versions } = await versionOf(db, slug, number)
  const questions = await courses.questions(db.read, version.id)
  const quizzes: Array<{ quiz: QuizDefinition, asked: number }> = []
  for (const { key, kind } of activitiesOf(version.outline)) {
    const quiz = kind === 'quiz' ? await courses.quiz(db.read, version.id, key) : undefined
    if (quiz !== undefined) quizzes.push({ quiz, asked: askedCount(quiz, questions) })
  }
  const cohorts = await countCohortsByVersion(db.read)
  return {
    version,
    questions: questions.length,
    quizzes,
    versions: versions.map(({ id, number, publishedAt, publishedBy, notes }) => ({ number, publishedAt, publishedBy, notes, cohorts: cohorts.find(({ versionId }) => versionId === id)?.count ?? 0 }))
  }
}

export interface LessonPreview {
  readonly version: CourseVersion
  readonly lesson: Lesson
}

/** A lesson as a trainee reads it, in the language nearest to the reader's.
 * @throws Refusal not-found */
export async function lessonPreview (db: Database, courses: CourseCache, slug: string, number: number | undefined, key: string, language: string): Promise<LessonPreview> {
  const { version } = await versionOf(db, slug, number)
  const lesson = await courses.lesson(db.read, version.id, key, [language])
  if (lesson === undefined) throw new Refusal('not-found')
  return { version, lesson }
}

/** A picture of a course, by the hash of its bytes.
 * @throws Refusal not-found */
export async function courseMedia (db: Database, hash: string): Promise<{ readonly type: string, readonly bytes: Buffer }> {
  const media = await selectOptionalMedia(db.read, hash)
  if (media === undefined) throw new Refusal('not-found')
  return media
}

async function versionOf (db: Database, slug: string, number: number | undefined): Promise<{ version: CourseVersion, versions: readonly CourseVersion[] }> {
  const versions = await selectVersions(db.read, slug)
  const version = number === undefined ? versions[0] : versions.find((one) => one.number === number)
  if (version === undefined) throw new Refusal('not-found')
  return { version, versions }
}

/** The files of a version, as it was published from them.
 * @throws Refusal not-found */
export async function exportVersion (db: Database, slug: string, number: number | undefined): Promise<{ readonly number: number, readonly files: readonly SourceFile[] }> {
  const { version } = await versionOf(db, slug, number)
  return { number: version.number, files: await filesOf(db.read, version) }
}

/** A download of a course, by the hash of its bytes.
 * @throws Refusal not-found */
export async function courseAttachment (db: Database, hash: string): Promise<{ readonly type: string, readonly bytes: Buffer }> {
  const attachment = await selectOptionalAttachment(db.read, hash)
  if (attachment === undefined) throw new Refusal('not-found')
  return attachment
}
