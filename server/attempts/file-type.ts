/** What bytes are, whatever their file is called. `program` is never taken; `unknown` is what no signature tells. */
export type Content =
  | 'png' | 'jpeg' | 'gif' | 'webp' | 'bmp' | 'tiff' | 'heic' | 'avif' | 'pdf' | 'docx' | 'xlsx' | 'pptx' | 'odt' | 'ods' | 'odp' | 'zip'
  | 'ole' | 'rtf' | 'gzip' | '7z' | 'rar' | 'tar' | 'mp4' | 'webm' | 'avi' | 'mp3' | 'aac' | 'wav' | 'ogg' | 'flac' | 'amr' | 'text' | 'program' | 'unknown'

/** Types that contents may be called by, the first being what they are served as. */
const TYPES: Readonly<Record<Exclude<Content, 'program' | 'unknown'>, readonly string[]>> = {
  png: ['image/png'],
  jpeg: ['image/jpeg', 'image/jpg'],
  gif: ['image/gif'],
  webp: ['image/webp'],
  bmp: ['image/bmp'],
  tiff: ['image/tiff'],
  heic: ['image/heic', 'image/heif'],
  avif: ['image/avif'],
  pdf: ['application/pdf'],
  docx: ['application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
  xlsx: ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
  pptx: ['application/vnd.openxmlformats-officedocument.presentationml.presentation'],
  odt: ['application/vnd.oasis.opendocument.text'],
  ods: ['application/vnd.oasis.opendocument.spreadsheet'],
  odp: ['application/vnd.oasis.opendocument.presentation'],
  zip: ['application/zip', 'application/x-zip-compressed'],
  ole: ['application/x-ole-storage', 'application/msword', 'application/vnd.ms-excel', 'application/vnd.ms-powerpoint', 'application/vnd.ms-outlook'],
  rtf: ['application/rtf', 'text/rtf'],
  gzip: ['application/gzip'],
  '7z': ['application/x-7z-compressed'],
  rar: ['application/vnd.rar', 'application/x-rar-compressed'],
  tar: ['application/x-tar'],
  mp4: ['video/mp4', 'audio/mp4', 'video/quicktime', 'audio/x-m4a', 'video/3gpp'],
  webm: ['video/webm', 'audio/webm', 'video/x-matroska'],
  avi: ['video/x-msvideo'],
  mp3: ['audio/mpeg', 'audio/mp3'],
  aac: ['audio/aac'],
  wav: ['audio/wav', 'audio/x-wav'],
  ogg: ['audio/ogg', 'video/ogg'],
  flac: ['audio/flac'],
  amr: ['audio/amr'],
  // Never as text/html or image/svg+xml, whatever the name says: those may hold scripts.
  text: ['text/plain', 'text/csv', 'text/markdown', 'text/tab-separated-values', 'application/json', 'application/xml', 'text/xml']
}

/** Endings that promise what is in a file. */
const ENDINGS: Readonly<Record<string, readonly Content[]>> = {
  png: ['png'], jpg: ['jpeg'], jpeg: ['jpeg'], jfif: ['jpeg'], gif: ['gif'], webp: ['webp'], bmp: ['bmp'], tif: ['tiff'], tiff: ['tiff'], heic: ['heic'], heif: ['heic'], avif: ['avif'],
  pdf: ['pdf'], docx: ['docx'], xlsx: ['xlsx'], pptx: ['pptx'], odt: ['odt'], ods: ['ods'], odp: ['odp'], zip: ['zip', 'docx', 'xlsx', 'pptx', 'odt', 'ods', 'odp'],
  doc: ['ole', 'rtf'], xls: ['ole'], ppt: ['ole'], msg: ['ole'], rtf: ['rtf'], gz: ['gzip'], tgz: ['gzip'], '7z': ['7z'], rar: ['rar'], tar: ['tar'],
  mp4: ['mp4'], m4v: ['mp4'], m4a: ['mp4'], mov: ['mp4'], '3gp': ['mp4'], webm: ['webm'], mkv: ['webm'], avi: ['avi'],
  mp3: ['mp3'], aac: ['aac'], wav: ['wav'], ogg: ['ogg'], oga: ['ogg'], opus: ['ogg'], ogv: ['ogg'], flac: ['flac'], amr: ['amr'],
  txt: ['text'], csv: ['text'], tsv: ['text'], md: ['text'], json: ['text'], xml: ['text'], log: ['text'], eml: ['text']
}

/** Reads the signature at the beginning of a file. */
export function contentOf (bytes: Buffer): Content {
  const text = (from: number, to: number): string => bytes.toString('latin1', from, to)
  const starts = (...signatures: readonly string[]): boolean => signatures.some((signature) => text(0, signature.length) === signature)
  if (starts('\x89PNG\r\n\x1a\n')) return 'png'
  if (starts('\xff\xd8\xff')) return 'jpeg'
  if (starts('GIF87a', 'GIF89a')) return 'gif'
  if (starts('%PDF-')) return 'pdf'
  if (starts('PK\x03\x04', 'PK\x05\x06')) return zipContent(bytes)
  if (starts('RIFF')) return ({ 'WEBP': 'webp', 'WAVE': 'wav', 'AVI ': 'avi' } as const)[text(8, 12)] ?? 'unknown'
  if (text(4, 8) === 'ftyp') return isoContent(text(8, 12))
  if (starts('II*\0', 'MM\0*')) return 'tiff'
  if (starts('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1')) return 'ole'
  if (starts('{\\rtf')) return 'rtf'
  if (starts('\x1f\x8b')) return 'gzip'
  if (starts('7z\xbc\xaf\x27\x1c')) return '7z'
  if (starts('Rar!\x1a\x07')) return 'rar'
  if (text(257, 262) === 'ustar') return 'tar'
  if (starts('\x1a\x45\xdf\xa3')) return 'webm'
  if (starts('OggS')) return 'ogg'
  if (starts('fLaC')) return 'flac'
  if (starts('#!AMR')) return 'amr'
  if (starts('\xff\xf1', '\xff\xf9')) return 'aac'
  if (starts('ID3', '\xff\xfb', '\xff\xf3', '\xff\xf2')) return 'mp3'
  // Windows, Linux, macOS and Java programs, shortcuts, and scripts that say what runs them.
  if (starts('MZ', '\x7fELF', '\xca\xfe\xba\xbe', '\xcf\xfa\xed\xfe', '\xce\xfa\xed\xfe', '\xfe\xed\xfa\xce', '\xfe\xed\xfa\xcf', 'L\0\0\0\x01\x14\x02\0', '#!')) return 'program'
  if (starts('BM') && bytes.length > 26 && bytes.readUInt32LE(2) === bytes.length) return 'bmp'
  return isText(bytes) ? 'text' : 'unknown'
}

/** The type that bytes are served as: one that no browser runs. */
export function typeOf (content: Content): string {
  return content === 'program' || content === 'unknown' ? 'application/octet-stream' : TYPES[content][0] as string
}

/** Whether a file may be what one of the types says: by its name, and by its content wherever that can be told.
 * @param types endings (`.pdf`) and types (`image/*`, `application/pdf`), as in the `accept` of a file field; none takes any */
export function isOfType (types: readonly string[], name: string, content: Content): boolean {
  return types.length === 0 || types.some((type) => {
    if (type.startsWith('.')) return name.toLowerCase().endsWith(type.toLowerCase()) && name.length > type.length
    if (content === 'program' || content === 'unknown') return false
    const own = TYPES[content]
    return type.endsWith('/*') ? own.some((one) => one.startsWith(type.slice(0, -1))) : own.includes(type)
  })
}

/** Whether a file holds what the ending of its name promises; true of endings that promise nothing known. */
export function isAsNamed (name: string, content: Content): boolean {
  const promised = ENDINGS[/\.([^.]+)$/.exec(name.toLowerCase())?.[1] ?? '']
  return promised === undefined || promised.includes(content)
}

/** A name that is safe to show and to save under: without folders, control signs and signs that turn the direction of writing. */
export function fileName (given: string, content: Content): string {
  const base = given.normalize('NFC').split(/[/\\]/).at(-1) ?? ''
  const clean = base.replace(/[\p{Cc}\p{Cf}\p{Cs}<>:"|?*]/gu, '').replace(/\s+/g, ' ').trim().replace(/^\.+|[. ]+$/g, '')
  const dot = clean.lastIndexOf('.')
  const [stem, ending] = dot > 0 ? [clean.slice(0, dot), clean.slice(dot)] : [clean, '']
  if (stem === '') return `file${ending === '' ? endingOf(content) : ending}`
  return `${[...stem].slice(0, 100).join('').trim()}${[...ending].slice(0, 20).join('')}`
}

function endingOf (content: Content): string {
  const [ending] = Object.entries(ENDINGS).find(([, contents]) => contents[0] === content) ?? []
  return ending === undefined ? '' : `.${ending}`
}

/** Office files are zips; the names of what is in them stand in them uncompressed (APPNOTE 4.3.7), and an OpenDocument names its
 * type in its first entry (ODF 1.3 part 2, 3.3). */
function zipContent (bytes: Buffer): Content {
  if (bytes.toString('latin1', 30, 38) === 'mimetype') {
    const type = bytes.toString('latin1', 38, 120)
    for (const kind of ['odt', 'ods', 'odp'] as const) if (type.startsWith(TYPES[kind][0] as string)) return kind
  }
  if (!bytes.includes('[Content_Types].xml')) return 'zip'
  return bytes.includes('word/document') ? 'docx' : bytes.includes('xl/workbook') ? 'xlsx' : bytes.includes('ppt/presentation') ? 'pptx' : 'zip'
}

/** By the major brand of an ISO base media file (ISO/IEC 14496-12, 4.3). */
function isoContent (brand: string): Content {
  if (['heic', 'heix', 'hevc', 'heim', 'heis', 'mif1', 'msf1'].includes(brand)) return 'heic'
  return brand === 'avif' || brand === 'avis' ? 'avif' : 'mp4'
}

/** UTF-8, or UTF-16 that says so, without the control signs that no text has. */
function isText (bytes: Buffer): boolean {
  if (bytes.length >= 2 && bytes.length % 2 === 0 && (bytes.readUInt16BE(0) === 0xfffe || bytes.readUInt16BE(0) === 0xfeff)) return true
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return !/[\x00-\x08\x0e-\x1a\x1c-\x1f]/.test(text)
  } catch {
    return false
  }
}
