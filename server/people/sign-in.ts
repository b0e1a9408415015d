import type { Database, Tx } from '../db/database.ts'
import type { Person } from '../person.ts'
import { makeRecent, type Recent } from '../recent.ts'
import { Refusal } from '../refusals.ts'
import type { World } from '../world.ts'
import { passwordMatches } from './passwords.ts'
import {
  countFailures, deleteFailures, endSession, insertFailure, insertSession, selectOptionalAccountByEmail,
  selectOptionalSessionPerson, selectPersonOfAccount, type SessionPerson
} from './queries.ts'

export interface SignedIn {
  readonly sessionId: string
  readonly expiresAt: string
  readonly person: Person
}

const WINDOW_SECONDS = 15 * 60
/** Failures within the window, not sign-ins, are what is limited: a whole class behind one address may sign in at once. */
const FAILURES_PER_ACCOUNT = 10
const FAILURES_PER_ADDRESS = 100

/** @param from the address the request came from
 * @throws Refusal sign-in-failed (never telling which of the two was wrong), too-many-tries */
export async function signIn (db: Database, world: World, input: { email: string, password: string, from: string }, sessionSeconds: number): Promise<SignedIn> {
  const email = normalEmail(input.email)
  const subjects = [[`sign-in:${email}`, FAILURES_PER_ACCOUNT], [`sign-in-from:${input.from}`, FAILURES_PER_ADDRESS]] as const
  for (const [subject, most] of subjects) await assertNotTooMany(db.read, world, subject, most)
  const account = await selectOptionalAccountByEmail(db.read, email)
  const matches = await passwordMatches(account?.passwordHash ?? null, input.password)
  if (account === undefined || !matches || account.state !== 'active') {
    await db.write(async (tx) => {
      for (const [subject] of subjects) await noteFailure(tx, world, subject)
    }, 'alongside')
    throw new Refusal('sign-in-failed')
  }
  return await db.write(async (tx) => await openSession(tx, world, account.id, sessionSeconds), 'alongside')
}

/** A new session of an account, which forgives the failures before it. */
export async function openSession (tx: Tx, world: World, accountId: string, sessionSeconds: number): Promise<SignedIn> {
  const now = world.now()
  const sessionId = world.newId()
  const expiresAt = new Date(now.getTime() + sessionSeconds * 1000).toISOString()
  await insertSession(tx, { id: sessionId, accountId, createdAt: now.toISOString(), expiresAt })
  const person = await selectPersonOfAccount(tx, accountId)
  await deleteFailures(tx, `sign-in:${person.email}`, now.toISOString())
  return { sessionId, expiresAt, person }
}

/** The session ends at once, wherever its token is. */
export async function signOut (db: Database, world: World, sessionId: string): Promise<void> {
  await db.write(async (tx) => { await endSession(tx, sessionId, world.now().toISOString()) }, 'alongside')
}

export async function personOfSession (db: Database, world: World, sessionId: string): Promise<Person | null> {
  const now = world.now().toISOString()
  const state = db.accessState()
  const sessions = state === null ? null : sessionsIn(state)
  const known = sessions?.get(sessionId)
  if (known !== undefined && known.expiresAt > now) return known.person
  const found = await selectOptionalSessionPerson(db.read, sessionId, now)
  if (found === undefined) return null
  return (sessions?.keep(sessionId, found) ?? found).person
}

/** How many sessions are remembered: those of a large programme's busiest hour. */
const KEPT_SESSIONS = 20_000

const remembered = new WeakMap<object, Recent<SessionPerson>>()

/** Whose live sessions are, for as long as nothing has changed that they follow from. */
function sessionsIn (accessState: object): Recent<SessionPerson> {
  let sessions = remembered.get(accessState)
  if (sessions === undefined) remembered.set(accessState, sessions = makeRecent(KEPT_SESSIONS))
  return sessions
}

/** E-mail addresses are compared without regard to case and surrounding space. */
export function normalEmail (typed: string): string {
  return typed.normalize('NFKC').trim().toLowerCase()
}

/** @throws Refusal too-many-tries */
export async function assertNotTooMany (tx: Tx, world: World, subject: string, most: number): Promise<void> {
  if (await isTooMany(tx, world, subject, most)) throw new Refusal('too-many-tries', { retryAfterSeconds: WINDOW_SECONDS })
}

/** Whether what is protected was tried `most` times or more within the window. */
export async function isTooMany (tx: Tx, world: World, subject: string, most: number): Promise<boolean> {
  const since = new Date(world.now().getTime() - WINDOW_SECONDS * 1000).toISOString()
  return await countFailures(tx, subject, since) >= most
}

export async function noteFailure (tx: Tx, world: World, subject: string): Promise<void> {
  const now = world.now()
  await insertFailure(tx, { id: world.newId(), subject, at: now.toISOString() })
  await deleteFailures(tx, subject, new Date(now.getTime() - WINDOW_SECONDS * 1000).toISOString())
}
