import type { Tx } from '../../db/database.ts'
import type { NominationTable } from '../../db/tables/cohorts.ts'
import type { EnrolmentRow } from '../enrolment-csv.ts'

export interface Nomination extends Omit<EnrolmentRow, 'line'> {
  readonly id: string
  readonly cohortId: string
  readonly state: NominationTable['state']
  readonly reason: string
  readonly nominatedBy: { readonly id: string, readonly name: string }
  readonly nominatedAt: string
  /** Null before a decision, and of one that was made of itself. */
  readonly decidedBy: { readonly id: string, readonly name: string } | null
  readonly decidedAt: string | null
  readonly waitingAt: string | null
  readonly enrolmentId: string | null
  /** How the enrolment stands; null without one. */
  readonly enrolmentState: 'active' | 'completed' | 'withdrawn' | null
  readonly noShowAt: string | null
  readonly replaces: string | null
}

function nominations (tx: Tx) {
  return tx.selectFrom('nomination').innerJoin('person as nominator', 'nominator.id', 'nomination.nominated_by')
    .leftJoin('person as decider', 'decider.id', 'nomination.decided_by').leftJoin('enrolment', 'enrolment.id', 'nomination.enrolment_id').leftJoin('no_show', 'no_show.enrolment_id', 'nomination.enrolment_id')
    .select([
      'nomination.id', 'nomination.cohort_id as cohortId', 'nomination.name', 'nomination.email', 'nomination.country', 'nomination.agency', 'nomination.rank',
      'nomination.locale', 'nomination.birth_day as birthDay', 'nomination.state', 'nomination.reason', 'nominated_by as nominatedById', 'nominator.name as nominatedByName', 'nominated_at as nominatedAt',
      'decided_by as decidedById', 'decider.name as decidedByName', 'decided_at as decidedAt', 'waiting_at as waitingAt', 'nomination.enrolment_id as enrolmentId', 'enrolment.state as enrolmentState', 'no_show.at as noShowAt', 'replaces'
    ])
}

type Flat = Awaited<ReturnType<ReturnType<typeof nominations>['execute']>>[number]

function unflat ({ nominatedById, nominatedByName, decidedById, decidedByName, ...row }: Flat): Nomination {
  return { ...row, nominatedBy: { id: nominatedById, name: nominatedByName }, decidedBy: decidedById === null ? null : { id: decidedById, name: decidedByName ?? '' } }
}

/** Those to be decided first, then those who wait in the order of their moving up, then by name.
 * @param countries only people of these; null for all */
export async function selectNominations (tx: Tx, cohortId: string, countries: readonly string[] | null, states: ReadonlyArray<Nomination['state']> | null): Promise<Nomination[]> {
  let query = nominations(tx).where('nomination.cohort_id', '=', cohortId).orderBy('nomination.name').orderBy('nomination.id')
  if (countries !== null) query = query.where('nomination.country', 'in', countries.length > 0 ? countries : [''])
  if (states !== null) query = query.where('nomination.state', 'in', states)
  const rows = (await query.execute()).map(unflat)
  const waiting = rows.filter(({ state }) => state === 'waiting').sort(byWaiting)
  return [...rows.filter(({ state }) => state === 'nominated'), ...waiting, ...rows.filter(({ state }) => state !== 'nominated' && state !== 'waiting')]
}

function byWaiting (a: Nomination, b: Nomination): number {
  const key = ({ waitingAt, id }: Nomination): string => `${waitingAt ?? ''} ${id}`
  return key(a) < key(b) ? -1 : 1
}

export async function selectOptionalNomination (tx: Tx, id: string): Promise<Nomination | undefined> {
  const row = await nominations(tx).where('nomination.id', '=', id).executeTakeFirst()
  return row === undefined ? undefined : unflat(row)
}

/** The nomination by which an enrolment came about; undefined when it came by a list. */
export async function selectAcceptedFor (tx: Tx, enrolmentId: string): Promise<Nomination | undefined> {
  const row = await nominations(tx).where('nomination.enrolment_id', '=', enrolmentId).where('nomination.state', '=', 'accepted').executeTakeFirst()
  return row === undefined ? undefined : unflat(row)
}

export async function insertNominations (tx: Tx, rows: readonly NominationTable[]): Promise<void> {
  for (let from = 0; from < rows.length; from += 500) await tx.insertInto('nomination').values(rows.slice(from, from + 500)).execute()
}

/** @returns false when it is in none of the states `from` any more */
export async function decideNomination (tx: Tx, id: string, from: ReadonlyArray<Nomination['state']>, to: {
  state: Nomination['state'], reason: string, by: string | null, at: string, enrolmentId?: string, waitingAt?: string | null
}): Promise<boolean> {
  const result = await tx.updateTable('nomination').set({
    state: to.state, reason: to.reason, decided_by: to.by, decided_at: to.at,
    ...to.enrolmentId !== undefined && { enrolment_id: to.enrolmentId },
    ...to.waitingAt !== undefined && { waiting_at: to.waitingAt }
  }).where('id', '=', id).where('state', 'in', from).executeTakeFirst()
  return Number(result.numUpdatedRows) === 1
}

/** Follows an enrolment that is moved to another cohort: what stood for it there no longer does. */
export async function closeNominationOf (tx: Tx, enrolmentId: string, reason: string, by: string, at: string): Promise<void> {
  await tx.updateTable('nomination').set({ state: 'withdrawn', reason, decided_by: by, decided_at: at }).where('enrolment_id', '=', enrolmentId).where('state', '=', 'accepted').execute()
}

/** Somebody in a cohort, or nominated for it. */
export interface Standing {
  readonly personId: string | null
  readonly name: string
  readonly email: string
  readonly nameKey: string
  readonly country: string | null
  readonly as: 'enrolled' | 'nominated' | 'waiting'
}

/** Everybody who is enrolled in a cohort and not withdrawn, and everybody who is nominated for it. */
export async function selectStandings (tx: Tx, cohortId: string): Promise<Standing[]> {
  const enrolled = await tx.selectFrom('enrolment').innerJoin('person', 'person.id', 'enrolment.person_id').innerJoin('account', 'account.person_id', 'person.id')
    .select(['person.id as personId', 'person.name', 'account.email', 'person.name_key as nameKey', 'person.country'])
    .where('cohort_id', '=', cohortId).where('enrolment.state', '<>', 'withdrawn').execute()
  const nominated = await tx.selectFrom('nomination').leftJoin('account', 'account.email', 'nomination.email')
    .select(['account.person_id as personId', 'name', 'nomination.email', 'name_key as nameKey', 'country', 'nomination.state'])
    .where('cohort_id', '=', cohortId).where('nomination.state', 'in', ['nominated', 'waiting']).execute()
  return [
    ...enrolled.map((row): Standing => ({ ...row, as: 'enrolled' })),
    ...nominated.map(({ state, ...row }): Standing => ({ ...row, as: state === 'waiting' ? 'waiting' : 'nominated' }))
  ]
}

/** The record that stands for each merged one. */
export async function selectMerged (tx: Tx): Promise<Map<string, string>> {
  const rows = await tx.selectFrom('person').select(['id', 'merged_into as into']).where('merged_into', 'is not', null).execute()
  return new Map(rows.flatMap(({ id, into }) => into === null ? [] : [[id, into]]))
}

/** Whom a mail about nominations goes to. */
export async function selectMailTo (tx: Tx, personIds: readonly string[]): Promise<Array<{ readonly personId: string, readonly name: string, readonly email: string, readonly locale: string }>> {
  if (personIds.length === 0) return []
  return await tx.selectFrom('person').innerJoin('account', 'account.person_id', 'person.id')
    .select(['person.id as personId', 'person.name', 'account.email', 'person.locale'])
    .where('person.id', 'in', personIds).where('account.state', '<>', 'deactivated').execute()
}

/** How many nominations of each state each cohort has. */
export async function countNominations (tx: Tx, cohortIds: readonly string[], countries: readonly string[] | null): Promise<Array<{ readonly cohortId: string, readonly state: Nomination['state'], readonly count: number }>> {
  if (cohortIds.length === 0) return []
  let query = tx.selectFrom('nomination').select(({ fn }) => ['cohort_id as cohortId', 'state', fn.countAll<number>().as('count')])
    .where('cohort_id', 'in', cohortIds).groupBy(['cohort_id', 'state'])
  if (countries !== null) query = query.where('country', 'in', countries.length > 0 ? countries : [''])
  return (await query.execute()).map((row) => ({ ...row, count: Number(row.count) }))
}

/** Cohorts that have not ended, the next to begin first. */
export async function selectOpenCohortIds (tx: Tx, at: string): Promise<string[]> {
  const rows = await tx.selectFrom('cohort').select('id').where('ends_at', '>', at).orderBy('starts_at').orderBy('id').limit(500).execute()
  return rows.map(({ id }) => id)
}
