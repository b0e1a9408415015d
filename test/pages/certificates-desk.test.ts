/// <reference lib="dom" />
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import t from 'tap'
import { sendExpiryReminders } from '../../server/certificates/expiry/expiry.ts'
import { makeLooks } from '../../server/certificates/templates/templates.ts'
import { zipDeps } from '../../server/certificates/views.ts'
import { workOnZips } from '../../server/certificates/zips/zips.ts'
import { loadMessages } from '../../server/http/messages.ts'
import { readZip } from '../../server/zip/read-zip.ts'
import { testApp } from '../app.ts'
import { launchChromium } from '../chromium.ts'
import { addCohort, enrol } from '../trainee.ts'
import { mayEnter, openContext, signIn, sound } from './desk.ts'

const messages = loadMessages(new URL('../../templates/locales', import.meta.url).pathname)
const settings = { programme: 'Test programme', timeZone: 'Asia/Shanghai', publicUrl: 'http://localhost', prefix: '', secure: false, demo: false }

t.test('an administrator makes a template, issues, re-issues, downloads, renews and revokes certificates', { timeout: 200_000 }, async (t) => {
  const browser = await launchChromium()
  t.teardown(async () => { await browser.close() })
  const test = await testApp(t, { courses: 'test/fixtures/courses', now: '2026-03-02T04:00:00Z' })
  const { db, world } = test
  const base = await test.app.listen({ port: 0, host: '127.0.0.1' })
  const somebody = await test.somebody('Ada Admin', [{ role: 'administrator' }])
  const cohortId = await addCohort(test, somebody, 'first-steps')
  for (const name of ['Amina Yusuf', 'Bwalya Phiri', 'Chanda Mwila']) {
    const id = await enrol(test, somebody, cohortId, await test.somebody(name, [{ role: 'trainee' }], { country: 'ZM' }))
    await db.write(async (tx) => { await tx.updateTable('enrolment').set({ state: 'completed', completed_at: world.now().toISOString(), done: 3 }).where('id', '=', id).execute() })
  }
  await mayEnter(test, somebody)
  const tab = async (page: Page, name: string): Promise<void> => { await page.getByRole('navigation', { name: 'Certificates', exact: true }).getByRole('link', { name, exact: true }).click() }

  const page = await signIn(browser, base, somebody)
  await page.getByRole('link', { name: 'Targets', exact: true }).click()
  await page.getByRole('link', { name: 'Certificates', exact: true }).click()
  await tab(page, 'Templates')
  await page.getByRole('link', { name: 'New template' }).first().click()
  await page.locator('#text-en-title').waitFor()
  // Its script follows what is typed from then on.
  await page.waitForLoadState()
  await page.getByLabel('Name', { exact: true }).first().fill('Diploma')
  await page.getByLabel('First steps').check()
  await page.locator('#text-en-title').fill('Diploma of the academy')
  await page.locator('#specimen text', { hasText: 'Diploma of the academy' }).waitFor()
  await page.locator('#logo').setInputFiles({ name: 'logo.png', mimeType: 'image/png', buffer: await sharp({ create: { width: 200, height: 100, channels: 3, background: '#1d3557' } }).png().toBuffer() })
  await page.locator('#specimen image').first().waitFor()
  t.equal(await page.locator('#text-en-title').inputValue(), 'Diploma of the academy', 'what was typed stays')
  await sound(t, page, 'the template')
  const pdf = page.context().waitForEvent('page')
  await page.getByRole('button', { name: 'Preview as PDF' }).click()
  await (await pdf).close()
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  t.match(await page.locator('.notice').innerText(), /The template was saved/)

  await tab(page, 'Issue')
  await page.getByRole('button', { name: 'Issue 3 certificates' }).click()
  t.match(await page.locator('.notice').innerText(), /3 certificates were issued/)
  await sound(t, page, 'issuing')
  await tab(page, 'All')
  await sound(t, page, 'the list')
  await page.getByRole('link', { name: 'Amina Yusuf' }).click()
  const old = await page.locator('.trail [aria-current]').innerText()
  await page.getByLabel('Name on the certificate').fill('Amina Yusuf-Banda')
  await page.locator('#why').fill('Name corrected')
  await sound(t, page, 'a certificate')
  await page.getByRole('button', { name: 'Re-issue this certificate' }).click()
  t.match(await page.locator('main').innerText(), /Amina Yusuf-Banda[^]*Earlier documents[^]*Name corrected/)

  await tab(await list(page), 'Downloads')
  await page.getByRole('button', { name: 'Make the zip' }).click()
  t.match(await page.locator('.progress').innerText(), /0 of 3/)
  await sound(t, page, 'a zip that is being made')
  await workOnZips(db, zipDeps({ world, settings, messages, looks: makeLooks() }))
  // The page looks again by itself.
  const download = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Download the zip' }).click()
  const read = readZip(readFileSync(await (await download).path()))
  t.equal('files' in read ? read.files.size : 0, 4, 'three certificates and their list')

  world.setNow('2026-12-16T04:00:00Z')
  t.equal(await sendExpiryReminders(db, { world, settings, messages }), 3)
  await addCohort(test, somebody, 'first-steps')
  const later = await signIn(browser, base, somebody)
  await later.goto(`${base}/desk/certificates/expiring`)
  t.match(await later.locator('main').innerText(), /76 days left/)
  t.equal(await later.getByRole('cell', { name: '16 Dec 2026' }).count(), 3, 'everybody was reminded')
  await sound(t, later, 'what ends')
  await later.getByLabel('Choose Bwalya Phiri').check()
  await later.locator('#cohort').selectOption({ index: 1 })
  await later.getByRole('button', { name: 'Enrol those who are chosen' }).click()
  t.match(await later.locator('.notice').innerText(), /One holder is enrolled/)
  await list(later)
  await later.getByLabel('Choose Chanda Mwila').check()
  await later.getByLabel('Reason').fill('Sat by another person')
  await later.getByRole('button', { name: 'Revoke', exact: true }).click()
  t.match(await later.locator('.notice').innerText(), /One certificate was revoked/)

  const anybody = await (await openContext(browser, { viewport: { width: 390, height: 844 }, bypassCSP: true, locale: 'en' })).newPage()
  await anybody.goto(`${base}/verify`)
  await anybody.getByLabel('Serial').fill(old)
  await anybody.getByRole('button', { name: 'Verify' }).click()
  t.match(await anybody.locator('main').innerText(), /Amina Yusuf[^]*What stands now/)
  await sound(t, anybody, 'a document that was replaced')
  await anybody.locator('.notice a').click()
  t.match(await anybody.locator('main').innerText(), /valid[^]*Amina Yusuf-Banda[^]*Basics/i)
  await sound(t, anybody, 'a certificate, on a phone')

  async function list (of: Page): Promise<Page> {
    await of.goto(`${base}/desk/certificates`)
    return of
  }
})
