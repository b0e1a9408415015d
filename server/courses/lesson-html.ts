import type { Url } from '../http/urls.ts'

/** A lesson's HTML as a page shows it: its pictures are stored with their address inside the programme, which may itself be
 * served under a prefix. In a text, `<` never stands as itself. */
export function lessonHtml (html: string, url: Url): string {
  if (!html.includes('<img src="/media/')) return html
  const media = url('/media/:hash', { hash: 'x' }).slice(0, -1)
  const attachments = url('/attachments/:hash/:name', { hash: 'x', name: 'x' }).slice(0, -'x/x'.length)
  return html.replaceAll('<img src="/media/', () => `<img src="${media}`).replaceAll('<a href="/attachments/', () => `<a href="${attachments}`)
}

/** A lesson as other programs read it. */
export function lessonJson ({ key, language, title, minutes, html }: { readonly key: string, readonly language: string, readonly title: string, readonly minutes: number, readonly html: string }, url: Url) {
  return { key, language, title, minutes, html: lessonHtml(html, url) }
}
