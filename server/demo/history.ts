import { makeSerial } from '../certificates/serial.ts'
import { addMonths } from '../certificates/validity.ts'
import { localDay } from '../cohorts/days.ts'
import { endsAt } from '../quiz/quiz.ts'
import { later, type Calendar } from './calendar.ts'
import type { Chance } from './chance.ts'
import type { CohortPlan } from './cohort-plan.ts'
import type { Content } from './content.ts'
import type { Moments } from './moments.ts'
import { addNewcomer, nominee, type Officer } from './newcomers.ts'
import { progressOf, type Progress } from './progress-of.ts'
import type { Member } from './roll.ts'
import type { PastChange, Rows } from './rows.ts'
import type { Staff } from './staff.ts'

export interface HistoryDeps {
  readonly calendar: Calendar
  readonly contents: ReadonlyMap<string, Content>
  readonly moments: Moments
  readonly staff: Staff
  /** An address for a name, each one once. */
  readonly addresses: (latin: string) => string
  readonly passwordHash: string
  readonly chance: Chance
}

export interface History {
  /** The cohorts' ids, by their place in the plan. */
  readonly cohortIds: readonly string[]
  /** The serials of members who finished, by their place on the roll. */
  readonly serials: ReadonlyMap<number, string>
}

const WITHDRAWALS = [
  'Recalled to duty by the agency.', 'On long leave; will be nominated again.', 'Transferred to another service.', 'Withdrawn at the officer\'s own request.'
]
const DAY_MS = 86_400_000

/** Two years of cohorts, their people and what they did, into rows. */
export function addHistory (rows: Rows, plan: readonly CohortPlan[], members: readonly Member[], deps: HistoryDeps): History {
  const { calendar, moments, staff, addresses, passwordHash, chance } = deps
  const officers = new Map<number, Officer>()
  const serials = new Map<number, string>()
  const cohortIds = plan.map((cohort) => addCohort(rows, cohort, contentOf(deps, cohort), moments, staff))
  const byCohort = Map.groupBy(members.entries(), ([, { cohort }]) => cohort)
  for (const [index, cohort] of plan.entries()) {
    const roll = byCohort.get(index)
    if (roll === undefined) continue
    const cohortId = cohortIds[index] as string
    const world = moments(cohort.enrolledAt)
    let created = 0
    const enrolled = roll.map(([place, member]) => {
      let officer = officers.get(member.person)
      if (officer === undefined) {
        const { latin, ...somebody } = nominee(chance)
        officer = addNewcomer(rows, world, staff.administrator.id, { ...somebody, email: addresses(latin), passwordHash, state: 'active' })
        officers.set(member.person, officer)
        created++
      }
      return { place, member, officer, enrolmentId: world.newId() }
    })
    rows.changes.push(enrolledList(cohort, cohortId, staff, created, enrolled.length))
    for (const { place, member, officer, enrolmentId } of enrolled) {
      const serial = addEnrolment(rows, enrolmentId, cohortId, cohort, member, officer, deps)
      if (serial !== null) serials.set(place, serial)
    }
  }
  return { cohortIds, serials }

  /** @returns the serial of the certificate, if it came to that */
  function addEnrolment (rows: Rows, enrolmentId: string, cohortId: string, cohort: CohortPlan, member: Member, officer: Officer, deps: HistoryDeps): string | null {
    const content = contentOf(deps, cohort)
    const running = cohort.endsAt > calendar.todayBegins
    const progress = progressOf(member, cohort, content, moments, Date.parse(calendar.lastNight) - DAY_MS / 12, running, chance)
    const completedAt = progress.mark === null ? null : progress.done.at(-1)?.at ?? null
    rows.enrolments.push({
      id: enrolmentId,
      cohort_id: cohortId,
      person_id: officer.id,
      state: completedAt !== null ? 'completed' : member.fate === 'withdrawn' ? 'withdrawn' : 'active',
      enrolled_at: cohort.enrolledAt,
      active_at: progress.activeAt,
      completed_at: completedAt,
      done: progress.done.length,
      total: content.activities.length
    })
    for (const { key, kind, at } of progress.done) rows.activities.push({ enrolment_id: enrolmentId, activity_key: key, kind, at })
    for (const sitting of progress.sittings) addAttempt(rows, enrolmentId, sitting, moments)
    if (member.fate === 'withdrawn') {
      const at = later(progress.activeAt ?? cohort.startsAt, DAY_MS / 24)
      rows.changes.push({ at, change: { actorId: staff.administrator.id, action: 'enrolment.withdrawn', subjectType: 'enrolment', subjectId: enrolmentId, detail: { cohortId, personId: officer.id, reason: chance.one(WITHDRAWALS) } } })
    }
    if (completedAt === null || progress.mark === null) return null
    rows.changes.push({ at: completedAt, change: { actorId: officer.id, action: 'enrolment.completed', subjectType: 'enrolment', subjectId: enrolmentId } })
    return addCertificate(rows, { enrolmentId, officer, content, mark: progress.mark, at: completedAt }, deps)
  }
}

export function contentOf ({ contents }: Pick<HistoryDeps, 'contents'>, { course }: CohortPlan): Content {
  const content = contents.get(course)
  if (content === undefined) throw new Error(`no course ${course}`)
  return content
}

/** As `createCohort` writes it. @returns its id */
export function addCohort (rows: Rows, cohort: CohortPlan, { version }: Content, moments: Moments, staff: Staff): string {
  const { name, startsAt, endsAt, seats, createdAt } = cohort
  const actorId = staff.administrator.id
  const id = moments(createdAt).newId()
  rows.cohorts.push({ id, name, course_version_id: version.id, starts_at: startsAt, ends_at: endsAt, seats, created_at: createdAt })
  rows.changes.push({ at: createdAt, change: { actorId, action: 'cohort.created', subjectType: 'cohort', subjectId: id, detail: { name, course: version.slug, version: version.number, startsAt, endsAt, seats } } })
  for (const place of cohort.instructors) {
    const personId = (staff.instructors[place] as Officer).id
    rows.instructors.push({ cohort_id: id, person_id: personId })
    rows.changes.push({ at: createdAt, change: { actorId, action: 'cohort.instructor-assigned', subjectType: 'cohort', subjectId: id, detail: { personId } } })
  }
  return id
}

/** As `enrolFromCsv` notes a list. */
export function enrolledList ({ enrolledAt }: CohortPlan, cohortId: string, staff: Staff, created: number, enrolled: number): PastChange {
  return { at: enrolledAt, change: { actorId: staff.administrator.id, action: 'cohort.enrolled', subjectType: 'cohort', subjectId: cohortId, detail: { created, enrolled } } }
}

function addAttempt (rows: Rows, enrolmentId: string, { quizKey, number, startedAt, paper, attempt, steps, score }: Progress['sittings'][number], moments: Moments): void {
  const open = attempt.state === 'open'
  const id = moments(startedAt).newId()
  rows.attempts.push({
    id,
    enrolment_id: enrolmentId,
    quiz_key: quizKey,
    number,
    state: attempt.state,
    paper: JSON.stringify(paper),
    started_at: startedAt,
    due_at: attempt.dueAt,
    finished_at: attempt.finishedAt ?? null,
    ended_by: attempt.endedBy ?? null,
    ends_at: endsAt(attempt),
    corrected_at: null,
    mark: open ? null : score.mark,
    mark_max: score.markMax,
    percent: open ? null : score.percent,
    passed: open ? null : score.passed ? 1 : 0
  })
  for (const { slot, seq, action, answer, state, fraction, at, marking } of steps) {
    rows.steps.push({ attempt_id: id, slot, seq, action, answer: answer === null ? null : JSON.stringify(answer), state, fraction, at, marking: marking === undefined ? null : JSON.stringify(marking) })
  }
}

/** As `issueCertificate` writes it, without asking the database: four thousand of them at once.
 * @returns its serial */
function addCertificate (rows: Rows, earned: { enrolmentId: string, officer: Officer, content: Content, mark: number, at: string }, { moments, calendar }: HistoryDeps): string {
  const { enrolmentId, officer, content: { version, title }, mark, at } = earned
  const world = moments(at)
  const serial = makeSerial(Number(localDay(at, calendar.timeZone).slice(0, 4)), world.newBytes(16))
  const { validMonths } = version.outline
  rows.certificates.push({
    id: world.newId(),
    serial,
    enrolment_id: enrolmentId,
    person_id: officer.id,
    holder: officer.name,
    country: officer.country,
    agency: officer.agency,
    rank: officer.rank,
    course_slug: version.slug,
    course_title: title,
    course_version: version.number,
    mark,
    issued_at: at,
    expires_at: validMonths === null ? null : addMonths(at, validMonths),
    revoked_at: null,
    revoked_by: null,
    reason: null
  })
  rows.changes.push({ at, change: { actorId: null, action: 'certificate.issued', subjectType: 'certificate', subjectId: serial, detail: { personId: officer.id, enrolmentId, course: version.slug, version: version.number, mark } } })
  return serial
}
