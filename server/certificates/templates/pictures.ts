import { audit } from '../../audit/audit.ts'
import { PICTURE_BYTES, readPicture } from '../../courses/picture.ts'
import { insertMedia } from '../../courses/queries.ts'
import type { Database } from '../../db/database.ts'
import { assertAdministrator, type Person } from '../../person.ts'
import { Refusal } from '../../refusals.ts'
import type { World } from '../../world.ts'

/** Longest side as it is printed, in pixels: 40 mm at 300 dots an inch. Every certificate carries it. */
const PRINTED_SIDE = 480
const MOST_PIXELS = 40_000_000

/** Takes a logo, a seal or a signature: read, written anew as PNG without whatever else the file held, no larger than it is
 * printed, and kept once for the same bytes.
 * @param name as the file was called
 * @returns SHA-256 of what is kept
 * @throws Refusal not-allowed; bad-input for what is no picture, or too large a one */
export async function keepPicture (db: Database, world: World, person: Person, { field, name, bytes }: { readonly field: string, readonly name: string, readonly bytes: Buffer }): Promise<string> {
  assertAdministrator(person)
  const refused = (message: string): Refusal => new Refusal('bad-input', {}, [{ path: field, message: `${name}: ${message}` }])
  if (bytes.length > PICTURE_BYTES) throw refused(`a picture may have ${PICTURE_BYTES / 1024 / 1024} MB at most`)
  if (readPicture(name, bytes) === undefined) throw refused('this is no PNG, JPEG, GIF or WebP picture')
  // Loaded when the first picture comes: most servers are sent none.
  const { default: sharp } = await import('sharp')
  let written: Buffer
  try {
    written = await sharp(bytes, { limitInputPixels: MOST_PIXELS, failOn: 'error' }).rotate()
      .resize({ width: PRINTED_SIDE, height: PRINTED_SIDE, fit: 'inside', withoutEnlargement: true })
      .png({ compressionLevel: 9, palette: true, quality: 90 }).toBuffer()
  } catch (error) {
    // The library's errors are of the bytes: it has nothing else to fail on.
    throw refused(`the picture cannot be read (${error instanceof Error ? error.message.split('\n')[0] ?? '' : ''})`)
  }
  const picture = readPicture(name, written)
  if (picture === undefined) throw new Error('what was written is no picture')
  await db.write(async (tx) => {
    await insertMedia(tx, [picture], world.now().toISOString())
    await audit(tx, world, { actorId: person.id, action: 'certificate-template.picture-added', subjectType: 'picture', subjectId: picture.hash, detail: { field } })
  })
  return picture.hash
}
