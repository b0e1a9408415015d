// On every page: tells the stylesheet that scripts run, so that what needs one is shown; in a bar that scrolls sideways, brings the
// place one is at into sight; and Ctrl or Command with K leads to the search.
document.documentElement.classList.add('js')
for (const bar of document.querySelectorAll('.desk, .tabs, .slots')) {
  const all = [...bar.querySelectorAll('[aria-current]')].map((at) => at.getBoundingClientRect())
  if (all.length === 0) continue
  const room = bar.getBoundingClientRect()
  // Of several that are current, all; the first where the bar is too short for that.
  const here = { left: Math.min(...all.map(({ left }) => left)), right: Math.max(...all.map(({ right }) => right)) }
  const { left, right } = here.right - here.left < room.width - 80 ? here : all[0]
  if (left < room.left + 40 || right > room.right - 40) bar.scrollLeft += (left + right) / 2 - (room.left + room.right) / 2
}
addEventListener('keydown', (event) => {
  const search = document.querySelector('.seek-link')
  if (!search || event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return
  event.preventDefault()
  const field = document.querySelector('.seek input')
  if (field) field.select()
  else search.click()
})
