/// <reference lib="dom" />
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import t from 'tap'
import { hashPassword } from '../../server/people/passwords.ts'
import { testApp, type Somebody } from '../app.ts'
import { launchChromium } from '../chromium.ts'
import { addCohort, call, enrol, start } from '../trainee.ts'

const browser = await launchChromium()
t.teardown(async () => { await browser.close() })

const RUBRIC = `    rubric:
      - { key: ask, text: What is asked for, levels: [{ key: none, text: Nothing that helps, points: 0 }, { key: all, text: The recall, points: 2 }] }
      - { key: why, text: Reason given, levels: [{ key: no, text: None, points: 0 }, { key: yes, text: Money moves on, points: 2 }] }
`

t.test('an instructor marks by keyboard, from sign-in to the release', { timeout: 90_000 }, async (t) => {
  const courses = t.testdir({ courses: {} })
  cpSync('test/fixtures/courses/all-kinds', `${courses}/courses/all-kinds`, { recursive: true })
  const bank = `${courses}/courses/all-kinds/banks/kinds.yaml`
  writeFileSync(bank, readFileSync(bank, 'utf8').replace('    sampleAnswer: { en: "To recall', `${RUBRIC}    sampleAnswer: { en: "To recall`))
  const test = await testApp(t, { courses: `${courses}/courses` })
  const base = await test.app.listen({ port: 0, host: '127.0.0.1' })
  const admin = await test.somebody('Ada Admin', [{ role: 'administrator' }])
  const ines = await test.somebody('Ines Instructor', [{ role: 'instructor' }])
  const hash = await hashPassword('a password of the tests')
  await test.db.write(async (tx) => { await tx.updateTable('account').set({ password_hash: hash }).where('id', '=', ines.accountId).execute() })
  const cohortId = await addCohort(test, admin, 'all-kinds', [ines])
  await call(test, ines, 'PUT', `/cohorts/${cohortId}/quizzes/kinds/marking`, { anonymous: true, secondPercent: 0, thresholdPercent: 20, hold: true })
  const sat: Array<{ who: Somebody, attempt: string, slot: number }> = []
  for (const name of ['Amina First', 'Bilal Second']) {
    const trainee = await test.somebody(name, [{ role: 'trainee' }], { country: 'ZM' })
    const attempt = await start(test, { admin, instructor: ines, trainee, cohortId, enrolmentId: '' }, 'kinds', trainee, await enrol(test, admin, cohortId, trainee))
    const slot = attempt.questions.find(({ kind }) => kind === 'essay')?.slot ?? 0
    await call(test, trainee, 'PUT', `/attempts/${attempt.id}/answers/${slot}`, { answer: { text: `To recall the payment at once, says ${name}.` } })
    await call(test, trainee, 'POST', `/attempts/${attempt.id}/finish`)
    sat.push({ who: trainee, attempt: attempt.id, slot })
  }

  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en' })
  const page = await context.newPage()
  await page.goto(`${base}/sign-in`)
  await page.locator('input[name=email]').fill(ines.email)
  await page.locator('input[name=password]').fill('a password of the tests')
  await page.locator('main form button').click()
  await page.getByRole('link', { name: 'Marking', exact: true }).click()
  t.match(await page.locator('.queue').innerText(), /2 to mark/)
  await page.getByRole('link', { name: 'Mark', exact: true }).click()
  t.match(await page.locator('h1').innerText(), /Answer of [0-9A-F]{6}/)
  await page.keyboard.press('j')
  await page.getByText('says Bilal Second').waitFor()
  await page.keyboard.press('k')
  await page.getByText('says Amina First').waitFor()
  await page.keyboard.press('2')
  await page.keyboard.press('1')
  await page.keyboard.press('Enter')
  await page.getByText('says Bilal Second').waitFor()
  await page.keyboard.press('2')
  await page.keyboard.press('2')
  await page.getByLabel('Comment for the trainee').fill('Well reasoned.')
  await page.getByRole('button', { name: 'Save and next' }).click()
  t.match(await page.locator('main').innerText(), /2 decided/)
  const reviewed = async (index: number): Promise<{ mark?: number, comment?: string, state: string }> => {
    const { who, attempt, slot } = sat[index] as typeof sat[number]
    return (await call(test, who, 'GET', `/attempts/${attempt}/review`)).json.items[slot - 1] as { mark?: number, comment?: string, state: string }
  }
  t.equal((await reviewed(0)).state, 'needs-marking', 'held until released')
  await page.goto(`${base}/desk/cohorts/${cohortId}/quizzes/kinds/marking`)
  await page.getByRole('button', { name: 'Release the results' }).click()
  await page.getByText('The results are released.').waitFor()
  t.match([await reviewed(0), await reviewed(1)], [{ state: 'partly-right' }, { state: 'right', comment: 'Well reasoned.' }])
  await context.close()
})
