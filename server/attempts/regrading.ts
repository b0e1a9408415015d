import { createHash } from 'node:crypto'
import { audit } from '../audit/audit.ts'
import { managedCohort } from '../cohorts/cohorts.ts'
import type { CohortRow } from '../cohorts/queries.ts'
import type { Question } from '../courses/courses.ts'
import type { CourseOutline } from '../courses/outline.ts'
import { insertCorrection, selectVersions } from '../courses/queries.ts'
import type { Database, Tx } from '../db/database.ts'
import { hasRole, type Person } from '../person.ts'
import { progressOf, type ProgressDeps } from '../progress/progress.ts'
import {
  checkQuestion, definitionFor, gradeOverAttempts, isSameAnswer, regrade, regradeStep, replay, scoreOf,
  type QuestionDefinition, type QuizDefinition, type Regraded, type Score, type SlotState, type Step
} from '../quiz/quiz.ts'
import { Refusal, type Problem } from '../refusals.ts'
import { insertSteps, selectAttemptsOfQuiz, selectOptionalAttempt, selectSteps, updateResult, type AttemptRow } from './queries.ts'
import { attemptOf, settle } from './sitting.ts'

export interface RegradeInput {
  readonly cohortId: string
  readonly quizKey: string
  /** Of the course, by number: attempts that were sat on it. The cohort's own when left out. */
  readonly version?: number
  /** For the record. */
  readonly reason: string
  /** What questions should have said, by their keys. Left out: by the corrections that stand. */
  readonly corrections?: ReadonlyArray<{ readonly question: string, readonly definition: unknown }>
  /** Work it out and change nothing. */
  readonly dryRun: boolean
  /** The fingerprint of the report that was looked at: where something else would change by now, nothing is done. */
  readonly seen?: string
}

/** An attempt that a regrade changes. */
export interface RegradedAttempt {
  readonly attemptId: string
  readonly number: number
  readonly enrolmentId: string
  readonly trainee: string
  readonly slots: ReadonlyArray<Regraded & { readonly question: string }>
  readonly old: Pick<Score, 'mark' | 'percent' | 'passed'>
  readonly new: Pick<Score, 'mark' | 'percent' | 'passed'>
}

/** A trainee whose quiz is passed, or not passed any more, over all attempts. */
export interface Turned {
  readonly enrolmentId: string
  readonly trainee: string
  /** Of the enrolment, as it stands after this. */
  readonly certificateSerial: string | null
}

export interface RegradeReport {
  readonly applied: boolean
  /** The same while the same would change, or has changed. */
  readonly fingerprint: string
  /** Finished attempts looked at, and open ones, which are left alone: they can be regraded once they are finished. */
  readonly attempts: number
  readonly open: number
  /** By trainee; only attempts that change. */
  readonly changes: readonly RegradedAttempt[]
  readonly newlyPassed: readonly Turned[]
  /** For a person to decide on: what was passed stays done, and a certificate stands until somebody revokes it. */
  readonly newlyFailed: readonly Turned[]
}

/** Regrades a quiz in a cohort: the answers of every finished attempt, played again through its questions as they are
 * corrected. Corrections are recorded once for the course version: attempts that begin later ask the corrected
 * question, in every cohort of that version, which is why only administrators make them. Others who run the cohort may
 * try any, and regrade by those that stand. Each attempt is its own unit of work, and doing all of it again changes nothing
 * more, so that a regrade that was cut short is simply repeated.
 * @throws Refusal not-found, not-allowed, bad-input; edited-meanwhile when something else would change than was seen */
export async function regradeQuiz (db: Database, deps: ProgressDeps, person: Person, input: RegradeInput): Promise<RegradeReport> {
  const { cohort, quiz, versionId } = await regradable(db.read, deps, person, input)
  const questions = await deps.courses.questions(db.read, versionId)
  const corrections = checkCorrections(questions, input.corrections ?? [])
  if (!input.dryRun && corrections.length > 0 && !hasRole(person, 'administrator')) throw new Refusal('not-allowed')
  if (!input.dryRun && input.seen !== undefined && (await regradeQuiz(db, deps, person, { ...input, dryRun: true })).fingerprint !== input.seen) throw new Refusal('edited-meanwhile', { by: '' })
  if (!input.dryRun && corrections.length > 0) await recordCorrections(db, deps, person, versionId, corrections, input.reason)

  const asOf = deps.world.now().toISOString()
  const standing = await deps.courses.corrections(db.read, versionId, asOf)
  const byId = new Map([
    ...questions.map(({ id, definition }) => [id, definition] as const), ...standing, ...corrections.map(({ questionId, definition }) => [questionId, definition] as const)
  ])
  const rows = await selectAttemptsOfQuiz(db.read, cohort.id, quiz.key)
  const sat = rows.filter(({ courseVersionId }) => courseVersionId === versionId)
  const finished = sat.filter(({ state }) => state !== 'open')
  const changes: RegradedAttempt[] = []
  const newlyPassed: Turned[] = []
  const newlyFailed: Turned[] = []
  for (const [enrolmentId, own] of Map.groupBy(finished, ({ enrolmentId }) => enrolmentId)) {
    const all = rows.filter((row) => row.enrolmentId === enrolmentId)
    const results = new Map<string, Score>()
    for (const row of own) {
      const found = input.dryRun
        ? await worked(db.read, row, quiz, byId)
        : await db.write(async (tx) => await applyTo(tx, deps, person, row.id, quiz, byId, { asOf: standing.size === 0 && corrections.length === 0 ? null : asOf, reason: input.reason }))
      if (found === null) continue
      results.set(row.id, found.score)
      changes.push({
        attemptId: row.id, number: row.number, enrolmentId, trainee: row.personName,
        slots: found.changed.map((slot) => ({ ...slot, question: questionOn(byId, row, slot.slot).key })),
        old: { mark: row.mark ?? 0, percent: row.percent ?? 0, passed: row.passed === true },
        new: { mark: found.score.mark, percent: found.score.percent, passed: found.score.passed }
      })
    }
    const before = gradeOverAttempts(all, quiz)?.passed === true
    const after = gradeOverAttempts(all.map((row) => ({ ...row, ...results.get(row.id) })), quiz)?.passed === true
    if (before === after) continue
    const { certificateSerial } = await progressOf(db.read, enrolmentId)
    ;(after ? newlyPassed : newlyFailed).push({ enrolmentId, trainee: all[0]?.personName ?? '', certificateSerial })
  }
  const report: RegradeReport = {
    applied: !input.dryRun,
    fingerprint: createHash('sha256').update(JSON.stringify([changes, newlyPassed.map(({ enrolmentId }) => enrolmentId), newlyFailed.map(({ enrolmentId }) => enrolmentId)])).digest('hex').slice(0, 32),
    attempts: finished.length,
    open: sat.length - finished.length,
    changes,
    newlyPassed,
    newlyFailed
  }
  if (!input.dryRun) {
    await db.write(async (tx) => {
      await audit(tx, deps.world, {
        actorId: person.id, action: 'quiz.regraded', subjectType: 'cohort', subjectId: cohort.id,
        detail: {
          quiz: quiz.key, reason: input.reason, attempts: report.attempts, changed: changes.length,
          newlyPassed: newlyPassed.map(({ enrolmentId }) => enrolmentId), newlyFailed: newlyFailed.map(({ enrolmentId }) => enrolmentId)
        }
      })
    })
  }
  return report
}

export interface RegradeDesk {
  readonly cohort: CohortRow
  /** Of the course: the version whose attempts are looked at. */
  readonly versionId: string
  readonly quiz: QuizDefinition
  readonly language: string
  /** Those that the quiz's attempts asked, as they stand corrected, by key. */
  readonly questions: ReadonlyArray<{ readonly definition: QuestionDefinition, readonly isCorrected: boolean }>
  /** Texts that questions of the version refer to, by key. */
  readonly stimuli: ReadonlyArray<{ readonly key: string, readonly definition: QuestionDefinition }>
  /** Pictures of the version, by what its questions name them. */
  readonly pictures: NonNullable<CourseOutline['pictures']>
  readonly attempts: number
  /** Numbers of the versions that its attempts were sat on, and of the cohort's own, the newest first. */
  readonly versions: readonly number[]
  readonly version: number
  readonly isPresent: boolean
}

/** What a page for regrading shows. @throws Refusal not-found, not-allowed */
export async function regradeDesk (db: Database, deps: ProgressDeps, person: Person, input: Pick<RegradeInput, 'cohortId' | 'quizKey' | 'version'>): Promise<RegradeDesk> {
  const { cohort, quiz, versionId, number } = await regradable(db.read, deps, person, input)
  const finished = (await selectAttemptsOfQuiz(db.read, cohort.id, quiz.key)).filter(({ state }) => state !== 'open')
  const rows = finished.filter(({ courseVersionId }) => courseVersionId === versionId)
  const asked = new Set(rows.flatMap(({ paper }) => paper.slots.map(({ questionId }) => questionId)))
  const corrected = await deps.courses.corrections(db.read, versionId, deps.world.now().toISOString())
  const all = await deps.courses.questions(db.read, versionId)
  const questions = all.filter(({ id }) => asked.has(id))
  const { language, pictures = {} } = await deps.courses.outline(db.read, versionId)
  const numbers = new Set([cohort.course.version, number])
  for (const id of new Set(finished.map(({ courseVersionId }) => courseVersionId))) numbers.add((await deps.courses.version(db.read, id)).number)
  return {
    cohort,
    versionId,
    quiz,
    language,
    pictures,
    stimuli: all.filter(({ definition }) => definition.kind === 'stimulus').map(({ definition }) => ({ key: definition.key, definition })),
    questions: questions.map(({ id, definition }) => ({ definition: corrected.get(id) ?? definition, isCorrected: corrected.has(id) })),
    attempts: rows.length,
    versions: [...numbers].sort((a, b) => b - a),
    version: number,
    isPresent: versionId === cohort.versionId
  }
}

async function regradable (tx: Tx, deps: ProgressDeps, person: Person, { cohortId, quizKey, version }: Pick<RegradeInput, 'cohortId' | 'quizKey' | 'version'>): Promise<{ cohort: CohortRow, quiz: QuizDefinition, versionId: string, number: number }> {
  const cohort = await managedCohort(tx, person, cohortId)
  const versionId = version === undefined ? cohort.versionId : (await selectVersions(tx, cohort.course.slug)).find(({ number }) => number === version)?.id
  const quiz = versionId === undefined ? undefined : await deps.courses.quiz(tx, versionId, quizKey)
  if (quiz === undefined || versionId === undefined) throw new Refusal('not-found')
  return { cohort, quiz, versionId, number: version ?? cohort.course.version }
}

interface Correction { readonly questionId: string, readonly definition: QuestionDefinition }

/** A correction says the same question better: its key and kind stay, or stored answers would mean something else.
 * @throws Refusal bad-input */
function checkCorrections (questions: readonly Question[], corrections: NonNullable<RegradeInput['corrections']>): Correction[] {
  const problems: Problem[] = []
  const checked = corrections.flatMap(({ question: key, definition }, index): Correction[] => {
    const path = `corrections/${index}`
    const question = questions.find((question) => question.definition.key === key)
    if (question === undefined) {
      problems.push({ path: `${path}/question`, message: `there is no question '${key}' in this version of the course` })
      return []
    }
    if (corrections.findIndex((other) => other.question === key) < index) problems.push({ path: `${path}/question`, message: `'${key}' is corrected twice` })
    const found = checkQuestion(definition)
    if ('problems' in found) {
      problems.push(...found.problems.map((problem) => ({ path: `${path}/definition${problem.path === '' ? '' : `/${problem.path}`}`, message: problem.message })))
      return []
    }
    for (const part of ['key', 'kind'] as const) {
      if (found.question[part] !== question.definition[part]) problems.push({ path: `${path}/definition/${part}`, message: `must stay '${question.definition[part]}'` })
    }
    return [{ questionId: question.id, definition: found.question }]
  })
  if (problems.length > 0) throw new Refusal('bad-input', {}, problems)
  return checked
}

/** Records those that say something new. */
async function recordCorrections (db: Database, deps: ProgressDeps, person: Person, versionId: string, corrections: readonly Correction[], reason: string): Promise<void> {
  await db.write(async (tx) => {
    const at = deps.world.now().toISOString()
    const standing = await deps.courses.corrections(tx, versionId, at)
    for (const { questionId, definition } of corrections) {
      const stands = standing.get(questionId) ?? await deps.courses.question(tx, questionId)
      if (isSameAnswer(stands, definition)) continue
      await insertCorrection(tx, { id: deps.world.newId(), questionId, versionId, definition, reason, byId: person.id, at })
      await audit(tx, deps.world, {
        actorId: person.id, action: 'question.corrected', subjectType: 'question', subjectId: questionId, detail: { key: definition.key, reason }
      })
    }
  })
}

interface Worked {
  readonly steps: readonly Step[]
  readonly changed: readonly Regraded[]
  readonly score: Score
  readonly state: AttemptRow['state']
}

/** The question of a slot, by definitions of these ids. */
function questionOn (byId: ReadonlyMap<string, QuestionDefinition>, { id, paper }: AttemptRow, slot: number): QuestionDefinition {
  const paperSlot = paper.slots[slot - 1]
  const definition = paperSlot === undefined ? undefined : byId.get(paperSlot.questionId)
  if (paperSlot === undefined || definition === undefined) throw new Error(`slot ${slot} of attempt ${id} asks nothing of this version`)
  return definitionFor(definition, paperSlot)
}

/** What an attempt comes to by these definitions; null when nothing changes. */
async function worked (tx: Tx, row: AttemptRow, quiz: QuizDefinition, byId: ReadonlyMap<string, QuestionDefinition>, more: { at: string, by: string, reason: string } = { at: '', by: '', reason: '' }): Promise<Worked | null> {
  const steps = await selectSteps(tx, row.id)
  const slots = replay(row.paper.slots, steps)
  const changed = regrade(attemptOf(row, quiz, slots), row.paper.slots, steps, (slot) => questionOn(byId, row, slot)).filter(({ changed }) => changed)
  if (changed.length === 0) return null
  const marking = { by: more.by, comment: more.reason }
  const added = changed.map((found) => regradeStep(slots[found.slot - 1] as SlotState, found, { marking, at: more.at }))
  const after = replay(row.paper.slots, [...steps, ...added])
  return { steps: added, changed, score: scoreOf(after, quiz), state: after.some(({ state }) => state === 'needs-marking') ? 'needs-marking' : 'graded' }
}

async function applyTo (tx: Tx, deps: ProgressDeps, person: Person, attemptId: string, quiz: QuizDefinition, byId: ReadonlyMap<string, QuestionDefinition>, { asOf, reason }: { asOf: string | null, reason: string }): Promise<Worked | null> {
  // Read anew inside the unit of work: somebody may have marked it since.
  const row = await selectOptionalAttempt(tx, attemptId)
  if (row === undefined) return null
  const found = await worked(tx, row, quiz, byId, { at: deps.world.now().toISOString(), by: person.id, reason })
  if (found === null) {
    // Its review shows the corrected question all the same.
    if (asOf !== null) await updateResult(tx, row.id, { ...resultOf(row), correctedAt: asOf })
    return null
  }
  const regraded = { ...row, ...found.score, state: found.state, correctedAt: asOf ?? row.correctedAt }
  await insertSteps(tx, row.id, found.steps)
  await updateResult(tx, row.id, regraded)
  await audit(tx, deps.world, {
    actorId: person.id, action: 'attempt.regraded', subjectType: 'attempt', subjectId: row.id,
    detail: { reason, percent: { old: row.percent, new: found.score.percent }, passed: { old: row.passed, new: found.score.passed } }
  })
  await settle(tx, deps, regraded, quiz)
  return found
}

function resultOf (row: AttemptRow): { state: AttemptRow['state'], mark: number, percent: number, passed: boolean } {
  return { state: row.state, mark: row.mark ?? 0, percent: row.percent ?? 0, passed: row.passed === true }
}
