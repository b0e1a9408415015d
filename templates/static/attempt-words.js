// Words for the gaps of a text: a word is dragged into a gap, or touched and then the gap. The menus of the gaps do the same by
// keyboard, and without this file. A word that may be used once leaves the gap it was in.
// @ts-check

/** @param {HTMLElement} control */
export function enliven (control) {
  const bank = control.parentElement?.querySelector('.bank') ?? null
  const gaps = [...control.querySelectorAll('select')]
  const items = /** @type {HTMLElement[]} */ ([...bank?.children ?? []])
  const once = new Set(items.filter(item => item.dataset.reusable === undefined).map(item => item.dataset.key))
  /** @type {HTMLElement | null} */
  let picked = null

  /** @param {HTMLElement | null} item */
  function pick (item) {
    picked = item
    for (const other of items) other.toggleAttribute('data-picked', other === item)
    for (const gap of gaps) gap.toggleAttribute('data-open', item !== null && gap.dataset.group === item.dataset.group)
  }

  /** @param {HTMLSelectElement} gap */
  function fill (gap) {
    gap.value = picked?.dataset.key ?? ''
    pick(null)
    gap.dispatchEvent(new Event('input', { bubbles: true }))
  }

  /** A word that is used once is taken out of every gap but this. @param {EventTarget | null} kept */
  function settle (kept) {
    for (const gap of gaps) {
      if (gap !== kept && kept instanceof HTMLSelectElement && once.has(gap.value) && gap.value === kept.value) gap.value = ''
    }
    const used = new Set(gaps.map(gap => gap.value))
    for (const item of items) item.toggleAttribute('data-used', once.has(item.dataset.key) && used.has(item.dataset.key ?? ''))
  }

  for (const item of items) {
    item.draggable = true
    item.addEventListener('click', () => { pick(picked === item ? null : item) })
    item.addEventListener('dragstart', event => {
      event.dataTransfer?.setData('text/plain', item.textContent ?? '')
      pick(item)
    })
    item.addEventListener('dragend', () => { pick(null) })
  }
  for (const gap of gaps) {
    const takes = () => gap.hasAttribute('data-open')
    gap.addEventListener('dragover', event => { if (takes()) event.preventDefault() })
    gap.addEventListener('drop', event => {
      if (!takes()) return
      event.preventDefault()
      fill(gap)
    })
    // Before the menu opens.
    gap.addEventListener('pointerdown', event => { if (takes()) event.preventDefault() })
    gap.addEventListener('mousedown', event => {
      if (!takes()) return
      event.preventDefault()
      fill(gap)
    })
  }
  // Before the page reads the answer off its fields.
  control.addEventListener('input', event => { settle(event.target) }, true)
  control.addEventListener('shown', () => { settle(null) })
  settle(null)
}
