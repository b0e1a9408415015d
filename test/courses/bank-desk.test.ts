import t from 'tap'
import { alikePairs, alikeTo } from '../../server/courses/bank/duplicates.ts'
import { fieldsOf, KIND_GROUPS, type Field, type KindName } from '../../server/courses/bank/fields.ts'
import { blankValues, changeRows, definitionOf, valuesOf } from '../../server/courses/bank/values.ts'
import { loadMessages } from '../../server/http/messages.ts'
import { checkQuestion, kinds, type Kind } from '../../server/quiz/quiz.ts'
import { testApp } from '../app.ts'
import { openBrowser, type Browser } from '../browser.ts'
import { call } from '../trainee.ts'

const names = Object.keys(kinds) as KindName[]

t.test('what a form shows of a question, it says again: of every kind', async (t) => {
  t.same(KIND_GROUPS.flatMap((group) => group.kinds).sort(), [...names].sort(), 'every kind is offered once')
  for (const name of names) {
    const kind = kinds[name] as unknown as Kind<object, unknown>
    for (const { definition, cases } of kind.samples) {
      const said = { key: 'k', ...definitionOf(name, valuesOf(name, definition as Readonly<Record<string, unknown>>, 'en'), 'en') }
      const checked = checkQuestion(said)
      if ('problems' in checked) { t.fail(`${name}: ${JSON.stringify(checked.problems)}`); continue }
      for (const { answer, ...grade } of cases) {
        const got = kind.grade(checked.question, answer)
        t.equal(got.state, grade.state, `${name} ${JSON.stringify(answer)}`)
        t.ok(Math.abs(got.fraction - grade.fraction) < 1e-9)
      }
    }
    t.same(definitionOf(name, blankValues(name, 'en'), 'en')['choices'], undefined, 'rows in which nothing is typed say nothing')
  }
})

t.test('every field has its words in every language', async (t) => {
  const { languages, keys } = loadMessages('templates/locales')
  const wanted = new Set<string>()
  const walk = (fields: readonly Field[]): void => {
    for (const field of fields) {
      const label = field.label ?? field.name
      wanted.add(`bank.field.${label}`)
      if (field.hint === true) wanted.add(`bank.hint.${label}`)
      if (field.field === 'select') for (const option of field.options) wanted.add(`bank.option.${label}.${option}`)
      if (field.field === 'list') { wanted.add(`bank.add.${label}`); walk(field.row) }
      if (field.field === 'fold') walk(field.fields)
    }
  }
  for (const name of names) { walk(fieldsOf(name)); wanted.add(`bank.kind.${name}`).add(`bank.kind.${name}.hint`) }
  for (const language of languages) {
    const known = new Set(keys(language))
    t.same([...wanted].filter((key) => !known.has(key)), [], language)
  }
})

t.test('rows are added, moved and taken out, also rows of rows', async (t) => {
  const blank = blankValues('cloze', 'en')
  const more = changeRows('cloze', changeRows('cloze', blank, 'add', 'gaps'), 'add', 'gaps.1.accept')
  const gaps = more['gaps'] as ReadonlyArray<{ accept: readonly unknown[] }>
  t.same(gaps.map(({ accept }) => accept.length), [1, 2])
  const choices = changeRows('choice', valuesOf('choice', { choices: [{ key: 'a', text: 'one' }, { key: 'b', text: 'two' }, { key: 'c', text: 'three' }] }, 'en'), 'up', 'choices.2')
  const moved = changeRows('choice', changeRows('choice', choices, 'remove', 'choices.0'), 'add', 'choices')
  t.same((moved['choices'] as ReadonlyArray<{ key: string }>).map(({ key }) => key), ['c', 'b', 'a'], 'a new row has a key that is free')
  t.strictSame(changeRows('choice', choices, 'down', 'nothing.7'), choices)
})

t.test('questions that say nearly the same are found among thousands', async (t) => {
  const words = (seed: number): string => {
    let state = seed * 2654435761 + 1
    return Array.from({ length: 30 }, () => { state = (Math.imul(state, 1103515245) + 12345) >>> 0; return `w${state >>> 20}` }).join(' ')
  }
  const texts = Array.from({ length: 3000 }, (_, index) => ({ key: `q${index}`, words: words(index) }))
  const near = words(5).split(' ')
  near[12] = 'other'
  const all = [...texts, { key: 'near', words: near.join(' ') }, { key: 'same', words: words(9) }, { key: 'none', words: '' }, { key: 'short', words: 'yes no' }]
  const found = alikePairs(all)
  t.same(found.map(({ a, b }) => `${a} ${b}`), ['q9 same', 'q5 near'], 'those most alike first')
  t.equal(found[0]?.share, 1)
  t.same(alikeTo(words(5), all).map(({ key }) => key), ['q5', 'near'])
  t.same(alikeTo('', all), [])
})

const choice = (prompt: string, more: object = {}): object => ({ kind: 'choice', topic: 'scams', difficulty: 'easy', prompt, choices: [{ key: 'a', text: 'Yes', correct: true }, { key: 'b', text: 'No' }], ...more })

t.test('a bank through the API: add, find, change, restore, remove', async (t) => {
  const test = await testApp(t, { courses: 'test/fixtures/courses' })
  const ines = await test.somebody('Ines Instructor', [{ role: 'instructor' }])
  const omar = await test.somebody('Omar Other', [{ role: 'instructor' }])
  const bank = (await call(test, ines, 'POST', '/banks', { name: 'Scams', language: 'en' })).json.id as string
  const at = `/banks/${bank}`
  const first = await call(test, ines, 'POST', `${at}/questions`, { definition: choice('Is a mule account **lent** to a stranger?') })
  t.match(first, { status: 201, json: { key: 'is-a-mule-account-lent-to-a-stranger', version: 1, name: 'Is a mule account lent to a stranger?', stands: true } })
  const key = first.json.key as string
  t.match(await call(test, ines, 'POST', `${at}/questions`, { definition: choice('', { choices: [] }) }), { status: 422, json: { problems: [{ path: 'prompt' }, { path: 'choices' }] } })
  const saved = await call(test, ines, 'PUT', `${at}/questions/${key}`, { version: 1, note: 'clearer', definition: choice('Is a mule account lent?', { prompt: { en: 'Is a mule account lent?', ar: 'هل يُعار الحساب الوسيط؟' } }) })
  t.match(saved, { status: 200, json: { version: 2, note: 'clearer', by: { name: 'Ines Instructor' } } })
  t.match(await call(test, omar, 'PUT', `${at}/questions/${key}`, { version: 1, definition: choice('Mine') }), { status: 409, json: { type: '/problems/edited-meanwhile', version: 2, now: { version: 2, definition: { kind: 'choice' } } } })
  t.match(await call(test, ines, 'PUT', `${at}/questions/${key}`, { version: 2, definition: saved.json.definition }), { json: { version: 2 } }, 'saving as it is changes nothing')
  t.match(await call(test, ines, 'PUT', `${at}/questions/${key}`, { version: 2, definition: { ...choice('x'), kind: 'order' } }), { status: 422 })
  for (const [query, count] of [['?search=MULE', 1], ['?search=معار', 0], ['?search=الوسيط', 1], ['?language=ar', 1], ['?language=fr', 0], ['?kind=choice&difficulty=easy&topic=scams', 1], ['?topic=other', 0], ['?use=used', 0], ['?use=unused', 1]] as const) {
    t.equal((await call(test, ines, 'GET', `${at}/questions${query}`)).json.items.length, count, query)
  }
  t.match((await call(test, ines, 'GET', `${at}/questions/${key}/versions`)).json.items, [{ version: 2, changes: [{ path: ['prompt', 'en'] }, { path: ['prompt', 'ar'] }, { path: ['prompt'], after: null }] }, { version: 1 }])
  t.match(await call(test, omar, 'POST', `${at}/questions/${key}/restore`, { from: 1, version: 2 }), { json: { version: 3, stands: true, definition: { prompt: 'Is a mule account **lent** to a stranger?' } } })
  t.match(await call(test, omar, 'DELETE', `${at}/questions/${key}?version=2`), { status: 409 })
  t.equal((await call(test, omar, 'DELETE', `${at}/questions/${key}?version=3`)).status, 204)
  t.equal((await call(test, ines, 'GET', `${at}/questions`)).json.total, 0)
  t.match(await call(test, ines, 'POST', `${at}/questions/${key}/restore`, { from: 2, version: 3 }), { json: { version: 4, stands: true } }, 'what was removed can be had back')
  t.match(await call(test, ines, 'POST', `${at}/try`, { definition: { ...choice('x'), key: 'x', feedback: 'Because.' }, answer: { choices: ['a'] } }), { json: { state: 'right', fraction: 1, feedback: ['Because.'], rightAnswer: { choices: ['a'] } } })

  const copied = await call(test, ines, 'POST', `${at}/copy`, { course: 'first-steps' })
  t.ok(copied.json.copied > 3)
  t.match((await call(test, ines, 'GET', `${at}/questions?use=used`)).json.items[0].uses, [{ course: { slug: 'first-steps' }, version: 1, latest: true }], 'a question of a course says which')
  t.equal((await call(test, ines, 'POST', `${at}/copy`, { course: 'first-steps' })).json.copied, 0, 'what is there is not copied again')
  await call(test, ines, 'POST', `${at}/questions`, { definition: choice('Is a mule account lent?', { prompt: { en: 'Is a mule account lent?', ar: 'هل يُعار الحساب الوسيط؟' } }) })
  t.match((await call(test, ines, 'GET', `${at}/duplicates`)).json.items[0], { share: 1, questions: [{ key }, { key: 'is-a-mule-account-lent' }] })
  t.same((await test.db.read.selectFrom('audit_entry').select('action').where('subject_id', '=', bank).execute()).map(({ action }) => action).slice(0, 5),
    ['bank.created', 'bank.question-added', 'bank.question-saved', 'bank.question-restored', 'bank.question-removed'])

  const first50 = await call(test, ines, 'POST', `/banks/${bank}/import?format=gift`, undefined)
  t.equal(first50.status, 422)
  const gift = Array.from({ length: 120 }, (_, index) => `::Q${index}::Number ${index} of many is {T}`).join('\n\n')
  const file = await test.app.inject({ method: 'POST', url: `/api/v1/banks/${bank}/import?format=gift&only=${Array.from({ length: 110 }, (_, index) => index).join(',')}`, headers: { ...ines.bearer, 'content-type': 'text/plain' }, payload: gift })
  t.equal(file.json<{ imported: number }>().imported, 110, 'only what is chosen is taken')
  let seen = 0
  for (let next: number | null = 0; next !== null;) {
    const page = (await call(test, ines, 'GET', `${at}/questions?search=of+many&after=${next}`)).json as { items: readonly unknown[], next: number | null }
    t.ok(page.items.length <= 50)
    seen += page.items.length
    next = page.next
  }
  t.equal(seen, 110, 'pages leave nothing out and show nothing twice')
})

t.test('the editor and the import wizard without a script', async (t) => {
  const test = await testApp(t, { courses: 'test/fixtures/courses' })
  const ines = await test.somebody('Ines Instructor', [{ role: 'instructor' }])
  const omar = await test.somebody('Omar Other', [{ role: 'instructor' }])
  const open = (who: typeof ines): Browser => { const browser = openBrowser(test.app); browser.cookies.set('muster', who.token); return browser }
  const [hers, his] = [open(ines), open(omar)]
  await hers.get('/desk/banks')
  const bankAt = (await hers.post('/desk/banks', { name: 'Desk', language: 'en' })).location?.replace(/\?.*/, '') ?? ''
  t.match((await hers.get(bankAt)).body, /No question in this bank yet/)
  for (const name of names) t.equal((await hers.get(`${bankAt}/new?kind=${name}`)).status, 200, name)

  await hers.get(`${bankAt}/new?kind=choice`)
  const fields = { kind: 'choice', version: '0', languages: 'en', seed: 's', answer: 'null', 'f.topic': 'scams', 'f.difficulty': 'easy', 'f.prompt.en': 'Who lends an account?', 'f.choices.0.key': 'a', 'f.choices.0.text.en': 'A mule', 'f.choices.0.correct': 'on', 'f.choices.1.key': 'b', 'f.choices.1.text.en': 'A bank', 'f.choices.2.key': 'c', 'f.choices.2.text.en': '' }
  const added = await hers.post(`${bankAt}/new`, { ...fields, do: 'add:choices' })
  t.match(added.body, /name="f\.choices\.3\.key" value="d"/, 'a button adds a row')
  t.match(added.body, /id="q1"[^]*A mule/, 'and the question is shown as it stands')
  t.match((await hers.post(`${bankAt}/new`, { ...fields, do: 'language', language: 'ar' })).body, /name="f\.prompt\.ar"[^>]*lang="ar" dir="rtl"/, 'a translation stands beside it')
  t.match((await hers.post(`${bankAt}/new`, { ...fields, q1: 'a', do: 'try' })).body, /class="feedback right"/, 'an answer is graded')
  t.match((await hers.post(`${bankAt}/new`, { ...fields, do: 'try' })).body, /Answer the question above/)
  t.match((await hers.post(`${bankAt}/new`, { ...fields, q1: 'b', do: 'try' })).body, /class="feedback wrong"[^]*A mule/)
  const refused = await hers.post(`${bankAt}/new`, { ...fields, 'f.prompt.en': '', 'f.choices.0.text.en': '', 'f.choices.1.text.en': '', do: 'save' })
  t.equal(refused.status, 422)
  t.match(refused.body, /href="#f-prompt">Question: is missing[^]*href="#f-choices">Options: /)
  const saved = await hers.post(`${bankAt}/new`, { ...fields, do: 'save' })
  t.match(saved.location, /questions\/who-lends-an-account\?saved=1/)
  const at = saved.location?.replace(/\?.*/, '') ?? ''
  t.match((await hers.post(`${bankAt}/new`, { ...fields, do: 'save' })).body, /has this question already[^]*100%/, 'the same once more is asked about')
  t.equal((await hers.post(`${bankAt}/new`, { ...fields, do: 'save:anyway' })).status, 303)

  await his.get(at)
  t.equal((await his.post(at, { ...fields, version: '1', 'f.difficulty': 'hard', 'f.prompt.en': 'Who lends a bank account?', do: 'save:anyway' })).status, 303)
  const stale = await hers.post(at, { ...fields, version: '1', 'f.prompt.en': 'Who lends an own account?', 'f.choices.1.text.en': 'A court', do: 'save:anyway' })
  t.equal(stale.status, 409)
  t.match(stale.body, /Omar Other saved version 2[^]*Difficulty[^]*hard[^]*You both changed:[^]*Question/, 'what was changed meanwhile is told')
  t.match(stale.body, /Who lends an own account\?[^]*A court/, 'and what was typed is there')
  const merged = await hers.post(at, { ...fields, version: '1', 'f.prompt.en': 'Who lends an own account?', 'f.choices.1.text.en': 'A court', do: 'merge' })
  t.match(merged.body, /name="version" value="2"[^]*value="hard" selected[^]*Who lends an own account\?[^]*A court/)
  t.equal((await hers.post(at, { ...fields, version: '2', 'f.difficulty': 'hard', 'f.prompt.en': 'Who lends an own account?', 'f.choices.1.text.en': 'A court', do: 'save:anyway' })).status, 303)
  t.match((await hers.get(`${at}/versions`)).body, /Version 3|version 3/i)
  t.match(await his.post(`${at}/restore`, { from: '1', version: '2' }), { status: 409, body: /Somebody saved a version while you looked[^]*Who lends an own account/ })
  t.match(await his.post(`${at}/remove`, { version: '1' }), { status: 409, body: /Somebody saved a version[^]*Difficulty[^]*<del[^>]*>easy[^]*hard/ }, 'all that was changed since it was looked at')
  const named = /name="seenName" value="([^"]+)"/.exec((await his.get(bankAt)).body)?.[1] ?? ''
  t.equal((await hers.post(`${bankAt}/settings`, { name: 'Hers', language: 'en', seenName: named, seenLanguage: 'en' })).status, 303)
  t.match(await his.post(`${bankAt}/settings`, { name: 'His', language: 'ar', seenName: named, seenLanguage: 'en' }), { status: 409, body: /Somebody else changed the bank[^]*value="Hers"/ })
  t.equal((await hers.post(`${at}/restore`, { from: '1', version: '3' })).status, 303)
  t.match((await hers.get(`${at}/versions`)).body, /Nothing is lost[^]*version 4/)

  const form = new FormData()
  await hers.get(`${bankAt}/import`)
  form.set('format', 'gift')
  form.set('_csrf', hers.token())
  form.set('file', new Blob(['::Sun::The sun rises in the east.{T}\n\n::Moon::The moon is made of cheese.{F}\n\nBroken{a']), 'astronomy.gift')
  const sent = new Response(form)
  const answer = await test.app.inject({ method: 'POST', url: `${bankAt}/import`, headers: { cookie: [...hers.cookies].map(([name, value]) => `${name}=${value}`).join('; '), 'content-type': sent.headers.get('content-type') ?? '' }, payload: Buffer.from(await sent.arrayBuffer()) })
  t.equal(answer.statusCode, 303, answer.body.slice(0, 300))
  const fileAt = String(answer.headers.location)
  const looked = await hers.get(fileAt)
  t.match(looked.body, /astronomy\.gift[^]*not taken[^]*Line 5[^]*value="0" checked[^]*Sun[^]*The sun rises in the east[^]*Moon/)
  t.equal((await his.get(fileAt)).status, 404, 'a file is looked at by whoever sent it')
  t.equal((await hers.post(`${fileAt}?page=1`, { do: 'take' })).status, 422, 'nothing chosen is said')
  t.match((await hers.post(`${fileAt}?page=1`, { chosen: '1', do: 'take' })).location, /done=imported/)
  t.match((await hers.get(bankAt)).body, /Moon/)
  t.notMatch((await hers.get(bankAt)).body, /Sun/)
  const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
  const drawn = (type: string, more: string): string => `<question type="${type}"><name><text>${type}</text></name><questiontext format="html"><text><![CDATA[<p><img src="@@PLUGINFILE@@/p.png" alt="A dot"></p>]]></text><file name="p.png" path="/" encoding="base64">${png}</file></questiontext>${more}</question>`
  await hers.get(`${bankAt}/import`)
  const pictured = (await hers.post(`${bankAt}/import`, {
    format: 'moodle-xml',
    text: `<quiz>${drawn('essay', '')}${drawn('ddimageortext', `<file name="b.png" encoding="base64">${png}</file><drag><no>1</no><text>a</text></drag><drop><no>1</no><choice>1</choice></drop>`)}</quiz>`
  })).location ?? ''
  const sources = [...(await hers.get(pictured)).body.matchAll(/<img[^>]* src="([^"]+)"/g)].map(([, src = '']) => src)
  t.ok(sources.length >= 3 && sources.every((src) => src.startsWith(`${pictured}/pictures/`)), 'pictures of a file that is looked at are shown from it')
  for (const src of sources) t.match(await test.app.inject({ url: src, headers: { cookie: `muster=${ines.token}` } }), { statusCode: 200, headers: { 'content-type': 'image/png' }, rawPayload: Buffer.from(png, 'base64') })
  t.equal((await his.get(sources[0] ?? '')).status, 404)
  t.equal((await hers.get(`${pictured}/pictures/${'0'.repeat(64)}`)).status, 404)
  t.equal(await test.db.read.selectFrom('media').select('hash').where('hash', '=', sources[0]?.slice(-64) ?? '').executeTakeFirst(), undefined, 'and kept only once it is taken')
  await hers.get(pictured)
  t.equal((await hers.post(`${pictured}?page=1`, { chosen: '0', do: 'take' })).status, 303)
  t.equal((await hers.get(sources[0] ?? '')).status, 404, 'the file is gone')
  await hers.get(`${bankAt}/import`)
  const wrong = await hers.post(`${bankAt}/import`, { format: 'moodle-xml', text: '<quiz><question' })
  t.match(wrong, { status: 422, body: /cannot be taken[^]*Line 1/ })
  t.match((await hers.get(`${bankAt}/export?format=gift&which=chosen&key=moon`)).body, /^(?=[^]*Moon)(?![^]*mule)/)
  t.match((await hers.get(`${bankAt}/duplicates`)).body, /the same/)
})
