import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import t from 'tap'
import { diffLines, mergeLines, readableDiff } from '../../server/courses/drafts/line-diff.ts'
import { editCourse, freshKey, type CourseEdit } from '../../server/courses/drafts/course-edits.ts'
import { readZip } from '../../server/zip/read-zip.ts'
import { testApp, type Somebody, type TestApp } from '../app.ts'
import { openBrowser } from '../browser.ts'
import { answerRightly, call, start, startWalk } from '../trainee.ts'

const COURSES = 'test/fixtures/courses'

async function begin (test: TestApp, who: Somebody, body: object): Promise<string> {
  const { status, json } = await call(test, who, 'POST', '/drafts', body)
  if (status !== 201) throw new Error(`${status} ${JSON.stringify(json)}`)
  return json.id as string
}

function file (path: string): string {
  return `/file?path=${encodeURIComponent(path)}`
}

t.test('a difference of lines turns one text into the other, and two changes of one text fit together or not', async (t) => {
  // Small alphabets make many ways of matching.
  let state = 7
  const random = (below: number): number => { state = (state * 1103515245 + 12345) % 2147483648; return Math.floor(state / 65536) % below }
  for (let round = 0; round < 300; round++) {
    const [a, b] = [0, 1].map(() => Array.from({ length: random(10) }, () => 'abc'[random(3)] ?? '')) as [string[], string[]]
    const made = [...a]
    for (const { at, removed, added } of diffLines(a, b).reverse()) made.splice(at, removed.length, ...added)
    if (made.join() !== b.join()) t.fail(`${a.join()} → ${b.join()}`)
  }
  t.same(readableDiff('1\n2\n3\n4\n5\n6\n7\n8\n9', '1\n2\n3\n4\n5\n6\n7\neight\n9', 1), [
    { kind: 'gap', text: '6' }, { kind: 'same', text: '7' }, { kind: 'removed', text: '8' }, { kind: 'added', text: 'eight' }, { kind: 'same', text: '9' }
  ])
  t.equal(mergeLines('a\nb\nc\nd\ne', 'A\nb\nc\nd\ne', 'a\nb\nc\nd\nE'), 'A\nb\nc\nd\nE')
  t.equal(mergeLines('a\nb\nc', 'a\nB\nc', 'a\nB\nc'), 'a\nB\nc', 'the same change twice is one')
  t.equal(mergeLines('a\nb\nc', 'a\nX\nc', 'a\nY\nc'), undefined, 'a conflict')
  t.equal(mergeLines('a\nb\nc', 'a\nX\nc', 'a\nY\nc', 'theirs'), 'a\nY\nc')
})

t.test('a form changes of course.yaml what it says, and leaves comments and lines as they are written', async (t) => {
  const text = `# what this is
slug: sample      # never changes
language: en
title: Sample
summary: >-
  Two lines that
  stay as they are.
modules:
  # the first
  - key: one
    title: { en: One, ar: واحد }
    activities:
      - lesson: a
      - quiz: q
  - key: two
    title: Two
    activities:
      - lesson: b
quizzes:
  - key: q
    title: Quiz
    behaviour: deferred   # for now
    passPercent: 60
    sections:
      - draw:
          - { topic: x, count: 2 }   # of two
`
  const changed = (edit: CourseEdit): string[] => readableDiff(text, editCourse(text, edit), 0).filter(({ kind }) => kind === 'added' || kind === 'removed').map(({ kind, text }) => `${kind === 'added' ? '+' : '-'}${text}`)
  t.same(changed({ do: 'edit-module', module: 'two', title: { en: 'Two', ar: 'اثنان' }, summary: { en: 'Says: more' } }).sort(), [
    '-    title: Two', '+    title:', '+      en: Two', '+      ar: اثنان', '+    summary: "Says: more"'
  ].sort())
  t.same(changed({ do: 'facts', slug: 'sample', language: 'en', title: { en: 'Sample' }, summary: { en: 'Two lines that stay as they are.' }, validMonths: 12 }), ['+certificate:', '+  validMonths: 12'])
  t.same(changed({ do: 'quiz', quiz: { key: 'q', title: 'Quiz', behaviour: 'immediate', passPercent: 60, attempts: 3, sections: [{ draw: [{ topic: 'x', count: 2 }, { topic: 'y', difficulty: 'hard', count: 1 }] }] } }), [
    '-    behaviour: deferred   # for now', '+    behaviour: immediate # for now', '+          - { topic: y, difficulty: hard, count: 1 }', '+    attempts: 3'
  ])
  t.same(changed({ do: 'add-lesson', module: 'two', key: 'c' }), ['+      - lesson: c'])
  t.same(changed({ do: 'move-activity', key: 'b', module: 'one', to: 0 }).filter((line) => line.includes('lesson: b')), ['+      - lesson: b', '-      - lesson: b'])
  t.match(editCourse(text, { do: 'move-module', module: 'two', to: 0 }), /modules:[^]*key: two[^]*key: one/)
  t.notMatch(editCourse(text, { do: 'remove-module', module: 'one' }), /quiz|passPercent/, 'with a module go its quizzes')
  t.throws(() => editCourse('a: [', { do: 'remove-module', module: 'one' }), { code: 'bad-input' })
  t.equal(editCourse(text, { do: 'edit-module', module: 'two', title: { en: 'Two' }, summary: { en: '' } }), text, 'what says the same changes nothing')
  t.equal(freshKey('The first hour!', 'lesson', new Set(['the-first-hour'])), 'the-first-hour-2')
  t.equal(freshKey('الساعة الأولى', 'lesson', new Set()), 'lesson-1')
})

t.test('a draft of a published course: its files as they were imported, edited, checked, compared, published, and taken out again', async (t) => {
  const test = await testApp(t, { courses: COURSES })
  const author = await test.somebody('Ines Instructor', [{ role: 'instructor' }])
  const other = await test.somebody('Omar Other', [{ role: 'instructor' }])
  const id = await begin(test, author, { course: 'all-kinds' })
  const { json: draft } = await call(test, author, 'GET', `/drafts/${id}`)
  t.match(draft, { slug: 'all-kinds', state: 'open', base: { slug: 'all-kinds', version: 1 }, authors: [{ name: 'Ines Instructor' }] })

  const folder = join(COURSES, 'all-kinds')
  const onDisk = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => /\.\w+$/.test(path)).sort()
  const exported = async (path: string): Promise<ReadonlyMap<string, Uint8Array>> => {
    const answer = await test.app.inject({ url: `/api/v1${path}`, headers: author.bearer })
    const read = readZip(answer.rawPayload)
    if ('problems' in read) throw new Error(JSON.stringify(read.problems))
    return read.files
  }
  for (const path of [`/drafts/${id}/export`, '/courses/all-kinds/export']) {
    const files = await exported(path)
    t.same([...files.keys()].sort(), onDisk.map((file) => `all-kinds/${file}`))
    t.ok(onDisk.every((file) => Buffer.from(files.get(`all-kinds/${file}`) ?? []).equals(readFileSync(join(folder, file)))), 'byte for byte')
  }
  t.same((await call(test, author, 'GET', `/drafts/${id}/problems`)).json.items, [])
  t.same((await call(test, author, 'POST', `/drafts/${id}/publish`, {})).json, { slug: 'all-kinds', version: 1, published: false }, 'nothing differs: nothing is published')

  const lesson = (await call(test, author, 'GET', `/drafts/${id}${file('lessons/the-place.en.md')}`)).json as { text: string, version: number }
  const saved = await call(test, author, 'PUT', `/drafts/${id}${file('lessons/the-place.en.md')}`, { text: `${lesson.text}\nOne more line.\n`, version: lesson.version })
  t.same(saved.json, { versions: { 'lessons/the-place.en.md': 2 } })
  t.same((await call(test, author, 'PUT', `/drafts/${id}${file('lessons/the-place.en.md')}`, { text: `${lesson.text}\r\nOne more line.\r\n`, version: 2 })).json, { versions: { 'lessons/the-place.en.md': 2 } }, 'the same text is no change')

  // Somebody else's save on top of what they saw before.
  t.equal((await call(test, other, 'GET', `/drafts/${id}`)).status, 404)
  t.equal((await call(test, author, 'PUT', `/drafts/${id}/authors/${other.personId}`)).status, 204)
  const late = await call(test, other, 'PUT', `/drafts/${id}${file('lessons/the-place.en.md')}`, { text: 'Mine', version: 1 })
  t.equal(late.status, 409)
  t.match(late.json, { type: '/problems/edited-meanwhile', now: { path: 'lessons/the-place.en.md', version: 2, by: 'Ines Instructor', text: `${lesson.text}\nOne more line.\n` } })
  const [one, two] = await Promise.all([author, other].map(async (who) => await call(test, who, 'PUT', `/drafts/${id}${file('lessons/the-place.en.md')}`, { text: `${lesson.text}\nBy ${who.name}.\n`, version: 2 })))
  t.same([one?.status, two?.status].sort(), [200, 409], 'of two at once one is saved')
  t.equal((await call(test, author, 'DELETE', `/drafts/${id}${file('course.yaml')}&version=7`)).status, 409)
  t.equal((await call(test, author, 'PUT', `/drafts/${id}${file('../evil.yaml')}`, { text: 'x', version: 0 })).status, 422)
  t.equal((await call(test, author, 'PUT', `/drafts/${id}${file('lessons/the-place.en.md')}`, { text: 'a\0b', version: 3 })).status, 422)

  const changes = await call(test, author, 'GET', `/drafts/${id}/changes`)
  t.match(changes.json.items, [{ path: 'lessons/the-place.en.md', version: 3 }, { version: 2, by: 'Ines Instructor', what: 'written' }])
  t.match((await call(test, author, 'GET', `/drafts/${id}/change?path=lessons/the-place.en.md&version=2`)).json.lines.filter(({ kind }: { kind: string }) => kind === 'added'), [{ text: 'One more line.' }, { text: '' }])
  t.equal((await call(test, author, 'POST', `/drafts/${id}/restore`, { path: 'lessons/the-place.en.md', version: 2, seen: 3 })).status, 204)

  // What is wrong is told with file and line, and nothing is published while it stands.
  t.equal((await call(test, author, 'PUT', `/drafts/${id}${file('lessons/stray.en.md')}`, { text: '---\ntitle: Stray\n---\n\n# Too high\n', version: 0 })).status, 200)
  const { json: { items: problems } } = await call(test, author, 'GET', `/drafts/${id}/problems`)
  t.match(problems, [{ file: 'lessons/stray.en.md', line: 1, message: /no module/ }, { file: 'lessons/stray.en.md', line: 5, message: /first level/ }])
  const refused = await call(test, author, 'POST', `/drafts/${id}/publish`, {})
  t.equal(refused.status, 422)
  t.match(refused.json, { type: '/problems/draft-has-problems', problems: [{ field: 'lessons/stray.en.md' }, {}] })
  t.equal((await call(test, author, 'DELETE', `/drafts/${id}${file('lessons/stray.en.md')}&version=1`)).status, 200)

  const { json: compared } = await call(test, author, 'GET', `/drafts/${id}/compare`)
  t.match(compared, { with: { slug: 'all-kinds', version: 1 }, overtaken: false, lessons: [{ kind: 'changed', key: 'the-place', of: 'en' }], questions: [], quizzes: [], modules: [] })

  // Another draft of the same version is published first.
  const rival = await begin(test, other, { course: 'all-kinds', version: 1 })
  const course = (await call(test, other, 'GET', `/drafts/${rival}${file('course.yaml')}`)).json as { text: string }
  await call(test, other, 'PUT', `/drafts/${rival}${file('course.yaml')}`, { text: course.text.replace(/^title:.*$/m, 'title: Another title'), version: 1 })
  t.same((await call(test, other, 'POST', `/drafts/${rival}/publish`, { notes: 'A better title' })).json, { slug: 'all-kinds', version: 2, published: true })
  t.match((await call(test, author, 'POST', `/drafts/${id}/publish`, {})), { status: 409, json: { type: '/problems/published-meanwhile', version: 2 } })
  t.same((await call(test, author, 'POST', `/drafts/${id}/publish`, { notes: 'One line more', over: 2 })).json, { slug: 'all-kinds', version: 3, published: true })
  t.equal((await call(test, author, 'PUT', `/drafts/${id}${file('course.yaml')}`, { text: 'x', version: 1 })).status, 409, 'a draft that was published is closed')
  t.match((await call(test, author, 'GET', '/courses/all-kinds')).json.versions, [{ number: 3, notes: 'One line more', publishedBy: 'Ines Instructor' }, { number: 2, publishedBy: 'Omar Other' }, { number: 1, publishedBy: null }])
  t.match(Buffer.from((await exported('/courses/all-kinds/export')).get('all-kinds/lessons/the-place.en.md') ?? []).toString(), /One more line\.\n$/)
  const log = await test.db.read.selectFrom('audit_entry').select('action').where('action', 'like', 'draft.%').orderBy('seq').execute()
  t.same([...new Set(log.map(({ action }) => action))], ['draft.begun', 'draft.saved', 'draft.author-added', 'draft.published'])

  t.test('a quiz of a draft is set, and drawn on trial', async (t) => {
    const third = await begin(test, author, { course: 'first-steps' })
    const { json: sample } = await call(test, author, 'GET', `/drafts/${third}/quizzes/practice/sample?seed=a`)
    t.match(sample, { problems: [], slots: [{ slot: 1, page: 1 }, { slot: 2, page: 2 }] })
    t.same((await call(test, author, 'GET', `/drafts/${third}/quizzes/practice/sample?seed=a`)).json, sample, 'the same seed gives the same paper')
    const quiz = { key: 'practice', title: 'Practice', behaviour: 'immediate', passPercent: 80, questionsPerPage: 1, sections: [{ draw: [{ topic: 'basics', difficulty: 'easy', count: 90 }] }] }
    t.equal((await call(test, author, 'PUT', `/drafts/${third}/quizzes/practice`, { quiz, version: 1 })).status, 200)
    t.match((await call(test, author, 'GET', `/drafts/${third}/quizzes/practice/sample`)).json, { slots: [], problems: [{ path: 'sections/0/draw/0', message: /asks for 90 easy/ }] })
    const text = (await call(test, author, 'GET', `/drafts/${third}${file('course.yaml')}`)).json.text as string
    t.same(readableDiff(readFileSync(`${COURSES}/first-steps/course.yaml`, 'utf8'), text, 0).filter(({ kind }) => kind === 'added').map(({ text }) => text.trim()), ['passPercent: 80', '- { topic: basics, difficulty: easy, count: 90 }'])
    t.equal((await call(test, author, 'DELETE', `/drafts/${third}`)).status, 204)
    t.equal((await call(test, author, 'GET', '/drafts')).json.items.length, 0)
  })

  t.test('pictures are written anew, upright and without what a camera adds; what is none is refused', async (t) => {
    const mine = await begin(test, author, { slug: 'new-course', title: 'A new course' })
    const camera = await sharp({ create: { width: 3000, height: 1500, channels: 3, background: '#336699' } }).jpeg()
      .withExif({ IFD3: { GPSLatitudeRef: 'N' }, IFD0: { Copyright: 'Somebody' } }).withMetadata({ orientation: 6 }).toBuffer()
    const sent = await call(test, author, 'POST', `/drafts/${mine}/uploads`, { name: 'C:\\Photos\\Checkpoint North.JPG', base64: camera.toString('base64') })
    t.same(sent.json, { path: 'images/checkpoint-north.jpg' })
    const { base64 } = (await call(test, author, 'GET', `/drafts/${mine}${file('images/checkpoint-north.jpg')}`)).json as { base64: string }
    const kept = await sharp(Buffer.from(base64, 'base64')).metadata()
    t.match(kept, { width: 1000, height: 2000, format: 'jpeg' })
    t.notOk(kept.exif)
    t.match((await call(test, author, 'POST', `/drafts/${mine}/uploads`, { name: 'Checkpoint North.jpg', base64: camera.toString('base64') })).json, { path: 'images/checkpoint-north-2.jpg' })
    for (const [name, bytes] of [['a.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>'], ['a.pdf', 'no pdf'], ['a.exe', 'MZ'], ['a.png', camera.subarray(0, 400).toString('latin1')]] as const) {
      t.equal((await call(test, author, 'POST', `/drafts/${mine}/uploads`, { name, base64: Buffer.from(bytes, 'latin1').toString('base64') })).status, 422, name)
    }
    t.match((await call(test, author, 'POST', `/drafts/${mine}/uploads`, { name: 'Report form.pdf', base64: Buffer.from('%PDF-1.7 …').toString('base64') })).json, { path: 'files/report-form.pdf' })

    // From nothing to a version: problems until it is whole.
    const put = async (path: string, text: string, version: number): Promise<void> => { t.equal((await call(test, author, 'PUT', `/drafts/${mine}${file(path)}`, { text, version })).status, 200) }
    t.not((await call(test, author, 'GET', `/drafts/${mine}/problems`)).json.items.length, 0)
    await put('course.yaml', 'slug: new-course\nlanguage: en\ntitle: A new course\nsummary: What it is.\nmodules:\n  - key: one\n    title: One\n    activities:\n      - lesson: a\n', 1)
    await put('lessons/a.en.md', '---\ntitle: A\n---\n\n![A checkpoint](images/checkpoint-north.jpg)\n\nTake [the form](files/report-form.pdf), not [this](files/none.pdf).\n\n[How it is filled in](https://video.example/1 "video")\n', 0)
    t.match((await call(test, author, 'GET', `/drafts/${mine}/problems`)).json.items, [{ file: 'lessons/a.en.md', line: 7, message: /files\/none\.pdf/ }])
    await put('lessons/a.en.md', '---\ntitle: A\n---\n\n![A checkpoint](images/checkpoint-north.jpg)\n\nTake [the form](files/report-form.pdf).\n\n[How it is filled in](https://video.example/1 "video")\n', 1)
    t.same((await call(test, author, 'POST', `/drafts/${mine}/publish`, {})).json, { slug: 'new-course', version: 1, published: true })
    const { html } = await test.db.read.selectFrom('lesson').select('html').where('title', '=', 'A').executeTakeFirstOrThrow()
    const href = /href="(\/attachments\/[^"]+)" class="attachment"/.exec(html)?.[1] ?? ''
    t.match(html, /<a href="https:\/\/video\.example\/1" rel="noopener noreferrer" class="video">How it is filled in<span class="video-host">video\.example<\/span><\/a>/)
    const download = await test.app.inject({ url: href, headers: other.bearer })
    t.match(download.headers, { 'content-type': 'application/pdf', 'content-disposition': 'attachment; filename="report-form.pdf"' })

    // The whole of it, as a zip, is another draft; under a slug that is taken it is not published.
    const zip = await test.app.inject({ url: '/api/v1/courses/new-course/export', headers: author.bearer })
    const again = await test.app.inject({ method: 'POST', url: '/api/v1/drafts/zip', headers: { ...author.bearer, 'content-type': 'application/zip' }, payload: zip.rawPayload })
    t.equal(again.statusCode, 201)
    t.match(await call(test, author, 'POST', `/drafts/${again.json<{ id: string }>().id}/publish`, {}), { status: 409, json: { type: '/problems/course-taken' } })
    const bad = await test.app.inject({ method: 'POST', url: '/api/v1/drafts/zip', headers: { ...author.bearer, 'content-type': 'application/zip' }, payload: Buffer.from('PK nothing') })
    t.equal(bad.statusCode, 422)
  })
})

t.test('a running cohort moves to a new version: what it changes is said, what was done stays, attempts keep their questions', async (t) => {
  const test = await testApp(t, { courses: COURSES })
  const walk = await startWalk(test)
  const { instructor, trainee, admin, cohortId, enrolmentId } = walk
  const other = await test.somebody('Omar Other', [{ role: 'instructor' }])
  await call(test, trainee, 'POST', `/enrolments/${enrolmentId}/lessons/welcome/done`)
  const practice = await start(test, walk, 'practice')
  await answerRightly(test, walk, practice)
  await call(test, trainee, 'POST', `/attempts/${practice.id}/finish`)
  const exam = await start(test, walk, 'exam')
  await answerRightly(test, walk, exam)

  // The next version lacks the practice quiz, asks other things in the exam, and has another lesson.
  const id = await begin(test, instructor, { course: 'first-steps' })
  const { text } = (await call(test, instructor, 'GET', `/drafts/${id}${file('course.yaml')}`)).json as { text: string }
  const changed = editCourse(editCourse(text, { do: 'remove-activity', key: 'practice' }), { do: 'add-lesson', module: 'basics', key: 'more' })
    .replace('questions: [one, several, truth, pairs, steps, hours, word]', 'questions: [one, several]')
  t.equal((await call(test, instructor, 'PUT', `/drafts/${id}${file('course.yaml')}`, { text: changed, version: 1 })).status, 200)
  await call(test, instructor, 'PUT', `/drafts/${id}${file('lessons/more.en.md')}`, { text: '---\ntitle: More\n---\n\nMore of it.\n', version: 0 })
  t.same((await call(test, instructor, 'POST', `/drafts/${id}/publish`, { notes: 'One lesson more' })).json, { slug: 'first-steps', version: 2, published: true })

  const seen = async (): Promise<unknown> => (await call(test, trainee, 'GET', `/enrolments/${enrolmentId}`)).json
  t.match(await seen(), { course: { version: 1 }, progress: { done: 2, total: 3 } }, 'nobody is moved by a publication')
  t.match((await call(test, instructor, 'GET', `/cohorts/${cohortId}/version`)).json, {
    version: 1, to: 2, added: [{ key: 'more', kind: 'lesson' }], removed: [{ key: 'practice', kind: 'quiz' }], going: 1, completing: 0, completed: 0, attempts: 2, open: 1,
    comparison: { lessons: [{ key: 'more', kind: 'added' }], quizzes: [{ key: 'exam', kind: 'changed' }, { key: 'practice', kind: 'removed' }] }
  })
  const browser = openBrowser(test.app)
  browser.cookies.set('muster', instructor.token)
  t.match((await browser.get('/desk/courses/first-steps/cohorts')).body, /Test cohort[^]*What moving changes/)
  t.match((await browser.get(`/desk/cohorts/${cohortId}/version`)).body, /To be done as well[^]*More[^]*No longer asked[^]*Practice/)
  t.equal((await browser.post(`/desk/cohorts/${cohortId}/version`, { to: '2', seen: '1' })).location, `/desk/cohorts/${cohortId}/version?to=2`, 'not without a word that it was read')
  t.match(await seen(), { course: { version: 1 } })
  t.equal((await call(test, other, 'POST', `/cohorts/${cohortId}/version`, { to: 2, seen: 1 })).status, 404)
  t.equal((await call(test, admin, 'POST', `/cohorts/${cohortId}/version`, { to: 2, seen: 2 })).status, 409)

  t.same((await call(test, instructor, 'POST', `/cohorts/${cohortId}/version`, { to: 2, seen: 1 })).json, { version: 2, completed: 0 })
  t.match(await browser.post(`/desk/cohorts/${cohortId}/version`, { to: '1', seen: '1', sure: 'yes' }), { status: 409, body: /It has version 2 now/ }, 'a move that overlooks another')
  t.match(await seen(), { course: { version: 2 }, progress: { done: 1, total: 3 } }, 'what the new version does not have counts no longer')
  t.equal((await call(test, trainee, 'GET', `/attempts/${practice.id}/review`)).json.items.length, practice.questions.length, 'a review shows what was asked')
  t.equal((await call(test, trainee, 'GET', `/attempts/${exam.id}`)).json.questions.length, 7, 'an open attempt goes on as it was begun')
  t.match((await call(test, trainee, 'POST', `/attempts/${exam.id}/finish`)).json, { state: 'graded', passed: true, certificateSerial: null })
  t.match(await seen(), { progress: { done: 2, total: 3 } })

  // Each version asked its own questions: they are counted and regraded by themselves, or together.
  const figures = async (query: string, quiz = 'exam'): Promise<unknown> => (await call(test, instructor, 'GET', `/cohorts/${cohortId}/quizzes/${quiz}/statistics${query}`)).json
  t.match(await figures(''), { test: { count: 0 }, versions: [{ version: 2, attempts: 0, counted: true, present: true }, { version: 1, attempts: 1, counted: false, present: false }] })
  t.match(await figures('?versions=1'), { test: { count: 1 }, questions: { length: 7 }, versions: [{ counted: false }, { counted: true }] })
  t.match(await figures('?versions=all'), { test: { count: 1 }, questions: { length: 7 } })
  t.match(await figures('?versions=1', 'practice'), { test: { count: 1 }, quiz: { key: 'practice' } }, 'a quiz that is no longer asked')
  t.match([await figures('?versions=9'), await figures('?versions=x')], [{ status: 404 }, { status: 422 }])
  t.match((await browser.get(`/desk/cohorts/${cohortId}/quizzes/exam/statistics?versions=1`)).body, /Version 2, now · no attempt[^]*aria-current="page">Version 1 · 1 attempt[^]*version(=|&#x3D;)1/)
  const regrade = async (body: object): Promise<unknown> => (await call(test, instructor, 'POST', `/cohorts/${cohortId}/quizzes/exam/regrade?dryRun=true`, { reason: 'To see', ...body })).json
  t.match([await regrade({}), await regrade({ version: 1 })], [{ attempts: 0 }, { attempts: 1, changes: [] }])
  t.match((await browser.get(`/desk/cohorts/${cohortId}/quizzes/exam/regrade?version=1`)).body, /1 finished attempt[^]*name="version" value="1"/)
  t.match((await browser.get(`/desk/cohorts/${cohortId}/quizzes/practice/attempts`)).body, /1 attempt/, 'what was answered is still there')
  t.match(await call(test, instructor, 'POST', `/cohorts/${cohortId}/quizzes/exam/regrade`, { reason: 'To see', seen: 'something else' }), { status: 409 })

  const last = (await call(test, trainee, 'POST', `/enrolments/${enrolmentId}/lessons/more/done`)).json as { certificateSerial: string }
  t.match((await call(test, null, 'GET', `/certificates/${last.certificateSerial}`)).json, { course: { slug: 'first-steps', version: 2 } })
  t.equal((await test.db.read.selectFrom('audit_entry').select('detail').where('action', '=', 'cohort.moved').execute()).length, 1)
})

t.test('pages of a draft without a script: begun from files, arranged, a quiz set, a save that came too late made on top', async (t) => {
  const test = await testApp(t, { courses: COURSES })
  const author = await test.somebody('Ines Instructor', [{ role: 'instructor' }])
  const browser = openBrowser(test.app)
  browser.cookies.set('muster', author.token)
  await browser.get('/desk/drafts/new')
  t.match((await browser.post('/desk/drafts/new', { from: 'nothing', title: '', slug: 'first-steps', language: 'en' })).body, /needs a title[^]*already/)
  const draft = (await browser.post('/desk/drafts/new', { from: 'version', course: 'first-steps' })).location ?? ''
  const page = await browser.get(draft)
  t.match(page.body, /First steps[^]*ready to publish|ready to publish/)
  t.equal((await browser.post(`${draft}/structure`, { version: '1', go: 'down-activity:practice' })).status, 303)
  // The page still shows the version before: the change is offered on top of what stands there.
  const late = await browser.post(`${draft}/structure`, { version: '1', go: 'edit-module:final', 'title.en': 'The end', 'summary.en': '' })
  t.equal(late.status, 409)
  t.match(late.body, /Somebody saved in between[^]*Do it on top of theirs/)
  t.equal((await browser.post(`${draft}/structure`, { version: '2', go: 'edit-module:final', 'title.en': 'The end', 'summary.en': '' })).status, 303)
  const id = draft.split('/').at(-1) ?? ''
  const text = async (path: string): Promise<string> => (await call(test, author, 'GET', `/drafts/${id}${file(path)}`)).json.text as string
  t.match(await text('course.yaml'), /key: final\n {4}title: The end\n {4}activities:\n {6}- quiz: practice\n {6}- quiz: exam/)

  const quiz = { title: 'x', 'title.en': 'Final exam', 'intro.en': 'Read each question to its end.', behaviour: 'deferred', passPercent: '70', attempts: '2', timed: 'yes', limitMinutes: '30', overdue: 'submit', gradeOf: 'highest', questionsPerPage: '3', shuffleQuestions: 'yes', floor: 'yes', 'section.0.questions': 'one several truth pairs steps hours word' }
  const shown = Object.fromEntries(['during', 'rightAfter', 'later', 'afterClose'].flatMap((moment) => ['answer', 'correctness', 'mark', 'feedback'].map((what) => [`review.${moment}.${what}`, 'yes'])))
  const before = await text('course.yaml')
  t.equal((await browser.post(`${draft}/quizzes/exam`, { ...quiz, ...shown, version: '3', go: 'save' })).status, 303)
  t.equal(await text('course.yaml'), before, 'a form that says what is written changes nothing')
  t.match((await browser.post(`${draft}/quizzes/exam`, { ...quiz, ...shown, passPercent: '170', version: '3', go: 'save' })), { status: 422, body: /To pass: must be 100 or less/ })
  t.equal((await browser.post(`${draft}/quizzes/exam`, { ...quiz, ...shown, 'review.later.rightAnswer': 'yes', 'review.afterClose.rightAnswer': 'yes', overdue: 'grace', graceSeconds: '60', version: '3', go: 'save' })).status, 303)
  t.same(readableDiff(before, await text('course.yaml'), 0).filter(({ kind }) => kind === 'added').map(({ text }) => text.trim()), ['review: { during: { rightAnswer: false }, rightAfter: { rightAnswer: false } }', 'overdue: grace', 'graceSeconds: 60'])
  const halfway = await browser.post(`${draft}/quizzes/exam`, { ...quiz, ...shown, 'section.1.row.0.count': '4', 'section.1.row.1.topic': 'words', version: '4', go: 'check' })
  t.match(halfway, { status: 422, body: /Part 2: choose a topic for each line that has a number[^]*name="section\.1\.row\.0\.count" value="4"[^]*Another part \(optional\)/ }, 'a number is not thrown away; what is empty is')
  t.match((await browser.get(`${draft}/quizzes/exam/sample?seed=3`)).body, /Sample paper[^]*7 questions[^]*class="question card"/)

  t.match((await browser.post(`${draft}/lessons/welcome?language=en`, { version: '1', title: 'Welcome', body: '# Too high', go: 'preview' })).body, /first level[^]*Too high/)
  t.equal((await browser.post(`${draft}/lessons/welcome?language=fr`, { version: '0', title: 'Bienvenue', body: 'Bonjour.', go: 'save' })).status, 303)
  t.match((await browser.get(`${draft}/history`)).body, /lessons\/welcome\.fr\.md[^]*arranged the course/)
  t.match((await browser.get(`${draft}/change?path=course.yaml&version=3`)).body, /The end[^]*Make it so again/)
  t.equal((await browser.post(`${draft}/structure`, { version: '4', go: 'remove-activity:welcome' })).status, 303)
  t.match((await browser.get(draft)).body, /at least 1/, 'a module without anything is a problem')
  t.match((await browser.get(`${draft}/publish`)).body, /removed[^]*put right first/)
  t.equal((await browser.post(`${draft}/discard`)).location, '/desk/courses')
  t.match((await browser.get(draft)).body, /was discarded/)
})

t.test('two authors of one draft: what is removed, brought back, published or discarded is what was looked at, or what came between is shown', async (t) => {
  const test = await testApp(t, { courses: COURSES })
  const [ines, omar] = [await test.somebody('Ines Instructor', [{ role: 'instructor' }]), await test.somebody('Omar Other', [{ role: 'instructor' }])]
  const as = async (who: Somebody) => {
    const browser = openBrowser(test.app)
    browser.cookies.set('muster', who.token)
    await browser.get('/desk/drafts/new')
    return browser
  }
  const [hers, his] = [await as(ines), await as(omar)]
  const id = await begin(test, ines, { course: 'first-steps' })
  const at = `/desk/drafts/${id}`
  await call(test, ines, 'PUT', `/drafts/${id}/authors/${omar.personId}`)
  const later = (): void => { test.world.setNow(new Date(test.world.now().getTime() + 1000).toISOString()) }
  const put = async (path: string, body: object): Promise<void> => {
    later()
    t.equal((await call(test, omar, 'PUT', `/drafts/${id}${file(path)}`, body)).status, 200, path)
  }
  const send = async (name: string, bytes: Buffer): Promise<void> => { t.equal((await call(test, omar, 'POST', `/drafts/${id}/uploads`, { name, base64: bytes.toString('base64') })).status, 201, name) }
  /** One file, and another in its place. */
  const exchange = async (path: string, was: Buffer, is: Buffer): Promise<void> => {
    await send(path.replace(/^.*\//, ''), was)
    await call(test, omar, 'DELETE', `/drafts/${id}${file(path)}&version=1`)
    later()
    await send(path.replace(/^.*\//, ''), is)
  }
  const picture = async (colour: string): Promise<Buffer> => await sharp({ create: { width: 8, height: 8, channels: 3, background: colour } }).png().toBuffer()
  const hidden = (body: string, name: string): string => new RegExp(`name="${name}" value="([^"]*)"`).exec(body)?.[1] ?? ''
  const removal = { path: 'images/map.png', version: '1' }

  await exchange('images/map.png', await picture('red'), await picture('blue'))
  const late = await hers.post(`${at}/files/remove`, removal)
  t.match(late, { status: 409, body: /Omar Other saved <?.*images\/map\.png[^]*As you saw it[^]*As it is now[^]*You take the file away/ })
  t.equal(new Set(late.body.match(/\/media\/[0-9a-f]{64}/g)).size, 2, 'both pictures are shown')
  t.equal((await hers.post(`${at}/files/remove`, { path: hidden(late.body, 'path'), version: hidden(late.body, 'version') })).status, 303, 'and it can be done all the same')
  t.equal((await hers.post(`${at}/files/remove`, removal)).status, 303, 'what is gone is gone')

  await exchange('files/list.csv', Buffer.from('a,b'), Buffer.from('c,d'))
  t.match(await hers.post(`${at}/files/remove`, { path: 'files/list.csv', version: '1' }), { status: 409, body: /Another file stands in its place/ })
  await put('lessons/welcome.en.md', { text: '---\ntitle: Welcome\n---\n\nHis.\n', version: 1 })
  const restored = await hers.post(`${at}/restore`, { path: 'lessons/welcome.en.md', version: '1', seen: '1' })
  t.match(restored, { status: 409, body: /What Omar Other changed[^]*His\.[^]*What you changed/ })
  t.equal((await hers.post(`${at}/restore`, { path: 'lessons/welcome.en.md', version: hidden(restored.body, 'version'), seen: hidden(restored.body, 'seen') })).status, 303)

  // A lesson goes with its place in the course: not the words that somebody wrote into it since.
  const lesson = (await hers.get(`${at}/lessons/welcome?language=en`)).body
  const going = { version: /value="(\d+)"><input type="hidden" name="seen"/.exec(lesson)?.[1] ?? '', seen: hidden(lesson, 'seen'), go: 'remove-activity:welcome' }
  await put('lessons/welcome.en.md', { text: '---\ntitle: Welcome\n---\n\nHis again.\n', version: 3 })
  const gone = await hers.post(`${at}/structure`, going)
  t.match(gone, { status: 409, body: /Since you opened the page, <?.*Omar Other[^]*His again\./ })
  t.equal((await call(test, ines, 'GET', `/drafts/${id}${file('lessons/welcome.en.md')}`)).json.version, 4, 'nothing was done')

  const page = (await his.get(`${at}/publish`)).body
  await put('lessons/welcome.ar.md', { text: '---\ntitle: أهلًا\n---\n\nأهلًا وسهلًا.\n', version: 1 })
  const publish = { notes: 'Wording', over: hidden(page, 'over'), seen: hidden(page, 'seen') }
  t.match(await call(test, ines, 'POST', `/drafts/${id}/publish`, { seen: publish.seen }), { status: 409, json: { type: '/problems/edited-meanwhile', changes: [{ path: 'lessons/welcome.ar.md', by: 'Omar Other' }] } })
  t.match(await hers.post(`${at}/discard`, { seen: publish.seen }), { status: 409, body: /not discarded[^]*Omar Other<\/bdi>: <a[^]*welcome\.ar\.md/ })
  const unpublished = await hers.post(`${at}/publish`, publish)
  t.match(unpublished, { status: 409, body: /Nothing was published[^]*Omar Other[^]*welcome\.ar\.md[^]*Wording/ })
  t.match((await hers.post(`${at}/publish`, { ...publish, seen: hidden(unpublished.body, 'seen') })).location, /published=2/)
})
