import Type from 'typebox'
import type { Deps } from '../deps.ts'
import type { App } from './app-type.ts'
import { LANGUAGE_COOKIE } from './shell.ts'

/** The language switch at the top of every page: a cookie, so that it works for somebody without an account too. */
export function languageRoutes (app: App, { settings }: Pick<Deps, 'settings'>): void {
  app.post('/language', {
    // A forged request could at worst show somebody another language.
    config: { access: 'public', csrf: false },
    schema: { hide: true, body: Type.Object({ locale: Type.String({ maxLength: 20 }), to: Type.String({ maxLength: 2000, default: '/' }) }) }
  }, async (request, reply) => {
    const { locale, to } = request.body
    void reply.setCookie(LANGUAGE_COOKIE, locale, {
      path: settings.prefix === '' ? '/' : settings.prefix,
      httpOnly: true,
      sameSite: 'lax',
      secure: settings.secure,
      maxAge: 365 * 24 * 60 * 60
    })
    return await reply.redirect(isOwnPath(to, settings.prefix) ? to : app.url('/'), 303)
  })
}

/** True for a path of this product: never another site's address, however it is spelt. */
export function isOwnPath (path: string, prefix: string): boolean {
  return /^\/(?![/\\])/.test(path) && !/[\\\p{Cc}]/u.test(path) && (prefix === '' || path === prefix || path.startsWith(`${prefix}/`) || path.startsWith(`${prefix}?`))
}
