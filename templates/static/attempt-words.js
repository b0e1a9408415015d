// Words for the gaps of a text, items for the zones of a picture: one is dragged into its place, or touched and then the place.
// The menus do the same by keyboard, and without this file. What may be used once leaves the place it was in.
// @ts-check

/** @param {HTMLElement} control */
export function enliven (control) {
  const bank = control.querySelector('.bank') ?? control.parentElement?.querySelector('.bank') ?? null
  const gaps = [...control.querySelectorAll('select')]
  const items = /** @type {HTMLElement[]} */ ([...bank?.children ?? []])
  const once = new Set(items.filter(item => item.dataset.reusable === undefined).map(item => item.dataset.key))
  /** @type {HTMLElement | null} */
  let picked = null
  /** What is dropped on or touched: the zone on the picture, or the gap itself. @param {HTMLSelectElement} gap @returns {HTMLElement | SVGElement} */
  const placeOf = gap => control.querySelector(`[data-zone="${gap.id}"]`) ?? gap

  /** @param {HTMLElement | null} item */
  function pick (item) {
    picked = item
    for (const other of items) other.toggleAttribute('data-picked', other === item)
    for (const gap of gaps) placeOf(gap).toggleAttribute('data-open', item !== null && gap.dataset.group === item.dataset.group)
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
    for (const gap of gaps) {
      const words = placeOf(gap).querySelector('text')
      if (words instanceof SVGElement) {
        words.textContent = gap.value === '' ? words.dataset.empty ?? '' : gap.selectedOptions[0]?.text ?? ''
        // As small as it must be to fit, as the server draws it.
        const most = Number(words.ownerSVGElement?.ownerSVGElement?.getAttribute('font-size'))
        const width = words.ownerSVGElement?.width.baseVal.value ?? 0
        words.setAttribute('font-size', String(Math.min(most, width / Math.max(1, words.textContent.length) / 0.65)))
      }
    }
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
    const place = placeOf(gap)
    const takes = () => place.hasAttribute('data-open')
    place.addEventListener('dragover', event => { if (takes()) event.preventDefault() })
    // Before the menu opens.
    for (const done of ['drop', 'mousedown']) {
      place.addEventListener(done, event => {
        if (takes()) {
          event.preventDefault()
          fill(gap)
        } else if (place !== gap) {
          event.preventDefault()
          gap.focus()
        }
      })
    }
  }
  // Before the page reads the answer off its fields.
  control.addEventListener('input', event => { settle(event.target) }, true)
  control.addEventListener('shown', () => { settle(null) })
  settle(null)
}
