import { managedCohort } from '../cohorts/cohorts.ts'
import type { CohortRow } from '../cohorts/queries.ts'
import type { Database } from '../db/database.ts'
import type { Person } from '../person.ts'
import type { ProgressDeps } from '../progress/progress.ts'
import type { QuizDefinition } from '../quiz/quiz.ts'
import { Refusal } from '../refusals.ts'
import { selectAttemptsOfQuiz, type AttemptRow } from './queries.ts'

/** Attempts of one page. */
const PAGE = 100

export interface SatAttempts {
  readonly cohort: CohortRow
  readonly quiz: QuizDefinition
  /** The course's first. */
  readonly language: string
  readonly items: ReadonlyArray<AttemptRow & { readonly personName: string }>
  readonly count: number
  /** From 1. */
  readonly page: number
  readonly pages: number
}

/** Who has sat a quiz of a cohort, by name: the way to what each of them answered.
 * @param search what must stand in the name, whatever its case
 * @throws Refusal not-found, not-allowed */
export async function satAttempts (db: Database, deps: ProgressDeps, person: Person, input: { readonly cohortId: string, readonly quizKey: string, readonly search: string, readonly page: number }): Promise<SatAttempts> {
  const cohort = await managedCohort(db.read, person, input.cohortId)
  const wanted = input.search.trim().toLowerCase()
  const all = await selectAttemptsOfQuiz(db.read, cohort.id, input.quizKey)
  // A quiz that the cohort's version has no more is still there for those who sat it.
  const quiz = await deps.courses.quiz(db.read, cohort.versionId, input.quizKey) ?? (all[0] === undefined ? undefined : await deps.courses.quiz(db.read, all[0].courseVersionId, input.quizKey))
  if (quiz === undefined) throw new Refusal('not-found')
  const rows = all.filter(({ personName }) => personName.toLowerCase().includes(wanted))
  const pages = Math.max(1, Math.ceil(rows.length / PAGE))
  const page = Math.min(input.page, pages)
  return { cohort, quiz, language: (await deps.courses.outline(db.read, cohort.versionId)).language, items: rows.slice((page - 1) * PAGE, page * PAGE), count: rows.length, page, pages }
}
