import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { verifyChain } from '../../server/audit/audit.ts'
import { contentHash } from '../../server/courses/content-hash.ts'
import { makeCourseCache } from '../../server/courses/courses.ts'
import type { CourseSource } from '../../server/courses/course-source.ts'
import { exportCourse } from '../../server/courses/export-course.ts'
import { fileProblemLine } from '../../server/courses/file-problem.ts'
import { importCourses, readCourses } from '../../server/courses/import-courses.ts'
import { lessonHtml } from '../../server/courses/lesson-html.ts'
import { publishCourse } from '../../server/courses/publish.ts'
import {
  listCourses, selectLessons, selectOptionalLatestVersion, selectOptionalLesson, selectQuestions, selectQuestionsByIds, selectQuiz, selectQuizzes,
  selectVersion, selectVersions
} from '../../server/courses/queries.ts'
import { makeRecent } from '../../server/recent.ts'
import type { Database } from '../../server/db/database.ts'
import { makeUrl } from '../../server/http/urls.ts'
import { Refusal } from '../../server/refusals.ts'
import { realWorld } from '../../server/world.ts'
import { testDatabase } from '../database.ts'
import { sampleCourse } from './sample.ts'

async function database (t: Test): Promise<Database> {
  return (await testDatabase(t)).db
}

async function source (folder: string): Promise<CourseSource> {
  const { courses: [course], problems } = await readCourses(folder)
  if (course === undefined) throw new Error(problems.map(fileProblemLine).join('\n'))
  return course
}

/** Everything below a version, without what each publication makes new. */
async function content (db: Database, versionId: string): Promise<unknown> {
  const questions = await selectQuestions(db.read, versionId)
  return {
    outline: (await selectVersion(db.read, versionId)).outline,
    lessons: await selectLessons(db.read, versionId),
    quizzes: await selectQuizzes(db.read, versionId),
    questions: questions.map(({ bank, definition }) => ({ bank, definition }))
  }
}

t.test('a course is published once, again only when it has changed, and a version never changes', async (t) => {
  const folder = t.testdir({ courses: { sample: sampleCourse() } })
  const courses = join(folder, 'courses')
  const db = await database(t)

  t.same(await importCourses(db, realWorld, null, courses), { results: [{ slug: 'sample', version: 1, published: true }], problems: [] })
  const first = await selectOptionalLatestVersion(db.read, 'sample')
  if (first === undefined) return t.fail('nothing was published')
  t.match(first, { slug: 'sample', number: 1, title: { en: 'Sample course' } })
  const before = await content(db, first.id)

  t.same((await importCourses(db, realWorld, null, courses)).results, [{ slug: 'sample', version: 1, published: false }])

  const lesson = join(courses, 'sample/lessons/the-first-hour.en.md')
  writeFileSync(lesson, readFileSync(lesson, 'utf8').replace('Write it down.', 'Write all of it down.'))
  t.same((await importCourses(db, realWorld, 'somebody', courses)).results, [{ slug: 'sample', version: 2, published: true }])
  const second = await selectOptionalLatestVersion(db.read, 'sample')
  t.equal(second?.number, 2)
  t.match((await selectOptionalLesson(db.read, second?.id ?? '', 'the-first-hour', ['en']))?.html, 'Write all of it down.')
  t.same(await content(db, first.id), before, 'version 1 stays as it was')
  t.same((await selectVersions(db.read, 'sample')).map(({ number }) => number), [2, 1])
  t.same((await listCourses(db.read)).map(({ id }) => id), [second?.id])

  const entries = await db.read.selectFrom('audit_entry').select(['actor_id', 'action', 'subject_id', 'detail']).orderBy('seq').execute()
  t.same(entries.map((entry) => ({ ...entry, detail: JSON.parse(entry.detail) })), [
    { actor_id: null, action: 'course.published', subject_id: first.id, detail: { slug: 'sample', version: 1, contentHash: first.contentHash } },
    { actor_id: 'somebody', action: 'course.published', subject_id: second?.id, detail: { slug: 'sample', version: 2, contentHash: second?.contentHash } }
  ])
  t.same(await verifyChain(db.read), { entries: 2, brokenAt: null })
})

t.test('two publications at once make one version', async (t) => {
  const folder = t.testdir({ sample: sampleCourse() })
  const db = await database(t)
  const course = await source(join(folder, 'sample'))
  const both = await Promise.all([publishCourse(db, realWorld, null, course), publishCourse(db, realWorld, null, course)])
  t.same(both.map(({ version, published }) => [version, published]), [[1, true], [1, false]])
})

t.test('a published version holds all that a trainee meets', async (t) => {
  const folder = t.testdir({ sample: sampleCourse() })
  const db = await database(t)
  await publishCourse(db, realWorld, null, await source(join(folder, 'sample')))
  const version = await selectOptionalLatestVersion(db.read, 'sample')
  if (version === undefined) return t.fail('nothing was published')
  t.same(version.outline, {
    slug: 'sample',
    language: 'en',
    title: { en: 'Sample course', ar: 'دورة نموذجية' },
    summary: 'What an officer will be able to do.',
    validMonths: 24,
    modules: [
      {
        key: 'first-hour',
        title: 'The first hour',
        summary: 'One sentence: with a colon.',
        activities: [
          { key: 'the-first-hour', kind: 'lesson', title: { en: 'The first hour: what counts', ar: 'الساعة الأولى' }, minutes: 1 },
          { key: 'practice', kind: 'quiz', title: 'Practice' }
        ]
      },
      { key: 'final', title: 'Final', activities: [{ key: 'exam', kind: 'quiz', title: 'Exam', minutes: 45 }] }
    ],
    banks: [{ name: 'first-hour', title: 'The first hour' }, { name: 'numbers', title: { en: 'Numbers', ar: 'أرقام' } }]
  })

  const lesson = async (...languages: string[]): Promise<string | undefined> =>
    (await selectOptionalLesson(db.read, version.id, 'the-first-hour', languages))?.language
  t.equal(await lesson('ar', 'en'), 'ar')
  t.equal(await lesson('ar-EG', 'en'), 'ar', 'a dialect finds its base')
  t.equal(await lesson('my', 'en'), 'en', 'a language that it lacks leads to the first one')
  t.equal(await lesson('my'), undefined)
  t.equal(await selectOptionalLesson(db.read, version.id, 'no-such-lesson', ['en']), undefined)
  t.match(await selectOptionalLesson(db.read, version.id, 'the-first-hour', ['en']), {
    title: 'The first hour: what counts', markdown: /^Call the bank/, html: /<h2 id="part-what-to-do">/, minutes: 1
  })

  t.match(await selectQuiz(db.read, version.id, 'exam'), { key: 'exam', limitMinutes: 45, review: { rightAnswer: false } })
  const questions = await selectQuestions(db.read, version.id)
  t.same(questions.map(({ definition: { key, kind } }) => [key, kind]), [
    ['five', 'numeric'], ['four', 'match'], ['one', 'choice'], ['six', 'short-text'], ['three', 'order'], ['two', 'true-false']
  ])
  const [one, two] = questions
  t.same((await selectQuestionsByIds(db.read, [one?.id ?? '', two?.id ?? '', 'none'])).map(({ id }) => id).sort(), [one?.id, two?.id].sort())
  t.same(await db.read.selectFrom('question').select(['bank', 'topic', 'difficulty', 'kind']).where('key', '=', 'five').execute(),
    [{ bank: 'numbers', topic: 'numbers', difficulty: 'medium', kind: 'numeric' }])
})

t.test('nothing is published while one of the courses has a problem', async (t) => {
  const course = sampleCourse()['course.yaml'].replace('slug: sample', 'slug: other')
  const folder = t.testdir({ courses: { a: sampleCourse(), b: { ...sampleCourse(), 'course.yaml': course.replace('[one, two]', '[one, ten]') } } })
  const db = await database(t)
  const { results, problems } = await importCourses(db, realWorld, null, join(folder, 'courses'))
  t.same(results, [])
  t.same(problems.map(fileProblemLine), ["b/course.yaml:41: quizzes/1/sections/0/questions/1: there is no question 'ten'"])
  t.same(await listCourses(db.read), [])
  t.same(await db.read.selectFrom('course').selectAll().execute(), [])

  writeFileSync(join(folder, 'courses/b/course.yaml'), course.replace('{ en: Sample course, ar: دورة نموذجية }', 'A course before'))
  t.same((await importCourses(db, realWorld, null, join(folder, 'courses'))).problems, [])
  t.same((await listCourses(db.read)).map(({ slug }) => slug), ['other', 'sample'], 'by title')
})

t.test('pictures are kept once by their bytes, shown in lessons under any prefix, and exported again', async (t) => {
  const folder = t.testdir({ out: {} })
  const db = await database(t)
  t.same((await importCourses(db, realWorld, null, 'test/fixtures/courses/all-kinds')).problems, [])
  const kept = await db.read.selectFrom('media').selectAll().orderBy('width').execute()
  t.match(kept, [{ type: 'image/png', width: 96, height: 64 }, { type: 'image/png', width: 640, height: 400 }])
  const { html } = await db.read.selectFrom('lesson').select('html').where('key', '=', 'the-place').executeTakeFirstOrThrow()
  t.match(html, `<img src="/media/${kept[1]?.hash ?? ''}" alt="A crossroads with three buildings and a park" width="640" height="400" loading="lazy" />`)
  t.match(lessonHtml(html, makeUrl('/lms')), `<img src="/lms/media/${kept[1]?.hash ?? ''}"`)
  const written = await exportCourse(db.read, 'all-kinds', join(folder, 'out'))
  t.ok(readFileSync(join(written, 'images/street.png')).equals(readFileSync('test/fixtures/courses/all-kinds/images/street.png')))
  t.same((await importCourses(db, realWorld, null, join(folder, 'out'))).results, [{ slug: 'all-kinds', version: 1, published: false }])
})

t.test('what is exported and imported again is the same content', async (t) => {
  // Line ends, and a download that no lesson speaks of, are kept too.
  const folder = t.testdir({ sample: { ...sampleCourse(), 'README.md': '# About it\r\n', files: { 'list.csv': 'a,b\r\nc,d' } }, out: {} })
  const db = await database(t)
  await publishCourse(db, realWorld, null, await source(join(folder, 'sample')))
  const written = await exportCourse(db.read, 'sample', join(folder, 'out'))
  t.equal(written, join(folder, 'out', 'sample'))
  t.same(readdirSync(written, { recursive: true }).sort(), [
    'README.md', 'banks', 'banks/first-hour.yaml', 'banks/numbers.yaml', 'course.yaml', 'files', 'files/list.csv', 'lessons', 'lessons/the-first-hour.ar.md', 'lessons/the-first-hour.en.md'
  ])
  for (const file of readdirSync(written, { recursive: true, encoding: 'utf8' }).filter((path) => path.includes('.'))) {
    t.ok(readFileSync(join(written, file)).equals(readFileSync(join(folder, 'sample', file))), `${file}, byte for byte`)
  }
  t.same((await importCourses(db, realWorld, null, join(folder, 'out'))).results, [{ slug: 'sample', version: 1, published: false }])

  // A version from before files were kept is written from its content.
  await db.write(async (tx) => { await tx.deleteFrom('course_version_file').execute() })
  const anew = await exportCourse(db.read, 'sample', join(folder, 'out', 'anew'))
  t.match(readFileSync(join(anew, 'course.yaml'), 'utf8'), /^# yaml-language-server: \$schema=\.\.\/schema\/course\.schema\.json\nslug: sample\n/)
  t.same((await importCourses(db, realWorld, null, join(folder, 'out', 'anew'))).results, [{ slug: 'sample', version: 1, published: false }])
  rmSync(join(folder, 'out', 'anew'), { recursive: true })

  await t.rejects(exportCourse(db.read, 'sample', join(folder, 'out')), new Refusal('bad-input'), 'a folder that holds something is left alone')
  await t.rejects(exportCourse(db.read, 'no-such-course', join(folder, 'out')), new Refusal('not-found'))

  rmSync(join(written, 'banks/numbers.yaml'))
  t.not((await importCourses(db, realWorld, null, join(folder, 'out'))).problems.length, 0, 'the exported files are really read')
})

t.test('the hash of content follows what matters and nothing else', async (t) => {
  const { 'course.yaml': course, banks } = sampleCourse()
  const numbers = banks['numbers.yaml']
  const reordered = numbers.replace('    kind: numeric\n    topic: numbers\n', '    topic: numbers\n    kind: numeric\n')
  t.not(reordered, numbers)
  const folder = t.testdir({
    plain: sampleCourse(),
    same: { ...sampleCourse(), 'course.yaml': `# a comment\n${course}`, banks: { ...banks, 'numbers.yaml': reordered } },
    other: { ...sampleCourse(), banks: { ...banks, 'numbers.yaml': numbers.replace('value: 72', 'value: 73') } },
    moved: { ...sampleCourse(), banks: { 'first-hour.yaml': banks['first-hour.yaml'], 'figures.yaml': numbers } }
  })
  const hash = async (name: string): Promise<string> => contentHash(await source(join(folder, name)))
  const plain = await hash('plain')
  t.match(plain, /^[0-9a-f]{64}$/)
  t.equal(await hash('same'), plain)
  t.not(await hash('other'), plain)
  t.not(await hash('moved'), plain)
})

t.test('an app keeps published content in memory, and what it does not know it asks for', async (t) => {
  const folder = t.testdir({ sample: sampleCourse() })
  const db = await database(t)
  const courses = makeCourseCache()
  await t.rejects(courses.version(db.read, 'none'), new Refusal('not-found'))
  await t.rejects(courses.question(db.read, 'none'), new Refusal('not-found'))
  t.same(await courses.questions(db.read, 'none'), [])
  t.equal(await courses.quiz(db.read, 'none', 'exam'), undefined)

  await publishCourse(db, realWorld, null, await source(join(folder, 'sample')))
  const version = await selectOptionalLatestVersion(db.read, 'sample')
  if (version === undefined) return t.fail('nothing was published')
  t.same(await courses.version(db.read, version.id), version)
  t.same(await courses.outline(db.read, version.id), version.outline)
  t.equal((await courses.quiz(db.read, version.id, 'exam'))?.key, 'exam')
  t.equal(await courses.quiz(db.read, version.id, 'none'), undefined)
  const [question] = await courses.questions(db.read, version.id)
  t.equal((await courses.lesson(db.read, version.id, 'the-first-hour', ['my']))?.language, 'en')
  t.equal((await courses.lesson(db.read, version.id, 'the-first-hour', ['ar-EG']))?.language, 'ar')
  t.equal(await courses.lesson(db.read, version.id, 'none', ['en']), undefined)
  t.same(await makeCourseCache().question(db.read, question?.id ?? ''), question?.definition, 'a question by itself, when nothing is kept yet')

  const empty = await database(t)
  t.equal(await courses.outline(empty.read, version.id), await courses.outline(db.read, version.id), 'no query is made for what is kept')
  t.equal(await courses.question(empty.read, question?.id ?? ''), question?.definition)
  t.equal((await courses.lesson(empty.read, version.id, 'the-first-hour', ['my']))?.language, 'en')
})

t.test('what is kept is bounded: what was not asked for longest is forgotten first', async (t) => {
  const recent = makeRecent<number>(2)
  t.equal(recent.keep('a', 1), 1)
  recent.keep('b', 2)
  t.equal(recent.get('a'), 1)
  recent.keep('c', 3)
  t.same([recent.get('a'), recent.get('b'), recent.get('c')], [1, undefined, 3])
  recent.keep('d', 4)
  t.same([recent.get('a'), recent.get('c'), recent.get('d')], [undefined, 3, 4], 'where all were asked for, the one that came first goes, and what is new stays')
})
