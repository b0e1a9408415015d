/** What a certificate is worth at an instant. A revoked one stays revoked when it would have expired. */
export type CertificateState = 'valid' | 'revoked' | 'expired'

export function stateOf (certificate: { readonly expiresAt: string | null, readonly revokedAt: string | null }, now: Date): CertificateState {
  if (certificate.revokedAt !== null) return 'revoked'
  return certificate.expiresAt !== null && Date.parse(certificate.expiresAt) <= now.getTime() ? 'expired' : 'valid'
}

/** The same time of day so many calendar months later, in UTC; where that month is too short, on its last day.
 * @param at ISO 8601 in UTC
 * @example addMonths('2027-08-31T10:00:00.000Z', 6) // '2028-02-29T10:00:00.000Z' */
export function addMonths (at: string, months: number): string {
  const date = new Date(at)
  const day = date.getUTCDate()
  date.setUTCDate(1)
  date.setUTCMonth(date.getUTCMonth() + months)
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
  date.setUTCDate(Math.min(day, last))
  return date.toISOString()
}

/** Why a certificate was revoked is read by anyone who checks it: it must say something, in a sentence or two. */
export const REASON_LENGTH = { least: 3, most: 500 } as const

/** @returns the reason without surrounding space, or null when it is too short or too long */
export function readReason (typed: string): string | null {
  const reason = typed.normalize('NFC').trim()
  return reason.length >= REASON_LENGTH.least && reason.length <= REASON_LENGTH.most ? reason : null
}
