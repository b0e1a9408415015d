import { audit } from '../audit/audit.ts'
import type { Database, Tx } from '../db/database.ts'
import type { Person } from '../person.ts'
import {
  enrolmentDetail, markDone, noteActivity, progressOf, readableEnrolment, runningEnrolment, type Enrolment, type EnrolmentDetail,
  type ProgressDeps
} from '../progress/progress.ts'
import {
  apply, definitionFor, drawPaper, dueAt, GRACE_SECONDS, isOver, isSameAnswer, kindOf, openSlots, replay, scoreOf, textIn, type Action, type Applied, type Attempt,
  type QuestionDefinition, type QuizDefinition, type Refused, type SlotState, type Step
} from '../quiz/quiz.ts'
import { Refusal } from '../refusals.ts'
import { closeAttempt, insertAttempt, insertSteps, selectAttemptsOf, selectOptionalAttempt, selectOverdue, selectSteps, type AttemptRow } from './queries.ts'

export type { AttemptRow } from './queries.ts'

/** An attempt as somebody may look at it: its row, its quiz, its questions and where each slot stands. */
export interface SeenAttempt {
  readonly row: AttemptRow
  readonly enrolment: Enrolment
  readonly reach: 'own' | 'staff'
  readonly quiz: QuizDefinition
  /** The course's first language, for texts that lack the reader's. */
  readonly language: string
  readonly courseTitle: string
  readonly slots: readonly SlotState[]
  readonly definitionOf: (slot: number) => QuestionDefinition
}

export interface Finished {
  readonly state: AttemptRow['state']
  readonly mark: number
  readonly markMax: number
  readonly percent: number
  readonly passed: boolean
  readonly certificateSerial: string | null
}

export interface Saved {
  readonly slot: number
  readonly seq: number
  readonly savedAt: string
  readonly state: SlotState['state']
}

/** Opens an attempt of a quiz, or gives the one that is open: pressing twice starts once.
 * @throws Refusal not-found, cohort-not-running, attempts-used-up */
export async function startAttempt (db: Database, deps: ProgressDeps, person: Person, input: { enrolmentId: string, quizKey: string }): Promise<{ id: string, started: boolean }> {
  return await db.write(async (tx) => {
    const now = deps.world.now().toISOString()
    const enrolment = await runningEnrolment(tx, person, input.enrolmentId, now)
    const quiz = await deps.courses.quiz(tx, enrolment.courseVersionId, input.quizKey)
    if (quiz === undefined) throw new Refusal('not-found')
    const earlier = await selectAttemptsOf(tx, enrolment.id, quiz.key)
    const open = earlier.find((attempt) => attempt.state === 'open')
    if (open !== undefined) {
      if (!isOver(open, now)) return { id: open.id, started: false }
      await finish(tx, deps, open, 'expiry')
    }
    if (quiz.attempts !== undefined && earlier.length >= quiz.attempts) throw new Refusal('attempts-used-up', { attempts: quiz.attempts })
    const paper = drawPaper(quiz, await deps.courses.questions(tx, enrolment.courseVersionId), deps.world.newSeed())
    const id = deps.world.newId()
    await insertAttempt(tx, {
      id,
      enrolmentId: enrolment.id,
      quizKey: quiz.key,
      number: earlier.length + 1,
      paper,
      startedAt: now,
      dueAt: dueAt(now, quiz.limitMinutes === undefined ? null : quiz.limitMinutes * 60, enrolment.cohort.endsAt),
      markMax: scoreOf(openSlots(paper.slots), quiz.passPercent).markMax
    })
    await noteActivity(tx, enrolment.id, now)
    return { id, started: true }
  })
}

/** One's own quiz before an attempt: what it is, and the attempts so far. @throws Refusal not-found */
export async function quizStanding (db: Database, deps: ProgressDeps, person: Person, input: { enrolmentId: string, quizKey: string }): Promise<{ detail: EnrolmentDetail, quiz: QuizDefinition, attempts: AttemptRow[] }> {
  const detail = await enrolmentDetail(db, deps, person, input.enrolmentId)
  const quiz = await deps.courses.quiz(db.read, detail.enrolment.courseVersionId, input.quizKey)
  if (quiz === undefined || detail.enrolment.personId !== person.id) throw new Refusal('not-found')
  return { detail, quiz, attempts: await selectAttemptsOf(db.read, input.enrolmentId, input.quizKey) }
}

/** One's own attempt, or one of a cohort that one teaches or administers. An attempt whose time has run out unseen is
 * finished first, so whoever looks sees the same ending. @throws Refusal not-found */
export async function seeAttempt (db: Database, deps: ProgressDeps, person: Person, attemptId: string): Promise<SeenAttempt> {
  const seen = await readAttempt(db.read, deps, person, attemptId)
  if (seen.row.state !== 'open' || !isOver(seen.row, deps.world.now().toISOString())) return seen
  await db.write(async (tx) => { await finishNow(tx, deps, attemptId, 'expiry') })
  return await readAttempt(db.read, deps, person, attemptId)
}

async function readAttempt (tx: Tx, deps: ProgressDeps, person: Person, attemptId: string): Promise<SeenAttempt> {
  const row = await selectOptionalAttempt(tx, attemptId)
  if (row === undefined) throw new Refusal('not-found')
  const { enrolment, reach } = await readableEnrolment(tx, person, row.enrolmentId)
  // A liaison follows progress; what somebody answered is not theirs to read.
  if (reach === 'liaison') throw new Refusal('not-found')
  const outline = await deps.courses.outline(tx, row.courseVersionId)
  return {
    row,
    enrolment,
    reach,
    quiz: await quizOf(tx, deps, row),
    language: outline.language,
    courseTitle: textIn(outline.title, person.locale, outline.language),
    slots: replay(row.paper.slots, await selectSteps(tx, row.id)),
    definitionOf: await definitionsOf(tx, deps, row)
  }
}

/** Saves answers: all of them or, when one is refused, none. Durable when it returns.
 * @throws Refusal not-found, attempt-not-open, time-is-up, slot-unknown, slot-locked, answer-out-of-date, bad-input */
export async function saveAnswers (db: Database, deps: ProgressDeps, person: Person, attemptId: string, answers: ReadonlyArray<{ slot: number, answer: unknown, seq?: number | undefined }>): Promise<Saved[]> {
  return await act(db, deps, person, attemptId, answers.map(({ slot, answer, seq }) => ({ type: 'answer', slot, answer, ...(seq === undefined ? {} : { seq }) })))
}

/** Saves an answer, if given, and has it graded at once, where the quiz offers that.
 * @throws Refusal as `saveAnswers`, and check-not-offered */
export async function checkAnswer (db: Database, deps: ProgressDeps, person: Person, attemptId: string, input: { slot: number, answer?: unknown, seq?: number | undefined }): Promise<Saved> {
  const { slot, answer, seq } = input
  const [saved] = await act(db, deps, person, attemptId, [{
    type: 'check', slot, ...(answer === undefined ? {} : { answer }), ...(seq === undefined ? {} : { seq })
  }])
  return saved as Saved
}

async function act (db: Database, deps: ProgressDeps, person: Person, attemptId: string, actions: ReadonlyArray<Exclude<Action, { type: 'finish' }>>): Promise<Saved[]> {
  const result = await db.write(async (tx) => {
    const at = deps.world.now().toISOString()
    const row = await ownAttempt(tx, person, attemptId)
    if (row.state === 'open' && isOver(row, at)) {
      // Seen late: it ends here, and the answer is refused after that is on record.
      await finish(tx, deps, row, 'expiry')
      return { refused: new Refusal('time-is-up', { dueAt: row.dueAt }) }
    }
    const concerned = row.paper.slots.filter(({ slot }) => actions.some((action) => action.slot === slot))
    const steps = concerned.length === 0 ? [] : await selectSteps(tx, row.id, concerned.map(({ slot }) => slot))
    const quiz = await quizOf(tx, deps, row)
    const definitionOf = await definitionsOf(tx, deps, row, concerned.map(({ slot }) => slot))
    let attempt: Attempt = { state: row.state, behaviour: quiz.behaviour, startedAt: row.startedAt, dueAt: row.dueAt, slots: replay(concerned, steps) }
    const taken: Step[] = []
    for (const action of actions) {
      const applied = apply(attempt, action, { at, definitionOf })
      if (!applied.ok) throw refusalOf(applied, action.slot, row)
      attempt = applied.attempt
      taken.push(...applied.steps)
    }
    await insertSteps(tx, row.id, taken)
    return { saved: attempt.slots.map(({ slot, seq, state }) => ({ slot, seq, state, savedAt: savedAt(slot, [...steps, ...taken]) ?? at })) }
  })
  if ('refused' in result) throw result.refused
  return result.saved
}

function savedAt (slot: number, steps: readonly Step[]): string | undefined {
  return steps.filter((step) => step.slot === slot).at(-1)?.at
}

function refusalOf (refused: Refused, slot: number, row: AttemptRow): Refusal {
  switch (refused.refused) {
    case 'answer-malformed':
      return new Refusal('bad-input', {}, [{ path: `answers/${slot}`, message: `is not an answer to a question of kind '${row.paper.slots[slot - 1]?.kind ?? ''}'` }])
    case 'answer-out-of-date':
      return new Refusal('answer-out-of-date', { slot, seq: refused.seq, answer: refused.answer })
    case 'time-not-up':
      throw new Error('only a finish by expiry is refused as time-not-up')
    default:
      return new Refusal(refused.refused, { slot })
  }
}

/** A page of the form, sent whole. The browser says which state of each slot it showed (`base`), so that a page left open in
 * one tab cannot overwrite with what it merely displays what was answered meanwhile in another. */
export async function savePage (db: Database, deps: ProgressDeps, person: Person, attemptId: string, fields: ReadonlyArray<{ slot: number, answer: unknown, base: number | null }>): Promise<void> {
  const row = await ownAttempt(db.read, person, attemptId)
  const steps = fields.length === 0 ? [] : await selectSteps(db.read, row.id, fields.map(({ slot }) => slot))
  const slots = replay(row.paper.slots, steps)
  const changed = fields.filter(({ slot, answer, base }) => {
    const now = slots[slot - 1]
    if (now === undefined || now.locked || isSameAnswer(now.answer, answer)) return false
    if (base === null || base === now.seq) return true
    const shown = steps.filter((step) => step.slot === slot && step.seq <= base).at(-1)?.answer ?? null
    return !isSameAnswer(shown, answer)
  })
  if (changed.length > 0) await saveAnswers(db, deps, person, attemptId, changed)
}

/** Finishes one's own attempt: grading, progress, certificate and count in one unit of work. Finishing again, or from two
 * places at once, changes nothing and answers the same. @throws Refusal not-found */
export async function finishAttempt (db: Database, deps: ProgressDeps, person: Person, attemptId: string): Promise<Finished> {
  return await db.write(async (tx) => {
    const row = await ownAttempt(tx, person, attemptId)
    return await resultOf(tx, row.state === 'open' ? await finish(tx, deps, row, 'trainee') : row)
  })
}

/** Finishes every attempt whose time and grace are over. @returns how many */
export async function sweepOverdue (db: Database, deps: ProgressDeps): Promise<number> {
  const before = new Date(deps.world.now().getTime() - GRACE_SECONDS * 1000).toISOString()
  const ids = await selectOverdue(db.read, before, 500)
  for (const id of ids) await db.write(async (tx) => { await finishNow(tx, deps, id, 'expiry') })
  return ids.length
}

/** A fully right answer for each slot, in the answer's own shape. For those who teach or administer the cohort; audited. */
export async function answerKey (db: Database, deps: ProgressDeps, person: Person, attemptId: string): Promise<Record<string, unknown>> {
  const seen = await readAttempt(db.read, deps, person, attemptId)
  if (seen.reach !== 'staff') throw new Refusal('not-allowed')
  await db.write(async (tx) => {
    await audit(tx, deps.world, { actorId: person.id, action: 'attempt.key-read', subjectType: 'attempt', subjectId: attemptId })
  })
  return Object.fromEntries(seen.slots.map(({ slot }) => {
    const definition = seen.definitionOf(slot)
    return [slot, kindOf(definition).rightAnswer(definition)]
  }))
}

async function finishNow (tx: Tx, deps: ProgressDeps, attemptId: string, by: 'trainee' | 'expiry'): Promise<void> {
  const row = await selectOptionalAttempt(tx, attemptId)
  // Read anew inside the unit of work: somebody else may have finished it since.
  if (row?.state === 'open') await finish(tx, deps, row, by)
}

async function finish (tx: Tx, deps: ProgressDeps, row: AttemptRow, by: 'trainee' | 'expiry'): Promise<AttemptRow> {
  const at = deps.world.now().toISOString()
  const quiz = await quizOf(tx, deps, row)
  const attempt: Attempt = {
    state: row.state, behaviour: quiz.behaviour, startedAt: row.startedAt, dueAt: row.dueAt, slots: replay(row.paper.slots, await selectSteps(tx, row.id))
  }
  const applied = apply(attempt, { type: 'finish', by }, { at, definitionOf: await definitionsOf(tx, deps, row) })
  if (!applied.ok) throw new Error(`attempt ${row.id} could not be finished: ${applied.refused}`)
  const { mark, percent, passed } = scoreOf(applied.attempt.slots, quiz.passPercent)
  const ended = { ...endingOf(applied), mark, percent, passed }
  if (!await closeAttempt(tx, row.id, ended)) throw new Error(`attempt ${row.id} was finished twice in one unit of work`)
  await insertSteps(tx, row.id, applied.steps)
  await noteActivity(tx, row.enrolmentId, ended.finishedAt)
  if (passed) {
    const enrolment = { id: row.enrolmentId, personId: row.personId, courseVersionId: row.courseVersionId }
    await markDone(tx, deps, enrolment, { key: row.quizKey, kind: 'quiz' })
  }
  return { ...row, ...ended }
}

function endingOf ({ attempt }: Applied): Pick<Required<Attempt>, 'state' | 'finishedAt' | 'endedBy'> {
  const { state, finishedAt, endedBy } = attempt
  if (finishedAt === undefined || endedBy === undefined) throw new Error('a finished attempt has an ending')
  return { state, finishedAt, endedBy }
}

async function resultOf (tx: Tx, row: AttemptRow): Promise<Finished> {
  const { certificateSerial } = await progressOf(tx, row.enrolmentId)
  return { state: row.state, mark: row.mark ?? 0, markMax: row.markMax, percent: row.percent ?? 0, passed: row.passed ?? false, certificateSerial }
}

async function ownAttempt (tx: Tx, person: Person, attemptId: string): Promise<AttemptRow> {
  const row = await selectOptionalAttempt(tx, attemptId)
  if (row === undefined || row.personId !== person.id || row.enrolmentState === 'withdrawn') throw new Refusal('not-found')
  return row
}

async function quizOf (tx: Tx, deps: ProgressDeps, row: AttemptRow): Promise<QuizDefinition> {
  const quiz = await deps.courses.quiz(tx, row.courseVersionId, row.quizKey)
  if (quiz === undefined) throw new Error(`attempt ${row.id} is of a quiz that its course version lacks`)
  return quiz
}

/** Questions as they stand on this paper, with what was drawn for it. */
async function definitionsOf (tx: Tx, deps: ProgressDeps, row: AttemptRow, slots?: readonly number[]): Promise<(slot: number) => QuestionDefinition> {
  const wanted = slots === undefined ? row.paper.slots : row.paper.slots.filter(({ slot }) => slots.includes(slot))
  const definitions = new Map<number, QuestionDefinition>()
  for (const slot of wanted) definitions.set(slot.slot, definitionFor(await deps.courses.question(tx, slot.questionId), slot))
  return (slot) => {
    const definition = definitions.get(slot)
    if (definition === undefined) throw new Error(`slot ${slot} was not loaded`)
    return definition
  }
}
