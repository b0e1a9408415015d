import { nameKey } from '../people/name-key.ts'
import { wordLine } from '../people/words.ts'
import type { AccountTable } from '../db/tables/people.ts'
import type { NewPerson } from '../people/people.ts'
import type { World } from '../world.ts'
import type { Chance } from './chance.ts'
import { COUNTRIES, ranksOf, type SampleCountry } from './countries.ts'
import { addressOf, nameFrom } from './names.ts'
import type { Rows } from './rows.ts'

/** Somebody of the sample programme. */
export interface Newcomer extends NewPerson {
  readonly passwordHash: string | null
  readonly state: AccountTable['state']
}

/** What is asked of somebody to be enrolled and certified. */
export interface Officer {
  readonly id: string
  readonly accountId: string
  readonly name: string
  readonly country: string | null
  readonly agency: string | null
  readonly rank: string | null
}

/** Adds a person, their account and roles, and the audit entry that `createPeople` writes.
 * @param actorId null when the programme itself adds them */
export function addNewcomer (rows: Rows, world: World, actorId: string | null, newcomer: Newcomer): Officer {
  const { name, email, country, agency, rank, locale, roles, passwordHash, state } = newcomer
  const at = world.now().toISOString()
  const id = world.newId()
  const accountId = world.newId()
  rows.people.push({ id, name, country, agency, rank, locale, created_at: at, merged_into: null, name_key: nameKey(name), words: wordLine(name) })
  rows.accounts.push({ id: accountId, person_id: id, email, password_hash: passwordHash, state, created_at: at })
  rows.roles.push(...roles.map(({ role, country }) => ({ id: world.newId(), person_id: id, role, country: country ?? '' })))
  rows.changes.push({
    at,
    change: { actorId, action: 'person.created', subjectType: 'person', subjectId: id, detail: { country, roles: roles.map(({ role }) => role).join(', ') } }
  })
  return { id, accountId, name, country, agency, rank }
}

/** Somebody from one of the countries, as a trainee who is nominated. */
export type Nominee = Omit<Newcomer, 'email' | 'passwordHash' | 'state'> & { readonly latin: string }

export function nominee (chance: Chance, country: SampleCountry = chance.weighted(COUNTRIES)): Nominee {
  const { latin, shown } = nameFrom(country.code, chance)
  const agency = chance.one(country.agencies)
  return { name: shown, latin, country: country.code, agency, rank: chance.one(ranksOf(agency)), locale: country.locale, roles: [{ role: 'trainee' }] }
}

/** Addresses at officers.example, each one once. */
export function makeAddresses (): (latin: string) => string {
  const given = new Map<string, number>()
  return (latin) => {
    const address = addressOf(latin)
    const before = given.get(address) ?? 0
    given.set(address, before + 1)
    return `${address}${before === 0 ? '' : before + 1}@officers.example`
  }
}
