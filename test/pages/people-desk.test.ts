/// <reference lib="dom" />
import { readFileSync } from 'node:fs'
import type { Download, Locator, Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { createQuota } from '../../server/quotas/quotas.ts'
import { testApp, type Somebody } from '../app.ts'
import { programmeOn } from '../certificates/programme.ts'
import { launchChromium } from '../chromium.ts'
import { personOf } from '../trainee.ts'
import { mayEnter, signIn, sound } from './desk.ts'

const browser = await launchChromium()
t.teardown(async () => { await browser.close() })
const test = await testApp(t, { now: '2027-07-05T04:00:00Z' })
const { db, world } = test
const base = await test.app.listen({ port: 0, host: '127.0.0.1' })
const programme = await programmeOn(db, { world, at: world.setNow }, { fraud: null })
world.setNow('2027-07-05T04:00:00Z')
const ada = await test.somebody('Ada Admin', [{ role: 'administrator' }])
const ben = await test.somebody('Ben Second', [{ role: 'administrator' }])
await mayEnter(test, ada, ben)

/** The same pages on a phone, in Arabic, for whoever is signed in on a page. */
async function soundOnPhone (t: Test, by: Page, paths: readonly string[]): Promise<void> {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, bypassCSP: true })
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
async function fileOf (page: Page, link: string): Promise<{ readonly name: string, readonly bytes: Buffer }> {
  const download: Promise<Download> = page.waitForEvent('download')
  await page.getByRole('link', { name: link }).click()
  const file = await download
  return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) }
}

async function target (name: string, period: { readonly from: string, readonly to: string }, country: string | null, promised: number): Promise<string> {
  const { id, problems } = await createQuota(db, world, personOf(ada, 'administrator'), { name, period, timeZone: 'Asia/Shanghai', scope: country === null ? {} : { country }, counts: 'persons', target: promised })
  if (id === null) throw new Error(JSON.stringify(problems))
  return id
}

t.test('people: one is found, edited by two at once, held to be one with another and apart again, and erased; the count stays', { timeout: 150_000 }, async (t) => {
  world.setNow('2027-07-05T04:00:00Z')
  const year = await target('Officers trained in 2027', { from: '2027-01-01', to: '2027-12-31' }, 'ZM', 10)
  const mohammed = await test.somebody('Mohammed Al-Ahmad', [{ role: 'trainee' }], { country: 'ZM' })
  const other = await test.somebody('محمد الأحمد', [{ role: 'trainee' }], { country: 'ZM', locale: 'ar' })
  const third = await test.somebody('Osman Farouk', [{ role: 'trainee' }], { country: 'MY' })
  await mayEnter(test, mohammed)
  let serial = ''
  for (const { personId } of [mohammed, other]) serial = await programme.certify(personId)

  const admin = await signIn(browser, base, ada)
  const counted = async (): Promise<string> => {
    await admin.goto(`${base}/desk/quotas/${year}`)
    return await admin.locator('.head .big a').innerText()
  }
  const find = async (page: Page, name: string): Promise<void> => {
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'People', exact: true }).click()
    await page.getByLabel('Name or e-mail').fill(name)
    await page.getByRole('button', { name: 'Show' }).click()
    await page.getByRole('link', { name: 'Mohammed Al-Ahmad' }).click()
    await page.getByRole('heading', { name: 'Mohammed Al-Ahmad' }).waitFor()
  }
  t.equal(await counted(), '2')

  await find(admin, 'mohammed')
  await sound(t, admin, 'a person')
  await admin.getByRole('link', { name: 'Edit' }).click()
  const second = await signIn(browser, base, ben)
  await find(second, 'al-ahmad')
  await second.getByRole('link', { name: 'Edit' }).click()
  await second.getByLabel('Rank').fill('Inspector')
  await second.getByRole('button', { name: 'Save' }).click()
  t.match(await second.locator('.notice').innerText(), /Saved/)
  await second.context().close()
  await admin.getByLabel('Rank').fill('Sergeant')
  await admin.getByLabel('Date of birth').fill('1990-05-31')
  await admin.getByRole('button', { name: 'Save' }).click()
  t.match(await admin.getByRole('alert').innerText(), /Ben Second edited this person on[^]*Nothing of yours is saved yet/)
  t.match(await admin.getByRole('region', { name: 'What changed' }).getByRole('row', { name: 'Rank' }).innerText(), /Inspector[^]*Sergeant/)
  await sound(t, admin, 'an edit that came too late')
  await admin.getByRole('button', { name: 'Save' }).click()
  t.match(await admin.locator('main').innerText(), /Saved[^]*Sergeant[^]*31 May 1990/)

  await admin.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'People', exact: true }).click()
  await sound(t, admin, 'people')
  await admin.getByRole('link', { name: 'Perhaps the same person' }).click()
  const pair = admin.locator('section', { hasText: 'Mohammed Al-Ahmad' })
  t.match(await pair.innerText(), /محمد الأحمد/, 'another script is no other name')
  await sound(t, admin, 'who may be the same')
  await soundOnPhone(t, admin, ['/desk/people', '/desk/people/alike'])
  await pair.getByRole('link', { name: 'Look and decide' }).click()
  t.match(await admin.locator('main').innerText(), /What speaks for it: the same name in another script/)
  const row = (page: Page): Locator => page.getByRole('row', { name: 'Officers trained in 2027' })
  t.match(await row(admin).innerText(), /2\s+1\s+one person less/, 'what the count will be is shown before')
  await sound(t, admin, 'two records')
  await admin.getByRole('link', { name: 'Back' }).click()

  // She knows of a third record that nothing suggests: another name, another country.
  t.equal(await admin.getByRole('link', { name: 'Osman Farouk' }).count(), 0)
  await admin.getByLabel('Name, e-mail address or serial').fill('farouk osman')
  await admin.getByRole('button', { name: 'Search' }).click()
  await sound(t, admin, 'a record that is not suggested')
  await admin.getByRole('link', { name: /Compare.*Osman Farouk/ }).click()
  t.match(await admin.locator('main').innerText(), /Nothing in the records speaks for it/)
  t.match(await row(admin).innerText(), /2\s+2\s+stays as it is/, 'the third was not counted there')
  await admin.getByRole('link', { name: 'Back' }).click()

  await admin.getByLabel('Name, e-mail address or serial').fill(serial.slice(0, 8))
  await admin.getByRole('button', { name: 'Search' }).click()
  await admin.getByRole('link', { name: /Compare.*محمد الأحمد/ }).last().click()
  const compared = admin.url()
  await admin.getByLabel('How it is known').fill('The agency has confirmed it')
  await admin.getByRole('button', { name: 'Count as one person' }).click()
  t.match(await admin.locator('main').innerText(), /Counted as one person from now on[^]*This record is counted as[^]*Ada Admin held[^]*to be one person/)
  t.match(await row(admin).first().innerText(), /no longer counted[^]*\b1\b/, 'and after')
  await sound(t, admin, 'one person')
  const same = admin.url()
  t.equal(await counted(), '1', 'they are counted once')
  await soundOnPhone(t, admin, [new URL(same).pathname, `/desk/people/${other.personId}/same?q=osman`, `/desk/people/${other.personId}/same?into=${third.personId}`, `/desk/people/${mohammed.personId}`, `/desk/people/${mohammed.personId}/edit`, `/desk/people/${mohammed.personId}/data`])
  await admin.goto(compared)
  t.match(await admin.getByRole('alert').innerText(), /one person already/)
  await admin.goto(same)
  t.match(await row(admin).last().innerText(), /1\s+2\s+one person more/)
  await admin.getByLabel('How it is known').fill('They came together')
  await admin.getByRole('button', { name: 'Take apart again' }).click()
  t.match(await admin.locator('main').innerText(), /Two people again[^]*Taken back by Ada Admin/)
  t.equal(await counted(), '2', 'and twice again')

  const trainee = await signIn(browser, base, mohammed)
  await trainee.locator('summary', { hasText: 'Mohammed Al-Ahmad' }).click()
  await trainee.getByRole('link', { name: 'Your data' }).click()
  t.match(await trainee.locator('main').innerText(), /Sergeant[^]*Certificates/)
  await sound(t, trainee, "one's own data")
  const own = await fileOf(trainee, 'Download')
  t.match(JSON.parse(own.bytes.toString()), { data: { person: [{ name: 'Mohammed Al-Ahmad', rank: 'Sergeant' }] } })
  await soundOnPhone(t, trainee, ['/me/data'])
  await trainee.context().close()

  await find(admin, 'mohammed')
  await admin.getByRole('link', { name: 'Personal data: copy or erase' }).click()
  await sound(t, admin, 'personal data')
  t.equal((await fileOf(admin, 'Download as JSON')).name, 'personal-data.json')
  await admin.getByLabel('Type the person\'s e-mail address').fill(ada.email)
  await admin.getByLabel('Why').fill('Asked for in writing')
  await admin.getByRole('button', { name: 'Erase for good' }).click()
  t.match(await admin.getByRole('alert').innerText(), /This is not the address of this person/)
  await admin.getByLabel('Type the person\'s e-mail address').fill(mohammed.email)
  await admin.getByRole('button', { name: 'Erase for good' }).click()
  t.match(await admin.locator('.notice').innerText(), /The data of this person was erased on 5 Jul 2027/)
  await sound(t, admin, 'somebody who was erased')
  t.equal(await counted(), '2', 'what was counted stays')
  await admin.locator('.head .big a').click()
  t.equal(await admin.locator('main a.serial').count() > 1, true, 'and opens into its serials')
  t.notMatch(await admin.locator('main').innerText(), /Mohammed/, 'without the name')
  await admin.goto(`${base}/desk/people?search=mohammed`)
  t.equal(await admin.getByRole('link', { name: 'Mohammed' }).count(), 0)

  // The log says who did it, to whom and why.
  await admin.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Log' }).click()
  await admin.getByLabel('Who did it').fill('admin ada')
  await admin.getByLabel('What was done').selectOption({ label: 'two records held to be one person' })
  await admin.getByRole('button', { name: 'Show', exact: true }).click()
  t.equal(await admin.locator('.log > li').count(), 1)
  t.match(await admin.locator('.log').innerText(), /Ada Admin · two records held to be one person[^]*The agency has confirmed it/)
  await admin.locator('.log summary').click()
  t.match(await admin.locator('.log dl').innerText(), /Counted as\s+محمد الأحمد/)
  await sound(t, admin, 'the log')
  t.match((await fileOf(admin, 'Download as CSV')).bytes.toString(), /two records held to be one person/)
  await soundOnPhone(t, admin, ['/desk/audit?action=person.'])
  await admin.context().close()
})

t.test('home leads each role to its work; the search is on every page, and finds a serial by a part of it', { timeout: 150_000 }, async (t) => {
  world.setNow('2027-07-06T04:00:00Z')
  const ines = await test.somebody('Ines Instructor', [{ role: 'instructor' }])
  const lina = await test.somebody('Lina Liaison', [{ role: 'liaison', country: 'ZM' }])
  const tariq = await test.somebody('Tariq Trainee', [{ role: 'trainee' }], { country: 'ZM' })
  const idle = await test.somebody('Idle Nobody', [{ role: 'trainee' }])
  await mayEnter(test, ines, lina, tariq, idle)
  const { id: version } = await db.read.selectFrom('course_version').innerJoin('course', 'course.id', 'course_version.course_id').select('course_version.id').where('slug', '=', 'fraud').executeTakeFirstOrThrow()
  await db.write(async (tx) => {
    for (const [name, from, until] of [['Running class', '2027-06-20', '2027-07-20'], ['Coming class', '2027-07-10', '2027-08-10']] as const) {
      const id = world.newId()
      await tx.insertInto('cohort').values({ id, name, course_version_id: version, starts_at: `${from}T00:00:00.000Z`, ends_at: `${until}T00:00:00.000Z`, seats: 20, created_at: world.now().toISOString() }).execute()
      await tx.insertInto('cohort_instructor').values({ cohort_id: id, person_id: ines.personId }).execute()
      await tx.insertInto('enrolment').values({ id: world.newId(), cohort_id: id, person_id: tariq.personId, state: 'active', enrolled_at: `${from}T00:00:00.000Z`, active_at: null, completed_at: null, done: 0, total: 4 }).execute()
    }
  })
  const serial = await programme.certify(tariq.personId)

  const leads = async (who: Somebody, link: RegExp, to: RegExp): Promise<Page> => {
    const page = await signIn(browser, base, who)
    await sound(t, page, `home of ${who.name}`)
    await page.getByRole('region', { name: 'To do today' }).getByRole('link', { name: link }).click()
    t.match(page.url(), to, String(link))
    return page
  }
  await (await leads(tariq, /4 steps left, by 20 Jul 2027$/, /\/enrolments\//)).context().close()
  const instructor = await leads(ines, /^1 trainee of Running class may need help/, /show=stuck/)
  t.match(await instructor.locator('main').innerText(), /Tariq Trainee/)
  await instructor.goto(`${base}/`)
  await instructor.getByRole('link', { name: 'Coming class begins on 10 Jul 2027: 1 trainee is enrolled for 20 seats' }).click()
  t.match(await instructor.locator('h1').innerText(), /Coming class/)
  await (await leads(lina, /cohorts? to nominate people for/, /\/desk\/nominations/)).context().close()
  const admin = await leads(ada, /Coming class begins/, /\/desk\/cohorts\//)
  const nothing = await signIn(browser, base, idle)
  t.match(await nothing.locator('main').innerText(), /No course yet/)
  await nothing.context().close()

  // From any page, by keyboard: a part of the serial, as somebody reads it over the telephone.
  await admin.waitForLoadState()
  await admin.keyboard.press('Control+k')
  await admin.waitForURL(/\/desk\/search/)
  await admin.waitForLoadState()
  await admin.keyboard.type(serial.slice(0, 8).toLowerCase().replaceAll('-', ' '))
  await admin.keyboard.press('Enter')
  await admin.getByRole('region', { name: 'Certificates' }).getByRole('link', { name: 'Tariq Trainee' }).click()
  t.match(await admin.locator('main').innerText(), new RegExp(serial))
  await admin.context().close()
  await instructor.goto(`${base}/desk/search?q=trainee+tarik`)
  t.match(await instructor.locator('main').innerText(), /sound like them[^]*Tariq Trainee/)
  await sound(t, instructor, 'what was found')
  await soundOnPhone(t, instructor, ['/', '/desk/search?q=tariq', '/desk/search?q=zzzzzz'])
  await instructor.context().close()
})
