import { audit } from '../audit/audit.ts'
import { selectOptionalLatestVersion } from '../courses/queries.ts'
import type { Database, Tx } from '../db/database.ts'
import { countryCode } from '../people/countries.ts'
import { normalEmail } from '../people/sign-in.ts'
import { assertAdministrator, type Person } from '../person.ts'
import { textIn } from '../quiz/text.ts'
import { Refusal, type Problem } from '../refusals.ts'
import { readCsv, withoutGuard } from '../sheets/csv.ts'
import type { World } from '../world.ts'
import { createIn, type CohortProblem } from './cohorts.ts'
import { instantsOfDays } from './days.ts'
import { existsCohort } from './queries.ts'
import { selectInstructorsByEmail } from './instructors/queries.ts'
import { heldText, readHeld } from './seats.ts'

/** Of a plan's file; the first three must be there. */
export const PLAN_COLUMNS = ['course', 'first', 'last', 'name', 'language', 'timezone', 'seats', 'countries', 'exam', 'nominations', 'instructors'] as const
type Column = typeof PLAN_COLUMNS[number]
const NEEDED: readonly Column[] = ['course', 'first', 'last']
export const MOST_COHORTS = 500

export interface PlannedCohort {
  readonly line: number
  readonly name: string
  /** Slug and title; the title '' where there is no such course. */
  readonly course: string
  readonly title: string
  readonly first: string
  readonly last: string
  readonly seats: number | null
  readonly countries: string
  readonly language: string
  readonly exam: string
}

export interface Planned {
  /** Of those that are made, in the order of the file; [] on a dry run. */
  readonly ids: readonly string[]
  readonly rows: readonly PlannedCohort[]
  readonly problems: readonly Problem[]
}

/** Makes the cohorts of a plan, such as a year's: all of them or none.
 * @param text CSV, a cohort a line: `course` (its slug), `first` and `last` day, and whichever of `name`, `language`, `timezone`, `seats`,
 * `countries` (`ZM:10 MY:5`), `exam`, `nominations` (last day) and `instructors` (e-mail addresses) are wished
 * @param options.dryRun says what would happen, and writes nothing
 * @throws Refusal not-allowed for anybody but an administrator; bad-input with every problem, unless it is a dry run */
export async function createFromPlan (
  db: Database, world: World, settings: { readonly timeZone: string }, person: Person, text: string,
  options: { readonly dryRun: boolean, readonly t: (key: string, values?: Readonly<Record<string, string>>) => string }
): Promise<Planned> {
  assertAdministrator(person)
  const { t } = options
  const { rows, problems: unread } = readPlan(text, t)
  const undo = new Error('a dry run')
  let answer: Planned = { ids: [], rows: [], problems: unread }
  const work = async (tx: Tx): Promise<Planned> => {
    const problems = [...unread]
    const ids: string[] = []
    const planned: PlannedCohort[] = []
    for (const { line, cell } of rows) {
      const note = (field: Column, message: string): void => { problems.push({ line, field, message }) }
      const version = await selectOptionalLatestVersion(tx, cell('course'))
      const timeZone = cell('timezone') || null
      const title = version === undefined ? '' : textIn(version.title, cell('language') || version.outline.language, version.outline.language)
      const days = instantsOf(cell('first'), cell('last'), timeZone ?? settings.timeZone)
      const held = readHeld(cell('countries'), (typed) => countryCode(typed, ['en']))
      if ('wrong' in held) note('countries', t('cohorts.plan.countries-wrong', { part: held.wrong }))
      const emails = cell('instructors').split(/[\s,;]+/).filter((email) => email !== '').map(normalEmail)
      const known = await selectInstructorsByEmail(tx, emails)
      for (const email of emails) if (!known.has(email)) note('instructors', t('cohorts.plan.instructor-unknown', { email }))
      // One without a name is called by its course and its month.
      const seats = cell('seats') === '' ? null : Number(cell('seats'))
      const seatsByCountry = 'wrong' in held ? {} : Object.fromEntries(held)
      const name = cell('name') || `${title || cell('course')}, ${cell('first').slice(0, 7)}`
      // Sent twice, or by two at once, it would make every cohort twice.
      if (await existsCohort(tx, { course: cell('course'), name, startsAt: days.startsAt })) note('name', t('cohorts.plan.exists'))
      const made = await createIn(tx, world, person, {
        name, course: cell('course'), startsAt: days.startsAt, endsAt: days.endsAt, seats, instructors: [...known.values()],
        settings: { seatsByCountry, language: cell('language') || null, timeZone, examDay: cell('exam') || null, nominationsUntil: cell('nominations') || null }
      })
      if ('problems' in made) for (const { path, code } of made.problems) note(COLUMN[path], t(`cohorts.problem.${code}`))
      else ids.push(made.id)
      planned.push({
        line, name, course: cell('course'), title, first: cell('first'), last: cell('last'), seats: Number.isFinite(seats) ? seats : null,
        countries: 'wrong' in held ? cell('countries') : heldText(held), language: cell('language'), exam: cell('exam')
      })
    }
    answer = { ids: options.dryRun ? [] : ids, rows: planned, problems: problems.sort((a, b) => (a.line ?? 0) - (b.line ?? 0)) }
    if (options.dryRun) throw undo
    if (problems.length > 0) throw new Refusal('bad-input', {}, answer.problems)
    await audit(tx, world, { actorId: person.id, action: 'cohort.planned', subjectType: 'person', subjectId: person.id, detail: { cohorts: ids.length } })
    return answer
  }
  try {
    // A dry run does all of it and takes it back, so that what it says is what would be.
    return await db.write(work)
  } catch (error) {
    if (error === undo) return answer
    throw error
  }
}

const COLUMN: Readonly<Record<CohortProblem['path'], Column>> = {
  name: 'name', course: 'course', startsAt: 'first', endsAt: 'last', seats: 'seats', instructors: 'instructors', settings: 'name',
  seatsByCountry: 'countries', language: 'language', timeZone: 'timezone', examDay: 'exam', nominationsUntil: 'nominations'
}

function instantsOf (first: string, last: string, timeZone: string): { startsAt: string, endsAt: string } {
  // Each by itself, so that a wrong one is told by its own column.
  const day = (text: string, end: 'startsAt' | 'endsAt'): string => {
    try {
      return instantsOfDays({ first: text, last: text }, timeZone)?.[end] ?? ''
    } catch {
      // A time zone there is not: told by its own column too.
      return instantsOfDays({ first: text, last: text }, 'UTC')?.[end] ?? ''
    }
  }
  return { startsAt: day(first, 'startsAt'), endsAt: day(last, 'endsAt') }
}

interface PlanRow { readonly line: number, readonly cell: (column: Column) => string }

function readPlan (text: string, t: (key: string, values?: Readonly<Record<string, string>>) => string): { rows: PlanRow[], problems: Problem[] } {
  const { rows, brokenAt } = readCsv(text)
  const problems: Problem[] = brokenAt === null ? [] : [{ line: brokenAt, field: '', message: t('cohorts.row.not-csv') }]
  const [head, ...rest] = rows.filter(({ cells }) => cells.some((cell) => cell.trim() !== ''))
  if (head === undefined || rest.length === 0) return { rows: [], problems: problems.length > 0 ? problems : [{ line: head?.line ?? 1, field: '', message: t('cohorts.plan.empty') }] }
  if (rest.length > MOST_COHORTS) return { rows: [], problems: [{ line: rest[MOST_COHORTS]?.line ?? 1, field: '', message: t('cohorts.plan.too-many', { most: String(MOST_COHORTS) }) }] }
  const columns = head.cells.map((cell) => withoutGuard(cell.trim()).toLowerCase().replace(/[\s_-]+/g, ''))
  for (const [index, column] of columns.entries()) {
    if (!(PLAN_COLUMNS as readonly string[]).includes(column)) problems.push({ line: head.line, field: head.cells[index]?.trim() ?? '', message: t('cohorts.plan.column-unknown', { columns: PLAN_COLUMNS.join(', ') }) })
    else if (columns.indexOf(column) !== index) problems.push({ line: head.line, field: column, message: t('cohorts.row.column-twice') })
  }
  for (const column of NEEDED) if (!columns.includes(column)) problems.push({ line: head.line, field: column, message: t('cohorts.row.column-missing') })
  if (problems.length > 0) return { rows: [], problems }
  return {
    rows: rest.map(({ line, cells }) => ({ line, cell: (column) => withoutGuard((cells[columns.indexOf(column)] ?? '').normalize('NFC').trim()) })),
    problems
  }
}
