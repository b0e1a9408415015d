import t from 'tap'
import { testApp } from '../app.ts'
import { openBrowser, type PageAnswer } from '../browser.ts'
import { programmeOn } from './programme.ts'

t.test('anyone sees what was certified, whether it stands, and the same as data and as PDF', async (t) => {
  const { app, db, world, somebody } = await testApp(t, { now: '2026-11-23T09:00:00Z' })
  const p = await programmeOn(db, { world, at: world.setNow })
  const administrator = await somebody('Ada Min', [{ role: 'administrator' }])
  const serial = await p.certify(await p.trainee('ZM', 'Zambia Police', 'Amina <Yusuf>'))

  const page = await app.inject({ url: `/certificates/${serial}` })
  t.equal(page.statusCode, 200)
  t.equal(page.headers['cache-control'], 'no-store')
  for (const says of [/data-state="valid"/, /genuine and valid/, /Amina &lt;Yusuf&gt;/, /Course fraud/, /Course version<\/dt><dd>2</, /87\.5%/, /Zambia</, /Zambia Police/, /23 Nov 2026/, /23 Nov 2029/, new RegExp(serial), /<svg class="qr" role="img" aria-label="Code that/, /\.pdf"/]) t.match(page.body, says)
  t.notMatch(page.body, /style=|\/desk\//)
  t.match((await app.inject({ url: `/certificates/${serial}`, headers: administrator.bearer })).body, new RegExp(`/desk/certificates/${serial}`))
  const typed = await app.inject({ url: `/certificates/${serial.toLowerCase().replaceAll('-', '')}` })
  t.same([typed.statusCode, typed.headers.location], [303, `/certificates/${serial}`])

  const data = await app.inject({ url: `/api/v1/certificates/${serial}` })
  t.match(data.json(), { serial, state: 'valid', holder: 'Amina <Yusuf>', country: 'ZM', course: { slug: 'fraud', title: 'Course fraud', version: 2 }, mark: 87.5, issuedAt: String, expiresAt: String, revokedAt: null, reason: null })
  t.notMatch(data.body, /personId|enrolment|email/)

  const pdf = await app.inject({ url: `/certificates/${serial}.pdf` })
  t.same([pdf.statusCode, pdf.headers['content-type']], [200, 'application/pdf'])
  t.match(pdf.headers['content-disposition'], `${serial}.pdf`)
  t.equal(pdf.rawPayload.subarray(0, 5).toString(), '%PDF-')
  t.match(pdf.rawPayload.toString('latin1'), /\/Lang\s*\(en\)/)
  const arabic = await app.inject({ url: `/certificates/${serial}.pdf?lang=ar` })
  t.match(arabic.rawPayload.toString('latin1'), /\/Lang\s*\(ar\)/)

  const unknown = (await p.certify(await p.trainee('ZM')))
  await db.write(async (tx) => { await tx.deleteFrom('certificate').where('serial', '=', unknown).execute() })
  for (const url of [`/certificates/${unknown}`, `/certificates/${unknown}.pdf`, `/api/v1/certificates/${unknown}`, '/certificates/nonsense', '/api/v1/certificates/M26-0000-0000-000']) {
    t.equal((await app.inject({ url })).statusCode, 404, url)
  }
  t.match((await app.inject({ url: `/certificates/${unknown}` })).body, new RegExp(`No certificate of this programme has this serial[^]*was not issued by this programme[^]*value="${unknown}"`), 'whoever follows the code of a forged paper is told so')

  t.equal((await app.inject({ url: '/verify' })).statusCode, 200)
  const found = await app.inject({ url: `/verify?serial=${encodeURIComponent(` ${serial.toLowerCase()} `)}` })
  t.same([found.statusCode, found.headers.location], [303, `/certificates/${serial}`])
  const last = serial.endsWith('A') ? 'B' : 'A'
  for (const [text, status, says] of [
    ['', 200, /id="serial-error">Type a serial/], ['M26-7K3', 422, /id="serial-error">This is not a serial/],
    [serial.slice(0, -1) + last, 422, /This is not a serial/], [unknown, 404, /notice stop" role="alert"><p><b>No certificate of this programme/], ['"><b>', 422, /value="&quot;&gt;&lt;b&gt;"/]
  ] as const) {
    const answer = await app.inject({ url: `/verify?serial=${encodeURIComponent(text)}` })
    t.equal(answer.statusCode, status, text)
    t.match(answer.body, says)
  }

  world.setNow('2029-11-24T00:00:00Z')
  t.match((await app.inject({ url: `/certificates/${serial}` })).body, /data-state="expired"[\s\S]*validity ended on 23 Nov 2029/)
})

t.test('an administrator revokes on the desk, and page, data and PDF say so', async (t) => {
  const { app, db, world, somebody } = await testApp(t, { now: '2026-11-23T09:00:00Z' })
  const p = await programmeOn(db, { world, at: world.setNow })
  const administrator = await somebody('Ada Min', [{ role: 'administrator' }])
  const instructor = await somebody('Ina', [{ role: 'instructor' }])
  const serial = await p.certify(await p.trainee('ZM'))
  const quota = await app.inject({ method: 'POST', url: '/api/v1/quotas', headers: administrator.bearer, payload: { name: 'Officers trained', period: { from: '2026-09-09', to: '2027-09-08' }, target: 300 } })
  t.equal(quota.statusCode, 201)

  const at = openBrowser(app)
  at.cookies.set('muster', administrator.token)
  const desk = await at.get(`/desk/certificates/${serial}`)
  t.match(desk.body, new RegExp(`/desk/quotas/${quota.json<{ id: string }>().id}"><bdi>Officers trained`))
  const revoke = async (reason: string): Promise<PageAnswer> => await at.post(`/desk/certificates/${serial}/revoke`, { reason })
  const short = await revoke(' x ')
  t.equal(short.status, 422)
  t.match(short.body, /id="reason-error">Write a reason of 3 to 500 characters/)
  t.equal((await app.inject({ method: 'POST', url: `/api/v1/certificates/${serial}/revoke`, headers: administrator.bearer, payload: { reason: 'x' } })).statusCode, 422)
  for (const who of [instructor, null]) {
    const answer = await app.inject({ method: 'POST', url: `/api/v1/certificates/${serial}/revoke`, headers: who?.bearer ?? {}, payload: { reason: 'A good reason' } })
    t.equal(answer.statusCode, who === null ? 401 : 403)
    t.equal((await app.inject({ url: '/api/v1/certificates', headers: who?.bearer ?? {} })).statusCode, who === null ? 401 : 403)
  }
  t.equal((await revoke('Somebody <else> sat the exam')).status, 303)
  t.match(await revoke('Again'), { status: 409, body: /Nothing was changed\.<\/b> Ada Min revoked this certificate, [^<]* \(Somebody &lt;else&gt; sat the exam\)/ }, 'whoever comes second is told who came first')
  t.match((await app.inject({ method: 'POST', url: `/api/v1/certificates/${serial}/revoke`, headers: administrator.bearer, payload: { reason: 'Again' } })).json(), { status: 409, type: '/problems/certificate-already-revoked' })

  t.match((await app.inject({ url: `/certificates/${serial}` })).body, /data-state="revoked"[\s\S]*revoked on 23 Nov 2026[\s\S]*Somebody &lt;else&gt; sat the exam/)
  t.match((await app.inject({ url: `/api/v1/certificates/${serial}` })).json(), { state: 'revoked', reason: 'Somebody <else> sat the exam' })
  t.equal((await app.inject({ url: `/certificates/${serial}.pdf` })).statusCode, 200)
  const after = await at.get(`/desk/certificates/${serial}`)
  t.match(after.body, /counted in no target now/)
  t.notMatch(after.body, /<textarea/)
  t.match((await app.inject({ url: '/api/v1/certificates', headers: administrator.bearer })).json(), { items: [{ serial, state: 'revoked' }], next: null })
  t.match((await at.get('/desk/certificates')).body, new RegExp(serial))
})
