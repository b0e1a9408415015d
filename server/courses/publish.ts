import { audit } from '../audit/audit.ts'
import type { Database, Tx } from '../db/database.ts'
import { textIn } from '../quiz/text.ts'
import { instant, type World } from '../world.ts'
import { contentHash } from './content-hash.ts'
import { hashed, type HashedFile } from './hashed-file.ts'
import type { CourseSource } from './course-source.ts'
import { renderMarkdown } from './markdown.ts'
import { minutesOf } from './minutes.ts'
import { attachmentRefs, outlineOf } from './outline.ts'
import { insertAttachments, insertBlobs, insertCourse, insertLessons, insertMedia, insertQuestions, insertQuizzes, insertVersion, insertVersionFiles, selectOptionalCourseId, selectOptionalLatestNumber, type Lesson } from './queries.ts'

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
  return await db.write(async (tx) => (await publishPrepared(tx, world, actorId, prepared)).publication)
}

/** A course that is ready to be published, its lessons rendered: the slow part. */
export type Ready = Prepared

export function readyToPublish (source: CourseSource): Ready {
  return prepare(source)
}

/** Publishes within a unit of work that does more.
 * @param notes what its authors say has changed */
export async function publishReady (tx: Tx, world: World, actorId: string, ready: Ready, notes: string): Promise<Publication & { readonly versionId: string }> {
  const { publication, versionId } = await publishPrepared(tx, world, actorId, ready, notes)
  return { ...publication, versionId }
}

/** Publishes several courses, all or none. */
export async function publishCourses (db: Database, world: World, actorId: string | null, sources: readonly CourseSource[]): Promise<Publication[]> {
  const prepared = sources.map(prepare)
  return await db.write(async (tx) => {
    const publications: Publication[] = []
    for (const course of prepared) publications.push((await publishPrepared(tx, world, actorId, course)).publication)
    return publications
  })
}

interface Prepared {
  readonly source: CourseSource
  readonly files: readonly HashedFile[]
  readonly hash: string
  readonly lessons: readonly Lesson[]
}

/** The slow part, done before the one writer is held. */
function prepare (source: CourseSource): Prepared {
  const pictures = Object.fromEntries(source.pictures.map((picture) => [picture.path, picture]))
  const attachments = attachmentRefs(source.attachments ?? [])
  return {
    source,
    files: (source.files ?? []).map(hashed),
    hash: contentHash(source),
    lessons: source.lessons.map((lesson) => ({
      ...lesson,
      html: renderMarkdown(lesson.markdown, undefined, pictures, attachments),
      minutes: minutesOf(lesson.markdown, lesson.language)
    }))
  }
}

async function publishPrepared (tx: Tx, world: World, actorId: string | null, { source, files, hash, lessons }: Prepared, notes = ''): Promise<{ readonly publication: Publication, readonly versionId: string }> {
  const { slug, language, title, quizzes, banks } = source
  const known = await selectOptionalCourseId(tx, slug)
  const latest = known === undefined ? undefined : await selectOptionalLatestNumber(tx, known)
  if (latest?.contentHash === hash) return { publication: { slug, version: latest.number, published: false }, versionId: latest.id }

  const at = instant(world)
  const courseId = known ?? world.newId()
  if (known === undefined) await insertCourse(tx, { id: courseId, slug, createdAt: at })
  const id = world.newId()
  const version = (latest?.number ?? 0) + 1
  await insertVersion(tx, {
    id, courseId, number: version, contentHash: hash, title: textIn(title, language), outline: outlineOf(source), publishedAt: at, notes, publishedBy: actorId
  })
  await insertMedia(tx, source.pictures, at)
  await insertAttachments(tx, source.attachments ?? [], at)
  const shown = new Set(source.pictures.map(({ hash }) => hash))
  await insertBlobs(tx, files.filter(({ hash }) => !shown.has(hash)))
  await insertVersionFiles(tx, id, files)
  await insertLessons(tx, id, lessons)
  await insertQuizzes(tx, id, quizzes)
  await insertQuestions(tx, id, banks.flatMap(({ name, questions }) => questions.map((definition) => ({ id: world.newId(), bank: name, definition }))))
  await audit(tx, world, {
    actorId, action: 'course.published', subjectType: 'course-version', subjectId: id, detail: { slug, version, contentHash: hash, ...notes !== '' && { notes } }
  })
  return { publication: { slug, version, published: true }, versionId: id }
}
