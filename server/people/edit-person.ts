import { audit } from '../audit/audit.ts'
import type { Database, Tx } from '../db/database.ts'
import type { Person } from '../person.ts'
import { Refusal } from '../refusals.ts'
import type { World } from '../world.ts'
import { findFactFaults, type Fault } from './faults.ts'
import { inviteAccount, type LinkSettings } from './links.ts'
import type { Catalogues } from './mails.ts'
import { nameableOrRefusal } from './people.ts'
import {
  selectAccountsByEmails, selectOptionalLastEdit, selectRoles, updateEmail, updatePerson, voidLinksOfAccounts, type PersonFacts, type PersonRow
} from './queries.ts'
import { normalEmail } from './sign-in.ts'

export type { PersonFacts } from './queries.ts'

export const FACTS = ['name', 'latinName', 'email', 'country', 'agency', 'rank', 'birthDay', 'locale'] as const satisfies ReadonlyArray<keyof PersonFacts>

const REASON = { least: 3, most: 500 } as const

export interface PersonEdit extends PersonFacts {
  /** As it was seen. */
  readonly version: number
  /** Needed where country or agency change: they decide where a certificate counts from now on. */
  readonly reason: string
}

/** What stands now, for somebody whose edit was refused because another came first. */
export interface EditedMeanwhile {
  readonly now: PersonFacts & { readonly version: number }
  readonly by: string | null
  readonly at: string | null
}

/** Changes what is said of a person. Certificates that stand say what they said, and count where they did: only those to come
 * follow. A new address is where they sign in from now on; links that were sent to the old one stop working, and somebody who has
 * not chosen a password yet is invited anew. The same edit twice changes nothing.
 * @param languages those there is a catalogue for
 * @returns what is wrong with it, or nothing
 * @throws Refusal not-found, person-erased; edited-meanwhile with `EditedMeanwhile` */
export async function editPerson (db: Database, world: World, settings: LinkSettings, messages: Catalogues & { readonly languages: readonly string[] }, person: Person, personId: string, edit: PersonEdit): Promise<readonly Fault[]> {
  const { version, reason: typed, ...asked } = edit
  const facts: PersonFacts = { ...asked, name: asked.name.normalize('NFC').trim(), email: normalEmail(asked.email) }
  const reason = typed.trim()
  return await db.write(async (tx) => {
    const before = await nameableOrRefusal(tx, personId)
    const changed = FACTS.filter((fact) => facts[fact] !== before[fact])
    if (changed.length === 0) return []
    if (version !== before.version) throw new Refusal('edited-meanwhile', { ...await meanwhile(tx, before) })
    const roles = await selectRoles(tx, personId)
    const faults = findFactFaults(facts, [...messages.languages, before.locale], roles.some(({ role }) => role === 'trainee'))
    if (changed.includes('email') && (await selectAccountsByEmails(tx, [facts.email])).length > 0) faults.push({ path: 'email', key: 'people.fault.email-taken' })
    const moves = movesCounts(changed)
    if (moves && (reason.length < REASON.least || reason.length > REASON.most)) faults.push({ path: 'reason', key: 'people.fault.reason' })
    if (faults.length > 0) return faults
    if (!await updatePerson(tx, personId, version, facts)) throw new Refusal('edited-meanwhile')
    if (changed.includes('email')) await changeAddress(tx, world, settings, messages, before, facts.email)
    await audit(tx, world, {
      actorId: person.id,
      action: 'person.edited',
      subjectType: 'person',
      subjectId: personId,
      // What it says is the person's own: the log keeps which part, and the country, which is counted by.
      detail: { changed, ...changed.includes('country') && { country: facts.country, was: before.country }, ...moves && { reason } }
    })
    return []
  })
}

/** Whether a change decides where certificates to come are counted. */
export function movesCounts (changed: ReadonlyArray<keyof PersonFacts>): boolean {
  return changed.includes('country') || changed.includes('agency')
}

async function changeAddress (tx: Tx, world: World, settings: LinkSettings, messages: Catalogues, before: PersonRow, email: string): Promise<void> {
  const at = world.now().toISOString()
  await updateEmail(tx, before, email, { id: world.newId(), until: at })
  await voidLinksOfAccounts(tx, [before.accountId], at)
  if (before.state === 'invited') await inviteAccount(tx, world, settings, messages, before.accountId)
}

async function meanwhile (tx: Tx, row: PersonRow): Promise<EditedMeanwhile> {
  const { name, latinName, country, agency, rank, birthDay, locale, email, version } = row
  const last = await selectOptionalLastEdit(tx, row.id)
  return { now: { name, latinName, country, agency, rank, birthDay, locale, email, version }, by: last?.by ?? null, at: last?.at ?? null }
}
