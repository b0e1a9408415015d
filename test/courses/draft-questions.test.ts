import { readFileSync } from 'node:fs'
import t from 'tap'
import { drawRows } from '../../server/courses/drafts/from-bank.ts'
import { testApp, type Somebody, type TestApp } from '../app.ts'
import { openBrowser } from '../browser.ts'
import { call } from '../trainee.ts'

interface Question { readonly key: string, readonly path: string, readonly quizzes: readonly string[], readonly origin: { readonly question: string, readonly version: number, readonly latest: number | null, readonly changedHere: boolean, readonly outdated: boolean } | null }

async function questionsOf (test: TestApp, who: Somebody, draft: string): Promise<Map<string, Question>> {
  return new Map(((await call(test, who, 'GET', `/drafts/${draft}/questions`)).json.items as Question[]).map((question) => [question.key, question]))
}

async function textOf (test: TestApp, who: Somebody, draft: string, path: string): Promise<{ text: string, version: number }> {
  return (await call(test, who, 'GET', `/drafts/${draft}/file?path=${path}`)).json
}

t.test('so many questions are drawn of each topic as its share of those chosen', async (t) => {
  const of = (topic: string, count: number, difficulty: 'easy' | 'hard' = 'easy') => Array.from({ length: count }, () => ({ topic, difficulty }))
  t.strictSame(drawRows([...of('a', 6), ...of('b', 3), ...of('c', 1)], 5), [{ topic: 'a', difficulty: 'easy', count: 3 }, { topic: 'b', difficulty: 'easy', count: 2 }])
  t.strictSame(drawRows([...of('a', 2), ...of('a', 1, 'hard')], 99), [{ topic: 'a', count: 3 }], 'no more than were chosen')
})

t.test('questions of a bank go into a draft with their version, its quizzes ask them, and newer versions are taken when wanted', async (t) => {
  const test = await testApp(t, { courses: 'test/fixtures/courses' })
  const ines = await test.somebody('Ines Instructor', [{ role: 'instructor' }])
  const omar = await test.somebody('Omar Other', [{ role: 'instructor' }])
  const bank = (await call(test, ines, 'POST', '/banks', { name: 'Night work' })).json.id as string
  const put = async (definition: object): Promise<void> => { t.equal((await call(test, ines, 'POST', `/banks/${bank}/questions`, { definition: { topic: 'night', difficulty: 'easy', ...definition } })).status, 201) }
  const picture = await test.app.inject({ method: 'POST', url: `/api/v1/banks/${bank}/pictures?name=Street%20plan.png`, headers: { ...ines.bearer, 'content-type': 'image/png' }, payload: readFileSync('test/fixtures/courses/all-kinds/images/street.png') })
  const { src, width, height } = picture.json<{ src: string, width: number, height: number }>()
  await put({ key: 'case', kind: 'stimulus', prompt: 'It is dark.' })
  await put({ key: 'torch', kind: 'true-false', prompt: 'A torch is needed.', correct: true, stimulus: 'case' })
  await put({ key: 'basics-1', kind: 'short-text', topic: 'radio', prompt: 'What does one say last?', accept: ['over'] })
  await put({ key: 'door', kind: 'hotspot', prompt: 'Where is the door?', image: { src, width, height, alt: 'A plan' }, areas: [{ key: 'a', shape: 'rect', coords: [0, 0, 20, 20], correct: true }] })

  const draft = (await call(test, ines, 'POST', '/drafts', { course: 'first-steps' })).json.id as string
  const before = await questionsOf(test, ines, draft)
  t.ok(before.size > 0 && [...before.values()].every(({ origin }) => origin === null))
  t.match(await call(test, ines, 'POST', `/drafts/${draft}/questions`, { bank, questions: ['nothing'] }), { status: 422 })
  t.match(await call(test, ines, 'POST', `/drafts/${draft}/questions`, { bank, questions: ['torch'], ask: { quiz: 'none', how: 'these' } }), { status: 422, json: { problems: [{ path: 'quiz' }] } })
  t.match(await call(test, ines, 'POST', `/drafts/${draft}/questions`, { bank, questions: ['torch', 'door'], ask: { quiz: 'practice', how: 'these' } }), { status: 200, json: { keys: ['torch', 'door'], added: 3, path: 'banks/night-work.yaml' } })
  const after = await questionsOf(test, ines, draft)
  t.match(after.get('torch'), { path: 'banks/night-work.yaml', quizzes: ['practice'], origin: { question: 'torch', version: 1, latest: 1, changedHere: false, outdated: false } })
  t.match((await textOf(test, ines, draft, 'banks/night-work.yaml')).text, /title: "?Night work"?\nquestions:\n {2}- key: case\n[^]*stimulus: case[^]*src: images\/street-plan\.png/)
  t.same((await call(test, ines, 'GET', `/drafts/${draft}/problems`)).json.items, [], 'the draft is still whole')
  t.match((await call(test, ines, 'POST', `/drafts/${draft}/questions`, { bank, questions: ['torch', 'basics-1'], ask: { quiz: 'practice', how: 'draw', count: 1 } })).json, { keys: ['torch', 'basics-1'], added: 1 }, 'what is there stays')
  t.match((await call(test, ines, 'GET', `/drafts/${draft}/quizzes/practice/sample`)).json, { problems: [] })

  // A newer version of one, in the browser; the course's own words stay until it is taken.
  const { definition } = (await call(test, ines, 'GET', `/banks/${bank}/questions/torch`)).json as { definition: object }
  await call(test, ines, 'PUT', `/banks/${bank}/questions/torch`, { version: 1, definition: { ...definition, prompt: 'A torch is needed at night.' } })
  t.match((await questionsOf(test, ines, draft)).get('torch'), { origin: { version: 1, latest: 2, outdated: true, changedHere: false } })
  const browser = openBrowser(test.app)
  browser.cookies.set('muster', ines.token)
  const page = await browser.get(`/desk/drafts/${draft}/questions`)
  t.match(page.body, /1 question has changed in the bank[^]*What version 2 changes[^]*A torch is needed\.[^]*A torch is needed at night\./)

  // Somebody wrote into the file meanwhile: both are shown, and neither is lost.
  const bankFile = await textOf(test, ines, draft, 'banks/night-work.yaml')
  await call(test, ines, 'PUT', `/drafts/${draft}/authors/${omar.personId}`)
  await call(test, omar, 'PUT', `/drafts/${draft}/file?path=banks/night-work.yaml`, { text: bankFile.text.replace('Where is the door?', 'Where is the front door?'), version: bankFile.version })
  const update = { keys: 'torch', path: 'banks/night-work.yaml', version: String(bankFile.version) }
  const refused = await browser.post(`/desk/drafts/${draft}/questions/update`, update)
  t.equal(refused.status, 409)
  t.match(refused.body, /Omar Other[^]*front door[^]*at night/)
  t.match(await call(test, ines, 'POST', `/drafts/${draft}/questions/update`, { questions: ['torch'], versions: { 'banks/night-work.yaml': bankFile.version } }), { status: 409, json: { now: { by: 'Omar Other' } } })
  t.equal((await browser.post(`/desk/drafts/${draft}/questions/update`, { ...update, version: String(bankFile.version + 1) })).status, 303)
  t.match((await textOf(test, ines, draft, 'banks/night-work.yaml')).text, /needed at night[^]*front door/)
  const now = await questionsOf(test, ines, draft)
  t.match([now.get('torch'), now.get('door')], [{ origin: { version: 2, latest: 2, outdated: false } }, { origin: { version: 1, changedHere: true } }])

  // The page for choosing: filters, all that meet them, what is missing said.
  t.match((await browser.get(`/desk/drafts/${draft}/questions/add?bank=${bank}&kind=short-text&quiz=practice`)).body, /All|The one that meets the filters/)
  t.match(await browser.post(`/desk/drafts/${draft}/questions/add`, { bank, which: 'chosen', how: '' }), { status: 422, body: /Tick at least one question/ })
  t.match(await browser.post(`/desk/drafts/${draft}/questions/add`, { bank, which: 'all', how: 'draw', quiz: 'practice', count: 'x' }), { status: 422, body: /as a whole number/ })
  const taken = await browser.post(`/desk/drafts/${draft}/questions/add`, { bank, which: 'all', topic: 'radio', how: '' })
  t.match(taken.location, /added=0$/, 'it was there')

  t.same((await call(test, ines, 'GET', `/drafts/${draft}/problems`)).json.items, [])
  t.match((await browser.get(`/desk/banks/${bank}`)).body, new RegExp(`Use them in a course[^]*/desk/drafts/${draft}/questions/add`), 'the bank leads to the drafts')
  // Published, and begun anew: where questions are from is not forgotten.
  t.match((await call(test, ines, 'POST', `/drafts/${draft}/publish`, { notes: 'More questions.' })).json, { published: true, version: 2 })
  const next = (await call(test, ines, 'POST', '/drafts', { course: 'first-steps' })).json.id as string
  t.match((await questionsOf(test, ines, next)).get('door'), { origin: { question: 'door', version: 1, changedHere: true } })
  // A course whose questions were copied into a bank counts as taken from it, as far as it says the same.
  const copy = (await call(test, ines, 'POST', '/banks', { name: 'Copy' })).json.id as string
  await call(test, ines, 'POST', `/banks/${copy}/copy`, { course: 'first-steps' })
  const known = [...(await questionsOf(test, ines, next)).values()]
  t.ok(known.every(({ origin }) => origin !== null))
})

/** What a browser would send of the form `editor` as it stands on a page. */
function fieldsOf (page: string): Record<string, string | string[]> {
  const form = /<form class="editor"[^]*?<aside/.exec(page)?.[0] ?? ''
  const words = (text: string): string => text.replace(/&quot;/g, '"').replace(/&#x27;|&#39;/g, '\'').replace(/&#x60;/g, '`').replace(/&#x3D;/g, '=').replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&')
  const fields: Record<string, string[]> = {}
  const add = (name: string | undefined, value: string): void => { if (name !== undefined) (fields[name] ??= []).push(words(value)) }
  for (const [tag, input, other, inner] of form.matchAll(/<input\b([^>]*)>|<(?:textarea|select)\b([^>]*)>([^]*?)<\/(?:textarea|select)>/g)) {
    const rest = input ?? other ?? ''
    const name = /\bname="([^"]+)"/.exec(rest)?.[1]
    if (tag.startsWith('<textarea')) add(name, (inner ?? '').replace(/^\n/, ''))
    else if (tag.startsWith('<select')) add(name, /<option(?: value="([^"]*)")? selected/.exec(inner ?? '')?.[1] ?? /<option value="([^"]*)"/.exec(inner ?? '')?.[1] ?? '')
    else if (!/type="(checkbox|radio)"/.test(rest) || / checked/.test(rest)) add(name, /\bvalue="([^"]*)"/.exec(rest)?.[1] ?? '')
  }
  return fields
}

t.test('a question of a draft is written in the form of its kind: nothing else in its file changes, and what two write at once is not lost', async (t) => {
  const test = await testApp(t, { courses: 'test/fixtures/courses' })
  const [ines, omar] = [await test.somebody('Ines Instructor', [{ role: 'instructor' }]), await test.somebody('Omar Other', [{ role: 'instructor' }])]
  const draft = (await call(test, ines, 'POST', '/drafts', { course: 'all-kinds' })).json.id as string
  await call(test, ines, 'PUT', `/drafts/${draft}/authors/${omar.personId}`)
  const open = (who: Somebody) => { const browser = openBrowser(test.app); browser.cookies.set('muster', who.token); return browser }
  const [hers, his] = [open(ines), open(omar)]
  const editor = (key: string): string => `/desk/drafts/${draft}/questions/${key}/edit`
  const list = await hers.get(`/desk/drafts/${draft}/questions`)
  const questions = await questionsOf(test, ines, draft)
  t.ok(questions.size > 15)
  const before = await textOf(test, ines, draft, 'banks/kinds.yaml')
  for (const key of questions.keys()) {
    t.match(list.body, editor(key), 'the list leads to the form')
    const page = await hers.get(editor(key))
    const saved = await hers.post(editor(key), { ...fieldsOf(page.body), do: 'save' })
    t.match([page.status, saved.status, saved.location], [200, 303, `${editor(key)}?saved=1`], key)
  }
  t.same(await textOf(test, ines, draft, 'banks/kinds.yaml'), before, 'saved as it was, every kind is written as it was: the file has no new version')

  // Two have one question open; a third change is of another question of the same file.
  const [key, other] = [...questions.keys()].filter((key) => before.text.includes(`key: ${key}`)) as [string, string]
  const [mine, theirs] = [fieldsOf((await hers.get(editor(key))).body), fieldsOf((await his.get(editor(key))).body)]
  const promptOf = (fields: Record<string, string | string[]>): string => String(fields['f.prompt.en'])
  const elsewhere = fieldsOf((await his.get(editor(other))).body)
  t.equal((await his.post(editor(other), { ...elsewhere, 'f.topic': 'elsewhere', do: 'save' })).status, 303)
  t.equal((await his.post(editor(key), { ...theirs, 'f.difficulty': 'hard', do: 'save' })).status, 303, 'a change of another question is in nobody\'s way')
  const refused = await hers.post(editor(key), { ...mine, 'f.prompt.en': `${promptOf(mine)} Say it.`, do: 'save' })
  t.match(refused, { status: 409, body: /Omar Other[^]*hard[^]*Say it\./ }, 'what he changed is shown, and what she typed is there')
  const merged = await hers.post(editor(key), { ...fieldsOf(refused.body), do: 'merge' })
  t.equal((await hers.post(editor(key), { ...fieldsOf(merged.body), do: 'save' })).status, 303)
  const { text } = await textOf(test, ines, draft, 'banks/kinds.yaml')
  t.match(text, /topic: elsewhere/)
  t.match(new RegExp(`key: ${key}\\b[^]*?(?=\\n {2}- key|$)`).exec(text)?.[0], /hard[^]*Say it\./, 'neither is lost')
  t.equal(text.split('\n').length, before.text.split('\n').length, 'nothing else is written anew')

  // Tried, refused with the field named, added, taken out.
  const fresh = `/desk/drafts/${draft}/questions/new?path=banks/more.yaml`
  t.match((await hers.get(fresh)).body, /kind(=|&#x3D;)scenario/)
  const blank = fieldsOf((await hers.get(`${fresh}&kind=true-false`)).body)
  t.match(await hers.post(fresh, { ...blank, do: 'save' }), { status: 422, body: /href="#f-topic"/ })
  const tried = { ...blank, 'f.topic': 'night', 'f.prompt.en': 'A torch is *needed*.', 'f.correct': 'true' }
  t.match((await hers.post(fresh, { ...tried, q1: 'true', do: 'try' })).body, /class="feedback right"/)
  t.match((await hers.post(fresh, { ...tried, do: 'save' })).location, '/questions/night/edit')
  t.match((await textOf(test, ines, draft, 'banks/more.yaml')).text, /questions:\n {2}- key: night\n {4}kind: true-false/)
  const { version } = await textOf(test, ines, draft, 'banks/more.yaml')
  const put = { path: 'banks/more.yaml', version, question: { kind: 'true-false', topic: 'night', difficulty: 'easy', prompt: 'It is dark.', correct: true } }
  t.match((await call(test, omar, 'PUT', `/drafts/${draft}/questions/night`, put)).json, { versions: { 'banks/more.yaml': version + 1 } })
  t.match(await call(test, omar, 'PUT', `/drafts/${draft}/questions/night`, put), { status: 409, json: { now: { by: 'Omar Other' } } })
  t.match(await call(test, omar, 'PUT', `/drafts/${draft}/questions/night`, { ...put, version: version + 1, question: { kind: 'true-false' } }), { status: 422, json: { problems: [{ path: 'question/topic' }] } })
  t.match(await hers.post(`/desk/drafts/${draft}/questions/night/remove`, { version: String(version) }), { status: 409, body: /Somebody changed this question[^]*What Omar Other changed[^]*<del[^>]*>A torch is[^]*<ins[^>]*>It is dark/ })
  t.match((await hers.post(`/desk/drafts/${draft}/questions/night/remove`, { version: String(version + 1) })).location, /questions\?removed=1/)
  t.equal((await hers.get(editor('night'))).status, 404)
  t.equal((await call(test, ines, 'DELETE', `/drafts/${draft}/questions/night?version=1`)).status, 404)
})

t.test('the forms of a draft are in the API too: changes of the course, the preview of a lesson, what a quiz will do', async (t) => {
  const test = await testApp(t, { courses: 'test/fixtures/courses' })
  const ines = await test.somebody('Ines Instructor', [{ role: 'instructor' }])
  const draft = (await call(test, ines, 'POST', '/drafts', { course: 'first-steps' })).json.id as string
  const edit = async (version: number, edit: object, seen?: string) => await call(test, ines, 'POST', `/drafts/${draft}/edits`, { version, edit, ...seen !== undefined && { seen } })
  const seenNow = async (): Promise<string> => (await call(test, ines, 'GET', `/drafts/${draft}`)).json.changedAt as string
  t.match(await edit(1, { do: 'add-module', key: 'radio', title: { en: 'Radio', ar: 'اللاسلكي' } }), { status: 200, json: { versions: { 'course.yaml': 2 } } })
  t.match(await edit(2, { do: 'add-lesson', module: 'radio', key: 'calling', title: 'Calling' }), { json: { versions: { 'course.yaml': 3, 'lessons/calling.en.md': 1 } } })
  t.match((await textOf(test, ines, draft, 'lessons/calling.en.md')).text, /title: "?Calling/)
  t.match(await edit(2, { do: 'remove-module', module: 'radio' }, await seenNow()), { status: 409, json: { now: { by: 'Ines Instructor', version: 3 } } })
  t.match(await edit(3, { do: 'add-quiz', module: 'radio', key: 'radio-quiz', title: 'Radio quiz' }), { status: 200 })
  t.match((await call(test, ines, 'GET', `/drafts/${draft}/quizzes/radio-quiz`)).json, { version: 4, whole: true, quiz: { key: 'radio-quiz' }, says: /70% passes/, problems: [/none|asks for 10/] })
  t.match(await edit(4, { do: 'remove-module', module: 'radio' }), { status: 422, json: { problems: [{ path: 'seen', message: 'is missing' }] } }, 'what goes with it has to have been seen')
  const seen = await seenNow()
  test.world.setNow(new Date(Date.parse(seen) + 60_000).toISOString())
  t.match(await call(test, ines, 'PUT', `/drafts/${draft}/file?path=lessons/calling.en.md`, { version: 1, text: '---\ntitle: Calling\n---\n\nSomebody went on writing.\n' }), { status: 200 })
  t.match(await edit(4, { do: 'remove-module', module: 'radio' }, seen), { status: 409, json: { now: { path: 'lessons/calling.en.md', version: 2, by: 'Ines Instructor' } } }, 'a lesson that was written since is not taken away')
  t.match(await edit(4, { do: 'remove-module', module: 'radio' }, await seenNow()), { status: 200 })
  t.equal((await call(test, ines, 'GET', `/drafts/${draft}/file?path=lessons/calling.en.md`)).status, 404, 'a lesson goes with its module')
  t.match(await edit(5, { do: 'move-module', module: 'nothing', to: 0 }), { status: 422 })
  t.match((await call(test, ines, 'POST', `/drafts/${draft}/preview`, { text: '---\ntitle: T\n---\n\n# Too high\n\n**Bold**\n', language: 'en' })).json, { html: /<strong>Bold/, problems: [{ line: 5, message: /first level/ }] })
  t.match((await call(test, ines, 'GET', '/courses/first-steps/lessons/welcome')).json, { key: 'welcome', language: 'en', html: /<p>/ })
})
