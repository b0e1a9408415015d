#!/usr/bin/env node
import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { readConfig, type Config } from './config.ts'
import { exportCourse } from './courses/export-course.ts'
import { fileProblemLine } from './courses/file-problem.ts'
import { importCourses } from './courses/import-courses.ts'
import type { Database } from './db/database.ts'
import { isMigrated, migrate } from './db/migrate.ts'
import { openDatabase } from './db/open.ts'
import { makeDemo } from './demo/demo.ts'
import { loadMessages } from './http/messages.ts'
import { backup, copyProgramme, restore, verify, type Report } from './keep.ts'
import { addAccount } from './people/add-account.ts'
import { hashPassword } from './people/passwords.ts'
import { ROLES, type Role } from './person.ts'
import { makeSigner } from './quotas/snapshot.ts'
import { serve, settingsOf } from './serve.ts'
import { realWorld } from './world.ts'

const USAGE = `muster COMMAND

  serve                      serve the programme (settings from the environment: see README)
  demo                       make the sample programme in data/ unless it is there, and serve it
  migrate                    bring the database up to date
  import FOLDER              check and publish a course, or a folder of courses
  export SLUG FOLDER         write a course's latest version as text files
  user add EMAIL --name NAME --role ROLE [--country CC] [--locale en]
                             add an account and print its one-time invitation link; roles: ${ROLES.join(', ')}
  backup FILE                write all there is to one file, while it is served; FILE.db is a SQLite database, any other
                             name the portable format (gzipped lines of JSON)
  restore FILE               fill an empty database from a backup, of either form and dialect
  copy --from URL --to URL   take a whole programme to another, empty database
  verify                     integrity, references, audit chain, and every quota recounted from its certificates`

const NOT_MIGRATED = 'DATABASE_URL: this database is empty or of an earlier version; `muster migrate` brings it up to date'

/** What a command ends with: the process's exit status, or null while it goes on serving. */
type Outcome = number | null

const COMMANDS: Readonly<Record<string, (config: Config, rest: readonly string[]) => Promise<Outcome>>> = {
  serve: async (config) => {
    if (config.production && !config.secretIsSet) return fail('MUSTER_SECRET: must be set in production: at least 32 characters that nobody can guess, the same after every restart')
    const address = await serve(open(config), config, false)
    console.log(`Muster serves ${config.programme} on ${address}`)
    return null
  },

  demo: async (config) => {
    const started = performance.now()
    const db = open(config)
    await migrate(db)
    const password = config.demoPassword ?? randomBytes(9).toString('base64url')
    const folder = fileURLToPath(new URL('../courses', import.meta.url))
    const { made } = await makeDemo(db, realWorld, settingsOf(config, true), { coursesFolder: folder, passwordHash: await hashPassword(password), signer: makeSigner(config.secret) })
    if (made) console.log(`Made the sample programme in ${((performance.now() - started) / 1000).toFixed(1)} s.`)
    await serve(db, { ...config, logLevel: config.logLevel ?? 'warn' }, true)
    console.log(demoNotice(config, made ? password : null))
    return null
  },

  migrate: async (config) => await withDatabase(config, async (db) => {
    const ran = await migrate(db)
    console.log(ran.length === 0 ? 'Nothing to do.' : ran.join('\n'))
    return 0
  }),

  import: async (config, [folder]) => {
    if (folder === undefined) return fail('import: which folder?')
    return await withDatabase(config, async (db) => {
      await migrate(db)
      const { results, problems } = await importCourses(db, realWorld, null, folder)
      for (const problem of problems) console.error(fileProblemLine(problem))
      if (problems.length > 0) return fail(`${problems.length} problem${problems.length === 1 ? '' : 's'}; nothing was published`)
      for (const { slug, version, published } of results) console.log(`${slug}: ${published ? 'published' : 'unchanged,'} version ${version}`)
      return 0
    })
  },

  export: async (config, [slug, folder]) => {
    if (slug === undefined || folder === undefined) return fail('export: which course, into which folder?')
    return await withDatabase(config, async (db) => {
      if (!await isMigrated(db)) return fail(NOT_MIGRATED)
      console.log(await exportCourse(db.read, slug, folder))
      return 0
    })
  },

  user: async (config, [action, ...rest]) => {
    const { values, positionals: [email] } = parseArgs({
      args: [...rest],
      allowPositionals: true,
      options: { name: { type: 'string' }, role: { type: 'string' }, country: { type: 'string' }, locale: { type: 'string', default: 'en' } }
    })
    const role = ROLES.find((known): known is Role => known === values.role)
    if (action !== 'add' || email === undefined || values.name === undefined || role === undefined) return fail(`user add EMAIL --name NAME --role ${ROLES.join('|')}`)
    const { name, country, locale } = values
    return await withDatabase(config, async (db) => {
      await migrate(db)
      const messages = loadMessages(fileURLToPath(new URL('../templates/locales', import.meta.url)))
      const person = { email, name, country: role === 'liaison' ? null : country ?? null, agency: null, rank: null, locale, roles: [role === 'liaison' && country !== undefined ? { role, country } : { role }] }
      const added = await addAccount(db, realWorld, person, messages.languages)
      if ('wrong' in added) return fail(added.wrong.map(({ path, key }) => `user add: ${path}: ${messages.translate('en')(key)}`).join('\n'))
      console.log(`Added. The invitation, to be used once within 14 days:\n  ${config.publicUrl}${added.path}`)
      return 0
    })
  },

  copy: async (config, rest) => {
    const { values: { from, to } } = parseArgs({ args: [...rest], options: { from: { type: 'string' }, to: { type: 'string' } } })
    if (from === undefined || to === undefined) return fail('copy --from URL --to URL')
    return await report(copyProgramme(from, to))
  },

  backup: async (config, [file]) => {
    if (file === undefined) return fail('backup: into which file?')
    return await report(backup(config.databaseUrl, file))
  },

  restore: async (config, [file]) => {
    if (file === undefined) return fail('restore: from which file?')
    return await report(restore(file, config.databaseUrl))
  },

  verify: async (config) => await report(verify(config.databaseUrl))
}

function open (config: Config): Database {
  return openDatabase(config.databaseUrl, { connections: config.databaseConnections })
}

async function withDatabase (config: Config, work: (db: Database) => Promise<Outcome>): Promise<Outcome> {
  const db = open(config)
  try {
    return await work(db)
  } finally {
    await db.close()
  }
}

function demoNotice (config: Config, password: string | null): string {
  const known = password ?? config.demoPassword ?? 'the one printed when the sample programme was made, or MUSTER_DEMO_PASSWORD'
  return `
  Muster is running: ${config.publicUrl}

    admin@demo.example        administrator: cohorts, targets, people, audit
    instructor@demo.example   instructor of some cohorts, with answers to mark; instructor2@ and instructor3@ mark them too
    liaison@demo.example      liaison officer: reads one country's people
    trainee@demo.example      trainee, enrolled in "Telecom and online fraud"
    trainee0001@demo.example … trainee0300@demo.example

  Password of all: ${known}
  Stop with Ctrl-C. Starting again keeps the data; delete data/ to begin anew.
`
}

async function report (made: Promise<Report>): Promise<number> {
  try {
    const { lines, agrees } = await made
    for (const line of lines) console.log(line)
    return agrees ? 0 : 1
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error))
  }
}

function fail (message: string): number {
  console.error(message)
  return 1
}

const [name = '', ...rest] = process.argv.slice(2)
const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
const read = readConfig()
if (command === undefined) {
  console.error(USAGE)
  process.exitCode = name === '' || name === 'help' ? 0 : 1
} else if ('problems' in read) {
  for (const problem of read.problems) console.error(problem)
  process.exitCode = 1
} else {
  const outcome = await command(read.config, rest)
  if (outcome !== null) process.exitCode = outcome
}
