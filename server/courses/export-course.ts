import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { stringify } from 'yaml'
import type { Tx } from '../db/database.ts'
import { Refusal } from '../refusals.ts'
import type { CourseFile } from './course-schema.ts'
import { activitiesOf, type CourseOutline } from './outline.ts'
import { selectLessons, selectMedia, selectOptionalAttachment, selectOptionalLatestVersion, selectQuestions, selectQuizzes, selectVersionFiles, type CourseVersion } from './queries.ts'
import type { QuizDefinition } from '../quiz/definition.ts'
import type { SourceFile } from './source-files.ts'

const COURSE_HEAD = '# yaml-language-server: $schema=../schema/course.schema.json\n'
const BANK_HEAD = '# yaml-language-server: $schema=../../schema/bank.schema.json\n'

/** Writes the latest version of a course as the files it can be imported from again, which then changes nothing.
 * @param folder `<folder>/<slug>/` is made; it must be empty when it exists, so that nobody's work is written over
 * @returns the folder written
 * @throws Refusal not-found; bad-input when the folder holds something */
export async function exportCourse (tx: Tx, slug: string, folder: string): Promise<string> {
  const version = await selectOptionalLatestVersion(tx, slug)
  if (version === undefined) throw new Refusal('not-found')
  // The slug of a published course is a key, so it cannot lead out of the folder.
  const root = join(folder, slug)
  await mkdir(root, { recursive: true })
  if ((await readdir(root)).length > 0) throw new Refusal('bad-input', {}, [{ message: `${root} is not empty` }])
  // Their names were held to patterns when they came in, so that none leads out of the folder.
  for (const { path, bytes } of await filesOf(tx, version)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), bytes)
  }
  return root
}

/** The files of a version: those that it was published from, byte for byte. One that was published before they were kept is written
 * from its content, without comments and with the questions of a bank in another order. */
export async function filesOf (tx: Tx, version: CourseVersion): Promise<readonly SourceFile[]> {
  const kept = await selectVersionFiles(tx, version.id)
  return kept.length > 0 ? kept : await written(tx, version)
}

async function written (tx: Tx, { id, outline }: CourseVersion): Promise<SourceFile[]> {
  const lessons = await selectLessons(tx, id)
  const quizzes = await selectQuizzes(tx, id)
  const questions = await selectQuestions(tx, id)
  const file = (path: string, text: string): SourceFile => ({ path, bytes: Buffer.from(text) })
  const files = [
    file('course.yaml', COURSE_HEAD + yaml(courseFile(outline, quizzes))),
    ...lessons.map(({ key, language, title, markdown }) => file(`lessons/${key}.${language}.md`, `---\n${yaml({ title })}---\n\n${markdown}`)),
    ...outline.banks.map(({ name, title }) => file(`banks/${name}.yaml`, BANK_HEAD + yaml({
      title, questions: questions.filter((question) => question.bank === name).map(({ definition }) => definition)
    })))
  ]
  for (const [path, { hash }] of Object.entries(outline.pictures ?? {})) files.push({ path, bytes: (await selectMedia(tx, hash)).bytes })
  for (const [path, { hash }] of Object.entries(outline.attachments ?? {})) {
    const attachment = await selectOptionalAttachment(tx, hash)
    if (attachment !== undefined) files.push({ path, bytes: attachment.bytes })
  }
  return files
}

function courseFile ({ slug, language, title, summary, validMonths, modules, ...outline }: CourseOutline, quizzes: readonly QuizDefinition[]): CourseFile {
  const order = new Map(activitiesOf({ slug, language, title, summary, validMonths, modules, ...outline }).map(({ key }, index) => [key, index]))
  return {
    slug,
    language,
    title,
    summary,
    ...(validMonths === null ? {} : { certificate: { validMonths } }),
    modules: modules.map((module) => ({
      ...module,
      activities: module.activities.map(({ key, kind }) => kind === 'lesson' ? { lesson: key } : { quiz: key })
    })),
    quizzes: [...quizzes].sort((a, b) => (order.get(a.key) ?? 0) - (order.get(b.key) ?? 0))
  }
}

function yaml (value: unknown): string {
  return stringify(value, { lineWidth: 120, aliasDuplicateObjects: false })
}
