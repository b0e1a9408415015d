import { spawn } from 'node:child_process'
import type { Watched } from './watch.ts'

export interface Running {
  readonly port: number
  readonly pid: number
  /** What was measured inside it since the last question. */
  readonly watched: () => Promise<Watched>
  readonly stop: () => Promise<void>
}

export const SECRET = 'only for measuring: long enough, and known to the load client'

/** Starts the product as production does (`muster serve`), on a database that is there.
 * @param profileTo a folder: the server's CPU profile is written there when it ends */
export async function startMuster (databaseUrl: string, port: number, profileTo?: string): Promise<Running> {
  return await startServer(new URL('../server/main.ts', import.meta.url).pathname, ['serve'], {
    NODE_ENV: 'production', DATABASE_URL: databaseUrl, MUSTER_SECRET: SECRET, PORT: String(port), LOG_LEVEL: process.env['BENCH_LOG_LEVEL'] ?? ''
  }, port, profileTo)
}

/** Starts a program that listens on a port and prints a line when it does. Everything it prints after that is dropped. */
export async function startServer (file: string, args: readonly string[], env: Readonly<Record<string, string>>, port: number, profileTo?: string): Promise<Running> {
  const watch = new URL('./watch.ts', import.meta.url).pathname
  const profile = profileTo === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileTo}`]
  const child = spawn(process.execPath, [...profile, '--import', watch, file, ...args], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env }, stdio: ['ignore', 'pipe', 'pipe', 'ipc']
  })
  let printed = ''
  const ended = new Promise<number | null>((resolve) => { child.once('exit', resolve) })
  await new Promise<void>((resolve, reject) => {
    const look = (chunk: Buffer): void => {
      if (printed.length < 20_000) printed += chunk.toString()
      if (/serves|listening/.test(printed)) resolve()
    }
    child.stdout?.on('data', look)
    child.stderr?.on('data', look)
    void ended.then((code) => { reject(new Error(`${file} ended with ${code}:\n${printed}`)) })
  })
  return {
    port,
    pid: child.pid as number,
    watched: async () => await new Promise((resolve) => {
      child.once('message', (message) => { resolve(message as Watched) })
      child.send('?')
    }),
    stop: async () => {
      child.kill('SIGTERM')
      await ended
    }
  }
}
