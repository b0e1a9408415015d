import type { Tx } from '../../db/database.ts'

/** Seats are taken by everybody who is not withdrawn, those who did not come among them. */
export async function selectTaken (tx: Tx, cohortId: string): Promise<Map<string, number>> {
  const rows = await tx.selectFrom('enrolment').innerJoin('person', 'person.id', 'enrolment.person_id')
    .select(({ fn }) => ['person.country', fn.countAll<number>().as('taken')])
    .where('cohort_id', '=', cohortId).where('state', '<>', 'withdrawn').groupBy('person.country').execute()
  return new Map(rows.map(({ country, taken }) => [country ?? '', Number(taken)]))
}

export async function selectHeldSeats (tx: Tx, cohortId: string): Promise<Map<string, number>> {
  const rows = await tx.selectFrom('cohort_seat').select(['country', 'seats']).where('cohort_id', '=', cohortId).orderBy('country').execute()
  return new Map(rows.map(({ country, seats }) => [country, seats]))
}

/** In place of whatever was held before. */
export async function replaceHeldSeats (tx: Tx, cohortId: string, held: ReadonlyMap<string, number>): Promise<void> {
  await tx.deleteFrom('cohort_seat').where('cohort_id', '=', cohortId).execute()
  if (held.size > 0) await tx.insertInto('cohort_seat').values([...held].map(([country, seats]) => ({ cohort_id: cohortId, country, seats }))).execute()
}

export interface SettingsRow {
  readonly language: string | null
  readonly timeZone: string | null
  readonly examDay: string | null
  readonly nominationsUntil: string | null
  /** 0 before the first edit. */
  readonly version: number
}

export async function selectSettings (tx: Tx, cohortId: string): Promise<SettingsRow> {
  const row = await tx.selectFrom('cohort_setting').select(['language', 'time_zone as timeZone', 'exam_day as examDay', 'nominations_until as nominationsUntil', 'version'])
    .where('cohort_id', '=', cohortId).executeTakeFirst()
  return row ?? { language: null, timeZone: null, examDay: null, nominationsUntil: null, version: 0 }
}

/** @returns false when somebody else changed them since `version` */
export async function saveSettings (tx: Tx, cohortId: string, { version, ...settings }: SettingsRow): Promise<boolean> {
  const columns = { language: settings.language, time_zone: settings.timeZone, exam_day: settings.examDay, nominations_until: settings.nominationsUntil, version: version + 1 }
  if (version === 0) {
    const result = await tx.insertInto('cohort_setting').values({ cohort_id: cohortId, ...columns }).onConflict((conflict) => conflict.column('cohort_id').doNothing()).executeTakeFirst()
    return Number(result.numInsertedOrUpdatedRows) === 1
  }
  const result = await tx.updateTable('cohort_setting').set(columns).where('cohort_id', '=', cohortId).where('version', '=', version).executeTakeFirst()
  return Number(result.numUpdatedRows) === 1
}
