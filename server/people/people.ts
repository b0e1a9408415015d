import { audit, auditAll } from '../audit/audit.ts'
import type { Database, Tx } from '../db/database.ts'
import { cursorOf, readCursor } from '../cursor.ts'
import type { AccountTable } from '../db/tables/people.ts'
import { assertAdministrator, type Person, type Role, type RoleGrant } from '../person.ts'
import { ERASED } from './erased.ts'
import { Refusal } from '../refusals.ts'
import type { World } from '../world.ts'
import {
  deleteRole, endSessionsOfAccount, existsAdministrator, insertPeople, insertRole, selectAccount, selectAccountsByEmails,
  selectOptionalPerson, selectPeople, selectRoles, selectRolesOfPeople, updateAccountState, updateLocale,
  voidLinksOfAccounts, type PersonRow
} from './queries.ts'
import { normalEmail } from './sign-in.ts'

/** Somebody to be added. `findFaults` (faults.ts) has found nothing wrong with it. */
export interface NewPerson {
  readonly name: string
  /** In Latin letters, as a passport has it, where `name` is in another script. */
  readonly latinName?: string | null
  readonly email: string
  /** ISO 3166-1 alpha-2, or null for staff of the programme itself. */
  readonly country: string | null
  readonly agency: string | null
  readonly rank: string | null
  /** YYYY-MM-DD, where it is known: it tells namesakes apart. */
  readonly birthDay?: string | null
  readonly locale: string
  readonly roles: readonly RoleGrant[]
}

export interface PersonAndAccount {
  readonly personId: string
  readonly accountId: string
}

/** A person as the desk sees one. */
export interface PersonEntry extends PersonRow {
  readonly roles: readonly RoleGrant[]
}

/** Adds a person with an account that has no password yet; `inviteAccount` (links.ts) lets them choose one.
 * @param input.actorId who adds them; null when the programme itself does
 * @throws Refusal email-taken */
export async function createPerson (tx: Tx, world: World, input: NewPerson & { readonly actorId: string | null }): Promise<PersonAndAccount> {
  const [made] = await createPeople(tx, world, input.actorId, [input])
  return made as PersonAndAccount
}

/** Adds many at once, each audited. @returns their ids, in the order given
 * @throws Refusal email-taken when one of the addresses has an account or stands twice */
export async function createPeople (tx: Tx, world: World, actorId: string | null, people: readonly NewPerson[]): Promise<PersonAndAccount[]> {
  const emails = people.map((person) => normalEmail(person.email))
  const seen = new Set<string>()
  const twice = emails.find((email) => seen.size === seen.add(email).size)
  const taken = (await selectAccountsByEmails(tx, emails))[0]?.email ?? twice
  if (taken !== undefined) throw new Refusal('email-taken', { email: taken })
  const at = world.now().toISOString()
  const made = people.map((person, index) => ({ person, email: emails[index] as string, personId: world.newId(), accountId: world.newId() }))
  await insertPeople(
    tx,
    made.map(({ person, personId }) => ({
      id: personId, name: person.name, latin_name: person.latinName ?? null, country: person.country, agency: person.agency, rank: person.rank, birth_day: person.birthDay ?? null, locale: person.locale, created_at: at
    })),
    made.map(({ email, personId, accountId }) => ({
      id: accountId, person_id: personId, email, password_hash: null, state: 'invited' as const, created_at: at
    })),
    made.flatMap(({ person, personId }) => person.roles.map(({ role, country }) => ({
      id: world.newId(), person_id: personId, role, country: country ?? ''
    })))
  )
  await auditAll(tx, world, made.map(({ person, personId }) => {
    const roles = person.roles.map((grant) => grant.role).join(', ')
    return { actorId, action: 'person.created', subjectType: 'person', subjectId: personId, detail: { country: person.country, roles } }
  }))
  return made.map(({ personId, accountId }) => ({ personId, accountId }))
}

/** Granting a role twice changes nothing. @returns false when it was held already */
export async function grantRole (tx: Tx, world: World, actorId: string | null, personId: string, grant: RoleGrant): Promise<boolean> {
  const granted = await insertRole(tx, { id: world.newId(), person_id: personId, role: grant.role, country: grant.country ?? '' })
  if (granted) await audit(tx, world, { actorId, action: 'role.granted', subjectType: 'person', subjectId: personId, detail: { ...grant } })
  return granted
}

/** Gives somebody a role from the desk.
 * @throws Refusal not-found */
export async function giveRole (db: Database, world: World, person: Person, personId: string, grant: RoleGrant): Promise<void> {
  await db.write(async (tx) => {
    await nameableOrRefusal(tx, personId)
    await grantRole(tx, world, person.id, personId, grant)
  })
}

/** Takes a role away; one that is not held is no error.
 * @throws Refusal not-found, last-administrator */
export async function revokeRole (db: Database, world: World, person: Person, personId: string, grant: RoleGrant): Promise<void> {
  await db.write(async (tx) => {
    await personOrRefusal(tx, personId)
    if (!await deleteRole(tx, personId, grant.role, grant.country ?? '')) return
    if (grant.role === 'administrator' && !await existsAdministrator(tx)) throw new Refusal('last-administrator')
    await audit(tx, world, { actorId: person.id, action: 'role.revoked', subjectType: 'person', subjectId: personId, detail: { ...grant } })
  })
}

/** Ends every session at once, voids open links, and lets nobody sign in. Doing it twice changes nothing.
 * @throws Refusal not-found, last-administrator */
export async function deactivateAccount (db: Database, world: World, person: Person, personId: string): Promise<void> {
  await db.write(async (tx) => {
    const { accountId, state } = await personOrRefusal(tx, personId)
    if (state === 'deactivated') return
    const roles = await selectRoles(tx, personId)
    const administers = state === 'active' && roles.some((grant) => grant.role === 'administrator')
    if (administers && !await existsAdministrator(tx, personId)) throw new Refusal('last-administrator')
    const at = world.now().toISOString()
    await updateAccountState(tx, accountId, 'deactivated')
    await endSessionsOfAccount(tx, accountId, at)
    await voidLinksOfAccounts(tx, [accountId], at)
    await audit(tx, world, { actorId: person.id, action: 'account.deactivated', subjectType: 'person', subjectId: personId })
  })
}

/** The password works again as before; somebody who never chose one waits for an invitation again.
 * @throws Refusal not-found, person-erased */
export async function reactivateAccount (db: Database, world: World, person: Person, personId: string): Promise<void> {
  await db.write(async (tx) => {
    const { accountId, state } = await nameableOrRefusal(tx, personId)
    if (state !== 'deactivated') return
    const { passwordHash } = await selectAccount(tx, accountId)
    await updateAccountState(tx, accountId, passwordHash === null ? 'invited' : 'active')
    await audit(tx, world, { actorId: person.id, action: 'account.reactivated', subjectType: 'person', subjectId: personId })
  })
}

export interface PeopleSearch {
  /** Parts of a name, in whatever order, script and accents, or of an e-mail address. */
  readonly search?: string
  readonly role?: Role
  readonly state?: AccountTable['state']
  /** `next` of the page before. */
  readonly cursor?: string
  /** Default 50, at most 200. */
  readonly limit?: number
}

/** People by name, for the desk. Where nobody has the name that was typed, those whose name sounds like it or differs by a letter.
 * @returns `nearly`: it is those
 * @throws Refusal not-allowed for anybody but an administrator; bad-input for a cursor that is none */
export async function listPeople (db: Database, person: Person, filter: PeopleSearch): Promise<{ items: PersonEntry[], next: string | null, nearly: boolean }> {
  assertAdministrator(person)
  const limit = Math.min(filter.limit ?? 50, 200)
  const search = filter.search?.trim() ?? ''
  const place = readCursor(filter.cursor ?? null, ['string', 'string'])
  const found = async (nearly: boolean): Promise<PersonRow[]> => await selectPeople(db.read, {
    search: search === '' ? null : { typed: search, nearly },
    role: filter.role ?? null,
    state: filter.state ?? null,
    countries: null,
    after: place === null ? null : { name: String(place[0]), id: String(place[1]) },
    // Who only may be meant is a short list, without more pages.
    limit: nearly ? limit : limit + 1
  })
  const exactly = await found(false)
  const nearly = exactly.length === 0 && search !== '' && place === null
  const rows = nearly ? await found(true) : exactly
  const page = rows.slice(0, limit)
  const roles = await selectRolesOfPeople(db.read, page.map(({ id }) => id))
  const last = page.at(-1)
  return {
    items: page.map((row) => ({ ...row, roles: roles.get(row.id) ?? [] })),
    next: rows.length > limit && last !== undefined ? cursorOf([last.name, last.id]) : null,
    nearly: nearly && rows.length > 0
  }
}

/** @throws Refusal not-allowed, not-found */
export async function getPerson (db: Database, person: Person, personId: string): Promise<PersonEntry> {
  assertAdministrator(person)
  const row = await personOrRefusal(db.read, personId)
  return { ...row, roles: await selectRoles(db.read, personId) }
}

/** The language a person's pages and mails are in. */
export async function chooseLocale (db: Database, person: Person, locale: string): Promise<Person> {
  await db.write(async (tx) => { await updateLocale(tx, person.id, locale) }, 'alongside')
  return { ...person, locale }
}

async function personOrRefusal (tx: Tx, personId: string): Promise<PersonRow> {
  const row = await selectOptionalPerson(tx, personId)
  if (row === undefined) throw new Refusal('not-found')
  return row
}

/** A person whose data was not erased. @throws Refusal not-found, person-erased */
export async function nameableOrRefusal (tx: Tx, personId: string): Promise<PersonRow> {
  const row = await personOrRefusal(tx, personId)
  if (row.name === ERASED) throw new Refusal('person-erased')
  return row
}
