import { sql } from 'kysely'
import type { Tx } from '../../db/database.ts'
import { isPostgres, lockRow } from '../../db/locks.ts'
import { prepared, type Value } from '../../db/prepared.ts'
import type { AccommodationTable } from '../../db/tables/cohorts.ts'
import type { Allowance } from '../../quiz/allowance.ts'

export interface AccommodationRow extends Allowance {
  readonly id: string
  readonly personId: string
  readonly reason: string
  readonly startsAt: string
  readonly endsAt: string | null
  readonly givenBy: { readonly id: string, readonly name: string }
  readonly givenAt: string
  readonly endedBy: { readonly id: string, readonly name: string } | null
  readonly endedAt: string | null
}

/** Every record of the human being whom `personId` is one of. */
const GROUP = (personId: string) => sql`up (id, into_id) as (
    select id, merged_into from person where id = ${personId}
    union select person.id, person.merged_into from person join up on person.id = up.into_id),
  same (id) as (
    select id from up where into_id is null
    union select person.id from person join same on person.merged_into = same.id)`

/** What a human being is allowed at a moment, by whichever of their records. */
export async function selectInForce (tx: Tx, personId: string, at: string): Promise<Allowance[]> {
  const rows = await inForceOfRecord(tx, { personId, at })
  // Hardly anybody has several records, and to look through them costs SQLite thirty times as much.
  if (rows.some(({ into, hasOthers }) => into !== null || Number(hasOthers) > 0)) return await inForce(tx, { personId, at })
  return rows.flatMap(({ extraPercent, extraMinutes, extraAttempts, laterDays }) =>
    extraPercent === null || extraMinutes === null || extraAttempts === null || laterDays === null ? [] : [{ extraPercent, extraMinutes, extraAttempts, laterDays }])
}

/** By one record alone, and whether there are others: a row at least for whoever there is. */
const inForceOfRecord = prepared((tx, value: Value<{ personId: string, at: string }>) => tx.selectFrom('person')
  .leftJoin('accommodation', (join) => join.onRef('accommodation.person_id', '=', 'person.id')
    .on('starts_at', '<=', value('at')).on('ended_at', 'is', null)
    .on(({ eb, or }) => or([eb('ends_at', 'is', null), eb('ends_at', '>', value('at'))])))
  .select(['person.merged_into as into', 'extra_percent as extraPercent', 'extra_minutes as extraMinutes', 'extra_attempts as extraAttempts', 'later_days as laterDays'])
  .select((select) => select.selectFrom('person as other').select(({ fn }) => fn.countAll<number | string>().as('count')).whereRef('other.merged_into', '=', 'person.id').as('hasOthers'))
  .where('person.id', '=', value('personId')))

const inForce = prepared((tx, value: Value<{ personId: string, at: string }>) => ({
  compile: () => sql<Allowance>`with recursive ${GROUP(value('personId'))}
    select extra_percent as "extraPercent", extra_minutes as "extraMinutes", extra_attempts as "extraAttempts", later_days as "laterDays"
    from accommodation where person_id in (select id from same) and starts_at <= ${value('at')} and (ends_at is null or ends_at > ${value('at')}) and ended_at is null`.compile(tx)
}))

/** The records of one human being, each held until the unit of work ends: whoever starts an attempt waits for it. */
export async function holdPeople (tx: Tx, personId: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`with recursive ${GROUP(personId)} select id from same order by id`.execute(tx)
  const ids = rows.map(({ id }) => id)
  if (ids.length > 0) await lockRow(tx, tx.selectFrom('person').select('id').where('id', 'in', ids).orderBy('id'), 'person').execute()
  return ids
}

/** Holds one record until the unit of work ends. On SQLite a unit of work is the only one that runs. */
export async function holdPerson (tx: Tx, personId: string): Promise<void> {
  if (isPostgres(tx)) await personHeld(tx, { personId })
}

const personHeld = prepared((tx, value: Value<{ personId: string }>) => lockRow(tx, tx.selectFrom('person').select('id').where('id', '=', value('personId')), 'person'))

function accommodations (tx: Tx) {
  return tx.selectFrom('accommodation').innerJoin('person as giver', 'giver.id', 'given_by').leftJoin('person as ender', 'ender.id', 'ended_by').select([
    'accommodation.id', 'person_id as personId', 'extra_percent as extraPercent', 'extra_minutes as extraMinutes', 'extra_attempts as extraAttempts',
    'later_days as laterDays', 'reason', 'starts_at as startsAt', 'ends_at as endsAt', 'given_by as givenById', 'giver.name as givenByName',
    'given_at as givenAt', 'ended_by as endedById', 'ender.name as endedByName', 'ended_at as endedAt'
  ])
}

type Flat = Awaited<ReturnType<ReturnType<typeof accommodations>['execute']>>[number]

function unflat ({ givenById, givenByName, endedById, endedByName, ...row }: Flat): AccommodationRow {
  return { ...row, givenBy: { id: givenById, name: givenByName }, endedBy: endedById === null ? null : { id: endedById, name: endedByName ?? '' } }
}

/** All that one human being was ever allowed, the latest first. */
export async function selectAccommodations (tx: Tx, personId: string): Promise<AccommodationRow[]> {
  const { rows } = await sql<{ id: string }>`with recursive ${GROUP(personId)} select id from same`.execute(tx)
  if (rows.length === 0) return []
  return (await accommodations(tx).where('person_id', 'in', rows.map(({ id }) => id)).orderBy('given_at', 'desc').orderBy('accommodation.id', 'desc').execute()).map(unflat)
}

export async function selectOptionalAccommodation (tx: Tx, id: string): Promise<AccommodationRow | undefined> {
  const row = await accommodations(tx).where('accommodation.id', '=', id).executeTakeFirst()
  return row === undefined ? undefined : unflat(row)
}

export async function insertAccommodation (tx: Tx, row: AccommodationTable): Promise<void> {
  await tx.insertInto('accommodation').values(row).execute()
}

/** @returns false when it was ended before */
export async function endAccommodationRow (tx: Tx, id: string, by: string, at: string): Promise<boolean> {
  const result = await tx.updateTable('accommodation').set({ ended_by: by, ended_at: at }).where('id', '=', id).where('ended_at', 'is', null).executeTakeFirst()
  return Number(result.numUpdatedRows) === 1
}

/** Those that have begun and reached no open attempt yet. */
export async function selectToApply (tx: Tx, at: string): Promise<Array<{ readonly id: string, readonly personId: string }>> {
  return await tx.selectFrom('accommodation').select(['id', 'person_id as personId'])
    .where('applied_at', 'is', null).where('starts_at', '<=', at).orderBy('starts_at').limit(200).execute()
}

/** @returns false when another server has done it */
export async function markApplied (tx: Tx, id: string, at: string): Promise<boolean> {
  const result = await tx.updateTable('accommodation').set({ applied_at: at }).where('id', '=', id).where('applied_at', 'is', null).executeTakeFirst()
  return Number(result.numUpdatedRows) === 1
}

export async function existsPerson (tx: Tx, id: string): Promise<boolean> {
  return await tx.selectFrom('person').select('id').where('id', '=', id).executeTakeFirst() !== undefined
}

/** Of the people of one cohort, those who are allowed something now. */
export async function selectAllowedIn (tx: Tx, cohortId: string, at: string): Promise<Array<Allowance & { readonly personId: string }>> {
  return await tx.selectFrom('accommodation').innerJoin('enrolment', 'enrolment.person_id', 'accommodation.person_id').select([
    'accommodation.person_id as personId', 'extra_percent as extraPercent', 'extra_minutes as extraMinutes', 'extra_attempts as extraAttempts', 'later_days as laterDays'
  ]).where('cohort_id', '=', cohortId).where('starts_at', '<=', at).where((where) => where.or([where('ends_at', 'is', null), where('ends_at', '>', at)]))
    .where('ended_at', 'is', null).execute()
}
