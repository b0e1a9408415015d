import type { Generated, Insertable } from 'kysely'

/** Certificates, how they look, and what was told of them. */
export interface CertificateTables {
  readonly certificate: CertificateTable
  readonly certificate_document: CertificateDocumentTable
  readonly certificate_template: CertificateTemplateTable
  readonly certificate_template_version: CertificateTemplateVersionTable
  readonly certificate_template_course: CertificateTemplateCourseTable
  readonly certificate_zip: CertificateZipTable
  readonly certificate_zip_part: CertificateZipPartTable
  readonly certificate_reminder: CertificateReminderTable
  readonly certificate_setting: CertificateSettingTable
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
