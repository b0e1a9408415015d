/// <reference lib="dom" />
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import t from 'tap'
import { hashPassword } from '../../server/people/passwords.ts'
import { testApp, type Somebody } from '../app.ts'
import { launchChromium } from '../chromium.ts'
import { addCohort, call, enrol, start } from '../trainee.ts'
import { openContext, sound } from './desk.ts'

const browser = await launchChromium()
t.teardown(async () => { await browser.close() })

const RUBRIC = `    rubric:
      - { key: ask, text: What is asked for, levels: [{ key: none, text: Nothing that helps, points: 0 }, { key: all, text: The recall, points: 2 }] }
      - { key: why, text: Reason given, levels: [{ key: no, text: None, points: 0 }, { key: yes, text: Money moves on, points: 2 }] }
`

t.test('an instructor marks by keyboard, a second marks too, a third decides; released, a question is corrected by its form: tried by an instructor, carried out by an administrator', { timeout: 150_000 }, async (t) => {
  const courses = t.testdir({ courses: {} })
  cpSync('test/fixtures/courses/all-kinds', `${courses}/courses/all-kinds`, { recursive: true })
  const bank = `${courses}/courses/all-kinds/banks/kinds.yaml`
  writeFileSync(bank, readFileSync(bank, 'utf8').replace('    sampleAnswer: { en: "To recall', `${RUBRIC}    sampleAnswer: { en: "To recall`))
  const test = await testApp(t, { courses: `${courses}/courses` })
  const base = await test.app.listen({ port: 0, host: '127.0.0.1' })
  const admin = await test.somebody('Ada Admin', [{ role: 'administrator' }])
  const ines = await test.somebody('Ines Instructor', [{ role: 'instructor' }])
  const omar = await test.somebody('Omar Other', [{ role: 'instructor' }])
  const hash = await hashPassword('a password of the tests')
  await test.db.write(async (tx) => { await tx.updateTable('account').set({ password_hash: hash }).where('id', 'in', [ines.accountId, omar.accountId, admin.accountId]).execute() })
  const cohortId = await addCohort(test, admin, 'all-kinds', [ines, omar])
  await call(test, ines, 'PUT', `/cohorts/${cohortId}/quizzes/kinds/marking`, { anonymous: true, secondPercent: 100, thresholdPercent: 20, hold: true })
  const sat: Array<{ who: Somebody, attempt: string, slot: number }> = []
  for (const name of ['Amina First', 'Bilal Second']) {
    const trainee = await test.somebody(name, [{ role: 'trainee' }], { country: 'ZM' })
    const attempt = await start(test, { admin, instructor: ines, trainee, cohortId, enrolmentId: '' }, 'kinds', trainee, await enrol(test, admin, cohortId, trainee))
    const slot = attempt.questions.find(({ kind }) => kind === 'essay')?.slot ?? 0
    const wrong = attempt.questions.find(({ kind }) => kind === 'choice')?.slot ?? 0
    await call(test, trainee, 'PUT', `/attempts/${attempt.id}/answers/${wrong}`, { answer: { choices: ['visit'] } })
    await call(test, trainee, 'PUT', `/attempts/${attempt.id}/answers/${slot}`, { answer: { text: `To recall the payment at once, says ${name}.` } })
    await call(test, trainee, 'POST', `/attempts/${attempt.id}/finish`)
    sat.push({ who: trainee, attempt: attempt.id, slot })
  }

  const signIn = async (who: Somebody): Promise<Page> => {
    const page = await (await openContext(browser, { viewport: { width: 1280, height: 900 }, bypassCSP: true, locale: 'en' })).newPage()
    await page.goto(`${base}/sign-in`)
    await page.locator('input[name=email]').fill(who.email)
    await page.locator('input[name=password]').fill('a password of the tests')
    await page.locator('main form button').click()
    return page
  }
  // The script of a page hears the keys once it is loaded.
  const shows = async (page: Page, text: string): Promise<void> => {
    await page.getByText(text).waitFor()
    await page.waitForLoadState()
  }
  const page = await signIn(ines)
  await page.getByRole('link', { name: 'Marking', exact: true }).click()
  t.match(await page.locator('.queue').innerText(), /2 to mark/)
  await page.getByRole('link', { name: 'Mark', exact: true }).click()
  t.match(await page.locator('h1').innerText(), /Answer of [0-9A-F]{6}/)
  await page.waitForLoadState()
  await page.keyboard.press('j')
  await shows(page, 'says Bilal Second')
  await page.keyboard.press('k')
  await shows(page, 'says Amina First')
  await page.keyboard.press('2')
  await page.keyboard.press('1')
  await page.keyboard.press('Enter')
  await shows(page, 'says Bilal Second')
  await page.keyboard.press('2')
  await page.keyboard.press('2')
  await page.getByLabel('Comment for the trainee').fill('Well reasoned.')
  await page.getByRole('button', { name: 'Save and next' }).click()
  t.match(await page.locator('main').innerText(), /2 for a second marker/)

  // A second person, who sees nothing of the first: with one answer they agree, with the other they do not.
  const second = await signIn(omar)
  await second.getByRole('link', { name: 'Marking', exact: true }).click()
  await second.getByRole('link', { name: 'Mark', exact: true }).click()
  await shows(second, 'says Amina First')
  t.equal(await second.getByText('Ines Instructor').count(), 0)
  for (const [digits, next] of [['21', 'says Bilal Second'], ['11', '']] as const) {
    for (const digit of digits) await second.keyboard.press(digit)
    await second.getByRole('button', { name: 'Save and next' }).click()
    if (next !== '') await shows(second, next)
  }
  t.match(await second.locator('main').innerText(), /1 to decide/)
  const third = await signIn(admin)
  await third.getByRole('link', { name: 'Marking', exact: true }).click()
  await third.getByRole('link', { name: 'Mark', exact: true }).click()
  t.match(await third.locator('main').innerText(), /Ines Instructor[^]*Omar Other/, 'who decides sees both marks')
  await third.waitForLoadState()
  await third.keyboard.press('2')
  await third.keyboard.press('2')
  await third.getByLabel('Comment for the trainee').fill('Well reasoned.')
  await third.getByRole('button', { name: 'Save and next' }).click()
  t.match(await third.locator('main').innerText(), /2 decided/)
  const reviewed = async (index: number): Promise<{ mark?: number, comment?: string, state: string }> => {
    const { who, attempt, slot } = sat[index] as typeof sat[number]
    return (await call(test, who, 'GET', `/attempts/${attempt}/review`)).json.items[slot - 1] as { mark?: number, comment?: string, state: string }
  }
  t.equal((await reviewed(0)).state, 'needs-marking', 'held until released')
  await page.goto(`${base}/desk/cohorts/${cohortId}/quizzes/kinds/marking`)
  await page.getByRole('button', { name: 'Release the results' }).click()
  await page.getByText('The results are released.').waitFor()
  t.match([await reviewed(0), await reviewed(1)], [{ state: 'partly-right' }, { state: 'right', comment: 'Well reasoned.' }])

  // What the figures say, what somebody answered, and who would change by a correction: an instructor sees it, and nothing is done yet.
  await page.goto(`${base}/desk/cohorts/${cohortId}/quizzes/kinds/statistics`)
  t.match(await page.locator('main').innerText(), /first finished attempt of each of 2 trainees/)
  await sound(t, page, 'the figures')
  await page.goto(`${base}/desk/cohorts/${cohortId}/quizzes/kinds/attempts`)
  await page.getByRole('link', { name: 'Amina First' }).click()
  t.match(await page.locator('main').innerText(), /says Amina First/, 'what was answered')
  const correct = async (page: Page): Promise<void> => {
    await page.goto(`${base}/desk/cohorts/${cohortId}/quizzes/kinds/statistics`)
    const item = page.locator('details:has-text("the caller wanted first")')
    await item.locator('summary').click()
    await item.getByRole('link', { name: 'Correct it and see who would change' }).click()
    await sound(t, page, 'the form that corrects a question')
    await page.locator('[name="f.choices.0.correct"]').uncheck()
    await page.locator('[name="f.choices.1.correct"]').check()
    await page.getByRole('button', { name: 'Try it' }).waitFor()
    await page.getByLabel('Reason').fill('The visit came first')
    await page.getByRole('button', { name: 'See who changes' }).click()
    await page.getByRole('heading', { name: '2 attempts change' }).waitFor()
    t.match(await page.locator('#report').innerText(), /2 attempts gain and nobody loses[^]*Amina First[^]*0 to 1/)
    await sound(t, page, 'who gains and who loses')
  }
  await correct(page)
  t.match(await page.locator('main').innerText(), /an administrator has to apply it/)
  t.equal((await test.db.read.selectFrom('audit_entry').select('action').where('action', '=', 'quiz.regraded').execute()).length, 0)

  // An administrator carries it out, and the trainee reads another result.
  const percentOf = async ({ who, attempt }: typeof sat[number]): Promise<number> => Number((await call(test, who, 'GET', `/attempts/${attempt}/review`)).json.percent)
  const before = await percentOf(sat[0] as typeof sat[number])
  await correct(third)
  await third.getByRole('button', { name: 'Carry it out' }).click()
  await third.getByText('Done. The attempts below have changed.').waitFor()
  t.ok(await percentOf(sat[0] as typeof sat[number]) > before, 'the result has risen')
})
