/// <reference lib="dom" />
import { readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import t from 'tap'
import { testApp } from '../app.ts'
import { launchChromium } from '../chromium.ts'
import { call, start, startWalk, type ApiAttempt } from '../trainee.ts'
import { enlivened } from './desk.ts'

const images = 'test/fixtures/courses/all-kinds/images'
const COURSE = `slug: dragging
language: en
title: { en: Dragging, ar: السحب }
summary: What can be dragged, on one page.
modules: [{ key: only, title: Only, activities: [{ quiz: all }] }]
quizzes:
  - { key: all, title: { en: All, ar: الكل }, behaviour: deferred, passPercent: 50, questionsPerPage: 10, shuffleQuestions: false, sections: [{ questions: [words, plan, steps, roles, bank] }] }
`
const plan = 'image: { src: images/street.png, width: 640, height: 400, alt: { en: A plan of a crossroads, ar: مخطط تقاطع طرق } }'
const BANK = `title: Dragging
questions:
  - key: words
    kind: drag-words
    topic: dragging
    difficulty: easy
    prompt: { en: Complete the sentence., ar: أكمل الجملة. }
    text: { en: "The {{who}} asks for the {{what}} at once.", ar: "يطلب {{who}} فورًا {{what}}." }
    choices:
      - { key: bank, text: { en: bank, ar: المصرف } }
      - { key: recall, text: { en: recall, ar: استرداد المال } }
      - { key: court, text: { en: court, ar: المحكمة } }
    gaps: [{ key: who, choice: bank }, { key: what, choice: recall }]
  - key: plan
    kind: drag-image
    topic: dragging
    difficulty: easy
    prompt: { en: What is where?, ar: أين يقع كل منها؟ }
    ${plan}
    zones:
      - { key: upper-left, x: 60, y: 65, width: 150, height: 60, item: house }
      - { key: corner, x: 505, y: 60, width: 80, height: 80, item: camera, label: { en: Corner, ar: الركن } }
    items:
      - { key: house, text: { en: House, ar: منزل } }
      - { key: camera, image: { src: images/camera.png, alt: { en: Camera, ar: كاميرا } } }
      - { key: park, text: { en: Park, ar: حديقة } }
  - key: steps
    kind: order
    topic: dragging
    difficulty: easy
    prompt: { en: Put the steps in order., ar: رتّب الخطوات. }
    items:
      - { key: listen, text: { en: Listen to the victim, ar: استمع إلى الضحية } }
      - { key: recall, text: { en: Ask for the recall, ar: اطلب الاسترداد } }
      - { key: report, text: { en: Write the report, ar: اكتب التقرير } }
      - { key: file, text: { en: Open the file, ar: افتح الملف } }
  - key: roles
    kind: match
    topic: dragging
    difficulty: easy
    prompt: { en: Who does what?, ar: من يفعل ماذا؟ }
    stems:
      - { key: recruiter, text: { en: Recruiter, ar: المجنِّد }, choice: finds }
      - { key: mule, text: { en: Money mule, ar: ناقل الأموال }, choice: moves }
    choices:
      - { key: finds, text: { en: Finds people, ar: يجد الناس } }
      - { key: moves, text: { en: Moves money, ar: ينقل الأموال } }
  - key: bank
    kind: hotspot
    topic: dragging
    difficulty: easy
    prompt: { en: Mark the blue building., ar: حدد المبنى الأزرق. }
    ${plan}
    areas: [{ key: bank, shape: rect, coords: [380, 40, 600, 160], correct: true }]
`

interface Spot { readonly x: number, readonly y: number }

/** How somebody takes a thing from one place to another, and how they touch one. */
interface Hand {
  readonly drag: (from: Spot, to: Spot) => Promise<void>
  readonly touch: (at: Spot) => Promise<void>
}

function mouseOf (page: Page): Hand {
  return {
    drag: async (from, to) => {
      await page.mouse.move(from.x, from.y)
      await page.mouse.down()
      await page.mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2, { steps: 3 })
      await page.mouse.move(to.x, to.y, { steps: 3 })
      await page.mouse.up()
    },
    touch: async ({ x, y }) => { await page.mouse.click(x, y) }
  }
}

/** A tap is told a moment after the finger is gone. On a machine so slow that the finger was held too long for a tap, it is made
 * again, as anybody would. */
async function untilSeen (isSeen: () => Promise<boolean>, act: () => Promise<void>): Promise<void> {
  for (let tries = 0; tries < 4; tries++) {
    await act()
    for (let looks = 0; looks < 20; looks++) {
      if (await isSeen()) return
      await wait(100)
    }
  }
}

async function fingerOf (page: Page): Promise<Hand> {
  const device = await page.context().newCDPSession(page)
  const send = async (type: 'touchStart' | 'touchMove' | 'touchEnd', at?: Spot): Promise<void> => {
    await device.send('Input.dispatchTouchEvent', { type, touchPoints: at === undefined ? [] : [at] })
  }
  return {
    drag: async (from, to) => {
      await send('touchStart', from)
      for (const part of [0.1, 0.5, 0.9, 1]) await send('touchMove', { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part })
      await send('touchEnd')
    },
    touch: async ({ x, y }) => {
      // A touch right after a drag is no tap to a browser.
      await page.waitForTimeout(400)
      await page.touchscreen.tap(x, y)
      await page.waitForTimeout(50)
    }
  }
}

t.test('words, pictures, items and places are dragged with a mouse and a finger, and set by keyboard, on a phone and from right to left', { timeout: 60_000 }, async (t) => {
  const courses = t.testdir({ dragging: { 'course.yaml': COURSE, banks: { 'dragging.yaml': BANK }, images: { 'street.png': readFileSync(`${images}/street.png`), 'camera.png': readFileSync(`${images}/camera.png`) } } })
  const test = await testApp(t, { courses })
  const chromium = await launchChromium()
  t.teardown(async () => { await chromium.close() })
  const base = await test.app.listen({ port: 0, host: '127.0.0.1' })
  const walk = await startWalk(test, 'dragging')

  for (const [how, locale] of [['mouse', 'en'], ['finger', 'ar'], ['keyboard', 'ar']] as const) {
    const attempt = await start(test, walk, 'all')
    const context = await chromium.newContext({ viewport: { width: 390, height: 844 }, hasTouch: how === 'finger', locale })
    await context.addCookies([{ name: 'muster', value: walk.trainee.token, url: base }, { name: 'muster-language', value: locale, url: base }])
    const page = await context.newPage()
    const errors: string[] = []
    page.on('pageerror', (error) => { errors.push(error.message) })
    await page.goto(`${base}/attempts/${attempt.id}?page=1`)
    await enlivened(page)
    const hand = how === 'finger' ? await fingerOf(page) : mouseOf(page)
    /** The middle of something, or a place in it as parts of its size. */
    const spot = async (selector: string, part: Spot = { x: 0.5, y: 0.5 }): Promise<Spot> => {
      const box = await page.locator(selector).first().boundingBox()
      if (box === null) throw new Error(`${selector} is not shown`)
      return { x: box.x + box.width * part.x, y: box.y + box.height * part.y }
    }
    const inView = async (selector: string): Promise<void> => { await page.locator(selector).first().evaluate((element) => { element.scrollIntoView({ block: 'center' }) }) }
    const choose = async (name: string, value: string): Promise<void> => { await page.locator(`select[name="${name}"]`).selectOption(value) }

    if (how === 'keyboard') {
      /** Steps through a menu as a keyboard does. */
      const set = async (name: string, value: string): Promise<void> => {
        const select = page.locator(`select[name="${name}"]`)
        await select.focus()
        const index = await select.evaluate((menu, value) => [...(menu as HTMLSelectElement).options].findIndex((option) => option.value === value), value)
        await page.keyboard.press('Home')
        for (let step = 0; step < index; step++) await page.keyboard.press('ArrowDown')
        t.equal(await select.inputValue(), value, name)
      }
      for (const [name, value] of [['q1.who', 'bank'], ['q1.what', 'recall'], ['q2.upper-left', 'house'], ['q2.corner', 'camera'], ['q4.recruiter', 'finds'], ['q4.mule', 'moves']] as const) await set(name, value)
      for (const [index, key] of ['listen', 'recall', 'report', 'file'].entries()) {
        const place = async (): Promise<number> => await page.locator('#q3 li').evaluateAll((items, key) => items.findIndex((item) => (item as HTMLElement).dataset['key'] === key), key)
        await page.locator(`#q3 li[data-key=${key}] .up`).focus()
        // From the top there is nothing to press: it goes down once and comes up again.
        if (await place() === index && index === 0) { await page.locator(`#q3 li[data-key=${key}] .down`).press('Enter'); await page.locator(`#q3 li[data-key=${key}] .up`).focus() }
        while (await place() > index) await page.keyboard.press('Enter')
      }
      const plate = page.locator('#q5 [role=application]')
      await plate.focus()
      for (let step = 0; step < 12; step++) await page.keyboard.press('ArrowRight')
      for (let step = 0; step < 8; step++) await page.keyboard.press('ArrowUp')
      await page.keyboard.press('Enter')
    } else {
      for (const [key, gap] of [['court', 'who'], ['bank', 'who'], ['recall', 'what']] as const) {
        await inView('#q1 .bank')
        await hand.drag(await spot(`#q1 .bank [data-key=${key}]`), await spot(`select[name="q1.${gap}"]`))
        t.equal(await page.locator(`select[name="q1.${gap}"]`).inputValue(), key, `${how}: ${key} into ${gap}`)
      }
      await hand.drag(await spot('#q1 .bank [data-key=court]'), await spot('#q1 .prompt'))
      t.equal(await page.locator('.ghost').count(), 0, 'dropped beside a gap it goes back')
      for (const [key, zone] of [['house', 'upper-left'], ['camera', 'corner']] as const) {
        await inView('#q2 .plate')
        await hand.drag(await spot(`#q2 .bank [data-key=${key}]`), await spot(`#q2 [data-zone="q2-${zone}"] rect`))
        t.equal(await page.locator(`select[name="q2.${zone}"]`).inputValue(), key, `${how}: ${key} onto ${zone}`)
      }
      // Touched, and then its place, which needs no dragging.
      await inView('#q2 .plate')
      const corner = page.locator('select[name="q2.upper-left"]')
      await untilSeen(async () => await corner.inputValue() === 'park', async () => {
        await hand.touch(await spot('#q2 .bank [data-key=park]'))
        await hand.touch(await spot('#q2 [data-zone="q2-upper-left"] rect'))
      })
      t.equal(await corner.inputValue(), 'park')
      await hand.drag(await spot('#q2 .bank [data-key=house]'), await spot('#q2 [data-zone="q2-upper-left"] rect'))
      for (const [index, key] of ['listen', 'recall', 'report', 'file'].entries()) {
        await inView('#q3 .sequence')
        const place = await page.locator('#q3 li').evaluateAll((items, key) => items.findIndex((item) => (item as HTMLElement).dataset['key'] === key), key)
        if (place !== index) await hand.drag(await spot(`#q3 li[data-key=${key}] .grip`), await spot(`#q3 li:nth-child(${index + 1})`, { x: 0.5, y: 0.2 }))
      }
      // However the draw began, one drag is seen to save.
      if ((await page.locator('#q3 select').first().inputValue()) === '') {
        await hand.drag(await spot('#q3 li:nth-child(4) .grip'), await spot('#q3 li:nth-child(1)', { x: 0.5, y: 0.2 }))
        await hand.drag(await spot('#q3 li:nth-child(1) .grip'), await spot('#q3 li:nth-child(4)', { x: 0.5, y: 0.8 }))
      }
      await choose('q4.recruiter', 'finds')
      await choose('q4.mule', 'moves')
      await inView('#q5 .plate')
      await untilSeen(async () => await page.locator('.slots a[data-slot="5"][data-state=answered]').count() === 1, async () => {
        await hand.touch(await spot('#q5 .plate img', { x: 490 / 640, y: 100 / 400 }))
      })
    }
    await page.locator('.slots a[data-slot="5"][data-state=answered]').waitFor()
    await page.locator('#saved[data-state=saved]').waitFor()
    const saved = (await call(test, walk.trainee, 'GET', `/attempts/${attempt.id}`)).json.questions as ApiAttempt['questions']
    t.same(saved.slice(0, 4).map(({ answer }) => answer), [
      { gaps: { who: 'bank', what: 'recall' } }, { drops: { 'upper-left': 'house', corner: 'camera' } }, { order: ['listen', 'recall', 'report', 'file'] }, { pairs: { recruiter: 'finds', mule: 'moves' } }
    ], `${how}, ${locale}`)
    t.ok(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), 'it fits a phone')
    await call(test, walk.trainee, 'POST', `/attempts/${attempt.id}/finish`)
    const review = await call(test, walk.trainee, 'GET', `/attempts/${attempt.id}/review`)
    t.same((review.json.items as ReadonlyArray<{ state: string }>).map(({ state }) => state), Array(5).fill('right'), `${how}, ${locale}: all of it is right`)
    t.same(errors, [])
    await context.close()
  }
})
