import type { Transporter } from 'nodemailer'
import type { Database, Tx } from '../db/database.ts'
import type { World } from '../world.ts'
import {
  claimMail, insertMails, selectDueMails, selectLatestMails, selectOptionalMail, updateMailFailed, updateMailSent, type Mail
} from './queries.ts'

export interface NewMail {
  readonly to: string
  readonly subject: string
  /** Plain text. */
  readonly body: string
}

/** How many mails one round takes, over at most `CONNECTIONS` connections. */
const BATCH = 100
const CONNECTIONS = 4
/** Longer than the slowest round: a worker that dies leaves its mails to the others after this. */
const LEASE_SECONDS = 15 * 60
const MOST_TRIES = 10
const FIRST_WAIT_SECONDS = 2 * 60
const NEVER = '9999-12-31T00:00:00.000Z'

/** Puts a mail in the outbox, inside the unit of work that causes it: both happen or neither. @returns its id */
export async function queueMail (tx: Tx, world: World, mail: NewMail): Promise<string> {
  const [id] = await queueMails(tx, world, [mail])
  return id as string
}

export async function queueMails (tx: Tx, world: World, mails: readonly NewMail[]): Promise<string[]> {
  const at = world.now().toISOString()
  const rows = mails.map(({ to, subject, body }) => ({
    id: world.newId(), to_email: to, subject, body, created_at: at, next_try_at: at, tries: 0, sent_at: null, last_error: null
  }))
  await insertMails(tx, rows)
  return rows.map(({ id }) => id)
}

/** @param smtpUrl `smtp://user:password@host:port`; close it when done */
export async function makeTransport (smtpUrl: string): Promise<Transporter> {
  // Where nothing is sent it is not loaded: a tenth of the time in which a server starts.
  const { createTransport } = await import('nodemailer')
  const separator = smtpUrl.includes('?') ? '&' : '?'
  return createTransport(`${smtpUrl}${separator}pool=true&maxConnections=${CONNECTIONS}&connectionTimeout=20000&greetingTimeout=20000&socketTimeout=60000`)
}

/** Sends one round of what is due. However many workers run, a mail is taken by one at a time; one that fails is tried
 * again after 2, 4, 8 … minutes, ten times in all. A worker that dies between sending and noting it leaves the mail
 * to be sent again with the same Message-ID.
 * @param from as MAIL_FROM has it
 * @returns how many were sent, failed for now, and given up */
export async function sendDueMails (db: Database, world: World, transport: Transporter, from: string): Promise<{ sent: number, failed: number, givenUp: number }> {
  const mails = await claimDueMails(db, world)
  const results = await Promise.all(mails.map(async (mail) => await send(db, world, transport, from, mail)))
  const count = (wanted: Result): number => results.filter((result) => result === wanted).length
  return { sent: count('sent'), failed: count('failed'), givenUp: count('given-up') }
}

async function claimDueMails (db: Database, world: World): Promise<Mail[]> {
  const now = world.now()
  const due = await selectDueMails(db.read, now.toISOString(), BATCH)
  if (due.length === 0) return []
  const leaseUntil = new Date(now.getTime() + LEASE_SECONDS * 1000).toISOString()
  return await db.write(async (tx) => {
    const mine: Mail[] = []
    for (const mail of due) {
      if (await claimMail(tx, mail, leaseUntil)) mine.push({ ...mail, tries: mail.tries + 1 })
    }
    return mine
  }, 'alongside')
}

type Result = 'sent' | 'failed' | 'given-up'

async function send (db: Database, world: World, transport: Transporter, from: string, mail: Mail): Promise<Result> {
  const domain = /@([^>\s]+)>?\s*$/.exec(from)?.[1] ?? 'localhost'
  try {
    await transport.sendMail({ from, to: mail.to, subject: mail.subject, text: mail.body, messageId: `<${mail.id}@${domain}>` })
  } catch (error) {
    const giveUp = mail.tries >= MOST_TRIES
    const next = giveUp ? NEVER : new Date(world.now().getTime() + FIRST_WAIT_SECONDS * 2 ** (mail.tries - 1) * 1000).toISOString()
    const reason = error instanceof Error ? error.message : String(error)
    await db.write(async (tx) => { await updateMailFailed(tx, mail.id, reason, next) }, 'alongside')
    return giveUp ? 'given-up' : 'failed'
  }
  await db.write(async (tx) => { await updateMailSent(tx, mail.id, world.now().toISOString()) }, 'alongside')
  return 'sent'
}

/** The outbox, newest first: shown in place of being sent where the programme is a demonstration. */
export async function listMails (db: Database, filter: { readonly cursor?: string, readonly limit?: number }): Promise<{ items: Mail[], next: string | null }> {
  const limit = Math.min(filter.limit ?? 50, 200)
  const rows = await selectLatestMails(db.read, filter.cursor ?? null, limit + 1)
  const items = rows.slice(0, limit)
  return { items, next: rows.length > limit ? items.at(-1)?.id ?? null : null }
}

export async function getOptionalMail (db: Database, id: string): Promise<Mail | null> {
  return await selectOptionalMail(db.read, id) ?? null
}
