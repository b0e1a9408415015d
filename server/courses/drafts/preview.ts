import type { Database } from '../../db/database.ts'
import type { Person } from '../../person.ts'
import { readAttachment } from '../attachment.ts'
import { parseLesson } from '../lesson-file.ts'
import type { LineProblem } from '../located-yaml.ts'
import { renderMarkdown } from '../markdown.ts'
import { minutesOf } from '../minutes.ts'
import { attachmentRefs, pictureRefs } from '../outline.ts'
import { readPicture } from '../picture.ts'
import { holdingOf } from '../source-files.ts'
import { allFiles, getDraft } from './drafts.ts'
import { lessonParts } from './lesson-text.ts'

/** A lesson as a trainee would read it. */
export interface LessonSight {
  /** Safe HTML. */
  readonly html: string
  readonly minutes: number
  /** Lines of the file, and of the Markdown below its heading. */
  readonly problems: ReadonlyArray<LineProblem & { readonly bodyLine: number }>
}

/** Renders a lesson's file as it would be published, with the draft's pictures and downloads.
 * @throws Refusal not-found */
export async function seeLesson (db: Database, person: Person, id: string, text: string, language: string): Promise<LessonSight> {
  const { files } = await getDraft(db, person, id)
  const shown = await allFiles(db.read, files.filter(({ path }) => /^(images|files)\//.test(path)))
  const pictures = shown.flatMap(({ path, bytes }) => holdingOf(path) === 'picture' ? readPicture(path, bytes) ?? [] : [])
  const attachments = shown.flatMap(({ path, bytes }) => holdingOf(path) === 'attachment' ? readAttachment(path, bytes) ?? [] : [])
  const read = parseLesson(text.replace(/\r\n?/g, '\n'), new Set(shown.map(({ path }) => path)))
  const body = lessonParts(text.replace(/\r\n?/g, '\n'))?.body ?? text
  const above = text.replace(/\r\n?/g, '\n').split('\n').length - body.split('\n').length
  return {
    html: renderMarkdown(body, undefined, pictureRefs(pictures), attachmentRefs(attachments)),
    minutes: minutesOf(body, language),
    problems: 'problems' in read ? read.problems.map((problem) => ({ ...problem, bodyLine: Math.max(0, problem.line - above) })) : []
  }
}
