import { globSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, normalize } from 'node:path'
import { IntlMessageFormat } from 'intl-messageformat'
import t from 'tap'
import { filesOf, TOGETHER } from './together/together.ts'

/** Features may use those before them, never those after. */
const ORDER = ['people', 'courses', 'cohorts', 'quotas', 'certificates', 'progress', 'attempts', 'reports', 'privacy']
/** What everybody may speak of. */
const VOCABULARY = new Set(['server/person.ts', 'server/refusals.ts', 'server/world.ts', 'server/deps.ts', 'server/recent.ts', 'server/cursor.ts'])
const files = globSync('server/**/*.ts').map((file) => file.replaceAll('\\', '/')).sort()

interface Import { readonly from: string, readonly to: string, readonly typeOnly: boolean }

const imports = files.flatMap((from) => [...readFileSync(from, 'utf8').matchAll(/^(?:import|export) (type )?[^'"\n]*(?:\n[^'";]*?)?from '([^']+)'/gm)].map((found): Import => ({
  from,
  to: found[2]?.startsWith('.') === true ? normalize(join(dirname(from), found[2])).replaceAll('\\', '/') : found[2] ?? '',
  typeOnly: found[1] !== undefined
})))

const roomOf = (file: string): string => file.split('/').length > 2 ? file.split('/')[1] ?? '' : ''
const broken = (rule: (edge: Import) => boolean): string[] => imports.filter(rule).map(({ from, to }) => `${from} → ${to}`)

t.test('the engine imports itself and the schema library, nothing else', async (t) => {
  t.ok(imports.some(({ from }) => roomOf(from) === 'quiz'))
  t.same(broken(({ from, to }) => roomOf(from) === 'quiz' && roomOf(to) !== 'quiz' && !/^typebox(\/|$)/.test(to)), [])
})

t.test('a feature uses the features before it, and never one after', async (t) => {
  t.same(broken(({ from, to }) => ORDER.includes(roomOf(from)) && ORDER.includes(roomOf(to)) && ORDER.indexOf(roomOf(to)) > ORDER.indexOf(roomOf(from))), [])
})

t.test("a feature's own files never see Fastify or the shell; routes and views may", async (t) => {
  const own = (file: string): boolean => [...ORDER, 'audit'].includes(roomOf(file)) && !/\/(routes|views|[a-z-]+-(view|views|routes))\.ts$/.test(file)
  t.same(broken(({ from, to, typeOnly }) => own(from) && (/^(fastify|@fastify\/)/.test(to) || (roomOf(to) === 'http' && !typeOnly))), [])
})

t.test('routes use no queries and no SQL', async (t) => {
  t.same(broken(({ from, to }) => /routes\.ts$/.test(from) && (/\/queries\.ts$/.test(to) || to === 'kysely')), [])
})

t.test('only queries, the database room and the migrations build SQL', async (t) => {
  t.same(broken(({ from, to }) => to === 'kysely' && roomOf(from) !== 'db' && !from.endsWith('/queries.ts')), [])
  const builders = files.filter((file) => roomOf(file) !== 'db' && !file.endsWith('/queries.ts') && /\.(selectFrom|insertInto|updateTable|deleteFrom)\(/.test(readFileSync(file, 'utf8')))
  t.same(builders, [])
})

t.test('the shell and the database know no feature', async (t) => {
  t.same(broken(({ from, to }) => ['http', 'db'].includes(roomOf(from)) && ORDER.includes(roomOf(to))), [])
})

t.test('only those who put it together see app and config', async (t) => {
  const together = new Set(['server/main.ts', 'server/serve.ts', 'server/plugin.ts', 'server/app.ts'])
  t.same(broken(({ from, to }) => (to === 'server/app.ts' || to === 'server/config.ts') && !together.has(from)), [])
  const code = (file: string): string => readFileSync(file, 'utf8').replace(/^\s*(\*|\/\/).*$/gm, '')
  t.same(files.filter((file) => code(file).includes('process.env')), ['server/config.ts'])
})

t.test('nobody imports in a circle', async (t) => {
  const graph = new Map(files.map((file) => [file, imports.filter(({ from, typeOnly }) => from === file && !typeOnly).map(({ to }) => to)]))
  const done = new Set<string>()
  const circles: string[] = []
  function visit (file: string, path: readonly string[]): void {
    if (path.includes(file)) { circles.push([...path.slice(path.indexOf(file)), file].join(' → ')); return }
    if (done.has(file)) return
    for (const to of graph.get(file) ?? []) visit(to, [...path, file])
    done.add(file)
  }
  for (const file of files) visit(file, [])
  t.same(circles, [])
})

t.test('there is no room for odds and ends', async (t) => {
  t.same(files.filter((file) => /\/(utils?|helpers?|common|services?|misc|lib)(\/|\.ts)/.test(file)), [])
  t.same(files.filter((file) => file.endsWith('/index.ts') && !file.endsWith('quiz/kinds/index.ts')), [])
  t.ok(VOCABULARY.size > 0 && [...VOCABULARY].every((file) => files.includes(file)))
})

t.test('every address on a page comes from the one helper', async (t) => {
  const pages = globSync('templates/**/*.hbs')
  t.ok(pages.length > 10)
  t.same(pages.filter((page) => /(href|action|src)="\//.test(readFileSync(page, 'utf8'))), [])
  t.same(pages.filter((page) => /\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+=/.test(readFileSync(page, 'utf8'))), [], 'the content security policy takes nothing inline')
  t.same(pages.filter((page) => (readFileSync(page, 'utf8').match(/method="post"/g) ?? []).length > (readFileSync(page, 'utf8').match(/\{\{csrf\}\}/g) ?? []).length && !page.endsWith('languages.hbs')), [], 'every form that posts carries its token')
})

t.test('every message of the English catalogue is there in every other language, and no other', async (t) => {
  const keysOf = (language: string): string[] => readdirSync(`templates/locales/${language}`).flatMap((file) => Object.keys(JSON.parse(readFileSync(`templates/locales/${language}/${file}`, 'utf8')) as object)).sort()
  const english = keysOf('en')
  for (const language of readdirSync('templates/locales').filter((name) => name !== 'en')) {
    const keys = new Set(keysOf(language))
    t.same(english.filter((key) => !keys.has(key)), [], `${language} lacks nothing`)
    t.same([...keys].filter((key) => !english.includes(key)), [], `${language} has nothing over`)
  }
})

t.test('every message is an ICU message', async (t) => {
  for (const file of globSync('templates/locales/*/*.json')) {
    for (const [key, text] of Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>)) {
      try {
        new IntlMessageFormat(text, 'en', undefined, { ignoreTag: true })
      } catch (error) {
        t.fail(`${file}: '${key}': ${String(error)}`)
      }
    }
  }
})

t.test('every message that the code or a template asks for by name is in the catalogue', async (t) => {
  const english = new Set(readdirSync('templates/locales/en').flatMap((file) => Object.keys(JSON.parse(readFileSync(`templates/locales/en/${file}`, 'utf8')) as object)))
  const asked = [
    ...globSync('templates/**/*.hbs').flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/[{(]t '([^']+)'/g)].map((found) => [file, found[1]] as const)),
    ...files.flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/\bt\('([a-z-]+\.[^']+)'/g)].map((found) => [file, found[1]] as const))
  ]
  t.ok(asked.length > 100)
  t.same(asked.filter(([, key]) => key !== undefined && !english.has(key)).map(([file, key]) => `${file}: ${key}`), [])
})

t.test('every test is run: each file in a folder is one of those that share a process', async (t) => {
  const shared = Object.values(TOGETHER).flatMap(filesOf)
  t.same(shared.filter((file, index) => shared.indexOf(file) !== index), [], 'none is run twice')
  t.same(globSync('test/*/**/*.test.ts').map((file) => file.replaceAll('\\', '/')).filter((file) => !shared.includes(file) && !/^test\/(together|postgres)\//.test(file)), [], 'none is left out')
  t.same(globSync('test/together/*.test.ts').map((file) => basename(file, '.test.ts')).sort(), Object.keys(TOGETHER).sort())
})
