import { ROLES, type RoleGrant } from '../person.ts'
import { isCountry } from './countries.ts'
import { PASSWORD_LENGTH } from './passwords.ts'
import type { NewPerson } from './people.ts'

/** One thing wrong with a form: the field, and the message of the catalogue that says what. */
export interface Fault {
  readonly path: string
  readonly key: `people.fault.${string}`
}

const MOST = 200

/** Something before an @, a domain with a dot after it, at most 254 characters (RFC 5321 §4.5.3.1.3). Whether it is
 * anybody's is found out by the invitation. */
export function isEmail (typed: string): boolean {
  return typed.length <= 254 && /^[^\s@<>(),;:"\\\p{Cc}]{1,64}@[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)+$/u.test(typed)
}

/** @param languages those there is a catalogue for */
export function findFaults (input: NewPerson, languages: readonly string[]): Fault[] {
  const faults = findFactFaults(input, languages, input.roles.some(({ role }) => role === 'trainee'))
  if (input.roles.length === 0) faults.push({ path: 'roles', key: 'people.fault.roles' })
  return [...faults, ...input.roles.flatMap(findGrantFaults)]
}

/** What is wrong with what is said of somebody. @param needsCountry as a trainee does */
export function findFactFaults (input: Omit<NewPerson, 'roles'>, languages: readonly string[], needsCountry: boolean): Fault[] {
  const faults: Fault[] = []
  if (!isName(input.name)) faults.push({ path: 'name', key: 'people.fault.name' })
  if ((input.latinName ?? null) !== null && !isLatinName(input.latinName ?? '')) faults.push({ path: 'latinName', key: 'people.fault.latin-name' })
  if (!isEmail(input.email.trim())) faults.push({ path: 'email', key: 'people.fault.email' })
  if (input.country === null ? needsCountry : !isCountry(input.country)) faults.push({ path: 'country', key: 'people.fault.country' })
  for (const path of ['agency', 'rank'] as const) {
    if ((input[path] ?? '').length > MOST) faults.push({ path, key: 'people.fault.too-long' })
  }
  if ((input.birthDay ?? null) !== null && !isBirthDay(input.birthDay ?? '')) faults.push({ path: 'birthDay', key: 'people.fault.birth-day' })
  if (!languages.includes(input.locale)) faults.push({ path: 'locale', key: 'people.fault.locale' })
  return faults
}

/** A day of the calendar since 1900; whether it is past is not asked: nobody is examined for it. */
export function isBirthDay (typed: string): boolean {
  const instant = Date.parse(`${typed}T00:00:00Z`)
  return /^(19|20)\d\d-\d\d-\d\d$/.test(typed) && !Number.isNaN(instant) && new Date(instant).toISOString().startsWith(typed)
}

export function findGrantFaults (grant: RoleGrant): Fault[] {
  if (!ROLES.includes(grant.role)) return [{ path: 'role', key: 'people.fault.roles' }]
  const { role, country } = grant
  if (role === 'liaison') return country !== undefined && isCountry(country) ? [] : [{ path: 'liaisonCountry', key: 'people.fault.liaison-country' }]
  return country === undefined ? [] : [{ path: 'liaisonCountry', key: 'people.fault.country-without-liaison' }]
}

export function isName (typed: string): boolean {
  const name = typed.trim()
  return name.length > 0 && name.length <= MOST && !/\p{Cc}/u.test(name)
}

/** A name without a letter of another script than Latin. */
export function isLatinName (typed: string): boolean {
  return isName(typed) && /\p{Script=Latin}/u.test(typed) && !/(?!\p{Script=Latin})\p{L}/u.test(typed)
}

/** @param again the same, typed a second time; undefined where it is asked once */
export function findPasswordFaults (password: string, again: string | undefined): Fault[] {
  if (password.length < PASSWORD_LENGTH.least) return [{ path: 'password', key: 'people.fault.password-short' }]
  if (password.length > PASSWORD_LENGTH.most) return [{ path: 'password', key: 'people.fault.password-long' }]
  return again === undefined || again === password ? [] : [{ path: 'again', key: 'people.fault.password-again' }]
}
