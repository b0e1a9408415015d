/// <reference lib="dom" />
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import t from 'tap'
import { hashPassword } from '../../server/people/passwords.ts'
import { testApp, type Somebody, type TestApp } from '../app.ts'
import { launchChromium } from '../chromium.ts'
import { call } from '../trainee.ts'
import { axeFinds, openContext } from './desk.ts'

const browser = await launchChromium()
t.teardown(async () => { await browser.close() })

async function signIn (test: TestApp, base: string, who: Somebody, locale = 'en', width = 1280): Promise<Page> {
  const context = await openContext(browser, { viewport: { width, height: 900 }, bypassCSP: true, locale })
  await context.addCookies([{ name: 'muster-language', value: locale, url: base }])
  const page = await context.newPage()
  await page.goto(`${base}/sign-in`)
  await page.locator('input[name=email]').fill(who.email)
  await page.locator('input[name=password]').fill('a password of the tests')
  await page.locator('main form button').click()
  return page
}

t.test('an instructor writes a question, tries it, translates it, draws on a picture, and imports a file', { timeout: 90_000 }, async (t) => {
  const test = await testApp(t, { courses: 'test/fixtures/courses' })
  const base = await test.app.listen({ port: 0, host: '127.0.0.1' })
  const ines = await test.somebody('Ines Instructor', [{ role: 'instructor' }])
  const hash = await hashPassword('a password of the tests')
  await test.db.write(async (tx) => { await tx.updateTable('account').set({ password_hash: hash }).where('id', '=', ines.accountId).execute() })
  const page = await signIn(test, base, ines)
  await page.getByRole('link', { name: 'Questions', exact: true }).click()
  await page.getByLabel('Name').fill('Scams')
  await page.getByRole('button', { name: 'Make the bank' }).click()
  await page.getByRole('link', { name: 'New question' }).first().click()
  await page.getByRole('link', { name: 'Choose one or several' }).click()

  await page.getByLabel('Topic').fill('scams')
  await page.locator('#f-prompt').fill('Who lends an account to move stolen money?')
  await page.locator('#f-choices-0-text').fill('A money mule')
  await page.locator('#f-choices-0-correct').check()
  await page.locator('#f-choices-1-text').fill('A court')
  await page.locator('#preview').getByText('Who lends an account').waitFor()
  await page.getByRole('button', { name: 'Add an option' }).click()
  await page.locator('#f-choices-4-text').waitFor()
  t.equal(await page.evaluate(() => document.activeElement?.id), 'f-choices-4-text', 'a new row is where one types next')
  t.equal(await page.locator('#f-prompt').inputValue(), 'Who lends an account to move stolen money?')
  await page.locator('#preview').getByText('A money mule').click()
  await page.getByRole('button', { name: 'Try it' }).click()
  t.match(await page.locator('#preview .feedback').innerText(), /Right · 1 of 1/)
  await page.getByRole('button', { name: 'Add a translation' }).click()
  await page.locator('[id="f-prompt-ar"]').fill('من يعير حساباً لنقل المال المسروق؟')
  await page.getByRole('button', { name: 'Add to the bank' }).click()
  await page.getByText('Saved.').waitFor()
  t.match(await page.locator('.head').innerText(), /Version 1, by Ines Instructor/)

  const picture = readFileSync('test/fixtures/courses/all-kinds/images/street.png')
  const bank = /banks\/([^/]+)/.exec(page.url())?.[1] ?? ''
  await page.goto(`${base}/desk/banks/${bank}/pictures`)
  await page.getByLabel('Picture').setInputFiles({ name: 'plan.png', mimeType: 'image/png', buffer: picture })
  await page.getByRole('button', { name: 'Add the picture' }).click()
  await page.locator('.pictures img').waitFor()
  await page.goto(`${base}/desk/banks/${bank}/new?kind=hotspot`)
  await page.getByLabel('Topic').fill('scams')
  await page.locator('#f-prompt').fill('Where is the door?')
  await page.locator('#f-image').selectOption({ index: 1 })
  const plate = page.locator('.drawing')
  await plate.waitFor()
  await page.locator('#f-image-alt').fill('A plan')
  const box = await plate.boundingBox() ?? { x: 0, y: 0, width: 0, height: 0 }
  await plate.scrollIntoViewIfNeeded()
  const at = await plate.boundingBox() ?? box
  await page.mouse.move(at.x + at.width * 0.25, at.y + at.height * 0.25)
  await page.mouse.down()
  await page.mouse.move(at.x + at.width * 0.5, at.y + at.height * 0.5)
  await page.mouse.up()
  await page.locator('.drawing .area:not(.drawn) rect').waitFor()
  t.match(await page.locator('#f-areas-0-coords').inputValue(), /^\d+, \d+, \d+, \d+$/, 'what is drawn is written down')
  await page.locator('#f-areas-0-correct').check()
  await page.locator('#preview .plate').waitFor()
  await page.getByRole('button', { name: 'Add to the bank' }).click()
  await page.getByText('Saved.').waitFor()

  await page.goto(`${base}/desk/banks/${bank}/import`)
  await page.getByLabel('or its text').fill('::Sun::The sun rises in the east.{T}\n\n::Mule::Who lends an account?{=a mule ~a court}')
  await page.getByRole('button', { name: 'Look at it' }).click()
  await page.getByRole('checkbox', { name: /Sun/ }).uncheck()
  await page.getByRole('button', { name: 'Import the chosen questions' }).click()
  t.match(await page.locator('.entries').innerText(), /Who lends an account to move[^]*Where is the door[^]*Mule/)
  t.equal((await call(test, ines, 'GET', `/banks/${bank}/questions`)).json.total, 3)
  await page.locator('#filter-topic').selectOption({ index: 1 })
  await page.getByRole('button', { name: 'Show' }).click()
  await page.locator('#format').selectOption('gift')
  const [download] = await Promise.all([page.waitForEvent('download'), page.locator('form:has(#format) .buttons button').last().click()])
  t.match(readFileSync(await download.path(), 'utf8'), /A money mule[^]*Mule/, 'what was brought in and what was written leaves in one file')
  await page.context().close()

  for (const [locale, width] of [['en', 1280], ['ar', 390]] as const) {
    const page = await signIn(test, base, ines, locale, width)
    for (const path of ['', '/new', '/new?kind=scenario', '/new?kind=cloze', '/questions/mule', '/questions/mule/versions', '/duplicates', '/pictures', '/import']) {
      await page.goto(`${base}/desk/banks/${bank}${path}`)
      t.same(await axeFinds(page), [], `${locale} ${path}`)
      t.ok(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), `${locale} ${path} fits`)
    }
    await page.context().close()
  }
})
