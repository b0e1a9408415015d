import type { Tx } from '../../db/database.ts'
import { filesOf } from '../export-course.ts'
import type { CourseVersion } from '../queries.ts'
import { compareCourses, type Comparison } from './compare.ts'

/** What differs between two published versions of a course. */
export async function compareVersions (tx: Tx, before: CourseVersion, after: CourseVersion): Promise<Comparison> {
  return compareCourses(await filesOf(tx, before), await filesOf(tx, after))
}
