import multipart from '@fastify/multipart'
import type { FastifyRequest } from 'fastify'
import type { App } from './app-type.ts'

/** How much of a form with files is kept; what is beyond is read and let go, so that the rest of the form is not lost with it. */
export interface FileLimits {
  /** Of each file. */
  readonly fileBytes: number
  /** Of all files together. */
  readonly totalBytes: number
  /** How many files. */
  readonly files: number
}

/** A file as it was sent with a form. */
export interface SentFile {
  /** The form's field. */
  readonly field: string
  /** As the sender calls it: to be distrusted. */
  readonly name: string
  readonly bytes: Buffer
  /** Larger than what is taken: its bytes are left out. */
  readonly cut: boolean
}

/** Longest form that is read at all. Beyond it nobody is told politely. */
const FORM_BYTES = 512 * 1024 * 1024
const LIMITS = { fieldNameSize: 200, fieldSize: 1024 * 1024, fields: 5000, parts: 5200, headerPairs: 50 }

/** Forms with files (RFC 7578), on the routes that say `config.files`: fields become the body, files `request.sentFiles`. Other
 * routes take none. */
export async function formData (app: App): Promise<void> {
  await app.register(multipart, { limits: LIMITS, throwFileSizeLimit: false })
  app.decorateRequest('sentFiles')
  app.addHook('preValidation', (request, _reply, done) => {
    if (request.isMultipart()) takeForm(request).then(() => { done() }, done)
    else done()
  })

  async function takeForm (request: FastifyRequest): Promise<void> {
    const limits = request.routeOptions.config.files
    if (limits === undefined) throw refused(415, 'this address takes no form with files')
    if (request.headers['content-length'] === undefined) throw refused(411, 'the length of the form must be said')
    if (Number(request.headers['content-length']) > FORM_BYTES) throw refused(413, 'the form is too large')
    const { fields, files } = await readForm(request, limits).catch((error: unknown) => {
      // What the reader of forms says of a broken one has no status.
      throw error instanceof Error && !('statusCode' in error) ? refused(400, `the form cannot be read: ${error.message}`) : error
    })
    request.body = fields
    request.sentFiles = files
  }
}

async function readForm (request: FastifyRequest, { fileBytes, totalBytes, files: most }: FileLimits): Promise<{ fields: object, files: readonly SentFile[] }> {
  const fields: Record<string, string | string[]> = {}
  const files: SentFile[] = []
  let total = 0
  for await (const part of request.parts({ limits: { ...LIMITS, fileSize: fileBytes, files: most } })) {
    if (part.type === 'file') {
      const chunks: Buffer[] = []
      let size = 0
      for await (const chunk of part.file as AsyncIterable<Buffer>) {
        size += chunk.length
        if (total + size <= totalBytes) chunks.push(chunk)
      }
      // A file field that nobody filled in is sent all the same.
      if (size === 0 && part.filename === '') continue
      const cut = part.file.truncated || total + size > totalBytes
      if (!cut) total += size
      // Browsers write a quotation mark in a name as %22 (HTML, multipart/form-data encoding).
      files.push({ field: part.fieldname, name: part.filename.replaceAll('%22', '"'), bytes: cut ? Buffer.alloc(0) : Buffer.concat(chunks), cut })
    } else if (typeof part.value === 'string') {
      if (part.valueTruncated || part.fieldnameTruncated) throw refused(413, 'a field of the form is too long')
      const before = fields[part.fieldname]
      fields[part.fieldname] = before === undefined ? part.value : [before, part.value].flat()
    }
  }
  return { fields, files }
}

function refused (statusCode: number, message: string): Error {
  return Object.assign(new Error(message), { statusCode })
}
