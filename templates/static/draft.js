/* Modules, lessons and quizzes are moved by dragging; the buttons beside them do the same without a script. What is
   dropped is sent as a form, so that the server says what became of it. */
const root = document.querySelector('[data-structure]')
const form = document.querySelector('#drag')

if (root && form) {
  let dragged = null
  const clear = () => { for (const marked of root.querySelectorAll('.over, .dragged')) marked.classList.remove('over', 'dragged') }
  const send = (go, module, to) => {
    form.elements.go.value = go
    form.elements.module.value = module
    form.elements.to.value = String(to)
    form.requestSubmit()
  }
  for (const item of root.querySelectorAll('[data-key]')) item.draggable = true
  for (const heading of root.querySelectorAll('[data-module] > .card-head h2')) heading.draggable = true

  root.addEventListener('dragstart', (event) => {
    dragged = event.target.closest?.('[data-key]') ?? event.target.closest?.('[data-module]')
    if (!dragged) return
    dragged.classList.add('dragged')
    event.dataTransfer.effectAllowed = 'move'
    event.dataTransfer.setData('text/plain', dragged.dataset.key ?? dragged.dataset.module)
  })
  const targetOf = (event) => dragged?.dataset.key
    ? event.target.closest('[data-key]') ?? event.target.closest('[data-list]') ?? event.target.closest('[data-module]')?.querySelector('[data-list]')
    : event.target.closest('[data-module]')
  root.addEventListener('dragover', (event) => {
    const target = dragged && targetOf(event)
    if (!target) return
    event.preventDefault()
    for (const marked of root.querySelectorAll('.over')) if (marked !== target) marked.classList.remove('over')
    if (target !== dragged) target.classList.add('over')
  })
  root.addEventListener('dragend', () => { clear(); dragged = null })
  root.addEventListener('drop', (event) => {
    const target = dragged && targetOf(event)
    if (!target || target === dragged) return
    event.preventDefault()
    const siblings = (list, selector) => [...list.querySelectorAll(selector)].filter((one) => one !== dragged)
    if (dragged.dataset.key) {
      const list = target.closest('[data-list]')
      const others = siblings(list, '[data-key]')
      send(`move-activity:${dragged.dataset.key}`, list.dataset.list, target === list ? others.length : others.indexOf(target))
    } else {
      send(`move-module:${dragged.dataset.module}`, '', siblings(root, '[data-module]').indexOf(target))
    }
    clear()
  })
}
