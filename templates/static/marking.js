// Marking by keyboard: a digit chooses a level of the criterion that is next, Enter saves and goes on, j and k turn the page.
// @ts-check

const form = /** @type {HTMLFormElement | null} */ (document.getElementById('marking'))
const criteria = /** @type {HTMLElement[]} */ ([...document.querySelectorAll('.criterion')])
let here = 0

/** @param {number} place */
function go (place) {
  here = Math.max(0, Math.min(criteria.length - 1, place))
  for (const [index, criterion] of criteria.entries()) criterion.toggleAttribute('data-here', index === here)
}

document.addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey) return
  const field = event.target
  const types = field instanceof HTMLTextAreaElement || (field instanceof HTMLInputElement && field.type !== 'radio')
  if (types) return
  if (event.key === 'j' || event.key === 'k') {
    const link = /** @type {HTMLAnchorElement | null} */ (document.querySelector(`a[data-key="${event.key}"]`))
    if (link !== null) { event.preventDefault(); link.click() }
    return
  }
  if (form === null) return
  if (event.key === 'Enter' && !(field instanceof HTMLButtonElement) && !(field instanceof HTMLAnchorElement)) { event.preventDefault(); form.requestSubmit(); return }
  if (/^[1-9]$/.test(event.key) && criteria.length > 0) {
    const level = /** @type {HTMLInputElement | null} */ (criteria[here]?.querySelector(`[data-digit="${event.key}"]`))
    if (level === null) return
    level.checked = true
    level.focus({ preventScroll: true })
    sum()
    go(here + 1)
  }
})

for (const [index, criterion] of criteria.entries()) criterion.addEventListener('focusin', () => { if (document.activeElement?.matches(':focus-visible')) go(index) })
/** The points chosen so far. */
function sum () {
  const line = /** @type {HTMLElement | null} */ (document.querySelector('[data-total]'))
  if (line === null || form === null) return
  const chosen = [.../** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll('[data-points]:checked'))]
  const points = chosen.reduce((sum, { dataset }) => sum + Number(dataset.points), 0)
  line.textContent = chosen.length === 0 ? '' : (line.dataset.total ?? '').replace('#', points.toLocaleString(document.documentElement.lang))
}

form?.addEventListener('change', sum)
sum()
if (criteria.length > 0) go(0)
else document.getElementById('mark')?.focus()
