import { closeSync, existsSync, fsyncSync, openSync, readSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { verifyChain } from './audit/audit.ts'
import { checkDocuments } from './certificates/documents.ts'
import { readDump, writeDump } from './db/dump.ts'
import { isMigrated, migrate, unknownMigrations } from './db/migrate.ts'
import { openDatabase } from './db/open.ts'
import { checkPostgres, fillPostgres, readPostgres } from './db/postgres-rows.ts'
import { copyRows, differences, sumsOf, type RowSource, type RowTarget, type Sums } from './db/rows.ts'
import { checkSqlite, copySqliteFile, fillSqlite, readSqlite } from './db/sqlite-rows.ts'
import { recount } from './quotas/recount.ts'

/** What was looked at, a line each, and whether all of it is right. */
export interface Report {
  readonly lines: readonly string[]
  readonly agrees: boolean
}

/** Looks at everything a database promises: its own integrity, references, the ledger against the certificates, the audit
 * chain. It changes nothing, and others may write meanwhile.
 * @param url as DATABASE_URL has it */
export async function verify (url: string): Promise<Report> {
  const lines: string[] = []
  let agrees = true
  const say = (right: boolean, line: string, problems: readonly string[] = []): void => {
    lines.push(`${right ? 'agrees ' : 'DIFFERS'}  ${line}`, ...problems.map((problem) => `         ${problem}`))
    agrees &&= right
  }
  const path = sqlitePath(url)
  if (path !== null && !existsSync(path)) throw new Error(`${path}: there is no such file`)
  const db = openDatabase(url, { connections: 2 })
  try {
    if (!await isMigrated(db)) throw new Error('this database is empty or of an earlier version; `muster migrate` brings it up to date')
    const { references, problems } = path === null ? await checkPostgres(url) : checkSqlite(path)
    say(problems.length === 0, `integrity and ${references} references between tables`, problems)
    const sums = await sumsOfUrl(url)
    say(true, `${sum(sums).toLocaleString('en')} rows of ${sums.size} tables can be read`)
    // At one moment: nobody issues or revokes between two looks.
    const { quotas } = await db.atOneMoment(recount)
    for (const quota of quotas) say(quota.agrees, `${quota.name}: ledger ${quota.ledger}, recounted ${quota.recounted}`, quota.problems)
    const documents = await db.atOneMoment(checkDocuments)
    say(documents.problems.length === 0, `certificates: ${documents.certificates}, and ${documents.replaced} documents that others took the place of`, documents.problems)
    const { entries, brokenAt } = await db.atOneMoment(verifyChain)
    say(brokenAt === null, brokenAt === null ? `audit chain: ${entries} entries` : `audit chain: broken at entry ${brokenAt}`)
  } finally {
    await db.close()
  }
  return { lines, agrees }
}

/** Takes a whole programme from one database to another, in one transaction there.
 * @returns what `verify` says of the copy, and whether it holds row by row what was read
 * @throws Error when the target has rows in it, or the source is of a newer release; then nothing was written */
export async function copyProgramme (from: string, to: string): Promise<Report> {
  return await bringIn(await readUrl(from), to)
}

/** Writes all there is at this moment to one file, while the programme is served.
 * @param file `….db` or `….sqlite`: a SQLite database, which can be served as it is; any other name: the portable format
 * @throws Error when there is such a file already */
export async function backup (url: string, file: string): Promise<Report> {
  if (existsSync(file)) throw new Error(`${file}: is there already`)
  // Whoever finds the file under its name finds it whole.
  const unfinished = `${file}.unfinished`
  rmSync(unfinished, { force: true })
  try {
    const path = sqlitePath(url)
    let sums: Sums
    if (!/\.(db|sqlite)$/.test(file)) {
      sums = await using(await readUrl(url), async (source) => await writeDump(source, unfinished))
    } else if (path !== null) {
      copySqliteFile(path, unfinished)
      const { problems } = checkSqlite(unfinished)
      if (problems.length > 0) throw new Error(`the copy is not whole: ${problems.join('; ')}`)
      sums = await sumsOfUrl(`sqlite:${unfinished}`)
    } else {
      const { agrees, lines } = await copyProgramme(url, `sqlite:${unfinished}`)
      if (!agrees) throw new Error(`the copy is not whole:\n${lines.join('\n')}`)
      sums = await sumsOfUrl(`sqlite:${unfinished}`)
    }
    synced(unfinished)
    renameSync(unfinished, file)
    synced(dirname(file))
    return { lines: [`${file}: ${sum(sums).toLocaleString('en')} rows of ${sums.size} tables`], agrees: true }
  } finally {
    for (const rest of ['', '-wal', '-shm', '-journal']) rmSync(unfinished + rest, { force: true })
  }
}

/** Fills an empty database from a backup of either form, of this release or an older one. @throws as `copyProgramme` */
export async function restore (file: string, to: string): Promise<Report> {
  if (!existsSync(file)) throw new Error(`${file}: there is no such file`)
  const start = startOf(file)
  if (start.startsWith('\x1f\x8b')) return await bringIn(await readDump(file), to)
  if (start.startsWith('SQLite format 3')) return await bringIn(readSqlite(file), to)
  throw new Error(`${file}: is no backup of a programme`)
}

async function bringIn (opened: RowSource, to: string): Promise<Report> {
  return await using(opened, async (source) => {
    if (source.migrations.length === 0) throw new Error('the source holds no programme')
    const unknown = unknownMigrations(source.migrations)
    if (unknown.length > 0) throw new Error(`the source is of a newer release: it has ${unknown.join(', ')}`)
    // First the schema that the rows are of, then the rows, then what has changed since.
    await migrateAt(to, source.migrations)
    const read = await using(await fillUrl(to), async (target) => {
      const sums = await copyRows(source, target)
      await target.commit()
      return sums
    })
    const problems = differences(read, await sumsOfUrl(to))
    await migrateAt(to)
    const found = await verify(to)
    const line = `${problems.length === 0 ? 'agrees ' : 'DIFFERS'}  ${sum(read).toLocaleString('en')} rows of ${read.size} tables, one by one`
    return { lines: [line, ...problems.map((problem) => `         ${problem}`), ...found.lines], agrees: found.agrees && problems.length === 0 }
  })
}

async function migrateAt (url: string, only?: readonly string[]): Promise<void> {
  const db = openDatabase(url, { connections: 2 })
  try {
    await migrate(db, only)
  } finally {
    await db.close()
  }
}

async function sumsOfUrl (url: string): Promise<Sums> {
  return await using(await readUrl(url), sumsOf)
}

async function readUrl (url: string): Promise<RowSource> {
  const path = sqlitePath(url)
  return path === null ? await readPostgres(url) : readSqlite(path)
}

async function fillUrl (url: string): Promise<RowTarget> {
  const path = sqlitePath(url)
  return path === null ? await fillPostgres(url) : fillSqlite(path)
}

async function using<R extends { readonly close: () => Promise<void> }, T> (resource: R, work: (resource: R) => Promise<T>): Promise<T> {
  try {
    return await work(resource)
  } finally {
    await resource.close()
  }
}

function sqlitePath (url: string): string | null {
  return url.startsWith('sqlite:') ? url.slice('sqlite:'.length) : null
}

function sum (sums: Sums): number {
  return [...sums.values()].reduce((total, { rows }) => total + rows, 0)
}

function startOf (file: string): string {
  const handle = openSync(file, 'r')
  try {
    const bytes = Buffer.alloc(16)
    readSync(handle, bytes)
    return bytes.toString('latin1')
  } finally {
    closeSync(handle)
  }
}

function synced (path: string): void {
  const handle = openSync(path, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
