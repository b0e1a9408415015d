// Dragging with a mouse, a pen or a finger alike, by pointer events: what browsers offer by themselves knows no finger.
// @ts-check

/** So far a pointer moves before it drags: less is a click. */
const SLACK = 6
/** So near to the edge the page scrolls, so many pixels a frame. */
const EDGE = 56
const SCROLL = 9

/** @typedef {object} Drag
 * @property {() => void} start
 * @property {(under: Element | null, at: { x: number, y: number }) => void} over what the pointer is above, whenever it moves
 * @property {(under: Element | null) => void} drop
 * @property {() => void} end also of a drag that led nowhere */

/** Makes something draggable. A picture of it follows the pointer; it stays where it is.
 * @param {HTMLElement} item @param {HTMLElement} handle where it is taken hold of; a finger scrolls the page elsewhere @param {Drag} drag */
export function draggable (item, handle, { start, over, drop, end }) {
  /** @type {HTMLElement | null} */
  let ghost = null
  /** @type {{ id: number, x: number, y: number, left: number, top: number } | null} */
  let held = null
  let frame = 0
  let listening = new AbortController()
  let at = { x: 0, y: 0 }

  const under = () => document.elementFromPoint(at.x, at.y)

  function follow () {
    if (held === null || ghost === null) return
    ghost.style.transform = `translate(${held.left + at.x - held.x}px, ${held.top + at.y - held.y}px)`
    over(under(), at)
  }

  function scroll () {
    const by = at.y < EDGE ? -SCROLL : at.y > window.innerHeight - EDGE ? SCROLL : 0
    if (by !== 0) {
      window.scrollBy(0, by)
      over(under(), at)
    }
    frame = requestAnimationFrame(scroll)
  }

  function begin () {
    if (held === null) return
    const { left, top, width } = item.getBoundingClientRect()
    held = { ...held, left, top }
    ghost = /** @type {HTMLElement} */ (item.cloneNode(true))
    for (const named of [ghost, ...ghost.querySelectorAll('[id], [name]')]) {
      named.removeAttribute('id')
      named.removeAttribute('name')
    }
    ghost.classList.add('ghost')
    ghost.setAttribute('aria-hidden', 'true')
    ghost.style.inlineSize = `${width}px`
    // Beside the item, so that it looks as it does there.
    item.parentElement?.append(ghost)
    item.toggleAttribute('data-dragged', true)
    start()
    frame = requestAnimationFrame(scroll)
  }

  function finish () {
    cancelAnimationFrame(frame)
    listening.abort()
    const dragged = ghost !== null
    ghost?.remove()
    ghost = null
    held = null
    item.removeAttribute('data-dragged')
    if (dragged) end()
  }

  /** @param {PointerEvent} event */
  function moved (event) {
    if (held === null || event.pointerId !== held.id) return
    at = { x: event.clientX, y: event.clientY }
    if (ghost === null && Math.hypot(at.x - held.x, at.y - held.y) > SLACK) begin()
    follow()
  }

  /** @param {PointerEvent} event */
  function released (event) {
    if (held === null || event.pointerId !== held.id) return
    if (ghost !== null) {
      // What was dragged was not clicked.
      const over = new AbortController()
      window.addEventListener('click', click => { click.stopImmediatePropagation() }, { capture: true, signal: over.signal })
      setTimeout(() => { over.abort() })
      drop(under())
    }
    finish()
  }

  handle.addEventListener('pointerdown', event => {
    if (!event.isPrimary || event.button !== 0 || /** @type {Element} */ (event.target).closest('select, button, a, input') !== null) return
    held = { id: event.pointerId, x: event.clientX, y: event.clientY, left: 0, top: 0 }
    // A mouse would otherwise select text.
    if (event.pointerType === 'mouse') event.preventDefault()
    // On the window: an item that is moved to another place of its list lets go of the pointer.
    listening = new AbortController()
    const { signal } = listening
    window.addEventListener('pointermove', moved, { signal })
    window.addEventListener('pointerup', released, { signal })
    window.addEventListener('pointercancel', finish, { signal })
  })
}
