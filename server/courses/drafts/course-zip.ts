import { Refusal } from '../../refusals.ts'
import { LIMITS, readZip } from '../../zip/read-zip.ts'
import { zipOf } from '../../zip/write-zip.ts'
import type { SourceFile } from '../source-files.ts'
import type { Upload } from './upload.ts'

const MIB = 1024 * 1024
/** What a course may take, and a little for what its zip adds. */
const COURSE_LIMITS = { ...LIMITS, files: 4000, fileBytes: 16 * MIB, totalBytes: 80 * MIB }

/** A course as a zip: its folder with all of its files. */
export function courseZip (slug: string, files: readonly SourceFile[]): Uint8Array {
  return zipOf(files.map(({ path, bytes }) => [`${slug}/${path}`, bytes] as const))
}

/** The files of a course that somebody sent: one zip, with the course's folder in it or without, or the files themselves. What
 * file managers add to a zip is passed over.
 * @throws Refusal bad-input for a zip that cannot be read */
export function sentCourse (uploads: readonly Upload[]): SourceFile[] {
  const files = uploads.flatMap(({ name, bytes }): SourceFile[] => {
    if (bytes.subarray(0, 2).toString('latin1') !== 'PK' || !name.toLowerCase().endsWith('.zip')) return [{ path: placed(name), bytes }]
    const read = readZip(bytes, COURSE_LIMITS)
    if ('problems' in read) throw new Refusal('bad-input', {}, read.problems.map(({ path, message }) => ({ path: path ?? name, message: `${path ?? name}: ${message}` })))
    return [...read.files].map(([path, inner]) => ({ path, bytes: Buffer.from(inner) }))
  }).filter(({ path }) => !/(^|\/)(\.|__MACOSX\/|Thumbs\.db$)/.test(path))
  const folder = commonFolder(files.map(({ path }) => path))
  return files.map(({ path, bytes }) => ({ path: path.slice(folder.length), bytes }))
}

/** The folder that everything stands in, unless it is one of a course's own. */
function commonFolder (paths: readonly string[]): string {
  const first = paths[0]?.match(/^[^/]+\//)?.[0] ?? ''
  const isOwn = ['lessons/', 'banks/', 'images/', 'files/'].includes(first)
  return first !== '' && !isOwn && paths.every((path) => path.startsWith(first)) ? first : ''
}

/** Where a single file belongs, by its name. */
function placed (name: string): string {
  const base = name.replace(/^.*[/\\]/, '')
  if (base === 'course.yaml' || base === 'README.md' || name.includes('/')) return name
  if (/\.[a-zA-Z-]+\.md$/.test(base)) return `lessons/${base}`
  if (base.endsWith('.yaml')) return `banks/${base}`
  return /\.(png|jpe?g|gif|webp)$/i.test(base) ? `images/${base}` : `files/${base}`
}
