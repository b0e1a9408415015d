import { gunzipSync } from 'node:zlib'
import { connect, headerOf, type Answer, type Connection } from './connection.ts'
import { note, sleep, type Samples } from './timing.ts'

/** One trainee's browser: a connection, cookies, and the token that its forms carry. */
export interface Browser {
  readonly get: (step: string, path: string) => Promise<Answer>
  readonly post: (step: string, path: string, fields: string) => Promise<Answer>
  readonly put: (step: string, path: string, json: string) => Promise<Answer>
  /** Takes the token out of a page that has a form. */
  readonly readToken: (page: Answer) => void
  readonly close: () => void
}

/** How often a request is sent again that a busy server refused. */
const PATIENCE = 20

/** @param samples where the time of each request goes, under its step's name; waiting because the server was too busy (503)
 *   is part of it, and noted once more as `refused`
 * @param options.patient false: being refused is an error like any other
 * Throws when the server answers with anything but 200 or 303. */
export async function openBrowser (port: number, samples: Samples, token: string | null, { patient = true }: { readonly patient?: boolean } = {}): Promise<Browser> {
  const connection: Connection = await connect(port)
  let cookie = token === null ? '' : `muster=${token}`
  let csrf = ''
  const common = (): string => `host: 127.0.0.1:${port}\r\naccept-encoding: gzip, deflate, br\r\naccept-language: en\r\nuser-agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n${cookie === '' ? '' : `cookie: ${cookie}\r\n`}`
  async function send (step: string, message: string): Promise<Answer> {
    const started = performance.now()
    let answer = await connection.send(message)
    for (let tries = 0; patient && answer.status === 503 && tries < PATIENCE; tries++) {
      const seconds = Number(headerOf(answer.head, 'retry-after') ?? 1)
      note(samples, 'refused', seconds * 1000)
      await sleep(seconds * 1000)
      answer = await connection.send(message)
    }
    note(samples, step, performance.now() - started)
    if (answer.status !== 200 && answer.status !== 303) throw new Error(`${message.slice(0, message.indexOf(' HTTP'))}: ${answer.status} ${textOf(answer).slice(0, 2000)}`)
    for (const found of answer.head.matchAll(/\r\nset-cookie: (([^=;]+)=[^;\r]*)/gi)) cookie = withCookie(cookie, found[1] ?? '', found[2] ?? '')
    return answer
  }
  return {
    get: async (step, path) => await send(step, `GET ${path} HTTP/1.1\r\naccept: text/html,application/xhtml+xml;q=0.9\r\n${common()}\r\n`),
    post: async (step, path, fields) => {
      const body = `${fields === '' ? '' : `${fields}&`}_csrf=${encodeURIComponent(csrf)}`
      return await send(step, `POST ${path} HTTP/1.1\r\naccept: text/html\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: ${Buffer.byteLength(body)}\r\n${common()}\r\n${body}`)
    },
    put: async (step, path, json) =>
      await send(step, `PUT ${path} HTTP/1.1\r\naccept: application/json\r\ncontent-type: application/json\r\nx-csrf-token: ${csrf}\r\ncontent-length: ${Buffer.byteLength(json)}\r\n${common()}\r\n${json}`),
    readToken: (page) => {
      const found = /name="_csrf" value="([^"]+)"/.exec(textOf(page))?.[1]
      if (found === undefined) throw new Error('a page without a form')
      csrf = found
    },
    close: connection.close
  }
}

export function textOf ({ head, body }: Answer): string {
  return headerOf(head, 'content-encoding') === 'gzip' ? gunzipSync(body).toString() : body.toString()
}

function withCookie (cookies: string, cookie: string, name: string): string {
  const others = cookies.split('; ').filter((known) => known !== '' && !known.startsWith(`${name}=`))
  return [...others, cookie].join('; ')
}
