import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parse } from 'yaml'
import { exportCourse } from '../../server/courses/export-course.ts'
import { fileProblemLine } from '../../server/courses/file-problem.ts'
import { importCourses, readCourses } from '../../server/courses/import-courses.ts'
import { jsonSchemas } from '../../server/courses/json-schemas.ts'
import { readableText } from '../../server/courses/markdown.ts'
import { countWords } from '../../server/courses/minutes.ts'
import { migrate } from '../../server/db/migrate.ts'
import { openDatabase } from '../../server/db/open.ts'
import { checkQuestion } from '../../server/quiz/definition.ts'
import { kinds } from '../../server/quiz/kinds/index.ts'
import { drawPaper } from '../../server/quiz/drawing.ts'
import { realWorld } from '../../server/world.ts'

const COURSES = join(import.meta.dirname, '../../courses')

const { courses, problems } = await readCourses(COURSES)

t.test('the courses of this repository have no problem', async (t) => {
  t.same(problems.map(fileProblemLine), [])
  t.same(courses.map(({ slug }) => slug), ['drug-trafficking', 'peacekeeping', 'telecom-fraud'])
})

t.test('the questions that the guide for authors shows are questions of every kind', async (t) => {
  const guide = readFileSync(join(import.meta.dirname, '../../docs/authoring.md'), 'utf8')
  const bank = /```yaml\n(# yaml-language-server: [^\n]*bank\.schema[\s\S]*?)```/.exec(guide)?.[1] ?? ''
  const { questions } = parse(bank) as { questions: Array<{ kind: string }> }
  t.same(questions.map(checkQuestion).flatMap((checked) => 'problems' in checked ? checked.problems : []), [])
  const shownApart = [...guide.matchAll(/^kind: ([a-z-]+)/gm)].map(([, kind = '']) => kind)
  t.same(new Set([...questions.map(({ kind }) => kind), ...shownApart]), new Set(Object.keys(kinds)))
})

for (const { slug, language, modules, lessons, quizzes, banks } of courses) {
  const contents = modules.filter(({ activities }) => activities.some(({ kind }) => kind === 'lesson'))
  const quiz = (key: string | undefined) => quizzes.find((quiz) => quiz.key === key)
  const questions = banks.flatMap((bank) => bank.questions)

  t.test(`${slug}: each module teaches in two or three lessons and ends with practice`, async (t) => {
    t.ok(contents.length >= 5)
    for (const { key, activities } of contents) {
      const count = activities.filter(({ kind }) => kind === 'lesson').length
      t.ok(count === 2 || count === 3, `${key}: ${count} lessons`)
      const last = activities.at(-1)
      t.equal(last?.kind, 'quiz', `${key} ends with a quiz`)
      t.equal(quiz(last?.key)?.behaviour, 'immediate', `${key} explains each answer at once`)
    }
  })

  t.test(`${slug}: a lesson has 500 to 900 words and names its sources`, async (t) => {
    for (const lesson of lessons.filter((lesson) => lesson.language === language)) {
      const [body = '', sources = ''] = lesson.markdown.split(/^## Sources$/m)
      const words = countWords(readableText(body), lesson.language)
      t.ok(words >= 500 && words <= 900, `${lesson.key}: ${words} words`)
      t.match(sources, /^- \S+/m, lesson.key)
    }
  })

  t.test(`${slug}: the final exam is marked at the end and draws by topic and difficulty`, async (t) => {
    const exam = quiz(modules.at(-1)?.activities.at(-1)?.key)
    if (exam === undefined) return t.fail('the course does not end with an exam')
    t.match(exam, { behaviour: 'deferred', attempts: Number, limitMinutes: Number })
    const draws = exam.sections.flatMap((section) => 'draw' in section ? section.draw : [])
    t.ok(draws.every(({ difficulty }) => difficulty !== undefined))
    t.ok(new Set(draws.map(({ topic }) => topic)).size >= contents.length, 'every module is examined')
    t.same([...new Set(draws.map(({ difficulty }) => difficulty))].sort(), ['easy', 'hard', 'medium'])
    const bank = questions.map((definition) => ({ id: definition.key, definition }))
    for (const quiz of quizzes) t.ok(drawPaper(quiz, bank, '0'.repeat(32)).slots.length > 0, `${quiz.key} can be drawn`)
  })

  t.test(`${slug}: at least 60 questions, of every kind that suits a text`, async (t) => {
    t.ok(questions.length >= 60, `${questions.length} questions`)
    const asked = new Set<string>(questions.map(({ kind }) => kind))
    t.same(['choice', 'match', 'numeric', 'order', 'short-text', 'true-false'].filter((kind) => !asked.has(kind)), [])
    t.same(questions.filter(({ feedback }) => feedback === undefined).map(({ key }) => key), [], 'each says why')
  })
}

t.test('the courses are published, and exported they are the same content', async (t) => {
  const folder = t.testdir({ out: {} })
  const db = openDatabase(`sqlite:${join(folder, 'x.db')}`)
  t.teardown(async () => { await db.close() })
  await migrate(db)
  const { results } = await importCourses(db, realWorld, null, COURSES)
  t.ok(results.length > 0 && results.every(({ version, published }) => version === 1 && published))
  for (const { slug } of results) {
    const written = await exportCourse(db.read, slug, join(folder, 'out'))
    const filesIn = (root: string): string[] => readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => path.includes('.')).sort()
    t.same(filesIn(written), filesIn(join(COURSES, slug)))
    t.same(filesIn(written).filter((file) => !readFileSync(join(written, file)).equals(readFileSync(join(COURSES, slug, file)))), [], `${slug}, byte for byte`)
  }
  const again = await importCourses(db, realWorld, null, join(folder, 'out'))
  t.same(again.problems, [])
  t.same(again.results, results.map((result) => ({ ...result, published: false })))
})

t.test('the schemas that editors read are those of the reader (else: node server/courses/json-schemas.ts)', async (t) => {
  for (const [name, text] of Object.entries(jsonSchemas())) t.equal(readFileSync(join(COURSES, 'schema', name), 'utf8'), text, name)
})
