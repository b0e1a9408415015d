import { fileURLToPath } from 'node:url'
import { finishAttempt, readAttempt, saveAnswers, startAttempt } from '../attempts/attempts.ts'
import { markSlot } from '../attempts/marking.ts'
import { setMarkingRule } from '../attempts/marking/queue.ts'
import { needsSecond, type MarkingRule } from '../attempts/marking/rules.ts'
import { addDays, dayStart } from '../cohorts/days.ts'
import { makeCourseCache } from '../courses/courses.ts'
import { importCourses } from '../courses/import-courses.ts'
import type { Database } from '../db/database.ts'
import type { Settings } from '../deps.ts'
import type { Person } from '../person.ts'
import { finishLesson, type ProgressDeps } from '../progress/progress.ts'
import type { World } from '../world.ts'
import { later } from './calendar.ts'
import { chanceFrom, type Chance } from './chance.ts'
import type { CohortPlan } from './cohort-plan.ts'
import { contentsOf, type Content } from './content.ts'
import { COUNTRIES } from './countries.ts'
import { ESSAYS, type EssayKey, type Level } from './essays.ts'
import { addCohort, enrolledList, type HistoryDeps } from './history.ts'
import { addNewcomer, nominee } from './newcomers.ts'
import type { Rows } from './rows.ts'

/** Holds the one course in which people write and instructors mark, for the sample programme alone. */
const FOLDER = fileURLToPath(new URL('courses', import.meta.url))
const COURSE = 'written-reports'
const LESSONS = ['what-a-first-note-holds', 'seized-and-kept'] as const
const PRACTICE = 'note-of-a-call'
const REPORT = 'final-report'

const RULE: MarkingRule = { anonymous: true, secondPercent: 50, thresholdPercent: 20, hold: true }

/** How well each trainee writes, in percent. The first nine have their practice marked; those of them who passed went on to the report. */
const SKILLS = [92, 55, 78, 85, 50, 70, 95, 62, 5, 80, 66, 90, 40, 74] as const
const MARKED = 9
/** Reports that nobody has looked at yet. */
const UNREAD = 2
/** By their place among the trainees: they write in Arabic. */
const ARABIC = [3, 10] as const

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const DAYS_SINCE_START = 16

interface Writer {
  readonly person: Person
  readonly enrolmentId: string
  /** In percent. */
  readonly skill: number
}

/** An answer, and what it deserves: a level for each row of its rubric. */
interface Written {
  readonly enrolmentId: string
  readonly attemptId: string
  readonly slot: number
  readonly key: EssayKey
  readonly levels: Readonly<Record<string, Level>>
}

/** @throws Error when the course has problems */
export async function importWritten (db: Database, world: World): Promise<Content> {
  const { problems } = await importCourses(db, world, null, FOLDER)
  if (problems.length > 0) throw new Error(problems.map(({ file, line, message }) => `${file}:${line}: ${message}`).join('\n'))
  const content = (await contentsOf(db.read)).get(COURSE)
  if (content === undefined) throw new Error(`no course ${COURSE} in ${FOLDER}`)
  return content
}

/** A running cohort of the course that all instructors teach, into rows, and what its people and instructors did there since: handed in, marked,
 * marked by a second person who agreed or did not, and what still waits.
 * @returns steps in the order of time, none of them after last night */
export function addWritten (rows: Rows, content: Content, deps: HistoryDeps, instructors: readonly [Person, Person, Person]): (db: Database, settings: Settings) => ReadonlyArray<{ readonly at: string, readonly act: (world: World) => Promise<void> }> {
  const { calendar, moments, staff, addresses, passwordHash } = deps
  const chance = chanceFrom(`written/${calendar.today}`)
  const first = addDays(calendar.today, -DAYS_SINCE_START)
  const startsAt = dayStart(first, calendar.timeZone)
  const plan: CohortPlan = {
    name: `${content.title} ${first.slice(0, 4)}-01`, course: COURSE, startsAt, endsAt: later(dayStart(addDays(first, 50), calendar.timeZone), -1000),
    createdAt: later(startsAt, -20 * DAY_MS), enrolledAt: later(startsAt, -6 * DAY_MS), seats: 20, size: SKILLS.length, stage: 'general', instructors: [0, 1, 2]
  }
  const cohortId = addCohort(rows, plan, content, moments, staff)
  const world = moments(plan.enrolledAt)
  const writers = SKILLS.map((skill, place): Writer => {
    const { latin, ...somebody } = nominee(chance, ARABIC.some((other) => other === place) ? COUNTRIES.find(({ code }) => code === 'EG') : undefined)
    const email = addresses(latin)
    const { id, accountId, name } = addNewcomer(rows, world, staff.administrator.id, { ...somebody, email, passwordHash, state: 'active' })
    const enrolmentId = world.newId()
    rows.enrolments.push({ id: enrolmentId, cohort_id: cohortId, person_id: id, state: 'active', enrolled_at: plan.enrolledAt, active_at: null, completed_at: null, done: 0, total: content.activities.length })
    return { person: { id, accountId, name, email, locale: somebody.locale, roles: [{ role: 'trainee' }] }, enrolmentId, skill }
  })
  rows.changes.push(enrolledList(plan, cohortId, staff, writers.length, writers.length))
  return (db, settings) => whatHappened(db, settings, { cohortId, startsAt, writers, instructors, chance })
}

function whatHappened (db: Database, settings: Settings, { cohortId, startsAt, writers, instructors, chance }: {
  readonly cohortId: string, readonly startsAt: string, readonly writers: readonly Writer[], readonly instructors: readonly [Person, Person, Person], readonly chance: Chance
}): ReadonlyArray<{ readonly at: string, readonly act: (world: World) => Promise<void> }> {
  const courses = makeCourseCache()
  const [, one, other] = instructors
  const depsAt = (world: World): ProgressDeps => ({ world, courses, settings })
  /** By day and working hour since the start, and minutes so that no two steps fall together. */
  const at = (day: number, hour: number, minute: number): string => later(startsAt, day * DAY_MS + hour * HOUR_MS + minute * 60_000)
  const notes: Written[] = []
  const reports: Written[] = []
  const passed = new Set<Writer>()

  const steps = [
    { at: at(1, 9, 0), act: async (world: World) => { await setMarkingRule(db, depsAt(world), one, { cohortId, quizKey: REPORT }, RULE) } },
    ...writers.flatMap((writer, place) => {
      const early = place < MARKED
      const day = early ? 4 + place % 4 : 11 + place % 4
      return [
        read(writer, LESSONS[0], at(day, 8, place)),
        ...sits(writer, PRACTICE, notes, at(day, 9, place), 34),
        ...early
          ? [
              { at: at(9, 10, 3 * place), act: async (world: World) => { for (const note of notes.filter(({ enrolmentId }) => enrolmentId === writer.enrolmentId)) if (await marks(world, place % 2 === 0 ? one : other, note)) passed.add(writer) } },
              read(writer, LESSONS[1], at(10, 11, place), () => passed.has(writer)),
              ...sits(writer, REPORT, reports, at(11 + place % 3, 9, 5 * place), 62, () => passed.has(writer))
            ]
          : []
      ]
    }),
    { at: at(15, 8, 30), act: markReports }
  ]
  return steps.sort((a, b) => a.at < b.at ? -1 : a.at > b.at ? 1 : 0)

  function read ({ person, enrolmentId }: Writer, lessonKey: string, at: string, when = () => true) {
    return { at, act: async (world: World) => { if (when()) await finishLesson(db, depsAt(world), person, { enrolmentId, lessonKey }) } }
  }

  /** Begins, and some minutes later hands in. */
  function sits (writer: Writer, quizKey: string, into: Written[], at: string, minutes: number, when = () => true) {
    const { person, enrolmentId, skill } = writer
    let attemptId = ''
    return [
      { at, act: async (world: World) => { if (when()) attemptId = (await startAttempt(db, depsAt(world), person, { enrolmentId, quizKey })).id } },
      {
        at: later(at, minutes * 60_000),
        act: async (world: World) => {
          if (attemptId === '') return
          const { slots, definitionOf } = await readAttempt(db.read, depsAt(world), person, attemptId)
          const answers = slots.map(({ slot }) => {
            const key = essayKey(definitionOf(slot).key)
            const { text, levels } = write(key, skill, person.locale, chance)
            into.push({ enrolmentId, attemptId, slot, key, levels })
            return { slot, answer: { text } }
          })
          await saveAnswers(db, depsAt(world), person, attemptId, answers)
          await finishAttempt(db, depsAt(world), person, attemptId)
        }
      }
    ]
  }

  /** @returns whether the attempt is passed by it */
  async function marks (world: World, marker: Person, { attemptId, slot, key, levels }: Written, comment = commentOn(key, levels)): Promise<boolean> {
    return (await markSlot(db, depsAt(world), marker, attemptId, { slot, rubric: levels, comment })).passed
  }

  /** Of the reports, all but the last are marked by one person. Of what wants a second, the best is judged otherwise by the second, so that a third has
   * to decide; with the others the second agrees, but for two that wait. */
  async function markReports (world: World): Promise<void> {
    const unread = new Set([...new Set(reports.map(({ attemptId }) => attemptId))].slice(-UNREAD))
    const read = reports.filter(({ attemptId }) => !unread.has(attemptId))
    for (const written of read) await marks(world, one, written)
    const second = read.filter((written) => needsSecond(RULE, written)).sort((a, b) => worth(b) - worth(a))
    const [best, ...others] = second
    if (best !== undefined) await marks(world, other, { ...best, levels: Object.fromEntries(Object.keys(best.levels).map((row) => [row, 'none'])) }, 'I cannot follow this: what happened first and what followed is not told apart.')
    for (const written of others.slice(0, -2)) await marks(world, other, written)
  }
}

function worth ({ levels }: Written): number {
  return Object.values(levels).filter((level) => level === 'full').length
}

function essayKey (key: string): EssayKey {
  if (key in ESSAYS) return key as EssayKey
  throw new Error(`nobody writes about '${key}'`)
}

/** A text as somebody of this skill writes it, in their language, and the levels of the rubric that it reaches. */
function write (key: EssayKey, skill: number, locale: string, chance: Chance): { readonly text: string, readonly levels: Readonly<Record<string, Level>> } {
  const levels: Record<string, Level> = {}
  const sentences = ESSAYS[key].map(({ key: row, en, ar }) => {
    const level = chance.happens(skill) ? 'full' : en.some.length > 0 && chance.happens(skill) ? 'some' : 'none'
    levels[row] = level
    return locale === 'ar' ? ar[level] : chance.one(en[level])
  })
  return { text: sentences.filter((sentence) => sentence !== '').join('\n\n'), levels }
}

function commentOn (key: EssayKey, levels: Readonly<Record<string, Level>>): string {
  const said = ESSAYS[key].filter(({ key: row }) => levels[row] !== 'full').map(({ comment }) => comment)
  return said.length === 0 ? 'Complete and in order. A colleague could take the next step tonight.' : said.join(' ')
}
