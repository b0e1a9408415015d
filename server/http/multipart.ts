import type { App } from './app-type.ts'
import { Refusal } from '../refusals.ts'

/** A file of a form. */
export interface SentFile {
  /** As the browser says; never a path to write to. */
  readonly name: string
  readonly bytes: Buffer
}

/** A form with files: each field once or as a list, a file that was not chosen left out. */
export interface SentForm {
  readonly [name: string]: string | SentFile | ReadonlyArray<string | SentFile>
}

/** Lets the routes of a scope take forms with files (RFC 7578). They are read whole, so that `bodyLimit` is what they may take. */
export function takesFiles (scope: App, bodyLimit: number): void {
  scope.addContentTypeParser('multipart/form-data', { parseAs: 'buffer', bodyLimit }, async (request: { readonly headers: { readonly 'content-type'?: string | undefined } }, body: Buffer): Promise<SentForm> => {
    const form = await formOf(request.headers['content-type'] ?? '', body)
    const fields: Record<string, string | SentFile | Array<string | SentFile>> = Object.create(null) as Record<string, never>
    for (const [name, value] of form) {
      const sent = typeof value === 'string' ? value : { name: value.name, bytes: Buffer.from(await value.arrayBuffer()) }
      if (typeof sent !== 'string' && sent.name === '' && sent.bytes.length === 0) continue
      const known = fields[name]
      fields[name] = known === undefined ? sent : [...Array.isArray(known) ? known : [known], sent]
    }
    return fields
  })
}

async function formOf (type: string, body: Buffer): Promise<FormData> {
  try {
    return await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData()
  } catch (cause) {
    throw Object.assign(new Refusal('bad-input', {}, [{ message: 'the form cannot be read' }]), { cause })
  }
}

/** The files of a field. */
export function filesIn (form: SentForm, name: string): SentFile[] {
  return [form[name] ?? []].flat().filter((value): value is SentFile => typeof value !== 'string')
}

/** The text of a field; '' where it is missing. */
export function fieldIn (form: SentForm, name: string): string {
  const [value] = [form[name] ?? []].flat()
  return typeof value === 'string' ? value : ''
}
