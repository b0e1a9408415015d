import { formatDate, formatDateTime, type Place } from '../http/pages.ts'
import type { Translate } from '../http/messages.ts'
import type { Url } from '../http/urls.ts'
import { ROLES, type Person, type RoleGrant } from '../person.ts'
import { countriesByName, countryName } from './countries.ts'
import type { Fault } from './faults.ts'
import type { listMails } from './outbox.ts'
import type { NewPerson, PersonEntry } from './people.ts'
import type { PersonFormFields } from './schemas.ts'

type Mail = Awaited<ReturnType<typeof listMails>>['items'][number]

/** What a person may know of themselves. */
export function meView ({ id, name, email, roles, locale }: Person): { id: string, name: string, email: string, roles: RoleGrant[], locale: string } {
  return { id, name, email, roles: [...roles], locale }
}

/** A person for the desk, without the account's inner id. */
export function personOut ({ id, name, latinName, email, country, agency, rank, birthDay, locale, state, roles, version }: PersonEntry): Omit<PersonEntry, 'accountId' | 'roles'> & { roles: RoleGrant[] } {
  return { id, name, latinName, email, country, agency, rank, birthDay, locale, state, roles: [...roles], version }
}

/** Faults as the pages show them: in a list on top, and each beside its field. */
export function faultsView (faults: readonly Fault[], t: Translate): { problems: Array<{ path: string, message: string }>, errors: Record<string, string> } {
  const problems = faults.map(({ path, key }) => ({ path, message: t(key) }))
  return { problems, errors: Object.fromEntries(problems.map(({ path, message }) => [path, message])) }
}

export function roleName ({ role, country }: RoleGrant, t: Translate, language: string): string {
  const name = t(`role.${role}`)
  return country === undefined ? name : t('people.role-for', { role: name, country: countryName(country, language) })
}

const PILLS: Readonly<Record<PersonEntry['state'], string>> = { invited: 'due', active: 'done', deactivated: 'stop' }

export function personRow (entry: PersonEntry, t: Translate, url: Url, language: string): object {
  return {
    href: url('/desk/people/:id', { id: entry.id }),
    name: entry.name,
    latinName: entry.latinName ?? '',
    email: entry.email,
    country: entry.country === null ? '' : countryName(entry.country, language),
    agency: entry.agency ?? '',
    roles: entry.roles.map((grant) => roleName(grant, t, language)).join(t('people.and')),
    state: t(`people.state.${entry.state}`),
    pill: PILLS[entry.state]
  }
}

export function filtersView (chosen: { search?: string, role?: string, state?: string }, t: Translate): object {
  return {
    search: chosen.search ?? '',
    roles: ROLES.map((role) => ({ value: role, label: t(`role.${role}`), selected: role === chosen.role })),
    states: (['invited', 'active', 'deactivated'] as const).map((state) => ({ value: state, label: t(`people.state.${state}`), selected: state === chosen.state }))
  }
}

export function personView (entry: PersonEntry, own: boolean, t: Translate, url: Url, language: string): object {
  return {
    ...personRow(entry, t, url, language),
    id: entry.id,
    own,
    rank: entry.rank ?? '',
    birthDay: entry.birthDay === null ? '' : formatDate(entry.birthDay, { language, timeZone: 'UTC' }),
    language: languageName(entry.locale, language),
    grants: entry.roles.map((grant) => ({ label: roleName(grant, t, language), role: grant.role, country: grant.country ?? '' })),
    roleChoices: ROLES.map((role) => ({ value: role, label: t(`role.${role}`) })),
    countries: countriesByName(language),
    invited: entry.state === 'invited',
    active: entry.state === 'active',
    deactivated: entry.state === 'deactivated'
  }
}

export function personFormView (fields: PersonFormFields, t: Translate, language: string, languages: readonly string[]): object {
  const all = countriesByName(language)
  return {
    ...fields,
    countries: all.map((country) => ({ ...country, selected: country.code === fields.country })),
    liaisonCountries: all.map((country) => ({ ...country, selected: country.code === fields.liaisonCountry })),
    locales: languages.map((code) => ({ code, name: languageName(code, language), selected: code === fields.locale })),
    roleChoices: ROLES.map((role) => ({ value: role, label: t(`role.${role}`), hint: t(`people.role-hint.${role}`), checked: fields.roles.includes(role) }))
  }
}

/** The form's fields as the person they describe; an empty field is none. */
export function personOfForm (fields: PersonFormFields): NewPerson {
  return {
    name: fields.name.trim(),
    latinName: blank(fields.latinName),
    email: fields.email.trim(),
    country: blank(fields.country),
    agency: blank(fields.agency),
    rank: blank(fields.rank),
    birthDay: blank(fields.birthDay),
    locale: fields.locale,
    roles: fields.roles.map((role) => grantOfForm({ role, liaisonCountry: fields.liaisonCountry }))
  }
}

/** A country chosen for another role than a liaison's is left aside: the form shows the field for all. */
export function grantOfForm ({ role, liaisonCountry }: Pick<PersonFormFields, 'liaisonCountry'> & { readonly role: RoleGrant['role'] }): RoleGrant {
  const country = blank(liaisonCountry)
  return role === 'liaison' && country !== null ? { role, country } : { role }
}

export function blank (typed: string | null | undefined): string | null {
  const text = typed?.trim() ?? ''
  return text === '' ? null : text
}

export function mailRow (mail: Mail, place: Place, url: Url): object {
  return { href: url('/desk/mail/:id', { id: mail.id }), subject: mail.subject, to: mail.to, at: mail.createdAt, when: formatDateTime(mail.createdAt, place) }
}

/** The text in pieces, links of this product apart, so that they can be followed. */
export function mailView (mail: Mail, place: Place, publicUrl: string): object {
  const pieces = mail.body.split(/(https?:\/\/[^\s]+)/)
  return {
    subject: mail.subject,
    to: mail.to,
    at: mail.createdAt,
    when: formatDateTime(mail.createdAt, place),
    pieces: pieces.map((text) => text.startsWith(`${publicUrl}/`) ? { href: text } : { text })
  }
}

export function languageName (code: string, language: string): string {
  return new Intl.DisplayNames([language, 'en'], { type: 'language' }).of(code) ?? code
}
