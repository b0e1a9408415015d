/// <reference lib="dom" />
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser, Page } from 'playwright-core'
import type { Test } from 'tap'
import type { TestApp } from '../app.ts'
import { hashPassword } from '../../server/people/passwords.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const PASSWORD = 'a long password'

/** Accounts that may sign in with a password, as `signIn` does. */
export async function mayEnter ({ db }: TestApp, ...people: ReadonlyArray<{ readonly accountId: string }>): Promise<void> {
  const password_hash = await hashPassword(PASSWORD)
  await db.write(async (tx) => { await tx.updateTable('account').set({ password_hash }).where('id', 'in', people.map(({ accountId }) => accountId)).execute() })
}

/** The start page of somebody who signed in through the form, on a desktop, in English. */
export async function signIn (browser: Browser, base: string, { email }: { readonly email: string }): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, bypassCSP: true, locale: 'en' })
  const page = await context.newPage()
  await page.goto(`${base}/sign-in`)
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Good day' }).waitFor()
  return page
}

/** What axe has against a page: the rule, and where. */
export async function axeFinds (page: Page): Promise<string[]> {
  await page.evaluate(axe)
  return await page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: { run: () => Promise<{ violations: Array<{ id: string, nodes: Array<{ target: string[] }> }> }> } }).axe.run()
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).slice(0, 3).join(', ')}`)
  })
}

/** Nothing against it by axe, and nothing wider than the window. */
export async function sound (t: Test, page: Page, what: string): Promise<void> {
  t.same(await axeFinds(page), [], what)
  t.ok(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), `${what} fits`)
}
