import t from 'tap'
import { finishSetUp, inviteAccounts, readLink, startSetUp, takeLink } from '../../server/people/links.ts'
import { listMails } from '../../server/people/outbox.ts'
import { createPeople } from '../../server/people/people.ts'
import { Refusal } from '../../server/refusals.ts'
import { loadMessages } from '../../server/http/messages.ts'
import { testApp, type TestApp } from '../app.ts'
import { openBrowser } from '../browser.ts'

const PASSWORD = 'four calm words here'
const messages = loadMessages(new URL('../../templates/locales', import.meta.url).pathname)
const settings = { programme: 'Test programme', timeZone: 'Asia/Shanghai', publicUrl: 'http://localhost' }

/** The newest mail, and the secret of the link in it. */
async function newestMail ({ db }: TestApp): Promise<{ to: string, subject: string, body: string, secret: string }> {
  const { items: [mail] } = await listMails(db, { limit: 1 })
  if (mail === undefined) throw new Error('no mail')
  return { ...mail, secret: /\/links\/(\S+)/.exec(mail.body)?.[1] ?? '' }
}

async function refusalOf (work: Promise<unknown>): Promise<string> {
  try {
    await work
  } catch (error) {
    if (error instanceof Refusal) return error.code
    throw error
  }
  return 'no refusal'
}

t.test('an invitation', async (t) => {
  const home = await testApp(t)
  const { app, db, world } = home
  const clerk = await home.somebody('Clara Clerk', [{ role: 'administrator' }])
  const add = async (email: string, locale = 'en') => (await app.inject({
    method: 'POST', url: '/api/v1/people', headers: clerk.bearer, payload: { name: 'Amina Yusuf', email, country: 'ZM', locale, roles: [{ role: 'trainee' }] }
  })).json()

  await t.test('is a mail that says who, what, until when and whom to ask', async (t) => {
    world.setNow('2026-11-02T08:00:00.000Z')
    await add('amina@police.example')
    const mail = await newestMail(home)
    t.equal(mail.to, 'amina@police.example')
    t.equal(mail.subject, 'Your account with Test programme')
    t.match(mail.body, 'Dear Amina Yusuf')
    t.match(mail.body, `http://localhost/links/${mail.secret}`)
    t.match(mail.body, /until 16 November 2026 at 16:00 GMT\+8/)
    t.match(mail.body, `Clara Clerk: ${clerk.email}`)
    t.equal(mail.secret.length, 43, '32 bytes')
    const { rows } = await db.read.executeQuery<{ secret_hash: string }>(db.read.selectFrom('link').select('secret_hash').compile())
    t.notOk(rows.some((row) => row.secret_hash.includes(mail.secret)), 'the secret itself is not kept')
  })

  await t.test('speaks the language of whoever receives it', async (t) => {
    await add('amina.ar@police.example', 'ar')
    const mail = await newestMail(home)
    t.match(mail.subject, 'حسابك في Test programme')
    t.match(mail.body, 'يعمل الرابط مرة واحدة')
  })

  await t.test('is looked at without being used up, then chooses the password and signs in', async (t) => {
    const { id } = await add('first@police.example')
    const { secret } = await newestMail(home)
    const browser = openBrowser(app)
    for (let n = 0; n < 2; n++) {
      const page = await browser.get(`/links/${secret}`)
      t.equal(page.status, 200)
      t.match(page.body, 'first@police.example')
      t.match(page.body, /autocomplete="new-password"/)
      t.equal(page.headers['cache-control'], 'no-store')
    }
    const short = await browser.post(`/links/${secret}`, { password: 'short', again: 'short' })
    t.equal(short.status, 422)
    t.match(short.body, '<a href="#password">The password needs at least 10 characters.</a>')
    t.match(short.body, 'id="password-error"')
    t.equal((await browser.post(`/links/${secret}`, { password: PASSWORD, again: `${PASSWORD}!` })).status, 422)
    const entered = await browser.post(`/links/${secret}`, { password: PASSWORD, again: PASSWORD })
    t.equal(entered.status, 303)
    t.equal(entered.location, '/')
    t.ok(browser.cookies.has('muster'))
    t.equal((await browser.get(`/links/${secret}`)).status, 410)
    t.equal((await app.inject({ url: `/api/v1/people/${String(id)}`, headers: clerk.bearer })).json().state, 'active')
    const signedIn = await app.inject({ method: 'POST', url: '/api/v1/sign-in', payload: { email: 'first@police.example', password: PASSWORD } })
    t.equal(signedIn.statusCode, 200)
  })

  await t.test('is used once, however many use it together', async (t) => {
    await add('race@police.example')
    const { secret } = await newestMail(home)
    const answers = await Promise.all(Array.from({ length: 6 }, async (_, n) =>
      await app.inject({ method: 'POST', url: `/api/v1/links/${secret}`, payload: { password: `${PASSWORD} ${n}` } })))
    t.equal(answers.filter(({ statusCode }) => statusCode === 200).length, 1)
    t.equal(answers.filter(({ statusCode }) => statusCode === 410).length, 5)
    const winner = answers.findIndex(({ statusCode }) => statusCode === 200)
    for (let n = 0; n < 6; n++) {
      const { statusCode } = await app.inject({ method: 'POST', url: '/api/v1/sign-in', payload: { email: 'race@police.example', password: `${PASSWORD} ${n}` } })
      t.equal(statusCode, n === winner ? 200 : 401)
    }
  })

  await t.test('works for fourteen days, and not after a newer one was sent', async (t) => {
    const { id } = await add('late@police.example')
    const { secret } = await newestMail(home)
    world.advance(14 * 86400 - 60)
    t.equal((await readLink(db, world, secret)).purpose, 'invitation')
    world.advance(120)
    t.equal(await refusalOf(readLink(db, world, secret)), 'link-not-valid')
    t.equal(await refusalOf(takeLink(db, world, secret, PASSWORD, 60)), 'link-not-valid')
    const invite = async () => await app.inject({ method: 'POST', url: `/api/v1/people/${String(id)}/invite`, headers: clerk.bearer })
    t.same((await invite()).json(), { sent: 'invitation' })
    const second = (await newestMail(home)).secret
    await invite()
    t.equal(await refusalOf(readLink(db, world, second)), 'link-not-valid')
    t.equal((await readLink(db, world, (await newestMail(home)).secret)).email, 'late@police.example')
  })

  await t.test('ends with the account', async (t) => {
    const { id } = await add('gone@police.example')
    const { secret } = await newestMail(home)
    const post = async (what: string) => await app.inject({ method: 'POST', url: `/api/v1/people/${String(id)}/${what}`, headers: clerk.bearer })
    t.equal((await post('deactivate')).json().state, 'deactivated')
    t.equal(await refusalOf(takeLink(db, world, secret, PASSWORD, 60)), 'link-not-valid')
    t.equal((await post('invite')).json().type, '/problems/account-deactivated')
    t.equal((await post('reactivate')).json().state, 'invited')
  })

  await t.test('three thousand people are added and invited in one unit of work, in seconds', async (t) => {
    const people = Array.from({ length: 3000 }, (_, n) => ({
      name: `Officer ${n}`, email: `officer${n}@police.example`, country: 'MY', agency: null, rank: null, locale: n % 2 === 0 ? 'en' : 'ar', roles: [{ role: 'trainee' as const }]
    }))
    const start = performance.now()
    await db.write(async (tx) => {
      const made = await createPeople(tx, world, clerk.personId, people)
      await inviteAccounts(tx, world, settings, messages, made.map(({ accountId }) => accountId))
    })
    t.ok(performance.now() - start < 10_000)
    const found = await db.read.selectFrom('mail').select((select) => select.fn.countAll<number>().as('count')).where('to_email', 'like', 'officer%').executeTakeFirstOrThrow()
    t.equal(found.count, 3000)
  })
})

t.test('a new password', async (t) => {
  const home = await testApp(t)
  const { app, db, world } = home
  const amina = await home.somebody('Amina Yusuf', [{ role: 'trainee' }])
  const forgot = async (email: string) => await app.inject({ method: 'POST', url: '/api/v1/forgot', payload: { email } })
  const mailCount = async () => (await listMails(db, { limit: 200 })).items.length

  await t.test('is asked for with one answer, taking one time, whether there is an account or not', async (t) => {
    const timed = async (email: string) => {
      const start = performance.now()
      const { statusCode, body } = await forgot(email)
      return { statusCode, body, slow: performance.now() - start >= 190 }
    }
    t.same(await timed(amina.email), await timed('nobody@test.example'))
    t.equal(await mailCount(), 1)
    const browser = openBrowser(app)
    await browser.get('/forgot')
    const answers = []
    for (const email of [amina.email, 'nobody@test.example']) answers.push((await browser.post('/forgot', { email })).location)
    t.same(answers, ['/forgot?sent=1', '/forgot?sent=1'])
    t.match((await browser.get('/forgot?sent=1')).body, 'Look in your mailbox.')
    t.equal((await browser.post('/forgot', { email: 'not an address' })).status, 422)
  })

  await t.test('sends three links in a quarter of an hour at most, and says nothing of it', async (t) => {
    for (let n = 0; n < 3; n++) t.equal((await forgot(amina.email)).statusCode, 202)
    t.equal(await mailCount(), 3)
    world.advance(16 * 60)
    await forgot(amina.email)
    t.equal(await mailCount(), 4)
  })

  await t.test('works for an hour', async (t) => {
    const { secret, subject } = await newestMail(home)
    t.equal(subject, 'A new password for Test programme')
    t.equal((await readLink(db, world, secret)).purpose, 'reset')
    world.advance(61 * 60)
    t.equal(await refusalOf(readLink(db, world, secret)), 'link-not-valid')
  })

  await t.test('ends every session that was open, opens one, and forgives the failures before it', async (t) => {
    for (let n = 0; n < 10; n++) await app.inject({ method: 'POST', url: '/api/v1/sign-in', payload: { email: amina.email, password: 'guess' } })
    await forgot(amina.email)
    const { secret } = await newestMail(home)
    t.equal((await app.inject({ url: '/api/v1/me', headers: amina.bearer })).statusCode, 200)
    const taken = await app.inject({ method: 'POST', url: `/api/v1/links/${secret}`, payload: { password: PASSWORD } })
    t.equal(taken.statusCode, 200)
    t.equal((await app.inject({ url: '/api/v1/me', headers: amina.bearer })).statusCode, 401)
    t.equal((await app.inject({ url: '/api/v1/me', headers: { authorization: `Bearer ${String(taken.json().token)}` } })).statusCode, 200)
    t.equal((await app.inject({ method: 'POST', url: '/api/v1/sign-in', payload: { email: amina.email, password: PASSWORD } })).statusCode, 200)
  })

  await t.test('a link that was made up is refused like one that was used', async (t) => {
    const answer = await app.inject({ method: 'POST', url: '/api/v1/links/made-up', payload: { password: PASSWORD } })
    t.equal(answer.statusCode, 410)
    t.equal(answer.json().type, '/problems/link-not-valid')
    const weak = await app.inject({ method: 'POST', url: '/api/v1/links/made-up', payload: { password: 'short' } })
    t.equal(weak.statusCode, 422)
    t.equal(weak.json().problems[0].path, 'password')
  })
})

t.test('the first set-up', async (t) => {
  const home = await testApp(t)
  const { app, db, world } = home
  const first = await startSetUp(db, world) as string
  const path = await startSetUp(db, world) as string

  await t.test('goes by the newest link alone', async (t) => {
    const browser = openBrowser(app)
    t.equal((await browser.get(first)).status, 410)
    t.equal((await browser.get(path)).status, 200)
    const faulty = await browser.post(path, { name: ' ', email: 'no', password: 'short', again: 'short' })
    t.equal(faulty.status, 422)
    for (const field of ['name', 'email', 'password']) t.match(faulty.body, `href="#${field}"`)
  })

  await t.test('an account link does not open it, nor it an account', async (t) => {
    t.equal(await refusalOf(takeLink(db, world, path.slice('/set-up/'.length), PASSWORD, 60)), 'link-not-valid')
    t.equal((await openBrowser(app).get('/set-up/made-up')).status, 410)
  })

  await t.test('makes one administrator, however many try together, and never another', async (t) => {
    const secret = path.slice('/set-up/'.length)
    const results = await Promise.allSettled([1, 2, 3].map(async (n) =>
      await finishSetUp(db, world, secret, { name: `Admin ${n}`, email: `admin${n}@test.example`, password: PASSWORD, locale: 'en' }, 3600)))
    t.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
    const browser = openBrowser(app)
    t.equal((await browser.get(path)).status, 409)
    t.equal(await startSetUp(db, world), null)
    const again = await app.inject({ method: 'POST', url: `/api/v1${path}`, payload: { name: 'Late', email: 'late@test.example', password: PASSWORD } })
    t.equal(again.json().type, '/problems/already-set-up')
  })

  await t.test('through the page, signs the administrator in', async (t) => {
    const fresh = await testApp(t)
    const browser = openBrowser(fresh.app)
    const link = await startSetUp(fresh.db, fresh.world) as string
    await browser.get(link)
    const done = await browser.post(link, { name: 'Wei Chen', email: 'Wei@Test.example', password: PASSWORD, again: PASSWORD })
    t.equal(done.location, '/')
    const people = await browser.get('/desk/people')
    t.equal(people.status, 200)
    t.match(people.body, 'wei@test.example')
  })
})
