import { createHash, createPrivateKey, createPublicKey, hkdfSync, sign, verify } from 'node:crypto'
import { headOfLog } from '../audit/audit.ts'
import type { Tx } from '../db/database.ts'
import { selectBreakdown, selectCountingSerials, type Part } from './lines/queries.ts'
import { insertSnapshot, selectLoggedFigures, selectOptionalSnapshot, type Quota, type SnapshotRow } from './queries.ts'

/** Signs for the programme. */
export interface Signer {
  /** Ed25519, SPKI in base64url. */
  readonly publicKey: string
  /** @returns an Ed25519 signature in base64url */
  readonly sign: (text: string) => string
}

// RFC 8410: PKCS #8 of an Ed25519 key is this and the 32 bytes of its seed.
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex')

/** A signer whose key follows from the programme's secret, so that every server has the same and none is stored. */
export function makeSigner (secret: string): Signer {
  const seed = Buffer.from(hkdfSync('sha256', secret, '', 'muster snapshot signature', 32))
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_ED25519, seed]), format: 'der', type: 'pkcs8' })
  return {
    publicKey: createPublicKey(key).export({ format: 'der', type: 'spki' }).toString('base64url'),
    sign: (text) => sign(null, Buffer.from(text), key).toString('base64url')
  }
}

/** The figures of a quota at the moment its books were closed. */
export interface QuotaSnapshot {
  readonly quota: Pick<Quota, 'id' | 'name' | 'period' | 'timeZone' | 'scope' | 'counts' | 'target'>
  readonly counted: number
  readonly by: Readonly<Record<'country' | 'course' | 'rank' | 'month', readonly Part[]>>
  /** SHA-256 over the serials that count, sorted, each with a line feed after it. */
  readonly serialsHash: string
  /** Hash of the last audit entry before the closing: the log up to there is bound to these figures. */
  readonly auditHead: string
  readonly closedAt: string
}

/** Keeps the signed figures of a quota, inside the unit of work that closes it.
 * @returns their SHA-256, for the log: whoever signs other figures later with the same key is found out by its chain */
export async function takeSnapshot (tx: Tx, signer: Signer, quota: Quota, at: string): Promise<string> {
  const content = JSON.stringify(await figuresOf(tx, quota, at, null))
  await insertSnapshot(tx, { quotaId: quota.id, content, publicKey: signer.publicKey, signature: signer.sign(content), at })
  return hashOf(content)
}

async function figuresOf (tx: Tx, quota: Quota, at: string, until: string | null): Promise<QuotaSnapshot> {
  const { id, name, period, timeZone, scope, counts, target } = quota
  const serials = await selectCountingSerials(tx, id, until)
  return {
    quota: { id, name, period, timeZone, scope, counts, target },
    counted: serials.length,
    by: await selectBreakdown(tx, id, until),
    serialsHash: hashOfSerials(serials),
    auditHead: await headOfLog(tx),
    closedAt: at
  }
}

function hashOfSerials (sorted: readonly string[]): string {
  return hashOf(sorted.map((serial) => `${serial}\n`).join(''))
}

function hashOf (text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

export interface SeenSnapshot extends SnapshotRow {
  readonly figures: QuotaSnapshot
  /** The content is what was signed with that key. */
  readonly isSigned: boolean
}

/** What a closed quota was closed with; null for one that is open, or was closed before figures were signed. */
export async function readSnapshot (tx: Tx, quotaId: string): Promise<SeenSnapshot | null> {
  const row = await selectOptionalSnapshot(tx, quotaId)
  if (row === undefined) return null
  return { ...row, figures: JSON.parse(row.content) as QuotaSnapshot, isSigned: isSigned(row) }
}

/** Whether a signature is that of a text under a key; false for a key or signature that is none. */
export function isSigned ({ content, publicKey, signature }: Pick<SnapshotRow, 'content' | 'publicKey' | 'signature'>): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey, 'base64url'), format: 'der', type: 'spki' })
    return verify(null, Buffer.from(content), key, Buffer.from(signature, 'base64url'))
  } catch {
    return false
  }
}

/** Holds the signed figures against the ledger as it stood then; for `muster verify`.
 * @returns what does not fit, each in a sentence */
export async function problemsOfSnapshot (tx: Tx, quota: Quota): Promise<string[]> {
  const seen = await readSnapshot(tx, quota.id)
  if (seen === null) return []
  const { figures } = seen
  const problems: string[] = []
  const logged = await selectLoggedFigures(tx, quota.id)
  if (logged !== null && logged !== hashOf(seen.content)) problems.push('the figures it was closed with are not those that the log names')
  if (!seen.isSigned) problems.push('the figures it was closed with do not bear their signature')
  if (figures.counted !== quota.closedCount) problems.push(`it was closed with ${quota.closedCount ?? 'no count'}, the signed figures say ${figures.counted}`)
  const then = await figuresOf(tx, { ...quota, ...figures.quota }, figures.closedAt, figures.closedAt)
  if (then.serialsHash !== figures.serialsHash) problems.push('the serials counted when it was closed are not those of the signed figures')
  if (JSON.stringify(then.by) !== JSON.stringify(figures.by)) problems.push('its parts when it was closed are not those of the signed figures')
  return problems
}
