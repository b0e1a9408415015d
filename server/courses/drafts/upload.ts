import type { Sharp } from 'sharp'
import { Refusal } from '../../refusals.ts'
import { readPicture, type PictureType } from '../picture.ts'
import { holdingOf } from '../source-files.ts'
import { freshKey } from './course-edits.ts'

/** A file as somebody sent it. */
export interface Upload {
  /** As it was called there. */
  readonly name: string
  readonly bytes: Buffer
}

/** Longest side of a picture that is shown, in pixels: twice the width of a lesson, for fine screens. */
const SHOWN_SIDE = 2000
const MOST_PIXELS = 100_000_000

const WRITE: Readonly<Record<PictureType, (image: Sharp) => Sharp>> = {
  'image/png': (image) => image.png({ compressionLevel: 9 }),
  'image/jpeg': (image) => image.jpeg({ quality: 84, mozjpeg: true }),
  'image/webp': (image) => image.webp({ quality: 84 }),
  'image/gif': (image) => image.gif()
}

const ENDINGS: Readonly<Record<PictureType, string>> = { 'image/png': 'png', 'image/jpeg': 'jpg', 'image/webp': 'webp', 'image/gif': 'gif' }

/** A picture or a download as it goes into a draft, under a name that is free there. Pictures are written anew, upright, no larger
 * than they are shown, and without what a camera adds (the place, the owner). What claims to be one and cannot be read is refused.
 * @param taken paths in the draft
 * @throws Refusal bad-input */
export async function fileOfUpload ({ name, bytes }: Upload, taken: ReadonlySet<string>): Promise<{ readonly path: string, readonly bytes: Buffer }> {
  const picture = readPicture(name, bytes)
  const given = name.replace(/^.*[/\\]/, '')
  const stem = given.replace(/\.[^.]*$/, '')
  if (picture !== undefined) {
    const ending = ENDINGS[picture.type]
    const keys = new Set([...taken].map((path) => path.replace(/^images\//, '').replace(/\.[^.]*$/, '')))
    return { path: `images/${freshKey(stem, 'picture', keys)}.${ending}`, bytes: await writtenAnew(given, bytes, picture.type) }
  }
  const ending = (/\.([^.]+)$/.exec(given)?.[1] ?? '').toLowerCase()
  const keys = new Set([...taken].flatMap((path) => path.endsWith(`.${ending}`) ? [path.replace(/^files\//, '').slice(0, -ending.length - 1)] : []))
  const path = `files/${freshKey(stem, 'file', keys)}.${ending}`
  if (holdingOf(path) !== 'attachment') {
    throw new Refusal('bad-input', {}, [{ path: 'file', message: `${given}: pictures are PNG, JPEG, GIF or WebP; downloads are pdf, docx, xlsx, pptx, odt, ods, odp, csv or txt`, words: { key: 'refused.upload', values: { name: given } } }])
  }
  return { path, bytes }
}

async function writtenAnew (name: string, bytes: Buffer, type: PictureType): Promise<Buffer> {
  // Loaded when the first picture comes: most servers are sent none.
  const { default: sharp } = await import('sharp')
  try {
    const image = sharp(bytes, { limitInputPixels: MOST_PIXELS, animated: type === 'image/gif' || type === 'image/webp', failOn: 'error' })
      .rotate().resize({ width: SHOWN_SIDE, height: SHOWN_SIDE, fit: 'inside', withoutEnlargement: true })
    return await WRITE[type](image).toBuffer()
  } catch (error) {
    // The library's errors are of the bytes: it has nothing else to fail on.
    throw new Refusal('bad-input', {}, [{ path: 'file', message: `${name}: the picture cannot be read (${error instanceof Error ? error.message.split('\n')[0] ?? '' : ''})`, words: { key: 'refused.unreadable', values: { name } } }])
  }
}
