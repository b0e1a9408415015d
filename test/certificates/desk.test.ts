import sharp from 'sharp'
import t from 'tap'
import { sendExpiryReminders } from '../../server/certificates/expiry/expiry.ts'
import { makeLooks } from '../../server/certificates/templates/templates.ts'
import { zipDeps } from '../../server/certificates/views.ts'
import { workOnZips } from '../../server/certificates/zips/zips.ts'
import { loadMessages } from '../../server/http/messages.ts'
import { verify } from '../../server/keep.ts'
import { readZip } from '../../server/zip/read-zip.ts'
import { testApp, type Somebody } from '../app.ts'
import { openBrowser } from '../browser.ts'
import { addCohort, call, enrol } from '../trainee.ts'

const messages = loadMessages(new URL('../../templates/locales', import.meta.url).pathname)
const settings = { programme: 'Test programme', timeZone: 'Asia/Shanghai', publicUrl: 'http://localhost', prefix: '', secure: false, demo: false }

t.test('the desk for certificates', async (t) => {
  const test = await testApp(t, { courses: 'test/fixtures/courses', now: '2026-03-02T04:00:00Z' })
  const { db, world } = test
  const admin = await test.somebody('Ada Admin', [{ role: 'administrator' }])
  const cohortId = await addCohort(test, admin, 'first-steps')
  const people: Somebody[] = []
  for (const name of ['Amina Yusuf', 'Bwalya Phiri', 'Chanda Mwila', 'Deng Wei']) {
    const somebody = await test.somebody(name, [{ role: 'trainee' }], { country: name === 'Deng Wei' ? 'MY' : 'ZM' })
    const id = await enrol(test, admin, cohortId, somebody)
    await db.write(async (tx) => { await tx.updateTable('enrolment').set({ state: 'completed', completed_at: world.now().toISOString(), done: 3 }).where('id', '=', id).execute() })
    people.push(somebody)
  }
  const period = { from: '2026-01-01', to: '2026-12-31' }
  const quotas = [
    await call(test, admin, 'POST', '/quotas', { name: 'Certificates', period, scope: {}, counts: 'certificates', target: 10 }),
    await call(test, admin, 'POST', '/quotas', { name: 'Persons', period, scope: {}, counts: 'persons', target: 10 })
  ].map(({ json }) => json.id as string)
  const counts = async (): Promise<number[]> => await Promise.all(quotas.map(async (id) => (await call(test, admin, 'GET', `/quotas/${id}`)).json.counted as number))
  const listed = async (query = ''): Promise<Array<{ serial: string, holder: string }>> => (await call(test, admin, 'GET', `/certificates${query}`)).json.items as Array<{ serial: string, holder: string }>
  const serialOf = async (name: string): Promise<string> => (await listed(`?holder=${encodeURIComponent(name)}`))[0]?.serial ?? ''
  const png = await sharp({ create: { width: 900, height: 300, channels: 3, background: '#224466' } }).jpeg().toBuffer()
  const content = { colour: '#1d3557', logo: null as string | null, seal: null, signatories: [{ name: 'Chola Banda', picture: null }], texts: { en: { title: 'Diploma', office1: 'Director' }, ar: { title: 'شهادة' } } }
  let templateId = ''
  let later = admin

  await t.test('a template says what is wrong with it, keeps pictures as PNG no larger than printed, and shows a preview before it is saved', async (t) => {
    const bad = await call(test, admin, 'POST', '/certificate-templates', { name: '', courses: ['nowhere'], content: { ...content, colour: '#ffee00', texts: { fr: { title: 'Diplôme' } } } })
    t.equal(bad.status, 422)
    t.same((bad.json.problems as Array<{ path: string }>).map(({ path }) => path), ['name', 'colour', ...['presented', 'completed', 'version', 'mark', 'issued', 'validUntil', 'serial', 'verify'].map((key) => `text.fr.${key}`), 'courses'])
    t.equal((await call(test, admin, 'POST', '/certificate-templates/pictures', { name: 'a.svg', base64: Buffer.from('<svg onload="x()"/>').toString('base64') })).status, 422)
    const { json, status } = await call(test, admin, 'POST', '/certificate-templates/pictures', { name: 'logo.jpg', base64: png.toString('base64') })
    t.equal(status, 201)
    content.logo = json.hash as string
    const kept = await db.read.selectFrom('media').select(['type', 'width', 'height']).where('hash', '=', content.logo).executeTakeFirstOrThrow()
    t.same(kept, { type: 'image/png', width: 480, height: 160 })
    const preview = await test.app.inject({ method: 'POST', url: '/api/v1/certificate-templates/preview', headers: admin.bearer, payload: { content, language: 'ar' } })
    t.equal(preview.statusCode, 200)
    t.match(preview.headers['content-type'], 'application/pdf')
    t.match(preview.body.slice(0, 5), '%PDF-')
    t.equal((await call(test, admin, 'GET', '/certificate-templates')).json.items.length, 0, 'nothing is saved by it')
    t.equal((await test.app.inject({ method: 'POST', url: '/api/v1/certificate-templates/preview', headers: admin.bearer, payload: { content: { ...content, seal: 'f'.repeat(64) } } })).statusCode, 200, 'a picture that is gone is left out of a preview')
    t.equal((await call(test, admin, 'POST', '/certificate-templates', { name: 'X', courses: [], content: { ...content, seal: 'f'.repeat(64) } })).status, 422, 'and is no part of a template')
    const made = await call(test, admin, 'POST', '/certificate-templates', { name: 'Diploma', courses: ['first-steps'], content })
    t.match(made, { status: 201, json: { number: 1, courses: ['first-steps'], content: { logo: content.logo, colour: '#1d3557' } } })
    templateId = made.json.id as string
  })

  await t.test('whoever has passed and has no certificate gets one, once, and is counted', async (t) => {
    const dry = await call(test, admin, 'POST', '/certificates/issue', { dryRun: true })
    t.match(dry.json, { issued: 0, people: { length: 4 } })
    t.same(await counts(), [0, 0])
    t.match((await call(test, admin, 'POST', '/certificates/issue', {})).json, { issued: 4 })
    t.match((await call(test, admin, 'POST', '/certificates/issue', {})).json, { issued: 0, people: [] })
    t.same(await counts(), [4, 4])
    t.equal((await listed('?country=MY&course=first-steps&state=valid&from=2026-03-02&to=2026-03-02')).length, 1)
    t.equal((await listed('?from=2026-03-03')).length, 0)
    t.equal((await call(test, admin, 'GET', '/certificates?from=soon')).status, 422)
  })

  await t.test('a certificate keeps the version of the template it was issued with; a stale edit is refused', async (t) => {
    const serial = await serialOf('Amina')
    const before = (await test.app.inject({ url: `/certificates/${serial}.pdf` })).rawPayload
    t.match(before.toString('latin1'), /\/Subtype\s*\/Image/, 'with its logo')
    const edited = await call(test, admin, 'PUT', `/certificate-templates/${templateId}`, { name: 'Diploma', courses: ['first-steps'], content: { ...content, colour: '#7a1f1f' }, edits: 1 })
    t.match(edited, { status: 200, json: { number: 2, edits: 2, versions: [{ number: 2, certificates: 0 }, { number: 1, certificates: 4 }] } })
    t.match(await call(test, admin, 'PUT', `/certificate-templates/${templateId}`, { name: 'Other', courses: [], content, edits: 1 }), { status: 409, json: { type: '/problems/edited-meanwhile', now: { name: 'Diploma', edits: 2, content: { colour: '#7a1f1f' } } } })
    const browser = openBrowser(test.app)
    browser.cookies.set('muster', admin.token)
    await browser.get(`/desk/certificates/templates/${templateId}`)
    const page = await browser.post(`/desk/certificates/templates/${templateId}`, { name: 'Mine', colour: '#0b3d2e', courses: ['first-steps'], 'text.en.title': 'Diploma of honour', edits: '1', step: 'save' })
    t.match(page, { status: 409, body: /Somebody else changed this meanwhile[^]*<dt>Name<[^]*Diploma[^]*You typed:[^]*Mine[^]*#7a1f1f[^]*#0b3d2e[^]*Diploma of honour/ }, 'and says what changed')
    t.match(page.body, /name="edits" value="2"/)
    t.ok((await test.app.inject({ url: `/certificates/${serial}.pdf` })).rawPayload.equals(before), 'what was issued looks as it did')
  })

  let [old, next] = ['', '']
  await t.test('a re-issue has a new serial and the template of today; counts stay, and the old serial leads to the new one', async (t) => {
    old = await serialOf('Amina')
    const before = await counts()
    t.equal((await call(test, admin, 'POST', `/certificates/${old}/reissue`, { reason: 'x' })).status, 422)
    const again = await call(test, admin, 'POST', `/certificates/${old}/reissue`, { reason: 'Name corrected', holder: 'Amina  Yusuf-Banda' })
    t.match(again, { status: 201, json: { state: 'valid', holder: 'Amina Yusuf-Banda', replacedBy: null, reissuedAt: String, course: { hours: Number, topics: ['Basics'] } } })
    next = again.json.serial as string
    t.not(next, old)
    t.match((await call(test, null, 'GET', `/certificates/${old}`)).json, { serial: old, state: 'replaced', holder: 'Amina Yusuf', replacedBy: next, replacedAt: String })
    t.match((await test.app.inject({ url: `/certificates/${old}` })).body, new RegExp(`replaced on[^]*${next}`))
    t.equal((await test.app.inject({ url: `/certificates/${old}.pdf` })).statusCode, 303, 'nobody prints the old one')
    t.same(await counts(), before)
    t.match(await call(test, admin, 'POST', `/certificates/${old}/revoke`, { reason: 'Forged' }), { status: 409, json: { type: '/problems/certificate-replaced', standing: next } })
    t.match(await call(test, admin, 'POST', `/certificates/${old}/reissue`, { reason: 'Lost' }), { status: 409 })
    t.match(await verify(test.url), { agrees: true })
    const versions = (await call(test, admin, 'GET', `/certificate-templates/${templateId}`)).json.versions as Array<{ certificates: number }>
    t.same(versions.map(({ certificates }) => certificates), [1, 3])
  })

  await t.test('two who re-issue at once make one document', async (t) => {
    const serial = await serialOf('Bwalya')
    const both = await Promise.all([1, 2].map(async () => await call(test, admin, 'POST', `/certificates/${serial}/reissue`, { reason: 'Lost' })))
    t.same(both.map(({ status }) => status).sort(), [201, 409])
    const standing = both.find(({ status }) => status === 201)?.json.serial as string
    const [hers, his] = [openBrowser(test.app), openBrowser(test.app)]
    hers.cookies.set('muster', admin.token)
    his.cookies.set('muster', (await test.somebody('Ben Admin', [{ role: 'administrator' }])).token)
    for (const browser of [hers, his]) await browser.get(`/desk/certificates/${serial}`)
    const late = await his.post(`/desk/certificates/${serial}/reissue`, { holder: 'Bwalya M. Phiri', why: 'A second name' })
    t.match(late, { status: 409, body: new RegExp(`Nothing was changed.</b> Ada Admin made a new document of this certificate, [^<]*: ${standing} took the place of the one you had open \\(Lost\\)`) }, 'whoever comes second is told who came first')
    t.match(late.body, new RegExp(`/desk/certificates/${standing}/reissue[^]*value="Bwalya M. Phiri"[^]*A second name`), 'with what was typed, and the document that stands')
    t.match(await his.post(`/desk/certificates/${serial}/revoke`, { reason: 'Forged' }), { status: 409, body: new RegExp(`${standing} took the place[^]*Forged`) })
    t.equal((await db.read.selectFrom('certificate_document').select('serial').where('serial', '=', serial).execute()).length, 1)
  })

  await t.test('several are changed at once with a reason; what is revoked is taken back under the serial it was counted with', async (t) => {
    const before = await counts()
    const answer = await call(test, admin, 'POST', '/certificates/changes', { serials: [next, old, 'M26-0000-0000-000'], action: 'revoke', reason: 'Exam was sat by another person' })
    t.match(answer.json, { done: 1, refused: [{ serial: old, code: 'certificate-replaced' }, { code: 'not-found' }] })
    t.same(await counts(), before.map((count) => count - 1))
    t.match((await call(test, null, 'GET', `/certificates/${old}`)).json, { state: 'revoked', replacedBy: next })
    const lines = await db.read.selectFrom('quota_entry').select(['serial', 'delta']).where('quota_id', '=', quotas[0] ?? '').where('serial', 'in', [old, next]).orderBy('turn').execute()
    t.same(lines, [{ serial: old, delta: 1 }, { serial: old, delta: -1 }])
    t.match(await verify(test.url), { agrees: true })
    const browser = openBrowser(test.app)
    browser.cookies.set('muster', admin.token)
    await browser.get('/desk/certificates')
    t.match(await browser.post('/desk/certificates/changes', { action: 'reissue', reason: 'New template' }), { status: 422, body: /Choose at least one/ })
    t.match(await browser.post('/desk/certificates/changes', { action: 'reissue', reason: 'New template', serials: await serialOf('Chanda') }), { status: 200, body: /One certificate was re-issued/ })
    t.match((await browser.get(`/desk/certificates/${await serialOf('Chanda')}`)).body, /Earlier documents[^]*New template/)
    t.match(await browser.post(`/desk/certificates/${next}/revoke`, { reason: 'Once more' }), { status: 409, body: /Nothing was changed.<\/b> Ada Admin revoked this certificate, [^<]* \(Exam was sat by another person\)/ })
  })

  await t.test('all that a search finds are re-issued at once, unless it finds others than were counted', async (t) => {
    const before = await counts()
    const was = await serialOf('Bwalya')
    const search = { course: 'first-steps', holder: 'a' }
    t.equal((await call(test, admin, 'POST', '/certificates/changes', { search, count: 3, action: 'revoke', reason: 'Everybody' })).status, 422, 'nothing is revoked by a search')
    t.equal((await call(test, admin, 'POST', '/certificates/changes', { search, action: 'reissue', reason: 'New template' })).status, 422, 'nor re-issued uncounted')
    t.match(await call(test, admin, 'POST', '/certificates/changes', { search, count: 9, action: 'reissue', reason: 'New template' }), { status: 409, json: { now: { count: 2 } } })
    const browser = openBrowser(test.app)
    browser.cookies.set('muster', admin.token)
    t.match((await browser.get('/desk/certificates?course=first-steps&holder=a')).body, /name="holder" value="a"[^]*name="count" value="2"[^]*Re-issue all 2 found/)
    const fields = { ...search, action: 'reissue-all', reason: 'New signatory' }
    t.match(await browser.post('/desk/certificates/changes', { ...fields, count: '3' }), { status: 409, body: /3 certificates were found when this page was made/ })
    t.match(await browser.post('/desk/certificates/changes', { ...fields, count: '2' }), { status: 200, body: /2 certificates were re-issued[^]*id="holder" name="holder" type="search" value="a"/ })
    t.match((await call(test, null, 'GET', `/certificates/${was}`)).json, { state: 'replaced' })
    t.same(await counts(), before)
    t.match(await verify(test.url), { agrees: true })
  })

  await t.test('a list of people trained in person: checked first, then issued; nobody twice', async (t) => {
    const list = async (text: string, query: string) => {
      const response = await test.app.inject({ method: 'POST', url: `/api/v1/cohorts/${cohortId}/certificates${query}`, headers: { ...admin.bearer, 'content-type': 'text/csv' }, payload: text })
      return { status: response.statusCode, json: JSON.parse(response.body) as Record<string, unknown> }
    }
    const head = 'name,email,country,agency,rank,locale,mark\n'
    const [, , , deng] = people
    const wrong = await list(`${head}New One,new.one@zm.example,ZM,,,en,110\nBwalya Phiri,b2@zm.example,ZM,,,en,\n`, '?dryRun=true')
    t.match(wrong.json, { problems: [{ line: 2, field: 'mark' }], alike: [{ line: 3, knownAs: 'Bwalya Phiri' }] })
    const right = `${head}New One,new.one@zm.example,ZM,,,en,81.5\nDeng Wei,${deng?.email ?? ''},MY,,,en,\n`
    const before = await counts()
    t.match((await list(right, '?dryRun=true')).json, { issued: 1, created: 1, unchanged: 1, problems: [] })
    t.same(await counts(), before)
    t.equal((await list(right, '')).status, 422, 'a reason is needed')
    t.match(await list(right, '?reason=Lusaka%2C+June'), { status: 200, json: { issued: 1, unchanged: 1 } })
    t.match((await list(right, '?reason=Lusaka%2C+June')).json, { issued: 0, unchanged: 2 })
    t.same(await counts(), before.map((count) => count + 1))
    t.match((await listed('?holder=New'))[0], { mark: 81.5 })
    const elsewhere = await addCohort(test, admin, 'first-steps')
    const other = await test.app.inject({ method: 'POST', url: `/api/v1/cohorts/${elsewhere}/certificates?dryRun=true`, headers: { ...admin.bearer, 'content-type': 'text/csv' }, payload: right })
    t.equal((JSON.parse(other.body) as { problems: unknown[] }).problems.length, 2, 'both hold one of the course that is valid for long')
    t.match(await verify(test.url), { agrees: true })
  })

  await t.test('all of them as one zip, made part by part by whichever server there is, kept for a day', async (t) => {
    const deps = zipDeps({ world, settings, messages, looks: makeLooks() })
    t.equal((await call(test, admin, 'POST', '/certificate-zips', { country: 'FR' })).status, 422)
    const asked = await call(test, admin, 'POST', '/certificate-zips', { course: 'first-steps', language: 'ar' })
    t.match(asked, { status: 201, json: { state: 'making', made: 0, total: 4 } })
    const id = asked.json.id as string
    const page = await test.app.inject({ url: `/desk/certificates/zips/${id}`, headers: admin.bearer })
    t.equal(page.headers['refresh'], '3')
    t.match(page.body, '<progress value="0" max="4">')
    t.match(await call(test, admin, 'GET', `/certificate-zips/${id}/file`), { status: 409, json: { type: '/problems/zip-not-ready' } })
    // A server took the part and died.
    await db.write(async (tx) => { await tx.updateTable('certificate_zip_part').set({ lease_until: new Date(world.now().getTime() + 60_000).toISOString(), tries: 1 }).execute() })
    t.equal(await workOnZips(db, deps), 0)
    world.advance(100)
    const [one, other] = await Promise.all([workOnZips(db, deps), workOnZips(test.again(), deps)])
    t.equal((one ?? 0) + (other ?? 0), 4, 'the other goes on, and none is made twice')
    t.match((await call(test, admin, 'GET', `/certificate-zips/${id}`)).json, { state: 'ready', made: 4 })
    const file = await test.app.inject({ url: `/api/v1/certificate-zips/${id}/file`, headers: admin.bearer })
    t.equal(Number(file.headers['content-length']), file.rawPayload.length)
    const read = readZip(file.rawPayload)
    if ('problems' in read) throw new Error(JSON.stringify(read.problems))
    t.equal([...read.files].filter(([name, bytes]) => /^(ZM|MY)\/M26-.*\.pdf$/.test(name) && Buffer.from(bytes.subarray(0, 5)).toString() === '%PDF-').length, 4)
    t.match(Buffer.from(read.files.get('certificates.csv') ?? []).toString(), /^\uFEFF?file,serial,holder[^]*Deng Wei/)
    t.match((await test.app.inject({ url: `/desk/certificates/zips/${id}`, headers: admin.bearer })).body, 'Download the zip')
    world.advance(25 * 3600)
    await workOnZips(db, deps)
    t.equal((await call(test, admin, 'GET', `/certificate-zips/${id}`)).status, 404)
    t.equal((await db.read.selectFrom('certificate_zip_part').select('number').execute()).length, 0)
  })

  await t.test('holders are told before the end, once for each day set, and enrolled for another certificate that renews the first', async (t) => {
    const deps = { world, settings, messages }
    const told = async (): Promise<string[]> => (await db.read.selectFrom('mail').select('subject').where('subject', 'like', 'Your certificate ends%').execute()).map(({ subject }) => subject)
    world.setNow('2026-11-20T04:00:00Z')
    t.equal(await sendExpiryReminders(db, deps), 0, 'more than 90 days are left')
    world.setNow('2026-12-15T22:00:00Z')
    t.equal(await sendExpiryReminders(db, deps), 0, 'not before eight in the morning')
    world.setNow('2026-12-16T04:00:00Z')
    const both = await Promise.all([sendExpiryReminders(db, deps), sendExpiryReminders(test.again(), deps)])
    t.equal(both.reduce((sum, count) => sum + count, 0), 4)
    t.equal(await sendExpiryReminders(db, deps), 0)
    t.same([...new Set(await told())], ['Your certificate ends in 76 days: First steps'])
    t.match((await call(test, admin, 'GET', '/certificates/reminder-days')).json, { days: [90, 30, 7], version: 0 })
    t.equal((await call(test, admin, 'PUT', '/certificates/reminder-days', { days: [0], version: 0 })).status, 422)
    t.equal((await call(test, admin, 'PUT', '/certificates/reminder-days', { days: [90, 77], version: 0 })).status, 200)
    t.equal((await call(test, admin, 'PUT', '/certificates/reminder-days', { days: [9], version: 0 })).status, 409)
    t.equal(await sendExpiryReminders(db, deps), 4, 'a day that was set since is one more')

    t.equal((await call(test, admin, 'GET', '/certificates/expiring?period=30')).json.count, 0)
    const zambia = await call(test, admin, 'GET', '/certificates/expiring?country=ZM&course=first-steps')
    t.match(zambia.json, { count: 3, items: [{ days: 76, remindedAt: String, recertifiesIn: null }, {}, {}] })
    const again = await addCohort(test, admin, 'first-steps')
    t.match(await call(test, admin, 'POST', '/certificates/expiring/enrol', { cohort: await addCohort(test, admin, 'all-kinds'), serials: [await serialOf('Chanda')] }), { json: { done: 0, refused: [{ code: 'cohort-other-course' }] } })
    t.match((await call(test, admin, 'POST', '/certificates/expiring/enrol', { cohort: again, country: 'ZM' })).json, { done: 3, refused: [] })
    t.match((await call(test, admin, 'GET', '/certificates/expiring?country=ZM')).json, { items: [{ recertifiesIn: 'Test cohort' }, {}, {}] })
    const earlier = await serialOf('Chanda')
    await db.write(async (tx) => { await tx.updateTable('enrolment').set({ state: 'completed', completed_at: world.now().toISOString() }).where('cohort_id', '=', again).where('person_id', '=', people[2]?.personId ?? '').execute() })
    const before = await counts()
    t.match((await call(test, admin, 'POST', '/certificates/issue', { cohort: again })).json, { issued: 1 })
    t.same(await counts(), [(before[0] ?? 0) + 1, before[1]], 'a person is counted once in a year')
    const renewed = await serialOf('Chanda')
    t.match((await call(test, null, 'GET', `/certificates/${renewed}`)).json, { state: 'valid', renews: earlier, renewedBy: null })
    t.match((await call(test, null, 'GET', `/certificates/${earlier}`)).json, { state: 'valid', renewedBy: renewed })
    t.match((await call(test, admin, 'GET', '/certificates/expiring?country=ZM')).json, { count: 2 }, 'whoever has a later one is not on the list')
    world.setNow('2027-03-02T08:00:00Z')
    // Sessions of those who were there a year ago are over.
    later = await test.somebody('Later Admin', [{ role: 'administrator' }])
    t.match((await call(test, null, 'GET', `/certificates/${earlier}`)).json, { state: 'expired' })
    t.match((await call(test, later, 'GET', '/readiness?course=first-steps')).json, { items: [{ certificates: [{ serial: renewed }] }] }, 'who can be sent follows')
    t.match((await call(test, later, 'GET', '/certificates/expiring?period=ended')).json, { count: 3 })
    t.match(await verify(test.url), { agrees: true })
  })

  await t.test('verify names documents that lead nowhere', async (t) => {
    await db.write(async (tx) => { await tx.updateTable('certificate_document').set({ replaced_by: 'M26-0000-0000-000' }).where('serial', '=', old).execute() })
    const { agrees, lines } = await verify(test.url)
    t.equal(agrees, false)
    t.ok(lines.some((line) => line.includes(old) && line.includes('no document of the same certificate')))
  })

  await t.test('every page can be opened, without a script', async (t) => {
    for (const path of ['', '?state=revoked', '/issue', '/expiring', '/expiring?period=ended', '/zips', '/templates', '/templates/new', `/templates/${templateId}`]) {
      for (const language of ['en', 'ar']) {
        const { statusCode, body } = await test.app.inject({ url: `/desk/certificates${path}`, headers: { ...later.bearer, cookie: `muster-language=${language}` } })
        t.equal(statusCode, 200, `${path} ${language}`)
        t.notMatch(body, /\[object|undefined/)
      }
    }
  })
})
