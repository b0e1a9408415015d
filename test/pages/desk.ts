/// <reference lib="dom" />
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser, BrowserContext, BrowserContextOptions, Download, Page } from 'playwright-core'
import type { Test } from 'tap'
import { hashPassword } from '../../server/people/passwords.ts'
import { createQuota } from '../../server/quotas/quotas.ts'
import type { Somebody, TestApp } from '../app.ts'
import { personOf } from '../trainee.ts'

// Each page brings axe along, and only defines it: half a megabyte that is sent at each look costs a third of the look.
const axe = `globalThis.loadAxe = function () { ${readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')} }`
const PASSWORD = 'a long password'

/** Accounts that may sign in with a password, as `signIn` does. */
export async function mayEnter ({ db }: TestApp, ...people: ReadonlyArray<{ readonly accountId: string }>): Promise<void> {
  const password_hash = await hashPassword(PASSWORD)
  await db.write(async (tx) => { await tx.updateTable('account').set({ password_hash }).where('id', 'in', people.map(({ accountId }) => accountId)).execute() })
}

/** The start page of somebody who signed in through the form, on a desktop, in English. */
export async function signIn (browser: Browser, base: string, { email }: { readonly email: string }): Promise<Page> {
  const context = await openContext(browser, { viewport: { width: 1280, height: 900 }, bypassCSP: true, locale: 'en' })
  const page = await context.newPage()
  await page.goto(`${base}/sign-in`)
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Good day' }).waitFor()
  return page
}

/** Like `browser.newContext`, of pages that `axeFinds` looks at. */
export async function openContext (browser: Browser, options: BrowserContextOptions): Promise<BrowserContext> {
  const context = await browser.newContext(options)
  await context.addInitScript({ content: axe })
  return context
}

interface Axe {
  readonly run: (options: { readonly resultTypes: readonly ['violations'] }) => Promise<{ readonly violations: ReadonlyArray<{ readonly id: string, readonly nodes: ReadonlyArray<{ readonly target: readonly string[] }> }> }>
}

/** What axe has against a page: the rule, and where. */
export async function axeFinds (page: Page): Promise<string[]> {
  // A page of another context is given it now.
  if (!await page.evaluate(() => 'loadAxe' in globalThis)) await page.evaluate(axe)
  return await page.evaluate(async () => {
    const there = globalThis as unknown as { axe?: Axe, loadAxe: () => void }
    if (there.axe === undefined) there.loadAxe()
    // Where what is in order stands is not asked: to say it of each element takes long.
    const { violations } = await (there.axe as Axe).run({ resultTypes: ['violations'] })
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).slice(0, 3).join(', ')}`)
  })
}

/** Waits for the scripts of questions, which come after that of their page. */
export async function enlivened (page: Page): Promise<void> {
  await page.locator('[data-module]:not([data-live])').first().waitFor({ state: 'detached' })
}

/** Nothing against it by axe, and nothing wider than the window. */
export async function sound (t: Test, page: Page, what: string): Promise<void> {
  t.same(await axeFinds(page), [], what)
  t.ok(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), `${what} fits`)
}

/** The same pages on a phone, in Arabic, for whoever is signed in on a page. */
export async function soundOnPhone (t: Test, browser: Browser, base: string, by: Page, paths: readonly string[]): Promise<void> {
  const context = await openContext(browser, { viewport: { width: 390, height: 844 }, bypassCSP: true })
  await context.addCookies([...await by.context().cookies(), { name: 'muster-language', value: 'ar', url: base }])
  const page = await context.newPage()
  for (const path of paths) {
    await page.goto(`${base}${path}`)
    t.equal(await page.evaluate(() => `${document.documentElement.lang} ${document.documentElement.dir}`), 'ar rtl', path)
    await sound(t, page, `${path} on a phone`)
  }
  await context.close()
}

/** The bytes that a link sends. */
export async function fileOf (page: Page, link: string): Promise<{ readonly name: string, readonly bytes: Buffer }> {
  const download: Promise<Download> = page.waitForEvent('download')
  await page.getByRole('link', { name: link }).click()
  const file = await download
  return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) }
}

/** A target that counts people, made by an administrator. @returns its id */
export async function target ({ db, world }: TestApp, by: Somebody, name: string, period: { readonly from: string, readonly to: string }, country: string | null, promised: number): Promise<string> {
  const { id, problems } = await createQuota(db, world, personOf(by, 'administrator'), { name, period, timeZone: 'Asia/Shanghai', scope: country === null ? {} : { country }, counts: 'persons', target: promised })
  if (id === null) throw new Error(JSON.stringify(problems))
  return id
}
