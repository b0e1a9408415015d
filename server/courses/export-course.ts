import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import type { Tx } from '../db/database.ts'
import { Refusal } from '../refusals.ts'
import type { CourseFile } from './course-schema.ts'
import { activitiesOf, type CourseOutline } from './outline.ts'
import { selectLessons, selectMedia, selectOptionalLatestVersion, selectQuestions, selectQuizzes } from './queries.ts'
import type { QuizDefinition } from '../quiz/definition.ts'

const COURSE_HEAD = '# yaml-language-server: $schema=../schema/course.schema.json\n'
const BANK_HEAD = '# yaml-language-server: $schema=../../schema/bank.schema.json\n'

/** Writes the latest version of a course as the text files it can be imported from again, which then changes nothing.
 * Comments and the order of questions in a bank are not kept: a version does not have them.
 * @param folder `<folder>/<slug>/` is made; it must be empty when it exists, so that nobody's work is written over
 * @returns the folder written
 * @throws Refusal not-found; bad-input when the folder holds something */
export async function exportCourse (tx: Tx, slug: string, folder: string): Promise<string> {
  const version = await selectOptionalLatestVersion(tx, slug)
  if (version === undefined) throw new Refusal('not-found')
  const lessons = await selectLessons(tx, version.id)
  const quizzes = await selectQuizzes(tx, version.id)
  const questions = await selectQuestions(tx, version.id)
  const { outline } = version

  // The slug of a published course is a key, so it cannot lead out of the folder.
  const root = join(folder, slug)
  await mkdir(root, { recursive: true })
  if ((await readdir(root)).length > 0) throw new Refusal('bad-input', {}, [{ message: `${root} is not empty` }])
  await writeFile(join(root, 'course.yaml'), COURSE_HEAD + yaml(courseFile(outline, quizzes)))
  if (lessons.length > 0) await mkdir(join(root, 'lessons'))
  for (const { key, language, title, markdown } of lessons) {
    await writeFile(join(root, 'lessons', `${key}.${language}.md`), `---\n${yaml({ title })}---\n\n${markdown}`)
  }
  if (outline.banks.length > 0) await mkdir(join(root, 'banks'))
  for (const { name, title } of outline.banks) {
    const bank = { title, questions: questions.filter((question) => question.bank === name).map(({ definition }) => definition) }
    await writeFile(join(root, 'banks', `${name}.yaml`), BANK_HEAD + yaml(bank))
  }
  const pictures = Object.entries(outline.pictures ?? {})
  if (pictures.length > 0) await mkdir(join(root, 'images'))
  // Their names were held to a pattern when they came in, so that none leads out of the folder.
  for (const [path, { hash }] of pictures) await writeFile(join(root, path), (await selectMedia(tx, hash)).bytes)
  return root
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
