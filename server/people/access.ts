import { hasRole, liaisonCountries, type Person } from '../person.ts'
import type { Role } from '../person.ts'

/** Route rules by name, so that a table of them reads as sentences. */
export const ADMINISTRATORS: readonly Role[] = ['administrator']
export const STAFF: readonly Role[] = ['administrator', 'instructor']
export const DESK: readonly Role[] = ['administrator', 'instructor', 'liaison']

/** Whose people, cohorts and figures somebody may read on the desk. */
export type Reach =
  | { readonly reach: 'everything' }
  /** Some cohorts in full, and the people of some countries in any cohort. Either list may be empty. */
  | { readonly reach: 'part', readonly instructorId: string | null, readonly countries: readonly string[] }

/** Administrators reach everything; instructors the cohorts they are given; liaisons the people of their country. */
export function reachOf (person: Person): Reach {
  if (hasRole(person, 'administrator')) return { reach: 'everything' }
  return {
    reach: 'part',
    instructorId: hasRole(person, 'instructor') ? person.id : null,
    countries: liaisonCountries(person)
  }
}
