import { audit } from '../audit/audit.ts'
import { askedCount } from '../courses/asked.ts'
import { allowanceOf, holdPerson } from '../cohorts/accommodations/accommodations.ts'
import type { CourseOutline } from '../courses/outline.ts'
import type { Database, Tx } from '../db/database.ts'
import type { Person } from '../person.ts'
import {
  enrolmentDetail, noteActivity, readableEnrolment, runningEnrolment, type Enrolment, type EnrolmentDetail,
  type ProgressDeps
} from '../progress/progress.ts'
import {
  apply, attemptsWith, closesWith, drawPaper, dueAt, GRACE_SECONDS, isAsked, isSameAnswer, kindOf, limitWith, momentOf, openSlots, policyAt, replay, reviewOf, scoreOf, textIn,
  type AnswerAction, type Applied, type Attempt, type Moment, type QuestionDefinition, type QuizDefinition, type Refused, type SlotReview,
  type SlotState, type Step
} from '../quiz/quiz.ts'
import { Refusal } from '../refusals.ts'
import {
  closeAttempt, countSteps, insertAttempt, insertSteps, selectAttemptsOf, selectOptionalAttempt, selectOptionalHeadHeld, selectOptionalSitting,
  selectOverdue, selectSteps, selectUploads, type AttemptHead, type AttemptRow, type Upload
} from './queries.ts'
import { attemptOf, definitionsOf, endOf, isRowOver, limitOf, quizOf, resultOf, settle, type Finished } from './sitting.ts'
import { standingAfter, standingAt, standingsOf, type Standing } from './standings.ts'

export type { AttemptRow, Upload } from './queries.ts'
export type { Finished } from './sitting.ts'

/** An attempt as somebody may look at it: its row, its quiz, its questions and where each slot stands. */
export interface SeenAttempt {
  readonly row: AttemptRow
  readonly enrolment: Pick<Enrolment, 'id' | 'person' | 'certificateSerial'>
  readonly reach: 'own' | 'staff'
  readonly quiz: QuizDefinition
  /** The course's first language, for texts that lack the reader's. */
  readonly language: string
  readonly courseTitle: string
  /** Of the course, by their paths in it. */
  readonly pictures: NonNullable<CourseOutline['pictures']>
  readonly slots: readonly SlotState[]
  /** Files in answers. */
  readonly uploads: readonly Upload[]
  /** When it is looked at, as its review policy tells moments apart. */
  readonly moment: Moment
  readonly definitionOf: (slot: number) => QuestionDefinition
}

export interface Saved extends Pick<SlotReview, 'tries' | 'triesLeft' | 'hint'> {
  readonly slot: number
  readonly seq: number
  readonly savedAt: string
  /** When the attempt is due now, and over at the latest: it may have been given more time since. */
  readonly dueAt: string | null
  readonly endsAt: string | null
  /** As far as the quiz shows it while the attempt is open. */
  readonly state: SlotState['state']
}

/** Opens an attempt of a quiz, or gives the one that is open: pressing twice starts once.
 * @throws Refusal not-found, cohort-not-running, attempts-used-up */
export async function startAttempt (db: Database, deps: ProgressDeps, person: Person, input: { enrolmentId: string, quizKey: string }): Promise<{ id: string, started: boolean }> {
  return await db.write(async (tx) => {
    const now = deps.world.now().toISOString()
    // Whoever allows this person more meanwhile is waited for, or finds the attempt and lengthens it.
    await holdPerson(tx, person.id)
    const enrolment = await runningEnrolment(tx, person, input.enrolmentId, now)
    const quiz = await deps.courses.quiz(tx, enrolment.courseVersionId, input.quizKey)
    if (quiz === undefined) throw new Refusal('not-found')
    const earlier = await selectAttemptsOf(tx, enrolment.id, quiz.key)
    const open = earlier.find((attempt) => attempt.state === 'open')
    if (open !== undefined) {
      if (!isRowOver(open, now)) return { id: open.id, started: false }
      await finishNow(tx, deps, open.id, 'expiry')
    }
    const allowance = await allowanceOf(tx, enrolment.personId, now)
    const attempts = attemptsWith(quiz.attempts, allowance)
    if (attempts !== undefined && earlier.length >= attempts) throw new Refusal('attempts-used-up', { attempts })
    const corrected = await deps.courses.corrections(tx, enrolment.courseVersionId, now)
    const questions = (await deps.courses.questions(tx, enrolment.courseVersionId)).map((question) => ({ ...question, definition: corrected.get(question.id) ?? question.definition }))
    const paper = drawPaper(quiz, questions, deps.world.newSeed(), {
      // Another attempt asks first what was not asked before.
      seen: earlier.flatMap(({ paper }) => paper.slots.map(({ questionId }) => questionId)),
      firstLanguage: (await deps.courses.outline(tx, enrolment.courseVersionId)).language
    })
    const id = deps.world.newId()
    const due = dueAt(now, limitWith(limitOf(quiz), allowance), enrolment.cohort.endsAt)
    await insertAttempt(tx, {
      id,
      enrolmentId: enrolment.id,
      quizKey: quiz.key,
      number: earlier.length + 1,
      paper,
      startedAt: now,
      dueAt: due,
      endsAt: endOf(quiz, due),
      correctedAt: corrected.size === 0 ? null : now,
      markMax: scoreOf(openSlots(paper.slots), quiz.passPercent).markMax
    })
    await noteActivity(tx, enrolment.id, now)
    return { id, started: true }
  }, 'alongside')
}

/** One's own quiz before an attempt: what it is, how many questions it asks, and the attempts so far. @throws Refusal not-found */
export async function quizStanding (db: Database, deps: ProgressDeps, person: Person, input: { enrolmentId: string, quizKey: string }): Promise<{ detail: EnrolmentDetail, quiz: QuizDefinition, questions: number, attempts: AttemptRow[] }> {
  const detail = await enrolmentDetail(db, deps, person, input.enrolmentId)
  const quiz = await deps.courses.quiz(db.read, detail.enrolment.courseVersionId, input.quizKey)
  if (quiz === undefined || detail.enrolment.personId !== person.id) throw new Refusal('not-found')
  return {
    detail,
    quiz,
    questions: askedCount(quiz, await deps.courses.questions(db.read, detail.enrolment.courseVersionId)),
    attempts: await selectAttemptsOf(db.read, input.enrolmentId, input.quizKey)
  }
}

/** One's own attempt, or one of a cohort that one teaches or administers. An attempt whose time has run out unseen is
 * finished first, so whoever looks sees the same ending. @throws Refusal not-found */
export async function seeAttempt (db: Database, deps: ProgressDeps, person: Person, attemptId: string): Promise<SeenAttempt> {
  const seen = await lookAt(db, deps, person, attemptId)
  if (seen.row.state !== 'open' || !isRowOver(seen.row, deps.world.now().toISOString())) return seen
  await db.write(async (tx) => { await finishNow(tx, deps, attemptId, 'expiry') }, 'alongside')
  return await lookAt(db, deps, person, attemptId)
}

/** One's own is looked at again and again, and remembered from one time to the next. */
async function lookAt (db: Database, deps: ProgressDeps, person: Person, attemptId: string): Promise<SeenAttempt> {
  const found = await selectOptionalSitting(db.read, attemptId)
  if (found === undefined) throw new Refusal('not-found')
  const { head, enrolment, cohortEndsAt, steps } = found
  if (head.personId !== person.id) return await readAttempt(db.read, deps, person, attemptId)
  if (head.enrolmentState === 'withdrawn') throw new Refusal('not-found')
  const standings = standingsOf(db)
  const remembered = standings.get(attemptId)
  const standing = await standingAt(db.read, deps, head, steps, remembered)
  if (standing !== remembered) standings.keep(attemptId, standing)
  const { paper, slots, definitionOf } = standing
  const outline = await deps.courses.outline(db.read, head.courseVersionId)
  const at = deps.world.now().toISOString()
  // What somebody is allowed moves the end of the cohort, which matters to an attempt that is finished.
  const closesAt = head.state === 'open' ? cohortEndsAt : closesWith(cohortEndsAt, await allowanceOf(db.read, head.personId, at))
  return {
    row: { ...head, paper },
    enrolment,
    reach: 'own',
    quiz: await quizOf(db.read, deps, head),
    language: outline.language,
    courseTitle: textIn(outline.title, person.locale, outline.language),
    pictures: outline.pictures ?? {},
    slots,
    uploads: paper.slots.some(({ kind }) => kind === 'upload') ? await selectUploads(db.read, head.id) : [],
    moment: momentOf({ state: head.state, ...head.finishedAt !== null && { finishedAt: head.finishedAt } }, at, closesAt),
    definitionOf
  }
}

/** As `seeAttempt`, as it stands: an attempt whose time has run out unseen is still open. */
export async function readAttempt (tx: Tx, deps: ProgressDeps, person: Person, attemptId: string): Promise<SeenAttempt> {
  const row = await selectOptionalAttempt(tx, attemptId)
  if (row === undefined) throw new Refusal('not-found')
  const { enrolment, reach } = await readableEnrolment(tx, person, row.enrolmentId, deps.world.now().toISOString())
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
    pictures: outline.pictures ?? {},
    slots: replay(row.paper.slots, await selectSteps(tx, row.id)),
    uploads: row.paper.slots.some(({ kind }) => kind === 'upload') ? await selectUploads(tx, row.id) : [],
    moment: momentOf({ state: row.state, ...row.finishedAt !== null && { finishedAt: row.finishedAt } }, deps.world.now().toISOString(), enrolment.cohort.endsAt),
    definitionOf: await definitionsOf(tx, deps, row)
  }
}

/** Saves answers: all of them or, when one is refused, none. Durable when it returns.
 * @throws Refusal not-found, attempt-not-open, time-is-up, slot-unknown, slot-locked, decision-taken, answer-out-of-date, bad-input */
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

/** Does to an attempt what its trainee asks, one action after another: all of it or, when one is refused, nothing.
 * @param actionsOf asked when the attempt is held; what it writes is part of the same unit of work
 * @throws Refusal as `saveAnswers` */
export async function act (db: Database, deps: ProgressDeps, person: Person, attemptId: string, actionsOf: readonly AnswerAction[] | ((held: Held) => Promise<readonly AnswerAction[]>)): Promise<Saved[]> {
  const standings = standingsOf(db)
  const result = await db.write(async (tx) => {
    const at = deps.world.now().toISOString()
    const head = own(await selectOptionalHeadHeld(tx, attemptId), person)
    const before = await standingAt(tx, deps, head, await countSteps(tx, attemptId), standings.get(attemptId))
    const row = { ...head, paper: before.paper }
    if (row.state === 'open' && isRowOver(row, at)) {
      // Seen late: it ends here, and the answer is refused after that is on record.
      await finish(tx, deps, row, before, 'expiry')
      return { refused: new Refusal('time-is-up', { dueAt: row.dueAt }) }
    }
    const { definitionOf } = before
    const actions = typeof actionsOf === 'function' ? await actionsOf({ tx, row, at, slots: before.slots }) : actionsOf
    const concerned = before.slots.filter(({ slot }) => actions.some((action) => action.slot === slot))
    const quiz = await quizOf(tx, deps, row)
    if (concerned.some(({ slot }) => row.paper.slots[slot - 1]?.kind === 'upload')) assertOwnFiles(actions, row, await selectUploads(tx, row.id))
    let attempt: Attempt = attemptOf(row, quiz, concerned)
    const taken: Step[] = []
    for (const action of actions) {
      const applied = apply(attempt, action, { at, definitionOf })
      if (!applied.ok) throw refusalOf(applied, action.slot, row)
      attempt = applied.attempt
      taken.push(...applied.steps)
    }
    await insertSteps(tx, row.id, taken)
    // Of what may be shown, no more than is told below.
    const shown = reviewOf(attempt, { ...policyAt(quiz.review, 'during'), answer: false, mark: false, feedback: false, rightAnswer: false }, definitionOf, person.locale)
    const after = standingAfter(before, taken, attempt.slots)
    return {
      after,
      saved: attempt.slots.map(({ slot, seq }, index): Saved => {
        const { state, tries, triesLeft, hint } = shown[index] as SlotReview
        return {
          slot, seq, state, savedAt: after.savedAt.get(slot) ?? at, dueAt: row.dueAt, endsAt: row.endsAt,
          ...tries !== undefined && { tries }, ...triesLeft !== undefined && { triesLeft }, ...hint !== undefined && { hint }
        }
      })
    }
  }, 'alongside')
  if ('refused' in result) throw result.refused
  // Not before it is committed: what is remembered was true.
  standings.keep(attemptId, result.after)
  return result.saved
}

/** An attempt inside of the unit of work that changes it. */
export interface Held {
  readonly tx: Tx
  readonly row: AttemptRow
  /** Now, ISO 8601. */
  readonly at: string
  readonly slots: readonly SlotState[]
}

/** An answer names files that were sent to its own slot, and calls them as they are called. */
function assertOwnFiles (actions: readonly AnswerAction[], row: AttemptRow, uploads: readonly Upload[]): void {
  for (const { slot, answer } of actions) {
    if (row.paper.slots[slot - 1]?.kind !== 'upload' || typeof answer !== 'object' || answer === null || !('files' in answer) || !Array.isArray(answer.files)) continue
    const strange = (answer.files as ReadonlyArray<{ id?: unknown, name?: unknown } | null>).findIndex((file) => !uploads.some((upload) => upload.slot === slot && upload.id === file?.id && upload.name === file.name))
    if (strange >= 0) throw new Refusal('bad-input', {}, [{ path: `answers/${slot}/files/${strange}`, message: 'is not a file that was sent to this question' }])
  }
}

function refusalOf (refused: Refused, slot: number, row: AttemptRow): Refusal {
  switch (refused.refused) {
    case 'answer-malformed':
      return new Refusal('bad-input', {}, [{ path: `answers/${slot}`, message: `is not an answer to a question of kind '${row.paper.slots[slot - 1]?.kind ?? ''}'` }])
    case 'answer-out-of-date':
      return new Refusal('answer-out-of-date', { slot, seq: refused.seq, answer: refused.answer })
    case 'time-not-up': case 'mark-out-of-bounds':
      throw new Error(`an answer is never refused as ${refused.refused}`)
    default:
      return new Refusal(refused.refused, { slot })
  }
}

/** What a form says of one slot. */
export interface Field {
  readonly slot: number
  readonly answer: unknown
  /** Which state of the slot the form showed; null when it does not say. */
  readonly base: number | null
}

/** A page of the form, sent whole. The browser says which state of each slot it showed (`base`), so that a page left open in
 * one tab cannot overwrite with what it merely displays what was answered meanwhile in another.
 * @param slots as somebody saw them a moment ago: where the page says nothing else, there is nothing to do */
export async function savePage (db: Database, deps: ProgressDeps, person: Person, attemptId: string, slots: readonly SlotState[], fields: readonly Field[]): Promise<void> {
  if (!fields.some((field) => differs(field, slots[field.slot - 1]))) return
  await act(db, deps, person, attemptId, async ({ tx, slots }) => {
    const answers: AnswerAction[] = []
    for (const field of fields) {
      const { slot, answer, base } = field
      const now = slots[slot - 1]
      if (!differs(field, now)) continue
      const isShown = base !== null && base !== now?.seq && isSameAnswer(await answerBefore(tx, attemptId, slot, base), answer)
      if (!isShown) answers.push({ type: 'answer', slot, answer })
    }
    return answers
  })
}

function differs ({ answer }: Field, now: SlotState | undefined): now is SlotState {
  return now !== undefined && !now.locked && !isSameAnswer(now.answer, answer)
}

/** What a slot's answer was when it had taken so many steps. */
async function answerBefore (tx: Tx, attemptId: string, slot: number, seq: number): Promise<unknown> {
  return (await selectSteps(tx, attemptId, [slot])).filter((step) => step.seq <= seq).at(-1)?.answer ?? null
}

/** Finishes one's own attempt: grading, progress, certificate and count in one unit of work. Finishing again, or from two
 * places at once, changes nothing and answers the same. @throws Refusal not-found */
export async function finishAttempt (db: Database, deps: ProgressDeps, person: Person, attemptId: string): Promise<Finished> {
  const standings = standingsOf(db)
  const { result, after } = await db.write(async (tx) => {
    const head = own(await selectOptionalHeadHeld(tx, attemptId), person)
    if (head.state !== 'open') return { result: await resultOf(tx, head), after: undefined }
    const before = await standingAt(tx, deps, head, await countSteps(tx, attemptId), standings.get(attemptId))
    const { row, after } = await finish(tx, deps, { ...head, paper: before.paper }, before, 'trainee')
    return { result: await resultOf(tx, row), after }
  }, 'alongside')
  if (after !== undefined) standings.keep(attemptId, after)
  return result
}

/** Finishes every attempt whose time and grace are over. @returns how many */
export async function sweepOverdue (db: Database, deps: ProgressDeps): Promise<number> {
  const before = new Date(deps.world.now().getTime() - GRACE_SECONDS * 1000).toISOString()
  const ids = await selectOverdue(db.read, before, 500)
  let count = 0
  for (const id of ids) {
    if (await db.write(async (tx) => await finishNow(tx, deps, id, 'expiry'), 'alongside')) count += 1
  }
  return count
}

/** A fully right answer for each slot that asks something, in the answer's own shape. For those who teach or administer the cohort; audited. */
export async function answerKey (db: Database, deps: ProgressDeps, person: Person, attemptId: string): Promise<Record<string, unknown>> {
  const seen = await readAttempt(db.read, deps, person, attemptId)
  if (seen.reach !== 'staff') throw new Refusal('not-allowed')
  await db.write(async (tx) => {
    await audit(tx, deps.world, { actorId: person.id, action: 'attempt.key-read', subjectType: 'attempt', subjectId: attemptId })
  }, 'alongside')
  return Object.fromEntries(seen.slots.flatMap(({ slot }) => {
    const definition = seen.definitionOf(slot)
    return isAsked(definition) ? [[slot, kindOf(definition).rightAnswer(definition)]] : []
  }))
}

/** @returns false when somebody else finished it first */
async function finishNow (tx: Tx, deps: ProgressDeps, attemptId: string, by: 'trainee' | 'expiry'): Promise<boolean> {
  const head = await selectOptionalHeadHeld(tx, attemptId)
  // Read anew inside the unit of work: somebody else may have finished it since.
  if (head?.state !== 'open') return false
  const before = await standingAt(tx, deps, head, await countSteps(tx, attemptId), undefined)
  await finish(tx, deps, { ...head, paper: before.paper }, before, by)
  return true
}

async function finish (tx: Tx, deps: ProgressDeps, row: AttemptRow, before: Standing, by: 'trainee' | 'expiry'): Promise<{ row: AttemptRow, after: Standing }> {
  const at = deps.world.now().toISOString()
  const quiz = await quizOf(tx, deps, row)
  const applied = apply(attemptOf(row, quiz, before.slots), { type: 'finish', by }, { at, definitionOf: before.definitionOf })
  if (!applied.ok) throw new Error(`attempt ${row.id} could not be finished: ${applied.refused}`)
  const { mark, percent, passed } = scoreOf(applied.attempt.slots, quiz)
  const ended = { ...endingOf(applied), mark, percent, passed }
  if (!await closeAttempt(tx, row.id, ended)) throw new Error(`attempt ${row.id} was finished twice in one unit of work`)
  await insertSteps(tx, row.id, applied.steps)
  await noteActivity(tx, row.enrolmentId, ended.finishedAt)
  const finished = { ...row, ...ended }
  await settle(tx, deps, finished, quiz)
  return { row: finished, after: standingAfter(before, applied.steps, applied.attempt.slots) }
}

function endingOf ({ attempt }: Applied): Pick<Required<Attempt>, 'state' | 'finishedAt' | 'endedBy'> {
  const { state, finishedAt, endedBy } = attempt
  if (finishedAt === undefined || endedBy === undefined) throw new Error('a finished attempt has an ending')
  return { state, finishedAt, endedBy }
}

function own<Row extends AttemptHead> (row: Row | undefined, person: Person): Row {
  if (row === undefined || row.personId !== person.id || row.enrolmentState === 'withdrawn') throw new Refusal('not-found')
  return row
}
