import { audit } from '../../audit/audit.ts'
import type { Database, Tx } from '../../db/database.ts'
import type { Person } from '../../person.ts'
import type { QuestionDefinition } from '../../quiz/definition.ts'
import { Refusal } from '../../refusals.ts'
import type { World } from '../../world.ts'
import { PICTURE_BYTES, readPicture, type Picture, type PictureRef } from '../picture.ts'
import { insertMedia, selectOptionalBank, selectOptionalMedia } from '../queries.ts'
import { insertBankPicture, selectBankPictures, type BankPicture } from './queries.ts'

const STORED = /^media\/([0-9a-f]{64})$/
const INSIDE = /^data:image\/[a-z]+;base64,(.+)$/

/** How a question of a bank names a picture of the bank. */
export function srcOf (hash: string): string {
  return `media/${hash}`
}

export async function listBankPictures (db: Database, bankId: string): Promise<BankPicture[]> {
  return await selectBankPictures(db.read, bankId)
}

/** Adds a picture to a bank; the same bytes are kept once.
 * @throws Refusal not-found; bad-input for what is no picture, or too large a one */
export async function addBankPicture (db: Database, world: World, person: Person, bankId: string, name: string, bytes: Buffer): Promise<BankPicture> {
  if (await selectOptionalBank(db.read, bankId) === undefined) throw new Refusal('not-found')
  if (bytes.length > PICTURE_BYTES) throw new Refusal('bad-input', {}, [{ path: 'file', message: `a picture may have ${PICTURE_BYTES / 1024 / 1024} MB at most`, words: { key: 'bank.picture.large' } }])
  const picture = readPicture(name, bytes)
  if (picture === undefined) throw new Refusal('bad-input', {}, [{ path: 'file', message: 'this is no PNG, JPEG, GIF or WebP picture', words: { key: 'refused.picture' } }])
  const at = world.now().toISOString()
  await db.write(async (tx) => {
    await insertMedia(tx, [picture], at)
    await insertBankPicture(tx, bankId, { hash: picture.hash, name, byId: person.id, at })
    await audit(tx, world, { actorId: person.id, action: 'bank.picture-added', subjectType: 'bank', subjectId: bankId, detail: { name, hash: picture.hash } })
  })
  return { hash: picture.hash, name, width: picture.width, height: picture.height }
}

/** The stored pictures that a question shows, by what it names them, for those who render it. */
export function picturesShown (definition: QuestionDefinition): Record<string, PictureRef> {
  const refs: Record<string, PictureRef> = {}
  mapPictures(definition, (image) => {
    const hash = STORED.exec(image.src)?.[1]
    if (hash !== undefined) refs[image.src] = { hash, width: image.width ?? 200, height: image.height ?? 200 }
    return image.src
  })
  return refs
}

/** Questions whose pictures came inside of them, with the pictures taken out. */
export function withStoredPictures<Q extends { readonly definition: QuestionDefinition }> (questions: readonly Q[]): { readonly questions: Q[], readonly pictures: Picture[] } {
  const pictures = new Map<string, Picture>()
  const stored = questions.map((question) => ({
    ...question,
    definition: mapPictures(question.definition, ({ src }) => {
      const base64 = INSIDE.exec(src)?.[1]
      const picture = base64 === undefined ? undefined : readPicture(question.definition.key, Buffer.from(base64, 'base64'))
      if (picture === undefined) return src
      pictures.set(picture.hash, picture)
      return srcOf(picture.hash)
    })
  }))
  return { questions: stored, pictures: [...pictures.values()] }
}

/** Questions with their stored pictures inside of them, for files that leave the house. */
export async function withPicturesInside<Q extends { readonly definition: QuestionDefinition }> (tx: Tx, questions: readonly Q[]): Promise<Q[]> {
  const hashes = new Set(questions.flatMap(({ definition }) => Object.values(picturesShown(definition)).map(({ hash }) => hash)))
  const inside = new Map<string, string>()
  for (const hash of hashes) {
    const media = await selectOptionalMedia(tx, hash)
    if (media !== undefined) inside.set(srcOf(hash), `data:${media.type};base64,${media.bytes.toString('base64')}`)
  }
  return inside.size === 0 ? [...questions] : questions.map((question) => ({ ...question, definition: mapPictures(question.definition, ({ src }) => inside.get(src) ?? src) }))
}

interface Shown { readonly src: string, readonly width?: number, readonly height?: number }

/** A question with each of its pictures named otherwise. */
export function mapPictures (definition: QuestionDefinition, change: (image: Shown) => string): QuestionDefinition {
  switch (definition.kind) {
    case 'hotspot': case 'mark-image': return { ...definition, image: { ...definition.image, src: change(definition.image) } }
    case 'drag-image': return {
      ...definition,
      image: { ...definition.image, src: change(definition.image) },
      items: definition.items.map((item) => item.image === undefined ? item : { ...item, image: { ...item.image, src: change(item.image) } })
    }
    default: return definition
  }
}
