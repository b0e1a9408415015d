import { audit } from '../audit/audit.ts'
import type { Database, Tx } from '../db/database.ts'
import { textIn } from '../quiz/text.ts'
import { instant, type World } from '../world.ts'
import { contentHash } from './content-hash.ts'
import type { CourseSource } from './course-source.ts'
import { renderMarkdown } from './markdown.ts'
import { minutesOf } from './minutes.ts'
import { outlineOf } from './outline.ts'
import { insertCourse, insertLessons, insertMedia, insertQuestions, insertQuizzes, insertVersion, selectOptionalCourseId, selectOptionalLatestNumber, type Lesson } from './queries.ts'

export interface Publication {
  readonly slug: string
  /** The version that now stands. */
  readonly version: number
  /** False when the content was that of the latest version already: nothing has changed. */
  readonly published: boolean
}

/** Publishes a course as a new version, unless its content is that of the latest one. Versions already published stay as they are.
 * @param actorId the person who did it; null when the programme itself did */
export async function publishCourse (db: Database, world: World, actorId: string | null, source: CourseSource): Promise<Publication> {
  const prepared = prepare(source)
  return await db.write(async (tx) => await publishPrepared(tx, world, actorId, prepared))
}

/** Publishes several courses, all or none. */
export async function publishCourses (db: Database, world: World, actorId: string | null, sources: readonly CourseSource[]): Promise<Publication[]> {
  const prepared = sources.map(prepare)
  return await db.write(async (tx) => {
    const publications: Publication[] = []
    for (const course of prepared) publications.push(await publishPrepared(tx, world, actorId, course))
    return publications
  })
}

interface Prepared {
  readonly source: CourseSource
  readonly hash: string
  readonly lessons: readonly Lesson[]
}

/** The slow part, done before the one writer is held. */
function prepare (source: CourseSource): Prepared {
  const pictures = Object.fromEntries(source.pictures.map((picture) => [picture.path, picture]))
  return {
    source,
    hash: contentHash(source),
    lessons: source.lessons.map((lesson) => ({
      ...lesson,
      html: renderMarkdown(lesson.markdown, undefined, pictures),
      minutes: minutesOf(lesson.markdown, lesson.language)
    }))
  }
}

async function publishPrepared (tx: Tx, world: World, actorId: string | null, { source, hash, lessons }: Prepared): Promise<Publication> {
  const { slug, language, title, quizzes, banks } = source
  const known = await selectOptionalCourseId(tx, slug)
  const latest = known === undefined ? undefined : await selectOptionalLatestNumber(tx, known)
  if (latest?.contentHash === hash) return { slug, version: latest.number, published: false }

  const at = instant(world)
  const courseId = known ?? world.newId()
  if (known === undefined) await insertCourse(tx, { id: courseId, slug, createdAt: at })
  const id = world.newId()
  const version = (latest?.number ?? 0) + 1
  await insertVersion(tx, {
    id, courseId, number: version, contentHash: hash, title: textIn(title, language), outline: outlineOf(source), publishedAt: at
  })
  await insertMedia(tx, source.pictures, at)
  await insertLessons(tx, id, lessons)
  await insertQuizzes(tx, id, quizzes)
  await insertQuestions(tx, id, banks.flatMap(({ name, questions }) => questions.map((definition) => ({ id: world.newId(), bank: name, definition }))))
  await audit(tx, world, {
    actorId, action: 'course.published', subjectType: 'course-version', subjectId: id, detail: { slug, version, contentHash: hash }
  })
  return { slug, version, published: true }
}
