import { audit } from '../../audit/audit.ts'
import type { Database } from '../../db/database.ts'
import type { Settings } from '../../deps.ts'
import { assertAdministrator, type Person } from '../../person.ts'
import { Refusal } from '../../refusals.ts'
import { writeCsv } from '../../sheets/csv.ts'
import type { World } from '../../world.ts'
import { lengthOf, zipEnd, zipFile, type ZipEntry } from '../../zip/write-zip.ts'
import { filterOf, publicOf, type CertificateSearch, type PublicCertificate } from '../certificates.ts'
import { renderCertificate, type CertificateView } from '../pdf.ts'
import { selectCertificatesBySerial, selectSerials } from '../queries.ts'
import type { Look, Looks } from '../templates/templates.ts'
import { LANES } from '../typst.ts'
import {
  claimPart, deleteZip, failZip, finishPart, insertZip, readyZip, releasePart, selectOpenParts, selectOptionalPart, selectOptionalZip, selectOverZips, selectPartEntries, selectZips, selectZipSerials,
  type OpenPart, type ZipRow
} from './queries.ts'

/** Certificates in one part: a few seconds' work, and a few megabytes. */
export const PART = 40
const MOST = 20_000
const KEPT_HOURS = 24
/** A server that dies leaves its part to the others after this. */
const LEASE_SECONDS = 90
const MOST_TRIES = 4

/** A download of many certificates. */
export interface Zip extends Omit<ZipRow, 'search'> {
  readonly search: CertificateSearch
  readonly state: 'making' | 'ready' | 'failed'
}

/** What the making of zips needs of the world outside the database. */
export interface ZipDeps {
  readonly world: World
  readonly settings: Pick<Settings, 'timeZone'>
  readonly looks: Looks
  /** A certificate as it is set, in a language. */
  readonly viewOf: (certificate: PublicCertificate, look: Look | null, language: string) => CertificateView
}

/** A file of a zip, and what the list in it says of its certificate. */
interface ZipLine {
  readonly entry: ZipEntry
  readonly row: readonly string[]
}

/** Asks for the certificates that a search finds now, revoked ones left out, as one zip. It is made in the background, part by part,
 * by whichever servers there are, and kept for a day.
 * @param input.language of the documents
 * @returns its id
 * @throws Refusal not-allowed, bad-input when nothing or more than 20,000 are found */
export async function requestZip (db: Database, { world, settings }: Pick<ZipDeps, 'world' | 'settings'>, person: Person, input: { readonly search: CertificateSearch, readonly language: string }): Promise<string> {
  assertAdministrator(person)
  const { search, language } = input
  if (search.state === 'revoked') throw new Refusal('bad-input', {}, [{ path: 'state', message: 'revoked certificates are not handed out' }])
  return await db.write(async (tx) => {
    const found = await selectSerials(tx, { ...filterOf(search, world, settings.timeZone), standing: true }, MOST + 1)
    if (found.length === 0) throw new Refusal('bad-input', {}, [{ path: 'search', message: 'no certificate is found' }])
    if (found.length > MOST) throw new Refusal('bad-input', {}, [{ path: 'search', message: `at most ${MOST} certificates` }])
    const id = world.newId()
    const now = world.now()
    await insertZip(tx, {
      id, byId: person.id, search: JSON.stringify(search), language, serials: found, parts: Math.ceil(found.length / PART), at: now.toISOString(),
      expiresAt: new Date(now.getTime() + KEPT_HOURS * 3_600_000).toISOString()
    })
    await audit(tx, world, { actorId: person.id, action: 'certificate-zip.requested', subjectType: 'certificate-zip', subjectId: id, detail: { count: found.length, language } })
    return id
  })
}

/** Those that are kept, the newest first. @throws Refusal not-allowed */
export async function listZips (db: Database, world: World, person: Person): Promise<Zip[]> {
  assertAdministrator(person)
  return (await selectZips(db.read, world.now().toISOString())).map(zipOf)
}

/** @throws Refusal not-allowed, not-found */
export async function getZip (db: Database, world: World, person: Person, id: string): Promise<Zip> {
  assertAdministrator(person)
  const row = await selectOptionalZip(db.read, id, world.now().toISOString())
  if (row === undefined) throw new Refusal('not-found')
  return zipOf(row)
}

function zipOf ({ search, ...row }: ZipRow): Zip {
  return { ...row, search: JSON.parse(search) as CertificateSearch, state: row.readyAt !== null ? 'ready' : row.failedAt !== null ? 'failed' : 'making' }
}

/** A zip that is ready, to be sent part by part.
 * @returns its length in bytes, and its bytes as they are read
 * @throws Refusal not-allowed, not-found, zip-not-ready */
export async function downloadZip (db: Database, world: World, person: Person, id: string): Promise<{ readonly length: number, readonly bytes: AsyncGenerator<Uint8Array> }> {
  const zip = await getZip(db, world, person, id)
  if (zip.state !== 'ready') throw new Refusal('zip-not-ready', { made: zip.made, total: zip.total })
  const lines = (await selectPartEntries(db.read, id)).flatMap((entries) => JSON.parse(entries) as ZipLine[])
  const list = zipFile('certificates.csv', Buffer.from(writeCsv([LIST_HEAD, ...lines.map(({ row }) => row)])))
  const end = zipEnd([...lines.map(({ entry }) => entry), list.entry])
  await db.write(async (tx) => {
    await audit(tx, world, { actorId: person.id, action: 'certificate-zip.downloaded', subjectType: 'certificate-zip', subjectId: id, detail: { count: lines.length } })
  })
  return {
    length: lines.reduce((sum, { entry }) => sum + lengthOf(entry), 0) + list.length + end.length,
    bytes: (async function * () {
      for (let number = 0; number < zip.parts; number++) {
        const part = await selectOptionalPart(db.read, id, number)
        // Over, or erased with somebody, while it was read: a zip that breaks off is seen to be broken.
        if (part === null) throw new Error(`zip ${id} is gone`)
        yield part
      }
      yield Buffer.concat(list.parts)
      yield end
    })()
  }
}

const LIST_HEAD = ['file', 'serial', 'holder', 'country', 'agency', 'course', 'version', 'mark', 'issued', 'valid until']

/** Makes parts of zips until none is left that nobody else makes, as many at once as there are cores; and forgets zips whose day is
 * over. Safe to run on every server at once.
 * @returns how many certificates were set */
export async function workOnZips (db: Database, deps: ZipDeps): Promise<number> {
  const over = await selectOverZips(db.read, deps.world.now().toISOString())
  for (const id of over) await db.write(async (tx) => { await deleteZip(tx, id) }, 'alongside')
  const counts = await Promise.all(Array.from({ length: LANES }, async (_, index) => {
    let count = 0
    for (let part = await takePart(db, deps); part !== null; part = await takePart(db, deps)) count += await makePart(db, deps, part, index + 1)
    return count
  }))
  return counts.reduce((sum, count) => sum + count, 0)
}

async function takePart (db: Database, { world }: ZipDeps): Promise<OpenPart | null> {
  const now = world.now()
  const open = await selectOpenParts(db.read, now.toISOString(), LANES * 4)
  if (open.length === 0) return null
  const until = new Date(now.getTime() + LEASE_SECONDS * 1000).toISOString()
  return await db.write(async (tx) => {
    for (const part of open) if (await claimPart(tx, part, until)) return { ...part, tries: part.tries + 1 }
    return null
  }, 'alongside')
}

async function makePart (db: Database, deps: ZipDeps, part: OpenPart, lane: number): Promise<number> {
  const { world } = deps
  let lines: Awaited<ReturnType<typeof filesOf>>
  try {
    lines = await filesOf(db, deps, part, lane)
  } catch (cause) {
    await db.write(async (tx) => {
      const now = world.now()
      if (part.tries >= MOST_TRIES) await failZip(tx, part.zipId, now.toISOString())
      else await releasePart(tx, part, new Date(now.getTime() + part.tries * 5000).toISOString())
    }, 'alongside')
    throw new Error(`part ${part.number} of the zip ${part.zipId} could not be made`, { cause })
  }
  const bytes = Buffer.concat(lines.flatMap(({ parts }) => parts))
  const entries = JSON.stringify(lines.map(({ entry, row }): ZipLine => ({ entry, row })))
  return await db.write(async (tx) => {
    if (!await finishPart(tx, part, { entries, count: lines.length, bytes })) return 0
    await readyZip(tx, part.zipId, world.now().toISOString())
    return lines.length
  }, 'alongside')
}

async function filesOf (db: Database, { world, looks, viewOf }: ZipDeps, { zipId, number }: OpenPart, lane: number): Promise<Array<ZipLine & { readonly parts: readonly Uint8Array[] }>> {
  const zip = await selectZipSerials(db.read, zipId)
  const wanted = zip?.serials.slice(number * PART, (number + 1) * PART) ?? []
  const found = new Map((await selectCertificatesBySerial(db.read, wanted)).map((certificate) => [certificate.serial, certificate]))
  const files: Array<ZipLine & { readonly parts: readonly Uint8Array[] }> = []
  for (const serial of wanted) {
    const certificate = found.get(serial)
    // Revoked or replaced since it was asked for.
    if (certificate === undefined || certificate.revokedAt !== null) continue
    const shown = publicOf(certificate, world)
    const look = await looks(db.read, certificate.templateVersionId)
    const pdf = await renderCertificate(viewOf(shown, look, zip?.language ?? 'en'), look?.pictures, lane)
    const name = `${shown.country ?? 'programme'}/${serial}.pdf`
    const { entry, parts } = zipFile(name, pdf, true)
    files.push({ entry, parts, row: [name, serial, shown.holder, shown.country ?? '', shown.agency ?? '', shown.course.title, String(shown.course.version), String(shown.mark), shown.issuedAt.slice(0, 10), shown.expiresAt?.slice(0, 10) ?? ''] })
  }
  return files
}
