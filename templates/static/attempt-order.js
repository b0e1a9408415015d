// Items to be brought into order: dragged to their place. Buttons and numbers do the same by keyboard, and without this file.
// @ts-check

/** @param {HTMLElement} list */
export async function enliven (list) {
  /** @type {typeof import('./attempt-drag.js')} */
  const { draggable } = await import(/** @type {string} */ (list.dataset.drag))
  for (const item of /** @type {HTMLElement[]} */ ([...list.children])) {
    const grip = /** @type {HTMLElement | null} */ (item.querySelector('.grip'))
    const before = { place: 0 }
    const placeOf = () => [...list.children].filter(child => !child.classList.contains('ghost')).indexOf(item)
    if (grip === null) continue
    draggable(item, grip, {
      start: () => { before.place = placeOf() },
      over: (under, { y }) => {
        const other = under?.closest('li')
        if (other === null || other === undefined || other === item || other.parentElement !== list) return
        const { top, height } = other.getBoundingClientRect()
        if (y < top + height / 2) other.before(item)
        else other.after(item)
      },
      drop: () => undefined,
      end: () => {
        if (placeOf() === before.place) return
        for (const [index, child] of [...list.children].entries()) {
          const select = child.querySelector('select')
          if (select !== null) select.value = String(index + 1)
        }
        // The page saves it as if the place had been chosen.
        item.querySelector('select')?.dispatchEvent(new Event('input', { bubbles: true }))
      }
    })
  }
}
