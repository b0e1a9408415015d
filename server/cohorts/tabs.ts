import { hasRole, type Person } from '../person.ts'
import { canManageCohort } from './access.ts'
import type { Reader } from './views.ts'

export type CohortTab = 'people' | 'progress' | 'nominations' | 'settings'

/** The pages of one cohort, those that somebody may open. */
export function cohortTabs (cohort: { readonly id: string, readonly instructorIds: readonly string[] }, current: CohortTab, person: Person, { t, url }: Reader): Array<{ href: string, label: string, current: boolean }> {
  const { id } = cohort
  const manages = canManageCohort(person, cohort)
  const tab = (name: CohortTab, path: string) => ({ href: url(path, { id }), label: t(`cohorts.tab.${name}`), current: name === current })
  return [
    tab('people', '/desk/cohorts/:id'),
    tab('progress', '/desk/cohorts/:id/matrix'),
    tab('nominations', '/desk/cohorts/:id/nominations'),
    ...manages || hasRole(person, 'administrator') ? [tab('settings', '/desk/cohorts/:id/settings')] : []
  ]
}
