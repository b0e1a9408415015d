// The editor of a question: buttons change rows without a new page, the question beside the form follows what is typed, areas are
// drawn on the picture. Without this file each button sends the form, and the same comes back as a page.
// @ts-check

const WAIT_MS = 500
const form = /** @type {HTMLFormElement} */ (document.getElementById('editor'))
let changed = false
let sent = 0
/** @type {ReturnType<typeof setTimeout> | undefined} */
let waiting

/** Sends the form as if a button were pressed. @param {string} pressed @returns {Promise<Document | null>} null when another was sent since */
async function send (pressed) {
  const turn = ++sent
  const fields = new URLSearchParams(/** @type {any} */ (new FormData(form)))
  fields.delete('do')
  if (pressed === 'go:stay') fields.set('go', 'stay')
  else fields.set('do', pressed)
  const answer = await fetch(form.action, { method: 'POST', body: fields, headers: { accept: 'text/html' } })
  const html = await answer.text()
  return turn === sent && answer.ok ? new DOMParser().parseFromString(html, 'text/html') : null
}

/** @param {Document} page @param {string} id */
function take (page, id) {
  const [from, to] = [page.getElementById(id), document.getElementById(id)]
  if (from !== null && to !== null) to.replaceChildren(...from.childNodes)
}

/** @param {Document} page */
function takeHidden (page) {
  for (const name of ['seed', 'answer', 'languages', 'version']) {
    const [from, to] = [page.querySelector(`#editor > input[name=${name}]`), form.querySelector(`:scope > input[name=${name}]`)]
    if (from instanceof HTMLInputElement && to instanceof HTMLInputElement) to.value = from.value
  }
}

async function showPreview (pressed = 'preview') {
  const page = await send(pressed)
  if (page === null) return
  take(page, 'preview')
  takeHidden(page)
  enliven()
}

/** What an attempt's page does with controls that have a script. */
function enliven () {
  for (const control of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('#preview [data-module]'))) {
    void import(/** @type {string} */ (control.dataset.module)).then(module => { module.enliven(control) })
  }
}

/** @param {string} pressed */
async function changeFields (pressed) {
  const page = await send(pressed)
  if (page === null) return
  const open = new Set([...form.querySelectorAll('details[open]')].map(pathOf))
  const focused = document.activeElement instanceof HTMLElement ? document.activeElement.id : ''
  const before = new Set([...form.querySelectorAll('.row-list > li')].map(row => row.id))
  take(page, 'fields')
  take(page, 'preview')
  takeHidden(page)
  enliven()
  for (const fold of form.querySelectorAll('details')) if (open.has(pathOf(fold))) fold.open = true
  const added = pressed.startsWith('add:') ? [...form.querySelectorAll('.row-list > li')].filter(row => !before.has(row.id)).find(row => row.id.startsWith(`f-${pressed.slice(4).replaceAll('.', '-')}-`)) : undefined
  const next = added?.querySelector('input:not([type=hidden]), textarea, select') ?? (focused === '' ? null : document.getElementById(focused))
  if (next instanceof HTMLElement) next.focus()
  watchPicture()
}

/** A fold by where it stands: its row and its words. @param {Element} fold */
function pathOf (fold) {
  return `${fold.closest('li')?.id ?? ''} ${fold.querySelector('summary')?.textContent ?? ''}`
}

form.addEventListener('click', event => {
  const button = event.target instanceof Element ? event.target.closest('button') : null
  if (button === null || button.form !== form) return
  if (button.name === 'go') { event.preventDefault(); void showPreview('go:stay'); return }
  if (button.name !== 'do') return
  if (button.value.startsWith('save') || button.value === 'merge') { changed = false; return }
  event.preventDefault()
  if (['try', 'redraw', 'preview'].includes(button.value)) void showPreview(button.value)
  else { changed = true; void changeFields(button.value) }
})

form.addEventListener('input', event => {
  const field = /** @type {HTMLElement} */ (event.target)
  if (field.closest('#preview') !== null) return
  follow()
})

function follow () {
  changed = true
  clearTimeout(waiting)
  waiting = setTimeout(() => { void showPreview() }, WAIT_MS)
}

// On a slow line somebody has typed before this file came.
if ([...form.elements].some(field => (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) && field.type !== 'hidden' && field.closest('#preview') === null && field.value !== field.defaultValue)) follow()

form.addEventListener('change', event => {
  const field = /** @type {HTMLElement} */ (event.target)
  if (!field.matches('[data-refresh]')) return
  clearTimeout(waiting)
  void changeFields('refresh')
})

// Enter in a line of the form would press its first button.
form.addEventListener('keydown', event => {
  const field = event.target
  if (event.key !== 'Enter' || !(field instanceof HTMLInputElement) || field.type === 'checkbox' || field.type === 'radio') return
  event.preventDefault()
  if (field.closest('#preview') !== null) void showPreview('try')
})

window.addEventListener('beforeunload', event => { if (changed) event.preventDefault() })

// — areas on the picture: what is drawn goes into the fields of the row that was looked at last, or of the first empty one —

/** @type {Element | null} */
let row = null
form.addEventListener('focusin', event => { row = /** @type {Element} */ (event.target).closest('#f-areas .row-list > li, #f-zones .row-list > li') ?? row })

function watchPicture () {
  const plate = /** @type {HTMLElement | null} */ (form.querySelector('.drawing'))
  const picture = plate?.querySelector('svg') ?? null
  if (plate === null || picture === null) return
  const rows = plate.dataset.rows ?? ''
  /** @type {{ x: number, y: number } | null} */
  let from = null
  /** @type {SVGElement | null} */
  let drawn = null

  /** In pixels of the picture. @param {PointerEvent} event */
  const at = event => {
    const box = picture.getBoundingClientRect()
    const { width, height } = picture.viewBox.baseVal
    const within = (/** @type {number} */ value, /** @type {number} */ most) => Math.round(Math.min(most, Math.max(0, value)))
    return { x: within((event.clientX - box.left) / box.width * width, width), y: within((event.clientY - box.top) / box.height * height, height) }
  }
  /** @param {Element} item @param {string} name @returns {HTMLInputElement | null} */
  const field = (item, name) => item.querySelector(`[name$=".${name}"]`)
  /** @returns {Element | undefined} */
  const wanted = () => {
    const all = [...form.querySelectorAll(`#f-${rows} > .row-list > li`)]
    if (row !== null && all.includes(row)) return row
    return all.find(item => (field(item, rows === 'zones' ? 'x' : 'coords')?.value ?? '') === '')
  }

  plate.addEventListener('pointerdown', event => {
    from = at(event)
    plate.setPointerCapture(event.pointerId)
    drawn = document.createElementNS('http://www.w3.org/2000/svg', 'g')
    drawn.setAttribute('class', 'area drawn')
    picture.append(drawn)
    event.preventDefault()
  })
  plate.addEventListener('pointermove', event => {
    if (from === null || drawn === null) return
    const to = at(event)
    const item = wanted()
    const shape = rows === 'zones' || item === undefined ? 'rect' : field(item, 'shape')?.value ?? 'rect'
    const figure = document.createElementNS('http://www.w3.org/2000/svg', shape === 'rect' ? 'rect' : 'ellipse')
    const [width, height] = [Math.abs(to.x - from.x), Math.abs(to.y - from.y)]
    const round = shape === 'circle' ? { rx: Math.round(Math.hypot(width, height)), ry: Math.round(Math.hypot(width, height)) } : { rx: width, ry: height }
    const sides = shape === 'rect' ? { x: Math.min(from.x, to.x), y: Math.min(from.y, to.y), width, height } : { cx: from.x, cy: from.y, ...round }
    for (const [name, value] of Object.entries(sides)) figure.setAttribute(name, String(value))
    drawn.replaceChildren(figure)
  })
  plate.addEventListener('pointerup', async event => {
    if (from === null) return
    const [start, to] = [from, at(event)]
    from = null
    drawn?.remove()
    const [width, height] = [Math.abs(to.x - start.x), Math.abs(to.y - start.y)]
    const [left, top] = [Math.min(start.x, to.x), Math.min(start.y, to.y)]
    let item = wanted()
    const corner = item !== undefined && field(item, 'shape')?.value === 'polygon'
    if (!corner && (width < 4 || height < 4)) return
    if (item === undefined) {
      await changeFields(`add:${rows}`)
      item = [...form.querySelectorAll(`#f-${rows} > .row-list > li`)].at(-1)
      row = item ?? null
    }
    if (item === undefined) return
    if (rows === 'zones') for (const [name, value] of Object.entries({ x: left, y: top, width, height })) { const input = field(item, name); if (input !== null) input.value = String(value) }
    else {
      const coords = field(item, 'coords')
      if (coords === null) return
      switch (field(item, 'shape')?.value) {
        case 'circle': coords.value = [start.x, start.y, Math.round(Math.hypot(width, height))].join(', '); break
        case 'ellipse': coords.value = [start.x, start.y, width, height].join(', '); break
        // Each press sets a corner.
        case 'polygon': coords.value = [coords.value.trim(), `${to.x}, ${to.y}`].filter(part => part !== '').join(', '); break
        default: coords.value = [left, top, left + width, top + height].join(', ')
      }
    }
    if (!corner) row = null
    changed = true
    void changeFields('refresh')
  })
}

watchPicture()
enliven()
