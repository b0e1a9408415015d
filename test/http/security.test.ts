import { gunzipSync } from 'node:zlib'
import t from 'tap'
import { loadMessages } from '../../server/http/messages.ts'
import { createShell } from '../../server/http/shell.ts'
import { realWorld } from '../../server/world.ts'
import { SECRET, testApp } from '../app.ts'
import { openBrowser } from '../browser.ts'

const shell = async (secure = false) => await createShell({
  prefix: '',
  secret: SECRET,
  secure,
  trustProxy: false,
  logger: false,
  world: realWorld,
  messages: loadMessages(new URL('../../templates/locales', import.meta.url).pathname),
  templates: new URL('../../templates', import.meta.url),
  programme: 'Test programme',
  timeZone: 'UTC',
  nav: [],
  load: null,
  loadPerson: async () => null
})

t.test('a route that does not say who may use it stops the server at start', async (t) => {
  const app = await shell()
  t.throws(() => app.get('/forgotten', async () => 'open to all'), /GET \/forgotten does not declare who may use it/)
  t.throws(() => app.post('/forgotten', { config: {} }, async () => 'open to all'), /POST \/forgotten/)
  await app.close()
  const inPlugin = await shell()
  void inPlugin.register(async (scope) => { scope.get('/forgotten', async () => 'open to all') })
  await t.rejects(async () => await inPlugin.ready(), /does not declare who may use it/)
})

t.test('over https, browsers are told to stay there', async (t) => {
  const app = await shell(true)
  t.match((await app.inject('/nowhere')).headers, { 'strict-transport-security': /max-age=31536000/ })
  await app.close()
})

t.test('a page is compressed for whoever takes that, with its form\'s token apart, unless it repeats what its address asks for', async (t) => {
  const app = await shell()
  let lesson = ''
  app.get('/lesson', { config: { access: 'public' } }, async (request, reply) => reply.status('late' in (request.query as object) ? 422 : 200).page('progress/lesson', {
    title: 'Ümlaut', main: 'reading', html: lesson, lessonTitle: 'L', finishHref: '/done', courseTitle: 'C', moduleTitle: 'M'
  }))
  const get = async (url: string, headers: Record<string, string>) => await app.inject({ url, headers })
  const plain = async (cookie: string): Promise<string> => (await get('/lesson', { cookie })).body
  const token = /name="_csrf" value="([^"]+)"/
  const first = await get('/lesson', { 'accept-encoding': 'gzip' })
  const cookie = first.cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
  for (const length of [10, 5000, 300_000]) {
    lesson = Array.from({ length: Math.ceil(length / 30) }, (_, index) => `<p>What an officer sees: ${index}</p>`).join('')
    const { headers, rawPayload } = await get('/lesson', { cookie, 'accept-encoding': 'gzip, br' })
    t.match(headers, { 'content-encoding': 'gzip', vary: 'accept-encoding', 'content-length': String(rawPayload.length) })
    const html = gunzipSync(rawPayload).toString()
    t.equal(html.replace(token, ''), (await plain(cookie)).replace(token, ''), `${length} characters`)
    t.ok(length < 1000 || rawPayload.length < html.length / 2.5, `${html.length} characters in ${rawPayload.length} bytes`)
    const sent = token.exec(html)?.[1] ?? ''
    t.ok(rawPayload.includes(sent), 'the token stands in it as it is')
  }
  for (const [url, headers] of [['/lesson', { cookie }], ['/lesson?q=what', { cookie, 'accept-encoding': 'gzip' }], ['/lesson?late', { cookie, 'accept-encoding': 'gzip' }]] as const) {
    t.equal((await get(url, headers)).headers['content-encoding'], undefined, url)
  }
  await app.close()
})

t.test('the product', async (t) => {
  const { app, somebody } = await testApp(t)
  const clerk = await somebody('Clara Clerk', [{ role: 'administrator' }])
  const trainee = await somebody('Tariq Trainee', [{ role: 'trainee' }], { country: 'MY' })

  await t.test('sends its headers with pages, the API and errors', async (t) => {
    for (const url of ['/sign-in', '/nowhere', '/api/v1/me', '/desk/people']) {
      const { headers } = await app.inject({ url, headers: { authorization: 'Bearer nonsense' } })
      t.match(headers['content-security-policy'], /default-src 'none';script-src 'self';style-src 'self'/, url)
      t.match(headers['content-security-policy'], /frame-ancestors 'none'/)
      t.notMatch(headers['content-security-policy'], /unsafe/)
      t.equal(headers['x-content-type-options'], 'nosniff')
      t.equal(headers['referrer-policy'], 'same-origin')
      t.notOk(headers['strict-transport-security'], 'not over http')
      t.notOk(headers['x-powered-by'])
    }
  })

  await t.test('a page\'s form needs the token of this browser and this session', async (t) => {
    const browser = openBrowser(app)
    browser.cookies.set('muster', clerk.token)
    await browser.get(`/desk/people/${trainee.personId}`)
    const path = `/desk/people/${trainee.personId}/roles`
    for (const [token, why] of [['', 'none'], ['made-up', 'made up'], [`${browser.token()}x`, 'altered']] as const) {
      t.equal((await browser.post(path, { role: 'instructor', _csrf: token })).status, 403, why)
    }
    const own = browser.token()
    const other = openBrowser(app)
    other.cookies.set('muster', trainee.token)
    await other.get('/desk/people')
    const stranger = openBrowser(app)
    await stranger.get('/sign-in')
    t.equal((await browser.post(path, { role: 'instructor', _csrf: stranger.token() })).status, 403, 'another browser\'s')
    const before = (await app.inject({ url: `/api/v1/people/${trainee.personId}`, headers: clerk.bearer })).json()
    t.same(before.roles, [{ role: 'trainee' }], 'nothing was done')
    t.equal((await browser.post(path, { role: 'instructor', _csrf: own })).status, 303)
  })

  await t.test('so do sign-in and sign-out', async (t) => {
    const browser = openBrowser(app)
    t.equal((await browser.post('/sign-in', { email: clerk.email, password: 'x', _csrf: '' })).status, 403)
    browser.cookies.set('muster', clerk.token)
    t.equal((await browser.post('/sign-out', { _csrf: '' })).status, 403)
    t.equal((await app.inject({ url: '/api/v1/me', headers: clerk.bearer })).statusCode, 200)
  })

  await t.test('the API by cookie needs it too, in a header; by token it needs none', async (t) => {
    const browser = openBrowser(app)
    browser.cookies.set('muster', clerk.token)
    await browser.get('/desk/people/new')
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const patch = async (headers: Record<string, string>) => (await app.inject({ method: 'PATCH', url: '/api/v1/me', headers, payload: { locale: 'en' } })).statusCode
    t.equal(await patch({ cookie }), 403)
    t.equal(await patch({ cookie, 'x-csrf-token': 'made-up' }), 403)
    t.equal(await patch({ cookie, 'x-csrf-token': browser.token() }), 200)
    t.equal(await patch({ ...clerk.bearer }), 200)
    t.equal((await app.inject({ url: '/api/v1/me', headers: { cookie } })).statusCode, 200, 'reading needs none')
  })

  await t.test('a forged, foreign or unsigned token is nobody', async (t) => {
    const [head, body] = clerk.token.split('.') as [string, string]
    const unsigned = `${Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')}.${body}.`
    for (const token of [`${head}.${body}.${'A'.repeat(43)}`, unsigned, 'x', '']) {
      t.equal((await app.inject({ url: '/api/v1/me', headers: { authorization: `Bearer ${token}` } })).statusCode, 401)
    }
  })

  await t.test('says no as a problem to programs and as a page to people', async (t) => {
    const api = await app.inject({ url: '/api/v1/people', headers: trainee.bearer })
    t.equal(api.headers['content-type'], 'application/problem+json; charset=utf-8')
    t.match(api.json(), { type: '/problems/not-allowed', title: 'Not open to you', status: 403 })
    const page = await app.inject({ url: '/desk/people', headers: trainee.bearer })
    t.match(page.headers['content-type'], 'text/html')
    t.match(page.body, 'Not open to you')
    t.equal((await app.inject({ method: 'POST', url: '/api/v1/sign-in', headers: { 'content-type': 'application/json' }, payload: '{' })).statusCode, 400)
    // What a schema refuses is the validator's to programs, and said in a page's own language.
    const cookie = 'muster-language=ar'
    const refused = await app.inject({ url: '/desk/people?role=king', headers: { ...clerk.bearer, cookie } })
    t.match(refused, { statusCode: 422, body: /<bdi>الدور<\/bdi>: ليس من الخيارات/ })
    t.notMatch(refused.body, /must be/)
    t.match((await app.inject({ url: '/api/v1/people?limit=many', headers: { ...clerk.bearer, cookie } })).json(), { status: 422, problems: [{ path: 'limit', message: 'must be integer' }] })
  })
})
