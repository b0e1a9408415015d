import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import t from 'tap'
import { issueCertificate, publicCertificate, revokeCertificate } from '../../server/certificates/certificates.ts'
import { changeCertificates, reissueCertificate, type CertificateAction } from '../../server/certificates/reissue.ts'
import { makeCourseCache } from '../../server/courses/courses.ts'
import { verify } from '../../server/keep.ts'
import type { Database } from '../../server/db/database.ts'
import { loadMessages } from '../../server/http/messages.ts'
import { editPerson } from '../../server/people/edit-person.ts'
import { createPerson, getPerson } from '../../server/people/people.ts'
import type { Person } from '../../server/person.ts'
import { certifyInPerson, issueUncertified } from '../../server/progress/issue.ts'
import { erasePerson } from '../../server/privacy/personal-data.ts'
import { randomFrom } from '../../server/quiz/random.ts'
import { approveChange, proposeChange, rejectChange } from '../../server/quotas/changes/changes.ts'
import { mergePeople, unmergePerson } from '../../server/quotas/one-person/one-person.ts'
import { closeQuota, createQuota, getQuota, quotaDetail } from '../../server/quotas/quotas.ts'
import type { QuotaInput } from '../../server/quotas/quota-input.ts'
import { selectCountedByAgency } from '../../server/quotas/lines/queries.ts'
import { recount } from '../../server/quotas/recount.ts'
import { makeSigner, readSnapshot } from '../../server/quotas/snapshot.ts'
import { writeCsv } from '../../server/sheets/csv.ts'
import { clock, programmeOn, TIME_ZONE } from '../certificates/programme.ts'
import { dialect, testDatabase } from '../database.ts'

const MESSAGES = loadMessages('templates/locales')
const SETTINGS = { programme: 'Test programme', timeZone: TIME_ZONE, publicUrl: 'http://localhost', prefix: '', secure: false, demo: false }
const SIGNER = makeSigner('a secret that only the tests know, long enough')
/** Another sequence: `MUSTER_SEQUENCE=any text`; another length: `MUSTER_STEPS=10000`. */
const SEQUENCE = process.env['MUSTER_SEQUENCE'] ?? 'three years'
const STEPS = Number(process.env['MUSTER_STEPS'] ?? (dialect === 'sqlite' ? 2000 : 400))

/** What the test knows of the programme by its own book-keeping: no rule of the code under test is asked. */
interface Human { readonly id: string, readonly email: string, name: string, country: string | null, agency: string | null, into: Human | null, erased: boolean }
interface Certificate { readonly serials: Array<{ readonly serial: string, readonly from: number }>, readonly human: Human, readonly country: string | null, readonly agency: string | null, readonly course: Course, readonly at: number, readonly until: number | null, revoked: boolean }
interface Target { readonly id: string, readonly input: QuotaInput, readonly hours: number, readonly made: number, target: number, closed: { readonly count: number, readonly serials: readonly string[] } | null, left: number }
type Course = 'fraud' | 'drugs'

// Of one fixed offset each, so that the test can reckon days by itself.
const ZONES = [['Asia/Shanghai', 8], ['America/Managua', -6]] as const
const SCOPES = [{}, { country: 'ZM' }, { country: 'MY' }, { course: 'fraud' }, { country: 'ZM', agency: 'Police' }, { country: 'MY', course: 'drugs' }] as const
const PLACES = [['ZM', 'Police'], ['ZM', null], ['MY', 'Police'], ['MY', 'PDRM'], [null, null]] as const
const DAY = 86_400_000
const YEARS = 3 * 366 * DAY
/** Months of validity: certificates expire many times over in three years, and are renewed. */
const VALID = { fraud: 4, drugs: null } as const

t.test(`the books agree after ${STEPS} things that happen to them in any order, and with a count by hand (${SEQUENCE})`, { timeout: 200_000 }, async (t) => {
  const { db, url } = await testDatabase(t)
  const { world, at } = clock()
  let now = Date.parse('2025-01-01T12:00:00Z')
  at(new Date(now).toISOString())
  await programmeOn(db, { world, at }, VALID)
  const random = randomFrom(SEQUENCE)
  const one = <T>(list: readonly T[]): T | undefined => list[random.below(Math.max(1, list.length))]
  const reason = 'In a random sequence'

  const add = async (country: string | null, agency: string | null, role: 'trainee' | 'administrator'): Promise<Human> => {
    const email = `${world.newId()}@test.example`
    const { personId } = await db.write(async (tx) => {
      const made = await createPerson(tx, world, { actorId: null, name: `Somebody ${humans.length}`, email, country, agency, rank: null, locale: 'en', roles: [{ role }] })
      if (role === 'administrator') await tx.updateTable('account').set({ state: 'active' }).where('id', '=', made.accountId).execute()
      return made
    })
    return { id: personId, email, name: `Somebody ${humans.length}`, country, agency, into: null, erased: false }
  }
  const humans: Human[] = []
  const administrators: Person[] = []
  for (const name of ['First', 'Second']) administrators.push({ id: (await add(null, null, 'administrator')).id, accountId: name, name, email: `${name}@test.example`, locale: 'en', roles: [{ role: 'administrator' }] })
  const [first, second] = administrators as [Person, Person]
  const certificates: Certificate[] = []
  const targets: Target[] = []

  const rootOf = (human: Human): Human => human.into === null ? human : rootOf(human.into)
  const under = ({ input: { scope, period }, hours }: Target): Certificate[] => certificates.filter(({ revoked, country, agency, course, at }) => {
    const day = new Date(at + hours * 3_600_000).toISOString().slice(0, 10)
    return !revoked && day >= period.from && day <= period.to && (scope.country ?? country) === country && (scope.agency ?? agency) === agency && (scope.course ?? course) === course
  })
  const countByHand = (target: Target): number => target.input.counts === 'certificates' ? under(target).length : new Set(under(target).map(({ human }) => rootOf(human))).size

  const serialOf = ({ serials }: Certificate, then = Infinity): string => serials.findLast(({ from }) => from <= then)?.serial ?? ''
  const isStanding = (certificate: Certificate): boolean => !certificate.revoked && !certificate.human.erased
  const certified = (human: Human, course: Course, serial: string | null | undefined): void => {
    const until = new Date(now)
    const day = until.getUTCDate()
    until.setUTCDate(1)
    until.setUTCMonth(until.getUTCMonth() + (VALID[course] ?? 0))
    until.setUTCDate(Math.min(day, new Date(Date.UTC(until.getUTCFullYear(), until.getUTCMonth() + 1, 0)).getUTCDate()))
    certificates.push({ serials: [{ serial: serial ?? '', from: now }], human, country: human.country, agency: human.agency, course, at: now, until: VALID[course] === null ? null : until.getTime(), revoked: false })
  }
  const versions = new Map((await db.read.selectFrom('course_version').innerJoin('course', 'course.id', 'course_version.course_id').select(['slug', 'course_version.id']).execute()).map(({ slug, id }) => [slug, id]))
  const cohortOf = async (course: Course, members: readonly Human[]): Promise<{ readonly cohortId: string, readonly enrolments: readonly string[] }> => {
    const cohortId = world.newId()
    const when = world.now().toISOString()
    const rows = members.map(({ id }) => ({ id: world.newId(), cohort_id: cohortId, person_id: id, state: 'completed' as const, enrolled_at: when, active_at: when, completed_at: when, done: 1, total: 1 }))
    await db.write(async (tx) => {
      await tx.insertInto('cohort').values({ id: cohortId, name: 'Cohort', course_version_id: versions.get(course) ?? '', starts_at: when, ends_at: when, seats: null, created_at: when }).execute()
      if (rows.length > 0) await tx.insertInto('enrolment').values(rows).execute()
    })
    return { cohortId, enrolments: rows.map(({ id }) => id) }
  }
  const serialsOf = async (cohortId: string): Promise<Map<string, string>> => new Map((await db.read.selectFrom('certificate').innerJoin('enrolment', 'enrolment.id', 'certificate.enrolment_id')
    .select(['certificate.person_id as id', 'serial']).where('cohort_id', '=', cohortId).execute()).map(({ id, serial }) => [id, serial]))

  const issue = async (human: Human, course: Course): Promise<void> => {
    const { enrolments: [enrolmentId = ''] } = await cohortOf(course, [human])
    certified(human, course, await db.write(async (tx) => await issueCertificate(tx, world, { timeZone: TIME_ZONE }, { enrolmentId, mark: 80 }), 'alongside'))
  }
  const some = (least: number): Human[] => [...new Set(Array.from({ length: least + random.below(4) }, () => one(humans.filter(({ erased }) => !erased))).flatMap((human) => human ?? []))]
  const aCourse = (): Course => random.below(2) === 0 ? 'fraud' : 'drugs'
  const deps = { world, settings: SETTINGS, courses: makeCourseCache(), messages: MESSAGES }

  const makeTarget = async (): Promise<void> => {
    const [timeZone, hours] = one(ZONES) ?? ZONES[0]
    const year = new Date(now).getUTCFullYear() + random.below(2)
    const half = random.below(3)
    const period = half === 0 ? { from: `${year}-01-01`, to: `${year}-12-31` } : half === 1 ? { from: `${year}-01-01`, to: `${year}-06-30` } : { from: `${year}-07-01`, to: `${year}-12-31` }
    const input: QuotaInput = { name: `Target ${targets.length}`, period, timeZone, scope: one(SCOPES) ?? {}, counts: random.below(3) === 0 ? 'certificates' : 'persons', target: 20 + random.below(200) }
    const { id, problems } = await createQuota(db, world, first, input)
    if (id === null) throw new Error(JSON.stringify(problems))
    targets.push({ id, input, hours, made: now, target: input.target, closed: null, left: 0 })
  }

  const done = new Map<string, number>()
  const DO: Readonly<Record<string, () => Promise<boolean>>> = {
    person: async () => {
      const [country, agency] = one(PLACES) ?? PLACES[0]
      humans.push(await add(country, agency, 'trainee'))
      return true
    },
    issue: async () => {
      const human = one(humans.filter(({ erased }) => !erased))
      if (human === undefined) return false
      await issue(human, aCourse())
      return true
    },
    // As at the end of an exam: many at one moment, some of them of one person.
    rush: async () => {
      const some = Array.from({ length: 8 }, () => one(humans.slice(-6).filter(({ erased }) => !erased)))
      await Promise.all(some.map(async (human, index) => { if (human !== undefined) await issue(human, index % 2 === 0 ? 'fraud' : 'drugs') }))
      return true
    },
    // A cohort was completed while nothing was issued: all of it at once, but nobody who was erased.
    bulk: async () => {
      const course = aCourse()
      const members = [...some(1), ...humans.filter(({ erased }) => erased).slice(-1)]
      const { cohortId } = await cohortOf(course, members)
      const issued = await issueUncertified(db, deps, first, random.below(2) === 0 ? cohortId : null)
      const due = members.filter(({ erased }) => !erased)
      if (issued !== due.length) throw new Error(`${issued} were issued, ${due.length} were due`)
      const serials = await serialsOf(cohortId)
      for (const human of due) certified(human, course, serials.get(human.id))
      return issued > 0
    },
    // A course held in a room: a list of those who passed, some of them new. One who holds a certificate for long enough bars it.
    room: async () => {
      const course = aCourse()
      const known = some(0)
      const { cohortId } = await cohortOf(course, [])
      const newcomers = Array.from({ length: random.below(3) }, (_, index) => {
        const [country, agency] = one(PLACES.slice(0, 4)) ?? PLACES[0]
        return { email: `${world.newId()}@room.example`, name: `Newcomer ${humans.length + index}`, country, agency }
      })
      if (known.length + newcomers.length === 0) return false
      const list = writeCsv([['name', 'email', 'country', 'agency', 'rank', 'locale', 'mark'], ...[...known, ...newcomers].map(({ name, email, country, agency }) => [name, email, country ?? 'ZM', agency, '', 'en', '75'])])
      const barred = known.some((human) => certificates.some((held) => !held.revoked && held.course === course && rootOf(held.human) === rootOf(human) && (held.until === null || held.until > now + 90 * DAY)))
      const refused = await codeOf(certifyInPerson(db, deps, first, cohortId, list, { dryRun: false, reason }))
      if (refused !== (barred ? 'bad-input' : null)) throw new Error(`in a room: ${refused}`)
      if (barred) return false
      const serials = await serialsOf(cohortId)
      const ids = new Map((await db.read.selectFrom('account').select(['email', 'person_id as id']).where('email', 'in', ['', ...newcomers.map(({ email }) => email)]).execute()).map(({ email, id }) => [email, id]))
      for (const newcomer of newcomers) humans.push({ ...newcomer, id: ids.get(newcomer.email) ?? '', into: null, erased: false })
      for (const human of [...known, ...humans.slice(humans.length - newcomers.length)]) certified(human, course, serials.get(human.id))
      return true
    },
    revoke: async () => {
      const certificate = one(certificates.filter(({ revoked }) => !revoked))
      if (certificate === undefined) return false
      await revokeCertificate(db, world, one(administrators) ?? first, serialOf(certificate), reason)
      certificate.revoked = true
      return true
    },
    // Another document of the same certificate, asked for with any serial that it ever had.
    reissue: async () => {
      const certificate = one(certificates)
      const { serial = '' } = one(certificate?.serials ?? []) ?? {}
      if (certificate === undefined) return false
      let next = ''
      const refused = await codeOf(reissueCertificate(db, world, SETTINGS, first, serial, { reason, ...random.below(2) === 0 && { holder: `Holder ${now}` } }).then((made) => { next = made }))
      const expected = serial !== serialOf(certificate) ? 'certificate-replaced' : certificate.revoked ? 'certificate-already-revoked' : certificate.human.erased ? 'certificate-erased' : null
      if (refused !== expected) throw new Error(`making ${serial} anew: ${refused}, not ${expected}`)
      if (refused === null) certificate.serials.push({ serial: next, from: now })
      return refused === null
    },
    // Some chosen from a list that is not quite of today: revoked ones, replaced serials and one that never was.
    many: async () => {
      const chosen = [...new Set(Array.from({ length: 5 }, () => one(certificates)).flatMap((certificate) => certificate ?? []))]
      const asked = chosen.map((certificate) => ({ certificate, serial: one(certificate.serials)?.serial ?? '' }))
      const action: CertificateAction = random.below(3) === 0 ? 'revoke' : 'reissue'
      const { done, refused } = await changeCertificates(db, world, SETTINGS, first, { serials: [...asked.map(({ serial }) => serial), 'M26-0000-0000-000'] }, action, reason)
      const due = asked.filter(({ certificate, serial }) => serial === serialOf(certificate) && (action === 'revoke' ? !certificate.revoked : isStanding(certificate)))
      if (done !== due.length || done + refused.length !== asked.length + 1) throw new Error(`${action}: ${done} done and ${refused.length} refused, ${due.length} of ${asked.length} were due`)
      for (const { certificate } of due) {
        if (action === 'revoke') certificate.revoked = true
        else certificate.serials.push({ serial: await replacing(db, serialOf(certificate)), from: now })
      }
      return done > 0
    },
    merge: async () => {
      const [human, other] = [one(humans), one(humans)]
      if (human === undefined || other === undefined) return false
      const refused = await codeOf(mergePeople(db, world, first, { personId: human.id, intoId: other.id, reason }))
      const expected = human.into !== null ? 'already-merged' : rootOf(other) === human ? 'bad-input' : null
      if (refused !== expected) throw new Error(`merging: ${refused}`)
      if (refused === null) human.into = rootOf(other)
      return refused === null
    },
    unmerge: async () => {
      const human = one(humans.filter(({ into }) => into !== null))
      if (human === undefined) return false
      await unmergePerson(db, world, second, { personId: human.id, reason })
      human.into = null
      return true
    },
    erase: async () => {
      const human = one(humans.filter(({ erased }) => !erased))
      if (human === undefined || random.below(3) > 0) return false
      await erasePerson(db, world, first, { personId: human.id, email: human.email, reason })
      human.erased = true
      human.country = human.agency = null
      return true
    },
    // What was certified before stays where it was counted.
    edit: async () => {
      const human = one(humans.filter(({ erased }) => !erased))
      const [country, agency] = one(PLACES.slice(0, 4)) ?? PLACES[0]
      if (human === undefined) return false
      const { name, latinName, rank, birthDay, locale, email, version } = await getPerson(db, first, human.id)
      const faults = await editPerson(db, world, SETTINGS, MESSAGES, second, human.id, { name: `${name}.`.slice(-20), latinName, rank, birthDay, locale, email, version, country, agency, reason })
      if (faults.length > 0) throw new Error(JSON.stringify(faults))
      human.name = `${name}.`.slice(-20)
      human.country = country
      human.agency = agency
      return true
    },
    target: async () => {
      await makeTarget()
      return true
    },
    move: async () => {
      const from = one(targets.filter(({ closed }) => closed === null))
      const to = one(targets.filter(({ closed, input }) => closed === null && input.period.to === from?.input.period.to && input.counts === from.input.counts))
      return from !== undefined && to !== undefined && await change(from, to, 1 + random.below(9))
    },
    carry: async () => {
      const from = one(targets.filter(({ closed }) => closed !== null))
      const to = one(targets.filter(({ closed, input }) => closed === null && from !== undefined && input.period.from > from.input.period.to && input.counts === from.input.counts && input.scope === from.input.scope))
      if (from === undefined || to === undefined) return false
      return await change(from, to, 1 + random.below(Math.max(1, Math.abs(from.left))))
    },
    close: async () => {
      const target = one(targets.filter(({ closed }) => closed === null))
      if (target === undefined) return false
      const over = new Date(now + target.hours * 3_600_000).toISOString().slice(0, 10) > target.input.period.to
      const refused = await codeOf(closeQuota(db, world, first, target.id, SIGNER))
      if (refused !== (over ? null : 'quota-not-ended')) throw new Error(`closing ${target.input.name}: ${refused}`)
      if (!over) return false
      target.closed = { count: countByHand(target), serials: under(target).map((certificate) => serialOf(certificate, Math.max(target.made, certificate.at))).sort() }
      target.left = target.target - target.closed.count
      return true
    }
  }
  const change = async (from: Target, to: Target, amount: number): Promise<boolean> => {
    const made = await proposeChange(db, world, first, { fromId: from.id, toId: to.id, amount, reason })
    if ('problems' in made) return false
    if (random.below(5) === 0) {
      await rejectChange(db, world, second, made.id)
      return false
    }
    await approveChange(db, world, second, made.id)
    if (from.closed === null) {
      from.target -= amount
      to.target += amount
    } else {
      const moved = Math.sign(from.left) * amount
      to.target += moved
      from.left -= moved
    }
    return true
  }

  const agree = async (step: number): Promise<void> => {
    const { quotas } = await db.atOneMoment(recount)
    const wrong = quotas.flatMap(({ name, problems }) => problems.map((problem) => `${name}: ${problem}`))
    for (const target of targets) {
      const found = quotas.find(({ id }) => id === target.id)
      const expected = countByHand(target)
      const { counted, target: promised, closedCount } = await getQuota(db, world, first, target.id)
      if (found?.ledger !== expected || counted !== expected) wrong.push(`${target.input.name}: ${found?.ledger} and ${counted}, by hand ${expected}`)
      if (target.input.counts === 'certificates') {
        const byAgency = Object.fromEntries((await selectCountedByAgency(db.read, target.id)).filter(({ counted }) => counted !== 0).map(({ agency, counted }) => [agency ?? '', counted]))
        const byHand = Object.fromEntries([...Map.groupBy(under(target), ({ agency }) => agency ?? '')].map(([agency, { length }]) => [agency, length]))
        if (!isDeepStrictEqual(byAgency, byHand)) wrong.push(`${target.input.name}: by agency ${JSON.stringify(byAgency)}, by hand ${JSON.stringify(byHand)}`)
      }
      if (promised !== target.target) wrong.push(`${target.input.name}: promised ${promised}, by hand ${target.target}`)
      if (closedCount !== (target.closed?.count ?? null)) wrong.push(`${target.input.name}: closed with ${closedCount}, by hand ${target.closed?.count}`)
    }
    if (wrong.length > 0) throw new Error(`after step ${step}:\n${wrong.slice(0, 10).join('\n')}`)
  }

  const kinds = ['person', 'person', ...Array(9).fill('issue'), 'rush', 'revoke', 'revoke', 'revoke', 'reissue', 'reissue', 'many', 'bulk', 'room', 'room', 'merge', 'merge', 'unmerge', 'unmerge', 'edit', 'erase', 'move', 'carry', 'carry', 'close'] as string[]
  for (const _ of [1, 2, 3, 4, 5, 6, 7, 8]) await makeTarget()
  for (let step = 1; step <= STEPS; step++) {
    now += 1 + random.below(2 * YEARS / STEPS)
    at(new Date(now).toISOString())
    const kind = step % (STEPS / 20) === 0 ? 'target' : one(kinds) ?? 'issue'
    if (await DO[kind]?.() === true) done.set(kind, (done.get(kind) ?? 0) + 1)
    if (step % (STEPS / 10) === 0) await agree(step)
  }
  for (const kind of Object.keys(DO)) t.ok((done.get(kind) ?? 0) > 0, `${kind}: ${done.get(kind)}`)
  t.comment(`${certificates.length} certificates of ${humans.length} people in ${targets.length} targets`)

  const closed = targets.filter((target) => target.closed !== null && target.closed.count !== countByHand(target))
  t.ok(closed.length > 0, 'some closed targets were restated')
  t.same(
    await Promise.all(closed.map(async ({ id }) => (await quotaDetail(db, world, first, id)).restated?.delta)),
    closed.map((target) => countByHand(target) - (target.closed?.count ?? 0)),
    'and what is shown as restated is what changed'
  )
  for (const { id, input, closed } of targets.filter(({ closed, input }) => closed !== null && input.counts === 'certificates')) {
    const hash = createHash('sha256').update((closed?.serials ?? []).map((serial) => `${serial}\n`).join('')).digest('hex')
    t.equal((await readSnapshot(db.read, id))?.figures.serialsHash, hash, `${input.name} was signed with the serials that counted then, by the document that was counted first`)
  }

  const stateOf = ({ revoked, until }: Certificate): string => revoked ? 'revoked' : until !== null && until <= now ? 'expired' : 'valid'
  for (const certificate of certificates.filter((_, index) => index % 7 === 0)) {
    for (const { serial } of certificate.serials) {
      const { state, replacedBy, expiresAt } = await publicCertificate(db, world, serial)
      const standing = serialOf(certificate)
      t.same([state, replacedBy, expiresAt], [
        serial === standing || certificate.revoked ? stateOf(certificate) : 'replaced', serial === standing ? null : standing, certificate.until === null ? null : new Date(certificate.until).toISOString()
      ], serial)
    }
  }
  t.ok(certificates.filter((certificate) => stateOf(certificate) === 'expired').length > 50, 'many have expired by now, and stay counted')
  const report = await verify(url)
  t.same(report.lines.filter((line) => !line.startsWith('agrees')), [], 'muster verify')
  t.ok(report.agrees && report.lines.length > targets.length)
})

/** The serial that took the place of one. */
async function replacing (db: Database, serial: string): Promise<string> {
  return (await db.read.selectFrom('certificate_document').select('replaced_by as next').where('serial', '=', serial).executeTakeFirstOrThrow()).next
}

/** A rule's no, by its code; null for a yes. A bug is neither. */
async function codeOf (work: Promise<unknown>): Promise<string | null> {
  return await work.then(() => null, (error: unknown) => {
    if (error instanceof Error && error.name === 'Refusal' && 'code' in error) return String(error.code)
    throw error
  })
}
