import type { Database } from '../db/database.ts'
import { countryName } from '../people/countries.ts'
import { selectCertifiedCountries, selectCohortChoices, selectCertifiedCourses } from './queries.ts'

/** What filters on the desk offer. */
export interface DeskChoices {
  readonly countries: ReadonlyArray<{ readonly value: string, readonly label: string }>
  readonly courses: ReadonlyArray<{ readonly value: string, readonly label: string }>
  /** The latest first. */
  readonly cohorts: ReadonlyArray<{ readonly value: string, readonly label: string, readonly course: string, readonly endsAt: string }>
}

/** Countries and courses that there are certificates of, and cohorts. */
export async function deskChoices (db: Database, language: string): Promise<DeskChoices> {
  const countries = (await selectCertifiedCountries(db.read)).map((value) => ({ value, label: countryName(value, language) }))
  return {
    countries: countries.sort((a, b) => a.label.localeCompare(b.label, language)),
    courses: (await selectCertifiedCourses(db.read)).map(({ slug, title }) => ({ value: slug, label: title })),
    cohorts: (await selectCohortChoices(db.read)).map(({ id, name, course, endsAt }) => ({ value: id, label: name, course, endsAt }))
  }
}
