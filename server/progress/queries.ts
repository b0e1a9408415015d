import type { Tx } from '../db/database.ts'
import type { EnrolmentTable } from '../db/tables.ts'
import type { AttemptResult } from '../quiz/quiz.ts'

export interface Enrolment {
  readonly id: string
  readonly personId: string
  readonly state: EnrolmentTable['state']
  readonly enrolledAt: string
  readonly completedAt: string | null
  readonly done: number
  readonly total: number
  readonly cohort: { readonly id: string, readonly name: string, readonly startsAt: string, readonly endsAt: string }
  readonly courseVersionId: string
  readonly person: { readonly name: string, readonly country: string | null }
  readonly certificateSerial: string | null
}

function enrolments (tx: Tx) {
  return tx.selectFrom('enrolment')
    .innerJoin('cohort', 'cohort.id', 'enrolment.cohort_id')
    .innerJoin('person', 'person.id', 'enrolment.person_id')
    .leftJoin('certificate', (join) => join.onRef('certificate.enrolment_id', '=', 'enrolment.id').on('certificate.revoked_at', 'is', null))
    .select([
      'enrolment.id', 'enrolment.person_id as personId', 'enrolment.state', 'enrolment.enrolled_at as enrolledAt',
      'enrolment.completed_at as completedAt', 'enrolment.done', 'enrolment.total', 'cohort.id as cohortId',
      'cohort.name as cohortName', 'cohort.starts_at as startsAt', 'cohort.ends_at as endsAt',
      'cohort.course_version_id as courseVersionId', 'person.name as personName', 'person.country as personCountry',
      'certificate.serial as certificateSerial'
    ])
}

type Row = Awaited<ReturnType<ReturnType<typeof enrolments>['execute']>>[number]

function enrolmentOf (row: Row): Enrolment {
  return {
    id: row.id,
    personId: row.personId,
    state: row.state,
    enrolledAt: row.enrolledAt,
    completedAt: row.completedAt,
    done: row.done,
    total: row.total,
    cohort: { id: row.cohortId, name: row.cohortName, startsAt: row.startsAt, endsAt: row.endsAt },
    courseVersionId: row.courseVersionId,
    person: { name: row.personName, country: row.personCountry },
    certificateSerial: row.certificateSerial
  }
}

export async function selectOptionalEnrolment (tx: Tx, id: string): Promise<Enrolment | undefined> {
  const row = await enrolments(tx).where('enrolment.id', '=', id).executeTakeFirst()
  return row === undefined ? undefined : enrolmentOf(row)
}

/** One person's enrolments, the latest cohort first. */
export async function selectEnrolmentsOf (tx: Tx, personId: string): Promise<Enrolment[]> {
  const rows = await enrolments(tx).where('enrolment.person_id', '=', personId).where('enrolment.state', '!=', 'withdrawn')
    .orderBy('cohort.starts_at', 'desc').orderBy('enrolment.id').execute()
  return rows.map(enrolmentOf)
}

export async function selectInstructorIds (tx: Tx, cohortId: string): Promise<string[]> {
  const rows = await tx.selectFrom('cohort_instructor').select('person_id as personId').where('cohort_id', '=', cohortId).execute()
  return rows.map((row) => row.personId)
}

export async function selectDoneKeys (tx: Tx, enrolmentId: string): Promise<Set<string>> {
  const rows = await tx.selectFrom('activity_done').select('activity_key as key').where('enrolment_id', '=', enrolmentId).execute()
  return new Set(rows.map((row) => row.key))
}

/** @returns false when it was done before */
export async function insertActivityDone (tx: Tx, row: { enrolmentId: string, key: string, kind: 'lesson' | 'quiz', at: string }): Promise<boolean> {
  const result = await tx.insertInto('activity_done')
    .values({ enrolment_id: row.enrolmentId, activity_key: row.key, kind: row.kind, at: row.at })
    .onConflict((conflict) => conflict.columns(['enrolment_id', 'activity_key']).doNothing()).executeTakeFirst()
  return Number(result.numInsertedOrUpdatedRows) > 0
}

export async function updateActive (tx: Tx, enrolmentId: string, at: string): Promise<void> {
  await tx.updateTable('enrolment').set({ active_at: at }).where('id', '=', enrolmentId).execute()
}

export async function addDone (tx: Tx, enrolmentId: string, at: string): Promise<void> {
  await tx.updateTable('enrolment').set((set) => ({ done: set('done', '+', 1), active_at: at })).where('id', '=', enrolmentId).execute()
}

/** @returns false when another request completed it first, or it was withdrawn */
export async function completeEnrolment (tx: Tx, enrolmentId: string, at: string): Promise<boolean> {
  const result = await tx.updateTable('enrolment').set({ state: 'completed', completed_at: at })
    .where('id', '=', enrolmentId).where('state', '=', 'active').executeTakeFirst()
  return Number(result.numUpdatedRows) === 1
}

export interface QuizStanding {
  readonly quizKey: string
  readonly used: number
  readonly openAttemptId: string | null
  readonly openDueAt: string | null
  /** of every attempt, the first first */
  readonly results: readonly AttemptResult[]
}

/** How far each quiz of an enrolment has come. */
export async function selectQuizStandings (tx: Tx, enrolmentId: string): Promise<QuizStanding[]> {
  const rows = await tx.selectFrom('attempt').select(['id', 'quiz_key as quizKey', 'number', 'state', 'due_at as dueAt', 'percent', 'passed'])
    .where('enrolment_id', '=', enrolmentId).orderBy('number').execute()
  const standings = new Map<string, QuizStanding>()
  for (const row of rows) {
    const before = standings.get(row.quizKey)
    const open = row.state === 'open'
    standings.set(row.quizKey, {
      quizKey: row.quizKey,
      used: (before?.used ?? 0) + 1,
      openAttemptId: open ? row.id : before?.openAttemptId ?? null,
      openDueAt: open ? row.dueAt : before?.openDueAt ?? null,
      results: [...before?.results ?? [], { number: row.number, state: row.state, percent: row.percent, passed: row.passed === null ? null : row.passed === 1 }]
    })
  }
  return [...standings.values()]
}
