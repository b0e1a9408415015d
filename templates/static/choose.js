/* Chooses everybody a table shows at once, and says how many are chosen. Without script each is chosen by itself. */
for (const all of document.querySelectorAll('input[data-choose-all]')) {
  const form = all.closest('form')
  const boxes = () => [...form.querySelectorAll('input[type=checkbox]:is([name=ids], [name=serials])')]
  const count = form.querySelector('[data-chosen]')
  const show = () => {
    const chosen = boxes().filter((box) => box.checked).length
    all.checked = chosen > 0 && chosen === boxes().length
    all.indeterminate = chosen > 0 && !all.checked
    if (count) count.textContent = String(chosen)
  }
  all.addEventListener('change', () => {
    for (const box of boxes()) box.checked = all.checked
    show()
  })
  form.addEventListener('change', show)
  // What a browser kept of an earlier visit.
  addEventListener('pageshow', show)
  document.documentElement.classList.add('js')
}
