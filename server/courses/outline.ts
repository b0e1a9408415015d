import type { Text } from '../quiz/text.ts'
import type { CourseSource, SourceLesson } from './course-source.ts'
import { minutesOf } from './minutes.ts'
import type { Attachment, AttachmentRef } from './attachment.ts'
import type { Picture, PictureRef } from './picture.ts'

export type ActivityKind = 'lesson' | 'quiz'

/** A course at a glance: all that a list, a course page or a rule of completion needs. */
export interface CourseOutline {
  readonly slug: string
  /** The first language (BCP 47). */
  readonly language: string
  readonly title: Text
  readonly summary: Text
  /** How long its certificate is valid; null: it does not expire. */
  readonly validMonths: number | null
  readonly modules: readonly OutlineModule[]
  readonly banks: ReadonlyArray<{ readonly name: string, readonly title: Text }>
  /** By their paths in the course's folder; left out when there are none. */
  readonly pictures?: Readonly<Record<string, PictureRef>>
  /** Likewise. */
  readonly attachments?: Readonly<Record<string, AttachmentRef>>
}

export interface OutlineModule {
  readonly key: string
  readonly title: Text
  readonly summary?: Text
  readonly activities: readonly OutlineActivity[]
}

export interface OutlineActivity {
  /** Unique in the course. */
  readonly key: string
  readonly kind: ActivityKind
  readonly title: Text
  /** Reading time of a lesson in the first language, or a quiz's time limit; left out when there is none. */
  readonly minutes?: number
}

/** @throws Error when an activity leads nowhere, which a source from `readCourse` never has */
export function outlineOf (source: CourseSource): CourseOutline {
  const { slug, language, title, summary, validMonths, banks, pictures, attachments = [] } = source
  return {
    slug,
    language,
    title,
    summary,
    validMonths,
    modules: source.modules.map((module) => ({
      ...module,
      activities: module.activities.map(({ key, kind }) => kind === 'lesson' ? lessonActivity(source, key) : quizActivity(source, key))
    })),
    banks: banks.map(({ name, title }) => ({ name, title })),
    ...pictures.length > 0 && { pictures: pictureRefs(pictures) },
    ...attachments.length > 0 && { attachments: attachmentRefs(attachments) }
  }
}

/** Pictures as texts and questions look them up. */
export function pictureRefs (pictures: readonly Picture[]): Readonly<Record<string, PictureRef>> {
  return Object.fromEntries(pictures.map(({ path, hash, width, height }) => [path, { hash, width, height }]))
}

/** Attachments as texts look them up. */
export function attachmentRefs (attachments: readonly Attachment[]): Readonly<Record<string, AttachmentRef>> {
  return Object.fromEntries(attachments.map(({ path, hash, type, bytes }) => [path, { hash, type, size: bytes.length }]))
}

/** Every activity of a course, in the order a trainee meets them. */
export function activitiesOf (outline: CourseOutline): readonly OutlineActivity[] {
  return outline.modules.flatMap(({ activities }) => activities)
}

function lessonActivity ({ language, lessons }: CourseSource, key: string): OutlineActivity {
  const written = lessons.filter((lesson) => lesson.key === key)
  const first = written.find((lesson) => lesson.language === language)
  if (first === undefined) throw new Error(`no lesson '${key}' in '${language}'`)
  return { key, kind: 'lesson', title: titleOf(first, written), minutes: minutesOf(first.markdown, language) }
}

/** The titles of a lesson's languages, the first language first. */
function titleOf (first: SourceLesson, written: readonly SourceLesson[]): Text {
  if (written.length === 1) return first.title
  return Object.fromEntries([first, ...written.filter((lesson) => lesson !== first)].map(({ language, title }) => [language, title]))
}

function quizActivity ({ quizzes }: CourseSource, key: string): OutlineActivity {
  const quiz = quizzes.find((quiz) => quiz.key === key)
  if (quiz === undefined) throw new Error(`no quiz '${key}'`)
  const { title, limitMinutes } = quiz
  return { key, kind: 'quiz', title, ...(limitMinutes === undefined ? {} : { minutes: limitMinutes }) }
}
