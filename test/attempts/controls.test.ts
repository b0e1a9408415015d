/// <reference lib="dom" />
import t from 'tap'
import { testApp, type TestApp } from '../app.ts'
import { openBrowser, type Browser } from '../browser.ts'
import { launchChromium } from '../chromium.ts'
import { axeFinds, enlivened, openContext } from '../pages/desk.ts'
import { call, start, startWalk, type ApiAttempt, type Walk } from '../trainee.ts'

const courses = 'test/fixtures/courses/all-kinds'

type Answer = Readonly<Record<string, unknown>>
type Question = ApiAttempt['questions'][number] & { readonly page: number, readonly number: number | null }

/** The fields of a form that say an answer, as a page without a script would send them. */
function fieldsOf (slot: number, answer: Answer): ReadonlyArray<readonly [string, string]> {
  const name = `q${slot}`
  return Object.entries(answer).flatMap(([property, value]): Array<readonly [string, string]> => {
    switch (property) {
      case 'choices': case 'selected': return (value as string[]).map((one) => [name, one])
      case 'order': return (value as string[]).map((key, index) => [`${name}.${key}`, String(index + 1)])
      case 'points': return (value as Array<{ x: number, y: number }>).map(({ x, y }) => [name, `${x}, ${y}`])
      case 'unit': return [[`${name}.unit`, value as string]]
      case 'text': case 'value': return [[name, String(value)]]
      case 'certainty': return [[`certainty${slot}`, String(value)]]
      default: return Object.entries(value as object).map(([key, one]) => [`${name}.${key}`, String(one)])
    }
  })
}

async function keyOf (test: TestApp, walk: Walk, attempt: ApiAttempt): Promise<Readonly<Record<string, Answer>>> {
  return (await call(test, walk.instructor, 'GET', `/attempts/${attempt.id}/key`)).json.answers as Readonly<Record<string, Answer>>
}

async function readerOf (test: TestApp, walk: Walk, locale: string): Promise<Browser> {
  const browser = openBrowser(test.app)
  browser.cookies.set('muster', walk.trainee.token)
  browser.cookies.set('muster-language', locale)
  await browser.get('/')
  return browser
}

/** Text of a page as it stands in its HTML. */
function escaped (text: string): string {
  return text.replace(/&/g, '&amp;').replace(/"/g, '&quot;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
}

t.test('the form of each kind of question takes its right answer, without a script', async (t) => {
  for (const locale of ['en', 'ar']) {
    const test = await testApp(t, { courses })
    const walk = await startWalk(test, 'all-kinds')
    const before = await call(test, walk.trainee, 'GET', `/enrolments/${walk.enrolmentId}`)
    t.equal(before.status, 200)
    const browser = await readerOf(test, walk, locale)
    const intro = await browser.get(`/enrolments/${walk.enrolmentId}/quizzes/kinds`)
    t.match(intro.body, /<dd>19<\/dd>/, 'texts that are only read are not counted as questions')
    const attempt = await start(test, walk, 'kinds')
    const key = await keyOf(test, walk, attempt)
    const questions = attempt.questions as readonly Question[]
    const kinds = new Set(questions.map(({ kind }) => kind))
    for (const page of new Set(questions.map(({ page }) => page))) {
      const here = questions.filter((question) => question.page === page)
      const shown = await browser.get(`/attempts/${attempt.id}?page=${page}`)
      t.equal(shown.status, 200, `${locale} page ${page}`)
      const fields: Record<string, string | string[]> = { slots: here.map(({ slot }) => slot).join(','), go: 'stay' }
      for (const { slot, kind } of here) {
        const answer = key[slot]
        if (answer === undefined || 'path' in answer) continue
        for (const [name, value] of fieldsOf(slot, answer)) {
          t.ok(shown.body.includes(`name="${escaped(name)}"`), `${locale} ${kind}: the page has the field ${name}`)
          fields[name] = [fields[name] ?? [], value].flat()
        }
      }
      t.equal((await browser.post(`/attempts/${attempt.id}?page=${page}`, fields)).status, 303)
      for (const { slot, kind } of here.filter(({ slot }) => key[slot] !== undefined && 'path' in key[slot])) {
        for (const [at, choice] of (key[slot]?.['path'] as string[]).entries()) {
          const node = await browser.get(`/attempts/${attempt.id}?page=${page}`)
          t.ok(node.body.includes(`name="q${slot}" value="${choice}"`), `${locale} ${kind}: the decision is offered`)
          const post = async () => await browser.post(`/attempts/${attempt.id}?page=${page}`, { slots: String(slot), [`q${slot}.at`]: String(at), [`q${slot}`]: choice, go: 'next' })
          t.match((await post()).location, `?page=${page}#q${slot}`, 'what a decision led to is shown next')
          await post()
        }
      }
      await browser.post(`/attempts/${attempt.id}?page=${page}`, { slots: here.filter(({ kind }) => kind === 'scenario').map(({ slot }) => slot).join(','), go: 'next' })
    }
    const saved = (await call(test, walk.trainee, 'GET', `/attempts/${attempt.id}`)).json.questions as readonly Question[]
    for (const { slot, kind, answer } of saved) if (key[slot] !== undefined) t.same(answer, key[slot], `${locale} ${kind} is saved as it was given`)
    await call(test, walk.trainee, 'POST', `/attempts/${attempt.id}/finish`)
    const review = await call(test, walk.trainee, 'GET', `/attempts/${attempt.id}/review`)
    for (const { slot, kind } of questions) {
      const state = review.json.items[slot - 1].state as string
      t.equal(state, kind === 'essay' ? 'needs-marking' : key[slot] === undefined ? 'not-answered' : 'right', `${locale} ${kind}`)
    }
    const reviewed = await browser.get(`/attempts/${attempt.id}/review`)
    t.equal(reviewed.status, 200)
    t.same(reviewed.body.match(/<(?:input|select|textarea)[^>]* name="q\d[^>]*>/g)?.filter((field) => !field.includes(' disabled')), [], 'nothing can be changed in a review')
    t.notMatch(reviewed.body, /class="feedback open"/, 'a text that is only read has no result')
    for (const kind of ['stimulus', 'description', 'kprim', 'categorise', 'cloze', 'gap-select', 'drag-words', 'long-menu', 'error-text', 'slider', 'numeric', 'calculated', 'hotspot', 'mark-image', 'drag-image', 'essay', 'scenario']) t.ok(kinds.has(kind), kind)
  }
})

t.test('a page that is sent empty clears what was answered on it, but no decision', async (t) => {
  const test = await testApp(t, { courses })
  const walk = await startWalk(test, 'all-kinds')
  const attempt = await start(test, walk, 'sure')
  const key = await keyOf(test, walk, attempt)
  await call(test, walk.trainee, 'PUT', `/attempts/${attempt.id}/answers`, { answers: key })
  const browser = await readerOf(test, walk, 'en')
  const page = await browser.get(`/attempts/${attempt.id}?page=1`)
  t.equal(page.body.match(/class="certainty"/g)?.length, 10, 'each is asked how sure one is of it')
  await browser.post(`/attempts/${attempt.id}?page=1`, { slots: attempt.questions.map(({ slot }) => slot).join(','), go: 'next' })
  const saved = (await call(test, walk.trainee, 'GET', `/attempts/${attempt.id}`)).json.questions as readonly Question[]
  for (const { slot, kind, answer } of saved) t.same(answer, kind === 'scenario' ? key[slot] : null, kind)
  const decided = saved.find(({ kind }) => kind === 'scenario')?.slot ?? 0
  for (const answer of [null, { path: ['invite'] }, { path: [] }]) {
    const refused = await call(test, walk.trainee, 'PUT', `/attempts/${attempt.id}/answers/${decided}`, { answer })
    t.match([refused.status, refused.json.type], [409, '/problems/decision-taken'], 'nor can it be taken back over the API')
  }
})

/** Points set by hand are somewhere in their areas. */
function isPicture (kind: string): boolean {
  return kind === 'hotspot' || kind === 'mark-image'
}

t.test('in a browser each control saves what is done with it, is accessible, and fits a phone', { timeout: 120_000 }, async (t) => {
  const chromium = await launchChromium()
  t.teardown(async () => { await chromium.close() })
  for (const locale of ['en', 'ar']) {
    const test = await testApp(t, { courses })
    const base = await test.app.listen({ port: 0, host: '127.0.0.1' })
    const walk = await startWalk(test, 'all-kinds')
    const attempt = await start(test, walk, 'kinds')
    const key = await keyOf(test, walk, attempt)
    const questions = attempt.questions as readonly Question[]
    const context = await openContext(chromium, { viewport: { width: 390, height: 844 }, bypassCSP: true, locale, colorScheme: locale === 'ar' ? 'dark' : 'light' })
    await context.addCookies([{ name: 'muster', value: walk.trainee.token, url: base }, { name: 'muster-language', value: locale, url: base }])
    const page = await context.newPage()
    const errors: string[] = []
    page.on('pageerror', (error) => { errors.push(error.message) })
    for (const number of new Set(questions.map(({ page }) => page))) {
      await page.goto(`${base}/attempts/${attempt.id}?page=${number}`)
      await enlivened(page)
      t.same(await axeFinds(page), [], `${locale} page ${number}`)
      t.ok(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), `${locale} page ${number} fits a phone`)
      for (const { slot, kind } of questions.filter((question) => question.page === number)) {
        const answer = key[slot]
        if (answer === undefined) continue
        if ('path' in answer) {
          for (const choice of answer['path'] as string[]) {
            await page.locator(`#q${slot} input[value="${choice}"]`).check()
            await page.locator(`#q${slot} button[value=stay]`).click()
            await page.locator(`#q${slot} input[value="${choice}"]`).waitFor({ state: 'detached' })
          }
          continue
        }
        if ('selected' in answer && locale === 'ar') {
          // The words of the page's own language have numbers of their own.
          for (const word of ['الضابطان', 'فرفضوا']) await page.locator(`#q${slot} .word`, { hasText: word }).click()
          continue
        }
        if ('points' in answer && await page.locator(`#q${slot} [role=application]`).count() > 0) {
          // On the picture itself: the first by a touch, others by keyboard alone.
          const plate = page.locator(`#q${slot} .plate`)
          const box = await plate.locator('img').boundingBox()
          const [scale, at] = [(box?.width ?? 0) / 640, { x: 0, y: 0 }]
          for (const [index, { x, y }] of (answer['points'] as Array<{ x: number, y: number }>).entries()) {
            if (index === 0) await plate.locator('img').click({ position: { x: x * scale, y: y * scale }, force: true })
            else {
              await plate.focus()
              const right = Math.round((x - at.x) / 13)
              const down = Math.round((y - at.y) / 13)
              for (let step = 0; step < Math.abs(right); step++) await page.keyboard.press(right > 0 ? 'ArrowRight' : 'ArrowLeft')
              for (let step = 0; step < Math.abs(down); step++) await page.keyboard.press(down > 0 ? 'ArrowDown' : 'ArrowUp')
              await page.keyboard.press('Enter')
            }
            Object.assign(at, { x, y })
          }
          continue
        }
        for (const [name, value] of fieldsOf(slot, answer)) {
          const fields = page.locator(`[name="${name}"]`)
          const type = await fields.first().evaluate((field) => (field as HTMLInputElement).type)
          if (type === 'radio' || type === 'checkbox') await page.locator(`[name="${name}"][value="${value}"]`).check()
          // Units are written in the page's own language.
          else if (name.endsWith('.unit')) await fields.selectOption({ index: 1 })
          else if (type === 'select-one') await fields.selectOption(value)
          else await fields.fill(value)
        }
        t.ok(await page.locator(`.slots a[data-slot="${slot}"][data-state=answered]`).count(), `${locale} ${kind} is shown as answered`)
      }
      await page.locator('#saved[data-state=saved]').waitFor({ timeout: 5000 })
    }
    const saved = (await call(test, walk.trainee, 'GET', `/attempts/${attempt.id}`)).json.questions as readonly Question[]
    for (const { slot, kind, answer } of saved) {
      if (key[slot] !== undefined && !(locale === 'ar' && (kind === 'error-text' || kind === 'numeric')) && !isPicture(kind)) t.same(answer, key[slot], `${locale} ${kind} is saved`)
    }
    t.same(errors, [], 'no script fails')
    await call(test, walk.trainee, 'POST', `/attempts/${attempt.id}/finish`)
    const { json } = await call(test, walk.trainee, 'GET', `/attempts/${attempt.id}/review`)
    for (const { state, slot } of json.items as ReadonlyArray<{ state: string, slot: number }>) {
      t.ok(['right', 'needs-marking', 'not-answered'].includes(state) && (key[slot] === undefined) === (state === 'not-answered'), `${locale} ${questions[slot - 1]?.kind ?? ''}: ${state}`)
    }
    await page.goto(`${base}/attempts/${attempt.id}/review`)
    t.same(await axeFinds(page), [], `${locale} review`)
    t.ok(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), `${locale} review fits a phone`)
    await context.close()
  }
})
