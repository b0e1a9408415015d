import { hasRole, liaisonCountries, type Person } from '../person.ts'

/** What of a cohort somebody sees: all of its people, the people of some countries, or nothing. */
export type CohortSight =
  | { readonly sees: 'everyone' }
  | { readonly sees: 'countries', readonly countries: readonly string[] }
  | { readonly sees: 'nothing' }

/** Administrators see every cohort, instructors those they are given, a liaison their country's people in any.
 * @param cohort the people who instruct it */
export function sightOf (person: Person, cohort: { readonly instructorIds: readonly string[] }): CohortSight {
  if (canManageCohort(person, cohort)) return { sees: 'everyone' }
  const countries = liaisonCountries(person)
  return countries.length > 0 ? { sees: 'countries', countries } : { sees: 'nothing' }
}

/** @param cohort who instructs it, and the countries its people come from */
export function canSeeCohort (person: Person, cohort: { readonly instructorIds: readonly string[], readonly countries: readonly string[] }): boolean {
  const sight = sightOf(person, cohort)
  switch (sight.sees) {
    case 'everyone': return true
    case 'countries': return sight.countries.some((country) => cohort.countries.includes(country))
    case 'nothing': return false
  }
}

/** Who may enrol people in a cohort and withdraw them. Making cohorts and naming their instructors is for administrators. */
export function canManageCohort (person: Person, cohort: { readonly instructorIds: readonly string[] }): boolean {
  return hasRole(person, 'administrator') || (hasRole(person, 'instructor') && cohort.instructorIds.includes(person.id))
}

/** How somebody reaches one trainee's enrolment; null when it is not theirs to know of.
 * One's own comes first: whoever runs a cohort and is enrolled in it is a trainee there like any other.
 * @param enrolment whose it is, the trainee's country, and who instructs the cohort */
export function reachesEnrolment (
  person: Person,
  enrolment: { readonly personId: string, readonly country: string | null, readonly instructorIds: readonly string[] }
): 'own' | 'staff' | 'liaison' | null {
  if (person.id === enrolment.personId) return 'own'
  const sight = sightOf(person, enrolment)
  switch (sight.sees) {
    case 'everyone': return 'staff'
    case 'countries': return enrolment.country !== null && sight.countries.includes(enrolment.country) ? 'liaison' : null
    case 'nothing': return null
  }
}
