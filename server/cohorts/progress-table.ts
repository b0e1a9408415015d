import type { Cell } from '../sheets/sheet.ts'
import type { TraineeProgress } from './progress.ts'

const COLUMNS = ['name', 'country', 'agency', 'state', 'done', 'total', 'percent', 'active-at', 'stuck', 'certificate'] as const

/** A cohort's progress for a spreadsheet. Country codes and states stay as the API has them; times too, in CSV.
 * @param t says the head of each column */
export function progressTable (rows: readonly TraineeProgress[], t: (key: string) => string, format: 'csv' | 'xlsx'): Cell[][] {
  return [
    COLUMNS.map((column) => t(`cohorts.csv.${column}`)),
    ...rows.map((row) => [
      row.name, row.country, row.agency, row.noShow ? 'no-show' : row.state, row.done, row.total, row.percent,
      row.activeAt === null || format === 'csv' ? row.activeAt : { date: row.activeAt }, row.stuck, row.certificateSerial
    ])
  ]
}
