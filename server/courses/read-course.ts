import { checkDraw, checkQuestion, checkQuiz, checkStimuli, type QuestionDefinition } from '../quiz/definition.ts'
import { explain } from '../quiz/explain.ts'
import { repeatedKeys, type Problem } from '../quiz/problem.ts'
import type { Text } from '../quiz/text.ts'
import { BANK_NAME, bankFrameSchema, courseSchema, LESSON_NAME, type CourseFile } from './course-schema.ts'
import type { CourseSource, SourceBank, SourceLesson, SourceModule } from './course-source.ts'
import type { FileProblem } from './file-problem.ts'
import { parseLesson } from './lesson-file.ts'
import { parseLocatedYaml, type LocatedYaml } from './located-yaml.ts'
import type { Picture } from './picture.ts'
import { pictureProblems } from './question-pictures.ts'
import { readSourceFiles, type SourceFiles } from './source-files.ts'

const COURSE_FILE = 'course.yaml'

interface Located<T> {
  readonly value: T
  readonly lineOf: LocatedYaml['lineOf']
}

/** Reads a folder of course files and checks all of it: a course comes back only when nothing is wrong with any file.
 * Changes nothing anywhere.
 * @returns the course, or every problem found, each with file and line, in the order of the files
 * @throws Error when the folder or a file in it cannot be read */
export async function readCourse (folder: string): Promise<{ readonly course: CourseSource } | { readonly problems: readonly FileProblem[] }> {
  return courseOf(await readSourceFiles(folder))
}

/** The same of files that have been read. */
export function courseOf ({ texts, pictures, attachments, files: taken, problems: refused }: SourceFiles): { readonly course: CourseSource } | { readonly problems: readonly FileProblem[] } {
  const problems: FileProblem[] = [...refused]
  const note = (file: string, found: Iterable<Problem & { readonly line: number }>): void => {
    for (const { line, path, message } of found) problems.push({ file, line, path, message })
  }

  const course = readCourseFile(texts.get(COURSE_FILE), note, refused.some(({ file }) => file === COURSE_FILE))
  // A picture that was refused has been named already.
  const known = new Map<string, Picture>(pictures.map((picture) => [picture.path, picture]))
  const files = new Set([...known.keys(), ...attachments.map(({ path }) => path), ...refused.map(({ file }) => file)])
  const lessons = readLessons(texts, files, note)
  const banks = readBanks(texts, known, new Set(refused.map(({ file }) => file)), note)

  if (course !== undefined) {
    const at = (found: readonly Problem[]): void => note(COURSE_FILE, found.map((problem) => ({ ...problem, line: course.lineOf(problem.path) })))
    // A file that could not be read has been named already; what it would have held is not missing as well.
    const names = new Set([...texts.keys(), ...refused.map(({ file }) => file)])
    at(repeats(course.value))
    at(unknownActivities(course.value, names))
    for (const file of orphans(course.value, names)) note(file, [{ line: 1, path: '', message: 'no module of course.yaml has this lesson' }])
    // A bank with a problem would make draws fail that are right.
    if (banks.whole) at(drawProblems(course.value, banks.found))
  }
  if (problems.length > 0 || course === undefined) return { problems: problems.sort(byFileAndLine) }
  return { course: { ...assemble(course.value, lessons, banks.found), pictures, ...attachments.length > 0 && { attachments }, files: taken } }
}

type Note = (file: string, found: Iterable<Problem & { readonly line: number }>) => void

function readCourseFile (text: string | undefined, note: Note, isRefused: boolean): Located<CourseFile> | undefined {
  if (text === undefined) {
    if (!isRefused) note(COURSE_FILE, [{ line: 1, path: '', message: 'is missing' }])
    return undefined
  }
  const yaml = parseLocatedYaml(text)
  if ('problems' in yaml) {
    note(COURSE_FILE, yaml.problems)
    return undefined
  }
  const unmet = explain(courseSchema, yaml.value)
  const quizzes = isMap(yaml.value) && Array.isArray(yaml.value['quizzes']) ? yaml.value['quizzes'] : []
  const known = new Set(unmet.map(({ path, message }) => `${path}\n${message}`))
  for (const [index, quiz] of quizzes.entries()) {
    const checked = checkQuiz(quiz)
    if ('quiz' in checked) continue
    unmet.push(...under(`quizzes/${index}`, checked.problems).filter(({ path, message }) => !known.has(`${path}\n${message}`)))
  }
  note(COURSE_FILE, unmet.map((problem) => ({ ...problem, line: yaml.lineOf(problem.path) })))
  return unmet.length > 0 ? undefined : { value: yaml.value as CourseFile, lineOf: yaml.lineOf } // it meets the schema
}

function readLessons (texts: ReadonlyMap<string, string>, files: ReadonlySet<string>, note: Note): SourceLesson[] {
  const lessons: SourceLesson[] = []
  for (const [file, text] of texts) {
    const { key, language } = LESSON_NAME.exec(file.replace(/^lessons\//, ''))?.groups ?? {}
    if (key === undefined || language === undefined) continue
    const lesson = parseLesson(text, files)
    if ('problems' in lesson) note(file, lesson.problems)
    else lessons.push({ key, language, ...lesson })
  }
  return lessons
}

function readBanks (texts: ReadonlyMap<string, string>, pictures: ReadonlyMap<string, Picture>, refused: ReadonlySet<string>, note: Note): { readonly found: readonly SourceBank[], readonly whole: boolean } {
  const found: SourceBank[] = []
  const places = new Map<string, string>()
  let whole = true
  for (const [file, text] of texts) {
    const name = file.startsWith('banks/') ? BANK_NAME.exec(file.slice('banks/'.length))?.groups?.['name'] : undefined
    if (name === undefined) continue
    const yaml = parseLocatedYaml(text)
    if ('problems' in yaml) {
      note(file, yaml.problems)
      whole = false
      continue
    }
    const { problems, questions } = readQuestions(yaml.value)
    for (const { path, question } of questions) {
      problems.push(...under(path, pictureProblems(question, pictures, refused)))
      const place = places.get(question.key)
      if (place === undefined) places.set(question.key, `${file}, line ${yaml.lineOf(path)}`)
      else problems.push({ path: `${path}/key`, message: `'${question.key}' is the key of another question (${place})` })
    }
    note(file, problems.map((problem) => ({ ...problem, line: yaml.lineOf(problem.path) })))
    if (problems.length > 0) whole = false
    else found.push({ name, title: (yaml.value as { readonly title: Text }).title, questions: questions.map(({ question }) => question) })
  }
  return { found, whole }
}

function readQuestions (value: unknown): { readonly problems: Problem[], readonly questions: ReadonlyArray<{ readonly path: string, readonly question: QuestionDefinition }> } {
  // What the frame says of a single question, its kind says better.
  const problems = explain(bankFrameSchema, value).filter(({ path }) => !path.startsWith('questions/'))
  const written = isMap(value) && Array.isArray(value['questions']) ? value['questions'] : []
  const questions = written.flatMap((question: unknown, index) => {
    const path = `questions/${index}`
    const checked = checkQuestion(question)
    if ('question' in checked) return [{ path, question: checked.question }]
    problems.push(...under(path, checked.problems))
    return []
  })
  // A stimulus that has a problem of its own is there all the same.
  if (problems.length === 0) problems.push(...under('questions', checkStimuli(questions.map(({ question }) => question))))
  return { problems, questions }
}

/** Keys of modules, of quizzes, and of activities, each once. Progress is kept by activity key alone, so that a lesson and a quiz
 * must not share one either. */
function repeats ({ modules, quizzes = [] }: CourseFile): Problem[] {
  const problems = [...repeatedKeys(modules, 'modules'), ...repeatedKeys(quizzes, 'quizzes')]
  const seen = new Set<string>()
  for (const { key, path } of activitiesOf(modules)) {
    if (seen.has(key)) problems.push({ path, message: `'${key}' is used twice; an activity stands once in a course` })
    seen.add(key)
  }
  return problems
}

/** Activities that lead nowhere, and quizzes that nothing leads to. */
function unknownActivities ({ language, modules, quizzes = [] }: CourseFile, files: ReadonlySet<string>): Problem[] {
  const activities = activitiesOf(modules)
  const used = new Set(activities.filter(({ kind }) => kind === 'quiz').map(({ key }) => key))
  return [
    ...activities.flatMap(({ key, kind, path }): Problem[] => {
      const file = `lessons/${key}.${language}.md`
      if (kind === 'lesson') return files.has(file) ? [] : [{ path, message: `there is no ${file}` }]
      return quizzes.some((quiz) => quiz.key === key) ? [] : [{ path, message: `there is no quiz '${key}'` }]
    }),
    ...quizzes.flatMap(({ key }, index) => used.has(key) ? [] : [{ path: `quizzes/${index}/key`, message: `no module has the quiz '${key}'` }])
  ]
}

function orphans ({ modules }: CourseFile, files: ReadonlySet<string>): string[] {
  const used = new Set(activitiesOf(modules).filter(({ kind }) => kind === 'lesson').map(({ key }) => key))
  return [...files].filter((file) => {
    const key = file.startsWith('lessons/') ? LESSON_NAME.exec(file.slice('lessons/'.length))?.groups?.['key'] : undefined
    return key !== undefined && !used.has(key)
  })
}

function drawProblems ({ language, quizzes = [] }: CourseFile, banks: readonly SourceBank[]): Problem[] {
  const questions = banks.flatMap((bank) => bank.questions)
  return quizzes.flatMap((quiz, index) => under(`quizzes/${index}`, checkDraw(quiz, questions, language)))
}

function assemble (file: CourseFile, lessons: readonly SourceLesson[], banks: readonly SourceBank[]): Omit<CourseSource, 'pictures' | 'attachments' | 'files'> {
  const { slug, language, title, summary, certificate, modules, quizzes = [] } = file
  return {
    slug,
    language,
    title,
    summary,
    validMonths: certificate?.validMonths ?? null,
    modules: modules.map((module): SourceModule => ({
      ...module,
      activities: module.activities.map((activity) => 'lesson' in activity
        ? { key: activity.lesson, kind: 'lesson' }
        : { key: activity.quiz, kind: 'quiz' })
    })),
    lessons,
    quizzes,
    banks
  }
}

function activitiesOf (modules: CourseFile['modules']): ReadonlyArray<{ key: string, kind: 'lesson' | 'quiz', path: string }> {
  return modules.flatMap(({ activities }, module) => activities.map((activity, index) => {
    const path = `modules/${module}/activities/${index}`
    return 'lesson' in activity
      ? { key: activity.lesson, kind: 'lesson' as const, path: `${path}/lesson` }
      : { key: activity.quiz, kind: 'quiz' as const, path: `${path}/quiz` }
  }))
}

function under (parent: string, problems: readonly Problem[]): Problem[] {
  return problems.map(({ path, message }) => ({ path: path === '' ? parent : `${parent}/${path}`, message }))
}

function byFileAndLine (a: FileProblem, b: FileProblem): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1
  return a.line - b.line
}

function isMap (value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
