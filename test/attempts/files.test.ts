/// <reference lib="dom" />
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { checkFile, MAX_ATTEMPT_BYTES, MAX_FILE_BYTES, type FilesControl } from '../../server/attempts/file-rules.ts'
import { contentOf, fileName, isAsNamed, isOfType, typeOf } from '../../server/attempts/file-type.ts'
import { backup, restore, verify } from '../../server/keep.ts'
import { testApp, type Somebody, type TestApp } from '../app.ts'
import { launchChromium } from '../chromium.ts'
import { call, formOf, sendFile, start, startWalk, type ApiAttempt, type Walk } from '../trainee.ts'

const courses = 'test/fixtures/courses/all-kinds'
const PNG = readFileSync(`${courses}/images/camera.png`)
const PDF = Buffer.from('%PDF-1.7\n1 0 obj\n')
const JPEG = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16])
const zip = (names: string): Buffer => Buffer.from(`PK\x03\x04${'\0'.repeat(26)}${names}`, 'latin1')

t.test('what a file is, its bytes tell', async (t) => {
  const contents: ReadonlyArray<readonly [string, Buffer, string]> = [
    ['png', PNG, 'image/png'], ['jpeg', JPEG, 'image/jpeg'], ['gif', Buffer.from('GIF89a..'), 'image/gif'], ['pdf', PDF, 'application/pdf'],
    ['webp', Buffer.from('RIFF1234WEBPVP8 '), 'image/webp'], ['wav', Buffer.from('RIFF1234WAVEfmt '), 'audio/wav'], ['avi', Buffer.from('RIFF1234AVI LIST'), 'video/x-msvideo'],
    ['unknown', Buffer.from('RIFF1234CDXA\x01\x02'), 'application/octet-stream'],
    ['heic', Buffer.from('\0\0\0\x18ftypheic'), 'image/heic'], ['avif', Buffer.from('\0\0\0\x18ftypavif'), 'image/avif'], ['mp4', Buffer.from('\0\0\0\x18ftypqt  '), 'video/mp4'],
    ['docx', zip('[Content_Types].xml word/document.xml'), 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
    ['xlsx', zip('[Content_Types].xml xl/workbook.xml'), 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
    ['pptx', zip('[Content_Types].xml ppt/presentation.xml'), 'application/vnd.openxmlformats-officedocument.presentationml.presentation'],
    ['zip', zip('[Content_Types].xml other.xml'), 'application/zip'], ['zip', zip('a.txt'), 'application/zip'],
    ['odt', zip('mimetypeapplication/vnd.oasis.opendocument.text'), 'application/vnd.oasis.opendocument.text'],
    ['ole', Buffer.from('d0cf11e0a1b11ae1', 'hex'), 'application/x-ole-storage'], ['rtf', Buffer.from('{\\rtf1'), 'application/rtf'], ['tiff', Buffer.from('II*\0'), 'image/tiff'],
    ['tar', Buffer.concat([Buffer.alloc(257), Buffer.from('ustar')]), 'application/x-tar'], ['bmp', Buffer.concat([Buffer.from('BM'), Buffer.from([30, 0, 0, 0]), Buffer.alloc(24)]), 'image/bmp'],
    ['text', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'), 'text/plain'], ['text', Buffer.from('\ufeffقائمة\r\n'), 'text/plain'],
    ['text', Buffer.from('fffe6100', 'hex'), 'text/plain'], ['unknown', Buffer.from([1, 2, 3, 0xc0]), 'application/octet-stream'], ['unknown', Buffer.from([0, 65, 66]), 'application/octet-stream'],
    ['program', Buffer.from('MZ\x90\0'), 'application/octet-stream'], ['program', Buffer.from('\x7fELF'), 'application/octet-stream'], ['program', Buffer.from('#!/bin/sh\n'), 'application/octet-stream']
  ]
  for (const [content, bytes, type] of contents) {
    t.equal(contentOf(bytes), content, content)
    t.equal(typeOf(contentOf(bytes)), type, type)
  }
  t.ok(isOfType(['.pdf', 'image/*'], 'a', 'png') && isOfType(['.PDF'], 'a.pdf', 'pdf') && isOfType([], 'a', 'unknown') && isOfType(['video/quicktime'], 'a.mov', 'mp4'))
  t.notOk(isOfType(['image/*'], 'a.png', 'unknown') || isOfType(['.pdf'], '.pdf', 'pdf') || isOfType(['image/png'], 'a.png', 'jpeg'))
  t.ok(isAsNamed('a.PDF', 'pdf') && isAsNamed('drawing.dwg', 'unknown') && isAsNamed('noending', 'png'))
  t.notOk(isAsNamed('a.pdf', 'png') || isAsNamed('a.png.docx', 'zip'))
  t.same([
    'C:\\fakepath\\Record.pdf', '../../etc/passwd', '\u202efdp.exe', 'a\r\nb"c<d>.txt', '...', '', ' محضر  الضبط .pdf', `${'x'.repeat(400)}.pdf`, '.htaccess'
  ].map((name) => fileName(name, 'pdf')), ['Record.pdf', 'passwd', 'fdp.exe', 'abcd.txt', 'file.pdf', 'file.pdf', 'محضر الضبط.pdf', `${'x'.repeat(100)}.pdf`, 'htaccess'])
})

t.test('a file is held against its question and what the attempt has already', async (t) => {
  const controls: FilesControl = { control: 'files', types: ['.pdf', 'image/*'], maxFiles: 2, maxBytes: 100 }
  const none = { files: 0, attemptBytes: 0 }
  const cases: ReadonlyArray<readonly [object, string, Buffer, typeof none, boolean?]> = [
    [{ name: 'a.pdf', type: 'application/pdf' }, 'a.pdf', PDF, none],
    [{ fault: 'empty' }, 'a.pdf', Buffer.alloc(0), none],
    [{ fault: 'too-large' }, 'a.pdf', Buffer.alloc(0), none, true],
    [{ fault: 'too-large' }, 'a.pdf', Buffer.concat([PDF, Buffer.alloc(100)]), none],
    [{ fault: 'too-many' }, 'a.pdf', PDF, { files: 2, attemptBytes: 9 }],
    [{ fault: 'attempt-full' }, 'a.pdf', PDF, { files: 1, attemptBytes: MAX_ATTEMPT_BYTES - 3 }],
    [{ fault: 'content' }, 'a.pdf', JPEG, none],
    [{ fault: 'type' }, 'a.txt', Buffer.from('x'), none],
    [{ fault: 'program' }, 'a.pdf', Buffer.from('MZ'), none]
  ]
  for (const [expected, name, bytes, held, cut = false] of cases) t.same(checkFile(controls, { name, bytes, cut }, held), expected)
  t.same(checkFile({ ...controls, maxBytes: MAX_FILE_BYTES * 2 }, { name: 'a.pdf', bytes: Buffer.concat([PDF, Buffer.alloc(MAX_FILE_BYTES)]), cut: false }, none), { fault: 'too-large' }, 'the server has a limit of its own')
})

interface Scene { readonly test: TestApp, readonly walk: Walk, readonly attempt: ApiAttempt }

async function scene (t: Parameters<typeof testApp>[0]): Promise<Scene> {
  const test = await testApp(t, { courses })
  const walk = await startWalk(test, 'all-kinds')
  return { test, walk, attempt: await start(test, walk, 'files') }
}

async function download (test: TestApp, who: Somebody, path: string) {
  return await test.app.inject({ url: path, headers: who.bearer })
}

t.test('files are sent, listed, downloaded, removed and marked over the API', async (t) => {
  const { test, walk, attempt } = await scene(t)
  const { trainee, instructor } = walk
  const upload = async (slot: number, name: string, bytes: string | Buffer, who = trainee) => await sendFile(test, who, attempt.id, slot, name, bytes)
  const answer = async (slot: number) => ((await call(test, trainee, 'GET', `/attempts/${attempt.id}`)).json.questions as ApiAttempt['questions'])[slot - 1]?.answer
  const rows = async (table: 'upload' | 'upload_content') => (await test.db.read.selectFrom(table).selectAll().execute()).length

  const first = await upload(1, 'محضر 1.pdf', PDF)
  t.equal(first.status, 201)
  t.match(first.json, { slot: 1, name: 'محضر 1.pdf', type: 'application/pdf', size: PDF.length, sha256: createHash('sha256').update(PDF).digest('hex'), seq: 1, state: 'answered' })
  t.same(await answer(1), { files: [{ id: first.json.id, name: 'محضر 1.pdf' }] }, 'a file that has arrived answers')
  const again = await upload(1, 'other.pdf', PDF)
  t.equal(again.status, 200, 'the same bytes again are the same file')
  t.match(again.json, { id: first.json.id, seq: 1 })
  const note = await upload(1, 'note.txt', 'Seen at noon.')
  const photo = await upload(3, 'label', PNG)
  t.same([note.status, photo.status, photo.json.type], [201, 201, 'image/png'], 'a phone may send a picture without an ending')

  for (const [slot, name, bytes, reason] of [
    [1, 'a.pdf', PNG, 'content'], [1, 'a.csv', 'x', 'type'], [1, 'a.txt', '', 'empty'], [1, 'a.txt', 'x'.repeat(200_001), 'too-large'], [1, 'a.txt', '#!/bin/sh', 'program'], [3, 'b.jpg', JPEG, 'too-many']
  ] as const) {
    const refused = await upload(slot, name, bytes)
    t.equal(refused.status, 422, reason)
    t.match(refused.json, { type: '/problems/file-refused', reason, slot, problems: [{ path: 'file' }] })
  }
  t.equal((await upload(2, 'a.txt', 'x')).json.type, '/problems/slot-unknown', 'of another kind')
  t.equal((await upload(9, 'a.txt', 'x')).status, 404)
  t.equal((await upload(1, 'a.txt', 'x', instructor)).status, 404, 'nobody answers for somebody else')
  const without = await call(test, trainee, 'POST', `/attempts/${attempt.id}/files/1`, {})
  t.match(without.json, { status: 422, problems: [{ path: 'file' }] })
  const elsewhere = formOf([['answers', '{}']], [])
  t.equal((await test.app.inject({ method: 'PUT', url: `/api/v1/attempts/${attempt.id}/answers`, ...elsewhere, headers: { ...elsewhere.headers, ...trainee.bearer } })).statusCode, 415, 'other addresses take no such form')
  t.equal((await call(test, trainee, 'PUT', `/attempts/${attempt.id}/answers/1`, { answer: { files: [{ id: photo.json.id, name: 'label' }] } })).status, 422, 'a file of another question is none of this one')
  t.equal((await call(test, trainee, 'PUT', `/attempts/${attempt.id}/answers/1`, { answer: { files: [{ id: first.json.id, name: 'evil.exe' }] } })).status, 422)
  t.equal(((await answer(1)) as { files: unknown[] }).files.length, 2, 'nothing of it was taken')

  const list = await call(test, trainee, 'GET', `/attempts/${attempt.id}/files`)
  t.match(list.json, { items: [{ slot: 1, name: 'محضر 1.pdf' }, { slot: 1, name: 'note.txt' }, { slot: 3, name: 'label' }], next: null })
  const got = await download(test, trainee, first.json.href as string)
  t.equal(got.statusCode, 200)
  t.ok(got.rawPayload.equals(PDF))
  t.match(got.headers, {
    'content-type': 'application/pdf', 'x-content-type-options': 'nosniff', 'content-security-policy': "sandbox; default-src 'none'", 'cache-control': 'private, no-store',
    'content-disposition': `attachment; filename="1.pdf"; filename*=UTF-8''${encodeURIComponent('محضر 1.pdf')}`
  })
  t.equal((await download(test, instructor, `/api/v1/attempts/${attempt.id}/files/${first.json.id as string}`)).statusCode, 200)
  const stranger = await test.somebody('Other Instructor', [{ role: 'instructor' }])
  const liaison = await test.somebody('Liaison', [{ role: 'liaison', country: 'ZM' }])
  for (const who of [stranger, liaison]) t.equal((await download(test, who, first.json.href as string)).statusCode, 404)
  t.equal((await download(test, trainee, `/attempts/${attempt.id}/files/none`)).statusCode, 404)

  // The same bytes in somebody else's answer.
  const second = await test.somebody('Second Trainee', [{ role: 'trainee' }], { country: 'ZM' })
  const { enrol } = await import('../trainee.ts')
  const hers = await start(test, walk, 'files', second, await enrol(test, walk.admin, walk.cohortId, second))
  t.equal((await sendFile(test, second, hers.id, 1, 'hers.pdf', PDF)).status, 201)
  t.same([await rows('upload'), await rows('upload_content')], [4, 3], 'the same bytes are kept once')
  t.match((await call(test, trainee, 'DELETE', `/attempts/${attempt.id}/files/${first.json.id as string}`)).json, { removed: true, slot: 1, seq: 3, state: 'answered' })
  t.same((await call(test, trainee, 'DELETE', `/attempts/${attempt.id}/files/${first.json.id as string}`)).json, { removed: false })
  t.same([await rows('upload'), await rows('upload_content')], [3, 3], 'and stay while another file has them')
  await call(test, second, 'DELETE', `/attempts/${hers.id}/files/${(await call(test, second, 'GET', `/attempts/${hers.id}/files`)).json.items[0].id as string}`)
  t.same([await rows('upload'), await rows('upload_content')], [2, 2], 'and go with the last of them')
  const emptied = (await call(test, second, 'GET', `/attempts/${hers.id}`)).json.questions[0]
  t.match(emptied, { answer: null, state: 'not-answered' })

  await call(test, trainee, 'POST', `/attempts/${attempt.id}/finish`)
  t.equal((await upload(1, 'late.txt', 'late')).json.type, '/problems/attempt-not-open')
  t.equal((await call(test, trainee, 'DELETE', `/attempts/${attempt.id}/files/${note.json.id as string}`)).json.type, '/problems/attempt-not-open')
  t.same([await rows('upload'), await rows('upload_content')], [2, 2], 'what was handed in stays')
  const review = await download(test, instructor, `/attempts/${attempt.id}/review`)
  t.match(review.body, `href="${note.json.href as string}" download><bdi>note.txt</bdi></a> <bdi class="soft small">1 kB</bdi></li>`, 'whoever marks finds the files')
  t.match((await call(test, instructor, 'POST', `/attempts/${attempt.id}/marks`, { slot: 1, rubric: { complete: 'some' } })).json, { fraction: 0.5, state: 'needs-marking' })
  t.match((await call(test, instructor, 'POST', `/attempts/${attempt.id}/marks`, { slot: 3, fraction: 1 })).json.state, /graded|needs-marking/)
  const actions = (await test.db.read.selectFrom('audit_entry').select(['action', 'actor_id']).where('action', 'like', 'attempt.file-%').orderBy('seq').execute()).map(({ action, actor_id: actor }) => `${action.slice('attempt.'.length)} ${actor === trainee.personId ? 'trainee' : actor === instructor.personId ? 'instructor' : 'another'}`)
  t.same(actions, ['file-added trainee', 'file-added trainee', 'file-added trainee', 'file-read instructor', 'file-added another', 'file-removed trainee', 'file-removed another'])

  const folder = t.testdir()
  t.match(await backup(test.url, join(folder, 'backup.gz')), { agrees: true })
  const copy = `sqlite:${join(folder, 'copy.db')}`
  t.match(await restore(join(folder, 'backup.gz'), copy), { agrees: true }, 'files are part of a backup')
  t.match(await verify(copy), { agrees: true })
})

t.test('a form without a script hands files in, and loses nothing when one is refused', async (t) => {
  const { test, walk, attempt } = await scene(t)
  const cookie = `muster=${walk.trainee.token}; muster-language=en`
  const page = await test.app.inject({ url: `/attempts/${attempt.id}?page=1`, headers: { cookie } })
  t.match(page.body, /<form method="post"[^>]* enctype="multipart\/form-data"/)
  t.match(page.body, /<input type="file" id="q1" name="q1" accept="\.pdf,\.txt,image\/\*" multiple aria-describedby="q1-limits">/)
  t.match(page.body, /<input type="file" id="q3-camera" name="q3" accept="image\/\*" capture="environment"/)
  t.match(page.body, 'Up to 3 files, each at most 195 kB. Accepted: PDF, TXT, pictures.')
  const token = /name="_csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? ''
  const cookies = `${cookie}; ${(page.cookies as Array<{ name: string, value: string }>).map(({ name, value }) => `${name}=${value}`).join('; ')}`
  const post = async (fields: ReadonlyArray<readonly [string, string]>, files: Parameters<typeof formOf>[1], csrf = token) => {
    const { payload, headers } = formOf([['slots', '1,2,3'], ...fields, ['_csrf', csrf]], files)
    return await test.app.inject({ method: 'POST', url: `/attempts/${attempt.id}?page=1`, headers: { ...headers, cookie: cookies }, payload })
  }
  const answers = async () => ((await call(test, walk.trainee, 'GET', `/attempts/${attempt.id}`)).json.questions as ApiAttempt['questions']).map(({ answer }) => answer)

  t.equal((await post([['q2', 'x']], [{ field: 'q1', name: 'a.txt', bytes: 'x' }], 'forged')).statusCode, 403)
  t.same(await answers(), [null, null, null], 'a forged form changes nothing')
  const refused = await post([['q2', 'A note of some words'], ['go', 'next']], [
    { field: 'q1', name: '<b>.pdf', bytes: PNG }, { field: 'q1', name: 'good.txt', bytes: 'Seen' }, { field: 'q3', name: '', bytes: '' }, { field: 'q3', name: 'large.png', bytes: Buffer.concat([PNG, Buffer.alloc(MAX_FILE_BYTES)]) }
  ])
  t.equal(refused.statusCode, 422)
  t.match(refused.body, /<div class="notice due" role="alert"><p>A file was not taken\. Everything else on this page is saved\./)
  t.match(refused.body, '<p class="error"><bdi>“&lt;b&gt;.pdf” does not hold what its name says. Save it again under the right ending.</bdi></p>')
  t.match(refused.body, '“large.png” is too large: at most 10 MB are taken.')
  t.match(refused.body, 'A note of some words', 'the page comes back with everything on it')
  const [files, note, photo] = await answers() as [{ files: Array<{ id: string, name: string }> }, unknown, unknown]
  t.match(files, { files: [{ name: 'good.txt' }] }, 'and what was good is kept')
  t.same([note, photo], [{ text: 'A note of some words' }, null])
  const sent = await post([['go', 'files:3']], [{ field: 'q3', name: 'label.png', bytes: PNG }])
  t.equal(sent.headers.location, `/attempts/${attempt.id}?page=1#q3`, 'the page stays where files were sent')
  const removed = await post([['q2', 'Another note'], ['go', `remove:${files.files[0]?.id ?? ''}`]], [])
  t.equal(removed.headers.location, `/attempts/${attempt.id}?page=1#q1`)
  t.match(await answers(), [null, { text: 'Another note' }, { files: [{ name: 'label.png' }] }])
  t.equal((await test.app.inject({ method: 'POST', url: `/attempts/${attempt.id}?page=1`, headers: { 'content-type': 'multipart/form-data; boundary=x', cookie: cookies }, payload: 'no form at all' })).statusCode, 400)
  const counted = await post([], Array.from({ length: 61 }, () => ({ field: 'q1', name: 'a.txt', bytes: 'x' })))
  t.equal(counted.statusCode, 413)
})

t.test('in a browser a file is sent with its progress, and again until it has arrived', { timeout: 60_000 }, async (t) => {
  const { test, walk, attempt } = await scene(t)
  const chromium = await launchChromium()
  t.teardown(async () => { await chromium.close() })
  const base = await test.app.listen({ port: 0, host: '127.0.0.1' })
  const context = await chromium.newContext({ viewport: { width: 390, height: 844 }, locale: 'en' })
  await context.addCookies([{ name: 'muster', value: walk.trainee.token, url: base }, { name: 'muster-language', value: 'en', url: base }])
  const page = await context.newPage()
  const errors: string[] = []
  page.on('pageerror', (error) => { errors.push(error.message) })
  // The script of these answers comes after that of the page, and after the first files were chosen.
  const late = Promise.withResolvers<undefined>()
  await page.route('**/attempt-files.js', async (route) => {
    await late.promise
    await route.continue()
  })
  await page.goto(`${base}/attempts/${attempt.id}?page=1`)
  const folder = t.testdir()
  const file = (name: string, bytes: string | Buffer): string => { writeFileSync(join(folder, name), bytes); return join(folder, name) }
  let lost = 0
  // The first time nothing gets through; the second time the file arrives and its acknowledgement is lost.
  await page.route('**/files/1', async (route) => {
    lost += 1
    if (lost === 1) await route.abort('connectionfailed')
    else if (lost === 2) { await route.fetch(); await route.abort('connectionreset') } else await route.continue()
  })
  await page.locator('#q1 input[type=file]').first().setInputFiles([file('a.txt', 'Seen at noon.'), file('b.txt', '')])
  late.resolve(undefined)
  await page.locator('#q1 .error', { hasText: '“b.txt” is empty.' }).waitFor()
  await page.locator('#q1 .files output', { hasText: 'No connection' }).waitFor()
  await page.locator('#q2 textarea').fill('A note')
  await page.locator('#q1 .files a', { hasText: 'a.txt' }).waitFor({ timeout: 15_000 })
  t.equal(lost, 3)
  t.equal((await call(test, walk.trainee, 'GET', `/attempts/${attempt.id}/files`)).json.items.length, 1, 'what arrived unheard is not kept twice')
  await page.unroute('**/files/1')
  await page.locator('#q1 input[type=file]').first().setInputFiles([file('c.pdf', PDF), file('d.pdf', 'no pdf')])
  await page.locator('#q1 .error', { hasText: '“d.pdf” does not hold' }).waitFor()
  await page.locator('#q1 .files a', { hasText: 'c.pdf' }).waitFor()
  await page.locator('#q1 button', { hasText: 'Remove' }).first().click()
  await page.locator('#q1 .files a', { hasText: 'a.txt' }).waitFor({ state: 'detached' })
  // Turning the page waits for what is on its way.
  await page.locator('#q3 input[type=file]').first().setInputFiles(`${courses}/images/camera.png`)
  await page.locator('.turn .next').click()
  await page.locator('#summary').waitFor()
  const saved = (await call(test, walk.trainee, 'GET', `/attempts/${attempt.id}`)).json.questions as ApiAttempt['questions']
  t.match(saved.map(({ answer }) => answer), [{ files: [{ name: 'c.pdf' }] }, { text: 'A note' }, { files: [{ name: 'camera.png' }] }])
  t.same(errors, [])
  t.ok(existsSync(folder))
})
