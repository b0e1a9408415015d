import { connect as open, type Socket } from 'node:net'

export interface Answer {
  readonly status: number
  /** The head as it came, lower and upper case as sent. */
  readonly head: string
  /** The body as sent: maybe compressed. A view of the receiving buffer, good until the next request. */
  readonly body: Buffer
}

/** One kept-alive HTTP/1.1 connection with one request on the way at a time. It reads no more than status, length and body,
 * so that the client takes little of the machine that it shares with the server. */
export interface Connection {
  /** @param message a whole request @throws Error when the connection breaks, or the answer is none that it can read */
  readonly send: (message: string) => Promise<Answer>
  readonly close: () => void
}

const TIMEOUT_MS = 60_000

export async function connect (port: number): Promise<Connection> {
  const socket = await opened(port)
  socket.setNoDelay(true)
  let waiting: { resolve: (answer: Answer) => void, reject: (error: Error) => void } | null = null
  let received: Buffer = Buffer.alloc(0)
  let broken: Error | null = null
  let needed = 0
  const fail = (error: Error): void => {
    broken = error
    waiting?.reject(error)
    waiting = null
  }
  socket.setTimeout(TIMEOUT_MS, () => { if (waiting !== null) { fail(new Error(`no answer within ${TIMEOUT_MS} ms`)); socket.destroy() } })
  socket.on('error', fail)
  socket.on('close', () => { fail(new Error('the connection was closed')) })
  socket.on('data', (chunk: Buffer) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
    if (received.length < needed) return
    const end = received.indexOf('\r\n\r\n')
    if (end < 0) return
    const head = received.toString('latin1', 0, end + 2)
    const status = Number(head.slice(9, 12))
    const length = lengthOf(head, status)
    if (length === null) { fail(new Error(`an answer without a length: ${head}`)); socket.destroy(); return }
    needed = end + 4 + length
    if (received.length < needed) return
    const body = received.subarray(end + 4, needed)
    received = received.length === needed ? Buffer.alloc(0) : received.subarray(needed)
    needed = 0
    const { resolve } = waiting ?? { resolve: () => undefined }
    waiting = null
    resolve({ status, head, body })
  })
  return {
    send: async (message) => await new Promise((resolve, reject) => {
      if (broken !== null) { reject(broken); return }
      waiting = { resolve, reject }
      socket.write(message)
    }),
    close: () => { waiting = null; socket.destroy() }
  }
}

async function opened (port: number): Promise<Socket> {
  return await new Promise((resolve, reject) => {
    const socket = open({ port, host: '127.0.0.1' })
    socket.once('error', reject)
    socket.once('connect', () => { socket.off('error', reject); resolve(socket) })
  })
}

function lengthOf (head: string, status: number): number | null {
  const found = /\r\ncontent-length: (\d+)/i.exec(head)
  if (found !== null) return Number(found[1])
  return status === 204 || status === 304 ? 0 : null
}

/** The value of a header, or undefined. */
export function headerOf (head: string, name: string): string | undefined {
  return new RegExp(`\\r\\n${name}: ([^\\r]*)`, 'i').exec(head)?.[1]
}
