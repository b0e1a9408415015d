import { setImmediate as turn } from 'node:timers/promises'
import Sqlite from 'better-sqlite3'
import type { FastifyInstance } from 'fastify'
import { buildApp } from '../server/app.ts'
import { migrate } from '../server/db/migrate.ts'
import { openDatabase } from '../server/db/open.ts'
import { insertAccount, insertPerson, insertRole, insertSession } from '../server/people/queries.ts'
import { keepOutcomes } from '../server/quotas/pipeline/pipeline.ts'
import { createQuota } from '../server/quotas/quotas.ts'
import { realWorld } from '../server/world.ts'
import { atMost, tableOf, type Bench, type Scenario } from './bench.ts'
import { tokenOf } from './programme.ts'
import { SECRET } from './server.ts'
import { median } from './timing.ts'

export const scenario: Scenario = {
  title: 'Targets at 1,000,000 certificates',
  mostMinutes: 15,
  run: async (bench) => {
    const { certificates, fillSeconds, took } = await benchQuotas(bench)
    const page = took['the page of the whole year']
    const country = took['the page of one country']
    return {
      figures: { certificates, fillSeconds, took },
      table: tableOf(['asked for', 'first ms', 'ms', 'slowest ms', 'of processor time', 'KB'], Object.entries(took).map(([name, { first, median, slowest, processorMilliseconds, kilobytes }]) => [name, first, median, slowest, processorMilliseconds, kilobytes])),
      targets: bench.quick || page === undefined || country === undefined ? [] : [
        atMost('the page of a target at 1,000,000 certificates', 100, page.median, (value) => `${value} ms`),
        atMost('the page of a country at 50,000 of them', 100, country.median, (value) => `${value} ms`)
      ]
    }
  }
}

interface Took {
  readonly first: number
  readonly median: number
  readonly slowest: number
  /** Of all threads, the least of a few: what others at work on the machine lengthen less. */
  readonly processorMilliseconds: number
  readonly kilobytes: number
}

const COUNTRIES = ['ZM', 'MY', 'NI', 'MM', 'RU', 'KE', 'TH', 'PE', 'ET', 'EG', 'VN', 'LA', 'KH', 'NG', 'GH', 'UG', 'TZ', 'CO', 'BO', 'UZ'] as const
const COURSES = ['drugs', 'fraud', 'peacekeeping'] as const
const DAY_MS = 86_400_000

/** A year of 1,000,000 certificates in a tree of a whole and twenty countries, and 3,000 people on the way, through the production app. */
export async function benchQuotas (bench: Bench, most = 1_000_000): Promise<{ certificates: number, fillSeconds: number, took: Readonly<Record<string, Took>> }> {
  const certificates = bench.quick ? most / 100 : most
  const url = bench.databaseUrl('quotas')
  const started = performance.now()
  const now = Date.now()
  const day = (offset: number): string => new Date(now + offset * DAY_MS).toISOString()
  const [adminId, accountId, sessionId] = [realWorld.newId(), realWorld.newId(), realWorld.newId()]
  const admin = { id: adminId, accountId, name: '', email: '', locale: 'en', roles: [{ role: 'administrator' as const }] }
  let quotaIds: string[] = []
  let db = openDatabase(url, { connections: 2 })
  try {
    await migrate(db)
    await db.write(async (tx) => {
      await insertPerson(tx, { id: adminId, name: 'Ada Administrator', country: null, agency: null, rank: null, locale: 'en', created_at: day(-300) })
      await insertAccount(tx, { id: accountId, person_id: adminId, email: 'quotas@bench.example', password_hash: null, state: 'active', created_at: day(-300) })
      await insertRole(tx, { id: realWorld.newId(), person_id: adminId, role: 'administrator', country: '' })
      await insertSession(tx, { id: sessionId, accountId, createdAt: day(0), expiresAt: day(1) })
      for (const slug of COURSES) {
        await tx.insertInto('course').values({ id: `course-${slug}`, slug, created_at: day(-300) }).execute()
        const outline = JSON.stringify({ slug, language: 'en', title: slug, summary: slug, validMonths: null, modules: [], banks: [] })
        await tx.insertInto('course_version').values({ id: `version-${slug}`, course_id: `course-${slug}`, number: 1, content_hash: slug, title: slug, outline, published_at: day(-300) }).execute()
      }
    })
    const period = { from: day(-250).slice(0, 10), to: day(100).slice(0, 10) }
    const make = async (name: string, scope: { country?: string }): Promise<string> => {
      const { id } = await createQuota(db, realWorld, admin, { name, period, timeZone: 'UTC', scope, counts: 'persons', target: certificates })
      return id ?? ''
    }
    quotaIds = [await make('Everybody', {})]
    for (const country of COUNTRIES) quotaIds.push(await make(country, { country }))
  } finally {
    await db.close()
  }
  await fill(url.slice('sqlite:'.length), { certificates, quotaIds, day, say: bench.say })
  db = openDatabase(url, { connections: 2 })
  try {
    while (await keepOutcomes(db, realWorld) > 0) bench.say('quotas: outcomes of past cohorts')
    const fillSeconds = Math.round((performance.now() - started) / 1000)
    bench.say(`quotas: ${certificates} certificates filled in in ${fillSeconds} s`)
    const app = await buildApp({ db, secret: SECRET, settings: { programme: 'Bench', timeZone: 'UTC', publicUrl: 'http://localhost', prefix: '', secure: false, demo: false } })
    await app.ready()
    const ask = async (path: string): Promise<Took> => await timed(app, path, tokenOf(sessionId, adminId))
    const took = {
      'the page of the whole year': await ask(`/desk/quotas/${quotaIds[0]}`),
      'the page of one country': await ask(`/desk/quotas/${quotaIds[1]}`),
      'the tree of targets': await ask('/desk/quotas'),
      'its evidence, a country': await ask(`/desk/quotas/${quotaIds[0]}/entries?country=ZM`),
      'the annual report': await ask(`/desk/quotas/${quotaIds[0]}/report`),
      'who is on the way': await ask(`/desk/quotas/${quotaIds[0]}/pipeline`),
      'one target by the API': await ask(`/api/v1/quotas/${quotaIds[0]}`)
    }
    await app.close()
    return { certificates, fillSeconds, took }
  } finally {
    await db.close()
  }
}

/** Rows as the product writes them, made by the database itself: one person, enrolment and certificate for each number, a line in
 * the whole and one in its country; and 3,000 more who are on the way. */
async function fill (path: string, { certificates, quotaIds, day, say }: {
  readonly certificates: number, readonly quotaIds: readonly string[], readonly day: (offset: number) => string, readonly say: (line: string) => void
}): Promise<void> {
  const file = new Sqlite(path)
  try {
    const onTheWay = Math.min(3000, certificates)
    const cohorts = 300
    // A file that breaks is filled anew: it needs no journal, which better-sqlite3 lets nobody do without by default, and the disk is not waited for.
    file.unsafeMode()
    for (const pragma of ['journal_mode = off', 'synchronous = off', 'foreign_keys = off', 'locking_mode = exclusive', 'cache_size = -400000', 'temp_store = memory', 'threads = 2']) file.pragma(pragma)
    // Made of all rows at once afterwards: kept up row by row, they take most of the time.
    const indexes = file.prepare<[], { name: string, sql: string }>("select name, sql from sqlite_schema where type = 'index' and sql is not null").all()
    if (file.pragma('journal_mode', { simple: true }) !== 'off') throw new Error('another connection has the file open')
    for (const { name } of indexes) file.exec(`drop index ${name}`)
    const step = async (what: string, sql: string, ...values: ReadonlyArray<string | number | null | undefined | object>): Promise<void> => {
      const from = performance.now()
      file.prepare<unknown[]>(sql).run(...values)
      const seconds = (performance.now() - from) / 1000
      if (seconds > 2) say(`quotas: ${what}, ${seconds.toFixed(1)} s`)
      // The bench hears signals between two steps.
      await turn()
    }
    // Tables of the numbers' own, so that each row is told by its number alone.
    file.exec('create temp table place (n integer primary key, country text, quota text); create temp table topic (n integer primary key, slug text); create temp table number (n integer primary key, day text)')
    for (const [n, country] of COUNTRIES.entries()) file.prepare('insert into place values (?, ?, ?)').run(n, country, quotaIds[n + 1])
    for (const [n, slug] of COURSES.entries()) file.prepare('insert into topic values (?, ?)').run(n, slug)
    await step('numbers', `insert into number with recursive n (n) as (select 0 union all select n + 1 from n where n < ?)
      select n, strftime('%Y-%m-%d', ?, (n * 7919 % 240) || ' days') from n`, certificates + onTheWay - 1, day(-245))
    await step('cohorts', `insert into cohort (id, name, course_version_id, starts_at, ends_at, seats, created_at)
      select printf('cohort-%03d', number.n), 'Cohort ' || number.n, 'version-' || slug, ?, case when number.n < ? then ? else ? end, null, ? from number cross join topic on topic.n = number.n % 3 where number.n < ?`,
    day(-250), cohorts - 3, day(-20), day(40), day(-250), cohorts)
    await step('people', `insert into person (id, name, country, agency, rank, locale, created_at)
      select printf('person-%07d', number.n), 'Officer ' || number.n, country, 'Police', case number.n % 4 when 0 then 'Inspector' when 1 then 'Sergeant' when 2 then 'Captain' end, 'en', ?
      from number cross join place on place.n = number.n % 20`, day(-250))
    await step('enrolments', `insert into enrolment (id, cohort_id, person_id, state, enrolled_at, active_at, completed_at, done, total)
      select printf('enrolment-%07d', n), printf('cohort-%03d', case when n < @certificates then n % @past else @past + n % 3 end), printf('person-%07d', n),
      case when n < @certificates then 'completed' else 'active' end, @at, case when n % 5 > 0 then @at end, case when n < @certificates then @at end, 0, 10 from number`,
    { certificates, past: cohorts - 3, at: day(-200) })
    await step('certificates', `insert into certificate (id, serial, enrolment_id, person_id, holder, country, agency, rank, course_slug, course_title, course_version, mark, issued_at)
      select printf('certificate-%07d', number.n), printf('BEN-%07d', number.n), printf('enrolment-%07d', number.n), printf('person-%07d', number.n), 'Officer ' || number.n, country, 'Police',
      case number.n % 4 when 0 then 'Inspector' when 1 then 'Sergeant' when 2 then 'Captain' end, slug, slug, 1, 80, day || 'T08:00:00.000Z'
      from number cross join place on place.n = number.n % 20 cross join topic on topic.n = number.n % 3 where number.n < ?`, certificates)
    for (const [name, quota] of [['whole', '?'], ['part', 'coalesce(quota, ?)']] as const) {
      await step(`lines of the ${name}`, `insert into quota_entry (id, quota_id, certificate_id, serial, person_id, delta, turn, cause, at, day, country, course_slug)
        select printf('${name}-%07d', number.n), ${quota}, printf('certificate-%07d', number.n), printf('BEN-%07d', number.n), printf('person-%07d', number.n), 1, 1, 'issue', day || 'T08:00:00.000Z', day, country, slug
        from number cross join place on place.n = number.n % 20 cross join topic on topic.n = number.n % 3 where number.n < ?`, quotaIds[0], certificates)
      await step(`people of the ${name}`, `insert into quota_person (quota_id, person_id, certificate_id) select ${quota}, printf('person-%07d', number.n), printf('certificate-%07d', number.n)
        from number cross join place on place.n = number.n % 20 where number.n < ?`, quotaIds[0], certificates)
    }
    for (const { name, sql } of indexes) await step(name, sql)
    await step('sums', `create temp table tally as select quota_id, entry.day as day, entry.country as country, entry.course_slug as course, coalesce(certificate.rank, '') as rank, coalesce(certificate.agency, '') as agency, count(*) as added
      from quota_entry as entry cross join certificate on certificate.id = entry.certificate_id group by 1, 2, 3, 4, 5, 6`)
    for (const part of ['day', 'country', 'agency', 'course', 'rank']) {
      await step(part, `insert into quota_part (quota_id, part, key, added, taken) select quota_id, '${part}', ${part}, sum(added), 0 from tally group by 1, 3`)
    }
    await step('counts', "update quota set counted = (select sum(added) from quota_part where quota_id = quota.id and part = 'day')")
    file.pragma('locking_mode = normal')
    file.pragma('journal_mode = wal')
  } finally {
    file.close()
  }
}

async function timed (app: Pick<FastifyInstance, 'inject'>, url: string, token: string): Promise<Took> {
  const times: number[] = []
  let bytes = 0
  let least = Infinity
  for (let time = 0; time < 12; time++) {
    const from = performance.now()
    const used = process.cpuUsage()
    const { statusCode, rawPayload, body } = await app.inject({ url, headers: { authorization: `Bearer ${token}` } })
    if (statusCode !== 200) throw new Error(`${url}: ${statusCode} ${body.slice(0, 500)}`)
    times.push(performance.now() - from)
    const { user, system } = process.cpuUsage(used)
    least = Math.min(least, (user + system) / 1000)
    bytes = rawPayload.length
  }
  const [first = 0, ...again] = times
  return { first: Math.round(first), median: Math.round(median(again) * 10) / 10, slowest: Math.round(Math.max(...again)), processorMilliseconds: Math.round(least * 10) / 10, kilobytes: Math.round(bytes / 1024) }
}
