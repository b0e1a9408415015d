// Sitting a quiz: saves each change within two seconds, keeps what could not be sent on this device and sends it again until
// it is acknowledged, and shows the server's clock. Without this file the page is a form that saves when it is turned.
// @ts-check

const root = /** @type {HTMLElement} */ (document.getElementById('attempt'))
const form = root instanceof HTMLFormElement ? root : null
const words = /** @type {HTMLElement} */ (document.getElementById('words')).dataset
const status = /** @type {HTMLElement} */ (document.getElementById('saved'))
const csrf = /** @type {HTMLMetaElement} */ (document.querySelector('meta[name=csrf]')).content

const SAVE_AFTER_MS = 400
const RETRY_MS = [1000, 2000, 4000, 8000, 15000]

/** What waits to be acknowledged, by slot; kept on the device so that a closed tab loses nothing.
 * @typedef {{ answer: unknown, seq: number }} Waiting */
const store = `muster-attempt-${root.dataset.attempt}`
/** @type {Record<string, Waiting>} */
let waiting = read()

/** @returns {Record<string, Waiting>} */
function read () {
  try { return JSON.parse(localStorage.getItem(store) ?? '{}') } catch { return {} }
}

function keep () {
  try {
    if (Object.keys(waiting).length === 0) localStorage.removeItem(store)
    else localStorage.setItem(store, JSON.stringify(waiting))
  } catch { /* private mode: it is still kept in memory and sent */ }
}

// — the answer a question shows now, in its kind's shape —

/** @param {HTMLElement} question */
function answerOf (question) {
  const control = /** @type {HTMLElement} */ (question.querySelector('[data-control]'))
  switch (control.dataset.control) {
    case 'choices': {
      const choices = [...control.querySelectorAll('input')].filter(input => input.checked).map(input => input.value)
      return choices.length === 0 ? null : { choices }
    }
    case 'pairs': {
      const chosen = [...control.querySelectorAll('select')].filter(select => select.value !== '')
      return chosen.length === 0 ? null : { pairs: Object.fromEntries(chosen.map(select => [select.name.slice(select.name.indexOf('.') + 1), select.value])) }
    }
    case 'sequence': {
      const placed = [...control.querySelectorAll('li')].flatMap(item => {
        const position = Number(/** @type {HTMLSelectElement} */ (item.querySelector('select')).value)
        return position > 0 ? [{ key: item.dataset.key, position }] : []
      })
      return placed.length === 0 ? null : { order: placed.sort((a, b) => a.position - b.position).map(({ key }) => key) }
    }
    default: {
      const text = /** @type {HTMLInputElement} */ (control).value
      return text.trim() === '' ? null : { text }
    }
  }
}

/** The answer with how sure its trainee says to be, where the page asks that. @param {HTMLElement} question */
function answerGiven (question) {
  const answer = answerOf(question)
  const level = /** @type {HTMLInputElement | null} */ (question.querySelector('.certainty input:checked'))
  return answer === null || level === null ? answer : { ...answer, certainty: Number(level.value) }
}

/** @param {HTMLElement} question @param {any} answer */
function showGiven (question, answer) {
  show(question, answer)
  for (const level of /** @type {NodeListOf<HTMLInputElement>} */ (question.querySelectorAll('.certainty input'))) level.checked = Number(level.value) === answer?.certainty
}

/** Fills in an answer that was saved elsewhere, or kept from an earlier visit.
 * @param {HTMLElement} question @param {any} answer */
function show (question, answer) {
  const control = /** @type {HTMLElement} */ (question.querySelector('[data-control]'))
  switch (control.dataset.control) {
    case 'choices':
      for (const input of control.querySelectorAll('input')) input.checked = answer?.choices?.includes(input.value) ?? false
      break
    case 'pairs':
      for (const select of control.querySelectorAll('select')) select.value = answer?.pairs?.[select.name.slice(select.name.indexOf('.') + 1)] ?? ''
      break
    case 'sequence':
      for (const item of control.querySelectorAll('li')) {
        const at = answer?.order?.indexOf(item.dataset.key) ?? -1
        const select = /** @type {HTMLSelectElement} */ (item.querySelector('select'))
        select.value = at < 0 ? '' : String(at + 1)
      }
      sortByPosition(control)
      break
    default:
      /** @type {HTMLInputElement} */ (control).value = answer?.text ?? ''
  }
}

/** @param {string} slot @returns {HTMLElement | null} */
const questionOf = slot => document.querySelector(`section.question[data-slot="${slot}"]`)
/** @param {string} slot @returns {HTMLInputElement | null} */
const seqField = slot => document.querySelector(`input[name="seq${slot}"]`)
const seqOf = slot => Number(seqField(slot)?.value ?? 0)

// — saving —

let timer = 0
let failures = 0
let sending = false

/** @param {string} slot */
function changed (slot) {
  const question = questionOf(slot)
  if (question === null) return
  const before = waiting[slot]
  // What was said of the last try is not about this answer.
  question.querySelector('.feedback[data-tried]')?.remove()
  waiting[slot] = { answer: answerGiven(question), seq: Math.max(seqOf(slot), before?.seq ?? 0) + 1 }
  keep()
  say('saving')
  mark(slot, waiting[slot].answer !== null)
  clearTimeout(timer)
  timer = window.setTimeout(flush, SAVE_AFTER_MS)
}

/** Sends everything that waits, one slot after another. @returns {Promise<boolean>} whether all of it was acknowledged */
async function flush () {
  if (sending) return false
  sending = true
  clearTimeout(timer)
  try {
    for (const slot of Object.keys(waiting)) {
      if (!await send(slot)) return false
    }
    failures = 0
    if (status.dataset.state !== 'saved' && Object.keys(waiting).length === 0) say('saved')
    return Object.keys(waiting).length === 0
  } finally {
    sending = false
    if (Object.keys(waiting).length > 0) {
      timer = window.setTimeout(flush, failures === 0 ? 0 : RETRY_MS[Math.min(failures, RETRY_MS.length) - 1])
    }
  }
}

/** @param {string} slot */
async function send (slot) {
  const sent = waiting[slot]
  if (sent === undefined) return true
  let response
  try {
    response = await fetch(`${root.dataset.answers}/${slot}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', 'x-csrf-token': csrf, accept: 'application/json' },
      body: JSON.stringify(sent),
      signal: AbortSignal.timeout(15000)
    })
  } catch {
    failures += 1
    say('offline')
    return false
  }
  if (response.ok) {
    acknowledged(slot, sent, (await response.json()).seq)
    return true
  }
  const problem = await response.json().catch(() => ({}))
  const code = String(problem.type ?? '').split('/').at(-1)
  if (code === 'answer-out-of-date') {
    // Somebody answered in another tab. What was changed here later is the later will: it goes on top.
    if (waiting[slot] === sent) waiting[slot] = { answer: sent.answer, seq: problem.seq + 1 }
    keep()
    return true
  }
  if (code === 'time-is-up' || code === 'attempt-not-open') {
    waiting = {}
    keep()
    location.assign(/** @type {string} */ (root.dataset.review))
    return false
  }
  if (code === 'not-signed-in' || code === 'bad-csrf-token') {
    failures += 1
    say('offline', words.lost)
    return false
  }
  if (response.status >= 500 || response.status === 429) {
    failures += 1
    say('offline')
    return false
  }
  // The server will never take this one (a locked question, a form it does not know): sending again would not help.
  delete waiting[slot]
  keep()
  return true
}

/** @param {string} slot @param {Waiting} sent @param {number} seq */
function acknowledged (slot, sent, seq) {
  const field = seqField(slot)
  if (field !== null) field.value = String(seq)
  if (waiting[slot] === sent) delete waiting[slot]
  else if (waiting[slot] !== undefined) waiting[slot].seq = Math.max(waiting[slot].seq, seq + 1)
  keep()
  if (Object.keys(waiting).length === 0) say('saved')
}

/** @param {'saved' | 'saving' | 'offline'} state @param {string} [text] */
function say (state, text) {
  status.dataset.state = state
  const clock = state === 'saved' ? ` ${new Date(serverNow()).toLocaleTimeString(`${document.documentElement.lang}-u-nu-latn`, { hour12: false })}` : ''
  status.textContent = (text ?? words[state] ?? '') + clock
}

/** @param {string} slot @param {boolean} answered */
function mark (slot, answered) {
  const square = /** @type {HTMLElement | null} */ (document.querySelector(`.slots a[data-slot="${slot}"]`))
  if (square !== null) square.dataset.state = answered ? 'answered' : 'open'
}

// — what the trainee does —

if (form !== null) {
  form.addEventListener('input', event => {
    const question = /** @type {HTMLElement} */ (event.target).closest('section.question')
    if (question instanceof HTMLElement && question.dataset.slot !== undefined) {
      limitChoices(question)
      settlePosition(/** @type {HTMLElement} */ (event.target))
      changed(question.dataset.slot)
    }
  })

  form.addEventListener('click', event => {
    const button = /** @type {HTMLElement} */ (event.target).closest('.up, .down')
    if (button === null) return
    const item = /** @type {HTMLElement} */ (button.closest('li'))
    const sibling = button.classList.contains('up') ? item.previousElementSibling : item.nextElementSibling
    if (sibling !== null) {
      if (button.classList.contains('up')) sibling.before(item)
      else sibling.after(item)
      numberPositions(/** @type {HTMLElement} */ (item.parentElement))
      ;/** @type {HTMLElement} */ (button).focus()
      changed(/** @type {string} */ (/** @type {HTMLElement} */ (item.closest('section.question')).dataset.slot))
    }
  })

  // Turning the page sends the whole form as well; while there is no connection the page stays, with everything on it.
  form.addEventListener('submit', event => {
    if (Object.keys(waiting).length === 0) return
    event.preventDefault()
    const submitter = /** @type {SubmitEvent} */ (event).submitter
    void flush().then(async done => {
      if (!done) done = await flush()
      if (done) form.requestSubmit(submitter)
    })
  })
}

/** Boxes beyond the number that may be ticked cannot be ticked. @param {HTMLElement} question */
function limitChoices (question) {
  const control = /** @type {HTMLElement | null} */ (question.querySelector('[data-control=choices]'))
  const most = Number(control?.dataset.max ?? 0)
  if (control === null || most < 2) return
  const boxes = [...control.querySelectorAll('input')]
  const full = boxes.filter(box => box.checked).length >= most
  for (const box of boxes) box.disabled = full && !box.checked
}

/** A place given by hand moves the item there. @param {HTMLElement} target */
function settlePosition (target) {
  const list = target.closest('.sequence')
  if (!(target instanceof HTMLSelectElement) || !(list instanceof HTMLElement) || target.value === '') return
  const item = /** @type {HTMLElement} */ (target.closest('li'))
  const items = [...list.children].filter(other => other !== item)
  const at = Number(target.value) - 1
  if (at >= items.length) list.append(item)
  else items[at]?.before(item)
  numberPositions(list)
  target.focus()
}

/** @param {HTMLElement} list */
function numberPositions (list) {
  for (const [index, item] of [...list.children].entries()) {
    const select = /** @type {HTMLSelectElement} */ (item.querySelector('select'))
    select.value = String(index + 1)
  }
}

/** @param {HTMLElement} list */
function sortByPosition (list) {
  const position = (/** @type {Element} */ item) => Number(/** @type {HTMLSelectElement} */ (item.querySelector('select')).value) || 1000
  list.append(...[...list.children].sort((a, b) => position(a) - position(b)))
}

// — the server's clock —

const clock = /** @type {HTMLElement | null} */ (document.querySelector('.clock'))
// Counted with a clock that nobody sets: changing the phone's time changes nothing.
const loadedAt = performance.now()
const serverAtLoad = clock?.dataset.now === undefined ? Date.now() : Date.parse(clock.dataset.now)
let correction = 0
const serverNow = () => serverAtLoad + (performance.now() - loadedAt) + correction

function tick () {
  if (clock === null) return
  const left = Math.max(0, Math.floor((Date.parse(/** @type {string} */ (clock.dataset.due)) - serverNow()) / 1000))
  const two = (/** @type {number} */ part) => String(part).padStart(2, '0')
  clock.textContent = left >= 3600
    ? `${two(Math.floor(left / 3600))}:${two(Math.floor(left / 60) % 60)}:${two(left % 60)}`
    : `${two(Math.floor(left / 60))}:${two(left % 60)}`
  clock.dataset.state = left === 0 ? 'over' : left < 300 ? 'low' : ''
  if (left > 0) return
  if (clock.dataset.ends !== undefined && clock.dataset.due !== clock.dataset.ends) {
    clock.dataset.due = clock.dataset.ends
    document.getElementById('grace')?.removeAttribute('hidden')
  } else {
    void end()
  }
}

let ended = false
/** The time is up: what waits is sent while the server still takes it; then the server ends the attempt, and shows it. */
async function end () {
  if (ended) return
  ended = true
  await flush()
  if (form !== null) for (const field of form.querySelectorAll('input, select, button')) field.setAttribute('disabled', '')
  say('saved', words.timeUp)
  setTimeout(() => { location.assign(/** @type {string} */ (root.dataset.review)) }, 6500)
}

// — another tab, another device, a page from the cache —

async function refresh () {
  let response
  const asked = performance.now()
  try {
    response = await fetch(/** @type {string} */ (root.dataset.attemptUrl), { headers: { accept: 'application/json' }, signal: AbortSignal.timeout(10000) })
  } catch {
    return
  }
  if (!response.ok) return
  const attempt = await response.json()
  // The answer left the server about half a round trip ago.
  correction += Date.parse(attempt.serverNow) + (performance.now() - asked) / 2 - serverNow()
  if (clock !== null && attempt.dueAt !== null) clock.dataset.due = serverNow() < Date.parse(attempt.dueAt) ? attempt.dueAt : attempt.endsAt
  if (attempt.state !== 'open') {
    location.assign(/** @type {string} */ (root.dataset.review))
    return
  }
  for (const { slot, seq, answer, locked } of attempt.questions) {
    mark(String(slot), answer !== null)
    const question = questionOf(String(slot))
    if (question === null || waiting[slot] !== undefined || seq <= seqOf(String(slot))) continue
    if (locked) {
      location.reload()
      return
    }
    const field = seqField(String(slot))
    if (field !== null) field.value = String(seq)
    showGiven(question, answer)
    limitChoices(question)
  }
}

setInterval(tick, 500)
setInterval(() => { if (document.visibilityState === 'visible') void refresh() }, 15000)
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') void refresh()
  else void flush()
})
window.addEventListener('online', () => {
  failures = 0
  void flush()
  void refresh()
})
window.addEventListener('offline', () => { say('offline') })
window.addEventListener('pageshow', event => { if (event.persisted) void refresh() })
window.addEventListener('beforeunload', event => { if (Object.keys(waiting).length > 0) event.preventDefault() })

// What an earlier visit could not send is shown again and sent.
for (const [slot, { answer }] of Object.entries(waiting)) {
  const question = questionOf(slot)
  if (question !== null && seqField(slot) !== null) showGiven(question, answer)
  mark(slot, answer !== null)
}
for (const question of document.querySelectorAll('section.question')) limitChoices(/** @type {HTMLElement} */ (question))
if (Object.keys(waiting).length > 0) {
  say('saving')
  void flush()
}
tick()
