/// <reference lib="dom" />
import Sqlite from 'better-sqlite3'
import type { BrowserContext, Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { testApp, type Somebody, type TestApp } from '../app.ts'
import { launchChromium } from '../chromium.ts'
import { manySit } from '../many-sit.ts'
import { addCohort, call, enrol, start, startWalk, walkToTheEnd } from '../trainee.ts'
import { axeFinds, openContext } from './desk.ts'

const browser = await launchChromium()
t.teardown(async () => { await browser.close() })

async function open (test: TestApp, base: string, who: Somebody | null, more: { locale?: string, width?: number, dark?: boolean } = {}): Promise<{ context: BrowserContext, page: Page }> {
  const { locale = 'en', width = 390, dark = false } = more
  const context = await openContext(browser, { viewport: { width, height: 844 }, colorScheme: dark ? 'dark' : 'light', bypassCSP: true, locale })
  await context.addCookies([
    { name: 'muster-language', value: locale, url: base },
    ...(who === null ? [] : [{ name: 'muster', value: who.token, url: base }])
  ])
  return { context, page: await context.newPage() }
}

t.test('a trainee on a phone: sign-in to certificate, each change saved as it is made', { timeout: 90_000 }, async (t) => {
  const test = await testApp(t, { courses: 'test/fixtures/courses' })
  const base = await test.app.listen({ port: 0, host: '127.0.0.1' })
  const walk = await startWalk(test)
  const { context, page } = await open(test, base, walk.trainee)
  await page.goto(base)
  await page.getByRole('link', { name: 'Begin' }).click()
  await page.getByRole('link', { name: /Welcome/ }).first().click()
  t.match(await page.locator('article').innerText(), /recall the payment/)
  await page.getByRole('button', { name: 'Done, next' }).click()
  await page.getByRole('button', { name: 'Begin' }).click()
  for (const slot of [1, 2]) {
    const { json } = await call(test, walk.instructor, 'GET', `/attempts/${/attempts\/([^/?]+)/.exec(page.url())?.[1] ?? ''}/key`)
    const right = json.answers[String(slot)] as { choices?: string[], text?: string }
    // The first is checked while it is on its way.
    const arrives = Promise.withResolvers<undefined>()
    const held = `**/answers/${slot}`
    await page.route(held, async (route) => {
      await arrives.promise
      await route.continue()
    })
    const sent = page.waitForRequest(held)
    if (right.choices !== undefined) await page.locator(`input[value="${right.choices[0] ?? ''}"]`).check()
    else await page.locator('[data-control=line] input').fill(right.text ?? '')
    if (slot === 1) await sent
    await page.getByRole('button', { name: 'Check this answer' }).click()
    arrives.resolve(undefined)
    t.match(await page.locator('.feedback').innerText(), /Right/)
    await page.getByRole('button', { name: /Next page|Look over/ }).click()
  }
  await page.getByRole('button', { name: 'Finish and hand in' }).click()
  t.match(await page.locator('.verdict-line').innerText(), /passed/)

  const exam = await start(test, walk, 'exam')
  const key = (await call(test, walk.instructor, 'GET', `/attempts/${exam.id}/key`)).json.answers as Record<string, { choices?: string[] }>
  const one = exam.questions.find(({ kind }) => kind === 'true-false')?.slot ?? 0
  await page.goto(`${base}/attempts/${exam.id}?page=${Math.ceil(one / 3)}`)
  const chosen = page.locator(`#q${one} input[value="${key[one]?.choices?.[0] ?? ''}"]`)
  // With nothing to send there is nothing to wait for, and what is changed then is sent.
  await page.evaluate(() => { window.dispatchEvent(new Event('online')) })
  const changedAt = performance.now()
  await chosen.check()
  await page.locator('#saved[data-state=saved]').waitFor({ timeout: 2000 })
  const seen = await call(test, walk.trainee, 'GET', `/attempts/${exam.id}`)
  t.same(seen.json.questions[one - 1].answer, key[one], `saved on the server ${Math.round(performance.now() - changedAt)} ms after the change`)
  await page.reload()
  t.ok(await chosen.isChecked(), 'a reloaded page shows what is saved')

  await context.setOffline(true)
  const other = page.locator(`#q${one} input:not(:checked)`).first()
  await other.check()
  await page.locator('#saved[data-state=offline]').waitFor({ timeout: 5000 })
  await context.setOffline(false)
  await page.locator('#saved[data-state=saved]').waitFor({ timeout: 20_000 })
  t.notSame((await call(test, walk.trainee, 'GET', `/attempts/${exam.id}`)).json.questions[one - 1].answer, key[one], 'what was changed without a connection is sent when it is back')

  // The server's storage refuses for a while: 503, again and again, until it takes it.
  const locked = new Sqlite(test.url.slice('sqlite:'.length))
  locked.exec('begin immediate')
  await chosen.check()
  await page.locator('#saved[data-state=offline]').waitFor({ timeout: 20_000 })
  locked.exec('rollback')
  locked.close()
  await page.locator('#saved[data-state=saved]').waitFor({ timeout: 20_000 })
  t.same((await call(test, walk.trainee, 'GET', `/attempts/${exam.id}`)).json.questions[one - 1].answer, key[one], 'what the server refused is sent when it can take it')

  // A second device answers; this tab shows it when it is looked at again.
  await call(test, walk.trainee, 'PUT', `/attempts/${exam.id}/answers`, { answers: key })
  await page.evaluate(() => { document.dispatchEvent(new Event('visibilitychange')) })
  await page.waitForFunction((selector) => document.querySelector<HTMLInputElement>(selector)?.checked === true, `#q${one} input[value="${key[one]?.choices?.[0] ?? ''}"]`)
  await page.goto(`${base}/attempts/${exam.id}?page=end`)
  await page.getByRole('button', { name: 'Finish and hand in' }).click()
  await page.getByRole('link', { name: /^M\d\d-/ }).click()
  t.match(await page.locator('.certificate').innerText(), /Tariq Trainee[\s\S]*First steps/)
  const pdf = await context.request.get(`${page.url()}.pdf`)
  t.equal(pdf.headers()['content-type'], 'application/pdf')
  t.equal((await pdf.body()).subarray(0, 5).toString(), '%PDF-')
  await context.close()
})

/** The poorest question stands first, with why, what was chosen in place of the right answer, and where the languages differ. */
async function figuresSaid (t: Test, page: Page, locale: string): Promise<void> {
  const [poorest] = await page.locator('section[aria-labelledby=poor] article').all()
  if (poorest === undefined) throw new Error('no question to look at')
  t.equal(await poorest.getAttribute('id'), 'one')
  t.ok((await poorest.locator('ul > li').allInnerTexts()).every((sentence) => sentence.trim().length > 20), 'each concern is explained')
  if (locale === 'en') t.match(await poorest.innerText(), /^[^]*?Check the key[^]*Those who do well in the quiz do badly here/)
  const shares = await poorest.locator('progress').evaluateAll((bars) => bars.map((bar) => (bar as HTMLProgressElement).value))
  t.ok(shares.length >= 2 && shares.some((share) => share > 0.3), 'the chart of what was chosen')
  t.ok((await page.locator('main dl.facts').first().locator('dd .soft').allInnerTexts()).every((sentence) => sentence.trim().endsWith('.')), 'each figure has a sentence')
  t.equal(await page.locator('section:has(> h2#languages) tbody th a').first().getAttribute('href'), '#word', 'the question that is harder in one language')
}

t.test('axe finds nothing on any page, in English and Arabic; no page is wider than a phone', { timeout: 150_000 }, async (t) => {
  const test = await testApp(t, { courses: 'test/fixtures/courses', demo: true })
  const base = await test.app.listen({ port: 0, host: '127.0.0.1' })
  const walk = await startWalk(test)
  const graduate = await test.somebody('Gabriela Graduate', [{ role: 'trainee' }], { country: 'ZM' })
  const done = await walkToTheEnd(test, walk, graduate, await enrol(test, walk.admin, walk.cohortId, graduate))
  const { json: { certificateSerial: serial } } = await call(test, graduate, 'POST', `/attempts/${done.id}/finish`)
  const year = new Date().getUTCFullYear()
  const quota = await call(test, walk.admin, 'POST', '/quotas', { name: 'Officers trained', period: { from: `${year}-01-01`, to: `${year}-12-31` }, scope: {}, counts: 'persons', target: 5 })
  await call(test, walk.admin, 'POST', '/people', { name: 'Invited Person', email: 'invited@test.example', country: 'ZM', locale: 'en', roles: [{ role: 'trainee' }] })
  const mail = await test.db.read.selectFrom('mail').select('id').executeTakeFirstOrThrow()
  const exam = await start(test, walk, 'exam')
  // One question that the able miss and the others know, and one that is harder in one language.
  const sat = await addCohort(test, walk.admin, 'first-steps', [walk.instructor])
  await manySit(test, { ...walk, cohortId: sat }, 140, { one: ({ ability }) => ability < 3, word: ({ language, ability, usual }) => usual && (language === 'en' || ability > 5) })
  const pages: ReadonlyArray<readonly [Somebody | null, readonly string[]]> = [
    [null, ['/sign-in', '/forgot', '/verify', '/verify?serial=M26-05AF-MSY3-8DF', '/links/none', `/certificates/${serial as string}`, '/nothing']],
    [walk.trainee, ['/', `/enrolments/${walk.enrolmentId}`, `/enrolments/${walk.enrolmentId}/lessons/welcome`, `/enrolments/${walk.enrolmentId}/quizzes/exam`, `/attempts/${exam.id}?page=1`, `/attempts/${exam.id}?page=2`, `/attempts/${exam.id}?page=3`, `/attempts/${exam.id}?page=end`]],
    [graduate, [`/attempts/${done.id}/review`]],
    [walk.admin, [
      '/', '/desk/cohorts', '/desk/cohorts/new', `/desk/cohorts/${walk.cohortId}`, `/desk/cohorts/${walk.cohortId}/enrol`, `/desk/cohorts/${sat}/quizzes/exam/statistics`, `/desk/enrolments/${walk.enrolmentId}`,
      '/desk/courses', '/desk/courses/first-steps', '/desk/courses/first-steps/lessons/welcome', '/desk/quotas', '/desk/quotas/new', `/desk/quotas/${quota.json.id as string}`,
      `/desk/quotas/${quota.json.id as string}/entries`, '/desk/certificates', `/desk/certificates/${serial as string}`, '/desk/people', '/desk/people/new', `/desk/people/${walk.instructor.personId}`,
      '/desk/mail', `/desk/mail/${mail.id}`, '/desk/audit', `/attempts/${done.id}/review`
    ]]
  ]
  for (const locale of ['en', 'ar']) {
    for (const [who, paths] of pages) {
      const { context, page } = await open(test, base, who, { locale, dark: locale === 'ar' })
      for (const path of paths) {
        await page.goto(base + path)
        t.equal(await page.evaluate(() => document.documentElement.dir), locale === 'ar' ? 'rtl' : 'ltr')
        t.same(await axeFinds(page), [], `${locale} ${path}`)
        if (path.endsWith('/statistics')) await figuresSaid(t, page, locale)
        if (path === '/desk/audit') t.match(await page.locator('.log').innerText(), /Gabriela Graduate/, 'the log names whose enrolment it is')
        // Which questions stand on a page is drawn; the one that is written in Arabic too may be among them.
        const questions = await page.locator('section.question').evaluateAll((sections) => sections.map((section) => [section.querySelector<HTMLElement>('[lang]')?.lang ?? '', (section as HTMLElement).dir]))
        t.same(questions.filter(([lang, dir]) => dir !== (locale === 'ar' && lang === 'ar' ? 'rtl' : 'ltr')), [], 'a question is laid out in the direction of its own language')
        t.ok(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), `${locale} ${path} fits a phone`)
      }
      await context.close()
    }
  }
})
