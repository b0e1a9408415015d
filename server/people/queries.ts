import type { Tx } from '../db/database.ts'
import { holds } from '../db/like.ts'
import { prepared, preparedChange, type Value } from '../db/prepared.ts'
import type { AccountTable, LinkTable, MailTable, NewPersonRow, RoleGrantTable } from '../db/tables/people.ts'
import type { Person, Role, RoleGrant } from '../person.ts'
import { named, type Asked } from './named/queries.ts'
import { nameKey } from './name-key.ts'
import { wordLine } from './words.ts'

export interface Account {
  readonly id: string
  readonly personId: string
  readonly email: string
  readonly passwordHash: string | null
  readonly state: AccountTable['state']
}

const ACCOUNT = ['account.id', 'account.person_id as personId', 'account.email', 'account.password_hash as passwordHash', 'account.state'] as const

export async function selectOptionalAccountByEmail (tx: Tx, email: string): Promise<Account | undefined> {
  return await tx.selectFrom('account').select(ACCOUNT).where('email', '=', email).executeTakeFirst()
}

export async function selectAccount (tx: Tx, id: string): Promise<Account> {
  return await tx.selectFrom('account').select(ACCOUNT).where('id', '=', id).executeTakeFirstOrThrow()
}

/** The person of a live session; undefined when it is ended, expired, or the account is not active. */
export async function selectOptionalSessionPerson (tx: Tx, sessionId: string, now: string): Promise<SessionPerson | undefined> {
  const rows = await personOfSession(tx, { sessionId, now })
  const person = personOf(rows)
  return person === undefined ? undefined : { person, expiresAt: rows[0]?.expiresAt ?? now }
}

export interface SessionPerson {
  readonly person: Person
  /** ISO 8601. */
  readonly expiresAt: string
}

const personOfSession = prepared((tx, value: Value<{ sessionId: string, now: string }>) => tx.selectFrom('session')
  .innerJoin('account', 'account.id', 'session.account_id')
  .innerJoin('person', 'person.id', 'account.person_id')
  .leftJoin('role_grant', 'role_grant.person_id', 'person.id')
  .select(['person.id', 'account.id as accountId', 'person.name', 'account.email', 'person.locale', 'role_grant.role', 'role_grant.country', 'session.expires_at as expiresAt'])
  .where('session.id', '=', value('sessionId')).where('session.ended_at', 'is', null)
  .where('session.expires_at', '>', value('now')).where('account.state', '=', 'active'))

export async function selectPersonOfAccount (tx: Tx, accountId: string): Promise<Person> {
  const found = personOf(await personOfAccount(tx, { accountId }))
  if (found === undefined) throw new Error(`no account ${accountId}`)
  return found
}

const personOfAccount = prepared((tx, value: Value<{ accountId: string }>) => tx.selectFrom('account')
  .innerJoin('person', 'person.id', 'account.person_id')
  .leftJoin('role_grant', 'role_grant.person_id', 'person.id')
  .select(['person.id', 'account.id as accountId', 'person.name', 'account.email', 'person.locale', 'role_grant.role', 'role_grant.country'])
  .where('account.id', '=', value('accountId')))

/** A row a role; one without for a person who has none. */
interface PersonWithRole extends Omit<Person, 'roles'> {
  readonly role: RoleGrantTable['role'] | null
  readonly country: string | null
}

function byCode (a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function personOf (rows: readonly PersonWithRole[]): Person | undefined {
  const [first] = rows
  if (first === undefined) return undefined
  const { id, accountId, name, email, locale } = first
  // Sorted here: for the one row that most have, SQLite would make ready to sort.
  const sorted = rows.length === 1 ? rows : rows.toSorted((a, b) => byCode(a.role ?? '', b.role ?? '') || byCode(a.country ?? '', b.country ?? ''))
  const roles = sorted.flatMap(({ role, country }): RoleGrant[] => role === null ? [] : [country === null || country === '' ? { role } : { role, country }])
  return { id, accountId, name, email, locale, roles }
}

export async function selectRoles (tx: Tx, personId: string): Promise<RoleGrant[]> {
  const rows = await tx.selectFrom('role_grant').select(['role', 'country']).where('person_id', '=', personId).orderBy('role').orderBy('country').execute()
  return rows.map(({ role, country }) => country === '' ? { role } : { role, country })
}

/** The keys that find people of the same name are made here. */
export async function insertPerson (tx: Tx, row: NewPersonRow): Promise<void> {
  await tx.insertInto('person').values({ ...row, ...keysOf(row) }).execute()
}

function keysOf ({ name, latin_name: latin = null }: Pick<NewPersonRow, 'name' | 'latin_name'>): { name_key: string, latin_key: string | null, words: string } {
  return { name_key: nameKey(name), latin_key: latin === null ? null : nameKey(latin), words: wordLine(name, latin) }
}

export async function insertAccount (tx: Tx, row: AccountTable): Promise<void> {
  await tx.insertInto('account').values(row).execute()
}

/** Rows a statement: SQLite and PostgreSQL both bound how many values one may carry. */
const CHUNK = 500

function inChunks<T> (rows: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(rows.length / CHUNK) }, (_, index) => rows.slice(index * CHUNK, (index + 1) * CHUNK))
}

/** Whole lists at once: a nomination list of thousands is one unit of work. */
export async function insertPeople (tx: Tx, people: readonly NewPersonRow[], accounts: readonly AccountTable[], roles: readonly RoleGrantTable[]): Promise<void> {
  for (const rows of inChunks(people)) await tx.insertInto('person').values(rows.map((row) => ({ ...row, ...keysOf(row) }))).execute()
  for (const rows of inChunks(accounts)) await tx.insertInto('account').values(rows).execute()
  for (const rows of inChunks(roles)) await tx.insertInto('role_grant').values(rows).execute()
}

/** The accounts among `emails`, with the names they stand for. */
export async function selectAccountsByEmails (tx: Tx, emails: readonly string[]): Promise<Array<{ readonly id: string, readonly personId: string, readonly email: string, readonly state: AccountTable['state'], readonly name: string }>> {
  const found = []
  for (const some of inChunks(emails)) {
    found.push(...await tx.selectFrom('account').innerJoin('person', 'person.id', 'account.person_id')
      .select(['account.id', 'account.person_id as personId', 'account.email', 'account.state', 'person.name'])
      .where('account.email', 'in', some).execute())
  }
  return found
}

export interface Addressee {
  readonly accountId: string
  readonly personId: string
  readonly name: string
  readonly email: string
  readonly locale: string
  readonly state: AccountTable['state']
}

/** Whom a mail to somebody goes to; undefined for an account that is not in use. */
export async function selectActiveAddressee (tx: Tx, personId: string): Promise<Pick<Addressee, 'name' | 'email' | 'locale'> | undefined> {
  return await tx.selectFrom('person').innerJoin('account', 'account.person_id', 'person.id').select(['person.name', 'account.email', 'person.locale'])
    .where('person.id', '=', personId).where('account.state', '=', 'active').executeTakeFirst()
}

/** Whom a mail goes to, for each of these accounts. */
export async function selectAddressees (tx: Tx, accountIds: readonly string[]): Promise<Addressee[]> {
  const found: Addressee[] = []
  for (const some of inChunks(accountIds)) {
    found.push(...await tx.selectFrom('account').innerJoin('person', 'person.id', 'account.person_id')
      .select(['account.id as accountId', 'person.id as personId', 'person.name', 'account.email', 'person.locale', 'account.state'])
      .where('account.id', 'in', some).execute())
  }
  return found
}

/** The same for everybody who has one of these roles, and whose account is in use. */
export async function selectActiveWithRole (tx: Tx, roles: readonly Role[]): Promise<Array<Pick<Addressee, 'name' | 'email' | 'locale'> & { readonly personId: string }>> {
  return await tx.selectFrom('person').innerJoin('account', 'account.person_id', 'person.id').select(['person.id as personId', 'person.name', 'account.email', 'person.locale'])
    .where('account.state', '=', 'active')
    .where((where) => where.exists(where.selectFrom('role_grant').select('role_grant.id').whereRef('role_grant.person_id', '=', 'person.id').where('role', 'in', [...roles])))
    .orderBy('account.created_at').orderBy('account.id').execute()
}

/** The administrator who has been active longest: whom the mails name to write back to. */
export async function selectOptionalContact (tx: Tx): Promise<{ readonly name: string, readonly email: string } | undefined> {
  return await tx.selectFrom('role_grant').innerJoin('account', 'account.person_id', 'role_grant.person_id')
    .innerJoin('person', 'person.id', 'role_grant.person_id').select(['person.name', 'account.email'])
    .where('role_grant.role', '=', 'administrator').where('account.state', '=', 'active')
    .orderBy('account.created_at').orderBy('account.id').limit(1).executeTakeFirst()
}

/** Granting twice changes nothing. @returns false when the role was held already */
export async function insertRole (tx: Tx, row: RoleGrantTable): Promise<boolean> {
  const result = await tx.insertInto('role_grant').values(row)
    .onConflict((conflict) => conflict.columns(['person_id', 'role', 'country']).doNothing()).executeTakeFirst()
  return Number(result.numInsertedOrUpdatedRows) > 0
}

/** The roles of several people at once, by person. */
export async function selectRolesOfPeople (tx: Tx, personIds: readonly string[]): Promise<Map<string, RoleGrant[]>> {
  const roles = new Map<string, RoleGrant[]>(personIds.map((id) => [id, []]))
  for (const some of inChunks(personIds)) {
    const rows = await tx.selectFrom('role_grant').select(['person_id', 'role', 'country']).where('person_id', 'in', some)
      .orderBy('role').orderBy('country').execute()
    for (const { person_id: id, role, country } of rows) roles.get(id)?.push(country === '' ? { role } : { role, country })
  }
  return roles
}

/** @returns false when the role was not held */
export async function deleteRole (tx: Tx, personId: string, role: RoleGrantTable['role'], country: string): Promise<boolean> {
  const result = await tx.deleteFrom('role_grant').where('person_id', '=', personId).where('role', '=', role)
    .where('country', '=', country).executeTakeFirst()
  return Number(result.numDeletedRows) > 0
}

/** An administrator who can sign in; `besides` leaves one person out. */
export async function existsAdministrator (tx: Tx, besides: string | null = null): Promise<boolean> {
  let query = tx.selectFrom('role_grant').innerJoin('account', 'account.person_id', 'role_grant.person_id')
    .select('role_grant.id').where('role', '=', 'administrator').where('account.state', '=', 'active').limit(1)
  if (besides !== null) query = query.where('role_grant.person_id', '!=', besides)
  return await query.executeTakeFirst() !== undefined
}

export async function insertSession (tx: Tx, row: { id: string, accountId: string, createdAt: string, expiresAt: string }): Promise<void> {
  await newSession(tx, row)
}

const newSession = preparedChange((tx, value: Value<{ id: string, accountId: string, createdAt: string, expiresAt: string }>) => tx.insertInto('session')
  .values({ id: value('id'), account_id: value('accountId'), created_at: value('createdAt'), expires_at: value('expiresAt'), ended_at: null }))

export async function endSession (tx: Tx, id: string, at: string): Promise<void> {
  await tx.updateTable('session').set({ ended_at: at }).where('id', '=', id).where('ended_at', 'is', null).execute()
}

export async function endSessionsOfAccount (tx: Tx, accountId: string, at: string): Promise<void> {
  await tx.updateTable('session').set({ ended_at: at }).where('account_id', '=', accountId).where('ended_at', 'is', null).execute()
}

export async function updatePassword (tx: Tx, accountId: string, passwordHash: string): Promise<void> {
  await tx.updateTable('account').set({ password_hash: passwordHash, state: 'active' })
    .where('id', '=', accountId).where('state', '!=', 'deactivated').execute()
}

export async function updateAccountState (tx: Tx, accountId: string, state: AccountTable['state']): Promise<void> {
  await tx.updateTable('account').set({ state }).where('id', '=', accountId).execute()
}

export async function updateLocale (tx: Tx, personId: string, locale: string): Promise<void> {
  await tx.updateTable('person').set({ locale }).where('id', '=', personId).execute()
}

export async function insertLinks (tx: Tx, rows: readonly LinkTable[]): Promise<void> {
  for (const some of inChunks(rows)) await tx.insertInto('link').values(some).execute()
}

export interface Link {
  readonly id: string
  readonly purpose: LinkTable['purpose']
  readonly accountId: string | null
}

/** A link that may still be used. */
export async function selectOptionalLink (tx: Tx, secretHash: string, now: string): Promise<Link | undefined> {
  return await tx.selectFrom('link').select(['id', 'purpose', 'account_id as accountId'])
    .where('secret_hash', '=', secretHash).where('used_at', 'is', null).where('expires_at', '>', now).executeTakeFirst()
}

/** @returns false when another request used it first */
export async function useLink (tx: Tx, id: string, at: string): Promise<boolean> {
  const result = await tx.updateTable('link').set({ used_at: at }).where('id', '=', id).where('used_at', 'is', null).executeTakeFirst()
  return Number(result.numUpdatedRows) === 1
}

/** Links of an account for one purpose stop working, as when a newer one is sent. */
export async function voidLinks (tx: Tx, purpose: LinkTable['purpose'], accountId: string | null, at: string): Promise<void> {
  await tx.updateTable('link').set({ used_at: at }).where('purpose', '=', purpose)
    .where('account_id', accountId === null ? 'is' : '=', accountId).where('used_at', 'is', null).execute()
}

/** Every open link of these accounts stops working. */
export async function voidLinksOfAccounts (tx: Tx, accountIds: readonly string[], at: string): Promise<void> {
  for (const some of inChunks(accountIds)) {
    await tx.updateTable('link').set({ used_at: at }).where('account_id', 'in', some).where('used_at', 'is', null).execute()
  }
}

export interface Mail {
  readonly id: string
  readonly to: string
  readonly subject: string
  readonly body: string
  readonly createdAt: string
  readonly nextTryAt: string
  readonly tries: number
  readonly sentAt: string | null
  readonly lastError: string | null
}

const MAIL = [
  'id', 'to_email as to', 'subject', 'body', 'created_at as createdAt', 'next_try_at as nextTryAt', 'tries',
  'sent_at as sentAt', 'last_error as lastError'
] as const

export async function insertMails (tx: Tx, rows: readonly MailTable[]): Promise<void> {
  for (const some of inChunks(rows)) await tx.insertInto('mail').values(some).execute()
}

export async function selectDueMails (tx: Tx, now: string, limit: number): Promise<Mail[]> {
  return await tx.selectFrom('mail').select(MAIL).where('sent_at', 'is', null).where('next_try_at', '<=', now)
    .orderBy('next_try_at').orderBy('id').limit(limit).execute()
}

/** Takes a due mail for this worker until `leaseUntil`. @returns false when another worker has it */
export async function claimMail (tx: Tx, mail: Mail, leaseUntil: string): Promise<boolean> {
  const result = await tx.updateTable('mail').set({ next_try_at: leaseUntil, tries: mail.tries + 1 })
    .where('id', '=', mail.id).where('next_try_at', '=', mail.nextTryAt).where('tries', '=', mail.tries)
    .where('sent_at', 'is', null).executeTakeFirst()
  return Number(result.numUpdatedRows) === 1
}

export async function updateMailSent (tx: Tx, id: string, at: string): Promise<void> {
  await tx.updateTable('mail').set({ sent_at: at, last_error: null }).where('id', '=', id).execute()
}

export async function updateMailFailed (tx: Tx, id: string, error: string, nextTryAt: string): Promise<void> {
  await tx.updateTable('mail').set({ last_error: error, next_try_at: nextTryAt }).where('id', '=', id).where('sent_at', 'is', null).execute()
}

/** Newest first; `before` is the id of the last one seen (identifiers sort by time). */
export async function selectLatestMails (tx: Tx, before: string | null, limit: number): Promise<Mail[]> {
  let query = tx.selectFrom('mail').select(MAIL).orderBy('id', 'desc').limit(limit)
  if (before !== null) query = query.where('id', '<', before)
  return await query.execute()
}

export async function selectOptionalMail (tx: Tx, id: string): Promise<Mail | undefined> {
  return await tx.selectFrom('mail').select(MAIL).where('id', '=', id).executeTakeFirst()
}

export async function countFailures (tx: Tx, subject: string, since: string): Promise<number> {
  const found = await tx.selectFrom('failure').select((select) => select.fn.countAll<number>().as('count'))
    .where('subject', '=', subject).where('at', '>', since).executeTakeFirstOrThrow()
  return Number(found.count)
}

export async function insertFailure (tx: Tx, row: { id: string, subject: string, at: string }): Promise<void> {
  await tx.insertInto('failure').values(row).execute()
}

export async function deleteFailures (tx: Tx, subject: string, before: string): Promise<void> {
  await tx.deleteFrom('failure').where('subject', '=', subject).where('at', '<=', before).execute()
}

/** What is said of a person, as it is edited. */
export interface PersonFacts {
  readonly name: string
  /** In Latin letters, where `name` is in another script. */
  readonly latinName: string | null
  /** ISO 3166-1 alpha-2, or null for staff of the programme itself. */
  readonly country: string | null
  readonly agency: string | null
  readonly rank: string | null
  /** YYYY-MM-DD, where it is known. */
  readonly birthDay: string | null
  readonly locale: string
  readonly email: string
}

export interface PersonRow extends PersonFacts {
  readonly id: string
  readonly accountId: string
  readonly state: AccountTable['state']
  /** To be sent back with an edit, so that one that overlooks another's is refused. */
  readonly version: number
}

const PERSON = [
  'person.id', 'person.name', 'person.latin_name as latinName', 'person.country', 'person.agency', 'person.rank', 'person.birth_day as birthDay', 'person.locale',
  'account.id as accountId', 'account.email', 'account.state', 'person.edition as version'
] as const

export interface PeopleFilter {
  /** Parts of a name or an e-mail address. */
  readonly search: Asked | null
  readonly role: RoleGrantTable['role'] | null
  readonly state: AccountTable['state'] | null
  /** Null for all countries. */
  readonly countries: readonly string[] | null
  /** The last one seen. */
  readonly after: { readonly name: string, readonly id: string } | null
  readonly limit: number
}

/** People with their accounts, by name. */
export async function selectPeople (tx: Tx, filter: PeopleFilter): Promise<PersonRow[]> {
  let query = tx.selectFrom('person').innerJoin('account', 'account.person_id', 'person.id').select(PERSON)
    .orderBy('person.name').orderBy('person.id').limit(filter.limit)
  const { search, role, state, countries, after } = filter
  if (search !== null) query = query.where((where) => where.or([named(search), holds('account.email', search.typed)]))
  if (role !== null) {
    query = query.where((where) => where.exists(where.selectFrom('role_grant').select('role_grant.id')
      .whereRef('role_grant.person_id', '=', 'person.id').where('role_grant.role', '=', role)))
  }
  if (state !== null) query = query.where('account.state', '=', state)
  if (countries !== null) query = query.where('person.country', 'in', countries.length > 0 ? [...countries] : ['--'])
  if (after !== null) {
    query = query.where((where) => where.or([
      where('person.name', '>', after.name),
      where.and([where('person.name', '=', after.name), where('person.id', '>', after.id)])
    ]))
  }
  return await query.execute()
}

export async function selectOptionalPerson (tx: Tx, id: string): Promise<PersonRow | undefined> {
  return await tx.selectFrom('person').innerJoin('account', 'account.person_id', 'person.id')
    .select(PERSON).where('person.id', '=', id).executeTakeFirst()
}

/** @param version as it was seen
 * @returns false when somebody else edited it meanwhile */
export async function updatePerson (tx: Tx, id: string, version: number, { name, latinName, country, agency, rank, birthDay, locale }: PersonFacts): Promise<boolean> {
  const result = await tx.updateTable('person')
    .set({ name, latin_name: latinName, ...keysOf({ name, latin_name: latinName }), country, agency, rank, birth_day: birthDay, locale, edition: version + 1 })
    .where('id', '=', id).where('edition', '=', version).executeTakeFirst()
  return Number(result.numUpdatedRows) === 1
}

/** The address from now on; the one before is kept beside it. */
export async function updateEmail (tx: Tx, person: Pick<PersonRow, 'id' | 'accountId' | 'email'>, email: string, former: { readonly id: string, readonly until: string }): Promise<void> {
  await tx.insertInto('former_address').values({ id: former.id, person_id: person.id, email: person.email, until: former.until }).execute()
  await tx.updateTable('account').set({ email }).where('id', '=', person.accountId).execute()
}

/** Who edited a person last, and when. */
export async function selectOptionalLastEdit (tx: Tx, personId: string): Promise<{ readonly by: string | null, readonly at: string } | undefined> {
  return await tx.selectFrom('audit_entry').leftJoin('person', 'person.id', 'audit_entry.actor_id').select(['person.name as by', 'at'])
    .where('subject_type', '=', 'person').where('subject_id', '=', personId).where('action', '=', 'person.edited').orderBy('seq', 'desc').limit(1).executeTakeFirst()
}
