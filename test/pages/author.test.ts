/// <reference lib="dom" />
import sharp from 'sharp'
import type { Page } from 'playwright-core'
import t from 'tap'
import { hashPassword } from '../../server/people/passwords.ts'
import { testApp, type Somebody } from '../app.ts'
import { launchChromium } from '../chromium.ts'
import { addCohort, call, enrol } from '../trainee.ts'
import { axeFinds, openContext } from './desk.ts'

t.test('two instructors write a course in the browser, from sign-in to a version that a cohort is moved to; the later save is refused and shown what changed', { timeout: 180_000 }, async (t) => {
  const test = await testApp(t, { courses: 'test/fixtures/courses' })
  const base = await test.app.listen({ port: 0, host: '127.0.0.1' })
  const browser = await launchChromium()
  t.teardown(async () => { await browser.close() })
  const ines = await test.somebody('Ines Instructor', [{ role: 'instructor' }])
  const omar = await test.somebody('Omar Other', [{ role: 'instructor' }])
  const hash = await hashPassword('a long enough password')
  await test.db.write(async (tx) => { await tx.updateTable('account').set({ password_hash: hash }).execute() })
  const signIn = async (who: Somebody, scripts: boolean): Promise<Page> => {
    const page = await (await openContext(browser, { viewport: { width: 1280, height: 900 }, javaScriptEnabled: scripts, locale: 'en' })).newPage()
    await page.goto(`${base}/sign-in`)
    await page.locator('input[name=email]').fill(who.email)
    await page.locator('input[name=password]').fill('a long enough password')
    await page.locator('main button').click()
    return page
  }
  const page = await signIn(ines, true)

  await page.getByRole('link', { name: 'Courses' }).first().click()
  await page.getByRole('link', { name: 'Write a course' }).click()
  await page.locator('#title').fill('Checkpoints at night')
  await page.locator('form:has(#title) button').click()
  t.match(await page.locator('h1').innerText(), /Checkpoints at night/)
  const draft = page.url()

  // A module, a lesson with a picture and its preview, a second lesson dragged above the first.
  await page.locator('#new-module').fill('Before the shift')
  await page.getByRole('button', { name: 'Add module' }).click()
  // The next page is waited for: going on at once would overtake what is sent.
  const save = async (): Promise<void> => {
    await page.getByRole('button', { name: 'Save', exact: true }).first().click()
    await page.locator('.notice.done').waitFor()
  }
  const add = async (title: string, button: string): Promise<void> => {
    await page.getByText('Add a lesson or a quiz').first().click()
    await page.locator('#add-module-1').fill(title)
    await page.getByRole('button', { name: button }).click()
  }
  await add('The light', 'Add lesson')
  const picture = await sharp({ create: { width: 2400, height: 1200, channels: 3, background: '#224466' } }).jpeg().toBuffer()
  await page.locator('#upload').setInputFiles({ name: 'Lamp post.jpg', mimeType: 'image/jpeg', buffer: picture })
  await page.locator('form:has(#upload) button').click()
  await page.locator('#body').fill('Stand where the light is behind you.\n\n![A lamp post](images/lamp-post.jpg)\n\n# Too high\n')
  await page.locator('#preview img[alt="A lamp post"]').waitFor()
  t.match(await page.locator('#preview img').getAttribute('width'), '2000')
  t.match(await page.locator('#lesson-problems').innerText(), /Line 5.*first level/, 'what is wrong is said while it is written')
  await page.locator('#body').fill('Stand where the light is behind you.\n\n![A lamp post](images/lamp-post.jpg)\n')
  await save()
  const lesson = page.url()
  await page.goto(draft)
  await add('The radio', 'Add lesson')
  await page.locator('#body').fill('Say where you stand.')
  await save()
  await page.goto(draft)
  await page.locator('[data-key=the-radio]').dragTo(page.locator('[data-key=the-light]'))
  await page.waitForURL(/saved=1/)
  t.same(await page.locator('.activity').allInnerTexts(), ['The radio', 'The light'])

  // A bank, and a quiz of it, said in words.
  await page.goto(`${draft}/file?path=banks/light.yaml`)
  await page.locator('#text').fill('title: Light\nquestions:\n  - { key: l-1, kind: true-false, topic: light, difficulty: easy, prompt: Light from behind hides you., correct: true }\n  - { key: l-2, kind: true-false, topic: light, difficulty: easy, prompt: A torch is never needed., correct: false }\n')
  await page.locator('#preview').getByText('Light from behind hides you.').waitFor()
  await save()
  await page.goto(draft)
  // What is typed before a page's script is there is followed too.
  const late = Promise.withResolvers<null>()
  await page.route(/draft-quiz/, async (route) => { await late.promise; await route.continue() })
  await add('What you know', 'Add quiz')
  t.match(await page.locator('#says').innerText(), /asks for 10 of topic/)
  await page.locator('#section-0-row-0-topic').selectOption('light')
  await page.locator('#section-0-row-0-count').fill('2')
  await page.locator('#attempts').fill('1')
  await page.locator('input[name=timed][value=yes]').check()
  await page.locator('#minutes').fill('5')
  late.resolve(null)
  await page.getByText('Trainees have 5 minutes').waitFor()
  await save()
  t.match(await page.locator('#says').innerText(), /It asks 2 questions[\s\S]*5 minutes[\s\S]*once/)

  // One more, from a bank of the house.
  const bank = (await call(test, omar, 'POST', '/banks', { name: 'Night work' })).json.id as string
  for (const prompt of ['Who speaks last on the radio?', 'What is never said on the radio?']) await call(test, omar, 'POST', `/banks/${bank}/questions`, { definition: { kind: 'short-text', topic: 'radio', difficulty: 'easy', prompt, accept: ['control'] } })
  await page.getByRole('link', { name: 'Choose from a bank' }).click()
  await page.getByRole('checkbox', { name: /Who speaks last/ }).check()
  await page.getByRole('button', { name: 'Put into the course' }).click()
  await page.locator('#says').getByText('It asks 3 questions').waitFor()
  await page.goto(`${draft}/questions`)
  t.match(await page.locator('main').innerText(), /Who speaks last on the radio\?[^]*Night work, version 1[^]*What you know/)
  // One of the course's own is changed in its form, tried as a trainee would, and saved.
  await page.getByRole('link', { name: 'A torch is never needed.' }).click()
  await page.locator('#f-prompt').fill('A torch is always needed.')
  await page.locator('#preview').getByText('A torch is always needed.').waitFor()
  await page.locator('#preview').getByText('False', { exact: true }).click()
  await page.getByRole('button', { name: 'Try it' }).click()
  t.match(await page.locator('#preview .feedback').innerText(), /Right · 1 of 1/)
  t.same(await axeFinds(page), [])
  await save()
  await page.goto(`${draft}/quizzes/what-you-know`)
  t.same(await axeFinds(page), [])
  await page.getByRole('link', { name: 'Sample paper' }).click()
  t.equal(await page.locator('section.question').count(), 3)

  // The other author, without scripts, has the lesson open while it is saved.
  await page.goto(draft)
  await page.getByText('Add an author').first().click()
  await page.locator('#writer').selectOption({ label: 'Omar Other' })
  await page.getByRole('button', { name: 'Add an author' }).click()
  await page.locator('.authors bdi', { hasText: 'Omar Other' }).waitFor()
  const other = await signIn(omar, false)
  await other.goto(lesson)
  await page.goto(lesson)
  await page.locator('#body').fill('Stand where the light is behind you, and stay there.\n\n![A lamp post](images/lamp-post.jpg)\n')
  await save()
  await other.locator('#body').fill('Stand where the light is behind you.\n\n![A lamp post](images/lamp-post.jpg)\n\nAsk for the papers.\n')
  await other.getByRole('button', { name: 'Save' }).click()
  t.match(await other.locator('h1').innerText(), /Somebody saved in between/)
  t.match(await other.locator('[aria-labelledby=theirs]').innerText(), /Ines Instructor[\s\S]*stay there/)
  t.match(await other.locator('[aria-labelledby=ours]').innerText(), /Ask for the papers/)
  await other.getByRole('button', { name: 'Save both' }).click()
  t.match(await other.locator('#body').inputValue(), /stay there\.[\s\S]*Ask for the papers\./, 'nothing of either is lost')

  await page.goto(`${draft}/facts`)
  await page.locator('#summary-en').fill('What to do before a shift at night.')
  await save()
  t.match(await page.locator('#problems').innerText(), /None/)
  await page.getByRole('link', { name: 'Compare and publish' }).click()
  t.match(await page.locator('main').innerText(), /The light \(English\)[\s\S]*What you know/)
  await page.locator('#notes').fill('The first version.')
  await page.getByRole('button', { name: 'Publish the course' }).click()
  t.match(await page.locator('main').innerText(), /Version 1 is published[\s\S]*The first version/)

  // A cohort begins with it. The next version says more in one lesson; the cohort is moved once what that changes was read.
  const admin = await test.somebody('Ada Admin', [{ role: 'administrator' }])
  const cohortId = await addCohort(test, admin, 'checkpoints-at-night', [ines])
  await page.getByRole('button', { name: 'Change as a draft' }).or(page.getByRole('link', { name: 'Change as a draft' })).click()
  if (page.url().includes('/new')) await page.locator('form:has(#course) button').click()
  await page.goto(`${page.url().replace(/\?.*|#.*/, '')}/lessons/the-radio`)
  await page.locator('#body').fill('Say where you stand, and what you see.')
  await save()
  await page.getByRole('navigation').getByRole('link', { name: 'Checkpoints at night' }).click()
  await page.getByRole('link', { name: 'Compare and publish' }).click()
  await page.locator('.difference summary', { hasText: 'The radio' }).click()
  await page.locator('.difference .added', { hasText: 'what you see' }).waitFor()
  await page.getByRole('button', { name: /Publish version 2/ }).click()
  t.match(await page.locator('main').innerText(), /Version 2 is published/)
  await page.goto(`${base}/desk/cohorts/${cohortId}/version`)
  t.match(await page.locator('main').innerText(), /The radio/)
  await page.locator('main input[type=checkbox]').check()
  await page.locator('main form button').last().click()
  await page.locator('.notice.done').waitFor()
  t.match((await call(test, admin, 'GET', `/cohorts/${cohortId}`)).json, { course: { version: 2 } })

  // A trainee of the cohort begins the quiz: as it was said, five minutes, and a paper like the samples.
  const amina = await test.somebody('Amina Trainee', [{ role: 'trainee' }], { country: 'ZM' })
  await test.db.write(async (tx) => { await tx.updateTable('account').set({ password_hash: hash }).where('id', '=', amina.accountId).execute() })
  const enrolment = await enrol(test, admin, cohortId, amina)
  const trainee = await signIn(amina, true)
  await trainee.goto(`${base}/enrolments/${enrolment}/quizzes/what-you-know`)
  await trainee.locator('main form button').first().click()
  await trainee.locator('.clock').waitFor()
  t.match(await trainee.locator('.clock').innerText(), /^0?[45]:\d\d$/)
  t.equal(await trainee.locator('section.question').count(), 3)
  t.match(await trainee.locator('main').innerText(), /A torch is always needed\./)

  const log = await test.db.read.selectFrom('audit_entry').select('action').where('action', 'in', ['draft.published', 'course.published']).where('actor_id', '=', ines.personId).execute()
  t.equal(log.length, 4)
})
