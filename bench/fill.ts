import { randomBytes } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import Sqlite from 'better-sqlite3'
import { entryHash, type AuditEntry } from '../server/audit/audit.ts'
import { makeSerial } from '../server/certificates/serial.ts'
import { makeCourseCache } from '../server/courses/courses.ts'
import { activitiesOf } from '../server/courses/outline.ts'
import { selectOptionalLatestVersion } from '../server/courses/queries.ts'
import { openDatabase } from '../server/db/open.ts'
import { nameKey } from '../server/people/name-key.ts'
import { wordLine } from '../server/people/words.ts'
import { drawPaper, kindOf } from '../server/quiz/quiz.ts'
import { uuidv7 } from '../server/world.ts'
import { COURSE, dayFromNow, QUIZ, type Programme } from './programme.ts'

/** Fills a programme with people of the past. */
export interface Filler {
  /** @param total people in the database afterwards, the measured ones among them */
  readonly fillTo: (total: number) => Promise<void>
}

const COUNTRIES = [
  'ZM', 'KE', 'UG', 'TZ', 'RW', 'MW', 'MZ', 'NA', 'BW', 'ZA', 'NG', 'GH', 'SN', 'ML', 'NE', 'TD', 'CM', 'GA', 'AO', 'ET',
  'DJ', 'EG', 'MA', 'TN', 'DZ', 'JO', 'LB', 'IQ', 'PK', 'BD', 'LK', 'NP', 'MM', 'TH', 'LA', 'KH', 'VN', 'MY', 'PH', 'ID'
]
const AGENCIES = ['National Police', 'Gendarmerie', 'Border Guard', 'Customs and Excise', 'Financial Intelligence Unit']
const RANKS = ['Constable', 'Sergeant', 'Inspector', 'Chief Inspector', 'Superintendent']
const SYLLABLES = 'ba,da,fi,go,ha,ja,ka,ki,la,lu,ma,mo,na,ne,ni,ra,ro,sa,se,ta,ti,to,va,wa,ya,ye,za,zo,che,sha,mba,nda'.split(',')
const COHORT_SIZE = 300
/** One in so many has the rows of lessons, an attempt and its steps: what the flatness of a key lookup needs, at a fraction of the disk. */
const WITH_ATTEMPT = 20
const PAPERS = 50
/** People written at a time, between which the bench hears signals. */
const CHUNK = 2000
const DAY = 86_400_000

/** Everybody has an account, a past session, an enrolment that is completed, a certificate, its lines in the ledger and the audit
 * chain; one in twenty an attempt with its steps. Rows are written past the server, as fast as the file takes them, and are
 * such that `muster verify` agrees. Nobody else may have the file open while it is filled.
 * @param path a SQLite file with a programme in it, whose quotas are one of everybody and others of a country */
export async function makeFiller (path: string, { passwordHash }: Programme): Promise<Filler> {
  const db = openDatabase(`sqlite:${path}`)
  // A connection that was never asked would not be closed below.
  const version = await db.write(async (tx) => await selectOptionalLatestVersion(tx, COURSE))
  if (version === undefined) throw new Error('the course is missing')
  const courses = makeCourseCache()
  const quiz = await courses.quiz(db.read, version.id, QUIZ)
  if (quiz === undefined) throw new Error('the exam is missing')
  const questions = await courses.questions(db.read, version.id)
  const right = new Map(questions.map(({ id, definition }) => [id, JSON.stringify(kindOf(definition).rightAnswer(definition))]))
  const papers = Array.from({ length: PAPERS }, (_, index) => drawPaper(quiz, questions, `seed ${index}`))
  const drawn = papers.map((paper) => ({ text: JSON.stringify(paper), slots: paper.slots, markMax: paper.slots.reduce((sum, { mark }) => sum + mark, 0) }))
  const activities = activitiesOf(version.outline)
  const quotas = await db.read.selectFrom('quota').select(['id', 'country']).execute()
  await db.close()

  let pool = randomBytes(1 << 20)
  let at = 0
  const random = (length: number): Uint8Array => {
    if (at + length > pool.length) { pool = randomBytes(1 << 20); at = 0 }
    at += length
    return pool.subarray(at - length, at)
  }
  const [begins, ends] = [Date.parse(dayFromNow(-280)), Date.parse(dayFromNow(-70))]

  function fill (sqlite: Sqlite.Database): (from: number, to: number, first: number, last: number) => void {
    const insert = (table: string, columns: string): Sqlite.Statement<unknown[]> =>
      sqlite.prepare<unknown[]>(`insert into ${table} (${columns}) values (${columns.split(',').map(() => '?').join(',')})`)
    const person = insert('person', 'id, name, country, agency, rank, locale, created_at, name_key, words')
    const account = insert('account', 'id, person_id, email, password_hash, state, created_at')
    const role = insert('role_grant', 'id, person_id, role, country')
    const session = insert('session', 'id, account_id, created_at, expires_at, ended_at')
    const cohort = insert('cohort', 'id, name, course_version_id, starts_at, ends_at, seats, created_at')
    const enrolment = insert('enrolment', 'id, cohort_id, person_id, state, enrolled_at, active_at, completed_at, done, total')
    const done = insert('activity_done', 'enrolment_id, activity_key, kind, at')
    const attempt = insert('attempt', 'id, enrolment_id, quiz_key, number, state, paper, started_at, due_at, finished_at, ended_by, ends_at, mark, mark_max, percent, passed')
    const step = insert('attempt_step', 'attempt_id, slot, seq, action, answer, state, fraction, at')
    const certificate = insert('certificate', 'id, serial, enrolment_id, person_id, holder, country, agency, rank, course_slug, course_title, course_version, mark, issued_at, expires_at')
    const entry = insert('quota_entry', 'id, quota_id, certificate_id, serial, person_id, delta, turn, cause, at, day, country, course_slug')
    const counted = insert('quota_person', 'quota_id, person_id, certificate_id')
    const audited = insert('audit_entry', 'seq, id, at, actor_id, action, subject_type, subject_id, detail, previous_hash, hash')
    const head = sqlite.prepare<[], Pick<AuditEntry, 'seq' | 'hash'>>('select seq, hash from audit_entry order by seq desc limit 1').get()
    let seq = head?.seq ?? 0
    let previousHash = head?.hash ?? '0'.repeat(64)
    let cohortId = ''

    return (from, to, first, last) => {
      for (let number = from; number < to; number++) {
        const time = Math.round(begins + (ends - begins) * (number - first) / (last - first))
        const iso = (days: number): string => new Date(time + days * DAY).toISOString()
        const id = (): string => uuidv7(time, random(10))
        const now = iso(0)
        if ((number - first) % COHORT_SIZE === 0) {
          cohortId = id()
          cohort.run(cohortId, `Past cohort ${number}`, version?.id, iso(-30), iso(2 + 210 * COHORT_SIZE / (last - first)), null, iso(-40))
        }
        const [personId, accountId, enrolmentId, certificateId] = [id(), id(), id(), id()]
        const bytes = random(5)
        const word = (one: number, other: number): string => {
          const made = `${SYLLABLES[one % 32] ?? ''}${SYLLABLES[other % 32] ?? ''}`
          return made.charAt(0).toUpperCase() + made.slice(1)
        }
        const name = `${word(bytes[0] ?? 0, bytes[1] ?? 0)} ${word(bytes[2] ?? 0, bytes[3] ?? 0)}`
        const country = COUNTRIES[number % COUNTRIES.length] ?? ''
        const [agency, rank] = [AGENCIES[number % 7 % 5], RANKS[number % 11 % 5]]
        const percent = 70 + (bytes[4] ?? 0) % 31
        person.run(personId, name, country, agency, rank, 'en', iso(-40), nameKey(name), wordLine(name))
        account.run(accountId, personId, `past${number}@bench.example`, passwordHash, 'active', iso(-40))
        role.run(id(), personId, 'trainee', '')
        session.run(id(), accountId, iso(-1), iso(-0.5), null)
        enrolment.run(enrolmentId, cohortId, personId, 'completed', iso(-30), now, now, activities.length, activities.length)
        if (number % WITH_ATTEMPT === 0) {
          for (const { key, kind } of activities) done.run(enrolmentId, key, kind, now)
          const attemptId = id()
          const { text, slots, markMax } = drawn[number / WITH_ATTEMPT % PAPERS] as (typeof drawn)[number]
          attempt.run(attemptId, enrolmentId, QUIZ, 1, 'graded', text, iso(-0.04), now, now, 'trainee', now, markMax * percent / 100, markMax, percent, 1)
          for (const { slot, questionId } of slots) {
            const answer = right.get(questionId)
            step.run(attemptId, slot, 1, 'answer', answer, 'answered', null, now)
            step.run(attemptId, slot, 2, 'finish', answer, 'right', 1, now)
          }
        }
        const serial = makeSerial(new Date(time).getUTCFullYear(), random(10))
        certificate.run(certificateId, serial, enrolmentId, personId, name, country, agency, rank, COURSE, version?.title, version?.number, percent, now, iso(1096))
        for (const quota of quotas) {
          if (quota.country !== null && quota.country !== country) continue
          entry.run(id(), quota.id, certificateId, serial, personId, 1, 1, 'issue', now, now.slice(0, 10), country, COURSE)
          counted.run(quota.id, personId, certificateId)
        }
        const said = {
          seq: ++seq, id: id(), at: now, actorId: null, action: 'certificate.issued', subjectType: 'certificate', subjectId: serial,
          detail: JSON.stringify({ personId, enrolmentId, course: COURSE, version: version?.number, mark: percent }), previousHash
        }
        const hash = entryHash(said)
        audited.run(said.seq, said.id, said.at, null, said.action, said.subjectType, said.subjectId, said.detail, previousHash, hash)
        previousHash = hash
      }
    }
  }

  return {
    async fillTo (total) {
      const sqlite = new Sqlite(path)
      try {
        // A file that breaks is filled anew: it needs no journal, and the disk is not waited for.
        for (const pragma of ['synchronous = off', 'foreign_keys = off', 'locking_mode = exclusive', 'cache_size = -400000', 'temp_store = memory', 'threads = 2']) sqlite.pragma(pragma)
        const { people = 0 } = sqlite.prepare<[], { people: number }>('select count(*) as people from person').get() ?? {}
        // Made of all rows at once afterwards: kept up row by row, they take most of the time.
        const indexes = sqlite.prepare<[], { name: string, sql: string }>("select name, sql from sqlite_schema where type = 'index' and sql is not null").all()
        for (const { name } of indexes) sqlite.exec(`drop index ${name}`)
        const write = fill(sqlite)
        for (let from = people; from < total; from += CHUNK) {
          sqlite.exec('begin')
          write(from, Math.min(total, from + CHUNK), people, total)
          sqlite.exec('commit')
          await turn()
        }
        for (const { sql } of indexes) {
          sqlite.exec(sql)
          await turn()
        }
        sqlite.exec('update quota set counted = (select count(*) from quota_person where quota_id = quota.id)')
        sqlite.exec('delete from quota_part')
        for (const [part, column] of [['day', 'day'], ['country', 'line.country'], ['course', 'line.course_slug'], ['agency', "coalesce(agency, '')"], ['rank', 'rank']]) {
          sqlite.exec(`insert into quota_part (quota_id, part, key, added, taken) select quota_id, '${part}', ${column}, count(*), 0
            from quota_entry as line join certificate on certificate.id = certificate_id group by quota_id, ${column}`)
        }
        sqlite.pragma('locking_mode = normal')
        sqlite.pragma('journal_mode = wal')
      } finally {
        sqlite.close()
      }
    }
  }
}
