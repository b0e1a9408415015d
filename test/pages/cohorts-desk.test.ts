/// <reference lib="dom" />
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { hashPassword } from '../../server/people/passwords.ts'
import { xlsxOf } from '../../server/sheets/write-xlsx.ts'
import { testApp } from '../app.ts'
import { launchChromium } from '../chromium.ts'
import { call, start, startWalk } from '../trainee.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const browser = await launchChromium()
t.teardown(async () => { await browser.close() })
const test = await testApp(t, { courses: 'test/fixtures/courses' })
const base = await test.app.listen({ port: 0, host: '127.0.0.1' })
const walk = await startWalk(test)
const liaison = await test.somebody('Lena Liaison', [{ role: 'liaison', country: 'ZM' }])

await test.db.write(async (tx) => { await tx.updateTable('account').set({ password_hash: await hashPassword('a long password') }).where('id', 'in', [walk.admin.accountId, liaison.accountId]).execute() })
const signIn = async (email: string): Promise<Page> => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, bypassCSP: true, locale: 'en' })
  const page = await context.newPage()
  await page.goto(`${base}/sign-in`)
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password').fill('a long password')
  await page.getByRole('button', { name: 'Sign in' }).click()
  return page
}
/** Nothing against it by axe, and nothing wider than the window. */
const sound = async (t: Test, page: Page, what: string): Promise<void> => {
  await page.evaluate(axe)
  const found = await page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: { run: () => Promise<{ violations: Array<{ id: string, nodes: Array<{ target: string[] }> }> }> } }).axe.run()
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).slice(0, 3).join(', ')}`)
  })
  t.same(found, [], what)
  t.ok(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), `${what} fits`)
}

t.test('cohorts: planned, seats held, nominated by the liaison, decided on, moved up, substituted, moved, withdrawn, reminded', { timeout: 150_000 }, async (t) => {
  const admin = await signIn(walk.admin.email)
  await admin.getByRole('link', { name: 'Cohorts', exact: true }).click()
  await admin.getByRole('link', { name: 'From a plan' }).click()
  const year = new Date().getUTCFullYear() + 1
  await admin.getByLabel('File').setInputFiles({
    name: 'plan.xlsx', mimeType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    buffer: Buffer.from(xlsxOf([{ name: 'Plan', rows: [['course', 'first', 'last', 'name', 'seats', 'countries'], ['first-steps', { date: `${year}-03-01` }, { date: `${year}-03-31` }, 'March', 2, 'ZM:1'], ['first-steps', { date: `${year}-05-01` }, { date: `${year}-05-31` }, 'May', 5, '']] }]))
  })
  await admin.waitForFunction(() => document.querySelector<HTMLTextAreaElement>('#csv')?.value.includes('March') === true)
  await admin.getByRole('button', { name: 'Check the plan' }).click()
  await sound(t, admin, 'the plan')
  await admin.getByRole('button', { name: 'Create 2 cohorts' }).click()
  t.match(await admin.locator('.notice').innerText(), /2 cohorts were created/)

  const desk = await signIn(liaison.email)
  await desk.goto(`${base}/desk/nominations`)
  await desk.getByRole('link', { name: 'March' }).click()
  await desk.getByRole('link', { name: 'Nominate people' }).click()
  await desk.getByLabel('List').fill('name,email,country,agency,rank,locale\nAmina Yusuf,amina@zm.example,ZM,,,en\nBwalya Phiri,bwalya@zm.example,ZM,,,en\n')
  await desk.getByRole('button', { name: 'Check the list' }).click()
  await desk.getByRole('button', { name: 'Nominate 2 people' }).click()
  t.match(await desk.locator('.notice').innerText(), /2 people were nominated/)

  await admin.getByRole('link', { name: 'March' }).click()
  await admin.getByRole('link', { name: 'Nominations' }).click()
  for (const name of ['Amina Yusuf', 'Bwalya Phiri']) await admin.getByLabel(`Choose ${name}`).check()
  await admin.getByRole('button', { name: 'Accept' }).click()
  t.match(await admin.locator('.notice').innerText(), /One person was accepted[^]*Bwalya Phiri: No seat is free/)
  await admin.getByRole('link', { name: 'Back to the cohort' }).click()
  await admin.getByLabel('Choose Bwalya Phiri').check()
  await admin.getByRole('button', { name: 'Waiting list' }).click()
  t.match(await admin.locator('tr', { hasText: 'Bwalya Phiri' }).innerText(), /waiting, number 1/)
  await sound(t, admin, 'nominations')
  await admin.getByRole('navigation', { name: 'Cohort' }).getByRole('link', { name: 'People' }).click()
  await admin.getByLabel('Choose Amina Yusuf').check()
  await admin.getByRole('button', { name: 'Withdraw' }).click()
  await admin.getByLabel('Reason').fill('Needed at home')
  await admin.getByRole('button', { name: 'Withdraw' }).click()
  t.match(await admin.locator('.notice').innerText(), /One person was withdrawn/)
  await admin.goto(`${base}/desk/cohorts`)
  await admin.getByRole('link', { name: 'March' }).click()
  await admin.getByRole('link', { name: 'Nominations' }).click()
  t.match(await admin.locator('tr', { hasText: 'Bwalya Phiri' }).innerText(), /accepted/, 'who waited has the seat')

  // Seats and days: one more seat, and who comes in somebody's place keeps theirs.
  await admin.getByRole('link', { name: 'Seats and dates' }).click()
  await admin.getByLabel('Name', { exact: true }).fill('March, moved')
  await admin.getByLabel('Last day').fill(`${year}-04-02`)
  await admin.getByLabel('Seats', { exact: true }).fill('3')
  await admin.getByRole('textbox', { name: 'Seats by country' }).fill('Zambia: 2')
  await admin.getByRole('button', { name: 'Save' }).click()
  t.match(await admin.locator('.notice').innerText(), /Saved/)
  t.match(await admin.getByRole('region', { name: 'Reminders' }).innerText(), /30 days before the start[^]*to come/)
  await sound(t, admin, 'seats and dates')
  await desk.goto(`${base}/desk/nominations`)
  await desk.getByRole('link', { name: 'March, moved' }).click()
  await desk.locator('tr', { hasText: 'Bwalya Phiri' }).getByRole('link', { name: /Substitute/ }).click()
  await desk.getByLabel('Name').fill('Chanda Zulu')
  await desk.getByLabel('E-mail').fill('chanda@zm.example')
  await desk.getByLabel('Reason').fill('Another post')
  await sound(t, desk, 'a substitute')
  await desk.getByRole('button', { name: 'Substitute' }).click()
  t.match(await desk.locator('main').innerText(), /The substitute has the seat[^]*Chanda Zulu[^]*accepted/)

  // A list is enrolled from a workbook; then all who are shown are moved at once.
  await admin.getByRole('navigation', { name: 'Cohort' }).getByRole('link', { name: 'People' }).click()
  await admin.getByRole('link', { name: 'Enrol people' }).click()
  await admin.getByLabel('File').setInputFiles({
    name: 'people.xlsx', mimeType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    buffer: Buffer.from(xlsxOf([{ name: 'People', rows: [['name', 'email', 'country', 'agency', 'rank', 'locale', '# note'], ['Nur Ahmad', 'nur@my.example', 'MY', '', '', 'ms', 'by telephone']] }]))
  })
  await admin.waitForFunction(() => document.querySelector<HTMLTextAreaElement>('#csv')?.value.includes('Nur') === true)
  await admin.getByRole('button', { name: 'Check the list' }).click()
  await admin.getByRole('button', { name: /^Enrol one person/ }).click()
  const list = admin.waitForEvent('download')
  await admin.getByText('Download', { exact: true }).click()
  await admin.getByRole('link', { name: 'List of people as XLSX' }).click()
  t.equal((await list).suggestedFilename(), 'enrolments.xlsx')
  await admin.getByLabel('Choose Nur Ahmad').check()
  await admin.getByRole('button', { name: 'Move to another cohort' }).click()
  await admin.getByLabel('To which cohort').selectOption({ index: 1 })
  await admin.getByLabel('Reason').fill('Asked for it')
  await sound(t, admin, 'a move')
  await admin.getByRole('button', { name: 'Move to another cohort' }).click()
  t.match(await admin.locator('.notice').innerText(), /One person was moved/)
  await admin.getByLabel('All shown here').check()
  t.match(await admin.getByText('Those chosen:').innerText(), /[1-9]/)
  await admin.getByRole('button', { name: 'Remind by mail' }).last().click()
  t.match(await admin.locator('.notice').innerText(), /reminded by mail/)

  await admin.goto(`${base}/desk/reminders`)
  await sound(t, admin, 'reminders')
  await admin.getByRole('link', { name: /tomorrow|in 7 days/ }).first().click()
  await admin.getByLabel('Subject').fill('Soon, {name}')
  await admin.getByRole('button', { name: 'Preview' }).click()
  t.match(await admin.locator('main').innerText(), /Soon, Amina Yusuf/)
  await sound(t, admin, 'a text')
  await admin.getByRole('button', { name: 'Save' }).click()
  t.match(await admin.locator('.notice').innerText(), /The text is saved/)
  await admin.context().close()
})

t.test('accommodations and progress: a running clock grows, the matrix is searched, whoever needs help is reminded', { timeout: 150_000 }, async (t) => {
  const admin = await signIn(walk.admin.email)
  // A trainee sits an exam; the administrator allows more time, and the clock of the running page learns of it.
  const exam = await start(test, walk, 'exam')
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, bypassCSP: true })
  await context.addCookies([{ name: 'muster', value: walk.trainee.token, url: base }])
  const trainee = await context.newPage()
  await trainee.goto(`${base}/attempts/${exam.id}?page=1`)
  t.match(await trainee.locator('.clock').innerText(), /^(30:00|29:)/)
  await admin.goto(`${base}/desk/people/${walk.trainee.personId}`)
  await admin.getByRole('link', { name: /^Accommodations/ }).click()
  await sound(t, admin, 'accommodations')
  await admin.getByLabel('Extra time in percent').fill('50')
  await admin.getByLabel('Reason').fill('Reads slowly')
  await admin.getByRole('button', { name: 'Allow' }).click()
  t.match(await admin.locator('.notice').innerText(), /One running attempt has more time now/)
  await trainee.locator('section.question input, section.question textarea, section.question select').first().evaluate((field: HTMLInputElement) => {
    if (field.type === 'radio' || field.type === 'checkbox') field.click()
    else { field.value = '1'; field.dispatchEvent(new Event('input', { bubbles: true })) }
  })
  await trainee.locator('#more-time').waitFor({ timeout: 20_000 })
  t.match(await trainee.locator('.clock').innerText(), /^4[45]:/)
  t.match(await trainee.locator('#more-time').innerText(), /You have been given more time/)
  await sound(t, trainee, 'the exam')
  await context.close()

  await call(test, walk.trainee, 'POST', `/enrolments/${walk.enrolmentId}/lessons/welcome/done`)
  await admin.goto(`${base}/desk/cohorts/${walk.cohortId}`)
  await admin.getByRole('link', { name: 'Progress', exact: true }).click()
  t.equal(await admin.getByRole('row', { name: /Tariq Trainee/ }).getByRole('cell', { name: 'done', exact: true }).count(), 1)
  await sound(t, admin, 'the matrix')
  await admin.getByLabel('Activity', { exact: true }).selectOption({ label: 'Final exam' })
  await admin.getByLabel('The activity is').selectOption('done')
  await admin.getByRole('button', { name: 'Show' }).click()
  t.match(await admin.locator('main').innerText(), /Nobody matches/)
  const download = admin.waitForEvent('download')
  await admin.getByRole('link', { name: 'As XLSX' }).click()
  t.equal((await download).suggestedFilename(), 'matrix.xlsx')

  // Who needs help: nothing done for eight days.
  await test.db.write(async (tx) => { await tx.updateTable('enrolment').set({ active_at: new Date(test.world.now().getTime() - 8 * 86_400_000).toISOString() }).where('id', '=', walk.enrolmentId).execute() })
  await admin.goto(`${base}/desk/cohorts/${walk.cohortId}`)
  const help = admin.getByRole('region', { name: 'Who needs help' })
  t.match(await help.innerText(), /Tariq Trainee[^]*has done nothing for 8 days/)
  await admin.locator('section', { has: help }).getByRole('button', { name: 'Remind by mail' }).click()
  t.match(await admin.locator('.notice').innerText(), /One person is reminded by mail/)
  await admin.setViewportSize({ width: 390, height: 844 })
  for (const path of ['matrix', 'nominations', 'settings', '']) {
    await admin.goto(`${base}/desk/cohorts/${walk.cohortId}/${path}`)
    await sound(t, admin, `${path} on a phone`)
  }
})
