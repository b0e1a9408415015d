import { audit } from '../../audit/audit.ts'
import type { Database, Tx } from '../../db/database.ts'
import { hasRole, type Person } from '../../person.ts'
import { Refusal } from '../../refusals.ts'
import { instant, type World } from '../../world.ts'
import { filesOf } from '../export-course.ts'
import { hashed } from '../hashed-file.ts'
import { parseLocatedYaml } from '../located-yaml.ts'
import { readPicture } from '../picture.ts'
import { insertBlobs, insertMedia, selectBlobs, selectVersions } from '../queries.ts'
import { decode, holdingOf, readSource, type SourceFile } from '../source-files.ts'
import {
  countSaves, deleteAuthor, insertAuthor, insertDraft, insertSave, selectAuthors, selectChanges, selectDraftFiles, selectOpenDrafts, selectOptionalChange,
  selectOptionalDraft, selectOptionalDraftOf, selectOptionalLatest, selectOrigins, selectWriters, updateDraft, upsertOrigin, type Author, type Draft, type DraftChange, type DraftFile
} from './queries.ts'

export type { Author, Draft, DraftChange, DraftFile } from './queries.ts'

/** What a save did: `begun` the file came with the draft; `uploaded` it was sent as a file. */
export type What = 'begun' | 'written' | 'uploaded' | 'removed' | 'structure' | 'facts' | 'quiz' | 'questions' | 'restored'

const COURSE = 'course.yaml'
/** Most changes that a list tells. */
export const MOST_CHANGES = 200

export interface DraftEntry extends Draft {
  /** Saves since it was begun. */
  readonly saves: number
}

/** The drafts that somebody may write: their own; administrators all. */
export async function listDrafts (db: Database, person: Person): Promise<DraftEntry[]> {
  const drafts = await selectOpenDrafts(db.read, hasRole(person, 'administrator') ? null : person.id)
  const saves = await countSaves(db.read, drafts.map(({ id }) => id))
  return drafts.map((draft) => ({ ...draft, saves: saves.get(draft.id) ?? 0 }))
}

/** A draft whose author somebody is; administrators are of every one.
 * @throws Refusal not-found, so that nothing is told to others */
export async function ownDraft (tx: Tx, person: Person, id: string): Promise<Draft> {
  const draft = await selectOptionalDraft(tx, id)
  if (draft === undefined) throw new Refusal('not-found')
  if (hasRole(person, 'administrator')) return draft
  if (!(await selectAuthors(tx, id)).some((author) => author.id === person.id)) throw new Refusal('not-found')
  return draft
}

/** @throws Refusal not-found; draft-closed for one that was published or discarded */
async function openDraft (tx: Tx, person: Person, id: string): Promise<Draft> {
  const draft = await ownDraft(tx, person, id)
  if (draft.state !== 'open') throw new Refusal('draft-closed', { state: draft.state })
  return draft
}

export interface DraftDetail {
  readonly draft: Draft
  readonly files: readonly DraftFile[]
  readonly authors: readonly Author[]
}

/** @throws Refusal not-found */
export async function getDraft (db: Database, person: Person, id: string): Promise<DraftDetail> {
  const draft = await ownDraft(db.read, person, id)
  return { draft, files: await selectDraftFiles(db.read, id), authors: await selectAuthors(db.read, id) }
}

/** Where a new draft comes from. */
export type Beginning =
  | { readonly from: 'nothing', readonly slug: string, readonly language: string, readonly title: string }
  /** @param number of the version; the latest when left out */
  | { readonly from: 'version', readonly slug: string, readonly number?: number }
  | { readonly from: 'files', readonly files: readonly SourceFile[] }

/** Begins a draft; whoever does is its first author.
 * @returns its id
 * @throws Refusal not-found for an unknown version; bad-input for files that cannot stand in a course */
export async function beginDraft (db: Database, world: World, person: Person, beginning: Beginning): Promise<string> {
  const { files, baseId } = await filesToBegin(db.read, beginning)
  const read = readSource(files)
  const lost = read.problems.filter(({ file }) => !read.files.some(({ path }) => path === file))
  if (lost.length > 0) throw new Refusal('bad-input', {}, lost.map(({ file, line, message }) => ({ path: file, line, message: `${file}: ${message}` })))
  const id = world.newId()
  const at = instant(world)
  const { slug, title } = named(read.texts.get(COURSE), id)
  await db.write(async (tx) => {
    await insertDraft(tx, {
      id, slug, title, base_version_id: baseId, state: 'open', created_by: person.id, created_at: at, changed_by: person.id, changed_at: at, published_version_id: null
    })
    await insertAuthor(tx, id, person.id)
    await keep(tx, read.files, at)
    for (const file of read.files.map(hashed)) {
      await insertSave(tx, { draftId: id, path: file.path, after: 0, hash: file.hash, size: file.bytes.length, what: 'begun' satisfies What, byId: person.id, at })
    }
    const published = baseId === null ? undefined : await selectOptionalDraftOf(tx, baseId)
    for (const origin of published === undefined ? [] : await selectOrigins(tx, published)) await upsertOrigin(tx, id, origin)
    await audit(tx, world, { actorId: person.id, action: 'draft.begun', subjectType: 'draft', subjectId: id, detail: { slug, from: beginning.from } })
  })
  return id
}

async function filesToBegin (tx: Tx, beginning: Beginning): Promise<{ files: readonly SourceFile[], baseId: string | null }> {
  switch (beginning.from) {
    case 'nothing': return { files: [{ path: COURSE, bytes: Buffer.from(emptyCourse(beginning)) }], baseId: null }
    case 'files': return { files: beginning.files, baseId: null }
    case 'version': {
      const versions = await selectVersions(tx, beginning.slug)
      const version = beginning.number === undefined ? versions[0] : versions.find(({ number }) => number === beginning.number)
      if (version === undefined) throw new Refusal('not-found')
      return { files: await filesOf(tx, version), baseId: version.id }
    }
  }
}

function emptyCourse ({ slug, language, title }: { readonly slug: string, readonly language: string, readonly title: string }): string {
  return `# yaml-language-server: $schema=../schema/course.schema.json\nslug: ${slug}\nlanguage: ${language}\ntitle: ${JSON.stringify(title)}\nsummary: ""\nmodules: []\n`
}

/** What a draft is listed under, as far as its course.yaml can be read. */
function named (text: string | undefined, id: string): { slug: string, title: string } {
  const yaml = text === undefined ? undefined : parseLocatedYaml(text)
  const value = yaml !== undefined && 'value' in yaml && typeof yaml.value === 'object' && yaml.value !== null ? yaml.value as Readonly<Record<string, unknown>> : {}
  const title = value['title']
  const first = typeof title === 'object' && title !== null ? Object.values(title)[0] as unknown : title
  const slug = typeof value['slug'] === 'string' && value['slug'] !== '' ? value['slug'] : id
  return { slug, title: typeof first === 'string' && first.trim() !== '' ? first : slug }
}

async function keep (tx: Tx, files: readonly SourceFile[], at: string): Promise<void> {
  const pictures = files.flatMap(({ path, bytes }) => holdingOf(path) === 'picture' ? readPicture(path, bytes) ?? [] : [])
  const shown = new Set(pictures.map(({ hash }) => hash))
  await insertMedia(tx, pictures, at)
  await insertBlobs(tx, files.map(hashed).filter(({ hash }) => !shown.has(hash)))
}

/** One file of a draft as it is, and its text where it is one. */
export interface OpenedFile extends DraftFile {
  readonly bytes: Buffer
  /** `\n` between lines; null for what is no text. */
  readonly text: string | null
}

/** @throws Refusal not-found */
export async function openFile (db: Database, person: Person, id: string, path: string): Promise<OpenedFile> {
  await ownDraft(db.read, person, id)
  const file = (await selectDraftFiles(db.read, id)).find((file) => file.path === path)
  if (file === undefined) throw new Refusal('not-found')
  return await opened(db.read, file)
}

async function opened (tx: Tx, file: DraftFile): Promise<OpenedFile> {
  const bytes = (await selectBlobs(tx, [file.hash])).get(file.hash) ?? Buffer.alloc(0)
  return { ...file, bytes, text: textOf(file.path, bytes) }
}

function textOf (path: string, bytes: Buffer): string | null {
  if (isPlainFile(path)) return null
  const read = decode(bytes)
  return 'text' in read ? read.text : bytes.toString('latin1')
}

/** A picture or a download: not written here. */
function isPlainFile (path: string): boolean {
  const holds = holdingOf(path)
  return holds === 'picture' || holds === 'attachment'
}

/** All of its files with their bytes, by path. */
export async function allFiles (tx: Tx, files: readonly DraftFile[]): Promise<SourceFile[]> {
  const blobs = await selectBlobs(tx, files.map(({ hash }) => hash))
  return files.map(({ path, hash }) => ({ path, bytes: blobs.get(hash) ?? Buffer.alloc(0) }))
}

/** A change of one file. */
export interface FileEdit {
  readonly path: string
  /** The version that was seen; 0 for a file that is not there. */
  readonly version: number
  /** What it shall be; null takes it away. Of a text, in whatever line ends. */
  readonly content: string | Buffer | null
}

/** What stands in place of what somebody had seen: in the answer of a refused save. */
export interface Meanwhile {
  readonly path: string
  /** The latest; of a file that was taken away, `text` is null and `removed` true. */
  readonly version: number
  readonly removed: boolean
  readonly text: string | null
  /** By name. */
  readonly by: string
  readonly at: string
}

/** Saves files of a draft, all or none: each only on top of the version that was seen.
 * @param also what goes with it, in the same unit of work
 * @returns the version of each path that now stands; one that is as it was has no new one
 * @throws Refusal not-found, draft-closed; edited-meanwhile with `now` (Meanwhile); bad-input for a file that does not belong */
export async function saveFiles (db: Database, world: World, person: Person, id: string, what: What, edits: readonly FileEdit[], also: (tx: Tx) => Promise<void> = async () => {}): Promise<Readonly<Record<string, number>>> {
  const files = edits.flatMap(({ path, content }): SourceFile[] => content === null ? [] : [{ path, bytes: typeof content === 'string' ? Buffer.from(content.replace(/\r\n?/g, '\n')) : content }])
  const { problems } = readSource(files)
  // What a text says may be wrong while it is written; what no course may hold is refused.
  if (problems.length > 0) throw new Refusal('bad-input', {}, problems.map(({ file, line, message }) => ({ path: file, line, message: `${file}: ${message}` })))
  return await db.write(async (tx) => {
    await openDraft(tx, person, id)
    await also(tx)
    const at = instant(world)
    const standing: Record<string, number> = {}
    const saved: string[] = []
    for (const { path, version, content } of edits) {
      const latest = await selectOptionalLatest(tx, id, path)
      const bytes = files.find((file) => file.path === path)?.bytes
      const isGone = latest?.hash === null
      if (isGone && content === null) {
        standing[path] = latest.version
        continue
      }
      const seen = latest === undefined || (isGone && version === 0) ? 0 : latest.version
      if (seen !== version) throw new Refusal('edited-meanwhile', { now: await meanwhile(tx, path, latest) })
      if (latest !== undefined && await isAsItWas(tx, path, latest, content === null ? null : bytes ?? null)) {
        standing[path] = latest.version
        continue
      }
      if (latest === undefined && content === null) continue
      if (bytes !== undefined) await keep(tx, [{ path, bytes }], at)
      const hash = bytes === undefined ? null : hashed({ path, bytes }).hash
      const after = latest?.version ?? 0
      if (!await insertSave(tx, { draftId: id, path, after, hash, size: bytes?.length ?? 0, what, byId: person.id, at })) {
        throw new Refusal('edited-meanwhile', { now: await meanwhile(tx, path, await selectOptionalLatest(tx, id, path)) })
      }
      standing[path] = after + 1
      saved.push(path)
    }
    if (saved.length === 0) return standing
    const course = files.find(({ path }) => path === COURSE)
    const text = course === undefined ? undefined : textOf(COURSE, course.bytes) ?? undefined
    await updateDraft(tx, id, { ...text !== undefined && named(text, id), changed_by: person.id, changed_at: at })
    await audit(tx, world, { actorId: person.id, action: 'draft.saved', subjectType: 'draft', subjectId: id, detail: { files: saved, what } })
    return standing
  })
}

/** A text that differs in its line ends alone is left as it is. */
async function isAsItWas (tx: Tx, path: string, latest: DraftChange, bytes: Buffer | null): Promise<boolean> {
  if (latest.hash === null || bytes === null) return latest.hash === null && bytes === null
  if (hashed({ path, bytes }).hash === latest.hash) return true
  const before = (await selectBlobs(tx, [latest.hash])).get(latest.hash)
  return before !== undefined && !isPlainFile(path) && textOf(path, before) === textOf(path, bytes)
}

async function meanwhile (tx: Tx, path: string, latest: DraftChange | undefined): Promise<Meanwhile> {
  if (latest === undefined) return { path, version: 0, removed: true, text: null, by: '', at: '' }
  const bytes = latest.hash === null ? undefined : (await selectBlobs(tx, [latest.hash])).get(latest.hash)
  return { path, version: latest.hash === null ? 0 : latest.version, removed: latest.hash === null, text: bytes === undefined ? null : textOf(path, bytes), by: latest.by, at: latest.at }
}

export interface DraftHistory {
  readonly draft: Draft
  readonly changes: readonly DraftChange[]
}

/** Who saved what, the latest first.
 * @throws Refusal not-found */
export async function historyOf (db: Database, person: Person, id: string, path: string | null): Promise<DraftHistory> {
  return { draft: await ownDraft(db.read, person, id), changes: await selectChanges(db.read, id, path, MOST_CHANGES) }
}

export interface ChangeDetail {
  readonly draft: Draft
  readonly change: DraftChange
  /** The texts before and after; null for what is no text. A file that was not there, or was taken away, is ''. */
  readonly before: string | null
  readonly after: string | null
  /** The version of this path that stands now; 0 when it was taken away. */
  readonly standing: number
}

/** One save, and what it changed. @throws Refusal not-found */
export async function changeOf (db: Database, person: Person, id: string, path: string, version: number): Promise<ChangeDetail> {
  const draft = await ownDraft(db.read, person, id)
  const change = await selectOptionalChange(db.read, id, path, version)
  if (change === undefined) throw new Refusal('not-found')
  const latest = await selectOptionalLatest(db.read, id, path)
  return { draft, change, before: await textAt(db.read, id, path, version - 1), after: await textAt(db.read, id, path, version), standing: latest?.hash === null ? 0 : latest?.version ?? 0 }
}

/** What a file said at one of its versions; '' where it was not there, null for what is no text. */
export async function textAt (tx: Tx, id: string, path: string, version: number): Promise<string | null> {
  const change = await selectOptionalChange(tx, id, path, version)
  if (change === undefined || change.hash === null) return ''
  const bytes = (await selectBlobs(tx, [change.hash])).get(change.hash)
  return bytes === undefined ? null : textOf(path, bytes)
}

/** What makes a file what it was at one of its versions, to be saved.
 * @throws Refusal not-found */
export async function restoringEdit (db: Database, person: Person, id: string, { path, version, seen }: { readonly path: string, readonly version: number, readonly seen: number }): Promise<FileEdit> {
  await ownDraft(db.read, person, id)
  const change = await selectOptionalChange(db.read, id, path, version)
  if (change === undefined) throw new Refusal('not-found')
  return { path, version: seen, content: change.hash === null ? null : (await selectBlobs(db.read, [change.hash])).get(change.hash) ?? null }
}

/** The hash of a file at one of its versions; null where it was not there. @throws Refusal not-found for a draft of others */
export async function hashAt (db: Database, person: Person, id: string, path: string, version: number): Promise<string | null> {
  await ownDraft(db.read, person, id)
  return (await selectOptionalChange(db.read, id, path, version))?.hash ?? null
}

/** The version of a file that stood at an instant; 0 where there was none. @throws Refusal not-found for a draft of others */
export async function versionAt (db: Database, person: Person, id: string, path: string, at: string): Promise<number> {
  const { changes } = await historyOf(db, person, id, path)
  return Math.max(0, ...changes.filter((change) => change.at <= at).map(({ version }) => version))
}

/** The "no" to what overlooks saves that came since a draft was looked at.
 * @param seen when it had been changed last, as it was looked at
 * @returns edited-meanwhile with `now` {changedAt, by} and `changes`, the latest first */
export async function savedSince (tx: Tx, id: string, seen: string): Promise<Refusal> {
  const changes = (await selectChanges(tx, id, null, MOST_CHANGES)).filter(({ at }) => at > seen)
  const draft = await selectOptionalDraft(tx, id)
  return new Refusal('edited-meanwhile', {
    now: { changedAt: draft?.changedAt ?? '', by: draft?.changedBy ?? '' },
    changes: changes.map(({ path, version, what, by, at }): SavedSince => ({ path, version, what, by, at }))
  })
}

/** A save that came since a draft was looked at. */
export interface SavedSince {
  readonly path: string
  readonly version: number
  readonly what: string
  /** By name. */
  readonly by: string
  readonly at: string
}

/** Everybody who may be made an author. */
export async function listWriters (db: Database): Promise<readonly Author[]> {
  return await selectWriters(db.read)
}

/** Adding somebody twice changes nothing.
 * @throws Refusal not-found for the draft, or somebody who writes no courses */
export async function addAuthor (db: Database, world: World, person: Person, id: string, authorId: string): Promise<void> {
  await db.write(async (tx) => {
    await openDraft(tx, person, id)
    if (!(await selectWriters(tx)).some((writer) => writer.id === authorId)) throw new Refusal('not-found')
    if (!await insertAuthor(tx, id, authorId)) return
    await audit(tx, world, { actorId: person.id, action: 'draft.author-added', subjectType: 'draft', subjectId: id, detail: { personId: authorId } })
  })
}

/** @throws Refusal not-found; bad-input for the last author */
export async function removeAuthor (db: Database, world: World, person: Person, id: string, authorId: string): Promise<void> {
  await db.write(async (tx) => {
    await openDraft(tx, person, id)
    const authors = await selectAuthors(tx, id)
    if (!authors.some((author) => author.id === authorId)) return
    if (authors.length === 1) throw new Refusal('bad-input', {}, [{ path: 'personId', message: 'a draft keeps at least one author', words: { key: 'refused.last-author' } }])
    await deleteAuthor(tx, id, authorId)
    await audit(tx, world, { actorId: person.id, action: 'draft.author-removed', subjectType: 'draft', subjectId: id, detail: { personId: authorId } })
  })
}

/** Takes a draft off the desk. Its files stay in the database, and in the log who did it.
 * @param seen when it had been changed last, as it was looked at: what somebody saved since is not discarded unseen
 * @throws Refusal not-found, draft-closed; edited-meanwhile as `savedSince` */
export async function discardDraft (db: Database, world: World, person: Person, id: string, seen?: string): Promise<void> {
  await db.write(async (tx) => {
    const draft = await openDraft(tx, person, id)
    if (seen !== undefined && draft.changedAt !== seen) throw await savedSince(tx, id, seen)
    await updateDraft(tx, id, { state: 'discarded', changed_by: person.id, changed_at: instant(world) })
    await audit(tx, world, { actorId: person.id, action: 'draft.discarded', subjectType: 'draft', subjectId: id })
  })
}
