import type { Tx } from '../../db/database.ts'
import type { TemplateContent } from './template.ts'

export interface TemplateLine {
  readonly id: string
  readonly name: string
  /** Of the version that new certificates get. */
  readonly number: number
  readonly edits: number
}

export interface TemplateVersion {
  readonly id: string
  readonly templateId: string
  readonly number: number
  readonly content: TemplateContent
  readonly byName: string
  readonly at: string
  /** Certificates that have it now. */
  readonly certificates: number
}

export async function selectTemplates (tx: Tx): Promise<TemplateLine[]> {
  return await tx.selectFrom('certificate_template').select(['id', 'name', 'number', 'edits']).orderBy('name').orderBy('id').execute()
}

export async function selectOptionalTemplate (tx: Tx, id: string): Promise<TemplateLine | undefined> {
  return await tx.selectFrom('certificate_template').select(['id', 'name', 'number', 'edits']).where('id', '=', id).executeTakeFirst()
}

/** Course slug → template; '' for every other course. */
export async function selectTemplateCourses (tx: Tx): Promise<Map<string, string>> {
  const rows = await tx.selectFrom('certificate_template_course').select(['course_slug as slug', 'template_id as id']).execute()
  return new Map(rows.map(({ slug, id }) => [slug, id]))
}

/** The newest first. */
export async function selectTemplateVersions (tx: Tx, templateId: string): Promise<TemplateVersion[]> {
  const rows = await tx.selectFrom('certificate_template_version as version').innerJoin('person', 'person.id', 'version.by_id')
    .select((select) => ['version.id', 'template_id as templateId', 'number', 'content', 'person.name as byName', 'at', select.selectFrom('certificate')
      .select(({ fn }) => fn.countAll<number>().as('count')).whereRef('certificate.template_version_id', '=', 'version.id').as('certificates')])
    .where('template_id', '=', templateId).orderBy('number', 'desc').execute()
  return rows.map(({ content, certificates, ...row }) => ({ ...row, content: JSON.parse(content) as TemplateContent, certificates: Number(certificates ?? 0) }))
}

export async function selectOptionalContent (tx: Tx, versionId: string): Promise<TemplateContent | undefined> {
  const row = await tx.selectFrom('certificate_template_version').select('content').where('id', '=', versionId).executeTakeFirst()
  return row === undefined ? undefined : JSON.parse(row.content) as TemplateContent
}

export async function selectCurrentContent (tx: Tx, templateId: string): Promise<{ readonly id: string, readonly content: TemplateContent } | undefined> {
  const row = await tx.selectFrom('certificate_template as template')
    .innerJoin('certificate_template_version as version', (join) => join.onRef('version.template_id', '=', 'template.id').onRef('version.number', '=', 'template.number'))
    .select(['version.id', 'content']).where('template.id', '=', templateId).executeTakeFirst()
  return row === undefined ? undefined : { id: row.id, content: JSON.parse(row.content) as TemplateContent }
}

/** The version that a certificate of this course gets now; null where the programme's own look is used. */
export async function selectVersionFor (tx: Tx, courseSlug: string): Promise<string | null> {
  const row = await tx.selectFrom('certificate_template_course as used').innerJoin('certificate_template as template', 'template.id', 'used.template_id')
    .innerJoin('certificate_template_version as version', (join) => join.onRef('version.template_id', '=', 'template.id').onRef('version.number', '=', 'template.number'))
    .select('version.id').where('used.course_slug', 'in', [courseSlug, '']).orderBy('used.course_slug', 'desc').executeTakeFirst()
  return row?.id ?? null
}

export async function insertTemplate (tx: Tx, { id, name }: { readonly id: string, readonly name: string }, by: string, at: string): Promise<void> {
  await tx.insertInto('certificate_template').values({ id, name, number: 1, edits: 1, created_by: by, created_at: at }).execute()
}

/** @returns false when somebody else has edited it since `edits` */
export async function updateTemplate (tx: Tx, { id, name, number, edits }: TemplateLine): Promise<boolean> {
  const result = await tx.updateTable('certificate_template').set({ name, number, edits: edits + 1 }).where('id', '=', id).where('edits', '=', edits).executeTakeFirst()
  return Number(result.numUpdatedRows) === 1
}

export async function insertTemplateVersion (tx: Tx, version: { readonly id: string, readonly templateId: string, readonly number: number, readonly content: TemplateContent }, by: string, at: string): Promise<void> {
  const { id, templateId, number, content } = version
  await tx.insertInto('certificate_template_version').values({ id, template_id: templateId, number, content: JSON.stringify(content), by_id: by, at }).execute()
}

/** From now on a template is used by these courses, and by no others. */
export async function replaceTemplateCourses (tx: Tx, templateId: string, slugs: readonly string[]): Promise<void> {
  await tx.deleteFrom('certificate_template_course').where((where) => where.or([
    where('template_id', '=', templateId), where('course_slug', 'in', slugs.length > 0 ? [...slugs] : ['-'])
  ])).execute()
  if (slugs.length > 0) await tx.insertInto('certificate_template_course').values(slugs.map((slug) => ({ course_slug: slug, template_id: templateId }))).execute()
}
