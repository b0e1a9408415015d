import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Database } from '../db/database.ts'
import type { World } from '../world.ts'
import type { CourseSource } from './course-source.ts'
import type { FileProblem } from './file-problem.ts'
import { publishCourses, type Publication } from './publish.ts'
import { readCourse } from './read-course.ts'

export interface Import {
  /** One for each course; [] while a problem stands. */
  readonly results: readonly Publication[]
  /** Files are named from the folder that was given: `telecom-fraud/banks/a.yaml`. */
  readonly problems: readonly FileProblem[]
}

/** Checks and publishes a course, or a folder of courses. All of them are published, or none while a problem stands in any.
 * @param actorId the person who did it; null when the programme itself did
 * @param folder holds a course.yaml, or folders that do; `schema/` and hidden folders are passed over
 * @throws Error when the folder cannot be read */
export async function importCourses (db: Database, world: World, actorId: string | null, folder: string): Promise<Import> {
  const { courses, problems } = await readCourses(folder)
  if (problems.length > 0) return { results: [], problems }
  return { results: await publishCourses(db, world, actorId, courses), problems: [] }
}

/** The same without publishing. */
export async function readCourses (folder: string): Promise<{ readonly courses: readonly CourseSource[], readonly problems: readonly FileProblem[] }> {
  const courses: CourseSource[] = []
  const problems: FileProblem[] = []
  const slugs = new Map<string, string>()
  const { names, strange } = await courseFolders(folder)
  problems.push(...strange)
  for (const name of names) {
    const read = await readCourse(join(folder, name))
    const file = (file: string): string => name === '.' ? file : `${name}/${file}`
    if ('problems' in read) {
      problems.push(...read.problems.map((problem) => ({ ...problem, file: file(problem.file) })))
      continue
    }
    const { course } = read
    const other = slugs.get(course.slug)
    if (other !== undefined) problems.push({ file: file('course.yaml'), line: 1, path: 'slug', message: `'${course.slug}' is the slug of ${other} as well` })
    slugs.set(course.slug, file('course.yaml'))
    courses.push(course)
  }
  return { courses, problems }
}

async function courseFolders (folder: string): Promise<{ readonly names: readonly string[], readonly strange: readonly FileProblem[] }> {
  const entries = (await readdir(folder, { withFileTypes: true })).sort((a, b) => a.name < b.name ? -1 : 1)
  if (entries.some(({ name }) => ['course.yaml', 'lessons', 'banks', 'images'].includes(name))) return { names: ['.'], strange: [] }
  const shown = entries.filter(({ name }) => !name.startsWith('.') && name !== 'schema')
  const names = shown.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  const strange = shown.filter((entry) => entry.isSymbolicLink())
    .map(({ name }) => ({ file: name, line: 1, path: '', message: 'is a symbolic link; give the folder it leads to instead' }))
  if (names.length > 0 || strange.length > 0) return { names, strange }
  return { names, strange: [{ file: '.', line: 1, path: '', message: 'holds no course; a course is a folder with a course.yaml' }] }
}
