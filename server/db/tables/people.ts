import type { Generated, Insertable } from 'kysely'

/** People, their accounts and what is sent to them. */
export interface PeopleTables {
  readonly person: PersonTable
  readonly account: AccountTable
  readonly role_grant: RoleGrantTable
  readonly session: SessionTable
  readonly link: LinkTable
  readonly mail: MailTable
  readonly failure: FailureTable
  readonly person_merge: PersonMergeTable
  readonly person_apart: PersonApartTable
  readonly former_address: FormerAddressTable
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
