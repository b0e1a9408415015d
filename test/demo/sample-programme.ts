import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import type { Database } from '../../server/db/database.ts'
import { migrate } from '../../server/db/migrate.ts'
import { openDatabase } from '../../server/db/open.ts'
import { makeDemo } from '../../server/demo/demo.ts'
import { realWorld } from '../../server/world.ts'
import { makeSigner } from '../../server/quotas/snapshot.ts'

export const SETTINGS = { programme: 'Sample programme', timeZone: 'Asia/Shanghai', publicUrl: 'http://localhost:8080', prefix: '', secure: false, demo: true }

/** Two o'clock in the afternoon there: the same day whichever test asks. */
export const NOW = new Date('2026-10-17T06:00:00.000Z')

export async function openSample (folder: string): Promise<Database> {
  const db = openDatabase(`sqlite:${folder}/muster.db`)
  await migrate(db)
  return db
}

export async function makeSample (db: Database): Promise<{ made: boolean }> {
  const coursesFolder = fileURLToPath(new URL('../../courses', import.meta.url))
  return await makeDemo(db, { ...realWorld, now: () => NOW }, SETTINGS, { coursesFolder, passwordHash: 'the hash of a password', signer: makeSigner('a secret that only the tests know, long enough') })
}

const WHOLE = ['person', 'cohort', 'enrolment', 'certificate', 'quota', 'quota_entry', 'mail'] as const

/** SHA-256 of tables' rows in the order in which they were written. Each audit entry's hash covers those before it. */
export async function digestOf (db: Database): Promise<Record<string, string>> {
  const digests: Record<string, string> = {}
  for (const table of WHOLE) digests[table] = hashOf(await db.read.selectFrom(table).selectAll().execute())
  digests['attempt'] = hashOf(await db.read.selectFrom('attempt').select(['id', 'enrolment_id', 'started_at', 'finished_at', 'mark', 'percent']).execute())
  digests['audit_entry'] = hashOf(await db.read.selectFrom('audit_entry').select('hash').orderBy('seq', 'desc').limit(1).execute())
  return digests
}

function hashOf (rows: readonly object[]): string {
  return createHash('sha256').update(JSON.stringify(rows)).digest('hex')
}

// As a program of its own, given a folder: a second programme beside the first, on the other core.
const [, program, folder] = process.argv
if (program === fileURLToPath(import.meta.url) && folder !== undefined) {
  const db = await openSample(folder)
  const { made } = await makeSample(db)
  console.log(JSON.stringify({ made, digest: await digestOf(db) }))
  await db.close()
}
