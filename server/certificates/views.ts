import type { Settings } from '../deps.ts'
import { directionOf, type Messages, type Translate } from '../http/messages.ts'
import { formatDate, formatNumber, formatPercent, type Place } from '../http/pages.ts'
import type { Url } from '../http/urls.ts'
import { countryName } from '../people/countries.ts'
import { ERASED } from '../people/erased.ts'
import { localDay } from '../cohorts/days.ts'
import type { Quota } from '../quotas/quotas.ts'
import type { CertificateInFull, PublicCertificate } from './certificates.ts'
import type { CertificateView } from './pdf.ts'
import type { World } from '../world.ts'
import { VERSION_PLACE, type TemplateContent, type TextKey } from './templates/template.ts'
import type { Looks } from './templates/templates.ts'
import type { ZipDeps } from './zips/zips.ts'

const PILLS: Readonly<Record<PublicCertificate['state'], string>> = { valid: 'done', revoked: 'stop', expired: 'due', replaced: 'stop' }

/** The address that a certificate's code leads to: its own public page. */
export function verifyUrl (settings: Pick<Settings, 'publicUrl'>, serial: string): string {
  return `${settings.publicUrl}/certificates/${serial}`
}

/** The code as an SVG element: a path without style, for a strict content security policy. */
export async function qrCode (address: string, description: string): Promise<string> {
  const { default: QRCode } = await import('qrcode')
  const svg = await QRCode.toString(address, { type: 'svg', margin: 1, errorCorrectionLevel: 'M' })
  return svg.replace('<svg ', `<svg class="qr" role="img" aria-label="${description.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)}" `)
}

/** What a page shows of a certificate. */
export function sheetView (certificate: PublicCertificate, t: Translate, url: Url, place: Place): Readonly<Record<string, unknown>> {
  const { serial, state, country, course, issuedAt, expiresAt, revokedAt } = certificate
  const revoked = revokedAt === null ? '' : formatDate(revokedAt, place)
  return {
    serial,
    state,
    stateName: t(`certificates.state.${state}`),
    pill: PILLS[state],
    statement: t(`certificates.statement.${state}`, {
      date: state === 'expired' && expiresAt !== null ? formatDate(expiresAt, place) : state === 'replaced' && certificate.replacedAt !== null ? formatDate(certificate.replacedAt, place) : revoked
    }),
    holder: certificate.holder,
    erased: certificate.holder === ERASED,
    country: country === null ? '' : countryName(country, place.language),
    agency: certificate.agency ?? '',
    course: course.title,
    version: formatNumber(course.version, place.language),
    mark: formatPercent(certificate.mark, place.language),
    issuedAt,
    issued: formatDate(issuedAt, place),
    expires: expiresAt === null ? t('certificates.no-expiry') : formatDate(expiresAt, place),
    revoked,
    reason: certificate.reason ?? '',
    standing: revokedAt === null && certificate.replacedBy === null,
    replacedBy: certificate.replacedBy === null ? null : { serial: certificate.replacedBy, href: url('/certificates/:serial', { serial: certificate.replacedBy }) },
    reissued: certificate.reissuedAt === null ? '' : formatDate(certificate.reissuedAt, place),
    href: url('/certificates/:serial', { serial }),
    pdf: url('/certificates/:serial.pdf', { serial }),
    desk: url('/desk/certificates/:serial', { serial })
  }
}

/** The same with what the course was about and what it renews. */
export function fullSheetView (certificate: CertificateInFull, t: Translate, url: Url, place: Place): Readonly<Record<string, unknown>> {
  const { course: { hours, topics } } = certificate
  const linked = (serial: string | null): object | null => serial === null ? null : { serial, href: url('/certificates/:serial', { serial }) }
  return {
    ...sheetView(certificate, t, url, place),
    hours: hours === null ? '' : t('certificate-desk.hours', { hours }),
    topics: [...topics],
    renews: linked(certificate.renews),
    renewedBy: linked(certificate.renewedBy)
  }
}

export function quotaLinks (quotas: readonly Quota[], url: Url, place: Place): object[] {
  return quotas.map(({ id, name, period }) => ({
    name, href: url('/desk/quotas/:id', { id }), from: formatDate(period.from, place), to: formatDate(period.to, place)
  }))
}

/** A certificate for the printed sheet, every text in the language of `place`: as its template has it, else as the catalogue does.
 * @param certificate of a document that stands
 * @param look of the template that it was issued with; null for the programme's own */
export function pdfView (certificate: PublicCertificate, t: Translate, settings: Pick<Settings, 'programme' | 'publicUrl'>, place: Place, look: { readonly versionId: string | null, readonly content: TemplateContent } | null = null): CertificateView {
  const { country, course, issuedAt, expiresAt, revokedAt } = certificate
  const state = certificate.state === 'replaced' ? 'valid' : certificate.state
  const texts = look?.content.texts[place.language]
  const own = (key: TextKey, otherwise: string): string => texts?.[key] ?? otherwise
  return {
    state,
    locale: place.language,
    direction: directionOf(place.language),
    programme: own('issuer', settings.programme),
    holder: certificate.holder,
    country: country === null ? null : countryName(country, place.language),
    agency: certificate.agency,
    course: { title: course.title, version: texts?.version?.replace(VERSION_PLACE, formatNumber(course.version, place.language)) ?? t('certificates.version', { version: course.version }) },
    mark: formatPercent(certificate.mark, place.language),
    issuedOn: localDay(issuedAt, place.timeZone),
    issued: formatDate(issuedAt, place),
    validUntil: expiresAt === null ? null : formatDate(expiresAt, place),
    serial: certificate.serial,
    verifyUrl: verifyUrl(settings, certificate.serial),
    look: look === null ? null : {
      versionId: look.versionId,
      colour: look.content.colour,
      logo: look.content.logo,
      seal: look.content.seal,
      signatories: look.content.signatories.map(({ name, picture }, index) => ({ name, picture, office: texts?.[`office${index + 1}` as 'office1'] ?? '' })),
      note: own('note', '')
    },
    signatory: { name: own('issuer', settings.programme), title: t('certificates.pdf.signatory') },
    ...(revokedAt === null ? {} : { revokedLine: t('certificates.pdf.revoked-line', { date: formatDate(revokedAt, place) }) }),
    labels: {
      title: own('title', t('certificates.pdf.title')),
      presentedTo: own('presented', t('certificates.pdf.presented')),
      completed: own('completed', t('certificates.pdf.completed')),
      mark: own('mark', t('certificates.mark')),
      issued: own('issued', t('certificates.issued')),
      validUntil: own('validUntil', t('certificates.valid-until')),
      serial: own('serial', t('certificates.serial')),
      verify: own('verify', t('certificates.pdf.verify')),
      qr: t('certificates.qr'),
      revoked: t('certificates.state.revoked')
    }
  }
}

/** What the making of zips needs, for whoever runs it. */
export function zipDeps ({ world, settings, messages, looks }: { readonly world: World, readonly settings: Settings, readonly messages: Pick<Messages, 'translate'>, readonly looks: Looks }): ZipDeps {
  return {
    world, settings, looks,
    viewOf: (certificate, look, language) => pdfView(certificate, messages.translate(language), settings, { language, timeZone: settings.timeZone }, look)
  }
}
