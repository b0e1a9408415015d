import type { FormatProblem } from '../quiz/formats/format.ts'
import type { PackageFiles } from '../quiz/formats/package-files.ts'
import { readZip } from '../zip/read-zip.ts'
import { zipOf } from '../zip/write-zip.ts'

/** Reads a content package. A manifest one folder down, as it is where somebody packed the folder and not what is in it, is taken
 * for one at the root. Zips within the zip stay closed.
 * @returns its files, or why it is refused; never throws */
export function readPackage (bytes: Uint8Array): { readonly files: PackageFiles } | { readonly problems: readonly FormatProblem[] } {
  const read = readZip(bytes)
  if ('problems' in read) return { problems: read.problems.map(({ path, message }): FormatProblem => ({ ...path !== undefined && { path }, message: path === undefined ? message : `'${path}' ${message}`, severity: 'refused' })) }
  const kept = [...read.files].filter(([path]) => !path.startsWith('__MACOSX/'))
  const folders = new Set(kept.map(([path]) => path.slice(0, path.indexOf('/') + 1)))
  const [folder = ''] = folders
  return { files: new Map(folders.size === 1 ? kept.map(([path, file]) => [path.slice(folder.length), file]) : kept) }
}

/** Writes a content package as a zip: its manifest first, as readers that stream want it. */
export function writePackage (files: PackageFiles): Uint8Array {
  return zipOf([...files].sort(([a], [b]) => Number(b === 'imsmanifest.xml') - Number(a === 'imsmanifest.xml')))
}
