import { audit } from '../../audit/audit.ts'
import { listLatestCourses } from '../../courses/desk.ts'
import { selectOptionalMedia } from '../../courses/queries.ts'
import type { Database, Tx } from '../../db/database.ts'
import { assertAdministrator, type Person } from '../../person.ts'
import { makeRecent } from '../../recent.ts'
import { textIn } from '../../quiz/text.ts'
import { Refusal } from '../../refusals.ts'
import type { World } from '../../world.ts'
import {
  insertTemplate, insertTemplateVersion, replaceTemplateCourses, selectCurrentContent, selectOptionalContent, selectOptionalTemplate, selectTemplateCourses, selectTemplates,
  selectTemplateVersions, updateTemplate, type TemplateLine, type TemplateVersion
} from './queries.ts'
import { canonical, picturesOf, templateProblems, type TemplateContent, type TemplateProblem } from './template.ts'

export type { TemplateLine, TemplateVersion } from './queries.ts'

/** A template as the desk sees it. */
export interface Template extends TemplateLine {
  /** Slugs of the courses whose certificates are issued with it; '' for every course without a template of its own. */
  readonly courses: readonly string[]
  readonly content: TemplateContent
  /** The newest first. */
  readonly versions: readonly TemplateVersion[]
}

/** What is to be saved. */
export interface TemplateInput {
  readonly name: string
  readonly courses: readonly string[]
  readonly content: TemplateContent
}

/** Every template, by name, with the courses that use it. @throws Refusal not-allowed */
export async function listTemplates (db: Database, person: Person): Promise<ReadonlyArray<TemplateLine & { readonly courses: readonly string[] }>> {
  assertAdministrator(person)
  const used = await selectTemplateCourses(db.read)
  return (await selectTemplates(db.read)).map((line) => ({ ...line, courses: coursesOf(used, line.id) }))
}

/** @throws Refusal not-allowed, not-found */
export async function getTemplate (db: Database, person: Person, id: string): Promise<Template> {
  assertAdministrator(person)
  const line = await selectOptionalTemplate(db.read, id)
  const current = await selectCurrentContent(db.read, id)
  if (line === undefined || current === undefined) throw new Refusal('not-found')
  return { ...line, courses: coursesOf(await selectTemplateCourses(db.read), id), content: current.content, versions: await selectTemplateVersions(db.read, id) }
}

function coursesOf (used: ReadonlyMap<string, string>, id: string): string[] {
  return [...used].filter(([, templateId]) => templateId === id).map(([slug]) => slug).sort()
}

/** Courses that may use a template, by slug, with their titles. */
export async function templateCourses (db: Database): Promise<ReadonlyArray<{ readonly slug: string, readonly title: string }>> {
  return (await listLatestCourses(db)).map(({ slug, outline }) => ({ slug, title: textIn(outline.title, outline.language) }))
}

/** Saves a template. What it looked like before stays as a version, and certificates stay as they were issued; those that are
 * issued or re-issued from now on have the new one.
 * @param id null for a new template
 * @param edits as it was read; 0 for a new one
 * @returns its id, or every problem
 * @throws Refusal not-allowed, not-found, edited-meanwhile */
export async function saveTemplate (db: Database, world: World, person: Person, id: string | null, input: TemplateInput, options: { readonly edits: number, readonly languages: readonly string[] }): Promise<{ readonly id: string } | { readonly problems: readonly TemplateProblem[] }> {
  assertAdministrator(person)
  const name = input.name.normalize('NFC').trim()
  const content = canonical(input.content)
  const problems = [...templateProblems(name, content, options.languages), ...await storedProblems(db, input.courses, content)]
  if (problems.length > 0) return { problems }
  const courses = [...new Set(input.courses)].sort()
  return await db.write(async (tx) => {
    const at = world.now().toISOString()
    if (id === null) {
      const made = world.newId()
      await insertTemplate(tx, { id: made, name }, person.id, at)
      await insertTemplateVersion(tx, { id: world.newId(), templateId: made, number: 1, content }, person.id, at)
      await replaceTemplateCourses(tx, made, courses)
      await audit(tx, world, { actorId: person.id, action: 'certificate-template.created', subjectType: 'certificate-template', subjectId: made, detail: { title: name, courses } })
      return { id: made }
    }
    const [line, current] = [await selectOptionalTemplate(tx, id), await selectCurrentContent(tx, id)]
    if (line === undefined || current === undefined) throw new Refusal('not-found')
    const changed = JSON.stringify(canonical(current.content)) !== JSON.stringify(content)
    const number = line.number + (changed ? 1 : 0)
    if (line.edits !== options.edits || !await updateTemplate(tx, { id, name, number, edits: options.edits })) throw new Refusal('edited-meanwhile', { now: { name: line.name, version: line.number, edits: line.edits, courses: coursesOf(await selectTemplateCourses(tx), id), content: current.content } })
    if (changed) await insertTemplateVersion(tx, { id: world.newId(), templateId: id, number, content }, person.id, at)
    await replaceTemplateCourses(tx, id, courses)
    await audit(tx, world, { actorId: person.id, action: 'certificate-template.edited', subjectType: 'certificate-template', subjectId: id, detail: { title: name, version: number, courses } })
    return { id }
  })
}

/** Courses and pictures that there are not. */
async function storedProblems (db: Database, courses: readonly string[], content: TemplateContent): Promise<TemplateProblem[]> {
  const known = new Set((await templateCourses(db)).map(({ slug }) => slug))
  const problems: TemplateProblem[] = courses.filter((slug) => slug !== '' && !known.has(slug)).map((course) => ({ path: 'courses', code: 'courses', values: { course } }))
  for (const hash of picturesOf(content)) {
    // Hashes come from the form: one that leads nowhere would leave certificates that cannot be made.
    if ((await selectOptionalMedia(db.read, hash))?.type !== 'image/png') throw new Refusal('bad-input', {}, [{ path: 'picture', message: `there is no such picture: ${hash.slice(0, 12)}` }])
  }
  return problems
}

/** How some certificates look: content and pictures of one version. */
export interface Look {
  /** Of the version; a draft has none. */
  readonly versionId: string | null
  readonly content: TemplateContent
  /** PNG, by hash. */
  readonly pictures: ReadonlyMap<string, Uint8Array>
}

export type Looks = (tx: Tx, versionId: string | null) => Promise<Look | null>

/** Versions never change, so each is read once. */
export function makeLooks (): Looks {
  const kept = makeRecent<Look>(20)
  return async (tx, versionId) => {
    if (versionId === null) return null
    const known = kept.get(versionId)
    if (known !== undefined) return known
    const content = await selectOptionalContent(tx, versionId)
    if (content === undefined) throw new Error(`no version ${versionId} of a template`)
    return kept.keep(versionId, await lookOf(tx, versionId, content))
  }
}

/** What a content looks like, with its pictures. @param versionId null for one that is not saved */
export async function lookOf (tx: Tx, versionId: string | null, content: TemplateContent): Promise<Look> {
  const pictures = new Map<string, Uint8Array>()
  for (const hash of picturesOf(content)) {
    const media = await selectOptionalMedia(tx, hash)
    if (media !== undefined) pictures.set(hash, media.bytes)
  }
  // One that is gone leaves its place empty.
  const there = (hash: string | null): string | null => hash !== null && pictures.has(hash) ? hash : null
  return { versionId, content: { ...content, logo: there(content.logo), seal: there(content.seal), signatories: content.signatories.map(({ name, picture }) => ({ name, picture: there(picture) })) }, pictures }
}
