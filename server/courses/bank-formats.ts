import { exportAiken, importAiken } from '../quiz/formats/aiken.ts'
import type { ExportOptions, FormatProblem, Imported, ImportOptions, NamedQuestion } from '../quiz/formats/format.ts'
import { importGift } from '../quiz/formats/gift-read.ts'
import { exportGift } from '../quiz/formats/gift-write.ts'
import { importMoodleXml } from '../quiz/formats/moodle-read.ts'
import { exportMoodleXml } from '../quiz/formats/moodle-write.ts'
import type { PackageFiles } from '../quiz/formats/package-files.ts'
import { importQtiPackage } from '../quiz/formats/qti-package.ts'
import type { QtiVersion } from '../quiz/formats/qti-pen.ts'
import { importQti } from '../quiz/formats/qti-read.ts'
import { exportQti } from '../quiz/formats/qti-write.ts'
import { exportQti12Package, importQti12Package } from '../quiz/formats/qti12-package.ts'
import { importQti12 } from '../quiz/formats/qti12-read.ts'
import { exportQti12 } from '../quiz/formats/qti12-write.ts'
import { decodeXml } from '../quiz/formats/xml.ts'
import { readPackage, writePackage } from './packages.ts'
import { readSheet, writeSheet } from './sheet-files.ts'

/** A file that was written, and what it could not say. */
export interface WrittenFile { readonly body: string | Uint8Array, readonly problems: readonly FormatProblem[] }

/** What a file is read to: its questions, or why nothing of it is taken. */
export type ReadFile = Imported | { readonly refused: readonly FormatProblem[] }

/** A format of files that banks are brought in from and taken out to. */
interface Format {
  readonly read: (bytes: Uint8Array, options: ImportOptions) => ReadFile
  readonly write: (questions: readonly NamedQuestion[], options: ExportOptions) => WrittenFile | Promise<WrittenFile>
  readonly type: string
  readonly ending: string
  /** What it has of the pictures that texts show: files; their words alone; their addresses in this house. */
  readonly pictures: 'files' | 'words' | 'addresses'
}

export const FORMAT_NAMES = ['gift', 'aiken', 'moodle-xml', 'qti', 'qti12', 'canvas', 'qti21', 'qti22', 'qti3', 'csv', 'xlsx'] as const
export type FormatName = typeof FORMAT_NAMES[number]

const XML = 'application/xml; charset=utf-8'
const PLAIN = 'text/plain; charset=utf-8'

/** Every format there is: another one is one line more. */
export const FORMATS: Readonly<Record<FormatName, Format>> = {
  gift: { read: ofText(importGift), write: asText(exportGift), type: PLAIN, ending: 'gift', pictures: 'words' },
  aiken: { read: ofText(importAiken), write: asText(exportAiken), type: PLAIN, ending: 'txt', pictures: 'words' },
  'moodle-xml': { read: ofXml(importMoodleXml), write: asText(exportMoodleXml), type: XML, ending: 'xml', pictures: 'files' },
  qti: { read: readQti, write: writeCanvas, type: 'application/zip', ending: 'zip', pictures: 'files' },
  qti12: { read: readQti, write: asText(exportQti12), type: XML, ending: 'xml', pictures: 'files' },
  canvas: { read: readQti, write: writeCanvas, type: 'application/zip', ending: 'zip', pictures: 'files' },
  qti21: { read: readQti, write: writeQti('2.1'), type: 'application/zip', ending: 'zip', pictures: 'files' },
  qti22: { read: readQti, write: writeQti('2.2'), type: 'application/zip', ending: 'zip', pictures: 'files' },
  qti3: { read: readQti, write: writeQti('3.0'), type: 'application/zip', ending: 'zip', pictures: 'files' },
  csv: { read: readSheet('csv'), write: writeSheet('csv'), type: 'text/csv; charset=utf-8', ending: 'csv', pictures: 'addresses' },
  xlsx: { read: readSheet('xlsx'), write: writeSheet('xlsx'), type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', ending: 'xlsx', pictures: 'addresses' }
}

function ofText (read: (text: string, options: ImportOptions) => Imported): Format['read'] {
  return (bytes, options) => {
    let text: string
    try {
      text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    } catch {
      return { refused: [{ line: 1, message: 'it is not written in UTF-8', severity: 'refused' }] }
    }
    return read(text, options)
  }
}

function ofXml (read: (text: string, options: ImportOptions) => Imported): Format['read'] {
  return (bytes, options) => {
    const found = decodeXml(bytes)
    return 'problem' in found ? { refused: [{ line: 1, message: found.problem, severity: 'refused' }] } : read(found.text, options)
  }
}

function asText (write: (questions: readonly NamedQuestion[], options: ExportOptions) => { readonly text: string, readonly problems: readonly FormatProblem[] }): Format['write'] {
  return (questions, options) => {
    const { text, problems } = write(questions, options)
    return { body: text, problems }
  }
}

/** A single file of QTI, or a content package, of whichever version: each says which it is of. */
function readQti (bytes: Uint8Array, options: ImportOptions): ReadFile {
  const isZip = bytes[0] === 0x50 && bytes[1] === 0x4b
  if (!isZip) return ofXml((text, options) => isOfLater(text) ? importQti(text, options) : importQti12(text, options))(bytes, options)
  const read = readPackage(bytes)
  if (!('files' in read)) return { refused: read.problems }
  return (isPackageOfLater(read.files) ? importQtiPackage : importQti12Package)(read.files, options)
}

/** Whether a file is of QTI 2 or 3, by its first element. */
function isOfLater (text: string): boolean {
  return /<(?:[\w.-]+:)?(?:qti-)?assessment-?(?:item|test|stimulus|section)[\s>/]/i.test(text.slice(0, 20_000)) && !/<(?:[\w.-]+:)?questestinterop[\s>/]/.test(text.slice(0, 20_000))
}

/** Whether a package is of QTI 2 or 3: by its manifest, and without one, by its files. */
function isPackageOfLater (files: PackageFiles): boolean {
  const textOf = (path: string): string => {
    const found = decodeXml(files.get(path)!)
    return 'text' in found ? found.text : ''
  }
  const manifest = [...files.keys()].filter((path) => /(?:^|\/)imsmanifest\.xml$/i.test(path)).sort((a, b) => a.length - b.length)[0]
  if (manifest !== undefined) return /type\s*=\s*["']imsqti(?:asi)?_(?:[a-z]+_)?xmlv(?:2p|3p)/i.test(textOf(manifest))
  return [...files.keys()].some((path) => path.toLowerCase().endsWith('.xml') && isOfLater(textOf(path)))
}

function writeQti (version: QtiVersion): Format['write'] {
  return (questions, options) => {
    const { files, problems } = exportQti(questions, { ...options, version })
    return { body: writePackage(files), problems }
  }
}

function writeCanvas (questions: readonly NamedQuestion[], options: ExportOptions): WrittenFile {
  const { files, problems } = exportQti12Package(questions, options)
  return { body: writePackage(files), problems }
}
