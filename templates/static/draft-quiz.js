/* What the quiz will do, said anew while its settings are changed. Without script the Check button does it. */
const form = document.querySelector('#quiz')
const says = document.querySelector('#says')
const token = document.querySelector('meta[name=csrf]')?.content ?? ''

if (form && says) {
  let timer
  let asked = 0
  let shown = 0
  async function say () {
    const mine = ++asked
    try {
      const answer = await fetch(says.dataset.href, { method: 'POST', body: new URLSearchParams(new FormData(form)), headers: { accept: 'application/json', 'x-csrf-token': token } })
      if (!answer.ok || mine < shown) return
      shown = mine
      const { sentences, problems } = await answer.json()
      const line = (tag, text) => { const made = document.createElement(tag); made.textContent = text; return made }
      if (sentences.length > 0) says.querySelector('[data-sentences]').replaceChildren(...sentences.map((text) => line('p', text)))
      const list = document.createElement('ul')
      list.className = 'findings problems-list'
      list.append(...problems.map((text) => line('li', text)))
      says.querySelector('[data-problems]').replaceChildren(...problems.length > 0 ? [list] : [])
    } catch {
      // No connection: what was said last stays.
    }
  }
  let left = false
  let changed = false
  const follow = () => {
    changed = true
    clearTimeout(timer)
    timer = setTimeout(say, 250)
  }
  form.addEventListener('input', follow)
  /** Whether a field is as it came with the page. */
  const isAsItCame = (field) => field.type === 'hidden' || (field.options !== undefined
    ? field.selectedIndex === Math.max(0, [...field.options].findIndex((option) => option.defaultSelected))
    : field.checked === field.defaultChecked && field.value === field.defaultValue)
  // On a slow line somebody has typed before this file came.
  if ([...form.elements].some((field) => !isAsItCame(field))) follow()
  form.addEventListener('submit', () => { left = true })
  addEventListener('beforeunload', (event) => { if (changed && !left) event.preventDefault() })
}
