import { audit } from '../audit/audit.ts'
import { localDay } from '../cohorts/days.ts'
import type { Database, Tx } from '../db/database.ts'
import type { Settings } from '../deps.ts'
import { isName } from '../people/faults.ts'
import { assertAdministrator, type Person } from '../person.ts'
import { Refusal, type RefusalCode } from '../refusals.ts'
import type { World } from '../world.ts'
import { filterOf, replacedOrUnknown, revokeIn, type CertificateSearch } from './certificates.ts'
import { countStanding, replaceDocument, selectHolderNow, selectOptionalCertificate, selectOptionalReplaced, selectSerials } from './queries.ts'
import { makeSerial, readSerial } from './serial.ts'
import { selectVersionFor } from './templates/queries.ts'
import { readReason, REASON_LENGTH } from './validity.ts'

/** Ten symbols of 32: a second try is a thing of once in a billion. */
const SERIAL_TRIES = 5
const MOST_AT_ONCE = 5000
/** Changed in one unit of work: whoever saves an answer meanwhile waits a fraction of a second, not for all of them. */
const BATCH = 100

type Where = Pick<Settings, 'timeZone'>

/** Makes a new document of a certificate, on the template that its course has now: for a name that was written wrongly, for paper
 * that was lost, for a new look. The old serial stays on record and says which one took its place. What was certified, when, until
 * when and for which targets does not change, so nothing is counted anew.
 * @param typed the serial that stands
 * @param input.holder the name as it is to stand on it; as before when left out
 * @returns the new serial
 * @throws Refusal not-allowed, not-found, bad-input, certificate-replaced, certificate-already-revoked, certificate-erased */
export async function reissueCertificate (db: Database, world: World, settings: Where, person: Person, typed: string, input: { readonly reason: string, readonly holder?: string | undefined }): Promise<string> {
  assertAdministrator(person)
  const reason = reasonOf(input.reason)
  const holder = input.holder?.normalize('NFC').replace(/\s+/g, ' ').trim()
  if (holder !== undefined && !isName(holder)) throw new Refusal('bad-input', {}, [{ path: 'holder', message: 'must be a name of at most 200 characters' }])
  const serial = readSerial(typed)
  if (serial === null) throw new Refusal('not-found')
  return await db.write(async (tx) => await reissueIn(tx, world, settings, person, serial, reason, holder))
}

async function reissueIn (tx: Tx, world: World, settings: Where, person: Person, serial: string, reason: string, holder?: string): Promise<string> {
  const certificate = await selectOptionalCertificate(tx, serial)
  if (certificate === undefined) throw replacedOrUnknown(await selectOptionalReplaced(tx, serial))
  if (certificate.revokedAt !== null) throw new Refusal('certificate-already-revoked', { revokedAt: certificate.revokedAt })
  if ((await selectHolderNow(tx, certificate.personId)).erased) throw new Refusal('certificate-erased')
  const at = world.now().toISOString()
  const templateVersionId = await selectVersionFor(tx, certificate.courseSlug)
  const year = Number(localDay(at, settings.timeZone).slice(0, 4))
  for (let tries = 0; tries < SERIAL_TRIES; tries++) {
    const next = makeSerial(year, world.newBytes(16))
    if (!await replaceDocument(tx, certificate, { serial: next, holder: holder ?? certificate.holder, templateVersionId }, person.id, at, reason)) {
      const now = await selectOptionalCertificate(tx, serial)
      if (now === undefined || now.revokedAt !== null) throw now === undefined ? replacedOrUnknown(await selectOptionalReplaced(tx, serial)) : new Refusal('certificate-already-revoked', { revokedAt: now.revokedAt })
      continue
    }
    await audit(tx, world, { actorId: person.id, action: 'certificate.reissued', subjectType: 'certificate', subjectId: next, detail: { replaces: serial, reason, nameCorrected: holder !== undefined && holder !== certificate.holder } })
    return next
  }
  throw new Error(`no free serial in ${SERIAL_TRIES} tries`)
}

export const CERTIFICATE_ACTIONS = ['reissue', 'revoke'] as const
export type CertificateAction = typeof CERTIFICATE_ACTIONS[number]

/** What became of certificates that one change was asked for. */
export interface CertificatesChanged {
  readonly done: number
  readonly refused: ReadonlyArray<{ readonly serial: string, readonly code: RefusalCode }>
}

/** The certificates that a change is meant for: so many serials, or all that stand among what a search finds, of which somebody saw `count`. */
export type Chosen = { readonly serials: readonly string[] } | { readonly search: CertificateSearch, readonly count: number }

/** How many certificates stand among what a search finds. @returns null for more than can be changed at once */
export async function countFound (db: Database, world: World, settings: Where, person: Person, search: CertificateSearch): Promise<number | null> {
  assertAdministrator(person)
  const count = await countStanding(db.read, filterOf(search, world, settings.timeZone), MOST_AT_ONCE + 1)
  return count > MOST_AT_ONCE ? null : count
}

/** Does the same to several certificates, a hundred in each unit of work: those that allow it are changed, the others are named.
 * @throws Refusal not-allowed, bad-input for the reason, too many, or a search to revoke by; edited-meanwhile with `now: {count}` for a search that
 * finds other certificates than were counted */
export async function changeCertificates (db: Database, world: World, settings: Where, person: Person, chosen: Chosen, action: CertificateAction, typed: string): Promise<CertificatesChanged> {
  assertAdministrator(person)
  const reason = reasonOf(typed)
  const path = 'serials' in chosen ? 'serials' : 'search'
  if (path === 'search' && action === 'revoke') throw new Refusal('bad-input', {}, [{ path, message: 'certificates are revoked by their serials' }])
  const found = 'serials' in chosen ? chosen.serials : await selectSerials(db.read, { ...filterOf(chosen.search, world, settings.timeZone), standing: true }, MOST_AT_ONCE + 1)
  if (found.length > MOST_AT_ONCE) throw new Refusal('bad-input', {}, [{ path, message: `at most ${MOST_AT_ONCE} at once` }])
  if ('count' in chosen && chosen.count !== found.length) throw new Refusal('edited-meanwhile', { now: { count: found.length } })
  const serials = [...new Set(found)]
  const batches: CertificatesChanged[] = []
  for (let from = 0; from < serials.length; from += BATCH) {
    batches.push(await db.write(async (tx) => await changeSome(tx, world, settings, person, serials.slice(from, from + BATCH), action, reason)))
  }
  return { done: batches.reduce((sum, { done }) => sum + done, 0), refused: batches.flatMap(({ refused }) => refused) }
}

async function changeSome (tx: Tx, world: World, settings: Where, person: Person, serials: readonly string[], action: CertificateAction, reason: string): Promise<CertificatesChanged> {
  const refused: Array<CertificatesChanged['refused'][number]> = []
  let done = 0
  for (const one of serials) {
    try {
      const serial = readSerial(one)
      if (serial === null) throw new Refusal('not-found')
      if (action === 'revoke') await revokeIn(tx, world, person, serial, reason)
      else await reissueIn(tx, world, settings, person, serial, reason)
      done++
    } catch (error) {
      // Each is refused before anything of it is written.
      if (!(error instanceof Refusal)) throw error
      refused.push({ serial: one, code: error.code })
    }
  }
  return { done, refused }
}

function reasonOf (typed: string): string {
  const reason = readReason(typed)
  if (reason === null) throw new Refusal('bad-input', {}, [{ path: 'reason', message: `must have ${REASON_LENGTH.least} to ${REASON_LENGTH.most} characters` }])
  return reason
}
