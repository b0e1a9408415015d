import type { Kysely } from 'kysely'
import * as first from './0001-first.ts'
import * as writers from './0002-writers.ts'
import * as media from './0003-media.ts'
import * as markingAndRegrading from './0004-marking-and-regrading.ts'
import * as teams from './0010-teams.ts'
import * as targetChanges from './0011-target-changes.ts'
import * as onePerson from './0012-one-person.ts'
import * as banks from './0013-banks.ts'
import * as quotaParts from './0015-quota-parts.ts'
import * as uploads from './0016-uploads.ts'
import * as drafts from './0018-drafts.ts'
import * as bankDesk from './0021-bank-desk.ts'
import * as marking from './0022-marking.ts'
import * as accommodations from './0023-accommodations.ts'
import * as nominations from './0024-nominations.ts'
import * as reminders from './0025-reminders.ts'
import * as erasure from './0027-erasure.ts'
import * as certificateTemplates from './0028-certificate-templates.ts'
import * as certificateZips from './0029-certificate-zips.ts'
import * as certificateExpiry from './0030-certificate-expiry.ts'
import * as personFacts from './0031-person-facts.ts'
import * as cohortOutcomes from './0032-cohort-outcomes.ts'
import * as draftBankQuestions from './0034-draft-bank-questions.ts'
import * as personWords from './0038-person-words.ts'
import * as heldApart from './0039-held-apart.ts'
import * as correctionProposals from './0040-correction-proposals.ts'
import * as quotaAgencies from './0041-quota-agencies.ts'

/** A step of the schema. It is given a bare Kysely: it must not depend on today's tables. */
export interface Migration {
  readonly name: string
  readonly up: (db: Kysely<any>) => Promise<void> // eslint-disable-line @typescript-eslint/no-explicit-any -- the schema of its own day
}

export const migrations: readonly Migration[] = [
  { name: '0001-first', up: first.up },
  { name: '0002-writers', up: writers.up },
  { name: '0003-media', up: media.up },
  { name: '0004-marking-and-regrading', up: markingAndRegrading.up },
  { name: '0010-teams', up: teams.up },
  { name: '0011-target-changes', up: targetChanges.up },
  { name: '0012-one-person', up: onePerson.up },
  { name: '0013-banks', up: banks.up },
  { name: '0015-quota-parts', up: quotaParts.up },
  { name: '0016-uploads', up: uploads.up },
  { name: '0018-drafts', up: drafts.up },
  { name: '0021-bank-desk', up: bankDesk.up },
  { name: '0022-marking', up: marking.up },
  { name: '0023-accommodations', up: accommodations.up },
  { name: '0024-nominations', up: nominations.up },
  { name: '0025-reminders', up: reminders.up },
  { name: '0027-erasure', up: erasure.up },
  { name: '0028-certificate-templates', up: certificateTemplates.up },
  { name: '0029-certificate-zips', up: certificateZips.up },
  { name: '0030-certificate-expiry', up: certificateExpiry.up },
  { name: '0031-person-facts', up: personFacts.up },
  { name: '0032-cohort-outcomes', up: cohortOutcomes.up },
  { name: '0034-draft-bank-questions', up: draftBankQuestions.up },
  { name: '0038-person-words', up: personWords.up },
  { name: '0039-held-apart', up: heldApart.up },
  { name: '0040-correction-proposals', up: correctionProposals.up },
  { name: '0041-quota-agencies', up: quotaAgencies.up }
]
