import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { NodeCompiler } from '@myriaddreamin/typst-ts-node-compiler'
import QRCode from 'qrcode'
import { furtherFamilies, readFonts } from './fonts.ts'

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
  readonly signatory: { readonly name: string, readonly title: string }
  /** On the band of a revoked certificate: "Revoked on 3 May 2027"; the label alone when absent. */
  readonly revokedLine?: string
  readonly labels: CertificateLabels
}

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

const TEMPLATES = fileURLToPath(new URL('../../templates/certificates/', import.meta.url))
const TEMPLATE = join(TEMPLATES, 'certificate.typ')

/** Renders without use after which a memoised part of a certificate is let go, so that memory stays level. */
const KEPT_RENDERS = 10

let compiler: Promise<NodeCompiler> | undefined
/** Made when a text first needs a script beyond the common ones. */
let furtherCompiler: Promise<NodeCompiler> | undefined

/** A certificate as PDF: one A4 page across, tagged to PDF/UA-1 (ISO 14289-1), with title, language and date.
 * The same view gives the same bytes. The values reach the template as data, never as source. A character that no font
 * has shows as a box, and the document then does not claim PDF/UA.
 * @returns 20–60 kB
 * @throws Error, its cause the compiler's, when the template does not compile: a bug */
export async function renderCertificate (view: CertificateView): Promise<Uint8Array> {
  const fonts = furtherFamilies(JSON.stringify(view))
  const [typst, qr] = await Promise.all([
    fonts.length === 0 ? compiler ??= createCompiler(false) : furtherCompiler ??= createCompiler(true),
    qrSvg(view.verifyUrl)
  ])
  const source = { mainFilePath: TEMPLATE, inputs: { view: JSON.stringify({ ...templateView(view, qr), fonts }) } }
  const creationTimestamp = Date.parse(view.issuedOn) / 1000
  try {
    // In one step: a compiled document handed to JavaScript would keep its memory until the next collection.
    try {
      return typst.pdf(source, { pdfStandard: 'ua-1', creationTimestamp })
    } catch (cause) {
      if (!lacksGlyph(cause)) throw cause
      return typst.pdf(source, { creationTimestamp })
    }
  } catch (cause) {
    throw new Error(`certificate ${view.serial} does not compile`, { cause })
  } finally {
    typst.evictCache(KEPT_RENDERS)
  }
}

async function createCompiler (further: boolean): Promise<NodeCompiler> {
  return NodeCompiler.create({ workspace: TEMPLATES, fontArgs: [{ fontBlobs: await readFonts(further) }] })
}

/** PDF/UA forbids a page with a character that no font has (ISO 14289-1, 7.21.8). The compiler's errors have its words
 * in `code` and no message. */
function lacksGlyph (error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).includes('could not be displayed with font')
}

function qrSvg (url: string): Promise<string> {
  return QRCode.toString(url, { type: 'svg', margin: 0, errorCorrectionLevel: 'M', color: { dark: '#16202c' } })
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
    revokedLine: view.revokedLine ?? view.labels.revoked
  }
}

/** By the first letter that has a direction (UAX #9, rule P2). */
function directionOf (text: string): 'ltr' | 'rtl' {
  const letter = /\p{L}/u.exec(text)?.[0] ?? ''
  return /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Thaana}\p{Script=Syriac}\p{Script=Nko}]/u.test(letter) ? 'rtl' : 'ltr'
}
