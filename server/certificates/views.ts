import QRCode from 'qrcode'
import type { Settings } from '../deps.ts'
import { directionOf, type Translate } from '../http/messages.ts'
import { formatDate, formatNumber, formatPercent, type Place } from '../http/pages.ts'
import type { Url } from '../http/urls.ts'
import { countryName } from '../people/countries.ts'
import { ERASED } from '../people/erased.ts'
import { localDay } from '../cohorts/days.ts'
import type { Quota } from '../quotas/quotas.ts'
import type { PublicCertificate } from './certificates.ts'
import type { CertificateView } from './pdf.ts'
import type { CertificateState } from './validity.ts'

const PILLS: Readonly<Record<CertificateState, string>> = { valid: 'done', revoked: 'stop', expired: 'due' }

/** The address that a certificate's code leads to: its own public page. */
export function verifyUrl (settings: Pick<Settings, 'publicUrl'>, serial: string): string {
  return `${settings.publicUrl}/certificates/${serial}`
}

/** The code as an SVG element: a path without style, for a strict content security policy. */
export async function qrCode (address: string, description: string): Promise<string> {
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
    statement: t(`certificates.statement.${state}`, { date: state === 'expired' && expiresAt !== null ? formatDate(expiresAt, place) : revoked }),
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
    standing: revokedAt === null,
    href: url('/certificates/:serial', { serial }),
    pdf: url('/certificates/:serial.pdf', { serial }),
    desk: url('/desk/certificates/:serial', { serial })
  }
}

export function quotaLinks (quotas: readonly Quota[], url: Url, place: Place): object[] {
  return quotas.map(({ id, name, period }) => ({
    name, href: url('/desk/quotas/:id', { id }), from: formatDate(period.from, place), to: formatDate(period.to, place)
  }))
}

/** A certificate for the printed sheet, every text in the language of `place`. */
export function pdfView (certificate: PublicCertificate, t: Translate, settings: Settings, place: Place): CertificateView {
  const { state, country, course, issuedAt, expiresAt, revokedAt } = certificate
  return {
    state,
    locale: place.language,
    direction: directionOf(place.language),
    programme: settings.programme,
    holder: certificate.holder,
    country: country === null ? null : countryName(country, place.language),
    agency: certificate.agency,
    course: { title: course.title, version: t('certificates.version', { version: course.version }) },
    mark: formatPercent(certificate.mark, place.language),
    issuedOn: localDay(issuedAt, place.timeZone),
    issued: formatDate(issuedAt, place),
    validUntil: expiresAt === null ? null : formatDate(expiresAt, place),
    serial: certificate.serial,
    verifyUrl: verifyUrl(settings, certificate.serial),
    signatory: { name: settings.programme, title: t('certificates.pdf.signatory') },
    ...(revokedAt === null ? {} : { revokedLine: t('certificates.pdf.revoked-line', { date: formatDate(revokedAt, place) }) }),
    labels: {
      title: t('certificates.pdf.title'),
      presentedTo: t('certificates.pdf.presented'),
      completed: t('certificates.pdf.completed'),
      mark: t('certificates.mark'),
      issued: t('certificates.issued'),
      validUntil: t('certificates.valid-until'),
      serial: t('certificates.serial'),
      verify: t('certificates.pdf.verify'),
      qr: t('certificates.qr'),
      revoked: t('certificates.state.revoked')
    }
  }
}
