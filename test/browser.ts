import type { App } from '../server/http/app-type.ts'

export interface PageAnswer {
  readonly status: number
  readonly body: string
  readonly headers: Readonly<Record<string, string | string[] | number | undefined>>
  /** Where a redirect leads; undefined for a page. */
  readonly location: string | undefined
}

/** A browser without script: it keeps cookies, and sends forms with the hidden token of the page it saw last. */
export interface Browser {
  readonly get: (path: string) => Promise<PageAnswer>
  /** @param fields without the token; `_csrf` overrides it, '' leaves it out */
  readonly post: (path: string, fields?: Readonly<Record<string, string | readonly string[]>>) => Promise<PageAnswer>
  readonly cookies: Map<string, string>
  /** The token of the last page with a form. */
  readonly token: () => string
}

export function openBrowser (app: App): Browser {
  const cookies = new Map<string, string>()
  let token = ''

  async function ask (method: 'GET' | 'POST', path: string, payload?: string): Promise<PageAnswer> {
    const answer = await app.inject({
      method,
      url: path,
      headers: {
        cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(payload === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' })
      },
      ...(payload === undefined ? {} : { payload })
    })
    for (const { name, value } of answer.cookies as Array<{ name: string, value: string }>) {
      if (value === '') cookies.delete(name)
      else cookies.set(name, value)
    }
    token = /name="_csrf" value="([^"]+)"/.exec(answer.body)?.[1] ?? token
    return { status: answer.statusCode, body: answer.body, headers: answer.headers, location: answer.headers.location }
  }

  return {
    cookies,
    token: () => token,
    get: async (path) => await ask('GET', path),
    post: async (path, fields = {}) => {
      const form = new URLSearchParams()
      for (const [name, value] of Object.entries({ _csrf: token, ...fields })) {
        for (const one of Array.isArray(value) ? value as string[] : [value]) if (name !== '_csrf' || one !== '') form.append(name, one)
      }
      return await ask('POST', path, form.toString())
    }
  }
}
