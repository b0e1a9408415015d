import { audit } from '../audit/audit.ts'
import { addAccommodation, allowanceOf, holdPeople, type AccommodationProblem, type NewAccommodation, problemsOf } from '../cohorts/accommodations/accommodations.ts'
import { markApplied, selectToApply } from '../cohorts/accommodations/queries.ts'
import { localDay } from '../cohorts/days.ts'
import type { Database, Tx } from '../db/database.ts'
import type { Person } from '../person.ts'
import type { ProgressDeps } from '../progress/progress.ts'
import { closesWith, dueAt, limitWith } from '../quiz/quiz.ts'
import { selectOpenAttemptsOf, selectOptionalAttemptHeld, updateTimes } from './queries.ts'
import { endOf, isRowOver, limitOf, quizOf } from './sitting.ts'

/** Allows a person more, in every quiz at once: attempts that are open are lengthened in the same unit of work.
 * @returns its id and how many attempts were lengthened, or everything that is wrong with the input
 * @throws Refusal not-allowed for anybody but an administrator, not-found */
export async function giveAccommodation (db: Database, deps: ProgressDeps, person: Person, personId: string, input: NewAccommodation): Promise<{ readonly id: string, readonly lengthened: number } | { readonly problems: readonly AccommodationProblem[] }> {
  const { timeZone } = deps.settings
  const problems = problemsOf(input, localDay(deps.world.now().toISOString(), timeZone))
  if (problems.length > 0) return { problems }
  return await db.write(async (tx) => {
    // First, so that an attempt which starts now either is seen below or sees what is given.
    const records = await holdPeople(tx, personId)
    const { id, begun } = await addAccommodation(tx, deps.world, timeZone, person, personId, input)
    return { id, lengthened: begun ? await lengthen(tx, deps, records, person.id) : 0 }
  })
}

/** Accommodations that begin of themselves reach the attempts that are open then. Safe to run on every server at once.
 * @returns how many attempts were lengthened */
export async function applyAccommodations (db: Database, deps: ProgressDeps): Promise<number> {
  let count = 0
  for (const { id, personId } of await selectToApply(db.read, deps.world.now().toISOString())) {
    count += await db.write(async (tx) => {
      const records = await holdPeople(tx, personId)
      return await markApplied(tx, id, deps.world.now().toISOString()) ? await lengthen(tx, deps, records, null) : 0
    })
  }
  return count
}

/** An attempt's time only ever grows: what it was given once stays. One whose time is over stays over. */
async function lengthen (tx: Tx, deps: ProgressDeps, personIds: readonly string[], actorId: string | null): Promise<number> {
  const at = deps.world.now().toISOString()
  let count = 0
  for (const { id, cohortEndsAt } of await selectOpenAttemptsOf(tx, personIds)) {
    const row = await selectOptionalAttemptHeld(tx, id)
    if (row?.state !== 'open' || row.dueAt === null || isRowOver(row, at)) continue
    const quiz = await quizOf(tx, deps, row)
    const allowance = await allowanceOf(tx, row.personId, at)
    const due = dueAt(row.startedAt, limitWith(limitOf(quiz), allowance), closesWith(cohortEndsAt, allowance))
    if (due === null || due <= row.dueAt || !await updateTimes(tx, id, due, endOf(quiz, due))) continue
    await audit(tx, deps.world, { actorId, action: 'attempt.lengthened', subjectType: 'attempt', subjectId: id, detail: { from: row.dueAt, to: due } })
    count++
  }
  return count
}
