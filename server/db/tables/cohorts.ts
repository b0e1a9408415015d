/** Cohorts, who is in them, and how far they have come. */
export interface CohortTables {
  readonly cohort: CohortTable
  readonly cohort_instructor: CohortInstructorTable
  readonly cohort_outcome: CohortOutcomeTable
  readonly cohort_setting: CohortSettingTable
  readonly cohort_seat: CohortSeatTable
  readonly no_show: NoShowTable
  readonly nomination: NominationTable
  readonly reminder_text: ReminderTextTable
  readonly reminder_sent: ReminderSentTable
  readonly enrolment: EnrolmentTable
  readonly activity_done: ActivityDoneTable
  readonly accommodation: AccommodationTable
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
