import { copyCourse } from '../courses/bank/copy.ts'
import { createBank } from '../courses/banks.ts'
import { makeCourseCache } from '../courses/courses.ts'
import { addAuthor, beginDraft, openFile, saveFiles } from '../courses/drafts/drafts.ts'
import type { Database } from '../db/database.ts'
import type { Person } from '../person.ts'
import { later } from './calendar.ts'
import { INTAKE_COURSE } from './cohort-plan.ts'
import type { Content } from './content.ts'
import type { World } from '../world.ts'

const MINUTE_MS = 60_000

/** What its authors have changed in the draft so far: a lesson, and the time for the exam. */
const LESSON = 'lessons/the-first-hour.en.md'
const ADDED = `## Before you hand over

Read your note once more as the colleague of the night shift will. Which account is held, until when, and who is to be called when the hold ends? What is still open, and what must not wait until the morning? A hand-over of five minutes saves the hour that you have just won.

`

/** What instructors of the sample programme have on the desk: a bank of each course's questions, and a draft of the next version of the
 * course that is asked for most, which two of them write. @param since when it was begun; each step takes a minute */
export function deskWork (db: Database, [instructor, other]: readonly [Person, Person, ...Person[]], contents: ReadonlyMap<string, Content>, since: string): Array<{ readonly at: string, readonly act: (world: World) => Promise<void> }> {
  const courses = makeCourseCache()
  let draftId = ''
  const change = async (world: World, who: Person, what: 'written' | 'quiz', path: string, of: (text: string) => string): Promise<void> => {
    const { text, version } = await openFile(db, who, draftId, path)
    await saveFiles(db, world, who, draftId, what, [{ path, version, content: of(text ?? '') }])
  }
  const banks = [...contents].map(([slug, { title, version }]) => async (world: World): Promise<void> => {
    const { id } = await createBank(db, world, instructor, { name: title, language: version.outline.language })
    await copyCourse(db, courses, world, instructor, id, slug)
  })
  const writing = [
    async (world: World) => { draftId = await beginDraft(db, world, instructor, { from: 'version', slug: INTAKE_COURSE }) },
    async (world: World) => { await addAuthor(db, world, instructor, draftId, other.id) },
    async (world: World) => { await change(world, other, 'written', LESSON, (text) => text.replace('## Sources', `${ADDED}## Sources`)) },
    async (world: World) => { await change(world, instructor, 'quiz', 'course.yaml', (text) => text.replace('limitMinutes: 60', 'limitMinutes: 75').replace('in sixty minutes', 'in seventy-five minutes')) }
  ]
  return [...banks, ...contents.has(INTAKE_COURSE) ? writing : []].map((act, index) => ({ at: later(since, index * MINUTE_MS), act }))
}
