import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { makeRecent } from '../recent.ts'
import { furtherFamilies } from './fonts.ts'
import { setDocument } from './typst.ts'

/** What a certificate shows. Every text is ready to read in `locale`: dates, numbers and sentences are made outside. */
export interface CertificateView {
  readonly state: 'valid' | 'revoked' | 'expired'
  /** Language of the labels: a primary language subtag (`en`, `ar`). */
  readonly locale: string
  readonly direction: 'ltr' | 'rtl'
  readonly programme: string
  /** The name as the person writes it, in any script. */
  readonly holder: string
  readonly country: string | null
  readonly agency: string | null
  /** `version` in words: "Version 3". */
  readonly course: { readonly title: string, readonly version: string }
  /** "92 %". */
  readonly mark: string
  /** The day of issue as YYYY-MM-DD, for the document's own data. */
  readonly issuedOn: string
  readonly issued: string
  readonly validUntil: string | null
  readonly serial: string
  /** The public page of this certificate: printed, linked and in the QR code. */
  readonly verifyUrl: string
  /** What stands where a signature is looked for, when nobody signs. */
  readonly signatory: { readonly name: string, readonly title: string }
  /** As a template has it; null for the programme's own look. */
  readonly look?: CertificateLook | null
  /** On the band of a revoked certificate: "Revoked on 3 May 2027"; the label alone when absent. */
  readonly revokedLine?: string
  readonly labels: CertificateLabels
}

/** The part of a template that is not a text of its own place. */
export interface CertificateLook {
  /** Of the template's version: another version is another document. Null for a draft. */
  readonly versionId: string | null
  /** `#rrggbb`. */
  readonly colour: string
  /** SHA-256 of pictures, as `renderCertificate` is given them. */
  readonly logo: string | null
  readonly seal: string | null
  readonly signatories: ReadonlyArray<{ readonly name: string, readonly office: string, readonly picture: string | null }>
  /** In small print at the foot; '' for none. */
  readonly note: string
}

/** PNG, by hash. */
export type Pictures = ReadonlyMap<string, Uint8Array>

export interface CertificateLabels {
  /** "Certificate of completion". */
  readonly title: string
  /** "This is to certify that". */
  readonly presentedTo: string
  /** "has completed the course". */
  readonly completed: string
  readonly mark: string
  readonly issued: string
  readonly validUntil: string
  readonly serial: string
  /** How to check it: "Scan the code or open this address, and compare what you see." */
  readonly verify: string
  /** What the QR code is, for those who do not see it. */
  readonly qr: string
  readonly revoked: string
}

const TEMPLATE = new URL('../../templates/certificates/certificate.typ', import.meta.url)

let template: Promise<string> | undefined

/** A certificate as PDF: one A4 page across, tagged, with title, language and date. The same view gives the same bytes.
 * The values reach the template as data, never as source. A character that no font has shows as a box.
 * @param pictures those that its look names
 * @param lane which thread (typst.ts)
 * @returns 20–60 kB, and what its pictures weigh
 * @throws Error, its cause the compiler's, when the template does not compile: a bug */
export async function renderCertificate (view: CertificateView, pictures: Pictures = new Map(), lane = 0): Promise<Uint8Array> {
  const fonts = furtherFamilies(JSON.stringify(view))
  const [source, qr] = await Promise.all([template ??= readFile(TEMPLATE, 'utf8'), qrSvg(view.verifyUrl)])
  try {
    return await setDocument({ source, inputs: { view: JSON.stringify({ ...templateView(view, qr), fonts }) }, further: fonts.length > 0, files: filesOf(pictures) }, lane)
  } catch (cause) {
    throw new Error(`certificate ${view.serial} does not compile`, { cause })
  }
}

/** How many certificates are kept once made: of 20 to 60 kB each. */
const KEPT = 200

export interface KeptPdf {
  readonly pdf: Buffer
  /** Of all that the certificate shows (RFC 9110 §8.8.3). */
  readonly etag: string
}

/** Certificates as PDF, made when they are asked for and kept: what shows the same is made once, also when many ask at once. */
export function makePdfs (): (view: CertificateView, pictures?: Pictures) => Promise<KeptPdf> {
  const kept = makeRecent<KeptPdf>(KEPT)
  const coming = new Map<string, Promise<KeptPdf>>()
  return async (view, pictures) => {
    const shown = createHash('sha256').update(JSON.stringify(view)).digest('base64url')
    const known = kept.get(shown) ?? coming.get(shown)
    if (known !== undefined) return await known
    const made = renderCertificate(view, pictures).then((pdf) => kept.keep(shown, { pdf: Buffer.from(pdf), etag: `"${shown}"` }))
    coming.set(shown, made)
    try {
      return await made
    } finally {
      coming.delete(shown)
    }
  }
}

function filesOf (pictures: Pictures): Record<string, Uint8Array> {
  return Object.fromEntries([...pictures].map(([hash, bytes]) => [pathOf(hash), bytes]))
}

function pathOf (hash: string): string {
  return `/${hash}.png`
}

async function qrSvg (url: string): Promise<string> {
  const { default: QRCode } = await import('qrcode')
  return await QRCode.toString(url, { type: 'svg', margin: 0, errorCorrectionLevel: 'M', color: { dark: '#16202c' } })
}

function templateView (view: CertificateView, qr: string): Readonly<Record<string, unknown>> {
  const own = (text: string): { text: string, direction: 'ltr' | 'rtl' } => ({ text, direction: directionOf(text) })
  return {
    ...view,
    qr,
    holderDirection: directionOf(view.holder),
    origin: [view.agency, view.country].filter((part) => part !== null && part !== '').map((part) => own(part ?? '')),
    course: { ...view.course, direction: directionOf(view.course.title) },
    signatory: { ...view.signatory, direction: directionOf(view.signatory.name) },
    look: view.look == null ? null : {
      ...view.look,
      logo: view.look.logo === null ? null : pathOf(view.look.logo),
      seal: view.look.seal === null ? null : pathOf(view.look.seal),
      signatories: view.look.signatories.map(({ name, office, picture }) => ({ name: own(name), office: own(office), picture: picture === null ? null : pathOf(picture) }))
    },
    revokedLine: view.revokedLine ?? view.labels.revoked
  }
}

/** By the first letter that has a direction (UAX #9, rule P2). */
function directionOf (text: string): 'ltr' | 'rtl' {
  const letter = /\p{L}/u.exec(text)?.[0] ?? ''
  return /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Thaana}\p{Script=Syriac}\p{Script=Nko}]/u.test(letter) ? 'rtl' : 'ltr'
}
