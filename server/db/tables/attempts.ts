import type { Generated, Insertable } from 'kysely'

/** Attempts at quizzes, and how people mark them. */
export interface AttemptTables {
  readonly attempt: AttemptTable
  readonly attempt_step: AttemptStepTable
  readonly upload: UploadTable
  readonly upload_content: UploadContentTable
  readonly marking_rule: MarkingRuleTable
  readonly mark_given: MarkGivenTable
}

export interface AttemptTable {
  readonly id: string
  readonly enrolment_id: string
  readonly quiz_key: string
  /** 1-based; unique with enrolment and quiz. At most one attempt of a quiz is open. */
  readonly number: number
  readonly state: 'open' | 'submitted' | 'needs-marking' | 'graded'
  /** JSON: Paper (quiz/drawing.ts), seed included. */
  readonly paper: string
  readonly started_at: string
  readonly due_at: string | null
  readonly finished_at: string | null
  readonly ended_by: 'trainee' | 'expiry' | 'discarded' | null
  /** When it is over at the latest: due_at, or the end of its quiz's grace. */
  readonly ends_at: string | null
  /** Its questions are those corrected up to this moment; null: as published. */
  readonly corrected_at: string | null
  readonly mark: number | null
  readonly mark_max: number
  readonly percent: number | null
  readonly passed: number | null
  /** The version it was sat on; null for the one its cohort has. */
  readonly course_version_id: Generated<string | null>
}

/** An attempt as it is written. */
export type NewAttemptRow = Insertable<AttemptTable>

/** Append-only. The latest step of a slot is its state. */
export interface AttemptStepTable {
  readonly attempt_id: string
  readonly slot: number
  readonly seq: number
  readonly action: 'answer' | 'try' | 'check' | 'finish' | 'mark' | 'regrade'
  /** JSON, in the answer's own shape; null for none. */
  readonly answer: string | null
  readonly state: string
  readonly fraction: number | null
  readonly at: string
  /** JSON: Marking (quiz/step.ts), of a mark or a regrade. */
  readonly marking: string | null
}

/** A file in the answer to one slot of an attempt. */
export interface UploadTable {
  readonly id: string
  readonly attempt_id: string
  readonly slot: number
  readonly name: string
  readonly hash: string
  readonly at: string
}

/** The bytes of files, once for the same bytes. */
export interface UploadContentTable {
  /** SHA-256 of the bytes, hexadecimal. */
  readonly hash: string
  /** As the bytes tell it. */
  readonly type: string
  /** In bytes. */
  readonly size: number
  readonly bytes: Uint8Array
  readonly created_at: string
}

/** How the answers to a quiz of a cohort are marked by people. */
export interface MarkingRuleTable {
  readonly cohort_id: string
  readonly quiz_key: string
  /** Whoever marks is not told whose answer it is. */
  readonly anonymous: 0 | 1
  /** Share of the answers that a second person marks too, 0 to 100. */
  readonly second_percent: number
  /** Two marks that differ by more of the whole are decided by a third, 0 to 100. */
  readonly threshold_percent: number
  /** Marks are in force when they are released. */
  readonly hold: 0 | 1
  readonly by_id: string
  readonly at: string
}

/** A person's mark that is not in force by itself: a first or a second one, the decision between them, or one that is held.
 * Append-only. */
export interface MarkGivenTable {
  readonly id: string
  readonly attempt_id: string
  readonly slot: number
  /** Of the step that the answer waits since. */
  readonly seq: number
  readonly role: 'first' | 'second' | 'third'
  readonly by_id: string
  readonly at: string
  readonly fraction: number
  /** JSON: Marking (quiz/step.ts). */
  readonly marking: string
}
