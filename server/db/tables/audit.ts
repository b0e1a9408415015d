/** What was done by whom. */
export interface AuditTables {
  readonly audit_entry: AuditEntryTable
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
