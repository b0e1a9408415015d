import { sql } from 'kysely'
import { makeRecent } from '../recent.ts'
import type { Tx } from '../db/database.ts'
import { isPostgres, lockRow } from '../db/locks.ts'
import { prepared, preparedChange, preparedInsert, type Value } from '../db/prepared.ts'
import type { AttemptStepTable, AttemptTable } from '../db/tables/attempts.ts'
import type { EnrolmentTable } from '../db/tables/cohorts.ts'
import type { Enrolment } from '../progress/queries.ts'
import type { AttemptResult, Marking, Paper, Step } from '../quiz/quiz.ts'

export interface AttemptRow {
  readonly id: string
  readonly enrolmentId: string
  readonly quizKey: string
  readonly number: number
  readonly state: AttemptTable['state']
  readonly paper: Paper
  readonly startedAt: string
  readonly dueAt: string | null
  readonly finishedAt: string | null
  readonly endedBy: AttemptTable['ended_by']
  readonly endsAt: string | null
  readonly correctedAt: string | null
  readonly mark: number | null
  readonly markMax: number
  readonly percent: number | null
  readonly passed: boolean | null
  readonly personId: string
  readonly enrolmentState: EnrolmentTable['state']
  /** The version it was sat on. */
  readonly courseVersionId: string
  /** The version that its cohort has now: another one where the cohort was moved since. */
  readonly cohortVersionId: string
}

/** An attempt without its paper, which never changes. */
export type AttemptHead = Omit<AttemptRow, 'paper'>

function heads (tx: Tx) {
  return tx.selectFrom('attempt')
    .innerJoin('enrolment', 'enrolment.id', 'attempt.enrolment_id')
    .innerJoin('cohort', 'cohort.id', 'enrolment.cohort_id')
    .select([
      'attempt.id', 'attempt.enrolment_id as enrolmentId', 'attempt.quiz_key as quizKey', 'attempt.number', 'attempt.state',
      'attempt.started_at as startedAt', 'attempt.due_at as dueAt', 'attempt.finished_at as finishedAt',
      'attempt.ended_by as endedBy', 'attempt.ends_at as endsAt', 'attempt.corrected_at as correctedAt', 'attempt.mark', 'attempt.mark_max as markMax', 'attempt.percent', 'attempt.passed',
      'enrolment.person_id as personId', 'enrolment.state as enrolmentState', 'cohort.course_version_id as cohortVersionId'
    ])
    .select(({ fn }) => fn.coalesce('attempt.course_version_id', 'cohort.course_version_id').$notNull().as('courseVersionId'))
}

function attempts (tx: Tx) {
  return heads(tx).select('attempt.paper')
}

type Row = Awaited<ReturnType<ReturnType<typeof attempts>['execute']>>[number]

/** Papers lately asked for, each with the text that it was read from: parsed once for the many requests of an attempt, and good for as
 * long as the text is the same. Shared; nobody may change one. */
const papers = makeRecent<{ readonly text: string, readonly paper: Paper }>(4000)

function rowOf (row: Row): AttemptRow {
  return { ...row, paper: paperOf(row.id, row.paper), passed: row.passed === null ? null : row.passed === 1 }
}

function paperOf (attemptId: string, text: string): Paper {
  const known = papers.get(attemptId)
  return (known?.text === text ? known : papers.keep(attemptId, { text, paper: JSON.parse(text) as Paper })).paper
}

export async function selectOptionalAttempt (tx: Tx, id: string): Promise<AttemptRow | undefined> {
  const [row] = await attemptById(tx, { id })
  return row === undefined ? undefined : rowOf(row)
}

const attemptById = prepared((tx, value: Value<{ id: string }>) => attempts(tx).where('attempt.id', '=', value('id')))

/** What a trainee's own pages ask of an attempt each time. */
export interface SittingRow {
  readonly head: AttemptHead
  readonly enrolment: Pick<Enrolment, 'id' | 'person' | 'certificateSerial'>
  readonly cohortEndsAt: string
  /** How many there are. */
  readonly steps: number
}

export async function selectOptionalSitting (tx: Tx, id: string): Promise<SittingRow | undefined> {
  const [row] = await sittingById(tx, { id })
  if (row === undefined) return undefined
  const { steps, cohortEndsAt, name, country, certificateSerial, ...head } = row
  return {
    head: { ...head, passed: head.passed === null ? null : head.passed === 1 },
    enrolment: { id: head.enrolmentId, person: { name, country }, certificateSerial },
    cohortEndsAt,
    steps: Number(steps)
  }
}

const sittingById = prepared((tx, value: Value<{ id: string }>) => heads(tx)
  .innerJoin('person', 'person.id', 'enrolment.person_id')
  .leftJoin('certificate', (join) => join.onRef('certificate.enrolment_id', '=', 'enrolment.id').on('certificate.revoked_at', 'is', null))
  .select(['person.name', 'person.country', 'cohort.ends_at as cohortEndsAt', 'certificate.serial as certificateSerial'])
  .select((select) => select.selectFrom('attempt_step').select(({ fn }) => fn.countAll<number | string>().as('count')).whereRef('attempt_step.attempt_id', '=', 'attempt.id').as('steps'))
  .where('attempt.id', '=', value('id')))

export async function countSteps (tx: Tx, attemptId: string): Promise<number> {
  return Number((await stepsCounted(tx, { attemptId }))[0]?.count ?? 0)
}

const stepsCounted = prepared((tx, value: Value<{ attemptId: string }>) => tx.selectFrom('attempt_step')
  .select(({ fn }) => fn.countAll<number | string>().as('count')).where('attempt_id', '=', value('attemptId')))

export async function selectPaper (tx: Tx, attemptId: string): Promise<Paper> {
  const [row] = await paperById(tx, { attemptId })
  if (row === undefined) throw new Error(`no attempt ${attemptId}`)
  return JSON.parse(row.paper) as Paper
}

const paperById = prepared((tx, value: Value<{ attemptId: string }>) => tx.selectFrom('attempt').select('paper').where('id', '=', value('attemptId')))

/** As `selectOptionalAttemptHeld`, without the paper. */
export async function selectOptionalHeadHeld (tx: Tx, id: string): Promise<AttemptHead | undefined> {
  const [row] = await headHeld(tx, { id })
  return row === undefined ? undefined : { ...row, passed: row.passed === null ? null : row.passed === 1 }
}

const headHeld = prepared((tx, value: Value<{ id: string }>) => lockRow(tx, heads(tx).where('attempt.id', '=', value('id')), 'attempt'))

/** Held until the unit of work ends: whoever saves or finishes it stands in line, so that no answer slips in behind a finish
 * that has not read it. */
export async function selectOptionalAttemptHeld (tx: Tx, id: string): Promise<AttemptRow | undefined> {
  const [row] = await attemptHeld(tx, { id })
  return row === undefined ? undefined : rowOf(row)
}

const attemptHeld = prepared((tx, value: Value<{ id: string }>) => lockRow(tx, attempts(tx).where('attempt.id', '=', value('id')), 'attempt'))

/** Holds an enrolment until the unit of work ends: what is read of it afterwards is what others left. On SQLite a unit of work is the only
 * one that runs. */
export async function holdEnrolment (tx: Tx, enrolmentId: string): Promise<void> {
  if (isPostgres(tx)) await enrolmentHeld(tx, { enrolmentId })
}

const enrolmentHeld = prepared((tx, value: Value<{ enrolmentId: string }>) => lockRow(tx, tx.selectFrom('enrolment').select('id').where('id', '=', value('enrolmentId')), 'enrolment'))

/** Every attempt of one quiz, the first first. */
export async function selectAttemptsOf (tx: Tx, enrolmentId: string, quizKey: string): Promise<AttemptRow[]> {
  return (await attemptsByQuiz(tx, { enrolmentId, quizKey })).map(rowOf)
}

const attemptsByQuiz = prepared((tx, value: Value<{ enrolmentId: string, quizKey: string }>) => attempts(tx)
  .where('enrolment_id', '=', value('enrolmentId')).where('quiz_key', '=', value('quizKey')).orderBy('attempt.number'))

/** What every attempt of one quiz came to, the first first. */
export async function selectResultsOf (tx: Tx, enrolmentId: string, quizKey: string): Promise<AttemptResult[]> {
  return (await resultsByQuiz(tx, { enrolmentId, quizKey })).map((row) => ({ ...row, passed: row.passed === null ? null : row.passed === 1 }))
}

const resultsByQuiz = prepared((tx, value: Value<{ enrolmentId: string, quizKey: string }>) => tx.selectFrom('attempt').select(['number', 'state', 'percent', 'passed'])
  .where('enrolment_id', '=', value('enrolmentId')).where('quiz_key', '=', value('quizKey')).orderBy('number'))

export async function insertAttempt (tx: Tx, row: Pick<AttemptRow, 'id' | 'enrolmentId' | 'quizKey' | 'number' | 'paper' | 'startedAt' | 'dueAt' | 'endsAt' | 'correctedAt' | 'markMax'>): Promise<void> {
  await newAttempt(tx, { ...row, paper: JSON.stringify(row.paper) })
}

type NewAttempt = Omit<Parameters<typeof insertAttempt>[1], 'paper'> & { readonly paper: string }

const newAttempt = preparedChange((tx, value: Value<NewAttempt>) => tx.insertInto('attempt').values({
  id: value('id'),
  enrolment_id: value('enrolmentId'),
  quiz_key: value('quizKey'),
  number: value('number'),
  state: 'open',
  paper: value('paper'),
  started_at: value('startedAt'),
  due_at: value('dueAt'),
  finished_at: null,
  ended_by: null,
  ends_at: value('endsAt'),
  corrected_at: value('correctedAt'),
  mark: null,
  mark_max: value('markMax'),
  percent: null,
  passed: null
}))

/** @returns false when another request finished it first */
export async function closeAttempt (tx: Tx, id: string, ended: {
  state: AttemptRow['state'], finishedAt: string, endedBy: NonNullable<AttemptRow['endedBy']>, mark: number, percent: number, passed: boolean
}): Promise<boolean> {
  return await closed(tx, { ...ended, id, passed: ended.passed ? 1 : 0 }) === 1
}

const closed = preparedChange((tx, value: Value<Omit<Parameters<typeof closeAttempt>[2], 'passed'> & { readonly id: string, readonly passed: number }>) => tx.updateTable('attempt').set({
  state: value('state'),
  finished_at: value('finishedAt'),
  ended_by: value('endedBy'),
  mark: value('mark'),
  percent: value('percent'),
  passed: value('passed')
}).where('id', '=', value('id')).where('state', '=', 'open'))

/** What a finished attempt comes to now, after a person marked it or its questions were corrected. */
export async function updateResult (tx: Tx, id: string, result: {
  state: AttemptRow['state'], mark: number, percent: number, passed: boolean, correctedAt: string | null
}): Promise<void> {
  await tx.updateTable('attempt').set({
    state: result.state, mark: result.mark, percent: result.percent, passed: result.passed ? 1 : 0, corrected_at: result.correctedAt
  }).where('id', '=', id).where('state', '!=', 'open').execute()
}

/** Every attempt of one quiz in a cohort, on whatever version of its course, with whose it is, by name. Withdrawn trainees' are left out, and those whose
 * answers were erased. */
export async function selectAttemptsOfQuiz (tx: Tx, cohortId: string, quizKey: string): Promise<Array<AttemptRow & { readonly personName: string }>> {
  const rows = await attempts(tx).innerJoin('person', 'person.id', 'enrolment.person_id').select('person.name as personName')
    .where('enrolment.cohort_id', '=', cohortId).where('quiz_key', '=', quizKey).where('enrolment.state', '!=', 'withdrawn').where('person.erased_at', 'is', null)
    .orderBy('person.name').orderBy('enrolment.id').orderBy('attempt.number').execute()
  return rows.map(({ personName, ...row }) => ({ ...rowOf(row), personName }))
}

/** The steps of some slots, or of all, each slot's in order. */
export async function selectSteps (tx: Tx, attemptId: string, slots?: readonly number[]): Promise<Step[]> {
  const [slot] = slots ?? []
  // One slot, or nearly a whole page of them: what does not concern is left out here rather than by a text for each number of slots.
  const rows = slots?.length === 1 && slot !== undefined ? await stepsOfSlot(tx, { attemptId, slot }) : await stepsOfAttempt(tx, { attemptId })
  return rows.filter((row) => slots === undefined || slots.includes(row.slot)).map(({ marking, ...row }) => ({
    ...row,
    state: row.state as Step['state'],
    answer: row.answer === null ? null : JSON.parse(row.answer) as unknown,
    ...marking !== null && { marking: JSON.parse(marking) as Marking }
  }))
}

function steps (tx: Tx) {
  return tx.selectFrom('attempt_step').select(['slot', 'seq', 'action', 'answer', 'state', 'fraction', 'at', 'marking']).orderBy('slot').orderBy('seq')
}

const stepsOfAttempt = prepared((tx, value: Value<{ attemptId: string }>) => steps(tx).where('attempt_id', '=', value('attemptId')))
const stepsOfSlot = prepared((tx, value: Value<{ attemptId: string, slot: number }>) => steps(tx).where('attempt_id', '=', value('attemptId')).where('slot', '=', value('slot')))

/** Appends; the key (attempt, slot, seq) makes a second writer of the same step fail whole. */
export async function insertSteps (tx: Tx, attemptId: string, steps: readonly Step[]): Promise<void> {
  await newSteps(tx, steps.map((step) => ({
    attempt_id: attemptId,
    slot: step.slot,
    seq: step.seq,
    action: step.action,
    answer: step.answer === null ? null : JSON.stringify(step.answer),
    state: step.state,
    fraction: step.fraction,
    at: step.at,
    marking: step.marking === undefined ? null : JSON.stringify(step.marking)
  })))
}

const newSteps = preparedInsert<{ [Column in keyof AttemptStepTable]: AttemptStepTable[Column] }>(
  ['attempt_id', 'slot', 'seq', 'action', 'answer', 'state', 'fraction', 'at', 'marking'], (tx, rows) => tx.insertInto('attempt_step').values(rows))

/** Open attempts whose end, with any grace, lies before `before`, the oldest first. */
export async function selectOverdue (tx: Tx, before: string, limit: number): Promise<string[]> {
  // Literally, as its partial index says it: a value to be bound would have the statement planned anew each time.
  const rows = await tx.selectFrom('attempt').select('id').where('state', '=', sql.lit('open')).where('ends_at', '<', before)
    .orderBy('ends_at').limit(limit).execute()
  return rows.map((row) => row.id)
}

/** A file in the answer to a slot, without its bytes. */
export interface Upload {
  readonly id: string
  readonly slot: number
  readonly name: string
  readonly type: string
  /** In bytes. */
  readonly size: number
  /** SHA-256, hexadecimal. */
  readonly hash: string
  readonly at: string
}

/** Every file of an attempt, in the order in which they came. */
export async function selectUploads (tx: Tx, attemptId: string): Promise<Upload[]> {
  return await tx.selectFrom('upload').innerJoin('upload_content as content', 'content.hash', 'upload.hash')
    .select(['upload.id', 'upload.slot', 'upload.name', 'content.type', 'content.size', 'content.hash', 'upload.at'])
    .where('upload.attempt_id', '=', attemptId).orderBy('upload.at').orderBy('upload.id').execute()
}

export async function selectUploadBytes (tx: Tx, hash: string): Promise<Buffer> {
  const { bytes } = await tx.selectFrom('upload_content').select('bytes').where('hash', '=', hash).executeTakeFirstOrThrow()
  return Buffer.from(bytes)
}

/** Keeps a file. Bytes that are there already are held by an update that changes nothing: whoever is about to delete them waits,
 * and then sees that they are wanted. */
export async function insertUpload (tx: Tx, attemptId: string, upload: Upload, bytes: Buffer): Promise<void> {
  const { hash, type, size, at } = upload
  await tx.insertInto('upload_content').values({ hash, type, size, bytes, created_at: at })
    .onConflict((of) => of.column('hash').doUpdateSet((eb) => ({ size: eb.ref('excluded.size') }))).execute()
  await tx.insertInto('upload').values({ id: upload.id, attempt_id: attemptId, slot: upload.slot, name: upload.name, hash, at }).execute()
}

/** Deletes a file, and its bytes when no other file has the same. */
export async function deleteUpload (tx: Tx, { id, hash }: Pick<Upload, 'id' | 'hash'>): Promise<void> {
  await lockRow(tx, tx.selectFrom('upload_content').select('hash').where('hash', '=', hash), 'upload_content').execute()
  await tx.deleteFrom('upload').where('id', '=', id).execute()
  await tx.deleteFrom('upload_content').where('hash', '=', hash)
    .where(({ not, exists, selectFrom }) => not(exists(selectFrom('upload').select('id').where('hash', '=', hash)))).execute()
}

/** The open attempts of some people, with the end of the cohort that each is in. */
export async function selectOpenAttemptsOf (tx: Tx, personIds: readonly string[]): Promise<Array<{ readonly id: string, readonly cohortEndsAt: string }>> {
  if (personIds.length === 0) return []
  return await tx.selectFrom('attempt').innerJoin('enrolment', 'enrolment.id', 'attempt.enrolment_id').innerJoin('cohort', 'cohort.id', 'enrolment.cohort_id')
    .select(['attempt.id', 'cohort.ends_at as cohortEndsAt']).where('enrolment.person_id', 'in', personIds).where('attempt.state', '=', 'open').orderBy('attempt.id').execute()
}

/** @returns false when it has ended meanwhile */
export async function updateTimes (tx: Tx, id: string, dueAt: string, endsAt: string | null): Promise<boolean> {
  const result = await tx.updateTable('attempt').set({ due_at: dueAt, ends_at: endsAt }).where('id', '=', id).where('state', '=', 'open').executeTakeFirst()
  return Number(result.numUpdatedRows) === 1
}
