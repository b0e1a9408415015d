import type { FastifyInstance } from 'fastify'
import sharp from 'sharp'
import { buildApp } from '../server/app.ts'
import { makeSerial } from '../server/certificates/serial.ts'
import { keepPicture } from '../server/certificates/templates/pictures.ts'
import { makeLooks } from '../server/certificates/templates/templates.ts'
import { LANES } from '../server/certificates/typst.ts'
import { zipDeps } from '../server/certificates/views.ts'
import { workOnZips } from '../server/certificates/zips/zips.ts'
import { createCohort } from '../server/cohorts/cohorts.ts'
import { importCourses } from '../server/courses/import-courses.ts'
import { migrate } from '../server/db/migrate.ts'
import { openDatabase } from '../server/db/open.ts'
import { loadMessages } from '../server/http/messages.ts'
import { insertAccount, insertPeople, insertPerson, insertRole, insertSession } from '../server/people/queries.ts'
import { realWorld } from '../server/world.ts'
import { tableOf, type Bench, type Scenario } from './bench.ts'
import { tokenOf } from './programme.ts'
import { SECRET } from './server.ts'

const MOST_SECONDS = 60

export const scenario: Scenario = {
  title: '3,000 certificates as PDF in one zip',
  mostMinutes: 10,
  run: async (bench) => {
    const took = await benchCertificates(bench)
    const { certificates, seconds, processorSeconds, perSecond, firstSeconds, downloadSeconds, megabytes, threads } = took
    return {
      figures: took,
      table: tableOf(['', ''], [
        ['certificates', certificates], ['threads that set them', threads], ['from the request until the zip is ready', `${seconds} s`], ['the first part', `${firstSeconds} s`],
        ['certificates a second', perSecond], ['processor time of all threads', `${processorSeconds} s`], ['reading the zip over HTTP', `${downloadSeconds} s`], ['the zip', `${megabytes} MB`]
      ]),
      targets: bench.quick ? [] : [{ what: '3,000 certificates as PDF, with logo and signature', promised: `< ${MOST_SECONDS} s`, figure: `${seconds} s`, met: certificates >= 3000 && seconds < MOST_SECONDS }]
    }
  }
}

interface CertificatesTook {
  readonly certificates: number
  readonly threads: number
  readonly seconds: number
  readonly firstSeconds: number
  readonly perSecond: number
  readonly processorSeconds: number
  readonly downloadSeconds: number
  readonly megabytes: number
}

/** Everybody's certificate of a programme, in several scripts, on a template with two pictures: asked for over the API, made by the job
 * that `muster serve` runs, and read over the API. Compilers start cold. */
export async function benchCertificates (bench: Bench, count = bench.quick ? 300 : 3000): Promise<CertificatesTook> {
  const db = openDatabase(bench.databaseUrl('certificates'), { connections: 2 })
  const settings = { programme: 'Global Public Security Training Programme', timeZone: 'UTC', publicUrl: 'https://muster.example.org', prefix: '', secure: false, demo: false }
  try {
    await migrate(db)
    const { problems } = await importCourses(db, realWorld, null, new URL('../test/fixtures/courses', import.meta.url).pathname)
    if (problems.length > 0) throw new Error(JSON.stringify(problems))
    const now = new Date()
    const at = now.toISOString()
    const [adminId, accountId, sessionId] = [realWorld.newId(), realWorld.newId(), realWorld.newId()]
    await db.write(async (tx) => {
      await insertPerson(tx, { id: adminId, name: 'Ada Administrator', country: null, agency: null, rank: null, locale: 'en', created_at: at })
      await insertAccount(tx, { id: accountId, person_id: adminId, email: 'certificates@bench.example', password_hash: null, state: 'active', created_at: at })
      await insertRole(tx, { id: realWorld.newId(), person_id: adminId, role: 'administrator', country: '' })
      await insertSession(tx, { id: sessionId, accountId, createdAt: at, expiresAt: new Date(now.getTime() + 86_400_000).toISOString() })
    })
    const admin = { id: adminId, accountId, name: '', email: '', locale: 'en', roles: [{ role: 'administrator' as const }] }
    const cohort = await createCohort(db, realWorld, admin, { name: 'Everybody', course: 'first-steps', startsAt: new Date(now.getTime() - 86_400_000).toISOString(), endsAt: new Date(now.getTime() + 86_400_000).toISOString() })
    if ('problems' in cohort) throw new Error(JSON.stringify(cohort.problems))
    const app = await buildApp({ db, secret: SECRET, settings })
    await app.ready()
    const ask = asker(app, tokenOf(sessionId, adminId))
    const picture = async (field: string, colour: string): Promise<string> => await keepPicture(db, realWorld, admin, { field, name: `${field}.png`, bytes: await sharp({ create: { width: 640, height: 320, channels: 4, background: colour } }).png().toBuffer() })
    const content = { colour: '#1d3557', logo: await picture('logo', '#1d3557'), seal: null, signatories: [{ name: 'Chola Banda', picture: await picture('signature1', '#223344') }], texts: { en: { office1: 'Director of Training' } } }
    const template = await ask('POST', '/api/v1/certificate-templates', { name: 'Diploma', courses: [''], content })
    const { versions } = JSON.parse(template.body) as { versions: Array<{ id: string }> }
    await addCertificates(db, cohort.id, versions[0]?.id ?? '', count, at)

    const deps = zipDeps({ world: realWorld, settings, messages: loadMessages(new URL('../templates/locales', import.meta.url).pathname), looks: makeLooks() })
    const started = performance.now()
    const used = process.cpuUsage()
    const { id } = JSON.parse((await ask('POST', '/api/v1/certificate-zips', { language: 'en' })).body) as { id: string }
    const working = workOnZips(db, deps)
    let first = 0
    const watch = setInterval(() => {
      ask('GET', `/api/v1/certificate-zips/${id}`).then(({ body }) => {
        const { made } = JSON.parse(body) as { made: number }
        if (made > 0 && first === 0) first = performance.now() - started
        bench.say(`certificates: ${made} of ${count}`)
      }, () => undefined)
    }, bench.quick ? 500 : 3000)
    const made = await working
    clearInterval(watch)
    const seconds = (performance.now() - started) / 1000
    const { user, system } = process.cpuUsage(used)
    if (made !== count) throw new Error(`${made} of ${count} were made`)
    const from = performance.now()
    const file = await ask('GET', `/api/v1/certificate-zips/${id}/file`)
    const downloadSeconds = (performance.now() - from) / 1000
    await app.close()
    return {
      certificates: made, threads: LANES, seconds: tenth(seconds), firstSeconds: tenth(first / 1000), perSecond: tenth(made / seconds), processorSeconds: tenth((user + system) / 1e6),
      downloadSeconds: tenth(downloadSeconds), megabytes: tenth(file.rawPayload.length / 1e6)
    }
  } finally {
    await db.close()
  }
}

const NAMES = ['Amina Yusuf', 'Дмитрий Щербаков', 'فاطمة الزهراء', '王小明', 'José Nuñez', 'Ng’andu O’Brien']
const COUNTRIES = ['ZM', 'RU', 'EG', 'CN', 'NI', 'MY']

async function addCertificates (db: ReturnType<typeof openDatabase>, cohortId: string, templateVersionId: string, count: number, at: string): Promise<void> {
  for (let from = 0; from < count; from += 500) {
    const some = Array.from({ length: Math.min(500, count - from) }, (_, index) => ({
      id: realWorld.newId(), personId: realWorld.newId(), enrolmentId: realWorld.newId(), name: `${NAMES[index % NAMES.length] ?? ''} ${from + index}`, country: COUNTRIES[index % COUNTRIES.length] ?? 'ZM'
    }))
    await db.write(async (tx) => {
      await insertPeople(tx, some.map(({ personId, name, country }) => ({ id: personId, name, country, agency: 'National Police', rank: null, locale: 'en', created_at: at })), [], [])
      await tx.insertInto('enrolment').values(some.map(({ enrolmentId, personId }) => ({ id: enrolmentId, cohort_id: cohortId, person_id: personId, state: 'completed' as const, enrolled_at: at, active_at: at, completed_at: at, done: 3, total: 3 }))).execute()
      await tx.insertInto('certificate').values(some.map(({ id, personId, enrolmentId, name, country }) => ({
        id, serial: makeSerial(2026, realWorld.newBytes(16)), enrolment_id: enrolmentId, person_id: personId, holder: name, country, agency: 'National Police', rank: null, course_slug: 'first-steps',
        course_title: 'First steps', course_version: 1, mark: 92, issued_at: at, expires_at: null, revoked_at: null, revoked_by: null, reason: null, template_version_id: templateVersionId
      }))).execute()
    })
  }
}

function asker (app: FastifyInstance | Awaited<ReturnType<typeof buildApp>>, token: string) {
  return async (method: 'GET' | 'POST', url: string, payload?: object) => {
    const answer = await app.inject({ method, url, headers: { authorization: `Bearer ${token}` }, ...(payload === undefined ? {} : { payload }) })
    if (answer.statusCode >= 300) throw new Error(`${url}: ${answer.statusCode} ${answer.body}`)
    return answer
  }
}

function tenth (value: number): number {
  return Math.round(value * 10) / 10
}
