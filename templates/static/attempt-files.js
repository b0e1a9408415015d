// Files that answer a question: each is sent as soon as it is chosen, with its progress, and again until it has arrived. The server
// knows a file by its content, so one that arrived unheard is not kept twice. Without this file they go with the form.
// @ts-check

const RETRY_MS = [1000, 2000, 4000, 8000, 15000]
/** Nothing moved for so long: the connection is taken for lost. */
const STALL_MS = 30_000

/** @typedef {{ file: File, row: HTMLLIElement, note: HTMLElement, bar: HTMLProgressElement, tries: number }} Sending */

/** @param {HTMLElement} control */
export function enliven (control) {
  const words = JSON.parse(control.dataset.words ?? '{}')
  const list = /** @type {HTMLElement} */ (control.querySelector('.files'))
  const fields = /** @type {HTMLElement} */ (control.querySelector('.file-fields'))
  const status = /** @type {HTMLElement} */ (control.querySelector('[role=status]'))
  const pattern = /** @type {HTMLTemplateElement} */ (control.querySelector('template'))
  const form = /** @type {HTMLFormElement} */ (control.closest('form'))
  const slot = /** @type {HTMLElement} */ (control.closest('section.question')).dataset.slot ?? ''
  const csrf = /** @type {HTMLMetaElement} */ (document.querySelector('meta[name=csrf]')).content
  const add = control.dataset.add ?? ''
  const most = { files: Number(control.dataset.maxFiles), bytes: Number(control.dataset.maxBytes) }
  /** @type {Sending[]} */
  const queue = []
  let timer = 0
  let busy = false
  /** What was pressed while files were on their way. @type {HTMLElement | null} */
  let pressed = null

  const kept = () => list.querySelectorAll('li[data-file]').length

  /** @param {number} bytes */
  const sizeOf = bytes => bytes >= 1024 * 1024
    ? words.mb.replace('%', String(Math.round(bytes / 1024 / 1024 * 10) / 10))
    : words.kb.replace('%', String(Math.max(1, Math.round(bytes / 1024))))

  function settle () {
    fields.hidden = kept() + queue.length >= most.files
    control.toggleAttribute('data-busy', queue.length > 0)
    const square = /** @type {HTMLElement | null} */ (document.querySelector(`.slots a[data-slot="${slot}"]`))
    if (square !== null) square.dataset.state = kept() > 0 ? 'answered' : 'open'
  }

  /** @param {string} text @param {string} name */
  function complain (text, name) {
    const line = document.createElement('p')
    line.className = 'error'
    const said = document.createElement('bdi')
    said.textContent = text.replace('%', name)
    line.append(said)
    status.append(line)
  }

  /** @param {File} file */
  function enqueue (file) {
    if (file.size === 0) { complain(words.empty, file.name); return }
    if (file.size > most.bytes) { complain(words['too-large'], file.name); return }
    if (kept() + queue.length >= most.files) { complain(words['too-many'], file.name); return }
    const row = document.createElement('li')
    const name = document.createElement('bdi')
    name.textContent = file.name
    const bar = document.createElement('progress')
    bar.max = 1
    bar.value = 0
    const note = document.createElement('output')
    note.className = 'soft small'
    row.append(name, bar, note)
    list.append(row)
    queue.push({ file, row, note, bar, tries: 0 })
    settle()
    next()
  }

  function next () {
    const [sending] = queue
    if (busy || sending === undefined) {
      if (sending === undefined && pressed !== null) form.requestSubmit(pressed)
      return
    }
    clearTimeout(timer)
    busy = true
    send(sending)
  }

  /** @param {Sending} sending */
  function send (sending) {
    const { file, bar, note } = sending
    const body = new FormData()
    body.append('file', file, file.name)
    const request = new XMLHttpRequest()
    let stall = 0
    let over = false
    const alive = () => {
      clearTimeout(stall)
      stall = window.setTimeout(() => { request.abort() }, STALL_MS)
    }
    const end = () => {
      if (over) return
      over = true
      clearTimeout(stall)
      busy = false
      answered(sending, request)
    }
    request.open('POST', add)
    request.setRequestHeader('x-csrf-token', csrf)
    request.setRequestHeader('accept', 'application/json')
    request.upload.addEventListener('progress', ({ loaded, total }) => {
      alive()
      bar.value = loaded / total
      note.textContent = words.sending.replace('%', String(Math.floor(loaded / total * 100)))
    })
    for (const event of ['load', 'error', 'abort']) request.addEventListener(event, end)
    alive()
    request.send(body)
  }

  /** @param {Sending} sending @param {XMLHttpRequest} request */
  function answered (sending, request) {
    const { file, row } = sending
    /** @type {any} */
    let answer = null
    try { answer = JSON.parse(request.responseText) } catch { /* not from this server */ }
    const code = String(answer?.type ?? '').split('/').at(-1)
    if ((request.status === 200 || request.status === 201) && answer !== null) {
      queue.shift()
      row.remove()
      arrived(answer)
    } else if (code === 'time-is-up' || code === 'attempt-not-open') {
      queue.length = 0
      settle()
      const { review } = /** @type {HTMLElement} */ (document.getElementById('attempt')).dataset
      location.assign(review ?? '')
      return
    } else if (code === 'not-signed-in' || code === 'bad-csrf-token') {
      later(sending, words.lost)
      return
    } else if (request.status === 0 || request.status === 429 || request.status >= 500) {
      later(sending, words.again)
      return
    } else {
      queue.shift()
      row.remove()
      complain(words[answer?.reason] ?? words.refused, file.name)
      pressed = null
    }
    settle()
    next()
  }

  /** @param {Sending} sending @param {string} text */
  function later (sending, text) {
    sending.bar.value = 0
    sending.note.textContent = text
    // Whoever pressed a button is not taken away a minute later.
    pressed = null
    timer = window.setTimeout(next, RETRY_MS[Math.min(sending.tries++, RETRY_MS.length - 1)])
  }

  /** @param {{ id: string, name: string, size: number, href: string, seq: number }} file */
  function arrived ({ id, name, size, href, seq }) {
    setSeq(seq)
    if (list.querySelector(`li[data-file="${id}"]`) !== null) return
    const item = /** @type {HTMLElement} */ (/** @type {DocumentFragment} */ (pattern.content.cloneNode(true)).firstElementChild)
    item.dataset.file = id
    const [label, bytes] = item.querySelectorAll('bdi')
    const link = item.querySelector('a')
    const button = item.querySelector('button')
    if (label !== undefined) label.textContent = name
    if (bytes !== undefined) bytes.textContent = sizeOf(size)
    if (link !== null) link.href = href
    button?.setAttribute('value', `remove:${id}`)
    button?.setAttribute('aria-label', words.remove.replace('%', name))
    const sending = queue[0]?.row
    if (sending === undefined) list.append(item)
    else sending.before(item)
  }

  /** @param {number} seq */
  function setSeq (seq) {
    const field = /** @type {HTMLInputElement | null} */ (form.querySelector(`input[name="seq${slot}"]`))
    if (field !== null) field.value = String(Math.max(Number(field.value), seq))
  }

  control.addEventListener('change', event => {
    const field = event.target
    if (!(field instanceof HTMLInputElement) || field.files === null) return
    status.replaceChildren()
    const chosen = [...field.files]
    // What is sent here must not go with the form as well.
    field.value = ''
    for (const file of chosen) enqueue(file)
  })

  control.addEventListener('click', event => {
    const button = /** @type {HTMLElement} */ (event.target).closest('button[value^="remove:"]')
    if (!(button instanceof HTMLButtonElement)) return
    event.preventDefault()
    const id = button.value.slice('remove:'.length)
    button.disabled = true
    void fetch(`${add.slice(0, add.lastIndexOf('/'))}/${id}`, {
      method: 'DELETE', headers: { 'x-csrf-token': csrf, accept: 'application/json' }, signal: AbortSignal.timeout(15000)
    }).then(async response => {
      if (!response.ok) throw new Error(String(response.status))
      const { seq } = await response.json()
      if (typeof seq === 'number') setSeq(seq)
      button.closest('li')?.remove()
      settle()
      ;/** @type {HTMLElement | null} */ (fields.querySelector('input'))?.focus()
    }).catch(() => {
      button.disabled = false
      complain(words.again, '')
    })
  })

  // A page is turned when its files have arrived; while there is no connection it stays, with everything on it.
  form.addEventListener('submit', event => {
    if (queue.length === 0) return
    event.preventDefault()
    event.stopImmediatePropagation()
    pressed = /** @type {SubmitEvent} */ (event).submitter
  }, true)

  window.addEventListener('online', () => { next() })
  window.addEventListener('beforeunload', event => { if (queue.length > 0) event.preventDefault() })
  // What was chosen before this script was there is sent now. What the browser still shows in a field after a reload was sent, or
  // is chosen again.
  const [visit] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType('navigation'))
  for (const field of control.querySelectorAll('input')) {
    const early = visit?.type === 'navigate' ? [...field.files ?? []] : []
    field.value = ''
    for (const file of early) enqueue(file)
  }
}
