import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, globSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'

const run = promisify(execFile)

/** Somebody's own server: the plugins that Muster uses, with settings of its own, and pages of its own. */
const HOST = `
import cookie from '@fastify/cookie'
import formbody from '@fastify/formbody'
import helmet from '@fastify/helmet'
import jwt from '@fastify/jwt'
import Fastify from 'fastify'

export async function host (mount) {
  const app = Fastify()
  await app.register(cookie)
  await app.register(formbody)
  await app.register(helmet, { contentSecurityPolicy: false })
  await app.register(jwt, { secret: 'the secret of the host itself' })
  app.addHook('onSend', async (_, reply) => { reply.header('x-host', 'yes') })
  app.setNotFoundHandler(async (_, reply) => reply.status(404).type('text/plain').send('the host knows no such page'))
  app.setErrorHandler(async (error, _, reply) => reply.status(500).send({ host: error.message }))
  app.get('/', async (_, reply) => reply.setCookie('host', 'its own', { path: '/' }).send('home of the host'))
  app.get('/throws', async () => { throw new Error('of the host') })
  app.post('/echo', async (request) => request.body)
  await mount(app)
  return await app.listen({ host: '127.0.0.1', port: 0 })
}
`
const START = `
import { muster } from 'muster'
import { host } from './host.js'
const alone = await host(async () => {})
let setUp = ''
const mounted = await host(async (app) => {
  await app.register(muster, { prefix: '/training', secret: 'a secret of the host, long enough for anybody', databaseUrl: 'sqlite:muster.db', publicUrl: 'https://host.example', programme: 'Host programme', courses: true, onSetUp: (address) => { setUp = address } })
})
console.log(JSON.stringify({ alone, mounted, setUp }))
`
const TYPED = `
import Fastify from 'fastify'
import { muster, type MusterOptions } from 'muster'
import { drawPaper, exportGift, exportQti, importMoodleXml, importQtiPackage, scoreQtiItem, type FormatProblem, type Imported, type PackageFiles, type QtiScore, type QuizDefinition } from 'muster/quiz'
const options: MusterOptions & { prefix: string } = { prefix: '/training', secret: 'x'.repeat(32), courses: true }
const app = Fastify({ logger: true })
await app.register(muster, options)
app.get('/', { config: {} }, async (request) => request.url)
// @ts-expect-error -- a secret is required
await app.register(muster, { prefix: '/training' })
export const read = (xml: string): Imported => importMoodleXml(xml, { topic: 'fraud' })
export const unsaid = (imported: Imported): readonly FormatProblem[] => exportGift(imported.questions).problems
export const packed = (imported: Imported): PackageFiles => exportQti(importQtiPackage(exportQti(imported.questions).files).questions, { version: '2.2' }).files
export const scored = (xml: string): QtiScore => scoreQtiItem(xml, { RESPONSE: ['a', 'b'] }, { seed: 1 })
export const draw: (quiz: QuizDefinition) => unknown = (quiz) => drawPaper(quiz, [], 'seed')
`
/** Loads one entry and prints what came with it. */
const LOADED = `
import { registerHooks } from 'node:module'
const loaded = new Set()
registerHooks({ load: (url, context, next) => { loaded.add(url); return next(url, context) } })
const engine = await import('muster/quiz')
const { questions, problems } = engine.importGift('::Recall:: Who recalls it? {=the bank ~the court}')
const again = [engine.importMoodleXml(engine.exportMoodleXml(questions).text), engine.importAiken(engine.exportAiken(questions).text), engine.importGift(engine.exportGift(questions).text),
  engine.importQti12(engine.exportQti12(questions).text), engine.importQti12Package(engine.exportQti12Package(questions).files), ...['2.1', '2.2', '3.0'].map((version) => engine.importQtiPackage(engine.exportQti(questions, { version }).files)),
  engine.importSheet(engine.exportSheet(questions).rows.map((cells, index) => ({ line: index + 1, cells: cells.map(String) })))]
console.log(JSON.stringify({ loaded: [...loaded], exported: Object.keys(engine), problems, read: again.map(({ questions }) => questions.map(({ definition }) => definition)) }))
`
// With `skipLibCheck: false` it passes too, after half a minute of checking other people's declarations.
const CONSUMER_TSCONFIG = {
  compilerOptions: { target: 'es2024', module: 'nodenext', strict: true, exactOptionalPropertyTypes: true, noEmit: true, skipLibCheck: true, types: ['node'] }, files: ['typed.ts']
}

/** An empty project with the tarball in it. It lies inside the repository, so that what the package depends on is found there. */
async function install (t: Test): Promise<{ readonly folder: string, readonly packed: string }> {
  const folder = t.testdir({
    'package.json': JSON.stringify({ name: 'somebody', private: true, type: 'module' }),
    'host.js': HOST,
    'start.js': START,
    'typed.ts': TYPED,
    'loaded.js': LOADED,
    'tsconfig.json': JSON.stringify(CONSUMER_TSCONFIG),
    node_modules: { '.bin': {}, muster: {} }
  })
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder])
  const tarball = /"filename":\s*"([^"]+)"/.exec(stdout)?.[1] ?? ''
  const packed = `${folder}/node_modules/muster`
  await run('tar', ['-xzf', `${folder}/${tarball}`, '-C', packed, '--strip-components=1'])
  const { bin } = manifestOf(packed)
  symlinkSync(`../muster/${bin.muster}`, `${folder}/node_modules/.bin/muster`)
  return { folder, packed }
}

interface Manifest { readonly bin: { readonly muster: string }, readonly dependencies: Readonly<Record<string, string>>, readonly overrides?: object }

function manifestOf (folder: string): Manifest {
  return JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')) as Manifest
}

t.test('the package', { timeout: 240_000 }, async (t) => {
  const { folder, packed } = await install(t)
  const env = { PATH: `${folder}/node_modules/.bin:${process.env['PATH']}`, DATABASE_URL: 'sqlite:muster.db', MUSTER_PUBLIC_URL: 'https://host.example/training', NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] }
  const muster = async (command: string, more: Readonly<Record<string, string>> = {}): Promise<string> => {
    const { stdout } = await run('muster', command.split(' '), { cwd: folder, env: { ...env, ...more } })
    return stdout
  }

  await t.test('holds what is needed to run it and to read about it, and nothing else', async (t) => {
    const files = readdirSync(packed, { recursive: true, encoding: 'utf8' }).filter((file) => statSync(`${packed}/${file}`).isFile())
    for (const file of ['README.md', 'docs/authoring.md', 'dist/server/main.js', 'dist/server/plugin.d.ts', 'dist/server/quiz/quiz.js', 'dist/migrations/0001-first.js', 'dist/templates/locales/ar/http.json', 'dist/templates/static/muster.css', 'dist/templates/certificates/certificate.typ', 'dist/courses/telecom-fraud/course.yaml']) t.ok(files.includes(file), file)
    t.same(files.filter((file) => /(?<!\.d)\.ts$|(^|\/)(test|node_modules|data)\/|\.db/.test(file)), [])
    const bytes = files.reduce((sum, file) => sum + statSync(`${packed}/${file}`).size, 0)
    t.ok(bytes < 7_000_000, `${bytes} bytes`)
  })

  await t.test('names each package that its code loads among its dependencies, and asks its host for nothing', async (t) => {
    const { dependencies, overrides } = manifestOf(packed)
    const imported = globSync(`${packed}/dist/**/*.js`).flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/^(?:import|export) [^;]*?from '([^'.][^']*)'|^import '([^'.][^']*)'|\bimport\('([^'.][^']*)'\)/gm)].map((found) => found[1] ?? found[2] ?? found[3] ?? ''))
    const packages = new Set(imported.filter((name) => !name.startsWith('node:')).map((name) => name.split('/').slice(0, name.startsWith('@') ? 2 : 1).join('/')))
    t.ok(packages.size > 15 && packages.has('nodemailer'))
    t.same([...packages].filter((name) => dependencies[name] === undefined), [])
    t.equal(overrides, undefined, 'they would not reach who installs it')
  })

  await t.test('has declarations that a strict host compiles against', async (t) => {
    const { stdout } = await run('tsc', ['-p', 'tsconfig.json'], { cwd: folder }).catch((failed: { stdout: string }) => failed)
    t.equal(stdout, '')
  })

  await t.test('the quiz engine alone loads itself and the schema library', async (t) => {
    const { stdout } = await run(process.execPath, ['loaded.js'], { cwd: folder })
    const { loaded, exported, problems, read } = JSON.parse(stdout) as { loaded: string[], exported: string[], problems: unknown[], read: unknown[] }
    const outside = loaded.filter((url) => !url.includes('/node_modules/muster/dist/server/quiz/') && !url.includes('/node_modules/typebox/'))
    t.same(outside, [])
    t.ok(loaded.length > 15)
    for (const name of ['drawPaper', 'apply', 'scoreOf', 'decodeXml']) t.ok(exported.includes(name), name)
    t.same(problems, [])
    const question = [{ kind: 'choice', choices: [{ text: 'the bank', correct: true }, { text: 'the court' }] }]
    t.match(read, Array.from({ length: 9 }, () => question), 'formats read what they wrote')
  })

  await t.test('mounted in a host of its own, does the main job and leaves the host as it was', async (t) => {
    const child = spawn(process.execPath, ['start.js'], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] })
    t.teardown(async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill()
      await once(child, 'exit')
    })
    const [line] = await once(createInterface(child.stdout), 'line') as [string]
    const { alone, mounted, setUp } = JSON.parse(line) as { alone: string, mounted: string, setUp: string }

    const asked: ReadonlyArray<readonly [string, RequestInit?]> = [
      ['/'], ['/nothing'], ['/trainingcamp'], ['/throws'], ['/sign-in'], ['/health'],
      ['/echo', { method: 'POST', body: new URLSearchParams({ a: '1' }) }], ['/echo', { method: 'POST', body: '{"a":1}', headers: { 'content-type': 'application/json' } }], ['/echo', { method: 'POST', body: 'a,b', headers: { 'content-type': 'text/csv' } }]
    ]
    const answersOf = async (server: string): Promise<object[]> => await Promise.all(asked.map(async ([path, init]) => {
      const answer = await fetch(server + path, init)
      return { path, status: answer.status, headers: [...answer.headers].filter(([name]) => name !== 'date'), body: await answer.text() }
    }))
    const before = await answersOf(alone)
    t.match(before[1], { status: 404, body: 'the host knows no such page' })
    t.same(await answersOf(mounted), before)

    const page = await fetch(`${mounted}/training/sign-in`)
    t.match([page.status, page.headers.get('x-host')], [200, null])
    t.ok(page.headers.getSetCookie().length > 0)
    t.same(page.headers.getSetCookie().filter((cookie) => !/; path=\/training(;|$)/i.test(cookie)), [])
    const addresses = [...(await page.text()).matchAll(/(?:href|action|src)="([^"#]+)/g)].map((found) => found[1] ?? '')
    t.ok(addresses.length > 3)
    t.same(addresses.filter((address) => !address.startsWith('/training')), [])

    let token = ''
    const api = async (method: string, path: string, body?: unknown): Promise<any> => { // eslint-disable-line @typescript-eslint/no-explicit-any -- whatever the server says
      const answer = await fetch(`${mounted}/training/api/v1${path}`, {
        method,
        headers: { ...(token === '' ? {} : { authorization: `Bearer ${token}` }), ...(body === undefined ? {} : { 'content-type': typeof body === 'string' ? 'text/csv' : 'application/json' }) },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) })
      })
      const text = await answer.text()
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
      return text === '' ? null : JSON.parse(text)
    }
    const password = 'a password of the test'

    t.match(setUp, /^https:\/\/host\.example\/training\/set-up\//)
    const administrator = (await api('POST', setUp.replace(/^.*\/training/, ''), { name: 'Ada Admin', email: 'ada@host.example', password })).token as string
    const invitation = /\/training(\/links\/\S+)/.exec(await muster('user add tariq@host.example --name Tariq --role trainee --country ZM'))?.[1] ?? ''
    await api('POST', invitation, { password })
    token = administrator
    const day = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString()
    const cohort = await api('POST', '/cohorts', { name: 'First cohort', course: 'telecom-fraud', startsAt: day(-1), endsAt: day(30) })
    t.match(await api('POST', `/cohorts/${cohort.id}/enrolments`, 'name,email,country,agency,rank,locale\nTariq,tariq@host.example,ZM,,,en\n'), { created: 0, enrolled: 1, problems: [] })
    const quota = await api('POST', '/quotas', { name: 'Officers trained', period: { from: day(-40).slice(0, 10), to: day(40).slice(0, 10) }, scope: {}, counts: 'persons', target: 10 })
    t.equal(quota.counted, 0)

    const trainee = (await api('POST', '/sign-in', { email: 'tariq@host.example', password })).token as string
    token = trainee
    const [enrolment] = (await api('GET', '/enrolments')).items as Array<{ id: string }>
    const { modules } = await api('GET', `/enrolments/${enrolment?.id}`) as { modules: Array<{ activities: Array<{ key: string, kind: string }> }> }
    let finished: { percent?: number, passed?: boolean, certificateSerial?: string } = {}
    for (const { key, kind } of modules.flatMap(({ activities }) => activities)) {
      if (kind === 'lesson') {
        await api('POST', `/enrolments/${enrolment?.id}/lessons/${key}/done`)
        continue
      }
      const attempt = await api('POST', `/enrolments/${enrolment?.id}/quizzes/${key}/attempts`)
      token = administrator
      const { answers } = await api('GET', `/attempts/${attempt.id}/key`)
      token = trainee
      await api('PUT', `/attempts/${attempt.id}/answers`, { answers })
      finished = await api('POST', `/attempts/${attempt.id}/finish`)
      t.match(finished, { state: 'graded', percent: 100, passed: true }, key)
    }
    const serial = finished.certificateSerial ?? ''

    const sheet = await fetch(`${mounted}/training/certificates/${serial}`)
    t.match([sheet.status, await sheet.text()], [200, /Tariq/])
    const pdf = await fetch(`${mounted}/training/certificates/${serial}.pdf`)
    t.match([pdf.status, pdf.headers.get('content-type')], [200, 'application/pdf'])
    const bytes = Buffer.from(await pdf.arrayBuffer())
    t.equal(bytes.subarray(0, 5).toString(), '%PDF-')
    t.ok(bytes.includes(`https://host.example/training/certificates/${serial}`))
    token = administrator
    t.equal((await api('GET', `/quotas/${quota.id}`)).counted, 1)
    t.match(await muster('verify'), /agrees {3}Officers trained: ledger 1, recounted 1\nagrees {3}certificates: 1, and 0 documents [^\n]*\nagrees {3}audit chain/)
    t.same(await answersOf(mounted), before)

    child.kill()
    await once(child, 'exit')
    t.ok(existsSync(`${folder}/muster.db`))
  })

  await t.test('its command serves from what the package holds', async (t) => {
    t.match(await muster('verify', { DATABASE_URL: 'sqlite:empty.db' }).catch((failed: { stderr: string }) => failed.stderr), /^empty\.db: there is no such file/)
    t.match(await muster('import node_modules/muster/dist/courses'), /telecom-fraud: unchanged, version 1/)
    const child = spawn('muster', ['serve'], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'], env: { ...env, PORT: '0', LOG_LEVEL: 'error' } })
    const [line] = await once(createInterface(child.stdout), 'line') as [string]
    const address = /on (http:\S+)/.exec(line)?.[1] ?? ''
    t.match(await (await fetch(`${address}/ready`)).json(), { state: 'ready' })
    t.match(await (await fetch(`${address}/sign-in`)).text(), /Muster training programme/)
    child.kill()
    t.same(await once(child, 'exit'), [0, null])
  })
})
