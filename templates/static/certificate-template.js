/* The drawing of the certificate follows what is typed. A picture that is chosen is sent at once, so that it can be shown. Without
   script the preview button does both. */
const form = document.getElementById('template')
const specimen = document.getElementById('specimen')

if (form && specimen) {
  let timer
  let latest = 0
  const draw = async () => {
    const number = ++latest
    const fields = new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === 'string'))
    const answer = await fetch(specimen.dataset.at, { method: 'POST', body: fields, headers: { accept: 'text/html' } })
    // An answer that was overtaken shows what is no longer typed.
    if (answer.ok && number === latest) specimen.innerHTML = await answer.text()
  }
  const follow = () => {
    clearTimeout(timer)
    timer = setTimeout(() => { draw().catch(() => {}) }, 300)
  }
  form.addEventListener('input', (event) => {
    if (event.target.type !== 'file') return follow()
    clearTimeout(timer)
    form.requestSubmit(document.getElementById('preview'))
  })
  /** Whether a field is as it came with the page; a file that was chosen cannot be sent from here. */
  const isAsItCame = (field) => field.type === 'hidden' || field.type === 'file' || (field.options !== undefined
    ? field.selectedIndex === Math.max(0, [...field.options].findIndex((option) => option.defaultSelected))
    : field.checked === field.defaultChecked && field.value === field.defaultValue)
  // On a slow line somebody has typed before this file came.
  if ([...form.elements].some((field) => !isAsItCame(field))) follow()
}
