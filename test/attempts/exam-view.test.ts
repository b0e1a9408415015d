import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import t from 'tap'
import { makeCourseCache } from '../../server/courses/courses.ts'
import { seeAttempt } from '../../server/attempts/attempts.ts'
import { makeExamView } from '../../server/attempts/exam-view.ts'
import { makeQuestionParts } from '../../server/attempts/parts-view.ts'
import { attemptView, reviewView } from '../../server/attempts/views.ts'
import { loadMessages } from '../../server/http/messages.ts'
import { loadPages, type PageContext } from '../../server/http/pages.ts'
import { assemble, cut, fill, hole } from '../../server/http/splice.ts'
import { makeUrl } from '../../server/http/urls.ts'
import { policyAt } from '../../server/quiz/quiz.ts'
import { testApp } from '../app.ts'
import { answerRightly, call, enrol, personOf, start, startWalk } from '../trainee.ts'

const templates = new URL('../../templates', import.meta.url).pathname
const messages = loadMessages(`${templates}/locales`)
const render = loadPages(templates)

t.test('an exam page, and a review, put together from parts is what would be rendered whole', async (t) => {
  const test = await testApp(t, { courses: 'test/fixtures/courses' })
  const walk = await startWalk(test)
  const other = await test.somebody('Oda Other', [{ role: 'trainee' }])
  const otherEnrolment = await enrol(test, walk.admin, walk.cohortId, other)
  const sittings = [
    { who: walk.trainee, exam: await start(test, walk, 'exam') },
    { who: other, exam: await start(test, walk, 'exam', other, otherEnrolment) }
  ]
  const deps = { world: test.world, courses: makeCourseCache(), settings: { programme: 'P', timeZone: 'UTC', publicUrl: '', prefix: '', secure: false, demo: false } }
  const partsOfQuestion = makeQuestionParts()
  const view = makeExamView(partsOfQuestion)

  async function compare (moment: string): Promise<void> {
    for (const { who, exam } of sittings) {
      for (const language of ['en', 'ar']) {
        const now = test.world.now()
        const url = makeUrl('/training')
        const reader = { language, timeZone: 'UTC', t: messages.translate(language), url }
        const context = (csrf: string): PageContext => ({ ...reader, asset: (name) => `/${name}`, csrf: () => csrf })
        const whole = (template: string, shown: object, csrf: string): string => render('layouts/page', { ...shown, header: render('attempts/exam-header', shown, context(csrf)), body: render(template, shown, context(csrf)) }, context(csrf))
        const press = {
          part: (template: string, shown: object) => render(template, shown, context('the-token')),
          partFrame: (template: string, shown: object) => cut(render(template, shown, context(hole('csrf')))),
          pageFrame: (template: string, shown: object) => cut(whole(template, shown, hole('csrf')))
        }
        const seen = await seeAttempt(test.db, deps, personOf(who, 'trainee'), exam.id)
        const pages = Array.from({ length: seen.row.paper.slots.at(-1)?.page ?? 0 }, (_, index) => index + 1)
        for (const page of [...pages, null]) {
          const spliced = view(seen, page, now, reader, press)
          if (spliced === null) throw new Error('an exam is put together from parts')
          const html = assemble(fill(spliced.frame, { ...spliced.values, csrf: 'the-token' }), false).toString()
          t.equal(html, whole('attempts/attempt', attemptView(seen, page, now, reader), 'the-token'), `${moment}, ${language}, page ${page}`)
        }
      }
    }
  }

  await compare('before the first answer')
  const [first] = sittings
  const exam = first?.exam
  if (exam === undefined) throw new Error('no exam')
  await answerRightly(test, walk, exam)
  await compare('with every question answered')
  const slot = (kind: string): number => exam.questions.find((question) => question.kind === kind)?.slot ?? 0
  const answers = { [slot('short-text')]: { text: '<i>"x" & y' }, [slot('numeric')]: { text: 'many' }, [slot('choice')]: null }
  await call(test, walk.trainee, 'PUT', `/attempts/${exam.id}/answers`, { answers })
  await compare('with markup in an answer, one that cannot be read, and one taken back')
  test.world.advance(28 * 60)
  await compare('near the end')

  for (const { who, exam } of sittings) {
    await call(test, who, 'POST', `/attempts/${exam.id}/finish`)
    const seen = await seeAttempt(test.db, deps, personOf(who, 'trainee'), exam.id)
    for (const language of ['en', 'ar']) {
      const reader = { language, timeZone: 'UTC', t: messages.translate(language), url: makeUrl('') }
      const context: PageContext = { ...reader, asset: (name) => `/${name}`, csrf: () => '' }
      const part = (template: string, shown: object): string => render(template, shown, context)
      const press = { part, partFrame: (template: string, shown: object) => cut(part(template, shown)), pageFrame: () => [] }
      for (const again of [false, true]) {
        for (const [index, question] of reviewView(seen, reader).questions.entries()) {
          const slot = seen.row.paper.slots[index]
          if (slot === undefined) throw new Error('a question without a slot')
          const html = assemble(partsOfQuestion(seen, slot, policyAt(seen.quiz.review, seen.moment), reader, false, press), false).toString()
          t.equal(html, part('attempts/question', question), `reviewed${again ? ' again' : ''}, ${language}, question ${question.slot}`)
        }
      }
    }
  }
})

t.test('an exam takes 40 KB at first, with styles and script, and 10 KB a page from then on', async (t) => {
  const test = await testApp(t, { courses: 'courses/telecom-fraud' })
  const walk = await startWalk(test, 'telecom-fraud')
  const { response } = await call(test, walk.trainee, 'POST', `/enrolments/${walk.enrolmentId}/quizzes/final-exam/attempts`)
  const { id } = response.json<{ id: string }>()
  const cookies: Record<string, string> = { muster: walk.trainee.token }
  const get = async (url: string): Promise<{ html: string, bytes: number, encoding: unknown, etag: string, status: number, cache: unknown }> => {
    const answer = await test.app.inject({ url, cookies, headers: { 'accept-encoding': 'gzip, deflate, br' } })
    for (const { name, value } of answer.cookies) cookies[name] = value
    const encoding = answer.headers['content-encoding']
    const body = encoding === 'gzip' ? gunzipSync(answer.rawPayload) : encoding === 'br' ? brotliDecompressSync(answer.rawPayload) : answer.rawPayload
    const head = Object.entries(answer.headers).reduce((sum, [name, value]) => sum + name.length + String(value).length + 4, 20)
    return { html: body.toString(), bytes: head + answer.rawPayload.length, encoding, etag: String(answer.headers.etag), status: answer.statusCode, cache: answer.headers['cache-control'] }
  }
  const first = await get(`/attempts/${id}?page=1`)
  t.equal(first.encoding, 'gzip')
  const files = [...first.html.matchAll(/<(?:link|script|img)[^>]* (?:href|src)="([^"]+)"/g)].map((found) => found[1] ?? '')
  t.ok(files.length >= 3)
  const loaded = await Promise.all(files.map(get))
  t.ok(loaded.every(({ status, encoding, cache }) => status === 200 && encoding === 'br' && String(cache).includes('immutable')))
  t.ok(loaded[0]?.html.includes(':root'), 'compressed is the same file')
  t.notMatch(loaded.map(({ html }) => html).join('\n'), /@import|url\((?!data:)/, 'a style leads to no further request')
  const total = [first, ...loaded].reduce((sum, { bytes }) => sum + bytes, 0)
  t.ok(total <= 40_000, `${total} bytes at first`)
  const later = await Promise.all([2, 3, 4].map(async (page) => (await get(`/attempts/${id}?page=${page}`)).bytes))
  t.ok(later.every((bytes) => bytes <= 10_000), `${later.join(', ')} bytes a page`)
  t.comment(`${total} bytes at first, then ${later.join(', ')}`)

  const again = await test.app.inject({ url: files[0] ?? '', headers: { 'if-none-match': loaded[0]?.etag ?? '' } })
  t.equal(again.statusCode, 304)
})
