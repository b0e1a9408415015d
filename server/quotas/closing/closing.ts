import { createPublicKey } from 'node:crypto'
import type { Database } from '../../db/database.ts'
import type { Person } from '../../person.ts'
import { Refusal } from '../../refusals.ts'
import { selectCountingSerials } from '../lines/queries.ts'
import { getQuota, type QuotaStanding } from '../quotas.ts'
import { readSnapshot, type SeenSnapshot } from '../snapshot.ts'
import type { World } from '../../world.ts'

/** What a target was closed with, and all that somebody else needs to check it. */
export interface Closing {
  readonly quota: QuotaStanding
  readonly snapshot: SeenSnapshot
  /** Those that counted then, sorted: what `serialsHash` of the figures is made of. */
  readonly serials: readonly string[]
}

/** @throws Refusal as `getQuota`; quota-open while the books are open, and for a target that was closed before figures were signed */
export async function closingOf (db: Database, world: World, person: Person, id: string): Promise<Closing> {
  const quota = await getQuota(db, world, person, id, 'count')
  const snapshot = await readSnapshot(db.read, id)
  if (snapshot === null) throw new Refusal('quota-open')
  return { quota, snapshot, serials: await selectCountingSerials(db.read, id, snapshot.figures.closedAt) }
}

/** A public key as programs read it (RFC 7468). @param publicKey SPKI in base64url */
export function pemOf (publicKey: string): string {
  return String(createPublicKey({ key: Buffer.from(publicKey, 'base64url'), format: 'der', type: 'spki' }).export({ format: 'pem', type: 'spki' }))
}

/** The files of a closing. @param readme how to check them, in words */
export function closingFiles ({ snapshot, serials }: Closing, readme: string): ReadonlyArray<readonly [name: string, bytes: Uint8Array]> {
  return [
    ['README.txt', Buffer.from(readme)],
    ['figures.json', Buffer.from(snapshot.content)],
    ['figures.sig', Buffer.from(snapshot.signature, 'base64url')],
    ['key.pem', Buffer.from(pemOf(snapshot.publicKey))],
    ['serials.txt', Buffer.from(serials.map((serial) => `${serial}\n`).join(''))]
  ]
}
