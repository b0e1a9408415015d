// On every page: tells the stylesheet that scripts run, so that what needs one is shown; and in a bar that scrolls
// sideways, brings the place one is at into sight.
document.documentElement.classList.add('js')
for (const bar of document.querySelectorAll('.desk, .tabs, .slots')) {
  const here = bar.querySelector('[aria-current]')?.getBoundingClientRect()
  const room = bar.getBoundingClientRect()
  if (here && (here.left < room.left + 40 || here.right > room.right - 40)) bar.scrollLeft += here.left + here.width / 2 - room.left - room.width / 2
}
