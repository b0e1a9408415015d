import { copyCourse } from '../courses/bank/copy.ts'
import { createBank } from '../courses/banks.ts'
import { makeCourseCache } from '../courses/courses.ts'
import { beginDraft } from '../courses/drafts/drafts.ts'
import type { Database } from '../db/database.ts'
import type { Person } from '../person.ts'
import { later } from './calendar.ts'
import { INTAKE_COURSE } from './cohort-plan.ts'
import type { Content } from './content.ts'
import type { World } from '../world.ts'

const MINUTE_MS = 60_000

/** What an instructor of the sample programme has on the desk: a bank of each course's questions, and a draft of the next version of the
 * course that is asked for most. @param since when it was begun; each step takes a minute */
export function deskWork (db: Database, instructor: Person, contents: ReadonlyMap<string, Content>, since: string): Array<{ readonly at: string, readonly act: (world: World) => Promise<void> }> {
  const courses = makeCourseCache()
  const banks = [...contents].map(([slug, { title, version }]) => async (world: World): Promise<void> => {
    const { id } = await createBank(db, world, instructor, { name: title, language: version.outline.language })
    await copyCourse(db, courses, world, instructor, id, slug)
  })
  const draft = async (world: World): Promise<void> => { await beginDraft(db, world, instructor, { from: 'version', slug: INTAKE_COURSE }) }
  return [...banks, ...contents.has(INTAKE_COURSE) ? [draft] : []].map((act, index) => ({ at: later(since, index * MINUTE_MS), act }))
}
