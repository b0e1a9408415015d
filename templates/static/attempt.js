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

/** Controls with a field for each key, `q3.<key>`, and the property of the answer that holds them. @type {Record<string, string>} */
const KEYED = { pairs: 'pairs', groups: 'groups', gaps: 'gaps', words: 'gaps', verdicts: 'verdicts', drops: 'drops' }
/** Controls that are ticked. @type {Record<string, string>} */
const TICKED = { choices: 'choices', tokens: 'selected' }

/** @typedef {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} Field */

/** @param {HTMLElement} question @returns {HTMLElement | null} */
const controlOf = question => question.querySelector('[data-control]')
/** @param {HTMLElement | null} control */
const isSentByItself = control => control?.dataset.control === 'scenario' || control?.dataset.control === 'files'
/** The control's own fields. @param {HTMLElement} control @returns {Field[]} */
const fieldsOf = control => /** @type {Field[]} */ (control.matches('textarea') ? [control] : [...control.querySelectorAll('[name]')])
/** @param {Field} field */
const keyOf = field => field.name.slice(field.name.indexOf('.') + 1)
/** @param {Field} field */
const isTick = field => field.type === 'radio' || field.type === 'checkbox'

/** @param {HTMLElement} question */
function answerOf (question) {
  const control = controlOf(question)
  if (control === null) return null
  const name = control.dataset.control ?? ''
  if (name === 'scenario') {
    const path = JSON.parse(control.dataset.path ?? '[]')
    return path.length === 0 ? null : { path }
  }
  const filled = fieldsOf(control).filter(field => isTick(field) ? /** @type {HTMLInputElement} */ (field).checked : field.value.trim() !== '')
  const [first] = filled
  if (first === undefined) return null
  if (name in TICKED) return { [TICKED[name]]: filled.map(field => field.value) }
  if (name in KEYED) return { [KEYED[name]]: Object.fromEntries(filled.map(field => [keyOf(field), name === 'verdicts' ? field.value === 'true' : field.value])) }
  switch (name) {
    case 'sequence':
      return { order: filled.map(field => ({ key: keyOf(field), position: Number(field.value) })).sort((a, b) => a.position - b.position).map(({ key }) => key) }
    case 'points':
      return { points: filled.map(field => pointIn(field.value)) }
    case 'range':
      return { value: Number(first.value) }
    case 'essay':
      return first.value.trim() === control.dataset.template?.trim() ? null : { text: first.value }
    default: {
      const unit = filled.find(field => field instanceof HTMLSelectElement)
      return first === unit ? null : { text: first.value, ...unit !== undefined && { unit: unit.value } }
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
  const control = controlOf(question)
  if (control === null || isSentByItself(control)) return
  const name = control.dataset.control ?? ''
  for (const field of fieldsOf(control)) {
    if (name in TICKED) /** @type {HTMLInputElement} */ (field).checked = answer?.[TICKED[name]]?.includes(field.value) ?? false
    else {
      const value = String(valueFor(field, name, control, answer) ?? '')
      if (isTick(field)) /** @type {HTMLInputElement} */ (field).checked = field.value === value
      else {
        field.value = value
        // A unit may have been chosen in another language.
        if (field instanceof HTMLSelectElement && field.value !== value) field.add(new Option(value, value, true, true))
      }
    }
  }
  if (name === 'sequence') sortByPosition(control)
  // The parts of a control that only its own script draws.
  control.dispatchEvent(new Event('shown'))
  follow(control)
}

/** @param {Field} field @param {string} name @param {HTMLElement} control @param {any} answer */
function valueFor (field, name, control, answer) {
  if (name in KEYED) return answer?.[KEYED[name]]?.[keyOf(field)]
  switch (name) {
    case 'sequence': return (answer?.order?.indexOf(keyOf(field)) ?? -1) + 1 || ''
    case 'points': {
      const places = (answer?.points ?? []).map((/** @type {{ x: number, y: number }} */ { x, y }) => `${x}, ${y}`)
      return isTick(field) ? places.find((/** @type {string} */ place) => place === field.value) : places[fieldsOf(control).indexOf(field)]
    }
    case 'range': return answer?.value
    case 'essay': return answer?.text ?? control.dataset.template
    default: return keyOf(field) === 'unit' ? answer?.unit : answer?.text
  }
}

/** A place as it is typed; what is none is outside of every picture. @param {string} written */
function pointIn (written) {
  const [x, y, ...more] = written.split(/[\s,;]+/).filter(part => part !== '').map(Number)
  return x === undefined || y === undefined || more.length > 0 || !Number.isFinite(x + y) ? { x: -1, y: -1 } : { x, y }
}

/** What stands beside a field follows it: the slider, the number of words. @param {HTMLElement} control */
function follow (control) {
  if (control.dataset.control === 'range') {
    const [slider, field] = control.querySelectorAll('input')
    if (slider !== undefined && field !== undefined && field.value !== '') slider.value = field.value
  } else if (control.dataset.control === 'essay') {
    const field = /** @type {HTMLTextAreaElement} */ (control)
    const count = document.getElementById(`${field.name}-words`)?.querySelector('output')
    if (count !== null && count !== undefined) count.textContent = String(wordsIn(field.value))
  }
}

const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u
const segmenter = 'Segmenter' in Intl ? new Intl.Segmenter('und', { granularity: 'word' }) : null

/** As the server counts them. @param {string} text */
function wordsIn (text) {
  let count = 0
  for (const run of text.split(/[\s\u200b]+/u)) {
    if (segmenter !== null && UNSPACED.test(run)) count += [...segmenter.segment(run)].filter(({ isWordLike }) => isWordLike).length
    else if (/[\p{L}\p{N}]/u.test(run)) count += 1
  }
  return count
}

/** @param {string} slot @returns {HTMLElement | null} */
const questionOf = slot => document.querySelector(`section.question[data-slot="${slot}"]`)
/** @param {string} slot @returns {HTMLInputElement | null} */
const seqField = slot => document.querySelector(`input[name="seq${slot}"]`)
const seqOf = slot => Number(seqField(slot)?.value ?? 0)

// — saving —

let timer = 0
let failures = 0
/** The round of sending that is under way. @type {Promise<boolean> | null} */
let sending = null

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

/** Sends everything that waits, one slot after another; while that is under way, another call waits for it.
 * @returns {Promise<boolean>} whether all of it was acknowledged */
function flush () {
  if (sending === null) {
    const round = sendAll().finally(() => { sending = null })
    sending = round
  }
  return sending
}

async function sendAll () {
  clearTimeout(timer)
  try {
    for (const slot of Object.keys(waiting)) {
      if (!await send(slot)) return false
    }
    failures = 0
    if (status.dataset.state !== 'saved' && Object.keys(waiting).length === 0) say('saved')
    return Object.keys(waiting).length === 0
  } finally {
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
    const { seq, dueAt, endsAt } = await response.json()
    acknowledged(slot, sent, seq)
    retime(dueAt, endsAt)
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
    const target = /** @type {HTMLInputElement} */ (event.target)
    const question = target.closest('section.question')
    if (question instanceof HTMLElement && question.dataset.slot !== undefined) {
      const control = controlOf(question)
      // A decision cannot be taken back: it is sent with its button alone. Files are sent by their own script.
      if (isSentByItself(control) && control?.contains(target) === true) return
      const field = target.type === 'range' ? target.parentElement?.querySelector('[name]') : null
      if (field instanceof HTMLInputElement) field.value = target.value
      if (control !== null) follow(control)
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
      // What was changed while the first was under way goes with the second.
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

/** The times of the attempt as the server has them now: its trainee may have been given more meanwhile, and is told.
 * @param {string | null | undefined} dueAt @param {string | null | undefined} endsAt */
function retime (dueAt, endsAt) {
  if (clock === null || !dueAt || !endsAt) return
  const before = Date.parse(clock.dataset.ends ?? clock.dataset.due ?? '')
  clock.dataset.ends = endsAt
  clock.dataset.due = serverNow() < Date.parse(dueAt) ? dueAt : endsAt
  if (clock.dataset.due === dueAt) document.getElementById('grace')?.setAttribute('hidden', '')
  // Less than a second is how two texts of one moment may differ.
  if (Date.parse(endsAt) - before < 1000) return
  let told = document.getElementById('more-time')
  if (told === null) {
    told = document.createElement('div')
    told.id = 'more-time'
    told.className = 'notice done'
    told.setAttribute('role', 'status')
    clock.closest('header')?.append(told)
  }
  const text = document.createElement('p')
  text.textContent = words.moreTime ?? ''
  told.replaceChildren(text)
  tick()
}

let ended = false
/** The time is up: what waits is sent while the server still takes it; then the server ends the attempt, and shows it. */
async function end () {
  if (ended) return
  ended = true
  await flush()
  if (form !== null) for (const field of form.querySelectorAll('input, select, textarea, button')) field.setAttribute('disabled', '')
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
  retime(attempt.dueAt, attempt.endsAt)
  if (attempt.state !== 'open') {
    location.assign(/** @type {string} */ (root.dataset.review))
    return
  }
  for (const { slot, seq, answer, locked } of attempt.questions) {
    mark(String(slot), answer !== null)
    const question = questionOf(String(slot))
    if (question === null || waiting[slot] !== undefined || seq <= seqOf(String(slot))) continue
    if (controlOf(question)?.hasAttribute('data-busy')) continue
    if (locked || isSentByItself(controlOf(question))) {
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
for (const control of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-module]'))) {
  void import(/** @type {string} */ (control.dataset.module)).then(async ({ enliven }) => {
    await enliven(control)
    control.toggleAttribute('data-live', true)
  })
}
if (Object.keys(waiting).length > 0) {
  say('saving')
  void flush()
}
tick()
