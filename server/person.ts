import { Refusal } from './refusals.ts'

/** What somebody may do. Instructors act on the cohorts they are given; a liaison reads the people of one country. */
export type Role = 'trainee' | 'instructor' | 'administrator' | 'liaison'

export const ROLES: readonly Role[] = ['trainee', 'instructor', 'administrator', 'liaison']

export interface RoleGrant {
  readonly role: Role
  /** ISO 3166-1 alpha-2; only on a liaison. */
  readonly country?: string
}

/** Somebody signed in: the person behind the account, with the roles in force at this request. */
export interface Person {
  readonly id: string
  readonly accountId: string
  readonly name: string
  readonly email: string
  readonly locale: string
  readonly roles: readonly RoleGrant[]
}

export function hasRole (person: Person, role: Role): boolean {
  return person.roles.some((grant) => grant.role === role)
}

/** @throws Refusal not-allowed for anybody else */
export function assertAdministrator (person: Person): void {
  if (!hasRole(person, 'administrator')) throw new Refusal('not-allowed')
}

/** The countries a liaison may read; empty for everybody else. */
export function liaisonCountries (person: Person): readonly string[] {
  return person.roles.flatMap((grant) => grant.role === 'liaison' && grant.country !== undefined ? [grant.country] : [])
}
