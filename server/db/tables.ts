import type { Generated, Insertable } from 'kysely'

/** Portable columns: ids are UUIDv7 text, times ISO 8601 UTC text, days `YYYY-MM-DD` text, flags 0/1, JSON as text. */
export interface Tables {
  readonly person: PersonTable
  readonly account: AccountTable
  readonly role_grant: RoleGrantTable
  readonly session: SessionTable
  readonly link: LinkTable
  readonly mail: MailTable
  readonly failure: FailureTable
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
  readonly draft: DraftTable
  readonly draft_author: DraftAuthorTable
  readonly draft_file: DraftFileTable
  readonly draft_bank_question: DraftBankQuestionTable
  readonly bank: BankTable
  readonly bank_question: BankQuestionTable
  readonly bank_picture: BankPictureTable
  readonly bank_file: BankFileTable
  readonly cohort: CohortTable
  readonly cohort_instructor: CohortInstructorTable
  readonly enrolment: EnrolmentTable
  readonly activity_done: ActivityDoneTable
  readonly attempt: AttemptTable
  readonly attempt_step: AttemptStepTable
  readonly upload: UploadTable
  readonly upload_content: UploadContentTable
  readonly marking_rule: MarkingRuleTable
  readonly mark_given: MarkGivenTable
  readonly certificate: CertificateTable
  readonly certificate_document: CertificateDocumentTable
  readonly certificate_template: CertificateTemplateTable
  readonly certificate_template_version: CertificateTemplateVersionTable
  readonly certificate_template_course: CertificateTemplateCourseTable
  readonly certificate_zip: CertificateZipTable
  readonly certificate_zip_part: CertificateZipPartTable
  readonly certificate_reminder: CertificateReminderTable
  readonly certificate_setting: CertificateSettingTable
  readonly quota: QuotaTable
  readonly quota_person: QuotaPersonTable
  readonly quota_entry: QuotaEntryTable
  readonly quota_part: QuotaPartTable
  readonly cohort_outcome: CohortOutcomeTable
  readonly audit_entry: AuditEntryTable
  readonly person_merge: PersonMergeTable
  readonly person_apart: PersonApartTable
  readonly former_address: FormerAddressTable
  readonly quota_change: QuotaChangeTable
  readonly quota_snapshot: QuotaSnapshotTable
  readonly team: TeamTable
  readonly team_member: TeamMemberTable
  readonly team_warning: TeamWarningTable
  readonly accommodation: AccommodationTable
  readonly cohort_setting: CohortSettingTable
  readonly cohort_seat: CohortSeatTable
  readonly no_show: NoShowTable
  readonly nomination: NominationTable
  readonly reminder_text: ReminderTextTable
  readonly reminder_sent: ReminderSentTable
}

/** A human being. Certificates and counts belong to a person; accounts point to one. */
export interface PersonTable {
  readonly id: string
  readonly name: string
  /** ISO 3166-1 alpha-2, or null for staff of the programme itself. */
  readonly country: string | null
  readonly agency: string | null
  readonly rank: string | null
  readonly locale: string
  readonly created_at: string
  /** The record that stands for the same human being; null for one that stands for itself. */
  readonly merged_into: string | null
  /** What names of one person have in common (people/name-key.ts). */
  readonly name_key: Generated<string>
  /** YYYY-MM-DD, where it is known: it tells namesakes apart. */
  readonly birth_day: string | null
  /** When name, address and whatever else says who it was were erased; null for everybody else. */
  readonly erased_at: string | null
  /** The name in Latin letters, as a passport has it, where `name` is in another script. */
  readonly latin_name: string | null
  /** As `name_key`, of the name in Latin letters. */
  readonly latin_key: string | null
  /** The words of both names, as they are looked for (people/words.ts). */
  readonly words: Generated<string>
  /** Goes up with every edit of what is said of the person. */
  readonly edition: Generated<number>
}

/** An address somebody signed in with before. */
export interface FormerAddressTable {
  readonly id: string
  readonly person_id: string
  readonly email: string
  readonly until: string
}

/** A person as it is written. */
export type NewPersonRow = Insertable<PersonTable>

export interface AccountTable {
  readonly id: string
  readonly person_id: string
  /** Lower case, trimmed; unique. */
  readonly email: string
  /** PHC string, or null until the invitation is taken up. */
  readonly password_hash: string | null
  readonly state: 'invited' | 'active' | 'deactivated'
  readonly created_at: string
}

export interface RoleGrantTable {
  readonly id: string
  readonly person_id: string
  readonly role: 'trainee' | 'instructor' | 'administrator' | 'liaison'
  /** Set on a liaison, else ''. Unique with person and role. */
  readonly country: string
}

export interface SessionTable {
  readonly id: string
  readonly account_id: string
  readonly created_at: string
  readonly expires_at: string
  readonly ended_at: string | null
}

/** A single-use link: invitation, password reset, first set-up. Only the SHA-256 of its secret is kept. */
export interface LinkTable {
  readonly id: string
  readonly secret_hash: string
  readonly purpose: 'invitation' | 'reset' | 'set-up'
  readonly account_id: string | null
  readonly created_at: string
  readonly expires_at: string
  readonly used_at: string | null
}

/** The outbox: written with the change that causes the mail, sent afterwards. */
export interface MailTable {
  readonly id: string
  readonly to_email: string
  readonly subject: string
  readonly body: string
  readonly created_at: string
  readonly next_try_at: string
  readonly tries: number
  readonly sent_at: string | null
  readonly last_error: string | null
}

/** Failed sign-ins and similar, counted so that guessing is slow on however many servers. */
export interface FailureTable {
  readonly id: string
  /** What is being protected: `sign-in:<email>` or `sign-in-from:<address>`. */
  readonly subject: string
  readonly at: string
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

export interface CohortTable {
  readonly id: string
  readonly name: string
  readonly course_version_id: string
  readonly starts_at: string
  readonly ends_at: string
  readonly seats: number | null
  readonly created_at: string
}

/** How far the people of a cohort that ended came. */
export interface CohortOutcomeTable {
  readonly cohort_id: string
  readonly stage: 'nominated' | 'enrolled' | 'started' | 'passed'
  /** Who came so far, or further. */
  readonly people: number
  /** Of them, who had a certificate that was not revoked. */
  readonly certified: number
  readonly at: string
}

export interface CohortInstructorTable {
  readonly cohort_id: string
  readonly person_id: string
}

export interface EnrolmentTable {
  readonly id: string
  readonly cohort_id: string
  readonly person_id: string
  readonly state: 'active' | 'completed' | 'withdrawn'
  readonly enrolled_at: string
  /** The last time the trainee did anything; null before the first. */
  readonly active_at: string | null
  readonly completed_at: string | null
  /** Activities done, of `total`: kept with each change so that a list needs no counting. */
  readonly done: number
  readonly total: number
}

/** A lesson read to its end, or a quiz passed. Unique by enrolment and key. */
export interface ActivityDoneTable {
  readonly enrolment_id: string
  readonly activity_key: string
  readonly kind: 'lesson' | 'quiz'
  readonly at: string
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

/** What was certified, as it was on the day: later changes to person or course do not reach it. */
export interface CertificateTable {
  readonly id: string
  readonly serial: string
  readonly enrolment_id: string
  readonly person_id: string
  readonly holder: string
  readonly country: string | null
  readonly agency: string | null
  readonly rank: string | null
  readonly course_slug: string
  readonly course_title: string
  readonly course_version: number
  /** Percent of the deciding quiz, 0..100. */
  readonly mark: number
  readonly issued_at: string
  readonly expires_at: string | null
  readonly revoked_at: string | null
  readonly revoked_by: string | null
  readonly reason: string | null
  /** How it looks; null: as the programme itself has it. */
  readonly template_version_id: Generated<string | null>
  /** The holder's certificate of the same course before this one. */
  readonly renews_id: Generated<string | null>
  /** When the document that stands took the place of another; null for the first. */
  readonly reissued_at: Generated<string | null>
}

/** A certificate as it is written. */
export type NewCertificateRow = Insertable<CertificateTable>

/** A document of a certificate that was replaced by another: its serial stands in the ledger and on paper. What was certified is
 * the certificate's, and is counted once. */
export interface CertificateDocumentTable {
  readonly serial: string
  readonly certificate_id: string
  readonly holder: string
  readonly template_version_id: string | null
  /** When it was issued, or itself took the place of another. */
  readonly made_at: string
  /** The serial that took its place. */
  readonly replaced_by: string
  readonly replaced_at: string
  readonly replaced_by_id: string
  readonly reason: string
}

/** How certificates look, under a name. */
export interface CertificateTemplateTable {
  readonly id: string
  readonly name: string
  /** Of the version that new certificates get. */
  readonly number: number
  /** Rises with every edit, of its courses too, so that one that overlooks another's is refused. */
  readonly edits: number
  readonly created_by: string
  readonly created_at: string
}

/** Immutable. */
export interface CertificateTemplateVersionTable {
  readonly id: string
  readonly template_id: string
  /** 1, 2, 3 … */
  readonly number: number
  /** JSON: TemplateContent (certificates/templates/template.ts). */
  readonly content: string
  readonly by_id: string
  readonly at: string
}

/** A download of many certificates, for a day. */
export interface CertificateZipTable {
  readonly id: string
  readonly by_id: string
  /** JSON: CertificateSearch, as it was asked for. */
  readonly search: string
  /** Of the documents (BCP 47). */
  readonly language: string
  /** JSON: what it is to hold, as it was found at that moment. */
  readonly serials: string
  readonly total: number
  readonly parts: number
  readonly created_at: string
  readonly ready_at: string | null
  readonly failed_at: string | null
  readonly expires_at: string
}

/** A run of a zip's files. Whoever holds the lease makes it; one that is not made by then is anybody's. */
export interface CertificateZipPartTable {
  readonly zip_id: string
  /** 0, 1, 2 … */
  readonly number: number
  readonly lease_until: string | null
  readonly tries: number
  /** JSON: ZipLine[] (certificates/zips/zips.ts). */
  readonly entries: string | null
  /** How many certificates are in it. */
  readonly made: number
  readonly size: number
  readonly bytes: Uint8Array | null
}

/** That the holder of a certificate was told that it ends. Its key lets nothing be sent twice. */
export interface CertificateReminderTable {
  readonly certificate_id: string
  /** So many days before. */
  readonly days: number
  readonly at: string
}

export interface CertificateSettingTable {
  readonly name: 'reminder-days'
  /** JSON. */
  readonly value: string
  readonly version: number
  readonly edited_by: string
  readonly edited_at: string
}

export interface CertificateTemplateCourseTable {
  /** '' for every course without a line of its own. */
  readonly course_slug: string
  readonly template_id: string
}

export interface QuotaTable {
  readonly id: string
  readonly name: string
  /** First and last day, both counted, in `time_zone`. */
  readonly from_day: string
  readonly to_day: string
  readonly time_zone: string
  readonly country: string | null
  readonly agency: string | null
  readonly course_slug: string | null
  readonly counts: 'persons' | 'certificates'
  /** As it is now: the first one, and every approved change. */
  readonly target: number
  readonly first_target: number
  readonly counted: number
  readonly created_at: string
  readonly closed_at: string | null
  /** The count at closing; later entries are restatements of it. */
  readonly closed_count: number | null
}

/** Who is counted now in a quota of persons, and by which certificate. Its key decides races. */
export interface QuotaPersonTable {
  readonly quota_id: string
  readonly person_id: string
  readonly certificate_id: string
}

/** The ledger: append-only, +1 when a certificate begins to count, −1 when it ceases. */
export interface QuotaEntryTable {
  readonly id: string
  readonly quota_id: string
  readonly certificate_id: string
  readonly serial: string
  readonly person_id: string
  readonly delta: number
  /** 1, 2, 3 … through the lines of a certificate in a quota: odd ones add, even ones take back. Unique with both. */
  readonly turn: number
  readonly cause: 'issue' | 'revocation' | 'merge' | 'unmerge'
  readonly at: string
  /** The local day of the certificate's issue, in the quota's time zone. */
  readonly day: string
  readonly country: string | null
  readonly course_slug: string
}

/** The lines of a quota added up, by one thing at a time: kept with each line. */
export interface QuotaPartTable {
  readonly quota_id: string
  readonly part: 'day' | 'country' | 'agency' | 'course' | 'rank'
  /** '' for people without a country, agency or rank. */
  readonly key: string
  readonly added: number
  readonly taken: number
}

/** Append-only, each row chained to the one before by SHA-256. */
export interface AuditEntryTable {
  /** 1, 2, 3 … without gaps; rowid on SQLite. */
  readonly seq: number
  readonly id: string
  readonly at: string
  readonly actor_id: string | null
  readonly action: string
  readonly subject_type: string
  readonly subject_id: string
  /** JSON object; no secrets, no answers. */
  readonly detail: string
  readonly previous_hash: string
  readonly hash: string
}


/** That a record was merged into another, and perhaps taken out again: kept for ever. */
export interface PersonMergeTable {
  readonly id: string
  readonly person_id: string
  readonly into_id: string
  readonly reason: string
  readonly merged_by: string
  readonly merged_at: string
  readonly unmerged_by: string | null
  readonly unmerged_at: string | null
}

/** That somebody held two records not to be one human being, and perhaps that it was taken back. Gone with either of them when erased. */
export interface PersonApartTable {
  readonly id: string
  /** The first of the two by id. */
  readonly person_id: string
  readonly other_id: string
  readonly reason: string
  readonly judged_by: string
  readonly judged_at: string
  readonly ended_by: string | null
  readonly ended_at: string | null
}

/** A part of a target that moves from one quota to another, once a second administrator agrees. */
export interface QuotaChangeTable {
  readonly id: string
  readonly kind: 'reallocation' | 'carry-over'
  readonly from_quota_id: string
  readonly to_quota_id: string
  /** What the second quota's target gains; below 0 when a surplus is carried over. */
  readonly amount: number
  readonly reason: string
  readonly state: 'proposed' | 'approved' | 'rejected' | 'withdrawn'
  readonly proposed_by: string
  readonly proposed_at: string
  readonly decided_by: string | null
  readonly decided_at: string | null
}

/** The figures of a quota when its books were closed, signed. Never changed. */
export interface QuotaSnapshotTable {
  readonly quota_id: string
  /** JSON, in the very bytes that were signed: QuotaSnapshot (quotas/snapshot.ts). */
  readonly content: string
  /** Ed25519, SPKI in base64url. */
  readonly public_key: string
  readonly signature: string
  readonly at: string
}

/** People picked for something, such as a joint patrol. */
export interface TeamTable {
  readonly id: string
  readonly name: string
  readonly purpose: string
  /** JSON: slugs of the courses that each member must hold a valid certificate of. */
  readonly courses: string
  readonly owner_id: string
  readonly created_at: string
  /** Rises with every edit, so that one that overlooks another's is refused. */
  readonly version: number
  readonly disbanded_at: string | null
}

export interface TeamMemberTable {
  readonly team_id: string
  readonly person_id: string
  readonly added_at: string
}

/** What a team's owner was told of a member's certificates. Its key lets nothing be told twice. */
export interface TeamWarningTable {
  readonly team_id: string
  readonly person_id: string
  readonly course_slug: string
  readonly kind: 'lapsing' | 'missing'
  /** '' when there never was one. */
  readonly certificate_id: string
  readonly at: string
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

/** What a person is allowed beyond what a quiz or a cohort gives everybody. 0 where nothing is. */
export interface AccommodationTable {
  readonly id: string
  readonly person_id: string
  /** Of a quiz's time limit. */
  readonly extra_percent: number
  /** Of every time limit, in minutes. */
  readonly extra_minutes: number
  readonly extra_attempts: number
  /** By which every cohort ends later for the person. */
  readonly later_days: number
  /** May tell of somebody's health: kept here alone, so that it can be erased. */
  readonly reason: string
  readonly starts_at: string
  /** The first instant at which it is no longer in force; null: until it is ended. */
  readonly ends_at: string | null
  readonly given_by: string
  readonly given_at: string
  readonly ended_by: string | null
  readonly ended_at: string | null
  /** When it reached the attempts that were open; null before it begins. */
  readonly applied_at: string | null
}

/** What a cohort may be told of besides its course and its dates; one without a row has none of it. */
export interface CohortSettingTable {
  readonly cohort_id: string
  /** That its people mostly speak (BCP 47). */
  readonly language: string | null
  /** IANA; null: the programme's. */
  readonly time_zone: string | null
  /** Local day on which it is examined. */
  readonly exam_day: string | null
  /** The last local day on which people may be nominated; null: as long as it runs. */
  readonly nominations_until: string | null
  /** Rises with every edit, so that one that overlooks another's is refused. */
  readonly version: number
}

/** Seats held for a country. */
export interface CohortSeatTable {
  readonly cohort_id: string
  readonly country: string
  readonly seats: number
}

/** Somebody who was enrolled and did not come. The seat stays taken. */
export interface NoShowTable {
  readonly enrolment_id: string
  readonly reason: string
  readonly by_id: string
  readonly at: string
}

/** Somebody whom a country proposes for a cohort. There need not be a person of them before they are accepted. */
export interface NominationTable {
  readonly id: string
  readonly cohort_id: string
  readonly name: string
  readonly name_key: string
  /** Lower case; stands once in a cohort. */
  readonly email: string
  readonly country: string
  readonly agency: string | null
  readonly rank: string | null
  readonly locale: string
  /** YYYY-MM-DD, where it is known. */
  readonly birth_day: string | null
  readonly state: 'nominated' | 'waiting' | 'accepted' | 'declined' | 'withdrawn' | 'substituted'
  /** Of the last decision; '' for none. */
  readonly reason: string
  readonly nominated_by: string
  readonly nominated_at: string
  readonly decided_by: string | null
  readonly decided_at: string | null
  /** Since when it waits: the order in which those who wait move up. */
  readonly waiting_at: string | null
  readonly enrolment_id: string | null
  /** The nomination whose seat it took over. */
  readonly replaces: string | null
}

/** What a reminder says in one language, where an administrator has written it. */
export interface ReminderTextTable {
  readonly kind: 'start' | 'exam' | 'close' | 'help' | 'expiry'
  readonly language: string
  /** ICU messages. */
  readonly subject: string
  readonly body: string
  readonly version: number
  readonly edited_by: string
  readonly edited_at: string
}

/** That somebody was reminded. Its key lets nothing be sent twice. */
export interface ReminderSentTable {
  readonly cohort_id: string
  readonly person_id: string
  /** `start-7`, or `help-2026-11-23`. */
  readonly what: string
  readonly at: string
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
