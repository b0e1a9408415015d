import cookie from '@fastify/cookie'
import formbody from '@fastify/formbody'
import helmet from '@fastify/helmet'
import jwt from '@fastify/jwt'
import Fastify, { type FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { muster } from '../server/plugin.ts'

const SECRET = 'a secret that only the tests know, long enough'

/** Somebody's own server, with the same plugins that Muster uses, its own hooks, errors and bodies. */
async function host (t: Test, mounts: readonly string[]): Promise<FastifyInstance> {
  const app = Fastify()
  await app.register(cookie)
  await app.register(formbody)
  await app.register(helmet, { contentSecurityPolicy: false })
  await app.register(jwt, { secret: 'the secret of the host itself' })
  app.decorateReply('page', function () { return this.send('the host has a page of its own') })
  app.addHook('onRequest', async (_, reply) => { void reply.header('x-host', 'yes') })
  app.setErrorHandler(async (error: Error, _, reply) => await reply.status(500).send({ host: error.message }))
  app.setNotFoundHandler(async (_, reply) => await reply.status(404).type('text/plain').send('the host knows no such page'))
  app.get('/', async () => 'home of the host')
  app.get('/throws', async () => { throw new Error('of the host') })
  app.post('/echo', async (request) => request.body)
  for (const prefix of mounts) {
    await app.register(muster, { prefix, secret: SECRET, databaseUrl: `sqlite:${t.testdir()}/${prefix.slice(1)}.db`, programme: `Programme ${prefix}`, publicUrl: 'http://host.example' })
  }
  t.teardown(async () => { await app.close() })
  await app.ready()
  return app
}

const asked = [
  { method: 'GET', url: '/' }, { method: 'GET', url: '/nothing' }, { method: 'GET', url: '/trainingcamp' }, { method: 'GET', url: '/throws' }, { method: 'GET', url: '/health' },
  { method: 'POST', url: '/echo', headers: { 'content-type': 'application/json' }, payload: '{"a":1}' },
  { method: 'POST', url: '/echo', headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload: 'a=1' },
  { method: 'POST', url: '/echo', headers: { 'content-type': 'text/csv' }, payload: 'a,b' }
] as const

async function answers (app: FastifyInstance): Promise<object[]> {
  return await Promise.all(asked.map(async (request) => {
    const { statusCode, headers, body } = await app.inject(request)
    const { date, ...rest } = headers
    return { request: `${request.method} ${request.url}`, statusCode, headers: rest, body, date: typeof date }
  }))
}

t.test("mounted under a prefix, it leaves the host's routes, errors, 404 page, bodies and headers as they were", async (t) => {
  const before = await answers(await host(t, []))
  const after = await answers(await host(t, ['/training']))
  t.same(after, before)
})

t.test('everything under the prefix is its own, addresses included', async (t) => {
  const app = await host(t, ['/training'])
  const signIn = await app.inject('/training/sign-in')
  t.equal(signIn.statusCode, 200)
  t.match(signIn.headers['content-security-policy'], /default-src 'none'/)
  t.notOk('x-host' in signIn.headers, "the host's headers do not mix in")
  const addresses = [...signIn.body.matchAll(/(?:href|action|src)="([^"#]+)/g)].map((found) => found[1] ?? '')
  t.ok(addresses.length > 3)
  t.same(addresses.filter((address) => !address.startsWith('/training')), [])
  const style = addresses.find((address) => address.includes('/assets/')) ?? ''
  t.equal((await app.inject(style)).statusCode, 200)
  t.match((await app.inject('/training/health')).json(), { state: 'up' })
  t.match((await app.inject('/training/ready')).json(), { state: 'ready' })
  t.match((await app.inject('/training/nothing')).body, /Nothing here/)
  t.match((await app.inject('/training/api/v1/nothing')).json(), { type: '/training/problems/not-found', status: 404 })
  t.match((await app.inject('/training')).headers.location, '/training/sign-in')
  t.match((await app.inject('/training/api/v1/openapi.json')).json(), { openapi: '3.1.0' })
})

t.test('bodies reach it unread, and cookies keep to the prefix', async (t) => {
  const app = await host(t, ['/training'])
  const page = await app.inject('/training/sign-in')
  const csrf = /name="_csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? ''
  t.ok(page.cookies.length > 0)
  t.ok(page.cookies.every(({ path }) => path === '/training'))
  const wrong = await app.inject({
    method: 'POST',
    url: '/training/sign-in',
    cookies: Object.fromEntries(page.cookies.map(({ name, value }) => [name, value])),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams({ email: 'nobody@test.example', password: 'not a password', _csrf: csrf }).toString()
  })
  t.equal(wrong.statusCode, 401)
  t.match(wrong.body, /E-mail and password/)
  const api = await app.inject({ method: 'POST', url: '/training/api/v1/sign-in', payload: { email: 'nobody@test.example', password: 'not a password' } })
  t.match([api.statusCode, api.json()], [401, { type: '/training/problems/sign-in-failed' }])
})

t.test('two of them live in one process and share nothing', async (t) => {
  const app = await host(t, ['/one', '/two'])
  t.match((await app.inject('/one/sign-in')).body, /Programme \/one/)
  t.match((await app.inject('/two/sign-in')).body, /Programme \/two/)
  t.notMatch((await app.inject('/two/sign-in')).body, /"\/one/)
})

t.test('over a real socket: keep-alive, HEAD, and the host closes it all', async (t) => {
  const app = await host(t, ['/training'])
  const address = await app.listen({ port: 0, host: '127.0.0.1' })
  t.equal((await fetch(`${address}/training/sign-in`)).status, 200)
  t.equal((await fetch(`${address}/training/sign-in`, { method: 'HEAD' })).status, 200)
  const large = await fetch(`${address}/training/api/v1/sign-in`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ email: 'x'.repeat(3_000_000) }) })
  t.equal(large.status, 413)
  await app.close()
  await t.rejects(fetch(`${address}/training/sign-in`))
})

t.test('wrong options stop it at start with a clear word', async (t) => {
  const app = Fastify()
  t.teardown(async () => { await app.close() })
  await t.rejects(async () => { await app.register(muster, { prefix: '/training', secret: 'short' }) }, { message: /secret must be at least 32 characters/ })
})
