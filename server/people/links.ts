import { createHash } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { audit } from '../audit/audit.ts'
import type { Database, Tx } from '../db/database.ts'
import type { LinkTable } from '../db/tables/people.ts'
import type { Person } from '../person.ts'
import { Refusal } from '../refusals.ts'
import type { World } from '../world.ts'
import { composeMail, type Catalogues } from './mails.ts'
import { queueMails } from './outbox.ts'
import { hashPassword } from './passwords.ts'
import { createPerson, type NewPerson, type PersonAndAccount } from './people.ts'
import {
  endSessionsOfAccount, existsAdministrator, insertLinks, selectAccount, selectAddressees, selectOptionalAccountByEmail,
  selectOptionalContact, selectOptionalLink, selectOptionalPerson, selectPersonOfAccount, updatePassword, useLink,
  voidLinks, voidLinksOfAccounts, type Addressee, type Link
} from './queries.ts'
import { assertNotTooMany, isTooMany, normalEmail, noteFailure, openSession, type SignedIn } from './sign-in.ts'

type Purpose = LinkTable['purpose']

const VALID_SECONDS: Readonly<Record<Purpose, number>> = {
  invitation: 14 * 24 * 60 * 60,
  reset: 60 * 60,
  'set-up': 24 * 60 * 60
}

/** What a mail with a link needs to know of the programme: part of `Settings`. */
export interface LinkSettings {
  readonly programme: string
  readonly timeZone: string
  readonly publicUrl: string
}

/** Sends an invitation, in the same unit of work; earlier links of the account stop working. An account that is active
 * or deactivated is left alone. */
export async function inviteAccount (tx: Tx, world: World, settings: LinkSettings, messages: Catalogues, accountId: string): Promise<void> {
  await inviteAccounts(tx, world, settings, messages, [accountId])
}

/** Many at once: a nomination list of thousands is one unit of work. */
export async function inviteAccounts (tx: Tx, world: World, settings: LinkSettings, messages: Catalogues, accountIds: readonly string[]): Promise<void> {
  const invited = (await selectAddressees(tx, accountIds)).filter(({ state }) => state === 'invited')
  await sendLinks(tx, world, settings, messages, 'invitation', invited)
}

/** Adds somebody and sends the invitation, both or neither.
 * @throws Refusal email-taken */
export async function addPerson (db: Database, world: World, settings: LinkSettings, messages: Catalogues, person: Person, input: NewPerson): Promise<PersonAndAccount> {
  return await db.write(async (tx) => {
    const made = await createPerson(tx, world, { ...input, actorId: person.id })
    await inviteAccount(tx, world, settings, messages, made.accountId)
    return made
  })
}

/** From the desk: an invitation to somebody who has not chosen a password yet, else a link to choose a new one.
 * @throws Refusal not-found, account-deactivated */
export async function sendLinkTo (db: Database, world: World, settings: LinkSettings, messages: Catalogues, person: Person, personId: string): Promise<'invitation' | 'reset'> {
  return await db.write(async (tx) => {
    const row = await selectOptionalPerson(tx, personId)
    if (row === undefined) throw new Refusal('not-found')
    if (row.state === 'deactivated') throw new Refusal('account-deactivated')
    const purpose = row.state === 'invited' ? 'invitation' : 'reset'
    await sendLinks(tx, world, settings, messages, purpose, await selectAddressees(tx, [row.accountId]))
    await audit(tx, world, { actorId: person.id, action: `${purpose}.sent`, subjectType: 'person', subjectId: personId })
    return purpose
  })
}

const RESETS_PER_ACCOUNT = 3
const RESETS_PER_ADDRESS = 100
/** Longer than the work takes, so that the time says nothing about whether there is an account. */
const ANSWER_AFTER_MILLISECONDS = 200

/** Sends a link to choose a new password, if the address has an account (an invitation if it has no password yet).
 * The answer is the same, and takes the same time, whether it has one or not.
 * @param input.from the address the request came from
 * @throws Refusal too-many-tries, counted for known and unknown addresses alike */
export async function requestReset (db: Database, world: World, settings: LinkSettings, messages: Catalogues, input: { readonly email: string, readonly from: string }): Promise<void> {
  const email = normalEmail(input.email)
  const perAddress = `reset-from:${input.from}`
  const perAccount = `reset:${email}`
  const work = db.write(async (tx) => {
    await assertNotTooMany(tx, world, perAddress, RESETS_PER_ADDRESS)
    await noteFailure(tx, world, perAddress)
    // Quietly: whoever owns the mailbox has the links that were sent, and nobody else learns anything.
    if (await isTooMany(tx, world, perAccount, RESETS_PER_ACCOUNT)) return
    await noteFailure(tx, world, perAccount)
    const account = await selectOptionalAccountByEmail(tx, email)
    if (account === undefined || account.state === 'deactivated') return
    const purpose = account.state === 'invited' ? 'invitation' : 'reset'
    await sendLinks(tx, world, settings, messages, purpose, await selectAddressees(tx, [account.id]))
    await audit(tx, world, { actorId: null, action: `${purpose}.asked`, subjectType: 'person', subjectId: account.personId })
  })
  await Promise.all([work, wait(ANSWER_AFTER_MILLISECONDS)])
}

/** What a link is for and whose it is. Looking does not use it up: mail scanners open links too.
 * @throws Refusal link-not-valid */
export async function readLink (db: Database, world: World, secret: string): Promise<{ purpose: 'invitation' | 'reset', name: string, email: string }> {
  const { purpose, accountId } = await accountLink(db.read, world, secret)
  const { name, email } = await selectPersonOfAccount(db.read, accountId)
  return { purpose, name, email }
}

/** Sets the password the link allows, once; ends every session of the account and opens a new one.
 * @param password one that `findPasswordFaults` finds nothing wrong with
 * @throws Refusal link-not-valid: unknown, used (by whoever was first), expired, or of an account since deactivated */
export async function takeLink (db: Database, world: World, secret: string, password: string, sessionSeconds: number): Promise<SignedIn> {
  // Looked at first, so that a made-up link costs no hashing.
  await accountLink(db.read, world, secret)
  const passwordHash = await hashPassword(password)
  return await db.write(async (tx) => {
    const { id, purpose, accountId } = await accountLink(tx, world, secret)
    const at = world.now().toISOString()
    if (!await useLink(tx, id, at)) throw new Refusal('link-not-valid')
    const { personId } = await selectAccount(tx, accountId)
    await updatePassword(tx, accountId, passwordHash)
    await voidLinksOfAccounts(tx, [accountId], at)
    await endSessionsOfAccount(tx, accountId, at)
    await audit(tx, world, { actorId: personId, action: 'password.chosen', subjectType: 'person', subjectId: personId, detail: { by: purpose } })
    return await openSession(tx, world, accountId, sessionSeconds)
  })
}

/** When nobody can administer the programme yet: a link that makes the first administrator. Earlier ones stop working.
 * @returns its path, before the prefix; null when there is an active administrator */
export async function startSetUp (db: Database, world: World): Promise<string | null> {
  return await db.write(async (tx) => {
    if (await existsAdministrator(tx)) return null
    await voidLinks(tx, 'set-up', null, world.now().toISOString())
    const { secret, row } = newLink(world, 'set-up', null)
    await insertLinks(tx, [row])
    return `/set-up/${secret}`
  })
}

/** @throws Refusal already-set-up, link-not-valid */
export async function assertSetUpLink (db: Database, world: World, secret: string): Promise<void> {
  await setUpLink(db.read, world, secret)
}

/** Makes the first administrator and signs them in.
 * @param input name and e-mail, and a password without faults
 * @throws Refusal already-set-up, link-not-valid, email-taken */
export async function finishSetUp (db: Database, world: World, secret: string, input: { readonly name: string, readonly email: string, readonly password: string, readonly locale: string }, sessionSeconds: number): Promise<SignedIn> {
  await setUpLink(db.read, world, secret)
  const passwordHash = await hashPassword(input.password)
  return await db.write(async (tx) => {
    const link = await setUpLink(tx, world, secret)
    if (!await useLink(tx, link.id, world.now().toISOString())) throw new Refusal('link-not-valid')
    const { accountId } = await createPerson(tx, world, {
      actorId: null, name: input.name.trim(), email: input.email, country: null, agency: null, rank: null, locale: input.locale,
      roles: [{ role: 'administrator' }]
    })
    await updatePassword(tx, accountId, passwordHash)
    return await openSession(tx, world, accountId, sessionSeconds)
  })
}

/** An invitation that is handed over by other means than a mail. @returns its path, before the prefix */
export async function invitationLink (tx: Tx, world: World, accountId: string): Promise<string> {
  await voidLinksOfAccounts(tx, [accountId], world.now().toISOString())
  const { secret, row } = newLink(world, 'invitation', accountId)
  await insertLinks(tx, [row])
  return `/links/${secret}`
}

async function sendLinks (tx: Tx, world: World, settings: LinkSettings, messages: Catalogues, purpose: 'invitation' | 'reset', to: readonly Addressee[]): Promise<void> {
  if (to.length === 0) return
  await voidLinksOfAccounts(tx, to.map(({ accountId }) => accountId), world.now().toISOString())
  const contact = await selectOptionalContact(tx) ?? null
  const links = to.map((addressee) => ({ addressee, ...newLink(world, purpose, addressee.accountId) }))
  await insertLinks(tx, links.map(({ row }) => row))
  await queueMails(tx, world, links.map(({ addressee, secret, row }) => composeMail(messages, purpose, {
    ...addressee,
    programme: settings.programme,
    timeZone: settings.timeZone,
    link: `${settings.publicUrl}/links/${secret}`,
    until: row.expires_at,
    contact
  })))
}

/** Only the hash is kept: whoever reads the database cannot use the links in it. */
function newLink (world: World, purpose: Purpose, accountId: string | null): { secret: string, row: LinkTable } {
  const secret = Buffer.from(world.newBytes(32)).toString('base64url')
  const now = world.now()
  return {
    secret,
    row: {
      id: world.newId(),
      secret_hash: hashOf(secret),
      purpose,
      account_id: accountId,
      created_at: now.toISOString(),
      expires_at: new Date(now.getTime() + VALID_SECONDS[purpose] * 1000).toISOString(),
      used_at: null
    }
  }
}

async function accountLink (tx: Tx, world: World, secret: string): Promise<{ id: string, purpose: 'invitation' | 'reset', accountId: string }> {
  const link = await selectOptionalLink(tx, hashOf(secret), world.now().toISOString())
  if (link === undefined || link.purpose === 'set-up' || link.accountId === null) throw new Refusal('link-not-valid')
  return { id: link.id, purpose: link.purpose, accountId: link.accountId }
}

async function setUpLink (tx: Tx, world: World, secret: string): Promise<Link> {
  if (await existsAdministrator(tx)) throw new Refusal('already-set-up')
  const link = await selectOptionalLink(tx, hashOf(secret), world.now().toISOString())
  if (link === undefined || link.purpose !== 'set-up') throw new Refusal('link-not-valid')
  return link
}

function hashOf (secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}
