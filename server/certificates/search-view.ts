import type { DeskChoices } from './choices.ts'
import type { Reader } from './templates/views.ts'

/** The fields of a search as the page shows them. @param states that may be chosen */
export function searchView (search: Readonly<Record<string, string | undefined>>, { countries, courses, cohorts }: DeskChoices, states: readonly string[], { t }: Pick<Reader, 't'>): object {
  const chosen = <T extends { readonly value: string, readonly label: string }>(of: readonly T[], value: string | undefined) => of.map(({ value: own, label }) => ({ value: own, label, selected: own === value }))
  return {
    holder: search['holder'] ?? '', from: search['from'] ?? '', to: search['to'] ?? '',
    countries: chosen(countries, search['country']), courses: chosen(courses, search['course']), cohorts: chosen(cohorts, search['cohort']),
    states: chosen(states.map((value) => ({ value, label: t(`certificates.state.${value}`) })), search['state'])
  }
}
