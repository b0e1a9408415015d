import { stringify } from 'csv-stringify/sync'
import type { TraineeProgress } from './progress.ts'

const COLUMNS = ['name', 'country', 'agency', 'state', 'done', 'total', 'percent', 'active-at', 'stuck', 'certificate'] as const

/** A cohort's progress for a spreadsheet: with a byte order mark, so that names in any script survive, and with cells that
 * begin like a formula made harmless. Country codes, states and times stay as the API has them.
 * @param t says the head of each column */
export function progressCsv (rows: readonly TraineeProgress[], t: (key: string) => string): string {
  return stringify([
    COLUMNS.map((column) => t(`cohorts.csv.${column}`)),
    ...rows.map((row) => [
      row.name, row.country, row.agency, row.state, row.done, row.total, row.percent, row.activeAt, row.stuck, row.certificateSerial
    ])
  ], { bom: true, escape_formulas: true, record_delimiter: 'windows' })
}
