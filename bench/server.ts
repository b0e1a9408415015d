import { spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Bench } from './bench.ts'
import { atEnd } from './endings.ts'
import { sleep } from './timing.ts'
import type { Watched } from './watch.ts'

export interface Running {
  readonly port: number
  readonly pid: number
  /** What was measured inside it since the last question. */
  readonly watched: () => Promise<Watched>
  readonly stop: () => Promise<void>
}

export const SECRET = 'only for measuring: long enough, and known to the load client'

/** What `npm start` tells Node. */
const NODE_FLAGS = (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { scripts: { start: string } }).scripts.start.split(' ').filter((word) => word.startsWith('--'))

/** Starts the product as production does (`npm start`), on a database that is there.
 * @param options.port default: the bench's first */
export async function startMuster (bench: Bench, databaseUrl: string, { port = bench.port, env = {} }: { port?: number, env?: Readonly<Record<string, string>> } = {}): Promise<Running> {
  return await startServer(bench, new URL('../server/main.ts', import.meta.url).pathname, ['serve'], {
    NODE_ENV: 'production', DATABASE_URL: databaseUrl, MUSTER_SECRET: SECRET, PORT: String(port), LOG_LEVEL: process.env['BENCH_LOG_LEVEL'] ?? '', ...env
  }, port)
}

const START_MS = 60_000
const STOP_MS = 15_000

/** Starts a program and waits until it listens on a port. What it prints goes into a file, so that reading it costs the client
 * nothing. It ends when the bench does, however that ends. */
export async function startServer (bench: Bench, file: string, args: readonly string[], env: Readonly<Record<string, string>>, port: number): Promise<Running> {
  if (await listens(port)) throw new Error(`port ${port} is taken; another is chosen with --port`)
  const watch = new URL('./watch.ts', import.meta.url).pathname
  const profile = bench.profileTo === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${bench.profileTo}`]
  const output = join(mkdtempSync(join(bench.folder, 'server-')), 'output')
  const handle = openSync(output, 'a')
  const child = spawn(process.execPath, [...NODE_FLAGS, ...profile, '--import', watch, file, ...args], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], TMPDIR: tmpdir(), ...env }, stdio: ['ignore', handle, handle, 'ipc']
  })
  closeSync(handle)
  const gone = (): boolean => child.exitCode !== null || child.signalCode !== null
  const ended = new Promise<void>((resolve) => { child.once('exit', () => { resolve() }) })
  const stop = atEnd(async () => {
    if (gone()) return
    child.kill('SIGTERM')
    const timer = setTimeout(() => { child.kill('SIGKILL') }, STOP_MS)
    await ended
    clearTimeout(timer)
  })
  for (const until = performance.now() + START_MS; !await listens(port); await sleep(50)) {
    if (gone() || performance.now() > until) {
      await stop()
      throw new Error(`${file} ${args.join(' ')} did not start:\n${readFileSync(output, 'utf8').slice(-4000)}`)
    }
  }
  return {
    port,
    pid: child.pid as number,
    watched: async () => await new Promise((resolve, reject) => {
      if (gone()) { reject(new Error(`a server ended by itself:\n${readFileSync(output, 'utf8').slice(-4000)}`)); return }
      child.once('message', (message) => { resolve(message as Watched) })
      child.send('?')
    }),
    stop
  }
}

async function listens (port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.once('connect', () => { socket.destroy(); resolve(true) })
    socket.once('error', () => { resolve(false) })
  })
}
