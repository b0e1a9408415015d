import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { SECRET } from './app.ts'
import { freePort } from './free-port.ts'

export interface RunningServer {
  readonly url: string
  readonly process: ChildProcess
  /** Everything it has printed so far. */
  readonly output: () => string
  readonly stop: (signal?: NodeJS.Signals) => Promise<number | null>
}

/** The real command line in a process of its own, once it answers.
 * @param args such as `['serve']`
 * @param preload a module that is loaded before it */
export async function startServer (args: readonly string[], env: Readonly<Record<string, string>>, preload?: string): Promise<RunningServer> {
  const port = await freePort()
  // Without what the test runner puts into every Node process: it would end this one on signals that Node itself lets pass.
  const [command = '', ...node] = process.platform === 'win32' ? [process.execPath] : ['env', '-u', 'NODE_OPTIONS', process.execPath]
  const compiled = process.env['NODE_COMPILE_CACHE'] === undefined ? {} : { NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] }
  const child = spawn(command, [...node, ...preload === undefined ? [] : ['--import', preload], 'server/main.ts', ...args], {
    env: { PATH: process.env['PATH'], HOST: '127.0.0.1', PORT: String(port), MUSTER_SECRET: SECRET, LOG_LEVEL: 'error', ...compiled, ...env },
    stdio: ['ignore', 'pipe', 'pipe']
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => { output += chunk.toString() })
  child.stderr.on('data', (chunk: Buffer) => { output += chunk.toString() })
  const url = `http://127.0.0.1:${port}`
  for (let tries = 0; tries < 600; tries++) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}:\n${output}`)
    const answer = await fetch(`${url}/ready`).catch(() => null)
    if (answer?.status === 200) {
      return {
        url,
        process: child,
        output: () => output,
        stop: async (signal = 'SIGTERM') => {
          if (child.exitCode === null && child.signalCode === null) {
            child.kill(signal)
            await once(child, 'exit')
          }
          return child.exitCode
        }
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  child.kill('SIGKILL')
  throw new Error(`the server did not get ready:\n${output}`)
}
