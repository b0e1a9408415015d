/// <reference lib="dom" />
import type { Page } from 'playwright-core'
import t from 'tap'
import { testApp, type Somebody } from '../app.ts'
import { programmeOn } from '../certificates/programme.ts'
import { launchChromium } from '../chromium.ts'
import { fileOf, mayEnter, signIn, sound, soundOnPhone, target } from './desk.ts'

const FIRST_NAMES = ['Amina', 'Bwalya', 'Chanda', 'Dalitso', 'Esther', 'Febby', 'Grace', 'Harriet', 'Joseph', 'Kalaba', 'Lubasi', 'Peter'] as const

const browser = await launchChromium()
t.teardown(async () => { await browser.close() })
const test = await testApp(t, { now: '2026-06-15T04:00:00Z' })
const { db, world } = test
const base = await test.app.listen({ port: 0, host: '127.0.0.1' })
const programme = await programmeOn(db, { world, at: world.setNow }, { fraud: 12, drugs: null })
world.setNow('2026-06-15T04:00:00Z')
const ada = await test.somebody('Ada Admin', [{ role: 'administrator' }])
const ben = await test.somebody('Ben Second', [{ role: 'administrator' }])
await mayEnter(test, ada, ben)

t.test('targets: one is moved by two administrators, the end is foreseen, the year is closed, restated and reported', { timeout: 150_000 }, async (t) => {
  // Twelve certified in five months; three cohorts of the past of which six in ten were certified; ten people on their way.
  const half = { from: '2026-01-01', to: '2026-06-30' }
  for (const [index, name] of FIRST_NAMES.entries()) {
    world.setNow(new Date(Date.UTC(2026, 0, 12 + index * 12, 4)).toISOString())
    const personId = await programme.trainee(index < 8 ? 'ZM' : 'MY', 'National Police', `${name} Mwila`)
    if (index % 2 === 0) await db.write(async (tx) => { await tx.updateTable('person').set({ rank: 'Inspector' }).where('id', '=', personId).execute() })
    await programme.certify(personId)
  }
  world.setNow('2026-06-15T04:00:00Z')
  const now = world.now().toISOString()
  const { id: version } = await db.read.selectFrom('course_version').innerJoin('course', 'course.id', 'course_version.course_id').select('course_version.id').where('slug', '=', 'fraud').executeTakeFirstOrThrow()
  const onTheWay = await Promise.all(FIRST_NAMES.slice(0, 10).map(async (name) => await programme.trainee('ZM', null, `${name} Tembo`)))
  await db.write(async (tx) => {
    const cohort = async (name: string, endsAt: string): Promise<string> => {
      const id = world.newId()
      await tx.insertInto('cohort').values({ id, name, course_version_id: version, starts_at: '2026-01-01T00:00:00.000Z', ends_at: endsAt, seats: null, created_at: '2026-01-01T00:00:00.000Z' }).execute()
      return id
    }
    for (const month of ['02', '03', '04']) {
      const id = await cohort(`Past ${month}`, `2026-${month}-20T00:00:00.000Z`)
      await tx.insertInto('cohort_outcome').values((['enrolled', 'started'] as const).map((stage) => ({ cohort_id: id, stage, people: 20, certified: 12, at: now }))).execute()
    }
    const running = await cohort('Running', '2026-06-28T00:00:00.000Z')
    await tx.insertInto('enrolment').values(onTheWay.map((personId) => ({ id: world.newId(), cohort_id: running, person_id: personId, state: 'active' as const, enrolled_at: now, active_at: null, completed_at: null, done: 0, total: 4 }))).execute()
  })
  const whole = await target(test, ada, 'Officers trained', half, null, 100)
  await target(test, ada, 'Officers of Zambia', half, 'ZM', 40)

  const admin = await signIn(browser, base, ada)
  const nav = async (page: Page): Promise<void> => { await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Targets', exact: true }).click() }
  await nav(admin)
  await admin.getByRole('link', { name: 'New target' }).click()
  await admin.getByLabel('Name', { exact: true }).fill('Officers of Malaysia')
  await admin.getByLabel('First day').fill(half.from)
  await admin.getByLabel('Last day').fill(half.to)
  await admin.getByLabel('Target', { exact: true }).fill('30')
  await admin.getByLabel('Country', { exact: true }).selectOption({ label: 'Malaysia' })
  await sound(t, admin, 'a new target')
  await admin.getByRole('button', { name: 'Make this target' }).click()
  t.match(await admin.locator('.head .big').innerText(), /^4\s+of 30/, 'what was certified before is counted')
  await nav(admin)
  t.same(await admin.locator('th[data-depth="1"]').allInnerTexts(), ['Officers of Zambia', 'Officers of Malaysia'], 'both stand inside that of the whole programme')
  await sound(t, admin, 'the tree of targets')

  await admin.getByRole('link', { name: 'Moved targets' }).click()
  const choice = async (field: string, name: string): Promise<void> => {
    const select = admin.getByLabel(field, { exact: true })
    await select.selectOption(await select.locator('option', { hasText: name }).getAttribute('value'))
  }
  await choice('From', 'Officers of Zambia')
  await choice('To', 'Officers of Malaysia')
  await admin.getByLabel('How many').fill('5')
  await admin.getByLabel('Reason').fill('One more class in Kuala Lumpur')
  await admin.getByRole('button', { name: 'Propose' }).click()
  const move = admin.getByRole('row', { name: '5 moved' })
  t.match(await move.innerText(), /Officers of Zambia[^]*Officers of Malaysia[^]*waits for a second administrator[^]*Proposed by Ada Admin/)
  t.equal(await move.getByRole('button', { name: 'Approve' }).count(), 0, 'nobody approves what they proposed')
  await sound(t, admin, 'a move that was proposed')

  const second = await signIn(browser, base, ben)
  await second.getByRole('link', { name: '1 move of a target that wants a second administrator' }).click()
  await second.getByRole('row', { name: '5 moved' }).getByRole('button', { name: 'Approve' }).click()
  t.match(await second.getByRole('row', { name: '5 moved' }).innerText(), /Approved by Ben Second/)
  await second.getByRole('link', { name: 'Officers of Malaysia' }).click()
  t.match(await second.locator('main').innerText(), /of 35[^]*Of 30 first promised; \+5 by moves and carry-overs/)
  await second.context().close()

  await nav(admin)
  t.match(await admin.getByRole('row', { name: 'Officers of Zambia' }).innerText(), /\b35\b/, 'what one gained the other lost')
  await admin.getByRole('link', { name: 'Officers trained' }).click()
  t.match(await admin.locator('blockquote.rule').innerText(), /Counts each person once, on the day a certificate in any course is issued[^]*A revoked certificate is taken back/)
  const range = /With the people on their way, (\d+) to (\d+) by 30 Jun 2026, most likely (\d+)/.exec(await admin.locator('figcaption').innerText())
  t.match(range?.[3], /^18$/, 'six in ten of ten people come to the twelve')
  t.ok(Number(range?.[1]) < 18 && Number(range?.[2]) > 18, 'with a range')
  await sound(t, admin, 'a target')
  await admin.getByRole('link', { name: 'Annual report' }).click()
  const end = admin.locator('section', { has: admin.getByRole('heading', { name: 'Where the year will end' }) })
  t.same(await end.locator('.figures b').allInnerTexts(), [range?.[1], range?.[3], range?.[2]], 'the report has the same range')
  t.match(await end.innerText(), /of ten years that stood as this one stands today, about one would end below \d+[^]*Enrolled\s+10\s+59\.8%: 36 of 60 in 3 cohorts\s+6/)
  await sound(t, admin, 'the report of a year that lasts')
  await soundOnPhone(t, browser, base, admin, [`/desk/quotas/${whole}/report`])
  await admin.goBack()
  await admin.getByRole('link', { name: 'Enrolled: 10' }).click()
  t.equal(await admin.getByRole('link', { name: / Tembo$/ }).count(), 10, 'the figure opens into its people')
  await admin.getByText('Show each cohort').click()
  t.match(await admin.getByRole('row', { name: 'Past 03' }).innerText(), /12 of 20/, 'and the share into its cohorts')
  await sound(t, admin, 'who is on the way')
  await soundOnPhone(t, browser, base, admin, ['/desk/quotas', '/desk/quotas/changes', `/desk/quotas/${whole}`, `/desk/quotas/${whole}/pipeline`])
  await admin.context().close()

  world.setNow('2026-07-02T04:00:00Z')
  const closing = await signIn(browser, base, ben)
  await closing.getByRole('link', { name: '3 targets whose period is over can be closed' }).click()
  await nav(closing)
  await closing.getByRole('link', { name: 'Officers trained' }).click()
  await closing.getByRole('button', { name: 'Close with this count' }).click()
  t.match(await closing.locator('.notice').innerText(), /Closed on 2 Jul 2026 with 12\./)
  await sound(t, closing, 'a closed target')
  await closing.locator('.head .big a').click()
  await closing.getByRole('row', { name: 'Bwalya Mwila' }).getByRole('link').click()
  await closing.getByRole('link', { name: 'On the desk' }).click()
  await closing.getByLabel('Reason').last().fill('Sat by another person')
  // Later than the closing, as it is with people.
  world.advance(60)
  await closing.getByRole('button', { name: 'Revoke this certificate' }).click()
  await nav(closing)
  await closing.getByRole('link', { name: 'Officers trained' }).click()
  t.match(await closing.locator('.notice').innerText(), /with 12\. Since then one entry was added: the count restated is 11/)

  await closing.getByRole('link', { name: 'Annual report' }).click()
  t.match(await closing.locator('main').innerText(), /closed on 2 Jul 2026 with 12 counted of 100 promised[^]*Restated since by −1: 11[^]*still bear their signature/)
  for (const part of ['By country', 'By course', 'By rank', 'By month of issue']) t.ok(await closing.getByRole('region', { name: part }).isVisible(), part)
  await sound(t, closing, 'the annual report')
  const pdf = await fileOf(closing, 'Open as PDF')
  t.equal(pdf.bytes.subarray(0, 5).toString(), '%PDF-')
  t.equal(pdf.name, 'annual-report.pdf')
  t.match(await closing.getByRole('row', { name: 'Zambia' }).innerText(), /8\s+−1\s+7/)
  const opened = async (figure: string): Promise<string> => {
    await closing.getByRole('row', { name: 'Zambia' }).getByRole('link', { name: figure, exact: true }).click()
    return await closing.locator('main .figures').innerText()
  }
  t.match(await opened('8'), /^8\s+counted\s+8\s+added\s+0\s+taken back$/, 'what it was closed with')
  await closing.goBack()
  t.match(await opened('−1'), /^−1\s+counted\s+0\s+added\s+1\s+taken back$/, 'what changed since')
  await closing.goBack()
  const signed = await fileOf(closing, 'Signed figures (ZIP)')
  t.equal(signed.name, 'signed-figures.zip')
  t.match(await opened('7'), /7[^]*8[^]*1/)
  t.match(await closing.getByRole('row', { name: 'taken back' }).innerText(), /Bwalya Mwila[^]*restatement/)
  t.equal(await closing.locator('main a.serial').count(), 9, 'the figure opens into its serials')
  await sound(t, closing, 'the serials')
  await closing.getByRole('row', { name: 'taken back' }).getByRole('link').click()
  t.match(await closing.locator('main').innerText(), /Revoked[^]*Bwalya Mwila[^]*Sat by another person/i, 'and a serial into the page that anybody sees')
  await soundOnPhone(t, browser, base, closing, [`/desk/quotas/${whole}`, `/desk/quotas/${whole}/report`, `/desk/quotas/${whole}/entries?country=ZM`])
  await closing.context().close()
})

t.test('readiness: people are found, picked, kept as a list and handed on, and whoever keeps it is warned', { timeout: 150_000 }, async (t) => {
  world.setNow('2026-07-02T06:00:00Z')
  const people: Record<string, Somebody> = {}
  for (const [name, country, locale] of [['Nadia Noor', 'MY', 'ar'], ['Osman Omari', 'MY', 'ar'], ['Petra Pohl', 'MY', 'en'], ['Rana Rahim', 'JO', 'ar']] as const) {
    const one = people[name] = await test.somebody(name, [{ role: 'trainee' }], { country, locale })
    await programme.certify(one.personId)
  }
  await programme.certify(people['Nadia Noor']?.personId ?? '', 'drugs')

  const admin = await signIn(browser, base, ada)
  await admin.getByRole('link', { name: 'Readiness', exact: true }).click()
  await admin.getByRole('checkbox', { name: 'Course drugs' }).check()
  await admin.getByRole('button', { name: 'Show' }).click()
  const listed = admin.getByRole('region', { name: 'People' }).getByRole('row')
  t.equal(await listed.count(), 2, 'a head and one person')
  t.match(await listed.last().innerText(), /Nadia Noor[^]*Course drugs no end/)
  await admin.getByRole('checkbox', { name: 'Course drugs' }).uncheck()
  await admin.getByRole('checkbox', { name: 'Course fraud' }).check()
  await admin.getByLabel('Country').selectOption({ label: 'Malaysia' })
  await admin.getByRole('combobox', { name: 'Language' }).selectOption('ar')
  await admin.getByLabel('Still valid on').fill('2027-07-01')
  await admin.getByRole('button', { name: 'Show' }).click()
  t.same(await admin.getByRole('region', { name: 'People' }).getByRole('rowheader').allInnerTexts(), ['Nadia Noor', 'Osman Omari'], 'of one course, country and language, and valid on the day')
  await sound(t, admin, 'who can be sent')
  await admin.getByText('Download', { exact: true }).click()
  t.equal((await fileOf(admin, 'These people as XLSX')).name, 'readiness.xlsx')
  const found = await fileOf(admin, 'These people as CSV')
  t.equal(found.name, 'readiness.csv')
  t.match(found.bytes.toString(), /Nadia Noor[^]*Osman Omari/)
  t.notMatch(found.bytes.toString(), /Petra|Rana/)

  await admin.getByRole('checkbox', { name: 'Nadia Noor' }).check()
  await admin.getByRole('checkbox', { name: 'Osman Omari' }).check()
  await admin.getByRole('button', { name: 'Save', exact: true }).click()
  t.match(await admin.getByRole('alert').innerText(), /Give the list a name/)
  t.ok(await admin.getByRole('checkbox', { name: 'Nadia Noor' }).isChecked(), 'who was picked stays picked')
  await admin.getByLabel('Name of a new list').fill('Joint patrol')
  await admin.getByRole('button', { name: 'Save', exact: true }).click()
  t.match(await admin.locator('main').innerText(), /2 people[^]*Joint patrol[^]*all ready[^]*Everybody on this list must hold a valid certificate of: Course fraud/)
  await sound(t, admin, 'a saved list')
  await admin.getByText('Download', { exact: true }).click()
  t.equal((await fileOf(admin, 'This list as XLSX')).name, 'list.xlsx')
  const list = await fileOf(admin, 'This list as CSV')
  t.match(list.bytes.toString(), /Nadia Noor[^]*Osman Omari/)
  const path = new URL(admin.url()).pathname
  await admin.goto(`${base}/`)
  t.equal(await admin.getByRole('link', { name: 'Joint patrol' }).count(), 0, 'nothing lapses yet')
  await admin.context().close()

  world.setNow('2027-06-10T04:00:00Z')
  const month = await signIn(browser, base, ada)
  await month.getByRole('link', { name: '2 people on the list “Joint patrol” with a certificate that lapses soon or is no longer valid' }).click()
  t.match(await month.locator('main').innerText(), /2 lapse soon[^]*Nadia Noor[^]*lapses on [12] Jul 2027/)
  await sound(t, month, 'a list on which certificates lapse')
  await month.context().close()

  world.setNow('2027-07-03T04:00:00Z')
  const after = await signIn(browser, base, ada)
  await sound(t, after, 'what waits today')
  await after.getByRole('link', { name: /^2 people on the list “Joint patrol”/ }).click()
  t.match(await after.locator('main').innerText(), /2 not ready[^]*Nadia Noor[^]*none valid/)
  await after.getByRole('link', { name: 'Saved lists' }).click()
  t.match(await after.getByRole('row', { name: 'Joint patrol' }).innerText(), /2 not ready[^]*Ada Admin/)
  await sound(t, after, 'saved lists')
  await soundOnPhone(t, browser, base, after, ['/', '/desk/readiness?course=drugs', '/desk/readiness/teams', path])
  await after.context().close()
})
