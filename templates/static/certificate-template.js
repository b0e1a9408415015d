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
  form.addEventListener('input', (event) => {
    clearTimeout(timer)
    if (event.target.type === 'file') form.requestSubmit(document.getElementById('preview'))
    else timer = setTimeout(() => { draw().catch(() => {}) }, 300)
  })
}
