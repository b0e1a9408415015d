import { sql } from 'kysely'
import type { Tx } from '../../db/database.ts'
import type { QuotaPartTable } from '../../db/tables/quotas.ts'
import { preparedInsert, preparedRows } from '../../db/prepared.ts'
import type { CountableCertificate } from '../rule.ts'

export interface EntryRow {
  readonly id: string
  readonly quotaId: string
  readonly certificate: CountableCertificate
  readonly delta: 1 | -1
  readonly turn: number
  readonly cause: EntryCause
  readonly at: string
  readonly day: string
}

/** Why a line was written: a person who turns out to be another is counted once, two who were taken for one are counted twice. */
export type EntryCause = 'issue' | 'revocation' | 'merge' | 'unmerge'

function entryValues (entry: EntryRow) {
  return {
    id: entry.id,
    quota_id: entry.quotaId,
    certificate_id: entry.certificate.id,
    serial: entry.certificate.serial,
    person_id: entry.certificate.personId,
    delta: entry.delta,
    turn: entry.turn,
    cause: entry.cause,
    at: entry.at,
    day: entry.day,
    country: entry.certificate.country,
    course_slug: entry.certificate.courseSlug
  }
}

/** Lines that stand there already are left alone.
 * @returns the quotas in which a line is new */
export async function insertNewEntries (tx: Tx, entries: readonly EntryRow[]): Promise<string[]> {
  return (await newEntries(tx, entries.map(entryValues))).map(({ quotaId }) => quotaId)
}

const newEntries = preparedRows<ReturnType<typeof entryValues>, { readonly quotaId: string }>(
  ['id', 'quota_id', 'certificate_id', 'serial', 'person_id', 'delta', 'turn', 'cause', 'at', 'day', 'country', 'course_slug'],
  (tx, rows) => tx.insertInto('quota_entry').values(rows)
    .onConflict((conflict) => conflict.columns(['quota_id', 'certificate_id', 'turn']).doNothing()).returning('quota_id as quotaId'))

/** Ten values a row: well under what one statement may carry (32,766 on SQLite, 65,535 on PostgreSQL). */
const BATCH = 500

export async function insertEntries (tx: Tx, entries: readonly EntryRow[]): Promise<void> {
  for (let start = 0; start < entries.length; start += BATCH) {
    await tx.insertInto('quota_entry').values(entries.slice(start, start + BATCH).map(entryValues)).execute()
  }
}

/** Adds new lines to what their quotas come to by day, country, agency, course and rank. Their totals are held (`addCounted`), so that two
 * units of work cannot wait for each other. */
export async function addToParts (tx: Tx, entries: readonly EntryRow[]): Promise<void> {
  if (entries.length === 0) return
  await newParts(tx, entries.flatMap(({ quotaId, certificate, delta, day }) => {
    const sums = { quota_id: quotaId, added: delta === 1 ? 1 : 0, taken: delta === 1 ? 0 : 1 }
    return [
      { ...sums, part: 'day' as const, key: day },
      { ...sums, part: 'country' as const, key: certificate.country ?? '' },
      { ...sums, part: 'agency' as const, key: certificate.agency ?? '' },
      { ...sums, part: 'course' as const, key: certificate.courseSlug },
      { ...sums, part: 'rank' as const, key: certificate.rank ?? '' }
    ]
  }))
}

const newParts = preparedInsert<{ [Column in keyof QuotaPartTable]: QuotaPartTable[Column] }>(['quota_id', 'part', 'key', 'added', 'taken'],
  (tx, rows) => tx.insertInto('quota_part').values(rows).onConflict((conflict) => conflict.columns(['quota_id', 'part', 'key']).doUpdateSet((set) => ({
    added: set('quota_part.added', '+', set.ref('excluded.added')), taken: set('quota_part.taken', '+', set.ref('excluded.taken'))
  }))))

/** What the ledger of one quota comes to by one of its parts, by its lines alone. */
function partsFromLines (tx: Tx, quotaId: string, part: QuotaPartTable['part']) {
  const key = {
    day: sql<string>`quota_entry.day`,
    country: sql<string>`coalesce(quota_entry.country, '')`,
    agency: sql<string>`coalesce(certificate.agency, '')`,
    course: sql<string>`quota_entry.course_slug`,
    rank: sql<string>`coalesce(certificate.rank, '')`
  }[part]
  return tx.selectFrom('quota_entry').innerJoin('certificate', 'certificate.id', 'quota_entry.certificate_id').where('quota_id', '=', quotaId).groupBy(['quota_id', key]).select([
    'quota_id', sql<QuotaPartTable['part']>`${sql.lit(part)}`.as('part'), key.as('key'),
    sql<number>`sum(case when delta = 1 then 1 else 0 end)`.as('added'), sql<number>`sum(case when delta = 1 then 0 else 1 end)`.as('taken')
  ])
}

const PARTS = ['day', 'country', 'agency', 'course', 'rank'] as const satisfies ReadonlyArray<QuotaPartTable['part']>

/** For a quota whose lines were all written at once. */
export async function insertParts (tx: Tx, quotaId: string): Promise<void> {
  for (const part of PARTS) {
    await tx.insertInto('quota_part').columns(['quota_id', 'part', 'key', 'added', 'taken']).expression(partsFromLines(tx, quotaId, part)).execute()
  }
}

/** Where the parts that are kept are not what the lines come to. @returns such as `country ZM` */
export async function selectWrongParts (tx: Tx, quotaId: string): Promise<string[]> {
  const wrong: string[] = []
  for (const part of PARTS) {
    const kept = await tx.selectFrom('quota_part').select(['key', 'added', 'taken']).where('quota_id', '=', quotaId).where('part', '=', part).execute()
    const counted = await partsFromLines(tx, quotaId, part).execute()
    const text = (rows: ReadonlyArray<{ key: string, added: number, taken: number }>): Map<string, string> =>
      new Map(rows.map(({ key, added, taken }) => [key, `${Number(added)} ${Number(taken)}`]))
    const [is, must] = [text(kept), text(counted)]
    for (const key of new Set([...is.keys(), ...must.keys()])) if (is.get(key) !== must.get(key)) wrong.push(`${part} ${key}`)
  }
  return wrong
}

/** Counts somebody by a certificate, in each quota where they are not counted yet.
 * @param personId the root of their records
 * @returns those quotas */
export async function insertCountedPerson (tx: Tx, quotaIds: readonly string[], personId: string, certificateId: string): Promise<string[]> {
  return (await newCountedPersons(tx, quotaIds.map((quotaId) => ({ quota_id: quotaId, person_id: personId, certificate_id: certificateId })))).map(({ quotaId }) => quotaId)
}

const newCountedPersons = preparedRows<{ readonly quota_id: string, readonly person_id: string, readonly certificate_id: string }, { readonly quotaId: string }>(
  ['quota_id', 'person_id', 'certificate_id'], (tx, rows) => tx.insertInto('quota_person').values(rows)
    .onConflict((conflict) => conflict.columns(['quota_id', 'person_id']).doNothing()).returning('quota_id as quotaId'))

/** @param standing who is counted (root of their records), by which certificate */
export async function insertCountedPersons (tx: Tx, quotaId: string, standing: ReadonlyArray<readonly [string, CountableCertificate]>): Promise<void> {
  for (let start = 0; start < standing.length; start += BATCH) {
    await tx.insertInto('quota_person').values(standing.slice(start, start + BATCH)
      .map(([personId, { id }]) => ({ quota_id: quotaId, person_id: personId, certificate_id: id }))).execute()
  }
}

/** @returns false when the person is not counted by this certificate */
export async function deleteCountedPerson (tx: Tx, quotaId: string, personId: string, certificateId: string): Promise<boolean> {
  const result = await tx.deleteFrom('quota_person').where('quota_id', '=', quotaId)
    .where('person_id', '=', personId).where('certificate_id', '=', certificateId).executeTakeFirst()
  return Number(result.numDeletedRows) > 0
}

/** The same certificate counts for another record of the person from now on. */
export async function moveCountedPerson (tx: Tx, quotaId: string, from: string, to: string): Promise<void> {
  await tx.updateTable('quota_person').set({ person_id: to }).where('quota_id', '=', quotaId).where('person_id', '=', from).execute()
}

/** How many lines a certificate has in each quota; those without any are left out. */
export async function selectTurns (tx: Tx, certificateId: string, quotaIds: readonly string[]): Promise<Map<string, { readonly turn: number, readonly serial: string }>> {
  const rows = await turns(tx, quotaIds.map((quotaId) => ({ quotaId, certificateId })))
  return new Map(rows.map(({ quotaId, turn, serial }) => [quotaId, { turn: Number(turn), serial }]))
}

const turns = preparedRows<{ readonly quotaId: string, readonly certificateId: string }, { readonly quotaId: string, readonly turn: number, readonly serial: string }>(
  ['quotaId', 'certificateId'], (tx, rows) => tx.selectFrom('quota_entry').select((select) => ['quota_id as quotaId', select.fn.max('turn').as('turn'), select.fn.min('serial').as('serial')])
    .where('quota_id', 'in', rows.map(({ quotaId }) => quotaId)).where('certificate_id', '=', rows[0]?.certificateId ?? '').groupBy('quota_id'))

export interface EntryFilter {
  readonly country?: string | undefined
  readonly course?: string | undefined
  /** As on the certificate; empty for those without one. */
  readonly agency?: string | undefined
  /** As on the certificate; empty for those without one. */
  readonly rank?: string | undefined
  /** `YYYY-MM` of the certificate's day of issue. */
  readonly month?: string | undefined
  /** Only what was written after this instant. */
  readonly since?: string | undefined
  /** Only what was written up to this instant. */
  readonly until?: string | undefined
}

export interface EntryPlace {
  readonly at: string
  readonly delta: number
  readonly id: string
}

export interface Entry {
  readonly id: string
  readonly serial: string
  readonly personId: string
  readonly holder: string
  readonly country: string | null
  readonly courseSlug: string
  readonly courseTitle: string
  readonly delta: number
  readonly at: string
  readonly day: string
  readonly revokedAt: string | null
}

function entries (tx: Tx, quotaId: string, { country, course, agency, rank, month, since, until }: EntryFilter) {
  let query = tx.selectFrom('quota_entry').where('quota_id', '=', quotaId)
  // A certificate of somebody without a country is asked for by an empty one.
  if (country !== undefined) query = query.where('quota_entry.country', country === '' ? 'is' : '=', country === '' ? null : country)
  if (course !== undefined) query = query.where('quota_entry.course_slug', '=', course)
  for (const [column, asked] of [['held.agency', agency], ['held.rank', rank]] as const) {
    if (asked === undefined) continue
    query = query.where('quota_entry.certificate_id', 'in', (of) => {
      const holders = of.selectFrom('certificate as held').select('held.id')
      return asked === '' ? holders.where(column, 'is', null) : holders.where(column, '=', asked)
    })
  }
  if (since !== undefined) query = query.where('at', '>', since)
  if (until !== undefined) query = query.where('at', '<=', until)
  if (month !== undefined) query = query.where('day', '>=', `${month}-01`).where('day', '<=', `${month}-31`)
  return query
}

/** In the order in which they were written: at one instant, what ceased to count before what began to. */
export async function selectEntries (tx: Tx, quotaId: string, filter: EntryFilter, after: EntryPlace | null, limit: number): Promise<Entry[]> {
  let query = entries(tx, quotaId, filter).innerJoin('certificate', 'certificate.id', 'quota_entry.certificate_id').select([
    'quota_entry.id', 'quota_entry.serial', 'quota_entry.person_id as personId', 'holder', 'quota_entry.country',
    'quota_entry.course_slug as courseSlug', 'course_title as courseTitle', 'delta', 'at', 'day', 'revoked_at as revokedAt'
  ]).orderBy('at').orderBy('delta').orderBy('quota_entry.id').limit(limit)
  if (after !== null) {
    // Said twice, so that the index is entered at the place: what is within `or` is only looked through.
    query = query.where('at', '>=', after.at).where((where) => where.or([
      where('at', '>', after.at),
      where.and([where('at', '=', after.at), where('delta', '>', after.delta)]),
      where.and([where('at', '=', after.at), where('delta', '=', after.delta), where('quota_entry.id', '>', after.id)])
    ]))
  }
  return await query.execute()
}

/** Lines that added and lines that took back, under a filter. */
export async function countEntries (tx: Tx, quotaId: string, filter: EntryFilter): Promise<{ added: number, taken: number }> {
  const kept = await sumParts(tx, quotaId, filter)
  if (kept !== null) return kept
  const rows = await entries(tx, quotaId, filter).select((select) => ['delta', select.fn.countAll<number>().as('count')]).groupBy('delta').execute()
  const of = (delta: number): number => Number(rows.find((row) => row.delta === delta)?.count ?? 0)
  return { added: of(1), taken: of(-1) }
}

/** From the parts that are kept; null when the filter asks for more than one of them. */
async function sumParts (tx: Tx, quotaId: string, { country, course, agency, rank, month, since, until }: EntryFilter): Promise<{ added: number, taken: number } | null> {
  if (since !== undefined || until !== undefined || [country, course, agency, rank, month].filter((asked) => asked !== undefined).length > 1) return null
  let query = tx.selectFrom('quota_part').where('quota_id', '=', quotaId)
  if (country !== undefined) query = query.where('part', '=', 'country').where('key', '=', country)
  else if (course !== undefined) query = query.where('part', '=', 'course').where('key', '=', course)
  else if (agency !== undefined) query = query.where('part', '=', 'agency').where('key', '=', agency)
  else if (rank !== undefined) query = query.where('part', '=', 'rank').where('key', '=', rank)
  else query = query.where('part', '=', 'day')
  if (month !== undefined) query = query.where('key', '>=', `${month}-01`).where('key', '<=', `${month}-31`)
  const sums = await query.select((select) => [select.fn.sum<number | null>('added').as('added'), select.fn.sum<number | null>('taken').as('taken')]).executeTakeFirstOrThrow()
  return { added: Number(sums.added ?? 0), taken: Number(sums.taken ?? 0) }
}

export interface DayDelta {
  readonly quotaId: string
  readonly day: string
  readonly delta: number
}

/** What each day of issue adds to each quota, in order of day; days that add up to nothing are left out. */
export async function selectDayDeltas (tx: Tx, quotaIds: readonly string[]): Promise<DayDelta[]> {
  if (quotaIds.length === 0) return []
  const rows = await tx.selectFrom('quota_part').select(['quota_id as quotaId', 'key as day', 'added', 'taken'])
    .where('quota_id', 'in', [...quotaIds]).where('part', '=', 'day').orderBy('quota_id').orderBy('key').execute()
  return rows.map(({ quotaId, day, added, taken }) => ({ quotaId, day, delta: added - taken })).filter(({ delta }) => delta !== 0)
}

/** The count by country, the greatest first; null for people without one. */
export async function selectCountedByCountry (tx: Tx, quotaId: string): Promise<Array<{ country: string | null, counted: number }>> {
  return (await countedBy(tx, quotaId, 'country')).map(({ key, counted }) => ({ country: key === '' ? null : key, counted }))
}

/** The count by course, the greatest first. */
export async function selectCountedByCourse (tx: Tx, quotaId: string): Promise<Array<{ course: string, counted: number }>> {
  return (await countedBy(tx, quotaId, 'course')).map(({ key, counted }) => ({ course: key, counted }))
}

/** The count by agency, the greatest first; null for people without one, who come last among equals. */
export async function selectCountedByAgency (tx: Tx, quotaId: string): Promise<Array<{ agency: string | null, counted: number }>> {
  const kept = (await countedBy(tx, quotaId, 'agency')).map(({ key, counted }) => ({ agency: key === '' ? null : key, counted }))
  return kept.sort((a, b) => b.counted - a.counted || Number(a.agency === null) - Number(b.agency === null))
}

async function countedBy (tx: Tx, quotaId: string, part: QuotaPartTable['part']): Promise<Array<{ key: string, counted: number }>> {
  return await tx.selectFrom('quota_part').select(['key', sql<number>`added - taken`.as('counted')]).where('quota_id', '=', quotaId).where('part', '=', part)
    .orderBy('counted', 'desc').orderBy('key').execute()
}

/** Lines written after a quota was closed, added up. */
export async function sumRestatements (tx: Tx, quotaId: string, closedAt: string): Promise<{ lines: number, delta: number }> {
  const found = await tx.selectFrom('quota_entry').where('quota_id', '=', quotaId).where('at', '>', closedAt)
    .select((select) => [select.fn.countAll<number>().as('lines'), select.fn.sum<number | null>('delta').as('delta')]).executeTakeFirstOrThrow()
  return { lines: Number(found.lines), delta: Number(found.delta ?? 0) }
}

/** The quotas in which a certificate counts now. */
export async function selectQuotasCounting (tx: Tx, certificateId: string, near: readonly string[]): Promise<string[]> {
  if (near.length === 0) return []
  const rows = await tx.selectFrom('quota_entry').select((select) => ['quota_id as quotaId', select.fn.sum<number>('delta').as('net')])
    .where('certificate_id', '=', certificateId).where('quota_id', 'in', [...near]).groupBy('quota_id').execute()
  return rows.filter(({ net }) => Number(net) === 1).map(({ quotaId }) => quotaId)
}

/** Serials that another document of the same certificate took the place of: they stay in the ledger. Serial → certificate. */
export async function selectReplacedSerials (tx: Tx): Promise<Map<string, string>> {
  const rows = await tx.selectFrom('certificate_document').select(['serial', 'certificate_id as certificateId']).execute()
  return new Map(rows.map(({ serial, certificateId }) => [serial, certificateId]))
}

/** Every line of a quota with the certificate it names, for the recount. */
export async function selectLinesWithCertificates (tx: Tx, quotaId: string): Promise<Array<EntryRow & { readonly found: CountableCertificate | null }>> {
  const rows = await tx.selectFrom('quota_entry').leftJoin('certificate', 'certificate.id', 'quota_entry.certificate_id').select([
    'quota_entry.id', 'quota_entry.certificate_id as certificateId', 'quota_entry.serial', 'quota_entry.person_id as personId', 'quota_entry.country',
    'quota_entry.course_slug as courseSlug', 'delta', 'turn', 'cause', 'at', 'day', 'certificate.id as foundId', 'certificate.serial as foundSerial',
    'certificate.person_id as foundPersonId', 'certificate.country as foundCountry', 'certificate.agency as foundAgency', 'certificate.rank as foundRank',
    'certificate.course_slug as foundCourse', 'certificate.issued_at as issuedAt', 'certificate.revoked_at as revokedAt'
  ]).where('quota_id', '=', quotaId).orderBy('day').orderBy('quota_entry.id').execute()
  return rows.map((row) => {
    const { foundId, foundSerial, foundPersonId, foundCourse, issuedAt } = row
    const found = foundId === null || foundSerial === null || foundPersonId === null || foundCourse === null || issuedAt === null
      ? null
      : { id: foundId, serial: foundSerial, personId: foundPersonId, country: row.foundCountry, agency: row.foundAgency, rank: row.foundRank, courseSlug: foundCourse, issuedAt, revokedAt: row.revokedAt }
    return {
      id: row.id,
      quotaId,
      certificate: {
        id: row.certificateId, serial: row.serial, personId: row.personId, country: row.country, agency: row.foundAgency, rank: row.foundRank, courseSlug: row.courseSlug,
        issuedAt: issuedAt ?? '', revokedAt: row.revokedAt
      },
      delta: row.delta === 1 ? 1 : -1,
      turn: row.turn,
      cause: row.cause,
      at: row.at,
      day: row.day,
      found
    }
  })
}

export async function selectCountedPersons (tx: Tx, quotaId: string): Promise<Array<{ personId: string, certificateId: string }>> {
  return await tx.selectFrom('quota_person').select(['person_id as personId', 'certificate_id as certificateId']).where('quota_id', '=', quotaId).execute()
}

export interface Part {
  /** null for people without one. */
  readonly key: string | null
  readonly counted: number
}

/** What a quota counts, by country, course, rank and month of issue; the keys in order.
 * @param until only lines written up to this instant; null for all */
export async function selectBreakdown (tx: Tx, quotaId: string, until: string | null): Promise<Readonly<Record<'country' | 'course' | 'rank' | 'month', readonly Part[]>>> {
  if (until === null) return await keptBreakdown(tx, quotaId)
  const query = tx.selectFrom('quota_entry').innerJoin('certificate', 'certificate.id', 'quota_entry.certificate_id').where('quota_id', '=', quotaId).where('at', '<=', until)
  const sum = sql<number>`sum(delta)`.as('counted')
  const parts = (rows: ReadonlyArray<{ key: string | null, counted: number }>): Part[] => rows
    .map(({ key, counted }) => ({ key, counted: Number(counted) })).filter(({ counted }) => counted !== 0)
    .sort((a, b) => (a.key ?? '') < (b.key ?? '') ? -1 : 1)
  const month = sql<string>`substr(day, 1, 7)`
  return {
    country: parts(await query.select(['quota_entry.country as key', sum]).groupBy('quota_entry.country').execute()),
    course: parts(await query.select(['quota_entry.course_slug as key', sum]).groupBy('quota_entry.course_slug').execute()),
    rank: parts(await query.select(['certificate.rank as key', sum]).groupBy('certificate.rank').execute()),
    month: parts(await query.select([month.as('key'), sum]).groupBy(month).execute())
  }
}

async function keptBreakdown (tx: Tx, quotaId: string): Promise<Readonly<Record<'country' | 'course' | 'rank' | 'month', readonly Part[]>>> {
  const rows = await tx.selectFrom('quota_part').select(['part', 'key', 'added', 'taken']).where('quota_id', '=', quotaId).orderBy('key').execute()
  const parts = (part: QuotaPartTable['part']): Part[] => rows.filter((row) => row.part === part && row.added !== row.taken)
    .map(({ key, added, taken }) => ({ key: key === '' ? null : key, counted: added - taken }))
  const months = new Map<string, number>()
  for (const { key, counted } of parts('day')) months.set((key ?? '').slice(0, 7), (months.get((key ?? '').slice(0, 7)) ?? 0) + counted)
  return {
    country: parts('country'), course: parts('course'), rank: parts('rank'),
    month: [...months].filter(([, counted]) => counted !== 0).map(([key, counted]) => ({ key, counted }))
  }
}

/** The serials that count, in order. @param until as above */
export async function selectCountingSerials (tx: Tx, quotaId: string, until: string | null): Promise<string[]> {
  let query = tx.selectFrom('quota_entry').select('serial').where('quota_id', '=', quotaId).groupBy('serial').having(sql<number>`sum(delta)`, '=', 1)
  if (until !== null) query = query.where('at', '<=', until)
  return (await query.orderBy('serial').execute()).map(({ serial }) => serial)
}

/** When the last line of a quota was written; null before the first. */
export async function selectLastEntryAt (tx: Tx, quotaId: string): Promise<string | null> {
  const found = await tx.selectFrom('quota_entry').select((select) => select.fn.max<string | null>('at').as('at')).where('quota_id', '=', quotaId).executeTakeFirst()
  return found?.at ?? null
}
