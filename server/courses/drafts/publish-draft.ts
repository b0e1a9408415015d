import { audit } from '../../audit/audit.ts'
import type { Database, Tx } from '../../db/database.ts'
import type { Person } from '../../person.ts'
import { Refusal } from '../../refusals.ts'
import { instant, type World } from '../../world.ts'
import { filesOf } from '../export-course.ts'
import { publishReady, readyToPublish, type Publication } from '../publish.ts'
import { selectOptionalLatestVersion, type CourseVersion } from '../queries.ts'
import { fingerprintOf, type Checker } from './check.ts'
import { compareCourses, type Comparison } from './compare.ts'
import { allFiles, getDraft, ownDraft, savedSince, type Draft } from './drafts.ts'
import { selectDraftFiles, updateDraft } from './queries.ts'

/** What publishing a draft would change. */
export interface Outlook {
  readonly draft: Draft
  /** The latest version of the course that it would follow; undefined for a new course. */
  readonly latest: CourseVersion | undefined
  /** With the latest version; of a new course, with nothing. */
  readonly comparison: Comparison
  /** Another version was published since the draft was begun. */
  readonly isOvertaken: boolean
  /** Its slug is that of a course that the draft was not begun from. */
  readonly isTaken: boolean
}

/** @throws Refusal not-found */
export async function outlookOf (db: Database, person: Person, id: string): Promise<Outlook> {
  const { draft, files } = await getDraft(db, person, id)
  const latest = await selectOptionalLatestVersion(db.read, draft.slug)
  const comparison = compareCourses(latest === undefined ? [] : await filesOf(db.read, latest), await allFiles(db.read, files))
  return { draft, latest, comparison, ...standingOf(draft, latest) }
}

function standingOf (draft: Draft, latest: CourseVersion | undefined): { readonly isOvertaken: boolean, readonly isTaken: boolean } {
  const isOwn = draft.base !== null && latest !== undefined && draft.base.slug === latest.slug
  return { isTaken: latest !== undefined && !isOwn, isOvertaken: isOwn && draft.base.number !== latest.number }
}

/** Publishes a draft as a new version of its course, which never changes, and closes the draft. A draft whose content is that
 * of the latest version publishes nothing and stays open.
 * @param input.seen when it had been changed last, as it was looked at; what stands now when left out
 * @param input.over the number of the version that it is known to follow, where that was published after the draft was begun
 * @throws Refusal not-found, draft-closed; draft-has-problems with each; course-taken for a slug of another course;
 *   published-meanwhile with `version`; edited-meanwhile as `savedSince` when a file was saved since it was looked at */
export async function publishDraft (db: Database, checker: Checker, world: World, person: Person, id: string, input: { readonly notes: string, readonly over: number | null, readonly seen?: string | undefined }): Promise<Publication> {
  const { draft, files } = await getDraft(db, person, id)
  if (draft.state !== 'open') throw new Refusal('draft-closed', { state: draft.state })
  const looked = input.seen ?? draft.changedAt
  if (looked !== draft.changedAt) throw await savedSince(db.read, id, looked)
  const { course, problems } = await checker.check(db.read, files)
  if (course === undefined) throw new Refusal('draft-has-problems', {}, problems.map(({ file, line, path, message }) => ({ field: file, line, path, message })))
  const ready = readyToPublish(course)
  const seen = fingerprintOf(files)
  return await db.write(async (tx) => {
    await stillAsSeen(tx, person, id, seen, looked)
    const latest = await selectOptionalLatestVersion(tx, course.slug)
    const { isTaken, isOvertaken } = standingOf(draft, latest)
    if (isTaken) throw new Refusal('course-taken', { slug: course.slug })
    if (isOvertaken && latest?.number !== input.over) throw new Refusal('published-meanwhile', { version: latest?.number })
    const { versionId, ...publication } = await publishReady(tx, world, person.id, ready, input.notes.replace(/\r\n?/g, '\n').trim())
    if (!publication.published) return publication
    await updateDraft(tx, id, { state: 'published', published_version_id: versionId, changed_by: person.id, changed_at: instant(world) })
    await audit(tx, world, { actorId: person.id, action: 'draft.published', subjectType: 'draft', subjectId: id, detail: { slug: publication.slug, version: publication.version } })
    return publication
  })
}

async function stillAsSeen (tx: Tx, person: Person, id: string, fingerprint: string, looked: string): Promise<void> {
  const draft = await ownDraft(tx, person, id)
  if (draft.state !== 'open') throw new Refusal('draft-closed', { state: draft.state })
  if (fingerprintOf(await selectDraftFiles(tx, id)) !== fingerprint) throw await savedSince(tx, id, looked)
}
