import type { Tx } from '../../db/database.ts'

export interface ZipRow {
  readonly id: string
  readonly byName: string
  /** JSON: CertificateSearch. */
  readonly search: string
  readonly language: string
  readonly total: number
  readonly parts: number
  readonly made: number
  readonly size: number
  readonly createdAt: string
  readonly readyAt: string | null
  readonly failedAt: string | null
  readonly expiresAt: string
}

function zips (tx: Tx) {
  return tx.selectFrom('certificate_zip as zip').innerJoin('person', 'person.id', 'zip.by_id').select((select) => [
    'zip.id', 'person.name as byName', 'search', 'language', 'total', 'parts', 'zip.created_at as createdAt', 'ready_at as readyAt', 'failed_at as failedAt', 'expires_at as expiresAt',
    select.selectFrom('certificate_zip_part').select(({ fn }) => fn.sum<number | null>('made').as('made')).whereRef('zip_id', '=', 'zip.id').as('made'),
    select.selectFrom('certificate_zip_part').select(({ fn }) => fn.sum<number | null>('size').as('size')).whereRef('zip_id', '=', 'zip.id').as('size')
  ])
}

const rowOf = (row: Awaited<ReturnType<ReturnType<typeof zips>['execute']>>[number]): ZipRow => ({ ...row, made: Number(row.made ?? 0), size: Number(row.size ?? 0) })

/** The newest first. */
export async function selectZips (tx: Tx, at: string): Promise<ZipRow[]> {
  return (await zips(tx).where('expires_at', '>', at).orderBy('zip.id', 'desc').limit(100).execute()).map(rowOf)
}

export async function selectOptionalZip (tx: Tx, id: string, at: string): Promise<ZipRow | undefined> {
  const row = await zips(tx).where('zip.id', '=', id).where('expires_at', '>', at).executeTakeFirst()
  return row === undefined ? undefined : rowOf(row)
}

export async function selectZipSerials (tx: Tx, id: string): Promise<{ readonly serials: readonly string[], readonly language: string } | undefined> {
  const row = await tx.selectFrom('certificate_zip').select(['serials', 'language']).where('id', '=', id).executeTakeFirst()
  return row === undefined ? undefined : { serials: JSON.parse(row.serials) as string[], language: row.language }
}

export async function insertZip (tx: Tx, zip: { readonly id: string, readonly byId: string, readonly search: string, readonly language: string, readonly serials: readonly string[], readonly parts: number, readonly at: string, readonly expiresAt: string }): Promise<void> {
  await tx.insertInto('certificate_zip').values({
    id: zip.id, by_id: zip.byId, search: zip.search, language: zip.language, serials: JSON.stringify(zip.serials), total: zip.serials.length, parts: zip.parts,
    created_at: zip.at, ready_at: null, failed_at: null, expires_at: zip.expiresAt
  }).execute()
  await tx.insertInto('certificate_zip_part').values(Array.from({ length: zip.parts }, (_, number) => ({ zip_id: zip.id, number, lease_until: null, tries: 0, entries: null, made: 0, size: 0, bytes: null }))).execute()
}

export interface OpenPart {
  readonly zipId: string
  readonly number: number
  readonly leaseUntil: string | null
  readonly tries: number
}

/** Parts that nobody is making, the oldest zip first. */
export async function selectOpenParts (tx: Tx, at: string, limit: number): Promise<OpenPart[]> {
  return await tx.selectFrom('certificate_zip_part as part').innerJoin('certificate_zip as zip', 'zip.id', 'part.zip_id')
    .select(['zip_id as zipId', 'number', 'lease_until as leaseUntil', 'tries']).where('bytes', 'is', null).where('failed_at', 'is', null).where('expires_at', '>', at)
    .where((where) => where.or([where('lease_until', 'is', null), where('lease_until', '<', at)])).orderBy('zip_id').orderBy('number').limit(limit).execute()
}

/** @returns false when another took it first */
export async function claimPart (tx: Tx, { zipId, number, leaseUntil, tries }: OpenPart, until: string): Promise<boolean> {
  const result = await tx.updateTable('certificate_zip_part').set({ lease_until: until, tries: tries + 1 })
    .where('zip_id', '=', zipId).where('number', '=', number).where('bytes', 'is', null).where('lease_until', leaseUntil === null ? 'is' : '=', leaseUntil).executeTakeFirst()
  return Number(result.numUpdatedRows) === 1
}

/** @returns false when another made it, or the zip is gone */
export async function finishPart (tx: Tx, { zipId, number }: OpenPart, made: { readonly entries: string, readonly count: number, readonly bytes: Uint8Array }): Promise<boolean> {
  const result = await tx.updateTable('certificate_zip_part').set({ entries: made.entries, made: made.count, size: made.bytes.length, bytes: made.bytes })
    .where('zip_id', '=', zipId).where('number', '=', number).where('bytes', 'is', null).executeTakeFirst()
  return Number(result.numUpdatedRows) === 1
}

export async function releasePart (tx: Tx, { zipId, number }: OpenPart, until: string): Promise<void> {
  await tx.updateTable('certificate_zip_part').set({ lease_until: until }).where('zip_id', '=', zipId).where('number', '=', number).where('bytes', 'is', null).execute()
}

export async function failZip (tx: Tx, id: string, at: string): Promise<void> {
  await tx.updateTable('certificate_zip').set({ failed_at: at }).where('id', '=', id).where('ready_at', 'is', null).execute()
}

/** @returns true for the one that finds the last part made */
export async function readyZip (tx: Tx, id: string, at: string): Promise<boolean> {
  const result = await tx.updateTable('certificate_zip').set({ ready_at: at }).where('id', '=', id).where('ready_at', 'is', null)
    .where(({ not, exists, selectFrom }) => not(exists(selectFrom('certificate_zip_part').select('number').where('zip_id', '=', id).where('bytes', 'is', null)))).executeTakeFirst()
  return Number(result.numUpdatedRows) === 1
}

export async function selectPartEntries (tx: Tx, id: string): Promise<string[]> {
  return (await tx.selectFrom('certificate_zip_part').select('entries').where('zip_id', '=', id).orderBy('number').execute()).map(({ entries }) => entries ?? '[]')
}

export async function selectOptionalPart (tx: Tx, id: string, number: number): Promise<Uint8Array | null> {
  return (await tx.selectFrom('certificate_zip_part').select('bytes').where('zip_id', '=', id).where('number', '=', number).executeTakeFirst())?.bytes ?? null
}

export async function selectOverZips (tx: Tx, at: string): Promise<string[]> {
  return (await tx.selectFrom('certificate_zip').select('id').where('expires_at', '<=', at).limit(20).execute()).map(({ id }) => id)
}

export async function deleteZip (tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom('certificate_zip_part').where('zip_id', '=', id).execute()
  await tx.deleteFrom('certificate_zip').where('id', '=', id).execute()
}
