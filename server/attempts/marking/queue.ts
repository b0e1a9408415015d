import { audit } from '../../audit/audit.ts'
import { managedCohort } from '../../cohorts/cohorts.ts'
import type { CohortRow } from '../../cohorts/queries.ts'
import type { Database } from '../../db/database.ts'
import { reachOf } from '../../people/access.ts'
import type { Person } from '../../person.ts'
import type { ProgressDeps } from '../../progress/progress.ts'
import { replay, type QuestionDefinition, type QuizDefinition, type Text } from '../../quiz/quiz.ts'
import { Refusal } from '../../refusals.ts'
import { seeAttempt, type SeenAttempt } from '../attempts.ts'
import { applyMark } from '../marking.ts'
import { selectOptionalAttemptHeld, selectSteps } from '../queries.ts'
import { quizOf } from '../sitting.ts'
import { selectMarksGiven, selectWaiting, upsertRule, type Waiting } from './queries.ts'
import { ruleOf, standingOf, USUAL, type MarkingRule, type Standing } from './rules.ts'

export type { Waiting } from './queries.ts'

/** Answers looked at together; with more than so many waiting, those behind come up as the first are marked. */
const MOST = 5000

/** A question that answers wait for. */
export interface QueueEntry {
  readonly questionId: string
  readonly definition: QuestionDefinition
  readonly course: Text
  /** The course's first. */
  readonly language: string
  readonly quiz: QuizDefinition
  /** How many answers want a first mark, a second one, a decision; and how many are decided and held. */
  readonly waiting: Readonly<Record<'first' | 'second' | 'third' | 'held', number>>
  /** When the oldest that wants anybody was handed in. */
  readonly oldest: string | null
  /** The cohorts they are from. */
  readonly cohorts: ReadonlyArray<{ readonly id: string, readonly name: string }>
  /** The first that whoever asks may mark. */
  readonly next: Pick<Waiting, 'attemptId' | 'slot'> | null
}

/** What waits to be marked in the cohorts that somebody runs, by question, that with the oldest answer first. */
export async function markingQueue (db: Database, deps: ProgressDeps, person: Person): Promise<QueueEntry[]> {
  const all = await selectWaiting(db.read, reachOf(person), person.id, {}, MOST)
  const entries: QueueEntry[] = []
  for (const answers of Map.groupBy(all, ({ questionId, quizKey, versionId }) => `${versionId}/${quizKey}/${questionId}`).values()) {
    const [one] = answers as [Waiting, ...Waiting[]]
    const { title, outline } = await deps.courses.version(db.read, one.versionId)
    const quiz = await deps.courses.quiz(db.read, one.versionId, one.quizKey)
    if (quiz === undefined) continue
    const wants = answers.map((answer) => ({ answer, ...standing(answer) }))
    const count = (role: Standing['wants']): number => wants.filter((other) => other.wants === role).length
    entries.push({
      questionId: one.questionId,
      definition: await deps.courses.question(db.read, one.questionId),
      course: title,
      language: outline.language,
      quiz,
      waiting: { first: count('first'), second: count('second'), third: count('third'), held: count(null) },
      oldest: wants.find((other) => other.wants !== null)?.answer.finishedAt ?? null,
      cohorts: [...new Map(answers.map(({ cohortId, cohortName }) => [cohortId, { id: cohortId, name: cohortName }])).values()],
      next: wants.find(({ answer }) => mayMark(answer, person))?.answer ?? null
    })
  }
  return entries.sort((a, b) => (a.oldest ?? '~') < (b.oldest ?? '~') ? -1 : 1)
}

function standing (answer: Waiting): Standing {
  return standingOf(answer.rule ?? USUAL, answer, answer.given)
}

/** Whether an answer wants a mark that this person may give: nobody is their own second marker. */
function mayMark (answer: Waiting, person: Person): boolean {
  const { wants } = standing(answer)
  return wants !== null && !(wants === 'second' && answer.given.some(({ byId }) => byId === person.id))
}

/** One answer as it is marked. */
export interface MarkingItem {
  readonly seen: SeenAttempt
  readonly slot: number
  readonly waiting: Waiting
  readonly rule: MarkingRule
  readonly standing: Standing
  readonly mayMark: boolean
  /** Among those of the same question that this person may mark, from 1; 0 when it is none of them. */
  readonly place: number
  readonly count: number
  readonly previous: Pick<Waiting, 'attemptId' | 'slot'> | null
  readonly next: Pick<Waiting, 'attemptId' | 'slot'> | null
}

/** An answer that waits, with its neighbours in the queue; null when it waits no more.
 * @throws Refusal not-found, not-allowed */
export async function markingItem (db: Database, deps: ProgressDeps, person: Person, attemptId: string, slot: number): Promise<MarkingItem | null> {
  const seen = await seeAttempt(db, deps, person, attemptId)
  if (seen.reach !== 'staff') throw new Refusal('not-allowed')
  const all = await selectWaiting(db.read, reachOf(person), person.id, { quizKey: seen.row.quizKey }, MOST)
  const waiting = all.find((answer) => answer.attemptId === attemptId && answer.slot === slot)
  if (waiting === undefined) return null
  const same = all.filter((answer) => answer.questionId === waiting.questionId && answer.versionId === waiting.versionId && (answer === waiting || mayMark(answer, person)))
  const at = same.indexOf(waiting)
  const may = mayMark(waiting, person)
  return {
    seen, slot, waiting,
    rule: waiting.rule ?? USUAL,
    standing: standing(waiting),
    mayMark: may,
    place: may ? same.slice(0, at + 1).filter((answer) => mayMark(answer, person)).length : 0,
    count: same.filter((answer) => mayMark(answer, person)).length,
    previous: same[at - 1] ?? null,
    // After the last come those that were passed over.
    next: same[at + 1] ?? (at > 0 ? same[0] ?? null : null)
  }
}

/** How a quiz of a cohort is marked, and how far its marking has come. */
export interface MarkingDesk {
  readonly cohort: CohortRow
  readonly quiz: QuizDefinition
  readonly language: string
  readonly rule: MarkingRule
  readonly waiting: Readonly<Record<'first' | 'second' | 'third' | 'held', number>>
  /** Attempts of which every answer is decided, and which wait for their release. */
  readonly ready: number
}

/** @throws Refusal not-found, not-allowed */
export async function markingDesk (db: Database, deps: ProgressDeps, person: Person, input: { readonly cohortId: string, readonly quizKey: string }): Promise<MarkingDesk> {
  const { cohort, quiz, language } = await markable(db, deps, person, input)
  const all = await selectWaiting(db.read, { reach: 'everything' }, '', input, MOST)
  const count = (role: Standing['wants']): number => all.filter((answer) => standing(answer).wants === role).length
  return {
    cohort, quiz, language,
    rule: await ruleOf(db.read, cohort.id, quiz.key),
    waiting: { first: count('first'), second: count('second'), third: count('third'), held: count(null) },
    ready: readyAttempts(all).length
  }
}

function readyAttempts (all: readonly Waiting[]): string[] {
  return [...Map.groupBy(all, ({ attemptId }) => attemptId)].flatMap(([attemptId, answers]) => answers.every((answer) => standing(answer).wants === null) ? [attemptId] : [])
}

/** One rule in a word, to see whether it is another by now. */
export function wordOf ({ anonymous, secondPercent, thresholdPercent, hold }: MarkingRule): string {
  return [anonymous ? 'anonymous' : 'named', secondPercent, thresholdPercent, hold ? 'held' : 'at-once'].join(' ')
}

/** Says how a quiz of a cohort is marked from now on. What waits is looked at by the new rules; what was decided and is not held any
 * more comes into force with the next release.
 * @param seen the rule that was changed, by `wordOf`; where another stands by now, nothing is set
 * @throws Refusal not-found, not-allowed, bad-input, edited-meanwhile */
export async function setMarkingRule (db: Database, deps: ProgressDeps, person: Person, input: { readonly cohortId: string, readonly quizKey: string }, rule: MarkingRule, seen?: string): Promise<void> {
  const { cohort, quiz } = await markable(db, deps, person, input)
  for (const name of ['secondPercent', 'thresholdPercent'] as const) {
    if (!(rule[name] >= 0 && rule[name] <= 100)) throw new Refusal('bad-input', {}, [{ path: name, message: 'must be a number from 0 to 100', words: { key: 'refused.percent' } }])
  }
  await db.write(async (tx) => {
    const now = await ruleOf(tx, cohort.id, quiz.key)
    if (seen !== undefined && seen !== wordOf(now)) throw new Refusal('edited-meanwhile', { now })
    await upsertRule(tx, cohort.id, quiz.key, { ...rule, secondPercent: Math.round(rule.secondPercent), thresholdPercent: Math.round(rule.thresholdPercent) }, { id: person.id, at: deps.world.now().toISOString() })
    await audit(tx, deps.world, { actorId: person.id, action: 'marking.rule-set', subjectType: 'cohort', subjectId: cohort.id, detail: { quiz: quiz.key, ...rule } })
  })
}

/** Puts what was decided in force for every attempt of which nothing waits any more. Each attempt is its own unit of work: doing it
 * again releases what is left.
 * @returns how many attempts
 * @throws Refusal not-found, not-allowed */
export async function releaseMarks (db: Database, deps: ProgressDeps, person: Person, input: { readonly cohortId: string, readonly quizKey: string }): Promise<number> {
  const { cohort, quiz } = await markable(db, deps, person, input)
  let released = 0
  for (const attemptId of readyAttempts(await selectWaiting(db.read, { reach: 'everything' }, person.id, { cohortId: cohort.id, quizKey: quiz.key }, MOST))) {
    if (await releaseAttempt(db, deps, person, attemptId, cohort.id)) released++
  }
  if (released > 0) await db.write(async (tx) => { await audit(tx, deps.world, { actorId: person.id, action: 'marking.released', subjectType: 'cohort', subjectId: cohort.id, detail: { quiz: quiz.key, attempts: released } }) })
  return released
}

async function releaseAttempt (db: Database, deps: ProgressDeps, person: Person, attemptId: string, cohortId: string): Promise<boolean> {
  return await db.write(async (tx) => {
    const row = await selectOptionalAttemptHeld(tx, attemptId)
    if (row?.state !== 'needs-marking') return false
    const quiz = await quizOf(tx, deps, row)
    const rule = await ruleOf(tx, cohortId, row.quizKey)
    const waiting = replay(row.paper.slots, await selectSteps(tx, row.id)).filter(({ state }) => state === 'needs-marking')
    const decided = []
    for (const { slot, seq } of waiting) {
      const standing = standingOf(rule, { attemptId, slot }, await selectMarksGiven(tx, attemptId, slot, seq))
      if (standing.decided === null) return false
      decided.push({ slot, ...standing.decided })
    }
    for (const mark of decided) {
      const now = await selectOptionalAttemptHeld(tx, attemptId) ?? row
      await applyMark(tx, deps, person, now, replay(row.paper.slots, await selectSteps(tx, row.id)), quiz, mark)
    }
    return decided.length > 0
  })
}

async function markable (db: Database, deps: ProgressDeps, person: Person, { cohortId, quizKey }: { readonly cohortId: string, readonly quizKey: string }): Promise<Pick<MarkingDesk, 'cohort' | 'quiz' | 'language'>> {
  const cohort = await managedCohort(db.read, person, cohortId)
  const quiz = await deps.courses.quiz(db.read, cohort.versionId, quizKey)
  if (quiz === undefined) throw new Refusal('not-found')
  return { cohort, quiz, language: (await deps.courses.outline(db.read, cohort.versionId)).language }
}

