import { createHash } from 'node:crypto'
import { isUtf8 } from 'node:buffer'

/** A file of a course that trainees may download. */
export interface Attachment {
  /** In the course's folder: `files/report-form.pdf`. */
  readonly path: string
  /** SHA-256 of the bytes, hexadecimal. */
  readonly hash: string
  readonly type: AttachmentType
  readonly bytes: Buffer
}

const OFFICE = 'application/vnd.openxmlformats-officedocument'
const OPEN = 'application/vnd.oasis.opendocument'

const TYPES = {
  pdf: 'application/pdf',
  docx: `${OFFICE}.wordprocessingml.document`,
  xlsx: `${OFFICE}.spreadsheetml.sheet`,
  pptx: `${OFFICE}.presentationml.presentation`,
  odt: `${OPEN}.text`,
  ods: `${OPEN}.spreadsheet`,
  odp: `${OPEN}.presentation`,
  csv: 'text/csv',
  txt: 'text/plain'
} as const

type Ending = keyof typeof TYPES
export type AttachmentType = typeof TYPES[Ending]

/** What a course remembers of an attachment. */
export interface AttachmentRef {
  readonly hash: string
  readonly type: AttachmentType
  /** In bytes. */
  readonly size: number
}

/** Holds a file's bytes against what its name says that they are. Files that hold macros have other names, and are none.
 * @returns undefined for what it is not */
export function readAttachment (path: string, bytes: Buffer): Attachment | undefined {
  const ending = path.slice(path.lastIndexOf('.') + 1)
  if (!isEnding(ending) || !isSo(ending, bytes)) return undefined
  return { path, hash: createHash('sha256').update(bytes).digest('hex'), type: TYPES[ending], bytes }
}

function isEnding (ending: string): ending is Ending {
  return Object.hasOwn(TYPES, ending)
}

/** Office files are zips that name their parts in the clear; of OpenDocument the first entry is its media type (ODF 1.3, part 2, 3.3). */
function isSo (ending: Ending, bytes: Buffer): boolean {
  const starts = (text: string): boolean => bytes.subarray(0, text.length).equals(Buffer.from(text, 'latin1'))
  switch (ending) {
    case 'pdf': return starts('%PDF-')
    case 'docx': return starts('PK\x03\x04') && bytes.includes('word/document.xml') && !bytes.includes('vbaProject.bin')
    case 'xlsx': return starts('PK\x03\x04') && bytes.includes('xl/workbook.xml') && !bytes.includes('vbaProject.bin')
    case 'pptx': return starts('PK\x03\x04') && bytes.includes('ppt/presentation.xml') && !bytes.includes('vbaProject.bin')
    case 'odt': case 'ods': case 'odp': return starts('PK\x03\x04') && bytes.subarray(0, 200).includes(TYPES[ending])
    case 'csv': case 'txt': return isUtf8(bytes) && !bytes.includes(0)
  }
}
