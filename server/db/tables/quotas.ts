/** Targets, what counts toward them, and who can be sent. */
export interface QuotaTables {
  readonly quota: QuotaTable
  readonly quota_person: QuotaPersonTable
  readonly quota_entry: QuotaEntryTable
  readonly quota_part: QuotaPartTable
  readonly quota_change: QuotaChangeTable
  readonly quota_snapshot: QuotaSnapshotTable
  readonly team: TeamTable
  readonly team_member: TeamMemberTable
  readonly team_warning: TeamWarningTable
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
