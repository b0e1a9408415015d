/** Courses that are being written, and banks of questions outside of courses. */
export interface DraftTables {
  readonly draft: DraftTable
  readonly draft_author: DraftAuthorTable
  readonly draft_file: DraftFileTable
  readonly draft_bank_question: DraftBankQuestionTable
  readonly bank: BankTable
  readonly bank_question: BankQuestionTable
  readonly bank_picture: BankPictureTable
  readonly bank_file: BankFileTable
}

/** A course that is being written. */
export interface DraftTable {
  readonly id: string
  /** As its course.yaml has them, for lists. */
  readonly slug: string
  readonly title: string
  /** The version that it was begun from; null for a new course. */
  readonly base_version_id: string | null
  readonly state: 'open' | 'published' | 'discarded'
  readonly created_by: string
  readonly created_at: string
  readonly changed_by: string
  readonly changed_at: string
  readonly published_version_id: string | null
}

export interface DraftAuthorTable {
  readonly draft_id: string
  readonly person_id: string
}

/** Every save of every file of a draft. Append-only but for `latest`. */
export interface DraftFileTable {
  readonly draft_id: string
  readonly path: string
  /** 1, 2, 3 … of this path. */
  readonly version: number
  /** Of `source_blob` or `media`; null: the file was taken away. */
  readonly hash: string | null
  readonly size: number
  /** 1 on the one that stands. */
  readonly latest: 0 | 1
  /** What was done, as a word: see drafts/drafts.ts. */
  readonly what: string
  readonly by_id: string
  readonly at: string
}

/** Where a draft's question was taken from. */
export interface DraftBankQuestionTable {
  readonly draft_id: string
  /** In the draft. */
  readonly key: string
  readonly bank_id: string
  /** In the bank. */
  readonly bank_key: string
  readonly version: number
}

/** A bank of questions outside of courses. */
export interface BankTable {
  readonly id: string
  readonly name: string
  /** What its plain texts are written in: BCP 47. */
  readonly language: string
  readonly created_by: string
  readonly created_at: string
}

/** One version of a question in a bank. Immutable but for `standing`. */
export interface BankQuestionTable {
  readonly id: string
  readonly bank_id: string
  readonly key: string
  /** 1, 2, 3 … within the bank and key. */
  readonly version: number
  /** Among the bank's questions, in the order in which they came. */
  readonly place: number
  readonly name: string
  /** JSON: names of categories, from the outermost inwards. */
  readonly category: string
  readonly kind: string
  /** JSON. */
  readonly definition: string
  readonly by_id: string
  readonly at: string
  readonly topic: string
  readonly difficulty: string
  /** Those that its prompt is written in, each between two spaces; none when it is plain. */
  readonly languages: string
  /** Its wordings as they are searched and compared, and on a second line its name. */
  readonly words: string
  /** The same for the same kind and wordings, here and in courses. */
  readonly signature: string
  /** Why it was changed. */
  readonly note: string
  /** 1: this version stands. A question without one was removed. */
  readonly standing: 0 | 1
}

/** A picture that questions of a bank may show. */
export interface BankPictureTable {
  readonly bank_id: string
  readonly hash: string
  readonly name: string
  readonly by_id: string
  readonly at: string
}

/** A file of questions that somebody looks at before it is taken. */
export interface BankFileTable {
  readonly id: string
  readonly bank_id: string
  readonly by_id: string
  readonly format: string
  readonly name: string
  readonly bytes: Uint8Array
  /** JSON: places in the file, from 0, of questions that are not wanted. */
  readonly left_out: string
  readonly at: string
}
