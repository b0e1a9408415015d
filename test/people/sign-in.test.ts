import t from 'tap'
import { hashPassword } from '../../server/people/passwords.ts'
import { updatePassword } from '../../server/people/queries.ts'
import { testApp, type Somebody, type TestApp } from '../app.ts'
import { openBrowser } from '../browser.ts'

const PASSWORD = 'four calm words here'

async function withPassword ({ db }: TestApp, { accountId }: Somebody): Promise<void> {
  const hash = await hashPassword(PASSWORD)
  await db.write(async (tx) => { await updatePassword(tx, accountId, hash) })
}

t.test('signing in by program', async (t) => {
  const home = await testApp(t)
  const { app, world } = home
  const amina = await home.somebody('Amina Yusuf', [{ role: 'liaison', country: 'ZM' }, { role: 'trainee' }], { country: 'ZM' })
  const other = await home.somebody('Other Person', [{ role: 'trainee' }])
  await withPassword(home, amina)
  await withPassword(home, other)
  const signIn = async (email: string, password: string) => await app.inject({ method: 'POST', url: '/api/v1/sign-in', payload: { email, password } })

  await t.test('answers a token and the person, and sets no cookie', async (t) => {
    const answer = await signIn(` ${amina.email.toUpperCase()} `, PASSWORD)
    t.equal(answer.statusCode, 200)
    const { token, expiresAt, person } = answer.json()
    t.same(person, { id: amina.personId, name: 'Amina Yusuf', email: amina.email, locale: 'en', roles: [{ role: 'liaison', country: 'ZM' }, { role: 'trainee' }] })
    t.ok(Date.parse(expiresAt) > world.now().getTime())
    t.same(answer.cookies, [])
    const me = await app.inject({ url: '/api/v1/me', headers: { authorization: `Bearer ${String(token)}` } })
    t.same(me.json(), person)
  })

  await t.test('a wrong password, an unknown address and an account without a password get the same answer', async (t) => {
    const invited = await home.somebody('Not Yet', [{ role: 'trainee' }])
    const answers = [await signIn(amina.email, 'wrong'), await signIn('nobody@test.example', PASSWORD), await signIn(invited.email, PASSWORD)]
    for (const answer of answers) {
      t.equal(answer.statusCode, 401)
      t.match(answer.headers['content-type'], 'application/problem+json')
      t.same(answer.json(), answers[0]?.json())
    }
    t.equal(answers[0]?.json().type, '/problems/sign-in-failed')
  })

  await t.test('a session ends at sign-out, at once', async (t) => {
    const { token } = (await signIn(amina.email, PASSWORD)).json()
    const headers = { authorization: `Bearer ${String(token)}` }
    t.equal((await app.inject({ method: 'POST', url: '/api/v1/sign-out', headers })).statusCode, 204)
    t.equal((await app.inject({ url: '/api/v1/me', headers })).statusCode, 401)
    t.equal((await app.inject({ url: '/api/v1/me', headers: amina.bearer })).statusCode, 200, 'other sessions go on')
  })

  await t.test('a session ends when its time is over', async (t) => {
    const start = world.now().toISOString()
    const { token, expiresAt } = (await signIn(amina.email, PASSWORD)).json()
    world.setNow(expiresAt)
    t.equal((await app.inject({ url: '/api/v1/me', headers: { authorization: `Bearer ${String(token)}` } })).statusCode, 401)
    world.setNow(start)
  })

  await t.test('a person chooses their language among those there are', async (t) => {
    const answer = await app.inject({ method: 'PATCH', url: '/api/v1/me', headers: amina.bearer, payload: { locale: 'ar' } })
    t.equal(answer.json().locale, 'ar')
    const wrong = await app.inject({ method: 'PATCH', url: '/api/v1/me', headers: { ...amina.bearer }, payload: { locale: 'xx' } })
    t.equal(wrong.statusCode, 422)
    t.equal(wrong.json().problems[0].path, 'locale')
    t.match(wrong.json().title, 'تغييره', 'and reads the refusal in it')
  })

  await t.test('after ten failures the account is closed to everybody for a quarter of an hour; others are not', async (t) => {
    world.advance(16 * 60)
    for (let n = 0; n < 10; n++) t.equal((await signIn(amina.email, `wrong ${n}`)).statusCode, 401)
    const locked = await signIn(amina.email, PASSWORD)
    t.equal(locked.statusCode, 429)
    t.equal(locked.headers['retry-after'], '900')
    t.equal((await signIn(other.email, PASSWORD)).statusCode, 200)
    world.advance(14 * 60)
    t.equal((await signIn(amina.email, PASSWORD)).statusCode, 429)
    world.advance(2 * 60)
    t.equal((await signIn(amina.email, PASSWORD)).statusCode, 200)
  })

  await t.test('an address that fails a hundred times is stopped, whatever accounts it tries', async (t) => {
    world.advance(16 * 60)
    const { noteFailure } = await import('../../server/people/sign-in.ts')
    await home.db.write(async (tx) => { for (let n = 0; n < 100; n++) await noteFailure(tx, world, 'sign-in-from:127.0.0.1') })
    t.equal((await signIn(other.email, PASSWORD)).statusCode, 429)
    world.advance(16 * 60)
    t.equal((await signIn(other.email, PASSWORD)).statusCode, 200)
  })
})

t.test('signing in on the page', async (t) => {
  const home = await testApp(t, { prefix: '/training' })
  const { app } = home
  const clerk = await home.somebody('Clerk', [{ role: 'administrator' }])
  await withPassword(home, clerk)

  await t.test('a page that needs an account leads to the form and back', async (t) => {
    const browser = openBrowser(app)
    const first = await browser.get('/training/desk/audit?cursor=7')
    t.equal(first.status, 303)
    t.equal(first.location, '/training/sign-in?to=%2Ftraining%2Fdesk%2Faudit%3Fcursor%3D7')
    const form = await browser.get(first.location as string)
    t.match(form.body, /autocomplete="username"/)
    t.match(form.body, /autocomplete="current-password"/)
    t.match(form.body, /<main id="content" class="narrow"/)
    t.equal(form.headers['cache-control'], 'no-store')
    const entered = await browser.post('/training/sign-in', { email: clerk.email, password: PASSWORD, to: '/training/desk/audit?cursor=7' })
    t.equal(entered.status, 303)
    t.equal(entered.location, '/training/desk/audit?cursor=7')
    const cookie = String(entered.headers['set-cookie'])
    t.match(cookie, /^muster=[^;]+;.*Path=\/training; HttpOnly; SameSite=Lax/)
    t.equal((await browser.get(entered.location as string)).status, 200)
    t.equal((await browser.get('/training/sign-in')).location, '/training/', 'the form is not shown again')
  })

  await t.test('never leads to another site', async (t) => {
    for (const to of ['https://evil.example/', '//evil.example', '/\\evil.example', '/training/\n//evil.example', '/elsewhere', 'javascript:alert(1)']) {
      const browser = openBrowser(app)
      await browser.get('/training/sign-in')
      t.equal((await browser.post('/training/sign-in', { email: clerk.email, password: PASSWORD, to })).location, '/training/', to)
    }
  })

  await t.test('a failure keeps the address, not the password, and says the same for an unknown address', async (t) => {
    const browser = openBrowser(app)
    await browser.get('/training/sign-in')
    const wrong = await browser.post('/training/sign-in', { email: clerk.email, password: 'wrong <password>', to: '/training/desk/audit' })
    t.equal(wrong.status, 401)
    t.match(wrong.body, `value="${clerk.email}"`)
    t.match(wrong.body, 'name="to" value="/training/desk/audit"')
    t.notMatch(wrong.body, 'wrong &lt;')
    const unknown = await browser.post('/training/sign-in', { email: 'nobody@test.example', password: 'x' })
    const notice = (body: string): string | undefined => /<div class="notice stop".*?<\/div>/s.exec(body)?.[0]
    t.ok(notice(wrong.body))
    t.equal(notice(unknown.body), notice(wrong.body))
    t.equal((await browser.post('/training/sign-in', {})).status, 401, 'an empty form as well')
  })

  await t.test('signing out ends the session, not only the cookie', async (t) => {
    const browser = openBrowser(app)
    await browser.get('/training/sign-in')
    await browser.post('/training/sign-in', { email: clerk.email, password: PASSWORD })
    const kept = browser.cookies.get('muster') as string
    await browser.get('/training/desk/people')
    const out = await browser.post('/training/sign-out')
    t.equal(out.location, '/training/sign-in')
    t.notOk(browser.cookies.has('muster'))
    browser.cookies.set('muster', kept)
    t.equal((await browser.get('/training/desk/people')).location, '/training/sign-in?to=%2Ftraining%2Fdesk%2Fpeople')
  })

  await t.test('is offered in Arabic, from right to left', async (t) => {
    const page = await app.inject({ url: '/training/sign-in', headers: { 'accept-language': 'ar-EG,ar;q=0.9' } })
    t.match(page.body, '<html lang="ar" dir="rtl">')
    t.match(page.body, 'كلمة المرور')
  })
})
