import { spawn } from 'node:child_process'
import { statSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { verifyChain } from '../../server/audit/audit.ts'
import { COUNTRIES } from '../../server/demo/countries.ts'
import { shares } from '../../server/demo/targets.ts'
import { markingQueue } from '../../server/attempts/marking/queue.ts'
import { makeCourseCache } from '../../server/courses/courses.ts'
import { isCountry } from '../../server/people/countries.ts'
import { realWorld } from '../../server/world.ts'
import { recount } from '../../server/quotas/recount.ts'
import { digestOf, makeSample, NOW, openSample, SETTINGS } from './sample-programme.ts'

/** Makes a sample programme in a process of its own.
 * @param killed SIGKILL once so many bytes of it are on the disk, uncommitted
 * @returns what it printed; '' when it was killed before it was done */
async function makeApart (folder: string, killed?: { readonly atBytes: number }): Promise<string> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./sample-programme.ts', import.meta.url)), folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  const printed = text(child.stdout)
  while (killed !== undefined && child.exitCode === null && child.signalCode === null) {
    if ((statSync(`${folder}/muster.db-wal`, { throwIfNoEntry: false })?.size ?? 0) > killed.atBytes) child.kill('SIGKILL')
    await wait(20)
  }
  return await printed
}

t.test('parts add up to the whole whatever their weights', async (t) => {
  t.strictSame(shares(10, [1, 1, 1]), [4, 3, 3])
  t.strictSame(shares(3000, COUNTRIES.map(({ weight }) => weight)).reduce((sum, part) => sum + part, 0), 3000)
  t.strictSame(new Set(COUNTRIES.map(({ code }) => code)).size, 24)
  t.ok(COUNTRIES.every(({ code }) => isCountry(code)))
})

t.test('the sample programme', async (t) => {
  const folders = t.testdir({ first: {}, second: {} })
  t.equal(await makeApart(`${folders}/second`, { atBytes: 4_000_000 }), '', 'one is killed midway')
  const again = makeApart(`${folders}/second`)
  const db = await openSample(`${folders}/first`)
  t.teardown(async () => { await db.close() })
  t.strictSame(await makeSample(db), { made: true })
  const now = NOW.toISOString()

  await t.test('closes its first year with exactly 2,700 officers, and is at two fifths of the second', async (t) => {
    const quotas = await db.read.selectFrom('quota').selectAll().orderBy('id').execute()
    const [closed, ...others] = quotas.filter((quota) => quota.closed_at !== null)
    t.strictSame(others, [])
    t.match(closed, { name: 'Officers trained 2025/26', from_day: '2025-06-01', to_day: '2026-05-31', target: 2700, counted: 2700, closed_count: 2700 })
    const open = quotas.filter((quota) => quota.closed_at === null)
    t.ok(open.every((quota) => quota.from_day === '2026-06-01' && quota.to_day === '2027-05-31'))
    const [whole] = open.filter((quota) => quota.country === null && quota.course_slug === null)
    t.equal(whole?.target, 3000)
    t.ok((whole?.counted ?? 0) >= 1140 && (whole?.counted ?? 0) <= 1260, `${whole?.counted} of 3,000`)
    const targets = (parts: typeof open): number => parts.reduce((sum, { target }) => sum + target, 0)
    const byCourse = open.filter((quota) => quota.course_slug !== null)
    const byCountry = open.filter((quota) => quota.country !== null)
    t.strictSame([byCourse.length, targets(byCourse)], [3, 3000])
    t.strictSame([byCountry.length, targets(byCountry)], [24, 3000])
    t.ok(open.every(({ counted }) => counted > 0), 'every part has come somewhere')
  })

  await t.test('has a ledger that the certificates bear out, and an unbroken audit log in order of time', async (t) => {
    const { quotas, agrees } = await recount(db.read)
    t.ok(agrees, quotas.flatMap(({ problems }) => problems).join('\n'))
    t.equal((await verifyChain(db.read)).brokenAt, null)
    const times = (await db.read.selectFrom('audit_entry').select('at').orderBy('seq').execute()).map(({ at }) => at)
    t.strictSame(times, [...times].sort())
    t.ok((times.at(-1) ?? now) < now)
  })

  await t.test('revoked some certificates: some holders count no more, some by their other certificate', async (t) => {
    const revoked = await db.read.selectFrom('certificate').select(['person_id', 'reason']).where('revoked_at', 'is not', null).execute()
    t.equal(revoked.length, 8)
    t.ok(revoked.every(({ reason }) => (reason ?? '').length > 20))
    const standing = await db.read.selectFrom('certificate').select('person_id').where('revoked_at', 'is', null)
      .where('person_id', 'in', revoked.map(({ person_id: id }) => id)).execute()
    t.equal(standing.length, 2)
    const restated = await db.read.selectFrom('quota_entry').innerJoin('quota', 'quota.id', 'quota_entry.quota_id')
      .select('delta').whereRef('quota_entry.at', '>', 'quota.closed_at').execute()
    t.strictSame(restated.map(({ delta }) => delta).sort(), [-1, 1])
  })

  await t.test('has the accounts that its notice names, with their roles', async (t) => {
    const accounts = await db.read.selectFrom('account').innerJoin('person', 'person.id', 'account.person_id')
      .innerJoin('role_grant', 'role_grant.person_id', 'person.id')
      .select(['email', 'role', 'role_grant.country', 'person.country as home', 'state', 'password_hash as hash'])
      .where('email', 'like', '%@demo.example').orderBy('email').execute()
    const named = new Map(accounts.map(({ email, ...account }) => [email, account]))
    const active = { state: 'active', hash: 'the hash of a password' }
    t.match(named.get('admin@demo.example'), { role: 'administrator', ...active })
    t.match(named.get('instructor@demo.example'), { role: 'instructor', ...active })
    t.match(named.get('liaison@demo.example'), { role: 'liaison', country: 'ZM', ...active })
    t.match(named.get('trainee@demo.example'), { role: 'trainee', home: 'ZM', ...active })
    const numbered = accounts.filter(({ email }) => /^trainee\d{4}@/.test(email))
    t.strictSame([numbered.length, numbered[0]?.email, numbered.at(-1)?.email], [300, 'trainee0001@demo.example', 'trainee0300@demo.example'])
    t.ok(numbered.every(({ role, state }) => role === 'trainee' && state === 'active'))
    t.equal(new Set(numbered.map(({ home }) => home)).size, 24)
    const locales = await db.read.selectFrom('person').select('country').distinct().where('locale', '=', 'ar').orderBy('country').execute()
    t.strictSame(locales.map(({ country }) => country), ['EG', 'JO', 'MA'])
    const invitations = await db.read.selectFrom('mail').innerJoin('account', 'account.email', 'mail.to_email').select('account.state').execute()
    t.strictSame(invitations.map(({ state }) => state).sort(), ['active', 'invited', 'invited', 'invited'], 'three invitations, and what became of those whom a liaison nominated')
      const nominations = await db.read.selectFrom('nomination').select(['state', 'country']).orderBy('state').execute()
      t.strictSame(nominations.map(({ state, country }) => `${country} ${state}`), ['ZM nominated', 'ZM nominated', 'ZM nominated', 'ZM nominated', 'ZM waiting', 'ZM waiting'])
  })

  await t.test('enrols the numbered trainees in a running cohort of the instructor\'s, where nobody has begun', async (t) => {
    const enrolments = await db.read.selectFrom('enrolment').innerJoin('account', 'account.person_id', 'enrolment.person_id')
      .select(['cohort_id', 'enrolment.state', 'done', 'active_at', 'total']).where('email', 'like', 'trainee%@demo.example').execute()
    t.equal(enrolments.length, 301)
    t.ok(enrolments.every(({ state, done, active_at: activeAt, total }) => state === 'active' && done === 0 && activeAt === null && total === 25))
    const [cohortId, ...others] = new Set(enrolments.map((enrolment) => enrolment.cohort_id))
    t.strictSame(others, [])
    const cohort = await db.read.selectFrom('cohort').selectAll().where('id', '=', cohortId ?? '').executeTakeFirstOrThrow()
    t.ok(cohort.starts_at < now && cohort.ends_at > now && cohort.seats === 400)
    const taught = await db.read.selectFrom('cohort_instructor').innerJoin('account', 'account.person_id', 'cohort_instructor.person_id')
      .select('cohort_id').where('email', '=', 'instructor@demo.example').execute()
    t.ok(taught.some(({ cohort_id: id }) => id === cohortId))
    t.equal(taught.length, 5)
  })

  await t.test('has enrolments that say what their activities, attempts and certificates say', async (t) => {
    const enrolments = await db.read.selectFrom('enrolment').innerJoin('cohort', 'cohort.id', 'enrolment.cohort_id').select((select) => [
      'enrolment.id', 'enrolment.state', 'done', 'total', 'active_at as activeAt', 'completed_at as completedAt', 'enrolled_at as enrolledAt', 'starts_at as startsAt', 'ends_at as endsAt',
      select.selectFrom('activity_done').select((count) => count.fn.countAll<number>().as('count')).whereRef('enrolment_id', '=', 'enrolment.id').as('activities')
    ]).execute()
    t.ok(enrolments.every(({ done, activities }) => done === activities))
    t.ok(enrolments.every(({ state, done, total }) => (state === 'completed') === (done === total)))
    t.ok(enrolments.every(({ enrolledAt, startsAt, endsAt, activeAt }) => enrolledAt < startsAt && (activeAt === null || (activeAt >= startsAt && activeAt < endsAt && activeAt < now))))
    const certificates = await db.read.selectFrom('certificate').innerJoin('enrolment', 'enrolment.id', 'enrolment_id')
      .select((select) => [
        'certificate.mark', 'issued_at as issuedAt', 'completed_at as completedAt',
        select.selectFrom('attempt').select('percent').whereRef('attempt.enrolment_id', '=', 'enrolment.id').where('quiz_key', '=', 'final-exam').where('passed', '=', 1).as('percent')
      ]).execute()
    t.equal(certificates.length, enrolments.filter(({ state }) => state === 'completed').length)
    t.ok(certificates.every(({ mark, percent, issuedAt, completedAt }) => mark === percent && mark >= 70 && issuedAt === completedAt))
    const running = enrolments.filter(({ startsAt, endsAt }) => startsAt < now && endsAt > now)
    for (const [stage, some] of Object.entries({
      'not begun': running.filter(({ activeAt }) => activeAt === null),
      'on their way': running.filter(({ state, done }) => state === 'active' && done > 0),
      finished: running.filter(({ state }) => state === 'completed')
    })) t.ok(some.length > 50, `${some.length} people of running cohorts are ${stage}`)
    const open = await db.read.selectFrom('attempt').select('due_at').where('state', '=', 'open').execute()
    t.ok(open.length > 3 && open.every(({ due_at: due }) => due !== null && due > now))
  })

  await t.test('has a course in which people write: practice and reports, marked, waiting, for a second marker and for one who decides', async (t) => {
    const sat = await db.read.selectFrom('attempt').innerJoin('enrolment', 'enrolment.id', 'enrolment_id').select(['quiz_key as quiz', 'attempt.state', 'passed', 'done'])
      .where('quiz_key', 'in', ['note-of-a-call', 'final-report']).execute()
    const count = (wanted: Partial<typeof sat[number]>): number => sat.filter((attempt) => Object.entries(wanted).every(([name, value]) => attempt[name as keyof typeof attempt] === value)).length
    t.strictSame([count({ quiz: 'note-of-a-call', state: 'graded' }), count({ quiz: 'note-of-a-call', state: 'needs-marking' })], [9, 5])
    t.equal(count({ quiz: 'final-report', state: 'needs-marking', done: 3 }), count({ quiz: 'note-of-a-call', passed: 1 }), 'whoever passed the practice went on')
    const instructor = await db.read.selectFrom('person').innerJoin('account', 'account.person_id', 'person.id').select(['person.id', 'account.id as accountId', 'name']).where('email', '=', 'instructor@demo.example').executeTakeFirstOrThrow()
    const queue = await markingQueue(db, { world: { ...realWorld, now: () => NOW }, courses: makeCourseCache(), settings: SETTINGS }, { ...instructor, email: '', locale: 'en', roles: [{ role: 'instructor' }] })
    t.equal(queue.length, 3)
    t.ok(queue.every(({ next }) => next !== null), 'the instructor can mark each question')
    const waiting = queue.map(({ waiting }) => waiting)
    for (const name of ['first', 'second', 'third', 'held'] as const) t.ok(waiting.some((counts) => counts[name] > 0), name)
  })

  await t.test('has a draft that two instructors write, ready to be published', async (t) => {
    const [draft, ...others] = await db.read.selectFrom('draft').select(['id', 'slug', 'state']).execute()
    t.match([draft, others], [{ slug: 'telecom-fraud', state: 'open' }, []])
    const saves = await db.read.selectFrom('draft_file').select(['path', 'version']).where('version', '>', 1).orderBy('path').execute()
    t.strictSame(saves.map(({ path, version }) => `${path} ${version}`), ['course.yaml 2', 'lessons/the-first-hour.en.md 2'])
  })

  await t.test('is the same on the same day, whole after a kill midway, and made once', async (t) => {
    const digest = await digestOf(db)
    t.strictSame(JSON.parse(await again), { made: true, digest })
    t.strictSame(await makeSample(db), { made: false })
    t.strictSame(await digestOf(db), digest)
  })
})
