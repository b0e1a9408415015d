// Words for the gaps of a text, items for the zones of a picture: one is dragged into its place, or touched and then the place.
// The menus do the same by keyboard, and without this file. What may be used once leaves the place it was in.
// @ts-check

/** @param {HTMLElement} control */
export async function enliven (control) {
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
    borrowed.by = null
    gap.dispatchEvent(new Event('input', { bubbles: true }))
    borrowed.by = null
  }

  /** What was taken out of other gaps for the menu that is being used. @type {{ by: EventTarget | null, from: Array<{ gap: HTMLSelectElement, value: string }> }} */
  let borrowed = { by: null, from: [] }

  /** A word that is used once is taken out of every gap but this. @param {EventTarget | null} kept */
  function settle (kept) {
    if (kept instanceof HTMLSelectElement) {
      // The arrow keys pass over words of other gaps on their way to another: those get them back.
      if (borrowed.by === kept) for (const { gap, value } of borrowed.from) if (gap.value === '') gap.value = value
      const from = gaps.filter(gap => gap !== kept && once.has(gap.value) && gap.value === kept.value).map(gap => ({ gap, value: gap.value }))
      for (const { gap } of from) gap.value = ''
      borrowed = { by: kept, from }
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

  /** The gap whose place something is in or on. @param {Element | null} under */
  const gapAt = under => under === null ? undefined : gaps.find(gap => placeOf(gap).contains(under))
  const takes = (/** @type {HTMLSelectElement | undefined} */ gap) => gap !== undefined && placeOf(gap).hasAttribute('data-open')
  /** @param {HTMLSelectElement | undefined} gap */
  function above (gap) {
    for (const other of gaps) placeOf(other).toggleAttribute('data-above', other === gap)
  }

  for (const item of items) item.addEventListener('click', () => { pick(picked === item ? null : item) })
  for (const gap of gaps) {
    const place = placeOf(gap)
    // Before the menu opens.
    place.addEventListener('mousedown', event => {
      if (takes(gap)) {
        event.preventDefault()
        fill(gap)
      } else if (place !== gap) {
        event.preventDefault()
        gap.focus()
      }
    })
  }
  // Before the page reads the answer off its fields.
  control.addEventListener('input', event => { settle(event.target) }, true)
  control.addEventListener('focusout', () => { borrowed.by = null })
  control.addEventListener('shown', () => { settle(null) })
  settle(null)

  /** @type {typeof import('./attempt-drag.js')} */
  const { draggable } = await import(/** @type {string} */ (control.dataset.drag))
  for (const item of items) {
    draggable(item, item, {
      start: () => { pick(item) },
      over: under => {
        const gap = gapAt(under)
        above(takes(gap) ? gap : undefined)
      },
      drop: under => {
        const gap = gapAt(under)
        if (gap !== undefined && takes(gap)) fill(gap)
      },
      end: () => {
        above(undefined)
        pick(null)
      }
    })
  }
}
