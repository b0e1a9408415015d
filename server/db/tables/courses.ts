import type { Generated } from 'kysely'

/** Published courses. */
export interface CourseTables {
  readonly course: CourseTable
  readonly course_version: CourseVersionTable
  readonly lesson: LessonTable
  readonly quiz: QuizTable
  readonly question: QuestionTable
  readonly question_correction: QuestionCorrectionTable
  readonly correction_proposal: CorrectionProposalTable
  readonly media: MediaTable
  readonly attachment: AttachmentTable
  readonly source_blob: SourceBlobTable
  readonly course_version_file: CourseVersionFileTable
}

export interface CourseTable {
  readonly id: string
  readonly slug: string
  readonly created_at: string
}

/** Immutable once written. */
export interface CourseVersionTable {
  readonly id: string
  readonly course_id: string
  readonly number: number
  /** SHA-256 of the content in canonical form: the same content is never published twice in a row. */
  readonly content_hash: string
  readonly title: string
  /** JSON: CourseOutline (courses/outline.ts). */
  readonly outline: string
  readonly published_at: string
  /** What its authors say has changed; '' for nothing. */
  readonly notes: Generated<string>
  /** Null when the programme itself did. */
  readonly published_by: Generated<string | null>
}

/** Bytes of course files, once for the same; pictures are in `media`. */
export interface SourceBlobTable {
  /** SHA-256 of the bytes, hexadecimal. */
  readonly hash: string
  readonly bytes: Uint8Array
}

/** The files that a version was published from, as they were. */
export interface CourseVersionFileTable {
  readonly course_version_id: string
  readonly path: string
  /** Of `source_blob`, or of `media` for a picture. */
  readonly hash: string
  readonly size: number
}

/** Files of courses that trainees may download. */
export interface AttachmentTable {
  readonly hash: string
  readonly type: string
  readonly bytes: Uint8Array
  readonly created_at: string
}

/** Pictures of courses. */
export interface MediaTable {
  /** SHA-256 of the bytes, hexadecimal. */
  readonly hash: string
  readonly type: 'image/png' | 'image/jpeg' | 'image/gif' | 'image/webp'
  readonly width: number
  readonly height: number
  readonly bytes: Uint8Array
  readonly created_at: string
}

export interface LessonTable {
  readonly course_version_id: string
  readonly key: string
  readonly language: string
  readonly title: string
  readonly markdown: string
  /** Sanitised HTML, rendered once at publication. */
  readonly html: string
  readonly minutes: number
}

export interface QuizTable {
  readonly course_version_id: string
  readonly key: string
  /** JSON: QuizDefinition. */
  readonly definition: string
}

export interface QuestionTable {
  readonly id: string
  readonly course_version_id: string
  readonly bank: string
  readonly key: string
  readonly kind: string
  readonly topic: string
  readonly difficulty: string
  /** JSON: QuestionDefinition. */
  readonly definition: string
}

/** What a question should have said. Append-only: the question itself never changes, and the latest correction of it counts
 * for attempts that begin after it, and for those that were regraded since. */
export interface QuestionCorrectionTable {
  readonly id: string
  readonly question_id: string
  readonly course_version_id: string
  /** JSON: QuestionDefinition, of the same key and kind. */
  readonly definition: string
  readonly reason: string
  readonly by_id: string
  readonly at: string
}

/** A correction that somebody who runs a cohort asks an administrator to carry out. */
export interface CorrectionProposalTable {
  readonly id: string
  readonly cohort_id: string
  readonly course_version_id: string
  readonly quiz_key: string
  readonly question_id: string
  /** JSON: QuestionDefinition, of the same key and kind. */
  readonly definition: string
  readonly reason: string
  /** JSON: CorrectionFigures, as it would have been when it was proposed. */
  readonly figures: string
  readonly proposed_by: string
  readonly proposed_at: string
  readonly state: 'proposed' | 'accepted' | 'declined' | 'withdrawn'
  readonly decided_by: string | null
  readonly decided_at: string | null
  /** What the proposer is told; '' for nothing. */
  readonly answer: string
  /** JSON: CorrectionFigures, as it was carried out; null until then. */
  readonly outcome: string | null
}
